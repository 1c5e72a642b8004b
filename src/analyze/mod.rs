//! Questions about a whole policy: what could ever be granted, and to whom.
//!
//! Enters: a model and the policy lowered from it. Leaves: findings. Reads both, changes neither.

pub mod difference;
mod invariants;
mod looks;
mod values;

pub(crate) use invariants::invariants;

#[cfg(test)]
mod tests;

/// A limit was exceeded.
#[derive(Clone, Copy, Debug)]
struct TooMuch;

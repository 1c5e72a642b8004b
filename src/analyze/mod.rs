//! Questions about a whole policy: what could ever be granted, and to whom.
//!
//! Enters: a model and the policy lowered from it. Leaves: findings. Reads both, changes neither.

pub mod difference;
mod effort;
mod invariants;
mod possible;

pub(crate) use invariants::invariants;

#[cfg(test)]
mod tests;

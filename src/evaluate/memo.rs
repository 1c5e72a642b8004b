//! Decisions that were taken before, a byte each.
//!
//! Enters: a place and what was decided there. Leaves: the same decision. Knows nothing of what stands at a place: who
//! keeps a memo puts there only what would be decided again. Readers and writers need no order among them, since all of
//! them write the same.

use super::request::Decision;
use crate::terms::Reason;
use std::sync::atomic::{AtomicU8, Ordering};

/// Set in every byte that holds a decision.
const KNOWN: u8 = 1 << 7;
/// Set where a condition could not be decided.
const UNDECIDED: u8 = 1 << 3;

/// Decisions by place.
pub(crate) struct Memo(Box<[AtomicU8]>);

impl Memo {
    /// Room for so many.
    pub(crate) fn new(count: usize) -> Memo {
        Memo(std::iter::repeat_with(AtomicU8::default).take(count).collect())
    }

    /// Whether there is room for nothing.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was decided.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> Option<Decision> {
        let byte = self.0.get(at)?.load(Ordering::Relaxed);
        if byte == 0 {
            return None;
        }
        let reason = match byte & 7 {
            0 => Reason::Bypass,
            1 => Reason::ExplicitGrant,
            2 => Reason::InheritedGrant,
            3 => Reason::DefaultGrant,
            4 => Reason::ExplicitDeny,
            5 => Reason::InheritedDeny,
            6 => Reason::DefaultDeny,
            _ => Reason::MissingRequirement,
        };
        Some(Decision { reason, undecided: byte & UNDECIDED != 0 })
    }

    /// Keeps a decision; where there is no room, it is taken again the next time.
    pub(crate) fn put(&self, at: usize, decision: Decision) {
        if let Some(place) = self.0.get(at) {
            let undecided = if decision.undecided { UNDECIDED } else { 0 };
            place.store(KNOWN | undecided | decision.reason as u8, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_found_and_nothing_else() {
        let memo = Memo::new(16);
        for (at, undecided) in (0..16).map(|at| (at, at >= 8)) {
            let decision = Decision { reason: Reason::ALL[at % 8], undecided };
            assert_eq!(memo.get(at), None);
            memo.put(at, decision);
            assert_eq!(memo.get(at), Some(decision));
        }
        let decision = Decision { reason: Reason::Bypass, undecided: false };
        memo.put(16, decision);
        assert_eq!(memo.get(16), None);
    }
}

//! The lists of an artifact, walked once: where each begins, and how large its elements are.
//!
//! Enters: a section of lists. Leaves: [`Lists`], which answers in one step what is asked of a list many times. Lists stand one
//! behind the other, so those that overlap, and would make the check take longer than the bytes are long, are refused.

use super::Policy;
use super::layout::Section;

/// Where lists begin, and for each the bound of its elements.
pub(super) struct Lists {
    /// For each u32 of the section: 0 where no list begins, else the bound + 1.
    bounds: Vec<u32>,
}

impl Lists {
    /// `None`: the section is not one list behind the other.
    pub(super) fn of(policy: &Policy, section: Section) -> Option<Lists> {
        let words = policy.section(section).len() / 4;
        let mut bounds = vec![0; words];
        let mut at = 0;
        while let Some(bound) = bounds.get_mut(at) {
            let number = u32::try_from(at).ok()?;
            let elements = policy.list_in(section, number);
            if elements.len() != policy.word(section, number) as usize {
                return None;
            }
            *bound = elements.iter().max().map_or(1, |largest| largest.saturating_add(2));
            at += 1 + elements.len();
        }
        Some(Lists { bounds })
    }

    /// Whether a list begins there.
    pub(super) fn begins(&self, at: u32) -> bool {
        self.bounds.get(at as usize).is_some_and(|&bound| bound > 0)
    }

    /// Whether a list begins there and all its elements are below `limit`.
    pub(super) fn below(&self, at: u32, limit: u32) -> bool {
        self.bounds.get(at as usize).is_some_and(|&bound| bound > 0 && bound - 1 <= limit)
    }
}

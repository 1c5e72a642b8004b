//! A mark for everything that can be reached.
//!
//! Enters: how much there is of what. Leaves: numbers without gaps, and which of them are set.

use crate::model::Model;

/// Which marks are set.
#[derive(Debug)]
pub(super) struct Marks {
    set: Vec<bool>,
    entries: usize,
    assignments: usize,
    categories: usize,
    privileges: usize,
}

impl Marks {
    /// None set, of all that a model has.
    pub(super) fn of(model: &Model) -> Marks {
        let entries = model.entries.len();
        let (assignments, categories) = (model.assignments.len(), model.categories.len());
        let privileges = model.privileges.len();
        // An entry and an assignment have one mark and two for their condition, a requirement has two.
        let all = 3 * entries + 3 * assignments + 2 * categories + 2 * privileges;
        Marks { set: vec![false; all], entries, assignments, categories, privileges }
    }

    pub(super) fn set(&mut self, mark: usize) {
        self.set.get_mut(mark).into_iter().for_each(|set| *set = true);
    }

    pub(super) fn has(&self, mark: usize) -> bool {
        self.set.get(mark).is_some_and(|&set| set)
    }

    /// How many are set.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.set.iter().filter(|&&set| set).count()
    }

    pub(super) fn entry(&self, at: usize) -> usize {
        at
    }

    pub(super) fn assignment(&self, at: usize) -> usize {
        self.entries + at
    }

    pub(super) fn entry_condition(&self, at: usize, holds: bool) -> usize {
        self.entries + self.assignments + 2 * at + usize::from(holds)
    }

    pub(super) fn assignment_condition(&self, at: usize, holds: bool) -> usize {
        self.entry_condition(self.entries + at, holds)
    }

    pub(super) fn category_requirement(&self, at: usize, holds: bool) -> usize {
        self.assignment_condition(self.assignments + at, holds)
    }

    pub(super) fn own_requirement(&self, at: usize, holds: bool) -> usize {
        debug_assert!(at < self.privileges);
        self.category_requirement(self.categories + at, holds)
    }
}

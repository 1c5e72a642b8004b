//! Which privileges destroy.
//!
//! Enters: the model. Leaves: the privileges of the category that is called `destructive`. Words in the ids of privileges
//! are no sign: `delete-draft` may be harmless, and `modify-system-info` may not.

use crate::model::{Model, PrivilegeId};
use crate::validate::bits::Rows;

/// The destructive privileges.
pub(super) struct Destructive {
    /// One row.
    row: Rows,
}

impl Destructive {
    /// `None` where the policy has none.
    pub(super) fn new(model: &Model) -> Option<Destructive> {
        let named: Vec<bool> = model
            .categories
            .iter()
            .map(|category| category.name.value.eq_ignore_ascii_case("destructive"))
            .collect();
        if !named.contains(&true) {
            return None;
        }
        let mut row = Rows::new(1, model.privileges.len());
        for (at, privilege) in model.privileges.iter().enumerate() {
            if named.get(privilege.category.index()).copied().unwrap_or(false) {
                row.set(0, at);
            }
        }
        Some(Destructive { row })
    }

    /// Whether it is one.
    pub(super) fn has(&self, id: PrivilegeId) -> bool {
        self.row.has(0, id.index())
    }

    /// Those of a list.
    pub(super) fn of(&self, privileges: &[PrivilegeId]) -> Vec<PrivilegeId> {
        privileges.iter().copied().filter(|&id| self.has(id)).collect()
    }
}

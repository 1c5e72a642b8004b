//! What is granted at all.
//!
//! Enters: the model. Leaves: which privileges some entry or default grants, to whomever and wherever.

use crate::model::{DefaultRule, Effect, Model, PrivilegeId, TypeId};
use crate::validate::bits::Rows;

/// Which privileges somebody may be granted.
pub(super) struct Granted {
    /// A row for grants, and one for bypasses.
    by_entry: Rows,
    /// For each category, whether a default may grant its privileges.
    by_default: Vec<bool>,
    /// Whether any entry grants anything.
    pub any_entry: bool,
}

impl Granted {
    pub(super) fn new(model: &Model) -> Granted {
        let mut by_entry = Rows::new(2, model.privileges.len());
        let mut any_entry = false;
        for entry in model.entries.iter().filter(|entry| entry.effect != Effect::Deny) {
            any_entry = true;
            let row = usize::from(entry.effect == Effect::Bypass);
            entry.privileges.iter().for_each(|id| by_entry.set(row, id.index()));
        }
        let by_default =
            model.categories.iter().map(|category| default_grants(model, &category.on)).collect();
        Granted { by_entry, by_default, any_entry }
    }

    /// Whether an entry grants it.
    pub(super) fn by_entry(&self, id: PrivilegeId) -> bool {
        self.by_grant(id) || self.by_entry.has(1, id.index())
    }

    /// Whether an entry grants it that is no bypass.
    pub(super) fn by_grant(&self, id: PrivilegeId) -> bool {
        self.by_entry.has(0, id.index())
    }

    /// Whether it is granted on something to somebody if no entry speaks of it.
    pub(super) fn by_default(&self, model: &Model, id: PrivilegeId) -> bool {
        let category = model.privileges.get(id.index()).map(|privilege| privilege.category.index());
        category.and_then(|category| self.by_default.get(category)).copied().unwrap_or(false)
    }
}

fn default_grants(model: &Model, on: &[TypeId]) -> bool {
    let grants = |rule: DefaultRule| matches!(rule, DefaultRule::Grant { .. });
    let of_type =
        |ty: &TypeId| model.types.get(ty.index()).and_then(|ty| ty.default).unwrap_or(model.default);
    if on.is_empty() { grants(model.default) } else { on.iter().any(|ty| grants(of_type(ty))) }
}

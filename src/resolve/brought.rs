//! What roles bring.
//!
//! Enters: the entries, and which role inherits which. Leaves: on what anything is asked that a role brings, by its own
//! entries or by those of the roles that it inherits. Knows nothing of who holds a role.

use crate::hash::Map;
use crate::model::{EntryId, Grantee, RoleId};
use crate::resolve::Resolver;
use crate::resolve::asked::Asked;
use std::rc::Rc;

/// What roles bring, found out when it is first asked for.
#[derive(Default)]
pub(super) struct Brought {
    /// The entries to each role.
    entries: Option<Vec<Vec<EntryId>>>,
    /// Of its own entries.
    own: Map<RoleId, Rc<Asked>>,
    /// With all that it inherits.
    whole: Map<RoleId, Rc<Asked>>,
}

impl Brought {
    /// On what anything is asked that a role brings.
    pub fn by(&mut self, role: RoleId, resolver: &Resolver<'_, '_>) -> Rc<Asked> {
        if let Some(asked) = self.whole.get(&role) {
            return Rc::clone(asked);
        }
        let roles = &resolver.model.roles;
        let mut seen = vec![false; roles.len()];
        let mut open = vec![role];
        let mut parts = Vec::new();
        while let Some(role) = open.pop() {
            let Some(seen) = seen.get_mut(role.index()) else { continue };
            if std::mem::replace(seen, true) {
                continue;
            }
            parts.push(self.own(role, resolver));
            let inherits = roles.get(role.index()).map(|role| role.inherits.as_slice());
            open.extend(inherits.unwrap_or_default().iter().map(|(id, _)| *id));
        }
        let asked = Rc::new(resolver.asked_of_any(parts.iter().map(Rc::as_ref)));
        self.whole.insert(role, Rc::clone(&asked));
        asked
    }

    fn own(&mut self, role: RoleId, resolver: &Resolver<'_, '_>) -> Rc<Asked> {
        if let Some(asked) = self.own.get(&role) {
            return Rc::clone(asked);
        }
        let entries = self.entries.get_or_insert_with(|| entries_of_roles(resolver));
        let own = entries.get(role.index()).map(Vec::as_slice).unwrap_or_default();
        let own = own.iter().filter_map(|id| resolver.model.entries.get(id.index()));
        let asked = Rc::new(resolver.asked_of_all(own.flat_map(|entry| &entry.privileges).copied()));
        self.own.insert(role, Rc::clone(&asked));
        asked
    }
}

fn entries_of_roles(resolver: &Resolver<'_, '_>) -> Vec<Vec<EntryId>> {
    let mut entries = vec![Vec::new(); resolver.model.roles.len()];
    for (at, entry) in resolver.model.entries.iter().enumerate() {
        for grantee in &entry.to {
            if let Grantee::Role(role) = grantee
                && let Some(entries) = entries.get_mut(role.index())
            {
                entries.push(EntryId::at(at));
            }
        }
    }
    entries
}

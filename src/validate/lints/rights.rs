//! What roles come to.
//!
//! Enters: the model and its roles. Leaves: for each role whose entries all hold everywhere and always, what it grants, denies and
//! bypasses with what it inherits. Roles with scopes, conditions or roles of their own besides can't be compared so simply,
//! and are left out.

use crate::model::{Effect, Entry, Formula, Grantee, Model, RoleId, Scope};
use crate::validate::bits::{self, Rows};
use crate::validate::graph::Graph;
use crate::validate::roles::Link;

/// How many bits a table may have; beyond, roles are not compared.
const BITS: usize = 1 << 29;

/// What roles come to, a row for each.
pub(super) struct Rights {
    /// Granted, denied, bypassed.
    tables: [Rows; 3],
    comparable: Vec<bool>,
    bound: Vec<bool>,
}

impl Rights {
    pub(super) fn new(model: &Model, roles: &Graph<Link>) -> Rights {
        let (count, width) = (model.roles.len(), model.privileges.len());
        let is_small = count.checked_mul(width).is_some_and(|bits| bits <= BITS);
        let has = |effect: Effect| model.entries.iter().any(|entry| entry.effect == effect);
        let table = |effect| if is_small && has(effect) { Rows::new(count, width) } else { Rows::new(0, 1) };
        let tables = [table(Effect::Grant), table(Effect::Deny), table(Effect::Bypass)];
        let mut rights = Rights { tables, comparable: vec![is_small; count], bound: bound(model) };
        if is_small {
            model.entries.iter().for_each(|entry| rights.add(entry));
            rights.inherit(roles);
        }
        rights
    }

    /// Whether the rows of a role say all about it.
    pub(super) fn is_comparable(&self, role: RoleId) -> bool {
        self.comparable.get(role.index()).copied().unwrap_or(false)
    }

    /// Whether who may hold it is bound by `exclusive`, `limit` or `requires`. It is kept apart from others on purpose, and
    /// whoever inherits it would be bound too.
    pub(super) fn is_bound(&self, role: RoleId) -> bool {
        self.bound.get(role.index()).copied().unwrap_or(false)
    }

    /// What it grants, denies and bypasses.
    pub(super) fn rows(&self, role: RoleId) -> [&[u64]; 3] {
        let [grants, denies, bypasses] = &self.tables;
        [grants, denies, bypasses].map(|table| table.row(role.index()))
    }

    fn add(&mut self, entry: &Entry) {
        let plain = is_plain(entry.scope, entry.when.as_ref());
        let [grants, denies, bypasses] = &mut self.tables;
        let table = match entry.effect {
            Effect::Grant => grants,
            Effect::Deny => denies,
            Effect::Bypass => bypasses,
        };
        for to in &entry.to {
            let Grantee::Role(role) = *to else { continue };
            if plain {
                entry.privileges.iter().for_each(|id| table.set(role.index(), id.index()));
            } else {
                self.comparable.get_mut(role.index()).into_iter().for_each(|slot| *slot = false);
            }
        }
    }

    fn inherit(&mut self, roles: &Graph<Link>) {
        // What a role inherits stands before it.
        for &role in roles.components().iter().flatten() {
            for edge in roles.edges_of(role) {
                self.tables.iter_mut().for_each(|table| table.unite(role as usize, edge.to as usize));
                let whole = matches!(edge.what, Link::Inherits(_)) && self.is_comparable(RoleId(edge.to));
                if let Some(slot) = self.comparable.get_mut(role as usize).filter(|_| !whole) {
                    *slot = false;
                }
            }
        }
    }
}

fn bound(model: &Model) -> Vec<bool> {
    let mut bound: Vec<bool> = model.roles.iter().map(|role| !role.requires.is_empty()).collect();
    let exclusive = model.exclusives.iter().flat_map(|it| it.roles.iter().map(|(role, _)| *role));
    for role in exclusive.chain(model.limits.iter().map(|limit| limit.role)) {
        bound.get_mut(role.index()).into_iter().for_each(|slot| *slot = true);
    }
    bound
}

fn is_plain(scope: Scope, when: Option<&Formula>) -> bool {
    scope == Scope::Everywhere && when.is_none()
}

/// How many bits rows have.
pub(super) fn count(rows: [&[u64]; 3]) -> usize {
    rows.iter().map(|row| bits::count(row)).sum()
}

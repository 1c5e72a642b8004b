//! Who else somebody is, whatever a request brings along.
//!
//! Enters: the model and its assignments. Leaves: for a grantee the groups, roles and classes that all whom it names match,
//! at least wherever a scope holds. Must not know what is looked for.
//!
//! A request may add groups and roles to those declared, and never takes one away; so what is declared can be counted on.

use super::cover;
use super::given::Given;
use crate::model::{Assignment, Grantee, GroupId, Model, RoleId, Scope};
use std::collections::BTreeSet;

/// How many are looked at for one grantee.
const MATCHED: usize = 256;

/// What a grantee always matches.
pub(super) struct Reach<'m> {
    model: &'m Model,
    given: &'m Given<'m>,
}

impl<'m> Reach<'m> {
    pub(super) fn new(model: &'m Model, given: &'m Given<'m>) -> Reach<'m> {
        Reach { model, given }
    }

    /// The grantee, the groups it lies in, the roles it inherits, and its classes.
    pub(super) fn matched(&self, to: Grantee) -> Vec<Grantee> {
        let mut found = cover::grantees(to);
        match to {
            Grantee::Principal(id) => {
                let groups = self.model.principals.get(id.index()).map_or(&[][..], |it| &it.groups);
                groups.iter().for_each(|&(group, _)| self.add_group(group, &mut found));
            }
            Grantee::Group(id) if self.is_enabled(id) => {
                let groups = self.model.groups.get(id.index()).map_or(&[][..], |it| &it.groups);
                groups.iter().for_each(|&(group, _)| self.add_group(group, &mut found));
            }
            Grantee::Role(id) => self.add_inherited(id, &mut found),
            Grantee::Group(_) | Grantee::Class(_) => {}
        }
        found
    }

    /// The same with the roles that are held by assignments without a condition, wherever `scope` holds.
    pub(super) fn held(&self, to: Grantee, scope: Scope) -> Vec<Grantee> {
        let mut found = self.matched(to);
        if self.model.assignments.is_empty() {
            return found;
        }
        let mut seen: BTreeSet<Grantee> = found.iter().copied().collect();
        let mut at = 0;
        while let Some(&grantee) = found.get(at) {
            at += 1;
            for &(role, number) in self.given.of(grantee) {
                if found.len() >= MATCHED {
                    return found;
                }
                let role = Grantee::Role(role);
                let holds = |it: &Assignment| is_plain(it) && cover::covers(self.model, it.scope, scope);
                if !seen.contains(&role)
                    && self.model.assignments.get(number as usize).is_some_and(holds)
                    && seen.insert(role)
                {
                    let more = self.matched(role).into_iter().filter(|&it| it == role || seen.insert(it));
                    found.extend(more);
                }
            }
        }
        found
    }

    fn add_group(&self, group: GroupId, found: &mut Vec<Grantee>) {
        let mut open = vec![group];
        while let Some(id) = open.pop().filter(|_| found.len() < MATCHED) {
            let group = Grantee::Group(id);
            if self.is_enabled(id) && !found.contains(&group) {
                found.push(group);
                let groups = self.model.groups.get(id.index()).map_or(&[][..], |it| &it.groups);
                open.extend(groups.iter().map(|&(id, _)| id));
            }
        }
    }

    fn add_inherited(&self, role: RoleId, found: &mut Vec<Grantee>) {
        let (mut seen, mut open) = (BTreeSet::from([role]), vec![role]);
        while let Some(id) = open.pop().filter(|_| found.len() < MATCHED) {
            let inherits = self.model.roles.get(id.index()).map_or(&[][..], |it| &it.inherits);
            for &(parent, _) in inherits {
                if seen.insert(parent) {
                    found.push(Grantee::Role(parent));
                    open.push(parent);
                }
            }
        }
    }

    fn is_enabled(&self, group: GroupId) -> bool {
        self.model.groups.get(group.index()).is_some_and(|group| !group.disabled)
    }
}

fn is_plain(assignment: &Assignment) -> bool {
    assignment.from.is_none() && assignment.until.is_none() && assignment.when.is_none()
}

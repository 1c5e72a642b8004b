//! Who is assigned what.
//!
//! Enters: the model. Leaves: for each grantee the assignments to it, and which role brings which others. Must not know what
//! is looked for in them.

use crate::model::{Class, Grantee, GroupId, Model, PrincipalId, RoleId};
use crate::validate::bits::Rows;

/// How many bits the table of inheritance may have; with more roles none counts as inherited.
const BITS: usize = 1 << 26;

/// The assignments by grantee.
pub(super) struct Given<'m> {
    model: &'m Model,
    /// Where those of each grantee begin; one more than there are grantees.
    starts: Vec<u32>,
    /// Role and number of each, in the order of the model.
    list: Vec<(RoleId, u32)>,
    /// For each role, what it inherits.
    inherited: Option<Rows>,
}

impl<'m> Given<'m> {
    pub(super) fn new(model: &'m Model) -> Given<'m> {
        let count = count(model);
        let mut starts = vec![0_u32; count + 1];
        for to in model.assignments.iter().flat_map(|assignment| &assignment.to) {
            starts.get_mut(number(model, *to) + 1).into_iter().for_each(|start| *start += 1);
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut list = vec![(RoleId(0), 0); total as usize];
        for (at, assignment) in (0_u32..).zip(&model.assignments) {
            for to in &assignment.to {
                let Some(place) = next.get_mut(number(model, *to)) else { continue };
                list.get_mut(*place as usize).into_iter().for_each(|slot| *slot = (assignment.role, at));
                *place += 1;
            }
        }
        Given { model, starts, list, inherited: inherited(model) }
    }

    /// Role and number of each assignment to a grantee.
    pub(super) fn of(&self, to: Grantee) -> &[(RoleId, u32)] {
        let at = number(self.model, to);
        let bound = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        self.list.get(bound(at)..bound(at + 1)).unwrap_or(&[])
    }

    /// Whether a role is another or inherits it.
    pub(super) fn brings(&self, role: RoleId, other: RoleId) -> bool {
        role == other || self.inherited.as_ref().is_some_and(|rows| rows.has(role.index(), other.index()))
    }
}

/// Every grantee that there can be, in the order of their numbers.
pub(super) fn grantees(model: &Model) -> impl Iterator<Item = Grantee> {
    let principals = (0..model.principals.len()).map(|at| Grantee::Principal(PrincipalId::at(at)));
    let groups = (0..model.groups.len()).map(|at| Grantee::Group(GroupId::at(at)));
    let roles = (0..model.roles.len()).map(|at| Grantee::Role(RoleId::at(at)));
    let classes = [Class::Anyone, Class::Authenticated, Class::Anonymous].map(Grantee::Class);
    principals.chain(groups).chain(roles).chain(classes)
}

fn count(model: &Model) -> usize {
    model.principals.len() + model.groups.len() + model.roles.len() + 3
}

fn number(model: &Model, to: Grantee) -> usize {
    let groups = model.principals.len();
    let roles = groups + model.groups.len();
    let classes = roles + model.roles.len();
    match to {
        Grantee::Principal(id) => id.index(),
        Grantee::Group(id) => groups + id.index(),
        Grantee::Role(id) => roles + id.index(),
        Grantee::Class(Class::Anyone) => classes,
        Grantee::Class(Class::Authenticated) => classes + 1,
        Grantee::Class(Class::Anonymous) => classes + 2,
    }
}

fn inherited(model: &Model) -> Option<Rows> {
    let count = model.roles.len();
    let any = model.roles.iter().any(|role| !role.inherits.is_empty());
    if !any || count.checked_mul(count).is_none_or(|bits| bits > BITS) {
        return None;
    }
    let mut rows = Rows::new(count, count);
    let graph = crate::validate::roles::inheritance(model);
    // What a role inherits stands before it.
    for &role in graph.components().iter().flatten() {
        for edge in graph.edges_of(role) {
            rows.set(role as usize, edge.to as usize);
            rows.unite(role as usize, edge.to as usize);
        }
    }
    Some(rows)
}

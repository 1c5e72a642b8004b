//! Who holds the roles that constraints speak of, and through which assignments.
//!
//! Enters: the model, its graphs of roles and groups. Leaves: for each holder the watched roles, whatever their scope and
//! condition. A holder is a class, a group, a user or a service; each holds besides its own what the holders above it do:
//! `anyone` is above everybody, `authenticated` above everybody with an identity, an enabled group above its members.
//!
//! A million assignments are read once and kept as four bytes each; users are worked out one at a time.

use super::super::graph::Graph;
use super::super::roles::Link;
use crate::model::{Assignment, AssignmentId, Class, Grantee, GroupId, Model, PrincipalId, RoleId};
use crate::source::Span;
use std::collections::HashSet;

/// Somebody who may hold roles. Ordered: classes, groups, users and services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Holder {
    Class(Class),
    Group(GroupId),
    Principal(PrincipalId),
}

impl Holder {
    /// As the model names it.
    pub(super) fn grantee(self) -> Grantee {
        match self {
            Holder::Class(class) => Grantee::Class(class),
            Holder::Group(id) => Grantee::Group(id),
            Holder::Principal(id) => Grantee::Principal(id),
        }
    }
}

const CLASSES: [Class; 3] = [Class::Anyone, Class::Authenticated, Class::Anonymous];

/// A role given to a holder or to one above it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub assignment: AssignmentId,
    pub role: RoleId,
    /// To whom.
    pub to: Holder,
}

/// Who holds what.
pub(super) struct Holdings<'m> {
    model: &'m Model,
    /// For each role, the watched roles that its holder holds; sorted.
    brought: Vec<Vec<RoleId>>,
    /// The assignments of each holder whose role brings something, and where those of each begin.
    given: Vec<AssignmentId>,
    starts: Vec<usize>,
    /// What classes and groups hold, those above counted; sorted. Users are worked out when asked for.
    held: Vec<Vec<RoleId>>,
}

impl<'m> Holdings<'m> {
    pub(super) fn new(model: &'m Model, roles: &Graph<Link>, groups: &Graph<Span>) -> Holdings<'m> {
        let brought = brought(model, roles);
        let (given, starts) = given(model, &brought);
        let mut holdings = Holdings { model, brought, given, starts, held: Vec::new() };
        holdings.held = vec![Vec::new(); CLASSES.len() + model.groups.len()];
        for class in CLASSES {
            holdings.hold(Holder::Class(class));
        }
        for component in groups.components() {
            let members = || component.iter().map(|&group| Holder::Group(GroupId(group)));
            members().for_each(|group| holdings.hold(group));
            // Groups that lie in each other are reported as a cycle, and here they hold the same.
            if component.len() > 1 {
                let mut all: Vec<RoleId> = members().flat_map(|group| holdings.held(group)).collect();
                all.sort_unstable();
                all.dedup();
                members().for_each(|group| holdings.set(group, all.clone()));
            }
        }
        holdings
    }

    fn hold(&mut self, holder: Holder) {
        let held = self.held(holder);
        self.set(holder, held);
    }

    fn set(&mut self, holder: Holder, held: Vec<RoleId>) {
        if let Some(slot) = self.held.get_mut(number(self.model, holder)) {
            *slot = held;
        }
    }

    /// The watched roles that the holder of a role holds; sorted.
    pub(super) fn brought(&self, role: RoleId) -> &[RoleId] {
        self.brought.get(role.index()).map_or(&[], Vec::as_slice)
    }

    /// The classes and groups that can hold anything.
    pub(super) fn shared_holders(&self) -> impl Iterator<Item = Holder> + '_ {
        let enabled = self.model.groups.iter().enumerate().filter(|(_, group)| !group.disabled);
        let groups = enabled.map(|(at, _)| Holder::Group(GroupId::at(at)));
        CLASSES.into_iter().map(Holder::Class).chain(groups)
    }

    /// Every user and service.
    pub(super) fn principals(&self) -> impl Iterator<Item = Holder> + '_ {
        (0..self.model.principals.len()).map(|at| Holder::Principal(PrincipalId::at(at)))
    }

    /// The watched roles that somebody holds, those of the holders above counted; sorted.
    pub(super) fn held(&self, holder: Holder) -> Vec<RoleId> {
        let mut held: Vec<RoleId> = Vec::new();
        for given in self.own(holder) {
            held.extend(self.brought(given.role));
        }
        for above in self.above(holder) {
            held.extend(self.held.get(number(self.model, above)).into_iter().flatten());
        }
        held.sort_unstable();
        held.dedup();
        held
    }

    /// The holders right above one.
    pub(super) fn above(&self, holder: Holder) -> impl Iterator<Item = Holder> + '_ {
        let (class, groups) = match holder {
            Holder::Class(Class::Anyone) => (None, &[][..]),
            Holder::Class(Class::Authenticated | Class::Anonymous) => (Some(Class::Anyone), &[][..]),
            Holder::Group(id) => (
                Some(Class::Authenticated),
                self.model.groups.get(id.index()).map_or(&[][..], |group| group.groups.as_slice()),
            ),
            Holder::Principal(id) => (
                Some(Class::Authenticated),
                self.model.principals.get(id.index()).map_or(&[][..], |it| it.groups.as_slice()),
            ),
        };
        let enabled = |id: &GroupId| self.model.groups.get(id.index()).is_some_and(|group| !group.disabled);
        let groups = groups.iter().map(|&(id, _)| id).filter(enabled).map(Holder::Group);
        class.map(Holder::Class).into_iter().chain(groups)
    }

    /// What is given to somebody itself.
    pub(super) fn own(&self, holder: Holder) -> impl Iterator<Item = Given> + '_ {
        let at = number(self.model, holder);
        let start = self.starts.get(at).copied().unwrap_or(0);
        let end = self.starts.get(at + 1).copied().unwrap_or(start);
        let ids = self.given.get(start..end).unwrap_or(&[]);
        ids.iter().filter_map(move |&assignment| {
            let role = self.model.assignments.get(assignment.index())?.role;
            Some(Given { assignment, role, to: holder })
        })
    }

    /// What is given to somebody and to all above, what is its own first.
    pub(super) fn all(&self, holder: Holder) -> Vec<Given> {
        let mut seen: HashSet<Holder> = HashSet::from([holder]);
        let mut open = std::collections::VecDeque::from([holder]);
        let mut all = Vec::new();
        while let Some(holder) = open.pop_front() {
            all.extend(self.own(holder));
            open.extend(self.above(holder).filter(|&above| seen.insert(above)));
        }
        all
    }

    /// Through which assignment somebody holds a role; its own first.
    pub(super) fn through(&self, holder: Holder, role: RoleId) -> Option<Given> {
        self.all(holder).into_iter().find(|given| self.brought(given.role).binary_search(&role).is_ok())
    }

    /// Where an assignment stands.
    pub(super) fn span(&self, id: AssignmentId) -> Span {
        self.model.assignments.get(id.index()).map_or(Span::default(), |assignment| assignment.span)
    }
}

/// The place of a holder in the lists.
fn number(model: &Model, holder: Holder) -> usize {
    match holder {
        Holder::Class(class) => CLASSES.iter().position(|&other| other == class).unwrap_or(0),
        Holder::Group(id) => CLASSES.len() + id.index(),
        Holder::Principal(id) => CLASSES.len() + model.groups.len() + id.index(),
    }
}

fn brought(model: &Model, roles: &Graph<Link>) -> Vec<Vec<RoleId>> {
    let mut brought: Vec<Vec<RoleId>> = vec![Vec::new(); model.roles.len()];
    for role in watched(model) {
        if let Some(own) = brought.get_mut(role.index()) {
            own.push(role);
        }
    }
    for component in roles.components() {
        let mut all: Vec<RoleId> = Vec::new();
        for &role in component {
            for node in roles.edges_of(role).iter().map(|edge| edge.to).chain([role]) {
                all.extend(brought.get(node as usize).into_iter().flatten());
            }
        }
        all.sort_unstable();
        all.dedup();
        for &role in component {
            if let Some(slot) = brought.get_mut(role as usize) {
                slot.clone_from(&all);
            }
        }
    }
    brought
}

/// The roles that constraints name.
fn watched(model: &Model) -> Vec<RoleId> {
    let exclusive = model.exclusives.iter().flat_map(|it| it.roles.iter().map(|&(role, _)| role));
    let limited = model.limits.iter().map(|limit| limit.role);
    let required = model.roles.iter().enumerate().flat_map(|(at, role)| {
        let itself = (!role.requires.is_empty()).then(|| RoleId::at(at));
        role.requires.iter().map(|&(required, _)| required).chain(itself)
    });
    let mut watched: Vec<RoleId> = exclusive.chain(limited).chain(required).collect();
    watched.sort_unstable();
    watched.dedup();
    watched
}

/// The assignments of each holder, counted first and filled in then.
fn given(model: &Model, brought: &[Vec<RoleId>]) -> (Vec<AssignmentId>, Vec<usize>) {
    let holders = CLASSES.len() + model.groups.len() + model.principals.len();
    let matters =
        |it: &&(usize, &Assignment)| brought.get(it.1.role.index()).is_some_and(|roles| !roles.is_empty());
    let pairs = || {
        let assignments = model.assignments.iter().enumerate();
        assignments.filter(|it| matters(&it)).flat_map(|(at, assignment)| {
            let numbers = assignment.to.iter().filter_map(|&to| holder_of(to)).map(|to| number(model, to));
            numbers.filter(move |&to| to < holders).map(move |to| (to, AssignmentId::at(at)))
        })
    };
    let mut starts = vec![0; holders + 1];
    for (to, _) in pairs() {
        starts.get_mut(to + 1).into_iter().for_each(|count| *count += 1);
    }
    let mut total = 0;
    for start in &mut starts {
        total += *start;
        *start = total;
    }
    let mut next = starts.clone();
    let mut given = vec![AssignmentId(0); total];
    for (to, id) in pairs() {
        let Some(at) = next.get_mut(to) else { continue };
        given.get_mut(*at).into_iter().for_each(|slot| *slot = id);
        *at += 1;
    }
    (given, starts)
}

fn holder_of(grantee: Grantee) -> Option<Holder> {
    match grantee {
        Grantee::Principal(id) => Some(Holder::Principal(id)),
        Grantee::Group(id) => Some(Holder::Group(id)),
        Grantee::Class(class) => Some(Holder::Class(class)),
        Grantee::Role(_) => None,
    }
}

//! What the declared users and services come to.
//!
//! Enters: the model, its roles and groups, and which privileges matter. Leaves: profiles, each a row of what is granted
//! and denied, with the principals that have it. Thousands of users share a few dozen profiles, so what follows is
//! decided once for each of those. Scopes and conditions are not looked at: whoever is granted something somewhere counts as
//! granted it. A deny counts where nothing can beat it.

use crate::model::{Class, Effect, Entry, Grantee, Model, PrincipalId, Scope};
use crate::source::Span;
use crate::validate::bits::{self, Rows};
use crate::validate::graph::Graph;
use crate::validate::lints::cover;
use crate::validate::roles::Link;
use std::collections::HashMap;

/// How many bits all profiles together may have; beyond, principals are not looked at.
const BITS: usize = 1 << 29;

/// Which privileges matter, numbered.
pub(super) struct Numbers {
    /// By privilege.
    pub number: Vec<Option<u32>>,
    pub count: usize,
}

/// The bits of a row: granted by an entry that a deny beats, denied, granted by a bypass.
#[derive(Clone, Copy)]
enum Part {
    Granted = 0,
    Denied = 1,
    Bypassed = 2,
}

/// The profiles, and who has them.
pub(super) struct Profiles {
    /// A row for each.
    pub rows: Vec<Profile>,
}

/// What some principals have in common.
pub(super) struct Profile {
    row: Vec<u64>,
    count: usize,
    /// In the order of their numbers.
    pub principals: Vec<PrincipalId>,
}

impl Profile {
    /// Whether an entry grants it, and none denies it.
    pub(super) fn grants(&self, number: usize) -> bool {
        let has = |part: Part| bits::has(&self.row, part as usize * self.count + number);
        has(Part::Bypassed) || has(Part::Granted) && !has(Part::Denied)
    }

    /// Whether it is denied wherever it is asked, whoever grants it.
    pub(super) fn denies(&self, number: usize) -> bool {
        bits::has(&self.row, Part::Denied as usize * self.count + number)
    }
}

impl Profiles {
    /// `None` where there are too many.
    pub(super) fn new(
        model: &Model,
        roles: &Graph<Link>,
        groups: &Graph<Span>,
        numbers: &Numbers,
    ) -> Option<Profiles> {
        let width = numbers.count * 3;
        let subjects = model.roles.len().checked_add(model.groups.len())?;
        if subjects.checked_mul(width.max(64))? > BITS {
            return None;
        }
        let denies = cover::is_deny_final(model);
        let common = Rows::new(1, width);
        let roles_rows = Rows::new(model.roles.len(), width);
        let group_rows = Rows::new(model.groups.len(), width);
        let mut tables =
            Tables { model, numbers, denies, common, roles: roles_rows, groups: group_rows, own: Vec::new() };
        tables.add_entries();
        tables.close_roles(roles);
        tables.add_assignments();
        tables.close_groups(groups);
        tables.profiles(width)
    }
}

/// What a principal is given itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Role(u32),
    Entry(u32),
}

struct Tables<'a> {
    model: &'a Model,
    numbers: &'a Numbers,
    denies: bool,
    /// What everybody with an identity is granted or denied; one row.
    common: Rows,
    roles: Rows,
    groups: Rows,
    own: Vec<(PrincipalId, Source)>,
}

impl Tables<'_> {
    fn add_entries(&mut self) {
        for (at, entry) in self.model.entries.iter().enumerate() {
            let part = match entry.effect {
                Effect::Grant => Part::Granted,
                Effect::Bypass => Part::Bypassed,
                Effect::Deny if self.denies && is_plain(entry) => Part::Denied,
                Effect::Deny => continue,
            };
            for &to in &entry.to {
                match to {
                    // Whether it holds for the holder of a role depends on how the role is held.
                    Grantee::Role(_) if matches!(part, Part::Denied) => {}
                    Grantee::Role(role) => {
                        add(self.roles.row_mut(role.index()), entry, part, self.numbers);
                    }
                    Grantee::Group(group) => {
                        add(self.groups.row_mut(group.index()), entry, part, self.numbers);
                    }
                    Grantee::Class(Class::Anyone | Class::Authenticated) => {
                        add(self.common.row_mut(0), entry, part, self.numbers);
                    }
                    Grantee::Class(Class::Anonymous) => {}
                    Grantee::Principal(principal) => {
                        let at = u32::try_from(at).unwrap_or(u32::MAX);
                        self.own.push((principal, Source::Entry(at)));
                    }
                }
            }
        }
    }

    fn close_roles(&mut self, roles: &Graph<Link>) {
        // What a role brings stands before it.
        for &role in roles.components().iter().flatten() {
            roles.edges_of(role).iter().for_each(|edge| self.roles.unite(role as usize, edge.to as usize));
        }
    }

    fn add_assignments(&mut self) {
        for assignment in &self.model.assignments {
            let row = self.roles.row(assignment.role.index());
            for &to in &assignment.to {
                match to {
                    Grantee::Group(group) => bits::unite(self.groups.row_mut(group.index()), row),
                    Grantee::Class(Class::Anyone | Class::Authenticated) => {
                        bits::unite(self.common.row_mut(0), row);
                    }
                    Grantee::Principal(id) => self.own.push((id, Source::Role(assignment.role.0))),
                    Grantee::Role(_) | Grantee::Class(Class::Anonymous) => {}
                }
            }
        }
        self.own.sort_unstable();
        self.own.dedup();
    }

    fn close_groups(&mut self, groups: &Graph<Span>) {
        for &group in groups.components().iter().flatten() {
            if self.is_disabled(group as usize) {
                self.groups.row_mut(group as usize).fill(0);
                continue;
            }
            for edge in groups.edges_of(group) {
                self.groups.unite(group as usize, edge.to as usize);
            }
        }
    }

    fn is_disabled(&self, group: usize) -> bool {
        self.model.groups.get(group).is_some_and(|group| group.disabled)
    }

    fn profiles(&self, width: usize) -> Option<Profiles> {
        let mut numbers: HashMap<Vec<u64>, usize> = HashMap::new();
        let mut rows: Vec<Profile> = Vec::new();
        let mut own = self.own.as_slice();
        let mut row: Vec<u64> = Vec::new();
        for (at, principal) in self.model.principals.iter().enumerate() {
            let id = PrincipalId::at(at);
            let (mine, others) = own.split_at(own.partition_point(|&(owner, _)| owner <= id));
            own = others;
            row.clear();
            row.extend_from_slice(self.common.row(0));
            principal.groups.iter().for_each(|(id, _)| bits::unite(&mut row, self.groups.row(id.index())));
            for &(_, source) in mine {
                self.add_source(source, &mut row);
            }
            let number = match numbers.get(&row) {
                Some(&number) => number,
                None if (rows.len() + 1).saturating_mul(width) > BITS => return None,
                None => {
                    let number = rows.len();
                    numbers.insert(row.clone(), number);
                    rows.push(Profile {
                        row: row.clone(),
                        count: self.numbers.count,
                        principals: Vec::new(),
                    });
                    number
                }
            };
            rows.get_mut(number).into_iter().for_each(|profile| profile.principals.push(id));
        }
        Some(Profiles { rows })
    }

    fn add_source(&self, source: Source, row: &mut [u64]) {
        match source {
            Source::Role(role) => bits::unite(row, self.roles.row(role as usize)),
            Source::Entry(entry) => {
                let Some(entry) = self.model.entries.get(entry as usize) else { return };
                let part = match entry.effect {
                    Effect::Grant => Part::Granted,
                    Effect::Deny => Part::Denied,
                    Effect::Bypass => Part::Bypassed,
                };
                add(row, entry, part, self.numbers);
            }
        }
    }
}

fn is_plain(entry: &Entry) -> bool {
    entry.scope == Scope::Everywhere && entry.when.is_none()
}

fn add(row: &mut [u64], entry: &Entry, part: Part, numbers: &Numbers) {
    let matters = |id: &crate::model::PrivilegeId| numbers.number.get(id.index()).copied().flatten();
    for number in entry.privileges.iter().filter_map(matters) {
        bits::set(row, part as usize * numbers.count + number as usize);
    }
}

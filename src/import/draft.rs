//! What a source says, whichever format it has: roles, privileges, entries, who has what where.
//!
//! Enters: what the readers understood. Leaves: the same, without what says nothing. Names are texts of the source; privileges are numbers
//! of the draft, so that what an entry means is a set, and how it is written is a second question.

use super::Counts;
use super::list::Written;
use crate::ast::{Class, Effect, PrincipalKind};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Where it comes from, for people.
    pub origin: String,
    pub types: Vec<Type>,
    /// Whether conditions name the object that a request is about: `context.name`.
    pub names_objects: bool,
    /// Whether everything is granted that nothing denies.
    pub default_grant: bool,
    pub privileges: Privileges,
    pub roles: Vec<Role>,
    pub groups: BTreeSet<SmolStr>,
    /// Users and services, with the groups that they are in.
    pub identities: BTreeMap<(PrincipalKind, SmolStr), BTreeSet<SmolStr>>,
    /// Resources that lie in others.
    pub instances: BTreeSet<(Resource, Resource)>,
    pub assignments: Vec<Assignment>,
    /// Entries that no role has.
    pub entries: Vec<Entry>,
}

/// A type of resources.
#[derive(Debug)]
pub(super) struct Type {
    pub name: &'static str,
    pub parents: Vec<&'static str>,
    pub by_path: bool,
}

/// The type and the id.
pub(super) type Resource = (&'static str, SmolStr);

/// The privileges that the source names.
#[derive(Debug, Default)]
pub(super) struct Privileges {
    pub list: Vec<Privilege>,
    numbers: HashMap<SmolStr, u32>,
    /// The categories, with the types that their privileges are asked on.
    pub categories: BTreeMap<SmolStr, Vec<&'static str>>,
}

#[derive(Debug)]
pub(super) struct Privilege {
    pub name: SmolStr,
    pub category: SmolStr,
}

impl Privileges {
    /// The number of a privilege, which is new or known.
    pub fn declare(&mut self, name: &str, category: &str, on: &[&'static str]) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let (name, category) = (SmolStr::new(name), SmolStr::new(category));
        self.categories.entry(category.clone()).or_insert_with(|| on.to_vec());
        self.numbers.insert(name.clone(), number);
        self.list.push(Privilege { name, category });
        number
    }

    /// The number of a privilege.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }
}

#[derive(Debug, Default)]
pub(super) struct Role {
    pub name: SmolStr,
    /// What the source says about it to people.
    pub doc: Option<String>,
    /// Lines of comments.
    pub comments: Vec<String>,
    pub inherits: Vec<SmolStr>,
    /// Entries without principals.
    pub entries: Vec<Entry>,
}

/// Who gets something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Who {
    User(SmolStr),
    Service(SmolStr),
    Group(SmolStr),
    Role(SmolStr),
    Class(Class),
}

/// Where something holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Scope {
    /// A resource and all below it.
    Below(Resource),
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub effect: Effect,
    /// What it means: numbers of privileges, sorted.
    pub what: Vec<u32>,
    /// How the source writes it, if a policy could write it so.
    pub written: Option<Written>,
    pub to: Vec<Who>,
    pub on: Option<Scope>,
    /// The objects by name, if it is only about some.
    pub names: Vec<SmolStr>,
    /// Why the contradiction that it is part of may stand.
    pub contradicts: Option<&'static str>,
}

impl Entry {
    /// An entry of a role, everywhere.
    pub fn of(effect: Effect, mut what: Vec<u32>) -> Entry {
        what.sort_unstable();
        what.dedup();
        let (to, names) = (Vec::new(), Vec::new());
        Entry { effect, what, written: None, to, on: None, names, contradicts: None }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Assignment {
    pub role: SmolStr,
    pub to: Who,
    pub on: Option<Scope>,
}

impl Draft {
    /// Declares whoever is named.
    pub fn meet(&mut self, who: &Who) {
        match who {
            Who::User(name) => {
                self.identities.entry((PrincipalKind::User, name.clone())).or_default();
            }
            Who::Service(name) => {
                self.identities.entry((PrincipalKind::Service, name.clone())).or_default();
            }
            Who::Group(name) => {
                self.groups.insert(name.clone());
            }
            Who::Role(_) | Who::Class(_) => {}
        }
    }

    /// Takes out what says nothing and what says the same again.
    pub fn tidy(&mut self) {
        let mut seen = BTreeSet::new();
        self.assignments.retain(|assignment| seen.insert(assignment.clone()));
        for role in &mut self.roles {
            tidy_entries(&mut role.entries);
            let mut seen = BTreeSet::new();
            role.inherits.retain(|name| seen.insert(name.clone()));
        }
        tidy_entries(&mut self.entries);
    }

    pub fn counts(&self) -> Counts {
        Counts {
            roles: self.roles.len(),
            privileges: self.privileges.list.len(),
            entries: self.entries.len() + self.roles.iter().map(|role| role.entries.len()).sum::<usize>(),
            assignments: self.assignments.len(),
        }
    }
}

/// Entries that differ in nothing but what they name become one.
fn tidy_entries(entries: &mut Vec<Entry>) {
    type Rest = (Effect, Vec<Who>, Option<Scope>, Vec<SmolStr>, bool);
    let mut places: HashMap<Rest, usize> = HashMap::new();
    let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
    for mut entry in entries.drain(..) {
        if entry.what.is_empty() {
            continue;
        }
        entry.names.sort_unstable();
        entry.names.dedup();
        // Written forms stay as the source has them, unless one says all that the other does.
        let rest = (
            entry.effect,
            entry.to.clone(),
            entry.on.clone(),
            entry.names.clone(),
            entry.contradicts.is_some(),
        );
        let same = places.get(&rest).and_then(|&at| kept.get_mut(at));
        match same {
            Some(first) if first.written.is_none() && entry.written.is_none() => {
                first.what.append(&mut entry.what);
                first.what.sort_unstable();
                first.what.dedup();
            }
            Some(first) if is_within(&entry.what, &first.what) => {}
            Some(first) if is_within(&first.what, &entry.what) => *first = entry,
            _ => {
                places.insert(rest, kept.len());
                kept.push(entry);
            }
        }
    }
    *entries = kept;
}

/// Whether a sorted list holds all of another.
fn is_within(part: &[u32], whole: &[u32]) -> bool {
    part.len() <= whole.len() && part.iter().all(|number| whole.binary_search(number).is_ok())
}

//! Who asks: one principal that stands for all who could exist, or one that is meant by name.
//!
//! Enters: what a question can depend on, and the constraints. Leaves: a literal for each role that could come with the request,
//! each group, each declared user or service that differs from others; and clauses that keep out what the constraints forbid.
//!
//! A request brings any roles and groups that the constraints permit, also for a declared user or service, which has its own
//! besides; anonymous callers bring none. A declared one without entries and roles of its own can do nothing that somebody in
//! its groups cannot, so only the others count by name.

use super::constraints::Constraints;
use super::formula::Formulas;
use super::index::{Cone, Index};
use super::solver::Lit;
use crate::model::{Grantee, GroupId, PrincipalId, RoleId};
use crate::policy::Policy;
use crate::policy::layout::{Entry, Holder, Holding, Names};
use crate::terms::Class;
use std::collections::{BTreeMap, BTreeSet};

/// Whom a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Everybody who could exist; whether anonymous callers too.
    Everybody { anonymous: bool },
    /// An anonymous caller, who has nothing but what the policy gives the class.
    Anonymous,
    /// A user or service as declared.
    Principal(PrincipalId),
    /// Somebody with the role and nothing besides.
    Role(RoleId),
    /// Somebody in the group and nothing besides.
    Group(GroupId),
}

impl Who {
    /// Whom a name in an invariant means.
    pub(super) fn meant(who: Grantee) -> Who {
        match who {
            Grantee::Class(Class::Anyone) => Who::Everybody { anonymous: true },
            Grantee::Class(Class::Authenticated) => Who::Everybody { anonymous: false },
            Grantee::Class(Class::Anonymous) => Who::Anonymous,
            Grantee::Principal(id) => Who::Principal(id),
            Grantee::Role(id) => Who::Role(id),
            Grantee::Group(id) => Who::Group(id),
        }
    }
}

/// A declared user or service, and all that can't be told from it.
pub(super) struct Person {
    pub holder: u32,
    pub is: Lit,
}

/// See the file.
pub(super) struct Asker<'a> {
    policy: &'a Policy,
    pub anonymous: Lit,
    /// Roles that the request brings.
    pub roles: BTreeMap<u32, Lit>,
    /// Groups that the request brings.
    pub groups: BTreeMap<u32, Lit>,
    pub people: Vec<Person>,
    /// For each declared one that stands for itself or others its place in `people`.
    person_of: BTreeMap<u32, usize>,
    /// Somebody could be in a group of any name.
    pub in_some_group: Lit,
    in_group: BTreeMap<u32, Lit>,
}

impl<'a> Asker<'a> {
    /// One that is meant by name.
    pub(super) fn one(policy: &'a Policy, who: Who) -> Asker<'a> {
        let mut asker = Asker::nobody(policy);
        match who {
            Who::Everybody { .. } => {}
            Who::Anonymous => asker.anonymous = Lit::TRUE,
            Who::Principal(id) => asker.add_person(id.0, Lit::TRUE),
            Who::Role(id) => drop(asker.roles.insert(id.0, Lit::TRUE)),
            Who::Group(id) => drop(asker.groups.insert(id.0, Lit::TRUE)),
        }
        let own = asker.people.first().map(|person| person.holder);
        let given = asker.groups.keys().map(|group| policy.counts().first_group() + group);
        let holders: Vec<u32> = own.into_iter().chain(given).collect();
        for holder in holders {
            for group in policy.list(policy.record::<Holder>(holder).groups).iter() {
                asker.in_group.insert(group, Lit::TRUE);
            }
        }
        asker
    }

    fn nobody(policy: &'a Policy) -> Asker<'a> {
        Asker {
            policy,
            anonymous: Lit::FALSE,
            roles: BTreeMap::new(),
            groups: BTreeMap::new(),
            people: Vec::new(),
            person_of: BTreeMap::new(),
            in_some_group: Lit::FALSE,
            in_group: BTreeMap::new(),
        }
    }

    fn add_person(&mut self, holder: u32, is: Lit) {
        self.person_of.insert(holder, self.people.len());
        self.people.push(Person { holder, is });
    }

    /// Everybody who could exist. `named` are users and services that values name.
    pub(super) fn everybody(
        index: &Index<'a>,
        cone: &Cone,
        constraints: &Constraints,
        (named, groups): (&BTreeSet<u32>, &BTreeSet<u32>),
        anonymous: bool,
        formulas: &mut Formulas,
    ) -> Asker<'a> {
        let policy = index.policy;
        let counts = policy.counts();
        let mut asker = Asker::nobody(policy);
        if anonymous {
            asker.anonymous = formulas.variable();
        }
        for &role in &cone.roles {
            asker.roles.insert(role, formulas.variable());
        }
        let of_holders = cone.holders.iter().filter_map(|holder| holder.checked_sub(counts.first_group()));
        let groups: BTreeSet<u32> =
            of_holders.filter(|&group| group < counts.groups).chain(groups.iter().copied()).collect();
        for &group in &groups {
            // A disabled group counts for nothing.
            let holder: Holder = policy.record(counts.first_group() + group);
            if policy.list(holder.groups).iter().any(|own| own == group) {
                asker.groups.insert(group, formulas.variable());
            }
        }
        asker.in_some_group = formulas.variable();
        asker.people(cone, constraints, named, formulas);
        let brought = asker.roles.values().chain(asker.groups.values()).chain([&asker.in_some_group]);
        let with_name: Vec<Lit> =
            brought.chain(asker.people.iter().map(|person| &person.is)).copied().collect();
        for literal in with_name {
            formulas.clause(&[!asker.anonymous, !literal]);
        }
        asker.memberships(&groups, formulas);
        constraints.forbid(index, &asker, formulas);
        asker
    }

    /// The users and services that differ from somebody in their groups.
    fn people(
        &mut self,
        cone: &Cone,
        constraints: &Constraints,
        named: &BTreeSet<u32>,
        formulas: &mut Formulas,
    ) {
        let policy = self.policy;
        let first_group = policy.counts().first_group();
        let own = cone.holders.iter().copied().filter(|&holder| holder < first_group);
        let all: BTreeSet<u32> = own.chain(named.iter().copied()).chain(constraints.counted()).collect();
        let mut alike: BTreeMap<Alike, u32> = BTreeMap::new();
        let mut is: Vec<Lit> = Vec::new();
        for holder in all {
            let Holder { entries, entries_end, holdings, holdings_end, groups, attributes } =
                policy.record(holder);
            formulas.spend(4 + (entries_end - entries + holdings_end - holdings) as usize);
            let in_cone = |role: &u32| cone.roles.contains(role);
            let alike_key = Alike {
                named: (named.contains(&holder) || constraints.counts(holder)).then_some(holder),
                entries: (entries..entries_end)
                    .map(|at| policy.record::<Entry>(at))
                    .map(|entry| [entry.scope, entry.condition, entry.grant, entry.deny, entry.bypass])
                    .collect(),
                holdings: (holdings..holdings_end)
                    .map(|at| policy.record::<Holding>(at))
                    .filter(|holding| in_cone(&holding.role))
                    .map(|holding| [holding.scope, holding.scopes, holding.condition, holding.role])
                    .collect(),
                groups,
                attributes,
            };
            match alike.get(&alike_key) {
                Some(&known) => {
                    if let Some(&place) = self.person_of.get(&known) {
                        self.person_of.insert(holder, place);
                    }
                }
                None => {
                    alike.insert(alike_key, holder);
                    let literal = formulas.variable();
                    is.push(literal);
                    self.add_person(holder, literal);
                }
            }
        }
        formulas.at_most_one(&is);
    }

    /// What makes it a member of each group that counts.
    fn memberships(&mut self, groups: &BTreeSet<u32>, formulas: &mut Formulas) {
        let first_group = self.policy.counts().first_group();
        let mut ways: BTreeMap<u32, Vec<Lit>> = BTreeMap::new();
        let brought = self.groups.iter().map(|(&group, &literal)| (first_group + group, literal));
        for (holder, literal) in brought.chain(self.people.iter().map(|person| (person.holder, person.is))) {
            let all = self.policy.list(self.policy.record::<Holder>(holder).groups);
            formulas.spend(all.len());
            for group in all.iter().filter(|group| groups.contains(group)) {
                ways.entry(group).or_default().push(literal);
            }
        }
        for (group, ways) in ways {
            let literal = formulas.or(ways);
            self.in_group.insert(group, literal);
        }
    }

    /// Whether it is in an enabled group.
    pub(super) fn is_in(&self, group: u32) -> Lit {
        self.in_group.get(&group).copied().unwrap_or(Lit::FALSE)
    }

    /// The groups that it may be in.
    pub(super) fn all_groups(&self) -> impl Iterator<Item = u32> + '_ {
        self.in_group.keys().copied()
    }

    /// Whether it brings a role.
    pub(super) fn brings(&self, role: u32) -> Lit {
        self.roles.get(&role).copied().unwrap_or(Lit::FALSE)
    }

    /// Whether it is a user or service, or one that can't be told from it.
    pub(super) fn is_person(&self, holder: u32) -> Lit {
        let place = self.person_of.get(&holder).and_then(|&at| self.people.get(at));
        place.map_or(Lit::FALSE, |person| person.is)
    }

    /// Whether it is in a class: 0 anyone, 1 authenticated, 2 anonymous.
    pub(super) fn is_in_class(&self, class: u32) -> Lit {
        match class {
            0 => Lit::TRUE,
            1 => !self.anonymous,
            _ => self.anonymous,
        }
    }

    /// Whether it matches a holder that is no role.
    pub(super) fn matches(&self, holder: u32) -> Lit {
        let counts = self.policy.counts();
        if holder < counts.first_group() {
            return self.is_person(holder);
        }
        match holder.checked_sub(counts.first_class()) {
            Some(class) => self.is_in_class(class),
            None => self.is_in(holder - counts.first_group()),
        }
    }

    /// The user or service of a name, if the policy declares it.
    pub(super) fn declared(policy: &Policy, kind: Names, name: &str) -> Option<u32> {
        let id = policy.find(kind, name)?;
        Some(if kind == Names::Service { policy.counts().users + id } else { id })
    }
}

/// What two declared users or services must share to be alike.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    named: Option<u32>,
    entries: Vec<[u32; 5]>,
    holdings: Vec<[u32; 4]>,
    groups: u32,
    attributes: u32,
}

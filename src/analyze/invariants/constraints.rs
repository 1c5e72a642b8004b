//! What `exclusive`, `limit` and the `requires` of roles say of somebody who could exist.
//!
//! Enters: a model. Leaves: the roles and people that constraints speak of, and clauses for one who asks. They count as the
//! checks of the constraints themselves do: whatever brings a role, wherever and whenever it holds.

use super::asker::Asker;
use super::formula::Formulas;
use super::index::{Index, role_of};
use super::solver::Lit;
use crate::model::{Grantee, Model, RoleId};
use crate::policy::Policy;
use crate::policy::layout::{Holder, Holding};
use std::collections::{BTreeMap, BTreeSet};

/// The constraints of a policy.
#[derive(Default)]
pub(super) struct Constraints {
    /// For each role that they name those that bring it, itself included.
    brought_by: BTreeMap<u32, BTreeSet<u32>>,
    exclusive: Vec<(u32, u32)>,
    requires: Vec<(u32, u32)>,
    /// Roles that as many hold as may, with those.
    full: BTreeMap<u32, BTreeSet<u32>>,
}

/// For each of some roles those that bring it: they inherit it, or it is assigned to them.
pub(super) fn bringing(model: &Model, roles: impl IntoIterator<Item = u32>) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut roles = roles.into_iter().peekable();
    if roles.peek().is_none() {
        return BTreeMap::new();
    }
    let mut by: Vec<Vec<u32>> = vec![Vec::new(); model.roles.len()];
    let mut bring = |role: RoleId, bringing: u32| {
        by.get_mut(role.index()).into_iter().for_each(|all: &mut Vec<u32>| all.push(bringing));
    };
    for (at, role) in model.roles.iter().enumerate() {
        role.inherits.iter().for_each(|&(parent, _)| bring(parent, RoleId::at(at).0));
    }
    for assignment in &model.assignments {
        for to in &assignment.to {
            if let Grantee::Role(to) = to {
                bring(assignment.role, to.0);
            }
        }
    }
    let closed = |role: u32| {
        let (mut open, mut seen) = (vec![role], BTreeSet::from([role]));
        while let Some(at) = open.pop() {
            let more = by.get(at as usize).into_iter().flatten().copied();
            open.extend(more.filter(|&by| seen.insert(by)));
        }
        (role, seen)
    };
    roles.map(closed).collect()
}

impl Constraints {
    pub(super) fn of(model: &Model, policy: &Policy) -> Constraints {
        let mut constraints = Constraints::default();
        for exclusive in &model.exclusives {
            let roles: BTreeSet<u32> = exclusive.roles.iter().map(|(role, _)| role.0).collect();
            for &one in &roles {
                constraints.exclusive.extend(roles.range(one + 1..).map(|&other| (one, other)));
            }
        }
        for (at, role) in model.roles.iter().enumerate() {
            constraints
                .requires
                .extend(role.requires.iter().map(|(required, _)| (RoleId::at(at).0, required.0)));
        }
        let pairs = constraints.exclusive.iter().chain(&constraints.requires).flat_map(|&(a, b)| [a, b]);
        let named: BTreeSet<u32> = pairs.chain(model.limits.iter().map(|limit| limit.role.0)).collect();
        constraints.brought_by = bringing(model, named);
        for limit in &model.limits {
            let holders = constraints.declared_holders(policy, limit.role.0);
            if holders.len() >= limit.count as usize {
                constraints.full.insert(limit.role.0, holders);
            }
        }
        constraints
    }

    /// The declared users and services that hold a role.
    fn declared_holders(&self, policy: &Policy, role: u32) -> BTreeSet<u32> {
        let counts = policy.counts();
        let gives = |holder: u32| {
            let Holder { holdings, holdings_end, .. } = policy.record(holder);
            (holdings..holdings_end).any(|at| {
                let holding: Holding = policy.record(at);
                self.brings(holding.role, role)
            })
        };
        let groups: BTreeSet<u32> =
            (0..counts.groups).filter(|&group| gives(counts.first_group() + group)).collect();
        let is_member = |holder: u32| {
            let own = policy.list(policy.record::<Holder>(holder).groups);
            own.iter().any(|group| groups.contains(&group))
        };
        (0..counts.first_group()).filter(|&holder| gives(holder) || is_member(holder)).collect()
    }

    fn brings(&self, role: u32, brought: u32) -> bool {
        self.brought_by.get(&brought).is_some_and(|by| by.contains(&role))
    }

    /// The roles that matter to the constraints.
    pub(super) fn roles(&self) -> impl Iterator<Item = u32> + '_ {
        self.brought_by.values().flatten().copied()
    }

    /// The users and services that a limit leaves a role to.
    pub(super) fn counted(&self) -> impl Iterator<Item = u32> + '_ {
        self.full.values().flatten().copied()
    }

    pub(super) fn counts(&self, holder: u32) -> bool {
        self.full.values().any(|holders| holders.contains(&holder))
    }

    /// Keeps out who must not exist.
    pub(super) fn forbid(&self, index: &Index<'_>, asker: &Asker<'_>, formulas: &mut Formulas) {
        let given: BTreeMap<u32, Lit> = self
            .roles()
            .collect::<BTreeSet<u32>>()
            .into_iter()
            .map(|role| (role, given(index, asker, role, formulas)))
            .collect();
        let mut brought = |role: u32, without: Option<u32>| {
            let by = self.brought_by.get(&role).into_iter().flatten();
            let by = by.filter(|&&by| without.is_none_or(|without| !self.brings(by, without)));
            let all: Vec<Lit> = by.filter_map(|by| given.get(by).copied()).collect();
            formulas.or(all)
        };
        let mut clauses: Vec<Vec<Lit>> = Vec::new();
        for &(one, other) in &self.exclusive {
            // Of two roles of which one brings the other, the other has to come by itself besides.
            let (without_one, without_other) = match (self.brings(one, other), self.brings(other, one)) {
                (true, _) => (brought(one, None), brought(other, Some(one))),
                (_, true) => (brought(one, Some(other)), brought(other, None)),
                _ => (brought(one, Some(other)), brought(other, Some(one))),
            };
            clauses.push(vec![!without_one, !without_other]);
        }
        for &(role, required) in &self.requires {
            clauses.push(vec![!brought(role, None), brought(required, None)]);
        }
        for (&role, holders) in &self.full {
            let mut clause: Vec<Lit> = holders.iter().map(|&holder| asker.is_person(holder)).collect();
            clause.push(!brought(role, None));
            clauses.push(clause);
        }
        clauses.iter().for_each(|clause| formulas.clause(clause));
    }
}

/// Whether a role is given to somebody by the request or by any assignment.
fn given(index: &Index<'_>, asker: &Asker<'_>, role: u32, formulas: &mut Formulas) -> Lit {
    let mut ways = vec![asker.brings(role)];
    for &(holder, _) in index.holdings(role) {
        if role_of(index.policy, holder).is_none() {
            ways.push(asker.matches(holder));
        }
    }
    formulas.or(ways)
}

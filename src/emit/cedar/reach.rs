//! How entries reach who asks: directly, by a group or class, or by a role and the assignments that bring it.
//!
//! A role that comes without a scope, a bound or a condition is one that entities are members of, as are the roles that come with
//! the request. Every other assignment is a way of its own, which is written out.

use super::Export;
use super::condition::{Reading, TOO_FINE};
use super::expr::Expr;
use super::names::{OWN, Uid};
use super::text::{datetime, string};
use super::{Refusal, TIME};
use crate::model::{Assignment, AssignmentId, Class, Effect, EntryId, Grantee, RoleId, Scope, TypeId};
use std::collections::BTreeSet;

/// How specific the principal of an entry is, most specific first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Identity,
    Group,
    Role,
    Class,
}

/// One way of an entry to who asks.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    pub(super) rank: Rank,
    /// Whether who asks is at the beginning of the way.
    who: Expr,
    /// The assignments on it.
    through: Vec<AssignmentId>,
    /// The scopes on it, and the entry's own; none of them is everywhere.
    pub(super) scopes: Vec<Scope>,
}

/// One way to hold a role.
#[derive(Clone, Debug)]
pub(super) struct Way {
    who: Expr,
    through: Vec<AssignmentId>,
}

impl<'m> Export<'m> {
    /// Whether an assignment to something that entities are members of can be said by membership alone.
    pub(super) fn is_plain(assignment: &Assignment) -> bool {
        assignment.scope == Scope::Everywhere
            && assignment.from.is_none()
            && assignment.until.is_none()
            && assignment.when.is_none()
    }

    /// Finds every way of every entry.
    pub(super) fn find_reaches(&mut self) {
        self.find_ways();
        let model = self.model;
        for entry in &model.entries {
            let mut found = Vec::new();
            for &grantee in &entry.to {
                match grantee {
                    Grantee::Role(role) => {
                        let ways = self.ways_to(role);
                        found.extend(ways.into_iter().map(|way| self.by_role(entry.scope, way)));
                    }
                    Grantee::Principal(_) => found.extend(self.direct(entry.scope, grantee, Rank::Identity)),
                    Grantee::Group(_) => found.extend(self.direct(entry.scope, grantee, Rank::Group)),
                    Grantee::Class(_) => found.extend(self.direct(entry.scope, grantee, Rank::Class)),
                }
            }
            if !self.spend(1 + found.len()) {
                return;
            }
            self.reaches.push(found);
        }
    }

    fn by_role(&self, scope: Scope, way: Way) -> Reach {
        let assignments = way.through.iter().filter_map(|id| self.model.assignments.get(id.index()));
        let scopes = std::iter::once(scope).chain(assignments.map(|assignment| assignment.scope));
        let scopes: BTreeSet<Scope> = scopes.filter(|scope| *scope != Scope::Everywhere).collect();
        let Way { who, through } = way;
        Reach { rank: Rank::Role, who, through, scopes: scopes.into_iter().collect() }
    }

    fn direct(&self, scope: Scope, grantee: Grantee, rank: Rank) -> Option<Reach> {
        let who = Some(self.who(grantee)).filter(|who| *who != Expr::FALSE)?;
        let scopes = Some(scope).filter(|scope| *scope != Scope::Everywhere).into_iter().collect();
        Some(Reach { rank, who, through: Vec::new(), scopes })
    }

    /// Whether who asks is what an entry or assignment speaks of; roles have ways.
    fn who(&self, grantee: Grantee) -> Expr {
        match grantee {
            Grantee::Principal(id) => {
                self.model.principals.get(id.index()).map_or(Expr::FALSE, |principal| {
                    Expr::PrincipalEq(Uid::principal(principal.kind, &principal.name.value))
                })
            }
            // A disabled group counts for nothing.
            Grantee::Group(id) => match self.model.groups.get(id.index()) {
                Some(group) if !group.disabled => Expr::PrincipalIn(Uid::group(&group.name.value)),
                _ => Expr::FALSE,
            },
            Grantee::Class(class) => of_class(class),
            Grantee::Role(_) => Expr::FALSE,
        }
    }

    /// Notes for each role the assignments that bring it otherwise than by membership.
    fn find_ways(&mut self) {
        self.bringing = vec![Vec::new(); self.model.roles.len()];
        let mut plain_roles: Vec<Vec<RoleId>> = vec![Vec::new(); self.model.roles.len()];
        for assignment in self.model.assignments.iter().filter(|assignment| Self::is_plain(assignment)) {
            for grantee in &assignment.to {
                if let Grantee::Role(holder) = grantee
                    && let Some(list) = plain_roles.get_mut(holder.index())
                {
                    list.push(assignment.role);
                }
            }
        }
        for (at, role) in self.model.roles.iter().enumerate() {
            if let Some(list) = plain_roles.get_mut(at) {
                list.extend(role.inherits.iter().map(|&(role, _)| role));
                list.sort_unstable();
                list.dedup();
            }
        }
        for (at, assignment) in self.model.assignments.iter().enumerate() {
            let is_plain = Self::is_plain(assignment);
            if !assignment.to.iter().any(|to| !is_plain || matches!(to, Grantee::Class(_))) {
                continue;
            }
            let mut seen = BTreeSet::from([assignment.role]);
            let mut open = vec![assignment.role];
            while let Some(role) = open.pop() {
                if !self.spend(1) {
                    return;
                }
                if let Some(list) = self.bringing.get_mut(role.index()) {
                    list.push(AssignmentId::at(at));
                }
                let more = plain_roles.get(role.index()).into_iter().flatten();
                open.extend(more.copied().filter(|&role| seen.insert(role)));
            }
        }
        self.plain_roles = plain_roles;
    }

    /// Every way to hold a role. What brings a role may be brought itself: first those ways are found, one after the other, as a chain of
    /// roles may be long. The graph of roles is acyclic.
    fn ways_to(&mut self, role: RoleId) -> Vec<Way> {
        let mut open = vec![role];
        while let Some(&next) = open.last() {
            let before = self.holders(next).find(|holder| !self.ways.contains_key(holder));
            match before {
                Some(holder) if !self.ways.contains_key(&next) => open.push(holder),
                _ => {
                    self.find_ways_to(next);
                    open.pop();
                }
            }
            if !self.spend(1) {
                return Vec::new();
            }
        }
        self.ways.get(&role).cloned().unwrap_or_default()
    }

    /// The roles to which a role is assigned in a scope, for a time or under a condition.
    fn holders(&self, role: RoleId) -> impl Iterator<Item = RoleId> {
        let bringing = self.bringing.get(role.index()).into_iter().flatten();
        let assignments = bringing.filter_map(|id| self.model.assignments.get(id.index()));
        let others = assignments.filter(|assignment| !Self::is_plain(assignment));
        others.flat_map(|assignment| &assignment.to).filter_map(|to| match to {
            Grantee::Role(holder) => Some(*holder),
            _ => None,
        })
    }

    /// The ways to hold a role, where those to its holders are known.
    fn find_ways_to(&mut self, role: RoleId) {
        let Some(named) = self.model.roles.get(role.index()).filter(|_| !self.ways.contains_key(&role))
        else {
            return;
        };
        let mut ways =
            vec![Way { who: Expr::PrincipalIn(Uid::role(&named.name.value)), through: Vec::new() }];
        for id in self.bringing.get(role.index()).cloned().unwrap_or_default() {
            let Some(assignment) = self.model.assignments.get(id.index()) else { continue };
            let is_plain = Self::is_plain(assignment);
            for grantee in &assignment.to {
                match *grantee {
                    Grantee::Role(holder) if !is_plain => {
                        for mut way in self.ways.get(&holder).cloned().unwrap_or_default() {
                            way.through.push(id);
                            ways.push(way);
                        }
                    }
                    Grantee::Principal(_) | Grantee::Group(_) if is_plain => {}
                    other => {
                        let who = self.who(other);
                        if who != Expr::FALSE {
                            ways.push(Way { who, through: vec![id] });
                        }
                    }
                }
            }
            if !self.spend(1) {
                return;
            }
        }
        self.spend(ways.iter().map(|way| 1 + way.through.len()).sum());
        self.ways.insert(role, ways);
    }

    /// Whether an entry applies on a way, where a resource of a type (`None`: none) is asked about: a denial also where that can't be
    /// decided.
    pub(super) fn applies(&mut self, entry: EntryId, way: usize, ty: Option<TypeId>) -> Expr {
        if let Some(known) = self.applied.get(&(entry, way, ty)).cloned() {
            return if self.spend(known.size()) { known } else { Expr::FALSE };
        }
        let Some(reach) = self.reaches.get(entry.index()).and_then(|ways| ways.get(way)).cloned() else {
            return Expr::FALSE;
        };
        let Some(rule) = self.model.entries.get(entry.index()) else { return Expr::FALSE };
        let mut parts = vec![reach.who.clone()];
        parts.extend(reach.scopes.iter().map(|&scope| self.covers(scope, ty)));
        let undecided = rule.effect == Effect::Deny;
        if !parts.contains(&Expr::FALSE) {
            for id in &reach.through {
                let Some(assignment) = self.model.assignments.get(id.index()) else { continue };
                let at = self.model.places.condition(assignment.span).unwrap_or(assignment.span);
                parts.push(self.period(assignment, undecided));
                if let Some(when) = &assignment.when {
                    parts.push(self.plain_condition(when, Reading { ty, undecided, at }));
                }
            }
            if let Some(when) = &rule.when {
                let at = self.model.places.condition(rule.span).unwrap_or(rule.span);
                parts.push(self.plain_condition(when, Reading { ty, undecided, at }));
            }
        }
        let expr = Expr::all(parts);
        self.applied.insert((entry, way, ty), expr.clone());
        expr
    }

    fn plain_condition(&mut self, formula: &'m crate::model::Formula, reading: Reading) -> Expr {
        self.condition(formula, reading, false, &mut |_, _| Expr::FALSE)
    }

    /// The bounds of an assignment.
    fn period(&mut self, assignment: &'m Assignment, undecided: bool) -> Expr {
        let mut parts = Vec::new();
        for (bound, op) in [(assignment.from, ">="), (assignment.until, "<")] {
            let Some(bound) = bound else { continue };
            self.reads_time = true;
            match datetime(bound) {
                Some(text) => {
                    parts.push(Expr::text(format!("context.{TIME} {op} datetime({})", string(&text))));
                }
                None => self.refuse(Refusal::new(assignment.span, "an assignment", TOO_FINE.0, TOO_FINE.1)),
            }
        }
        match parts.is_empty() {
            true => Expr::TRUE,
            false => Expr::guarded(Expr::text(format!("context has {TIME}")), Expr::all(parts), undecided),
        }
    }

    /// Whether a scope covers what is asked about.
    fn covers(&self, scope: Scope, ty: Option<TypeId>) -> Expr {
        match (scope, ty) {
            (Scope::Everywhere, _) => Expr::TRUE,
            (_, None) => Expr::FALSE,
            (Scope::Type(own), Some(ty)) => {
                // What is written for this type alone says so itself.
                if own == ty { Expr::ResourceIs(self.type_name(ty)) } else { Expr::FALSE }
            }
            (Scope::Resource { instance, only }, Some(ty)) => {
                let Some(known) = self.model.instances.get(instance.index()) else { return Expr::FALSE };
                match only {
                    true if known.ty == ty => Expr::ResourceEq(self.instance(instance)),
                    false if self.above(ty).contains(&known.ty) => Expr::ResourceIn(self.instance(instance)),
                    _ => Expr::FALSE,
                }
            }
        }
    }
}

/// Whether who asks is of a class.
pub(super) fn of_class(class: Class) -> Expr {
    const ANONYMOUS: &str = OWN[2];
    match class {
        Class::Anyone => Expr::TRUE,
        Class::Anonymous => Expr::PrincipalIs(ANONYMOUS),
        Class::Authenticated => Expr::PrincipalIs(ANONYMOUS).not(),
    }
}

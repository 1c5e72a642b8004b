//! Which entries apply: one walk over everything that names a privilege and reaches the principal.
//!
//! Enters: subject, chain, privilege. Leaves: each [`Match`], to a visitor (DESIGN, section 2, step 3). The decision folds
//! them, the explanation collects them; both see the same.

use super::chain::{Chain, EVERYWHERE, TYPE_WIDE};
use super::condition::{Facts, Oracle, Truth, Values, decide_formula};
use super::subject::{Rank, Subject};
use crate::policy::Policy;
use crate::policy::layout::{Entry, Holder, Holding, Record, ScopeCode};
use std::cell::Cell;

/// Up to here a list is read through; from here on bisected.
const FEW: u32 = 32;

/// What a question carries besides principal, privilege and resource.
#[derive(Clone, Copy)]
pub(crate) struct Situation<'a> {
    pub policy: &'a Policy,
    pub subject: &'a Subject<'a>,
    pub given: &'a [(u32, super::request::Value<'a>)],
    pub at: Option<i64>,
    /// As in `Values`.
    pub assumed: Option<&'a Oracle<'a>>,
    /// As in `Values`.
    pub tested: &'a Cell<bool>,
}

/// A place to decide at: a chain, and whether its first link is the resource of the request.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a, 'c> {
    pub chain: &'c Chain<'a>,
    pub own: bool,
}

/// An entry that names the privilege, reaches the principal and covers the resource, whatever its condition says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match {
    /// In `Entries`.
    pub entry: u32,
    /// What it says of the privilege.
    pub says: Says,
    /// Whom it is written for.
    pub holder: u32,
    /// How specific that is.
    pub rank: Rank,
    /// The nearest of the levels of all scopes on the way.
    pub level: u32,
    /// All conditions on the way together.
    pub truth: Truth,
    /// How the principal comes to the holder.
    pub via: Via,
}

/// What an entry says of a privilege.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Says {
    pub grant: bool,
    pub deny: bool,
    pub bypass: bool,
}

/// The way from the principal to a holder: the member that it starts from, and assignments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Via {
    /// What the principal matches: itself, a group, a class, a supplied role.
    pub start: u32,
    /// Its assignment, in `Holdings`.
    pub holding: Option<u32>,
    /// The assignment of a further role to that one.
    pub further: Option<u32>,
}

impl<'a> Situation<'a> {
    /// The values that tests see at a place.
    pub(crate) fn values(&self, place: Place<'a, '_>) -> Values<'a> {
        Values {
            subject: self.subject,
            given: self.given,
            own_resource: place.own,
            node: place.chain.node(),
            at: self.at,
            assumed: self.assumed,
            tested: self.tested,
        }
    }

    /// Decides a condition.
    pub(crate) fn condition(&self, place: Place<'a, '_>, formula: u32) -> Truth {
        if formula == 0 {
            return Truth::True;
        }
        decide_formula(
            self.policy,
            formula,
            &mut TestsOnly { values: self.values(place), policy: self.policy },
        )
    }

    /// Visits every match of a privilege.
    pub(crate) fn visit(&self, place: Place<'a, '_>, privilege: u32, visitor: &mut impl FnMut(Match)) {
        let walk = Walk { situation: self, place, privilege };
        match self.subject.found() {
            Some(found) => found.iter().for_each(|&(holder, rank)| walk.matched(holder, rank, visitor)),
            None => self.subject.for_matched(self.policy, |holder, rank| walk.matched(holder, rank, visitor)),
        }
    }
}

/// Tests for formulas that name no privilege.
struct TestsOnly<'a> {
    values: Values<'a>,
    policy: &'a Policy,
}

impl Facts for TestsOnly<'_> {
    fn test(&mut self, _: &Policy, test: u32) -> Truth {
        self.values.test(self.policy, test)
    }

    fn privilege(&mut self, _: &Policy, _: u32) -> bool {
        false
    }
}

/// What all assignments up to a holder say together.
#[derive(Clone, Copy)]
struct Way {
    level: u32,
    conditions: [u32; 2],
    via: Via,
}

struct Walk<'s, 'a, 'c> {
    situation: &'s Situation<'a>,
    place: Place<'a, 'c>,
    privilege: u32,
}

impl Walk<'_, '_, '_> {
    /// What something that the principal matches has by itself, and by the roles it holds here.
    fn matched(&self, start: u32, rank: Rank, visitor: &mut impl FnMut(Match)) {
        let policy = self.situation.policy;
        let holder: Holder = policy.record(start);
        let via = Via { start, holding: None, further: None };
        self.entries(start, holder, rank, Way { level: u32::MAX, conditions: [0; 2], via }, visitor);
        // With the roles that a role holds nothing comes that it does not hold itself.
        let counts = policy.counts();
        let is_role = (counts.first_role()..counts.first_class()).contains(&start);
        self.holdings(holder, |first_at, level, first| {
            let number = counts.first_role() + first.role;
            let role: Holder = policy.record(number);
            let via = Via { holding: Some(first_at), ..via };
            let way = Way { level, conditions: [first.condition, 0], via };
            self.entries(number, role, Rank::Role, way, visitor);
            if is_role {
                return;
            }
            self.holdings(role, |at, further_level, further| {
                let number = counts.first_role() + further.role;
                let via = Via { further: Some(at), ..via };
                let conditions = [first.condition, further.condition];
                let way = Way { level: level.min(further_level), conditions, via };
                self.entries(number, policy.record(number), Rank::Role, way, visitor);
            });
        });
    }

    /// The holdings of a holder that cover the resource, with the nearest of their levels.
    #[inline]
    fn holdings(&self, holder: Holder, mut found: impl FnMut(u32, u32, Holding)) {
        // Roles seldom hold roles, groups and users seldom have entries of their own: to find that out takes no call.
        if holder.holdings >= holder.holdings_end {
            return;
        }
        let policy = self.situation.policy;
        self.in_scope(holder.holdings, holder.holdings_end, |at, level, holding: Holding| {
            if holding.scopes == 0 {
                found(at, level, holding);
                return;
            }
            let scopes = policy.list(holding.scopes);
            let mut levels = scopes.iter().map(|code| self.place.chain.level_of(ScopeCode(code)));
            if let Some(level) = levels.try_fold(level, |nearest, level| Some(nearest.min(level?))) {
                found(at, level, holding);
            }
        });
    }

    /// The entries of a holder that cover the resource and name the privilege.
    #[inline(always)]
    fn entries(&self, number: u32, holder: Holder, rank: Rank, way: Way, visitor: &mut impl FnMut(Match)) {
        if holder.entries < holder.entries_end {
            self.some_entries(number, holder, rank, way, visitor);
        }
    }

    #[inline]
    fn some_entries(
        &self,
        number: u32,
        holder: Holder,
        rank: Rank,
        way: Way,
        visitor: &mut impl FnMut(Match),
    ) {
        let policy = self.situation.policy;
        self.in_scope(holder.entries, holder.entries_end, |at, level, entry: Entry| {
            let says = Says {
                grant: policy.bit(entry.grant, self.privilege),
                deny: policy.bit(entry.deny, self.privilege),
                bypass: policy.bit(entry.bypass, self.privilege),
            };
            if !(says.grant || says.deny || says.bypass) {
                return;
            }
            let conditions = way.conditions.into_iter().chain([entry.condition]);
            let truth = conditions.fold(Truth::True, |truth, condition| match truth {
                Truth::False => Truth::False,
                truth => truth.and(self.situation.condition(self.place, condition)),
            });
            if truth != Truth::False {
                let level = level.min(way.level);
                visitor(Match { entry: at, says, holder: number, rank, level, truth, via: way.via });
            }
        });
    }

    /// The records of `start..end`, sorted by scope, whose scope covers the resource, each with its number and its level. The
    /// scope is the first field of both kinds of record.
    #[inline]
    fn in_scope<R: Record>(&self, start: u32, end: u32, mut found: impl FnMut(u32, u32, R)) {
        let chain = self.place.chain;
        if end - start > FEW && chain.has_resource() {
            self.bisect(start, end, &mut found);
            return;
        }
        for (at, record) in (start..end).zip(self.situation.policy.records::<R>(start, end)) {
            let scope = ScopeCode(record.first_chunk().map_or(0, |word| u32::from_le_bytes(*word)));
            if !chain.may_cover(scope) {
                continue;
            }
            if let Some(level) = chain.level_of(scope) {
                found(at, level, R::read(record));
            } else if !chain.has_resource() {
                // Those without a scope stand first.
                return;
            }
        }
    }

    /// As `in_scope`, for many records of which few cover the resource.
    #[inline(never)]
    fn bisect<R: Record>(&self, start: u32, end: u32, found: &mut dyn FnMut(u32, u32, R)) {
        let (policy, chain) = (self.situation.policy, self.place.chain);
        let scope_at = |at: u32| ScopeCode(policy.word(R::SECTION, at * (R::BYTES as u32 / 4)));
        let mut bisect = |code: ScopeCode, level: u32| {
            let (mut low, mut high) = (start, end);
            while low < high {
                let middle = low + (high - low) / 2;
                if scope_at(middle) < code { low = middle + 1 } else { high = middle }
            }
            while low < end && scope_at(low) == code {
                found(low, level, policy.record(low));
                low += 1;
            }
        };
        bisect(ScopeCode::EVERYWHERE, EVERYWHERE);
        bisect(ScopeCode::of_type(chain.ty()), TYPE_WIDE);
        for (node, level) in chain.nodes() {
            bisect(ScopeCode::below(node), level);
        }
        if let Some(node) = chain.node() {
            bisect(ScopeCode::only(node), 0);
        }
    }
}

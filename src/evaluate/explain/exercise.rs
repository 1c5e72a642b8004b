//! What of a policy takes part in a decision, for those who count what tests reach.
//!
//! Enters: a request. Leaves: [`Exercised`], in numbers of the artifact. It walks as the decision does, through everything that
//! the privilege includes and requires; what it finds does not depend on the order in which formulas are stored.

use super::{decisive, path};
use crate::evaluate::condition::{Facts, Truth, decide_formula};
use crate::evaluate::decide::with_situation;
use crate::evaluate::matching::{Match, Place, Situation};
use crate::evaluate::request::{Request, RequestError};
use crate::policy::Policy;
use crate::policy::layout::{
    Entry, Formula, FormulaKind, Holding, MAX_DECISION_DEPTH, Privilege, SourceEntry,
};
use crate::terms::Effect;
use std::collections::BTreeSet;

/// What took part in decisions.
#[derive(Debug, Default)]
pub(crate) struct Exercised {
    /// The written entries that decided.
    pub(crate) entries: BTreeSet<u32>,
    /// The holdings through which one of these reached the principal.
    pub(crate) holdings: BTreeSet<u32>,
    /// Written entries that spoke but for their own condition, and whether that was true.
    pub(crate) entry_conditions: BTreeSet<(u32, bool)>,
    /// Holdings that brought an entry that speaks of the question, and whether their condition was true.
    pub(crate) holding_conditions: BTreeSet<(u32, bool)>,
    /// Privileges that were granted but for what they require; the formula or a part of it, and whether it was true.
    pub(crate) requirements: BTreeSet<(u32, u32, bool)>,
    /// Roles with an entry, their own or an inherited one, that spoke of the privilege that was asked.
    pub(crate) asked: BTreeSet<(u32, u32)>,
}

/// Adds what takes part in a decision.
pub(crate) fn exercise(
    policy: &Policy,
    request: &Request<'_>,
    found: &mut Exercised,
) -> Result<(), RequestError> {
    with_situation(policy, request, |situation, privilege, place| {
        let (all, _) = spoken(situation, privilege, place);
        let counts = policy.counts();
        let roles = counts.first_role()..counts.first_class();
        let roles = all.iter().filter(|one| roles.contains(&one.holder));
        found.asked.extend(roles.map(|one| (one.holder - counts.first_role(), privilege)));
        Follow { situation, found }.decide(privilege, place, 0);
    })
}

/// What speaks of a privilege, whatever the conditions say, and what does under them.
fn spoken<'a>(situation: &Situation<'a>, privilege: u32, place: Place<'a, '_>) -> (Vec<Match>, Vec<Match>) {
    let (mut all, mut matches) = (Vec::new(), Vec::new());
    let open = Situation { assumed: Some(&|_, _| Truth::Undecided), ..*situation };
    open.visit(place, privilege, &mut |one| all.push(one));
    situation.visit(place, privilege, &mut |one| matches.push(one));
    (all, matches)
}

/// A decision that is followed.
struct Follow<'f, 'a> {
    situation: &'f Situation<'a>,
    found: &'f mut Exercised,
}

impl<'a> Follow<'_, 'a> {
    /// Whether a privilege is granted. It nests as deep as the decision does.
    fn decide(&mut self, privilege: u32, place: Place<'a, '_>, depth: u32) -> bool {
        let policy = self.situation.policy;
        self.note(privilege, place);
        if !self.situation.verdict(privilege, place).decision.granted() {
            return false;
        }
        let Privilege { includes, requires, .. } = policy.record(privilege);
        for included in policy.list(includes).iter() {
            if !self.needed(included, place, depth + 1) {
                return false;
            }
        }
        if requires == 0 {
            return true;
        }
        // The requirement of the category and that of the privilege stand here as parts of one.
        let Formula { kind, of } = policy.record(requires);
        if FormulaKind::of(kind) != Some(FormulaKind::And) {
            return self.required(privilege, requires, place, depth);
        }
        let mut all = true;
        for part in policy.list(of).iter() {
            all &= self.required(privilege, part, place, depth);
        }
        self.found.requirements.insert((privilege, requires, all));
        all
    }

    fn required(&mut self, privilege: u32, formula: u32, place: Place<'a, '_>, depth: u32) -> bool {
        let policy = self.situation.policy;
        let mut facts = Needed { follow: &mut *self, place, depth };
        let holds = decide_formula(policy, formula, &mut facts) == Truth::True;
        self.found.requirements.insert((privilege, formula, holds));
        holds
    }

    /// Whether a privilege is granted that another one needs.
    fn needed(&mut self, privilege: u32, place: Place<'a, '_>, depth: u32) -> bool {
        let situation = self.situation;
        situation.elsewhere(privilege, place, |place| match place {
            Some(place) if depth <= MAX_DECISION_DEPTH => {
                Follow { situation, found: &mut *self.found }.decide(privilege, place, depth)
            }
            _ => false,
        })
    }

    /// Notes what speaks of a privilege at a place, and what of it decides.
    fn note(&mut self, privilege: u32, place: Place<'a, '_>) {
        let (all, matches) = spoken(self.situation, privilege, place);
        for one in &all {
            self.note_conditions(privilege, place, one);
        }
        let Some((effect, deciding)) = decisive(self.situation, privilege, place, &matches) else { return };
        for one in deciding {
            self.found.entries.extend(path::written(self.situation.policy, privilege, effect, one));
            self.found.holdings.extend([one.via.holding, one.via.further].into_iter().flatten());
        }
    }

    /// Notes what the conditions on the way to an entry say, as far as the way is open.
    fn note_conditions(&mut self, privilege: u32, place: Place<'a, '_>, found: &Match) {
        let policy = self.situation.policy;
        for at in [found.via.holding, found.via.further].into_iter().flatten() {
            let condition = policy.record::<Holding>(at).condition;
            let holds = self.situation.condition(place, condition) == Truth::True;
            if condition != 0 {
                self.found.holding_conditions.insert((at, holds));
            }
            if !holds {
                return;
            }
        }
        let Entry { condition, .. } = policy.record(found.entry);
        if condition == 0 {
            return;
        }
        let holds = self.situation.condition(place, condition) == Truth::True;
        for effect in [Effect::Grant, Effect::Deny, Effect::Bypass] {
            let written = path::written(policy, privilege, effect, found);
            self.found.entry_conditions.extend(written.map(|at| (at, holds)));
        }
    }
}

/// The facts of a requirement, each followed in turn.
struct Needed<'n, 'f, 'a, 'c> {
    follow: &'n mut Follow<'f, 'a>,
    place: Place<'a, 'c>,
    depth: u32,
}

impl Facts for Needed<'_, '_, '_, '_> {
    fn test(&mut self, _: &Policy, test: u32) -> Truth {
        let situation = self.follow.situation;
        situation.values(self.place).test(situation.policy, test)
    }

    fn privilege(&mut self, _: &Policy, privilege: u32) -> bool {
        self.follow.needed(privilege, self.place, self.depth + 1)
    }
}

/// Where the written entries stand: the number of a file + 1 among the debug strings, line and column.
pub(crate) fn entry_places(policy: &Policy) -> impl Iterator<Item = (&str, u32, u32)> {
    (0..policy.count::<SourceEntry>()).map(|at| {
        let SourceEntry { file, line, column, .. } = policy.record(at);
        (file.checked_sub(1).map_or("", |file| policy.debug_string(file)), line, column)
    })
}

/// Where the assignments stand that holdings come from.
pub(crate) fn holding_places(policy: &Policy) -> impl Iterator<Item = (&str, u32, u32)> {
    (0..policy.count::<crate::policy::layout::Place>()).map(|at| {
        let crate::policy::layout::Place { file, line, column } = policy.record(at);
        (file.checked_sub(1).map_or("", |file| policy.debug_string(file)), line, column)
    })
}

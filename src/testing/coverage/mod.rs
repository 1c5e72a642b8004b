//! What of a policy its tests reach.
//!
//! Enters: a policy, the model and the sources that it was compiled from, and questions. Leaves: a [`Coverage`]. Judges no answer:
//! whether a decision is the one expected is what tests say.
//!
//! # What counts
//!
//! A decision looks at what it asks about, and at everything that this includes and requires, each where it is decided. In one of
//! these decisions
//!
//! - an *entry* counts if it is among those that decided: a grant that a deny beat does not, nor does a deny that a nearer grant beat;
//! - an *assignment* counts if an entry that decided came to the principal through it;
//! - a *requirement* (what a privilege or a category requires, each formula as it is written) counts if it was looked at because
//!   everything else granted, and was satisfied in one decision and missing in another;
//! - a *condition* (the `when` of an entry or an assignment, with the `from` and `until` of that) has two outcomes, true and not true.
//!   Each counts if the rule spoke of the question but for its condition. Not true is false or undecided.

mod candidates;
mod marks;
#[cfg(test)]
mod tests;

use super::Question;
use crate::evaluate::{self, Exercised};
use crate::lower;
use crate::model::{Grantee, Model, PrivilegeId, RoleId};
use crate::policy::Policy;
use crate::source::{Sources, Span};
use candidates::candidates;
use marks::Marks;
use std::collections::{BTreeMap, BTreeSet};

/// Questions that are tried to find those that would help most.
const MAX_CANDIDATES: usize = 20_000;

/// What tests can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An entry.
    Entry,
    /// An assignment.
    Assignment,
    /// What a privilege or a category requires.
    Requirement,
    /// The condition of an entry or an assignment.
    Condition,
}

impl Kind {
    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Entry => "entry",
            Kind::Assignment => "assignment",
            Kind::Requirement => "requirement",
            Kind::Condition => "condition",
        }
    }
}

/// Something that no question reached, or not from both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack {
    /// What it is.
    pub kind: Kind,
    /// Where it is written.
    pub span: Span,
    /// Of a requirement: whether it was seen satisfied, and missing; of a condition: whether it was seen true, and not true. Of
    /// others neither.
    pub seen: [bool; 2],
}

/// How many there are of something, and how many of them were reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Reached.
    pub reached: usize,
    /// In all.
    pub total: usize,
}

impl Share {
    /// In hundredths, rounded down: 100 is all. All of nothing is all.
    #[must_use]
    pub fn percent(self) -> usize {
        (self.reached * 100).checked_div(self.total).unwrap_or(100)
    }

    fn add(&mut self, reached: bool) {
        self.total += 1;
        self.reached += usize::from(reached);
    }
}

/// The counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Entries that decided.
    pub entries: Share,
    /// Assignments through which one of these came.
    pub assignments: Share,
    /// Requirements that were seen satisfied and missing.
    pub requirements: Share,
    /// Outcomes of conditions: two of each.
    pub outcomes: Share,
    /// Pairs of a role and a privilege that an entry of the role, its own or an inherited one, speaks of, and that were asked.
    pub decisions: Share,
}

impl Totals {
    /// Entries, assignments, requirements and outcomes together.
    #[must_use]
    pub fn all(&self) -> Share {
        let shares = [self.entries, self.assignments, self.requirements, self.outcomes];
        let sum = |count: fn(&Share) -> usize| shares.iter().map(count).sum();
        Share { reached: sum(|share| share.reached), total: sum(|share| share.total) }
    }
}

/// Privileges of a category that an entry of a role speaks of, and that nobody was asked about who has that entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unasked<'m> {
    /// The role.
    pub role: &'m str,
    /// The category.
    pub category: &'m str,
    /// The privileges, in the order of their names.
    pub privileges: Vec<&'m str>,
    /// How many of the category an entry of the role speaks of.
    pub of: usize,
}

/// What questions reach of a policy.
#[derive(Debug)]
pub struct Coverage<'m> {
    policy: &'m Policy,
    model: &'m Model,
    /// For each privilege the numbers of its category's formula and of its own.
    required: Vec<[u32; 2]>,
    /// For each written entry of the artifact that of the model; for each holding its assignment.
    entries: Vec<Option<usize>>,
    assignments: Vec<Option<usize>>,
    marks: Marks,
    /// Roles and privileges.
    asked: BTreeSet<(u32, u32)>,
}

impl<'m> Coverage<'m> {
    /// Of no question yet. The policy is the one that was compiled from the model and the sources, with its debug information.
    #[must_use]
    pub fn new(policy: &'m Policy, model: &'m Model, sources: &Sources) -> Coverage<'m> {
        let mut files: BTreeMap<Span, (&str, u32, u32)> = BTreeMap::new();
        let paths: Vec<String> =
            sources.iter().map(|(_, source)| source.path.to_string_lossy().into_owned()).collect();
        let spans = model.entries.iter().map(|entry| entry.span);
        for span in spans.chain(model.assignments.iter().map(|assignment| assignment.span)) {
            let (line, column) =
                sources.get(span.source).map_or((0, 0), |source| source.line_column(span.start));
            let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let path = paths.get(span.source.0 as usize).map_or("", String::as_str);
            files.insert(span, (path, number(line), number(column)));
        }
        let numbered = |spans: &mut dyn Iterator<Item = Span>| -> BTreeMap<(&str, u32, u32), usize> {
            spans.enumerate().filter_map(|(at, span)| Some((*files.get(&span)?, at))).collect()
        };
        let entries = numbered(&mut model.entries.iter().map(|entry| entry.span));
        let assignments = numbered(&mut model.assignments.iter().map(|assignment| assignment.span));
        Coverage {
            policy,
            model,
            required: lower::requirements(model),
            entries: evaluate::entry_places(policy).map(|place| entries.get(&place).copied()).collect(),
            assignments: evaluate::holding_places(policy)
                .map(|place| assignments.get(&place).copied())
                .collect(),
            marks: Marks::of(model),
            asked: BTreeSet::new(),
        }
    }

    /// Adds a question; one that the policy does not have reaches nothing.
    pub fn add(&mut self, question: &Question) {
        let found = self.exercised(question);
        for mark in self.reached(&found) {
            self.marks.set(mark);
        }
        self.asked.extend(found.asked);
    }

    fn exercised(&self, question: &Question) -> Exercised {
        let mut found = Exercised::default();
        // What is no question exercises nothing, and those who run the tests say why it is none.
        let _ = question.request(|request| evaluate::exercise(self.policy, request, &mut found));
        found
    }

    /// The marks of what took part in a decision.
    fn reached(&self, found: &Exercised) -> Vec<usize> {
        let entry = |at: u32| self.entries.get(at as usize).copied().flatten();
        let assignment = |at: u32| self.assignments.get(at as usize).copied().flatten();
        let mut all = Vec::new();
        all.extend(found.entries.iter().filter_map(|&at| Some(self.marks.entry(entry(at)?))));
        all.extend(found.holdings.iter().filter_map(|&at| Some(self.marks.assignment(assignment(at)?))));
        for &(at, holds) in &found.entry_conditions {
            all.extend(entry(at).map(|at| self.marks.entry_condition(at, holds)));
        }
        for &(at, holds) in &found.holding_conditions {
            all.extend(assignment(at).map(|at| self.marks.assignment_condition(at, holds)));
        }
        for &(privilege, formula, holds) in &found.requirements {
            let at = privilege as usize;
            let Some(&[of_category, own]) = self.required.get(at) else { continue };
            if formula == own {
                all.push(self.marks.own_requirement(at, holds));
            }
            if formula == of_category
                && let Some(privilege) = self.model.privileges.get(at)
            {
                all.push(self.marks.category_requirement(privilege.category.index(), holds));
            }
        }
        all
    }

    /// How much was reached.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.each(|lack, reached| match lack.kind {
            Kind::Entry => totals.entries.add(reached),
            Kind::Assignment => totals.assignments.add(reached),
            Kind::Requirement => totals.requirements.add(reached),
            Kind::Condition => lack.seen.iter().for_each(|&seen| totals.outcomes.add(seen)),
        });
        for (role, spoken) in self.spoken() {
            let asked = |privilege: &&u32| self.asked.contains(&(role.0, **privilege));
            totals.decisions.total += spoken.len();
            totals.decisions.reached += spoken.iter().filter(asked).count();
        }
        totals
    }

    /// What was not reached, in the order of files and lines.
    #[must_use]
    pub fn lacks(&self) -> Vec<Lack> {
        let mut lacks = Vec::new();
        self.each(|lack, reached| {
            if !reached {
                lacks.push(lack);
            }
        });
        lacks.sort_by_key(|lack| (lack.span.source, lack.span.start, lack.kind));
        lacks
    }

    /// Everything that counts, and whether it was reached as far as it can be.
    fn each(&self, mut found: impl FnMut(Lack, bool)) {
        let Coverage { model, marks, .. } = self;
        let mut one = |kind, span, reached| found(Lack { kind, span, seen: [false; 2] }, reached);
        for (at, entry) in model.entries.iter().enumerate() {
            one(Kind::Entry, entry.span, marks.has(marks.entry(at)));
        }
        for (at, assignment) in model.assignments.iter().enumerate() {
            one(Kind::Assignment, assignment.span, marks.has(marks.assignment(at)));
        }
        let mut two = |kind, span, mark: &dyn Fn(bool) -> usize| {
            let seen = [true, false].map(|side| marks.has(mark(side)));
            found(Lack { kind, span, seen }, seen == [true; 2]);
        };
        for (at, category) in model.categories.iter().enumerate().filter(|(_, one)| one.requires.is_some()) {
            let span = category.requires_at.unwrap_or(category.name.span);
            two(Kind::Requirement, span, &|side| marks.category_requirement(at, side));
        }
        for (at, privilege) in model.privileges.iter().enumerate().filter(|(_, one)| one.requires.is_some()) {
            let span = privilege.requires_at.unwrap_or(privilege.name.span);
            two(Kind::Requirement, span, &|side| marks.own_requirement(at, side));
        }
        for (at, entry) in model.entries.iter().enumerate().filter(|(_, entry)| entry.when.is_some()) {
            let span = model.places.condition(entry.span).unwrap_or(entry.span);
            two(Kind::Condition, span, &|side| marks.entry_condition(at, side));
        }
        for (at, assignment) in model.assignments.iter().enumerate() {
            if assignment.when.is_some() || assignment.from.is_some() || assignment.until.is_some() {
                let span = model.places.condition(assignment.span).unwrap_or(assignment.span);
                two(Kind::Condition, span, &|side| marks.assignment_condition(at, side));
            }
        }
    }

    /// For each role the privileges that an entry of it speaks of, its own or an inherited one.
    fn spoken(&self) -> impl Iterator<Item = (RoleId, BTreeSet<u32>)> {
        let roles = &self.model.roles;
        let mut own: Vec<Vec<&[PrivilegeId]>> = vec![Vec::new(); roles.len()];
        for entry in &self.model.entries {
            for grantee in &entry.to {
                if let Grantee::Role(role) = grantee
                    && let Some(own) = own.get_mut(role.index())
                {
                    own.push(&entry.privileges);
                }
            }
        }
        (0..roles.len()).map(move |at| {
            let (mut open, mut seen) = (vec![at], BTreeSet::from([at]));
            let mut spoken = BTreeSet::new();
            while let Some(role) = open.pop() {
                let lists = own.get(role).into_iter().flatten();
                spoken.extend(lists.flat_map(|list| list.iter().map(|privilege| privilege.0)));
                let inherited = roles.get(role).into_iter().flat_map(|role| &role.inherits);
                open.extend(inherited.map(|(role, _)| role.index()).filter(|&role| seen.insert(role)));
            }
            (RoleId::at(at), spoken)
        })
    }

    /// The decisions that no question asked for: by role and category, those with the most of them first.
    #[must_use]
    pub fn unasked(&self) -> Vec<Unasked<'m>> {
        let mut all = Vec::new();
        for (id, spoken) in self.spoken() {
            let Some(role) = self.model.roles.get(id.index()) else { continue };
            let mut by_category: BTreeMap<u32, Unasked<'m>> = BTreeMap::new();
            for privilege in spoken {
                let Some(named) = self.model.privileges.get(privilege as usize) else { continue };
                let category = self.model.categories.get(named.category.index());
                let category = category.map_or("", |category| category.name.value.as_str());
                let role = role.name.value.as_str();
                let empty = || Unasked { role, category, privileges: Vec::new(), of: 0 };
                let unasked = by_category.entry(named.category.0).or_insert_with(empty);
                unasked.of += 1;
                if !self.asked.contains(&(id.0, privilege)) {
                    unasked.privileges.push(&named.name.value);
                }
            }
            all.extend(by_category.into_values().filter(|unasked| !unasked.privileges.is_empty()));
        }
        all.sort_by_key(|unasked| std::cmp::Reverse(unasked.privileges.len()));
        all
    }

    /// At most `most` questions that would reach the most of what is not reached yet, each with how much that is after those before
    /// it. They were tried on the policy; others may reach more.
    #[must_use]
    pub fn suggestions(&self, most: usize) -> Vec<(Question, usize)> {
        let mut tried: Vec<(Question, BTreeSet<usize>)> = candidates(self.model, MAX_CANDIDATES)
            .into_iter()
            .map(|question| {
                let found = self.exercised(&question);
                let new = self.reached(&found).into_iter().filter(|&mark| !self.marks.has(mark)).collect();
                (question, new)
            })
            .filter(|(_, new): &(_, BTreeSet<usize>)| !new.is_empty())
            .collect();
        let mut chosen = Vec::new();
        while chosen.len() < most {
            // Of those that reach as much the first is taken, which is the simplest.
            let best = (0..tried.len()).rev().max_by_key(|&at| tried.get(at).map_or(0, |(_, new)| new.len()));
            let Some((question, new)) =
                best.map(|at| tried.swap_remove(at)).filter(|(_, new)| !new.is_empty())
            else {
                break;
            };
            for (_, others) in &mut tried {
                others.retain(|mark| !new.contains(mark));
            }
            chosen.push((question, new.len()));
        }
        chosen
    }
}

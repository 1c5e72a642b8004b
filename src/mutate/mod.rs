//! Changes of a policy that its tests should notice.
//!
//! Enters: a policy with the model and the sources that it was compiled from, and the questions of its tests. Leaves: what came of
//! each change, and for one that no test noticed a question whose answer it turns round. Reads no file and prints nothing.
//!
//! A change is made on the model, not on the text: one rule loses one thing, or reaches further. The changed model is checked, lowered
//! and asked what the tests ask. Only what passes all of it is compared with the policy itself: what decides everything alike is no
//! change at all, and is not counted.

mod change;
mod example;
#[cfg(test)]
mod tests;

pub use change::{Change, What};

use crate::difference::Difference;
use crate::evaluate::Decision;
use crate::model::Model;
use crate::policy::Policy;
use crate::source::Sources;
use crate::testing::{Expected, Question, Verdict};
use crate::validate::allow::Allows;
use crate::{analyze, diagnostic, lower, threads, validate};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Changes that are tried.
const MAX_MUTANTS: usize = 10_000;
/// Rules, names and questions that all changes together read; more changes than that are not tried.
const MAX_MUTANT_WORK: usize = 200_000_000;

/// What came of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A test fails.
    ByTests,
    /// An invariant is broken.
    ByInvariants,
    /// It is no valid policy any more.
    ByCompiler,
    /// Everything is decided as before.
    Same,
    /// It could not be compared within the limits.
    Unclear,
    /// Nothing notices it, and something is decided otherwise.
    Survived(Option<Box<Example>>),
}

/// A question whose answer a change turns round.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What to ask.
    pub question: Question,
    /// What the policy decides.
    pub now: Decision,
    /// What it would decide.
    pub then: Decision,
}

/// What came of all changes.
#[derive(Clone, Debug, Default)]
pub struct Mutation {
    /// Each change that was tried, in the order of files and lines.
    pub tried: Vec<(Change, Outcome)>,
    /// How many there are; more than were tried if the policy is too large for all.
    pub possible: usize,
}

impl Mutation {
    /// The changes with an outcome.
    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.tried.iter().filter(|(_, outcome)| is(outcome)).count()
    }

    /// How many were noticed: by tests, by invariants, by the compiler.
    #[must_use]
    pub fn noticed(&self) -> [usize; 3] {
        [Outcome::ByTests, Outcome::ByInvariants, Outcome::ByCompiler]
            .map(|wanted| self.count(|outcome| *outcome == wanted))
    }

    /// How many decide everything as before.
    #[must_use]
    pub fn same(&self) -> usize {
        self.count(|outcome| *outcome == Outcome::Same)
    }

    /// How many could not be compared.
    #[must_use]
    pub fn unclear(&self) -> usize {
        self.count(|outcome| *outcome == Outcome::Unclear)
    }

    /// Those that nothing notices.
    pub fn survivors(&self) -> impl Iterator<Item = (&Change, Option<&Example>)> {
        self.tried.iter().filter_map(|(change, outcome)| match outcome {
            Outcome::Survived(example) => Some((change, example.as_deref())),
            _ => None,
        })
    }
}

/// What all changes are held against.
struct Ground<'a> {
    policy: &'a Policy,
    /// The model without its tests, which a change does not touch.
    model: &'a Model,
    sources: &'a Sources,
    checks: &'a [Expected],
}

/// Changes a policy in every way, one at a time, and asks the questions again. They have to be answered as expected before.
///
/// ```
/// use policyc::mutate::mutate;
/// use policyc::source::{Format, Sources};
/// use policyc::testing::Expected;
///
/// let mut sources = Sources::new();
/// let text = "category c { view drop } user ann grant view, drop to authenticated deny drop to user:ann
///             test \"ann\" { as user:ann can view }";
/// sources.add("a.policy", Format::Policy, text);
/// let compiled = policyc::compile(&sources);
/// let checks = compiled.model.tests.iter().flat_map(|test| &test.checks);
/// let checks: Vec<Expected> =
///     checks.filter_map(|check| Expected::of_check(check, &compiled.model)).collect();
/// let mutation = mutate(&compiled.policy.unwrap(), &compiled.model, &sources, &checks);
/// let (change, example) = mutation.survivors().next().unwrap();
/// assert_eq!(change.what.to_string(), "without the deny");
/// assert_eq!(example.unwrap().question.text(), "user:ann: drop");
/// ```
#[must_use]
pub fn mutate(policy: &Policy, model: &Model, sources: &Sources, checks: &[Expected]) -> Mutation {
    let mut bare = model.clone();
    bare.tests.clear();
    bare.matrices.clear();
    let all = change::changes(&bare);
    let size = bare.entries.len()
        + bare.assignments.len()
        + bare.principals.len()
        + bare.groups.len()
        + bare.instances.len()
        + bare.privileges.len()
        + checks.len();
    let most = MAX_MUTANTS.min(MAX_MUTANT_WORK / size.max(1)).max(1);
    let possible = all.len();
    let chosen: Vec<Change> = evenly(all, most);
    let ground = Ground { policy, model: &bare, sources, checks };
    let outcomes = outcomes(&ground, &chosen);
    Mutation { tried: chosen.into_iter().zip(outcomes).collect(), possible }
}

/// At most so many of a list, from everywhere in it.
fn evenly<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let count = all.len();
    if count <= most {
        return all;
    }
    let is_chosen = |at: usize| at * most / count != (at + 1) * most / count;
    all.into_iter().enumerate().filter(|(at, _)| is_chosen(*at)).map(|(_, one)| one).collect()
}

/// What comes of each, in their order, by as many threads as can work at a time.
fn outcomes(ground: &Ground<'_>, changes: &[Change]) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(change) = changes.get(at) else { return done };
            done.push((at, ground.outcome(change)));
        }
    };
    let mut all: Vec<(usize, Outcome)> = thread::scope(|scope| {
        let others = 1..threads::cores().min(changes.len()).max(1);
        let others: Vec<_> =
            others.filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let own = work();
        own.into_iter().chain(others.into_iter().flat_map(threads::join)).collect()
    });
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, outcome)| outcome).collect()
}

impl Ground<'_> {
    fn outcome(&self, change: &Change) -> Outcome {
        let mut model = self.model.clone();
        change.apply(&mut model);
        let mut found = Vec::new();
        validate::validate(&model, &mut found);
        Allows::new(&model).silence(&mut found);
        if diagnostic::has_own_errors(&found) {
            return Outcome::ByCompiler;
        }
        let Some(policy) = lower::lower(&model, self.sources, &mut found) else { return Outcome::ByCompiler };
        let passes = |check: &Expected| check.verdict(&check.question.decide(&policy)) == Verdict::Passed;
        if !self.checks.iter().all(passes) {
            return Outcome::ByTests;
        }
        if policy.strip().as_bytes() == self.policy.strip().as_bytes() {
            return Outcome::Same;
        }
        analyze::invariants(&model, &policy, &mut found);
        Allows::new(&model).silence(&mut found);
        if diagnostic::has_own_errors(&found) {
            return Outcome::ByInvariants;
        }
        let difference = Difference::between(self.policy, &policy);
        if difference.changes().next().is_some() {
            return Outcome::Survived(example::example(&difference, self.policy, &policy).map(Box::new));
        }
        if difference.undecided().is_empty() { Outcome::Same } else { Outcome::Unclear }
    }
}

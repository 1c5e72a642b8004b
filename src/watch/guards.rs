//! A policy that is good by the language, and what runs > what speaks against it.
//!
//! Enters: which guards the service wants, and a candidate. Leaves: objections, none for a policy that may run. What cannot be
//! said for sure is an objection too: a guard that fell silent would be taken for a yes.

use super::options::Candidate;
use super::report::plain;
use crate::diagnostic::closest;
use crate::difference::Difference;
use crate::source::Sources;
use crate::testing::{Verdict, cases};
use std::collections::BTreeSet;
use std::fmt;

/// The most gains, tests or questions that an objection tells in words.
const MAX_TOLD: usize = 3;

/// What a service wants to be held of every policy.
#[derive(Clone, Debug, Default)]
pub(super) struct Guards {
    /// Its own tests pass.
    pub(super) tests: bool,
    /// The most gains compared with what runs.
    pub(super) most_gains: Option<usize>,
    /// Categories in which nothing may be gained.
    pub(super) categories: BTreeSet<String>,
}

/// What speaks against a policy that is good by the language. The text is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Objection {
    /// Tests that stand in it fail; see [`Options::guard_tests`](super::Options::guard_tests).
    Tests {
        /// How many fail.
        failed: usize,
        /// How many there are.
        all: usize,
        /// The first of those that fail: place, block, question, and what was expected and came.
        first: Vec<String>,
    },
    /// It is an artifact, which holds no tests.
    NoTests,
    /// It grants more than what runs; see [`Options::guard_gains`](super::Options::guard_gains).
    Gains {
        /// How many entitlements more: a subject, a privilege and a place each.
        count: usize,
        /// How many there may be.
        most: usize,
        /// The first of them in words, the gravest first.
        first: Vec<String>,
    },
    /// It grants more than what runs in a category; see [`Options::guard_categories`](super::Options::guard_categories).
    Category {
        /// The category, as the guard names it.
        category: String,
        /// How many entitlements more in it: a subject, a privilege and a place each.
        count: usize,
        /// The first of them in words.
        first: Vec<String>,
    },
    /// It does not have a category that a guard names, so that nothing would ever be held back by it.
    UnknownCategory {
        /// The category, as the guard names it.
        category: String,
        /// What may be meant instead; `None` if no category has a similar name.
        meant: Option<String>,
    },
    /// It has no debug information, and so no categories.
    Stripped,
    /// It could not be compared with what runs within the limits, so that what it grants besides is not known.
    Undecided {
        /// How many questions were left open; each may stand for many.
        count: usize,
        /// The first of them in words.
        first: Vec<String>,
    },
    /// The service's own judgement, in its words; see [`Options::judge`](super::Options::judge).
    Judge(String),
}

impl Guards {
    /// What speaks against a candidate. `sources` are those that it was compiled from.
    pub(super) fn object(&self, candidate: &Candidate<'_>, sources: &Sources) -> Vec<Objection> {
        let mut objections = Vec::new();
        if self.tests {
            objections.extend(tests(candidate, sources));
        }
        objections.extend(self.unknown(candidate));
        if self.most_gains.is_some() || !self.categories.is_empty() {
            let difference = candidate.difference();
            objections.extend(difference.into_iter().flat_map(|difference| self.compare(difference)));
        }
        objections
    }

    /// Categories that the candidate does not have.
    fn unknown(&self, candidate: &Candidate<'_>) -> Vec<Objection> {
        if self.categories.is_empty() {
            return Vec::new();
        }
        if candidate.policy.is_stripped() {
            return vec![Objection::Stripped];
        }
        let mut known = candidate.policy.categories();
        // One without privileges is known to the model alone.
        let declared = candidate.model.into_iter().flat_map(|model| &model.categories);
        known.extend(declared.map(|category| category.name.value.to_string()));
        let is_unknown = |name: &&String| !known.iter().any(|known| known.eq_ignore_ascii_case(name));
        let object = |name: &String| Objection::UnknownCategory {
            category: name.clone(),
            meant: closest(name, known.iter().map(String::as_str)).map(str::to_owned),
        };
        self.categories.iter().filter(is_unknown).map(object).collect()
    }

    fn compare(&self, difference: &Difference) -> Vec<Objection> {
        let mut objections = Vec::new();
        let gains = difference.gains();
        for category in &self.categories {
            let count = gains.of(category);
            if count > 0 {
                let first = difference.gains_in_words(Some(category), MAX_TOLD);
                objections.push(Objection::Category { category: category.clone(), count, first });
            }
        }
        if let Some(most) = self.most_gains.filter(|&most| gains.total > most) {
            let first = difference.gains_in_words(None, MAX_TOLD);
            objections.push(Objection::Gains { count: gains.total, most, first });
        }
        let open = difference.undecided();
        if !open.is_empty() {
            let first = open.iter().take(MAX_TOLD).cloned().collect();
            objections.push(Objection::Undecided { count: open.len(), first });
        }
        objections
    }
}

/// Runs the tests that stand in a candidate.
fn tests(candidate: &Candidate<'_>, sources: &Sources) -> Option<Objection> {
    let Some(model) = candidate.model else { return Some(Objection::NoTests) };
    let (mut failed, mut all, mut first) = (0, 0, Vec::new());
    for case in cases(candidate.policy, model) {
        all += 1;
        if case.verdict == Verdict::Passed {
            continue;
        }
        failed += 1;
        if first.len() < MAX_TOLD {
            let source = sources.get(case.span.source);
            let place = source.map(|source| {
                let (line, column) = source.line_column(case.span.start);
                format!("{}:{line}:{column}: ", source.path.display())
            });
            let (suite, name) = (case.suite.name(), case.name);
            first.push(format!("{}{suite} \"{name}\": {case}", place.unwrap_or_default()));
        }
    }
    (failed > 0).then_some(Objection::Tests { failed, all, first })
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Objection::Tests { failed, all, first } => {
                format!("{failed} of {all} tests fail: {}", listed(first, *failed))
            }
            Objection::NoTests => {
                "it is an artifact and holds no tests, and a guard wants them to pass; give the source files".to_owned()
            }
            // What is put together is not counted again: the numbers are those of decisions.
            Objection::Gains { count, most, first } => {
                let count = entitlements(*count);
                format!("it grants {count}, and {most} are allowed at once: {}", first.join("; "))
            }
            Objection::Category { category, count, first } => {
                let count = entitlements(*count);
                format!("it grants {count} in category `{category}`: {}", first.join("; "))
            }
            Objection::UnknownCategory { category, meant } => {
                let next = match meant {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "correct the name in the guard".to_owned(),
                };
                format!("it has no category `{category}`, which a guard names; {next}")
            }
            Objection::Stripped => {
                "it was compiled with `--strip` and has no categories, and a guard names one; compile it without".to_owned()
            }
            Objection::Undecided { count, first } => {
                format!("what it grants besides could not be decided within the limits: {}", listed(first, *count))
            }
            Objection::Judge(reason) => reason.clone(),
        };
        f.write_str(&plain(&text))
    }
}

fn entitlements(count: usize) -> String {
    if count == 1 { "1 new entitlement".to_owned() } else { format!("{count} new entitlements") }
}

/// The first of some, and how many more there are.
fn listed(first: &[String], all: usize) -> String {
    let told = first.join("; ");
    match all.saturating_sub(first.len()) {
        0 => told,
        more => format!("{told}; and {more} more"),
    }
}

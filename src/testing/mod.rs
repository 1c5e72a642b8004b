//! The tests that stand in a policy, run.
//!
//! Enters: a policy and the model that it was compiled from, or one question with what is expected of it. Leaves: what came of
//! each case, as values. Reads no file and no clock, and prints nothing.

mod coverage;
mod question;
#[cfg(test)]
mod tests;

pub use coverage::{Coverage, Kind, Lack, Share, Totals, Unasked};
pub use question::Question;
#[cfg(feature = "cli")]
pub(crate) use question::{root_word, value_text};

use crate::evaluate::{Decision, RequestError};
use crate::model::{Model, TestCheck};
use crate::policy::Policy;
use crate::source::Span;
use crate::terms::Reason;
use std::fmt;

/// In which kind of block a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// A `test` block.
    Test,
    /// A `matrix` block.
    Matrix,
}

impl Suite {
    /// The word with which the block begins.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Suite::Test => "test",
            Suite::Matrix => "matrix",
        }
    }
}

/// A question and the decision that is expected.
#[derive(Clone, Debug)]
pub struct Expected {
    /// What is asked.
    pub question: Question,
    /// Whether it is to be granted.
    pub granted: bool,
    /// For which reason; `None`: for any.
    pub reason: Option<Reason>,
}

/// What a case came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The decision is the one expected.
    Passed,
    /// It is another one.
    Failed,
    /// There is none: the policy has no such question.
    Undecided,
}

/// One question of a block, asked.
#[derive(Clone, Debug)]
pub struct Case<'m> {
    /// In what it stands.
    pub suite: Suite,
    /// The name of the block; may be empty.
    pub name: &'m str,
    /// Where it stands, in the sources that the policy was compiled from.
    pub span: Span,
    /// What it asks and expects; `None` if it names what the model does not have, which no check of that model does.
    pub expected: Option<Expected>,
    /// What the policy decides, or why it does not; `None` if nothing could be asked.
    pub came: Option<Result<Decision, RequestError>>,
    /// What that comes to.
    pub verdict: Verdict,
}

impl Expected {
    /// What the check of a model asks and expects; `None` if it is not of this model.
    #[must_use]
    pub fn of_check(check: &TestCheck, model: &Model) -> Option<Expected> {
        let question = Question::of_check(check, model)?;
        Some(Expected { question, granted: check.expect, reason: check.because })
    }

    /// Whether an answer is what is expected.
    #[must_use]
    pub fn verdict(&self, came: &Result<Decision, RequestError>) -> Verdict {
        match came {
            Err(_) => Verdict::Undecided,
            Ok(decision) => {
                let fits = decision.granted() == self.granted
                    && self.reason.is_none_or(|reason| reason == decision.reason());
                if fits { Verdict::Passed } else { Verdict::Failed }
            }
        }
    }

    /// `expected deny, got grant (explicit-grant)`.
    #[must_use]
    pub fn against(&self, decision: Decision) -> String {
        let wanted = answer(self.granted, self.reason);
        let got = answer(decision.granted(), Some(decision.reason()));
        format!("expected {wanted}, got {got}")
    }
}

fn answer(granted: bool, reason: Option<Reason>) -> String {
    let word = if granted { "grant" } else { "deny" };
    match reason {
        Some(reason) => format!("{word} ({reason})"),
        None => word.to_owned(),
    }
}

/// In one line what is asked, expected and decided: `user:ann: edit on doc:a: expected deny, got grant (explicit-grant)`.
impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(expected) = &self.expected else {
            return f.write_str("it names what the policy does not have");
        };
        write!(f, "{}: ", expected.question.text())?;
        match &self.came {
            Some(Ok(decision)) => f.write_str(&expected.against(*decision)),
            Some(Err(error)) => error.fmt(f),
            None => f.write_str("it was not asked"),
        }
    }
}

/// Asks every question of the `test` blocks and then of the matrices of a model, in the order in which they stand there, each when
/// it is its turn. A question is asked without a time unless it says one, so that it has the same answer every day.
///
/// ```
/// use policyc::source::{Format, Sources};
/// use policyc::testing::{Verdict, cases};
///
/// let mut sources = Sources::new();
/// let text = "category c { view drop } user ann grant view to user:ann
///             test \"ann\" { as user:ann can view cannot drop can drop }";
/// sources.add("a.policy", Format::Policy, text);
/// let compiled = policyc::compile(&sources);
/// let policy = compiled.policy.unwrap();
/// let failed: Vec<_> =
///     cases(&policy, &compiled.model).filter(|case| case.verdict != Verdict::Passed).collect();
/// assert_eq!(failed.len(), 1);
/// assert_eq!(failed[0].to_string(), "user:ann: drop: expected grant, got deny (default-deny)");
/// ```
pub fn cases<'m>(policy: &Policy, model: &'m Model) -> impl Iterator<Item = Case<'m>> {
    let tests = model.tests.iter().map(|test| (Suite::Test, &test.name, &test.checks));
    let matrices = model.matrices.iter().map(|matrix| (Suite::Matrix, &matrix.name, &matrix.checks));
    tests.chain(matrices).flat_map(move |(suite, name, checks)| {
        checks.iter().map(move |check| {
            let expected = Expected::of_check(check, model);
            let came = expected.as_ref().map(|expected| expected.question.decide(policy));
            let verdict = match (&expected, &came) {
                (Some(expected), Some(came)) => expected.verdict(came),
                _ => Verdict::Undecided,
            };
            Case { suite, name: &name.value, span: check.span, expected, came, verdict }
        })
    })
}

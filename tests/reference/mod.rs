//! A second way to every decision: the semantics (DESIGN, section 2), read aloud.
//!
//! Enters: a [`Model`] and a [`Question`]. Leaves: an [`Answer`], or the faults of the question. It must not know how
//! the compiled policy works: no bit rows, nothing computed ahead, nothing shared with `lower` or `evaluate`. It is slow
//! on purpose, so that every step can be held against its sentence. Where the sentence could be taken in two ways, the
//! function that takes one of them says so under "Open".

mod condition;
mod decision;
mod entry;
mod names;
mod place;
mod question;
mod requirement;
pub mod table;
mod who;

pub use names::faults;
pub use question::{Asker, Given, Question};

use policyc::RequestError;
use policyc::model::{EntryId, Model, Reason};
use std::collections::BTreeSet;

/// A decision, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Why.
    pub reason: Reason,
    /// What the request lacked where a condition could not be decided: `context.mfa`, `time`.
    pub missing: BTreeSet<String>,
    /// The entries that decided; none where a default or a requirement did.
    pub deciding: BTreeSet<EntryId>,
    /// For a missing requirement over privileges alone: the smallest sets of which one would have to be granted besides.
    pub wanted: Option<BTreeSet<BTreeSet<String>>>,
}

impl Answer {
    /// Whether a condition on the way could not be decided. A test is undecided only because something is missing, so
    /// the two say the same.
    pub fn undecided(&self) -> bool {
        !self.missing.is_empty()
    }
}

/// Decides a question, step by step.
pub fn decide(model: &Model, question: &Question) -> Result<Answer, RequestError> {
    // Step 1: a question that does not fit the policy is an error, never a silent deny.
    if let Some(fault) = faults(model, question).into_iter().next() {
        return Err(fault);
    }
    Ok(decision::Case::new(model, question).decide())
}

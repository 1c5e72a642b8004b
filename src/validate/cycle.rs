//! A cycle > the finding that shows it, with a label on every edge.
//!
//! Enters: the steps of a cycle in words. Leaves: a diagnostic. Must not know what goes round in circles.

use super::wording;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// How many edges are shown with a label of their own.
const LABELS: usize = 20;

/// How many names of the path are written out.
const NAMES: usize = 12;

/// What kind of cycle it is.
pub(super) struct Words {
    pub code: Code,
    /// What runs in a circle.
    pub fault: &'static str,
}

/// An edge of a cycle.
pub(super) struct Step {
    /// The name of the node that it leaves.
    pub from: String,
    /// Where it is written.
    pub span: Span,
    /// What is said there.
    pub text: String,
}

/// The finding; `None` for a cycle without edges.
pub(super) fn finding(words: &Words, steps: Vec<Step>) -> Option<Diagnostic> {
    let first = steps.first()?;
    let mut names: Vec<&str> = steps.iter().map(|step| step.from.as_str()).collect();
    if names.len() > NAMES {
        names.truncate(NAMES);
        names.push("...");
    }
    names.push(&first.from);
    let path = wording::path(names.into_iter());
    let message = format!("{}: `{path}`", words.fault);
    let mut finding = Diagnostic::new(words.code, first.span, message).label(first.text.clone());
    for step in steps.iter().skip(1).take(LABELS) {
        finding = finding.also(step.span, step.text.clone());
    }
    Some(finding.help("take out one of these edges"))
}

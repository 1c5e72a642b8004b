//! Findings of this phase on their way out.
//!
//! Enters: facts. Leaves: [`Diagnostic`]s and the words in which names, types and places are told. Decides nothing.

use crate::diagnostic::{Code, Diagnostic, closest};
use crate::source::Span;

/// Where findings go, and how many suggestions may still be looked for.
pub(super) struct Report<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    suggestions: usize,
}

impl<'d> Report<'d> {
    /// Findings go to the end of `diagnostics`; at most `suggestions` misspelled names get one.
    pub fn new(diagnostics: &'d mut Vec<Diagnostic>, suggestions: usize) -> Report<'d> {
        Report { diagnostics, suggestions }
    }

    /// One finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// One finding that needs no more than a message.
    pub fn say(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::new(code, span, message));
    }

    /// "did you mean `x`", if one of the candidates is close to the word.
    pub fn suggest<'a>(&mut self, word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
        self.suggestions = self.suggestions.checked_sub(1)?;
        closest(word, candidates).map(|name| format!("did you mean `{name}`?"))
    }
}

/// `a`, `b`, `c`; no more than a reader takes in at a glance.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let mut text = String::new();
    let mut hidden = 0_usize;
    for (at, name) in names.enumerate() {
        if at >= SHOWN {
            hidden += 1;
            continue;
        }
        if at > 0 {
            text.push_str(", ");
        }
        text.push('`');
        text.push_str(name);
        text.push('`');
    }
    if hidden > 0 {
        text.push_str(&format!(" and {hidden} more"));
    }
    text
}

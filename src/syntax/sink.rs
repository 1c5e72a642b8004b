//! Where the faults of one file go: a limited number of them, the others counted.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// How many syntax errors of one file are listed; the others are counted.
pub(super) const MAX_FAULTS: usize = 1_000;

/// Takes faults, and past the limit counts them.
#[derive(Debug)]
pub(super) struct Sink<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    taken: usize,
    /// The first that was not kept.
    beyond: Option<Span>,
}

impl<'d> Sink<'d> {
    /// An empty one, which adds to `diagnostics`.
    pub fn new(diagnostics: &'d mut Vec<Diagnostic>) -> Sink<'d> {
        Sink { diagnostics, taken: 0, beyond: None }
    }

    /// Takes a fault.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.taken += 1;
        if self.taken <= MAX_FAULTS {
            self.diagnostics.push(diagnostic);
        } else {
            self.beyond.get_or_insert(diagnostic.primary.span);
        }
    }

    /// How many faults were taken, kept or not.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Says how many were not kept.
    pub fn finish(self) {
        if let Some(span) = self.beyond {
            let rest = self.taken - MAX_FAULTS;
            self.diagnostics.push(Diagnostic::rest(span, rest, "syntax error", "in this file"));
        }
    }
}

//! Where the faults of one file go: a limited number of them, the others counted.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// How many syntax errors of one file are listed; the others are counted.
pub(super) const MAX_FAULTS: usize = 1_000;

/// How many are counted. A file with more is no policy, and reading it on would only take time.
pub(super) const MAX_COUNTED: usize = 200_000;

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

    /// Whether enough was counted.
    pub fn full(&self) -> bool {
        self.taken >= MAX_COUNTED
    }

    /// Says how many were not kept, and whether reading ended before the text.
    pub fn finish(self) {
        let Some(span) = self.beyond else { return };
        let full = self.full();
        let mut rest = Diagnostic::rest(span, self.taken - MAX_FAULTS, "syntax error", "in this file");
        if full {
            rest.message.push_str(", and what is behind them is not read");
        }
        self.diagnostics.push(rest);
    }
}

//! Where the faults of one file go: a limited number of them.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// How many syntax errors of one file are reported. A file with more is not a policy.
pub(super) const MAX_FAULTS: usize = 1_000;

/// Takes faults until there are too many.
#[derive(Debug)]
pub(super) struct Sink<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    left: usize,
    /// One was refused.
    over: bool,
}

impl<'d> Sink<'d> {
    /// An empty one, which adds to `diagnostics`.
    pub fn new(diagnostics: &'d mut Vec<Diagnostic>) -> Sink<'d> {
        Sink { diagnostics, left: MAX_FAULTS, over: false }
    }

    /// Takes a fault, if there is room.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.left > 0 {
            self.left -= 1;
            self.diagnostics.push(diagnostic);
        } else {
            self.over = true;
        }
    }

    /// Whether there is no room for more.
    pub fn full(&self) -> bool {
        self.left == 0
    }

    /// Whether a fault was refused.
    pub fn over(&self) -> bool {
        self.over
    }

    /// How many faults were taken.
    pub fn taken(&self) -> usize {
        MAX_FAULTS - self.left
    }

    /// Says that reading stopped at `span`.
    pub fn stopped(&mut self, span: Span) {
        let message = format!("more than {MAX_FAULTS} syntax errors, so the rest of the file is not read");
        self.diagnostics.push(Diagnostic::new(Code::TooMany, span, message));
    }
}

//! Where the faults of one file go: each once, those beyond a limit counted.
//!
//! Enters: diagnostics of one file. Leaves: those worth a look. Aliases make the same text be read many times, and a
//! generated file may have the same fault a million times.

use super::FAULTS;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

pub(super) struct Faults<'d> {
    out: &'d mut Vec<Diagnostic>,
    /// Hashes of code, place and message: of millions, the texts would be too much to keep.
    seen: HashSet<u64>,
    /// The first that was not kept.
    beyond: Option<Span>,
    /// How many were not.
    rest: usize,
}

impl<'d> Faults<'d> {
    pub(super) fn new(out: &'d mut Vec<Diagnostic>) -> Faults<'d> {
        Faults { out, seen: HashSet::new(), beyond: None, rest: 0 }
    }

    /// Keeps a fault, unless it is known or one too many.
    pub(super) fn report(&mut self, fault: Diagnostic) {
        let mut hasher = DefaultHasher::new();
        (fault.code, fault.primary.span, &fault.message).hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            return;
        }
        if self.seen.len() <= FAULTS {
            self.out.push(fault);
        } else {
            self.beyond.get_or_insert(fault.primary.span);
            self.rest += fault.number;
        }
    }

    /// Keeps the faults of another reader.
    pub(super) fn report_all(&mut self, faults: Vec<Diagnostic>) {
        for fault in faults {
            self.report(fault);
        }
    }

    /// Says how many were not kept.
    pub(super) fn finish(self) {
        if let Some(span) = self.beyond {
            self.out.push(Diagnostic::rest(span, self.rest, "fault", "in this file"));
        }
    }
}

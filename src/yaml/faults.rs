//! Where the faults of one file go: each once, and no more than a limit.
//!
//! Enters: diagnostics of one file. Leaves: those worth a look. Aliases make the same text be read many times, and a
//! generated file may have the same fault a million times.

use super::FAULTS;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use std::collections::HashSet;

pub(super) struct Faults<'d> {
    out: &'d mut Vec<Diagnostic>,
    seen: HashSet<(Code, Span, String)>,
    full: bool,
}

impl<'d> Faults<'d> {
    pub(super) fn new(out: &'d mut Vec<Diagnostic>) -> Faults<'d> {
        Faults { out, seen: HashSet::new(), full: false }
    }

    /// Keeps a fault, unless it is known or one too many.
    pub(super) fn report(&mut self, fault: Diagnostic) {
        if self.full {
            return;
        }
        let key = (fault.code, fault.primary.span, fault.message.clone());
        if self.seen.contains(&key) {
            return;
        }
        if self.seen.len() == FAULTS {
            self.full = true;
            let message = format!("the file has more than {FAULTS} faults; the others are not shown");
            self.out.push(
                Diagnostic::new(Code::TooMany, fault.primary.span, message).help("correct these first"),
            );
            return;
        }
        self.seen.insert(key);
        self.out.push(fault);
    }

    /// Keeps the faults of another reader.
    pub(super) fn report_all(&mut self, faults: Vec<Diagnostic>) {
        for fault in faults {
            self.report(fault);
        }
    }
}

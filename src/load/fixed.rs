//! Loaded files > the same files with their fixable findings mended.
//!
//! Enters: files and which fixes are wanted. Leaves: texts, and what is still found in them. Writes nothing.

use super::Loaded;
use crate::compile::{Compiled, Options};
use crate::diagnostic::{Code, Fix, Safety, Severity};
use crate::fix::{self, Applied};
use crate::source::{SourceId, Sources};
use std::collections::BTreeSet;

/// How often the files are checked again after fixes that may have made others possible.
pub const MAX_ROUNDS: usize = 100;

/// What came of fixing.
#[derive(Debug)]
pub struct Fixed {
    /// The files with the fixes in them; under the same ids as before.
    pub loaded: Loaded,
    /// What is found in them.
    pub compiled: Compiled,
    /// The files whose text is no longer the same.
    pub changed: Vec<SourceId>,
    /// How many fixes were applied.
    pub fixes: usize,
    /// How many errors there would be with the fixes, if that is more than without them. Then nothing was fixed: a fault may
    /// hide others behind it, and what comes to light has to be looked at first.
    pub more_errors: Option<usize>,
}

impl Loaded {
    /// Applies fixes and checks again until none is left: the safe ones, with `guesses` the others too. What is wrong with
    /// damaged files is not mended by an edit, and they stay as they are.
    #[must_use]
    pub fn fixed(self, options: &Options, guesses: bool) -> Fixed {
        let damaged: BTreeSet<SourceId> = self.findings.iter().map(|d| d.primary.span.source).collect();
        let first = self.compile_with(options);
        let before = errors(&first);
        let mut fixes = 0;
        let mut loaded: Option<Loaded> = None;
        let mut compiled: Option<Compiled> = None;
        for _ in 0..MAX_ROUNDS {
            let now = loaded.as_ref().unwrap_or(&self);
            let found = compiled.as_ref().unwrap_or(&first);
            let wanted =
                found.diagnostics.iter().filter_map(|finding| finding.fix.as_deref()).filter(|fix| {
                    let whole = fix.edits.iter().all(|edit| !damaged.contains(&edit.span.source));
                    whole && (guesses || fix.safety == Safety::Safe)
                });
            let applied = fix::apply(&now.sources, wanted);
            if applied.texts.is_empty() {
                break;
            }
            let applied_now = applied.fixes;
            let next = Loaded { sources: with(&now.sources, applied), findings: self.findings.clone() };
            let after = next.compile_with(options);
            // A fix behind which the same faults are found, with the same fixes, mends nothing.
            if faults(&after, guesses) == faults(found, guesses) {
                break;
            }
            fixes += applied_now;
            compiled = Some(after);
            loaded = Some(next);
        }
        let (Some(loaded), Some(compiled)) = (loaded, compiled) else {
            return Fixed { loaded: self, compiled: first, changed: Vec::new(), fixes: 0, more_errors: None };
        };
        let after = errors(&compiled);
        if after > before {
            let more_errors = Some(after);
            return Fixed { loaded: self, compiled: first, changed: Vec::new(), fixes: 0, more_errors };
        }
        let differs = |id: &SourceId| {
            let text = |sources: &Sources| sources.get(*id).map(|source| source.text.clone());
            text(&self.sources) != text(&loaded.sources)
        };
        let changed = loaded.sources.iter().map(|(id, _)| id).filter(differs).collect();
        Fixed { loaded, compiled, changed, fixes, more_errors: None }
    }
}

/// What is found that has a wanted fix, wherever it is.
fn faults(compiled: &Compiled, guesses: bool) -> Vec<(Code, &str)> {
    let is_wanted = |fix: &Fix| guesses || fix.safety == Safety::Safe;
    let fixable = compiled.diagnostics.iter().filter(|finding| finding.fix.as_deref().is_some_and(is_wanted));
    let mut faults: Vec<(Code, &str)> =
        fixable.map(|finding| (finding.code, finding.message.as_str())).collect();
    faults.sort_unstable();
    faults
}

fn errors(compiled: &Compiled) -> usize {
    let errors = compiled.diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.number).sum()
}

/// The same files with some texts replaced.
fn with(sources: &Sources, mut applied: Applied) -> Sources {
    let mut next = Sources::new();
    for (id, source) in sources.iter() {
        let text = applied.texts.remove(&id).unwrap_or_else(|| source.text.clone());
        next.add(source.path.clone(), source.format, text);
    }
    next
}

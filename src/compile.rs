//! Sources > policy: the pipeline in one place.

use crate::diagnostic::{self, Code, Diagnostic, Levels};
use crate::model::Model;
use crate::policy::Policy;
use crate::source::Sources;
use crate::threads::both;
use crate::validate::allow::Allows;
use crate::{analyze, fix, lower, parse, resolve, validate};
use std::collections::BTreeSet;

/// What came of compiling.
#[derive(Debug)]
pub struct Compiled {
    /// What was meant, as far as it was understood.
    pub model: Model,
    /// The policy; `None` if any finding is an error.
    pub policy: Option<Policy>,
    /// Every finding, in order.
    pub diagnostics: Vec<Diagnostic>,
    /// The kinds of findings that there are and whose levels differ from what the codes say.
    pub leveled: BTreeSet<Code>,
}

/// Compiles all files of `sources` as one policy. Every phase runs as far as it can, so that one fault does not hide the
/// others; a policy comes out only when no finding is an error.
#[must_use]
pub fn compile(sources: &Sources) -> Compiled {
    compile_with(sources, &Options::default())
}

/// Whether there is enough in a model that starting another thread takes no time to speak of.
fn is_large(model: &Model) -> bool {
    const LARGE: usize = 2_000;
    model.privileges.len() + model.principals.len() + model.entries.len() + model.assignments.len() > LARGE
}

/// What a caller may say about compiling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The severities of findings. They change what a finding means, and never which ones there are: `@allow` has its say
    /// before them, and a warning taken for an error holds no phase back.
    pub levels: Levels,
    /// The time from which assignments are looked at that have ended or end soon, in microseconds since
    /// 1970-01-01T00:00:00Z. Without it they are not looked for: the clock is never asked.
    pub at: Option<i64>,
}

/// What compiling is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Parse,
    Resolve,
    Validate,
    Lower,
    Prove,
}

/// As [`compile`], with options.
#[must_use]
pub fn compile_with(sources: &Sources, options: &Options) -> Compiled {
    compile_telling(sources, options, &|_| {})
}

/// As [`compile_with`], and says which phase begins.
pub(crate) fn compile_telling(sources: &Sources, options: &Options, at: &dyn Fn(Phase)) -> Compiled {
    let levels = &options.levels;
    let mut diagnostics = Vec::new();
    at(Phase::Parse);
    let files = parse::parse(sources, &mut diagnostics);
    at(Phase::Resolve);
    let model = resolve::resolve(files, &mut diagnostics);
    at(Phase::Validate);
    validate::validate(&model, &mut diagnostics);
    let mut allows = Allows::new(&model);
    allows.silence(&mut diagnostics);
    let mut leveled = levels.apply(&mut diagnostics);
    let mut policy = None;
    if !diagnostic::has_own_errors(&diagnostics) {
        let lint = || {
            let mut found = Vec::new();
            validate::lints::lint(&model, options.at, &mut found);
            found
        };
        at(Phase::Lower);
        let (lowered, mut lints) =
            both(is_large(&model), || lower::lower(&model, sources, &mut diagnostics), lint);
        policy = lowered;
        if let Some(policy) = &policy {
            at(Phase::Prove);
            analyze::invariants(&model, policy, &mut diagnostics);
            allows.silence(&mut diagnostics);
            leveled.append(&mut levels.apply(&mut diagnostics));
        }
        // What is only worth a look is not worth one while there is something to mend.
        if !diagnostic::has_own_errors(&diagnostics) {
            diagnostics.append(&mut lints);
            allows.silence(&mut diagnostics);
        }
    }
    allows.report_unused(&mut diagnostics);
    leveled.append(&mut levels.apply(&mut diagnostics));
    let policy = policy.filter(|_| !diagnostic::has_errors(&diagnostics));
    diagnostic::sort(&mut diagnostics);
    fix::settle(&mut diagnostics, sources);
    Compiled { model, policy, diagnostics, leveled }
}

//! Fixes > words: which findings have one, and what was fixed.

use super::{Findings, FindingsFormat, count, json};
use crate::cli::terminal::Terminal;
use crate::diagnostic::{Diagnostic, Safety};
use serde::Serialize;

/// What `--fix` did.
pub(in crate::cli) struct Done {
    /// How many fixes were applied.
    pub(in crate::cli) fixes: usize,
    /// The files that were changed.
    pub(in crate::cli) files: Vec<String>,
    /// How many errors there would have been, if that kept the fixes from being applied.
    pub(in crate::cli) more_errors: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fixed<'a> {
    r#type: &'static str,
    problems: usize,
    files: &'a [String],
    refused: bool,
}

/// Says what was fixed: on the standard output where the format has lines for people or objects, else beside it.
pub(in crate::cli) fn fixed(terminal: &mut Terminal, format: FindingsFormat, done: &Done) {
    let line = match done.more_errors {
        Some(errors) => {
            let errors = count(errors, "error");
            format!(
                "fixed nothing: the fixes would bring more to light and leave {errors}; mend these by hand first"
            )
        }
        None => {
            format!("fixed {} in {}", count(done.fixes, "problem"), count(done.files.len(), "file"))
        }
    };
    match format {
        FindingsFormat::Json => {
            let refused = done.more_errors.is_some();
            let object = Fixed { r#type: "fixed", problems: done.fixes, files: &done.files, refused };
            json::object(&mut terminal.out, &object);
        }
        FindingsFormat::Human | FindingsFormat::Short | FindingsFormat::Github => terminal.out.line(&line),
        FindingsFormat::Sarif | FindingsFormat::Junit => terminal.err.line(&line),
    }
}

/// What kind of fix a finding has.
pub(super) fn mark(finding: &Diagnostic) -> Option<&'static str> {
    finding.fix.as_ref().map(|fix| match fix.safety {
        Safety::Safe => "fix",
        Safety::Unsafe => "unsafe fix",
    })
}

/// How many findings have a fix, if any has.
pub(super) fn offer(findings: &Findings<'_>) -> Option<String> {
    let of = |safety: Safety| {
        let fixes = findings.list.iter().filter_map(|finding| finding.fix.as_ref());
        fixes.filter(|fix| fix.safety == safety).count()
    };
    let (safe, guessed) = (of(Safety::Safe), of(Safety::Unsafe));
    match (safe, guessed) {
        (0, 0) => None,
        (0, guessed) => Some(format!("{guessed} fixable with `--fix --unsafe-fixes`")),
        (safe, 0) => Some(format!("{safe} fixable with `--fix`")),
        (safe, guessed) => Some(format!("{safe} fixable with `--fix`, {guessed} more with `--unsafe-fixes`")),
    }
}

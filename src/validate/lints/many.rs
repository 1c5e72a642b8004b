//! Findings of one kind about several things: a few get one each, many are one together.
//!
//! Enters: what each is about and where, in words. Leaves: warnings. Must not know of any lint.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::validate::allow::Allows;

/// How many get a finding each; more are one finding.
const SINGLE: usize = 5;

/// How many further places of such a finding are pointed at.
const SHOWN: usize = 4;

/// One thing that is found.
pub(super) struct Found {
    pub span: Span,
    /// For the finding that lists it with others.
    pub name: String,
    /// For a finding of its own.
    pub message: String,
    pub help: String,
}

/// What is said of many.
pub(super) struct Together<'a> {
    pub message: &'a dyn Fn(&[Found]) -> String,
    pub help: &'a str,
}

/// Reports each, or all together. What an `@allow` covers stays by itself, so that it takes no other along.
pub(super) fn report(
    code: Code,
    found: Vec<Found>,
    together: &Together<'_>,
    allows: &Allows<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let is_allowed = |found: &Found| allows.covering(code, found.span).is_some();
    let (allowed, mut found): (Vec<Found>, Vec<Found>) = found.into_iter().partition(is_allowed);
    let alone = |found: Found| Diagnostic::new(code, found.span, found.message).help(found.help);
    diagnostics.extend(allowed.into_iter().map(alone));
    if found.len() <= SINGLE {
        diagnostics.extend(found.into_iter().map(alone));
        return;
    }
    found.sort_by_key(|found| found.span);
    let Some((first, others)) = found.split_first() else { return };
    let finding = Diagnostic::new(code, first.span, (together.message)(&found)).help(together.help);
    let shown = others.iter().take(SHOWN);
    diagnostics.push(shown.fold(finding, |finding, other| finding.also(other.span, "this one too")));
}

//! What the tests of all checks share: text in, report out.

use crate::diagnostic::{self, Code, Diagnostic};
use crate::model::Model;
use crate::source::{Format, Sources, Span};
use crate::{resolve, syntax, validate};
use std::fmt::Write;

/// Every finding of a policy of these files. A place is shown by its first line, at most 50 characters of it.
///
/// ```text
/// P0301 <the fault> (what is said there): the message
///   <another place>: what is said there
///   = the help
/// ```
pub(super) fn report_files(files: &[&str]) -> String {
    report(files, |model, diagnostics| {
        validate::validate(model, diagnostics);
        validate::allow::apply(model, diagnostics);
    })
}

fn report(files: &[&str], validate: impl Fn(&Model, &mut Vec<Diagnostic>)) -> String {
    let mut sources = Sources::new();
    for (at, text) in files.iter().enumerate() {
        sources.add(format!("{at}.policy"), Format::Policy, *text);
    }
    let mut diagnostics = Vec::new();
    let files: Vec<_> =
        sources.iter().map(|(id, source)| syntax::parse(id, &source.text, &mut diagnostics)).collect();
    let model = resolve::resolve(files, &mut diagnostics);
    validate(&model, &mut diagnostics);
    diagnostic::sort(&mut diagnostics);
    diagnostics.iter().fold(String::new(), |text, finding| text + &shown(&sources, finding))
}

fn shown(sources: &Sources, finding: &Diagnostic) -> String {
    let place = |span: Span| -> String {
        sources.slice(span).lines().next().unwrap_or("").trim_end().chars().take(50).collect()
    };
    let mut text = format!("{} <{}>", finding.code, place(finding.primary.span));
    if !finding.primary.text.is_empty() {
        let _ = write!(text, " ({})", finding.primary.text);
    }
    let _ = writeln!(text, ": {}", finding.message);
    for label in &finding.secondary {
        let _ = writeln!(text, "  <{}>: {}", place(label.span), label.text);
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "  = {help}");
    }
    text
}

/// The report on one file; the lines of `expected` may be indented.
#[track_caller]
pub(super) fn check(policy: &str, expected: &str) {
    compare(&report_files(&[policy]), expected);
}

#[track_caller]
fn compare(report: &str, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let report: Vec<&str> = report.lines().map(str::trim).collect();
    assert_eq!(report, expected, "\n{}", report.join("\n"));
}

/// 2026-01-01.
const NEW_YEAR: i64 = 1_767_225_600_000_000;

/// The findings of one lint on a policy that is otherwise without fault.
#[track_caller]
pub(super) fn check_lint(code: Code, policy: &str, expected: &str) {
    let report = report(&[policy], |model, diagnostics| {
        validate::validate(model, diagnostics);
        validate::allow::Allows::new(model).silence(diagnostics);
        assert!(!diagnostic::has_errors(diagnostics), "{diagnostics:?}");
        diagnostics.clear();
        validate::lints::lint(model, Some(NEW_YEAR), diagnostics);
        validate::allow::Allows::new(model).silence(diagnostics);
        diagnostics.retain(|finding| finding.code == code);
    });
    compare(&report, expected);
}

/// Nothing is found.
#[track_caller]
pub(super) fn check_clean(policy: &str) {
    check(policy, "");
}

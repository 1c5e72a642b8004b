//! Findings > one line each, in the form that editors and log viewers jump from: `file:line:column: ...`.

use super::places::Places;
use super::{Findings, MAX_WRITTEN, rest};
use crate::cli::terminal::{Stream, Style, clean};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

pub(super) fn findings(to: &mut Stream, findings: &Findings<'_>) {
    let mut places = Places::default();
    for finding in findings.first(MAX_WRITTEN) {
        let text = line(finding, findings.sources, &mut places, to.style);
        to.line(&text);
    }
    if let Some(rest) = rest(findings) {
        to.line(&rest);
    }
}

fn line(finding: &Diagnostic, sources: &Sources, places: &mut Places, style: Style) -> String {
    let position = position(&finding.primary.span, sources, places);
    let Diagnostic { severity, code, .. } = finding;
    let title = format!("{}[{code} {}]", severity.name(), code.name());
    let title = match severity {
        Severity::Error => style.bad(&title),
        Severity::Warning => style.warn(&title),
    };
    format!("{position}: {title} {}", clean(&finding.message))
}

/// `a.policy:3:8`.
pub(super) fn position(span: &crate::source::Span, sources: &Sources, places: &mut Places) -> String {
    let path = sources.get(span.source).map(|source| source.path.to_string_lossy()).unwrap_or_default();
    let (line, column) = places.line_column(sources, span.source, span.start);
    format!("{}:{line}:{column}", clean(&path))
}

/// The most further places of one finding that [`notes`] tells.
const MAX_NOTES: usize = 20;

/// What there is to say of a finding beside its message, a line each: at the fault, at the places that make it one, and
/// what to do next.
pub(super) fn notes(finding: &Diagnostic, sources: &Sources, places: &mut Places) -> Vec<String> {
    let mut lines = Vec::new();
    if !finding.primary.text.is_empty() {
        lines.push(format!("here: {}", clean(&finding.primary.text)));
    }
    for label in finding.secondary.iter().take(MAX_NOTES) {
        let position = position(&label.span, sources, places);
        let text = if label.text.is_empty() { "see also" } else { &label.text };
        lines.push(format!("{position}: {}", clean(text)));
    }
    let left_out = finding.secondary.len().saturating_sub(MAX_NOTES);
    if left_out > 0 {
        lines.push(format!("and {}", super::count(left_out, "more place")));
    }
    lines.extend(finding.help.as_deref().map(|help| format!("help: {}", clean(help))));
    lines
}

//! Findings > workflow commands of GitHub Actions, which show each as an annotation at its line.
//!
//! The runner reads a command from each line that begins with `::`. It undoes the escapes of [`data`] in the message and
//! those of [`property`] in the properties, so no name can end a property or begin a command of its own.

use super::places::Places;
use super::short::notes;
use super::{Findings, MAX_WRITTEN, paths, rest};
use crate::cli::terminal::{Stream, clean};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

pub(super) fn findings(to: &mut Stream, findings: &Findings<'_>) {
    let (mut places, mut related_places) = (Places::default(), Places::default());
    for finding in findings.first(MAX_WRITTEN) {
        to.line(&command(finding, findings.sources, &mut places, &mut related_places));
    }
    if let Some(rest) = rest(findings) {
        to.line(&rest);
    }
}

fn command(finding: &Diagnostic, sources: &Sources, places: &mut Places, related: &mut Places) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let span = finding.primary.span;
    let file = sources.get(span.source).map(|source| paths::slashed(&source.path)).unwrap_or_default();
    let region = places.region(sources, span);
    let mut properties =
        format!("file={},line={},endLine={}", property(&clean(&file)), region.start.line, region.end.line);
    // The runner drops the columns of a place of several lines, with a complaint.
    if region.start.line == region.end.line {
        properties.push_str(&format!(",col={},endColumn={}", region.start.column, region.end.column));
    }
    let title = format!("{} {}", finding.code.number(), finding.code.name());
    let mut lines = vec![clean(&finding.message).into_owned()];
    lines.extend(notes(finding, sources, related));
    format!("::{command} {properties},title={}::{}", property(&title), data(&lines.join("\n")))
}

/// Text behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runner_reads_is_escaped() {
        assert_eq!(data("100% a,b: c\r\nd"), "100%25 a,b: c%0D%0Ad");
        assert_eq!(property("100% a,b: c\r\nd"), "100%25 a%2Cb%3A c%0D%0Ad");
        // What looks like an escape comes back as it was.
        assert_eq!(data("%0A"), "%250A");
    }
}

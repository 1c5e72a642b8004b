//! Findings > text for people or programs.
//!
//! Enters: facts. Leaves: lines on a stream. Decides no exit code.

mod coverage;
mod difference;
mod entitlements;
mod excerpt;
mod fixes;
mod github;
mod human;
mod json;
mod junit;
mod matrix;
mod page;
mod paths;
mod places;
mod sarif;
mod short;
mod story;

pub(super) use coverage::{
    Suggestion, Survivor, coverage_as_json, coverage_for_people, mutation_as_json, mutation_for_people,
};
pub(super) use difference::{
    Totals, difference_as_json, difference_as_markdown, difference_for_people, difference_in_parts,
    difference_since,
};
pub(super) use entitlements::{entitlements_as_json, what, who};
pub(super) use fixes::{Done, fixed};
pub(super) use json::{Case, Decided, Written, object};
pub(super) use junit::{Cases, TestOutcome, Tested};
pub(super) use matrix::{matrix_as_csv, matrix_as_json, matrix_as_markdown, matrix_for_people};
pub(super) use page::{About, matrix_as_page};
pub(super) use story::{long as long_story, short as short_story};

use super::Format;
use super::terminal::{Stream, Style};
use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::Summary;
use crate::source::Sources;
use clap::ValueEnum;

/// For whom findings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingsFormat {
    /// For people: the lines at fault, marked
    Human,
    /// For editors and logs: one line for each finding
    Short,
    /// For programs: one JSON object per line
    Json,
    /// For code scanning: one SARIF 2.1.0 document
    Sarif,
    /// For GitHub Actions: workflow commands that annotate lines
    Github,
    /// For test reporters: one JUnit XML document
    Junit,
}

impl From<Format> for FindingsFormat {
    fn from(format: Format) -> FindingsFormat {
        match format {
            Format::Human => FindingsFormat::Human,
            Format::Json => FindingsFormat::Json,
        }
    }
}

/// The most findings that are drawn for people; the rest is counted.
pub(super) const MAX_DRAWN: usize = 100;
/// The most findings that are written for programs; the rest is counted.
const MAX_WRITTEN: usize = 10_000;

/// Findings, counted.
pub(super) struct Findings<'a> {
    sources: &'a Sources,
    list: &'a [Diagnostic],
    /// How many are errors.
    pub(super) errors: usize,
    /// How many are warnings.
    pub(super) warnings: usize,
}

impl<'a> Findings<'a> {
    pub(super) fn new(sources: &'a Sources, list: &'a [Diagnostic]) -> Findings<'a> {
        let of = |severity: Severity| {
            list.iter().filter(|finding| finding.severity == severity).map(|finding| finding.number).sum()
        };
        Findings { sources, list, errors: of(Severity::Error), warnings: of(Severity::Warning) }
    }

    /// How many there are beside those that were listed up to a limit. One that stands for others is not itself one.
    fn omitted(&self, limit: usize) -> usize {
        let listed = self.first(limit).filter(|finding| finding.number == 1).count();
        (self.errors + self.warnings).saturating_sub(listed)
    }

    /// At most `limit` of them, in order; where some have to go, warnings go first.
    fn first(&self, limit: usize) -> impl Iterator<Item = &'a Diagnostic> {
        let errors = self.list.iter().filter(|finding| finding.severity == Severity::Error).count();
        let mut errors_left = limit;
        let mut warnings_left = limit.saturating_sub(errors);
        self.list.iter().filter(move |finding| {
            let left = match finding.severity {
                Severity::Error => &mut errors_left,
                Severity::Warning => &mut warnings_left,
            };
            let shown = *left > 0;
            *left = left.saturating_sub(1);
            shown
        })
    }

    /// `2 errors, 1 warning in 5 files`, `no problems in 1 file`.
    pub(super) fn tally(&self, style: Style) -> String {
        let mut parts = Vec::new();
        if self.errors > 0 {
            parts.push(style.bad(&count(self.errors, "error")));
        }
        if self.warnings > 0 {
            parts.push(style.warn(&count(self.warnings, "warning")));
        }
        if parts.is_empty() {
            parts.push(style.good("no problems"));
        }
        format!("{} in {}", parts.join(", "), count(self.sources.len(), "file"))
    }
}

/// Every finding, up to a limit.
pub(super) fn findings(to: &mut Stream, format: impl Into<FindingsFormat>, findings: &Findings<'_>) {
    match format.into() {
        FindingsFormat::Human => human::findings(to, findings, MAX_DRAWN),
        FindingsFormat::Short => short::findings(to, findings),
        FindingsFormat::Json => json::findings(to, findings),
        FindingsFormat::Sarif => sarif::findings(to, findings),
        FindingsFormat::Github => github::findings(to, findings),
        FindingsFormat::Junit => junit::findings(to, findings),
    }
}

/// The first few findings, drawn for people.
pub(super) fn first_findings(to: &mut Stream, findings: &Findings<'_>, most: usize) {
    human::findings(to, findings, most);
}

/// The last line of a check: how many findings there are, and what is in a policy without errors. Formats that are one
/// document have none.
pub(super) fn summary(
    to: &mut Stream,
    format: impl Into<FindingsFormat>,
    findings: &Findings<'_>,
    summary: Option<&Summary>,
) {
    let format = format.into();
    match format {
        FindingsFormat::Json => json::summary(to, findings, summary),
        FindingsFormat::Sarif | FindingsFormat::Junit => {}
        FindingsFormat::Human | FindingsFormat::Short | FindingsFormat::Github => {
            let counts = match summary {
                Some(summary) if findings.list.is_empty() => format!(" ({})", counts(summary)),
                _ => String::new(),
            };
            if let Some(line) = fixes::offer(findings).filter(|_| format == FindingsFormat::Human) {
                to.line(&line);
            }
            let tally = findings.tally(to.style);
            let mut first = findings.list.iter().filter(|finding| finding.severity == Severity::Error);
            let more = match format {
                FindingsFormat::Human => first.next(),
                _ => None,
            };
            let more = more.map(|finding| format!("; for more: policyc explain {}", finding.code));
            to.line(&format!("{tally}{counts}{}", more.unwrap_or_default()));
        }
    }
}

/// Findings of a policy that can't be used, with their number and what that means for the command.
pub(super) fn refusal(to: &mut Stream, format: Format, findings: &Findings<'_>, consequence: &str) {
    self::findings(to, format, findings);
    match format {
        Format::Json => json::summary(to, findings, None),
        Format::Human => {
            let tally = findings.tally(to.style);
            to.line(&format!("{tally}; {consequence}"));
        }
    }
}

/// What to say of the findings beyond a limit.
fn rest(findings: &Findings<'_>) -> Option<String> {
    let rest = findings.omitted(MAX_WRITTEN);
    (rest > 0).then(|| format!("and {}; fix these first", count(rest, "more finding")))
}

/// `3 roles`, `1 entry`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        _ if number == 1 => noun.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    format!("{} {plural}", thousands(number))
}

/// `1,234,567`.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What is in a policy; kinds of which there is nothing are left out.
pub(super) fn counts(summary: &Summary) -> String {
    let all = [
        (summary.types, "resource type"),
        (summary.privileges, "privilege"),
        (summary.roles, "role"),
        (summary.groups, "group"),
        (summary.users, "user"),
        (summary.services, "service"),
        (summary.resources, "resource"),
        (summary.entries, "entry"),
        (summary.assignments, "assignment"),
        (summary.formulas, "formula"),
    ];
    let present: Vec<String> =
        all.into_iter().filter(|&(number, _)| number > 0).map(|(number, noun)| count(number, noun)).collect();
    if present.is_empty() { "nothing in it".to_owned() } else { present.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::Span;

    #[test]
    fn numbers_and_nouns() {
        assert_eq!(count(1, "entry"), "1 entry");
        assert_eq!(count(0, "entry"), "0 entries");
        assert_eq!(count(1_234_567, "role"), "1,234,567 roles");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1000), "1,000");
    }

    #[track_caller]
    fn kept(pattern: &str, limit: usize) -> String {
        let list: Vec<Diagnostic> = pattern
            .chars()
            .map(|kind| {
                let code = if kind == 'e' { Code::SyntaxError } else { Code::UnusedAllow };
                Diagnostic::new(code, Span::default(), "")
            })
            .collect();
        let sources = Sources::new();
        let findings = Findings::new(&sources, &list);
        findings.first(limit).map(|d| d.severity.name().chars().next().unwrap_or(' ')).collect()
    }

    #[test]
    fn errors_are_kept_before_warnings() {
        assert_eq!(kept("wwewe", 10), "wwewe");
        assert_eq!(kept("wwewe", 3), "wee");
        assert_eq!(kept("wwewe", 2), "ee");
        assert_eq!(kept("wwewe", 1), "e");
        assert_eq!(kept("", 1), "");
    }
}

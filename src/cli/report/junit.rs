//! Findings and test results > one JUnit XML document. The one file that names the crate that writes it.
//!
//! No times are in it, so the same results are the same bytes. A warning is a skipped case: reporters show it, and it does
//! not fail a run that the exit code passes.

use super::places::Places;
use super::short::{notes, position};
use super::{Findings, MAX_WRITTEN, rest};
use crate::cli::terminal::{Stream, clean};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceId, Sources};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};
use std::collections::BTreeMap;

/// A suite for each file, a case for each finding; a file without one is a passed case.
pub(super) fn findings(to: &mut Stream, findings: &Findings<'_>) {
    let (mut places, mut related_places) = (Places::default(), Places::default());
    let mut suites: BTreeMap<SourceId, TestSuite> = BTreeMap::new();
    let suite_of = |id: SourceId| TestSuite::new(xml(&file(findings.sources, id)));
    for finding in findings.first(MAX_WRITTEN) {
        let id = finding.primary.span.source;
        let case = finding_case(finding, findings.sources, &mut places, &mut related_places);
        suites.entry(id).or_insert_with(|| suite_of(id)).add_test_case(case);
    }
    for (id, _) in findings.sources.iter() {
        suites.entry(id).or_insert_with(|| {
            let mut case = TestCase::new("no problems", TestCaseStatus::success());
            case.set_classname(xml(&file(findings.sources, id)));
            let mut suite = suite_of(id);
            suite.add_test_case(case);
            suite
        });
    }
    let mut suites: Vec<TestSuite> = suites.into_values().collect();
    if let Some(rest) = rest(findings) {
        let mut suite = TestSuite::new("policyc");
        let mut status = TestCaseStatus::skipped();
        status.set_message(xml(&rest));
        suite.add_test_case(TestCase::new("omitted findings", status));
        suites.push(suite);
    }
    write(to, "policyc check", suites);
}

fn finding_case(
    finding: &Diagnostic,
    sources: &Sources,
    places: &mut Places,
    related: &mut Places,
) -> TestCase {
    let span = finding.primary.span;
    let at = position(&span, sources, places);
    let (line, column) = places.line_column(sources, span.source, span.start);
    let title = format!("{} {}", finding.code.number(), finding.code.name());
    let mut status = match finding.severity {
        Severity::Error => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Severity::Warning => TestCaseStatus::skipped(),
    };
    let mut lines = vec![format!("{at}: {}", clean(&finding.message))];
    lines.extend(notes(finding, sources, related));
    status.set_message(xml(&finding.message)).set_type(title.as_str()).set_description(xml_lines(&lines));
    let mut case = TestCase::new(format!("{title} at {line}:{column}"), status);
    case.set_classname(xml(&file(sources, span.source)));
    set_place(&mut case, &file(sources, span.source), line);
    case
}

fn file(sources: &Sources, id: SourceId) -> String {
    sources.get(id).map(|source| source.path.to_string_lossy().into_owned()).unwrap_or_default()
}

/// What came of a test, for [`Cases`].
pub(in crate::cli) struct Tested<'a> {
    /// The block or table that it belongs to.
    pub(in crate::cli) suite: String,
    pub(in crate::cli) name: String,
    pub(in crate::cli) file: &'a str,
    pub(in crate::cli) line: usize,
    pub(in crate::cli) outcome: TestOutcome,
}

/// How a test went.
pub(in crate::cli) enum TestOutcome {
    Passed,
    /// Another decision than expected: in one line, and what explains it.
    Failed(String, Vec<String>),
    /// It could not be asked, and why.
    NotAsked(String),
}

/// Test results on the way to a document.
#[derive(Default)]
pub(in crate::cli) struct Cases {
    suites: Vec<TestSuite>,
    /// Name and file of the last suite; blocks of the same name in two files are two suites.
    last: Option<(String, String)>,
}

impl Cases {
    pub(in crate::cli) fn add(&mut self, tested: Tested<'_>) {
        let status = match &tested.outcome {
            TestOutcome::Passed => TestCaseStatus::success(),
            TestOutcome::Failed(message, lines) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_type("decision").set_message(xml(message)).set_description(xml_lines(lines));
                status
            }
            TestOutcome::NotAsked(message) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_type("question").set_message(xml(message));
                status
            }
        };
        let mut case = TestCase::new(xml(&tested.name), status);
        case.set_classname(xml(tested.file));
        set_place(&mut case, tested.file, tested.line);
        let same = |(suite, file): &(String, String)| *suite == tested.suite && file == tested.file;
        if !self.last.as_ref().is_some_and(same) {
            self.suites.push(TestSuite::new(xml(&tested.suite)));
            self.last = Some((tested.suite, tested.file.to_owned()));
        }
        if let Some(suite) = self.suites.last_mut() {
            suite.add_test_case(case);
        }
    }

    pub(in crate::cli) fn write(self, to: &mut Stream) {
        write(to, "policyc test", self.suites);
    }
}

/// Two attributes that reporters link to the source with.
fn set_place(case: &mut TestCase, file: &str, line: usize) {
    case.extra.insert("file".into(), xml(file));
    case.extra.insert("line".into(), line.to_string().into());
}

fn write(to: &mut Stream, name: &str, suites: Vec<TestSuite>) {
    let mut report = Report::new(name);
    report.add_test_suites(suites);
    match report.to_string() {
        Ok(text) => to.text(&text),
        // All text was made fit for XML, and writing to memory does not fail.
        Err(error) => to.line(&format!("<!-- {} -->", clean(&error.to_string()))),
    }
}

/// Text in one line, of characters that XML 1.0 may hold.
fn xml(text: &str) -> XmlString {
    XmlString::new(clean(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"))
}

fn xml_lines(lines: &[String]) -> XmlString {
    let lines: Vec<XmlString> = lines.iter().map(|line| xml(line)).collect();
    let lines: Vec<&str> = lines.iter().map(XmlString::as_str).collect();
    XmlString::new(lines.join("\n"))
}

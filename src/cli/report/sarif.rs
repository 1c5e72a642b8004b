//! Findings > one SARIF 2.1.0 document, the form that code scanning takes.
//!
//! Every code of the table is a rule, so `ruleIndex` is the same from run to run. Nothing of the surroundings is in it: no
//! time, no directory, no arguments; the same findings are the same bytes.
//!
//! The few objects we write are structures of our own: the typed crates build hundreds that are never written.

use super::places::{Places, Region};
use super::{Findings, MAX_WRITTEN, json, paths, rest};
use crate::cli::terminal::Stream;
use crate::diagnostic::{Code, Diagnostic, Fix, Label, Safety, Severity};
use crate::source::Sources;
use serde::Serialize;
use std::collections::BTreeSet;

const SCHEMA: &str =
    "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json";

pub(super) fn findings(to: &mut Stream, findings: &Findings<'_>) {
    let mut places: [Places; 3] = Default::default();
    let results: Vec<Finding> = findings
        .first(MAX_WRITTEN)
        .map(|finding| Finding::new(finding, findings.sources, &mut places))
        .collect();
    let found: BTreeSet<Code> = findings.first(MAX_WRITTEN).map(|finding| finding.code).collect();
    let omitted = rest(findings);
    let notifications =
        omitted.into_iter().map(|text| Notification { level: "warning", message: Message { text } });
    let invocation =
        Invocation { execution_successful: true, tool_execution_notifications: notifications.collect() };
    let run = Run {
        tool: Tool { driver: Driver::new(&found) },
        invocations: [invocation],
        column_kind: "unicodeCodePoints",
        results,
    };
    json::object(to, &Log { schema: SCHEMA, version: "2.1.0", runs: [run] });
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

impl Driver {
    /// Every rule; those that found something with their page, as all pages would outweigh most reports.
    fn new(found: &BTreeSet<Code>) -> Driver {
        let rules = Code::ALL.iter().map(|&code| Rule {
            id: code.number(),
            name: code.name(),
            short_description: Message { text: code.summary().to_owned() },
            default_configuration: Configuration { level: level(code.severity()) },
            help: found.contains(&code).then(|| Page { text: code.page(), markdown: code.page() }),
        });
        Driver { name: "policyc", semantic_version: env!("CARGO_PKG_VERSION"), rules: rules.collect() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: &'static str,
    short_description: Message,
    default_configuration: Configuration,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Page>,
}

/// Readers that show no Markdown need the text besides.
#[derive(Serialize)]
struct Page {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

impl Message {
    /// Nothing where there is nothing to say.
    fn maybe(text: &str) -> Option<Message> {
        (!text.is_empty()).then(|| Message { text: text.to_owned() })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixOf>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixOf {
    description: Message,
    artifact_changes: [ArtifactChange; 1],
}

/// All edits of a fix are in one file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Extent,
    inserted_content: Message,
}

impl FixOf {
    fn new(fix: &Fix, sources: &Sources, places: &mut Places) -> Option<FixOf> {
        let source = sources.get(fix.edits.first()?.span.source)?;
        let replacements = fix.edits.iter().map(|edit| Replacement {
            deleted_region: Extent::of(places.region(sources, edit.span)),
            inserted_content: Message { text: edit.text.clone() },
        });
        let change = ArtifactChange {
            artifact_location: ArtifactLocation { uri: paths::uri(&source.path) },
            replacements: replacements.collect(),
        };
        // Readers show fixes without saying which are guesses.
        let guess = match fix.safety {
            Safety::Safe => "",
            Safety::Unsafe => " (a guess)",
        };
        let text = format!("{}{guess}", fix.title);
        Some(FixOf { description: Message { text }, artifact_changes: [change] })
    }
}

impl Finding {
    /// Places are found from the last one of their kind: of faults, of what is related, of edits.
    fn new(finding: &Diagnostic, sources: &Sources, places: &mut [Places; 3]) -> Finding {
        let [places, related, edited] = places;
        let text = match &finding.help {
            Some(help) => format!("{}\nhelp: {help}", finding.message),
            None => finding.message.clone(),
        };
        let related_locations = finding
            .secondary
            .iter()
            .enumerate()
            .map(|(at, label)| Location::new(Some(at + 1), label, sources, related));
        Finding {
            rule_id: finding.code.number(),
            rule_index: Code::ALL.binary_search(&finding.code).ok(),
            level: level(finding.severity),
            message: Message { text },
            locations: [Location::new(None, &finding.primary, sources, places)],
            related_locations: related_locations.collect(),
            fixes: finding.fix.iter().filter_map(|fix| FixOf::new(fix, sources, edited)).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

impl Location {
    fn new(id: Option<usize>, label: &Label, sources: &Sources, places: &mut Places) -> Location {
        let uri = sources.get(label.span.source).map(|source| paths::uri(&source.path)).unwrap_or_default();
        let region = Extent::of(places.region(sources, label.span));
        let physical_location = PhysicalLocation { artifact_location: ArtifactLocation { uri }, region };
        Location { id, physical_location, message: Message::maybe(&label.text) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Extent,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extent {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

impl Extent {
    fn of(Region { start, end }: Region) -> Extent {
        Extent {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

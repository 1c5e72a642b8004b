//! Facts > one JSON object per line. The shapes are a promise: fields may be added, none is renamed or removed.
//!
//! Lines, columns count from 1, columns in characters; `start` and `end` are bytes of the file without a byte order mark.

use super::difference::ConditionOf;
use super::places::Places;
use super::{Findings, MAX_WRITTEN};
use crate::cli::remedies::{Gift, Remedies};
use crate::cli::terminal::Stream;
use crate::diagnostic::{Fix, Label, Safety};
use crate::evaluate::{DecidingEntry, Decision, Explanation, Place};
use crate::policy::Summary;
use crate::source::{Sources, Span};
use crate::terms::Effect;
use serde::Serialize;
use std::collections::BTreeMap;

/// Writes one object as a line.
pub(in crate::cli) fn object(to: &mut Stream, value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => to.line(&text),
        // Maps with keys that are no text can't be written, and there are none here.
        Err(_) => to.line("{}"),
    }
}

pub(super) fn findings(to: &mut Stream, findings: &Findings<'_>) {
    let (mut places, mut related_places) = (Places::default(), Places::default());
    let mut fix_places = Places::default();
    for finding in findings.first(MAX_WRITTEN) {
        let related =
            finding.secondary.iter().map(|label| Region::of(label, findings.sources, &mut related_places));
        object(
            to,
            &Finding {
                r#type: "finding",
                code: finding.code.number(),
                name: finding.code.name(),
                severity: finding.severity.name(),
                message: &finding.message,
                region: Region::of(&finding.primary, findings.sources, &mut places).unnamed(),
                label: &finding.primary.text,
                related: related.collect(),
                help: finding.help.as_deref(),
                fix: finding.fix.as_deref().map(|fix| FixOf::new(fix, findings.sources, &mut fix_places)),
            },
        );
    }
}

pub(super) fn summary(to: &mut Stream, findings: &Findings<'_>, summary: Option<&Summary>) {
    let omitted = findings.omitted(MAX_WRITTEN);
    let (errors, warnings, files) = (findings.errors, findings.warnings, findings.sources.len());
    object(to, &Totals { r#type: "summary", errors, warnings, files, omitted, policy: summary.map(counts) });
}

#[derive(Serialize)]
struct Finding<'a> {
    r#type: &'static str,
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    region: Region<'a>,
    label: &'a str,
    related: Vec<Region<'a>>,
    help: Option<&'a str>,
    /// Nothing where no edit is known to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixOf<'a>>,
}

/// The edits that mend a finding, to be applied together.
#[derive(Serialize)]
struct FixOf<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<Region<'a>>,
}

impl<'a> FixOf<'a> {
    fn new(fix: &'a Fix, sources: &Sources, places: &mut Places) -> FixOf<'a> {
        let edits = fix.edits.iter().map(|edit| Region::at(edit.span, &edit.text, sources, places));
        FixOf { title: &fix.title, safe: fix.safety == Safety::Safe, edits: edits.collect() }
    }
}

/// Where a label points.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region<'a> {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    start: u32,
    end: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

impl<'a> Region<'a> {
    fn of(label: &'a Label, sources: &Sources, places: &mut Places) -> Region<'a> {
        Region::at(label.span, &label.text, sources, places)
    }

    fn at(span: Span, text: &'a str, sources: &Sources, places: &mut Places) -> Region<'a> {
        let lines = places.region(sources, span);
        let file = sources.get(span.source).map(|source| source.path.to_string_lossy().into_owned());
        Region {
            file: file.unwrap_or_default(),
            line: lines.start.line,
            column: lines.start.column,
            end_line: lines.end.line,
            end_column: lines.end.column,
            start: span.start,
            end: span.end,
            text: Some(text),
        }
    }

    fn unnamed(self) -> Region<'a> {
        Region { text: None, ..self }
    }
}

#[derive(Serialize)]
struct Totals {
    r#type: &'static str,
    errors: usize,
    warnings: usize,
    files: usize,
    omitted: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<BTreeMap<&'static str, usize>>,
}

/// What is in a policy, by kind.
fn counts(summary: &Summary) -> BTreeMap<&'static str, usize> {
    BTreeMap::from([
        ("types", summary.types),
        ("privileges", summary.privileges),
        ("roles", summary.roles),
        ("groups", summary.groups),
        ("users", summary.users),
        ("services", summary.services),
        ("resources", summary.resources),
        ("entries", summary.entries),
        ("assignments", summary.assignments),
        ("formulas", summary.formulas),
    ])
}

/// An artifact that was written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli) struct Written {
    r#type: &'static str,
    file: String,
    bytes: usize,
    debug_bytes: usize,
    stripped: bool,
    policy: BTreeMap<&'static str, usize>,
}

impl Written {
    pub(in crate::cli) fn new(file: String, bytes: usize, stripped: bool, summary: &Summary) -> Written {
        let debug_bytes = summary.debug_bytes;
        Written { r#type: "artifact", file, bytes, debug_bytes, stripped, policy: counts(summary) }
    }
}

/// A test or a row of a table, judged.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli) struct Case<'a> {
    pub(in crate::cli) r#type: &'static str,
    /// `test`, `matrix` or `table`.
    pub(in crate::cli) suite: &'static str,
    pub(in crate::cli) name: &'a str,
    pub(in crate::cli) file: &'a str,
    pub(in crate::cli) line: usize,
    pub(in crate::cli) column: usize,
    pub(in crate::cli) passed: bool,
    pub(in crate::cli) principal: Option<String>,
    pub(in crate::cli) privilege: Option<&'a str>,
    pub(in crate::cli) resource: Option<String>,
    /// `grant` or `deny`.
    pub(in crate::cli) expect: Option<&'static str>,
    pub(in crate::cli) expect_reason: Option<&'static str>,
    pub(in crate::cli) got: Option<&'static str>,
    pub(in crate::cli) got_reason: Option<&'static str>,
    /// Why it could not be asked.
    pub(in crate::cli) error: Option<&'a str>,
}

/// An answer and its story.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli) struct Decided<'a> {
    r#type: &'static str,
    granted: bool,
    reason: &'static str,
    /// Whether a condition could not be decided.
    undecided: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<String>,
    privilege: &'a str,
    resource: Option<&'a str>,
    deciding: Vec<Deciding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a [Vec<String>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_attributes: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    included: Option<Box<Decided<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedies: Option<RemediesOf<'a>>,
}

/// What would make a no a yes, each by itself.
#[derive(Serialize)]
struct RemediesOf<'a> {
    values: Vec<ConditionOf<'a>>,
    roles: &'a [Gift],
    groups: &'a [Gift],
}

impl<'a> Decided<'a> {
    /// The same with what would make it a yes.
    pub(in crate::cli) fn or_with(self, remedies: Option<&'a Remedies>) -> Decided<'a> {
        let remedies = remedies.map(|Remedies { values, roles, groups }| RemediesOf {
            values: values.iter().map(ConditionOf::new).collect(),
            roles,
            groups,
        });
        Decided { remedies, ..self }
    }

    /// The answer and the nearest deciding entry; with `everything`, the whole story.
    pub(in crate::cli) fn new(
        story: &'a Explanation,
        principal: Option<String>,
        everything: bool,
    ) -> Decided<'a> {
        let entries = if everything { story.deciding.len() } else { 1 };
        let decision: Decision = story.decision;
        Decided {
            r#type: "decision",
            granted: decision.granted(),
            reason: decision.reason().name(),
            undecided: decision.undecided(),
            principal,
            privilege: &story.privilege,
            resource: story.resource.as_deref(),
            deciding: story.deciding.iter().take(entries).map(Deciding::new).collect(),
            missing: everything.then_some(&story.missing),
            missing_attributes: everything.then_some(&story.missing_attributes),
            included: match &story.included {
                Some(inner) if everything => Some(Box::new(Decided::new(inner, None, true))),
                _ => None,
            },
            remedies: None,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Deciding<'a> {
    effect: &'static str,
    scope: Option<&'a str>,
    place: Option<Location<'a>>,
    path: Vec<Step<'a>>,
}

impl<'a> Deciding<'a> {
    pub(super) fn new(entry: &'a DecidingEntry) -> Deciding<'a> {
        let path = entry
            .path
            .iter()
            .map(|step| Step { what: &step.what, place: step.place.as_ref().map(Location::new) });
        Deciding {
            effect: effect(entry.effect),
            scope: entry.scope.as_deref(),
            place: entry.place.as_ref().map(Location::new),
            path: path.collect(),
        }
    }
}

/// The word of an effect.
pub(super) fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Grant => "grant",
        Effect::Deny => "deny",
        Effect::Bypass => "bypass",
    }
}

#[derive(Serialize)]
struct Step<'a> {
    what: &'a str,
    place: Option<Location<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    file: &'a str,
    line: u32,
    column: u32,
}

impl<'a> Location<'a> {
    fn new(place: &'a Place) -> Location<'a> {
        Location { file: &place.file, line: place.line, column: place.column }
    }
}

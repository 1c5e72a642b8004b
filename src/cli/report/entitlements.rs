//! What a policy grants > text for people or programs: everybody who can do one thing, or everything that one can do.
//!
//! Enters: entitlements and what was asked. Leaves: lines on a stream. Nobody and nothing is left out.

use super::difference::{ConditionOf, Undecided, kinds};
use super::json::{Deciding, object};
use super::story::entry_line;
use crate::cli::terminal::{Stream, clean};
use crate::difference::{Entitlement, Entitlements, Selection, Subject, Subjects, value_text};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Columns that names are padded to at most.
const WIDEST_NAME: usize = 32;

/// Tells who can do something.
pub(in crate::cli) fn who(out: &mut Stream, found: &Entitlements, asked: &Selection) {
    let privilege = asked.privilege.as_deref().unwrap_or_default();
    let place = asked.place.as_ref().map(|place| format!(" on {place}")).unwrap_or_default();
    let what = clean(&format!("{privilege}{place}")).into_owned();
    let all: BTreeSet<&Subject> = found.list.iter().flat_map(|one| &one.subjects).collect();
    if all.is_empty() {
        out.line(&format!("nobody can {what}"));
    } else {
        let subjects: Vec<Subject> = all.iter().map(|subject| (*subject).clone()).collect();
        out.line(&format!("{} can {what}", kinds(&subjects)));
        out.line("");
    }
    let width = all.iter().map(|subject| subject.to_string().chars().count()).max().unwrap_or(0);
    let mut rows: Vec<(&Subject, &Entitlement)> =
        found.list.iter().flat_map(|one| one.subjects.iter().map(move |subject| (subject, one))).collect();
    rows.sort_by_key(|(subject, _)| *subject);
    for (subject, one) in rows {
        let name = clean(&subject.to_string()).into_owned();
        let limits = limits(one, asked.place.is_none());
        let pad = " ".repeat(width.min(WIDEST_NAME).saturating_sub(name.chars().count()));
        match limits.is_empty() {
            true => out.line(&name),
            false => out.line(&format!("{name}{pad}  {}", clean(&limits))),
        }
        ways(out, one, subject, "    ");
    }
    undecided(out, found);
}

/// Tells what somebody can do.
pub(in crate::cli) fn what(out: &mut Stream, found: &Entitlements, asked: &Selection) {
    let who = match &asked.subjects {
        Subjects::One(subject) => subject.to_string(),
        _ => String::new(),
    };
    let place = asked.place.as_ref().map(|place| format!(" on {place}")).unwrap_or_default();
    let all: BTreeSet<&str> =
        found.list.iter().flat_map(|one| one.privileges.iter().map(|(name, _)| name.as_str())).collect();
    let who = clean(&who);
    if all.is_empty() {
        out.line(&format!("{who} can do nothing{}", clean(&place)));
    } else {
        out.line(&format!("{who} can do {}{}", super::count(all.len(), "privilege"), clean(&place)));
    }
    let mut by_limits: BTreeMap<String, Vec<&Entitlement>> = BTreeMap::new();
    for one in &found.list {
        by_limits.entry(limits(one, asked.place.is_none())).or_default().push(one);
    }
    for (limits, all) in by_limits {
        out.line("");
        if !limits.is_empty() {
            out.line(&clean(&limits));
        }
        if asked.ways {
            for one in all {
                let names: Vec<&str> = one.privileges.iter().map(|(name, _)| name.as_str()).collect();
                out.line(&format!("  {}", clean(&names.join(", "))));
                one.subjects.iter().for_each(|subject| ways(out, one, subject, "      "));
            }
            continue;
        }
        let mut categories: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, category) in all.iter().flat_map(|one| &one.privileges) {
            categories.entry(category.as_deref().unwrap_or_default()).or_default().push(name);
        }
        for (category, mut names) in categories {
            names.sort_unstable();
            let title = if category.is_empty() { String::new() } else { format!("{category}: ") };
            out.line(&format!("  {}{}", clean(&title), clean(&names.join(", "))));
        }
    }
    undecided(out, found);
}

/// Where and when: `folder:ops and below, when ...`.
fn limits(one: &Entitlement, with_places: bool) -> String {
    let mut parts = Vec::new();
    if with_places && !one.places.is_empty() {
        parts.push(one.places.join(", "));
    }
    parts.extend(one.condition.as_ref().map(|condition| format!("when {condition}")));
    parts.join(", ")
}

/// The entries that decide for a subject.
fn ways(out: &mut Stream, one: &Entitlement, subject: &Subject, indent: &str) {
    for way in one.ways.iter().filter(|way| way.subject == *subject) {
        if way.entries.is_empty() {
            let text = out.style.dim("by default");
            out.line(&format!("{indent}{text}"));
        }
        for entry in &way.entries {
            let text = out.style.dim(&entry_line(entry, true));
            out.line(&format!("{indent}{text}"));
        }
    }
}

fn undecided(out: &mut Stream, found: &Entitlements) {
    for question in &found.undecided {
        out.line("");
        let title = out.style.warn("not decided:");
        out.line(&format!("{title} {}", clean(question)));
    }
}

/// Writes one `entitlement` for each row, and each `undecided`. The shapes are a promise: fields may be added, none is renamed or
/// removed.
pub(in crate::cli) fn entitlements_as_json(out: &mut Stream, found: &Entitlements) {
    found.list.iter().for_each(|one| object(out, &EntitlementOf::new(one)));
    found.undecided.iter().for_each(|question| object(out, &Undecided::new(question)));
}

#[derive(Serialize)]
struct EntitlementOf<'a> {
    r#type: &'static str,
    subjects: Vec<String>,
    privileges: Vec<PrivilegeOf<'a>>,
    /// Empty: asked without a resource.
    places: &'a [String],
    condition: Option<ConditionOf<'a>>,
    /// Values with which it is so.
    example: BTreeMap<&'a str, String>,
    reasons: Vec<&'static str>,
    /// With `--explain`: for each subject the entries that decide.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ways: Vec<WayOf<'a>>,
}

#[derive(Serialize)]
struct PrivilegeOf<'a> {
    name: &'a str,
    category: Option<&'a str>,
}

#[derive(Serialize)]
struct WayOf<'a> {
    subject: String,
    deciding: Vec<Deciding<'a>>,
}

impl<'a> EntitlementOf<'a> {
    fn new(one: &'a Entitlement) -> EntitlementOf<'a> {
        let privilege = |(name, category): &'a (String, Option<String>)| PrivilegeOf {
            name,
            category: category.as_deref(),
        };
        EntitlementOf {
            r#type: "entitlement",
            subjects: one.subjects.iter().map(ToString::to_string).collect(),
            privileges: one.privileges.iter().map(privilege).collect(),
            places: &one.places,
            condition: one.condition.as_ref().map(ConditionOf::new),
            example: one.example.iter().map(|(name, value)| (name.as_str(), value_text(value))).collect(),
            reasons: one.reasons.iter().map(|reason| reason.name()).collect(),
            ways: one
                .ways
                .iter()
                .map(|way| WayOf {
                    subject: way.subject.to_string(),
                    deciding: way.entries.iter().map(Deciding::new).collect(),
                })
                .collect(),
        }
    }
}

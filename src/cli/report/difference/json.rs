//! A difference > one JSON object per line. The shapes are a promise: fields may be added, none is renamed or removed.
//!
//! First one `summary`, then each `rename`, each `undecided`, each `group`, the gravest first, and each `change`.

use super::super::{MAX_WRITTEN, object};
use crate::cli::terminal::Stream;
use crate::difference::{
    Change, Condition, Count, Difference, Group, Line, Place, Rename, Subject, value_text,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Writes a difference.
pub(in crate::cli) fn difference_as_json(out: &mut Stream, difference: &Difference) {
    let (gains, losses) = (difference.gains(), difference.losses());
    let changes = gains.total + losses.total;
    object(
        out,
        &Summary {
            r#type: "summary",
            same: difference.is_empty(),
            gains: Totals::of(gains),
            losses: Totals::of(losses),
            renames: difference.renames().len(),
            undecided: difference.undecided().len(),
            groups: difference.groups().len(),
            omitted: changes.saturating_sub(MAX_WRITTEN),
        },
    );
    difference_in_parts(out, difference);
    for change in difference.changes().take(MAX_WRITTEN) {
        object(out, &ChangeOf::new(&change));
    }
}

/// Writes what a difference is put together from: renames, what was not decided, groups.
pub(in crate::cli) fn difference_in_parts(out: &mut Stream, difference: &Difference) {
    for Rename { kind, old, new } in difference.renames() {
        object(out, &Renamed { r#type: "rename", kind, old, new });
    }
    for question in difference.undecided() {
        object(out, &Undecided::new(question));
    }
    for group in difference.groups() {
        object(out, &GroupOf::new(group));
    }
}

#[derive(Serialize)]
struct Summary {
    r#type: &'static str,
    same: bool,
    gains: Totals,
    losses: Totals,
    renames: usize,
    undecided: usize,
    groups: usize,
    /// Changes that are counted and not listed.
    omitted: usize,
}

/// How many gains or losses.
#[derive(Serialize)]
pub(in crate::cli) struct Totals {
    total: usize,
    categories: BTreeMap<String, usize>,
}

impl Totals {
    pub(in crate::cli) fn of(count: Count) -> Totals {
        Totals { total: count.total, categories: count.categories }
    }
}

#[derive(Serialize)]
struct Renamed<'a> {
    r#type: &'static str,
    kind: &'a str,
    old: &'a str,
    new: &'a str,
}

#[derive(Serialize)]
pub(in crate::cli::report) struct Undecided<'a> {
    r#type: &'static str,
    text: &'a str,
}

impl<'a> Undecided<'a> {
    pub(in crate::cli::report) fn new(text: &'a str) -> Undecided<'a> {
        Undecided { r#type: "undecided", text }
    }
}

#[derive(Serialize)]
struct GroupOf<'a> {
    r#type: &'static str,
    change: &'static str,
    destructive: bool,
    subjects: Vec<String>,
    followers: Vec<String>,
    privileges: &'a [String],
    /// Empty: asked without a resource.
    places: &'a [String],
    condition: Option<ConditionOf<'a>>,
    changes: usize,
    old: Option<&'static str>,
    new: Option<&'static str>,
    lines: Vec<LineOf<'a>>,
}

impl<'a> GroupOf<'a> {
    fn new(group: &'a Group) -> GroupOf<'a> {
        let names = |subjects: &[Subject]| subjects.iter().map(ToString::to_string).collect();
        GroupOf {
            r#type: "group",
            change: word(group.gain),
            destructive: group.destructive,
            subjects: names(&group.subjects),
            followers: names(&group.followers),
            privileges: &group.privileges,
            places: &group.places,
            condition: group.condition.as_ref().map(ConditionOf::new),
            changes: group.changes,
            old: group.old.map(|reason| reason.name()),
            new: group.new.map(|reason| reason.name()),
            lines: group.lines.iter().map(LineOf::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct LineOf<'a> {
    side: &'static str,
    what: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
}

impl<'a> LineOf<'a> {
    fn new(Line { new, what, file, line, column }: &'a Line) -> LineOf<'a> {
        LineOf { side: if *new { "new" } else { "old" }, what, file, line: *line, column: *column }
    }
}

#[derive(Serialize)]
pub(in crate::cli::report) struct ConditionOf<'a> {
    text: String,
    /// One of these, every part of which has to be so.
    alternatives: &'a [Vec<String>],
}

impl<'a> ConditionOf<'a> {
    pub(in crate::cli::report) fn new(condition: &'a Condition) -> ConditionOf<'a> {
        ConditionOf { text: condition.to_string(), alternatives: &condition.alternatives }
    }
}

#[derive(Serialize)]
struct ChangeOf<'a> {
    r#type: &'static str,
    change: &'static str,
    subject: String,
    privilege: &'a str,
    category: Option<&'a str>,
    place: Option<PlaceOf<'a>>,
    condition: Option<ConditionOf<'a>>,
    /// Values with which it is so.
    example: BTreeMap<&'a str, String>,
    old: Option<&'static str>,
    new: Option<&'static str>,
}

impl<'a> ChangeOf<'a> {
    fn new(change: &Change<'a>) -> ChangeOf<'a> {
        ChangeOf {
            r#type: "change",
            change: word(change.gain),
            subject: change.subject.to_string(),
            privilege: change.privilege,
            category: change.category,
            place: change.place.map(PlaceOf::new),
            condition: change.condition.map(ConditionOf::new),
            example: change.example.iter().map(|(name, value)| (name.as_str(), value_text(value))).collect(),
            old: change.old.map(|reason| reason.name()),
            new: change.new.map(|reason| reason.name()),
        }
    }
}

#[derive(Serialize)]
struct PlaceOf<'a> {
    text: String,
    r#type: &'a str,
    /// Of one that stands for all others there: null.
    id: Option<&'a str>,
}

impl<'a> PlaceOf<'a> {
    fn new(place: &'a Place) -> PlaceOf<'a> {
        let id = place.fresh.is_none().then_some(place.id.as_str());
        PlaceOf { text: place.to_string(), r#type: &place.ty, id }
    }
}

fn word(gain: bool) -> &'static str {
    if gain { "gain" } else { "loss" }
}

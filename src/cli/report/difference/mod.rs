//! A difference of two policies > text for people, programs, pull requests.
//!
//! Enters: a difference. Leaves: lines on a stream. What is put together comes before what is listed; what is cut off is counted.

mod human;
mod json;
mod markdown;

pub(in crate::cli) use human::{difference_for_people, difference_since};
pub(super) use json::{ConditionOf, Undecided};
pub(in crate::cli) use json::{Totals, difference_as_json, difference_in_parts};
pub(in crate::cli) use markdown::difference_as_markdown;

use super::count;
use crate::difference::{Count, Difference, Group, Line, Subject};

/// The category that weighs most.
const DESTRUCTIVE: &str = "destructive";

/// `3 gained (1 destructive), 2 lost, 1 renamed`.
fn counts(difference: &Difference) -> String {
    let one = |all: &Count, word: &str| match all.of(DESTRUCTIVE) {
        0 => format!("{} {word}", super::thousands(all.total)),
        grave => format!("{} {word} ({} destructive)", super::thousands(all.total), super::thousands(grave)),
    };
    let mut parts = vec![one(&difference.gains(), "gained"), one(&difference.losses(), "lost")];
    if !difference.renames().is_empty() {
        parts.push(format!("{} renamed", difference.renames().len()));
    }
    if !difference.undecided().is_empty() {
        parts.push(format!("{} not decided", difference.undecided().len()));
    }
    parts.join(", ")
}

/// The first of some texts, and how many more there are.
pub(super) fn first<T: ToString>(all: &[T], most: usize) -> String {
    let shown: Vec<String> = all.iter().take(most).map(ToString::to_string).collect();
    match all.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `3 users, 1 group`; empty for nobody.
pub(super) fn kinds(subjects: &[Subject]) -> String {
    type Is = fn(&Subject) -> bool;
    let kinds: [(&str, Is); 5] = [
        ("user", |subject| matches!(subject, Subject::User(_))),
        ("service", |subject| matches!(subject, Subject::Service(_))),
        ("group", |subject| matches!(subject, Subject::Group(_))),
        ("role", |subject| matches!(subject, Subject::Role(_))),
        ("class", |subject| matches!(subject, Subject::Anonymous | Subject::Authenticated)),
    ];
    let some = kinds.iter().map(|(word, is)| (word, subjects.iter().filter(|subject| is(subject)).count()));
    let told = some.filter(|(_, number)| *number > 0).map(|(word, number)| match (*word, number) {
        ("class", 1) => "1 class".to_owned(),
        ("class", number) => format!("{number} classes"),
        (word, number) => count(number, word),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// `default-deny > explicit-grant`.
fn reasons(group: &Group) -> String {
    let word = |reason: Option<crate::terms::Reason>| reason.map_or("not asked", |reason| reason.name());
    format!("{} > {}", word(group.old), word(group.new))
}

/// `new roles.policy:12:5 (grant)`.
fn line(line: &Line) -> String {
    let side = if line.new { "new" } else { "old" };
    format!("{side} {}:{}:{} ({})", line.file, line.line, line.column, line.what)
}

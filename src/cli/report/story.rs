//! The story of a decision > lines for people.

use super::json::effect;
use crate::cli::terminal::clean;
use crate::evaluate::{DecidingEntry, Explanation, Place};
use crate::terms::Reason;

/// The most of a long list that the short story tells.
const MAX_TOLD: usize = 3;

/// The deciding entry in one line, or why there is none, and what lacks.
pub(in crate::cli) fn short(story: &Explanation) -> Vec<String> {
    let mut lines = Vec::new();
    match story.deciding.first() {
        Some(entry) => lines.push(entry_line(entry, true)),
        None => lines.extend(without_entry(story)),
    }
    let sets = story.missing.len();
    if sets > 0 {
        let told: Vec<String> = story.missing.iter().take(MAX_TOLD).map(|set| all_of(set)).collect();
        let rest =
            if sets > MAX_TOLD { format!(", or one of {} more", sets - MAX_TOLD) } else { String::new() };
        lines.push(format!("missing: {}{rest}", told.join(", or ")));
    }
    lines.extend(attributes(story));
    if let Some(included) = &story.included {
        lines.push(included_line(included));
    }
    lines
}

/// All of it: every deciding entry with each step on the way to it, every missing set, and the story of the included privilege.
pub(in crate::cli) fn long(story: &Explanation) -> Vec<String> {
    let mut lines = Vec::new();
    // The chain of included stories is as long as the policy makes it.
    let mut next = Some(story);
    let mut indent = String::new();
    while let Some(story) = next {
        let mut told = Vec::new();
        tell(story, &mut told);
        lines.extend(told.into_iter().map(|line| format!("{indent}{line}")));
        next = story.included.as_deref();
        if let Some(included) = next {
            lines.push(format!("{indent}{}", included_line(included)));
            indent.push_str("  ");
        }
    }
    lines
}

fn tell(story: &Explanation, lines: &mut Vec<String>) {
    if story.deciding.is_empty() {
        lines.extend(without_entry(story));
    }
    for entry in &story.deciding {
        lines.push(entry_line(entry, false));
        for step in &entry.path {
            let place =
                step.place.as_ref().map(|place| format!("  ({})", place_text(place))).unwrap_or_default();
            lines.push(format!("  {}{place}", clean(&step.what)));
        }
    }
    if !story.missing.is_empty() {
        lines.push("missing, one of these:".to_owned());
        lines.extend(story.missing.iter().map(|set| format!("  {}", all_of(set))));
    }
    lines.extend(attributes(story));
}

/// `grant at a.policy:12:5 on folder:finance, by user:ann > group:ops`.
pub(super) fn entry_line(entry: &DecidingEntry, with_path: bool) -> String {
    let mut line = effect(entry.effect).to_owned();
    if let Some(place) = &entry.place {
        line.push_str(&format!(" at {}", place_text(place)));
    }
    match &entry.scope {
        Some(scope) => line.push_str(&format!(" on {}", clean(scope))),
        None => line.push_str(" everywhere"),
    }
    if with_path && !entry.path.is_empty() {
        let path: Vec<_> = entry.path.iter().map(|step| clean(&step.what)).collect();
        line.push_str(&format!(", by {}", path.join(" > ")));
    }
    line
}

fn without_entry(story: &Explanation) -> Option<String> {
    let text = match story.decision.reason() {
        Reason::DefaultGrant => "no entry has an opinion, and the default grants",
        Reason::DefaultDeny => "no entry has an opinion, and the default denies",
        _ => return None,
    };
    Some(text.to_owned())
}

fn attributes(story: &Explanation) -> Option<String> {
    let missing = &story.missing_attributes;
    (!missing.is_empty()).then(|| format!("not decided, for lack of: {}", clean(&missing.join(", "))))
}

fn included_line(included: &Explanation) -> String {
    format!("it includes `{}`, which gets: {}", clean(&included.privilege), included.decision.reason())
}

fn all_of(set: &[String]) -> String {
    clean(&set.join(" and ")).into_owned()
}

fn place_text(place: &Place) -> String {
    format!("{}:{}:{}", clean(&place.file), place.line, place.column)
}

//! A difference > the comment on a pull request: the counts first, a row for each group, details folded.

use super::{counts, kinds, line, reasons};
use crate::cli::terminal::{Stream, clean};
use crate::difference::{Difference, Group};

/// Rows of the table; hosts cut off comments that are too long.
const MAX_ROWS: usize = 30;
/// Groups with details.
const MAX_DETAILS: usize = 60;
/// Names in a cell.
const IN_CELL: usize = 5;
/// Names in a list of details.
const IN_DETAILS: usize = 100;

/// Writes a difference.
pub(in crate::cli) fn difference_as_markdown(out: &mut Stream, difference: &Difference) {
    if difference.is_empty() {
        out.line("**Permissions: no differences**");
        return;
    }
    out.line(&format!("**Permissions: {}**", counts(difference)));
    for rename in difference.renames() {
        let (old, new) = (code(&rename.old), code(&rename.new));
        out.line("");
        out.line(&format!("The {} {old} is now called {new}, and means the same.", rename.kind));
    }
    for question in difference.undecided() {
        out.line("");
        out.line(&format!("> Not decided: {}", clean(question)));
    }
    let groups = difference.groups();
    if groups.is_empty() {
        return;
    }
    out.line("");
    out.line("| | who | what | where | when |");
    out.line("|---|---|---|---|---|");
    groups.iter().take(MAX_ROWS).for_each(|group| row(out, group));
    if groups.len() > MAX_ROWS {
        out.line("");
        out.line(&format!("{} more below.", groups.len() - MAX_ROWS));
    }
    out.line("");
    out.line("<details><summary>Details</summary>");
    groups.iter().take(MAX_DETAILS).for_each(|group| details(out, group));
    if groups.len() > MAX_DETAILS {
        out.line("");
        out.line(&format!("{} more groups are left out.", groups.len() - MAX_DETAILS));
    }
    out.line("");
    out.line("</details>");
}

fn row(out: &mut Stream, group: &Group) {
    let sign = match (group.gain, group.destructive) {
        (true, true) => "**gains, destructive**",
        (true, false) => "gains",
        (false, _) => "loses",
    };
    let mut who = codes(&group.subjects, IN_CELL);
    if !group.followers.is_empty() {
        who += &format!(", and so {}", kinds(&group.followers));
    }
    let condition =
        group.condition.as_ref().map(|condition| clean(&condition.to_string()).replace('|', "\\|"));
    let cells =
        [&who, &codes(&group.privileges, IN_CELL), &places(group, IN_CELL), &condition.unwrap_or_default()];
    out.line(&format!("| {sign} | {} |", cells.map(String::as_str).join(" | ")));
}

fn details(out: &mut Stream, group: &Group) {
    let verb = if group.gain { "can now" } else { "can no longer" };
    out.line("");
    let (who, what) = (codes(&group.subjects, IN_DETAILS), codes(&group.privileges, IN_DETAILS));
    let place = match places(group, IN_DETAILS) {
        place if place.is_empty() => place,
        place => format!(": {place}"),
    };
    out.line(&format!("- {who} {verb} {what}{place}"));
    if let Some(condition) = &group.condition {
        out.line(&format!("  - when {}", clean(&condition.to_string())));
    }
    if !group.followers.is_empty() {
        let (kinds, names) = (kinds(&group.followers), codes(&group.followers, IN_DETAILS));
        out.line(&format!("  - and so {kinds}: {names}"));
    }
    out.line(&format!("  - {}", reasons(group).replace('>', "→")));
    group.lines.iter().for_each(|one| out.line(&format!("  - {}", code(&line(one)))));
}

fn places(group: &Group, most: usize) -> String {
    match group.places.as_slice() {
        [all] if all == "everywhere" => all.clone(),
        some => codes(some, most),
    }
}

fn codes<T: ToString>(all: &[T], most: usize) -> String {
    let shown: Vec<String> = all.iter().take(most).map(|one| code(&one.to_string())).collect();
    match all.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Text that nothing in it can make anything but text: marked by more backticks than are in it, and whole in a table.
fn code(text: &str) -> String {
    let text = clean(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let marks = "`".repeat(longest + 1);
    match longest {
        0 => format!("{marks}{text}{marks}"),
        _ => format!("{marks} {text} {marks}"),
    }
}

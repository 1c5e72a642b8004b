//! A difference > lines for people: what is put together, the gravest first, and short.

use super::{counts, first, kinds, line, reasons};
use crate::cli::terminal::{Stream, clean};
use crate::difference::{Difference, Group};

/// Groups that are drawn.
const MAX_GROUPS: usize = 40;
/// Groups that are drawn where it has to be short.
const FEW_GROUPS: usize = 10;
/// Names in one line.
const MAX_NAMES: usize = 6;
/// Lines of the policies under a group.
const MAX_LINES: usize = 3;

/// Draws a difference.
pub(in crate::cli) fn difference_for_people(out: &mut Stream, difference: &Difference) {
    drawn(out, "", difference, MAX_GROUPS);
}

/// Draws a difference in short, with the time since when it is one.
pub(in crate::cli) fn difference_since(out: &mut Stream, since: &str, difference: &Difference) {
    drawn(out, &format!("since {since}: "), difference, FEW_GROUPS);
}

fn drawn(out: &mut Stream, title: &str, difference: &Difference, most: usize) {
    if difference.is_empty() {
        out.line(&format!("{title}no differences"));
        return;
    }
    out.line(&format!("{title}{}", counts(difference)));
    for rename in difference.renames() {
        let (kind, old, new) = (rename.kind, clean(&rename.old), clean(&rename.new));
        out.line(&format!("  {kind} {old} is now called {new}, and means the same"));
    }
    for group in difference.groups().iter().take(most) {
        out.line("");
        draw(out, group);
    }
    let more = difference.groups().len().saturating_sub(most);
    if more > 0 {
        out.line("");
        out.line(&format!("and {more} more groups of changes; `--format json` lists all"));
    }
    for question in difference.undecided() {
        out.line("");
        let title = out.style.warn("not decided:");
        out.line(&format!("{title} {}", clean(question)));
    }
}

fn draw(out: &mut Stream, group: &Group) {
    let sign = match (group.gain, group.destructive) {
        (true, true) => out.style.bad("+ destructive:"),
        (true, false) => out.style.good("+"),
        (false, _) => out.style.warn("-"),
    };
    out.line(&format!("{sign} {}", clean(&group.headline())));
    let mut detail = |text: &str| {
        let text = out.style.dim(&clean(text));
        out.line(&format!("    {text}"));
    };
    if let Some(condition) = &group.condition {
        detail(&format!("when {condition}"));
    }
    if !group.followers.is_empty() {
        detail(&format!("and so {}: {}", kinds(&group.followers), first(&group.followers, MAX_NAMES)));
    }
    detail(&reasons(group));
    group.lines.iter().take(MAX_LINES).for_each(|one| detail(&line(one)));
}

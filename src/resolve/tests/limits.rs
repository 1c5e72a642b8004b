//! More of something than the limit.

use super::{WORLD, resolved, told};
use crate::resolve::limits::Limits;

#[track_caller]
fn check(limits: Limits, text: &str, expected: &[&str]) {
    let (sources, _, found) = resolved(&[WORLD, text], limits);
    assert_eq!(told(&sources, &found), expected, "{found:#?}");
}

#[test]
fn declarations() {
    check(Limits { groups: 2, ..Limits::DEFAULT }, "group x group y", &["P0903 group x"]);
    check(Limits { groups: 4, ..Limits::DEFAULT }, "group x group y", &[]);
    check(Limits { types: 4, ..Limits::DEFAULT }, "resource x", &["P0903 resource x"]);
    check(Limits { roles: 2, ..Limits::DEFAULT }, "role x role y", &["P0903 role x"]);
    check(
        Limits { principals: 1, ..Limits::DEFAULT },
        "user x service x",
        &["P0903 user x", "P0903 service x"],
    );
    check(Limits { privileges: 8, ..Limits::DEFAULT }, "category c { x }", &["P0903 x"]);
    check(Limits { categories: 5, ..Limits::DEFAULT }, "category c { x }", &["P0903 category c { x }"]);
    check(Limits { attributes: 14, ..Limits::DEFAULT }, "context { x: int }", &["P0903 x"]);
}

#[test]
fn rules_and_resources() {
    check(
        Limits { entries: 3, ..Limits::DEFAULT },
        "grant flow.view to user:ann grant flow.edit to user:ann grant flow.edit to group:ops",
        &["P0903 grant flow.edit to user:ann"],
    );
    check(
        Limits { assignments: 0, ..Limits::DEFAULT },
        "assign reader to user:ann assign editor to user:ann",
        &["P0903 assign reader to user:ann"],
    );
    check(Limits { instances: 2, ..Limits::DEFAULT }, "flow:a/b/c", &["P0903 flow:a/b/c"]);
    check(Limits { instances: 3, ..Limits::DEFAULT }, "flow:a/b/c", &[]);
    check(
        Limits { expanded: 20, ..Limits::DEFAULT },
        "grant * to user:ann grant * to group:ops",
        &["P0903 *"],
    );
    check(
        Limits { questions: 1, ..Limits::DEFAULT },
        "test \"t\" { as user:ann can user.* }",
        &["P0903 can user.*"],
    );
}

#[test]
fn what_takes_time_or_room() {
    // Sixteen bytes for each name besides its own: 77 for the first, 133 for the second, 205 for what begins with a star.
    let limits = Limits { compared: 210, ..Limits::DEFAULT };
    check(limits, "grant flow.*, f*.view to user:ann grant flow.* to group:ops", &[]);
    check(limits, "grant *.view, *.add, no-*  to user:ann", &["P0903 *.add"]);
    check(Limits { parents: 1, ..Limits::DEFAULT }, "flow:a/b/c", &["P0903 flow:a/b/c"]);
    check(Limits { parents: 2, ..Limits::DEFAULT }, "flow:a/b/c", &[]);
    let carrying = "test \"t\" { as user:ann, group:ops with context.mfa = true can user.view }";
    check(Limits { questions: 2, ..Limits::DEFAULT }, carrying, &["P0903 can user.view"]);
    check(Limits { questions: 3, ..Limits::DEFAULT }, carrying, &[]);
}

#[test]
fn levels() {
    let limits = Limits { levels: 3, ..Limits::DEFAULT };
    check(limits, "flow:a/b/c", &[]);
    check(limits, "flow:a/b/c/d", &["P0903 flow:a/b/c/d"]);
    check(limits, "deny flow.view to user:ann on folder:a/b/c/d", &["P0903 folder:a/b/c/d"]);
    let parts = "resource part in part part:c in part:b part:b in part:a part:a in part:z part:d in part:c";
    check(limits, parts, &["P0903 part:c"]);
    check(limits, "resource part in part part:a in part:b part:b in part:a", &[]);
}

#[test]
fn nesting() {
    let limits = Limits { nesting: 3, ..Limits::DEFAULT };
    check(limits, "deny user.view to user:ann when not (not (not context.mfa))", &[]);
    check(
        limits,
        "deny user.view to user:ann when not (not (not (not context.mfa)))",
        &["P0901 context.mfa"],
    );
}

#[test]
fn suggestions() {
    let limits = Limits { comparisons: 1, ..Limits::DEFAULT };
    let text = "assign raeder to user:ann assign raeder to group:ops assign edtior to user:ann";
    let (_, _, found) = resolved(&[WORLD, text], limits);
    let help: Vec<_> = found.iter().map(|found| found.help.as_deref().unwrap_or_default()).collect();
    assert_eq!(
        help,
        ["did you mean `reader`?", "did you mean `reader`?", "declare it: `role edtior { ... }`"]
    );
}

#[test]
fn errors_beyond_the_limit_are_counted() {
    let limits = Limits { findings: 2, ..Limits::DEFAULT };
    let text = |names: usize| "assign missing to user:ann ".repeat(names);
    check(limits, &text(2), &["P0202 missing", "P0202 missing"]);
    let (_, _, found) = resolved(&[WORLD, &text(5)], limits);
    let last = found.last().expect("something was found");
    assert_eq!((found.len(), last.number), (3, 3));
    assert_eq!(last.message, "3 more errors in names and types are not listed");
}

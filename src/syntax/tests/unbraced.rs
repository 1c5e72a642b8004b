//! Blocks written by indentation: one finding each, everything in them read, and braces offered.

use super::recovery::check;
use crate::diagnostic::{Change, Safety};

/// What the text is once the braces of its blocks are written.
#[track_caller]
fn braced(text: &str, expected: &str) {
    let (_, found) = super::parsed(text);
    let mut edits: Vec<_> = found
        .into_iter()
        .filter_map(|finding| finding.remedy)
        .flat_map(|remedy| {
            assert_eq!(remedy.safety, Safety::Unsafe, "{text}");
            let Change::Write(edits) = remedy.change else { panic!("{text}") };
            edits
        })
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut mended = text.to_owned();
    for edit in edits {
        mended.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    assert_eq!(mended, expected);
    assert_eq!(super::faults(&mended), [], "{mended}");
}

#[test]
fn a_role_is_one_finding() {
    check("role r\n grant a\n deny b when x.y\nuser u", &[("P0001", "role r")], &["r(ee)", "u"]);
    check(
        "role r:\n grant a\nrole s:\n grant a",
        &[("P0001", "role r"), ("P0001", "role s")],
        &["r(e)", "s(e)"],
    );
    check("role r inherits q\n grant a\n}\nuser u", &[("P0001", "role r inherits q")], &["r(e)", "u"]);
    check("role r\n on t:x { grant a }\n grant b\nuser u", &[("P0001", "role r")], &["r([e]e)", "u"]);
}

#[test]
fn every_block() {
    check("category c\n a \"A\"\n b requires a\nuser u", &[("P0001", "category c")], &["c(a b)", "u"]);
    check("policy p\n default deny\n resolve nearest", &[("P0001", "policy p")], &["policy true true"]);
    check("resource t\n attribute x: bool\nuser u", &[("P0001", "resource t")], &["resource 1", "u"]);
    check("test \"t\"\n  as user:u\n  can a\nuser u", &[("P0001", "test \"t\"")], &["test 2", "u"]);
    check("test \"t\":\n  as user:u\n  can a", &[("P0001", "test \"t\"")], &["test 2"]);
    check("principal\n x: bool\n y: int", &[("P0001", "principal")], &["principal 2"]);
    check("on t:x\n  grant a to user:u\nuser u", &[("P0001", "on t:x")], &["[e]", "u"]);
}

#[test]
fn faults_inside_are_reported_too() {
    check(
        "role r\n grant a\n garnt b\n deny c\nuser u",
        &[("P0001", "role r"), ("P0001", "garnt")],
        &["r(ee)", "u"],
    );
}

#[test]
fn what_is_not_indented_is_no_block() {
    check("role r\ngrant a\nuser u", &[("P0001", "a")], &["r()", "u"]);
    check("user u\n grant a\nuser v", &[("P0001", "a")], &["u", "v"]);
    check("role r { grant a }\n grant b\nuser u", &[("P0001", "b")], &["r(e)", "u"]);
    // An entry with principals is whole, wherever it stands.
    check("role r\n grant a to user:u\n", &[], &["r()", "e"]);
}

#[test]
fn the_braces_that_were_meant() {
    braced("role r:\n  grant a\n\nuser u\n", "role r {\n  grant a\n}\n\nuser u\n");
    braced("role r # all\n  grant a # one\nuser u", "role r { # all\n  grant a # one\n}\nuser u");
    braced("role r\n  grant a\n}", "role r {\n  grant a\n}");
    braced("  role r\n    grant a", "  role r {\n    grant a\n  }");
    braced(
        "category c\n  a\n  b\ntest \"t\":\n  as user:u\n",
        "category c {\n  a\n  b\n}\ntest \"t\" {\n  as user:u\n}\n",
    );
}

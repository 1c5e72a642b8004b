//! What is read without the grammar is what the grammar reads.

use super::Quick;
use crate::source::SourceId;
use crate::syntax::pieces::{by_grammar, pieces, read_piece};
use crate::syntax::scan::Scanner;
use crate::syntax::tests::SAMPLE;

/// Statements that need no grammar.
const PLAIN: &str = r#"
user ann
user "Ann B" in ops, "a b",
service s in ops;
group g in a disabled
group g disabled in a
## Doc.
##  More.
role r inherits a, b requires c { grant p, q, r* except q.x deny category:c, category:"a b" }
role r requires b
role r {
    ## Inside.
    grant *, a*b*, "on" on folder:f only
    bypass x
    on folder:"a b" { grant x, y, deny z }
    on folder:* { }
}
category c on folder, file "A title" {
    ## Doc.
    a.b "Title" includes x, y
    privilege "x y"
    c
}
category c { }
privilege p in c "Title" includes q
assign r to user:a
assign "r s" to user:"a b", group:g, service:s, role:q, anyone, on folder:f/g:h until 2027-01-01 from 2026-01-01T00:00:00Z
assign r to authenticated from "2026-01-01" on type:*
grant p, q except r to anonymous on folder:f only
deny category:c to user:x
folder:f in folder:"a b"
folder:a/b:c
on folder:f { assign r to user:a until 2027-01-01 grant p to anyone }
"#;

/// Statements that do.
const NOT_PLAIN: [&str; 22] = [
    "policy p",
    "user a { x: 1 }",
    "user a in b in c",
    "user \"a\\n\"",
    "user on",
    "group g disabled disabled",
    "role r inherits a inherits b",
    "role r { grant a when context.x }",
    "role r { on f:g { grant a on f:h } }",
    "category c requires a { }",
    "category c { a requires b }",
    "category c { requirs x }",
    "category c \"A\" \"B\" { }",
    "privilege p in c requires q",
    "assign r to user:a* on f:g",
    "assign r to user:a on f:g on f:h",
    "assign r to user:a when context.x",
    "assign r to user:a on f:g only user:b can x",
    "grant on* to anyone",
    "folder:f { a: 1 }",
    "@allow(P0402) \"why\" user a",
    "user:f in folder:g",
];

/// The items of each piece of a text, or what there is instead.
fn both(text: &str) -> (String, String) {
    let source = SourceId(0);
    let pieces = pieces(text);
    let with = pieces.iter().map(|piece| read_piece(source, text, piece.clone()).map(|(_, items)| items));
    let without = pieces.iter().map(|piece| by_grammar(source, text, piece.clone()));
    (format!("{:#?}", with.collect::<Vec<_>>()), format!("{:#?}", without.collect::<Vec<_>>()))
}

#[track_caller]
fn same(text: &str) {
    let (with, without) = both(text);
    assert_eq!(with, without, "{text}");
}

/// Whether a text is read to its end without the grammar.
fn is_plain(text: &str) -> bool {
    let mut quick = Quick::new(SourceId(0), text, 0);
    while quick.at().is_some() {
        if quick.statement().is_none() {
            return false;
        }
    }
    true
}

#[test]
fn plain_statements_need_no_grammar() {
    assert!(is_plain(PLAIN));
    assert!(both(PLAIN).1.contains("Some("), "the grammar reads it");
    same(PLAIN);
}

#[test]
fn others_are_left_to_the_grammar() {
    for text in NOT_PLAIN {
        assert!(!is_plain(text), "{text}");
        same(text);
        same(&format!("user before\n{text}\nuser behind\n"));
    }
}

#[test]
fn a_slip_anywhere_is_seen_as_the_grammar_sees_it() {
    const INSTEAD: [&str; 25] = [
        "",
        "x",
        "x y",
        ",",
        "{",
        "}",
        "on",
        "only",
        "in",
        "to",
        "from 2027-01-01",
        "disabled",
        "\"q\"",
        "\"\"",
        "\"\\q\"",
        "\"",
        "folder:a",
        "folder:",
        "user:b",
        "*",
        "a*",
        "## doc\n",
        "# comment\n",
        "role",
        "ü",
    ];
    let lines = PLAIN.split("\n").chain(NOT_PLAIN).chain(SAMPLE.split("\n\n"));
    for statement in lines {
        for token in Scanner::new(statement, 0) {
            for instead in INSTEAD {
                let mut text = statement.to_owned();
                text.replace_range(token.start..token.end, instead);
                same(&text);
                text.insert_str(token.start + instead.len(), token.text(statement));
                same(&text);
            }
        }
    }
}

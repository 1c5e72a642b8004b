//! What a wrong name, value or question is taken for, and what was meant instead.

use super::{found, found_in, reports};
use policyc::source::Format;
use std::fmt::Write;

#[test]
fn what_an_unknown_attribute_was_meant_to_be() {
    let world = "principal { level: int team: string } context { mfa: bool level: string }
        resource doc { attribute size: int attribute state: \"draft\" | \"done\" } resource folder { attribute sizes: int }
        category c on doc { p } category f on folder { q } category n { free }";
    insta::assert_snapshot!(reports(
        "P0207",
        world,
        &[
            "grant p to anyone when resource.mfa",
            "grant p to anyone when context.size == 5",
            "grant p to anyone when context.team == 5",
            "grant p to anyone when resource.level == 5",
            "grant p to anyone when resource.level == \"x\"",
            "grant p to anyone when resource.szie == 5",
            "grant p to anyone when principal.levle == 5",
            "grant p to anyone when principal.nothing == 5",
            "grant p to anyone when resource.nothing == 5",
            "grant p to anyone when resource.sizes == 5",
            "doc:a { sizes: 5 }",
            "doc:a { sizee: 5 }",
            "doc:a { nothing: 5 }",
            "user u { levle: 5 }",
            "grant free to anyone when not resource.size == 5",
            "grant free to anyone when context.mfa and resource.size == 5",
            "grant free to anyone when context.mfa or not (has resource.size)",
            "grant free to anyone when 5 < resource.size",
            "grant free to anyone when context.mfa",
            "role r { grant free } assign r to anyone when not resource.size == 5",
            "role r { grant p } assign r to anyone when not resource.size == 5",
        ],
    ));
}

/// Of two names that are as near the one is meant whose type fits what is written.
#[test]
fn what_fits_a_value_is_rather_meant() {
    let types =
        ["bool", "int", "string", "timestamp", "ip", "principal", "'\"A\" | \"B\"'", "[int]", "[string]"];
    let literals = [
        "true",
        "5",
        "'text'",
        "word",
        "2024-01-01",
        "'2024-01-01'",
        "10.0.0.1",
        "'10.0.0.1'",
        "user:ann",
        "A",
        "'A'",
        "C",
        "'C'",
        "[1]",
        "[x]",
        "[1, x]",
        "[]",
        "10.0.0.300",
        "2024-13-01",
    ];
    let mut text = String::new();
    for ty in types {
        // `vax` comes first where neither fits better.
        let other = if ty == "principal" { "ip" } else { "principal" };
        let _ = writeln!(text, "vay: {ty}, vax: {other}");
        for literal in literals {
            let policy = format!(
                "resources: {{ doc: {{ attributes: {{ vax: {other}, vay: {ty} }} }} }}\nusers: {{ ann: }}\ninstances: {{ doc:a: {{ attributes: {{ vaz: {literal} }} }} }}\n"
            );
            let told = found_in(Format::Yaml, "P0", &policy);
            let told: Vec<&str> = told.lines().filter_map(|line| line.trim().strip_prefix("= ")).collect();
            let _ = writeln!(text, "  {literal}: {}", told.join("; "));
        }
    }
    insta::assert_snapshot!(text);
}

/// Values stand in YAML without quotes too.
#[test]
fn values_of_yaml_that_are_none_of_their_type() {
    let mut text = String::new();
    for (ty, literals) in [
        ("string", vec!["word", "5", "1.5", "10.0.0.1", "2024-01-01", "true", "user:ann", "[a]"]),
        ("int", vec!["5", "word", "'5'", "1.2.3", "1.2.3.4", "1.2.3.999", "2024-13-01"]),
        ("'\"1\" | \"2\" | \"a\"'", vec!["1", "3", "a", "b", "'1'", "'b'", "2024-01-01"]),
        ("principal", vec!["user:ann", "ann", "'user:ann'", "5", "role:r"]),
        (
            "ip",
            vec!["10.0.0.1", "'::1'", "::1", "2001:db8::1", "1.2.3", "1.2.3.", "1.2.3.4.5", "1..2.3", "word"],
        ),
        ("[string]", vec!["[a, b]", "[1]", "a", "[[a]]", "[]"]),
        ("bool", vec!["true", "'true'", "yes", "1"]),
        ("timestamp", vec!["2024-01-01", "2024-13-01", "word", "5"]),
    ] {
        for literal in literals {
            let policy = format!(
                "resources: {{ doc: {{ attributes: {{ v: {ty} }} }} }}\nusers: {{ ann: }}\nroles: {{ r: }}\ninstances: {{ doc:a: {{ attributes: {{ v: {literal} }} }} }}\n"
            );
            let _ =
                writeln!(text, "{ty}: {literal}\n{}", found_in(Format::Yaml, "P00 P01 P02 P04 P06", &policy));
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn values_that_are_none_of_their_type() {
    let world = "context { s: string n: int k: \"1\" | \"2\" | \"a\" who: principal tags: [string] ids: [int] ip: ip } category c { p } role r { } ";
    let literals = [
        "context.s == abc",
        "context.s == 5",
        "context.s == 1.5",
        "context.k == 1",
        "context.k == 3",
        "context.k == a",
        "context.k == b",
        "context.who == role:r",
        "context.who == 5",
        "context.tags == [1]",
        "context.tags == [[\"a\"]]",
        "context.tags == \"a\"",
        "context.ids == [a]",
        "context.n == \"5\"",
        "context.ip == 1.2.3",
        "context.ip == 1.2.3.",
        "context.ip == 1.2.3.4.5",
        "context.ip == 1.2.3.999",
        "context.ip == \"::1\"",
        "context.n == 1.2.3.4",
        "context.n == 1.2.3.999",
        "context.n == 1.2.3",
        "context.s == 1.2.3.",
        "context.s == 10.0.0.1/x",
    ];
    let policies: Vec<String> =
        literals.iter().map(|condition| format!("grant p to anyone when {condition}")).collect();
    let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
    insta::assert_snapshot!(reports("P00 P04 P06", world, &policies));
}

#[test]
fn names_and_conditions_that_are_something_else() {
    insta::assert_snapshot!(
        reports(
            "P06",
            "context { yes: bool mfa: bool } category c { p true-one } ",
            &[
                "grant p to anyone when yes",
                "grant p to anyone when always",
                "grant p to anyone when mfa",
                "grant p to anyone when contxt.mfa",
                "grant p to anyone when p",
                "grant p to anyone when any(p, true-one)",
            ],
        ) + &reports(
            "P0601",
            "resource doc { attribute x: int } resource folder { attribute x: string } category c on doc { p } category d on folder { q } role none { } ",
            &[
                "assign none to anyone when resource.x == 5",
                "role r { grant p } assign r to anyone when resource.x == 5",
                "role r { grant q } assign r to anyone when resource.x == 5",
                "role r { grant p, q } assign r to anyone when resource.x == 5",
            ],
        ) + &reports(
            "P0201",
            "category plain { p } category \"not plain\" { q } group crowd role boss { } ",
            &[
                "grant plain to anyone",
                "grant \"not plain\" to anyone",
                "grant crowd to anyone",
                "grant boss to anyone"
            ],
        ) + &reports(
            "P0",
            "category plain { p } ",
            &[
                "category plan { q requires } grant q to anyone",
                "privilege q in nowhere grant q to anyone",
                "privilege q in nowhere grant z to anyone",
                "role r inherits { } assign r to user:ann user ann",
            ],
        )
    );
}

#[test]
fn questions_that_cannot_be_asked() {
    let world = "resource doc resource folder context { b: bool }
        category free { f } category docs on doc { d e } group g user u role r { grant f }";
    let tests = [
        "as anonymous can f",
        "as anonymous, group:g can f",
        "as group:g, anonymous can f",
        "as anonymous, anonymous can f",
        "as anonymous, anyone can f",
        "as group:g, role:r can f",
        "as user:u, role:r can f",
        "as user:u, user:u can f",
        "as authenticated, group:g can f",
        "as user:u can f on doc:a",
        "as user:u can d",
        "as user:u can d on folder:a",
        "as user:u can d on doc:a",
        "as user:u can d, f on doc:a",
        "as user:u can f, d on doc:a",
        "as user:u can * on doc:a",
    ];
    let policies: Vec<String> = tests.iter().map(|test| format!("test \"t\" {{ {test} }}")).collect();
    let matrices = [
        "matrix \"m\" { roles r f + }",
        "matrix \"m\" { roles r f + - }",
        "matrix \"m\" { roles r, r2 f + } role r2 { }",
        "matrix \"m\" { roles r, r2 f + - d + - } role r2 { }",
        "matrix \"m\" on doc:a { roles r, r2 d + - f - - } role r2 { }",
    ];
    let policies: Vec<&str> = policies.iter().map(String::as_str).chain(matrices).collect();
    insta::assert_snapshot!(reports("P04", world, &policies) + &reports("P08", world, &matrices));
}

#[test]
fn what_is_written_twice_or_too_often() {
    let types: String = (0..12).map(|at| format!("resource t{at} ")).collect();
    let on: Vec<String> = (0..12).map(|at| format!("t{at}")).collect();
    let mut text = reports(
        "P0715",
        "category c { p } role a { } role b { } role d { } group g group h user u ",
        &[
            "role e inherits a, b, a { }",
            "role e inherits b, d, b, a, a { }",
            "user v in g, h, g",
            "grant p to user:u, group:g, user:u",
            "exclusive a, b, a",
        ],
    );
    for count in [1, 2, 7, 8, 9, 10, 12] {
        let world = format!("{types} resource other category c on {} {{ p }} user u", on[..count].join(", "));
        text += &reports("P04", "", &[&format!("{world}\ntest \"t\" {{ as user:u can p on other:x }}")]);
    }
    insta::assert_snapshot!(text);
}

#[test]
fn attributes_and_their_allowances() {
    insta::assert_snapshot!(reports(
        "P",
        "",
        &[
            "resource doc { @allow(P0705) \"to come\" attribute x: int attribute y: int } category c on doc { p } grant p to anyone",
            "principal { @allow(P0705) \"to come\" x: int y: int } category c { p } grant p to anyone",
            "context { @allow(P0705) \"to come\" x: int y: int } category c { p } grant p to anyone",
        ],
    ));
}

/// Which type lies in which is known of more types than a word has bits.
#[test]
fn where_one_of_many_types_lies() {
    let types: String = (0..140)
        .map(|at| match at {
            0 => "resource t0 ".to_owned(),
            _ => format!("resource t{at} in t{} ", at / 2),
        })
        .collect();
    let world = format!("{types} category c on t139, t70 {{ p }} user u");
    let mut text = String::new();
    for rules in [
        "t139:a in t69:b",
        "t139:a in t68:b",
        "t139:a in t34:b",
        "t139:a in t0:b",
        "t70:a in t35:b",
        "t70:a in t34:b",
        "t1:a in t0:b",
        "t1:a in t1:b",
        "t1:a in t139:b",
        "grant p to user:u on t69:b",
        "grant p to user:u on t68:b",
        "grant p to user:u on t0:b",
        "grant p to user:u on t139:b",
        "grant p to user:u on t138:b",
        "test \"t\" { as user:u cannot p on t139:a in t69:b }",
        "test \"t\" { as user:u cannot p on t139:a in t70:b }",
    ] {
        let _ = writeln!(text, "{rules}\n{}", found("P04", &format!("{world}\n{rules}")));
    }
    insta::assert_snapshot!(text);
}

use crate::compile;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Format, Sources};

/// The messages about a policy, and the text under the labels of each.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let mut sources = Sources::new();
    sources.add("a.policy", Format::Policy, text);
    let compiled = compile(&sources);
    let tell = |finding: &Diagnostic| {
        let places: Vec<String> =
            finding.secondary.iter().map(|label| format!(" <{}>", sources.slice(label.span))).collect();
        format!("{} {}{}", finding.code, finding.message, places.concat())
    };
    // What is only worth a look is none of it.
    let errors = compiled.diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
    let told: Vec<String> = errors.map(tell).collect();
    assert_eq!(told, expected, "{text}");
    assert_eq!(compiled.policy.is_some(), expected.is_empty(), "a policy that breaks its invariants is none");
}

const TREE: &str = "
    resource folder in folder by path
    resource doc in folder { attribute locked: bool }
    context { mfa: bool }
    category doc on doc { read kill }
    category folder on folder { list }
    category desk { pay approve }
    role reader { grant read }
    role killer inherits reader { grant kill when context.mfa }
    group staff
    user ann in staff
    user bob
    assign killer to group:staff on folder:a
    deny read to user:ann on folder:a/secret
";

#[track_caller]
fn claim(claim: &str, expected: &[&str]) {
    check(&format!("{TREE}\n{claim}"), expected);
}

#[test]
fn never() {
    claim("never role:reader can kill", &[]);
    claim("never group:staff can kill on folder:b", &[]);
    claim("never anonymous can *", &[]);
    claim(
        "never group:staff can kill",
        &["P0801 `group:staff` can `kill` on another `doc` in `folder:a`, with `context.mfa` \
           <grant kill when context.mfa>"],
    );
    claim(
        "never authenticated can read",
        &["P0801 `role:killer` can `read` on another `doc` in `folder:a` <grant read>"],
    );
}

#[test]
fn always() {
    claim("always role:reader can read", &[]);
    claim("always user:ann can read on folder:a only", &[]);
    claim(
        "always user:ann can read on folder:a",
        &["P0801 `user:ann` cannot `read` on another `doc` in `folder:a/secret` \
           <deny read to user:ann on folder:a/secret>"],
    );
    claim("always user:bob can pay", &["P0801 `user:bob` cannot `pay`"]);
}

#[test]
fn only() {
    claim("only role:reader can read", &[]);
    claim("only role:killer can kill", &[]);
    claim(
        "only user:ann can kill on folder:a",
        &["P0801 `role:killer` can `kill` on another `doc` in `folder:a`, with `context.mfa` \
           <grant kill when context.mfa>"],
    );
    claim("only anonymous can list", &[]);
}

#[test]
fn together() {
    claim("never together pay, approve", &[]);
    claim("grant pay to user:bob grant approve to group:staff never together pay, approve", &[]);
    claim(
        "grant pay to user:bob grant approve to user:bob never together pay, approve",
        &["P0801 `user:bob` can `approve` and `pay` <grant approve to user:bob> <grant pay to user:bob>"],
    );
    // One privilege of the folder, one of what lies in it.
    claim("grant list to user:bob on folder:b never together list, read", &[]);
    claim(
        "grant list to group:staff on folder:a never together list, read",
        &["P0801 `group:staff` can `read` and `list` on another `doc` in `folder:a` \
           <grant list to group:staff on folder:a> <grant read>"],
    );
}

#[test]
fn what_conditions_say_is_tried_in_every_combination() {
    claim(
        "grant pay to user:bob when context.mfa deny pay to anyone when context.mfa never user:bob can pay",
        &[],
    );
    claim(
        "grant pay to user:bob when context.mfa deny pay to anyone when not context.mfa never user:bob can pay",
        &["P0801 `user:bob` can `pay`, with `context.mfa` <grant pay to user:bob when context.mfa>"],
    );
}

#[test]
fn a_requirement_is_part_of_what_can_be_done() {
    let policy = "
        category c { enter drop requires enter }
        @allow(P0307) \"enterer brings it\" role dropper { grant drop }
        role enterer { grant enter }
        user u assign dropper to user:u assign enterer to user:u
        never role:dropper can drop
    ";
    check(policy, &[]);
    check(&format!("{policy} never user:u can drop"), &["P0801 `user:u` can `drop` <grant drop>"]);
}

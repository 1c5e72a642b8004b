//! Which changes are noticed, and by what.

use super::*;
use crate::source::Format;

/// Each change with its line and outcome, and the question that tells it apart.
fn tried(text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    sources.add("a.policy", Format::Policy, text);
    let compiled = crate::compile(&sources);
    let policy = compiled.policy.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let model = &compiled.model;
    let checks: Vec<Expected> = model
        .tests
        .iter()
        .flat_map(|test| &test.checks)
        .filter_map(|check| Expected::of_check(check, model))
        .collect();
    let mutation = mutate(&policy, model, &sources, &checks);
    assert_eq!(mutation.possible, mutation.tried.len());
    mutation
        .tried
        .iter()
        .map(|(change, outcome)| {
            let line = sources.get(change.span.source).unwrap().line_column(change.span.start).0;
            let outcome = match outcome {
                Outcome::Survived(Some(example)) => {
                    // What is shown turns round what it says.
                    assert_eq!(example.question.decide(&policy).unwrap(), example.now);
                    assert_ne!(example.now.granted(), example.then.granted());
                    format!("survived: {}", example.question.text())
                }
                outcome => format!("{outcome:?}"),
            };
            format!("{line} {}: {outcome}", change.what)
        })
        .collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(tried(text), expected);
}

#[test]
fn a_deny_that_no_test_asks_for_survives() {
    let text = "resource folder by path in folder category c on folder { view drop }
        group ops group contractors
        grant view, drop to group:ops, group:contractors
        deny drop to group:contractors on folder:ops
        test \"t\" { as group:ops can view on folder:ops CHECK }";
    check(
        &text.replace("CHECK", ""),
        &[
            "3 without the grant: ByTests",
            "4 without the deny: survived: group:contractors: drop on folder:ops",
            "4 with the scope widened to everywhere: ByCompiler",
        ],
    );
    check(
        &text.replace("CHECK", "as group:contractors cannot drop on folder:ops can drop on folder:other"),
        &[
            "3 without the grant: ByTests",
            "4 without the deny: ByTests",
            "4 with the scope widened to everywhere: ByCompiler",
        ],
    );
}

#[test]
fn every_part_of_a_rule_is_changed() {
    let text = "context { mfa: bool, local: bool } resource folder by path in folder
        category c on folder { view requires context.mfa drop move }
        role reader role writer inherits reader
        grant category:c except move to role:reader on folder:a/b only when context.mfa and context.local
        group ops assign writer to group:ops on folder:a from 2027-01-01 until 2028-01-01 when context.mfa";
    let kinds: Vec<String> = tried(text)
        .iter()
        .map(|one| one.split_once(": ").map_or(one.as_str(), |(what, _)| what).to_owned())
        .collect();
    assert_eq!(
        kinds,
        [
            "2 without `requires`",
            "3 without inheriting `reader`",
            "4 without the grant",
            "4 without `only`",
            "4 with the scope widened to `folder:a`",
            "4 without `except`",
            "4 without `when`",
            "4 without a part of `when`",
            "4 without a part of `when`",
            "5 without the assignment",
            "5 with the scope widened to everywhere",
            "5 without `from`",
            "5 without `until`",
            "5 without `when`",
        ]
    );
}

#[test]
fn what_decides_everything_as_before_does_not_count() {
    let text = "category c { view } group ops
        @allow(P0701) \"told twice\" grant view to group:ops
        grant view to group:ops
        test \"t\" { as group:ops can view }";
    let all = tried(&text.replace("@allow(P0701) \"told twice\" ", ""));
    assert_eq!(all, ["2 without the grant: Same", "3 without the grant: Same"]);
}

#[test]
fn invariants_notice_too() {
    let text = "category c { view drop } group ops group contractors in ops
        grant view, drop to group:ops
        deny drop to group:contractors
        never group:contractors can drop
        test \"t\" { as group:ops can view }";
    check(text, &["2 without the grant: ByTests", "3 without the deny: ByInvariants"]);
}

#[test]
fn what_is_left_out_is_left_out_everywhere() {
    let chosen = evenly((0..1_000).collect(), 10);
    assert_eq!(chosen.len(), 10);
    assert!(chosen.first() < Some(&100) && chosen.last() >= Some(&900), "{chosen:?}");
    assert_eq!(evenly(vec![1, 2, 3], 3), [1, 2, 3]);
}

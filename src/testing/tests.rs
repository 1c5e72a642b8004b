//! What comes of the tests of a policy.

use super::*;
use crate::source::{Format, Sources};

/// What each case comes to: its suite, name, line and verdict.
fn run(text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    sources.add("a.policy", Format::Policy, text);
    let compiled = crate::compile(&sources);
    let policy = compiled.policy.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let line = |span: Span| sources.get(span.source).unwrap().line_column(span.start).0;
    cases(&policy, &compiled.model)
        .map(|case| format!("{} {} {} {:?}", case.suite.name(), case.name, line(case.span), case.verdict))
        .collect()
}

#[test]
fn every_check_of_every_block_is_a_case() {
    let text = "category c { view drop }
        role reader { grant view }
        test \"a\" { as role:reader
            can view
            cannot drop because explicit-deny }
        matrix \"m\" { roles reader
            view -
            drop - }";
    let came = run(text);
    assert_eq!(came, ["test a 4 Passed", "test a 5 Failed", "matrix m 7 Failed", "matrix m 8 Passed"]);
}

#[test]
fn a_policy_without_tests_has_no_case() {
    assert!(run("category c { view } user ann grant view to user:ann").is_empty());
}

#[test]
fn what_another_policy_can_not_be_asked_is_undecided() {
    let compiled = |text: &str| {
        let mut sources = Sources::new();
        sources.add("a.policy", Format::Policy, text);
        crate::compile(&sources)
    };
    let asking = compiled("category c { view } role r { grant view } test \"t\" { as role:r can view }");
    let other = compiled("category c { look } role r { grant look }").policy.unwrap();
    let all: Vec<Case<'_>> = cases(&other, &asking.model).collect();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].verdict, Verdict::Undecided);
    assert!(all[0].to_string().contains("`view`"), "{}", all[0]);
}

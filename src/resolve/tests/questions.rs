//! Tests and matrices.

use super::{check, check_whole, model, names};
use crate::model::{Reason, Value};

#[track_caller]
fn steps(steps: &str, expected: &[&str]) {
    check(&format!("test \"t\" {{ {steps} }}"), expected);
}

#[test]
fn each_privilege_is_a_question() {
    let model = model(
        "test \"t\" { as user:ann, role:reader with context.mfa = true at 1970-01-02\n\
         can flow.* except flow.delete on flow:a/b because inherited-grant\n\
         with context.mfa = false, resource.level = 3 cannot job.run on job:x in app:y }"
            .replace("resource.level = 3 ", "context.names = [] ")
            .as_str(),
    );
    let checks = &model.tests[0].checks;
    let asked: Vec<_> = checks.iter().map(|check| names(&model, &[check.privilege]).remove(0)).collect();
    assert_eq!(asked, ["flow.edit", "flow.view", "job.run"]);
    let [first, _, last] = checks.as_slice() else { panic!("three questions") };
    assert!(first.expect && !last.expect);
    assert_eq!(first.because, Some(Reason::InheritedGrant));
    assert_eq!(first.attributes.len(), 1);
    assert_eq!(last.attributes.len(), 2);
    assert!(last.attributes.iter().any(|(_, value)| *value == Value::Bool(false)));
    assert_eq!((first.at, last.at), (Some(86_400_000_000), Some(86_400_000_000)));
    assert_eq!(last.ancestors.len(), 1);
    assert_eq!(first.caller.roles.len(), 1);
    assert_eq!(first.caller.identity.as_ref().map(|(_, name)| name.as_str()), Some("ann"));
}

#[test]
fn as_starts_afresh() {
    let model = model(
        "test \"t\" { as user:ann with context.mfa = true at 2027-01-01 can user.view\n\
         as anonymous cannot user.view as authenticated cannot user.view as group:ops can user.view }",
    );
    let checks = &model.tests[0].checks;
    assert!(checks[1..].iter().all(|check| check.at.is_none() && check.attributes.is_empty()));
    assert!(checks[1].caller.anonymous && checks[1].caller.identity.is_none());
    assert!(!checks[2].caller.anonymous && checks[2].caller.identity.is_none());
    assert_eq!(checks[3].caller.groups.len(), 1);
}

#[test]
fn somebody_has_to_ask() {
    steps("can user.view cannot user.add", &["P0001 can user.view"]);
    steps("as user:bob can user.view", &["P0204 bob"]);
    steps("as role:x can user.view", &["P0202 x"]);
    steps("as user:ann, service:nightly can user.view", &["P0407 service:nightly"]);
    steps("as user:ann, anonymous can user.view", &["P0407 anonymous"]);
    steps("as anonymous, group:ops can user.view", &["P0407 group:ops"]);
    steps("as role:reader, anonymous can user.view", &["P0407 role:reader"]);
    steps("as anyone can user.view", &["P0407 anyone"]);
    steps("as user:ann, group:ops, role:reader can user.view", &[]);
    steps("as service:nightly can user.view", &[]);
}

#[test]
fn what_is_asked_about_has_to_fit() {
    steps("as user:ann can flow.view", &["P0406 flow.view"]);
    steps("as user:ann can user.view on flow:a", &["P0406 flow:a"]);
    steps("as user:ann can flow.view on folder:a", &["P0406 folder:a"]);
    steps("as user:ann can flow.view, folder.view on flow:a", &["P0406 flow:a"]);
    steps("as user:ann can category:flows, user.* on flow:a", &["P0406 flow:a"]);
    steps("as user:ann can * except category:flows on folder:a", &["P0406 folder:a"]);
    steps("as user:ann can flow.view on nowhere:a", &["P0206 nowhere"]);
    steps("as user:ann can job.run on job:a in folder:b", &["P0403 folder:b"]);
    steps("as user:ann can job.run on job:a in app:b", &[]);
    check_whole(
        "test \"t\" { as user:ann can flow.view }",
        "`flow.view` is asked on `flow`, and no resource is named",
        &["flow.view"],
        "name one: `on flow:...`",
    );
}

#[test]
fn what_questions_carry() {
    steps("as user:ann with context.mfa = 3 can user.view", &["P0601 3"]);
    steps("as user:ann with context.nothing = 3 can user.view, user.add", &["P0207 context.nothing"]);
    steps("as user:ann with context.mfa = true, context.mfa = false can user.view", &["P0208 context.mfa"]);
    steps("as user:ann with resource.level = 3 can flow.view on flow:a can folder.view on folder:a", &[]);
    steps(
        "as user:ann with resource.level = true can flow.view on flow:a can flow.edit on flow:a",
        &["P0601 true"],
    );
    steps("as user:ann with resource.live = true can folder.view on folder:a", &["P0207 resource.live"]);
    steps("as user:ann with resource.live = true can user.view", &["P0406 resource.live"]);
    steps("as user:ann with resource.nothing = 3 can flow.view on flow:a", &["P0207 resource.nothing"]);
    steps("as user:ann at 2027-02-30 can user.view", &["P0603 2027-02-30"]);
    steps("as user:ann can user.view because denied", &["P0001 denied"]);
    check_whole(
        "test \"t\" { as user:ann cannot user.view because defualt-deny }",
        "no reason is called `defualt-deny`",
        &[],
        "did you mean `default-deny`?",
    );
}

#[test]
fn questions_with_a_fault_are_left_out() {
    let (_, model, _) = super::resolved(
        &[
            super::WORLD,
            "test \"t\" { as user:bob can user.view as user:ann can user.view at 1 can user.add }",
        ],
        super::Limits::DEFAULT,
    );
    assert_eq!(model.tests[0].checks.len(), 1);
}

#[test]
fn matrices() {
    let model = model(
        "matrix \"m\" on flow:a { with resource.live = true roles reader, editor flow.view + + category:flows - + }",
    );
    let matrix = &model.matrices[0];
    assert_eq!(matrix.checks.len(), 2 + 3 * 2);
    assert!(matrix.checks.iter().all(|check| check.caller.roles.len() == 1 && check.attributes.len() == 1));
    assert_eq!(matrix.checks.iter().filter(|check| check.expect).count(), 2 + 3);
    let row = |text: &str, expected: &[&str]| {
        check(&format!("matrix \"m\" on flow:a {{ roles reader, editor {text} }}"), expected)
    };
    row("flow.view + + +", &["P0804 flow.view + + +"]);
    row("flow.view +", &["P0804 flow.view +"]);
    row("folder.view + +", &["P0406 flow:a"]);
    row("user.view + +", &["P0406 flow:a"]);
    row("flow.veiw + +", &["P0201 flow.veiw"]);
    row("x.* + +", &["P0209 x.*"]);
    check("matrix \"m\" { roles reader flow.view + }", &["P0406 flow.view"]);
    check("matrix \"m\" { roles reader, x user.view + - }", &["P0202 x"]);
    check("matrix \"m\" { with resource.live = true roles reader user.view + }", &["P0406 resource.live"]);
}

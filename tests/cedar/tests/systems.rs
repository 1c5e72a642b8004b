//! The four real systems: every row of their decision tables, and every check of their own tests, by policyc, by the reference evaluator
//! and by Cedar. All four can be exported as a whole.

use cedar::reference::table::{rows, sources};
use cedar::reference::{Asker, Given, Question, decide};
use cedar::{Judge, Verdict};
use policyc::compile;
use policyc::emit::cedar::export;
use policyc::model::{Model, PrincipalValue, TestCheck, Value};
use policyc::terms::PrincipalKind;
use std::path::{Path, PathBuf};

/// Each system, with the policies that Cedar is given, the rows of its table and the checks of its tests.
const SYSTEMS: [(&str, usize, usize, usize); 4] = [
    ("flow-software", 26, 45, 60),
    ("flowable", 179, 421, 1086),
    ("flowrunner", 29, 44, 29),
    ("invictus", 40, 99, 157),
];

fn path(parts: &[&str]) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().and_then(Path::parent).expect("the repository");
    parts.iter().fold(root.to_path_buf(), |path, part| path.join(part))
}

fn given(value: &Value) -> Given {
    match value {
        Value::Bool(value) => Given::Bool(*value),
        Value::Int(value) => Given::Int(*value),
        Value::String(text) => Given::String(text.to_string()),
        Value::Timestamp(at) => Given::Timestamp(*at),
        Value::Ip(network) => Given::Ip(*network),
        Value::Principal(PrincipalValue::User(name)) => {
            Given::Principal(PrincipalKind::User, name.to_string())
        }
        Value::Principal(PrincipalValue::Service(name)) => {
            Given::Principal(PrincipalKind::Service, name.to_string())
        }
        Value::Principal(PrincipalValue::Group(name)) => Given::Group(name.to_string()),
        Value::Set(values) => Given::Set(values.iter().map(given).collect()),
    }
}

/// A check of a `test` or `matrix` block as a question.
fn question(model: &Model, check: &TestCheck) -> Question {
    let asker = match (&check.caller.identity, check.caller.anonymous) {
        (Some((kind, name)), _) => Asker::Known(*kind, name.to_string()),
        (None, true) => Asker::Anonymous,
        (None, false) => Asker::Somebody,
    };
    let mut question = Question::new(asker, model.privileges[check.privilege.index()].name.value.as_str());
    let thing = |named: &policyc::model::ResourceName| {
        (model.types[named.ty.index()].name.value.to_string(), named.id.to_string())
    };
    question.groups =
        check.caller.groups.iter().map(|id| model.groups[id.index()].name.value.to_string()).collect();
    question.roles =
        check.caller.roles.iter().map(|id| model.roles[id.index()].name.value.to_string()).collect();
    question.resource = check.resource.as_ref().map(thing);
    question.ancestors = check.ancestors.iter().map(thing).collect();
    question.at = check.at;
    question.attributes = check
        .attributes
        .iter()
        .map(|(name, value)| {
            let (root, name) = &model.attribute_names[name.index()];
            (*root, name.to_string(), given(value))
        })
        .collect();
    question
}

#[test]
fn the_tables_and_tests_of_the_four_systems_hold_in_cedar() {
    let mut wrong = Vec::new();
    let mut found = Vec::new();
    for (system, ..) in SYSTEMS {
        let sources = sources(&[path(&["policies", system]), path(&["tests", "conformance", system])]);
        let compiled = compile(&sources);
        let (model, policy) = (&compiled.model, compiled.policy.as_ref().expect("a policy without errors"));
        let cedar = export(model, &sources).unwrap_or_else(|refused| panic!("{system}: {refused:#?}"));
        let judge = Judge::load(model, &cedar).unwrap_or_else(|error| panic!("{system}: {error}"));
        let table = std::fs::read_to_string(path(&["tests", "conformance", system, "cases.csv"])).unwrap();
        let mut asked: Vec<(String, Question, bool)> = Vec::new();
        for row in rows(model, &table) {
            asked.push((row.case, row.question, row.expect == "grant"));
        }
        let rows = asked.len();
        let tests =
            model.tests.iter().flat_map(|test| test.checks.iter().map(move |check| (&test.name, check)));
        let cells = model
            .matrices
            .iter()
            .flat_map(|matrix| matrix.checks.iter().map(move |check| (&matrix.name, check)));
        for (name, check) in tests.chain(cells) {
            asked.push((name.value.to_string(), question(model, check), check.expect));
        }
        for (case, question, expect) in &asked {
            let own =
                question.with_request(|request| policy.decide(request)).map(|decision| decision.granted());
            let reference = decide(model, question).map(|answer| answer.reason.grants());
            let verdict = judge.ask(question);
            let allowed = verdict == Verdict::Allow;
            let is_answer = matches!(verdict, Verdict::Allow | Verdict::Deny);
            if !is_answer || [own.clone().ok(), reference.clone().ok(), Some(allowed)] != [Some(*expect); 3] {
                wrong.push(format!(
                    "{system}, {case}: {question}: expected {expect}, policyc {own:?}, reference {reference:?}, Cedar {verdict:?}"
                ));
            }
        }
        assert_eq!(judge.policies(), cedar.count, "{system}");
        found.push((system, cedar.count, rows, asked.len() - rows));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(found, SYSTEMS);
}

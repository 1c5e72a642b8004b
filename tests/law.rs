//! The semantics sentence by sentence: small policies, worked out by hand, asked of the policy and of the reference.
//!
//! A question reads `user:ann group:g can p on doc:x in folder:y with context.n=1 at 2024-01-01`; an answer `explicit-deny`,
//! `default-deny lacking context.n`, or `error`. The sections follow DESIGN, section 2, and the page on decisions.

mod conditions;
mod many;
mod names;
mod requirements;
mod resolving;
mod stories;
mod who;

use crate::properties::disagreement;
use crate::reference::table::{set, time};
use crate::reference::{Asker, Question, decide};
use policyc::diagnostic::Severity;
use policyc::model::{Model, PrincipalKind};
use policyc::source::{Format, Sources};
use policyc::{Compiled, compile};

#[track_caller]
fn compiled(text: &str) -> (Compiled, Sources) {
    let mut sources = Sources::new();
    sources.add("law.policy", Format::Policy, text);
    let compiled = compile(&sources);
    let errors = compiled.diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|finding| format!("{} {}", finding.code, finding.message)).collect();
    assert!(compiled.policy.is_some(), "{}\n{text}", errors.join("\n"));
    (compiled, sources)
}

fn question(model: &Model, text: &str) -> Question {
    let (who, rest) = text.split_once(" can ").expect("WHO can PRIVILEGE");
    let mut words = rest.split_whitespace();
    let mut question = Question::new(Asker::Somebody, words.next().expect("a privilege"));
    for word in who.split_whitespace() {
        match word.split_once(':') {
            Some(("user", name)) => question.asker = Asker::Known(PrincipalKind::User, name.to_string()),
            Some(("service", name)) => {
                question.asker = Asker::Known(PrincipalKind::Service, name.to_string())
            }
            Some(("group", name)) => question.groups.push(name.to_string()),
            Some(("role", name)) => question.roles.push(name.to_string()),
            _ if word == "anonymous" => question.asker = Asker::Anonymous,
            _ => assert_eq!(word, "somebody"),
        }
    }
    while let Some(word) = words.next() {
        let operand = words.next().expect("something behind the word");
        let pair = |text: &str| text.split_once(':').map(|(ty, id)| (ty.to_string(), id.to_string()));
        match word {
            "on" => question.resource = pair(operand),
            "in" => question.ancestors.extend(pair(operand)),
            "with" => set(model, &mut question, operand),
            "at" => question.at = Some(time(operand)),
            other => panic!("`{other}` in a question"),
        }
    }
    question
}

/// Asks both of a policy; each line is a question, `=>` and the answer.
#[track_caller]
fn law(policy: &str, lines: &[&str]) {
    let (compiled, sources) = compiled(policy);
    let policy = compiled.policy.as_ref().unwrap();
    for line in lines {
        let (asked, expected) = line.split_once(" => ").expect("QUESTION => ANSWER");
        let question = question(&compiled.model, asked);
        let told = |reason: &str, missing: Vec<String>| {
            if missing.is_empty() {
                reason.to_string()
            } else {
                format!("{reason} lacking {}", missing.join(" "))
            }
        };
        let reference = decide(&compiled.model, &question)
            .map_or("error".to_string(), |a| told(a.reason.name(), a.missing.into_iter().collect()));
        assert_eq!(reference, expected, "the reference, asked {asked}");
        let explained = question.with_request(|request| policy.explain(request));
        let explained =
            explained.map_or("error".to_string(), |e| told(e.decision.reason().name(), e.missing_attributes));
        assert_eq!(explained, expected, "the explanation, asked {asked}");
        let decided = question.with_request(|request| policy.decide(request));
        let decided = decided.map_or("error", |decision| decision.reason().name());
        assert_eq!(decided, expected.split(' ').next().unwrap(), "the policy, asked {asked}");
        let otherwise = disagreement(&sources, &compiled.model, policy, &question);
        assert_eq!(otherwise, None, "asked in another way: {asked}");
    }
}

/// Asks both of a policy, in every way that there is, without an answer worked out beforehand.
#[track_caller]
fn agree(policy: &str, questions: &[String]) {
    let (compiled, sources) = compiled(policy);
    let policy = compiled.policy.as_ref().unwrap();
    for asked in questions {
        let otherwise = disagreement(&sources, &compiled.model, policy, &question(&compiled.model, asked));
        assert_eq!(otherwise, None, "asked {asked}");
    }
}

/// A world for the laws that need no special one.
const FOLDERS: &str = "
    resource folder in folder by path
    resource flow in folder by path { attribute ok: bool }
    category c on flow, folder { read write }
    category f on flow { run }
    category g { admin }
    group g group h in g group off disabled group in-off in off
    user ann in h user ben in in-off service ann
";

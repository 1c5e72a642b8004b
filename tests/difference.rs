//! The difference of two policies, held against the reference: every change that it tells is one, with the example that it
//! gives; and where the reference decides a question differently for two policies, it tells so.

use crate::generate::{Dice, Policy as Written, bytes, question, text};
use crate::reference::{Asker, Given, Question, decide};
use policyc::difference::{Change, Difference, Entitlements, Place, Selection, Subject, Subjects};
use policyc::model::{AttributeRoot, Model, PrincipalKind, PrincipalValue, Reason, Value};
use policyc::source::{Format, Sources};
use policyc::{Compiled, Policy, RequestError, compile};

/// Pairs of policies in a run, unless more are asked for.
const PAIRS: u64 = 300;
/// Questions about each pair.
const QUESTIONS: usize = 150;
/// Changes of each pair that are held against the reference.
const CHANGES: usize = 150;
const BYTES: usize = 16_384;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn compiled(text: &str) -> Compiled {
    let mut sources = Sources::new();
    sources.add("random.policy", Format::Policy, text);
    compile(&sources)
}

/// Two random policies that have much in common, and questions that both may be asked.
fn pair(seed: u64) -> ([String; 2], Vec<Question>) {
    let old_bytes = bytes(seed, BYTES);
    let old = Written::random(&mut Dice::new(&old_bytes));
    let choices = bytes(!seed, BYTES);
    let mut choice_bytes = choices.clone();
    let mut choice = Dice::new(&choices);
    let mut statements = old.statements.clone();
    if choice.chance(50) {
        // The same beginning, and from somewhere on another story.
        let from = choice.between(20, 1_200);
        choice_bytes[..from].copy_from_slice(&old_bytes[..from]);
        let tail = choice_bytes.len() - 256;
        choice_bytes[tail..].copy_from_slice(&old_bytes[tail..]);
        statements = Written::random(&mut Dice::new(&choice_bytes)).statements;
    } else {
        for _ in 0..choice.between(1, 3) {
            let at = choice.below(statements.len());
            statements.remove(at);
        }
    }
    let mut dice = Dice::new(&old_bytes[8_000..]);
    let questions = (0..QUESTIONS).map(|_| plain(question(&mut dice, &old.vocabulary))).collect();
    ([text(&old.statements), text(&statements)], questions)
}

/// Leaves of a principal one thing: its name, a group, or a role.
fn plain(mut question: Question) -> Question {
    if question.asker != Asker::Somebody || !question.groups.is_empty() {
        question.roles.clear();
    }
    if question.asker != Asker::Somebody {
        question.groups.clear();
    }
    question.groups.truncate(1);
    question.roles.truncate(1);
    question
}

/// What the reference says; `None`: the policy can't be asked so, for reasons that are no decision.
fn ask(policy: &Policy, model: &Model, question: &Question) -> Option<(bool, Option<Reason>)> {
    let mut question = question.clone();
    let ty = question.resource.as_ref().map(|(ty, _)| ty.clone());
    question.attributes.retain(|(root, name, _)| policy.attribute(*root, ty.as_deref(), name).is_some());
    match decide(model, &question) {
        Ok(answer) => Some((answer.reason.grants(), Some(answer.reason))),
        Err(
            RequestError::UnknownPrivilege(_)
            | RequestError::UnknownType(_)
            | RequestError::WrongResourceType { .. }
            | RequestError::MissingResource(_)
            | RequestError::SuperfluousResource(_)
            | RequestError::WrongAncestors(_),
        ) => Some((false, None)),
        Err(_) => None,
    }
}

fn given(value: &Value) -> Given {
    match value {
        Value::Bool(value) => Given::Bool(*value),
        Value::Int(value) => Given::Int(*value),
        Value::String(value) => Given::String(value.to_string()),
        Value::Timestamp(value) => Given::Timestamp(*value),
        Value::Ip(value) => Given::Ip(*value),
        Value::Principal(PrincipalValue::User(name)) => {
            Given::Principal(PrincipalKind::User, name.to_string())
        }
        Value::Principal(PrincipalValue::Service(name)) => {
            Given::Principal(PrincipalKind::Service, name.to_string())
        }
        Value::Principal(PrincipalValue::Group(name)) => Given::Group(name.to_string()),
        Value::Set(elements) => Given::Set(elements.iter().map(given).collect()),
    }
}

/// The question of a change, with its example.
fn example(change: &Change<'_>) -> Question {
    let nobody = || Asker::Known(PrincipalKind::User, "\n".to_owned());
    let asker = match change.subject {
        Subject::Anonymous => Asker::Anonymous,
        Subject::User(name) => Asker::Known(PrincipalKind::User, name.clone()),
        Subject::Service(name) => Asker::Known(PrincipalKind::Service, name.clone()),
        _ => nobody(),
    };
    let mut question = Question::new(asker, change.privilege);
    match change.subject {
        Subject::Group(name) => question.groups.push(name.clone()),
        Subject::Role(name) => question.roles.push(name.clone()),
        _ => {}
    }
    if let Some(place) = change.place {
        question.resource = Some((place.ty.clone(), place.id.clone()));
        question.ancestors = place.ancestors.clone();
    }
    for (name, value) in change.example {
        let root = match name.split_once('.') {
            Some(("principal", name)) => (AttributeRoot::Principal, name),
            Some(("resource", name)) => (AttributeRoot::Resource, name),
            Some((_, name)) => (AttributeRoot::Context, name),
            None => {
                let Value::Timestamp(at) = value else { panic!("a time") };
                question.at = Some(*at);
                continue;
            }
        };
        question.attributes.push((root.0, root.1.to_owned(), given(value)));
    }
    question
}

/// The subject of a question.
fn subject(question: &Question, policies: [&Policy; 2]) -> Subject {
    let known = |kind, name: &str| policies.iter().any(|policy| policy.principal(kind, name).is_some());
    let named = |kind, name: &str| policies.iter().any(|policy| policy.names(kind).contains(&name));
    use policyc::policy::NameKind;
    match (&question.asker, question.groups.first(), question.roles.first()) {
        (Asker::Anonymous, ..) => Subject::Anonymous,
        (Asker::Known(PrincipalKind::User, name), ..) if known(PrincipalKind::User, name) => {
            Subject::User(name.clone())
        }
        (Asker::Known(PrincipalKind::Service, name), ..) if known(PrincipalKind::Service, name) => {
            Subject::Service(name.clone())
        }
        (Asker::Somebody, Some(group), _) if named(NameKind::Group, group) => Subject::Group(group.clone()),
        (Asker::Somebody, None, Some(role)) if named(NameKind::Role, role) => Subject::Role(role.clone()),
        _ => Subject::Authenticated,
    }
}

/// Whether a place of the difference can stand for the resource of a question.
fn stands_for(place: Option<&Place>, question: &Question, policies: [&Policy; 2]) -> bool {
    match (place, &question.resource) {
        (None, None) => true,
        (Some(place), Some((ty, id))) => {
            let mentioned = policies.iter().any(|policy| policy.resource(ty, id).is_some());
            place.ty == *ty && if mentioned { place.id == *id } else { place.fresh.is_some() }
        }
        _ => false,
    }
}

#[test]
fn the_difference_is_what_the_reference_decides_differently() {
    let (mut pairs, mut same, mut told, mut differing, mut limited) = (0, 0, 0, 0, 0);
    let first = number("POLICYC_FIRST", 0);
    for seed in first..first + number("POLICYC_CASES", PAIRS) {
        let (texts, questions) = pair(seed);
        let [old, new] = texts.each_ref().map(|text| compiled(text));
        let (Some(old_policy), Some(new_policy)) = (&old.policy, &new.policy) else { continue };
        let policies = [old_policy, new_policy];
        let difference = Difference::between(old_policy, new_policy);
        pairs += 1;
        same += usize::from(difference.is_empty());
        limited += usize::from(!difference.undecided().is_empty());
        let context = |question: &Question| {
            format!("seed {seed}\n--- old\n{}\n--- new\n{}\n--- asked\n{question}\n", texts[0], texts[1])
        };
        let all: Vec<Change<'_>> = difference.changes().collect();
        for change in all.iter().step_by(all.len() / CHANGES + 1) {
            let question = example(change);
            let renamed = |kind: &str, name: &str| {
                let of = difference.renames().iter().find(|one| one.kind == kind && one.new == name);
                of.map_or(name.to_owned(), |one| one.old.clone())
            };
            let mut before = question.clone();
            before.privilege = renamed("privilege", &before.privilege);
            before.roles.iter_mut().for_each(|role| *role = renamed("role", role));
            before.groups.iter_mut().for_each(|group| *group = renamed("group", group));
            let answers = [ask(old_policy, &old.model, &before), ask(new_policy, &new.model, &question)];
            let expected = [(!change.gain, change.old), (change.gain, change.new)].map(Some);
            assert_eq!(answers, expected, "{}{change:?}", context(&question));
            told += 1;
        }
        if !difference.undecided().is_empty() || !difference.renames().is_empty() {
            continue;
        }
        for question in &questions {
            let answers = [ask(old_policy, &old.model, question), ask(new_policy, &new.model, question)];
            let [Some((before, _)), Some((after, _))] = answers else { continue };
            let declared = |policy: &Policy| {
                question.resource.as_ref().is_some_and(|(ty, id)| policy.resource(ty, id).is_some())
            };
            // A resource that a policy mentions is compared where the policies place it.
            if before == after || policies.into_iter().any(declared) && !question.ancestors.is_empty() {
                continue;
            }
            differing += 1;
            let who = subject(question, policies);
            let is_told = all.iter().any(|change| {
                *change.subject == who
                    && change.privilege == question.privilege
                    && change.gain == after
                    && stands_for(change.place, question, policies)
            });
            assert!(is_told, "{who} {before} > {after} is not told\n{}", context(question));
        }
    }
    println!(
        "{pairs} pairs, {same} without a difference, {limited} with limits; {told} changes told, {differing} questions differ"
    );
    assert!(pairs > 0);
}

/// What is told of who can do what: nothing where the reference grants nothing, something where it grants, and without a condition
/// only what it always grants.
#[test]
fn entitlements_are_what_the_reference_grants() {
    let (mut policies, mut asked, mut granted, mut always) = (0, 0, 0, 0);
    let first = number("POLICYC_FIRST", 0);
    for seed in first..first + number("POLICYC_CASES", PAIRS) {
        let ([text, _], questions) = pair(seed);
        let Compiled { policy: Some(policy), model, .. } = compiled(&text) else { continue };
        policies += 1;
        for question in questions.iter().take(QUESTIONS / 3) {
            let Some((grants, Some(_))) = ask(&policy, &model, question) else { continue };
            let place = question.resource.as_ref().map(|(ty, id)| Place {
                ty: ty.clone(),
                id: id.clone(),
                ancestors: question.ancestors.clone(),
                fresh: None,
            });
            let who = subject(question, [&policy, &policy]);
            let (subjects, privilege) = (Subjects::One(who.clone()), Some(question.privilege.clone()));
            let found = Entitlements::of(&policy, &Selection { subjects, privilege, place, ways: true });
            if !found.undecided.is_empty() {
                continue;
            }
            let context = || format!("seed {seed}\n{text}\n--- asked\n{question}\n{:?}", found.list);
            assert!(!grants || !found.list.is_empty(), "{}", context());
            if found.list.iter().any(|one| one.condition.is_none()) {
                assert!(grants, "{}", context());
                always += 1;
            }
            for one in &found.list {
                assert_eq!(one.subjects, std::slice::from_ref(&who), "{}", context());
                assert_eq!(one.ways.len(), 1, "{}", context());
                let by_default = one.reasons == [Reason::DefaultGrant];
                assert!(by_default || !one.ways[0].entries.is_empty(), "{}", context());
            }
            asked += 1;
            granted += usize::from(grants);
        }
    }
    println!("{policies} policies, {asked} questions, {granted} granted, {always} told without a condition");
    assert!(policies > 0 && granted > 0 && always > 0);
}

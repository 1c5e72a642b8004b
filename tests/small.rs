//! Every small policy: all of a stated size, with every question about them, by the evaluator in three ways and by the reference.
//!
//! Random policies are large and say much at once; here nothing is left out, so that a case that only one combination of two rules
//! reaches is reached. No symmetry is used: that two names play the same part is a property of the evaluator, not of the test.
//!
//! A policy has two privileges on folders, a user, a role, and the folders `f` and `f/g`. It takes one of each:
//!
//! - entries: at most so many as the run says, of those that the run lists, as a multiset;
//! - what is required: nothing, the second privilege for the first, or the first for the second;
//! - who holds the role: nobody, the user everywhere, or the user on `f`;
//! - each of the four strategies, and each of the run's defaults.
//!
//! The models are built without text, and also those that the compiler would refuse, such as a grant and the same deny.
//! `POLICYC_SMALL=large` runs larger sizes besides.

use crate::reference::{Asker, Question, decide};
use policyc::few::Few;
use policyc::lower::lower;
use policyc::model::{
    Assignment, Class, DefaultRule, Effect, Entry, Formula, Grantee, InstanceId, Model, PrincipalId,
    PrincipalKind, PrivilegeId, RoleId, Scope, Strategy, TypeId,
};
use policyc::source::{Format, Sources, Span};
use policyc::{Policy, Resource, compile};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const STRATEGIES: [Strategy; 4] =
    [Strategy::DenyOverrides, Strategy::Nearest, Strategy::MostSpecific, Strategy::GrantOverrides];
const EFFECTS: [Effect; 3] = [Effect::Grant, Effect::Deny, Effect::Bypass];
const PLACES: [&str; 3] = ["f", "f/g", "f/g/h"];

/// What entries may say, and how many of them there are.
struct Size {
    name: &'static str,
    entries: usize,
    lists: Vec<Vec<PrivilegeId>>,
    to: Vec<Grantee>,
    scopes: Vec<Scope>,
    defaults: Vec<DefaultRule>,
}

fn names() -> (Model, Sources) {
    let mut sources = Sources::new();
    let text =
        "resource folder in folder by path category c on folder { p q } role r user ann folder:f folder:f/g";
    sources.add("small.policy", Format::Policy, text);
    let compiled = compile(&sources);
    assert!(compiled.policy.is_some(), "{:?}", compiled.diagnostics);
    (compiled.model, sources)
}

fn below(instance: u32) -> Scope {
    Scope::Resource { instance: InstanceId(instance), only: false }
}

fn only(instance: u32) -> Scope {
    Scope::Resource { instance: InstanceId(instance), only: true }
}

fn both() -> Vec<Vec<PrivilegeId>> {
    vec![vec![PrivilegeId(0)], vec![PrivilegeId(1)], vec![PrivilegeId(0), PrivilegeId(1)]]
}

fn everybody() -> Vec<Grantee> {
    let classes = [Class::Anyone, Class::Authenticated, Class::Anonymous].map(Grantee::Class);
    [Grantee::Principal(PrincipalId(0)), Grantee::Role(RoleId(0))].into_iter().chain(classes).collect()
}

fn default_grant(when_unlisted: bool) -> DefaultRule {
    DefaultRule::Grant { to: Class::Authenticated, when_unlisted }
}

fn all_scopes() -> Vec<Scope> {
    vec![Scope::Everywhere, Scope::Type(TypeId(0)), below(0), only(0), below(1), only(1)]
}

/// One entry of every kind there is.
fn one() -> Size {
    Size {
        name: "one entry",
        entries: 1,
        lists: both(),
        to: everybody(),
        scopes: all_scopes(),
        defaults: vec![DefaultRule::Deny, default_grant(false), default_grant(true)],
    }
}

/// Two entries, each of one privilege, to the user or the role.
fn two() -> Size {
    Size {
        name: "two entries",
        entries: 2,
        lists: both().into_iter().take(2).collect(),
        to: everybody().into_iter().take(2).collect(),
        scopes: vec![Scope::Everywhere, below(0), only(0), below(1)],
        defaults: vec![DefaultRule::Deny, default_grant(true)],
    }
}

/// Two entries, of every effect, list and scope, to the user, the role or anyone.
fn every_two() -> Size {
    let to = everybody().into_iter().take(3).collect();
    Size { name: "two entries of every kind", entries: 2, to, defaults: two().defaults, ..one() }
}

/// Three entries, each of one privilege, to the user or the role.
fn three() -> Size {
    Size { name: "three entries", entries: 3, defaults: vec![DefaultRule::Deny], ..two() }
}

fn kinds(size: &Size) -> Vec<Entry> {
    let mut all = Vec::new();
    for effect in EFFECTS {
        for privileges in &size.lists {
            for &to in &size.to {
                for &scope in &size.scopes {
                    let (to, privileges) = (Few::One(to), privileges.clone());
                    let (when, in_role, span, named) = (None, None, Span::default(), Vec::new());
                    all.push(Entry { effect, privileges, to, scope, when, in_role, span, named });
                }
            }
        }
    }
    all
}

/// Every multiset of so many numbers below `kinds`, or fewer.
fn multisets(kinds: usize, most: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    let mut last: Vec<Vec<usize>> = all.clone();
    for _ in 0..most {
        let more = |set: &Vec<usize>| {
            let set = set.clone();
            (set.last().copied().unwrap_or(0)..kinds).map(move |next| {
                let mut longer = set.clone();
                longer.push(next);
                longer
            })
        };
        last = last.iter().flat_map(more).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// Every question that is asked of each.
fn questions() -> Vec<Question> {
    let mut all = Vec::new();
    for (asker, roles) in [
        (Asker::Known(PrincipalKind::User, "ann".to_owned()), vec![]),
        (Asker::Somebody, vec!["r".to_owned()]),
        (Asker::Anonymous, vec![]),
    ] {
        for privilege in ["p", "q"] {
            for place in PLACES {
                let mut question = Question::new(asker.clone(), privilege);
                question.roles.clone_from(&roles);
                question.resource = Some(("folder".to_owned(), place.to_owned()));
                all.push(question);
            }
        }
    }
    all
}

/// The two counts of a run: policies, and questions about them.
fn run(size: &Size) -> (usize, usize) {
    let (names, sources) = names();
    let kinds = kinds(size);
    let sets = multisets(kinds.len(), size.entries);
    let questions = questions();
    let (next, policies) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut model = names.clone();
        while let Some(set) = sets.get(next.fetch_add(1, Ordering::Relaxed)) {
            model.entries = set.iter().map(|&kind| kinds[kind].clone()).collect();
            for assigned in [None, Some(Scope::Everywhere), Some(below(0))] {
                let to = || Few::One(Grantee::Principal(PrincipalId(0)));
                let assignment = |scope| Assignment {
                    role: RoleId(0),
                    to: to(),
                    scope,
                    from: None,
                    until: None,
                    when: None,
                    span: Span::default(),
                };
                model.assignments = assigned.map(assignment).into_iter().collect();
                for required in [None, Some((0, 1)), Some((1, 0))] {
                    model.privileges.iter_mut().for_each(|privilege| privilege.requires = None);
                    if let Some((at, needed)) = required {
                        model.privileges[at].requires = Some(Formula::Privilege(PrivilegeId(needed)));
                    }
                    for strategy in STRATEGIES {
                        model.resolve = strategy;
                        for &default in &size.defaults {
                            model.default = default;
                            let policy = lower(&model, &sources, &mut Vec::new()).expect("a small policy");
                            questions.iter().for_each(|question| check(&model, &policy, question));
                            policies.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let policies = policies.into_inner();
    (policies, policies * questions.len())
}

/// Asks by names, by a session, and by ids where there are ids for it.
fn check(model: &Model, policy: &Policy, question: &Question) {
    let expected = decide(model, question).expect("a question without faults").reason;
    let fails = |way: &str, reason| {
        let Model { entries, assignments, privileges, resolve, default, .. } = model;
        panic!(
            "{question}\n{way}: {reason:?}, reference: {expected}\n{resolve:?} {default:?}\n{entries:#?}\n\
             {assignments:#?}\n{privileges:#?}"
        )
    };
    let named = question.with_request(|request| policy.decide(request)).map(|decision| decision.reason());
    if named != Ok(expected) {
        fails("names", named);
    }
    let privilege = policy.privilege(&question.privilege).expect("a privilege");
    let (ty, id) = question.resource.as_ref().expect("a resource");
    let resource = Resource::new(ty, id);
    let session = question.with_parts(|principal, _, _| {
        policy.session(&principal)?.decide_on(privilege, &resource).map(|decision| decision.reason())
    });
    if session != Ok(expected) {
        fails("session", session);
    }
    if let (Asker::Known(kind, name), Some(node)) = (&question.asker, policy.resource(ty, id)) {
        let who = policy.principal(*kind, name).expect("a user");
        let ids = policy.decide_ids(who, privilege, Some(node)).map(|decision| decision.reason());
        if ids != Ok(expected) {
            fails("ids", ids);
        }
    }
}

#[track_caller]
fn all(size: &Size, expected: usize) {
    let (policies, questions) = run(size);
    println!("{}: {questions} questions about {policies} policies", size.name);
    // What a run leaves out in silence proves nothing.
    assert_eq!(policies, expected, "policies of {}", size.name);
}

#[test]
fn one_entry() {
    // 270 entries or none, three requirements, three assignments, four strategies, three defaults.
    all(&one(), 271 * 3 * 3 * 4 * 3);
}

#[test]
fn two_entries() {
    // 48 kinds: 1,176 pairs, 48 alone, or none.
    all(&two(), (1_176 + 48 + 1) * 3 * 3 * 4 * 2);
}

#[test]
fn larger_sizes_if_asked_for() {
    if std::env::var("POLICYC_SMALL").is_ok_and(|size| size == "large") {
        // 162 kinds, and 48 of which three are taken.
        all(&every_two(), (162 * 163 / 2 + 162 + 1) * 3 * 3 * 4 * 2);
        all(&three(), (48 * 49 * 50 / 6 + 1_176 + 48 + 1) * 3 * 3 * 4);
    }
}

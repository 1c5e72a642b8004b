//! A session: what it remembers belongs to the values, the time and the resource that it was asked with.

use super::compiled;
use policyc::terms::AttributeRoot;
use policyc::{Attribute, Policy, Principal, PrivilegeId, RequestError, Resource, Value};

const POLICY: &str = "
    resource folder resource doc in folder { attribute open: bool attribute size: int }
    context { mfa: bool level: int }
    principal { age: int }
    category c on doc { read write requires resource.open }
    category f on folder { list }
    category g { login admin }
    user ann
    grant read to anyone when resource.size < 10
    grant write to anyone when context.mfa
    grant list to anyone when context.mfa
    grant login to anyone when context.level >= 2
    grant admin to anyone when principal.age > 17
    assign night to user:ann from 2024-01-01 until 2025-01-01
    role night { grant admin }
    doc:known in folder:a { open: true }
";

const NOON: i64 = 1_717_243_200_000_000;

fn with_policy(test: impl FnOnce(&Policy, &dyn Fn(&str) -> PrivilegeId)) {
    let (compiled, _) = compiled(POLICY);
    let policy = compiled.policy.unwrap();
    test(&policy, &|name| policy.privilege(name).unwrap());
}

fn context<'a>(name: &'a str, value: Value<'a>) -> Attribute<'a> {
    Attribute::new(AttributeRoot::Context, name, value)
}

fn resource<'a>(name: &'a str, value: Value<'a>) -> Attribute<'a> {
    Attribute::new(AttributeRoot::Resource, name, value)
}

#[test]
fn other_values_and_another_time_are_another_question() {
    with_policy(|policy, id| {
        let session = policy.session(&Principal::user("ann")).unwrap();
        assert!(!session.is_allowed(id("login")));
        let session = session.with(&[context("level", Value::Int(2))]).unwrap();
        assert!(session.is_allowed(id("login")), "what was remembered is another session's");
        let session = session.with(&[context("level", Value::Int(1))]).unwrap();
        assert!(!session.is_allowed(id("login")));
        assert!(!session.is_allowed(id("admin")), "nobody knows what time it is");
        let session = session.at(NOON);
        assert!(session.is_allowed(id("admin")));
        assert!(!session.clone().at(0).is_allowed(id("admin")));
        assert!(session.is_allowed(id("admin")), "a clone changes nothing");
    });
}

#[test]
fn values_of_a_resource_stay_with_it() {
    with_policy(|policy, id| {
        let here = Resource::new("doc", "x").within(&[("folder", "a")]);
        let there = Resource::new("doc", "y").within(&[("folder", "a")]);
        let known = policy.resource("doc", "known").unwrap();
        let values = [
            context("mfa", Value::Bool(true)),
            resource("open", Value::Bool(true)),
            resource("size", Value::Int(3)),
        ];
        let session =
            policy.session(&Principal::user("ann")).unwrap().on(&here).unwrap().with(&values).unwrap();
        assert!(session.is_allowed(id("write")) && session.is_allowed(id("read")));
        // Elsewhere the values of the caller count, and those of this resource do not.
        let decision = session.decide_on(id("write"), &there).unwrap();
        assert!(!decision.granted(), "the other is not known to be open");
        assert!(!session.decide_on(id("read"), &there).unwrap().granted(), "nor how large it is");
        assert!(
            session.decide_on_id(id("write"), known).unwrap().granted(),
            "this one is, and the caller's values count"
        );
        assert!(session.on(&there).unwrap().decide(id("write")).is_ok_and(|decision| !decision.granted()));
        assert!(session.on_id(known).unwrap().is_allowed(id("write")));
        let folder = Resource::new("folder", "a");
        assert!(session.decide_on(id("list"), &folder).unwrap().granted());
        // And back: the values of a session that were dropped on the way stay dropped.
        assert!(!session.on(&there).unwrap().on(&here).unwrap().is_allowed(id("read")));
    });
}

#[test]
fn as_many_values_as_a_request_may_have() {
    let names: Vec<String> = (0..70).map(|number| format!("n{number}")).collect();
    let declared: String = names.iter().map(|name| format!("{name}: int ")).collect();
    let (compiled, _) = compiled(&format!(
        "context {{ {declared} }} category c {{ p }} grant p to anyone when context.n63 == 63"
    ));
    let policy = compiled.policy.unwrap();
    let p = policy.privilege("p").unwrap();
    let values = |count: i64| -> Vec<Attribute<'_>> {
        names
            .iter()
            .zip(0..count)
            .map(|(name, value)| Attribute::new(AttributeRoot::Context, name, Value::Int(value)))
            .collect()
    };
    let session = policy.session(&Principal::user("u")).unwrap();
    assert!(session.clone().with(&values(64)).unwrap().is_allowed(p));
    assert!(!session.clone().with(&values(63)).unwrap().is_allowed(p));
    assert_eq!(session.with(&values(65)).err(), Some(RequestError::TooManyAttributes));
}

#[test]
fn what_does_not_fit_is_refused_by_a_session_too() {
    with_policy(|policy, id| {
        let session = policy.session(&Principal::user("ann")).unwrap();
        for (value, what) in [
            (context("mfa", Value::Int(1)), "a number for a bool"),
            (context("none", Value::Int(1)), "a name that is not declared"),
            (context("level", Value::Set(&[])), "a set for a number"),
        ] {
            assert!(session.clone().with(&[value]).is_err(), "{what}");
        }
        assert!(session.decide(id("read")).is_err(), "it is asked on a document");
        let listed: Vec<&str> = session.privileges().filter_map(|id| policy.privilege_name(id)).collect();
        assert_eq!(listed, [""; 0]);
        let session = session.with(&[context("level", Value::Int(2))]).unwrap();
        let listed: Vec<&str> = session.privileges().filter_map(|id| policy.privilege_name(id)).collect();
        assert_eq!(listed, ["login"]);
        assert!(format!("{session:?}").contains("ann"), "{session:?}");
    });
}

#[test]
fn a_set_holds_no_sets() {
    let (compiled, _) =
        compiled("context { ns: [int] } category c { p } grant p to anyone when context.ns contains 1");
    let policy = compiled.policy.unwrap();
    let asked = |value: Value<'_>| {
        let values = [Attribute::new(AttributeRoot::Context, "ns", value)];
        policy
            .session(&Principal::user("u"))
            .unwrap()
            .with(&values)
            .map(|session| session.is_allowed(policy.privilege("p").unwrap()))
    };
    assert_eq!(asked(Value::Set(&[Value::Int(1)])).ok(), Some(true));
    assert_eq!(asked(Value::Set(&[Value::Int(2)])).ok(), Some(false));
    assert!(asked(Value::Set(&[Value::Set(&[Value::Int(1)])])).is_err());
    assert!(asked(Value::Set(&[Value::Int(1), Value::String("x")])).is_err());
    assert!(asked(Value::Int(1)).is_err());
}

/// Numbers of another policy are refused from the first one that this policy does not have.
#[test]
fn a_privilege_of_another_policy_is_no_privilege_of_this_one() {
    let policy = |privileges: &str| compiled(&format!("category c {{ {privileges} }}")).0.policy.unwrap();
    let (small, large) = (policy("p q"), policy("p q r s"));
    let session = small.session(&Principal::user("u")).unwrap();
    for (name, is_known) in [("p", true), ("q", true), ("r", false), ("s", false)] {
        let decided = session.decide(large.privilege(name).unwrap());
        assert_eq!(decided.is_ok(), is_known, "{name}");
        assert!(is_known || decided == Err(RequestError::UnknownId), "{name}");
    }
}

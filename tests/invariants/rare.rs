//! A claim that is broken by one request in 2^26: whoever asks at random finds nothing, and the proof finds that request.

use super::findings;
use policyc::source::{Format, Sources};
use policyc::terms::AttributeRoot;
use policyc::{Attribute, Principal, Request, Value, compile};
use std::fmt::Write;

/// Conditions that all have to fit, and roles that all have to be there.
const VALUES: u32 = 20;
const ROLES: u32 = 6;
/// Requests asked at random.
const SAMPLES: u32 = 200_000;

/// What the only request that breaks the claim carries: every third value is `true`.
fn wanted(number: u32) -> bool {
    number.is_multiple_of(3)
}

fn policy() -> String {
    let mut text = "context { ".to_owned();
    for number in 0..VALUES {
        let _ = write!(text, "v{number}: bool ");
    }
    let needed: Vec<String> = (0..ROLES).map(|number| format!("r{number}")).collect();
    let _ = write!(text, "}} category c {{ {} drop requires {} }} ", needed.join(" "), needed.join(" and "));
    for number in 0..ROLES {
        let _ = write!(text, "role s{number} {{ grant r{number} }} ");
    }
    let condition = |number| format!("{}context.v{number}", if wanted(number) { "" } else { "not " });
    let conditions: Vec<String> = (0..VALUES).map(condition).collect();
    text + "grant drop to anyone when " + &conditions.join(" and ")
}

#[test]
fn what_no_sample_finds_is_found() {
    let text = policy();
    let (_, found) = findings(&format!("{text} never anyone can drop"));
    let [(code, message)] = &found[..] else { panic!("one finding: {found:?}") };
    assert_eq!(code.number(), "P0801", "{message}");
    let mut sources = Sources::new();
    sources.add("rare.policy", Format::Policy, text);
    let policy = compile(&sources).policy.unwrap();
    let names: Vec<String> = (0..VALUES).map(|number| format!("v{number}")).collect();
    let roles: Vec<String> = (0..ROLES).map(|number| format!("s{number}")).collect();
    let breaks = |values: u32, held: u32| {
        let carried: Vec<Attribute<'_>> = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                Attribute::new(AttributeRoot::Context, name, Value::Bool(values >> at & 1 == 1))
            })
            .collect();
        let brought: Vec<&str> = roles
            .iter()
            .enumerate()
            .filter(|(at, _)| held >> at & 1 == 1)
            .map(|(_, role)| role.as_str())
            .collect();
        let who = Principal::somebody().roles(&brought);
        policy.is_allowed(&Request::new(who, "drop").with(&carried))
    };
    let fitting = (0..VALUES).filter(|number| wanted(*number)).fold(0, |bits, number| bits | 1 << number);
    assert!(breaks(fitting, u32::MAX), "this is the request that breaks it");
    // A generator of the simplest kind, the same in every run.
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let hits = (0..SAMPLES).filter(|_| breaks(next(), next())).count();
    assert_eq!(hits, 0, "of {SAMPLES} samples");
}

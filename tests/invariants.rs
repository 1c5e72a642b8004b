//! Invariants are decided exactly: everybody who could exist, asking about everything, with every value, is tried one by one.
//!
//! `POLICYC_CASES=20000` asks for more policies than the constant, `POLICYC_FIRST=n` begins at another one.

mod rare;
mod world;

use crate::generate::{Dice, bytes};
use policyc::diagnostic::{Code, Severity};
use policyc::source::{Format, Sources};
use policyc::terms::{AttributeRoot, Network, PrincipalKind, Reason};
use policyc::{Attribute, Policy, Principal, Request, Resource, Value, compile};
use std::collections::BTreeSet;
use world::{PRIVILEGES, World};

/// Policies in a run, unless more are asked for.
const POLICIES: u64 = 1_000;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn findings(text: &str) -> (Option<Policy>, Vec<(Code, String)>) {
    let mut sources = Sources::new();
    sources.add("random.policy", Format::Policy, text);
    let compiled = compile(&sources);
    let errors = compiled.diagnostics.into_iter().filter(|finding| finding.severity == Severity::Error);
    (compiled.policy, errors.map(|finding| (finding.code, finding.message)).collect())
}

/// Somebody who could exist.
#[derive(Clone, Debug)]
struct Somebody {
    anonymous: bool,
    user: Option<usize>,
    groups: Vec<usize>,
    /// In a group that the policy does not know.
    elsewhere: bool,
    roles: Vec<usize>,
}

fn subsets(count: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..1_u32 << count).map(move |bits| (0..count).filter(|at| bits >> at & 1 == 1).collect())
}

impl Somebody {
    fn alone(user: Option<usize>) -> Somebody {
        Somebody { anonymous: false, user, groups: Vec::new(), elsewhere: false, roles: Vec::new() }
    }

    fn everybody(world: &World, anonymous: bool) -> Vec<Somebody> {
        let looks_at_groups = world.attributes.iter().any(|attribute| attribute.name == "own");
        let mut all = Vec::new();
        if anonymous {
            all.push(Somebody { anonymous: true, ..Somebody::alone(None) });
        }
        for user in (0..world.users.len()).map(Some).chain([None]) {
            for groups in subsets(world.within.len()) {
                for roles in subsets(world.inherits.len()) {
                    if !world.permits(user, &groups, &roles) {
                        continue;
                    }
                    for elsewhere in [false, true] {
                        if !elsewhere || looks_at_groups {
                            let (groups, roles) = (groups.clone(), roles.clone());
                            all.push(Somebody { anonymous: false, user, groups, elsewhere, roles });
                        }
                    }
                }
            }
        }
        all
    }

    fn named(world: &World, name: &str) -> Vec<Somebody> {
        let number = |prefix: &str| name.strip_prefix(prefix).map(|at| at.parse::<usize>().unwrap());
        match name {
            "anyone" => Somebody::everybody(world, true),
            "authenticated" => Somebody::everybody(world, false),
            "anonymous" => vec![Somebody { anonymous: true, ..Somebody::alone(None) }],
            _ => {
                let (groups, roles) =
                    (number("group:g").into_iter().collect(), number("role:r").into_iter().collect());
                vec![Somebody { groups, roles, ..Somebody::alone(number("user:u")) }]
            }
        }
    }

    fn size(&self) -> usize {
        self.groups.len() + self.roles.len() + usize::from(self.elsewhere) + usize::from(self.user.is_some())
    }
}

/// A value of a request.
#[derive(Clone, Debug, PartialEq)]
enum Given {
    Plain(Value<'static>),
    Set(Vec<Value<'static>>),
    /// Who asks.
    Itself,
}

/// Everything that a request could say of an attribute, as far as tests can tell.
fn domain(name: &str) -> Vec<Option<Given>> {
    let network = |text: &str| Given::Plain(Value::Ip(Network::parse(text).unwrap()));
    let text = |text: &'static str| Given::Plain(Value::String(text));
    let group = |name: &'static str| Given::Plain(Value::Group(name));
    let user = |name: &'static str| Given::Plain(Value::Principal(PrincipalKind::User, name));
    let values = match name {
        "ok" => [false, true].map(|value| Given::Plain(Value::Bool(value))).to_vec(),
        "n" => (0..6).map(|value| Given::Plain(Value::Int(value))).collect(),
        "s" => ["a", "b", "z"].map(text).to_vec(),
        "st" => ["A", "B"].map(text).to_vec(),
        "ip" => ["10.1.0.1", "10.1.0.2", "10.9.0.1", "11.0.0.0", "10.0.0.0/7"].map(network).to_vec(),
        "own" => vec![Given::Itself, user("u0"), user("other"), group("g0"), group("elsewhere")],
        _ => subsets(3)
            .map(|set| Given::Set(set.into_iter().map(|at| Value::String(["a", "b", "z"][at])).collect()))
            .collect(),
    };
    std::iter::once(None).chain(values.into_iter().map(Some)).collect()
}

type Carried = Vec<(AttributeRoot, &'static str, Given)>;

/// Every combination of values of the attributes with one of these roots.
fn carried(world: &World, roots: &[&str]) -> Vec<Carried> {
    let mut all: Vec<Carried> = vec![Vec::new()];
    for attribute in world.attributes.iter().filter(|attribute| roots.contains(&attribute.root)) {
        let root = match attribute.root {
            "context" => AttributeRoot::Context,
            "resource" => AttributeRoot::Resource,
            _ => AttributeRoot::Principal,
        };
        let with = |carried: &Carried| {
            let carried = carried.clone();
            domain(attribute.name).into_iter().map(move |value| {
                carried.iter().cloned().chain(value.map(|value| (root, attribute.name, value))).collect()
            })
        };
        all = all.iter().flat_map(with).collect::<Vec<Carried>>();
    }
    all
}

type Place = (&'static str, &'static str, Vec<(&'static str, &'static str)>);

/// Every resource that a request could name, declared or not, with ancestors that the policy accepts.
fn places(world: &World, policy: &Policy, ty: &str) -> Vec<Place> {
    let folders: &[&str] = if world.by_path {
        &["a", "a/b", "c", "s", "u", "a/u", "a/b/u", "u/u", "a/u/u", "c/u", "s/u", "s/u/u"]
    } else {
        &["a", "b", "t", "u"]
    };
    let folders: Vec<(&str, &str)> = folders.iter().map(|&id| ("folder", id)).collect();
    let spaces: Vec<(&str, &str)> = if world.by_path {
        vec![("space", "s"), ("space", "u"), ("space", "a")]
    } else {
        vec![("space", "s"), ("space", "u")]
    };
    let above: Vec<(&str, &str)> = folders.iter().chain(&spaces).copied().collect();
    let mut ways: Vec<Vec<(&str, &str)>> = vec![Vec::new()];
    let mut ends = ways.clone();
    for _ in 0..if world.by_path { 1 } else { 3 } {
        ends = ends
            .iter()
            .flat_map(|way| above.iter().map(|&next| way.iter().copied().chain([next]).collect::<Vec<_>>()))
            .collect();
        ways.extend(ends.clone());
    }
    let starts = match ty {
        "doc" if world.by_path => vec![("doc", "d"), ("doc", "u")],
        "doc" => vec![("doc", "d"), ("doc", "e"), ("doc", "u")],
        _ => folders,
    };
    let privilege = PRIVILEGES.iter().find(|(_, on)| *on == Some(ty)).unwrap().0;
    let mut all = Vec::new();
    for (ty, id) in starts {
        for way in &ways {
            let resource = Resource::new(ty, id).within(way);
            if policy.decide(&Request::new(Principal::anonymous(), privilege).on(resource)).is_ok() {
                all.push((ty, id, way.clone()));
            }
        }
    }
    all
}

/// Hands on a decision.
fn decided(
    policy: &Policy,
    who: &Somebody,
    privilege: &str,
    place: Option<&Place>,
    carried: &[&Carried],
    at: Option<i64>,
) -> Reason {
    const ROLES: [&str; 3] = ["r0", "r1", "r2"];
    const GROUPS: [&str; 2] = ["g0", "g1"];
    const USERS: [&str; 2] = ["u0", "u1"];
    let roles: Vec<&str> = who.roles.iter().map(|&at| ROLES[at]).collect();
    let mut groups: Vec<&str> = who.groups.iter().map(|&at| GROUPS[at]).collect();
    groups.extend(who.elsewhere.then_some("elsewhere"));
    let name = who.user.map_or("somebody", |at| USERS[at]);
    let principal = if who.anonymous { Principal::anonymous() } else { Principal::user(name) };
    let carried = || carried.iter().flat_map(|carried| carried.iter());
    let sets: Vec<&[Value<'static>]> = carried()
        .map(|(_, _, given)| match given {
            Given::Set(elements) => elements.as_slice(),
            _ => &[],
        })
        .collect();
    let attributes: Vec<Attribute<'_>> = carried()
        .zip(&sets)
        .map(|((root, attribute, given), set)| {
            let value = match given {
                Given::Plain(value) => *value,
                Given::Set(_) => Value::Set(set),
                Given::Itself => Value::Principal(PrincipalKind::User, name),
            };
            Attribute::new(*root, attribute, value)
        })
        .collect();
    let mut request = Request::new(principal.roles(&roles).groups(&groups), privilege).with(&attributes);
    request = at.map_or(request, |at| request.at(at));
    let resource = place.map(|(ty, id, above)| Resource::new(ty, id).within(above));
    request = resource.map_or(request, |resource| request.on(resource));
    policy.decide(&request).unwrap().reason()
}

/// Whether somebody is one of those whom `only` names: found out by privileges that each role and group bypasses.
fn is_one(world: &World, ask: &dyn Fn(&str) -> Reason, who: &Somebody) -> bool {
    world.invariant.who.iter().any(|name| match name.as_str() {
        "anyone" => true,
        "authenticated" => !who.anonymous,
        "anonymous" => who.anonymous,
        name if name.starts_with("user:") => who.user.is_some_and(|user| name == format!("user:u{user}")),
        name => ask(&name.replace(':', "-")) == Reason::Bypass,
    })
}

/// The smallest number of roles, groups, users and values with which somebody breaks the invariant.
fn smallest(world: &World, policy: &Policy) -> Option<usize> {
    let invariant = &world.invariant;
    let who: Vec<Somebody> = match invariant.kind {
        "only" | "together" => Somebody::everybody(world, true),
        _ => invariant.who.iter().flat_map(|name| Somebody::named(world, name)).collect(),
    };
    let shared = carried(world, &["context", "principal"]);
    let of_resource = carried(world, &["resource"]);
    let times: &[Option<i64>] =
        if world.timed { &[None, Some(1_600_000_000_000_000), Some(2_000_000_000_000_000)] } else { &[None] };
    let on = |name: &str| PRIVILEGES.iter().find(|(known, _)| *known == name).unwrap().1;
    let list = |ty: Option<&str>| match ty {
        None => vec![None],
        Some(ty) => places(world, policy, ty).into_iter().map(Some).collect(),
    };
    let mut least: Option<usize> = None;
    let first = invariant.privileges[0];
    if invariant.kind == "together" {
        let second = invariant.privileges[1];
        // The one on the more special resource comes first.
        let rank = |name: &str| ["doc", "folder"].iter().position(|ty| on(name) == Some(ty)).unwrap_or(2);
        let (lower, upper) = if rank(first) <= rank(second) { (first, second) } else { (second, first) };
        for place in list(on(lower)) {
            let other = match (&place, on(upper)) {
                (_, None) => None,
                (place, ty) if on(lower) == ty => place.clone(),
                (Some(place), Some(_)) => match nearest_folder(world, place) {
                    Some(above) => Some(above),
                    None => continue,
                },
                (None, _) => continue,
            };
            if place.is_some() && on(upper).is_none() && on(lower).is_none() {
                continue;
            }
            let same = on(lower) == on(upper);
            for who in &who {
                for shared in &shared {
                    for &at in times {
                        let with = |name: &str, place: &Option<Place>, carried: &Carried| {
                            let carried = if place.is_some() { vec![shared, carried] } else { vec![shared] };
                            decided(policy, who, name, place.as_ref(), &carried, at).grants()
                        };
                        for carried in &of_resource {
                            if !with(lower, &place, carried) {
                                continue;
                            }
                            let others = if same { std::slice::from_ref(carried) } else { &of_resource };
                            for more in others.iter().filter(|more| with(upper, &other, more)) {
                                let more = if same || other.is_none() { 0 } else { more.len() };
                                let own = if place.is_some() { carried.len() } else { 0 };
                                let size = who.size() + shared.len() + own + more + usize::from(at.is_some());
                                least = Some(least.map_or(size, |least| least.min(size)));
                            }
                        }
                    }
                }
            }
        }
        return least;
    }
    let scoped = scoped(world);
    for place in list(on(first)).iter().filter(|place| is_in_scope(&scoped, place.as_ref())) {
        for who in &who {
            for (shared, at) in shared.iter().flat_map(|shared| times.iter().map(move |at| (shared, *at))) {
                for own in if place.is_some() { of_resource.as_slice() } else { &of_resource[..1] } {
                    let carried = [shared, own];
                    let ask = |name: &str| decided(policy, who, name, place.as_ref(), &carried, at);
                    let granted = ask(first).grants();
                    let broken = match invariant.kind {
                        "always" => !granted,
                        "only" => {
                            let suffix = on(first).unwrap_or("alone");
                            granted && !is_one(world, &|name: &str| ask(&format!("{name}-{suffix}")), who)
                        }
                        _ => granted,
                    };
                    if broken {
                        let size = who.size() + shared.len() + own.len() + usize::from(at.is_some());
                        least = Some(least.map_or(size, |least| least.min(size)));
                    }
                }
            }
        }
    }
    least
}

/// The folder that a document lies in.
fn nearest_folder(_: &World, (_, id, above): &Place) -> Option<Place> {
    match above.split_first() {
        Some((&(ty, id), rest)) => Some((ty, id, rest.to_vec())),
        None if *id == "d" => Some(("folder", "a", Vec::new())),
        None if *id == "e" => Some(("folder", "t", Vec::new())),
        None => None,
    }
}

/// Whether the scope of the invariant covers a resource.
fn is_in_scope(scoped: &Policy, place: Option<&Place>) -> bool {
    let Some(place) = place else { return true };
    let nobody = Somebody::alone(None);
    decided(scoped, &nobody, &format!("scope-{}", place.0), Some(place), &[], None) == Reason::Bypass
}

/// A policy with the same resources and privileges that are bypassed where the scope of the invariant covers.
fn scoped(world: &World) -> Policy {
    let mut text = world.text.clone();
    for on in ["doc", "folder"] {
        let scope = world.invariant.scope.map(|scope| format!(" on {scope}")).unwrap_or_default();
        let allow = "@allow(entry-without-effect) \"random\"";
        text += &format!("privilege scope-{on} in scope-{on} category scope-{on} on {on} {{ }}\n");
        text += &format!("{allow} bypass scope-{on} to anyone{scope}\n");
    }
    findings(&text).0.unwrap()
}

/// The policy with privileges that tell which roles and groups somebody has.
fn probed(world: &World) -> String {
    let mut text = world.text.clone();
    let roles = (0..world.inherits.len()).map(|at| ("role", format!("r{at}")));
    let groups = (0..world.within.len()).map(|at| ("group", format!("g{at}")));
    let all: Vec<(&str, String)> = roles.chain(groups).collect();
    for (suffix, on) in [("doc", " on doc"), ("folder", " on folder"), ("alone", "")] {
        let names: Vec<String> = all.iter().map(|(kind, name)| format!("{kind}-{name}-{suffix}")).collect();
        text += &format!("category probe-{suffix}{on} {{ {} }}\n", names.join(" "));
        for ((kind, name), privilege) in all.iter().zip(names) {
            text += &format!("bypass {privilege} to {kind}:{name}\n");
        }
    }
    text
}

/// How many roles, groups, users and values a counterexample names.
fn size_of(message: &str) -> usize {
    let subject = message.split(" can").next().unwrap_or_default();
    let named = ["`role:", "`group:", "`user:", "a group that"];
    let subject: usize = named.iter().map(|word| subject.matches(word).count()).sum();
    let carried = message.split_once(", with ").map(|(_, carried)| carried).unwrap_or_default();
    let carried = carried.split(", at ").next().unwrap_or_default();
    let carried = carried.split(", without ").next().unwrap_or_default();
    let values = carried.split(" and ").filter(|value| !value.is_empty()).count();
    subject + values + usize::from(message.contains(", at "))
}

#[test]
fn what_is_proved_is_what_trying_everything_finds() {
    let first = number("POLICYC_FIRST", 0);
    let count = number("POLICYC_CASES", POLICIES);
    let (mut decided, mut broken) = (0, 0);
    for seed in first..first + count {
        let bytes = bytes(seed, 4_096);
        let world = World::random(&mut Dice::new(&bytes));
        let (Some(policy), _) = findings(&probed(&world)) else { continue };
        let text = world.text.clone() + &world.invariant.text();
        let Ok((_, errors)) = std::panic::catch_unwind(|| findings(&text)) else {
            panic!("seed {seed}: the proof and the evaluator disagree\n{text}");
        };
        let codes: BTreeSet<Code> = errors.iter().map(|(code, _)| *code).collect();
        assert!(
            codes.is_subset(&BTreeSet::from([Code::InvariantViolated])),
            "seed {seed}: {errors:?}\n{text}"
        );
        let least = smallest(&world, &policy);
        decided += 1;
        broken += usize::from(least.is_some());
        assert_eq!(!codes.is_empty(), least.is_some(), "seed {seed}: {errors:?}, {least:?}\n{text}");
        if let (Some(least), Some((_, message))) = (least, errors.first()) {
            assert_eq!(size_of(message), least, "seed {seed}: {message}\n{text}");
        }
    }
    assert!(decided as u64 > count / 2, "{decided} of {count}");
    assert!(broken > decided / 5 && broken < decided * 4 / 5, "{broken} of {decided}");
}

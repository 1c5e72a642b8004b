//! policyc: by names, by ids, by sessions.

use super::Engine;
use crate::world::World;
use policyc::source::{Format, Sources};
use policyc::terms::PrincipalKind;
use policyc::{Policy, Principal, Request};
use std::fmt::Write;
use std::rc::Rc;

fn policy(world: &World) -> Policy {
    let mut text = String::from("category access {\n");
    for (_, name) in world.privileges.iter().enumerate().filter(|(at, _)| world.is_access(*at)) {
        writeln!(text, "{name}").unwrap();
    }
    text.push_str("}\ncategory other {\n");
    for (at, name) in world.privileges.iter().enumerate().filter(|(at, _)| !world.is_access(*at)) {
        let requires = if world.needs_access[at] { " requires any category:access" } else { "" };
        writeln!(text, "{name}{requires}").unwrap();
    }
    text.push_str("}\n");
    for (role, grants) in &world.roles {
        let names: Vec<&str> = grants.iter().map(|&at| world.privileges[at].as_str()).collect();
        // Some roles bring no access themselves: another role of the same user may.
        writeln!(text, "@allow(P0307) \"another role may\"\nrole {role} {{ grant {} }}", names.join(", ")).unwrap();
    }
    for (user, held) in &world.users {
        writeln!(text, "user {user}").unwrap();
        for &role in held {
            writeln!(text, "assign {} to user:{user}", world.roles[role].0).unwrap();
        }
    }
    // An unused `@allow` is a warning, nothing more.
    let mut sources = Sources::new();
    sources.add("flowable.policy", Format::Policy, text);
    let compiled = policyc::compile(&sources);
    compiled.policy.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics.first()))
}

pub fn engines(world: &World) -> Vec<Engine<'_>> {
    let policy = Rc::new(policy(world));
    let ids: Vec<_> = world
        .questions
        .iter()
        .map(|&(user, privilege)| {
            let user = policy.principal(PrincipalKind::User, &world.users[user].0).unwrap();
            (user, policy.privilege(&world.privileges[privilege]).unwrap())
        })
        .collect();
    // A session lives as long as the run.
    let shared: &'static Policy = Box::leak(Box::new((*policy).clone()));
    let names: &'static [String] =
        Box::leak(world.users.iter().map(|(user, _)| user.clone()).collect::<Box<[String]>>());
    let sessions: Vec<_> = names.iter().map(|user| shared.session(&Principal::user(user)).unwrap()).collect();
    let asked: Vec<_> =
        world.questions.iter().zip(&ids).map(|(&(user, _), &(_, privilege))| (user, privilege)).collect();
    let by_ids = Rc::clone(&policy);
    vec![
        Engine::new("policyc, by strings", move |at| {
            let (user, privilege) = world.names(at);
            policy.is_allowed(&Request::new(Principal::user(user), privilege))
        }),
        Engine::new("policyc, by ids", move |at| {
            let (user, privilege) = ids[at];
            by_ids.decide_ids(user, privilege, None).is_ok_and(|decision| decision.granted())
        }),
        Engine::new("policyc, open sessions", move |at| {
            let (user, privilege) = asked[at];
            sessions[user].is_allowed(privilege)
        }),
    ]
}

//! policyc: by names, by ids, by sessions.

use super::world::World;
use crate::engine::{Asked, Engine};
use policyc::source::{Format, Sources};
use policyc::terms::PrincipalKind;
use policyc::{Policy, Principal, Request};
use std::collections::HashMap;
use std::rc::Rc;

/// Questions that are put to sessions: each session remembers a byte for each privilege.
const TO_SESSIONS: usize = 4_096;

pub fn policy(text: String) -> Policy {
    let mut sources = Sources::new();
    sources.add("peers.policy", Format::Policy, text);
    let compiled = policyc::compile(&sources);
    compiled.policy.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics.first()))
}

pub fn engines(world: &World) -> Vec<Engine<'_>> {
    let policy = Rc::new(policy(world.text()));
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
    let (mut sessions, mut places) = (Vec::new(), HashMap::new());
    let to_sessions = world.questions.len().min(TO_SESSIONS);
    let asked: Vec<_> = (0..to_sessions)
        .map(|at| {
            let (user, _) = world.questions[at];
            let place = *places.entry(user).or_insert_with(|| {
                let name: &'static str = Box::leak(world.users[user].0.clone().into_boxed_str());
                sessions.push(shared.session(&Principal::user(name)).unwrap());
                sessions.len() - 1
            });
            (place, ids[at].1)
        })
        .collect();
    let by_ids = Rc::clone(&policy);
    vec![
        Engine::new("policyc, by strings", Asked::Strings, move |at| {
            let (user, privilege) = world.names(at);
            policy.is_allowed(&Request::new(Principal::user(user), privilege))
        }),
        Engine::new("policyc, by ids", Asked::Prepared, move |at| {
            let (user, privilege) = ids[at];
            by_ids.decide_ids(user, privilege, None).is_ok_and(|decision| decision.granted())
        }),
        Engine::new("policyc, open sessions", Asked::Prepared, move |at| {
            let (session, privilege) = asked[at];
            sessions[session].is_allowed(privilege)
        })
        .first(to_sessions),
    ]
}

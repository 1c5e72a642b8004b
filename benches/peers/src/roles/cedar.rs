//! Cedar, modelled twice; requests are built before the clock runs.
//!
//! As its tutorials do, with a policy for each role; and as quick as it gets: privileges are resources that roles are members
//! of, so that one policy and one look at the closed hierarchy decide.

use super::world::World;
use crate::engine::{Asked, Engine};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request, RestrictedExpression,
};
use std::collections::{HashMap, HashSet};
use std::str::FromStr;

/// Requests that are built.
pub const REQUESTS: usize = 16_384;
/// Questions for whom one takes milliseconds.
pub const FEW_QUESTIONS: usize = 16;

pub fn uid(ty: &str, id: &str) -> EntityUid {
    EntityUid::from_str(&format!("{ty}::\"{id}\"")).unwrap()
}

pub fn textbook(world: &World) -> Engine<'_> {
    let mut text = String::new();
    for (role, grants) in &world.roles {
        let actions: Vec<String> =
            grants.iter().map(|&at| format!("Action::\"{}\"", world.privileges[at])).collect();
        text += &format!(
            "permit(principal in Role::\"{role}\", action in [{}], resource);\n",
            actions.join(", ")
        );
    }
    text += "forbid(principal, action in Action::\"needs-access\", resource)
        unless { principal in Role::\"some-access\" };";
    let policies = PolicySet::from_str(&text).unwrap();
    let alone = |uid| Entity::new_no_attrs(uid, HashSet::new());
    let mut entities = vec![
        alone(uid("Role", "some-access")),
        alone(uid("Action", "needs-access")),
        alone(uid("Cluster", "all")),
    ];
    for (at, (role, _)) in world.roles.iter().enumerate() {
        let parents = world.grants_access(at).then(|| uid("Role", "some-access")).into_iter().collect();
        entities.push(Entity::new_no_attrs(uid("Role", role), parents));
    }
    for (at, name) in world.privileges.iter().enumerate() {
        let parents = world.needs_access[at].then(|| uid("Action", "needs-access")).into_iter().collect();
        entities.push(Entity::new_no_attrs(uid("Action", name), parents));
    }
    for (user, held) in &world.users {
        let parents = held.iter().map(|&role| uid("Role", &world.roles[role].0)).collect();
        entities.push(Entity::new_no_attrs(uid("User", user), parents));
    }
    let entities = Entities::from_entities(entities, None).unwrap();
    // Where every role is a policy, one question takes milliseconds.
    let first = if world.roles.len() > 100 { FEW_QUESTIONS } else { world.questions.len() };
    let requests: Vec<Request> = (0..first)
        .map(|at| {
            let (user, privilege) = world.names(at);
            let (user, action) = (uid("User", user), uid("Action", privilege));
            Request::new(user, action, uid("Cluster", "all"), Context::empty(), None).unwrap()
        })
        .collect();
    let authorizer = Authorizer::new();
    Engine::new("cedar-policy, a policy for each role", Asked::Prepared, move |at| {
        authorizer.is_authorized(&requests[at], &policies, &entities).decision() == Decision::Allow
    })
    .first(first)
}

pub fn quick(world: &World) -> Engine<'_> {
    let policy = "permit(principal, action, resource) when {
        principal in resource && (!resource.needs || principal in Role::\"some-access\") };";
    let policies = PolicySet::from_str(policy).unwrap();
    let mut entities = vec![Entity::new_no_attrs(uid("Role", "some-access"), HashSet::new())];
    for (at, name) in world.privileges.iter().enumerate() {
        let needs = RestrictedExpression::new_bool(world.needs_access[at]);
        let attributes = HashMap::from([("needs".to_owned(), needs)]);
        entities.push(Entity::new(uid("Privilege", name), attributes, HashSet::new()).unwrap());
    }
    for (at, (role, grants)) in world.roles.iter().enumerate() {
        let granted = grants.iter().map(|&at| uid("Privilege", &world.privileges[at]));
        let access = world.grants_access(at).then(|| uid("Role", "some-access"));
        entities.push(Entity::new_no_attrs(uid("Role", role), granted.chain(access).collect()));
    }
    for (user, held) in &world.users {
        let parents = held.iter().map(|&role| uid("Role", &world.roles[role].0)).collect();
        entities.push(Entity::new_no_attrs(uid("User", user), parents));
    }
    let entities = Entities::from_entities(entities, None).unwrap();
    let first = world.questions.len().min(REQUESTS);
    let requests: Vec<Request> = (0..first)
        .map(|at| {
            let (user, privilege) = world.names(at);
            let (user, privilege) = (uid("User", user), uid("Privilege", privilege));
            Request::new(user, uid("Action", "use"), privilege, Context::empty(), None).unwrap()
        })
        .collect();
    let authorizer = Authorizer::new();
    Engine::new("cedar-policy, one policy", Asked::Prepared, move |at| {
        authorizer.is_authorized(&requests[at], &policies, &entities).decision() == Decision::Allow
    })
    .first(first)
}

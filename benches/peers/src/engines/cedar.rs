//! Cedar: roles are groups of users, each with one policy; requests are built before the clock runs.

use super::Engine;
use crate::world::World;
use cedar_policy::{Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request};
use std::collections::HashSet;
use std::str::FromStr;

fn uid(ty: &str, id: &str) -> EntityUid {
    EntityUid::from_str(&format!("{ty}::\"{id}\"")).unwrap()
}

pub fn engine(world: &World) -> Engine<'_> {
    let mut text = String::new();
    for (role, grants) in &world.roles {
        let actions: Vec<String> = grants.iter().map(|&at| format!("Action::\"{}\"", world.privileges[at])).collect();
        text += &format!("permit(principal in Role::\"{role}\", action in [{}], resource);\n", actions.join(", "));
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
    let requests: Vec<Request> = (0..world.questions.len())
        .map(|at| {
            let (user, privilege) = world.names(at);
            let (user, action) = (uid("User", user), uid("Action", privilege));
            Request::new(user, action, uid("Cluster", "all"), Context::empty(), None).unwrap()
        })
        .collect();
    let authorizer = Authorizer::new();
    Engine::new("cedar-policy", move |at| {
        authorizer.is_authorized(&requests[at], &policies, &entities).decision() == Decision::Allow
    })
}

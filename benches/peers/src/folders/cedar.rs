//! Cedar, modelled twice over one tree of entities; requests are built before the clock runs.
//!
//! With a policy for each grant and denial; and as quick as it gets: each user has sets of folders, one for each role and one
//! for each action that is denied, so that few policies decide, by whether the folder is in one of a set.

use super::world::{ACTIONS, ROLES, Who, World};
use crate::engine::{Asked, Engine};
use crate::roles::cedar::{FEW_QUESTIONS, REQUESTS, uid};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, PolicySet, Request, RestrictedExpression,
};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::rc::Rc;
use std::str::FromStr;

fn entities(world: &World) -> Entities {
    let mut entities: Vec<Entity> = Vec::new();
    for (at, path) in world.folders.iter().enumerate() {
        let parent = World::parent(at).map(|at| uid("Folder", &world.folders[at]));
        entities.push(Entity::new_no_attrs(uid("Folder", path), parent.into_iter().collect()));
    }
    for group in &world.groups {
        entities.push(Entity::new_no_attrs(uid("Group", group), HashSet::new()));
    }
    for (user, (name, groups)) in world.users.iter().enumerate() {
        let mut places: HashMap<String, Vec<RestrictedExpression>> = HashMap::new();
        for &(_, role, at) in world.grants.iter().filter(|(who, ..)| world.is(user, *who)) {
            let folder = RestrictedExpression::new_entity_uid(uid("Folder", &world.folders[at]));
            places.entry(ROLES[role].0.to_owned()).or_default().push(folder);
        }
        for &(_, action, at) in world.denials.iter().filter(|(who, ..)| world.is(user, *who)) {
            let folder = RestrictedExpression::new_entity_uid(uid("Folder", &world.folders[at]));
            places.entry(format!("denied{action}")).or_default().push(folder);
        }
        let sets = places.into_iter().map(|(name, places)| (name, RestrictedExpression::new_set(places)));
        let parents = groups.iter().map(|&at| uid("Group", &world.groups[at])).collect();
        entities.push(Entity::new(uid("User", name), sets.collect(), parents).unwrap());
    }
    Entities::from_entities(entities, None).unwrap()
}

fn actions(count: usize) -> String {
    let names: Vec<String> = ACTIONS[..count].iter().map(|name| format!("Action::\"{name}\"")).collect();
    names.join(", ")
}

fn quick() -> PolicySet {
    let mut text = String::new();
    for (role, count) in ROLES {
        let actions = actions(count);
        writeln!(
            text,
            "permit(principal, action in [{actions}], resource)
                when {{ principal has {role} && resource in principal.{role} }};"
        )
        .unwrap();
    }
    for (at, action) in ACTIONS.iter().enumerate() {
        writeln!(
            text,
            "forbid(principal, action == Action::\"{action}\", resource)
                when {{ principal has denied{at} && resource in principal.denied{at} }};"
        )
        .unwrap();
    }
    PolicySet::from_str(&text).unwrap()
}

fn textbook(world: &World) -> PolicySet {
    let who = |who: Who| match who {
        Who::User(_) => format!("principal == User::\"{}\"", world.name(who)),
        Who::Group(_) => format!("principal in Group::\"{}\"", world.name(who)),
    };
    let mut text = String::new();
    for &(whom, role, at) in &world.grants {
        let (actions, folder) = (actions(ROLES[role].1), &world.folders[at]);
        writeln!(text, "permit({}, action in [{actions}], resource in Folder::\"{folder}\");", who(whom))
            .unwrap();
    }
    for &(whom, action, at) in &world.denials {
        let (action, folder) = (ACTIONS[action], &world.folders[at]);
        writeln!(
            text,
            "forbid({}, action == Action::\"{action}\", resource in Folder::\"{folder}\");",
            who(whom)
        )
        .unwrap();
    }
    PolicySet::from_str(&text).unwrap()
}

pub fn engines(world: &World) -> Vec<Engine<'_>> {
    let entities = Rc::new(entities(world));
    let first = world.questions.len().min(REQUESTS);
    let requests: Rc<[Request]> = world.questions[..first]
        .iter()
        .map(|question| {
            let user = uid("User", &world.users[question.user].0);
            let action = uid("Action", ACTIONS[question.action]);
            Request::new(user, action, uid("Folder", &question.path), Context::empty(), None).unwrap()
        })
        .collect();
    let engine = |name, policies: PolicySet, first| {
        let (entities, requests, authorizer) =
            (Rc::clone(&entities), Rc::clone(&requests), Authorizer::new());
        Engine::new(name, Asked::Prepared, move |at| {
            authorizer.is_authorized(&requests[at], &policies, &entities).decision() == Decision::Allow
        })
        .first(first)
    };
    vec![
        engine("cedar-policy, sets of folders", quick(), first),
        engine("cedar-policy, a policy for each grant", textbook(world), FEW_QUESTIONS),
    ]
}

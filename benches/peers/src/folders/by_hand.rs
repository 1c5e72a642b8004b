//! Users to groups, everybody to folders to roles, and the path cut at its slashes: what a service would write.

use super::world::{ACTIONS, ROLES, World};
use crate::engine::{Asked, Engine, Part};
use std::collections::{HashMap, HashSet};

/// What is said of a user or group, by folder.
#[derive(Default)]
struct Said {
    grants: HashMap<String, Vec<String>>,
    denials: HashMap<String, HashSet<String>>,
}

pub fn engine(world: &World) -> Engine<'_> {
    let roles: HashMap<String, HashSet<String>> = ROLES
        .iter()
        .map(|(role, count)| {
            (role.to_string(), ACTIONS[..*count].iter().map(|name| name.to_string()).collect())
        })
        .collect();
    let groups: HashMap<String, Vec<String>> = world
        .users
        .iter()
        .map(|(user, groups)| (user.clone(), groups.iter().map(|&at| world.groups[at].clone()).collect()))
        .collect();
    // Users and groups have different names.
    let mut said: HashMap<String, Said> = HashMap::new();
    for &(who, role, at) in &world.grants {
        let of = said.entry(world.name(who).to_owned()).or_default();
        of.grants.entry(world.folders[at].clone()).or_default().push(ROLES[role].0.to_owned());
    }
    for &(who, action, at) in &world.denials {
        let of = said.entry(world.name(who).to_owned()).or_default();
        of.denials.entry(world.folders[at].clone()).or_default().insert(ACTIONS[action].to_owned());
    }
    let decide = move |at: usize| {
        let question = &world.questions[at];
        let (user, action) = (world.users[question.user].0.as_str(), ACTIONS[question.action]);
        let mut granted = false;
        let of_groups = groups.get(user).into_iter().flatten().map(String::as_str);
        for said in std::iter::once(user).chain(of_groups).filter_map(|who| said.get(who)) {
            let mut folder = Some(question.path.as_str());
            while let Some(path) = folder {
                if said.denials.get(path).is_some_and(|actions| actions.contains(action)) {
                    return false;
                }
                let grants = |role: &String| roles.get(role).is_some_and(|actions| actions.contains(action));
                granted = granted || said.grants.get(path).is_some_and(|held| held.iter().any(grants));
                folder = path.rsplit_once('/').map(|(above, _)| above);
            }
        }
        granted
    };
    Engine::new("naive: `HashMap`s by path, by strings", Asked::Strings, decide).part(Part::Naive)
}

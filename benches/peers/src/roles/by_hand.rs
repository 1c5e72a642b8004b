//! Users to roles, roles to privileges, and a loop: what a service would write.

use super::world::World;
use crate::engine::{Asked, Engine, Part};
use std::collections::{HashMap, HashSet};

pub fn engine(world: &World) -> Engine<'_> {
    let name = |at: &usize| world.privileges[*at].clone();
    let roles: HashMap<String, HashSet<String>> =
        world.roles.iter().map(|(role, grants)| (role.clone(), grants.iter().map(name).collect())).collect();
    let role = |at: &usize| world.roles[*at].0.clone();
    let users: HashMap<String, Vec<String>> =
        world.users.iter().map(|(user, held)| (user.clone(), held.iter().map(role).collect())).collect();
    let need: HashSet<String> =
        (0..world.privileges.len()).filter(|&at| world.needs_access[at]).map(|at| name(&at)).collect();
    let access: HashSet<String> =
        (0..world.roles.len()).filter(|&at| world.grants_access(at)).map(|at| role(&at)).collect();
    let decide = move |at| {
        let (user, privilege) = world.names(at);
        let Some(held) = users.get(user) else { return false };
        held.iter().any(|role| roles.get(role).is_some_and(|grants| grants.contains(privilege)))
            && (!need.contains(privilege) || held.iter().any(|role| access.contains(role)))
    };
    Engine::new("naive: `HashMap` of `HashSet`, by strings", Asked::Strings, decide).part(Part::Naive)
}

//! Every engine behind one function: questions by number > how many are granted.

mod casbin;
mod cedar;
mod limit;
mod own;
mod rego;

use crate::world::World;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Something that answers.
pub struct Engine<'w> {
    pub name: &'static str,
    pub ask: Box<dyn Fn(Range<usize>) -> usize + 'w>,
}

impl<'w> Engine<'w> {
    /// One that decides single questions.
    fn new(name: &'static str, decide: impl Fn(usize) -> bool + 'w) -> Engine<'w> {
        let ask = move |questions: Range<usize>| questions.filter(|&at| decide(at)).count();
        Engine { name, ask: Box::new(ask) }
    }
}

/// The name of what a service would write by hand.
pub const BY_HAND: &str = "`HashMap` of `HashSet`, by strings";

pub fn all(world: &World) -> Vec<Engine<'_>> {
    let mut all = own::engines(world);
    all.extend(limit::engines(world));
    all.extend([by_hand(world), cedar::quick(world), cedar::textbook(world)]);
    all.extend(casbin::engines(world));
    all.push(rego::engine(world));
    all
}

/// Users to roles, roles to privileges, and a loop.
fn by_hand(world: &World) -> Engine<'_> {
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
    Engine::new(BY_HAND, move |at| {
        let (user, privilege) = world.names(at);
        let Some(held) = users.get(user) else { return false };
        held.iter().any(|role| roles.get(role).is_some_and(|grants| grants.contains(privilege)))
            && (!need.contains(privilege) || held.iter().any(|role| access.contains(role)))
    })
}

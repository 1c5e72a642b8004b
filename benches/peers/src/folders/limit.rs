//! What the memory allows: folders are numbers, each knows the one that it lies in, and each user has a table of its own of
//! what is said on which folder.

use super::world::{ACTIONS, ROLES, World};
use crate::engine::{Asked, Engine, Part};
use crate::quick::ids;
use std::rc::Rc;

/// No folder.
const NONE: u32 = u32::MAX;

/// A place in the table of a user.
#[derive(Clone, Copy)]
struct Said {
    folder: u32,
    grant: u16,
    deny: u16,
}

struct Tables {
    parents: Vec<u32>,
    places: Vec<Said>,
    /// By user: first place, and how many less one; a power of two.
    users: Vec<(u32, u32)>,
}

#[inline]
fn slot(folder: u32, mask: u32) -> u32 {
    folder.wrapping_mul(0x9e37_79b1) >> 16 & mask
}

impl Tables {
    fn of(world: &World) -> Tables {
        let parent = |at: usize| World::parent(at).map_or(NONE, |parent| parent as u32);
        let parents = (0..world.folders.len()).map(parent).collect();
        let (mut places, mut users) = (Vec::new(), Vec::new());
        for user in 0..world.users.len() {
            let grants =
                world.grants.iter().map(|&(who, role, at)| (who, at, (1_u16 << ROLES[role].1) - 1, 0));
            let denials = world.denials.iter().map(|&(who, action, at)| (who, at, 0, 1 << action));
            let said: Vec<_> = grants.chain(denials).filter(|&(who, ..)| world.is(user, who)).collect();
            let (start, count) = (places.len(), (said.len() * 2 + 1).next_power_of_two());
            let mask = count as u32 - 1;
            places.resize(start + count, Said { folder: NONE, grant: 0, deny: 0 });
            for (_, folder, grant, deny) in said {
                let mut at = slot(folder as u32, mask);
                let place = loop {
                    let place = &mut places[start + at as usize];
                    if place.folder == NONE || place.folder == folder as u32 {
                        break place;
                    }
                    at = (at + 1) & mask;
                };
                *place = Said { folder: folder as u32, grant: place.grant | grant, deny: place.deny | deny };
            }
            users.push((start as u32, mask));
        }
        Tables { parents, places, users }
    }

    #[inline]
    fn decide(&self, user: usize, action: usize, folder: usize) -> bool {
        let (start, mask) = self.users[user];
        let (mut folder, mut grant, mut deny) = (folder as u32, 0, 0);
        while folder != NONE {
            let mut at = slot(folder, mask);
            loop {
                let said = self.places[(start + at) as usize];
                if said.folder == folder {
                    (grant, deny) = (grant | said.grant, deny | said.deny);
                    break;
                }
                if said.folder == NONE {
                    break;
                }
                at = (at + 1) & mask;
            }
            folder = self.parents[folder as usize];
        }
        (grant & !deny) >> action & 1 == 1
    }
}

pub fn engines(world: &World) -> Vec<Engine<'_>> {
    let tables = Rc::new(Tables::of(world));
    let users = ids(world.users.iter().map(|(user, _)| user));
    let folders = ids(world.folders.iter());
    let actions = ids(ACTIONS.map(str::to_owned).iter());
    let by_ids = Rc::clone(&tables);
    vec![
        Engine::new("limit: interned tables, by strings", Asked::Strings, move |at| {
            let question = &world.questions[at];
            let user = users.get(&world.users[question.user].0);
            match (user, actions.get(ACTIONS[question.action]), folders.get(&question.path)) {
                (Some(&user), Some(&action), Some(&folder)) => tables.decide(user, action, folder),
                _ => false,
            }
        })
        .part(Part::Limit),
        Engine::new("limit: interned tables, by ids", Asked::Prepared, move |at| {
            let question = &world.questions[at];
            by_ids.decide(question.user, question.action, question.folder)
        })
        .part(Part::Limit),
    ]
}

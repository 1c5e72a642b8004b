//! What the memory allows: a row of bits for each user, and a mask of what a privilege needs.
//!
//! Two words where they suffice, as many as there have to be in a wide world.

use super::world::World;
use crate::engine::{Asked, Engine, Part};
use crate::quick::ids;
use std::rc::Rc;

pub trait Rows {
    fn of(world: &World) -> Self;
    fn decide(&self, user: usize, privilege: usize) -> bool;
}

/// Rows of two words.
pub struct Narrow {
    users: Vec<[u64; 2]>,
    /// By privilege: of these bits one has to be set; of none, if there are none.
    needs: Vec<[u64; 2]>,
}

impl Rows for Narrow {
    fn of(world: &World) -> Narrow {
        let bits = |privileges: &mut dyn Iterator<Item = usize>| {
            privileges.fold([0; 2], |mut row: [u64; 2], at| {
                row[at / 64] |= 1 << (at % 64);
                row
            })
        };
        let held = |roles: &Vec<usize>| {
            bits(&mut roles.iter().flat_map(|&role| world.roles[role].1.iter().copied()))
        };
        let access = bits(&mut (0..world.privileges.len()).filter(|&at| world.is_access(at)));
        let needs = world.needs_access.iter().map(|&needs| if needs { access } else { [0; 2] }).collect();
        Narrow { users: world.users.iter().map(|(_, roles)| held(roles)).collect(), needs }
    }

    #[inline]
    fn decide(&self, user: usize, privilege: usize) -> bool {
        let (row, need) = (self.users[user], self.needs[privilege]);
        let held = row[privilege / 64] >> (privilege % 64) & 1 == 1;
        // Without branches: where one was guessed, the memory would not be waited for.
        held & ((need == [0, 0]) | (row[0] & need[0] | row[1] & need[1] != 0))
    }
}

/// Rows as wide as they have to be, where nothing has needs.
struct Wide {
    words: Vec<u64>,
    width: usize,
}

impl Rows for Wide {
    fn of(world: &World) -> Wide {
        let width = world.privileges.len().div_ceil(64);
        let mut words = vec![0; width * world.users.len()];
        for (user, (_, held)) in world.users.iter().enumerate() {
            for at in held.iter().flat_map(|&role| &world.roles[role].1) {
                words[user * width + at / 64] |= 1 << (at % 64);
            }
        }
        Wide { words, width }
    }

    #[inline]
    fn decide(&self, user: usize, privilege: usize) -> bool {
        self.words[user * self.width + privilege / 64] >> (privilege % 64) & 1 == 1
    }
}

pub fn engines(world: &World) -> Vec<Engine<'_>> {
    if world.privileges.len() <= 128 { of_rows::<Narrow>(world) } else { of_rows::<Wide>(world) }
}

/// What a few bytes for each grant allow instead of rows: the roles of a user, and of each role a sorted list.
pub fn lists(world: &World) -> Engine<'_> {
    let (mut lists, mut places, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    let list = |(_, grants): &(String, Vec<usize>)| {
        let start = lists.len() as u32;
        lists.extend(grants.iter().map(|&at| at as u16));
        (start, lists.len() as u32)
    };
    let of_roles: Vec<(u32, u32)> = world.roles.iter().map(list).collect();
    for (_, held) in &world.users {
        let start = roles.len() as u32;
        roles.extend(held.iter().map(|&role| of_roles[role]));
        places.push((start, roles.len() as u32));
    }
    let decide = move |at: usize| {
        let (user, privilege) = world.questions[at];
        let (start, end) = places[user];
        let holds = |&(start, end): &(u32, u32)| {
            lists[start as usize..end as usize].binary_search(&(privilege as u16)).is_ok()
        };
        roles[start as usize..end as usize].iter().any(holds)
    };
    Engine::new("lists instead of rows, by ids", Asked::Prepared, decide)
}

fn of_rows<R: Rows + 'static>(world: &World) -> Vec<Engine<'_>> {
    let rows = Rc::new(R::of(world));
    let users = ids(world.users.iter().map(|(user, _)| user));
    let privileges = ids(world.privileges.iter());
    let by_ids = Rc::clone(&rows);
    vec![
        Engine::new("limit: interned rows, by strings", Asked::Strings, move |at| {
            let (user, privilege) = world.names(at);
            match (users.get(user), privileges.get(privilege)) {
                (Some(&user), Some(&privilege)) => rows.decide(user, privilege),
                _ => false,
            }
        })
        .part(Part::Limit),
        Engine::new("limit: interned rows, by ids", Asked::Prepared, move |at| {
            let (user, privilege) = world.questions[at];
            by_ids.decide(user, privilege)
        })
        .part(Part::Limit),
    ]
}

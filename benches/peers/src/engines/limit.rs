//! What the memory allows: a row of bits for each user, and a mask of what a privilege needs.

use super::Engine;
use crate::world::World;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

/// Eight bytes at a time, each mixed by the two halves of a product, so that no bit of a name is lost.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        // The last eight bytes may be read twice; nothing is copied. Shorter names do not occur here.
        let last = bytes.last_chunk::<8>().copied().unwrap_or_default();
        self.0 ^= bytes.len() as u64;
        for &word in bytes.as_chunks::<8>().0.iter().chain([&last]) {
            let mixed = self.0 ^ u64::from_le_bytes(word);
            let product = u128::from(mixed ^ 0x9e37_79b9_7f4a_7c15) * 0xa5a3_564e_27f8_8657;
            self.0 = product as u64 ^ (product >> 64) as u64;
        }
    }

    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

type Ids = HashMap<String, usize, BuildHasherDefault<Quick>>;

struct Rows {
    users: Vec<[u64; 2]>,
    /// By privilege: of these bits one has to be set; of none, if there are none.
    needs: Vec<[u64; 2]>,
}

impl Rows {
    #[inline]
    fn decide(&self, user: usize, privilege: usize) -> bool {
        let (row, need) = (self.users[user], self.needs[privilege]);
        let held = row[privilege / 64] >> (privilege % 64) & 1 == 1;
        held && (need == [0, 0] || row[0] & need[0] | row[1] & need[1] != 0)
    }
}

fn bits(privileges: impl Iterator<Item = usize>) -> [u64; 2] {
    privileges.fold([0; 2], |mut row, at| {
        row[at / 64] |= 1 << (at % 64);
        row
    })
}

pub fn engines(world: &World) -> Vec<Engine<'_>> {
    let held = |roles: &Vec<usize>| bits(roles.iter().flat_map(|&role| world.roles[role].1.iter().copied()));
    let access = bits((0..world.privileges.len()).filter(|&at| world.is_access(at)));
    let needs = world.needs_access.iter().map(|&needs| if needs { access } else { [0; 2] }).collect();
    let rows = Rc::new(Rows { users: world.users.iter().map(|(_, roles)| held(roles)).collect(), needs });
    let users: Ids = world.users.iter().enumerate().map(|(at, (user, _))| (user.clone(), at)).collect();
    let privileges: Ids = world.privileges.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
    let by_ids = Rc::clone(&rows);
    vec![
        Engine::new("limit: interned rows, by strings", move |at| {
            let (user, privilege) = world.names(at);
            match (users.get(user), privileges.get(privilege)) {
                (Some(&user), Some(&privilege)) => rows.decide(user, privilege),
                _ => false,
            }
        }),
        Engine::new("limit: interned rows, by ids", move |at| {
            let (user, privilege) = world.questions[at];
            by_ids.decide(user, privilege)
        }),
    ]
}

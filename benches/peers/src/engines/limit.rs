//! What the memory allows: a row of bits for each user, and a mask of what a privilege needs.

use super::Engine;
use crate::world::World;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

/// Eight bytes at a time, a rotation and a multiplication each.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (whole, rest) = bytes.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        for &word in whole.iter().chain([&last]) {
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
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

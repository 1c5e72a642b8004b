//! A hash for the programs that show what the memory allows.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Eight bytes at a time, each mixed by the two halves of a product, so that no bit of a name is lost.
#[derive(Default)]
pub struct Quick(u64);

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

/// Names to numbers.
pub type Ids = HashMap<String, usize, BuildHasherDefault<Quick>>;

pub fn ids<'a>(names: impl Iterator<Item = &'a String>) -> Ids {
    names.enumerate().map(|(at, name)| (name.clone(), at)).collect()
}

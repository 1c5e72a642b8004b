//! Maps by names and small numbers.
//!
//! Enters: keys that a policy gives. Leaves: maps that are quick with them, and that no prepared list of keys makes slow. Knows
//! nothing of what the keys mean.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};

/// Hashes names with a fast function and a seed of the process. The seed keeps a prepared list of names from filling one
/// bucket; nothing iterates over these maps, so it reaches no output.
#[derive(Clone)]
pub(crate) struct NameHash(u64);

impl Default for NameHash {
    fn default() -> NameHash {
        NameHash(RandomState::new().hash_one(0_u64))
    }
}

impl BuildHasher for NameHash {
    type Hasher = NameHasher;

    fn build_hasher(&self) -> NameHasher {
        NameHasher(self.0)
    }
}

/// See [`NameHash`].
pub(crate) struct NameHasher(u64);

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxhash_rust::xxh3::xxh3_64_with_seed(bytes, self.0);
    }

    // The end mark of a string, discriminants and ids: small numbers, mixed by a multiplication.
    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A map by names or small numbers.
pub(crate) type Map<K, V> = HashMap<K, V, NameHash>;
/// A set of them.
pub(crate) type Set<K> = HashSet<K, NameHash>;

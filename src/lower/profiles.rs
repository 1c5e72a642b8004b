//! Which users and services are alike where no resource is asked about.
//!
//! Enters: the lowered entries and holdings of a principal. Leaves: the number of its profile, as `policy::layout` describes it.
//! Two are alike if what is stored for them is equal; nothing is decided here.

use super::pool::{Pool, number};
use crate::hash::Map;
use crate::policy::layout::{Entry, Holding, MEMO, Record, ScopeCode, Section};

/// The profiles so far.
pub(super) struct Profiles {
    numbers: Map<Box<[u8]>, u32>,
    /// How many fit.
    limit: usize,
    key: Vec<u8>,
}

impl Profiles {
    /// For a policy of so many privileges.
    pub(super) fn new(privileges: usize) -> Profiles {
        // Two are those of whoever the policy does not know.
        let limit = (MEMO / privileges.max(1)).saturating_sub(2);
        Profiles { numbers: Map::default(), limit, key: Vec::new() }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        number(self.numbers.len())
    }

    /// The profile of a principal whose entries and holdings stand last in the pool, from these on; 0: none.
    pub(super) fn of(&mut self, groups: u32, entries: u32, holdings: u32, pool: &mut Pool) -> u32 {
        self.key.clear();
        self.key.extend_from_slice(&groups.to_le_bytes());
        // The scope is the first field of both. What has one covers no question without a resource.
        let everywhere = |record: &&[u8]| record.starts_with(&ScopeCode::EVERYWHERE.0.to_le_bytes());
        let from = pool.section(Section::Entries).get(entries as usize * Entry::BYTES..).unwrap_or_default();
        from.chunks_exact(Entry::BYTES)
            .filter(everywhere)
            .for_each(|entry| self.key.extend_from_slice(entry));
        // Ends the entries: no entry begins so.
        self.key.extend_from_slice(&u32::MAX.to_le_bytes());
        let from =
            pool.section(Section::Holdings).get(holdings as usize * Holding::BYTES..).unwrap_or_default();
        from.chunks_exact(Holding::BYTES).filter(everywhere).for_each(|one| self.key.extend_from_slice(one));
        if let Some(&known) = self.numbers.get(self.key.as_slice()) {
            return known;
        }
        if self.numbers.len() >= self.limit {
            return 0;
        }
        let next = self.count() + 1;
        self.numbers.insert(self.key.as_slice().into(), next);
        next
    }
}

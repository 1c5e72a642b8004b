//! What readers hold.
//!
//! Enters: a policy. Leaves: three ways to read it while it may be replaced, none of which ever waits.

use crate::policy::{Digest, Policy};
use arc_swap::{ArcSwap, Cache};
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// A policy and which load it comes from. It never changes, and stays valid for as long as it is held.
#[derive(Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// The policy.
    pub policy: Policy,
    /// 1 for the first, one more for each that replaced it.
    pub generation: u64,
    /// The name of the policy's artifact.
    pub digest: Digest,
    /// When it was taken, by the clock on the wall; only to be shown, since that clock may jump.
    pub since: SystemTime,
    /// The same moment, to be compared with others.
    pub taken: Instant,
}

impl Snapshot {
    pub(super) fn new(policy: Policy, digest: Digest, generation: u64) -> Snapshot {
        Snapshot { policy, generation, digest, since: SystemTime::now(), taken: Instant::now() }
    }
}

/// The policy of a moment, borrowed from the one that follows its files. Cheaper than an `Arc`, and meant for one question or one
/// request: let go of it before waiting for anything.
#[derive(Debug)]
pub struct Guard(pub(super) arc_swap::Guard<Arc<Snapshot>>);

impl Deref for Guard {
    type Target = Snapshot;

    #[inline]
    fn deref(&self) -> &Snapshot {
        &self.0
    }
}

/// Reads the current policy for one thread. While nothing changes, that is a comparison more than a plain reference.
///
/// It keeps the policy that it saw last; one that is no longer asked keeps an old policy in memory.
#[derive(Clone, Debug)]
pub struct Reader(Cache<Arc<ArcSwap<Snapshot>>, Arc<Snapshot>>);

impl Reader {
    pub(super) fn new(current: &Arc<ArcSwap<Snapshot>>) -> Reader {
        Reader(Cache::new(Arc::clone(current)))
    }

    /// The policy of this moment.
    #[inline]
    pub fn snapshot(&mut self) -> &Arc<Snapshot> {
        self.0.load()
    }
}

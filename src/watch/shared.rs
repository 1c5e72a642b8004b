//! What the worker and the readers share. The lock guards what is shown, and nobody holds it while something is compiled, told or asked.

use super::report::{Failure, Refusal, Status, Watching};
use super::snapshot::Snapshot;
use crate::policy::Digest;
use arc_swap::ArcSwap;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) current: Arc<ArcSwap<Snapshot>>,
    record: Mutex<Record>,
}

#[derive(Debug)]
struct Record {
    failure: Option<Failure>,
    attempts: u64,
    last_attempt: SystemTime,
    watching: Watching,
    accepted: BTreeSet<Digest>,
}

impl Shared {
    pub(super) fn new(first: Snapshot, watching: &Watching, accepted: BTreeSet<Digest>) -> Shared {
        let record = Record {
            failure: None,
            attempts: 1,
            last_attempt: first.since,
            watching: watching.clone(),
            accepted,
        };
        Shared { current: Arc::new(ArcSwap::from_pointee(first)), record: Mutex::new(record) }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn status(&self) -> Status {
        let record = self.record();
        // Swapped under the same lock, so both are of one moment.
        let current = self.current.load();
        Status {
            generation: current.generation,
            digest: current.digest,
            since: current.since,
            failure: record.failure.clone(),
            attempts: record.attempts,
            last_attempt: record.last_attempt,
            watching: record.watching.clone(),
            accepted: record.accepted.iter().copied().collect(),
        }
    }

    pub(super) fn accept(&self, digest: Digest) {
        let mut record = self.record();
        // Otherwise it would come back unseen when it was long replaced.
        if self.current.load().digest != digest {
            record.accepted.insert(digest);
        }
    }

    /// Whether what is held back may run now.
    pub(super) fn may_run(&self) -> bool {
        let record = self.record();
        let refusal = record.failure.as_ref().map(|failure| &*failure.refusal);
        matches!(refusal, Some(Refusal::Held { digest, .. }) if record.accepted.contains(digest))
    }

    pub(super) fn accepted(&self) -> BTreeSet<Digest> {
        self.record().accepted.clone()
    }

    /// An attempt that ended as it should.
    pub(super) fn attempted(&self) {
        self.record().attempt();
    }

    /// The one atomic step.
    pub(super) fn run(&self, new: Arc<Snapshot>) {
        let mut record = self.record();
        record.attempt();
        record.failure = None;
        record.accepted.remove(&new.digest);
        self.current.store(new);
    }

    /// Ends a refusal; gives back what runs if there was one.
    pub(super) fn restore(&self) -> Option<Arc<Snapshot>> {
        self.record().failure.take().map(|_| self.current.load_full())
    }

    /// Notes a refusal; gives it back unless the same one stands already.
    pub(super) fn refuse(&self, refusal: Refusal) -> Option<Arc<Refusal>> {
        let mut record = self.record();
        record.attempt();
        if let (Refusal::Input(new), Some(failure)) = (&refusal, &record.failure)
            && matches!(&*failure.refusal, Refusal::Input(old) if old == new)
        {
            return None;
        }
        let refusal = Arc::new(refusal);
        let since = record.last_attempt;
        record.failure = Some(Failure { refusal: Arc::clone(&refusal), since, at: Instant::now() });
        Some(refusal)
    }

    /// Notes how the files are watched; whether that is new.
    pub(super) fn watches(&self, watching: &Watching) -> bool {
        let mut record = self.record();
        let is_new = record.watching != *watching;
        if is_new {
            record.watching = watching.clone();
        }
        is_new
    }
}

impl Record {
    fn attempt(&mut self) {
        self.attempts += 1;
        self.last_attempt = SystemTime::now();
    }
}

//! The thread of a [`Live`](super::Live): looks, has what it sees judged, swaps it in, tells.
//!
//! What is read is compiled only if it differs from what was compiled last.

use super::attempt::{self, Fresh, Running, attempt};
use super::follow::{Follower, Outside, Sight, key};
use super::options::Options;
use super::report::{Comparison, Event, Refusal, Watching};
use super::shared::Shared;
use super::signal::Signal;
use super::snapshot::Snapshot;
use crate::load::Input;
use crate::policy::Digest;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

pub(super) struct Worker {
    follower: Follower,
    options: Options,
    /// The files that were compiled last, whatever came of it; `None` if they could not be read since.
    tried: Option<u128>,
    /// Those that run.
    running: u128,
    spoken: BTreeSet<PathBuf>,
}

impl Worker {
    pub(super) fn new(paths: &[PathBuf], options: Options, outside: Outside, signal: Arc<Signal>) -> Worker {
        let follower = Follower::new(paths, options.rhythm, outside, signal);
        Worker { follower, options, tried: None, running: 0, spoken: BTreeSet::new() }
    }

    pub(super) fn watching(&self) -> &Watching {
        self.follower.watching()
    }

    /// What may run once whatever is said of it.
    pub(super) fn accepted(&mut self) -> BTreeSet<Digest> {
        std::mem::take(&mut self.options.accepted)
    }

    /// The first policy.
    pub(super) fn first(&mut self) -> Result<Snapshot, Refusal> {
        let input = match self.follower.first() {
            Sight::Whole(input) => input,
            Sight::Failed(error) => return Err(Refusal::Input(error)),
            Sight::Same | Sight::Changing => return Err(Refusal::Changing),
        };
        let key = key(&input);
        let accepted = self.accepted();
        let nothing = Running { snapshot: None, spoken: &BTreeSet::new(), accepted: &accepted };
        let fresh = attempt(input, &nothing, &mut self.options)?;
        self.options.accepted = accepted;
        self.options.accepted.remove(&fresh.digest);
        self.tried = Some(key);
        self.running = key;
        self.spoken = fresh.spoken;
        Ok(Snapshot::new(fresh.policy, fresh.digest, 1))
    }

    /// Follows the files until it is told to stop.
    pub(super) fn follow(mut self, shared: &Shared, woken: &Receiver<()>) {
        self.tell(Event::Watching(self.watching().clone()));
        while self.follower.wait(woken) {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.look(shared))) {
                // Read again at the next look, and not compiled again while it is the same.
                self.follower.forget();
                self.refuse(shared, Refusal::Fault(attempt::words(panic.as_ref())));
            }
        }
    }

    fn look(&mut self, shared: &Shared) {
        let sight = self.follower.look();
        if shared.watches(self.watching()) {
            self.tell(Event::Watching(self.watching().clone()));
        }
        match sight {
            Sight::Same => {}
            Sight::Whole(input) => self.take(input, shared),
            Sight::Changing => {
                self.tried = None;
                self.refuse(shared, Refusal::Changing);
            }
            Sight::Failed(error) => {
                self.tried = None;
                self.refuse(shared, Refusal::Input(error));
            }
        }
    }

    /// Compiles what was read unless that was done before, and swaps it in if it is good.
    fn take(&mut self, input: Input, shared: &Shared) {
        let key = key(&input);
        if key == self.running {
            self.tried = Some(key);
            return self.restore(shared);
        }
        if self.tried == Some(key) && !shared.may_run() {
            return;
        }
        self.tried = Some(key);
        let old = shared.current.load_full();
        let accepted = shared.accepted();
        let running = Running { snapshot: Some(&old), spoken: &self.spoken, accepted: &accepted };
        match attempt(input, &running, &mut self.options) {
            Err(refusal) => self.refuse(shared, refusal),
            Ok(fresh) => self.swap(key, fresh, old, shared),
        }
    }

    fn swap(&mut self, key: u128, fresh: Fresh, old: Arc<Snapshot>, shared: &Shared) {
        let Fresh { policy, digest, findings, spoken, difference } = fresh;
        self.running = key;
        self.spoken = spoken;
        // Another text of the same policy makes no new generation.
        if old.policy.as_bytes() == policy.as_bytes() {
            shared.attempted();
            return self.restore(shared);
        }
        let new = Arc::new(Snapshot::new(policy, digest, old.generation + 1));
        shared.run(Arc::clone(&new));
        let comparison = Arc::new(Comparison::new(&old, &new, difference));
        self.tell(Event::Reloaded { old, new, findings: Arc::new(findings), comparison });
    }

    fn restore(&mut self, shared: &Shared) {
        if let Some(running) = shared.restore() {
            self.tell(Event::Restored(running));
        }
    }

    fn refuse(&mut self, shared: &Shared, refusal: Refusal) {
        if let Some(refusal) = shared.refuse(refusal) {
            self.tell(Event::Refused(refusal));
        }
    }

    fn tell(&mut self, event: Event) {
        if let Some(listener) = &mut self.options.listener {
            // A fault of the listener is not one of the policy; the panic has been reported where panics are.
            let _ = catch_unwind(AssertUnwindSafe(|| listener(event)));
        }
    }
}

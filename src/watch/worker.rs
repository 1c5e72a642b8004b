//! The thread that follows the files: waits for changes to settle, looks, reads, swaps.
//!
//! A look asks what is there without reading it. What is read is compiled only if it differs from what was compiled last. Every
//! look ends with a watch on the directories that are there now, so directories may go, come back, and be swapped by links.

use super::attempt::{self, Fresh, Running, attempt};
use super::events::{self, Watch};
use super::options::Options;
use super::places::{self, Places, State};
use super::report::{Comparison, Event, Refusal, Watching};
use super::settle::Settling;
use super::shared::Shared;
use super::signal::{Signal, Woken};
use super::snapshot::Snapshot;
use crate::load::{self, Input, InputError};
use crate::policy::Digest;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// Files that have looked the same for this long are read once more, and then not again: file systems round times, some to two seconds.
const COARSE: Duration = Duration::from_secs(2);
/// How often in a row files may change while they are read before that counts as a failure.
const MAX_TORN: usize = 8;
/// How long to go on without events before the system is asked again.
const RETRY_EVENTS: Duration = Duration::from_secs(60);

type WatchPlaces = dyn FnMut(&Places, &Arc<Signal>) -> Result<Watch, String> + Send;
type ReadPaths = dyn FnMut(&[PathBuf]) -> Result<Input, InputError> + Send;

/// What tests replace.
pub(super) struct Outside {
    pub(super) watch: Box<WatchPlaces>,
    pub(super) read: Box<ReadPaths>,
}

impl Default for Outside {
    fn default() -> Outside {
        Outside { watch: Box::new(events::watch), read: Box::new(load::read) }
    }
}

pub(super) struct Worker {
    paths: Vec<PathBuf>,
    options: Options,
    outside: Outside,
    signal: Arc<Signal>,
    watch: Option<Watch>,
    watched: Places,
    watching: Watching,
    /// When the system was last asked for events in vain.
    asked: Option<Instant>,
    /// What was there when the files were last read as a whole.
    state: Option<State>,
    /// Since when that stands, until the files were read again [`COARSE`] later.
    young: Option<Instant>,
    /// The files that were compiled last, whatever came of it; `None` if they could not be read since.
    tried: Option<u128>,
    /// Those that run.
    running: u128,
    spoken: BTreeSet<PathBuf>,
    torn: usize,
}

/// What reading came to.
enum Read {
    Whole(Input, State),
    /// The files changed meanwhile.
    Torn,
    Failed(InputError),
}

impl Worker {
    pub(super) fn new(paths: &[PathBuf], options: Options, outside: Outside, signal: Arc<Signal>) -> Worker {
        Worker {
            paths: paths.to_vec(),
            options,
            outside,
            signal,
            watch: None,
            watched: Places::default(),
            watching: Watching::Events,
            asked: None,
            state: None,
            young: None,
            tried: None,
            running: 0,
            spoken: BTreeSet::new(),
            torn: 0,
        }
    }

    pub(super) fn watching(&self) -> &Watching {
        &self.watching
    }

    /// What may run once whatever is said of it.
    pub(super) fn accepted(&mut self) -> BTreeSet<Digest> {
        std::mem::take(&mut self.options.accepted)
    }

    /// The first policy. Watching begins before it is read, so that no change falls between the two.
    pub(super) fn first(&mut self) -> Result<Snapshot, Refusal> {
        for _ in 0..MAX_TORN {
            let (state, places) = places::look(&self.paths);
            self.keep_watching(places, Instant::now());
            match self.read(state) {
                Read::Failed(error) => return Err(Refusal::Input(error)),
                Read::Torn => std::thread::sleep(self.options.pace.quiet),
                Read::Whole(input, state) => {
                    let key = attempt::key(&input);
                    let accepted = std::mem::take(&mut self.options.accepted);
                    let nothing = Running { snapshot: None, spoken: &BTreeSet::new(), accepted: &accepted };
                    let fresh = attempt(input, &nothing, &mut self.options)?;
                    self.options.accepted = accepted;
                    self.options.accepted.remove(&fresh.digest);
                    self.saw(state, Instant::now());
                    self.tried = Some(key);
                    self.running = key;
                    self.spoken = fresh.spoken;
                    return Ok(Snapshot::new(fresh.policy, fresh.digest, 1));
                }
            }
        }
        Err(Refusal::Changing)
    }

    /// Follows the files until it is told to stop.
    pub(super) fn follow(mut self, shared: &Shared, woken: &Receiver<()>) {
        self.tell(Event::Watching(self.watching.clone()));
        let signal = Arc::clone(&self.signal);
        loop {
            match signal.wait(woken, self.options.every) {
                Woken::Stopped => return,
                Woken::Quiet => {}
                Woken::Changed => {
                    let mut settling = Settling::begin(self.options.pace, Instant::now());
                    loop {
                        match signal.wait(woken, settling.wait(Instant::now())) {
                            Woken::Stopped => return,
                            Woken::Quiet => break,
                            Woken::Changed => settling.change(Instant::now()),
                        }
                    }
                }
            }
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.look(shared))) {
                // Read again at the next look, and not compiled again while it is the same.
                self.state = None;
                self.refuse(shared, Refusal::Fault(attempt::words(panic.as_ref())));
            }
        }
    }

    /// Looks, and reads if something may have changed.
    fn look(&mut self, shared: &Shared) {
        let now = Instant::now();
        let again = self.signal.take_again();
        let (state, places) = places::look(&self.paths);
        self.keep_watching(places, now);
        self.tell_watching(shared);
        let is_known = self.state.as_ref() == Some(&state);
        if is_known && !again && self.young.is_none() {
            return;
        }
        match self.read(state) {
            Read::Torn => self.be_torn(shared),
            Read::Failed(error) => {
                // Whatever it is, looking does not show when it ends.
                (self.state, self.tried, self.torn) = (None, None, 0);
                self.refuse(shared, Refusal::Input(error));
            }
            Read::Whole(input, state) => {
                self.saw(state, now);
                self.take(input, shared);
            }
        }
    }

    /// Reads the files. What is read in parts of different times is nothing that anybody wrote.
    fn read(&mut self, before: State) -> Read {
        let input = (self.outside.read)(&self.paths);
        let (after, _) = places::look(&self.paths);
        match input {
            _ if before != after => Read::Torn,
            Ok(input) => Read::Whole(input, after),
            Err(error) => Read::Failed(error),
        }
    }

    fn saw(&mut self, state: State, now: Instant) {
        if self.state.as_ref() != Some(&state) {
            self.state = Some(state);
            self.young = Some(now);
        } else if self.young.is_some_and(|since| now.saturating_duration_since(since) >= COARSE) {
            self.young = None;
        }
        self.torn = 0;
    }

    fn be_torn(&mut self, shared: &Shared) {
        self.state = None;
        self.torn += 1;
        if self.torn >= MAX_TORN {
            self.torn = 0;
            self.tried = None;
            self.refuse(shared, Refusal::Changing);
        }
        self.signal.changed();
    }

    /// Compiles what was read unless that was done before, and swaps it in if it is good.
    fn take(&mut self, input: Input, shared: &Shared) {
        let key = attempt::key(&input);
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

    /// Watches what is there now. The new watch stands before the old one ends.
    fn keep_watching(&mut self, places: Places, now: Instant) {
        let every = self.options.every;
        if !self.options.events {
            self.watching = Watching::Polling { every, why: "events are not wanted".to_owned() };
            return;
        }
        let lost = self.signal.take_lost();
        let is_due = |asked: Instant| now.saturating_duration_since(asked) >= RETRY_EVENTS;
        let is_same = self.watch.is_some() && places == self.watched && !lost;
        let is_vain = self.watch.is_none() && self.asked.is_some_and(|asked| !is_due(asked));
        if is_same || is_vain {
            return;
        }
        match (self.outside.watch)(&places, &self.signal) {
            Ok(watch) => {
                (self.watch, self.watched, self.asked) = (Some(watch), places, None);
                self.watching = Watching::Events;
            }
            Err(why) => {
                (self.watch, self.asked) = (None, Some(now));
                self.watching = Watching::Polling { every, why };
            }
        }
    }

    fn tell_watching(&mut self, shared: &Shared) {
        if shared.watches(&self.watching) {
            self.tell(Event::Watching(self.watching.clone()));
        }
    }

    fn tell(&mut self, event: Event) {
        if let Some(listener) = &mut self.options.listener {
            // A fault of the listener is not one of the policy; the panic has been reported where panics are.
            let _ = catch_unwind(AssertUnwindSafe(|| listener(event)));
        }
    }
}

//! Paths > what they hold, whenever that may have changed. What follows files, be it [`Live`](super::Live) or `policyc watch`, does it
//! by this and by nothing else.
//!
//! A look asks what is there without reading it; only what looks different is read. Every look ends with a watch on the
//! directories that are there now, so directories may go, come back, and be swapped by links. Knows nothing of policies.

use super::events::{self, Watch};
use super::places::{self, Places, State};
use super::report::Watching;
use super::settle::{Pace, Settling};
use super::signal::{Signal, Woken};
use crate::load::{self, Input, InputError};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use xxhash_rust::xxh3::Xxh3;

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

/// When to look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rhythm {
    pub(super) pace: Pace,
    /// The longest between two looks.
    pub(super) every: Duration,
    /// Whether the system is asked for events.
    pub(super) events: bool,
}

impl Default for Rhythm {
    fn default() -> Rhythm {
        Rhythm {
            pace: Pace { quiet: Duration::from_millis(40), patience: Duration::from_millis(500) },
            every: Duration::from_secs(2),
            events: true,
        }
    }
}

/// What a look came to.
pub(crate) enum Sight {
    /// What was there at the last look.
    Same,
    /// The files as a whole, which may hold what they held before.
    Whole(Input),
    /// They changed whenever they were read.
    Changing,
    /// They can't be read.
    Failed(InputError),
}

/// Names what was read: every path and every byte.
pub(crate) fn key(input: &Input) -> u128 {
    let mut hash = Xxh3::new();
    let mut add = |bytes: &[u8]| {
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    match input {
        Input::Artifact(policy, path) => {
            add(path.as_os_str().as_encoded_bytes());
            add(policy.as_bytes());
        }
        Input::Source(loaded) => {
            for (_, source) in loaded.sources.iter() {
                add(source.path.as_os_str().as_encoded_bytes());
                add(source.text.as_bytes());
            }
            // What is no text is not among the sources as it is.
            loaded.findings.iter().for_each(|finding| add(finding.message.as_bytes()));
        }
    }
    hash.digest128()
}

/// Follows what is at some paths.
pub(crate) struct Follower {
    paths: Vec<PathBuf>,
    /// Paths of which changes are noticed, and which are not read.
    beside: Vec<PathBuf>,
    rhythm: Rhythm,
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
    torn: usize,
}

/// What reading came to.
enum Read {
    Whole(Input, State),
    /// The files changed meanwhile.
    Torn,
    Failed(InputError),
}

impl Follower {
    pub(super) fn new(paths: &[PathBuf], rhythm: Rhythm, outside: Outside, signal: Arc<Signal>) -> Follower {
        Follower {
            paths: paths.to_vec(),
            beside: Vec::new(),
            rhythm,
            outside,
            signal,
            watch: None,
            watched: Places::default(),
            watching: Watching::Events,
            asked: None,
            state: None,
            young: None,
            torn: 0,
        }
    }

    /// As `policyc watch` follows paths: what to look at them with, and what to wait on.
    #[cfg(feature = "cli")]
    pub(crate) fn of(paths: &[PathBuf]) -> (Follower, Receiver<()>) {
        let (signal, woken) = Signal::new();
        let follower = Follower::new(paths, Rhythm::default(), Outside::default(), Arc::new(signal));
        (follower, woken)
    }

    /// What ends the waiting, from whatever thread.
    #[cfg(feature = "cli")]
    pub(crate) fn stopper(&self) -> impl Fn() + Send + 'static {
        let signal = Arc::clone(&self.signal);
        move || signal.stop()
    }

    /// Follows other paths from the next look on.
    #[cfg(feature = "cli")]
    pub(crate) fn turn_to(&mut self, paths: &[PathBuf], beside: &[PathBuf]) {
        if self.paths != paths || self.beside != beside {
            (self.paths, self.beside) = (paths.to_vec(), beside.to_vec());
            self.forget();
        }
    }

    pub(crate) fn watching(&self) -> &Watching {
        &self.watching
    }

    /// Forgets what was seen: the next look reads.
    pub(crate) fn forget(&mut self) {
        self.state = None;
    }

    /// The first look, which does not come back before the files stand still or can't be read. Watching begins before they are
    /// read, so that no change falls between the two.
    pub(crate) fn first(&mut self) -> Sight {
        for _ in 0..MAX_TORN {
            match self.look() {
                Sight::Same => std::thread::sleep(self.rhythm.pace.quiet),
                sight => return sight,
            }
        }
        Sight::Changing
    }

    /// Waits until it is time for a look: something may have changed and is quiet now, or nothing was heard for long. `false`: it is
    /// told to stop.
    pub(crate) fn wait(&self, woken: &Receiver<()>) -> bool {
        match self.signal.wait(woken, self.rhythm.every) {
            Woken::Stopped => return false,
            Woken::Quiet => return true,
            Woken::Changed => {}
        }
        let mut settling = Settling::begin(self.rhythm.pace, Instant::now());
        loop {
            match self.signal.wait(woken, settling.wait(Instant::now())) {
                Woken::Stopped => return false,
                Woken::Quiet => return true,
                Woken::Changed => settling.change(Instant::now()),
            }
        }
    }

    /// Looks, and reads if something may have changed.
    pub(crate) fn look(&mut self) -> Sight {
        let now = Instant::now();
        let again = self.signal.take_again();
        let (state, places) = self.see();
        self.keep_watching(places, now);
        let is_known = self.state.as_ref() == Some(&state);
        if is_known && !again && self.young.is_none() {
            return Sight::Same;
        }
        match self.read(state) {
            Read::Torn => self.be_torn(),
            Read::Failed(error) => {
                // Whatever it is, looking does not show when it ends.
                (self.state, self.torn) = (None, 0);
                Sight::Failed(error)
            }
            Read::Whole(input, state) => {
                self.saw(state, now);
                Sight::Whole(input)
            }
        }
    }

    fn see(&self) -> (State, Places) {
        let (mut state, mut places) = places::look(&self.paths);
        // Without paths it would be the current directory.
        if !self.beside.is_empty() {
            let (beside, around) = places::look(&self.beside);
            state.add(beside);
            places.join(around);
        }
        (state, places)
    }

    /// Reads the files. What is read in parts of different times is nothing that anybody wrote.
    fn read(&mut self, before: State) -> Read {
        let input = (self.outside.read)(&self.paths);
        let (after, _) = self.see();
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

    fn be_torn(&mut self) -> Sight {
        self.state = None;
        self.torn += 1;
        self.signal.changed();
        if self.torn < MAX_TORN {
            return Sight::Same;
        }
        self.torn = 0;
        Sight::Changing
    }

    /// Watches what is there now. The new watch stands before the old one ends.
    fn keep_watching(&mut self, places: Places, now: Instant) {
        let every = self.rhythm.every;
        if !self.rhythm.events {
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
}

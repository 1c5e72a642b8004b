//! A policy that follows its files.
//!
//! Enters: paths. Leaves: [`Live`], which always holds a good policy: files are watched, compiled beside the running policy,
//! and swapped in one step. What has errors, or can't be read, never replaces what runs.

mod events;
mod settle;

use crate::diagnostic::{Diagnostic, has_errors};
use crate::load::{self, Input, InputError};
use crate::policy::Policy;
use arc_swap::ArcSwap;
use events::Events;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// A policy and which load it comes from. It stays valid for as long as it is held.
#[derive(Debug)]
pub struct Snapshot {
    /// The policy.
    pub policy: Policy,
    /// 1 for the first, one more for each that replaced it.
    pub generation: u64,
}

/// How the last attempt to load went.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// The generation that is running.
    pub generation: u64,
    /// Attempts so far, the first included.
    pub attempts: u64,
    /// Why the newest state of the files is not running; `None` if it is.
    pub failure: Option<String>,
}

/// Why there is no policy to begin with.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// The files could not be read.
    Input(InputError),
    /// The policy has errors.
    Policy(Vec<Diagnostic>),
    /// The files can't be watched.
    Watch(notify::Error),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Input(error) => error.fmt(f),
            OpenError::Policy(findings) => f.write_str(&first_error(findings)),
            OpenError::Watch(error) => write!(f, "the files can't be watched: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}

/// A policy that follows its files. Dropping it stops the watching.
#[derive(Debug)]
pub struct Live {
    shared: Arc<Shared>,
    /// Taken apart in `drop`: without events the worker ends.
    events: Option<Events>,
    worker: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    paths: Vec<PathBuf>,
    current: ArcSwap<Snapshot>,
    attempts: AtomicU64,
    failure: Mutex<Option<String>>,
}

impl Live {
    /// Loads what `paths` hold (files, directories, or one artifact) and follows it from then on.
    ///
    /// # Errors
    ///
    /// If there is no good policy to begin with, or the files can't be watched.
    pub fn open(paths: &[PathBuf]) -> Result<Live, OpenError> {
        let (sender, receiver) = channel();
        // Watching begins before the first load, so that no change falls between the two.
        let events = Events::watch(paths, move || {
            // The worker is gone only when this is being dropped.
            let _ = sender.send(());
        })
        .map_err(OpenError::Watch)?;
        let policy = load(paths)?;
        let shared = Arc::new(Shared {
            paths: paths.to_vec(),
            current: ArcSwap::from_pointee(Snapshot { policy, generation: 1 }),
            attempts: AtomicU64::new(1),
            failure: Mutex::new(None),
        });
        let worker = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || follow(&shared, &receiver)
        });
        Ok(Live { shared, events: Some(events), worker: Some(worker) })
    }

    /// The policy of this moment. Never blocks.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.current.load_full()
    }

    /// How the last attempt to load went.
    #[must_use]
    pub fn status(&self) -> Status {
        Status {
            generation: self.shared.current.load().generation,
            attempts: self.shared.attempts.load(Ordering::Acquire),
            failure: self.shared.failure.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // The sender goes with the events; the worker sees that and ends.
        drop(self.events.take());
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

/// Waits for changes to settle, loads, swaps, until the events end.
fn follow(shared: &Shared, changes: &Receiver<()>) {
    while changes.recv().is_ok() {
        let mut settling = settle::Settling::begin(Instant::now());
        loop {
            match changes.recv_timeout(settling.wait(Instant::now())) {
                Ok(()) => settling.change(Instant::now()),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        shared.reload();
    }
}

impl Shared {
    fn reload(&self) {
        let failure = match load(&self.paths) {
            Ok(policy) => {
                let current = self.current.load_full();
                // Events of files that did not change what the policy says make no new generation.
                if current.policy.as_bytes() != policy.as_bytes() {
                    let generation = current.generation + 1;
                    self.current.store(Arc::new(Snapshot { policy, generation }));
                }
                None
            }
            Err(error) => Some(error.to_string()),
        };
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
        self.attempts.fetch_add(1, Ordering::AcqRel);
    }
}

fn load(paths: &[PathBuf]) -> Result<Policy, OpenError> {
    match load::read(paths).map_err(OpenError::Input)? {
        Input::Artifact(policy, _) => Ok(*policy),
        Input::Source(loaded) => {
            let compiled = loaded.compile();
            match compiled.policy {
                Some(policy) if !has_errors(&compiled.diagnostics) => Ok(policy),
                _ => Err(OpenError::Policy(compiled.diagnostics)),
            }
        }
    }
}

fn first_error(findings: &[Diagnostic]) -> String {
    let errors = findings.iter().filter(|finding| finding.severity == crate::diagnostic::Severity::Error);
    let (count, first) = (errors.clone().count(), errors.clone().next());
    match first {
        Some(first) if count == 1 => format!("{} {}", first.code, first.message),
        Some(first) => format!("{} {} (and {} more)", first.code, first.message, count - 1),
        None => "the policy has errors".to_owned(),
    }
}

#[cfg(test)]
mod tests;

//! A policy that follows its files.
//!
//! Enters: paths. Leaves: [`Live`], which always holds a good policy: files are watched, compiled beside the running policy,
//! and swapped in one step. What has errors, or can't be read, never replaces what runs.

mod attempt;
mod events;
mod follow;
mod guards;
mod options;
mod places;
mod report;
mod settle;
mod shared;
mod signal;
mod snapshot;
mod worker;

pub use guards::Objection;
pub use options::{Candidate, Options};
pub use report::{Comparison, Event, Failure, Findings, Refusal, Status, Watching};
pub use snapshot::{Guard, Reader, Snapshot};

#[cfg(feature = "cli")]
pub(crate) use follow::{Follower, Sight, key};

use crate::policy::Digest;
use follow::Outside;
use shared::Shared;
use signal::Signal;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use worker::Worker;

/// A policy that follows its files. Dropping it stops the watching, after an attempt that is under way.
///
/// ```no_run
/// use policyc::watch::{Event, Live, Options};
/// use policyc::{Principal, Request};
///
/// # fn main() -> Result<(), policyc::watch::Refusal> {
/// let options = Options::default().on_event(|event| {
///     if let Event::Refused(refusal) = event {
///         eprintln!("policy not reloaded: {refusal}");
///     }
/// });
/// let live = Live::open_with(&["policies".into()], options)?;
/// // For each request:
/// let allowed = live.read().policy.is_allowed(&Request::new(Principal::user("ann"), "ticket.close"));
/// # let _ = allowed;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Live {
    shared: Arc<Shared>,
    signal: Arc<Signal>,
    worker: Option<JoinHandle<()>>,
}

impl Live {
    /// Loads what `paths` hold (files, directories, or one artifact; none: the current directory) and follows it from then on.
    /// Relative paths are looked up anew each time, so a process that opens them stays in its directory.
    ///
    /// # Errors
    ///
    /// If there is no good policy to begin with.
    pub fn open(paths: &[PathBuf]) -> Result<Live, Refusal> {
        Live::open_with(paths, Options::default())
    }

    /// As [`Live::open`], with options.
    ///
    /// # Errors
    ///
    /// If there is no good policy to begin with.
    pub fn open_with(paths: &[PathBuf], options: Options) -> Result<Live, Refusal> {
        Live::open_in(paths, options, Outside::default())
    }

    fn open_in(paths: &[PathBuf], options: Options, outside: Outside) -> Result<Live, Refusal> {
        let (signal, woken) = Signal::new();
        let signal = Arc::new(signal);
        let mut worker = Worker::new(paths, options, outside, Arc::clone(&signal));
        let first = worker.first()?;
        let accepted = worker.accepted();
        let shared = Arc::new(Shared::new(first, worker.watching(), accepted));
        let thread = thread::Builder::new().name("policyc-watch".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || worker.follow(&shared, &woken)
        });
        let thread = thread.map_err(|error| Refusal::Fault(crate::load::reason(&error)))?;
        Ok(Live { shared, signal, worker: Some(thread) })
    }

    /// The policy of this moment, to be kept for as long as wanted. Never blocks.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.current.load_full()
    }

    /// The policy of this moment, for a question or a few. Never blocks.
    #[must_use]
    #[inline]
    pub fn read(&self) -> Guard {
        Guard(self.shared.current.load())
    }

    /// The quickest way to read, for a thread that asks again and again.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(&self.shared.current)
    }

    /// What runs, since when, and how the last attempt to replace it went.
    #[must_use]
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// Lets the policy of this digest run once, whatever guards and judge say: now if it is what the files hold, or as soon as they
    /// do. It lets no other policy run, and when this one has run and another replaced it, it is judged again as any other. What
    /// runs already needs no acceptance and takes none. Acceptances are kept in memory only; see [`Options::accepting`].
    pub fn accept(&self, digest: Digest) {
        self.shared.accept(digest);
        self.signal.again();
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.signal.stop();
        // Dropped by its own listener it can't be waited for; it ends all the same.
        let worker = self.worker.take().filter(|worker| worker.thread().id() != thread::current().id());
        if let Some(worker) = worker {
            let _ = worker.join();
        }
    }
}

#[cfg(test)]
mod tests;

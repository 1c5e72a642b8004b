//! What a caller may say about following files.

use super::follow::Rhythm;
use super::guards::Guards;
use super::report::Event;
use super::snapshot::Snapshot;
use crate::compile;
use crate::difference::Difference;
use crate::model::Model;
use crate::policy::{Digest, Policy};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A policy that is good by the language, before it runs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Candidate<'a> {
    /// It.
    pub policy: &'a Policy,
    /// The name of its artifact.
    pub digest: Digest,
    /// What it was compiled from, with the tests written in it; `None` for an artifact.
    pub model: Option<&'a Model>,
    /// What it would replace; `None` for the first.
    pub running: Option<&'a Snapshot>,
    /// Once somebody asked for it.
    pub(super) compared: OnceCell<Arc<Difference>>,
}

impl Candidate<'_> {
    /// What it decides differently from what runs; `None` for the first. Compared when it is first asked for, which takes from
    /// milliseconds to seconds for large policies; guards, judge and listener share one comparison.
    #[must_use]
    pub fn difference(&self) -> Option<&Difference> {
        let running = self.running?;
        let compare = || Arc::new(Difference::between(&running.policy, self.policy));
        Some(self.compared.get_or_init(compare))
    }
}

type Listener = dyn FnMut(Event) + Send;
type Judge = dyn FnMut(&Candidate<'_>) -> Result<(), String> + Send;

/// How files are followed.
#[derive(Default)]
pub struct Options {
    pub(super) rhythm: Rhythm,
    pub(super) compile: compile::Options,
    pub(super) guards: Guards,
    pub(super) accepted: BTreeSet<Digest>,
    pub(super) judge: Option<Box<Judge>>,
    pub(super) listener: Option<Box<Listener>>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options { rhythm, compile, guards, accepted, judge, listener } = self;
        f.debug_struct("Options")
            .field("rhythm", rhythm)
            .field("compile", compile)
            .field("guards", guards)
            .field("accepted", accepted)
            .field("judge", &judge.is_some())
            .field("listener", &listener.is_some())
            .finish()
    }
}

impl Options {
    /// How long files have to be quiet before they are read; 40 ms unless told.
    #[must_use]
    pub fn quiet(mut self, quiet: Duration) -> Options {
        self.rhythm.pace.quiet = quiet;
        self
    }

    /// The longest that files which are never quiet put off a reload; 500 ms unless told.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Options {
        self.rhythm.pace.patience = patience;
        self
    }

    /// How often files are looked at although no event came; 2 s unless told, and never more often than each millisecond.
    /// A look asks for sizes and times, and reads only what differs.
    #[must_use]
    pub fn every(mut self, every: Duration) -> Options {
        self.rhythm.every = every.max(Duration::from_millis(1));
        self
    }

    /// Looks only, and asks the system for no events: for files that other machines write.
    #[must_use]
    pub fn polling(mut self) -> Options {
        self.rhythm.events = false;
        self
    }

    /// How policies are compiled: the levels of findings, the time that lints go by.
    #[must_use]
    pub fn compiling(mut self, options: compile::Options) -> Options {
        self.compile = options;
        self
    }

    /// Refuses a policy of which a `test` or `matrix` block fails, the first one included. An artifact holds no tests and is refused
    /// too; a policy in which none is written passes. Invariants need no guard: one that does not hold, or is not decided, is an error,
    /// unless [`Options::compiling`] lowers its level.
    #[must_use]
    pub fn guard_tests(mut self) -> Options {
        self.guards.tests = true;
        self
    }

    /// Refuses a policy that grants more than `most` entitlements which the running one does not grant. An entitlement is a subject, a
    /// privilege and a place; what a role gains counts for the role and for everybody who has it, see
    /// [`Difference::gains`]. What could not be compared within the limits is refused too. Not seen is a gain that only comes about for
    /// somebody who brings several roles or groups with one request: each is compared held alone, and declared users with all that
    /// they have.
    #[must_use]
    pub fn guard_gains(mut self, most: usize) -> Options {
        self.guards.most_gains = Some(most);
        self
    }

    /// Refuses a policy that grants any entitlement in one of these categories which the running one does not grant, whatever the
    /// case of their letters; what is compared is told at [`Options::guard_gains`]. The category of a privilege is what either policy says. A policy that does not have one of the
    /// categories, or no debug information, is refused, the first one included: a misspelled category would guard nothing.
    /// Called again, it adds to the categories.
    #[must_use]
    pub fn guard_categories<T: Into<String>>(mut self, categories: impl IntoIterator<Item = T>) -> Options {
        self.guards.categories.extend(categories.into_iter().map(Into::into));
        self
    }

    /// Lets the policy of this digest run once whatever guards and judge say, as [`Live::accept`](super::Live::accept) does, from
    /// the first load on: for a service that starts on a policy which was refused while it ran.
    #[must_use]
    pub fn accepting(mut self, digest: Digest) -> Options {
        self.accepted.insert(digest);
        self
    }

    /// Has the last word on every policy that would run, the first included. What it refuses, for the reason it gives, does not
    /// run; nor does a policy at which it panics. It is asked once for each state of the
    /// files, also about one at which a guard objects, so that a refusal says everything that speaks against a policy.
    #[must_use]
    pub fn judge(
        mut self,
        judge: impl FnMut(&Candidate<'_>) -> Result<(), String> + Send + 'static,
    ) -> Options {
        self.judge = Some(Box::new(judge));
        self
    }

    /// Is told of everything that happens after the first load, in order, on the thread that reloads: the next reload waits for it,
    /// readers never do. A panic in it ends that call and nothing else.
    #[must_use]
    pub fn on_event(mut self, listener: impl FnMut(Event) + Send + 'static) -> Options {
        self.listener = Some(Box::new(listener));
        self
    }
}

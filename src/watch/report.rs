//! What is told of a policy that follows its files: events, the status, and why a state of the files does not run.

use super::guards::Objection;
use super::snapshot::Snapshot;
use crate::diagnostic::{Diagnostic, Severity};
use crate::difference::Difference;
use crate::load::InputError;
use crate::policy::Digest;
use crate::source::Sources;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

/// What happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// How the files are watched from here on; the first event of all.
    Watching(Watching),
    /// A new policy runs.
    Reloaded {
        /// What ran before.
        old: Arc<Snapshot>,
        /// What runs now.
        new: Arc<Snapshot>,
        /// Warnings about it; none for an artifact.
        findings: Arc<Findings>,
        /// What the new one decides differently.
        comparison: Arc<Comparison>,
    },
    /// The newest state of the files does not run; what ran before goes on.
    Refused(Arc<Refusal>),
    /// After a refusal the files say again what runs.
    Restored(Arc<Snapshot>),
}

/// What two policies that ran one after the other decide differently. It is worked out when it is first asked for, on the thread that
/// asks, unless a guard or the judge asked before: a reload that nobody compares costs nothing. Clone the `Arc` around it to
/// ask on a thread that may take its time.
#[derive(Debug)]
pub struct Comparison {
    old: Arc<Snapshot>,
    new: Arc<Snapshot>,
    difference: OnceLock<Arc<Difference>>,
}

impl Comparison {
    pub(super) fn new(
        old: &Arc<Snapshot>,
        new: &Arc<Snapshot>,
        known: Option<Arc<Difference>>,
    ) -> Comparison {
        let (old, new) = (Arc::clone(old), Arc::clone(new));
        Comparison { old, new, difference: known.map(OnceLock::from).unwrap_or_default() }
    }

    /// The difference: who gains and who loses what.
    #[must_use]
    pub fn difference(&self) -> &Difference {
        let compare = || Arc::new(Difference::between(&self.old.policy, &self.new.policy));
        self.difference.get_or_init(compare)
    }

    /// Whether it was worked out already, so that asking for it takes no time.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.difference.get().is_some()
    }
}

/// How changes are noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Watching {
    /// The system tells of them; a look now and then finds what it might not tell.
    Events,
    /// Only by looking.
    Polling {
        /// How often.
        every: Duration,
        /// Why the system does not tell.
        why: String,
    },
}

impl fmt::Display for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Watching::Events => f.write_str("by events"),
            Watching::Polling { every, why } => write!(f, "by looking every {every:?}: {why}"),
        }
    }
}

/// How it stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// The generation that runs.
    pub generation: u64,
    /// The digest of its artifact.
    pub digest: Digest,
    /// Since when it runs, by the clock on the wall.
    pub since: SystemTime,
    /// Why the newest state of the files does not run; `None` if it does.
    pub failure: Option<Failure>,
    /// Attempts so far, the first included: states of the files that were compiled, or that could not be read.
    pub attempts: u64,
    /// When the last attempt ended, by the clock on the wall.
    pub last_attempt: SystemTime,
    /// How changes are noticed.
    pub watching: Watching,
    /// Policies that were accepted and have not run since; see [`Live::accept`](super::Live::accept).
    pub accepted: Vec<Digest>,
}

/// A refusal that stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// Why.
    pub refusal: Arc<Refusal>,
    /// Since when, by the clock on the wall.
    pub since: SystemTime,
    /// The same moment, to be compared with others.
    pub at: Instant,
}

/// Findings and the text that they are about.
#[derive(Default)]
#[non_exhaustive]
pub struct Findings {
    /// Every file, in the order of their paths.
    pub sources: Sources,
    /// The findings, in order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Without the text of the files, which may be long and is nobody's to log.
impl fmt::Debug for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Findings").field("diagnostics", &self.diagnostics).finish_non_exhaustive()
    }
}

/// Each finding on a line, as `check --format short` prints it.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostics.iter().try_for_each(|finding| {
            self.place(f, finding)?;
            let Diagnostic { severity, code, message, .. } = finding;
            writeln!(f, "{}[{code} {}] {}", severity.name(), code.name(), plain(message))
        })
    }
}

/// Names in messages are the writer's; a log has one line for each.
pub(super) fn plain(message: &str) -> String {
    message.replace(char::is_control, "\u{fffd}")
}

impl Findings {
    fn place(&self, f: &mut fmt::Formatter<'_>, finding: &Diagnostic) -> fmt::Result {
        match self.sources.get(finding.primary.span.source) {
            Some(source) => {
                let (line, column) = source.line_column(finding.primary.span.start);
                write!(f, "{}:{line}:{column}: ", source.path.display())
            }
            None => Ok(()),
        }
    }
}

/// Why a state of the files does not run. The text is one line.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The files can't be read.
    Input(InputError),
    /// The policy has errors.
    Policy(Findings),
    /// There is not one statement.
    Empty,
    /// A file that held statements holds nothing, as it does while it is being written.
    Emptied(PathBuf),
    /// The files changed whenever they were read.
    Changing,
    /// The policy is good by the language, and guards or the service's own judge object to it.
    Held {
        /// Names what was refused; [`Live::accept`](super::Live::accept) lets it run all the same.
        digest: Digest,
        /// What speaks against it; never empty.
        objections: Vec<Objection>,
    },
    /// A fault of ours, which would have ended the watching.
    Fault(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Input(error) => error.fmt(f),
            Refusal::Policy(findings) => {
                let mut errors =
                    findings.diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
                let Some(first) = errors.next() else { return f.write_str("the policy has errors") };
                findings.place(f, first)?;
                write!(f, "{} {}", first.code, plain(&first.message))?;
                match errors.map(|finding| finding.number).sum::<usize>() + first.number.saturating_sub(1) {
                    0 => Ok(()),
                    more => write!(f, " (and {more} more)"),
                }
            }
            Refusal::Empty => f.write_str("the policy has no statement; write one"),
            Refusal::Emptied(path) => write!(
                f,
                "`{}` is empty and held statements before; remove the file, or leave a comment in it, if that is meant",
                path.display()
            ),
            Refusal::Changing => {
                f.write_str("the files change whenever they are read; write them less often")
            }
            Refusal::Held { digest, objections } => {
                for (at, objection) in objections.iter().enumerate() {
                    write!(f, "{}{objection}", if at == 0 { "" } else { "; " })?;
                }
                write!(f, "; accept digest {digest} to let it run all the same")
            }
            Refusal::Fault(what) => write!(f, "the policy could not be loaded: {what}"),
        }
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Refusal::Input(error) => Some(error),
            _ => None,
        }
    }
}

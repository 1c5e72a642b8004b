//! What is told of a policy that follows its files: events, the status, and why a state of the files does not run.

use super::snapshot::Snapshot;
use crate::diagnostic::{Diagnostic, Severity};
use crate::load::InputError;
use crate::policy::Digest;
use crate::source::Sources;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
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
    },
    /// The newest state of the files does not run; what ran before goes on.
    Refused(Arc<Refusal>),
    /// After a refusal the files say again what runs.
    Restored(Arc<Snapshot>),
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
fn plain(message: &str) -> String {
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
    /// The caller's own judgement; see [`Options::judge`](super::Options::judge).
    Judged {
        /// Names what was refused; see [`Live::accept`](super::Live::accept).
        digest: Digest,
        /// The judge's words.
        reason: String,
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
            Refusal::Judged { digest, reason } => write!(f, "{reason} (digest {digest})"),
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

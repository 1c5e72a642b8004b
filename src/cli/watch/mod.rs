//! `policyc watch`: check and test on every save.
//!
//! Enters: paths. Leaves: a block of text or JSON for each state of the files, until it is told to end. How files are followed is
//! known to [`crate::watch`] alone, and what is said of a state to `tell`.

mod tell;

use super::interrupt::{self, Signal};
use super::terminal::Terminal;
use super::{Failure, Format, Outcome, config, levels, values};
use crate::Options;
use crate::diagnostic::Levels;
use crate::load::{Input, InputError};
use crate::watch::{Follower, Sight};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use tell::Teller;

const EXAMPLES: &str = "\
Examples:
  policyc watch                          the policy in this directory
  policyc watch policies --deny warnings
  policyc watch policies --format json   for an editor or a bot: one JSON object per line

Each save is told in one block: what is found, how many tests pass, and who gains and who loses what since the last state that
was good, with no error and no failed test. The levels and paths of the nearest policyc.toml count as for `check`, and its
changes are noticed too.

Exit codes: 0 ended by Ctrl-C, by the system, or as nobody reads any more; 2 wrong usage, a path that is not there, or output
that cannot be written. What is wrong with the policy is told, and ends nothing.";

/// Check and test a policy on every save, and tell what changed
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Files or directories that form one policy [default: the current directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// For whom it is told
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Also report assignments that have ended by this time, or end within 30 days of it: a date, a timestamp, or `now`
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    levels: levels::Args,
    #[command(flatten)]
    config: config::Args,
}

/// What the files around a policy say of it.
#[derive(Debug)]
struct Settings {
    paths: Vec<PathBuf>,
    levels: Levels,
    /// The file that says it; its changes count too.
    file: Option<PathBuf>,
}

impl Settings {
    fn load(args: &Args, command_line: &Levels) -> Result<Settings, Failure> {
        let config = args.config.load(&args.paths)?;
        let paths = config.paths(&args.paths)?;
        let levels = config.levels().clone().below(command_line.clone());
        Ok(Settings { paths, levels, file: config.path().map(ToOwned::to_owned) })
    }

    /// How a policy is compiled now.
    fn options(&self, args: &Args) -> Result<Options, Failure> {
        let at = args.at.as_deref().map(values::moment).transpose().map_err(Failure)?;
        Ok(Options { levels: self.levels.clone(), at })
    }

    fn beside(&self) -> &[PathBuf] {
        self.file.as_slice()
    }
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let command_line = args.levels.levels()?;
    let mut settings = Settings::load(args, &command_line)?;
    let mut options = settings.options(args)?;
    let (mut follower, woken) = Follower::of(&settings.paths);
    follower.turn_to(&settings.paths, settings.beside());
    end_on_signal(&follower)?;
    let first = follower.first();
    if let Some(error) = wrong_usage(&first, &settings.paths) {
        return Err(error.into());
    }
    let mut sight = Ok(first);
    let mut teller = Teller::new(args.format, terminal);
    teller.begin(&settings.paths);
    loop {
        teller.watching(follower.watching());
        match sight {
            Ok(sight) => teller.take(sight, &options),
            Err(Failure(why)) => teller.fail(&why),
        }
        if !teller.send() || !follower.wait(&woken) {
            return Ok(Outcome::Fine);
        }
        sight = Settings::load(args, &command_line).and_then(|now| {
            options = now.options(args)?;
            settings = now;
            follower.turn_to(&settings.paths, settings.beside());
            Ok(follower.look())
        });
    }
}

/// What can't be mended by saving a file: the command line names something else.
fn wrong_usage(first: &Sight, paths: &[PathBuf]) -> Option<InputError> {
    let error = match first {
        Sight::Whole(Input::Artifact(_, path)) => return Some(InputError::SourceNeeded(path.clone())),
        Sight::Failed(error) => error,
        _ => return None,
    };
    let is_wrong = match error {
        InputError::Missing(path) | InputError::NeitherFileNorDirectory(path) => paths.contains(path),
        InputError::UnknownEnding(_) | InputError::Artifact(..) | InputError::ArtifactAmongOthers(_) => true,
        _ => false,
    };
    is_wrong.then(|| error.clone())
}

/// The first signal ends the waiting; a second one does not wait for what is under way.
fn end_on_signal(follower: &Follower) -> Result<(), Failure> {
    let stop = follower.stopper();
    let told = AtomicBool::new(false);
    let handler = move |signal: Signal| {
        if told.swap(true, Ordering::Relaxed) {
            signal.end();
        }
        stop();
    };
    interrupt::on_signal(Box::new(handler))
        .map_err(|error| Failure(format!("cannot wait for Ctrl-C: {error}; use `policyc check`")))
}

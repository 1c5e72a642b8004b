//! `policyc check`: every finding about a policy, on the standard output.

use super::fix::Change;
use super::report::{self, Done, Findings, FindingsFormat};
use super::terminal::{Terminal, clean};
use super::{Failure, Outcome, config, levels, values};
use crate::Options;
use crate::load::{self, Fixed, Loaded};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  policyc check                               the policy in this directory
  policyc check policies --deny warnings      for a pipeline: warnings fail it too
  policyc check --deny P07 --allow P0701      a block, and a finding of it that is not wanted
  policyc check policies --at now             with assignments that have ended or end soon
  policyc check policies --format json        one JSON object per line
  policyc check policies --format sarif       for code scanning
  policyc check --fix                         edit the files where only one edit can be meant

The levels, paths and format of the nearest policyc.toml count where the command line says nothing else.

Exit codes: 0 no errors; 1 errors (with `--deny warnings`, or warnings); 2 wrong usage or unreadable input.";

/// Report everything that is wrong with a policy
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Files or directories that form one policy [default: the current directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// For whom the findings are [default: human]
    #[arg(long, value_enum)]
    format: Option<FindingsFormat>,
    /// Also report assignments that have ended by this time, or end within 30 days of it: a date, a timestamp, or `now`
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Apply the fixes that can change no decision, and report what is left
    #[arg(long)]
    fix: bool,
    /// Apply fixes that are guesses too, such as the nearest name; look at what changed
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,
    #[command(flatten)]
    levels: levels::Args,
    #[command(flatten)]
    config: config::Args,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let command_line = args.levels.levels()?;
    let at = args.at.as_deref().map(values::moment).transpose().map_err(Failure)?;
    let config = args.config.load(&args.paths)?;
    let format = args.format.or(config.format()).unwrap_or(FindingsFormat::Human);
    let loaded = load::read_sources(&config.paths(&args.paths)?)?;
    let levels = config.levels().clone().below(command_line.clone());
    let options = Options { levels, at };
    let (loaded, compiled, done) = if args.fix {
        terminal.progress.at("fixing");
        let (fixed, done) = fix(loaded, &options, args.unsafe_fixes)?;
        (fixed.loaded, fixed.compiled, Some(done))
    } else {
        let compiled = loaded.compile_telling(&options, &terminal.progress.compiling());
        (loaded, compiled, None)
    };
    let findings = Findings::new(&loaded.sources, &compiled.diagnostics);
    report::findings(&mut terminal.out, format, &findings);
    if let Some(done) = &done {
        report::fixed(terminal, format, done);
    }
    let summary = compiled.policy.as_ref().map(crate::Policy::summary);
    report::summary(&mut terminal.out, format, &findings, summary.as_ref());
    let note = config.note(&compiled.leveled, &command_line).filter(|_| format == FindingsFormat::Human);
    if let Some(note) = note {
        terminal.out.line(&clean(&note));
    }
    let outcome = if findings.errors == 0 { Outcome::Fine } else { Outcome::No };
    // The process ends here: to take a large model apart piece by piece would only make it wait.
    std::mem::forget(compiled.model);
    Ok(outcome)
}

/// Fixes the files, and says what was done.
fn fix(loaded: Loaded, options: &Options, guesses: bool) -> Result<(Fixed, Done), Failure> {
    let before = loaded.sources.clone();
    let fixed = loaded.fixed(options, guesses);
    let changes = fixed.changed.iter().filter_map(|&id| {
        let (old, new) = (before.get(id)?, fixed.loaded.sources.get(id)?);
        Some(Change { path: &old.path, old: &old.text, new: &new.text })
    });
    super::fix::write(changes, "fixed")?;
    let path = |id| fixed.loaded.sources.get(id).map(|source| source.path.to_string_lossy().into_owned());
    let files = fixed.changed.iter().filter_map(|&id| path(id)).collect();
    let done = Done { fixes: fixed.fixes, files, more_errors: fixed.more_errors };
    Ok((fixed, done))
}

//! `policyc check`: every finding about a policy, on the standard output.

use super::report::{self, Findings, FindingsFormat};
use super::terminal::Terminal;
use super::{Failure, Outcome};
use crate::diagnostic::Severity;
use crate::load;
use clap::ValueEnum;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  policyc check                               the policy in this directory
  policyc check policies --deny warnings      for a pipeline: warnings fail it too
  policyc check policies --format json        one JSON object per line
  policyc check policies --format sarif       for code scanning

Exit codes: 0 no errors; 1 errors (with `--deny warnings`, or warnings); 2 wrong usage or unreadable input.";

/// Report everything that is wrong with a policy
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Files or directories that form one policy [default: the current directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// For whom the findings are
    #[arg(long, value_enum, default_value_t = FindingsFormat::Human)]
    format: FindingsFormat,
    /// Take these findings for errors
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
}

/// What `--deny` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Every warning
    Warnings,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let loaded = load::read_sources(&args.paths)?;
    let mut compiled = loaded.compile();
    if args.deny == Some(Deny::Warnings) {
        compiled.diagnostics.iter_mut().for_each(|finding| finding.severity = Severity::Error);
    }
    let findings = Findings::new(&loaded.sources, &compiled.diagnostics);
    report::findings(&mut terminal.out, args.format, &findings);
    let summary = compiled.policy.as_ref().map(crate::Policy::summary);
    report::summary(&mut terminal.out, args.format, &findings, summary.as_ref());
    Ok(if findings.errors == 0 { Outcome::Fine } else { Outcome::No })
}

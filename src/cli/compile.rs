//! `policyc compile`: the artifact, written as a whole or not at all.

use super::output::Target;
use super::report::{self, Findings, Written};
use super::terminal::{Terminal, clean};
use super::{Failure, Format, Outcome, config};
use crate::load;
use crate::policy::Policy;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  policyc compile -o app.bin                    the policy in this directory
  policyc compile policies -o app.bin --strip   without places, titles and documentation

A policy with errors is refused, and what was at FILE before stays as it is.

Exit codes: 0 written; 1 the policy has errors; 2 wrong usage, unreadable input or unwritable output.";

/// Compile a policy to the artifact that services load
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Files or directories that form one policy [default: the current directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Where the artifact goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Leave out places, titles and documentation: smaller, and explanations lack them
    #[arg(long)]
    strip: bool,
    /// For whom the findings and the summary are
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    config: config::Args,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let config = args.config.load(&args.paths)?;
    let loaded = load::read_sources(&config.paths(&args.paths)?)?;
    let target = Target::of(&args.output, loaded.sources.iter().map(|(_, source)| source.path.as_path()))?;
    let compiled = loaded.compile_telling(&config.options(), &terminal.progress.compiling());
    let findings = Findings::new(&loaded.sources, &compiled.diagnostics);
    let Some(policy) = compiled.policy.as_ref() else {
        report::refusal(&mut terminal.err, args.format, &findings, "nothing was written");
        return Ok(Outcome::No);
    };
    report::findings(&mut terminal.err, args.format, &findings);
    let stripped = args.strip.then(|| policy.strip());
    let policy = stripped.as_ref().unwrap_or(policy);
    target.write(policy.as_bytes())?;
    tell(args, policy, terminal);
    // The process ends here: to take a large model apart piece by piece would only make it wait.
    std::mem::forget(compiled.model);
    Ok(Outcome::Fine)
}

fn tell(args: &Args, policy: &Policy, terminal: &mut Terminal) {
    let summary = policy.summary();
    let bytes = policy.as_bytes().len();
    let file = args.output.to_string_lossy();
    match args.format {
        Format::Json => {
            let written = Written::new(file.into_owned(), bytes, policy.is_stripped(), &summary);
            report::object(&mut terminal.out, &written);
        }
        Format::Human => {
            let debug = match summary.debug_bytes {
                0 => String::new(),
                debug => format!(", {} of them places, titles and documentation", report::thousands(debug)),
            };
            let bytes = report::count(bytes, "byte");
            terminal.out.line(&format!("wrote {}: {bytes}{debug}", clean(&file)));
            terminal.out.line(&format!("  {}", report::counts(&summary)));
        }
    }
}

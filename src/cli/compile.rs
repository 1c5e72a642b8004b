//! `policyc compile`: the artifact, written as a whole or not at all.

use super::replace::Staged;
use super::report::{self, Findings, Written};
use super::terminal::{Terminal, clean};
use super::{Failure, Format, Outcome, config};
use crate::load;
use crate::policy::Policy;
use crate::source::Sources;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    let place = Place::of(&args.output, &loaded.sources)?;
    let compiled = loaded.compile_with(&config.options());
    let findings = Findings::new(&loaded.sources, &compiled.diagnostics);
    let Some(policy) = compiled.policy.as_ref() else {
        report::refusal(&mut terminal.err, args.format, &findings, "nothing was written");
        return Ok(Outcome::No);
    };
    report::findings(&mut terminal.err, args.format, &findings);
    let stripped = args.strip.then(|| policy.strip());
    let policy = stripped.as_ref().unwrap_or(policy);
    place.write(policy.as_bytes()).map_err(|error| unwritable(&args.output, &error))?;
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

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "its directory does not exist".to_owned(),
        _ => load::reason(error),
    };
    Failure(format!("cannot write `{}`: {reason}; give another file with `-o`", path.display()))
}

/// Where an artifact goes.
enum Place {
    /// A file, there or not; links are followed.
    File(PathBuf),
    /// A device or a pipe, which nothing may replace.
    Device(PathBuf),
}

impl Place {
    fn of(path: &Path, sources: &Sources) -> Result<Place, Failure> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Err(Failure(format!(
                "cannot write `{}`: it is a directory; name a file in it",
                path.display()
            ))),
            Ok(metadata) if !metadata.is_file() => Ok(Place::Device(path.to_owned())),
            Ok(_) => {
                let real = fs::canonicalize(path).map_err(|error| unwritable(path, &error))?;
                let overwrites = |source: &Path| fs::canonicalize(source).is_ok_and(|source| source == real);
                if sources.iter().any(|(_, source)| overwrites(&source.path)) {
                    let path = path.display();
                    let text =
                        format!("cannot write `{path}`: it is a source of this policy; name another file");
                    return Err(Failure(text));
                }
                Ok(Place::File(real))
            }
            Err(_) => Ok(Place::File(path.to_owned())),
        }
    }

    /// Writes all bytes, or leaves what is there.
    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let path = match self {
            Place::Device(path) => return File::options().write(true).open(path)?.write_all(bytes),
            Place::File(path) => path,
        };
        Staged::new(path, bytes)?.persist()
    }
}

//! `policyc convert`: files of one form, written in the other; and a whole policy, written for Cedar.

mod cedar;

use super::replace::{self, Staged};
use super::report::{self, Findings};
use super::terminal::{Terminal, clean};
use super::{Failure, Format, Outcome, config};
use crate::convert::{Converted, Refused, convert};
use crate::diagnostic::{self, Diagnostic};
use crate::load::{self, Loaded};
use crate::parse;
use crate::source::{Format as SourceFormat, Source, SourceId};
use clap::ValueEnum;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  policyc convert --to yaml roles.policy              one file, to the standard output
  policyc convert --to yaml policies -o converted     every .policy file, each to a file of the same name in a directory
  policyc convert --to policy policies -o policies    YAML to the language; the old files stay beside the new ones
  policyc convert --to cedar policies -o cedar        what the policy decides, as policies, schema and entities of Cedar

The language and YAML say the same, and that is compared before anything is written. Documentation and `@allow` go along, and comments go
above what they stand at; those without a place are named. Cedar is given what the policy means: a construct that it can't say is
named with its place, and then nothing is written.

Exit codes: 0 converted; 1 the policy has errors, or can't be said in the other form; 2 wrong usage, unreadable input or
unwritable output.";

/// How many comments without a place are named for one file.
const MOST_NAMED: usize = 20;

/// Convert policy files between the language and YAML, or a policy to Cedar
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Files or directories; files that are in this form already are left out [default: the current directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The form to convert to
    #[arg(long, value_enum)]
    to: To,
    /// The directory for the new files; one file goes to the standard output without it
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Replace files that are there
    #[arg(long, requires = "output")]
    force: bool,
    #[command(flatten)]
    config: config::Args,
}

/// A form to convert to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum To {
    /// The language of .policy files
    Policy,
    /// YAML
    Yaml,
    /// Cedar: policy.cedar, schema.cedarschema and entities.json
    Cedar,
}

/// The other of the two forms of a file.
fn other(form: SourceFormat) -> SourceFormat {
    match form {
        SourceFormat::Policy => SourceFormat::Yaml,
        SourceFormat::Yaml => SourceFormat::Policy,
    }
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    match args.to {
        To::Policy => files(args, SourceFormat::Policy, terminal),
        To::Yaml => files(args, SourceFormat::Yaml, terminal),
        To::Cedar => cedar::run(args, terminal),
    }
}

/// Converts file by file.
fn files(args: &Args, to: SourceFormat, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let from = other(to);
    let config = args.config.load(&args.paths)?;
    let paths = config.paths(&args.paths)?;
    let loaded = load::read_sources(&paths)?;
    let wanted: Vec<(SourceId, &Source)> =
        loaded.sources.iter().filter(|(_, source)| source.format == from).collect();
    if wanted.is_empty() {
        let ending = match from {
            SourceFormat::Policy => ".policy",
            SourceFormat::Yaml => ".yaml or .yml",
        };
        return Err(Failure(format!(
            "nothing to convert: no file here ends in {ending}; name one that does"
        )));
    }
    if args.output.is_none() && wanted.len() > 1 {
        let files = report::count(wanted.len(), "file");
        return Err(Failure(format!(
            "{files} don't go to the standard output; give a directory for them with `-o`"
        )));
    }
    terminal.progress.at("converting");
    let faults = faults(&loaded, &wanted);
    if !faults.is_empty() {
        let findings = Findings::new(&loaded.sources, &faults);
        report::refusal(&mut terminal.err, Format::Human, &findings, "nothing was converted");
        return Ok(Outcome::No);
    }
    let mut converted = Vec::with_capacity(wanted.len());
    for (_, source) in wanted {
        match convert(&source.text, from) {
            Ok(new) => converted.push((source, new)),
            Err(Refused::Faults | Refused::Unsayable) => {
                let title = terminal.err.style.bad("error:");
                let path = shown(&source.path);
                let why = "it declares the same name twice, or says what the other form has no words for";
                terminal
                    .err
                    .line(&format!("{title} `{path}` can't be converted: {why}; nothing was converted, and `policyc check` may tell more"));
                return Ok(Outcome::No);
            }
        }
    }
    match &args.output {
        None => converted.iter().for_each(|(_, new)| terminal.out.text(&new.text)),
        Some(directory) => {
            let target = |source: &Path| target(directory, to, &paths, source);
            write(args.force, &converted, &target, terminal)?;
        }
    }
    converted.iter().for_each(|(source, new)| tell_left_out(source, new, terminal));
    Ok(Outcome::Fine)
}

/// What is wrong with the files that are to be converted.
fn faults(loaded: &Loaded, wanted: &[(SourceId, &Source)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    parse::parse(&loaded.sources, &mut found);
    found.extend(loaded.findings.iter().cloned());
    found.retain(|found| wanted.iter().any(|(id, _)| *id == found.primary.span.source));
    diagnostic::sort(&mut found);
    found
}

/// Writes all files, or none.
fn write(
    force: bool,
    converted: &[(&Source, Converted)],
    target: &dyn Fn(&Path) -> PathBuf,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let mut sources: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    let mut files = Vec::with_capacity(converted.len());
    for (source, new) in converted {
        let target = target(&source.path);
        if let Some(other) = sources.insert(target.clone(), &source.path) {
            let (other, path, target) = (shown(other), shown(&source.path), shown(&target));
            return Err(Failure(format!(
                "`{other}` and `{path}` would both become `{target}`; rename one of them"
            )));
        }
        files.push((target, new.text.as_str()));
    }
    put(force, &files)?;
    for ((source, _), (target, _)) in converted.iter().zip(&files) {
        terminal.out.line(&format!("converted {} to {}", shown(&source.path), shown(target)));
    }
    Ok(())
}

/// Puts all texts in their places, or none; what is there is replaced only by force.
fn put(force: bool, files: &[(PathBuf, &str)]) -> Result<(), Failure> {
    for (target, _) in files {
        if !force && fs::symlink_metadata(target).is_ok() {
            let target = shown(target);
            return Err(Failure(format!(
                "`{target}` is there already; give another directory, or say `--force`"
            )));
        }
    }
    let failed = |path: &Path, error: &std::io::Error| {
        Failure(format!("cannot write `{}`: {}; see to it and try again", shown(path), load::reason(error)))
    };
    let mut staged = Vec::with_capacity(files.len());
    for (target, text) in files {
        if let Some(parent) = target.parent() {
            replace::directory(parent).map_err(|error| failed(parent, &error))?;
        }
        let file = Staged::new(target, text.as_bytes()).map_err(|error| failed(target, &error))?;
        staged.push(file);
    }
    replace::place(staged).map_err(|not| failed(&not.path, &not.error))
}

/// The place of a new file: as far below the directory as the old one is below the path that was given.
fn target(directory: &Path, to: SourceFormat, paths: &[PathBuf], source: &Path) -> PathBuf {
    let below = paths.iter().find_map(|path| {
        let rest = source.strip_prefix(path.strip_prefix(".").unwrap_or(path)).ok()?;
        (!rest.as_os_str().is_empty()).then_some(rest)
    });
    let is_here = paths.is_empty() && source.is_relative();
    let name = source.file_name().map_or(source, Path::new);
    let below = below.unwrap_or(if is_here { source } else { name });
    let ending = match to {
        SourceFormat::Policy => "policy",
        SourceFormat::Yaml => "yaml",
    };
    directory.join(below).with_extension(ending)
}

/// Names the comments and `@allow`s that have no place in the other form.
fn tell_left_out(source: &Source, new: &Converted, terminal: &mut Terminal) {
    if new.left_out.is_empty() {
        return;
    }
    let count = new.left_out.len();
    let is_allow = |&at: &usize| source.text.get(at..).is_some_and(|rest| rest.starts_with('@'));
    let comments = match new.left_out.iter().any(is_allow) {
        true => format!("{} of the comments and `@allow`s", report::thousands(count)),
        false => report::count(count, "comment"),
    };
    let title = terminal.err.style.warn("note:");
    let verb = if count == 1 { "has" } else { "have" };
    terminal
        .err
        .line(&format!("{title} {comments} of {} {verb} no place in the other form:", shown(&source.path)));
    for &at in new.left_out.iter().take(MOST_NAMED) {
        let (line, _) = source.line_column(u32::try_from(at).unwrap_or(u32::MAX));
        let text = source.text.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        terminal.err.line(&format!("  line {line}: {}", clean(text.trim_end())));
    }
    if count > MOST_NAMED {
        terminal.err.line(&format!("  and {} more", report::thousands(count - MOST_NAMED)));
    }
}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy()).into_owned()
}

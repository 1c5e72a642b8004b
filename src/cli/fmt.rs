//! `policyc fmt`: the one layout of the DSL, written to the files or only shown.

use super::fix::{self, Change};
use super::report::{self, Findings};
use super::terminal::{Stream, Terminal, clean};
use super::{Failure, Format, Outcome, config};
use crate::diagnostic::{self, Diagnostic};
use crate::load::{self, Loaded};
use crate::parse;
use crate::source::{Format as SourceFormat, Source, SourceId};
use crate::syntax::layout::{Refused, layout};
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  policyc fmt                     lay out every .policy file in this directory and below
  policyc fmt policies --check    for a pipeline: name the files that are not laid out, and change none
  policyc fmt --diff              show what would change
  policyc fmt - < a.policy        from the standard input to the standard output, for editors

There are no options of style. Comments, the order of what is written and single blank lines stay; what the policy means
stays too, and is compared before a file is written. YAML files are left as they are.

Exit codes: 0 done, or nothing to do; 1 a file has syntax errors and was left as it is, or, with `--check`, a file would
change; 2 wrong usage, unreadable input or unwritable output.";

/// How long differences are looked for in one file; past that, fewer lines are found to be the same.
const LONGEST_SEARCH: Duration = Duration::from_secs(2);

/// Bring policy files into the one canonical layout
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Files or directories [default: the current directory]; `-`: the standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Change nothing; name the files that would change, and exit with 1 if there are any
    #[arg(long)]
    check: bool,
    /// Change nothing; show what would change as a unified diff
    #[arg(long)]
    diff: bool,
    #[command(flatten)]
    config: config::Args,
}

/// What came of the files.
#[derive(Default)]
struct LaidOut {
    /// Those that change, with their new texts.
    changed: Vec<(SourceId, String)>,
    /// How many are as they should be.
    same: usize,
    /// Those that can't be read, and what is wrong with them.
    faulty: BTreeSet<SourceId>,
    faults: Vec<Diagnostic>,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    if args.paths.iter().any(|path| path == Path::new("-")) {
        return standard_input(args, terminal);
    }
    let config = args.config.load(&args.paths)?;
    let loaded = load::read_sources(&config.paths(&args.paths)?)?;
    tell_yaml(args, &loaded, terminal);
    terminal.progress.at("laying out");
    let laid_out = lay_out(&loaded)?;
    let changed =
        laid_out.changed.iter().filter_map(|(id, new)| Some((loaded.sources.get(*id)?, new.as_str())));
    if args.diff {
        changed.clone().for_each(|(source, new)| show(&mut terminal.out, &source.path, &source.text, new));
    }
    if args.check {
        let names = changed.clone().filter(|_| !args.diff);
        names.for_each(|(source, _)| terminal.out.line(&format!("would format {}", shown(&source.path))));
    }
    if !args.check && !args.diff {
        let changes = changed.map(|(source, new)| Change { path: &source.path, old: &source.text, new });
        fix::write(changes.clone(), "formatted")?;
        changes.for_each(|change| terminal.out.line(&format!("formatted {}", shown(change.path))));
    }
    report_faults(&loaded, &laid_out, terminal);
    summarize(args, &laid_out, terminal);
    let unfit = args.check && !laid_out.changed.is_empty();
    Ok(if unfit || !laid_out.faulty.is_empty() { Outcome::No } else { Outcome::Fine })
}

fn lay_out(loaded: &Loaded) -> Result<LaidOut, Failure> {
    let mut laid_out = LaidOut::default();
    let damaged: BTreeSet<SourceId> = loaded.findings.iter().map(|found| found.primary.span.source).collect();
    for (id, source) in loaded.sources.iter() {
        if source.format != SourceFormat::Policy {
            continue;
        }
        if damaged.contains(&id) {
            laid_out.faulty.insert(id);
            continue;
        }
        match layout(&source.text) {
            Ok(text) if text == source.text => laid_out.same += 1,
            Ok(text) => laid_out.changed.push((id, text)),
            Err(Refused::Faults) => {
                laid_out.faulty.insert(id);
            }
            Err(Refused::Changed) => return Err(internal(source)),
        }
    }
    if laid_out.faulty.is_empty() {
        return Ok(laid_out);
    }
    // Read as `check` reads it, which says what is wrong.
    let mut found = Vec::new();
    parse::parse(&loaded.sources, &mut found);
    found.retain(|found| {
        let file = found.primary.span.source;
        laid_out.faulty.contains(&file) && !damaged.contains(&file)
    });
    found
        .extend(loaded.findings.iter().filter(|f| laid_out.faulty.contains(&f.primary.span.source)).cloned());
    diagnostic::sort(&mut found);
    for &id in &laid_out.faulty {
        let said = found.iter().any(|found| found.primary.span.source == id);
        if let Some(source) = loaded.sources.get(id).filter(|_| !said) {
            return Err(internal(source));
        }
    }
    laid_out.faults = found;
    Ok(laid_out)
}

fn internal(source: &Source) -> Failure {
    Failure(format!(
        "`{}` would not mean the same when it is laid out, so no file was changed: that is a fault of policyc; report it with the file",
        source.path.display()
    ))
}

/// Says once that YAML is left alone, if a file of it was named.
fn tell_yaml(args: &Args, loaded: &Loaded, terminal: &mut Terminal) {
    let named = |source: &Source| args.paths.contains(&source.path);
    let is_yaml = |source: &Source| source.format == SourceFormat::Yaml;
    let first =
        loaded.sources.iter().map(|(_, source)| source).find(|source| is_yaml(source) && named(source));
    if let Some(source) = first {
        let title = terminal.err.style.dim("note:");
        terminal.err.line(&format!("{title} {} and other YAML is left as it is", shown(&source.path)));
    }
}

fn report_faults(loaded: &Loaded, laid_out: &LaidOut, terminal: &mut Terminal) {
    if laid_out.faults.is_empty() {
        return;
    }
    let findings = Findings::new(&loaded.sources, &laid_out.faults);
    let files = report::count(laid_out.faulty.len(), "file");
    let consequence = format!("{files} left as they are");
    let consequence = if laid_out.faulty.len() == 1 { "1 file left as it is" } else { &consequence };
    report::refusal(&mut terminal.err, Format::Human, &findings, consequence);
}

fn summarize(args: &Args, laid_out: &LaidOut, terminal: &mut Terminal) {
    // A diff is for programs too.
    if args.diff {
        return;
    }
    let changed = report::count(laid_out.changed.len(), "file");
    let verb = if args.check { "would be formatted" } else { "formatted" };
    let same = report::thousands(laid_out.same);
    terminal.out.line(&format!("{changed} {verb}, {same} already in layout"));
}

fn standard_input(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    if args.paths.len() > 1 {
        return Err(Failure(
            "`-` is the standard input and stands alone; leave out the other paths".to_owned(),
        ));
    }
    terminal.progress.waiting_for_input();
    let loaded = load::read_stream(std::io::stdin().lock(), Path::new("<stdin>"))?;
    terminal.progress.at("laying out");
    let laid_out = lay_out(&loaded)?;
    report_faults(&loaded, &laid_out, terminal);
    if !laid_out.faulty.is_empty() {
        return Ok(Outcome::No);
    }
    let Some((_, source)) = loaded.sources.iter().next() else { return Ok(Outcome::Fine) };
    let new = laid_out.changed.first().map_or(source.text.as_str(), |(_, new)| new);
    let differs = new != source.text;
    match (args.diff, args.check) {
        (true, _) if differs => show(&mut terminal.out, &source.path, &source.text, new),
        (false, true) if differs => terminal.out.line("would format <stdin>"),
        (false, false) => terminal.out.text(new),
        _ => {}
    }
    Ok(if args.check && differs { Outcome::No } else { Outcome::Fine })
}

/// A unified diff, for people.
fn show(out: &mut Stream, path: &Path, old: &str, new: &str) {
    let diff = TextDiff::configure().timeout(LONGEST_SEARCH).diff_lines(old, new);
    let path = shown(path);
    out.line(&out.style.bad(&format!("--- {path}")));
    out.line(&out.style.good(&format!("+++ {path}")));
    for hunk in diff.unified_diff().iter_hunks() {
        out.line(&out.style.dim(&hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let line = clean(change.value().trim_end_matches(['\n', '\r'])).into_owned();
            let line = match change.tag() {
                ChangeTag::Equal => format!(" {line}"),
                ChangeTag::Delete => out.style.bad(&format!("-{line}")),
                ChangeTag::Insert => out.style.good(&format!("+{line}")),
            };
            out.line(&line);
            if change.missing_newline() {
                out.line("\\ No newline at end of file");
            }
        }
    }
}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy()).into_owned()
}

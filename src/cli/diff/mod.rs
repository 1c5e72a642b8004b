//! `policyc diff`: who gains and who loses what between two policies.

mod git;
mod sides;
mod tree;

use super::report::{self, Findings};
use super::terminal::Terminal;
use super::{Failure, Outcome, config};
use crate::difference::{Count, Difference};
use crate::load::{self, Input, Loaded};
use crate::policy::Policy;
use clap::ValueEnum;
use sides::{Operands, Side};
use std::path::PathBuf;
use std::str::FromStr;

const EXAMPLES: &str = "\
Examples:
  policyc diff old/policies policies             who gains and who loses what
  policyc diff main..HEAD -p policies            between two revisions of git
  policyc diff HEAD                              what is not committed yet
  policyc diff main...HEAD --format markdown     what a branch changes
  policyc diff released.bin policies --format markdown
  policyc diff old new --fail-on gain:destructive
  policyc diff old new --fail-on gain:admin --fail-on loss

Everybody is compared, everywhere, with every value that a request could carry: however a policy is written, only what it
decides counts.

Exit codes: 0 compared; 1 a policy has errors, `--exit-code` and something differs, or what `--fail-on` names is there or
could not be ruled out; 2 wrong usage or unreadable input.";

/// Show who gains and who loses what between two policies
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The policy before: a file, a directory, an artifact or a revision of git; `A..B` and `A...B` are both at once
    old: PathBuf,
    /// The policy after [default: the working tree, where the one before is a revision]
    new: Option<PathBuf>,
    /// Where the policy is in a revision; repeatable [default: where the other one is, or the current directory]
    #[arg(short, long = "policy", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// For whom the difference is
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    format: DiffFormat,
    /// Exit with 1 if something differs
    #[arg(long)]
    exit_code: bool,
    /// Exit with 1 if there is such a change: `gain`, `loss`, `gain:CATEGORY`, `loss:CATEGORY`; repeatable
    #[arg(long, value_name = "CHANGE")]
    fail_on: Vec<Gate>,
    #[command(flatten)]
    config: config::Args,
}

/// For whom a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For people
    Human,
    /// For programs: one JSON object per line
    Json,
    /// For the comment on a pull request
    Markdown,
}

/// A change that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Gate {
    gain: bool,
    category: Option<String>,
}

impl FromStr for Gate {
    type Err = String;

    fn from_str(text: &str) -> Result<Gate, String> {
        let (change, category) = match text.split_once(':') {
            Some((change, category)) => (change, Some(category)),
            None => (text, None),
        };
        let gain = match change {
            "gain" => true,
            "loss" => false,
            _ => return Err("write `gain`, `loss`, `gain:CATEGORY` or `loss:CATEGORY`".to_owned()),
        };
        match category {
            Some("") => Err(format!("name a category behind `{change}:`, or leave out the colon")),
            category => Ok(Gate { gain, category: category.map(str::to_owned) }),
        }
    }
}

impl Gate {
    /// How many changes there are that it names.
    fn count(&self, difference: &Difference) -> usize {
        let count: Count = if self.gain { difference.gains() } else { difference.losses() };
        self.category.as_ref().map_or(count.total, |category| count.of(category))
    }

    fn text(&self) -> String {
        let change = if self.gain { "gain" } else { "loss" };
        self.category.as_ref().map_or(change.to_owned(), |category| format!("{change}:{category}"))
    }
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let operands =
        Operands { old: &args.old, new: args.new.as_deref(), paths: &args.paths, config: &args.config };
    let (before, after) = operands.sides()?;
    let (Some(old), Some(new)) = (read(args, &before, terminal)?, read(args, &after, terminal)?) else {
        return Ok(Outcome::No);
    };
    check_categories(args, [(&old, &before), (&new, &after)])?;
    terminal.progress.at("comparing");
    let difference = Difference::between(&old, &new);
    match args.format {
        DiffFormat::Human => report::difference_for_people(&mut terminal.out, &difference),
        DiffFormat::Json => report::difference_as_json(&mut terminal.out, &difference),
        DiffFormat::Markdown => report::difference_as_markdown(&mut terminal.out, &difference),
    }
    let mut outcome = Outcome::Fine;
    for gate in &args.fail_on {
        let count = gate.count(&difference);
        let undecided = difference.undecided().len();
        if count == 0 && undecided == 0 {
            continue;
        }
        outcome = Outcome::No;
        let title = terminal.err.style.bad("refused:");
        let why = match count {
            0 => format!("{} could not be decided", report::count(undecided, "question")),
            count => format!("{} of this kind", report::count(count, "change")),
        };
        terminal.err.line(&format!("{title} `--fail-on {}`: {why}", gate.text()));
    }
    if args.exit_code && !difference.is_empty() {
        outcome = Outcome::No;
    }
    Ok(outcome)
}

/// A policy; `None`: it has errors, which were told.
fn read(args: &Args, side: &Side, terminal: &mut Terminal) -> Result<Option<Policy>, Failure> {
    match side {
        Side::Paths(paths) => {
            let options = args.config.load(paths)?.options();
            terminal.progress.at("reading files");
            match load::read(paths)? {
                Input::Artifact(policy, _) => Ok(Some(*policy)),
                Input::Source(loaded) => Ok(compile(args, &loaded, &options, terminal)),
            }
        }
        Side::Revision { git, name, commit, places } => {
            let options = args.config.load(&args.paths)?.options();
            terminal.progress.at("reading from git");
            let mut tree = tree::Tree::new(git, name, commit)?;
            let held = tree.read(places)?;
            tree.notes.iter().for_each(|note| terminal.err.line(&format!("note: {note}")));
            match held {
                tree::Held::Artifact(policy) => Ok(Some(*policy)),
                tree::Held::Source(loaded) => Ok(compile(args, &loaded, &options, terminal)),
            }
        }
    }
}

fn compile(
    args: &Args,
    loaded: &Loaded,
    options: &crate::Options,
    terminal: &mut Terminal,
) -> Option<Policy> {
    let compiled = loaded.compile_telling(options, &terminal.progress.compiling());
    if compiled.policy.is_none() {
        let format = match args.format {
            DiffFormat::Json => super::Format::Json,
            DiffFormat::Human | DiffFormat::Markdown => super::Format::Human,
        };
        let findings = Findings::new(&loaded.sources, &compiled.diagnostics);
        report::refusal(&mut terminal.err, format, &findings, "nothing was compared");
    }
    compiled.policy
}

/// A category that neither policy has is a mistake, and a policy without debug information has none: nothing would ever be held
/// back by it.
fn check_categories(args: &Args, policies: [(&Policy, &Side); 2]) -> Result<(), Failure> {
    for category in args.fail_on.iter().filter_map(|gate| gate.category.as_ref()) {
        if let Some((_, side)) = policies.iter().find(|(policy, _)| policy.is_stripped()) {
            return Err(stripped(side, category));
        }
        let known: Vec<String> = policies.iter().flat_map(|(policy, _)| policy.categories()).collect();
        if !known.iter().any(|name| name.eq_ignore_ascii_case(category)) {
            let message =
                format!("neither policy has a category `{category}`; correct the name in `--fail-on`");
            return Err(Failure(message));
        }
    }
    Ok(())
}

fn stripped(side: &Side, category: &str) -> Failure {
    let name = match side {
        Side::Paths(paths) => paths.first().map_or_else(|| ".".to_owned(), |path| path.display().to_string()),
        Side::Revision { name, places, .. } => format!("{name}:{}", places.join(" ")),
    };
    Failure(format!(
        "`{name}` was compiled with `--strip` and knows no categories, so nothing can be said of `{category}`; \
         compare one that was not"
    ))
}

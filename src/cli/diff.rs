//! `policyc diff`: who gains and who loses what between two policies.

use super::report::{self, Findings};
use super::terminal::Terminal;
use super::{Failure, Outcome, config};
use crate::difference::{Count, Difference};
use crate::load::{self, Input};
use crate::policy::Policy;
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::str::FromStr;

const EXAMPLES: &str = "\
Examples:
  policyc diff old/policies policies             who gains and who loses what
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
    /// The policy before: a file, a directory or an artifact
    old: PathBuf,
    /// The policy after: a file, a directory or an artifact
    new: PathBuf,
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
    let (Some(old), Some(new)) = (read(args, &args.old, terminal)?, read(args, &args.new, terminal)?) else {
        return Ok(Outcome::No);
    };
    check_categories(args, [&old, &new])?;
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
fn read(args: &Args, path: &Path, terminal: &mut Terminal) -> Result<Option<Policy>, Failure> {
    let paths = [path.to_owned()];
    let config = args.config.load(&paths)?;
    match load::read(&paths)? {
        Input::Artifact(policy, _) => Ok(Some(*policy)),
        Input::Source(loaded) => {
            let compiled = loaded.compile_with(&config.options());
            if compiled.policy.is_none() {
                let format = match args.format {
                    DiffFormat::Json => super::Format::Json,
                    DiffFormat::Human | DiffFormat::Markdown => super::Format::Human,
                };
                let findings = Findings::new(&loaded.sources, &compiled.diagnostics);
                report::refusal(&mut terminal.err, format, &findings, "nothing was compared");
            }
            Ok(compiled.policy)
        }
    }
}

/// A category that neither policy has is a mistake, and a policy without debug information has none: nothing would ever be held
/// back by it.
fn check_categories(args: &Args, policies: [&Policy; 2]) -> Result<(), Failure> {
    for category in args.fail_on.iter().filter_map(|gate| gate.category.as_ref()) {
        if let (true, path) = (policies[0].is_stripped(), &args.old) {
            return Err(stripped(path, category));
        }
        if policies[1].is_stripped() {
            return Err(stripped(&args.new, category));
        }
        let known: Vec<String> = policies.iter().flat_map(|policy| policy.categories()).collect();
        if !known.iter().any(|name| name.eq_ignore_ascii_case(category)) {
            let message =
                format!("neither policy has a category `{category}`; correct the name in `--fail-on`");
            return Err(Failure(message));
        }
    }
    Ok(())
}

fn stripped(path: &Path, category: &str) -> Failure {
    let path = path.display();
    Failure(format!(
        "`{path}` was compiled with `--strip` and knows no categories, so nothing can be said of `{category}`; \
         compare one that was not"
    ))
}

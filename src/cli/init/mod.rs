//! `policyc init`: a policy to begin with.
//!
//! Enters: where, and from what. Leaves: files, all of them or none. What they hold stands beside this file, or is one of the
//! systems of `policies/`; each of them passes `check` and `test`.

use super::replace::{self, Staged};
use super::terminal::{Terminal, clean};
use super::{Failure, Outcome};
use crate::load;
use clap::ValueEnum;
use std::fs;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  policyc init                        a small policy that explains itself, and its tests
  policyc init permissions --ci github    in that directory, with a workflow
  policyc init --from invictus        one of four real systems: roles on a tree of folders

Nothing that is there already is written over.

Exit codes: 0 written; 2 wrong usage, or it cannot be written.";

/// Write a policy to begin with, and its tests
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The directory to write into; it is made if it is not there [default: the current directory]
    #[arg(value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
    /// Begin with a policy of a real product
    #[arg(long, value_enum, value_name = "SYSTEM")]
    from: Option<System>,
    /// Also write what runs check, test and diff in a pipeline
    #[arg(long, value_enum, value_name = "SERVICE")]
    ci: Option<Service>,
}

/// The systems of `policies/`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum System {
    /// 72 privileges that need each other, in four categories
    Flowable,
    /// Marks for each role and operation that inherit, with denials
    Flowrunner,
    /// A list of who may what on each item, below what holds for all
    FlowSoftware,
    /// Roles on a tree of folders, and roles around it
    Invictus,
}

/// What runs pipelines.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Service {
    /// A workflow of GitHub Actions
    Github,
    /// A job of GitLab CI
    Gitlab,
    /// Hooks for pre-commit
    PreCommit,
}

/// A path below the directory, and what is written there.
type Template = (&'static str, &'static str);

const OWN: [Template; 2] = [
    ("policies/app.policy", include_str!("app.policy")),
    ("policies/tests.policy", include_str!("tests.policy")),
];

macro_rules! system {
    ($name:literal) => {
        &[
            (
                "policies/privileges.policy",
                include_str!(concat!("../../../policies/", $name, "/privileges.policy")),
            ),
            ("policies/roles.policy", include_str!(concat!("../../../policies/", $name, "/roles.policy"))),
            ("policies/tests.policy", include_str!(concat!("../../../policies/", $name, "/tests.policy"))),
        ]
    };
}

impl System {
    fn templates(self) -> &'static [Template] {
        match self {
            System::Flowable => system!("flowable"),
            System::Flowrunner => system!("flowrunner"),
            System::FlowSoftware => system!("flow-software"),
            System::Invictus => system!("invictus"),
        }
    }
}

impl Service {
    fn template(self) -> Template {
        match self {
            Service::Github => (".github/workflows/policy.yml", include_str!("github.yml")),
            Service::Gitlab => (".gitlab-ci.yml", include_str!("gitlab.yml")),
            Service::PreCommit => (".pre-commit-config.yaml", include_str!("pre-commit.yaml")),
        }
    }
}

const SETTINGS: Template = (
    "policyc.toml",
    "# What `policyc` reads when no path is given; see `policyc check --help`.\npaths = [\"policies\"]\n",
);

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let directory = args.directory.as_deref().unwrap_or(Path::new(""));
    let policy = args.from.map_or(&OWN[..], System::templates);
    let templates = policy.iter().copied().chain([SETTINGS]).chain(args.ci.map(Service::template));
    let files: Vec<(PathBuf, String)> = templates
        .map(|(path, text)| (directory.join(path), text.replace("VERSION", env!("CARGO_PKG_VERSION"))))
        .collect();
    refuse_what_is_there(&files)?;
    let staged: Vec<Staged> =
        files.iter().map(|(path, text)| stage(path, text)).collect::<Result<_, Failure>>()?;
    replace::place(staged).map_err(|not| unwritable(&not.path, &not.error))?;
    for (path, _) in &files {
        terminal.out.line(&format!("wrote {}", shown(path)));
    }
    terminal.out.line("");
    let go = args.directory.as_deref().map(|directory| format!("cd {} && ", shown(directory)));
    let go = go.unwrap_or_default();
    terminal.out.line(&format!("next: {go}policyc check && policyc test"));
    Ok(Outcome::Fine)
}

/// Somebody's work is worth more than a beginning.
fn refuse_what_is_there(files: &[(PathBuf, String)]) -> Result<(), Failure> {
    let there = files.iter().map(|(path, _)| path).filter(|path| fs::symlink_metadata(path).is_ok());
    let there: Vec<String> = there.map(|path| format!("`{}`", shown(path))).collect();
    match &there[..] {
        [] => Ok(()),
        [one] => Err(Failure(format!("{one} is there already; name another directory, or move it away"))),
        all => {
            let all = all.join(", ");
            Err(Failure(format!("{all} are there already; name another directory, or move them away")))
        }
    }
}

fn stage(path: &Path, text: &str) -> Result<Staged, Failure> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let made = directory.map_or(Ok(()), replace::directory);
    made.and_then(|()| Staged::new(path, text.as_bytes())).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let reason = load::reason(error);
    Failure(format!("cannot write `{}`: {reason}; name another directory", path.display()))
}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy()).into_owned()
}

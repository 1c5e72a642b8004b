//! The command line: the only printing and the only exit codes.
//!
//! Enters: the arguments of the process. Leaves: text on the two streams and an exit code: 0 fine; 1 the policy has
//! errors, a test fails, or the answer is no; 2 wrong usage or unreadable input.

mod can;
mod check;
mod compile;
mod completions;
mod config;
mod convert;
mod diff;
mod explain;
mod fix;
mod fmt;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod graph;
mod import;
mod init;
mod input;
mod interrupt;
mod levels;
mod man;
mod matrix;
mod measure;
mod output;
mod progress;
mod question;
mod remedies;
mod replace;
mod report;
mod schema;
mod suggest;
mod suggested;
mod table;
mod terminal;
mod test;
mod values;
mod watch;
mod what;
mod who;

use crate::load::InputError;
use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::{OsStr, OsString};
use std::process::ExitCode;
use terminal::{Color, Terminal};

const EXAMPLES: &str = "\
Examples:
  policyc init                          a policy to begin with, and its tests
  policyc check                         all findings about the policy in this directory
  policyc compile policies -o app.bin   the artifact that a service loads
  policyc can user:ann flow.edit flow:finance/ledger -p policies
  policyc test policies --table cases.csv
  policyc diff old policies             who gains and who loses what
  policyc watch policies                check and test on every save
  policyc who flow.delete flow:finance/ledger -p policies
  policyc what user:ann -p policies
  policyc matrix -p policies            privileges by roles
  policyc graph roles -o roles.svg      a picture of who inherits from whom
  policyc fmt                           every policy file in the one layout
  policyc convert --to yaml a.policy    the same in the other form
  policyc import kubernetes rbac/ -o rbac.policy
  policyc schema                        what editors need to complete and check YAML
  policyc explain P0301                 what a finding means, and how to fix it
  policyc completions bash              what a shell needs to complete all this

Exit codes: 0 fine; 1 the policy has errors, a test fails, or the answer is no; 2 wrong usage or unreadable input.";

/// A compiler for permissions: check, test and compile a policy that is kept as text.
#[derive(Debug, Parser)]
#[command(name = "policyc", version, after_help = EXAMPLES, max_term_width = 120)]
#[command(arg_required_else_help = true)]
struct Cli {
    /// Whether to color the output; `auto` heeds NO_COLOR, CLICOLOR and CLICOLOR_FORCE
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Check(check::Args),
    Compile(compile::Args),
    Can(can::Args),
    Test(test::Args),
    Diff(diff::Args),
    Watch(watch::Args),
    Who(who::Args),
    What(what::Args),
    Matrix(matrix::Args),
    Graph(graph::Args),
    Fmt(fmt::Args),
    Import(import::Args),
    Convert(convert::Args),
    Schema(schema::Args),
    Explain(explain::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// For whom the output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs: one JSON object per line
    Json,
}

/// What a command that ran came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Exit code 0.
    Fine,
    /// The policy has errors, a test fails, or the answer is no.
    No,
}

/// Why a command could not run: one line that says what to do next. Exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure(String);

impl From<InputError> for Failure {
    fn from(error: InputError) -> Failure {
        Failure(error.to_string())
    }
}

/// Runs the command with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to a pipe that may be closed already.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let mut terminal = Terminal::new(cli.color);
    // To watch ends in its own way.
    if !matches!(cli.command, Command::Watch(_)) {
        interrupt::tidy(terminal.progress.clone());
        terminal.progress.at("reading files");
    }
    let outcome = match cli.command {
        Command::Init(args) => init::run(&args, &mut terminal),
        Command::Check(args) => check::run(&args, &mut terminal),
        Command::Compile(args) => compile::run(&args, &mut terminal),
        Command::Can(args) => can::run(&args, &mut terminal),
        Command::Test(args) => test::run(&args, &mut terminal),
        Command::Diff(args) => diff::run(&args, &mut terminal),
        Command::Watch(args) => watch::run(&args, &mut terminal),
        Command::Who(args) => who::run(&args, &mut terminal),
        Command::What(args) => what::run(&args, &mut terminal),
        Command::Matrix(args) => matrix::run(&args, &mut terminal),
        Command::Graph(args) => graph::run(&args, &mut terminal),
        Command::Import(args) => import::run(&args, &mut terminal),
        Command::Convert(args) => convert::run(&args, &mut terminal),
        Command::Fmt(args) => fmt::run(&args, &mut terminal),
        Command::Schema(args) => schema::run(&args, &mut terminal),
        Command::Explain(args) => explain::run(&args, &mut terminal),
        Command::Completions(args) => completions::run(&args, &mut terminal),
        Command::Man(args) => man::run(&args, &mut terminal),
    };
    terminal.progress.rest();
    if outcome.is_err() {
        replace::tidy();
    }
    // What was printed so far comes before the reason for printing no more.
    let outcome = outcome.and_then(|outcome| match terminal.out.finish() {
        Ok(()) => Ok(outcome),
        Err(reason) => {
            Err(Failure(format!("cannot write to the standard output: {reason}; make room for it")))
        }
    });
    match outcome {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::FAILURE,
        Err(Failure(message)) => {
            let _ = terminal.out.finish();
            let title = terminal.err.style.bad("error:");
            terminal.err.line(&format!("{title} {}", terminal::clean(&message)));
            ExitCode::from(2)
        }
    }
}

/// The definitions of all commands and options.
fn definition() -> clap::Command {
    Cli::command()
}

fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let command = definition().color(help_color(arguments));
    Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

/// What `--color` says, found before the arguments are parsed: help and errors about arguments are colored too.
fn help_color(arguments: &[OsString]) -> ColorChoice {
    let mut words = arguments.iter().map(OsString::as_os_str);
    while let Some(word) = words.next() {
        let value = match word.to_str().and_then(|word| word.strip_prefix("--color=")) {
            Some(value) => Some(OsStr::new(value)),
            None if word == "--color" => words.next(),
            None => None,
        };
        match value.and_then(OsStr::to_str) {
            Some("always") => return ColorChoice::Always,
            Some("never") => return ColorChoice::Never,
            _ => {}
        }
    }
    ColorChoice::Auto
}

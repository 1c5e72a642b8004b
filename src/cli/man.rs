//! `policyc man`: the pages for `man`.
//!
//! Enters: a command, or a directory. Leaves: its page, or all of them, made from the definitions of the arguments. Reads no policy.

use super::replace::{self, Staged};
use super::terminal::{Terminal, clean};
use super::{Failure, Outcome, report};
use crate::diagnostic::closest;
use clap::Command;
use std::io;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  policyc man | man -l -                  the page of policyc, at once
  policyc man check > policyc-check.1     that of a command
  policyc man -o ~/.local/share/man/man1  all pages, where man finds them

Exit codes: 0 printed or written; 2 wrong usage, or it cannot be written.";

/// Print the page for `man` of policyc or of a command, or write all pages
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Write all pages into this directory; it is made if it is not there
    #[arg(short, long, value_name = "DIRECTORY", conflicts_with = "command")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let pages = pages();
    if let Some(directory) = &args.output {
        write(&pages, directory).map_err(|error| {
            let (directory, reason) = (directory.display(), crate::load::reason(&error));
            Failure(format!("cannot write into `{directory}`: {reason}; give another directory with `-o`"))
        })?;
        let (count, directory) = (report::count(pages.len(), "page"), directory.to_string_lossy());
        terminal.out.line(&format!("wrote {count} into {}", clean(&directory)));
        return Ok(Outcome::Fine);
    }
    let name = args.command.as_ref().map_or_else(|| "policyc".to_owned(), |name| format!("policyc-{name}"));
    let page = pages.iter().find(|page| page.name == name).ok_or_else(|| unknown(&name, &pages))?;
    terminal.out.text(&String::from_utf8_lossy(&page.text));
    Ok(Outcome::Fine)
}

struct Page {
    /// `policyc`, `policyc-check`.
    name: String,
    text: Vec<u8>,
}

/// The page of policyc, and one for each command.
fn pages() -> Vec<Page> {
    let mut whole = super::definition();
    // What all commands share is told by each of them.
    whole.build();
    // A command that has commands of its own comes before them.
    let mut commands = vec![whole];
    let mut at = 0;
    while let Some(command) = commands.get(at) {
        let own = command.get_subcommands().filter(|command| command.get_name() != "help");
        let own: Vec<Command> = own.cloned().collect();
        commands.extend(own);
        at += 1;
    }
    let page = |command: Command| {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        let mut text = Vec::new();
        // Memory takes everything.
        let _ = clap_mangen::Man::new(command.version(env!("CARGO_PKG_VERSION"))).render(&mut text);
        Page { name, text }
    };
    commands.into_iter().map(page).collect()
}

fn write(pages: &[Page], directory: &Path) -> io::Result<()> {
    replace::directory(directory)?;
    let staged =
        pages.iter().map(|page| Staged::new(&directory.join(format!("{}.1", page.name)), &page.text));
    replace::place(staged.collect::<io::Result<Vec<_>>>()?).map_err(|not| not.error)
}

fn unknown(name: &str, pages: &[Page]) -> Failure {
    let short = |name: &str| name.strip_prefix("policyc-").map(str::to_owned);
    let wanted = short(name).unwrap_or_default();
    let names: Vec<String> = pages.iter().filter_map(|page| short(&page.name)).collect();
    let near = closest(&wanted, names.iter().map(String::as_str));
    let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    Failure(format!("no command is called `{}`; {near}`policyc --help` lists all", clean(&wanted)))
}

//! `policyc completions`: what a shell needs to complete the command line.
//!
//! Enters: a shell. Leaves: its script, made from the definitions of the arguments. Reads no policy.

use super::terminal::Terminal;
use super::{Failure, Outcome};
use clap_complete::Shell;

const EXAMPLES: &str = "\
Examples:
  policyc completions bash > ~/.local/share/bash-completion/completions/policyc
  policyc completions zsh > ~/.zfunc/_policyc        a directory of $fpath
  policyc completions fish > ~/.config/fish/completions/policyc.fish
  policyc completions powershell >> $PROFILE

Exit codes: 0 printed; 2 wrong usage, or it cannot be written.";

/// Print the script by which a shell completes commands and options
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::definition(), "policyc", &mut script);
    terminal.out.text(&String::from_utf8_lossy(&script));
    Ok(Outcome::Fine)
}

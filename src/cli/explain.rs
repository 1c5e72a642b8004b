//! `policyc explain`: what a kind of finding means, as the book tells it.
//!
//! Enters: a number or a name. Leaves: the page, or the list of all codes. Reads no policy.

use super::terminal::{Stream, Terminal, clean};
use super::{Failure, Outcome};
use crate::diagnostic::{Code, Severity, closest};

const EXAMPLES: &str = "\
Examples:
  policyc explain P0301         what a finding means, why it matters, how to fix it
  policyc explain role-cycle    the same by name
  policyc explain --list        every code in one line

Exit codes: 0 the code is explained; 2 there is no such code.";

/// Explain a kind of finding, by number or name
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Its number or its name
    #[arg(value_name = "CODE", required_unless_present = "list")]
    code: Option<String>,
    /// List every code with its severity and what it finds
    #[arg(long, conflicts_with = "code")]
    list: bool,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    match &args.code {
        Some(text) => {
            // `P0301 role-cycle`, as reports write it.
            let code = text
                .split_whitespace()
                .map(Code::parse)
                .reduce(|first, next| first.filter(|_| first == next));
            let code = code.flatten().ok_or_else(|| unknown(text))?;
            terminal.out.text(code.page());
        }
        None => list(&mut terminal.out),
    }
    Ok(Outcome::Fine)
}

/// A line for each code, whatever the width: it is searched with `grep` more often than read.
fn list(to: &mut Stream) {
    let widest = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    for code in Code::ALL {
        let severity = format!("{:<7}", code.severity().name());
        let severity = match code.severity() {
            Severity::Error => to.style.bad(&severity),
            Severity::Warning => to.style.warn(&severity),
        };
        to.line(&format!("{code}  {:<widest$}  {severity}  {}", code.name(), code.summary()));
    }
}

fn unknown(text: &str) -> Failure {
    let names = Code::ALL.iter().map(|code| code.name());
    let numbers = Code::ALL.iter().map(|code| code.number());
    // A number that is as long as it should be was more likely taken from elsewhere than mistyped.
    let near = if is_number(text) { None } else { closest(text, names.chain(numbers)) };
    let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    let text = clean(text);
    Failure(format!("no code is called `{text}`; {near}`policyc explain --list` shows all"))
}

/// `P` and four digits.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['P', 'p']).unwrap_or_default();
    digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

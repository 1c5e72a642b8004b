//! `policyc schema`: the JSON Schema of the YAML form.
//!
//! Enters: nothing. Leaves: the schema, as the reader's own tables say it. Reads no policy.

use super::terminal::Terminal;
use super::{Failure, Outcome};

const EXAMPLES: &str = "\
Examples:
  policyc schema > policyc.schema.json    a file for editors and validators

The first line of a YAML file tells an editor where it is, from the place of the file:
  # yaml-language-server: $schema=policyc.schema.json

Exit codes: 0 printed; 2 wrong usage, or it cannot be written.";

/// Print the JSON Schema of the YAML form, for editors and validators
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {}

pub(super) fn run(_: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    terminal.out.text(&crate::yaml::schema());
    Ok(Outcome::Fine)
}

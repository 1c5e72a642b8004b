//! Paths of a command that asks a policy > the policy, from source or from an artifact.

use super::report::{self, Findings};
use super::terminal::Terminal;
use super::{Failure, Format, config};
use crate::load::{self, Input};
use crate::policy::Policy;
use std::path::PathBuf;

/// The policy at the paths; `None`: it has errors, which were told.
pub(super) fn policy(
    paths: &[PathBuf],
    config: &config::Args,
    format: Format,
    terminal: &mut Terminal,
) -> Result<Option<Policy>, Failure> {
    let config = config.load(paths)?;
    let loaded = match load::read(&config.paths(paths)?)? {
        Input::Artifact(policy, _) => return Ok(Some(*policy)),
        Input::Source(loaded) => loaded,
    };
    let compiled = loaded.compile_with(&config.options());
    if compiled.policy.is_none() {
        let findings = Findings::new(&loaded.sources, &compiled.diagnostics);
        report::refusal(&mut terminal.err, format, &findings, "nothing can be asked of it");
    }
    Ok(compiled.policy)
}

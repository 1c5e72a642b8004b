//! Paths of a command that asks a policy > the policy, from source or from an artifact.

use super::report::{self, Findings};
use super::terminal::Terminal;
use super::{Failure, Format, config};
use crate::load::{self, Input};
use crate::policy::Policy;
use std::path::PathBuf;

/// A policy, and where it comes from.
pub(super) struct Asked {
    pub(super) policy: Policy,
    /// Its name, if it comes from sources that give it one; artifacts keep none.
    pub(super) name: Option<String>,
    /// The files that were read.
    pub(super) files: Vec<PathBuf>,
}

/// The policy at the paths; `None`: it has errors, which were told.
pub(super) fn policy(
    paths: &[PathBuf],
    config: &config::Args,
    format: Format,
    terminal: &mut Terminal,
) -> Result<Option<Policy>, Failure> {
    Ok(asked(paths, config, format, terminal)?.map(|asked| asked.policy))
}

/// As [`policy`], with where it comes from.
pub(super) fn asked(
    paths: &[PathBuf],
    config: &config::Args,
    format: Format,
    terminal: &mut Terminal,
) -> Result<Option<Asked>, Failure> {
    let config = config.load(paths)?;
    let loaded = match load::read(&config.paths(paths)?)? {
        Input::Artifact(policy, file) => {
            return Ok(Some(Asked { policy: *policy, name: None, files: vec![file] }));
        }
        Input::Source(loaded) => loaded,
    };
    let compiled = loaded.compile_telling(&config.options(), &terminal.progress.compiling());
    if compiled.policy.is_none() {
        let findings = Findings::new(&loaded.sources, &compiled.diagnostics);
        report::refusal(&mut terminal.err, format, &findings, "nothing can be asked of it");
    }
    let name = compiled.model.name.as_ref().map(|name| name.value.to_string());
    let files = loaded.sources.iter().map(|(_, source)| source.path.clone()).collect();
    Ok(compiled.policy.map(|policy| Asked { policy, name, files }))
}

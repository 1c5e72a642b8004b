//! Files that were read > a policy that may run, or why not. The one place where a policy is judged.

use super::guards::Objection;
use super::options::{Candidate, Options};
use super::report::{Findings, Refusal};
use super::snapshot::Snapshot;
use crate::difference::Difference;
use crate::load::Input;
use crate::model::Model;
use crate::policy::{Digest, Policy, Summary};
use crate::source::Sources;
use std::any::Any;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

/// A policy that may run.
#[derive(Debug)]
pub(super) struct Fresh {
    pub(super) policy: Policy,
    pub(super) digest: Digest,
    pub(super) findings: Findings,
    /// The files that hold more than space.
    pub(super) spoken: BTreeSet<PathBuf>,
    /// To what runs, if a guard or the judge asked for it.
    pub(super) difference: Option<Arc<Difference>>,
}

/// What runs, as far as the next one is compared with it.
pub(super) struct Running<'a> {
    pub(super) snapshot: Option<&'a Snapshot>,
    pub(super) spoken: &'a BTreeSet<PathBuf>,
    /// What neither guards nor the judge are asked about.
    pub(super) accepted: &'a BTreeSet<Digest>,
}

/// Compiles what was read, and judges it.
pub(super) fn attempt(input: Input, running: &Running<'_>, options: &mut Options) -> Result<Fresh, Refusal> {
    let (mut fresh, model) = compile(input, running, options)?;
    fresh.difference = judge(&fresh, model.as_ref(), running, options)?;
    Ok(fresh)
}

fn compile(
    input: Input,
    running: &Running<'_>,
    options: &Options,
) -> Result<(Fresh, Option<Model>), Refusal> {
    let (policy, model, findings) = match input {
        Input::Artifact(policy, _) => (*policy, None, Findings::default()),
        Input::Source(loaded) => {
            // Said before what the others miss that it declared.
            if let Some(path) = emptied(&loaded.sources, running.spoken) {
                return Err(Refusal::Emptied(path));
            }
            let compiled = loaded.compile_with(&options.compile);
            let findings = Findings { sources: loaded.sources, diagnostics: compiled.diagnostics };
            let Some(policy) = compiled.policy else { return Err(Refusal::Policy(findings)) };
            (policy, Some(compiled.model), findings)
        }
    };
    if says_nothing(&policy.summary()) {
        return Err(Refusal::Empty);
    }
    let spoken = findings.sources.iter().filter(|(_, source)| !is_blank(&source.text));
    let spoken = spoken.map(|(_, source)| source.path.clone()).collect();
    let digest = policy.digest();
    Ok((Fresh { policy, digest, findings, spoken, difference: None }, model))
}

/// Whether a policy that the language finds good may run. Nothing is swapped in that did not come through here. Returns the difference
/// to what runs, if somebody asked for it.
fn judge(
    fresh: &Fresh,
    model: Option<&Model>,
    running: &Running<'_>,
    options: &mut Options,
) -> Result<Option<Arc<Difference>>, Refusal> {
    if running.accepted.contains(&fresh.digest) {
        return Ok(None);
    }
    let candidate = Candidate {
        policy: &fresh.policy,
        digest: fresh.digest,
        model,
        running: running.snapshot,
        compared: OnceCell::new(),
    };
    let mut objections = options.guards.object(&candidate, &fresh.findings.sources);
    if let Some(judge) = &mut options.judge {
        // A judge that can't finish has not said yes.
        let said = catch_unwind(AssertUnwindSafe(|| judge(&candidate)));
        let said = said.unwrap_or_else(|panic| Err(format!("the judge panicked: {}", words(panic.as_ref()))));
        objections.extend(said.err().map(Objection::Judge));
    }
    if objections.is_empty() {
        return Ok(candidate.compared.into_inner());
    }
    Err(Refusal::Held { digest: fresh.digest, objections })
}

/// A file that is blank and was not.
fn emptied(sources: &Sources, spoken: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let mut blank = sources.iter().filter(|(_, source)| is_blank(&source.text));
    blank.find(|(_, source)| spoken.contains(&source.path)).map(|(_, source)| source.path.clone())
}

fn is_blank(text: &str) -> bool {
    text.trim_start().is_empty()
}

fn says_nothing(summary: &Summary) -> bool {
    let Summary { types, privileges, roles, groups, users, services, .. } = summary;
    [types, privileges, roles, groups, users, services].into_iter().all(|&count| count == 0)
}

/// What a panic says.
pub(super) fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it panicked").lines().next().unwrap_or_default().to_owned()
}

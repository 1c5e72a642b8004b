//! What teams have today > a policy: a matrix in CSV, Kubernetes RBAC, Azure role definitions, GCP roles, casbin.
//!
//! Enters: the texts of the source. Leaves: the text of a policy that decides as the source does, and findings about what the source says
//! and the policy does not. Every format has a reader of its own, which makes a draft of the source; there is one writer for
//! all of them. Touches no file.

mod azure;
mod casbin;
mod document;
mod draft;
mod finding;
mod gcp;
mod known;
mod kubernetes;
mod list;
mod matrix;
mod write;

pub use finding::{Finding, Place, Weight};
pub use kubernetes::KubernetesOptions;
pub use matrix::MatrixOptions;

use crate::compile;
use crate::diagnostic::Severity;
use crate::source::{Format, SourceId, Sources};
use draft::Draft;
use finding::Report;
use known::Known;

/// How many findings are written into a policy as comments; the rest is counted there.
pub const MAX_COMMENTS: usize = 100;
/// How many names of the source one finding tells; the rest is counted.
pub const MAX_TOLD: usize = 5;

/// How many names the wildcards of a source are compared with, in all; each privilege that they name counts for eight.
pub const MAX_EFFORT: usize = 40_000_000;

/// What a source is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// A matrix of roles and privileges.
    Matrix(MatrixOptions),
    /// Roles and bindings of Kubernetes.
    Kubernetes(KubernetesOptions),
    /// Role definitions of Azure.
    Azure,
    /// Roles of Google Cloud, and an IAM policy.
    Gcp,
    /// A casbin model and its policy.
    Casbin,
}

/// How much of what a source says came over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Roles.
    pub roles: usize,
    /// Privileges.
    pub privileges: usize,
    /// Entries, those of roles and others.
    pub entries: usize,
    /// Assignments of roles.
    pub assignments: usize,
}

/// What came of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The policy; `None` if a finding is an error.
    pub policy: Option<String>,
    /// What is to be said, in the order of the source.
    pub findings: Vec<Finding>,
    /// What is in the policy.
    pub counts: Counts,
}

impl Imported {
    /// How many findings have a weight.
    #[must_use]
    pub fn count(&self, weight: Weight) -> usize {
        self.findings.iter().filter(|finding| finding.weight == weight).count()
    }
}

/// Reads all files of a source as one. The file of an id that is given besides holds privileges that the source may name by wildcards.
#[must_use]
pub fn import(sources: &Sources, privileges: Option<SourceId>, form: &Form) -> Imported {
    let mut report = Report::default();
    let known = privileges.map_or_else(Known::default, |id| Known::read(sources, id, &mut report));
    let input = Input { sources, privileges, known: &known };
    let mut draft = match form {
        Form::Matrix(options) => matrix::read(&input, options, &mut report),
        Form::Kubernetes(options) => kubernetes::read(&input, options, &mut report),
        Form::Azure => azure::read(&input, &mut report),
        Form::Gcp => gcp::read(&input, &mut report),
        Form::Casbin => casbin::read(&input, &mut report),
    };
    draft.tidy();
    let counts = draft.counts();
    if counts.roles + counts.entries + counts.assignments == 0 && !report.has_errors() {
        let (message, help) = match report.is_empty() {
            true => (
                "there is nothing to import in what was given",
                "give the files that hold the roles; `policyc import --help` names the formats",
            ),
            false => (
                "nothing is left that could be imported",
                "see above; `policyc import --help` names the formats",
            ),
        };
        report.error(None, message, help);
    }
    let policy = if report.has_errors() { None } else { finished(&draft, sources, &mut report) };
    Imported { policy, findings: report.into_findings(sources), counts }
}

/// What every reader gets.
struct Input<'s> {
    sources: &'s Sources,
    privileges: Option<SourceId>,
    known: &'s Known,
}

impl<'s> Input<'s> {
    /// The files of the source.
    fn files(&self) -> impl Iterator<Item = (SourceId, &'s crate::source::Source)> {
        let privileges = self.privileges;
        self.sources.iter().filter(move |(id, _)| Some(*id) != privileges)
    }
}

/// The text of a policy that compiles.
fn finished(draft: &Draft, sources: &Sources, report: &mut Report) -> Option<String> {
    let Some(text) = write::policy(draft, &report.comments(sources)) else {
        let help = "names are texts of printable characters that are not empty; rename what has another";
        report.error(None, "a name of the source cannot be written in a policy", help);
        return None;
    };
    let mut own = Sources::new();
    own.add("imported.policy", Format::Policy, text.as_str());
    let compiled = compile(&own);
    for finding in compiled.diagnostics.iter().filter(|finding| finding.severity == Severity::Error) {
        let message = format!("the policy that comes of it is refused: {} {}", finding.code, finding.message);
        let help = finding.help.clone().unwrap_or_else(|| "change the source there".to_owned());
        report.error(None, message, help);
    }
    compiled.policy.is_some().then_some(text)
}

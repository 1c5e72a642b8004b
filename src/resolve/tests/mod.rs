//! Policies and what is found in them: the text under each primary label, and what the model holds.

mod formulas;
mod instances;
mod limits;
mod lists;
mod names;
mod order;
mod questions;
mod rules;

use super::limits::Limits;
use super::{resolve, resolve_within};
use crate::diagnostic::{self, Diagnostic};
use crate::model::{Model, PrivilegeId};
use crate::source::{Format, Sources};
use crate::syntax;

/// A policy that most cases add a line to.
const WORLD: &str = r#"
resource folder in folder by path { attribute level: int }
resource flow in folder by path {
    attribute live: bool
    attribute level: int
    attribute state: "NEW" | "LIVE"
    attribute owner: principal
    attribute viewers: [principal]
    attribute tags: [string]
    attribute net: ip
    attribute born: timestamp
}
resource app
resource job in app
principal { team: string  born: timestamp }
context { ip: ip  mfa: bool  names: [string] }
category flows on flow { flow.view flow.edit flow.delete }
category folders on folder { folder.view folder.delete }
category jobs on job { job.run }
category users { user.add user.view }
category empty {}
role reader { grant flow.view }
role editor inherits reader { grant flow.edit }
group ops
group paused disabled
user ann in ops
service nightly
"#;

/// What came of some texts, each a file.
fn resolved(texts: &[&str], limits: Limits) -> (Sources, Model, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    for (at, text) in texts.iter().enumerate() {
        sources.add(format!("{at}.policy"), Format::Policy, *text);
    }
    let mut diagnostics = Vec::new();
    let files: Vec<_> =
        sources.iter().map(|(id, source)| syntax::parse(id, &source.text, &mut diagnostics)).collect();
    assert!(diagnostics.is_empty(), "the texts of these tests can be read: {diagnostics:#?}");
    let model = resolve_within(files, limits, &mut diagnostics);
    diagnostic::sort(&mut diagnostics);
    (sources, model, diagnostics)
}

/// The number of each finding and the text under its primary label.
fn told(sources: &Sources, diagnostics: &[Diagnostic]) -> Vec<String> {
    let under = |d: &Diagnostic| format!("{} {}", d.code.number(), sources.slice(d.primary.span));
    diagnostics.iter().map(under).collect()
}

/// The findings in a line added to the world are these.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let (sources, _, diagnostics) = resolved(&[WORLD, text], Limits::DEFAULT);
    assert_eq!(told(&sources, &diagnostics), expected, "{text}\n{diagnostics:#?}");
    for found in &diagnostics {
        assert!(!found.message.ends_with('.'), "{}", found.message);
        let first = found.message.chars().next().unwrap();
        assert!(!first.is_uppercase(), "{}", found.message);
    }
}

/// The one finding in a line added to the world: message, texts under the secondary labels, help.
#[track_caller]
fn check_whole(text: &str, message: &str, secondary: &[&str], help: &str) {
    let (sources, _, diagnostics) = resolved(&[WORLD, text], Limits::DEFAULT);
    let [found] = diagnostics.as_slice() else { panic!("one finding expected: {diagnostics:#?}") };
    let labels: Vec<&str> = found.secondary.iter().map(|label| sources.slice(label.span)).collect();
    assert_eq!((found.message.as_str(), labels.as_slice()), (message, secondary));
    assert_eq!(found.help.as_deref().unwrap_or_default(), help);
}

/// The model of the world with a text added, without findings.
#[track_caller]
fn model(text: &str) -> Model {
    let (_, model, diagnostics) = resolved(&[WORLD, text], Limits::DEFAULT);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    model
}

/// The names of privileges.
fn names(model: &Model, privileges: &[PrivilegeId]) -> Vec<String> {
    privileges.iter().map(|id| model.privileges[id.index()].name.value.to_string()).collect()
}

#[test]
fn the_world_is_without_fault() {
    check("", &[]);
    let mut diagnostics = Vec::new();
    resolve(Vec::new(), &mut diagnostics);
    assert!(diagnostics.is_empty());
}

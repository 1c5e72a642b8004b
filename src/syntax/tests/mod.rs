//! Tests of the whole front end: text in, tree and findings out.

mod explore;

use crate::ast::File;
use crate::diagnostic::Diagnostic;
use crate::source::SourceId;

/// The example of the language reference.
const SAMPLE: &str = include_str!("sample.policy");

fn parsed(text: &str) -> (File, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let file = super::parse(SourceId(0), text, &mut diagnostics);
    (file, diagnostics)
}

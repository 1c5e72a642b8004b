//! Tests of the whole front end: text in, tree and findings out.

mod constructs;
mod hostile;
mod pieces;
mod recovery;
mod spans;
mod unbraced;

use crate::ast::File;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use std::cell::Cell;
use std::fmt::Debug;

/// The example of the language reference.
pub(super) const SAMPLE: &str = include_str!("sample.policy");

fn parsed(text: &str) -> (File, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let file = super::parse(SourceId(0), text, &mut diagnostics);
    (file, diagnostics)
}

thread_local! {
    static WORK: Cell<usize> = const { Cell::new(0) };
}

/// Counts tokens scanned and bytes read by the grammar, so that the cost of a text is a number that does not depend on
/// the machine.
pub(super) fn count(work: usize) {
    WORK.set(WORK.get() + work);
}

/// The cost of reading a text.
fn cost(text: &str) -> usize {
    WORK.set(0);
    parsed(text);
    WORK.get()
}

/// The tree of a text without a fault.
#[track_caller]
fn clean(text: &str) -> File {
    let (file, diagnostics) = parsed(text);
    assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
    assert!(file.salvaged.is_empty(), "{:?}", file.salvaged);
    file
}

/// The text under a span.
fn under(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or("<outside>")
}

/// Code and place of each finding.
fn faults(text: &str) -> Vec<(&'static str, &str)> {
    let (_, diagnostics) = parsed(text);
    diagnostics.iter().map(|one| (one.code.number(), under(text, one.primary.span))).collect()
}

/// The debug form without places, without what is not there, and without the names of plain wrappers.
fn compact(value: &impl Debug) -> String {
    let mut form = format!("{value:?}");
    while let Some(start) = form.find("Span { ") {
        let length = form[start..].find(" }").unwrap() + 2;
        form.replace_range(start..start + length, "@");
    }
    for absent in [": None", ": []"] {
        while let Some(end) = form.find(absent) {
            let start = form[..end].rfind([',', '{']).unwrap() + 1;
            let end = end + absent.len();
            let comma = usize::from(form[end..].starts_with(','));
            form.replace_range(start..end + comma, "");
        }
    }
    form = form
        .replace(", span: @", "")
        .replace(",  }", " }")
        .replace(", }", " }")
        .replace("meta: Meta { }, ", "");
    for open in [
        "Name { text: ",
        "Spanned { value: ",
        "Literal { value: ",
        "Expr { kind: ",
        "Ref { kind: ",
        "Rule { kind: ",
    ] {
        while let Some(start) = form.find(open) {
            let from = start + open.len();
            let length = closing(&form[from..]);
            let inside = form[from..from + length].to_owned();
            let start = form[..start].rfind(|c: char| !c.is_alphanumeric()).map_or(0, |before| before + 1);
            form.replace_range(start..from + length + 2, &inside);
        }
    }
    form.replace('"', "'")
}

/// The length of what stands before the brace that closes it.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted && depth == 0 => return at - 1,
            '}' if !quoted => depth -= 1,
            _ => {}
        }
        before = c;
    }
    text.len()
}

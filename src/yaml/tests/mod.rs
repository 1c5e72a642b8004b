//! Tests of the YAML front end, by what they look at: the shape, the faults, the limits.

mod faults;
mod formulas;
mod limits;
mod shape;

use super::parse;
use crate::ast::{File, Item};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span};

/// Reads a text, and checks what holds for every text: all places lie in it.
#[track_caller]
fn read(text: &str) -> (File, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let file = parse(SourceId(0), text, &mut diagnostics);
    for fault in &diagnostics {
        let labels = std::iter::once(&fault.primary).chain(&fault.secondary);
        for label in labels {
            assert!(
                text.get(label.span.range()).is_some(),
                "{:?} of {fault:?} is no place in {text:?}",
                label.span
            );
        }
    }
    (file, diagnostics)
}

/// The statements of a text without faults.
#[track_caller]
fn items(text: &str) -> Vec<Item> {
    let (file, diagnostics) = read(text);
    assert_eq!(messages(&diagnostics), Vec::<String>::new(), "{text}");
    file.items
}

fn messages(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(|fault| format!("{} {}", fault.code, fault.message)).collect()
}

/// The one fault of a text: its code, what is underlined, its message.
#[track_caller]
fn fault(text: &str, code: Code, underlined: &str, message: &str) -> Diagnostic {
    let (_, diagnostics) = read(text);
    let [fault] = diagnostics.as_slice() else {
        panic!("expected one fault in {:.200?}, found {:#?}", text, messages(&diagnostics))
    };
    assert_eq!((fault.code, fault.message.as_str()), (code, message), "{text}");
    assert_eq!(under(text, fault.primary.span), underlined, "{text}");
    fault.clone()
}

/// The one fault of a text, with its help.
#[track_caller]
fn fault_help(text: &str, code: Code, underlined: &str, message: &str, help: &str) {
    assert_eq!(fault(text, code, underlined, message).help.as_deref(), Some(help), "{text}");
}

/// The codes of all faults, in the order of their places.
#[track_caller]
fn codes(text: &str) -> Vec<&'static str> {
    let (_, mut diagnostics) = read(text);
    crate::diagnostic::sort(&mut diagnostics);
    diagnostics.iter().map(|fault| fault.code.name()).collect()
}

fn under(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or("<outside>")
}

/// The statements of a text, a line each, with the text under every place: `x⟨"x"⟩` is the name `x`, written `"x"`, and
/// `x` one written as it is.
#[track_caller]
fn show(text: &str) -> String {
    let lines: Vec<String> = items(text).iter().map(|item| compact(text, &format!("{item:?}"))).collect();
    lines.join("\n")
}

/// Puts the text of each place into what `Debug` says.
fn compact(text: &str, debug: &str) -> String {
    let mut out = String::new();
    let mut rest = debug;
    while let Some((before, behind)) = rest.split_once("Span { source: SourceId(0), start: ") {
        out.push_str(before);
        let (start, behind) = behind.split_once(", end: ").expect("a start");
        let (end, behind) = behind.split_once(" }").expect("an end");
        let span = Span { start: start.parse().unwrap(), end: end.parse().unwrap(), ..Span::default() };
        out.push_str(&format!("⟨{}⟩", under(text, span).replace('\n', "⏎")));
        rest = behind;
    }
    out.push_str(rest);
    names(&out)
}

/// Shortens names that stand as they are.
fn names(debug: &str) -> String {
    let mut out = String::new();
    let mut rest = debug;
    while let Some((before, behind)) = rest.split_once("Name { text: \"") {
        out.push_str(before);
        let (name, behind) = behind.split_once("\", span: ⟨").expect("a name");
        let (span, behind) = behind.split_once("⟩ }").expect("a place");
        out.push_str(name);
        if name != span {
            out.push_str(&format!("⟨{span}⟩"));
        }
        rest = behind;
    }
    out.push_str(rest);
    out.replace("meta: Meta { doc: None, allows: [] }, ", "").replace("kind: ", "")
}

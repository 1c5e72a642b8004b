//! Where a finding begins and where it ends: policies on both sides of a border, each shown with what is found in it.
//!
//! What belongs to a code as a whole has its case in `cases/diagnostics/`; here are the borders inside of one.

mod lints;
mod many;
mod names;

use policyc::compile;
use policyc::diagnostic::Diagnostic;
use policyc::source::{Format, Sources, Span};
use std::fmt::Write;

/// Each policy with all that is found in it, of those codes that begin so.
#[track_caller]
fn reports(codes: &str, world: &str, policies: &[&str]) -> String {
    let mut text = String::new();
    if !world.is_empty() {
        let _ = writeln!(text, "{}\n", lines(world));
    }
    for policy in policies {
        let _ = writeln!(text, "{}\n{}", lines(policy), found(codes, &format!("{world}\n{policy}")));
    }
    text
}

/// What is found in a policy.
fn found(codes: &str, policy: &str) -> String {
    found_in(Format::Policy, codes, policy)
}

/// What is found in a text, of the codes that begin with one of these.
fn found_in(format: Format, codes: &str, text: &str) -> String {
    let mut sources = Sources::new();
    sources.add("a", format, text);
    let findings = compile(&sources).diagnostics;
    let is_asked =
        |finding: &&Diagnostic| codes.split(' ').any(|code| finding.code.number().starts_with(code));
    let shown = findings.iter().filter(is_asked);
    shown.fold(String::new(), |text, finding| text + &shown_finding(&sources, finding))
}

fn shown_finding(sources: &Sources, finding: &Diagnostic) -> String {
    let place = |span: Span| -> String {
        sources.slice(span).lines().next().unwrap_or("").trim_end().chars().take(50).collect()
    };
    let mut text = format!("  {} <{}>: {}\n", finding.code, place(finding.primary.span), finding.message);
    for label in &finding.secondary {
        let _ = writeln!(text, "      <{}>: {}", place(label.span), label.text);
    }
    // Whatever is found, it is said what to do next.
    let help = finding.help.as_ref().unwrap_or_else(|| panic!("no help: {text}"));
    let _ = writeln!(text, "      = {help}");
    if let Some(fix) = &finding.fix {
        let put: Vec<&str> = fix.edits.iter().map(|edit| edit.text.as_str()).collect();
        let _ = writeln!(text, "      fix ({:?}): {} {put:?}", fix.safety, fix.title);
    }
    text
}

/// A text that breaks off, or lacks a piece: each finding says what to do next.
#[test]
fn whatever_is_wrong_with_a_text_there_is_a_next_step() {
    let yaml = include_str!("twins/flowrunner-world/world.yaml");
    let mut findings = 0;
    for (format, text) in [(Format::Policy, crate::artifact::SMALL), (Format::Yaml, yaml)] {
        for at in (0..text.len()).step_by(7).filter(|&at| text.is_char_boundary(at)) {
            let rest = text.get(at + 5..).unwrap_or_default();
            for broken in
                [text[..at].to_owned(), [&text[..at], rest].concat(), [&text[..at], " } x: ", rest].concat()]
            {
                let report = found_in(format, "P", &broken);
                findings += report.lines().filter(|line| line.starts_with("  P")).count();
            }
        }
    }
    assert!(findings > 1_000, "{findings}");
}

/// The text without what it is indented by.
fn lines(policy: &str) -> String {
    policy.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

//! Every form of literal, wherever every type is wanted: what it is read as, or what is said about it.

use policyc::compile;
use policyc::source::{Format, Sources};
use std::fmt::Write;

const TYPES: [&str; 9] =
    ["bool", "int", "string", "timestamp", "ip", "principal", "\"A\" | \"B\"", "[int]", "[string]"];

const LITERALS: [&str; 28] = [
    "true",
    "false",
    "truth",
    "5",
    "-3",
    "99999999999999999999",
    "1.5",
    "A",
    "C",
    "\"A\"",
    "\"C\"",
    "\"true\"",
    "\"5\"",
    "2024-01-01",
    "2024-13-01",
    "\"2024-01-01\"",
    "\"2024-13-01\"",
    "10.0.0.1",
    "10.0.0.1/99",
    "::1",
    "\"10.0.0.1\"",
    "\"10.0.0\"",
    "user:ann",
    "group:g",
    "role:r",
    "[1, 2]",
    "[A, \"x\"]",
    "[]",
];

/// What comes of the test `context.v == LITERAL`.
fn outcome(ty: &str, literal: &str) -> String {
    let text = format!(
        "context {{ v: {ty} }} category c {{ p }} user ann group g role r {{ }}
         grant p to anyone when context.v == {literal}"
    );
    let mut sources = Sources::new();
    sources.add("literal.policy", Format::Policy, text);
    let compiled = compile(&sources);
    let errors = compiled
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == policyc::diagnostic::Severity::Error);
    let told: Vec<String> = errors
        .map(|finding| {
            let help = finding.help.iter().map(|help| format!(" ({help})"));
            format!("{} {}{}", finding.code.number(), finding.message, help.collect::<String>())
        })
        .collect();
    if told.is_empty() { format!("{:?}", compiled.model.entries[0].when) } else { told.join("; ") }
}

#[test]
fn each_literal_is_read_as_its_type_or_said_why_not() {
    let mut table = String::new();
    for ty in TYPES {
        let _ = writeln!(table, "{ty}");
        for literal in LITERALS {
            let _ = writeln!(table, "  {literal:<22} {}", outcome(ty, literal));
        }
    }
    insta::assert_snapshot!(table);
}

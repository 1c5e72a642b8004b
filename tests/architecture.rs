//! What the book's page on architecture promises of the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// The phases, each with those that stand before it.
const BEFORE: [(&str, &[&str]); 24] = [
    ("terms", &[]),
    ("few", &[]),
    ("threads", &[]),
    ("hash", &[]),
    ("source", &["terms"]),
    ("diagnostic", &["terms", "source"]),
    ("ast", &["terms", "few", "source"]),
    ("syntax", &["terms", "few", "source", "diagnostic", "ast"]),
    ("yaml", &["terms", "few", "source", "diagnostic", "ast", "syntax"]),
    ("parse", &["terms", "threads", "source", "diagnostic", "ast", "syntax", "yaml"]),
    ("model", &["terms", "few", "source", "diagnostic"]),
    ("resolve", &["terms", "few", "hash", "source", "diagnostic", "ast", "model"]),
    ("validate", &["terms", "source", "diagnostic", "model"]),
    ("policy", &["terms", "evaluate"]),
    ("evaluate", &["terms", "policy"]),
    ("lower", &["terms", "threads", "hash", "source", "diagnostic", "model", "policy"]),
    ("analyze", &["terms", "hash", "source", "diagnostic", "model", "policy", "evaluate"]),
    ("testing", &["terms", "source", "model", "policy", "evaluate", "lower"]),
    (
        "mutate",
        &[
            "terms",
            "threads",
            "source",
            "diagnostic",
            "model",
            "validate",
            "policy",
            "evaluate",
            "lower",
            "analyze",
            "difference",
            "testing",
        ],
    ),
    ("emit", &["terms", "source", "model"]),
    ("fix", &["terms", "source", "diagnostic", "syntax", "yaml"]),
    ("import", &["terms", "few", "source", "diagnostic", "ast", "yaml", "resolve", "convert", "compile"]),
    ("load", &["terms", "source", "diagnostic", "policy", "fix", "compile"]),
    (
        "watch",
        &[
            "terms",
            "source",
            "diagnostic",
            "model",
            "policy",
            "evaluate",
            "testing",
            "difference",
            "load",
            "compile",
        ],
    ),
];

pub fn sources(at: &Path, found: &mut Vec<PathBuf>) {
    if at.is_dir() {
        let entries = fs::read_dir(at).unwrap();
        entries.for_each(|entry| sources(&entry.unwrap().path(), found));
    } else if at.extension().is_some_and(|ending| ending == "rs") {
        found.push(at.to_path_buf());
    }
}

fn of_phase(phase: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for place in [root.join(format!("{phase}.rs")), root.join(phase)] {
        if place.exists() {
            sources(&place, &mut found);
        }
    }
    assert!(!found.is_empty(), "no sources of {phase}");
    found
}

/// The code of a file without its tests and comments.
pub fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    // The module with the tests ends a file; the declaration of one that has its own file stands among the others.
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// A file that holds nothing but tests.
pub fn is_test(path: &Path) -> bool {
    let names = ["tests.rs", "testing.rs"];
    path.components().any(|part| part.as_os_str() == "tests") || names.iter().any(|name| path.ends_with(name))
}

#[test]
fn no_phase_imports_a_later_one() {
    let mut wrong = Vec::new();
    for (phase, before) in BEFORE {
        for path in of_phase(phase).iter().filter(|path| !is_test(path)) {
            for used in code(path).split("crate::").skip(1) {
                let name: String =
                    used.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let is_item = name.is_empty() || name.starts_with(|c: char| c.is_ascii_uppercase());
                if name != phase && !is_item && !before.contains(&name.as_str()) {
                    wrong.push(format!("{}: {phase} imports {name}", path.display()));
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_one_file_names_each_replaceable_crate() {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    for (name, files) in
        [("petgraph::", 1), ("batsat::", 1), ("granit_parser", 1), ("notify::", 2), ("toml::", 1)]
    {
        let naming = all.iter().filter(|path| code(path).contains(name)).count();
        assert!((1..=files).contains(&naming), "{naming} files name {name}");
    }
}

#[test]
fn severities_are_decided_in_one_place() {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let sets = |path: &&PathBuf| !is_test(path) && code(path).contains(".severity = ");
    let deciding: Vec<_> = all.iter().filter(sets).filter_map(|path| path.file_name()).collect();
    assert_eq!(deciding, ["levels.rs"]);
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let silent: Vec<_> = all
        .iter()
        .filter(|path| !is_test(path) && !fs::read_to_string(path).unwrap().starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

/// What is shown while work goes on, and how it ends, is known to the command alone.
#[test]
fn only_the_command_knows_of_terminals_and_signals() {
    let mut all = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&root, &mut all);
    let words =
        ["is_terminal", "stderr", "stdout", "println!", "eprint", "signal_hook", "ctrlc::", "process::exit"];
    for path in all.iter().filter(|path| !path.starts_with(root.join("cli")) && !is_test(path)) {
        let code = code(path);
        for word in words {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn nothing_between_text_and_decision_reads_files() {
    let phases = [
        "syntax", "yaml", "resolve", "validate", "lower", "policy", "evaluate", "analyze", "convert", "emit",
        "import",
    ];
    let outside = ["std::fs", "std::env", "std::process", "std::io", "TcpStream", "UdpSocket"];
    for path in phases.into_iter().flat_map(of_phase).filter(|path| !is_test(path)) {
        let code = code(&path);
        for word in outside {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
    }
}

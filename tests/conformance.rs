//! The four real systems: every row of their tables, by the compiled policy and by the reference, from both front ends.

use crate::reference::table::{judge, sources};
use policyc::diagnostic::Code;
use policyc::source::Sources;
use policyc::{Compiled, compile};
use std::path::{Path, PathBuf};

/// The systems and the rows of their tables: a row that vanishes is a failure.
const SYSTEMS: [(&str, usize); 4] =
    [("flow-software", 45), ("flowable", 421), ("flowrunner", 44), ("invictus", 99)];

fn path(parts: &[&str]) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    parts.iter().fold(root.to_path_buf(), |path, part| path.join(part))
}

/// The policy of a product and the world of its table, in the DSL.
fn dsl(system: &str) -> [PathBuf; 2] {
    [path(&["policies", system]), path(&["tests", "conformance", system])]
}

/// The same in YAML.
fn yaml(system: &str) -> [PathBuf; 2] {
    [path(&["tests", "twins", system]), path(&["tests", "twins", &format!("{system}-world")])]
}

#[track_caller]
fn compiled(paths: &[PathBuf]) -> Compiled {
    for path in paths {
        assert!(path.is_dir(), "{} is missing", path.display());
    }
    let sources = sources(paths);
    let compiled = compile(&sources);
    assert!(compiled.policy.is_some(), "{}", findings(&sources, &compiled));
    compiled
}

fn findings(sources: &Sources, compiled: &Compiled) -> String {
    let lines = compiled.diagnostics.iter().take(20).map(|finding| {
        let span = finding.primary.span;
        let file = sources.get(span.source).unwrap();
        let (line, column) = file.line_column(span.start);
        format!("{}:{line}:{column}: {} {}", file.path.display(), finding.code, finding.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check_table(system: &str, paths: &[PathBuf]) {
    let &(_, rows) = SYSTEMS.iter().find(|(name, _)| *name == system).unwrap();
    let table = std::fs::read_to_string(path(&["tests", "conformance", system, "cases.csv"])).unwrap();
    let outcome = judge(&compiled(paths), &table);
    assert_eq!(outcome.rows, rows, "rows of the table of {system}");
    assert!(outcome.reasons > 0, "{system} expects reasons");
    assert!(outcome.failures.is_empty(), "{system}:\n{}", outcome.failures.join("\n"));
}

#[test]
fn the_tables_hold_in_the_dsl() {
    for (system, _) in SYSTEMS {
        check_table(system, &dsl(system));
    }
}

#[test]
fn the_tables_hold_in_yaml() {
    for (system, _) in SYSTEMS {
        check_table(system, &yaml(system));
    }
}

#[test]
fn the_front_ends_mix() {
    for (system, _) in SYSTEMS {
        let ([product, _], [_, world]) = (dsl(system), yaml(system));
        check_table(system, &[product, world]);
        let ([_, world], [product, _]) = (dsl(system), yaml(system));
        check_table(system, &[world, product]);
    }
}

#[test]
fn twins_compile_to_the_same_bytes() {
    for (system, _) in SYSTEMS {
        let [one, other] = [dsl(system), yaml(system)].map(|paths| compiled(&paths).policy.unwrap().strip());
        assert!(one.as_bytes() == other.as_bytes(), "the artifacts of the two forms of {system} differ");
    }
}

/// The world of Flowable gives some users less than they need, for the rows that ask why they can't; nothing else is found.
#[test]
fn nothing_is_found_in_a_real_system() {
    for (system, _) in SYSTEMS {
        let ([product, world], [twin, twin_world]) = (dsl(system), yaml(system));
        for paths in [vec![product.clone()], vec![product, world], vec![twin.clone()], vec![twin, twin_world]]
        {
            let sources = sources(&paths);
            let mut compiled = compile(&sources);
            let all = compiled.diagnostics.len();
            compiled.diagnostics.retain(|finding| finding.code != Code::InertGrant);
            assert!(compiled.diagnostics.is_empty(), "{system}:\n{}", findings(&sources, &compiled));
            assert_eq!(all > 0, system == "flowable" && paths.len() == 2, "{system}");
        }
    }
}

#[test]
fn every_system_is_tested() {
    let folders = std::fs::read_dir(path(&["tests", "conformance"])).unwrap();
    let mut found: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    found.sort();
    assert_eq!(found, SYSTEMS.map(|(name, _)| name.to_string()));
}

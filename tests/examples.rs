//! The examples: numbered, each told of, without a finding, in the one layout, and with tests that notice every change.
//!
//! Their READMEs are run by `book`, `1-embed` by `documents`, and `2-web-service` is a package with a test of its own.

use crate::cli::command;
use std::path::{Path, PathBuf};

const LIST: &str = include_str!("../examples/README.md");

/// Every directory of an example, by name.
fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn name(example: &Path) -> &str {
    example.file_name().unwrap().to_str().unwrap()
}

/// The policies of an example: one, or what is before and after.
fn policies(example: &Path) -> &'static [&'static str] {
    match name(example) {
        "1-embed" => &["."],
        "6-ci-review" => &["base", "change"],
        _ => &["policy"],
    }
}

#[track_caller]
fn fine(example: &Path, arguments: &[&str]) -> String {
    let output = command(example).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: policyc {arguments:?}\n{text}{said}", example.display());
    text
}

#[test]
fn they_are_numbered_and_told_of() {
    let all = examples();
    for (at, example) in all.iter().enumerate() {
        let name = name(example);
        assert!(name.starts_with(&format!("{}-", at + 1)), "{name} is number {}", at + 1);
        assert!(LIST.contains(&format!("[{name}]({name}/README.md)")), "{name} is not listed");
        let readme = std::fs::read_to_string(example.join("README.md")).unwrap();
        assert!(readme.starts_with(&format!("# {}. ", at + 1)), "{name}");
        assert!(readme.contains("```console") || name == "2-web-service", "{name} shows no session");
    }
    assert_eq!(all.len(), 7);
}

#[test]
fn they_are_clean_laid_out_and_tested() {
    for example in examples() {
        for policy in policies(&example) {
            fine(&example, &["check", "--deny", "warnings", policy]);
            let tests = fine(&example, &["test", policy]);
            assert!(tests.ends_with(" passed, 0 failed\n") && !tests.starts_with("0 "), "{tests}");
            if name(&example) != "7-yaml" {
                fine(&example, &["fmt", "--check", policy]);
            }
        }
    }
}

#[test]
fn their_tests_notice_every_change() {
    for example in examples() {
        if ["3-documents", "4-saas", "5-admin-access", "7-yaml"].contains(&name(&example)) {
            fine(&example, &["test", "--mutate", "--min", "100", "policy"]);
        }
    }
}

#[test]
fn the_schema_that_editors_are_told_of_is_there() {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/7-yaml/policy");
    for entry in std::fs::read_dir(&policy).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let place = text.lines().next().unwrap().strip_prefix("# yaml-language-server: $schema=").unwrap();
        assert!(policy.join(place).is_file(), "{place}");
    }
}

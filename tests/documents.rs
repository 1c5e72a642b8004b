//! What people try first works: the policy and the commands of the README, and the examples.

use crate::cli::{Here, Ran, command};
use std::path::Path;

#[allow(dead_code)]
#[path = "../examples/1-embed/main.rs"]
mod embed;

const README: &str = include_str!("../README.md");
const YAML: &str = include_str!("../book/src/yaml.md");
const ARTIFACT: &str = include_str!("../book/src/artifact.md");
const LAYOUT: &str = include_str!("../src/policy/layout/mod.rs");

/// The blocks of the README in one language.
fn blocks(language: &str) -> Vec<&'static str> {
    blocks_of(README, language)
}

fn blocks_of(page: &'static str, language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The arguments of each command in a block of a language that begins with `prefix`.
fn commands(language: &str, prefix: &str) -> Vec<Vec<&'static str>> {
    let lines = blocks(language).into_iter().flat_map(str::lines);
    lines.filter_map(|line| line.strip_prefix(prefix)).map(|rest| rest.split_whitespace().collect()).collect()
}

#[test]
fn the_first_policy_has_no_findings() {
    let [policy] = blocks("policy")[..] else { panic!("the README has one policy") };
    let here = Here::with(&[("helpdesk/helpdesk.policy", policy)]);
    here.run(&["check", "--deny", "warnings", "helpdesk"]).exits(0);
    here.run(&["test", "helpdesk"]).exits(0).says("4 passed, 0 failed");
}

#[test]
fn the_first_yaml_of_the_book_has_no_findings() {
    let here = Here::with(&[("a.yaml", blocks_of(YAML, "yaml").first().expect("a policy"))]);
    here.run(&["check", "--deny", "warnings"]).exits(0);
    here.run(&["test"]).exits(0);
}

#[test]
fn the_command_for_a_table_passes() {
    let commands = commands("sh", "cargo run --release -- ");
    let [arguments] = &commands[..] else { panic!("the README runs one table") };
    let output = command(Path::new(env!("CARGO_MANIFEST_DIR"))).args(arguments).output().unwrap();
    Ran::new(arguments, output).exits(0).says(", 0 failed");
}

#[test]
fn the_example_prints_three_answers() {
    let expected = [
        "ann closes a ticket of her queue: yes (inherited-grant)",
        "ann closes one of another: no (default-deny)",
        "bob reads the news: yes (inherited-grant)",
    ];
    assert_eq!(embed::answers().unwrap(), expected);
}

/// The block of a macro of the layout, without comments.
fn of_layout(name: &str) -> Vec<&'static str> {
    let block = LAYOUT.split(&format!("\n{name}! {{\n")).nth(1).expect("the block");
    let block = block.split("\n}\n").next().expect("its end");
    block.lines().map(str::trim).filter(|line| !line.starts_with("///")).collect()
}

/// The number of a constant of the layout, as text.
fn constant(name: &str) -> &'static str {
    let value = LAYOUT.split(&format!("const {name}: ")).nth(1).and_then(|rest| rest.split(" = ").nth(1));
    value.and_then(|rest| rest.split(';').next()).expect("the constant")
}

/// What stands between the first two backticks of a line.
fn quoted(line: &'static str) -> &'static str {
    line.split('`').nth(1).unwrap_or_default()
}

#[test]
fn the_page_of_the_artifact_has_the_sections_of_the_layout() {
    let expected: Vec<(usize, &str)> = of_layout("sections")
        .into_iter()
        .map(|line| line.split(' ').next().unwrap_or_default())
        .enumerate()
        .collect();
    let written: Vec<(usize, &str)> = ARTIFACT
        .lines()
        .filter_map(|line| Some((line.strip_prefix("| ")?.split(' ').next()?.parse().ok()?, quoted(line))))
        .filter(|(_, name)| name.starts_with(char::is_uppercase))
        .collect();
    assert_eq!(written, expected);
    assert!(ARTIFACT.contains(&format!("how many sections there are: {} |", expected.len())));
}

#[test]
fn the_page_of_the_artifact_has_the_fields_of_the_layout() {
    let mut expected: Vec<String> = Vec::new();
    for line in of_layout("records") {
        match line.strip_suffix(" {").and_then(|line| line.split_once(" in ")) {
            Some((name, section)) => expected.push(format!("{name} in {section}")),
            None if line == "}" => {}
            None => expected.push(line.to_owned()),
        }
    }
    let records = ARTIFACT.split("## The records").nth(1).and_then(|rest| rest.split("\n## ").next());
    let mut written: Vec<String> = Vec::new();
    for line in records.expect("the part about records").lines() {
        if line.starts_with("### ") {
            written.push(format!("{} in {}", quoted(line), line.split('`').nth(3).unwrap_or_default()));
        } else if line.starts_with("| `") {
            written.push(quoted(line).to_owned());
        }
    }
    assert!(expected.len() > 60, "{expected:?}");
    assert_eq!(written, expected);
}

#[test]
fn the_page_of_the_artifact_has_the_numbers_of_the_layout() {
    let with_commas = |name: &str| {
        let digits = constant(name).replace('_', "");
        assert!(digits.chars().all(|digit| digit.is_ascii_digit()), "{name} is no number");
        let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
        String::from_utf8(groups.join(&b',')).unwrap()
    };
    for (name, before, behind) in [
        ("VERSION", "This page describes version ", "."),
        ("HEADER", "over everything from byte ", " on"),
        ("MAX_FORMULA_DEPTH", "formulas before it and is at most ", " deep"),
        ("MAX_DECISIONS", "takes at most ", " decisions"),
        ("MAX_DECISION_DEPTH", "nested at most ", " deep"),
        ("LEDGERS", "after looking at\n", " entries and holdings"),
        ("MAX_LEVELS", " deep, and ", " with their"),
    ] {
        let text = format!("{before}{}{behind}", with_commas(name));
        assert!(ARTIFACT.contains(&text), "{name}: the page does not say: {text}");
    }
}

/// The page of security names the tests that hold what it says; so do the tests.
#[test]
fn every_test_that_the_page_of_security_names_is_there() {
    const PAGE: &str = include_str!("../book/src/security.md");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let named =
        |part: &&str| part.starts_with("tests/") || part.starts_with("src/") || part.starts_with("fuzz/");
    let mut count = 0;
    for reference in PAGE.split('`').skip(1).step_by(2).filter(named) {
        let (file, test) =
            reference.split_once(": ").map_or((reference, None), |(file, test)| (file, Some(test)));
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let is_there = test.is_none_or(|test| text.contains(&format!("fn {test}(")));
        assert!(is_there, "{file} has no test {test:?}");
        count += 1;
    }
    assert!(count > 25, "{count} are named");
}

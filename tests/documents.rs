//! What people try first works: the policy and the commands of the README, and the examples.

use crate::cli::{Here, Ran, command};
use std::path::Path;

#[allow(dead_code)]
#[path = "../examples/1-embed.rs"]
mod embed;

const README: &str = include_str!("../README.md");
const YAML: &str = include_str!("../book/src/yaml.md");

/// The blocks of the README in one language.
fn blocks(language: &str) -> Vec<&'static str> {
    blocks_of(README, language)
}

fn blocks_of(page: &'static str, language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The arguments of each command that begins with `prefix`.
fn commands(prefix: &str) -> Vec<Vec<&'static str>> {
    let lines = blocks("console").into_iter().flat_map(str::lines);
    lines.filter_map(|line| line.strip_prefix(prefix)).map(|rest| rest.split_whitespace().collect()).collect()
}

#[test]
fn the_first_policy_passes_every_command_beside_it() {
    let [policy] = blocks("policy")[..] else { panic!("the README has one policy") };
    let here = Here::with(&[("helpdesk/helpdesk.policy", policy)]);
    let commands = commands("$ policyc ");
    assert!(commands.len() >= 4, "{commands:?}");
    for arguments in commands {
        here.run(&arguments).exits(0);
    }
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
    let commands = commands("$ cargo run --release -- ");
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

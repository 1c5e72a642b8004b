//! A realistic change of each of the four systems, as a reviewer sees it.

use super::Here;
use std::fs;
use std::path::Path;

/// The policy of a system with its world, before and after one text became another.
fn changed(system: &str, file: &str, from: &str, to: &str) -> Here {
    let here = Here::with::<&str>(&[]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = 0;
    for below in ["policies", "tests/conformance"] {
        for entry in fs::read_dir(root.join(below).join(system)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
            if !name.ends_with(".policy") || name == "tests.policy" {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            here.write(&format!("old/{name}"), &text);
            let new = if name == file { text.replacen(from, to, 1) } else { text.clone() };
            found += usize::from(new != text);
            here.write(&format!("new/{name}"), new);
        }
    }
    assert_eq!(found, 1, "{from:?} stands in {file}");
    here
}

/// What the change is, and how it is told to people, in a comment and to programs.
#[track_caller]
fn told(system: &str, file: &str, from: &str, to: &str) -> String {
    let here = changed(system, file, from, to);
    let people = here.run(&["diff", "old", "new"]).exits(0).out;
    let comment = here.run(&["diff", "old", "new", "--format", "markdown"]).exits(0).out;
    let program = here.run(&["diff", "old", "new", "--format", "json"]).exits(0).out;
    let program: Vec<&str> =
        program.lines().filter(|line| !line.starts_with("{\"type\":\"change\"")).collect();
    let lines = |text: &str, mark: &str| {
        text.trim().lines().map(|line| format!("{mark} {line}\n")).collect::<String>()
    };
    format!(
        "{}{}\n{people}\n----\n{comment}\n----\n{}\n",
        lines(from, "-"),
        lines(to, "+"),
        program.join("\n")
    )
}

#[test]
fn a_new_role() {
    let from = "## Looks after the users and groups of the cluster.";
    let role = "## Stands in for the case operators, and may hold processes.\n\
                role case-supervisor inherits case-operator { grant access-processes, suspend-instance }\n\
                assign case-supervisor to user:pam\n";
    insta::assert_snapshot!(told("flowable", "roles.policy", from, &format!("{role}\n{from}")));
}

#[test]
fn a_wider_requirement() {
    let (from, to) = (
        "requires resource.status == \"LIVE\"",
        "requires resource.status == \"LIVE\" or resource.status == \"PAUSED\"",
    );
    insta::assert_snapshot!(told("flowrunner", "privileges.policy", from, to));
}

#[test]
fn a_deny_that_is_taken_away() {
    let from = "    deny  Execute       to group:Contractors\n";
    insta::assert_snapshot!(told("flow-software", "world.policy", from, ""));
}

#[test]
fn a_wider_scope() {
    let (from, to) = ("on folder:finance/invoices {", "on folder:finance {");
    insta::assert_snapshot!(told("invictus", "world.policy", from, to));
}

#[test]
fn a_list_that_is_open_no_more() {
    let (from, to) = ("    default grant to authenticated when unlisted\n", "    default deny\n");
    insta::assert_snapshot!(told("flow-software", "privileges.policy", from, to));
}

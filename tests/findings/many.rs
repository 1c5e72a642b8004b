//! The borders that are numbers: how much is looked at, and how much is told.

use super::{found, reports};
use std::fmt::Write;

/// How many findings there are, and the first.
fn count(codes: &str, policy: &str) -> String {
    let text = found(codes, policy);
    let findings = text.lines().filter(|line| line.starts_with("  P")).count();
    let first = text.lines().take_while(|line| !line.starts_with("  P") || text.starts_with(*line));
    format!("{findings} found\n{}\n", first.collect::<Vec<_>>().join("\n"))
}

fn numbered(numbers: std::ops::Range<usize>, text: impl Fn(usize) -> String) -> String {
    numbers.map(|number| text(number) + "\n").collect()
}

/// A dozen names of a cycle are written out.
#[test]
fn how_long_a_cycle_is_shown() {
    let cycle =
        |length: usize| numbered(0..length, |at| format!("role r{at} inherits r{} {{ }}", (at + 1) % length));
    let mut text = String::new();
    for length in [11, 12, 13, 14, 20, 21, 22] {
        let _ = writeln!(text, "{length} roles: {}", count("P0301", &cycle(length)));
    }
    insta::assert_snapshot!(text);
}

/// Up to ten roles have findings of their own, and of a role up to five; more are one finding.
#[test]
fn how_many_assignments_are_told_one_by_one() {
    let world = "resource folder in folder by path category c on folder { p } user u ";
    let covered = |roles: usize, each: usize| {
        let roles = numbered(0..roles, |role| {
            let own = numbered(0..each, |at| format!("assign r{role} to user:u on folder:n{at}"));
            format!("role r{role} {{ grant p }} assign r{role} to user:u {own}")
        });
        format!("{world}{roles}")
    };
    let mut text = String::new();
    for (roles, each) in [(1, 1), (1, 5), (1, 6), (10, 1), (11, 1), (3, 6), (12, 7)] {
        let _ = writeln!(text, "{roles} roles, {each} each: {}", count("P0715", &covered(roles, each)));
    }
    insta::assert_snapshot!(text);
}

/// Among more than 64 assignments of somebody they are looked up, and found as well.
#[test]
fn among_many_assignments() {
    let world = "resource folder in folder by path context { x: bool } category c on folder { p q }
        role low { grant p } role high inherits low { grant q } role other { grant q } user u ";
    let mut text = String::new();
    for count in [60, 63, 64, 65, 80, 200] {
        let many = numbered(0..count, |at| format!("assign low to user:u on folder:n{at}"));
        let more = [
            "assign low to user:u on folder:n7",
            "assign low to user:u on folder:n7/x",
            "assign high to user:u on folder:n9",
            "assign high to user:u on folder:n9/x",
            "assign other to user:u on folder:n9",
            "assign low to user:u on folder:n7 when context.x",
            "assign low to user:u on folder:m",
            "assign low to user:u on folder:*",
        ];
        for more in more {
            let _ = writeln!(text, "{count} and {more}\n{}", found("P0715", &format!("{world}{many}{more}")));
        }
    }
    insta::assert_snapshot!(text);
}

/// A condition is decided in as many worlds as its attributes have choices, up to 4,096.
#[test]
fn how_many_worlds_are_looked_at() {
    let mut text = String::new();
    // A value that may be true, false or missing: 3 choices each; one of three words or missing: 4.
    for (kind, what, counts) in [
        ("bool", "context.a{}", vec![1, 6, 7, 8, 9]),
        ("\"x\" | \"y\" | \"z\"", "context.a{} == \"x\"", vec![1, 5, 6, 7]),
    ] {
        for count in counts {
            let declared = numbered(0..count, |at| format!("a{at}: {kind}"));
            let tests: Vec<String> = (0..count).map(|at| what.replace("{}", &at.to_string())).collect();
            let policy = format!(
                "context {{ {declared} }} category c {{ p }} grant p to anyone when {} and not {}",
                tests.join(" and "),
                tests[0]
            );
            let _ = writeln!(text, "{count} of {kind}:\n{}", found("P0713", &policy));
        }
    }
    insta::assert_snapshot!(text);
}

/// With exactly 64 types, what is asked without a resource is the 65th that a role can reach.
#[test]
fn as_many_types_as_a_word_has_bits() {
    let mut text = String::new();
    for count in [1, 2, 63, 64, 65, 128] {
        let types = numbered(0..count, |at| format!("resource t{at}"));
        let world =
            format!("{types} category without {{ p }} category last on t{} {{ q }} user u", count - 1);
        for rules in [
            "role r { grant p } assign r to user:u".to_owned(),
            "role r { grant q } assign r to user:u".to_owned(),
            "role r { grant p } assign r to user:u on t0:x".to_owned(),
            format!("role r {{ grant q }} assign r to user:u on t{}:x", count - 1),
            "role low { grant p } role r inherits low { } assign r to user:u on t0:x".to_owned(),
            format!("role r {{ grant q }} assign r to user:u on t{}:*", count - 1),
            format!("grant p to user:u on t{}:x", count - 1),
            "grant q to user:u on t0:x".to_owned(),
        ] {
            let _ = writeln!(text, "{count} types, {rules}\n{}", found("P04", &format!("{world}\n{rules}")));
        }
    }
    insta::assert_snapshot!(text);
}

/// Ten sets of equal roles have a finding each; more are one finding.
#[test]
fn how_many_sets_of_equal_roles_are_told() {
    let mut text = String::new();
    for sets in [1, 9, 10, 11, 12] {
        let privileges = numbered(0..sets * 3, |at| format!("p{at}"));
        let roles = numbered(0..sets, |at| {
            let grants = format!("{{ grant p{}, p{}, p{} }}", at * 3, at * 3 + 1, at * 3 + 2);
            format!("role a{at} {grants} role b{at} {grants}")
        });
        let policy = format!("category c {{ {privileges} }} {roles}");
        let _ = writeln!(text, "{sets} sets: {}", count("P0711", &policy));
    }
    insta::assert_snapshot!(text);
}

/// Lists that hold another role are looked for among up to 200 roles.
#[test]
fn among_how_many_roles_lists_are_compared() {
    let mut text = String::new();
    for count_of_roles in [2, 199, 200, 201] {
        let more = numbered(2..count_of_roles, |at| format!("role r{at} {{ grant x }}"));
        let policy = format!(
            "category c {{ a b c d x }} role r0 {{ grant a, b, c }} role r1 {{ grant a, b, c, d }} {more}"
        );
        let _ = writeln!(text, "{count_of_roles} roles: {}", count("P0712", &policy));
    }
    insta::assert_snapshot!(text);
}

/// Alternatives are listed up to the fifth.
#[test]
fn how_many_alternatives_are_listed() {
    let world = |count: usize| {
        let names: Vec<String> = (0..count).map(|at| format!("a{at}")).collect();
        format!(
            "category access {{ {} }} category c {{ kill requires any category:access }} role r {{ grant kill }}",
            names.join(" ")
        )
    };
    let mut text = String::new();
    for count in [1, 2, 4, 5, 6, 7] {
        text += &reports("P0307", "", &[&world(count)]);
    }
    insta::assert_snapshot!(text);
}

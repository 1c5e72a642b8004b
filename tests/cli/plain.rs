//! Colors and characters beyond ASCII: only where the terminal has them, and nobody said otherwise.

use super::pty::{run, seen};
use super::{BAD, GOOD, Here};
use std::process::Command;

/// What a user's surroundings say, and whether there are colors then.
const SAID: [(&[(&str, &str)], bool); 12] = [
    (&[("TERM", "xterm")], true),
    (&[("TERM", "xterm"), ("NO_COLOR", "1")], false),
    // Empty is as if it were not there.
    (&[("TERM", "xterm"), ("NO_COLOR", "")], true),
    (&[("TERM", "dumb")], false),
    (&[], false),
    (&[("TERM", "xterm"), ("CLICOLOR", "0")], false),
    (&[("TERM", "xterm"), ("CLICOLOR", "1")], true),
    (&[("TERM", "xterm"), ("CLICOLOR_FORCE", "0")], true),
    (&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true),
    (&[("TERM", "xterm"), ("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], true),
    (&[("TERM", "xterm"), ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
    (&[("TERM", "xterm"), ("CI", "true")], true),
];

fn command(here: &Here, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = here.command();
    for name in ["TERM", "CLICOLOR", "LC_ALL", "LC_CTYPE", "LANG", "CI"] {
        command.env_remove(name);
    }
    command.args(arguments).envs(variables.iter().copied());
    command
}

#[test]
fn colors_are_where_the_surroundings_want_them() {
    let here = Here::with(&[("a.policy", BAD)]);
    for (variables, wanted) in SAID {
        for arguments in [&["check"][..], &["--help"], &["chekc"], &["check", "nowhere"]] {
            let text = run(command(&here, arguments, variables), 80);
            assert_eq!(text.contains('\u{1b}'), wanted, "{arguments:?} {variables:?}: {text:?}");
        }
        let never = run(command(&here, &["check", "--color", "never"], variables), 80);
        assert!(!never.contains('\u{1b}'), "{variables:?}");
        let always = run(command(&here, &["check", "--color", "always"], variables), 80);
        assert!(always.contains('\u{1b}'), "{variables:?}");
    }
}

#[test]
fn a_pipe_has_colors_only_by_force() {
    let here = Here::with(&[("a.policy", BAD)]);
    for (variables, wanted) in [
        (&[("TERM", "xterm")][..], false),
        (&[("TERM", "xterm"), ("CLICOLOR", "1")], false),
        (&[("CLICOLOR_FORCE", "1")], true),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
    ] {
        let output = command(&here, &["check"], variables).output().unwrap();
        assert_eq!(output.stdout.contains(&0x1b), wanted, "{variables:?}");
    }
    // A file that is written is no place for them.
    let forced = &[("CLICOLOR_FORCE", "1")];
    here.write("b/a.policy", GOOD);
    assert!(command(&here, &["matrix", "-p", "b", "-o", "m.txt"], forced).status().unwrap().success());
    assert!(!std::fs::read(here.path("m.txt")).unwrap().contains(&0x1b));
}

#[test]
fn a_terminal_of_ascii_gets_ascii() {
    let here = Here::with(&[("bad/a.policy", BAD), ("good/a.policy", GOOD)]);
    here.write("failing/a.policy", GOOD.replace("cannot flow.edit", "can flow.edit"));
    here.run(&["compile", "good", "-o", "good.bin"]).exits(0);
    let runs: [&[&str]; 14] = [
        &["check", "bad"],
        &["check", "good"],
        &["test", "failing"],
        &["test", "good", "--coverage"],
        &["test", "good", "--mutate"],
        &["can", "user:ann", "flow.edit", "flow:finance/ledger", "-p", "good", "--explain"],
        &["who", "flow.view", "-p", "good", "--explain"],
        &["what", "user:ann", "-p", "good"],
        &["matrix", "-p", "good"],
        &["diff", "good", "failing"],
        &["diff", "good", "good.bin", "--format", "markdown"],
        &["graph", "roles", "good", "--format", "mermaid"],
        &["fmt", "--diff", "good"],
        &["--help"],
    ];
    for locale in ["C", "POSIX", "en_US.ISO-8859-1"] {
        for arguments in runs {
            let text = run(command(&here, arguments, &[("TERM", "xterm"), ("LC_ALL", locale)]), 60);
            assert!(text.is_ascii() && !text.is_empty(), "{locale}: {arguments:?}: {text}");
        }
    }
    // Drawn where it can be.
    let drawn = run(command(&here, &["check", "bad"], &[("TERM", "xterm"), ("LC_ALL", "C.UTF-8")]), 60);
    assert!(drawn.contains('│'), "{drawn}");
    // Nothing set is what POSIX calls the locale C.
    assert!(run(command(&here, &["check", "bad"], &[("TERM", "xterm")]), 60).is_ascii());
}

/// Pages are printed wherever somebody asks for them.
#[test]
fn every_page_of_a_finding_is_ascii() {
    let here = Here::with::<&str>(&[]);
    let list = here.run(&["explain", "--list"]).exits(0).out;
    for code in list.lines().filter_map(|line| line.split(' ').next()) {
        let page = here.run(&["explain", code]).exits(0).out;
        let strange: Vec<&str> = page.lines().filter(|line| !line.is_ascii()).collect();
        assert!(strange.is_empty(), "{code}: {strange:?}");
    }
}

#[test]
fn forty_columns_are_enough() {
    let here = Here::with(&[("bad/a.policy", BAD), ("good/a.policy", GOOD)]);
    let variables = [("TERM", "xterm"), ("LC_ALL", "C"), ("NO_COLOR", "1")];
    for arguments in [&["check", "bad"][..], &["matrix", "-p", "good"], &["test", "--help"]] {
        let text = seen(&run(command(&here, arguments, &variables), 40));
        // Prose and examples may be broken by the terminal; what stands in columns may not.
        let in_columns =
            |line: &&str| arguments[0] == "matrix" || line.contains(" | ") || line.contains(" : ");
        let wide: Vec<&str> =
            text.lines().filter(in_columns).filter(|line| line.chars().count() > 40).collect();
        assert!(wide.is_empty(), "{arguments:?}: {wide:#?}");
    }
}

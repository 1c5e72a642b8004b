//! Wrong usage, unreadable input, help, and streams that end early.

use super::{GOOD, Here, Ran};
use std::io::Read;
use std::process::Stdio;

const COMMANDS: [&[&str]; 4] =
    [&["check"], &["compile", "-o", "out"], &["test"], &["can", "anonymous", "x", "-p"]];

#[track_caller]
fn every_command_refuses(here: &Here, path: &str, texts: &[&str]) {
    for command in COMMANDS {
        let ran = here.run(&[command, &[path]].concat());
        ran.refuses(texts);
    }
}

#[test]
fn input_that_can_t_be_read_is_exit_code_2() {
    let here = Here::with(&[
        ("p/a.policy", GOOD),
        ("empty/notes.txt", ""),
        ("empty/.hidden.policy", "x"),
        ("notes.txt", "x"),
    ]);
    every_command_refuses(&here, "nowhere", &["`nowhere`", "no such file or directory"]);
    every_command_refuses(&here, "empty", &["`empty`", ".policy, .yaml or .yml"]);
    every_command_refuses(&here, "notes.txt", &["`notes.txt`", ".policy, .yaml or .yml", "no artifact"]);
    here.write("damaged", b"policyc\0and then nothing of use");
    for command in &COMMANDS[2..] {
        here.run(&[command, &["damaged"][..]].concat()).exits(2).warns("damaged");
    }
}

#[test]
fn artifacts_are_no_source() {
    let here = Here::with(&[("p/a.policy", GOOD)]);
    here.run(&["compile", "p", "-o", "app.bin"]).exits(0);
    here.run(&["check", "app.bin"]).refuses(&["app.bin", "source"]);
    here.run(&["compile", "app.bin", "-o", "b.bin"]).refuses(&["app.bin", "source"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_exit_code_2() {
    use std::os::unix::fs::PermissionsExt;
    let here = Here::with(&[("p/a.policy", GOOD)]);
    let closed = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(here.path("p/a.policy"), closed).unwrap();
    // The superuser may read everything.
    if std::fs::read(here.path("p/a.policy")).is_err() {
        here.run(&["check", "p"]).refuses(&["p/a.policy", "permission denied"]);
    }
    every_command_refuses(&here, "/dev/null", &["/dev/null", "neither a file nor a directory"]);
}

#[test]
fn wrong_arguments_are_exit_code_2() {
    let here = Here::with(&[("a.policy", GOOD)]);
    here.run(&[]).exits(2).warns("Usage: policyc");
    here.run(&["chekc"]).exits(2).warns("'check'");
    here.run(&["check", "--frmat", "json"]).exits(2).warns("--format");
    for format in ["xml", "JSON", ""] {
        here.run(&["check", "--format", format]).exits(2).warns("human");
    }
    here.run(&["can", "user:ann"]).exits(2);
    here.run(&["test", "--coverages"]).exits(2);
    here.run(&["check", "--color", "blue"]).exits(2);
    here.run(&["compile", "-o", "x", "-o", "y"]).exits(2);
    assert_eq!(here.names(), ["a.policy"]);
}

#[test]
fn help_and_version_are_fine() {
    let here = Here::with(&[("a.policy", GOOD)]);
    let version = here.run(&["--version"]).exits(0);
    assert_eq!(version.out, format!("policyc {}\n", env!("CARGO_PKG_VERSION")));
    here.run(&["--help"]).exits(0).says("Exit codes").says("check");
    for command in ["check", "compile", "can", "test", "explain", "fmt", "convert", "import"] {
        here.run(&[command, "--help"]).exits(0).says("Examples:").says("Exit codes:");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let many: String = (0..20_000).map(|at| format!("assign missing{at} to anyone\n")).collect();
    let here = Here::with(&[("a.policy", many)]);
    for arguments in [&["check", "--format", "json"][..], &["check"]] {
        let mut child =
            here.command().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 1];
        // Dropping the pipe is what `| head` does.
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let ran = Ran::new(arguments, child.wait_with_output().unwrap()).exits(1);
        assert_eq!(ran.err, "");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_exit_code_2() {
    let here = Here::with(&[("a.policy", GOOD)]);
    let full = std::fs::File::create("/dev/full").unwrap();
    let output = here.command().arg("check").stdout(full).output().unwrap();
    Ran::new(&["check"], output).exits(2).warns("cannot write to the standard output");
}

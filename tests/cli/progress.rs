//! What is seen of a command that takes long: on a terminal a line that goes again, elsewhere not a byte.

use super::pty::{self, BOTH, On, Running, seen};
use super::{GOOD, Here};
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const ONLY_ERR: On = On { out: false, err: true };

/// A command with the environment of a terminal and nothing that speaks against progress.
fn command(here: &Here) -> Command {
    let mut command = here.command();
    command.env_remove("CI").env("TERM", "xterm").env("LC_ALL", "C");
    command
}

/// `fmt -`, whose input comes after a while.
fn waits(mut command: Command, columns: u16) -> (String, String) {
    command.args(["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running: Running = pty::start(command, columns, ONLY_ERR);
    let mut input = running.child.stdin.take().unwrap();
    sleep(Duration::from_millis(2_300));
    input.write_all(b"role   a\n").unwrap();
    drop(input);
    let mut out = String::new();
    std::io::Read::read_to_string(&mut running.child.stdout.take().unwrap(), &mut out).unwrap();
    let (err, status) = running.end();
    assert!(status.success());
    (out, err)
}

#[test]
fn a_line_tells_what_is_done_and_goes_again() {
    let here = Here::with::<&str>(&[]);
    let (out, err) = waits(command(&here), 80);
    assert_eq!(out, "role a\n");
    assert!(err.contains("\rreading the standard input... 1 s"), "{err:?}");
    assert!(err.contains("\rreading the standard input... 2 s"), "{err:?}");
    assert!(!err.contains('\u{1b}') && !err.contains('\n'), "{err:?}");
    assert_eq!(seen(&err), "", "{err:?}");
}

#[test]
fn it_stays_within_a_narrow_terminal() {
    let here = Here::with::<&str>(&[]);
    let (_, err) = waits(command(&here), 12);
    assert!(err.contains("\rreading the\r"), "{err:?}");
    assert!(err.split('\r').all(|part| part.len() < 12), "{err:?}");
}

#[test]
fn nobody_is_told_who_does_not_look() {
    let here = Here::with::<&str>(&[]);
    for (name, value) in [("CI", "true"), ("TERM", "dumb"), ("TERM", "")] {
        let mut command = command(&here);
        command.env(name, value);
        assert_eq!(waits(command, 80), ("role a\n".to_owned(), String::new()), "{name}={value}");
    }
    // A pipe for both.
    let mut command = command(&here);
    command.args(["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let input = child.stdin.take().unwrap();
    sleep(Duration::from_millis(1_500));
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.stdout, output.stderr), (Vec::new(), Vec::new()));
}

/// A git that takes its time, so that the command does, whatever machine this is.
#[test]
fn what_is_printed_on_the_same_terminal_is_the_same() {
    use std::os::unix::fs::PermissionsExt;
    let here = Here::with(&[("a.policy", GOOD)]);
    here.git(&["init", "--quiet"]);
    here.commit("first");
    here.write("a.policy", GOOD.replace("grant flow.view, ", "grant "));
    let way = std::env::var("PATH").unwrap();
    let slow = format!("#!/bin/sh\ncase $* in *ls-tree*) sleep 1.4;; esac\nPATH={way:?}\nexec git \"$@\"\n");
    here.write("bin/git", slow);
    std::fs::set_permissions(here.path("bin/git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let differs = |here: &Here| {
        let mut command = command(here);
        command.args(["diff", "HEAD", "-p", "a.policy"]);
        command.env("PATH", format!("{}:{way}", here.path("bin").display()));
        command
    };
    let plain = differs(&here).output().unwrap();
    let (wanted, said) = (String::from_utf8(plain.stdout).unwrap(), plain.stderr);
    assert!(said.is_empty() && wanted.contains(" lost"), "{wanted}");
    let mut watched = differs(&here);
    watched.args(["--color", "never"]);
    let (written, status) = pty::start(watched, 80, BOTH).end();
    assert!(status.success());
    assert!(written.contains("reading from git... 1 s"), "{written:?}");
    assert_eq!(seen(&written), wanted);
}

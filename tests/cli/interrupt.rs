//! A command that is told to end: nothing is left half written, and nothing beside what was asked for.

use super::pty::send;
use super::{GOOD, Here};
use rustix::process::Signal;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Whoever runs the tests may ignore a signal, as `nohup` does, and then so does what they start.
fn is_heard(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let is_heard = (mask >> (signal.as_raw() - 1)) & 1 == 0;
    if !is_heard {
        println!("LEFT OUT: {signal:?} is ignored here");
    }
    is_heard
}

fn are_heard() -> bool {
    [Signal::INT, Signal::TERM].into_iter().all(is_heard)
}

/// Every file and directory, however deep.
fn all(at: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![at.to_owned()]);
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    found
}

/// How often each command is ended.
const ROUNDS: u32 = 24;

/// Ends a command at moments all over the time that it takes, and looks each time; `begin` makes what is there before. How often it
/// was ended before it was through.
fn ended(here: &Here, arguments: &[&str], begin: impl Fn(), look: impl Fn(ExitStatus)) -> u32 {
    let time = || {
        begin();
        let start = Instant::now();
        here.run(arguments).exits(0);
        start.elapsed()
    };
    // The fastest: a machine that is busy now may not be so later.
    let whole = [time(), time(), time()].into_iter().min().unwrap();
    let mut count = 0;
    for round in 0..ROUNDS {
        begin();
        let mut command = here.command();
        let mut child = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // The end, where files are written, is looked at twice as closely.
        let part = if round % 3 == 0 { round * 10 / ROUNDS } else { 8 + round * 3 / ROUNDS };
        sleep(whole * part / 10 + Duration::from_micros(u64::from(round) * 137));
        let signal = if round % 2 == 0 { Signal::INT } else { Signal::TERM };
        send(&child, signal);
        let status = child.wait().unwrap();
        match status.signal() {
            Some(by) => assert_eq!(by, signal.as_raw()),
            None => assert_eq!(status.code(), Some(0)),
        }
        count += u32::from(status.signal().is_some());
        look(status);
    }
    println!("{}: {count} of {ROUNDS} ended early, {whole:?} each", arguments.join(" "));
    count
}

fn many() -> String {
    let many =
        (0..6_000).map(|at| format!("user u{at}\nassign reader to user:u{at} on folder:f{}\n", at % 99));
    format!("{GOOD}{}", many.collect::<String>())
}

#[test]
fn an_output_is_the_old_one_or_the_new_one() {
    if !are_heard() {
        return;
    }
    let here = Here::with(&[("p/a.policy", many())]);
    here.write("m.csv", "role,a,b\nx,1,\ny,,1\n");
    let mut early = 0;
    for arguments in [
        &["compile", "p", "-o", "out/x.bin"][..],
        &["matrix", "-p", "p", "-o", "out/x.html"],
        &["graph", "resources", "-p", "p", "-o", "out/x.svg"],
        &["import", "csv", "m.csv", "--force", "-o", "out/x.policy"],
    ] {
        let out = here.path(arguments.last().unwrap());
        std::fs::create_dir_all(here.path("out")).unwrap();
        here.run(arguments).exits(0);
        let new = std::fs::read(&out).unwrap();
        let begin = || std::fs::write(&out, "old").unwrap();
        early += ended(&here, arguments, begin, |status| {
            let now = std::fs::read(&out).unwrap();
            assert!(now == new || now == b"old", "{arguments:?}: {} bytes", now.len());
            assert!(status.signal().is_some() || now == new, "{arguments:?}");
            assert_eq!(std::fs::read_dir(here.path("out")).unwrap().count(), 1, "{:?}", here.names());
        });
        std::fs::remove_dir_all(here.path("out")).unwrap();
    }
    assert!(early >= ROUNDS / 2, "{early} were ended early");
}

#[test]
fn files_of_one_policy_are_written_all_or_none() {
    if !are_heard() {
        return;
    }
    let files: Vec<(String, String)> =
        (0..120).map(|at| (format!("p/f{at}.policy"), format!("role   r{at}\n"))).collect();
    let here = Here::with::<&str>(&[]);
    let begin = || {
        for (path, text) in &files {
            here.write(path, text);
        }
    };
    let early = ended(&here, &["fmt", "p"], begin, |_| {
        let done =
            files.iter().filter(|(path, old)| std::fs::read_to_string(here.path(path)).unwrap() != *old);
        let done = done.count();
        assert!(done == 0 || done == files.len(), "{done} of {} files", files.len());
        let now = all(&here.path("p"));
        assert_eq!(now.len(), files.len(), "{now:?}");
    });
    assert!(early >= ROUNDS / 4, "{early} were ended early");
}

#[test]
fn new_files_are_there_all_or_none() {
    if !are_heard() {
        return;
    }
    let many: Vec<(String, String)> =
        (0..60).map(|at| (format!("p/d{at}/f.policy"), format!("role r{at}\n"))).collect();
    let here = Here::with(&many.iter().map(|(path, text)| (path.as_str(), text)).collect::<Vec<_>>());
    let mut early = 0;
    for arguments in [
        &["init", "new/of/all", "--ci", "github"][..],
        &["convert", "--to", "yaml", "p", "-o", "new/yaml"],
        &["man", "-o", "new/man1"],
    ] {
        here.run(arguments).exits(0);
        let whole = all(&here.path(""));
        let begin = || {
            let _ = std::fs::remove_dir_all(here.path("new"));
        };
        begin();
        let none = all(&here.path(""));
        early += ended(&here, arguments, begin, |_| {
            let now = all(&here.path(""));
            assert!(now == whole || now == none, "{arguments:?}: {now:?}");
        });
        begin();
    }
    assert!(early >= ROUNDS / 4, "{early} were ended early");
}

#[test]
fn it_is_told_and_a_shell_knows_which_signal_it_was() {
    if !are_heard() {
        return;
    }
    let here = Here::with::<&str>(&[]);
    for (signal, number) in [(Signal::INT, 2), (Signal::TERM, 15), (Signal::HUP, 1)] {
        if !is_heard(signal) {
            continue;
        }
        let mut command = here.command();
        command.args(["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Open until it ended, which it does not do by itself.
        let _input = child.stdin.take();
        sleep(Duration::from_millis(500));
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(number), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "interrupted\n");
    }
    let script = "\"$0\" fmt - < fifo & sleep 0.3; kill $!; wait $!; echo $?";
    let made = std::process::Command::new("mkfifo").arg(here.path("fifo")).status();
    if made.is_ok_and(|made| made.success()) {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("exec 3<> fifo; {script}"), env!("CARGO_BIN_EXE_policyc")]);
        let output = shell.current_dir(here.path("")).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "143\n", "{output:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_to_be_ignored_is() {
    if !are_heard() {
        return;
    }
    let here = Here::with::<&str>(&[]);
    // As `nohup` does.
    let script = "trap '' HUP; exec \"$0\" fmt -";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_policyc")]).current_dir(here.path(""));
    let mut child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    sleep(Duration::from_millis(300));
    send(&child, Signal::HUP);
    sleep(Duration::from_millis(100));
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"role   a\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "role a\n");
}

//! `policyc watch`: the command runs, files are saved, and the lines that come are read. Nothing waits for a time: what has to
//! come is waited for, and the time out only ends a test that has failed.

use super::{BAD, Here};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

const WORLD: &str = "\
category access { view edit }
category destructive { drop }
role reader { grant view }
user ann
assign reader to user:ann
test \"ann\" { as user:ann can view cannot drop }
";

fn world(more: &str) -> String {
    format!("{WORLD}{more}\n")
}

/// A command that watches, and what it says.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

fn lines_of(stream: ChildStdout) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            // The test may have ended.
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

impl Watching {
    fn start(here: &Here, arguments: &[&str]) -> Watching {
        let mut command = here.command();
        let command = command.arg("watch").args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = lines_of(child.stdout.take().unwrap());
        Watching { child, lines }
    }

    /// The lines up to one of which something holds.
    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            match self.lines.recv_timeout(LONG) {
                Ok(line) => {
                    let is_last = holds(&line);
                    told.push(line);
                    if is_last {
                        return told;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("no line with {what} after\n{}", told.join("\n")),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("it ended without {what} after\n{}", told.join("\n"))
                }
            }
        }
    }

    /// The lines of JSON up to a run in a state. Runs in between, as of files that were half written, are passed over.
    #[track_caller]
    fn run(&self, state: &str) -> (Vec<Value>, Value) {
        let is_run = |line: &str| {
            line.starts_with("{\"type\":\"run\"") && line.contains(&format!("\"state\":\"{state}\""))
        };
        let lines = self.until(state, is_run);
        let mut values: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let run = values.pop().unwrap();
        // What belongs to an earlier run is not about this one.
        let before = values.iter().rposition(|value| value["type"] == "run").map_or(0, |at| at + 1);
        (values.split_off(before), run)
    }

    #[track_caller]
    fn ends(mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            match self.child.try_wait().unwrap() {
                Some(status) => return status.code(),
                None => assert!(start.elapsed() < LONG, "it goes on"),
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Saves as most editors do: nobody sees half of it.
fn save(here: &Here, path: &str, text: &str) {
    here.write("beside", text);
    std::fs::rename(here.path("beside"), here.path(path)).unwrap();
}

fn of_type<'a>(values: &'a [Value], kind: &str) -> Vec<&'a Value> {
    values.iter().filter(|value| value["type"] == kind).collect()
}

#[test]
fn each_save_is_checked_tested_and_compared() {
    let here = Here::with(&[("p/a.policy", world(""))]);
    let watching = Watching::start(&here, &["p", "--format", "json"]);
    let first: Value = serde_json::from_str(&watching.until("watching", |_| true)[0]).unwrap();
    assert_eq!(first["type"], "watching");

    let (findings, run) = watching.run("good");
    assert_eq!(of_type(&findings, "finding").len(), 2, "{findings:?}");
    assert_eq!((&run["run"], &run["errors"], &run["warnings"]), (&1.into(), &0.into(), &2.into()));
    assert_eq!(run["tests"], serde_json::json!({ "passed": 2, "failed": 0 }));
    assert_eq!((&run["since"], &run["gains"], &run["error"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(run["digest"].as_str().unwrap().len(), 32);
    assert!(run["at"].as_str().unwrap().ends_with('Z') && run["milliseconds"].is_u64());

    // The page promises each of these fields, and no other is written.
    let page = include_str!("../../book/src/command-line.md").split("| field of `run` |").nth(1).unwrap();
    let table: Vec<&str> = page.lines().skip(1).take_while(|line| line.starts_with('|')).collect();
    let mut promised: Vec<&str> = table
        .iter()
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .chain(["type"])
        .collect();
    promised.sort_unstable();
    let mut written: Vec<&String> = run.as_object().unwrap().keys().collect();
    written.sort_unstable();
    assert_eq!(promised, written);

    save(&here, "p/a.policy", &world("grant edit to user:ann"));
    let (parts, run) = watching.run("good");
    let good = run["run"].clone();
    assert_eq!(
        (&run["since"], &run["gains"]["total"], &run["losses"]["total"]),
        (&1.into(), &1.into(), &0.into())
    );
    assert_eq!(run["gains"]["categories"], serde_json::json!({ "access": 1 }));
    let groups = of_type(&parts, "group");
    assert_eq!((groups.len(), &groups[0]["subjects"][0]), (1, &"user:ann".into()));

    save(&here, "p/a.policy", &world("grant edit, drop to user:ann"));
    let (parts, run) = watching.run("failing");
    let cases = of_type(&parts, "case");
    assert_eq!(
        (cases.len(), &cases[0]["privilege"], &cases[0]["passed"]),
        (1, &"drop".into(), &false.into())
    );
    assert_eq!((&run["since"], &run["gains"]["categories"]["destructive"]), (&good, &1.into()));

    save(&here, "p/a.policy", &world("grant edit, drop to user:ann role {"));
    let (parts, run) = watching.run("broken");
    assert_eq!(of_type(&parts, "finding").iter().filter(|one| one["severity"] == "error").count(), 1);
    assert_eq!((&run["tests"], &run["since"], &run["digest"]), (&Value::Null, &Value::Null, &Value::Null));

    // Compared with the last good state, not with what came between.
    save(&here, "p/a.policy", &world(""));
    let (_, run) = watching.run("good");
    assert_eq!(
        (&run["since"], &run["gains"]["total"], &run["losses"]["total"]),
        (&good, &0.into(), &1.into())
    );
}

#[test]
fn people_get_a_short_block_for_each_save() {
    let here = Here::with(&[("p/a.policy", world(""))]);
    let watching = Watching::start(&here, &["p", "--allow", "P0706"]);
    watching.until("the first block", |line| line.ends_with("] no problems in 1 file, 2 tests passed"));
    save(&here, "p/a.policy", &world("grant edit, drop to user:ann"));
    let told = watching.until("the gain", |line| line.contains("new p/a.policy:7"));
    let told = told.join("\n");
    insta::with_settings!({ filters => vec![(r"\d\d:\d\d:\d\d", "HH:MM:SS")] }, {
        insta::assert_snapshot!(told, @r#"

        [HH:MM:SS] no problems in 1 file, 1 of 2 tests failed
        FAIL test "ann"  p/a.policy:6:35
          asked: user:ann: drop
          expected deny, got grant (explicit-grant)
          grant at p/a.policy:7:1 everywhere, by user:ann

        since HH:MM:SS: 2 gained (1 destructive), 0 lost

        + destructive: user:ann can now drop, edit
            default-deny > explicit-grant
            new p/a.policy:7:1 (grant)
        "#);
    });
    save(&here, "p/a.policy", BAD);
    watching.until("the errors", |line| line.contains("] 1 error in 1 file; last good at "));
    watching.until("the error", |line| line.contains("raeder"));
    save(&here, "p/a.policy", &world(""));
    watching.until("that nothing changed", |line| line.ends_with(": no differences"));
}

/// The text with other signs where times of day stand.
fn without_times(text: &str) -> String {
    let mut signs: Vec<char> = text.chars().collect();
    for at in 0..signs.len().saturating_sub(7) {
        let is_time = (at..at + 8).all(|place| match place - at {
            2 | 5 => signs[place] == ':',
            _ => signs[place].is_ascii_digit(),
        });
        if is_time {
            signs[at..at + 8].fill('0');
        }
    }
    signs.into_iter().collect()
}

/// The page of the commands shows a save. Its files are those above it, and the times are its own.
#[test]
fn the_book_shows_what_a_save_prints() {
    let page = include_str!("../../book/src/command-line.md");
    let block = |begin: &str| {
        let text = page.split(begin).nth(1).unwrap_or_else(|| panic!("no {begin}"));
        text.split("```").next().unwrap()
    };
    let flows = block("`flows/flows.policy`:\n\n```policy\n");
    let tests = block("`flows/tests.policy`:\n\n```policy\n");
    let here = Here::with(&[("flows/flows.policy", flows), ("flows/tests.policy", tests)]);
    let watching = Watching::start(&here, &["flows"]);
    let mut told = watching.until("the first block", |line| line.ends_with(" passed"));
    let changed =
        flows.replace("role reader { grant flow.view }", "role reader { grant flow.view, flow.delete }");
    save(&here, "flows/flows.policy", &changed);
    told.extend(watching.until("the gain", |line| line.contains("new flows/flows.policy:")));
    let told = told.join("\n") + "\n";
    assert_eq!(without_times(&told), without_times(block("that are turned.\n\n```text\n")), "\n{told}");
}

#[test]
fn a_broken_start_is_waited_for() {
    let here = Here::with(&[("p/a.policy", BAD)]);
    let watching = Watching::start(&here, &["p", "--format", "json"]);
    let (_, run) = watching.run("broken");
    assert_eq!(run["errors"], 1);
    save(&here, "p/a.policy", &world(""));
    let (_, run) = watching.run("good");
    assert_eq!(run["since"], Value::Null, "nothing was good before");
    std::fs::remove_dir_all(here.path("p")).unwrap();
    let (_, run) = watching.run("unreadable");
    assert!(run["error"].as_str().unwrap().contains("`p`"), "{run}");
    here.write("p/a.policy", world(""));
    watching.run("good");
}

#[test]
fn a_directory_without_a_policy_is_waited_for() {
    let here = Here::with(&[("p/readme", "")]);
    let watching = Watching::start(&here, &["p", "--format", "json"]);
    let (_, run) = watching.run("unreadable");
    assert!(run["error"].as_str().unwrap().starts_with("no policy in `p`"), "{run}");
    here.write("p/a.policy", world(""));
    watching.run("good");
}

/// Exit code 2 and one line; and never a watch that nobody ends.
#[track_caller]
fn refuses(here: &Here, arguments: &[&str], texts: &[&str]) {
    let command = &mut here.command();
    let child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (_sender, lines) = channel();
    let mut watching = Watching { child, lines };
    let (mut out, mut err) = (String::new(), String::new());
    let streams = (watching.child.stdout.take().unwrap(), watching.child.stderr.take().unwrap());
    assert_eq!(watching.ends(), Some(2), "{arguments:?}");
    BufReader::new(streams.0).read_to_string(&mut out).unwrap();
    BufReader::new(streams.1).read_to_string(&mut err).unwrap();
    assert_eq!((out.as_str(), err.lines().count()), ("", 1), "{err}");
    assert!(texts.iter().all(|text| err.contains(text)), "{err}");
}

#[test]
fn wrong_usage_is_an_error_at_once() {
    let here = Here::with(&[("a.policy", world("")), ("a.txt", String::new())]);
    refuses(&here, &["watch", "b.policy"], &["`b.policy`", "no such file"]);
    refuses(&here, &["watch", "a.txt"], &["cannot tell what `a.txt` is"]);
    refuses(&here, &["watch", "a.policy", "--at", "noon"], &["noon"]);
    refuses(&here, &["watch", "a.policy", "--deny", "P99"], &["P99"]);
    here.run(&["compile", "a.policy", "-o", "a.bin"]).exits(0);
    refuses(&here, &["watch", "a.bin"], &["`a.bin` is an artifact"]);
    here.write("policyc.toml", "levels");
    refuses(&here, &["watch", "a.policy"], &["policyc.toml:1"]);
}

#[test]
fn the_settings_of_a_team_count_and_are_followed() {
    let here = Here::with(&[("p/a.policy", world("")), ("policyc.toml", "paths = [\"p\"]".to_owned())]);
    let watching = Watching::start(&here, &["--format", "json"]);
    assert_eq!(watching.run("good").1["warnings"], 2);
    save(&here, "policyc.toml", "paths = [\"p\"]\n[levels]\nP0706 = \"deny\"");
    assert_eq!(watching.run("broken").1["errors"], 2);
    save(&here, "policyc.toml", "paths = [");
    let (_, run) = watching.run("unreadable");
    assert!(run["error"].as_str().unwrap().starts_with("policyc.toml:1"), "{run}");
    here.write("q/b.policy", world("group g"));
    save(&here, "policyc.toml", "paths = [\"q\"]\n[levels]\nP07 = \"allow\"");
    assert_eq!(watching.run("good").1["warnings"], 0);
    save(&here, "q/b.policy", &world("grant edit to user:ann"));
    assert_eq!(watching.run("good").1["gains"]["total"], 1);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_well() {
    for signal in ["INT", "TERM"] {
        let here = Here::with(&[("p/a.policy", world(""))]);
        let watching = Watching::start(&here, &["p", "--format", "json"]);
        watching.run("good");
        // Every shell has it; not every system has it as a program.
        let kill = format!("kill -s {signal} {}", watching.child.id());
        let kill = std::process::Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(kill.success());
        assert_eq!(watching.ends(), Some(0), "{signal}");
    }
}

#[test]
fn it_ends_when_nobody_reads() {
    let here = Here::with(&[("p/a.policy", world(""))]);
    let mut command = here.command();
    let command = command.args(["watch", "p", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stream = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("\"run\":1") {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "it ended");
    }
    drop(stream);
    let (_sender, lines) = channel();
    let watching = Watching { child, lines };
    save(&here, "p/a.policy", &world("grant edit to user:ann"));
    assert_eq!(watching.ends(), Some(0));
}

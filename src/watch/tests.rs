//! What needs another system than the one at hand: watches that fail, fall silent or run over, files that change while they are read.

use super::*;
use crate::evaluate::{Principal, Request};
use crate::load::{self, Input, InputError};
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const READ: &str = "category access { read write } user ann grant read to user:ann";
const WRITE: &str = "category access { read write } user ann grant write to user:ann";

fn may(live: &Live, privilege: &str) -> bool {
    live.snapshot().policy.is_allowed(&Request::new(Principal::user("ann"), privilege))
}

/// Waits until something holds; the time out only ends a test that has failed.
#[track_caller]
fn eventually(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn with(text: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.policy");
    fs::write(&file, text).unwrap();
    (directory, file)
}

fn quick() -> Options {
    Options::default().quiet(Duration::from_millis(5)).every(Duration::from_millis(20))
}

type Asked = Result<events::Watch, String>;

fn watched_by(watch: impl FnMut(&places::Places, &Arc<Signal>) -> Asked + Send + 'static) -> Outside {
    Outside { watch: Box::new(watch), ..Outside::default() }
}

#[test]
fn a_limit_of_watches_means_looking_instead_and_says_so() {
    let (directory, file) = with(READ);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let options = quick().on_event({
        let heard = Arc::clone(&heard);
        move |event| {
            if let Event::Watching(watching) = event {
                heard.lock().unwrap().push(watching.to_string());
            }
        }
    });
    let outside = watched_by(|_, _| Err("the system's limit of watches is reached".to_owned()));
    let live = Live::open_in(&[directory.path().to_owned()], options, outside).unwrap();
    assert!(matches!(live.status().watching, Watching::Polling { .. }));
    fs::write(&file, WRITE).unwrap();
    eventually("the change is found by looking", || may(&live, "write"));
    let said = "by looking every 20ms: the system's limit of watches is reached";
    assert_eq!(*heard.lock().unwrap(), [said]);
}

#[test]
fn a_limit_that_is_reached_later_is_told_and_loses_nothing() {
    let (directory, _) = with(READ);
    let times = AtomicUsize::new(0);
    let outside = watched_by(move |places, signal| match times.fetch_add(1, Ordering::Relaxed) {
        0 => events::watch(places, signal),
        _ => Err("the system's limit of watches is reached".to_owned()),
    });
    let live = Live::open_in(&[directory.path().to_owned()], quick(), outside).unwrap();
    assert_eq!(live.status().watching, Watching::Events);
    let inner = directory.path().join("inner");
    fs::create_dir(&inner).unwrap();
    eventually("the new directory is too many", || live.status().watching != Watching::Events);
    fs::write(inner.join("b.policy"), "grant write to user:ann").unwrap();
    eventually("the change is found by looking", || may(&live, "write"));
}

#[test]
fn a_watch_that_falls_silent_loses_nothing() {
    let (directory, file) = with(READ);
    let live =
        Live::open_in(&[directory.path().to_owned()], quick(), watched_by(|_, _| Ok(Box::new(())))).unwrap();
    assert_eq!(live.status().watching, Watching::Events);
    for (text, privilege) in [(WRITE, "write"), (READ, "read"), (WRITE, "write")] {
        fs::write(&file, text).unwrap();
        eventually("the change is found all the same", || may(&live, privilege));
    }
}

#[test]
fn a_queue_that_ran_over_means_a_look_and_a_new_watch() {
    let (directory, file) = with(READ);
    let signals = Arc::new(Mutex::new(Vec::new()));
    let outside = watched_by({
        let signals = Arc::clone(&signals);
        move |_, signal| {
            signals.lock().unwrap().push(Arc::clone(signal));
            Ok(Box::new(()))
        }
    });
    let options = quick().every(Duration::from_secs(3_600));
    let live = Live::open_in(&[directory.path().to_owned()], options, outside).unwrap();
    fs::write(&file, WRITE).unwrap();
    let signal = Arc::clone(signals.lock().unwrap().first().unwrap());
    // What `events` does for an event that says so; its own test shows that.
    signal.lost();
    eventually("the change is found", || may(&live, "write"));
    eventually("there is a new watch", || signals.lock().unwrap().len() == 2);
}

/// Reads as ever, and hands over between the reading and the look that follows it.
fn read_then(mut then: impl FnMut() + Send + 'static) -> Outside {
    let read = move |paths: &[PathBuf]| -> Result<Input, InputError> {
        let input = load::read(paths);
        then();
        input
    };
    Outside { read: Box::new(read), ..Outside::default() }
}

#[test]
fn what_changes_while_it_is_read_is_read_again() {
    let (directory, file) = with(READ);
    let mut left = 3;
    let outside = read_then({
        let file = file.clone();
        move || {
            if left > 0 {
                left -= 1;
                // Another file each time, as saves by rename are, and what was read never runs.
                fs::write(&file, if left == 0 { WRITE.to_owned() } else { format!("{READ} # {left}") })
                    .unwrap();
            }
        }
    });
    let live = Live::open_in(&[directory.path().to_owned()], quick(), outside).unwrap();
    assert!(may(&live, "write") && !may(&live, "read"));
    assert_eq!(live.status().attempts, 1);
}

#[test]
fn files_that_never_stand_still_are_refused() {
    let (directory, file) = with(READ);
    let rewrites = Arc::new(AtomicUsize::new(0));
    let outside = read_then({
        let (file, rewrites, mut turn) = (file.clone(), Arc::clone(&rewrites), 0);
        move || {
            if rewrites.load(Ordering::Relaxed) > 0 {
                turn += 1;
                fs::write(&file, format!("{WRITE} # {}", "again".repeat(turn))).unwrap();
            }
        }
    });
    let live = Live::open_in(&[directory.path().to_owned()], quick(), outside).unwrap();
    rewrites.store(1, Ordering::Relaxed);
    fs::write(&file, WRITE).unwrap();
    let is_changing = |live: &Live| {
        live.status().failure.is_some_and(|failure| matches!(*failure.refusal, Refusal::Changing))
    };
    eventually("it is said", || is_changing(&live));
    assert!(may(&live, "read"), "the last good policy stays");
    rewrites.store(0, Ordering::Relaxed);
    eventually("it ends with the changes", || may(&live, "write") && live.status().failure.is_none());

    rewrites.store(1, Ordering::Relaxed);
    let outside = read_then({
        let mut turn = 0;
        move || {
            turn += 1;
            fs::write(&file, format!("{READ} # {}", "again".repeat(turn))).unwrap();
        }
    });
    let opened = Live::open_in(&[directory.path().to_owned()], quick(), outside);
    assert!(matches!(opened, Err(Refusal::Changing)));
}

#[test]
fn a_fault_of_ours_ends_nothing() {
    let (directory, file) = with(READ);
    let mut reads = 0;
    let outside = read_then(move || {
        reads += 1;
        assert!(reads != 2, "on purpose");
    });
    let live = Live::open_in(&[directory.path().to_owned()], quick(), outside).unwrap();
    fs::write(&file, WRITE).unwrap();
    eventually("the next look is well", || may(&live, "write") && live.status().failure.is_none());
}

#[test]
fn files_that_stand_still_are_not_read_for_ever() {
    let (directory, _) = with(READ);
    let reads = Arc::new(AtomicUsize::new(0));
    let outside = read_then({
        let reads = Arc::clone(&reads);
        move || {
            reads.fetch_add(1, Ordering::Relaxed);
        }
    });
    let options = quick().every(Duration::from_millis(100));
    let live = Live::open_in(&[directory.path().to_owned()], options, outside).unwrap();
    std::thread::sleep(Duration::from_millis(2_500));
    let young = reads.load(Ordering::Relaxed);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(reads.load(Ordering::Relaxed), young, "looks go on, reading does not");
    assert_eq!(live.status().attempts, 1);
}

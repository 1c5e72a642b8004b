use super::*;
use crate::evaluate::{Principal, Request};
use std::fs;
use std::time::Duration;

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
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn fresh(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("policyc-watch-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

#[test]
fn a_change_is_followed_and_a_broken_one_is_not() {
    let directory = fresh("follow");
    let file = directory.join("a.policy");
    fs::write(&file, READ).unwrap();
    let live = Live::open(std::slice::from_ref(&directory)).unwrap();
    assert!(may(&live, "read") && !may(&live, "write"));
    assert_eq!(live.snapshot().generation, 1);

    fs::write(&file, WRITE).unwrap();
    eventually("the change is followed", || may(&live, "write") && !may(&live, "read"));
    let good = live.snapshot().generation;

    fs::write(&file, "category access {").unwrap();
    eventually("the error is reported", || live.status().failure.is_some());
    assert!(may(&live, "write"), "the last good policy stays");
    assert_eq!(live.snapshot().generation, good);

    fs::write(&file, READ).unwrap();
    eventually("the next good one is followed", || may(&live, "read") && live.status().failure.is_none());
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_save_by_rename_is_followed_every_time() {
    let directory = fresh("rename");
    let (file, beside) = (directory.join("a.policy"), directory.join("a.policy.tmp"));
    fs::write(&file, READ).unwrap();
    let live = Live::open(std::slice::from_ref(&file)).unwrap();
    for (text, privilege) in [(WRITE, "write"), (READ, "read"), (WRITE, "write")] {
        fs::write(&beside, text).unwrap();
        fs::rename(&beside, &file).unwrap();
        eventually("the save is followed", || may(&live, privilege));
    }
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn without_a_good_policy_there_is_nothing_to_open() {
    let directory = fresh("first");
    assert!(matches!(Live::open(std::slice::from_ref(&directory)), Err(OpenError::Input(_))));
    fs::write(directory.join("a.policy"), "category").unwrap();
    assert!(matches!(Live::open(std::slice::from_ref(&directory)), Err(OpenError::Policy(_))));
    fs::remove_dir_all(&directory).unwrap();
}

//! What is told, and in which order.

use super::{Followed, Place, eventually, options, said, saying};
use policyc::watch::{Event, Live, Watching};
use std::time::{Duration, Instant, SystemTime};

/// An event in a few words.
fn told(event: &Event) -> String {
    match event {
        Event::Watching(watching) => format!("watching {watching}"),
        Event::Reloaded { old, new, findings, .. } => {
            let findings = findings.diagnostics.len();
            format!("{} > {}, {findings} findings", said(&old.policy), said(&new.policy))
        }
        Event::Refused(refusal) => {
            format!("refused {}", refusal.to_string().split('`').next().unwrap_or_default())
        }
        Event::Restored(running) => format!("restored {}", said(&running.policy)),
        _ => "?".to_owned(),
    }
}

#[track_caller]
fn next(followed: &Followed) -> String {
    told(&followed.events.recv_timeout(Duration::from_secs(20)).expect("an event"))
}

#[test]
fn each_event_once_and_in_order() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    assert_eq!(next(&followed), "watching by events");
    place.replace("p/a.policy", saying(2));
    let findings = "0 findings";
    assert_eq!(next(&followed), format!("1 > 2, {findings}"));
    place.write("p/a.policy", "");
    assert_eq!(next(&followed), "refused ");
    place.replace("p/a.policy", saying(2));
    assert_eq!(next(&followed), "restored 2");
    place.replace("p/a.policy", saying(3));
    assert_eq!(next(&followed), format!("2 > 3, {findings}"));
    place.replace("p/a.policy", saying(4) + " role nobody { }");
    assert!(next(&followed).starts_with("3 > 4, "));
    std::thread::sleep(Duration::from_millis(100));
    assert!(followed.events.try_recv().is_err(), "nothing else happened");
}

#[test]
fn a_refusal_that_lasts_is_told_once() {
    let place = Place::saying_one();
    let followed = Followed::with(&place.path("p"), options().every(Duration::from_millis(5)));
    assert_eq!(next(&followed), "watching by events");
    place.rename("p", "away");
    assert_eq!(next(&followed), "refused cannot read ");
    let attempts = followed.live.status().attempts;
    eventually("it is tried again", || followed.live.status().attempts > attempts + 3);
    assert!(followed.events.try_recv().is_err());
    place.rename("away", "p");
    assert_eq!(next(&followed), "restored 1");
}

#[test]
fn the_status_tells_what_runs_and_what_does_not() {
    let (before, from) = (SystemTime::now(), Instant::now());
    let place = Place::saying_one();
    let followed = place.follow("p");
    let first = followed.live.status();
    assert_eq!((first.generation, first.attempts, first.failure.is_none()), (1, 1, true));
    assert_eq!(first.digest, followed.live.snapshot().policy.digest());
    assert!(first.since >= before && followed.live.snapshot().taken >= from);
    assert_eq!(first.watching, Watching::Events);
    place.write("p/a.policy", "category {");
    followed.refuses("p/a.policy:1:", 1);
    let status = followed.live.status();
    assert_eq!((status.generation, status.digest, status.since), (1, first.digest, first.since));
    let failure = status.failure.unwrap();
    assert!(failure.at > from && failure.since >= first.since && status.last_attempt >= failure.since);
    assert!(status.attempts > 1);
}

#[test]
fn looking_by_wish_is_said() {
    let place = Place::saying_one();
    let followed = Followed::with(&place.path("p"), options().polling());
    assert_eq!(next(&followed), "watching by looking every 3600s: events are not wanted");
}

#[test]
fn dropping_it_is_quick_however_long_it_waits() {
    let place = Place::saying_one();
    let patient = options().quiet(Duration::from_secs(600)).patience(Duration::from_secs(600));
    let live = Live::open_with(&[place.path("p")], patient).unwrap();
    place.write("p/a.policy", saying(2));
    std::thread::sleep(Duration::from_millis(50));
    let start = Instant::now();
    drop(live);
    assert!(start.elapsed() < Duration::from_secs(5));
}

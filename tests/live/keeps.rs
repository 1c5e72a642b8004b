//! What never replaces a good policy, and what is never lost.

use super::{Followed, Place, eventually, options, said, saying};
use policyc::policy::Digest;
use policyc::source::Sources;
use policyc::watch::{Event, Live, Objection, Refusal};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[test]
fn a_broken_policy_never_runs() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    for (text, said) in [
        ("category {", "P0001"),
        ("category a { x } grant y to user:nobody", "P02"),
        (&saying(2)[..200], "P02"),
        ("", "is empty and held statements before"),
        (" \n\t", "is empty and held statements before"),
        ("# all of it went", "the policy has no statement"),
        ("policy nothing", "the policy has no statement"),
    ] {
        place.write("p/a.policy", text);
        followed.refuses(said, 1);
    }
    place.write("p/a.policy", saying(1));
    eventually("the failure ends", || followed.failure().is_none());
    let status = followed.live.status();
    assert_eq!(status.generation, 1, "what runs was never replaced");
}

#[test]
fn what_vanishes_goes_on() {
    let place = Place::saying_one();
    let (directory, file) = (place.follow("p"), place.follow("p/a.policy"));
    place.remove("p/a.policy");
    directory.refuses("no policy in", 1);
    file.refuses("there is no such file", 1);
    place.write("p/a.policy", saying(2));
    directory.comes_to_say(2);
    file.comes_to_say(2);
}

#[test]
fn a_file_that_is_emptied_is_waited_for() {
    let place = Place::saying_one();
    place.write("p/denies.policy", "deny b0 to user:one");
    let denied = saying(1).replace("grant b0 to user:one", "grant b0 to user:nil");
    place.write("p/a.policy", denied);
    let followed = place.follow("p");
    assert_eq!(followed.says(), 0);
    // What remains would be a policy that denies less.
    place.write("p/denies.policy", "");
    place.write("p/a.policy", saying(3));
    followed.refuses("denies.policy` is empty", 0);
    place.write("p/denies.policy", "# nothing is denied");
    followed.comes_to_say(3);
    // A file that is removed is meant to be.
    place.write("p/a.policy", saying(4));
    place.remove("p/denies.policy");
    followed.comes_to_say(4);
}

#[test]
fn the_first_load_fails_loudly() {
    let place = Place::new();
    let open = |path: &str| Live::open(&[place.path(path)]);
    assert!(matches!(open("p"), Err(Refusal::Input(_))));
    place.write("p/readme", "");
    assert!(matches!(open("p"), Err(Refusal::Input(_))));
    place.write("p/a.policy", "");
    assert!(matches!(open("p"), Err(Refusal::Empty)));
    place.write("p/a.policy", "category");
    let Err(refusal @ Refusal::Policy(_)) = open("p") else { panic!("it has an error") };
    assert!(refusal.to_string().contains("a.policy:1:"), "{refusal}");
    let refuse = options().judge(|_| Err("not today".to_owned()));
    place.write("p/a.policy", saying(1));
    assert!(matches!(Live::open_with(&[place.path("p")], refuse), Err(Refusal::Held { .. })));
}

fn artifact(number: u32) -> Vec<u8> {
    let mut sources = Sources::new();
    sources.add("a.policy", policyc::source::Format::Policy, saying(number));
    policyc::compile(&sources).policy.unwrap().as_bytes().to_vec()
}

#[test]
fn an_artifact_is_followed() {
    let place = Place::new();
    place.write("app.bin", artifact(1));
    let followed = place.follow("app.bin");
    place.write("app.bin", artifact(2));
    followed.comes_to_say(2);
    let whole = artifact(3);
    place.write("app.bin", &whole[..whole.len() / 2]);
    followed.refuses("compile the policy again", 2);
    place.write("app.bin", "");
    followed.refuses("cannot tell what", 2);
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    place.write("app.bin", damaged);
    followed.refuses("checksum", 2);
    place.write("beside.bin", whole);
    place.rename("beside.bin", "app.bin");
    followed.comes_to_say(3);
}

#[test]
fn a_change_during_a_compile_leads_to_another() {
    let place = Place::saying_one();
    let file = place.path("p/a.policy");
    let next = AtomicU32::new(2);
    // The judge is asked while the reload is under way.
    let options = options().judge(move |_| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number > 2 && number < 8 {
            std::fs::write(&file, saying(number)).unwrap();
        }
        Ok(())
    });
    let followed = Followed::with(&place.path("p"), options);
    place.write("p/a.policy", saying(2));
    followed.comes_to_say(7);
    assert_eq!(followed.live.snapshot().generation, 7, "each of them was compiled");
}

#[test]
fn a_snapshot_stays_what_it_was() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    let (old, guard, mut reader) = (followed.live.snapshot(), followed.live.read(), followed.live.reader());
    assert_eq!(reader.snapshot().generation, 1);
    place.write("p/a.policy", saying(2));
    followed.comes_to_say(2);
    assert_eq!((said(&old.policy), said(&guard.policy)), (1, 1));
    assert_eq!((said(&reader.snapshot().policy), reader.snapshot().generation), (2, 2));
    let status = followed.live.status();
    assert_eq!((status.digest, status.since), (reader.snapshot().digest, reader.snapshot().since));
    assert_ne!(status.digest, old.digest);
    drop(followed);
    assert_eq!(said(&reader.snapshot().policy), 2, "a reader outlives what it reads from");
}

#[test]
fn the_same_policy_makes_no_new_generation() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    place.replace("p/a.policy", saying(1));
    place.replace("p/a.policy", saying(1) + "\n# a remark");
    eventually("it was looked at", || followed.live.status().attempts == 2);
    assert_eq!(followed.live.snapshot().generation, 1);
    place.write("p/a.policy", saying(2));
    followed.comes_to_say(2);
    place.write("p/a.policy", saying(1));
    followed.comes_to_say(1);
    assert_eq!(followed.live.snapshot().generation, 3, "an older policy is a new generation");
}

#[test]
fn what_the_judge_refuses_runs_only_if_it_is_accepted() {
    let place = Place::saying_one();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let options = options().judge({
        let seen = Arc::clone(&seen);
        move |candidate| {
            let running = candidate.running.map(|running| said(&running.policy));
            let new = said(candidate.policy);
            assert!(candidate.model.is_some());
            seen.lock().unwrap().push((running, new));
            if new > 5 { Err(format!("{new} is too much")) } else { Ok(()) }
        }
    });
    let followed = Followed::with(&place.path("p"), options);
    place.write("p/a.policy", saying(6));
    followed.refuses("6 is too much; accept digest ", 1);
    let digest = match &*followed.live.status().failure.unwrap().refusal {
        Refusal::Held { digest, objections }
            if *objections == [Objection::Judge("6 is too much".to_owned())] =>
        {
            *digest
        }
        refusal => panic!("{refusal}"),
    };
    place.write("p/a.policy", saying(7));
    followed.refuses("7 is too much", 1);
    followed.live.accept(digest);
    std::thread::sleep(Duration::from_millis(150));
    assert_eq!(followed.says(), 1, "it is not what the files hold");
    place.write("p/a.policy", saying(6));
    followed.comes_to_say(6);
    assert_eq!(followed.live.snapshot().digest, digest);
    place.write("p/a.policy", saying(8));
    followed.refuses("8 is too much", 6);
    let shown = followed.failure().unwrap();
    let digest: Digest = shown.split("digest ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    followed.live.accept(digest);
    followed.comes_to_say(8);
    let seen = seen.lock().unwrap();
    assert!(seen.starts_with(&[(None, 1), (Some(1), 6), (Some(1), 7)]), "{seen:?}");
    assert_eq!(seen.last(), Some(&(Some(6), 8)));
}

#[test]
fn a_judge_that_panics_has_not_said_yes() {
    let place = Place::saying_one();
    let options = options().judge(|candidate| {
        assert!(said(candidate.policy) != 2, "two is odd");
        Ok(())
    });
    let followed = Followed::with(&place.path("p"), options);
    place.write("p/a.policy", saying(2));
    followed.refuses("the judge panicked: two is odd", 1);
    place.write("p/a.policy", saying(3));
    followed.comes_to_say(3);
}

#[test]
fn a_listener_that_panics_ends_nothing() {
    let place = Place::saying_one();
    let calls = Arc::new(AtomicU32::new(0));
    let options = options().on_event({
        let calls = Arc::clone(&calls);
        move |_| {
            calls.fetch_add(1, Ordering::Relaxed);
            panic!("on purpose");
        }
    });
    let live = Live::open_with(&[place.path("p")], options).unwrap();
    for number in [2, 3] {
        place.replace("p/a.policy", saying(number));
        eventually("it is followed", || said(&live.read().policy) == number);
    }
    eventually("it is told each time", || calls.load(Ordering::Relaxed) == 3);
}

#[test]
fn a_listener_may_ask_and_may_end_it() {
    let place = Place::saying_one();
    let held: Arc<Mutex<Option<Live>>> = Arc::default();
    let ended = Arc::new(AtomicBool::new(false));
    let options = options().on_event({
        let (held, ended) = (Arc::clone(&held), Arc::clone(&ended));
        move |event| {
            if let Event::Reloaded { new, .. } = event {
                let live = held.lock().unwrap().take().unwrap();
                assert_eq!(live.status().generation, new.generation);
                drop(live);
                ended.store(true, Ordering::Relaxed);
            }
        }
    });
    *held.lock().unwrap() = Some(Live::open_with(&[place.path("p")], options).unwrap());
    place.write("p/a.policy", saying(2));
    eventually("it ends", || ended.load(Ordering::Relaxed));
}

//! What the guards of a reload hold back, and what lets it run all the same.

use super::{Followed, Place, eventually, options};
use policyc::policy::Digest;
use policyc::source::{Format, Sources};
use policyc::watch::{Event, Live, Objection, Options, Refusal};
use policyc::{Policy, Principal, Request, compile};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Two categories, a role for each, and who has them.
const WORLD: &str = "
category access { view edit }
category destructive { drop purge }
role reader { grant view }
role keeper { grant drop }
user ann user bob user eve
assign reader to user:ann
assign keeper to user:bob
";
const PASSES: &str = "test \"ann\" { as user:ann can view cannot drop }";

fn may(policy: &Policy, user: &str, privilege: &str) -> bool {
    policy.is_allowed(&Request::new(Principal::user(user), privilege))
}

/// The world with a line more in `p/a.policy`.
fn place(more: &str) -> Place {
    let place = Place::new();
    place.write("p/a.policy", world(more));
    place
}

fn world(more: &str) -> String {
    format!("{WORLD}{PASSES}\n{more}\n")
}

fn digest_of(place: &Place) -> Digest {
    let loaded = policyc::load::read_sources(&[place.path("p")]).unwrap();
    loaded.compile().policy.unwrap().digest()
}

/// What stands against the newest state of the files.
fn held(live: &Live) -> Option<(Digest, Vec<Objection>)> {
    match &*live.status().failure?.refusal {
        Refusal::Held { digest, objections } => Some((*digest, objections.clone())),
        _ => None,
    }
}

/// Waits until something is held back, sees that `user` may not do `privilege`, and returns it.
#[track_caller]
fn holds_back(followed: &Followed, user: &str, privilege: &str) -> (Digest, Vec<Objection>) {
    eventually("it is held back", || held(&followed.live).is_some());
    let snapshot = followed.live.snapshot();
    assert!(!may(&snapshot.policy, user, privilege), "{user} may {privilege}");
    held(&followed.live).unwrap()
}

#[track_caller]
fn runs(followed: &Followed, user: &str, privilege: &str) {
    let is_running = || may(&followed.live.read().policy, user, privilege) && held(&followed.live).is_none();
    eventually("it runs", is_running);
}

#[test]
fn a_policy_that_fails_its_tests_does_not_run() {
    let place = place("");
    let followed = Followed::with(&place.path("p"), options().guard_tests());
    place.write("p/a.policy", world("assign reader to user:eve assign keeper to user:ann"));
    let (digest, objections) = holds_back(&followed, "eve", "view");
    let [Objection::Tests { failed: 1, all: 2, first }] = &objections[..] else { panic!("{objections:?}") };
    let path = place.path("p/a.policy");
    let said = format!(
        "{}:9:35: test \"ann\": user:ann: drop: expected deny, got grant (explicit-grant)",
        path.display()
    );
    assert_eq!(*first, std::slice::from_ref(&said));
    assert_eq!(
        followed.failure().unwrap(),
        format!("1 of 2 tests fail: {said}; accept digest {digest} to let it run all the same")
    );
    assert_eq!(digest, digest_of(&place));
    // The test is mended, and with it the policy may run.
    place.write("p/a.policy", world("assign reader to user:eve assign keeper to user:eve"));
    runs(&followed, "eve", "drop");
}

#[test]
fn an_invariant_that_does_not_hold_is_an_error_without_any_guard() {
    let place = place("never user:eve can drop");
    let followed = place.follow("p");
    place.write("p/a.policy", world("never user:eve can drop grant drop to user:eve"));
    eventually("it is refused", || followed.failure().is_some_and(|failure| failure.contains("P0801")));
    assert!(!may(&followed.live.read().policy, "eve", "drop"));
}

#[test]
fn a_service_does_not_begin_with_failing_tests() {
    let place = place("deny view to user:ann");
    let opened = Live::open_with(&[place.path("p")], options().guard_tests());
    let Err(Refusal::Held { digest, objections }) = opened else { panic!("it opens") };
    assert!(matches!(objections[..], [Objection::Tests { failed: 1, all: 2, .. }]), "{objections:?}");
    let live = Live::open_with(&[place.path("p")], options().guard_tests().accepting(digest)).unwrap();
    assert_eq!(live.status().digest, digest);
    assert!(live.status().accepted.is_empty(), "it is used up");
}

#[test]
fn an_artifact_can_not_pass_its_tests() {
    let place = place("");
    let policy = policyc::load::read_sources(&[place.path("p")]).unwrap().compile().policy.unwrap();
    place.write("app.bin", policy.as_bytes());
    let refused = Live::open_with(&[place.path("app.bin")], options().guard_tests());
    let Err(Refusal::Held { objections, .. }) = refused else { panic!("it opens") };
    assert_eq!(objections, [Objection::NoTests]);
    Live::open_with(&[place.path("app.bin")], options().guard_categories(["destructive"])).unwrap();
    place.write("app.bin", policy.strip().as_bytes());
    let refused = Live::open_with(&[place.path("app.bin")], options().guard_categories(["destructive"]));
    let Err(Refusal::Held { objections, .. }) = refused else { panic!("it opens") };
    assert_eq!(objections, [Objection::Stripped]);
    Live::open_with(&[place.path("app.bin")], options().guard_gains(0)).unwrap();
}

#[test]
fn more_gains_than_allowed_are_held_back() {
    let place = place("");
    let followed = Followed::with(&place.path("p"), options().guard_gains(2));
    // Two decisions more.
    place.write("p/a.policy", world("grant view, edit to user:eve"));
    runs(&followed, "eve", "edit");
    // Three more, and two less do not make up for them.
    place.write("p/a.policy", world("grant drop, purge to user:eve  grant edit to user:bob"));
    let (_, objections) = holds_back(&followed, "eve", "drop");
    let [Objection::Gains { count: 3, most: 2, first }] = &objections[..] else { panic!("{objections:?}") };
    assert_eq!(*first, ["user:eve can now drop, purge", "user:bob can now edit"]);
    // What only loses runs.
    place.write("p/a.policy", world(""));
    eventually("it runs", || !may(&followed.live.read().policy, "eve", "view"));
    assert!(held(&followed.live).is_none());
}

#[test]
fn a_gain_in_a_guarded_category_is_held_back() {
    let place = place("");
    let followed = Followed::with(&place.path("p"), options().guard_categories(["Destructive"]));
    place.write("p/a.policy", world("grant view, edit to user:eve"));
    runs(&followed, "eve", "edit");
    place.write("p/a.policy", world("grant * to user:eve"));
    let (digest, objections) = holds_back(&followed, "eve", "drop");
    let first = vec!["user:eve can now drop, purge".to_owned()];
    let category = "Destructive".to_owned();
    assert_eq!(objections, [Objection::Category { category, count: 2, first }]);
    let said = followed.failure().unwrap();
    assert_eq!(
        said,
        format!(
            "it grants 2 new entitlements in category `Destructive`: user:eve can now drop, purge; \
             accept digest {digest} to let it run all the same"
        )
    );
    // The page shows it, on two lines.
    let shown = include_str!("../../book/src/reload.md").split("```text\n").nth(1).unwrap();
    let shown = shown.split("```").next().unwrap().trim().replace('\n', " ");
    assert_eq!(shown.replace("6f2c...", &digest.to_string()), said.replace("Destructive", "destructive"));
    // A privilege that moves to another category at the same time is still one of this.
    let moved =
        world("grant drop to user:eve").replace("view edit }", "view edit drop }").replace("{ drop p", "{ p");
    place.write("p/a.policy", &moved);
    eventually("it is told anew", || held(&followed.live).is_some_and(|(new, _)| new != digest));
    holds_back(&followed, "eve", "drop");
}

#[test]
fn a_category_that_is_not_there_is_an_error() {
    let place = place("category empty { }");
    let open = |category: &str| Live::open_with(&[place.path("p")], options().guard_categories([category]));
    let Err(refusal) = open("destructve") else { panic!("it opens") };
    let said = "it has no category `destructve`, which a guard names; did you mean `destructive`?; accept ";
    assert!(refusal.to_string().starts_with(said), "{refusal}");
    let Err(refusal) = open("x") else { panic!("it opens") };
    assert!(refusal.to_string().contains("correct the name in the guard"), "{refusal}");
    open("empty").unwrap();
    // Nor may it go away later.
    let followed = Followed::with(&place.path("p"), options().guard_categories(["destructive"]));
    place.write("p/a.policy", world("").replace("category destructive", "category harmless"));
    let (_, objections) = holds_back(&followed, "ann", "drop");
    assert!(matches!(&objections[..], [Objection::UnknownCategory { .. }]), "{objections:?}");
}

/// A policy whose values can be combined in more ways than are looked at.
fn entangled(privilege: &str) -> String {
    let attributes: String = (0..40).map(|at| format!(" x{at}: int")).collect();
    let tests: Vec<String> = (0..40).map(|at| format!("context.x{at} > {at}")).collect();
    let condition = tests.chunks(2).map(|pair| format!("({})", pair.join(" or "))).collect::<Vec<_>>();
    world(&format!(
        "context {{{attributes} }} grant {privilege} to user:eve when {}",
        condition.join(" and ")
    ))
}

#[test]
fn what_could_not_be_compared_is_held_back() {
    let place = place("");
    place.write("p/a.policy", entangled("view"));
    let followed = Followed::with(&place.path("p"), options().guard_categories(["destructive"]));
    place.write("p/a.policy", entangled("edit").replace("> 7", "> 70"));
    let (_, objections) = holds_back(&followed, "eve", "edit");
    let [Objection::Undecided { count, first }] = &objections[..] else { panic!("{objections:?}") };
    assert!(*count > 0 && first[0].contains("limit"), "{objections:?}");
    let said = followed.failure().unwrap();
    assert!(said.contains("could not be decided within the limits: "), "{said}");
}

#[test]
fn all_that_speaks_against_a_policy_is_told_at_once() {
    let place = place("");
    let options = options().guard_tests().guard_gains(1).guard_categories(["destructive"]);
    let options = options.judge(|candidate| match candidate.running {
        Some(_) => Err(format!("{} more", candidate.difference().unwrap().gains().total)),
        None => Ok(()),
    });
    let followed = Followed::with(&place.path("p"), options);
    place.write("p/a.policy", world("grant drop, edit to user:ann"));
    let (digest, objections) = holds_back(&followed, "ann", "drop");
    let kinds: Vec<String> = objections.iter().map(ToString::to_string).collect();
    assert!(kinds[0].starts_with("1 of 2 tests fail: "), "{kinds:?}");
    assert!(kinds[1].starts_with("it grants 1 new entitlement in category `destructive`: "), "{kinds:?}");
    assert!(kinds[2].starts_with("it grants 2 new entitlements, and 1 are allowed"), "{kinds:?}");
    assert_eq!((kinds.len(), kinds[3].as_str()), (4, "2 more"));
    // Accepted by name it runs, whatever was said.
    followed.live.accept(digest);
    runs(&followed, "ann", "drop");
    assert_eq!(followed.live.status().digest, digest);
}

#[test]
fn an_acceptance_is_for_one_policy_and_for_once() {
    let place = place("");
    let followed = Followed::with(&place.path("p"), options().guard_categories(["destructive"]));
    place.write("p/a.policy", world("grant drop to user:eve"));
    let (digest, _) = holds_back(&followed, "eve", "drop");
    // Another digest changes nothing, and is not even tried.
    let attempts = followed.live.status().attempts;
    followed.live.accept("0123456789abcdef0123456789abcdef".parse().unwrap());
    std::thread::sleep(Duration::from_millis(100));
    holds_back(&followed, "eve", "drop");
    assert_eq!(followed.live.status().attempts, attempts);
    followed.live.accept(digest);
    runs(&followed, "eve", "drop");
    // What runs takes no acceptance.
    followed.live.accept(digest);
    assert_eq!(followed.live.status().accepted.len(), 1, "that of the other digest");
    place.write("p/a.policy", world(""));
    eventually("it is gone", || !may(&followed.live.read().policy, "eve", "drop"));
    place.write("p/a.policy", world("grant drop to user:eve"));
    assert_eq!(holds_back(&followed, "eve", "drop").0, digest, "the acceptance is used up");
}

#[test]
fn a_policy_may_be_accepted_before_it_is_there() {
    let place = place("");
    let followed = Followed::with(&place.path("p"), options().guard_categories(["destructive"]));
    // The name of a policy includes where it is read from.
    let mut sources = Sources::new();
    sources.add(place.path("p/a.policy"), Format::Policy, world("grant drop to user:eve"));
    let digest = compile(&sources).policy.unwrap().digest();
    followed.live.accept(digest);
    assert_eq!(followed.live.status().accepted, [digest]);
    // Broken ones in between take nothing from it.
    place.write("p/a.policy", world("grant drop to user:eve").replace("view edit }", "view edit"));
    eventually("it is refused", || followed.failure().is_some());
    place.write("p/a.policy", world("grant purge to user:eve"));
    eventually("it is held back", || held(&followed.live).is_some());
    place.replace("p/a.policy", world("grant drop to user:eve"));
    runs(&followed, "eve", "drop");
    assert!(followed.live.status().accepted.is_empty());
    assert!(!may(&followed.live.read().policy, "eve", "purge"));
}

#[test]
fn what_is_held_back_and_then_broken_never_runs() {
    let place = place("");
    let options = options().guard_categories(["destructive"]).guard_tests();
    let followed = Followed::with(&place.path("p"), options);
    for text in [world("grant drop to user:eve"), "category {".to_owned(), world("grant drop to user:eve")] {
        place.write("p/a.policy", text);
        eventually("it is refused", || followed.failure().is_some());
    }
    let (digest, _) = holds_back(&followed, "eve", "drop");
    place.remove("p/a.policy");
    followed_says(&followed, "no policy in");
    followed.live.accept(digest);
    place.write("p/a.policy", "category {");
    followed_says(&followed, "P0001");
    place.write("p/a.policy", "");
    followed_says(&followed, "is empty");
    assert!(!may(&followed.live.read().policy, "eve", "drop"));
    place.write("p/a.policy", world("grant drop to user:eve"));
    runs(&followed, "eve", "drop");
    assert_eq!(followed.live.snapshot().generation, 2);
}

#[track_caller]
fn followed_says(followed: &Followed, text: &str) {
    eventually(text, || followed.failure().is_some_and(|failure| failure.contains(text)));
}

#[test]
fn the_listener_may_ask_for_the_difference() {
    let place = place("");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listening = |options: Options| {
        let heard = Arc::clone(&heard);
        options.on_event(move |event| {
            if let Event::Reloaded { comparison, .. } = event {
                let known = comparison.is_known();
                let (gains, losses) = (comparison.difference().gains(), comparison.difference().losses());
                assert!(comparison.is_known());
                heard.lock().unwrap().push((known, gains.total, losses.total));
            }
        })
    };
    let path = [place.path("p")];
    let free = Live::open_with(&path, listening(options())).unwrap();
    place.write("p/a.policy", world("grant edit to user:eve  deny view to user:ann"));
    eventually("it is told", || heard.lock().unwrap().len() == 1);
    drop(free);
    let guarded = Live::open_with(&path, listening(options().guard_gains(9))).unwrap();
    place.write("p/a.policy", world(""));
    eventually("it is told", || heard.lock().unwrap().len() == 2);
    drop(guarded);
    assert_eq!(*heard.lock().unwrap(), [(false, 1, 1), (true, 1, 1)]);
}

/// Random edits, good and bad and broken ones: whatever is saved, nobody comes to do what is guarded unless it was accepted.
#[test]
fn nothing_guarded_is_gained_unless_it_is_accepted() {
    const USERS: [&str; 3] = ["ann", "bob", "eve"];
    const GUARDED: [&str; 2] = ["drop", "purge"];
    let place = place("");
    let accepted: Arc<Mutex<Vec<Digest>>> = Arc::default();
    let swaps: Arc<Mutex<Vec<(usize, bool)>>> = Arc::default();
    let options = options().guard_categories(["destructive"]).quiet(Duration::from_millis(1)).on_event({
        let (accepted, swaps) = (Arc::clone(&accepted), Arc::clone(&swaps));
        move |event| {
            if let Event::Reloaded { old, new, .. } = event {
                let asked = USERS.iter().flat_map(|user| GUARDED.map(|privilege| (user, privilege)));
                let gained = asked
                    .filter(|(user, what)| may(&new.policy, user, what) && !may(&old.policy, user, what))
                    .count();
                let was_accepted = accepted.lock().unwrap().contains(&new.digest);
                swaps.lock().unwrap().push((gained, was_accepted));
            }
        }
    });
    let followed = Followed { live: Live::open_with(&[place.path("p")], options).unwrap(), events: never() };
    let mut seed = 0x9e37_79b9_u32;
    let mut dice = move |sides: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as usize % sides
    };
    let mut held_back = 0;
    for round in 0..120 {
        let mut text = format!("{WORLD}# {round}\n");
        for user in USERS {
            let what = ["view", "edit", "drop", "purge", "*"][dice(5)];
            let effect = ["grant", "grant", "deny"][dice(3)];
            text += &format!("{effect} {what} to user:{user}\n");
        }
        if dice(6) == 0 {
            text += "grant";
        }
        let attempts = followed.live.status().attempts;
        place.replace("p/a.policy", &text);
        eventually("it is tried", || followed.live.status().attempts > attempts);
        if let Some((digest, _)) = held(&followed.live) {
            held_back += 1;
            if dice(3) == 0 {
                accepted.lock().unwrap().push(digest);
                followed.live.accept(digest);
                eventually("it runs", || followed.live.read().digest == digest);
            }
        }
    }
    drop(followed);
    let swaps = swaps.lock().unwrap();
    let (gaining, others): (Vec<_>, Vec<_>) = swaps.iter().partition(|(gained, _)| *gained > 0);
    assert!(gaining.iter().all(|(_, was_accepted)| *was_accepted), "{swaps:?}");
    assert!(gaining.len() > 5 && others.len() > 20 && held_back > 20, "{} {held_back}", swaps.len());
}

fn never() -> std::sync::mpsc::Receiver<Event> {
    std::sync::mpsc::channel().1
}

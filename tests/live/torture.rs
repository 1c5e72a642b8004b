//! Readers on all cores, and a writer that breaks and mends the policy as often as it can.
//!
//! `POLICYC_TORTURE_SECONDS=60 cargo test --all-features --test integration torture -- --nocapture` runs it for a minute and prints
//! what it counted.

use super::{BITS, Place, options, said, saying};
use policyc::watch::{Event, Live, Snapshot};
use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Numbers that end like this are only ever said by broken policies.
fn is_broken(number: u32) -> bool {
    number % 4 == 3
}

/// Writes the policy that says `number`, one way or another; a number for broken ones, in a way that no reader may ever see.
fn write(place: &Place, number: u32, dice: &mut Dice) {
    let text = match (is_broken(number), dice.below(7)) {
        (false, _) => saying(number),
        (true, 0) => saying(number) + " grant",
        (true, 1) => saying(number) + " grant missing to user:one",
        (true, 2) => saying(number).trim_end_matches('}').to_owned(),
        (true, 3) => String::new(),
        (true, 4) => saying(number) + " role a inherits b { } role b inherits a { }",
        (true, 5) => saying(number) + " invariant \"none\" { no user may b0 no user may b1 no user may b2 }",
        (true, _) => {
            let _ = fs::remove_file(place.path("p/a.policy"));
            return;
        }
    };
    match dice.below(3) {
        0 => place.write("p/a.policy", text),
        1 => {
            let (first, second) = text.as_bytes().split_at(text.len() / 2);
            place.write("p/a.policy", first);
            let mut file = fs::File::options().append(true).open(place.path("p/a.policy")).unwrap();
            std::io::Write::write_all(&mut file, second).unwrap();
        }
        _ => {
            place.write("p/beside", text);
            place.rename("p/beside", "p/a.policy");
        }
    }
}

/// What a reader saw: which number each generation said, and how often it asked.
#[derive(Default)]
struct Seen {
    numbers: BTreeMap<u64, u32>,
    questions: u64,
    last: u64,
}

impl Seen {
    fn ask(&mut self, snapshot: &Snapshot) {
        let number = said(&snapshot.policy);
        self.questions += u64::from(BITS) * 2;
        assert!(snapshot.generation >= self.last, "{} came after {}", snapshot.generation, self.last);
        self.last = snapshot.generation;
        let first = *self.numbers.entry(snapshot.generation).or_insert(number);
        assert_eq!(first, number, "generation {} changed", snapshot.generation);
    }
}

/// Asks in turn by each of the ways to read.
fn read(live: &Live, stop: &AtomicBool) -> Seen {
    let (mut seen, mut reader) = (Seen::default(), live.reader());
    while !stop.load(Ordering::Relaxed) {
        seen.ask(&live.read());
        seen.ask(&live.snapshot());
        seen.ask(reader.snapshot());
    }
    seen
}

/// Bytes of this process that are in memory, where the system tells.
fn resident() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4_096
}

/// The generations that are still in memory.
fn alive(made: &Mutex<Vec<Weak<Snapshot>>>) -> usize {
    let mut made = made.lock().unwrap();
    made.retain(|snapshot| snapshot.strong_count() > 0);
    made.len()
}

#[test]
fn torture() {
    let seconds =
        std::env::var("POLICYC_TORTURE_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let place = Place::saying_one();
    let made: Arc<Mutex<Vec<Weak<Snapshot>>>> = Arc::default();
    let (reloads, refusals) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let options = options()
        .quiet(Duration::from_millis(1))
        .patience(Duration::from_millis(5))
        .every(Duration::from_millis(50));
    let options = options.on_event({
        let (made, reloads, refusals) = (Arc::clone(&made), Arc::clone(&reloads), Arc::clone(&refusals));
        move |event| match event {
            Event::Reloaded { new, .. } => {
                reloads.fetch_add(1, Ordering::Relaxed);
                made.lock().unwrap().push(Arc::downgrade(&new));
            }
            Event::Refused(_) => {
                refusals.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
    });
    let live = Live::open_with(&[place.path("p")], options).unwrap();
    let (stop, latest) = (AtomicBool::new(false), AtomicU32::new(1));
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let (mut writes, mut broken, mut most_alive, before) = (0_u64, 0_u64, 0, resident());
    let seen: Vec<Seen> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..cores).map(|_| scope.spawn(|| read(&live, &stop))).collect();
        let (start, mut dice) = (Instant::now(), Dice(7));
        while start.elapsed() < Duration::from_secs(seconds) {
            let number = (latest.load(Ordering::Relaxed) + 1) & ((1 << BITS) - 1);
            write(&place, number, &mut dice);
            latest.store(number, Ordering::Relaxed);
            (writes, broken) = (writes + 1, broken + u64::from(is_broken(number)));
            // Sometimes at once, sometimes when the one before has had its time.
            if dice.below(4) > 0 {
                std::thread::sleep(Duration::from_millis(dice.below(8)));
            }
            most_alive = most_alive.max(alive(&made));
        }
        place.write("p/a.policy", saying(4));
        super::eventually("the last one is followed", || {
            said(&live.read().policy) == 4 && live.status().failure.is_none()
        });
        stop.store(true, Ordering::Relaxed);
        readers.into_iter().map(|reader| reader.join().unwrap()).collect()
    });
    let mut numbers: BTreeMap<u64, u32> = BTreeMap::new();
    for (&generation, &number) in seen.iter().flat_map(|seen| &seen.numbers) {
        assert!(!is_broken(number), "generation {generation} says {number}, which was broken");
        assert_eq!(
            *numbers.entry(generation).or_insert(number),
            number,
            "readers saw generation {generation} differ"
        );
    }
    // Each reader holds one, the current one is held, and one more may be on its way.
    assert!(most_alive <= cores * 2 + 3, "{most_alive} policies at once");
    assert_eq!(alive(&made), 1, "only what runs is still there");
    let (reloads, refusals) = (reloads.load(Ordering::Relaxed), refusals.load(Ordering::Relaxed));
    assert!(reloads > 2 * seconds && refusals >= seconds, "{reloads} reloads, {refusals} refusals");
    let questions: u64 = seen.iter().map(|seen| seen.questions).sum();
    let attempts = live.status().attempts;
    drop(live);
    assert_eq!(alive(&made), 0, "nothing is left");
    println!(
        "{seconds} s, {cores} readers: {questions} questions, {writes} writes ({broken} broken), {attempts} attempts, {reloads} \
         reloads, {refusals} refusals, {} generations seen, 0 wrong answers, at most {most_alive} policies at once, memory {} KiB \
         before and {} KiB after",
        numbers.len(),
        before >> 10,
        resident() >> 10,
    );
}

#[test]
fn readers_of_the_torture_would_notice() {
    let wrong = |text: &str| {
        let place = Place::new();
        place.write("p/a.policy", text);
        let running = place.follow("p").live.snapshot();
        let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| said(&running.policy)));
        asked.is_err()
    };
    assert!(!wrong(&saying(5)));
    assert!(wrong(&saying(5).replace("grant b3 to user:nil", "")), "a grant is missing");
}

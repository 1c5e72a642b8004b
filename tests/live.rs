//! A policy that follows its files, on a real file system.

mod guards;
mod keeps;
mod tells;
mod torture;
mod ways;

use policyc::watch::{Event, Live, Options};
use policyc::{Policy, Principal, Request};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How many bits a policy of these tests can say.
const BITS: u32 = 16;

/// A policy that says a number: the user `one` has the privileges of its bits, the user `nil` all others. What grants stands
/// before what it needs, so no beginning of the text is a policy; and all of them are equally long.
fn saying(number: u32) -> String {
    let mut text = format!("policy number # {number:05}\n");
    for bit in 0..BITS {
        let user = if number >> bit & 1 == 1 { "one" } else { "nil" };
        text += &format!("grant b{bit} to user:{user}\n");
    }
    text += "user one user nil category bits {";
    (0..BITS).for_each(|bit| text += &format!(" b{bit}"));
    text + " }"
}

/// What the policy says. Of half a policy the two users would say different numbers.
#[track_caller]
fn said(policy: &Policy) -> u32 {
    let bits = |user: &str| {
        let has = |bit: &u32| policy.is_allowed(&Request::new(Principal::user(user), &format!("b{bit}")));
        (0..BITS).filter(has).fold(0, |number, bit| number | 1 << bit)
    };
    let (ones, zeros) = (bits("one"), bits("nil"));
    assert_eq!(ones ^ zeros, (1 << BITS) - 1, "half a policy: {ones:b} {zeros:b}");
    ones
}

/// Waits until something holds; the time out only ends a test that has failed.
#[track_caller]
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A directory of policies.
struct Place {
    directory: TempDir,
}

impl Place {
    fn new() -> Place {
        Place { directory: TempDir::new().unwrap() }
    }

    /// With `p/a.policy`, which says 1.
    fn saying_one() -> Place {
        let place = Place::new();
        place.write("p/a.policy", saying(1));
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// Writes in place, with the directories above.
    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes beside and renames, so that nobody sees half of it.
    fn replace(&self, path: &str, text: impl AsRef<[u8]>) {
        self.write("beside", text);
        self.rename("beside", path);
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }

    fn follow(&self, path: &str) -> Followed {
        Followed::with(&self.path(path), options())
    }
}

/// Events only, with looks far apart, so that what a test shows is not shown by a look.
fn options() -> Options {
    Options::default().every(Duration::from_secs(3_600))
}

/// A policy that is followed, and what it tells.
struct Followed {
    live: Live,
    events: Receiver<Event>,
}

impl Followed {
    fn with(path: &Path, options: Options) -> Followed {
        let (sender, events) = channel();
        let options = options.on_event(move |event| {
            // The test may have ended.
            let _ = sender.send(event);
        });
        Followed { live: Live::open_with(&[path.to_owned()], options).unwrap(), events }
    }

    fn says(&self) -> u32 {
        said(&self.live.read().policy)
    }

    #[track_caller]
    fn comes_to_say(&self, number: u32) {
        let running = |followed: &Followed| followed.says() == number && followed.failure().is_none();
        let start = Instant::now();
        while !running(self) {
            let status = self.live.status();
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "says {}, not {number}: {status:?}",
                self.says()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The refusal that stands.
    fn failure(&self) -> Option<String> {
        self.live.status().failure.map(|failure| failure.refusal.to_string())
    }

    /// Waits for a refusal that says `text`, and sees that the policy that says `number` stays.
    #[track_caller]
    fn refuses(&self, text: &str, number: u32) {
        let start = Instant::now();
        while !self.failure().is_some_and(|failure| failure.contains(text)) {
            let status = self.live.status();
            assert!(start.elapsed() < Duration::from_secs(20), "does not refuse with {text:?}: {status:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
        assert_eq!(self.says(), number, "the last good policy stays");
    }
}

#[test]
fn the_book_names_the_test_of_every_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("book/src/reload.md")).unwrap();
    let named: Vec<(&str, &str)> =
        page.split('`').skip(1).step_by(2).filter_map(|word| word.split_once("::")).collect();
    for (module, test) in &named {
        if let Ok(tests) = fs::read_to_string(root.join(format!("tests/live/{module}.rs"))) {
            assert!(tests.contains(&format!("#[test]\nfn {test}()")), "there is no test {module}::{test}");
        }
    }
    let ways = fs::read_to_string(root.join("tests/live/ways.rs")).unwrap();
    for test in ways.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split('(').next()) {
        assert!(named.contains(&("ways", test)), "the book does not name {test}");
    }
}

//! What reading a policy costs that may be replaced, and how long it takes from a save to the first decision by it:
//! `cargo bench --bench reload --features watch`.

use divan::{Bencher, black_box};
use policyc::watch::{Live, Options};
use policyc::{Policy, Principal, PrincipalId, PrivilegeId, Request};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;

fn main() {
    divan::main();
}

/// A policy of so many roles and users; `odd` gives the first user one privilege more.
fn text(users: usize, odd: bool) -> String {
    let mut text = "category access { extra p0 p1 p2 p3 p4 p5 p6 p7 }\n".to_owned();
    for user in 0..users {
        let _ = writeln!(
            text,
            "role r{user} {{ grant p{} }} user u{user} assign r{user} to user:u{user}",
            user % 8
        );
    }
    if odd {
        text += "grant extra to user:u0\n";
    }
    text
}

struct Here(PathBuf);

impl Here {
    fn new(name: &str, users: usize) -> Here {
        let here = std::env::temp_dir().join(format!("policyc-reload-{}-{name}", std::process::id()));
        let _ = std::fs::create_dir_all(&here);
        let here = Here(here);
        here.save(users, false);
        here
    }

    /// Written beside and renamed.
    fn save(&self, users: usize, odd: bool) {
        let _ = std::fs::write(self.0.join("beside"), text(users, odd));
        let _ = std::fs::rename(self.0.join("beside"), self.0.join("a.policy"));
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(directory: &Path, options: Options) -> Option<Live> {
    Live::open_with(&[directory.to_owned()], options)
        .inspect_err(|refusal| eprintln!("{}: {refusal}", directory.display()))
        .ok()
}

/// A question by ids, which is the least that anybody does with a policy.
fn ask(policy: &Policy, question: (PrincipalId, PrivilegeId)) -> bool {
    policy.decide_ids(question.0, question.1, None).is_ok_and(|decision| decision.granted())
}

fn question(policy: &Policy) -> Option<(PrincipalId, PrivilegeId)> {
    use policyc::terms::PrincipalKind;
    Some((policy.principal(PrincipalKind::User, "u0")?, policy.privilege("p0")?))
}

/// How many questions each thread asks in a sample: one is too short to be measured, and threads have to be at it at the same time.
const QUESTIONS: usize = 500_000;

fn often(mut asked: impl FnMut() -> bool) -> usize {
    (0..QUESTIONS).filter(|_| asked()).count()
}

/// Asks often on so many threads at once; each gets its own way to ask, and finds the policy anew for each question.
fn on<F: FnMut() -> bool>(threads: usize, way: impl Fn() -> F + Sync) -> usize {
    if threads == 1 {
        return often(way());
    }
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| often(way()))).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).sum()
    })
}

/// Alone, and as many as the machine has.
fn threads() -> Vec<usize> {
    vec![1, std::thread::available_parallelism().map_or(2, usize::from).max(2)]
}

/// By each way to the policy. `items` is questions of one thread.
#[divan::bench_group(max_time = 2, counters = [divan::counter::ItemsCount::new(QUESTIONS)])]
mod read {
    use super::*;

    /// A policy that is followed, and a question.
    fn followed(name: &str) -> Option<(Here, Live, (PrincipalId, PrivilegeId))> {
        let here = Here::new(name, 100);
        let live = open(&here.0, Options::default())?;
        let question = question(&live.read().policy)?;
        Some((here, live, question))
    }

    #[divan::bench(args = threads())]
    fn plain_reference(bencher: Bencher<'_, '_>, threads: usize) {
        let Some((_here, live, asked)) = followed("plain") else { return };
        let policy = live.snapshot();
        bencher.bench_local(|| on(threads, || || ask(&black_box(&policy).policy, asked)));
    }

    #[divan::bench(args = threads())]
    fn plain_arc_clone(bencher: Bencher<'_, '_>, threads: usize) {
        let Some((_here, live, asked)) = followed("arc") else { return };
        let policy = live.snapshot();
        bencher.bench_local(|| on(threads, || || ask(&Arc::clone(black_box(&policy)).policy, asked)));
    }

    #[divan::bench(args = threads())]
    fn rw_lock(bencher: Bencher<'_, '_>, threads: usize) {
        let Some((_here, live, asked)) = followed("lock") else { return };
        let lock = RwLock::new(live.snapshot());
        let way = || || black_box(&lock).read().is_ok_and(|policy| ask(&policy.policy, asked));
        bencher.bench_local(|| on(threads, way));
    }

    #[divan::bench(args = threads())]
    fn rw_lock_arc_clone(bencher: Bencher<'_, '_>, threads: usize) {
        let Some((_here, live, asked)) = followed("lock-arc") else { return };
        let lock = RwLock::new(live.snapshot());
        let cloned = || black_box(&lock).read().map(|policy| Arc::clone(&policy));
        bencher.bench_local(|| on(threads, || || cloned().is_ok_and(|policy| ask(&policy.policy, asked))));
    }

    #[divan::bench(args = threads())]
    fn live_snapshot(bencher: Bencher<'_, '_>, threads: usize) {
        let Some((_here, live, asked)) = followed("snapshot") else { return };
        bencher.bench_local(|| on(threads, || || ask(&black_box(&live).snapshot().policy, asked)));
    }

    #[divan::bench(args = threads())]
    fn live_read(bencher: Bencher<'_, '_>, threads: usize) {
        let Some((_here, live, asked)) = followed("read") else { return };
        bencher.bench_local(|| on(threads, || || ask(&black_box(&live).read().policy, asked)));
    }

    #[divan::bench(args = threads())]
    fn live_reader(bencher: Bencher<'_, '_>, threads: usize) {
        let Some((_here, live, asked)) = followed("reader") else { return };
        let way = || {
            let mut reader = live.reader();
            move || ask(&black_box(&mut reader).snapshot().policy, asked)
        };
        bencher.bench_local(|| on(threads, way));
    }
}

/// From before the save to the first decision that differs, with the quiet time of 40 ms and with one of 1 ms.
mod save {
    use super::*;

    fn follow(bencher: Bencher<'_, '_>, name: &str, users: usize, options: Options) {
        let here = Here::new(name, users);
        let Some(live) = open(&here.0, options) else { return };
        let mut odd = false;
        bencher.bench_local(|| {
            odd = !odd;
            here.save(users, odd);
            let may = || live.read().policy.is_allowed(&Request::new(Principal::user("u0"), "extra"));
            while may() != odd {
                std::thread::sleep(Duration::from_micros(100));
            }
        });
    }

    #[divan::bench(args = [10, 1_000, 100_000], max_time = 4)]
    fn quiet_40_ms(bencher: Bencher<'_, '_>, users: usize) {
        follow(bencher, "quiet", users, Options::default());
    }

    #[divan::bench(args = [10, 1_000, 100_000], max_time = 4)]
    fn quiet_1_ms(bencher: Bencher<'_, '_>, users: usize) {
        follow(bencher, "quick", users, Options::default().quiet(Duration::from_millis(1)));
    }
}

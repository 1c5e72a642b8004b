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

/// One question a call, by each way to the policy, alone and with as many threads as the machine has.
#[divan::bench_group(threads = [1, 0])]
mod read {
    use super::*;

    #[divan::bench]
    fn plain_reference(bencher: Bencher<'_, '_>) {
        let here = Here::new("plain", 100);
        let Some(policy) = open(&here.0, Options::default()).map(|live| live.snapshot()) else { return };
        let Some(asked) = question(&policy.policy) else { return };
        bencher.bench(|| ask(&black_box(&policy).policy, asked));
    }

    #[divan::bench]
    fn plain_arc_clone(bencher: Bencher<'_, '_>) {
        let here = Here::new("arc", 100);
        let Some(policy) = open(&here.0, Options::default()).map(|live| live.snapshot()) else { return };
        let Some(asked) = question(&policy.policy) else { return };
        bencher.bench(|| ask(&Arc::clone(black_box(&policy)).policy, asked));
    }

    #[divan::bench]
    fn rw_lock_read(bencher: Bencher<'_, '_>) {
        let here = Here::new("lock", 100);
        let Some(policy) = open(&here.0, Options::default()).map(|live| live.snapshot()) else { return };
        let Some(asked) = question(&policy.policy) else { return };
        let lock = RwLock::new(policy);
        bencher.bench(|| black_box(&lock).read().is_ok_and(|policy| ask(&policy.policy, asked)));
    }

    #[divan::bench]
    fn rw_lock_arc_clone(bencher: Bencher<'_, '_>) {
        let here = Here::new("lock-arc", 100);
        let Some(policy) = open(&here.0, Options::default()).map(|live| live.snapshot()) else { return };
        let Some(asked) = question(&policy.policy) else { return };
        let lock = RwLock::new(policy);
        bencher.bench(|| {
            let policy = black_box(&lock).read().map(|policy| Arc::clone(&policy));
            policy.is_ok_and(|policy| ask(&policy.policy, asked))
        });
    }

    #[divan::bench]
    fn live_snapshot(bencher: Bencher<'_, '_>) {
        let here = Here::new("snapshot", 100);
        let Some(live) = open(&here.0, Options::default()) else { return };
        let Some(asked) = question(&live.read().policy) else { return };
        bencher.bench(|| ask(&black_box(&live).snapshot().policy, asked));
    }

    #[divan::bench]
    fn live_read(bencher: Bencher<'_, '_>) {
        let here = Here::new("read", 100);
        let Some(live) = open(&here.0, Options::default()) else { return };
        let Some(asked) = question(&live.read().policy) else { return };
        bencher.bench(|| ask(&black_box(&live).read().policy, asked));
    }

    #[divan::bench]
    fn live_reader(bencher: Bencher<'_, '_>) {
        let here = Here::new("reader", 100);
        let Some(live) = open(&here.0, Options::default()) else { return };
        let Some(asked) = question(&live.read().policy) else { return };
        bencher.with_inputs(|| live.reader()).bench_local_refs(|reader| {
            // A reader is made for a thread, not for a question, so each sample asks often.
            (0..READS).filter(|_| ask(&black_box(&mut *reader).snapshot().policy, asked)).count()
        });
    }

    /// What [`live_reader`] is to be compared with: divide both by [`READS`].
    #[divan::bench]
    fn plain_reference_often(bencher: Bencher<'_, '_>) {
        let here = Here::new("often", 100);
        let Some(policy) = open(&here.0, Options::default()).map(|live| live.snapshot()) else { return };
        let Some(asked) = question(&policy.policy) else { return };
        bencher.bench_local(|| (0..READS).filter(|_| ask(&black_box(&policy).policy, asked)).count());
    }
}

/// How often a sample asks where one question is too short to measure.
const READS: usize = 1_000;

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

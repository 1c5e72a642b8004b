//! A million subjects, asked at random by ids: what one question takes when the next one is known already, and when it
//! depends on the answer.
//!
//! Questions stand in one list that is read from the front. Where questions depend on answers, a granted one skips the next.

use crate::measure::{median, on_processor};
use crate::roles::limit::{Narrow, Rows};
use crate::roles::own::policy;
use crate::roles::world::World;
use policyc::terms::PrincipalKind;
use std::hint::black_box;

const SUBJECTS: usize = 1_000_000;
const QUESTIONS: usize = 1 << 21;
const ROUNDS: usize = 7;

/// Nanoseconds for one question, and how many were granted.
fn time<const DEPENDS: bool, Q: Copy>(questions: &[Q], decide: impl Fn(Q) -> bool) -> (f64, usize) {
    let (mut at, mut asked, mut granted, before) = (0, 0_usize, 0, on_processor());
    while let Some(&question) = questions.get(at) {
        // Through `black_box` the answer is a number, and nothing to guess.
        let answer = usize::from(black_box(decide(question)));
        granted += answer;
        asked += 1;
        at += if DEPENDS { 1 + answer } else { 1 };
    }
    ((on_processor() - before) / asked as f64, granted)
}

pub fn run() {
    let world = World::flowable(SUBJECTS, QUESTIONS);
    let rows = Narrow::of(&world);
    let policy = policy(world.text());
    let users: Vec<_> =
        world.users.iter().map(|(user, _)| policy.principal(PrincipalKind::User, user).unwrap()).collect();
    let privileges: Vec<_> = world.privileges.iter().map(|name| policy.privilege(name).unwrap()).collect();
    let ids: Vec<_> =
        world.questions.iter().map(|&(user, privilege)| (users[user], privileges[privilege])).collect();
    let of_limit: Vec<(u32, u32)> =
        world.questions.iter().map(|&(user, privilege)| (user as u32, privilege as u32)).collect();
    let limit = |(user, privilege): (u32, u32)| rows.decide(user as usize, privilege as usize);
    let own =
        |(user, privilege)| policy.decide_ids(user, privilege, None).is_ok_and(|decision| decision.granted());
    println!("\n## W1 with a million users, by ids\n");
    println!("| questions | limit, ns | policyc, ns | of the limit |\n|---|---:|---:|---:|");
    type Measure<'m> = &'m dyn Fn() -> [(f64, usize); 2];
    let independent = || [time::<false, _>(&of_limit, limit), time::<false, _>(&ids, own)];
    let dependent = || [time::<true, _>(&of_limit, limit), time::<true, _>(&ids, own)];
    let measures: [(&str, Measure<'_>); 2] =
        [("known before", &independent), ("each depends on the answer before", &dependent)];
    for (title, measure) in measures {
        let (mut of_limit, mut of_own) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let [(limit, granted), (own, same)] = measure();
            assert_eq!(granted, same, "both grant the same");
            of_limit.push(limit);
            of_own.push(own);
        }
        let (limit, own) = (median(of_limit), median(of_own));
        println!("| {title} | {limit:.1} | {own:.1} | {:.2} |", own / limit);
    }
}

//! The same questions to policyc, to its peers and to two programs written by hand: `cargo run --release` in this folder.
//!
//! First all of them have to give the same decisions; then each is timed in turn, several times, and the medians are
//! printed beside what a service would write by hand. Ratios hold within one run only.

mod engines;
mod world;

use engines::Engine;
use std::hint::black_box;
use std::time::Instant;
use world::World;

/// Times that each engine gets its turn.
const ROUNDS: usize = 9;
/// About how long a turn takes, in nanoseconds.
const TURN: u128 = 60_000_000;

fn main() {
    let world = World::new(1_000, 4_096);
    let engines = engines::all(&world);
    let expected = decisions(engines.first().expect("an engine"), &world);
    let granted = expected.iter().filter(|&&granted| granted).count();
    for engine in &engines {
        let found = decisions(engine, &world);
        let differing = found.iter().zip(&expected).position(|(found, expected)| found != expected);
        if let Some(at) = differing {
            let (user, privilege) = world.names(at);
            panic!("{} decides otherwise: may {user} {privilege}? {}", engine.name, found[at]);
        }
    }
    println!(
        "{} engines agree on {} questions, {granted} granted.\n",
        engines.len(),
        world.questions.len()
    );
    let mut times = vec![Vec::new(); engines.len()];
    for _ in 0..ROUNDS {
        for (engine, times) in engines.iter().zip(&mut times) {
            times.push(turn(engine, &world));
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    let by_hand = engines.iter().position(|engine| engine.name == engines::BY_HAND).expect("the one by hand");
    println!("| engine | ns a question | against the one by hand |\n|---|---:|---:|");
    for (engine, &median) in engines.iter().zip(&medians) {
        println!("| {} | {median:.1} | {:.2} |", engine.name, median / medians[by_hand]);
    }
}

fn decisions(engine: &Engine<'_>, world: &World) -> Vec<bool> {
    (0..world.questions.len()).map(|at| (engine.ask)(at..at + 1) == 1).collect()
}

/// Nanoseconds for one question, over one turn.
fn turn(engine: &Engine<'_>, world: &World) -> f64 {
    let (all, mut asked, start) = (world.questions.len(), 0, Instant::now());
    // The slow ones are asked a part of the questions at a time.
    let mut at = 0;
    while start.elapsed().as_nanos() < TURN {
        let until = (at + 256).min(all);
        black_box((engine.ask)(black_box(at..until)));
        asked += until - at;
        at = if until == all { 0 } else { until };
    }
    start.elapsed().as_nanos() as f64 / asked as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

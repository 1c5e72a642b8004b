//! How much single questions differ: medians and the slowest hundredth, by strings.
//!
//! A clock takes longer than a question, so sixteen are timed at once, and what the clock itself takes is left out. What
//! interrupts a batch is in it.

use crate::engine::{Asked, Part};
use crate::measure::{Workload, median};
use std::hint::black_box;
use std::time::Instant;

const BATCH: usize = 16;
const BATCHES: usize = 50_000;

pub fn run(workload: &Workload<'_>) {
    let clock = median((0..10_000).map(|_| Instant::now().elapsed().as_nanos() as f64).collect());
    println!("\n### Batches of {BATCH} questions by strings, ns a question\n");
    println!(
        "| engine | median | 99 of 100 | 999 of 1,000 | 99 of 100 to the median |\n|---|---:|---:|---:|---:|"
    );
    let by_strings = |engine: &&crate::engine::Engine<'_>| {
        engine.asked == Asked::Strings && (engine.part != Part::Engine || engine.name.starts_with("policyc"))
    };
    for engine in workload.engines.iter().filter(by_strings) {
        let batches = workload.questions.min(engine.first) / BATCH;
        let mut times: Vec<f64> = (0..BATCHES)
            .map(|batch| {
                let first = batch % batches * BATCH;
                let start = Instant::now();
                black_box((engine.ask)(black_box(first..first + BATCH)));
                (start.elapsed().as_nanos() as f64 - clock) / BATCH as f64
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[(times.len() as f64 * part) as usize];
        let (half, most) = (at(0.5), at(0.99));
        println!("| {} | {half:.1} | {most:.1} | {:.1} | {:.2} |", engine.name, at(0.999), most / half);
    }
}

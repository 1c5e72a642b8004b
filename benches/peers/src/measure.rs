//! Agreement first, then times in turn, medians and ratios.

use crate::engine::{Asked, Engine, Part};
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;
use std::time::Instant;

/// Times that each engine gets its turn.
const ROUNDS: usize = 9;
/// About how long a turn takes, in nanoseconds.
const TURN: u128 = 50_000_000;
/// Questions between two looks at the clock.
const STRIDE: usize = 256;

/// Engines, how many questions there are, and how one reads.
pub struct Workload<'w> {
    pub title: String,
    pub engines: Vec<Engine<'w>>,
    pub questions: usize,
    pub tell: Box<dyn Fn(usize) -> String + 'w>,
}

impl Workload<'_> {
    /// Keeps the engines that have one of these in their name, and those that the others are compared with.
    pub fn only(&mut self, names: &[&str]) {
        let is_wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| name.contains(wanted));
        self.engines.retain(|engine| engine.part != Part::Engine || is_wanted(engine.name));
    }

    /// Prints the table.
    pub fn run(&self) {
        let granted = self.agree();
        let (engines, questions) = (self.engines.len(), self.questions);
        println!(
            "\n## {}\n\n{engines} engines agree on {questions} questions, {granted} granted.\n",
            self.title
        );
        let mut times = vec![Vec::new(); engines];
        for _ in 0..ROUNDS {
            for (engine, times) in self.engines.iter().zip(&mut times) {
                times.push(self.turn(engine));
            }
        }
        let medians: Vec<f64> = times.into_iter().map(median).collect();
        let of = |part: Part, asked: Asked| {
            let is_it = |engine: &Engine<'_>| engine.part == part && engine.asked == asked;
            self.engines.iter().position(is_it).and_then(|at| medians.get(at).copied())
        };
        println!("| engine | ns a question | of the limit | of the naive one |\n|---|---:|---:|---:|");
        for (engine, &median) in self.engines.iter().zip(&medians) {
            let ratio = |to: Option<f64>| to.map_or("-".to_owned(), |to| format!("{:.2}", median / to));
            let (limit, naive) = (of(Part::Limit, engine.asked), of(Part::Naive, Asked::Strings));
            println!("| {} | {median:.1} | {} | {} |", engine.name, ratio(limit), ratio(naive));
        }
    }

    /// How many questions are granted, once all engines say the same.
    fn agree(&self) -> usize {
        let decisions = |engine: &Engine<'_>| -> Vec<bool> {
            let first = engine.first.min(self.questions);
            (0..first).map(|at| (engine.ask)(at..at + 1) == 1).collect()
        };
        let everything = self.engines.iter().find(|engine| engine.first >= self.questions);
        let expected = decisions(everything.expect("an engine that is asked everything"));
        for engine in &self.engines {
            let found = decisions(engine);
            if let Some(at) = found.iter().zip(&expected).position(|(found, expected)| found != expected) {
                panic!("{} decides otherwise: {}? {}", engine.name, (self.tell)(at), found[at]);
            }
        }
        expected.iter().filter(|&&granted| granted).count()
    }

    /// Nanoseconds for one question, over one turn.
    fn turn(&self, engine: &Engine<'_>) -> f64 {
        let all = engine.first.min(self.questions);
        let (mut asked, mut at, start, before) = (0, 0, Instant::now(), on_processor());
        while start.elapsed().as_nanos() < TURN {
            let until = (at + STRIDE).min(all);
            black_box((engine.ask)(black_box(at..until)));
            asked += until - at;
            at = if until == all { 0 } else { until };
        }
        (on_processor() - before) / asked as f64
    }
}

/// Nanoseconds that this thread was on a processor.
pub fn on_processor() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

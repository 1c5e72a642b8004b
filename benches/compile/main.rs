//! What compiling takes as policies grow: `cargo bench --bench compile`.
//!
//! First the growth of memory, by one process for each policy; then times, and bytes of text for each second. What is
//! behind `--` goes to the harness: `cargo bench --bench compile -- parse` measures that alone.

mod generate;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use policyc::Policy;
use policyc::source::{Format, Sources};
use std::fmt;
use std::process::Command;

/// A policy to measure.
#[derive(Clone, Copy)]
enum Shape {
    Folders(usize),
    Roles(usize),
    Catalogue,
}

const SHAPES: [Shape; 7] = [
    Shape::Folders(10_000),
    Shape::Folders(100_000),
    Shape::Folders(1_000_000),
    Shape::Roles(100),
    Shape::Roles(1_000),
    Shape::Roles(10_000),
    Shape::Catalogue,
];

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Folders(count) => write!(f, "{count} assignments"),
            Shape::Roles(count) => write!(f, "{count} roles"),
            Shape::Catalogue => f.write_str("catalogue"),
        }
    }
}

impl Shape {
    fn sources(self) -> Sources {
        let mut sources = Sources::new();
        let text = match self {
            Shape::Folders(assignments) => generate::folders(assignments),
            Shape::Roles(roles) => generate::roles(roles),
            Shape::Catalogue => generate::catalogue(),
        };
        sources.add("generated.policy", Format::Policy, text);
        sources
    }
}

fn bytes(sources: &Sources) -> BytesCount {
    BytesCount::new(sources.iter().map(|(_, source)| source.text.len()).sum::<usize>())
}

fn policy(sources: &Sources) -> Policy {
    let compiled = policyc::compile(sources);
    assert!(compiled.policy.is_some(), "{:?}", compiled.diagnostics.first());
    compiled.policy.unwrap_or_default()
}

#[divan::bench(args = SHAPES, max_time = 5)]
fn parse(bencher: Bencher<'_, '_>, shape: &Shape) {
    let sources = shape.sources();
    bencher.counter(bytes(&sources)).bench(|| policyc::parse::parse(black_box(&sources), &mut Vec::new()));
}

#[divan::bench(args = SHAPES, max_time = 10)]
fn check_and_compile(bencher: Bencher<'_, '_>, shape: &Shape) {
    let sources = shape.sources();
    bencher.counter(bytes(&sources)).bench(|| policy(black_box(&sources)));
}

#[divan::bench(args = SHAPES, max_time = 2)]
fn load(bencher: Bencher<'_, '_>, shape: &Shape) {
    let policy = policy(&shape.sources());
    let bytes = policy.as_bytes();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .with_inputs(|| bytes.to_vec())
        .bench_values(|bytes| Policy::load(bytes).is_ok());
}

/// In a process of its own: what one policy takes at the peak, text included.
fn report(shape: Shape) {
    let sources = shape.sources();
    let text: usize = sources.iter().map(|(_, source)| source.text.len()).sum();
    let summary = policy(&sources).summary();
    let peak = std::fs::read_to_string("/proc/self/status").ok().and_then(|status| {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse::<usize>().ok()
    });
    let peak = peak.map(|peak| peak * 1_024);
    let of_one = peak.and_then(|peak| peak.checked_div(summary.assignments));
    let shown = |count: Option<usize>| count.map_or("-".to_owned(), |count| count.to_string());
    println!(
        "{:<22}{:>12}{:>12}{:>14}{:>14}{:>10}",
        shape.to_string(),
        text,
        summary.bytes,
        summary.bytes - summary.debug_bytes,
        shown(peak),
        shown(of_one)
    );
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("report") {
        let shape = arguments.next().and_then(|at| SHAPES.get(at.parse::<usize>().ok()?).copied());
        shape.into_iter().for_each(report);
        return;
    }
    println!(
        "{:<22}{:>12}{:>12}{:>14}{:>14}{:>10}",
        "bytes", "text", "artifact", "stripped", "peak", "for one"
    );
    for at in 0..SHAPES.len() {
        let this = std::env::current_exe().map(Command::new);
        let done = this.and_then(|mut this| this.arg("report").arg(at.to_string()).status());
        if let Err(error) = done {
            println!("not measured: {error}");
        }
    }
    divan::main();
}

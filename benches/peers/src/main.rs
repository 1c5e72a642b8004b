//! The same questions to policyc, to its peers and to two programs written by hand: `cargo run --release` in this folder.
//!
//! First all of them have to give the same decisions; then each is timed in turn, several times, and the medians are
//! printed beside what a service would write by hand. Ratios hold within one run only. An argument that is one of `PARTS`
//! chooses that part; a file that ends in `.policy` is loaded; any other chooses engines that have it in their name.

mod crowd;
mod engine;
mod folders;
mod loading;
mod measure;
mod numbers;
mod quick;
mod rego;
mod roles;
mod spread;

use measure::Workload;
use roles::world::World;

const PARTS: [&str; 8] = ["w1", "w2-small", "w2", "w3-small", "w3", "crowd", "load-w1", "load-w3"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, rest @ ..] = arguments.as_slice()
        && first == loading::CHILD
    {
        return loading::report(rest);
    }
    let (files, arguments): (Vec<String>, Vec<String>) =
        arguments.into_iter().partition(|argument| argument.ends_with(".policy"));
    files.iter().for_each(|file| loading::run_file(file));
    if arguments.is_empty() && !files.is_empty() {
        return;
    }
    let (parts, engines): (Vec<_>, Vec<_>) =
        arguments.iter().map(String::as_str).partition(|argument| PARTS.contains(argument));
    for part in PARTS.into_iter().filter(|part| parts.is_empty() || parts.contains(part)) {
        let only = |mut workload: Workload<'_>| {
            workload.only(&engines);
            workload.run();
            if part == "w1" {
                spread::run(&workload);
            }
        };
        let wide = |size: usize| {
            let title = format!("W3: {size} roles, {size} privileges, {} users", size * 10);
            only(roles::workload(title, &World::wide(size, 65_536), false));
        };
        let tree = |levels| only(folders::workload(&folders::world::World::new(levels, 65_536)));
        match part {
            "w1" => {
                let title = "W1: 72 privileges, 8 roles, 1,000 users".to_owned();
                only(roles::workload(title, &World::flowable(1_000, 4_096), true));
            }
            "w2-small" => tree(5),
            "w2" => tree(6),
            "w3-small" => wide(1_000),
            "w3" => wide(10_000),
            "crowd" => crowd::run(),
            "load-w1" => loading::run(0),
            _ => loading::run(10_000),
        }
    }
}

//! The same questions to policyc, to its peers and to two programs written by hand: `cargo run --release` in this folder.
//!
//! First all of them have to give the same decisions; then each is timed in turn, several times, and the medians are
//! printed beside what a service would write by hand. Ratios hold within one run only. An argument chooses a part.

mod engine;
mod folders;
mod measure;
mod numbers;
mod quick;
mod rego;
mod roles;

use roles::world::World;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == part);
    if is_wanted("w1") {
        let world = World::flowable(1_000, 4_096);
        roles::workload("W1: 72 privileges, 8 roles, 1,000 users".to_owned(), &world, true).run();
    }
    for (part, levels) in [("w2-small", 5), ("w2", 6)] {
        if is_wanted(part) {
            folders::workload(&folders::world::World::new(levels, 65_536)).run();
        }
    }
    for (part, size) in [("w3-small", 1_000), ("w3", 10_000)] {
        if is_wanted(part) {
            let world = World::wide(size, 65_536);
            let title = format!("W3: {size} roles, {size} privileges, {} users", size * 10);
            roles::workload(title, &world, false).run();
        }
    }
}

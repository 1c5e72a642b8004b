//! What it takes until the first question can be asked, and the memory that stays: a process for each measure.
//!
//! policyc reads its text, or its artifact, from a file; any policy can be measured so. The others are handed the world in memory, which spares them reading:
//! Cedar makes its entities, casbin its edges, regorus reads JSON.

use crate::measure::median;
use crate::roles::world::World;
use crate::roles::{by_hand, casbin, cedar, limit, own, rego};
use policyc::Policy;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// What is loaded.
const WAYS: [&str; 9] = [
    "policyc, text",
    "policyc, artifact",
    "policyc, stripped artifact",
    "limit: interned rows",
    "naive: `HashMap` of `HashSet`",
    "cedar-policy, one policy",
    "casbin, a graph of roles and privileges",
    "regorus, both forms",
    "cedar-policy, a policy for each role",
];

/// The first so many are policyc's.
const OWN: usize = 3;

/// The first argument of a child.
pub const CHILD: &str = "load-in-a-child";

fn world(size: usize) -> World {
    if size == 0 { World::flowable(1_000, 16) } else { World::wide(size, 16) }
}

pub fn run(size: usize) {
    let title = if size == 0 { "W1".to_owned() } else { format!("W3, {size} roles") };
    compare(&title, &world(size).text(), size, &WAYS);
}

/// A policy from a file, by policyc alone.
pub fn run_file(path: &str) {
    compare(path, &std::fs::read_to_string(path).unwrap(), 0, &WAYS[..OWN]);
}

fn compare(title: &str, text: &str, size: usize, ways: &[&str]) {
    let folder = std::env::temp_dir().join(format!("policyc-peers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("text"), text).unwrap();
    let policy = own::policy(text.to_owned());
    std::fs::write(folder.join("artifact"), policy.as_bytes()).unwrap();
    std::fs::write(folder.join("stripped"), policy.strip().as_bytes()).unwrap();
    let summary = policy.summary();
    println!(
        "\n### Loading {title}: {} bytes of text, artifact {}, stripped {}\n",
        text.len(),
        summary.bytes,
        summary.bytes - summary.debug_bytes
    );
    drop(policy);
    println!("| | ms | resident MiB afterwards | at the peak |\n|---|---:|---:|---:|");
    for (way, name) in ways.iter().enumerate() {
        let mut found: Vec<[f64; 3]> = Vec::new();
        // Who takes long is measured once.
        while found.len() < 5 && found.iter().map(|[time, ..]| time).sum::<f64>() < 1_500.0 {
            found.push(child(way, size, &folder));
        }
        let of = |column: usize| median(found.iter().map(|row| row[column]).collect());
        println!("| {name} | {:.2} | {:.1} | {:.1} |", of(0), of(1), of(2));
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

fn child(way: usize, size: usize, folder: &Path) -> [f64; 3] {
    let mut child = Command::new(std::env::current_exe().unwrap());
    let output = child.args([CHILD, &way.to_string(), &size.to_string()]).arg(folder).output().unwrap();
    let line = String::from_utf8(output.stdout).unwrap();
    let mut numbers = line.split_whitespace().map(|number| number.parse().unwrap());
    [(); 3].map(|()| numbers.next().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr))))
}

/// In a process of its own: milliseconds, MiB more than before, MiB more at the peak.
pub fn report(arguments: &[String]) {
    let [way, size, folder] = arguments else { panic!("a way, a size and a folder") };
    let (way, size, folder) = (way.parse::<usize>().unwrap(), size.parse().unwrap(), PathBuf::from(folder));
    // policyc finds all it needs in the file.
    let world = if way < OWN { World::flowable(1, 1) } else { world(size) };
    let (before, start) = (memory("VmRSS:"), Instant::now());
    let time;
    let after;
    macro_rules! measure {
        ($loaded:expr) => {{
            let loaded = black_box($loaded);
            time = start.elapsed();
            after = memory("VmRSS:");
            drop(loaded);
        }};
    }
    match way {
        0 => measure!(own::policy(std::fs::read_to_string(folder.join("text")).unwrap())),
        1 => measure!(Policy::load(std::fs::read(folder.join("artifact")).unwrap()).unwrap()),
        2 => measure!(Policy::load(std::fs::read(folder.join("stripped")).unwrap()).unwrap()),
        3 => measure!(limit::engines(&world)),
        4 => measure!(by_hand::engine(&world)),
        5 => measure!(cedar::quick(&world)),
        6 => measure!(casbin::graph(&world)),
        7 => measure!(rego::engines(&world)),
        _ => measure!(cedar::textbook(&world)),
    }
    println!("{} {} {}", time.as_secs_f64() * 1e3, after - before, memory("VmHWM:") - before);
}

/// A line of the status of this process, in MiB.
fn memory(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    found.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1_024.0
}

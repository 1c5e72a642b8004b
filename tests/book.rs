//! The pages of the book, the README and those of the examples: what they show is what the program does.
//!
//! Every command in a `console` block is run, every policy in a `policy` or `yaml` block is compiled, what stands in both forms is
//! compared, links end somewhere, and the reference leaves out no word of the language. `POLICYC_BOOK=write` writes into the pages
//! what is printed.

mod commands;
mod links;
mod page;
mod samples;
mod sessions;
mod words;

pub use page::blocks;

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Every page of the repository: the book, the README, and those of the examples.
pub fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md")];
    let mut open = vec![root.join("book/src"), root.join("examples")];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Whether what is printed is to be written into the pages.
fn writes() -> bool {
    env::var("POLICYC_BOOK").is_ok_and(|what| what == "write")
}

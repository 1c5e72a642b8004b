//! Builds the book: into the directory that is named, or into `book/target`.

use book::{Built, root};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let named = std::env::args_os().nth(1).map(PathBuf::from);
    let directory = named.unwrap_or_else(|| root().join("book/target"));
    match Built::new(&root().join("book"), &directory) {
        Ok(built) => {
            built.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
            println!("{} pages: {}", built.pages.len(), built.path().join("index.html").display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

//! The pages that show a session: what they write into files and run prints what they say, in the order of the page.
//!
//! In a page, `` `path`: `` above a block makes it a file of a directory of the page's own, and `` Added to `path`: `` the end of
//! one. In a `console` block what follows `$ ` is run there by `sh`, and the lines behind it are all that it prints. Other shell
//! lines stand in `sh` blocks, which are not run. The README of an example runs in a copy of the example.

use super::page::file_of;
use super::{blocks, pages, writes};
use crate::cli::Here;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a command prints on both streams, as `sh` sees them.
fn printed(here: &Here, line: &str) -> (String, bool) {
    let binary = Path::new(env!("CARGO_BIN_EXE_policyc")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1\n{line}")]).current_dir(here.path("")).env("PATH", path);
    for name in ["COLUMNS", "NO_COLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE"] {
        shell.env_remove(name);
    }
    shell.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", here.path(""));
    let output = shell.output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

/// A console block as it is printed now, and the number of its commands.
fn session(here: &Here, block: &str) -> (String, usize) {
    let (mut text, mut count) = (String::new(), 0);
    for line in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let (output, is_fine) = printed(here, line);
        assert!(is_fine || !output.is_empty(), "`{line}` fails and says nothing");
        let end = if output.is_empty() || output.ends_with('\n') { "" } else { "\n" };
        let _ = write!(text, "$ {line}\n{output}{end}");
        count += 1;
    }
    (text, count)
}

/// The page as it has to be, and how many commands were run and files written for it in the directory.
fn rewritten(page: &str, here: &Here) -> (String, usize, usize) {
    let (mut text, mut done, mut commands, mut files) = (String::new(), 0, 0, 0);
    for block in blocks(page) {
        let content = &page[block.from..block.to];
        if block.language == "console" {
            let (session, count) = session(here, content);
            text += &page[done..block.from];
            text += &session;
            done = block.to;
            commands += count;
        } else if let Some((path, is_added)) = file_of(block.above) {
            let before = if is_added { fs::read_to_string(here.path(path)).unwrap() } else { String::new() };
            here.write(path, before + content);
            files += 1;
        }
    }
    (text + &page[done..], commands, files)
}

/// The directory in which the commands of a page run: empty, or a copy of the example that it is about.
fn directory_of(page: &Path) -> Here {
    let here = Here::with::<&str>(&[]);
    let example = page.parent().unwrap();
    if !example.parent().unwrap().ends_with("examples") {
        return here;
    }
    let mut open = vec![example.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                open.push(path);
            } else if path.is_file() {
                here.write(path.strip_prefix(example).unwrap().to_str().unwrap(), fs::read(&path).unwrap());
            }
        }
    }
    here
}

#[test]
fn every_session_prints_what_its_page_shows() {
    let (mut faults, mut commands, mut files) = (String::new(), 0, 0);
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        // Their files are cases, and a test of their own holds them together.
        if path.ends_with("mistakes.md") || !page.contains("```console") {
            continue;
        }
        let (expected, run, written) = rewritten(&page, &directory_of(&path));
        (commands, files) = (commands + run, files + written);
        if page != expected && writes() {
            fs::write(&path, expected).unwrap();
        } else if page != expected {
            let lines = similar::TextDiff::from_lines(&page, &expected);
            let _ = writeln!(faults, "{}:\n{}", path.display(), lines.unified_diff().context_radius(3));
        }
    }
    assert!(faults.is_empty(), "the pages show something else (POLICYC_BOOK=write writes them):\n{faults}");
    println!("{commands} commands and {files} files of pages");
    assert!(commands >= 130 && files >= 50, "{commands} commands, {files} files");
}

#[test]
fn the_tutorial_ends_with_the_policy_of_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = Here::with::<&str>(&[]);
    rewritten(&fs::read_to_string(root.join("book/src/tutorial.md")).unwrap(), &here);
    let whole = root.join("policies/invictus");
    here.run(&["diff", whole.to_str().unwrap(), "invictus"]).exits(0).says("no differences");
}

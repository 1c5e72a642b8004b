//! The pages that show a session: what they write into files and run prints what they say, in the order of the page; the commands
//! that they only name are commands; and links end somewhere.
//!
//! In a page, `` `path`: `` above a block makes it a file of a directory of the page's own, and `` Added to `path`: `` the end of
//! one. In a `console` block what follows `$ ` is run there by `sh`, and the lines behind it are all that it prints. Other shell
//! lines stand in `sh` blocks, which are not run. The README of an example runs in a copy of the example. `POLICYC_BOOK=write` writes what is printed into the pages.

use crate::cli::{Here, command};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, iter};

/// A block between fences.
struct Block<'p> {
    /// Where its text begins and ends in the page.
    from: usize,
    to: usize,
    language: &'p str,
    /// The last line above it that is not empty.
    above: &'p str,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut found, mut at, mut above, mut open) = (Vec::new(), 0, "", None);
    for line in page.split_inclusive('\n') {
        match (line.trim_start().strip_prefix("```"), open) {
            (Some(language), None) => open = Some((language.trim(), at + line.len())),
            (Some(_), Some((language, from))) => {
                found.push(Block { from, to: at, language, above });
                open = None;
            }
            (None, None) if !line.trim().is_empty() => above = line.trim(),
            _ => {}
        }
        at += line.len();
    }
    assert!(open.is_none(), "a block has no end");
    found
}

/// The file that a line above a block names, and whether the block is added to it.
fn file_of(above: &str) -> Option<(&str, bool)> {
    let named = above.strip_suffix("`:")?;
    let (before, path) = named.rsplit_once('`')?;
    match before {
        "" => Some((path, false)),
        "Added to " => Some((path, true)),
        _ => None,
    }
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

/// Every page of the repository: the book, the README, and those of the examples.
fn pages() -> Vec<PathBuf> {
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
        if page != expected && std::env::var("POLICYC_BOOK").is_ok_and(|what| what == "write") {
            fs::write(&path, expected).unwrap();
        } else if page != expected {
            let lines = similar::TextDiff::from_lines(&page, &expected);
            let _ = writeln!(faults, "{}:\n{}", path.display(), lines.unified_diff().context_radius(3));
        }
    }
    assert!(faults.is_empty(), "the pages show something else (POLICYC_BOOK=write writes them):\n{faults}");
    println!("{commands} commands and {files} files of pages");
    assert!(commands >= 30 && files >= 10, "{commands} commands, {files} files");
}

#[test]
fn the_tutorial_ends_with_the_policy_of_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = Here::with::<&str>(&[]);
    rewritten(&fs::read_to_string(root.join("book/src/tutorial.md")).unwrap(), &here);
    let whole = root.join("policies/invictus");
    here.run(&["diff", whole.to_str().unwrap(), "invictus"]).exits(0).says("no differences");
}

/// What a page only names is there all the same: every line that begins with `policyc` is one that it takes, in the examples of its
/// own help too.
#[test]
fn every_command_that_a_page_names_is_one() {
    let here = Here::with::<&str>(&[]);
    let mut count = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let is_help = path.ends_with("commands.md");
        let languages = if is_help { &["text"][..] } else { &["sh", "bash"] };
        for block in blocks(&page).iter().filter(|block| languages.contains(&block.language)) {
            let lines = page[block.from..block.to].lines().map(str::trim);
            for line in lines.filter(|line| line.starts_with("policyc ")) {
                // What it is for stands behind it, further to the right.
                let line = if is_help { line.split("  ").next().unwrap_or_default() } else { line };
                let words = line.split_whitespace().skip(1);
                let words = words.take_while(|word| !["#", "|", ">", ">>", "<", "&&"].contains(word));
                let words: Vec<&str> = words.map(|word| word.trim_matches(['\'', '"'])).collect();
                let output = command(&here.path("")).args(&words).arg("--help").output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{}: {line}: {said}", path.display());
                count += 1;
            }
        }
    }
    assert!(count >= 60, "{count} commands");
}

const COMMANDS: &str = "\
# Every command and option

What `policyc COMMAND --help` prints, made by the program itself. What programs can rely on, and what stands behind the options, is told in
[The command line](command-line.md).
";

/// The page of all commands, as it has to be.
fn page_of_commands() -> String {
    let here = Here::with::<&str>(&[]);
    let help = |arguments: &[&str]| {
        let output = command(&here.path("")).args(arguments).env("COLUMNS", "100").output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let whole = help(&["--help"]);
    let listed = whole.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<&str> = names.filter(|name| !["", "help"].contains(name)).collect();
    let mut page = format!("{COMMANDS}\n```text\n{whole}```\n");
    for name in names {
        let text = help(&[name, "--help"]);
        let _ = write!(page, "\n## policyc {name}\n\n```text\n{text}```\n");
        let own = text.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
        let own = own
            .into_iter()
            .flat_map(str::lines)
            .filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        for own in own.filter(|own| !["", "help"].contains(own)) {
            let _ =
                write!(page, "\n### policyc {name} {own}\n\n```text\n{}```\n", help(&[name, own, "--help"]));
        }
    }
    let trimmed: Vec<&str> = page.lines().map(str::trim_end).collect();
    trimmed.join("\n") + "\n"
}

#[test]
fn the_page_of_commands_is_what_help_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src/commands.md");
    let expected = page_of_commands();
    if std::env::var("POLICYC_BOOK").is_ok_and(|what| what == "write") {
        fs::write(&path, &expected).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap();
    let lines = similar::TextDiff::from_lines(&page, &expected);
    assert!(page == expected, "POLICYC_BOOK=write writes it:\n{}", lines.unified_diff());
}

/// What a heading is called in a link.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
    kept.map(|sign| if sign == ' ' { '-' } else { sign.to_ascii_lowercase() }).collect()
}

/// The text without what stands between fences and backticks.
fn prose(page: &str) -> String {
    let mut text = String::new();
    let mut done = 0;
    for block in blocks(page) {
        text += &page[done..block.from];
        done = block.to;
    }
    text += &page[done..];
    text.split('`').step_by(2).collect()
}

fn anchors(page: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let headings = page.lines().filter(|line| {
        is_code ^= line.trim_start().starts_with("```");
        !is_code && line.starts_with('#')
    });
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn every_link_of_a_page_ends_somewhere() {
    let (mut faults, mut count) = (String::new(), 0);
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let text = prose(&page);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            let (file, heading) =
                link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let is_there = target.exists();
            let has_heading = || {
                let page = fs::read_to_string(&target).unwrap_or_default();
                heading.is_none_or(|heading| anchors(&page).contains(heading))
            };
            if !is_there || !has_heading() {
                let _ = writeln!(faults, "{}: {link}", path.display());
            }
            count += 1;
        }
    }
    assert!(faults.is_empty(), "links that end nowhere:\n{faults}");
    assert!(count > 100, "{count} links");
}

#[test]
fn every_page_of_the_book_is_in_its_summary() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src");
    let summary = fs::read_to_string(book.join("SUMMARY.md")).unwrap();
    let listed: BTreeSet<PathBuf> = summary
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|link| book.join(link))
        .collect();
    let there = pages().into_iter().filter(|page| page.starts_with(&book) && !page.ends_with("SUMMARY.md"));
    let there: BTreeSet<PathBuf> = there.collect();
    assert_eq!(
        there.symmetric_difference(&listed).collect::<Vec<_>>(),
        iter::empty::<&PathBuf>().collect::<Vec<_>>()
    );
}

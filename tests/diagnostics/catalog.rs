//! The pages of the book about findings, against the table of codes and the cases; and where each code is reported.

use crate::architecture;
use policyc::diagnostic::Code;
use policyc::source::{Format, Sources};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const SECTIONS: [&str; 5] =
    ["What it finds", "Why it matters", "Example", "How to fix it", "How to silence it"];
/// What `policyc explain` prints has to fit a plain terminal.
const WIDTH: usize = 80;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The page of a code: its title, its sections, and the policies in it. `example` is the block of the case that is reported;
/// where that one is built, the page describes it in words.
pub fn check_page(code: Code, example: Option<&str>) -> String {
    let mut faults = String::new();
    let mut fault = |text: &str| {
        let _ = writeln!(faults, "{code}: page: {text}");
    };
    let page = code.page();
    if page.lines().next() != Some(&format!("# {code} {}", code.name())) {
        fault("the title is not the number and the name");
    }
    if page.lines().any(|line| line.chars().count() > WIDTH) {
        fault("a line is longer than 80 characters");
    }
    let sections: Vec<(&str, &str)> =
        page.split("\n## ").skip(1).filter_map(|part| part.split_once('\n')).collect();
    let titles: Vec<&str> = sections.iter().map(|(title, _)| *title).collect();
    if titles != SECTIONS {
        fault(&format!("the sections are {titles:?}"));
        return faults;
    }
    if sections.iter().any(|(_, text)| text.trim().len() < 20) {
        fault("a section is empty");
    }
    let [_, _, (_, shown), (_, fix), (_, silence)] = sections[..] else { return faults };
    match example {
        Some(block) if !shown.trim_start().starts_with(block) => {
            fault(&format!("the example is not the case, which is\n{block}"));
        }
        None if shown.contains("```") => fault("the case is built, so the example has to be described"),
        _ => {}
    }
    if silence.contains(&format!("@allow({code})")) != code.allowable() {
        fault("what it says about `@allow` is not what the table says");
    }
    for (language, text) in blocks(fix).into_iter().chain(blocks(silence)) {
        for found in findings(language, text).into_iter().filter(|&found| super::counts(code, found)) {
            fault(&format!("{found} is found in\n{text}"));
        }
    }
    faults
}

/// The blocks of code, each with its language.
fn blocks(section: &str) -> Vec<(&str, &str)> {
    section.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

fn findings(language: &str, text: &str) -> Vec<Code> {
    let format = match language {
        "policy" => Format::Policy,
        "yaml" => Format::Yaml,
        other => panic!("nothing is written in `{other}`"),
    };
    let mut sources = Sources::new();
    sources.add(format!("page.{language}"), format, text);
    super::compile(&sources).diagnostics.iter().map(|finding| finding.code).collect()
}

/// The code of everything that may report: the sources without tests, the table itself, and the command, which only draws.
pub fn reporting_code() -> String {
    let mut files: Vec<PathBuf> = Vec::new();
    architecture::sources(&root().join("src"), &mut files);
    let elsewhere = ["src/diagnostic", "src/cli"].map(|part| root().join(part));
    files.retain(|path| {
        !architecture::is_test(path) && !elsewhere.iter().any(|directory| path.starts_with(directory))
    });
    files.iter().map(|path| architecture::code(path)).collect()
}

/// A code that nothing reports is a promise that nobody keeps.
pub fn check_reported(code: Code, reporting: &str) -> String {
    let name = format!("Code::{code:?}");
    let is_end = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
    if reporting.split(&name).skip(1).any(is_end) {
        return String::new();
    }
    format!("{code}: nothing reports `{name}`\n")
}

#[test]
fn the_book_lists_every_page_and_no_other() {
    let summary = fs::read_to_string(root().join("book/src/SUMMARY.md")).unwrap();
    let listed: Vec<&str> = summary.lines().filter(|line| line.contains("](diagnostics/P")).collect();
    let link = |code: &Code| format!("  - [{code} {0}](diagnostics/{code}-{0}.md)", code.name());
    let expected: Vec<String> = Code::ALL.iter().map(link).collect();
    assert_eq!(listed, expected);

    let mut pages: Vec<String> = fs::read_dir(root().join("book/src/diagnostics"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    let mut expected: Vec<String> =
        Code::ALL.iter().map(|code| format!("{code}-{}.md", code.name())).collect();
    expected.push("README.md".to_owned());
    assert_eq!(pages, expected);
}

//! The commands that a page only names are commands, and the page of all commands is what they print of themselves.

use super::{blocks, pages, writes};
use crate::cli::{Here, command};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

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

/// What the library brings along, as cargo tells it; where it lies is left out.
#[test]
fn the_tree_of_a_page_is_the_one_of_cargo() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("book/src/performance.md")).unwrap();
    let block = blocks(&page).into_iter().find(|block| block.language == "text").unwrap();
    let (line, tree) = page[block.from..block.to].split_once('\n').unwrap();
    let arguments = line.strip_prefix("$ cargo ").unwrap().split(' ').chain(["--locked", "--offline"]);
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let place = format!(" ({})", root.display());
    assert_eq!(printed.replace(&place, ""), tree, "{}", String::from_utf8_lossy(&output.stderr));
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
    if writes() {
        fs::write(&path, &expected).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap();
    let lines = similar::TextDiff::from_lines(&page, &expected);
    assert!(page == expected, "POLICYC_BOOK=write writes it:\n{}", lines.unified_diff());
}

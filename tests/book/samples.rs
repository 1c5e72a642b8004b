//! Every policy that a page shows is one: what stands by itself compiles without errors and passes its tests, what is shown in both
//! forms says the same in both, and what is shown because it is refused is refused for that reason.
//!
//! A block that is a file of a session is seen by the commands behind it. Declarations that a sample needs and that would only be in
//! the way of a reader stand in a comment above it, in the language: from `<!-- beside` on a line to `-->` on another. They hold up to
//! the next such comment. A line above a sample that begins with `Refused` names the codes that are to be reported. `yml` blocks are
//! for other tools.

use super::page::{Block, file_of};
use super::{blocks, pages};
use crate::cli::Here;
use policyc::convert::convert;
use policyc::diagnostic::Severity;
use policyc::source::{Format, Sources};
use policyc::testing::{Verdict, cases};
use policyc::{Compiled, compile};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Pages whose policies are files of the repository, which other tests hold them to: `diagnostics` and `cli::mistakes`.
fn is_of_cases(page: &Path) -> bool {
    page.parent().is_some_and(|directory| directory.ends_with("diagnostics")) || page.ends_with("mistakes.md")
}

fn format(language: &str) -> Option<Format> {
    match language {
        "policy" => Some(Format::Policy),
        "yaml" => Some(Format::Yaml),
        _ => None,
    }
}

fn compiled(text: &str, format: Format, beside: &str) -> Compiled {
    let mut sources = Sources::new();
    sources.add("sample", format, text);
    sources.add("beside.policy", Format::Policy, beside);
    compile(&sources)
}

/// The codes that a line names: `[P0201](...)`.
fn codes(line: &str) -> BTreeSet<&str> {
    let words = line.split(|sign: char| !sign.is_ascii_alphanumeric());
    let is_code = |word: &&str| {
        let digits = word.strip_prefix('P').unwrap_or_default();
        digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit())
    };
    words.filter(is_code).collect()
}

/// What is wrong with a sample that stands by itself, and how many of its tests passed.
fn check(text: &str, format: Format, beside: &str, refused: BTreeSet<&str>) -> Result<usize, String> {
    let Compiled { policy, model, diagnostics, .. } = compiled(text, format, beside);
    let errors = diagnostics.iter().filter(|found| found.code.severity() == Severity::Error);
    let found: BTreeSet<&str> = errors.clone().map(|found| found.code.number()).collect();
    if found != refused {
        let said: Vec<String> = errors.map(|found| format!("{} {}", found.code, found.message)).collect();
        return Err(format!("expected {refused:?}, found {said:#?}"));
    }
    let Some(policy) = policy else { return Ok(0) };
    let mut passed = 0;
    for case in cases(&policy, &model) {
        if case.verdict != Verdict::Passed {
            return Err(format!("a test fails: {:?}, which came to {:?}", case.expected, case.came));
        }
        passed += 1;
    }
    Ok(passed)
}

/// What a text declares, in the order and the words of the other form, without comments.
fn plain(text: &str, format: Format) -> Result<String, String> {
    let converted = |text: &str, from| convert(text, from).map_err(|refused| format!("{refused:?}"));
    let yaml = match format {
        Format::Policy => converted(text, Format::Policy)?.text,
        _ => text.to_owned(),
    };
    let text = converted(&yaml, Format::Yaml)?.text;
    let is_plain = |line: &&str| {
        let line = line.trim_start();
        !line.is_empty() && (!line.starts_with('#') || line.starts_with("##"))
    };
    Ok(text.lines().filter(is_plain).fold(String::new(), |text, line| text + line + "\n"))
}

/// How the two forms of a sample differ.
fn compare(policy: &str, yaml: &str, beside: &str) -> Result<(), String> {
    let artifact =
        |text, format| compiled(text, format, beside).policy.map(|policy| policy.strip().as_bytes().to_vec());
    if artifact(policy, Format::Policy) != artifact(yaml, Format::Yaml) {
        return Err("the two forms decide differently".to_owned());
    }
    let (left, right) = (plain(policy, Format::Policy)?, plain(yaml, Format::Yaml)?);
    if left != right {
        let lines = similar::TextDiff::from_lines(&left, &right);
        return Err(format!("the two forms declare different things:\n{}", lines.unified_diff()));
    }
    Ok(())
}

#[derive(Debug, Default)]
struct Counts {
    compiled: usize,
    refused: usize,
    pairs: usize,
    tests: usize,
}

/// The samples of a page, each with what is wrong with it.
fn faults(page: &str, is_reference: bool, counts: &mut Counts) -> Vec<String> {
    let (mut faults, mut beside) = (Vec::new(), "");
    let blocks = blocks(page);
    for (at, block) in blocks.iter().enumerate() {
        let text = &page[block.from..block.to];
        if block.language == "beside" {
            beside = text;
        }
        let Some(format) = format(block.language) else { continue };
        if file_of(block.above).is_some() {
            let is_seen = blocks[at..].iter().any(|later| later.language == "console");
            if !is_seen {
                faults.push(format!("no command behind it reads the file\n{text}"));
            }
            continue;
        }
        let refused = if block.above.starts_with("Refused") { codes(block.above) } else { BTreeSet::new() };
        match refused.is_empty() {
            true => counts.compiled += 1,
            false => counts.refused += 1,
        }
        match check(text, format, beside, refused.clone()) {
            Ok(tests) => counts.tests += tests,
            Err(fault) => faults.push(format!("{fault}\n{text}")),
        }
        let other = at.checked_sub(1).map(|at| &blocks[at]).filter(|other| is_pair(page, other, block));
        if let Some(other) = other {
            counts.pairs += 1;
            if let Err(fault) = compare(&page[other.from..other.to], text, beside) {
                faults.push(format!("{fault}\n{text}"));
            }
        }
        let has_pair = blocks.get(at + 1).is_some_and(|next| is_pair(page, block, next));
        if is_reference && refused.is_empty() && format == Format::Policy && !has_pair {
            faults.push(format!("the reference shows both forms, and here is one\n{text}"));
        }
    }
    faults
}

/// Whether the second block follows the first at once and says it in YAML.
fn is_pair(page: &str, first: &Block<'_>, second: &Block<'_>) -> bool {
    let between = page[first.to..second.fence].trim();
    first.language == "policy"
        && second.language == "yaml"
        && between == "```"
        && file_of(first.above).is_none()
}

#[test]
fn every_policy_of_a_page_is_one() {
    let (mut all, mut counts) = (String::new(), Counts::default());
    for path in pages().into_iter().filter(|path| !is_of_cases(path)) {
        let page = fs::read_to_string(&path).unwrap();
        let is_reference = path.parent().is_some_and(|directory| directory.ends_with("reference"));
        for fault in faults(&page, is_reference, &mut counts) {
            let _ = writeln!(all, "{}: {fault}", path.display());
        }
    }
    println!("{counts:?}");
    assert!(all.is_empty(), "\n{all}");
    assert!(
        counts.compiled >= 50 && counts.pairs >= 24 && counts.refused >= 15 && counts.tests >= 25,
        "{counts:?}"
    );
}

/// What is wrong with a page of one sample, or nothing.
#[track_caller]
fn finds(page: &str, expected: &[&str]) {
    let found = faults(page, true, &mut Counts::default());
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn a_sample_with_a_fault_is_noticed() {
    let policy = |above: &str, text: &str| format!("{above}\n\n```policy\n{text}\n```\n");
    let yaml = |text: &str| format!("\n```yaml\n{text}\n```\n");
    let reader = policy("A role:", "role reader");
    finds(&(reader.clone() + &yaml("roles: { reader: }")), &[]);
    finds(&reader, &["here is one"]);
    finds(&(reader.clone() + "\nThe same:\n" + &yaml("roles: { reader: }")), &["here is one"]);
    finds(&(reader.clone() + &yaml("roles: { raeder: }")), &["decide differently"]);
    finds(&(reader + &yaml("roles: { reader: { doc: Reads. } }")), &["declare different things"]);

    let unknown = "role reader { grant read }";
    finds(&policy("A role:", unknown), &["P0201", "here is one"]);
    finds(&policy("Refused with [P0201](x.md):", unknown), &[]);
    finds(&policy("Refused with [P0202](x.md):", unknown), &["found"]);
    finds(&policy("Refused with [P0201](x.md):", "role reader"), &["expected"]);
    let beside = "<!-- beside\ncategory news { read }\n-->\n";
    let pair = policy("A role:", unknown) + &yaml("roles: { reader: { grant: read } }");
    finds(&format!("{beside}{pair}"), &[]);
    finds(&format!("{beside}{pair}<!-- beside\n-->\n{pair}"), &["P0201", "P0201"]);

    let fails = "role reader test \"t\" { as role:reader can read } category news { read }";
    finds(&policy("Refused with nothing:", fails), &["a test fails", "here is one"]);
    let file = policy("`a.policy`:", unknown);
    finds(&file, &["no command behind it"]);
    finds(&format!("{file}\n```console\n$ policyc check\n```\n"), &[]);
}

/// Blocks in other languages are at least read; and a page says what each block is.
#[test]
fn every_other_block_of_a_page_is_what_it_says() {
    let mut faults = String::new();
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for block in blocks(&page) {
            let text = &page[block.from..block.to];
            let fault = match block.language {
                "json" => {
                    serde_json::from_str::<serde_json::Value>(text).err().map(|error| error.to_string())
                }
                "toml" => is_toml(text).err(),
                "yml" => is_yaml(text).err(),
                "csv" => file_of(block.above).is_none().then(|| "no command reads it".to_owned()),
                "text" => (!may_be_text(&path)).then(|| "what could be run is not run".to_owned()),
                "beside" | "console" | "policy" | "yaml" | "sh" | "bash" | "rust" => None,
                // Doctests are run with what stands behind the comma.
                other if other.starts_with("rust,") => None,
                other => Some(format!("no test knows `{other}`")),
            };
            if let Some(fault) = fault {
                let _ = writeln!(faults, "{}: {fault}\n{text}", path.display());
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

/// Pages with text that is held to the program elsewhere.
fn may_be_text(page: &Path) -> bool {
    let why = [
        // `commands` makes it.
        "book/src/commands.md",
        // `watch` waits for saves, and tells the time: `cli::watch` compares it.
        "book/src/command-line.md",
        // `commands` asks cargo.
        "book/src/performance.md",
        // What a guard says to a service: `live::guards` compares it.
        "book/src/reload.md",
        // What the example prints: `documents` runs it.
        "examples/1-embed/README.md",
        // A server is started: its own tests ask it the same.
        "2-web-service/README.md",
    ];
    let page = page.to_string_lossy().replace('\\', "/");
    why.iter().any(|path| page.ends_with(path))
}

/// Settings are taken by the command too.
fn is_toml(text: &str) -> Result<(), String> {
    toml::de::DeTable::parse(text).map_err(|error| error.to_string())?;
    if text.contains("[levels]") {
        let here = Here::with(&[("policyc.toml", text), ("policies/a.policy", "role reader\n")]);
        here.run(&["check"]).exits(0);
    }
    Ok(())
}

fn is_yaml(text: &str) -> Result<(), String> {
    for event in granit_parser::Parser::new_from_str(text) {
        event.map_err(|error| error.to_string())?;
    }
    Ok(())
}

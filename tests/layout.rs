//! The one layout: it changes no meaning and loses no comment, and laying out again changes nothing. Held for every policy of the
//! repository, and for random ones with comments and blank lines wherever they may stand.

use crate::generate::{Dice, Policy as Written, bytes};
use policyc::compile;
use policyc::diagnostic::Severity;
use policyc::source::{Format, Sources};
use policyc::syntax;
use policyc::syntax::layout::{Refused, WIDTH, layout};
use std::fs;
use std::path::{Path, PathBuf};

/// Random policies that are laid out, unless `POLICYC_CASES` asks for more.
const POLICIES: u64 = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn collect(at: &Path, found: &mut Vec<PathBuf>) {
    if at.is_dir() {
        fs::read_dir(at).unwrap().for_each(|entry| collect(&entry.unwrap().path(), found));
    } else if at.extension().is_some_and(|ending| ending == "policy" || ending == "md") {
        found.push(at.to_path_buf());
    }
}

/// Every text of the DSL in the repository: files, and blocks of the book and the README.
pub fn texts() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    for place in ["policies", "tests", "examples", "src", "fuzz/small.policy", "book/src", "README.md"] {
        collect(&root().join(place), &mut paths);
    }
    paths.sort();
    let mut texts = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        if path.extension().is_some_and(|ending| ending == "policy") {
            texts.push((name, text));
            continue;
        }
        let blocks = text.split("```policy\n").skip(1).filter_map(|rest| rest.split("```").next());
        texts.extend(blocks.enumerate().map(|(at, block)| (format!("{name}, block {at}"), block.to_owned())));
    }
    texts
}

/// The comments of a text, sorted. Quoted texts end on their line.
fn comments(text: &str) -> Vec<&str> {
    let mut comments: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            let (mut quoted, mut escaped) = (false, false);
            let at = line.char_indices().find(|&(_, c)| {
                let starts = c == '#' && !quoted;
                quoted ^= c == '"' && !escaped;
                escaped = c == '\\' && quoted && !escaped;
                starts
            })?;
            Some(line[at.0..].trim_end())
        })
        .collect();
    comments.sort_unstable();
    comments
}

fn compiled(text: &str) -> (bool, Vec<u8>) {
    let mut sources = Sources::new();
    sources.add("a.policy", Format::Policy, text);
    let compiled = compile(&sources);
    let stripped = compiled.policy.map(|policy| policy.strip().as_bytes().to_vec());
    (compiled.diagnostics.iter().any(|d| d.severity == Severity::Error), stripped.unwrap_or_default())
}

/// The text laid out, once all that is promised of it holds.
#[track_caller]
fn check(name: &str, text: &str) -> String {
    let laid_out = layout(text).unwrap_or_else(|refused| panic!("{name}: {refused:?}\n{text}"));
    let again = layout(&laid_out);
    assert_eq!(again.as_ref(), Ok(&laid_out), "{name}: laying out again changes something\n{text}");
    assert_eq!(comments(&laid_out), comments(text), "{name}: the comments\n{text}");
    assert_eq!(compiled(&laid_out), compiled(text), "{name}: the meaning\n{text}");
    for line in laid_out.lines() {
        assert_eq!(line.trim_end(), line, "{name}: blanks at the end of a line");
    }
    assert!(!laid_out.contains("\n\n\n"), "{name}: two blank lines");
    laid_out
}

#[test]
fn every_policy_of_the_repository_can_be_laid_out() {
    let (mut done, mut faulty) = (0, Vec::new());
    for (name, text) in texts() {
        let mut found = Vec::new();
        let mut sources = Sources::new();
        let id = sources.add("a.policy", Format::Policy, text.clone());
        syntax::parse(id, &sources.get(id).unwrap().text, &mut found);
        let text = sources.get(id).unwrap().text.clone();
        if found.is_empty() {
            check(&name, &text);
            done += 1;
        } else {
            assert_eq!(layout(&text), Err(Refused::Faults), "{name}");
            faulty.push(name);
        }
    }
    assert!(done > 130, "{done} policies");
    assert!(faulty.len() < 20, "{faulty:?}");
}

#[test]
fn the_systems_are_laid_out() {
    let mut paths = Vec::new();
    collect(&root().join("policies"), &mut paths);
    collect(&root().join("tests/conformance"), &mut paths);
    assert!(paths.len() > 12);
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "policy")) {
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(layout(&text).as_ref(), Ok(&text), "{}: run `policyc fmt`", path.display());
    }
}

/// A text with comments, blank lines, and `;` thrown in between its tokens.
fn scattered(text: &str, dice: &mut Dice<'_>, percent: usize) -> String {
    let mut scattered = String::new();
    let (mut quoted, mut escaped, mut comment) = (false, false, false);
    for c in text.chars() {
        let between = !quoted && !comment;
        if between && (c == ' ' || c == '\n' || matches!(c, '{' | '}' | ',')) && dice.chance(percent) {
            // A mark joins what stands before and behind it in `resource.x`, but these end a token.
            scattered.push_str(match dice.below(8) {
                0 => "\n",
                1 => "\n\n\n",
                2 => " # behind\n",
                3 => "\n# before\n",
                4 => "\n\n# apart\n\n",
                5 => " #one\n#two\n\n### three   \n",
                6 => " ; \t",
                _ => "\r\n    ",
            });
        }
        scattered.push(c);
        quoted ^= c == '"' && !escaped && !comment;
        escaped = c == '\\' && quoted && !escaped;
        comment = (comment || c == '#' && !quoted) && c != '\n';
    }
    scattered
}

#[test]
fn random_policies_can_be_laid_out() {
    let policies = std::env::var("POLICYC_CASES").map_or(POLICIES, |text| text.parse().expect("a number"));
    let first = std::env::var("POLICYC_FIRST").map_or(0, |text| text.parse().expect("a number"));
    for seed in first..first + policies {
        let bytes = bytes(seed, 16_384);
        let mut dice = Dice::new(&bytes);
        let text = Written::random(&mut dice).text();
        check(&format!("seed {seed}"), &text);
        for percent in [1, 5, 40] {
            let text = scattered(&text, &mut dice, percent);
            check(&format!("seed {seed}, {percent}"), &text);
        }
    }
}

#[test]
fn comments_may_stand_between_all_tokens_of_every_construct() {
    let sample = include_str!("../src/syntax/tests/sample.policy");
    let constructs = [sample, crate::cli::GOOD, include_str!("../fuzz/small.policy")];
    for (at, text) in constructs.into_iter().enumerate() {
        for seed in 0..200 {
            let bytes = bytes(1_000 + seed, 4_096);
            let mut dice = Dice::new(&bytes);
            let text = scattered(text, &mut dice, [2, 10, 30, 90][seed as usize % 4]);
            check(&format!("construct {at}, seed {seed}"), &text);
        }
    }
}

#[test]
fn lines_that_can_be_broken_fit() {
    for (name, text) in texts() {
        let Ok(laid_out) = layout(&text) else { continue };
        for line in laid_out.lines().filter(|line| !line.contains(['#', '"']) && line.trim().contains(' ')) {
            assert!(line.chars().count() <= WIDTH, "{name}: {line}");
        }
    }
}

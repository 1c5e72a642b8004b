//! The reference leaves nothing out: every word of the grammar and every key of the YAML form is told there and shown in a sample, and
//! every finding is named by the page of what it is about.

use super::blocks;
use policyc::diagnostic::{Code, Severity};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const GRAMMAR: &str = include_str!("../../grammar/policy.pest");
const NAMES: &str = include_str!("../../book/src/reference/names.md");

/// The pages of the reference.
fn reference() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src/reference");
    let pages = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    pages.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Those that explain words. That they are listed does not explain them.
fn explaining() -> Vec<String> {
    let is_list = |page: &String| page == NAMES || page.starts_with("# Reference\n");
    reference().into_iter().filter(|page| !is_list(page)).collect()
}

/// What stands in texts, part by part: names with their hyphens, and signs.
fn parts<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeSet<&'t str> {
    let is_word = |sign: char| sign.is_ascii_alphanumeric() || "-@_".contains(sign);
    let words = |text: &'t str| text.split(move |sign| !is_word(sign));
    texts
        .flat_map(|text| words(text).chain(text.split_whitespace()))
        .filter(|part| !part.is_empty())
        .collect()
}

/// What stands between backticks within the sentences of pages.
fn told(pages: &[String]) -> BTreeSet<&str> {
    let mut spans = Vec::new();
    for page in pages {
        let mut done = 0;
        for block in blocks(page) {
            spans.extend(page[done..block.fence].split('`').skip(1).step_by(2));
            done = page[block.to..].find('\n').map_or(page.len(), |end| block.to + end);
        }
        spans.extend(page[done..].split('`').skip(1).step_by(2));
    }
    parts(spans.into_iter())
}

/// What stands in the samples of one language.
fn shown<'p>(pages: &'p [String], language: &str) -> BTreeSet<&'p str> {
    let samples = pages.iter().flat_map(|page| {
        let all = blocks(page).into_iter().filter(|block| block.language == language);
        all.map(|block| &page[block.from..block.to]).collect::<Vec<_>>()
    });
    parts(samples)
}

/// The words and signs between quotes in the grammar.
fn words() -> BTreeSet<&'static str> {
    let rules = GRAMMAR.lines().filter(|line| !line.starts_with("//"));
    let quoted = rules.flat_map(|line| line.split('"').skip(1).step_by(2));
    let is_word = |word: &&str| {
        let letters = word.trim_start_matches('@').bytes();
        let is_sign = ["==", "!=", "<", "<=", ">", ">="].contains(word);
        is_sign || word.len() > 1 && letters.clone().all(|sign| sign.is_ascii_lowercase() || sign == b'-')
    };
    quoted.map(|word| word.trim_end_matches(':')).filter(is_word).collect()
}

fn keys(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                if let ("properties", Some(properties)) = (key.as_str(), value.as_object()) {
                    found.extend(properties.keys().cloned());
                }
                keys(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn the_reference_tells_and_shows_every_word_of_the_language() {
    let pages = explaining();
    let words = words();
    assert!(words.len() >= 70, "{words:?}");
    for (what, there) in [("told", told(&pages)), ("shown", shown(&pages, "policy"))] {
        let missing: Vec<_> = words.difference(&there).collect();
        assert!(missing.is_empty(), "not {what}: {missing:?}");
    }
}

#[test]
fn the_reference_tells_and_shows_every_key_of_the_yaml_form() {
    let schema: Value = serde_json::from_str(include_str!("../../schema/policyc.schema.json")).unwrap();
    let (mut all, pages) = (BTreeSet::new(), explaining());
    keys(&schema, &mut all);
    assert!(all.len() > 50, "{all:?}");
    for (what, there) in [("told", told(&pages)), ("shown", shown(&pages, "yaml"))] {
        let missing: Vec<_> = all.iter().filter(|key| !there.contains(key.as_str())).collect();
        assert!(missing.is_empty(), "not {what}: {missing:?}");
    }
}

/// The words that are names only in quotes, as the grammar has them.
#[test]
fn the_reference_lists_the_reserved_words() {
    let rule = GRAMMAR.split("\nreserved = @{").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
    let expected: BTreeSet<&str> = rule.split('"').skip(1).step_by(2).collect();
    let list = NAMES.split("These words are names only in quotes:\n\n").nth(1).unwrap();
    let list = list.split("\n\n").next().unwrap();
    let listed: BTreeSet<&str> = list.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, expected);
}

#[test]
fn every_page_of_the_reference_has_the_same_parts() {
    for page in explaining() {
        let title = page.lines().next().unwrap_or_default();
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let at = |name: &str| sections.iter().position(|section| *section == name);
        assert!(
            at("What it means").is_some() && at("What it means") < at("What is refused"),
            "{title}: {sections:?}"
        );
        let first = blocks(&page).into_iter().map(|block| block.language).take(2).collect::<Vec<_>>();
        assert_eq!(first, ["policy", "yaml"], "{title}");
    }
}

#[test]
fn the_reference_says_what_can_be_silenced() {
    let page = include_str!("../../book/src/reference/documentation.md");
    let can = |word: &str, is_error: bool| {
        let of =
            |code: &&Code| (code.severity() == Severity::Error) == is_error && code.allowable() == is_error;
        let numbers: Vec<&str> = Code::ALL.iter().filter(of).map(|code| code.number()).collect();
        let (last, others) = numbers.split_last().unwrap();
        let list =
            if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) };
        word.replace("LIST", &list)
    };
    let page: Vec<&str> = page.split_whitespace().collect();
    let page = page.join(" ");
    for said in
        [can("Of the errors LIST can be silenced", true), can("Of the warnings all can but LIST.", false)]
    {
        assert!(page.contains(&said), "it does not say: {said}");
    }
}

#[test]
fn the_reference_names_every_finding() {
    let pages = reference();
    let is_named = |code: &&Code| {
        let link = format!("(../diagnostics/{code}-{}.md)", code.name());
        !pages.iter().any(|page| page.contains(&link))
    };
    let missing: Vec<&Code> = Code::ALL.iter().filter(is_named).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

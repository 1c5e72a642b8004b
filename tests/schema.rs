//! The JSON Schema of the YAML form refuses what the reader refuses for its shape, and nothing else.

pub mod document;
mod mutate;

use crate::cli::Here;
use boon::{Compiler, SchemaIndex, Schemas};
use document::document;
use policyc::compile;
use policyc::diagnostic::{Code, Severity};
use policyc::source::{Format, SourceId, Sources};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const SHIPPED: &str = include_str!("../schema/policyc.schema.json");

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    /// Compiling holds it against the schema of schemas as well.
    fn new() -> Schema {
        let text = policyc::yaml::schema();
        let schema: Value = serde_json::from_str(&text).unwrap();
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("policyc.schema.json", schema).unwrap();
        let index = compiler.compile("policyc.schema.json", &mut schemas).unwrap();
        Schema { schemas, index }
    }

    fn refuses(&self, document: &Value) -> Option<String> {
        self.schemas.validate(document, self.index).err().map(|error| format!("{error:#}"))
    }

    /// Holds the two verdicts on a document together.
    #[track_caller]
    fn agrees(&self, document: &Value) {
        // JSON is YAML, with every text in quotes.
        let text = document.to_string();
        if let Some(difference) = self.difference(document, &text) {
            panic!("{text}\n{difference}");
        }
    }

    /// What the reader and the schema say, if it is not the same and not known to differ:
    ///
    /// - `P0001`, `P0002`, `P0004`, `P0901`: formulas, types, defaults and names in quotes are texts of the language inside of a
    ///   text. Patterns don't parse them.
    /// - `P0603`: a number that is too large, in quotes; and the schema sees a date that is none where the reader leaves that to
    ///   `resolve`.
    /// - `P0210`, and `P0001` of `because`: the schema knows the codes and reasons, which the reader leaves to `resolve`.
    /// - `<<`: a name in quotes for the reader, a merge key without; a document does not say which.
    fn difference(&self, document: &Value, text: &str) -> Option<String> {
        let mut found = Vec::new();
        policyc::yaml::parse(SourceId(0), text, &mut found);
        match self.refuses(document) {
            None if !found.iter().any(|one| is_shape(one.code)) => None,
            None => Some(format!("the schema takes what the reader refuses: {found:?}")),
            Some(_) if !found.is_empty() => None,
            Some(_) if text.contains("\"<<\":") => None,
            Some(why) => {
                let codes = compiled(text);
                let known = [Code::InvalidLiteral, Code::UnknownCode, Code::SyntaxError];
                (!codes.iter().any(|code| known.contains(code)))
                    .then(|| format!("the schema refuses what the reader takes: {why}"))
            }
        }
    }
}

/// Whether a fault that the reader finds is one of shape; see [`Schema::difference`].
fn is_shape(code: Code) -> bool {
    use Code::{InvalidEscape, InvalidLiteral, NestingTooDeep, ReservedWord, SyntaxError};
    !matches!(code, SyntaxError | ReservedWord | InvalidEscape | InvalidLiteral | NestingTooDeep)
}

/// The codes of all errors of a text.
fn compiled(text: &str) -> Vec<Code> {
    let mut sources = Sources::new();
    sources.add("a.yaml", Format::Yaml, text);
    let found = compile(&sources).diagnostics;
    found.iter().filter(|one| one.severity == Severity::Error).map(|one| one.code).collect()
}

/// Every file below a directory that ends like YAML.
fn yaml_files(below: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(below)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|ending| ending.to_str()) {
                _ if path.is_dir() => open.push(path),
                Some("yaml" | "yml") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

/// The policies of the repository in YAML: files, and the blocks of the book.
fn policies() -> Vec<(String, String)> {
    let files = ["policies", "examples", "benches", "tests/twins"].into_iter().flat_map(yaml_files);
    let mut all: Vec<(String, String)> =
        files.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect();
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src");
    let reference = fs::read_dir(book.join("reference")).unwrap().map(|page| page.unwrap().path());
    let pages = ["yaml.md", "semantics.md", "command-line.md", "mistakes.md"].map(|page| book.join(page));
    for page in pages.into_iter().chain(reference) {
        let (text, page) = (fs::read_to_string(&page).unwrap(), page.display());
        let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
        all.extend(blocks.enumerate().map(|(at, block)| (format!("{page}, block {at}"), block.to_owned())));
    }
    all
}

#[test]
fn the_schema_of_the_repository_is_what_the_command_prints() {
    let here = Here::with::<&str>(&[]);
    let printed = here.run(&["schema"]).exits(0).out;
    assert!(printed == SHIPPED, "write it anew: cargo run -- schema > schema/policyc.schema.json");
    let schema: Value = serde_json::from_str(SHIPPED).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn the_line_that_names_the_schema_is_a_comment_and_is_kept() {
    const LINE: &str = "# yaml-language-server: $schema=policyc.schema.json";
    let text = format!("{LINE}\npolicy: p\ngroups:\n  g:\n");
    let here = Here::with(&[("a.yaml", &text)]);
    here.run(&["check", "--deny", "P01"]).exits(0);
    let converted = here.run(&["convert", "--to", "policy", "a.yaml"]).exits(0).out;
    assert!(converted.starts_with(&format!("{LINE}\n")), "{converted}");
    assert_eq!(document(&text), Ok(json!({ "policy": "p", "groups": { "g": null } })));
}

#[test]
fn every_key_says_what_it_means_and_every_map_is_closed() {
    fn walk(schema: &Value, path: &str) {
        match schema {
            Value::Object(map) => {
                if map.contains_key("properties") && map.contains_key("title") {
                    assert_eq!(schema["additionalProperties"], json!(false), "{path}");
                    for (key, property) in schema["properties"].as_object().unwrap() {
                        let says = property["description"].as_str().unwrap_or_default();
                        assert!(says.len() > 5 && !says.ends_with('.'), "{path}/{key}: {says:?}");
                    }
                }
                map.iter().for_each(|(key, value)| walk(value, &format!("{path}/{key}")));
            }
            Value::Array(values) => values.iter().for_each(|value| walk(value, path)),
            _ => {}
        }
    }
    walk(&serde_json::from_str(SHIPPED).unwrap(), "");
}

#[test]
fn every_policy_of_the_repository_is_valid() {
    let schema = Schema::new();
    let policies = policies();
    assert!(policies.len() > 25, "{}", policies.len());
    for (name, text) in policies {
        let document = document(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
        if let Some(why) = schema.refuses(&document) {
            panic!("{name}: {why}");
        }
    }
}

#[test]
fn every_case_that_is_refused_for_its_shape_is_invalid() {
    let schema = Schema::new();
    let mut refused = 0;
    for path in yaml_files("tests/cases") {
        let text = fs::read_to_string(&path).unwrap();
        let mut found = Vec::new();
        policyc::yaml::parse(SourceId(0), &text, &mut found);
        let valid = document(&text).and_then(|document| schema.refuses(&document).map_or(Ok(()), Err));
        let is_read = !found.iter().any(|one| is_shape(one.code));
        assert_eq!(valid.is_ok(), is_read, "{}: {valid:?}, {found:?}", path.display());
        refused += u32::from(valid.is_err());
    }
    assert!(refused >= 8, "{refused}");
}

/// Texts with a fault of shape in every map, for what mutations seldom find.
#[test]
fn what_the_reader_refuses_is_invalid() {
    let schema = Schema::new();
    for text in include_str!("schema/refused.yaml.txt").lines().filter(|line| !line.is_empty()) {
        let mut found = Vec::new();
        policyc::yaml::parse(SourceId(0), text, &mut found);
        assert!(!found.is_empty(), "{text}");
        let document = document(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert!(schema.refuses(&document).is_some(), "{text}");
    }
    for text in include_str!("schema/read.yaml.txt").lines().filter(|line| !line.is_empty()) {
        let mut found = Vec::new();
        policyc::yaml::parse(SourceId(0), text, &mut found);
        assert!(found.is_empty(), "{text}: {found:?}");
        let document = document(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(schema.refuses(&document), None, "{text}");
    }
}

#[test]
fn after_a_random_change_the_schema_and_the_reader_still_agree() {
    let schema = Schema::new();
    let valid: Vec<Value> = policies().iter().map(|(_, text)| document(text).unwrap()).collect();
    valid.iter().for_each(|document| schema.agrees(document));
    let (mut changed, mut refused) = (0_u32, 0_u32);
    arbtest::arbtest(|u| {
        let mut document = mutate::excerpt(u.choose(&valid)?, u)?;
        for _ in 0..u.int_in_range(1..=2)? {
            mutate::change(&mut document, u)?;
        }
        schema.agrees(&document);
        changed += 1;
        refused += u32::from(schema.refuses(&document).is_some());
        Ok(())
    })
    .budget_ms(6_000);
    assert!(changed > 200 && refused > changed / 4, "{refused} of {changed} refused");
}

//! Decision tables (DESIGN, section 4): every row asked of the reference and of the compiled policy.
//!
//! Enters: a policy and the text of a table. Leaves: the rows that failed, as text. Shares nothing with `policyc test`.

use super::names::{find_attribute, find_type};
use super::{Answer, Asker, Given, Question, decide};
use policyc::model::{AttributeRoot, Model, Network, PrincipalKind, Reason, ValueType};
use policyc::source::{Format, Sources};
use policyc::{Compiled, Decision, RequestError};
use std::path::{Path, PathBuf};

/// All policy files at and below some paths, in the order of their names.
pub fn sources(paths: &[PathBuf]) -> Sources {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files);
    }
    let mut sources = Sources::new();
    for (path, format) in files {
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        sources.add(path, format, text);
    }
    sources
}

fn collect(path: &Path, files: &mut Vec<(PathBuf, Format)>) {
    if path.is_dir() {
        let inside = std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut inside: Vec<PathBuf> = inside.map(|entry| entry.unwrap().path()).collect();
        inside.sort();
        for path in inside {
            collect(&path, files);
        }
    } else if let Some(format) = Format::of(path) {
        files.push((path.to_path_buf(), format));
    }
}

/// What came of a table.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many rows it has.
    pub rows: usize,
    /// How many of them expect a reason.
    pub reasons: usize,
    /// What went wrong, a line each.
    pub failures: Vec<String>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub case: String,
    /// What is asked.
    pub question: Question,
    /// `grant` or `deny`.
    pub expect: String,
    /// The reason expected; may be empty.
    pub reason: String,
}

/// The rows of a table.
pub fn rows(model: &Model, table: &str) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(table.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(ToString::to_string).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        let cell = |name: &str| -> &str {
            header.iter().position(|column| column == name).and_then(|at| record.get(at)).unwrap_or_default()
        };
        let [case, expect, reason] = ["case", "expect", "reason"].map(|name| cell(name).to_string());
        rows.push(Row { case, question: question(model, &cell), expect, reason });
    }
    rows
}

/// Asks every row of a table.
pub fn judge(compiled: &Compiled, table: &str) -> Outcome {
    let policy = compiled.policy.as_ref().expect("a policy without errors");
    let mut outcome = Outcome::default();
    for Row { case, question, expect, reason } in rows(&compiled.model, table) {
        let reference = decide(&compiled.model, &question).map(|answer: Answer| answer.reason);
        let policy = question.with_request(|request| policy.decide(request)).map(Decision::reason);
        for (side, answer) in [("reference", reference), ("policy", policy)] {
            if let Some(failure) = failure(&answer, &expect, &reason) {
                outcome.failures.push(format!("{case}: {question}: {side} says {failure}"));
            }
        }
        outcome.rows += 1;
        outcome.reasons += usize::from(!reason.is_empty());
    }
    outcome
}

fn failure(answer: &Result<Reason, RequestError>, expect: &str, reason: &str) -> Option<String> {
    let granted = match expect {
        "grant" => true,
        "deny" => false,
        other => panic!("`{other}` in the column `expect`"),
    };
    match answer {
        Err(error) => Some(format!("it has no answer: {error}")),
        Ok(actual) if actual.grants() != granted || !(reason.is_empty() || reason == actual.name()) => {
            Some(format!("{actual}, expected {expect} {reason}"))
        }
        Ok(_) => None,
    }
}

fn question<'c>(model: &Model, cell: &impl Fn(&str) -> &'c str) -> Question {
    let mut question = Question::new(Asker::Somebody, cell("privilege"));
    question.groups = list(cell("groups"), '|');
    question.roles = list(cell("roles"), '|');
    match cell("principal").split_once(':') {
        Some(("user", name)) => question.asker = Asker::Known(PrincipalKind::User, name.to_string()),
        Some(("service", name)) => question.asker = Asker::Known(PrincipalKind::Service, name.to_string()),
        Some(("group", name)) => question.groups.push(name.to_string()),
        Some(("role", name)) => question.roles.push(name.to_string()),
        None if cell("principal") == "anonymous" => question.asker = Asker::Anonymous,
        _ => panic!("`{}` in the column `principal`", cell("principal")),
    }
    question.resource = cell("resource").split_once(':').map(|(ty, id)| (ty.to_string(), id.to_string()));
    question.at = Some(cell("at")).filter(|at| !at.is_empty()).map(time);
    for setting in list(cell("context"), ';') {
        set(model, &mut question, &setting);
    }
    question
}

/// Adds `root.name=value` to a question, the value of the type that is declared for the resource asked about.
pub fn set(model: &Model, question: &mut Question, setting: &str) {
    let (left, text) = setting.split_once('=').expect("root.name=value");
    let (root, name) = left.split_once('.').expect("root.name=value");
    let root = match root {
        "principal" => AttributeRoot::Principal,
        "resource" => AttributeRoot::Resource,
        "context" => AttributeRoot::Context,
        other => panic!("`{other}` before the dot"),
    };
    let ty = question.resource.as_ref().filter(|_| root == AttributeRoot::Resource);
    let ty = ty.and_then(|(ty, _)| find_type(model, ty));
    let declared = find_attribute(model, root, ty, name).map(|attribute| &attribute.value_type);
    question.attributes.push((root, name.to_string(), value(text, declared)));
}

fn list(text: &str, separator: char) -> Vec<String> {
    text.split(separator).map(str::trim).filter(|part| !part.is_empty()).map(ToString::to_string).collect()
}

fn value(text: &str, wanted: Option<&ValueType>) -> Given {
    match wanted {
        Some(ValueType::Bool) => Given::Bool(text.parse().unwrap()),
        Some(ValueType::Int) => Given::Int(text.parse().unwrap()),
        Some(ValueType::Timestamp) => Given::Timestamp(time(text)),
        Some(ValueType::Ip) => Given::Ip(Network::parse(text).unwrap()),
        Some(ValueType::Principal) => match text.split_once(':') {
            Some(("user", name)) => Given::Principal(PrincipalKind::User, name.to_string()),
            Some(("service", name)) => Given::Principal(PrincipalKind::Service, name.to_string()),
            Some(("group", name)) => Given::Group(name.to_string()),
            _ => panic!("`{text}` is no principal"),
        },
        Some(ValueType::Set(element)) => {
            let inner = text.trim_start_matches('[').trim_end_matches(']');
            Given::Set(list(inner, ',').iter().map(|part| value(part, Some(element))).collect())
        }
        // Where nothing is declared the question has no answer, whatever the value.
        Some(ValueType::String | ValueType::Enum(_)) | None => Given::String(text.to_string()),
    }
}

/// A date, its midnight UTC, or a timestamp.
pub fn time(text: &str) -> i64 {
    let full = if text.len() == "2024-01-01".len() { format!("{text}T00:00:00Z") } else { text.to_string() };
    full.parse::<jiff::Timestamp>().unwrap_or_else(|error| panic!("`{text}`: {error}")).as_microsecond()
}

//! A decision table: CSV > questions with the decisions they expect.
//!
//! Enters: a file with a header. Leaves: a case for each row; a row that can't be read is a case that can't pass. Unknown
//! columns are ignored, lines that start with `#` are comments.

use super::question::{add_value, ask_as, resource};
use super::{Failure, values};
use crate::load;
use crate::policy::Policy;
use crate::terms::Reason;
use crate::testing::{Expected, Question};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::path::Path;

/// The columns without which there is no question.
const REQUIRED: [&str; 5] = ["case", "principal", "privilege", "resource", "expect"];
const OPTIONAL: [&str; 5] = ["roles", "groups", "context", "at", "reason"];

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    /// What its author calls it; may be empty.
    pub(super) name: String,
    /// From 1.
    pub(super) line: usize,
    /// What it asks and expects, or why that can't be read.
    pub(super) content: Result<Expected, String>,
}

/// Reads a table and hands over its rows, one by one.
pub(super) fn read(path: &Path, policy: &Policy, mut each: impl FnMut(Row)) -> Result<(), Failure> {
    let bytes = load::read_limited(path, load::MAX_FILE_BYTES)?.ok_or_else(|| {
        let (path, limit) = (path.display(), load::MAX_FILE_BYTES >> 20);
        Failure(format!("the table `{path}` is larger than {limit} MiB; split it"))
    })?;
    rows(bytes, path, policy, &mut each)
}

/// Hands over the rows of what was read at a path.
pub(super) fn rows(
    bytes: Vec<u8>,
    path: &Path,
    policy: &Policy,
    each: &mut dyn FnMut(Row),
) -> Result<(), Failure> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let (path, at) = (path.display(), error.utf8_error().valid_up_to());
        Failure(format!("the table `{path}` is not UTF-8 at byte {at}; save it as UTF-8"))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let unreadable = |error: csv::Error| {
        Failure(format!("cannot read the table `{}`: {error}; correct the row", path.display()))
    };
    let mut reader =
        ReaderBuilder::new().comment(Some(b'#')).flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let columns = Columns::find(reader.headers().map_err(unreadable)?, path)?;
    let mut record = StringRecord::new();
    let mut lines = Lines { text, offset: 0, line: 1 };
    while reader.read_record(&mut record).map_err(unreadable)? {
        let offset = record.position().map_or(0, csv::Position::byte);
        let line = lines.of_row(usize::try_from(offset).unwrap_or(usize::MAX));
        each(Row {
            name: columns.get(&record, "case").to_owned(),
            line,
            content: columns.row(&record, policy),
        });
    }
    Ok(())
}

/// Counts lines: the position of a row, as the reader gives it, stands before the comments and empty lines above it.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the first row at or behind an offset; offsets ascend.
    fn of_row(&mut self, offset: usize) -> usize {
        let passed = self.text.get(self.offset..offset).unwrap_or_default();
        self.line += passed.bytes().filter(|&byte| byte == b'\n').count();
        self.offset = self.offset.max(offset);
        while let Some(rest) = self.text.get(self.offset..) {
            let Some(length) = rest.find('\n').map(|end| end + 1) else { break };
            let line = rest.get(..length).unwrap_or_default();
            if !line.starts_with('#') && !line.trim_end_matches(['\r', '\n']).is_empty() {
                break;
            }
            self.offset += length;
            self.line += 1;
        }
        self.line
    }
}

/// Where the columns are.
struct Columns {
    header: Vec<String>,
}

impl Columns {
    fn find(header: &StringRecord, path: &Path) -> Result<Columns, Failure> {
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        let missing: Vec<String> = REQUIRED
            .iter()
            .filter(|name| !header.iter().any(|column| column == *name))
            .map(|name| format!("`{name}`"))
            .collect();
        if !missing.is_empty() {
            let (path, word) = (path.display(), if missing.len() == 1 { "column" } else { "columns" });
            let found = if header.is_empty() { "nothing".to_owned() } else { header.join(", ") };
            let missing = missing.join(", ");
            return Err(Failure(format!(
                "the table `{path}` lacks the {word} {missing}; its first line has {found}: add to it"
            )));
        }
        let known = REQUIRED.iter().chain(&OPTIONAL);
        let twice = known.into_iter().find(|name| header.iter().filter(|column| column == *name).count() > 1);
        if let Some(name) = twice {
            let path = path.display();
            return Err(Failure(format!(
                "the table `{path}` has the column `{name}` twice; rename one of them"
            )));
        }
        Ok(Columns { header })
    }

    /// The cell of a column; nothing where there is no such column.
    fn get<'a>(&self, record: &'a StringRecord, name: &str) -> &'a str {
        let at = self.header.iter().position(|column| column == name);
        at.and_then(|at| record.get(at)).unwrap_or_default()
    }

    fn row(&self, record: &StringRecord, policy: &Policy) -> Result<Expected, String> {
        if record.len() != self.header.len() {
            let (cells, columns) = (record.len(), self.header.len());
            return Err(format!(
                "the row has {cells} cells, and the header has {columns}; make them as many"
            ));
        }
        let cell = |name: &str| self.get(record, name);
        let privilege = cell("privilege");
        if privilege.is_empty() {
            return Err("the row names no privilege; name one".to_owned());
        }
        let mut question = Question { privilege: privilege.into(), ..Question::default() };
        ask_as(&mut question, cell("principal"))?;
        question.roles.extend(list(cell("roles"), '|').map(Into::into));
        question.groups.extend(list(cell("groups"), '|').map(Into::into));
        question.resource =
            Some(cell("resource")).filter(|text| !text.is_empty()).map(resource).transpose()?;
        for value in list(cell("context"), ';') {
            add_value(&mut question, value, policy)?;
        }
        let at = cell("at");
        if !at.is_empty() {
            let time = values::parse_time(at);
            question.at = Some(time.ok_or_else(|| format!("`at` is no date or RFC 3339 timestamp: `{at}`; write `2027-01-31` or `2027-01-31T12:00:00Z`"))?);
        }
        let granted = match cell("expect") {
            "grant" => true,
            "deny" => false,
            other => return Err(format!("`expect` is `{other}`; write `grant` or `deny`")),
        };
        let reason = match cell("reason") {
            "" => None,
            word => Some(Reason::parse(word).ok_or_else(|| unknown_reason(word))?),
        };
        Ok(Expected { question, granted, reason })
    }
}

fn unknown_reason(word: &str) -> String {
    let words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.name()).collect();
    format!("`reason` is `{word}`; write one of {}", words.join(", "))
}

/// The parts of a cell, empty ones left out.
fn list(cell: &str, separator: char) -> impl Iterator<Item = &str> {
    cell.split(separator).map(str::trim).filter(|part| !part.is_empty())
}

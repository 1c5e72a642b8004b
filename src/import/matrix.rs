//! A matrix in CSV > a draft: a row for each role, a column for each privilege.
//!
//! Enters: files as spreadsheets write them. Leaves: roles with what they are granted and denied. A cell that is none of the words below is
//! an error: a mistyped deny must not vanish.

use super::Input;
use super::draft::{Draft, Entry, Role};
use super::finding::Report;
use crate::ast::Effect;
use crate::source::{Source, SourceId, Span};
use csv::{ReaderBuilder, StringRecord, Trim};
use smol_str::SmolStr;
use std::collections::HashMap;

/// Cells that grant, in any case.
const GRANTS: [&str; 14] =
    ["x", "yes", "y", "true", "1", "+", "✓", "✔", "☑", "allow", "allowed", "grant", "granted", "permit"];
/// Cells that deny, whatever another role grants.
const DENIES: [&str; 4] = ["deny", "denied", "forbid", "forbidden"];
/// Cells that say nothing: not granted by this role.
const NOTHING: [&str; 9] = ["", "no", "n", "false", "0", "-", "–", "—", "☐"];
/// What may part cells.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// How a matrix is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatrixOptions {
    /// A row for each privilege, a column for each role.
    pub transposed: bool,
    /// What parts cells; nothing: whatever of `,`, `;`, tab and `|` the first line has most of.
    pub separator: Option<char>,
}

pub(super) fn read(input: &Input<'_>, options: &MatrixOptions, report: &mut Report) -> Draft {
    let mut draft = Draft { origin: "a matrix".to_owned(), ..Draft::default() };
    let mut roles: HashMap<SmolStr, (usize, Span)> = HashMap::new();
    for (id, source) in input.files() {
        let mut table = Table { id, source, options, report, roles: &mut roles, draft: &mut draft };
        table.read();
    }
    for name in &input.known.names {
        draft.privileges.declare(&name.text, category(&name.text), &[]);
    }
    draft
}

/// The category of a privilege: what stands before the first mark that people part names with.
fn category(privilege: &str) -> &str {
    let first = privilege.split(['.', ':', '/']).next().unwrap_or_default().trim();
    if first.is_empty() || first.len() == privilege.len() { "general" } else { first }
}

/// A cell and where its row begins.
struct Header {
    name: SmolStr,
    /// Which column, from 0.
    column: usize,
}

struct Table<'t> {
    id: SourceId,
    source: &'t Source,
    options: &'t MatrixOptions,
    report: &'t mut Report,
    /// Every role, with its number in the draft and where it was met.
    roles: &'t mut HashMap<SmolStr, (usize, Span)>,
    draft: &'t mut Draft,
}

impl Table<'_> {
    fn read(&mut self) {
        let separator = self.options.separator.unwrap_or_else(|| separator(&self.source.text));
        let Ok(delimiter) = u8::try_from(separator) else {
            self.report.error(None, format!("`{separator}` cannot part cells"), "give a character of ASCII");
            return;
        };
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .delimiter(delimiter)
            .from_reader(self.source.text.as_bytes());
        let mut header: Option<(Vec<Header>, usize)> = None;
        let mut record = StringRecord::new();
        let mut rows: HashMap<SmolStr, usize> = HashMap::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) => {
                    let at = error.position().map_or(0, csv::Position::byte);
                    let place = self.row_place(at);
                    return self.report.error(
                        place,
                        format!("the table cannot be read: {error}"),
                        "correct this row",
                    );
                }
            }
            let place = self.row_place(record.position().map_or(0, csv::Position::byte));
            if record.iter().all(str::is_empty) {
                continue;
            }
            match &header {
                None => match self.header(&record, place) {
                    Some(columns) => header = Some((columns, record.len())),
                    None => return,
                },
                Some((columns, width)) => self.row(&record, columns, *width, place, &mut rows),
            }
        }
        let what = if self.options.transposed { "roles" } else { "privileges" };
        let first = Span::new(self.id, 0..0);
        match header {
            None => self.report.error(first, "the table is empty", format!("its first row names the {what}")),
            Some(_) if rows.is_empty() && !self.report.has_errors() => {
                let rest = if self.options.transposed { "a privilege" } else { "a role" };
                self.report.error(
                    first,
                    "the table has a header and no rows",
                    format!("write a row for each {rest}: {rest} first"),
                );
            }
            Some(_) => {}
        }
    }

    /// Where a row begins: the reader's places stand before the empty lines above it.
    fn row_place(&self, at: u64) -> Span {
        let mut at = usize::try_from(at).unwrap_or(usize::MAX).min(self.source.text.len());
        let rest = self.source.text.get(at..).unwrap_or_default();
        at += rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        Span::new(self.id, at..at)
    }

    fn header(&mut self, record: &StringRecord, place: Span) -> Option<Vec<Header>> {
        let what = if self.options.transposed { "role" } else { "privilege" };
        let mut columns: Vec<Header> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (column, cell) in record.iter().enumerate().skip(1) {
            if cell.is_empty() {
                continue;
            }
            if let Some(first) = known.insert(cell, column) {
                let (one, other) = (letter(first), letter(column));
                let message = format!("the columns {one} and {other} have the same name, `{cell}`");
                self.report.error(place, message, "rename one of them, or put them together");
                return None;
            }
            columns.push(Header { name: cell.into(), column });
        }
        if columns.is_empty() {
            let message = format!("the first row names no {what}");
            let separators = "if cells are parted by another character, name it with `--separator`";
            let help = format!("write the {what}s behind its first cell; {separators}");
            self.report.error(place, message, help);
            return None;
        }
        for column in &columns {
            match self.options.transposed {
                true => drop(self.role(&column.name, place)),
                false => drop(self.draft.privileges.declare(&column.name, category(&column.name), &[])),
            }
        }
        Some(columns)
    }

    /// The number of a role. One that another file has too goes on there.
    fn role(&mut self, name: &SmolStr, place: Span) -> usize {
        if let Some((number, _)) = self.roles.get(name) {
            return *number;
        }
        let number = self.draft.roles.len();
        self.draft.roles.push(Role { name: name.clone(), ..Role::default() });
        self.roles.insert(name.clone(), (number, place));
        number
    }

    fn row(
        &mut self,
        record: &StringRecord,
        columns: &[Header],
        width: usize,
        place: Span,
        rows: &mut HashMap<SmolStr, usize>,
    ) {
        let what = if self.options.transposed { "privilege" } else { "role" };
        let first = record.get(0).unwrap_or_default();
        let (line, _) = self.source.line_column(place.start);
        if first.is_empty() {
            let message = format!("row {line} has marks and names no {what}");
            return self.report.error(place, message, format!("write the {what} into its first cell"));
        }
        if let Some(other) = rows.insert(first.into(), line) {
            let message = format!("rows {other} and {line} are both `{first}`");
            return self.report.error(place, message, "rename one of them, or put them together");
        }
        if record.iter().skip(width).any(|cell| !cell.is_empty()) {
            let message = format!("row {line} has {} cells, and the first row has {width}", record.len());
            return self.report.error(place, message, "put cells that hold the separator in quotes");
        }
        for (column, cell) in record.iter().enumerate().skip(1) {
            let is_named = columns.binary_search_by_key(&column, |known| known.column).is_ok();
            if !is_named && !cell.is_empty() {
                let message = format!(
                    "cell {}{line} holds `{}`, and its column has no name",
                    letter(column),
                    short(cell)
                );
                self.report.error(place, message, "name the column in the first row, or empty the cell");
            }
        }
        if !self.options.transposed && self.roles.get(first).is_some_and(|(_, place)| place.source != self.id)
        {
            let message = format!("the role `{first}` is in another file too");
            return self.report.error(place, message, "give each role one row in one file");
        }
        let own = match self.options.transposed {
            true => Own::Privilege(self.draft.privileges.declare(first, category(first), &[])),
            false => Own::Role(self.role(&first.into(), place)),
        };
        for column in columns {
            let cell = record.get(column.column).unwrap_or_default();
            let Some(effect) = self.effect(cell, column.column, line, place) else { continue };
            let (role, privilege) = match own {
                Own::Role(role) => {
                    (role, self.draft.privileges.declare(&column.name, category(&column.name), &[]))
                }
                Own::Privilege(privilege) => (self.role(&column.name, place), privilege),
            };
            if let Some(role) = self.draft.roles.get_mut(role) {
                match role.entries.iter_mut().find(|entry| entry.effect == effect) {
                    Some(entry) => entry.what.push(privilege),
                    None => role.entries.push(Entry::of(effect, vec![privilege])),
                }
            }
        }
    }

    fn effect(&mut self, cell: &str, column: usize, line: usize, place: Span) -> Option<Effect> {
        let word = cell.to_lowercase();
        let word = word.as_str();
        if GRANTS.contains(&word) {
            return Some(Effect::Grant);
        }
        if DENIES.contains(&word) {
            return Some(Effect::Deny);
        }
        if !NOTHING.contains(&word) {
            let message = format!("cell {}{line} holds `{}`", letter(column), short(cell));
            let help = "write `x` or `yes` for granted, `deny` for denied whatever other roles grant, and nothing or `no` otherwise";
            self.report.error(place, message, help);
        }
        None
    }
}

/// What the first cell of a row names.
#[derive(Clone, Copy)]
enum Own {
    Role(usize),
    Privilege(u32),
}

/// What the first line has most of, outside of quotes.
fn separator(text: &str) -> char {
    let line = text.trim_start().lines().next().unwrap_or_default();
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for character in line.chars() {
        quoted ^= character == '"';
        let at = SEPARATORS.iter().position(|&separator| separator == character && !quoted);
        if let Some(count) = at.and_then(|at| counts.get_mut(at)) {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    let found = SEPARATORS.iter().zip(counts).find(|(_, count)| *count == most && most > 0);
    found.map_or(',', |(separator, _)| *separator)
}

/// The column as spreadsheets name it: A, B, ..., Z, AA.
fn letter(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

/// A cell as a message repeats it.
fn short(cell: &str) -> String {
    const LONGEST: usize = 40;
    match cell.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", cell.get(..end).unwrap_or_default()),
        None => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_do() {
        let named: Vec<String> = [0, 1, 25, 26, 27, 51, 52, 701, 702].into_iter().map(letter).collect();
        assert_eq!(named, ["A", "B", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn the_first_line_tells_the_separator() {
        for (line, expected) in [
            ("role,a,b", ','),
            ("role;\"a,b,c\";d", ';'),
            ("role\ta", '\t'),
            ("role|a|b,c", '|'),
            ("role", ','),
            ("", ','),
        ] {
            assert_eq!(separator(line), expected, "{line}");
        }
    }
}

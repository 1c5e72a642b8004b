//! A matrix > text for people, documents, spreadsheets and programs.
//!
//! Enters: a matrix. Leaves: lines on a stream. What stands in a cell is one to three characters for people, and words for the others.

use super::difference::ConditionOf;
use super::json::{Deciding, object};
use crate::cli::terminal::{Stream, clean};
use crate::difference::{Cell, Mark, Matrix, Row};
use serde::Serialize;

/// What stands between two columns.
const GAP: usize = 2;
/// Names of columns are not shown longer.
const WIDEST: usize = 24;

/// Draws it, in as many tables as the width needs.
pub(in crate::cli) fn matrix_for_people(out: &mut Stream, matrix: &Matrix) {
    if matrix.rows.is_empty() || matrix.subjects.is_empty() {
        let what = if matrix.rows.is_empty() {
            "privileges"
        } else {
            "roles; `--principals` shows users, groups and classes"
        };
        out.line(&format!("the policy has no such {what}"));
        return;
    }
    let names: Vec<String> = matrix.subjects.iter().map(|subject| short(subject.name())).collect();
    let first = matrix.rows.iter().map(|row| width(&row.privilege) + 2).max().unwrap_or(0);
    let room = out.style.width.saturating_sub(first);
    let mut from = 0;
    while from < names.len() {
        let mut until = from;
        let mut used = 0;
        while let Some(name) = names.get(until) {
            used += width(name).max(3) + GAP;
            if used > room && until > from {
                break;
            }
            until += 1;
        }
        if from > 0 {
            out.line("");
        }
        table(out, matrix, &names, (from, until), first);
        from = until;
    }
    out.line("");
    let mut line = String::new();
    for word in legend(matrix) {
        if !line.is_empty() && width(&line) + 3 + width(&word) > out.style.width {
            let told = out.style.dim(&std::mem::take(&mut line));
            out.line(&told);
        }
        line.push_str(if line.is_empty() { "" } else { "   " });
        line.push_str(&word);
    }
    let told = out.style.dim(&line);
    out.line(&told);
}

/// One table: the columns from the first to before the last.
fn table(out: &mut Stream, matrix: &Matrix, names: &[String], (from, until): (usize, usize), first: usize) {
    let some = names.get(from..until).unwrap_or_default();
    let mut head = " ".repeat(first);
    for name in some {
        head.push_str(&" ".repeat(GAP + 3_usize.saturating_sub(width(name))));
        head.push_str(name);
    }
    out.line(&clean(&head));
    let mut category: Option<&Option<String>> = None;
    for row in &matrix.rows {
        if category != Some(&row.category) {
            category = Some(&row.category);
            if let Some(name) = &row.category {
                out.line(&clean(name));
            }
        }
        let mut line = format!("  {}{}", row.privilege, " ".repeat(first - 2 - width(&row.privilege)));
        for (at, name) in (from..until).zip(some) {
            let mark = mark(row.cell(at));
            line.push_str(&" ".repeat(GAP + width(name).max(3) - width(&mark)));
            line.push_str(&mark);
        }
        out.line(clean(&line).trim_end());
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn short(name: &str) -> String {
    match width(name) > WIDEST {
        true => name.chars().take(WIDEST - 2).chain("..".chars()).collect(),
        false => name.to_owned(),
    }
}

/// Each mark, its sign and what it means.
pub(super) const MARKS: [(Mark, &str, &str); 6] = [
    (Mark::Explicit, "+", "granted by an entry of its own"),
    (Mark::Inherited, "^", "inherited"),
    (Mark::Default, "d", "by default"),
    (Mark::Denied, "-", "denied"),
    (Mark::Unmet, "!", "requirement never met"),
    (Mark::Nothing, ".", "nothing"),
];
/// What stands behind a mark, and what it means.
pub(super) const CONDITION: (&str, &str) = ("?", "under a condition");
/// Likewise.
pub(super) const PARTLY: (&str, &str) = ("~", "only in places");

/// `^?~`.
pub(super) fn mark(cell: &Cell) -> String {
    let sign = MARKS.iter().find(|(mark, ..)| *mark == cell.mark).map_or("", |(_, sign, _)| sign);
    let condition = if cell.conditions.is_empty() { "" } else { CONDITION.0 };
    let partly = if cell.partly { PARTLY.0 } else { "" };
    format!("{sign}{condition}{partly}")
}

/// The signs that are there, and what they mean.
pub(super) fn signs(matrix: &Matrix) -> Vec<(&'static str, &'static str)> {
    let filled = || matrix.rows.iter().flat_map(Row::filled);
    let is_full = matrix.rows.iter().all(|row| row.filled().count() == matrix.subjects.len());
    let is_there = |mark: Mark| match mark {
        Mark::Nothing => !is_full,
        mark => filled().any(|cell| cell.mark == mark),
    };
    let there = MARKS.iter().filter(|(mark, ..)| is_there(*mark));
    let mut all: Vec<_> = there.map(|&(_, sign, words)| (sign, words)).collect();
    all.extend(filled().any(|cell| !cell.conditions.is_empty()).then_some(CONDITION));
    all.extend(filled().any(|cell| cell.partly).then_some(PARTLY));
    all
}

/// What the marks mean that are there.
fn legend(matrix: &Matrix) -> Vec<String> {
    signs(matrix).into_iter().map(|(sign, words)| format!("{sign} {words}")).collect()
}

/// `inherited, on folder:a and below, when ...`; nothing for nothing.
fn words(cell: &Cell) -> String {
    if cell.mark == Mark::Nothing {
        return String::new();
    }
    let mut words = cell.mark.name().to_owned();
    if cell.partly {
        words.push_str(&format!(", on {}", cell.places.join(", ")));
    }
    for (at, condition) in cell.conditions.iter().enumerate() {
        words.push_str(if at == 0 { ", when " } else { ", or when " });
        words.push_str(&condition.to_string());
    }
    words
}

/// Writes it as a table of Markdown.
pub(in crate::cli) fn matrix_as_markdown(out: &mut Stream, matrix: &Matrix) {
    let cell = |text: &str| clean(text).replace('\\', "\\\\").replace('|', "\\|").replace('\n', " ");
    let head: Vec<String> = matrix.subjects.iter().map(|subject| cell(&subject.to_string())).collect();
    out.line(&format!("| privilege | {} |", head.join(" | ")));
    out.line(&format!("|---|{}", ":-:|".repeat(head.len())));
    let mut category: Option<&Option<String>> = None;
    for row in &matrix.rows {
        if category != Some(&row.category) {
            category = Some(&row.category);
            if let Some(name) = &row.category {
                out.line(&format!("| **{}** |{}", cell(name), " |".repeat(head.len())));
            }
        }
        let cells = (0..head.len()).map(|at| format!("`{}`", mark(row.cell(at))));
        let cells: Vec<String> = cells.collect();
        let cells: Vec<&str> = cells.iter().map(|text| if text == "`.`" { "" } else { text }).collect();
        out.line(&format!("| {} | {} |", cell(&row.privilege), cells.join(" | ")));
    }
    out.line("");
    out.line(&cell(&legend(matrix).join(", ")));
}

/// Writes it for spreadsheets: category, privilege, title, and a column for each subject.
pub(in crate::cli) fn matrix_as_csv(out: &mut Stream, matrix: &Matrix) {
    let mut head = vec!["category".to_owned(), "privilege".to_owned(), "title".to_owned()];
    head.extend(matrix.subjects.iter().map(ToString::to_string));
    record(out, &head);
    for row in &matrix.rows {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut fields = vec![text(&row.category), row.privilege.clone(), text(&row.title)];
        fields.extend((0..matrix.subjects.len()).map(|at| words(row.cell(at))));
        record(out, &fields);
    }
}

fn record(out: &mut Stream, fields: &[String]) {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory does not fail, and each record is as long as the first.
    let _ = writer.write_record(fields);
    let bytes = writer.into_inner().unwrap_or_default();
    out.text(&String::from_utf8_lossy(&bytes));
}

/// Writes one `row` for each privilege. The shapes are a promise: fields may be added, none is renamed or removed.
pub(in crate::cli) fn matrix_as_json(out: &mut Stream, matrix: &Matrix) {
    let subjects: Vec<String> = matrix.subjects.iter().map(ToString::to_string).collect();
    matrix.rows.iter().for_each(|row| object(out, &RowOf::new(row, &subjects)));
}

#[derive(Serialize)]
struct RowOf<'a> {
    r#type: &'static str,
    privilege: &'a str,
    category: Option<&'a str>,
    title: Option<&'a str>,
    cells: Vec<CellOf<'a>>,
}

#[derive(Serialize)]
struct CellOf<'a> {
    subject: &'a str,
    mark: &'static str,
    granted: bool,
    partly: bool,
    places: &'a [String],
    conditions: Vec<ConditionOf<'a>>,
    deciding: Vec<Deciding<'a>>,
    /// Where something is missing: the smallest sets of which one would have to hold.
    missing: Vec<&'a [String]>,
}

impl<'a> RowOf<'a> {
    fn new(row: &'a Row, subjects: &'a [String]) -> RowOf<'a> {
        let cells = subjects.iter().enumerate().map(|(at, subject)| (subject, row.cell(at)));
        let cells = cells.map(|(subject, cell)| CellOf {
            subject,
            mark: cell.mark.name(),
            granted: cell.mark.is_granted(),
            partly: cell.partly,
            places: &cell.places,
            conditions: cell.conditions.iter().map(ConditionOf::new).collect(),
            deciding: cell.entries.iter().map(Deciding::new).collect(),
            missing: cell.grounds.iter().flat_map(|ground| &ground.missing).map(Vec::as_slice).collect(),
        });
        RowOf {
            r#type: "row",
            privilege: &row.privilege,
            category: row.category.as_deref(),
            title: row.title.as_deref(),
            cells: cells.collect(),
        }
    }
}

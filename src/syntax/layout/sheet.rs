//! Lines > text in which the columns of neighbours stand below each other.
//!
//! Enters: the lines of a block, or of a stretch of a file, those that stand on one line as cells. Leaves: text, with a
//! newline before each line but the first.

use super::WIDTH;
use super::part::columns;
use std::mem;

/// How much wider than the narrowest a cell may be that the others are aligned to.
const WIDEST: usize = 40;

/// The longest run of lines that is aligned outside of tables. Longer ones are data: one long name would move them all.
const LONGEST: usize = 40;

/// What a cell holds. Lines are aligned in a column as far as they hold the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Other,
    Name,
    Title,
    Clause,
    Marks,
    Role,
    Scope,
    Rest,
    Effect,
    Privileges,
    To,
    On,
    When,
    Who,
    Because,
}

/// A piece of a line, and its width.
pub(super) struct Cell {
    pub column: Column,
    pub text: String,
    pub width: usize,
}

enum Line {
    Row {
        cells: Vec<Cell>,
        comment: Option<String>,
    },
    /// Lines as they are; `cut` ends a run.
    Text {
        text: String,
        cut: bool,
    },
    Blank,
}

/// How the lines of a block are aligned.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub indent: usize,
    /// How many columns are those of a table: as wide in all of the block.
    pub table: usize,
    /// The blanks between columns.
    pub between: usize,
}

/// Collects lines until they can be aligned.
pub(super) struct Sheet {
    style: Style,
    lines: Vec<Line>,
    out: String,
}

impl Sheet {
    pub fn new(length: usize) -> Sheet {
        let style = Style { indent: 0, table: 0, between: 1 };
        Sheet { style, lines: Vec::new(), out: String::with_capacity(length) }
    }

    /// The blanks before its lines.
    pub fn indent(&self) -> usize {
        self.style.indent
    }

    /// Writes what is there, and aligns what follows in another way. The way before is for the end of the block.
    pub fn turn(&mut self, style: Style) -> Style {
        self.flush();
        mem::replace(&mut self.style, style)
    }

    /// A line that stands below others.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.lines.push(Line::Row { cells, comment: None });
    }

    /// Lines that are aligned with no others, and end a run.
    pub fn text(&mut self, text: String) {
        self.lines.push(Line::Text { text, cut: true });
        if self.style.table == 0 {
            self.flush();
        }
    }

    /// A line among those of a run: a comment, documentation.
    pub fn aside(&mut self, text: &str, indent: usize) {
        let text = format!("{}{text}", " ".repeat(indent));
        self.lines.push(Line::Text { text, cut: false });
    }

    /// As [`Sheet::aside`], of more than one line.
    pub fn asides(&mut self, text: String) {
        self.lines.push(Line::Text { text, cut: false });
    }

    pub fn blank(&mut self) {
        self.lines.push(Line::Blank);
        if self.style.table == 0 {
            self.flush();
        }
    }

    /// A comment behind the last line.
    pub fn trail(&mut self, comment: &str) {
        match self.lines.last_mut() {
            Some(Line::Row { comment: slot, .. }) => *slot = Some(comment.to_owned()),
            Some(Line::Text { text, .. }) => {
                text.push(' ');
                text.push_str(comment);
            }
            _ => {
                self.out.push(' ');
                self.out.push_str(comment);
            }
        }
    }

    /// The text.
    pub fn finish(mut self) -> String {
        self.flush();
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }

    fn flush(&mut self) {
        let lines = mem::take(&mut self.lines);
        let widths = self.widths(&lines);
        let mut rows: Vec<(String, Option<String>)> = Vec::with_capacity(lines.len());
        for (line, widths) in lines.into_iter().zip(widths) {
            match line {
                Line::Row { cells, comment } => rows.push((self.joined(&cells, &widths), comment)),
                Line::Text { text, .. } => {
                    self.behind(&mut rows);
                    self.line(&text);
                }
                Line::Blank => {
                    self.behind(&mut rows);
                    self.out.push('\n');
                }
            }
        }
        self.behind(&mut rows);
    }

    /// Writes rows, and the comments behind them.
    fn behind(&mut self, rows: &mut Vec<(String, Option<String>)>) {
        let rows = mem::take(rows);
        for run in rows.chunk_by(|a, b| a.1.is_some() == b.1.is_some()) {
            let wide: Vec<usize> = run.iter().map(|(row, _)| columns(row)).collect();
            let width = widest(wide.iter().copied());
            for ((row, comment), wide) in run.iter().zip(wide) {
                self.line(row);
                if let Some(comment) = comment {
                    self.out.extend(std::iter::repeat_n(' ', width.saturating_sub(wide) + 1));
                    self.out.push_str(comment);
                }
            }
        }
    }

    fn line(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(text);
    }

    /// A row with each cell as wide as its column, if that fits.
    fn joined(&self, cells: &[Cell], widths: &[usize]) -> String {
        let Style { indent, between, .. } = self.style;
        let mut rest: usize = cells.iter().map(|cell| cell.width + between).sum();
        let mut line = " ".repeat(indent);
        let mut column = indent;
        for (at, cell) in cells.iter().enumerate() {
            line.push_str(&cell.text);
            column += cell.width;
            rest -= cell.width + between;
            if at + 1 < cells.len() {
                let wanted = widths.get(at).map_or(0, |width| width.saturating_sub(cell.width));
                let padded = if column + wanted + rest <= WIDTH { wanted } else { 0 };
                line.extend(std::iter::repeat_n(' ', padded + between));
                column += padded + between;
            }
        }
        line
    }

    /// The width of each cell of each row.
    fn widths(&self, lines: &[Line]) -> Vec<Vec<usize>> {
        let mut widths: Vec<Vec<usize>> = lines
            .iter()
            .map(|line| match line {
                Line::Row { cells, .. } => vec![0; cells.len().saturating_sub(1)],
                _ => Vec::new(),
            })
            .collect();
        let count = widths.iter().map(Vec::len).max().unwrap_or(0);
        for column in 0..count {
            let table = column < self.style.table;
            let mut run: Vec<(usize, &[Cell])> = Vec::new();
            for (at, line) in lines.iter().enumerate() {
                match line {
                    Line::Row { cells, .. } if cells.len() > column + 1 => {
                        if !table && !run.last().is_none_or(|(_, last)| alike(last, cells, column)) {
                            self.align(&mut run, column, &mut widths);
                        }
                        run.push((at, cells));
                    }
                    Line::Text { cut: false, .. } => {}
                    _ if table => {}
                    _ => self.align(&mut run, column, &mut widths),
                }
            }
            self.align(&mut run, column, &mut widths);
        }
        widths
    }

    fn align(&self, run: &mut Vec<(usize, &[Cell])>, column: usize, widths: &mut [Vec<usize>]) {
        let run = mem::take(run);
        if self.style.table == 0 && run.len() > LONGEST {
            return;
        }
        let width = widest(run.iter().filter_map(|(_, cells)| Some(cells.get(column)?.width)));
        for (row, _) in run {
            if let Some(slot) = widths.get_mut(row).and_then(|row| row.get_mut(column)) {
                *slot = width;
            }
        }
    }
}

/// The widest of those that are not much wider than the narrowest.
fn widest(widths: impl Iterator<Item = usize> + Clone) -> usize {
    let most = widths.clone().min().unwrap_or(0) + WIDEST;
    widths.filter(|&width| width <= most).max().unwrap_or(0)
}

/// Whether two rows hold the same up to a column and right behind it.
fn alike(one: &[Cell], other: &[Cell], column: usize) -> bool {
    one.iter().zip(other).take(column + 2).all(|(one, other)| one.column == other.column)
}

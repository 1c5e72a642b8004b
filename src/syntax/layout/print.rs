//! Parts > the lines of a statement that does not stand on one.
//!
//! Enters: parts in the order of the text. Leaves: lines without a newline at the end. Wherever a comment stands, it stays
//! behind the same token: one that ended a line ends one again, and one with a line of its own has one again.

use super::gap::Gap;
use super::part::{Form, Part, Style, columns};
use super::{INDENT, WIDTH, Word};
use std::ops::Range;

/// What is to be written before the next token.
#[derive(Clone, Copy)]
enum Pending {
    Nothing,
    Space,
    /// A new line with so many blanks.
    Line(usize),
}

/// Writes tokens, and breaks what is too wide.
pub(super) struct Printer<'t> {
    text: &'t str,
    out: String,
    column: usize,
    /// The blanks of this line.
    indent: usize,
    lines: usize,
    pending: Pending,
}

impl<'t> Printer<'t> {
    /// A printer whose first line is indented by so many blanks.
    pub fn new(text: &'t str, indent: usize) -> Printer<'t> {
        Printer { text, out: " ".repeat(indent), column: indent, indent, lines: 0, pending: Pending::Nothing }
    }

    /// The lines.
    pub fn finish(self) -> String {
        self.out
    }

    /// A statement: as many of its clauses as fit on a line, and a list that needs lines of its own behind its word.
    pub fn statement(&mut self, words: &[Word], base: usize) {
        let mut clauses = Vec::new();
        let mut rest = words;
        while !rest.is_empty() {
            let end = rest.iter().skip(1).position(|word| word.clause).map_or(rest.len(), |at| at + 1);
            let (clause, behind) = rest.split_at(end);
            clauses.push(clause);
            rest = behind;
        }
        let mut broken = false;
        for (at, clause) in clauses.into_iter().enumerate() {
            let before = self.lines;
            let same_line = at == 0 || !broken && (self.fits(clause) || self.hangs(clause, base));
            if at > 0 {
                self.pending = if same_line { Pending::Space } else { Pending::Line(base + INDENT) };
            }
            self.clause(clause, if same_line { base } else { base + INDENT });
            broken = self.lines > before + usize::from(!same_line);
        }
    }

    /// The head of a block and its `{`, which has a line of its own where the head is not one.
    pub fn head(&mut self, head: &[Word], open: &Part, base: usize) {
        if is_calm(head) && !open.lead && self.column + width(head) + 2 <= WIDTH {
            self.clause(head, base);
            self.push(" {");
            return;
        }
        self.statement(head, base);
        self.closing(open, base);
    }

    /// Whether a clause fits on the rest of the line.
    fn fits(&self, clause: &[Word]) -> bool {
        is_calm(clause)
            && clause.first().is_some_and(|word| !word.part.lead)
            && self.column + 1 + width(clause) <= WIDTH
    }

    /// Whether a clause ends in a list that takes more than a line, wherever it begins.
    fn hangs(&self, clause: &[Word], base: usize) -> bool {
        let Some((last, before)) = clause.split_last() else { return false };
        if let Form::Bracket { style: Style::Values, .. } = last.part.form {
            return !last.part.lead && self.column + 2 <= WIDTH;
        }
        if is_calm(clause) && base + INDENT + width(clause) <= WIDTH {
            return false;
        }
        let lead = |parts: &[&Part]| {
            let calm = parts.iter().all(|part| part.calm && !part.lead);
            calm.then(|| parts.iter().map(|part| part.width + 1).sum::<usize>())
        };
        let before: Vec<&Part> = before.iter().map(|word| &word.part).collect();
        let word = match &last.part.form {
            Form::List(..) => lead(&before),
            Form::Words(parts) => match parts.split_last() {
                Some((Part { form: Form::List(..), .. }, words)) => {
                    lead(&before.into_iter().chain(words).collect::<Vec<_>>())
                }
                _ => None,
            },
            _ => None,
        };
        word.is_some_and(|word| word > 0 && self.column + 1 + word <= WIDTH)
    }

    fn clause(&mut self, clause: &[Word], base: usize) {
        for (at, word) in clause.iter().enumerate() {
            if at > 0 {
                self.pending = Pending::Space;
            }
            self.put(&word.part, base, 0);
        }
    }

    /// A part on the rest of the line if it fits with so many columns behind it, or broken.
    fn put(&mut self, part: &Part, base: usize, behind: usize) {
        let start = match self.pending {
            Pending::Line(indent) => indent,
            Pending::Nothing if !part.lead => self.column,
            Pending::Space if !part.lead => self.column + 1,
            _ => base + INDENT,
        };
        if part.calm && start + part.width + behind <= WIDTH {
            self.flat(part, base);
        } else {
            self.broken(part, base, behind);
        }
    }

    /// A part on one line.
    fn flat(&mut self, part: &Part, base: usize) {
        if let Form::Token { gap, at } = &part.form {
            return self.token(gap, at, base);
        }
        // The token that leads it may have a comment before it; the others have none.
        let mut line = String::new();
        part.flat(self.text, &mut line);
        match first(part) {
            Some((gap, _)) if part.lead => self.gap(gap, base),
            _ => {}
        }
        self.begin();
        self.push(&line);
    }

    fn broken(&mut self, part: &Part, base: usize, behind: usize) {
        match &part.form {
            Form::Token { gap, at } => self.token(gap, at, base),
            Form::Words(parts) => self.each(parts, Pending::Space, base, behind),
            Form::Glued(parts) => self.each(parts, Pending::Nothing, base, behind),
            Form::Chain(parts) => {
                for (at, operand) in parts.iter().enumerate() {
                    if at > 0 {
                        self.pending = Pending::Line(base + INDENT);
                    }
                    self.put(operand, if at > 0 { base + INDENT } else { base }, 0);
                }
            }
            Form::List(parts, mark) => {
                self.pending = Pending::Line(base + INDENT);
                self.items(parts, mark, part.calm, base + INDENT);
            }
            Form::Bracket { open, inner, close, style } => {
                self.put(open, base, 0);
                let base = self.indent;
                self.pending = Pending::Line(base + INDENT);
                match style {
                    Style::List => {
                        self.items(inner, ",", part.calm, base + INDENT);
                        if !inner.is_empty() {
                            self.push(",");
                        }
                    }
                    Style::Values => self.items(inner, "", false, base + INDENT),
                    Style::One => self.each(inner, Pending::Space, base + INDENT, 0),
                }
                self.closing(close, base);
            }
        }
    }

    /// A bracket with a line of its own, below the comments before it.
    fn closing(&mut self, bracket: &Part, base: usize) {
        if let Form::Token { gap, at } = &bracket.form {
            self.pending = Pending::Line(base + INDENT);
            self.gap(gap, base);
            self.pending = Pending::Line(base);
            self.token(&(at.start..at.start), at, base);
        }
    }

    fn each(&mut self, parts: &[Part], between: Pending, base: usize, behind: usize) {
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.pending = between;
            }
            let behind = if at + 1 == parts.len() { behind } else { 0 };
            self.put(part, base, behind);
        }
    }

    /// The items of a list: as many on a line as fit, or, where a comment stands among them, a line for each.
    fn items(&mut self, items: &[Part], mark: &str, fill: bool, base: usize) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.push(mark);
                let fits = fill && self.column + 1 + item.width + mark.len() <= WIDTH;
                self.pending = if fits { Pending::Space } else { Pending::Line(base) };
            }
            self.put(item, base, mark.len());
        }
    }

    fn token(&mut self, gap: &Range<usize>, at: &Range<usize>, base: usize) {
        self.gap(gap, base);
        self.begin();
        self.push(self.text.get(at.clone()).unwrap_or_default());
    }

    /// The comments before a token. What follows them goes on a new line.
    fn gap(&mut self, gap: &Range<usize>, base: usize) {
        let between = self.text.get(gap.clone()).unwrap_or_default();
        if !between.contains('#') {
            return;
        }
        let between = Gap::of(between, true);
        let indent = match self.pending {
            Pending::Line(indent) => indent,
            _ => base + INDENT,
        };
        if let Some(comment) = between.trailing {
            self.push(" ");
            self.push(comment);
        }
        for (_, comment) in between.own {
            self.pending = Pending::Line(indent);
            self.begin();
            self.push(comment);
        }
        self.pending = Pending::Line(indent);
    }

    fn begin(&mut self) {
        match self.pending {
            Pending::Nothing => {}
            Pending::Space => self.push(" "),
            Pending::Line(indent) => {
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.column = indent;
                self.indent = indent;
                self.lines += 1;
            }
        }
        self.pending = Pending::Nothing;
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += columns(text);
    }
}

/// The first token of a part.
fn first(part: &Part) -> Option<(&Range<usize>, &Range<usize>)> {
    match &part.form {
        Form::Token { gap, at } => Some((gap, at)),
        Form::Words(parts) | Form::Glued(parts) | Form::Chain(parts) | Form::List(parts, _) => {
            first(parts.first()?)
        }
        Form::Bracket { open, .. } => first(open),
    }
}

/// Whether words may stand on one line.
pub(super) fn is_calm(words: &[Word]) -> bool {
    words.iter().enumerate().all(|(at, word)| word.part.calm && (at == 0 || !word.part.lead))
}

/// How many columns words take on one line.
pub(super) fn width(words: &[Word]) -> usize {
    words.iter().map(|word| word.part.width + 1).sum::<usize>().saturating_sub(1)
}

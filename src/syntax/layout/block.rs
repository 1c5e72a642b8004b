//! Statements and blocks > the lines of a sheet.
//!
//! Enters: pairs of pest, in the order of the text. Leaves: lines, with the comments and blank lines between them. A block has
//! an item on each line; one of a role or of a scope with a single item stands on one line if it fits.

use super::gap::Gap;
use super::part::{Form, Part, Parts, Style as Brackets};
use super::print::{Printer, is_calm, width};
use super::sheet::{Column, Sheet, Style};
use super::words::{Word, cells};
use super::{INDENT, WIDTH};
use crate::syntax::grammar::{Node, Rule};

/// Lays out one text.
pub(super) struct Layout<'t> {
    parts: Parts<'t>,
    sheet: Sheet,
    /// Something stands before, in the file or in the block.
    goes_on: bool,
}

impl<'t> Layout<'t> {
    pub fn new(text: &'t str) -> Layout<'t> {
        let parts = Parts { text, offset: 0, at: 0 };
        Layout { parts, sheet: Sheet::new(text.len()), goes_on: false }
    }

    /// The pairs that follow are of the text from here on.
    pub fn piece(&mut self, start: usize) {
        self.parts.offset = start;
    }

    /// The text, once all statements are laid out.
    pub fn finish(mut self) -> String {
        self.gap(self.parts.text.len(), true, false);
        self.sheet.finish()
    }

    /// A statement or an item of a block, with what stands before it.
    pub fn item(&mut self, node: Node<'_>) {
        // A privilege, and the word `privilege` before it.
        let is_privilege = node.as_rule() == Rule::category_item;
        let rule = node.as_rule();
        let (mut blanks, mut behind) = (true, Vec::new());
        let mut nodes = node.clone().into_inner();
        while let Some(first) = nodes.peek() {
            let start = self.parts.start(&first);
            match first.as_rule() {
                Rule::doc_line => {
                    self.gap(start, blanks, true);
                    let line = self.parts.token(&first);
                    self.meta(&line);
                }
                Rule::allow => {
                    self.gap(start, blanks, true);
                    let words = vec![word(self.parts.part(first))];
                    self.allow(&words);
                }
                _ => break,
            }
            blanks = false;
            nodes.next();
        }
        behind.extend(nodes);
        let Some(first) = behind.first() else { return };
        self.gap(self.parts.start(first), blanks, true);
        match behind.len() {
            _ if is_privilege => self.privilege(behind),
            1 => behind.into_iter().for_each(|node| self.line_or_block(node)),
            _ => {
                let words = self.parts.line(rule, behind);
                self.line(&words);
            }
        }
    }

    fn meta(&mut self, line: &Part) {
        if let Form::Token { at, .. } = &line.form {
            let text = self.parts.text.get(at.clone()).unwrap_or_default();
            self.sheet.aside(text.trim_end(), self.sheet.indent());
        }
    }

    fn allow(&mut self, words: &[Word]) {
        let mut printer = Printer::new(self.parts.text, self.sheet.indent());
        printer.statement(words, self.sheet.indent());
        self.sheet.asides(printer.finish());
    }

    fn line_or_block(&mut self, node: Node<'_>) {
        let is_block = node.clone().into_inner().any(|part| part.as_rule() == Rule::open);
        match node.as_rule() {
            _ if is_block => self.block(node),
            // The head is all of it.
            Rule::role | Rule::resource | Rule::policy => {
                let words: Vec<Word> =
                    node.into_inner().flat_map(|head| self.parts.statement(head)).collect();
                self.line(&words);
            }
            _ => {
                let words = self.parts.statement(node);
                self.line(&words);
            }
        }
    }

    /// A statement without a block.
    fn line(&mut self, words: &[Word]) {
        let indent = self.sheet.indent();
        if is_calm(words) && indent + width(words) <= WIDTH {
            return self.sheet.row(cells(words, self.parts.text));
        }
        let mut printer = Printer::new(self.parts.text, indent);
        printer.statement(words, indent);
        self.sheet.text(printer.finish());
    }

    /// A privilege of a category: its name and title in their columns, and its clauses behind them or below.
    fn privilege(&mut self, nodes: Vec<Node<'_>>) {
        let mut words: Vec<Word> = Vec::new();
        for node in nodes {
            match node.as_rule() {
                Rule::kw_privilege => {
                    words.push(Word { column: Some(Column::Name), ..word(self.parts.token(&node)) })
                }
                _ => {
                    let keyword = !words.is_empty();
                    for mut word in self.parts.statement(node) {
                        if keyword && word.column == Some(Column::Name) {
                            word.column = None;
                        }
                        words.push(word);
                    }
                }
            }
        }
        let (indent, text) = (self.sheet.indent(), self.parts.text);
        let head = words.iter().position(|word| word.clause).unwrap_or(words.len());
        let (head, clauses) = words.split_at(head);
        let fits = is_calm(&words) && indent + width(&words) + 2 <= WIDTH;
        let in_table = is_calm(head) && clauses.iter().all(|clause| !clause.part.lead);
        if fits || clauses.is_empty() || !in_table {
            return self.line(&words);
        }
        self.sheet.row(cells(head, text));
        for clause in clauses {
            let mut printer = Printer::new(text, indent + INDENT);
            printer.statement(std::slice::from_ref(clause), indent + INDENT);
            self.sheet.asides(printer.finish());
        }
    }

    /// A statement with a block.
    fn block(&mut self, node: Node<'_>) {
        let rule = node.as_rule();
        let (mut head, mut open, mut close, mut items) = (Vec::new(), None, None, Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::open => open = Some(part),
                Rule::close => close = Some(part),
                _ if open.is_none() => head.extend(self.parts.statement(part)),
                _ => items.push(part),
            }
        }
        // Both are there: the block is without a fault.
        let (Some(open), Some(close)) = (open, close) else { return };
        let open = self.parts.token(&open);
        match items.as_slice() {
            [] if !self.comment_before(&close) => {
                let close = self.parts.token(&close);
                let (open, close) = (Box::new(open), Box::new(close));
                let empty = Form::Bracket { open, inner: Vec::new(), close, style: Brackets::Values };
                head.push(Word { column: Some(Column::Rest), ..word(Part::of(empty)) });
                return self.line(&head);
            }
            [only] if matches!(rule, Rule::role | Rule::on_block | Rule::role_block) => {
                if let Some(row) = self.one_line(&head, &open, only, &close) {
                    return self.sheet.row(row);
                }
            }
            _ => {}
        }
        self.head(&head, &open);
        let indent = self.sheet.indent() + INDENT;
        let style = match rule {
            Rule::category | Rule::matrix => Style { indent, table: 2, between: 2 },
            Rule::test => Style { indent, table: 1, between: 1 },
            _ => Style { indent, table: 0, between: 1 },
        };
        let outer = self.sheet.turn(style);
        self.goes_on = false;
        for item in items {
            self.item(item);
        }
        self.gap(self.parts.start(&close), true, false);
        self.sheet.turn(outer);
        self.parts.token(&close);
        self.sheet.text(format!("{}}}", " ".repeat(outer.indent)));
        self.goes_on = true;
    }

    /// A block with one item as a row, if it may stand on one line and fits.
    fn one_line(
        &mut self,
        head: &[Word],
        open: &Part,
        only: &Node<'_>,
        close: &Node<'_>,
    ) -> Option<Vec<super::sheet::Cell>> {
        let mut inner = only.clone().into_inner();
        let entry = inner.next().filter(|_| inner.next().is_none())?;
        if open.lead || !is_calm(head) || matches!(entry.as_rule(), Rule::role_block) {
            return None;
        }
        let before = self.parts.at;
        let words = self.parts.statement(entry);
        let close = self.parts.token(close);
        let lead = words.first().is_some_and(|first| first.part.lead);
        let all = width(head) + width(&words) + "{  } ".len();
        if lead || close.lead || !is_calm(&words) || self.sheet.indent() + all > WIDTH {
            self.parts.at = before;
            return None;
        }
        let mut row = cells(head, self.parts.text);
        for (at, mut cell) in cells(&words, self.parts.text).into_iter().enumerate() {
            if at == 0 {
                cell.text.insert_str(0, "{ ");
                cell.width += 2;
                cell.column = Column::Rest;
            }
            row.push(cell);
        }
        if let Some(last) = row.last_mut() {
            last.text.push_str(" }");
            last.width += 2;
        }
        Some(row)
    }

    /// The head of a block and its `{`, which has its own line where the head has several.
    fn head(&mut self, head: &[Word], open: &Part) {
        let indent = self.sheet.indent();
        let mut printer = Printer::new(self.parts.text, indent);
        printer.head(head, open, indent);
        self.sheet.text(printer.finish());
    }

    fn comment_before(&self, node: &Node<'_>) -> bool {
        let gap = self.parts.text.get(self.parts.at..self.parts.start(node));
        gap.is_some_and(|gap| gap.contains('#'))
    }

    /// The comments and blank lines before what begins at `start`. No blank line begins or ends a block or a file.
    fn gap(&mut self, start: usize, blanks: bool, more: bool) {
        let text = self.parts.text.get(self.parts.at..start).unwrap_or_default();
        let gap = Gap::of(text, self.parts.at > 0);
        self.parts.at = start;
        if let Some(comment) = gap.trailing {
            self.sheet.trail(comment);
        }
        for (blank, comment) in gap.own {
            if blank && blanks && self.goes_on {
                self.sheet.blank();
            }
            self.sheet.aside(comment, self.sheet.indent());
            self.goes_on = true;
        }
        if gap.blank && blanks && more && self.goes_on {
            self.sheet.blank();
        }
        self.goes_on = true;
    }
}

fn word(part: Part) -> Word {
    Word { part, clause: false, column: None }
}

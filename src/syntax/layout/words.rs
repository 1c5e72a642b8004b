//! Pairs of pest > the words of a statement: where it may be broken, and what stands below what of its neighbours.

use super::part::{Form, Part, Parts};
use super::sheet::{Cell, Column};
use crate::syntax::grammar::{Node, Rule};

/// A part of a statement.
pub(super) struct Word {
    pub part: Part,
    /// A clause begins here.
    pub clause: bool,
    /// A cell begins here.
    pub column: Option<Column>,
}

impl Parts<'_> {
    /// The words of a statement, or of the head of a block.
    pub fn statement(&mut self, node: Node<'_>) -> Vec<Word> {
        let rule = node.as_rule();
        let is_one =
            matches!(rule, Rule::with | Rule::matrix_roles) || node.clone().into_inner().next().is_none();
        if is_one {
            let part = self.part(node);
            return vec![Word { part, clause: false, column: Some(Column::Other) }];
        }
        self.line(rule, node.into_inner())
    }

    /// The words of nodes inside of one of a rule.
    pub fn line<'n>(&mut self, outer: Rule, nodes: impl IntoIterator<Item = Node<'n>>) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for node in nodes {
            let rule = node.as_rule();
            let column = column(outer, rule).filter(|column| {
                // Further clauses belong to the cell of the first.
                words.iter().all(|word| word.column != Some(*column))
            });
            let column = if words.is_empty() { column.or(Some(Column::Other)) } else { column };
            match rule {
                Rule::privilege_set => self.privileges(node, column, &mut words),
                Rule::colon => {
                    let colon = self.token(&node);
                    match words.pop() {
                        Some(Word { part, clause, column }) => {
                            let part = Part::of(Form::Glued(vec![part, colon]));
                            words.push(Word { part, clause, column });
                        }
                        None => words.push(Word { part: colon, clause: false, column }),
                    }
                }
                _ => words.push(Word { part: self.part(node), clause: is_clause(rule), column }),
            }
        }
        words
    }

    /// A list, and its `except` as a clause.
    fn privileges(&mut self, node: Node<'_>, column: Option<Column>, words: &mut Vec<Word>) {
        let mut column = column;
        let (except, items): (Vec<_>, Vec<_>) =
            node.into_inner().partition(|part| part.as_rule() == Rule::except);
        words.push(Word { part: self.list(items), clause: false, column: column.take() });
        for node in except {
            words.push(Word { part: self.part(node), clause: true, column: None });
        }
    }
}

/// Whether a clause begins with a node, which may stand on a line of its own.
fn is_clause(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::kw_to
            | Rule::on_scope
            | Rule::on_names
            | Rule::on_resource
            | Rule::in_names
            | Rule::in_resource
            | Rule::inherits
            | Rule::role_requires
            | Rule::includes
            | Rule::requires
            | Rule::from
            | Rule::until
            | Rule::when
            | Rule::kw_can
            | Rule::because
            | Rule::values
    )
}

/// The cell that begins with a node of a statement.
fn column(outer: Rule, node: Rule) -> Option<Column> {
    Some(match (outer, node) {
        (Rule::entry | Rule::role_entry, Rule::effect) => Column::Effect,
        (Rule::check, Rule::kw_can | Rule::kw_cannot) => Column::Effect,
        (Rule::entry | Rule::role_entry | Rule::check, Rule::privilege_set) => Column::Privileges,
        (Rule::entry, Rule::kw_to) => Column::To,
        (Rule::entry | Rule::role_entry | Rule::claim, Rule::on_scope) => Column::On,
        (Rule::check, Rule::on_resource) => Column::On,
        (Rule::entry | Rule::role_entry, Rule::when) => Column::When,
        (Rule::check, Rule::because) => Column::Because,
        (Rule::claim, Rule::claim_word) => Column::Who,
        (Rule::claim, Rule::kw_can) => Column::Privileges,
        (Rule::privilege, Rule::name) => Column::Name,
        (Rule::privilege, Rule::string) => Column::Title,
        (Rule::privilege, Rule::includes | Rule::requires) => Column::Clause,
        (Rule::matrix_row, Rule::privilege_item) => Column::Name,
        (Rule::matrix_row, Rule::mark) => Column::Marks,
        (Rule::role_head, Rule::kw_role) => Column::Role,
        (Rule::role_head, Rule::inherits | Rule::role_requires) => Column::Rest,
        (Rule::on_head, Rule::kw_on) => Column::Scope,
        _ => return None,
    })
}

/// Words on one line, in cells.
pub(super) fn cells(words: &[Word], text: &str) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for word in words {
        match (word.column, cells.last_mut()) {
            (None, Some(cell)) => {
                cell.text.push(' ');
                word.part.flat(text, &mut cell.text);
                cell.width += 1 + word.part.width;
            }
            (column, _) => {
                let mut cell = String::with_capacity(word.part.width);
                word.part.flat(text, &mut cell);
                let column = column.unwrap_or(Column::Other);
                cells.push(Cell { column, text: cell, width: word.part.width });
            }
        }
    }
    cells
}

//! Pairs of pest > parts: tokens, and how those that belong together may be broken.
//!
//! Enters: the pairs of a piece, in the order of the text. Leaves: [`Part`]s. Commas, `;` and the `|` of types are not among
//! them: the layout writes those itself. The depth of the recursion is that of the pairs, which is bounded before pest runs.

use crate::syntax::grammar::{Node, Rule};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// Tokens that belong together.
pub(super) struct Part {
    pub form: Form,
    /// How many columns it takes on one line.
    pub width: usize,
    /// No comment stands between its tokens, so that it may stand on one line.
    pub calm: bool,
    /// A comment stands before its first token.
    pub lead: bool,
}

pub(super) enum Form {
    /// A token, and what stands between it and the one before.
    Token { gap: Range<usize>, at: Range<usize> },
    /// With a space between them.
    Words(Vec<Part>),
    /// With nothing between them.
    Glued(Vec<Part>),
    /// With a mark behind each but the last.
    List(Vec<Part>, &'static str),
    /// Operands, each but the first with its `and` or `or`.
    Chain(Vec<Part>),
    /// What stands in brackets.
    Bracket { open: Box<Part>, inner: Vec<Part>, close: Box<Part>, style: Style },
}

/// What brackets hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `(a, b)`, `[a, b]`: filled when broken, with a comma behind the last.
    List,
    /// `(a and b)`: one part.
    One,
    /// `{ a: 1, b: 2 }`: a line for each when broken, without commas.
    Values,
}

impl Part {
    pub fn of(form: Form) -> Part {
        let (width, calm, lead) = match &form {
            Form::Token { .. } => (0, true, false),
            Form::Words(parts) | Form::Chain(parts) => joined(parts, 1),
            Form::Glued(parts) => joined(parts, 0),
            Form::List(parts, mark) => joined(parts, mark.len() + 1),
            Form::Bracket { open, inner, close, style } => {
                let (width, calm, lead) = joined(inner, 2);
                let blanks = if *style == Style::Values && !inner.is_empty() { 2 } else { 0 };
                let calm = calm && !lead && !close.lead;
                (open.width + width + close.width + blanks, calm, open.lead)
            }
        };
        Part { form, width, calm, lead }
    }

    /// One part of several, with a space between them.
    pub fn words(mut parts: Vec<Part>) -> Part {
        match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                parts.extend(last);
                Part::of(Form::Words(parts))
            }
        }
    }

    /// Writes it on one line, comments left out.
    pub fn flat(&self, text: &str, out: &mut String) {
        match &self.form {
            Form::Token { at, .. } => out.push_str(text.get(at.clone()).unwrap_or_default()),
            Form::Words(parts) | Form::Chain(parts) => flat(parts, " ", text, out),
            Form::Glued(parts) => flat(parts, "", text, out),
            Form::List(parts, mark) => {
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        out.push_str(mark);
                        out.push(' ');
                    }
                    part.flat(text, out);
                }
            }
            Form::Bracket { open, inner, close, style } => {
                let blank = if *style == Style::Values && !inner.is_empty() { " " } else { "" };
                open.flat(text, out);
                out.push_str(blank);
                flat(inner, ", ", text, out);
                out.push_str(blank);
                close.flat(text, out);
            }
        }
    }
}

fn flat(parts: &[Part], between: &str, text: &str, out: &mut String) {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push_str(between);
        }
        part.flat(text, out);
    }
}

/// The width of parts with so much between them, whether they are calm, and whether a comment leads them.
fn joined(parts: &[Part], between: usize) -> (usize, bool, bool) {
    let width: usize = parts.iter().map(|part| part.width + between).sum();
    let calm = parts.iter().enumerate().all(|(at, part)| part.calm && (at == 0 || !part.lead));
    (width.saturating_sub(between), calm, parts.first().is_some_and(|part| part.lead))
}

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Makes parts, token by token through the text.
pub(super) struct Parts<'t> {
    pub text: &'t str,
    /// Where the text begins that the pairs are of.
    pub offset: usize,
    /// Where the last token ends.
    pub at: usize,
}

impl Parts<'_> {
    /// Where a node begins.
    pub fn start(&self, node: &Node<'_>) -> usize {
        self.offset + node.as_span().start()
    }

    pub fn token(&mut self, node: &Node<'_>) -> Part {
        let at = self.start(node)..self.offset + node.as_span().end();
        let gap = self.at..at.start;
        self.at = at.end;
        let lead = self.text.get(gap.clone()).is_some_and(|gap| gap.contains('#'));
        let width = columns(self.text.get(at.clone()).unwrap_or_default());
        Part { form: Form::Token { gap, at }, width, calm: true, lead }
    }

    /// The parts of some nodes, joined by spaces.
    fn words<'n>(&mut self, nodes: impl IntoIterator<Item = Node<'n>>) -> Part {
        let mut parts: Vec<Part> = Vec::new();
        for node in nodes {
            let is_colon = node.as_rule() == Rule::colon;
            let part = self.part(node);
            match parts.pop() {
                Some(name) if is_colon => parts.push(Part::of(Form::Glued(vec![name, part]))),
                before => parts.extend(before.into_iter().chain([part])),
            }
        }
        Part::words(parts)
    }

    fn all<'n>(&mut self, nodes: impl IntoIterator<Item = Node<'n>>) -> Vec<Part> {
        nodes.into_iter().map(|node| self.part(node)).collect()
    }

    pub fn list<'n>(&mut self, nodes: impl IntoIterator<Item = Node<'n>>) -> Part {
        Part::of(Form::List(self.all(nodes), ","))
    }

    /// A node as one part.
    pub fn part(&mut self, node: Node<'_>) -> Part {
        let rule = node.as_rule();
        let mut inner = node.clone().into_inner();
        match rule {
            Rule::names | Rule::principals => self.list(inner),
            Rule::enum_type => Part::of(Form::List(self.all(inner), " |")),
            Rule::except | Rule::with | Rule::matrix_roles => {
                let keyword: Vec<Part> = inner.next().map(|word| self.token(&word)).into_iter().collect();
                let list = self.list(inner);
                Part::words(keyword.into_iter().chain([list]).collect())
            }
            Rule::privilege_set => self.set(node),
            Rule::expr | Rule::and_expr => self.chain(inner),
            Rule::quantified => self.quantified(inner),
            Rule::allow => {
                let nodes: Vec<Node<'_>> = inner.collect();
                let (list, why) = nodes.split_at(nodes.len().saturating_sub(1));
                let list = self.glued_bracket(list.iter().cloned());
                let why = self.all(why.iter().cloned());
                Part::words([list].into_iter().chain(why).collect())
            }
            Rule::parens | Rule::set_type => self.bracket(inner, Style::One),
            Rule::list => self.bracket(inner, Style::List),
            Rule::values => self.bracket(inner, Style::Values),
            _ => match inner.peek() {
                None => self.token(&node),
                Some(_) => self.words(inner),
            },
        }
    }

    /// A privilege list with its `except`.
    fn set(&mut self, node: Node<'_>) -> Part {
        let (except, items): (Vec<_>, Vec<_>) =
            node.into_inner().partition(|part| part.as_rule() == Rule::except);
        let mut parts = vec![self.list(items)];
        parts.extend(self.all(except));
        Part::words(parts)
    }

    fn chain<'n>(&mut self, nodes: impl Iterator<Item = Node<'n>>) -> Part {
        let mut operands = Vec::new();
        let mut word = None;
        for node in nodes {
            if matches!(node.as_rule(), Rule::kw_and | Rule::kw_or) {
                word = Some(self.token(&node));
                continue;
            }
            let operand = self.part(node);
            operands.push(Part::words(word.take().into_iter().chain([operand]).collect()));
        }
        match operands.len() {
            1 => Part::words(operands),
            _ => Part::of(Form::Chain(operands)),
        }
    }

    /// `any category:x`, `any(a, b)`.
    fn quantified<'n>(&mut self, nodes: impl Iterator<Item = Node<'n>> + Clone) -> Part {
        match nodes.clone().nth(1) {
            Some(second) if second.as_rule() == Rule::open_paren => self.glued_bracket(nodes),
            _ => self.words(nodes),
        }
    }

    /// A word, and brackets right behind it.
    fn glued_bracket<'n>(&mut self, nodes: impl IntoIterator<Item = Node<'n>>) -> Part {
        let mut nodes = nodes.into_iter();
        let mut parts: Vec<Part> = nodes.next().map(|word| self.token(&word)).into_iter().collect();
        parts.push(self.bracket(nodes, Style::List));
        Part::of(Form::Glued(parts))
    }

    fn bracket<'n>(&mut self, nodes: impl Iterator<Item = Node<'n>>, style: Style) -> Part {
        let mut nodes: Vec<Node<'n>> = nodes.collect();
        let last = nodes.pop();
        let mut nodes = nodes.into_iter();
        let open = nodes.next().map(|open| self.token(&open));
        let (mut inner, mut style) = (Vec::new(), style);
        for node in nodes {
            match node.as_rule() {
                Rule::names => inner.extend(self.all(node.into_inner())),
                Rule::privilege_set => {
                    let has_except = node.clone().into_inner().any(|part| part.as_rule() == Rule::except);
                    if has_except {
                        style = Style::One;
                        inner.push(self.set(node));
                    } else {
                        inner.extend(self.all(node.into_inner()));
                    }
                }
                _ => inner.push(self.part(node)),
            }
        }
        let close = last.map(|close| self.token(&close));
        match (open, close) {
            (Some(open), Some(close)) => {
                Part::of(Form::Bracket { open: Box::new(open), inner, close: Box::new(close), style })
            }
            // Brackets come in pairs.
            (open, close) => Part::words(open.into_iter().chain(inner).chain(close).collect()),
        }
    }
}

//! Pairs of pest > ast, for text that follows the grammar.
//!
//! What the grammar lets pass and the language doesn't (a clause written twice, an escape that does not exist) is
//! reported here. A function that returns `None` was handed pairs of another shape than the grammar has.

mod block;
mod clauses;
mod expr;
mod statement;
mod tokens;

pub(super) use block::mistyped_clause;
pub(super) use tokens::class;
pub(crate) use tokens::{closing_quote, unquote};

use super::fragment::Anchor;
use super::grammar::{Node, Rule};
use super::sink::Sink;
use crate::ast::{Allow, Meta};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Builds the tree of one piece of text.
pub(super) struct Builder<'b, 'd> {
    anchor: Anchor,
    faults: &'b mut Sink<'d>,
    /// Where the last mistyped clause of a category ends.
    mistyped: Option<usize>,
}

impl<'b, 'd> Builder<'b, 'd> {
    /// A builder for pairs of a text that stands at `anchor`.
    pub fn new(anchor: Anchor, faults: &'b mut Sink<'d>) -> Builder<'b, 'd> {
        Builder { anchor, faults, mistyped: None }
    }

    fn place(&self, start: usize, end: usize) -> Span {
        self.anchor.span(start..end)
    }

    /// The place of a token.
    fn span(&self, node: &Node<'_>) -> Span {
        let span = node.as_span();
        self.place(span.start(), span.end())
    }

    /// The place of a node. Its own end may lie behind blanks and comments, that of its last token does not.
    fn whole(&self, node: &Node<'_>) -> Span {
        self.place(node.as_span().start(), end_of(node))
    }

    /// Puts a value where none may be yet; else reports both places. `word` is what was written twice.
    fn once<T>(&mut self, slot: &mut Option<(T, Span)>, value: T, span: Span, word: &str) {
        match slot {
            Some((_, first)) => {
                let first = *first;
                self.twice(first, span, word);
            }
            None => *slot = Some((value, span)),
        }
    }

    fn twice(&mut self, first: Span, second: Span, word: &str) {
        let message = format!("{word} stands here twice");
        self.faults.push(
            Diagnostic::new(Code::SyntaxError, second, message)
                .also(first, "first written here")
                .help("keep one of the two"),
        );
    }

    fn fault(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Diagnostic::new(Code::SyntaxError, span, message).help(help));
    }

    /// Adds a `##` line or an `@allow` to `meta`; false if the node is neither.
    fn meta(&mut self, meta: &mut Meta, node: &Node<'_>) -> bool {
        match node.as_rule() {
            Rule::doc_line => {
                meta.add_doc(doc_text(node.as_str()), self.span(node));
                true
            }
            Rule::allow => {
                self.allow(node).into_iter().for_each(|allow| meta.add_allow(allow));
                true
            }
            _ => false,
        }
    }

    fn allow(&mut self, node: &Node<'_>) -> Option<Allow> {
        let (mut codes, mut why) = (Vec::new(), None);
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::names => codes = self.names(part),
                Rule::string => why = Some(self.string(&part)),
                _ => {}
            }
        }
        let (why, span) = (why?, self.whole(node));
        if why.value.trim().is_empty() {
            self.fault(
                why.span,
                "an `@allow` gives no reason",
                "say between the quotes why the finding is fine",
            );
        }
        Some(Allow { codes, why, span })
    }
}

/// What a `##` line says.
pub(super) fn doc_text(line: &str) -> &str {
    let line = line.strip_prefix("##").unwrap_or(line).trim_end();
    line.strip_prefix(' ').unwrap_or(line)
}

/// Where the last token of a node ends.
fn end_of(node: &Node<'_>) -> usize {
    let mut last = node.clone();
    while let Some(inner) = last.clone().into_inner().next_back() {
        last = inner;
    }
    last.as_span().end()
}

/// The first node inside of one, most often its keyword.
fn first<'t>(node: &Node<'t>) -> Option<Node<'t>> {
    node.clone().into_inner().next()
}

/// The first node of a rule inside of one.
fn find<'t>(node: &Node<'t>, rule: Rule) -> Option<Node<'t>> {
    node.clone().into_inner().find(|inner| inner.as_rule() == rule)
}

//! A YAML document as a tree in which everything has its place.
//!
//! Enters: what `build` read. Leaves: nodes by their number. Knows nothing of policies.
//!
//! The nodes stand in one array in the order written, a list or map directly before what is in it and with the number
//! of the first node behind it. So a node costs 20 bytes, an alias is a number, nothing is dropped recursively, and
//! all that a node holds is a range.

use super::events::Style;
use crate::source::{SourceId, Span};

/// A node by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(pub u32);

impl NodeId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text; `decoded` is the number of the text if it is not what stands in the file.
    Scalar { style: Style, decoded: Option<u32> },
    /// A list; `next` is the node behind all of it.
    List { next: NodeId, whole: bool },
    /// A map: keys and values in turn.
    Map { next: NodeId, whole: bool },
    /// Another name of an earlier node, never of an alias.
    Alias(NodeId),
    /// Something that could not be read and was reported. As a key: it doesn't count, nor does its value.
    Lost { next: NodeId },
}

/// A node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
}

/// A document.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) source: SourceId,
    pub(super) text: &'a str,
    pub(super) nodes: Vec<Node>,
    pub(super) decoded: Vec<String>,
}

/// What a text looks like to the readers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scalar<'t> {
    /// The text without quotes; the last line ends of a block are not part of it.
    pub text: &'t str,
    pub style: Style,
    /// Its place, quotes included.
    pub span: Span,
    /// The byte of the file at which `text` stands exactly as it is.
    pub verbatim: Option<u32>,
}

impl Scalar<'_> {
    /// Whether it means nothing.
    pub(super) fn is_null(&self) -> bool {
        self.style == Style::Plain && matches!(self.text, "" | "~" | "null" | "Null" | "NULL")
    }

    /// The bool it means, if any.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match (self.style, self.text) {
            (Style::Plain, "true" | "True" | "TRUE") => Some(true),
            (Style::Plain, "false" | "False" | "FALSE") => Some(false),
            _ => None,
        }
    }

    /// The place of a part of the text; all of it, where escapes blur places.
    pub(super) fn part(&self, range: std::ops::Range<usize>) -> Span {
        match self.verbatim {
            None => self.span,
            Some(at) => Span::new(self.span.source, at as usize + range.start..at as usize + range.end),
        }
    }
}

/// What a node is once aliases are followed.
#[derive(Clone, Copy, Debug)]
pub(super) enum View<'t> {
    Scalar(Scalar<'t>),
    List(NodeId),
    Map(NodeId),
    Lost,
}

/// A key and its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub key: NodeId,
    pub value: NodeId,
}

impl Tree<'_> {
    /// The node; one that is lost where there is none.
    pub(super) fn node(&self, id: NodeId) -> Node {
        self.nodes.get(id.index()).copied().unwrap_or(Node {
            kind: Kind::Lost { next: NodeId(id.0.saturating_add(1)) },
            start: 0,
            end: 0,
        })
    }

    /// The top of the document.
    pub(super) fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    /// The node behind all of `id`.
    pub(super) fn next(&self, id: NodeId) -> NodeId {
        match self.node(id).kind {
            Kind::List { next, .. } | Kind::Map { next, .. } | Kind::Lost { next } => next,
            Kind::Scalar { .. } | Kind::Alias(_) => NodeId(id.0.saturating_add(1)),
        }
    }

    /// The node that an alias names, or the node itself.
    pub(super) fn resolve(&self, id: NodeId) -> NodeId {
        match self.node(id).kind {
            Kind::Alias(target) => target,
            _ => id,
        }
    }

    /// Where the node is written; for an alias, where the alias is.
    pub(super) fn span(&self, id: NodeId) -> Span {
        let node = self.node(id);
        Span { source: self.source, start: node.start, end: node.end }
    }

    /// From a key to the end of its value.
    pub(super) fn pair_span(&self, pair: Pair) -> Span {
        self.span(pair.key).to(self.span(pair.value))
    }

    /// What the node is.
    pub(super) fn view(&self, id: NodeId) -> View<'_> {
        let id = self.resolve(id);
        match self.node(id).kind {
            Kind::Scalar { .. } => self.scalar(id).map_or(View::Lost, View::Scalar),
            Kind::List { .. } => View::List(id),
            Kind::Map { .. } => View::Map(id),
            Kind::Alias(_) | Kind::Lost { .. } => View::Lost,
        }
    }

    /// The text that the node is, aliases followed.
    pub(super) fn scalar(&self, id: NodeId) -> Option<Scalar<'_>> {
        let id = self.resolve(id);
        let node = self.node(id);
        let Kind::Scalar { style, decoded } = node.kind else { return None };
        let span = self.span(id);
        let (text, verbatim) = match decoded {
            None => {
                let quote = u32::from(style == Style::Quoted);
                let inner = Span { start: node.start + quote, end: node.end.saturating_sub(quote), ..span };
                (self.text.get(inner.range()).unwrap_or(""), Some(inner.start))
            }
            Some(at) => {
                let text = self.decoded.get(at as usize).map_or("", String::as_str);
                let text = if style == Style::Block { text.trim_end_matches('\n') } else { text };
                let verbatim = style == Style::Block && self.text.get(span.range()) == Some(text);
                (text, verbatim.then_some(node.start))
            }
        };
        Some(Scalar { text, style, span, verbatim })
    }

    /// The text with the line ends at the end of a block.
    pub(super) fn full_text(&self, id: NodeId) -> &str {
        let id = self.resolve(id);
        match self.node(id).kind {
            Kind::Scalar { decoded: Some(at), .. } => {
                self.decoded.get(at as usize).map_or("", String::as_str)
            }
            _ => self.scalar(id).map_or("", |scalar| scalar.text),
        }
    }

    /// Whether nothing of the list or map is missing because the file broke off.
    pub(super) fn is_whole(&self, id: NodeId) -> bool {
        !matches!(self.node(id).kind, Kind::List { whole: false, .. } | Kind::Map { whole: false, .. })
    }

    /// What is directly in a list; for a map, keys and values in turn.
    pub(super) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let id = self.resolve(id);
        let end = match self.node(id).kind {
            Kind::List { next, .. } | Kind::Map { next, .. } => next,
            _ => id,
        };
        let mut at = NodeId(id.0.saturating_add(1));
        std::iter::from_fn(move || {
            let child = (at < end).then_some(at)?;
            at = self.next(child);
            Some(child)
        })
    }

    /// The keys and values of a map, in the order written.
    pub(super) fn pairs(&self, id: NodeId) -> impl Iterator<Item = Pair> + '_ {
        let mut children = self.children(id);
        std::iter::from_fn(move || {
            loop {
                let pair = Pair { key: children.next()?, value: children.next()? };
                if !matches!(self.node(pair.key).kind, Kind::Lost { .. }) {
                    return Some(pair);
                }
            }
        })
    }
}

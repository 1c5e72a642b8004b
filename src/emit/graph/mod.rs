//! A model > a graph of its roles, privileges or resources > DOT, Mermaid, SVG.
//!
//! Enters: a model without errors, and the text that it was made from. Leaves: text. What is drawn is small enough to be read: many
//! things of a kind become one with their number, and what is left out is said. The same model gives the same bytes.

mod dot;
mod mermaid;
mod places;
mod privileges;
mod resources;
mod roles;
mod svg;
#[cfg(test)]
mod tests;

pub(crate) use dot::dot;
pub(crate) use mermaid::mermaid;
pub(crate) use privileges::privileges;
pub(crate) use resources::resources;
pub(crate) use roles::roles;
pub(crate) use svg::svg;

use std::borrow::Cow;
use std::collections::BTreeSet;

/// Things of a kind that are drawn one by one; more are put together.
pub(crate) const FEW: usize = 70;
/// Things that are joined with nothing and still drawn one by one; more are put together.
pub(crate) const ALONE: usize = 12;
/// Nodes, and as many edges by three, that one graph may have.
pub(crate) const MAX_NODES: usize = 400;

/// What is drawn.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// What it is of.
    pub title: String,
    pub nodes: Vec<Node>,
    /// What stands together, by name.
    pub groups: Vec<String>,
    pub edges: Vec<Edge>,
}

/// A node.
#[derive(Debug)]
pub(crate) struct Node {
    /// What it is asked for by: `reader`, `folder:a`.
    pub name: String,
    /// What is said below the name.
    pub detail: Option<String>,
    /// What is said to whoever points at it.
    pub title: Option<String>,
    pub shape: Shape,
    pub group: Option<usize>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One thing.
    One,
    /// Many things, put together.
    Many,
    /// What joins others: one of these, all of these.
    Joint,
}

/// An edge, once for each pair of nodes and kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub from: usize,
    pub to: usize,
    pub kind: Kind,
    pub label: String,
}

/// What an edge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Inherits, requires, lies in.
    Solid,
    /// One of several ways, or something beside the matter.
    Dashed,
    /// Both ways alike.
    Both,
}

impl Graph {
    fn add(&mut self, name: impl Into<String>, shape: Shape) -> usize {
        self.nodes.push(Node { name: name.into(), detail: None, title: None, shape, group: None });
        self.nodes.len() - 1
    }

    fn link(&mut self, from: usize, to: usize, kind: Kind, label: impl Into<String>) {
        self.edges.push(Edge { from, to, kind, label: label.into() });
    }

    /// Each edge once, in order.
    fn finished(mut self) -> Graph {
        self.edges.sort();
        self.edges.dedup();
        self
    }

    /// What the nodes of these names reach, and what reaches them; `Err`: a name that no node has.
    pub(crate) fn around(self, names: &[String]) -> Result<Graph, String> {
        if names.is_empty() {
            return Ok(self);
        }
        let mut kept: BTreeSet<usize> = BTreeSet::new();
        for name in names {
            let found = self.nodes.iter().position(|node| node.name == *name);
            let start = found.ok_or_else(|| name.clone())?;
            for forward in [true, false] {
                let mut seen = BTreeSet::from([start]);
                let mut open = vec![start];
                while let Some(at) = open.pop() {
                    let ends = self.edges.iter().filter_map(|edge| match (forward, edge.kind) {
                        (_, Kind::Both) if edge.from == at => Some(edge.to),
                        (_, Kind::Both) if edge.to == at => Some(edge.from),
                        (true, _) if edge.from == at => Some(edge.to),
                        (false, _) if edge.to == at => Some(edge.from),
                        _ => None,
                    });
                    let ends: Vec<usize> = ends.collect();
                    open.extend(ends.into_iter().filter(|&end| seen.insert(end)));
                }
                kept.extend(seen);
            }
        }
        let place = |at: usize| kept.iter().position(|&known| known == at);
        let edges = self
            .edges
            .iter()
            .filter_map(|edge| Some(Edge { from: place(edge.from)?, to: place(edge.to)?, ..edge.clone() }));
        let edges = edges.collect();
        let nodes = self.nodes.into_iter().enumerate().filter(|(at, _)| kept.contains(at));
        Ok(Graph {
            title: self.title,
            nodes: nodes.map(|(_, node)| node).collect(),
            groups: self.groups,
            edges,
        })
    }

    /// With one node for all that no edge begins or ends at, where more than [`ALONE`] are drawn one by one.
    pub(crate) fn gathered(mut self, what: &str) -> Graph {
        let joined: BTreeSet<usize> = self.edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
        let is_alone = |at: usize, node: &Node| node.shape == Shape::One && !joined.contains(&at);
        let alone: Vec<&str> = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(at, node)| is_alone(*at, node))
            .map(|(_, node)| node.name.as_str())
            .collect();
        if alone.len() <= ALONE {
            return self;
        }
        let (name, title) = (format!("{} more {what}", alone.len()), alone.join(", "));
        let mut kept = Vec::with_capacity(self.nodes.len());
        let mut place = Vec::with_capacity(self.nodes.len());
        for (at, node) in self.nodes.into_iter().enumerate() {
            place.push(kept.len());
            if !is_alone(at, &node) {
                kept.push(node);
            }
        }
        self.nodes = kept;
        for end in self.edges.iter_mut().flat_map(|edge| [&mut edge.from, &mut edge.to]) {
            *end = place.get(*end).copied().unwrap_or_default();
        }
        let (shape, title) = (Shape::Many, Some(title));
        self.nodes.push(Node { name, detail: None, title, shape, group: None });
        self
    }

    /// The groups that something stands in: the number, the name, and each node with its number.
    fn grouped(&self) -> impl Iterator<Item = (usize, &str, Vec<(usize, &Node)>)> {
        let groups = self.groups.iter().enumerate();
        let groups =
            groups.map(|(number, name)| (number, name.as_str(), self.in_group(Some(number)).collect()));
        groups.filter(|(_, _, inside): &(usize, &str, Vec<_>)| !inside.is_empty())
    }

    /// The nodes of a group, or of none, each with its number.
    fn in_group(&self, group: Option<usize>) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().filter(move |(_, node)| node.group == group)
    }

    /// How large it is where that is more than anybody reads: nodes and edges.
    pub(crate) fn too_large(&self) -> Option<(usize, usize)> {
        let (nodes, edges) = (self.nodes.len(), self.edges.len());
        (nodes > MAX_NODES || edges > 3 * MAX_NODES).then_some((nodes, edges))
    }
}

/// Text of a policy as it may stand in a picture: on one line, and without what would steer a terminal or turn the reading direction.
fn shown(text: &str) -> Cow<'_, str> {
    let turns = |character: char| matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // Not a character of XML either.
    let is_odd = |character: char| {
        character.is_control() || turns(character) || matches!(character, '\u{fffe}' | '\u{ffff}')
    };
    if !text.chars().any(is_odd) {
        return Cow::Borrowed(text);
    }
    let each = text.chars().map(|character| match character {
        '\t' | '\n' | '\r' => ' ',
        other if is_odd(other) => char::REPLACEMENT_CHARACTER,
        other => other,
    });
    Cow::Owned(each.collect())
}

/// `1 privilege`, `2 privileges`.
fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

//! YAML of any shape > values with their places.
//!
//! Enters: a text that is no policy. Leaves: a value for each of its documents, aliases written out, and the faults of the YAML itself.
//! Knows nothing of what the values mean. JSON is read as the YAML that it is.

use super::build::build_with;
use super::events::Style;
use super::faults::Faults;
use super::tree::{NodeId, Tree, View};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use smol_str::SmolStr;

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it is written.
    pub span: Span,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Nothing, or what could not be read and was reported.
    Null,
    /// A text, a number or a bool, as written; `quoted`: certainly a text.
    Scalar { text: SmolStr, quoted: bool },
    /// A list.
    List(Vec<Value>),
    /// A map, in the order written.
    Map(Vec<(Key, Value)>),
}

/// A key of a map.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The text.
    pub text: SmolStr,
    /// Where it is written.
    pub span: Span,
}

/// The documents of a text, as far as it is YAML.
pub(crate) fn documents(source: SourceId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Value> {
    let (mut faults, mut salvaged) = (Faults::new(diagnostics), Vec::new());
    let tree = build_with(source, text, true, &mut faults, &mut salvaged);
    faults.finish();
    let mut documents = Vec::new();
    let mut at = NodeId(0);
    while at.index() < tree.nodes.len() {
        documents.push(value(&tree, at));
        at = tree.next(at);
    }
    documents
}

/// A node with all that is in it. The builder keeps the depth, aliases followed, and how much aliases stand for, within limits.
fn value(tree: &Tree<'_>, id: NodeId) -> Value {
    let kind = match tree.view(id) {
        View::Lost => Kind::Null,
        View::Scalar(scalar) if scalar.is_null() => Kind::Null,
        View::Scalar(scalar) => {
            Kind::Scalar { text: tree.full_text(id).into(), quoted: scalar.style != Style::Plain }
        }
        View::List(list) => Kind::List(tree.children(list).map(|child| value(tree, child)).collect()),
        View::Map(map) => {
            let pairs = tree.pairs(map).map(|pair| {
                let text = tree.scalar(pair.key).map_or(SmolStr::default(), |scalar| scalar.text.into());
                (Key { text, span: tree.span(pair.key) }, value(tree, pair.value))
            });
            Kind::Map(pairs.collect())
        }
    };
    Value { kind, span: tree.span(id) }
}

impl Value {
    /// The value of a key; nothing counts as not there.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let (_, value) = self.pairs().iter().find(|(known, _)| known.text == key)?;
        (!value.is_null()).then_some(value)
    }

    /// The keys and values of a map; none of anything else.
    pub fn pairs(&self) -> &[(Key, Value)] {
        match &self.kind {
            Kind::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// The elements of a list.
    pub fn list(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::List(list) => Some(list),
            _ => None,
        }
    }

    /// The text of a scalar, also of one that looks like a number.
    pub fn text(&self) -> Option<&SmolStr> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether it is the bool `true`.
    pub fn is_true(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, quoted: false } if matches!(text.as_str(), "true" | "True" | "TRUE"))
    }

    /// Whether there is nothing.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// Whether it is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.kind, Kind::Map(_))
    }

    /// What it is, for people.
    pub fn noun(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Scalar { .. } => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }
}

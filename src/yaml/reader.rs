//! What all readers share: maps with known keys, lists, and what to say when something else stands there.
//!
//! Enters: a tree. Leaves: its parts, typed. Knows nothing of what they mean.

use super::faults::Faults;
use super::salvage;
use super::shape::{Key, Map};
use super::tree::{NodeId, Pair, Scalar, Tree, View};
use crate::diagnostic::{self, Code, Diagnostic, Form, Safety, is_same_word};
use crate::source::{Span, Spanned};
use smol_str::SmolStr;
use std::collections::HashSet;

/// How much of a user's text a message repeats.
const QUOTED_CHARS: usize = 40;

/// Reads one file.
pub(super) struct Reader<'t, 'd> {
    pub(super) tree: &'t Tree<'t>,
    pub(super) faults: Faults<'d>,
    salvaged: Vec<SmolStr>,
    /// The maps with a key that is not known: what they lack was probably meant by it.
    guessed: HashSet<NodeId>,
}

impl<'t, 'd> Reader<'t, 'd> {
    pub(super) fn new(tree: &'t Tree<'t>, faults: Faults<'d>, salvaged: Vec<SmolStr>) -> Reader<'t, 'd> {
        Reader { tree, faults, salvaged, guessed: HashSet::new() }
    }

    /// Closes the list of faults; the names in what could not be read.
    pub(super) fn into_salvaged(self) -> Vec<SmolStr> {
        self.faults.finish();
        self.salvaged
    }

    pub(super) fn report(&mut self, fault: Diagnostic) {
        self.faults.report(fault);
    }

    /// Keeps the names of a node that is left out.
    pub(super) fn leave_out(&mut self, node: NodeId) {
        salvage::node(self.tree, node, &mut self.salvaged);
    }

    /// Reports that `node` is not what is expected; what is lost or cut off has been reported before.
    pub(super) fn expected<T>(&mut self, node: NodeId, what: &str) -> Option<T> {
        if let Some(fault) = self.shape(node, what) {
            self.report(fault);
        }
        self.leave_out(node);
        None
    }

    /// As [`Reader::expected`], with what to do.
    pub(super) fn expected_help<T>(&mut self, node: NodeId, what: &str, help: &str) -> Option<T> {
        if let Some(fault) = self.shape(node, what) {
            self.report(fault.help(help));
        }
        self.leave_out(node);
        None
    }

    /// As [`Reader::expected`], with the text that was probably meant.
    pub(super) fn expected_meant<T>(&mut self, node: NodeId, what: &str, from: &str, to: &str) -> Option<T> {
        if let Some(fault) = self.shape(node, what) {
            let span = fault.primary.span;
            let fault = fault.help(format!("did you mean `{to}`?"));
            self.report(fault.rename(Safety::Unsafe, span, [from, to], Form::Verbatim));
        }
        self.leave_out(node);
        None
    }

    fn shape(&self, node: NodeId, what: &str) -> Option<Diagnostic> {
        let found = match self.tree.view(node) {
            View::Lost => return None,
            // The file broke off in it, which was reported.
            View::List(id) | View::Map(id) if !self.tree.is_whole(id) => return None,
            View::List(_) => "a list".to_owned(),
            View::Map(_) => "a map".to_owned(),
            View::Scalar(scalar) if scalar.is_null() => "nothing".to_owned(),
            View::Scalar(scalar) => quoted(scalar.text),
        };
        let span = self.tree.span(node);
        let fault = Diagnostic::new(Code::YamlShape, span, format!("expected {what}, found {found}"));
        Some(fault.help(format!("write {what} there")))
    }

    /// The values of a map's known keys, in the order of the shape. What it lacks is reported.
    pub(super) fn fields<const N: usize>(
        &mut self,
        node: NodeId,
        shape: &Map<[Key; N]>,
    ) -> Option<[Option<Pair>; N]> {
        match self.tree.view(node) {
            View::Map(map) => Some(self.known(map, shape)),
            _ => self.expected_help(node, &format!("a map for {}", shape.what), &known_keys(shape)),
        }
    }

    /// As [`Reader::fields`] where nothing stands for a map without keys.
    pub(super) fn details<const N: usize>(
        &mut self,
        node: NodeId,
        shape: &Map<[Key; N]>,
    ) -> Option<[Option<Pair>; N]> {
        match self.tree.view(node) {
            View::Scalar(scalar) if scalar.is_null() => Some([None; N]),
            _ => self.fields(node, shape),
        }
    }

    fn known<const N: usize>(&mut self, map: NodeId, shape: &Map<[Key; N]>) -> [Option<Pair>; N] {
        let mut found = [None; N];
        for pair in self.tree.pairs(map) {
            let key = self.key(pair);
            match shape.keys.iter().position(|known| known.name == key) {
                Some(at) => {
                    if let Some(slot) = found.get_mut(at) {
                        *slot = Some(pair);
                    }
                }
                None => {
                    self.unknown_key(pair, Some(map), shape);
                    self.guessed.insert(map);
                }
            }
        }
        for (key, _) in shape.keys.iter().zip(&found).filter(|(key, pair)| key.required && pair.is_none()) {
            self.missing(map, shape.what, &format!("`{}`", key.name));
        }
        found
    }

    /// Reports a key that nothing at its place knows.
    pub(super) fn unknown_key(&mut self, pair: Pair, map: Option<NodeId>, shape: &Map) {
        let key = self.key(pair);
        let message = format!("{} is not a key of {}", quoted(key), shape.what);
        let mut help = known_keys(shape);
        let near = diagnostic::closest(key, shape.names());
        if let Some(near) = near {
            help = format!("did you mean `{near}`? {help}");
        } else if let Some(note) = note(key, shape) {
            help = format!("{note}; {help}");
        }
        let span = self.tree.span(pair.key);
        let fault = Diagnostic::new(Code::YamlUnknownKey, span, message).help(help);
        // A key that is there already would then be there twice.
        let near = near.filter(|&near| map.is_none_or(|map| !self.has_key(map, &[near])));
        let fault = match near {
            Some(near) => {
                let safety = if is_same_word(key, near) { Safety::Safe } else { Safety::Unsafe };
                fault.rename(safety, span, [key, near], Form::Verbatim)
            }
            None => fault,
        };
        self.report(fault);
        self.leave_out(pair.value);
    }

    /// Reports that `map` lacks something, unless the rest of it could not be read.
    pub(super) fn missing(&mut self, map: NodeId, what: &str, keys: &str) {
        let map = self.tree.resolve(map);
        // What the file broke off behind could go on with it.
        let broken = self.tree.root().is_some_and(|root| !self.tree.is_whole(root));
        let cut = broken && self.tree.next(map).index() >= self.tree.nodes.len();
        if cut || !self.tree.is_whole(map) || self.guessed.contains(&map) {
            return;
        }
        let place = self.tree.pairs(map).next().map_or(map, |pair| pair.key);
        let message = format!("{what} needs {keys}");
        let fault = Diagnostic::new(Code::YamlMissingKey, self.tree.span(place), message);
        self.report(fault.help(format!("add {keys} to this map")));
    }

    /// The text of a key.
    pub(super) fn key(&self, pair: Pair) -> &'t str {
        self.tree.scalar(pair.key).map_or("", |scalar| scalar.text)
    }

    /// Whether a map has one of the keys.
    pub(super) fn has_key(&self, node: NodeId, keys: &[&str]) -> bool {
        match self.tree.view(node) {
            View::Map(map) => self.tree.pairs(map).any(|pair| keys.contains(&self.key(pair))),
            _ => false,
        }
    }

    /// A text that means something.
    pub(super) fn scalar(&mut self, node: NodeId, what: &str) -> Option<Scalar<'t>> {
        match self.tree.view(node) {
            View::Scalar(scalar) if !scalar.is_null() => Some(scalar),
            _ => self.expected(node, what),
        }
    }

    /// A title, a reason, a description.
    pub(super) fn text(&mut self, field: Option<Pair>, what: &str) -> Option<Spanned<String>> {
        let scalar = self.scalar(field?.value, what)?;
        Some(Spanned::new(scalar.text.to_owned(), scalar.span))
    }

    /// `true` or `false`; the place of what is switched on.
    pub(super) fn flag(&mut self, field: Option<Pair>) -> Option<Span> {
        let pair = field?;
        match self.tree.scalar(pair.value).and_then(|scalar| scalar.as_bool()) {
            Some(on) => on.then(|| self.tree.pair_span(pair)),
            None => {
                self.expected_help(pair.value, "`true` or `false`", "write one of the two, without quotes")
            }
        }
    }

    /// Reads every key and value of a section; nothing is a section without any.
    pub(super) fn each_pair(&mut self, section: NodeId, what: &str, mut read: impl FnMut(&mut Self, Pair)) {
        match self.tree.view(section) {
            View::Map(map) => {
                for pair in self.tree.pairs(map) {
                    self.if_whole(pair.key, pair.value, |reader| read(reader, pair));
                }
            }
            View::Scalar(scalar) if scalar.is_null() => {}
            View::List(_) => {
                let help =
                    "write `NAME:` for each in place of `- NAME`, with its details behind it or nothing";
                self.expected_help(section, &format!("a map of {what}"), help).unwrap_or(());
            }
            View::Scalar(_) => self.expected(section, &format!("a map of {what}")).unwrap_or(()),
            View::Lost => self.expected(section, what).unwrap_or(()),
        }
    }

    /// Reads every item of a section; nothing is a section without any, and one item stands for a list of one.
    pub(super) fn each_item(&mut self, section: NodeId, what: &str, mut read: impl FnMut(&mut Self, NodeId)) {
        match self.tree.view(section) {
            View::List(list) => {
                for item in self.tree.children(list) {
                    self.if_whole(item, item, |reader| read(reader, item));
                }
            }
            View::Map(_) => self.if_whole(section, section, |reader| read(reader, section)),
            View::Scalar(scalar) if scalar.is_null() => {}
            _ => self.expected(section, &format!("a list of {what}")).unwrap_or(()),
        }
    }

    /// Reads a declaration unless the file broke off inside of it; half of it could mean anything.
    fn if_whole(&mut self, name: NodeId, value: NodeId, read: impl FnOnce(&mut Self)) {
        if self.tree.is_whole(value) {
            read(self);
        } else {
            self.leave_out(name);
            self.leave_out(value);
        }
    }
}

/// A user's text for a message.
pub(super) fn quoted(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(QUOTED_CHARS) {
        Some((at, _)) => format!("`{}...`", line.get(..at).unwrap_or("")),
        None if line.len() < text.len() => format!("`{line}...`"),
        None => format!("`{line}`"),
    }
}

fn known_keys(shape: &Map) -> String {
    let keys: Vec<String> = shape.names().map(|key| format!("`{key}`")).collect();
    format!("known here: {}", keys.join(", "))
}

/// The known word that `word` was probably meant to be.
pub(super) fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    diagnostic::closest(word, known.iter().copied())
}

/// What to know about a key that stands elsewhere, or under another name.
fn note(key: &str, shape: &Map) -> Option<&'static str> {
    let could = |known: &str| shape.has(known);
    let member = could("in") && !could("by") && (could("disabled") || could("attributes"));
    Some(match key {
        "to" if could("bypass") => "the role is the principal: leave `to` out",
        "permissions" | "privileges" | "actions" | "rules" | "can" if could("grant") => {
            "what a role may do stands under `grant`"
        }
        "role" | "roles" if member => {
            "roles are given under `assignments`: `- { assign: ROLE, to: user:NAME }`"
        }
        "groups" | "memberOf" if member => "a member names its groups with `in`",
        "members" | "users" if member => "the members name the group, with `in`",
        "users" | "groups" | "members" if could("inherits") => {
            "roles are given under `assignments`: `- { assign: ROLE, to: user:NAME }`"
        }
        "extends" | "parents" if could("inherits") => "what a role takes over stands under `inherits`",
        _ => return None,
    })
}

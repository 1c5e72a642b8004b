//! Events > tree.
//!
//! Enters: a text. Leaves: its tree, as far as the text goes, and the faults of the YAML itself: syntax, tags, keys,
//! aliases, depth. Knows nothing of policies.

use super::events::{Event, EventKind, Events, Fault, Style};
use super::faults::Faults;
use super::salvage;
use super::tree::{Kind, Node, NodeId, Pair, Tree};
use super::trouble::{self, Trouble};
use super::{ALIAS_RATIO, ALIAS_VALUES, DEPTH};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Up to how many keys comparing each with each beats hashing.
const FEW_KEYS: usize = 8;

/// Reads all of `text`, or as much as is YAML; a second document is a fault.
pub(super) fn build<'a>(
    source: SourceId,
    text: &'a str,
    faults: &mut Faults<'_>,
    salvaged: &mut Vec<SmolStr>,
) -> Tree<'a> {
    build_with(source, text, false, faults, salvaged)
}

/// As [`build`], with as many documents as there are: their tops follow each other in the tree.
pub(super) fn build_with<'a>(
    source: SourceId,
    text: &'a str,
    many: bool,
    faults: &mut Faults<'_>,
    salvaged: &mut Vec<SmolStr>,
) -> Tree<'a> {
    let tree = Tree { source, text, nodes: Vec::new(), decoded: Vec::new() };
    let builder = Builder {
        tree,
        many,
        faults,
        salvaged,
        frames: Vec::new(),
        anchors: HashMap::new(),
        aliases: Aliases::default(),
    };
    builder.run()
}

/// A list or map that is not closed yet.
struct Frame {
    node: NodeId,
    is_map: bool,
    anchor: Option<usize>,
    children: usize,
    size: Size,
    /// The end of the last thing in it.
    end: u32,
}

/// How much a node is, aliases followed.
#[derive(Clone, Copy)]
struct Size {
    values: u64,
    height: usize,
}

const ONE: Size = Size { values: 1, height: 0 };

/// How much the aliases of the file stand for.
#[derive(Default)]
struct Aliases {
    values: u64,
    largest: Option<(u64, Span)>,
}

struct Builder<'a, 'f, 'd> {
    tree: Tree<'a>,
    /// Whether more than one document may stand in the file.
    many: bool,
    faults: &'f mut Faults<'d>,
    salvaged: &'f mut Vec<SmolStr>,
    frames: Vec<Frame>,
    /// What each anchor names; `None` while it is still open.
    anchors: HashMap<usize, Option<(NodeId, Size)>>,
    aliases: Aliases,
}

impl<'a> Builder<'a, '_, '_> {
    fn run(mut self) -> Tree<'a> {
        let mut in_document = false;
        for event in Events::new(self.tree.text) {
            let event = match event {
                Ok(event) => event,
                Err(fault) => {
                    let diagnostic = match fault.too_deep {
                        true => too_deep(self.char_at(fault.at)),
                        false => self.trouble(&fault),
                    };
                    self.forget_half(fault.at);
                    self.stop(diagnostic);
                    break;
                }
            };
            if matches!(event.kind, EventKind::Document) {
                if std::mem::replace(&mut in_document, true) && !self.many {
                    let span = self.span(event.range);
                    let message = "the file holds more than one YAML document";
                    let fault = Diagnostic::new(Code::YamlDocuments, span, message);
                    self.stop(
                        fault
                            .label("a second one begins here")
                            .help("put each document in a file of its own"),
                    );
                    break;
                }
            } else if let Err(fault) = self.take(event) {
                self.stop(*fault);
                break;
            }
        }
        self.finish()
    }

    /// Why the text is no YAML.
    fn trouble(&self, fault: &Fault) -> Diagnostic {
        let bracket = |at: usize| matches!(self.tree.text.as_bytes().get(at), Some(b'{' | b'['));
        let frames = self.frames.iter().rev();
        let mut starts =
            frames.filter_map(|frame| Some(self.tree.nodes.get(frame.node.index())?.start as usize));
        let open = starts.find(|&at| bracket(at));
        let Trouble { at, message, noticed, help } = trouble::explain(self.tree.text, fault, open);
        let message = format!("the file is not YAML: {}", message.as_deref().unwrap_or(&fault.message));
        let help = help.unwrap_or_else(|| "correct it, or put the text in quotes".to_owned());
        let finding = Diagnostic::new(Code::YamlSyntax, self.span(at), message).help(help);
        match noticed {
            Some(at) => finding.also(self.char_at(at), "what follows is not read"),
            None => finding.label("what follows is not read"),
        }
    }

    /// What ends where the parser gave up may be half of something: nothing is found wrong with it.
    fn forget_half(&mut self, at: usize) {
        let Some(last) = self.tree.nodes.len().checked_sub(1) else { return };
        let id = NodeId(number(last));
        let text = self.tree.text;
        if let Some(node) = self.tree.nodes.get(last)
            && matches!(node.kind, Kind::Scalar { .. })
            && text.get(node.end as usize..at).is_some_and(|between| between.trim().is_empty())
        {
            salvage::node(&self.tree, id, self.salvaged);
            let next = NodeId(id.0.saturating_add(1));
            if let Some(node) = self.tree.nodes.get_mut(last) {
                node.kind = Kind::Lost { next };
            }
        }
    }

    /// Adds a piece; an error ends the reading.
    fn take(&mut self, event: Event<'a>) -> Result<(), Box<Diagnostic>> {
        if let Some(tag) = event.tag {
            let span = self.span(tag);
            let tag = self.tree.text.get(span.range()).unwrap_or("");
            let fault = Diagnostic::new(Code::YamlTag, span, format!("the value has the tag `{tag}`"));
            self.faults.report(fault.help("remove the tag; its place decides what a value is"));
        }
        match event.kind {
            EventKind::Document => {}
            EventKind::Scalar(text, style) => self.scalar(text, style, event.range, event.anchor),
            EventKind::Alias(id) => self.alias(id, event.range),
            EventKind::End => self.close(event.range),
            EventKind::List | EventKind::Map => {
                if self.frames.len() >= DEPTH {
                    return Err(Box::new(too_deep(self.char_at(event.range.start))));
                }
                self.open(matches!(event.kind, EventKind::Map), event.range, event.anchor);
            }
        }
        Ok(())
    }

    fn scalar(&mut self, text: Cow<'a, str>, style: Style, range: Range<usize>, anchor: Option<usize>) {
        let mut span = self.span(range.clone());
        let written = match style {
            // The parser says `~` where nothing is written.
            Style::Plain if range.is_empty() => Some(""),
            Style::Plain => self.tree.text.get(range.clone()),
            Style::Quoted => self.tree.text.get(range.start + 1..range.end.saturating_sub(1)),
            Style::Block => None,
        };
        let verbatim = (style == Style::Plain && range.is_empty()) || written == Some(&*text);
        let decoded = (!verbatim).then(|| {
            self.tree.decoded.push(text.into_owned());
            number(self.tree.decoded.len() - 1)
        });
        if style == Style::Block {
            // The place of a block reaches to the next thing in the file.
            let block = self.tree.text.get(range).unwrap_or("");
            span.end -= number(block.len() - block.trim_end().len());
        }
        let node = self.push(Kind::Scalar { style, decoded }, span);
        self.define(anchor, node, ONE);
        self.add(ONE, span.end);
    }

    fn alias(&mut self, anchor: Option<usize>, range: Range<usize>) {
        let span = self.span(range);
        let name = self.tree.text.get(span.range()).unwrap_or("*");
        let fault = match anchor.and_then(|id| self.anchors.get(&id)) {
            None => Diagnostic::new(Code::YamlAlias, span, format!("the alias `{name}` names nothing")).help(
                format!(
                    "mark an earlier value with `&{}`, or put `{name}` in quotes if it is a text",
                    name.trim_start_matches('*')
                ),
            ),
            Some(None) => {
                let message = format!("the alias `{name}` stands inside of what it names");
                Diagnostic::new(Code::YamlAlias, span, message).help("name a value that is complete")
            }
            Some(Some((_, size))) if self.frames.len() + size.height > DEPTH => too_deep(span),
            Some(&Some((target, size))) => {
                self.push(Kind::Alias(target), span);
                self.aliases.values = self.aliases.values.saturating_add(size.values);
                if self.aliases.largest.is_none_or(|(values, _)| values < size.values) {
                    self.aliases.largest = Some((size.values, span));
                }
                self.add(size, span.end);
                return;
            }
        };
        self.faults.report(fault);
        self.push_lost(span);
        self.add(ONE, span.end);
    }

    fn open(&mut self, is_map: bool, range: Range<usize>, anchor: Option<usize>) {
        let span = self.span(range);
        let next = NodeId(u32::MAX);
        let kind = if is_map { Kind::Map { next, whole: false } } else { Kind::List { next, whole: false } };
        let node = self.push(kind, span);
        if let Some(id) = anchor {
            self.anchors.insert(id, None);
        }
        self.frames.push(Frame { node, is_map, anchor, children: 0, size: ONE, end: span.end });
    }

    /// Closes the innermost list or map; one in block style ends where the last thing in it does.
    fn close(&mut self, range: Range<usize>) {
        let end = (!range.is_empty()).then_some(number(range.end));
        self.close_frame(end, true);
    }

    fn close_frame(&mut self, end: Option<u32>, whole: bool) {
        let Some(frame) = self.frames.pop() else { return };
        let end = end.unwrap_or(frame.end);
        if frame.is_map && frame.children % 2 == 1 {
            let span = Span { source: self.tree.source, start: end, end };
            self.push_lost(span);
        }
        let next = NodeId(number(self.tree.nodes.len()));
        if let Some(node) = self.tree.nodes.get_mut(frame.node.index()) {
            node.end = end;
            node.kind = if frame.is_map { Kind::Map { next, whole } } else { Kind::List { next, whole } };
        }
        if frame.is_map {
            self.check_keys(frame.node, frame.children / 2);
        }
        let size = Size { height: frame.size.height + 1, ..frame.size };
        self.define(frame.anchor, frame.node, size);
        self.add(size, end);
    }

    fn define(&mut self, anchor: Option<usize>, node: NodeId, size: Size) {
        if let Some(id) = anchor {
            self.anchors.insert(id, Some((node, size)));
        }
    }

    /// Counts a finished node in the list or map around it.
    fn add(&mut self, size: Size, end: u32) {
        if let Some(frame) = self.frames.last_mut() {
            frame.children += 1;
            frame.size.values = frame.size.values.saturating_add(size.values);
            frame.size.height = frame.size.height.max(size.height);
            frame.end = frame.end.max(end);
        }
    }

    /// Reports the keys that can't be keys and drops them with their values; of equal keys the first one stays.
    fn check_keys(&mut self, map: NodeId, count: usize) {
        let tree = &self.tree;
        let mut dropped: Vec<(Pair, Option<NodeId>)> = Vec::new();
        let mut known: HashMap<&str, NodeId> =
            HashMap::with_capacity(if count > FEW_KEYS { count } else { 0 });
        for (at, pair) in tree.pairs(map).enumerate() {
            let Some(key) = tree.scalar(pair.key) else {
                dropped.push((pair, None));
                continue;
            };
            if key.style == Style::Plain && matches!(key.text, "" | "<<") {
                dropped.push((pair, None));
                continue;
            }
            let first = if count > FEW_KEYS {
                known.get(key.text).copied()
            } else {
                let earlier = tree.pairs(map).take(at).map(|pair| pair.key);
                earlier
                    .into_iter()
                    .find(|&other| tree.scalar(other).is_some_and(|other| other.text == key.text))
            };
            match first {
                Some(_) => dropped.push((pair, first)),
                None if count > FEW_KEYS => drop(known.insert(key.text, pair.key)),
                None => {}
            }
        }
        for (pair, first) in dropped {
            self.drop_pair(pair, first);
        }
    }

    fn drop_pair(&mut self, pair: Pair, first: Option<NodeId>) {
        let tree = &self.tree;
        let span = tree.span(pair.key);
        let fault = match (tree.scalar(pair.key), first) {
            (Some(key), Some(first)) => {
                let message = format!("the key `{}` is written twice", key.text);
                let fault = Diagnostic::new(Code::YamlDuplicateKey, span, message).label("again here");
                fault.also(tree.span(first), "first here").help("merge the two or remove one")
            }
            (Some(key), None) if key.text == "<<" => {
                let fault =
                    Diagnostic::new(Code::YamlUnknownKey, span, "merge keys (`<<`) are not supported");
                fault.help("write the keys out; a whole value can be repeated with an alias")
            }
            (Some(_), None) => {
                let fault = Diagnostic::new(Code::YamlShape, span, "expected a key, found nothing");
                fault.help("write a key in front of the colon")
            }
            (None, _) => {
                let fault =
                    Diagnostic::new(Code::YamlShape, span, "expected a text as key, found a list or map");
                fault.help("write a text in front of the colon")
            }
        };
        if tree.is_whole(pair.key) {
            self.faults.report(fault);
        }
        salvage::node(tree, pair.key, self.salvaged);
        salvage::node(tree, pair.value, self.salvaged);
        let next = tree.next(pair.key);
        if let Some(key) = self.tree.nodes.get_mut(pair.key.index()) {
            key.kind = Kind::Lost { next };
        }
    }

    /// Reports why nothing more is read, and keeps the names of what is not.
    fn stop(&mut self, fault: Diagnostic) {
        // The parser may have given up in a piece that it had not handed out yet.
        let read = self.frames.last().map_or(0, |frame| frame.end).min(fault.primary.span.start);
        let rest = self.tree.text.get(read as usize..).unwrap_or("");
        salvage::raw(rest, self.salvaged);
        self.faults.report(fault);
    }

    fn finish(mut self) -> Tree<'a> {
        while !self.frames.is_empty() {
            self.close_frame(None, false);
        }
        let written = self.tree.nodes.len() as u64;
        let limit = ALIAS_VALUES.max(written.saturating_mul(ALIAS_RATIO));
        if self.aliases.values > limit
            && let Some((values, span)) = self.aliases.largest
        {
            let message = format!("the aliases of the file stand for more than {limit} values");
            let fault = Diagnostic::new(Code::YamlAlias, span, message).label(format!("for {values} values"));
            self.faults.report(fault.help("write a group or a role instead of repeating a list"));
            if let Some(root) = self.tree.root() {
                salvage::node(&self.tree, root, self.salvaged);
            }
            self.tree.nodes.clear();
        }
        self.tree
    }

    fn push(&mut self, kind: Kind, span: Span) -> NodeId {
        let id = NodeId(number(self.tree.nodes.len()));
        self.tree.nodes.push(Node { kind, start: span.start, end: span.end });
        id
    }

    fn push_lost(&mut self, span: Span) {
        let next = NodeId(number(self.tree.nodes.len() + 1));
        self.push(Kind::Lost { next }, span);
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.tree.source, range)
    }

    /// The character at a byte; nothing at the end of the file.
    fn char_at(&self, at: usize) -> Span {
        let width = self.tree.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.span(at..at + width)
    }
}

fn too_deep(span: Span) -> Diagnostic {
    let message = format!("lists and maps are nested deeper than {DEPTH} levels");
    Diagnostic::new(Code::NestingTooDeep, span, message).help("no policy needs more than a few levels")
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

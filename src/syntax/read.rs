//! A file > its statements, each read on its own, and past every fault the ones behind it.

use super::block::{Block, Unbraced};
use super::build::{Builder, unquote};
use super::extent::{Extent, extent, skip_meta};
use super::fault::{Place, Site, too_deep, unclosed_brace, unreadable};
use super::fragment::Anchor;
use super::grammar::{Failure, Rule, read};
use super::guess::{STATEMENT_ITEMS, is_clause, next_start};
use super::scan::{Kind, Scanner, Token};
use super::sink::Sink;
use super::words::is_reserved;
use crate::ast::{File, Item, ItemKind, Rule as RuleDecl};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use smol_str::SmolStr;
use std::collections::HashSet;
use std::ops::Range;

/// How many different names are kept from text that could not be read.
const MAX_SALVAGED: usize = 1_000_000;

/// How many names are kept from a text in quotes that does not end.
const MOST_SWALLOWED: usize = 1_000;

/// How far the end of another language's comment is looked for.
const LONGEST_COMMENT: usize = 16 << 10;

/// Reads one file.
pub(super) struct Reader<'t, 'd> {
    text: &'t str,
    source: SourceId,
    faults: Sink<'d>,
    file: File,
    salvaged: HashSet<SmolStr>,
    /// Everything before it is read or passed over.
    at: usize,
}

/// A piece that was read ahead, and what was found in it.
pub(crate) type Ahead = (Range<usize>, Vec<Item>);

impl<'t, 'd> Reader<'t, 'd> {
    pub fn new(source: SourceId, text: &'t str, diagnostics: &'d mut Vec<Diagnostic>) -> Reader<'t, 'd> {
        let file = File { source, items: Vec::new(), salvaged: Vec::new() };
        Reader { text, source, faults: Sink::new(diagnostics), file, salvaged: HashSet::new(), at: 0 }
    }

    /// Reads to the end, or until there are too many faults to count; what comes of it in parts. Where a piece begins that was read ahead, its statements are
    /// taken; `ahead` is in the order of the text.
    pub fn read(mut self, ahead: Vec<Ahead>) -> Vec<File> {
        let mut parts = Vec::with_capacity(ahead.len() + 1);
        let mut ahead = ahead.into_iter().peekable();
        while let Some(token) = self.token(self.at, self.text.len()) {
            self.at = token.start;
            // A fault may have taken more than the piece it stands in.
            while ahead.next_if(|(piece, _)| piece.start < token.start).is_some() {}
            if let Some((piece, items)) = ahead.next_if(|(piece, _)| piece.start == token.start) {
                if !self.file.items.is_empty() {
                    parts.push(self.part());
                }
                parts.push(File { source: self.source, items, salvaged: Vec::new() });
                self.at = piece.end;
                continue;
            }
            if self.faults.full() {
                self.salvage(token.start, self.text.len());
                break;
            }
            let stretch = extent(self.text, self.at);
            match stretch.too_deep {
                Some(deep) => {
                    self.faults.push(too_deep(self.span(deep.start, deep.end)));
                    self.salvage(self.at, stretch.end);
                    self.at = stretch.end;
                }
                None => self.stretch(stretch),
            }
        }
        self.faults.finish();
        self.file.salvaged = self.salvaged.into_iter().collect();
        self.file.salvaged.sort_unstable();
        parts.push(self.file);
        parts
    }

    /// What was read since the last part.
    fn part(&mut self) -> File {
        let items = std::mem::take(&mut self.file.items);
        File { source: self.source, items, salvaged: Vec::new() }
    }

    /// Reads the statements of one extent. Behind a fault each is looked at by itself, so that the cost of a fault is
    /// the length of a statement.
    fn stretch(&mut self, stretch: Extent) {
        let mut careful = false;
        let mut end = stretch.end;
        while let Some(token) = self.token(self.at, stretch.end) {
            self.at = token.start;
            if self.faults.full() {
                return;
            }
            if careful && self.at >= end {
                end = next_start(self.text, self.at, None, stretch.end, STATEMENT_ITEMS);
            }
            match read(Rule::statement, self.slice(self.at, end)) {
                Ok((mut pairs, used)) => {
                    let before = self.faults.taken();
                    let node = pairs.next();
                    let item = node.and_then(|node| self.builder(self.at).statement(node));
                    self.keep(item, before, self.at, self.at + used);
                    self.at += used.max(1);
                }
                Err(failure) => {
                    let start = self.at;
                    careful = true;
                    if !self.ends_before(start + failure.at) {
                        self.recover(stretch, &failure);
                        self.at = self.at.max(start + 1);
                    }
                    end = self.at;
                }
            }
        }
        self.at = self.at.max(stretch.end);
    }

    /// Keeps the statement here if it is whole before a fault that begins a line: then the fault is the next statement's, and
    /// reported there alone.
    fn ends_before(&mut self, fault: usize) -> bool {
        let indent = self.token(self.at, fault).map_or(0, |head| head.indent);
        let begins_line = self.token(fault, self.text.len()).is_some_and(|token| {
            let inside = token.indent > indent || is_clause(token.text(self.text));
            token.first && token.start == fault && !inside
        });
        if !begins_line || fault <= self.at {
            return false;
        }
        let Ok((mut pairs, used)) = read(Rule::statement, self.slice(self.at, fault)) else { return false };
        if self.token(self.at + used.max(1), fault).is_some() {
            return false;
        }
        let before = self.faults.taken();
        let item = pairs.next().and_then(|node| self.builder(self.at).statement(node));
        self.keep(item, before, self.at, fault);
        self.at = fault;
        true
    }

    /// Reports what is wrong with the statement here and passes over as little as possible.
    fn recover(&mut self, stretch: Extent, failure: &Failure) {
        let (start, fault) = (self.at, self.at + failure.at);
        if self.unbraced(failure) {
            return;
        }
        if let Some((block, brace)) = self.block_around(fault, stretch.end) {
            if let Some(item) = self.block(block, start, brace, stretch.end) {
                self.file.items.push(item);
            }
            return;
        }
        match stretch.unclosed {
            Some(brace) if fault >= stretch.end => self.unclosed(brace, stretch.end),
            _ => self.report(failure, start, stretch.end, (Place::File, Rule::statement)),
        }
        // A keyword in the middle of a line, or indented, is rather part of the fault than a statement.
        let limit = if stretch.unclosed.is_some() { stretch.end } else { self.text.len() };
        self.at = next_start(self.text, start, Some(self.behind(fault)), limit, STATEMENT_ITEMS);
        self.salvage(start, self.at);
    }

    /// Where a fault ends as far as nothing in it can begin an item: that is the whole of another language's comment.
    fn behind(&self, fault: usize) -> usize {
        let near = (fault + LONGEST_COMMENT..=self.text.len()).find(|&end| self.text.is_char_boundary(end));
        let rest = self.slice(fault, near.unwrap_or(self.text.len()));
        let line = rest.find('\n').unwrap_or(rest.len());
        let length = match () {
            () if rest.starts_with("/*") => rest.find("*/").map_or(line, |end| end + 2),
            () if rest.starts_with("//") => line,
            () => 0,
        };
        fault + length
    }

    /// The block that the statement here is, if the fault lies inside of it, and where its `{` stands.
    fn block_around(&self, fault: usize, limit: usize) -> Option<(Block, usize)> {
        let mut scanner = Scanner::new(self.text, self.at);
        let block = Block::of(skip_meta(self.text, &mut scanner)?.text(self.text))?;
        let brace = scanner.take_while(|token| token.start < limit).find(|token| token.is(self.text, "{"))?;
        (brace.start < fault).then_some((block, brace.start))
    }

    /// Reads a block item by item. Ends behind its `}`.
    fn block(&mut self, block: Block, start: usize, brace: usize, limit: usize) -> Option<Item> {
        let head = match read(Rule::head, self.slice(start, brace)) {
            Ok((mut pairs, _)) => pairs.next().and_then(|node| self.builder(start).opened(node)),
            Err(failure) => {
                self.report(&failure, start, limit, (Place::File, Rule::head));
                None
            }
        };
        let Some((meta, mut kind, first)) = head else {
            self.at = next_start(self.text, start, Some(brace), limit, STATEMENT_ITEMS);
            self.salvage(start, self.at);
            return None;
        };
        self.items(block, &mut kind, brace + 1, Some(brace), limit);
        let span = Span { end: self.span(start, self.at).end, ..first };
        if let ItemKind::Rule(rule) = &mut kind {
            rule.span = span;
        }
        Some(Item { meta, kind, span })
    }

    /// Reads a block without braces, if the fault is at the first of its items, where nothing but a block can stand: behind the head
    /// that needs one, or behind a statement that could have one.
    fn unbraced(&mut self, failure: &Failure) -> bool {
        let fault = self.at + failure.at;
        let (start, from) = match self.file.items.last() {
            _ if failure.expected.contains(&Rule::open) && failure.at > 0 => {
                // `test "...":`
                let colon = self.token(fault, self.text.len()).filter(|token| token.is(self.text, ":"));
                (self.at, colon.map_or(fault, |colon| colon.end))
            }
            Some(item) if failure.at == 0 || failure.expected.contains(&Rule::kw_to) => {
                (item.span.start as usize, self.at)
            }
            _ => return false,
        };
        let Some(found) = Unbraced::find(self.text, start, from) else { return false };
        let Ok((mut pairs, _)) = read(Rule::head, self.slice(start, found.head.end)) else { return false };
        let head = pairs.next().and_then(|node| self.builder(start).opened(node));
        let Some((meta, mut kind, _)) = head else { return false };
        // The statement before was taken for one without a block.
        let before = if start < self.at { self.file.items.pop() } else { None };
        let meta = before.map_or(meta, |item| item.meta);
        self.faults.push(found.report(self.source, self.text));
        self.items(found.block, &mut kind, found.from, None, found.end);
        let span = self.span(found.head.start, self.at);
        if let ItemKind::Rule(rule) = &mut kind {
            rule.span = span;
        }
        self.file.items.push(Item { meta, kind, span });
        true
    }

    /// Reads the items from `from` on, until behind the `}`. Where no `brace` opened them, they may also end at `limit`.
    fn items(&mut self, block: Block, kind: &mut ItemKind, from: usize, brace: Option<usize>, limit: usize) {
        let items = block.items();
        self.at = from;
        let mut end = self.at;
        while let Some(token) = self.token(self.at, limit) {
            self.at = token.start;
            if token.is(self.text, "}") {
                self.at = token.end;
                return;
            }
            if self.faults.full() {
                return;
            }
            if self.at >= end {
                end = next_start(self.text, self.at, None, limit, items);
            }
            match read(block.rule(), self.slice(self.at, end)) {
                Ok((mut pairs, used)) => {
                    let before = self.faults.taken();
                    let node = pairs.next().and_then(|lone| lone.into_inner().next());
                    let added = node.and_then(|node| self.builder(self.at).add(kind, node));
                    if added.is_none() && self.faults.taken() == before {
                        self.faults.push(unreadable(self.span(self.at, self.at + used)));
                    }
                    self.at += used.max(1);
                    if self.faults.taken() != before {
                        // What stands behind a fault on its line belongs to it.
                        let rest = Scanner::new(self.text, self.at).take_while(|token| token.start < limit);
                        let rest = rest.take_while(|token| !token.first && !token.is(self.text, "}"));
                        self.at = rest.last().map_or(self.at, |token| token.end);
                        end = self.at;
                    }
                }
                Err(failure) => {
                    if !self.inner_block(block, kind, &failure, end) {
                        let start = self.at;
                        self.report(&failure, start, limit, (Place::Block(items), block.rule()));
                        let fault = self.behind(start + failure.at);
                        self.at = next_start(self.text, start, Some(fault), limit, items).max(start + 1);
                        self.salvage(start, self.at);
                    }
                    end = self.at;
                }
            }
        }
        if let Some(brace) = brace {
            self.unclosed(brace, limit);
        }
        self.at = limit;
    }

    /// Reads an `on` block inside of a role, if the fault lies in one.
    fn inner_block(&mut self, block: Block, kind: &mut ItemKind, failure: &Failure, end: usize) -> bool {
        let (Block::Role, ItemKind::Role(role)) = (block, kind) else { return false };
        let Some((Block::On, brace)) = self.block_around(self.at + failure.at, end) else { return false };
        if let Some(Item { meta, kind: ItemKind::Rule(rule), .. }) =
            self.block(Block::RoleOn, self.at, brace, end)
        {
            role.rules.push(RuleDecl { meta, ..rule });
        }
        true
    }

    /// Keeps what was read; what was not understood is never passed over silently.
    fn keep(&mut self, item: Option<Item>, faults: usize, start: usize, end: usize) {
        match item {
            Some(item) => self.file.items.push(item),
            None => {
                if self.faults.taken() == faults {
                    self.faults.push(unreadable(self.span(start, end)));
                }
                self.salvage(start, end);
            }
        }
    }

    fn report(&mut self, failure: &Failure, start: usize, limit: usize, (place, rule): (Place, Rule)) {
        let anchor = Anchor::Verbatim(self.source, 0);
        self.faults.push(Site { text: self.text, anchor, start, limit, place, rule }.report(failure));
    }

    fn unclosed(&mut self, brace: usize, limit: usize) {
        let noticed = self.token(limit, self.text.len()).map(|token| self.span(token.start, token.end));
        self.faults.push(unclosed_brace(self.span(brace, brace + 1), noticed));
    }

    /// Remembers every name between two places, so that it is not reported as unknown besides.
    fn salvage(&mut self, start: usize, end: usize) {
        for token in Scanner::new(self.text, start).take_while(|token| token.start < end) {
            if self.salvaged.len() >= MAX_SALVAGED {
                return;
            }
            let text = token.text(self.text);
            match token.kind {
                Kind::Word if is_reserved(text) => {}
                Kind::Word => {
                    // Of `type:id` and `category:x` each part is a name too.
                    let (before, behind) = text.split_once(':').unwrap_or((text, ""));
                    for name in [text, before, behind] {
                        if name.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
                            self.salvaged.insert(SmolStr::new(name));
                        }
                    }
                }
                Kind::Quoted => {
                    self.salvaged.insert(SmolStr::new(unquote(text, |_, _| ())));
                }
                // What a quote that is not closed swallowed may hold declarations.
                Kind::Unclosed => {
                    let names = text.split(|c: char| !c.is_alphanumeric() && !"_.:/@+-".contains(c));
                    let names = names.filter(|name| !name.is_empty() && !is_reserved(name));
                    self.salvaged.extend(names.take(MOST_SWALLOWED).map(SmolStr::new));
                }
                Kind::Doc | Kind::Mark => {}
            }
        }
    }

    fn token(&self, at: usize, limit: usize) -> Option<Token> {
        Scanner::new(self.text, at).next().filter(|token| token.start < limit)
    }

    fn builder(&mut self, at: usize) -> Builder<'_, 'd> {
        Builder::new(Anchor::Verbatim(self.source, self.span(at, at).start), &mut self.faults)
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or("")
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start..end)
    }
}

//! Tokens > names, references and lists of them.

use super::Read;
use crate::ast::{Name, PrincipalRef, PrincipalRefKind, ResourceRef};
use crate::few::Few;
use crate::source::{SourceId, Span, Spanned};
use crate::syntax::build::{class, doc_text};
use crate::syntax::scan::{Kind, Scanner, Token};
use crate::syntax::words::is_reserved;
use smol_str::SmolStr;

/// Reads on from a token. A clone is a place to come back to.
#[derive(Clone)]
pub(in crate::syntax) struct Quick<'t> {
    text: &'t str,
    source: SourceId,
    tokens: Scanner<'t>,
    token: Option<Token>,
    /// Where the last token ends that was taken and is no comma.
    end: usize,
}

/// The token that is next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Word<'t> {
    /// Bare.
    Plain(&'t str),
    /// In quotes, which are part of it.
    Quoted(&'t str),
    Mark(&'t str),
    /// A `##` line, a quote that is not closed, or the end.
    Other,
}

impl<'t> Quick<'t> {
    /// Begins at a place between tokens. What is behind the end of `text` begins with a statement.
    pub fn new(source: SourceId, text: &'t str, at: usize) -> Quick<'t> {
        let mut tokens = Scanner::new(text, at);
        let token = tokens.next();
        Quick { text, source, tokens, token, end: at }
    }

    /// Where the next token stands; `None` at the end.
    pub fn at(&self) -> Option<usize> {
        self.token.map(|token| token.start)
    }

    pub(super) fn start(&self) -> usize {
        self.at().unwrap_or(self.text.len())
    }

    pub(super) fn word(&self) -> Word<'t> {
        let Some(token) = self.token else { return Word::Other };
        let text = token.text(self.text);
        match token.kind {
            Kind::Word => Word::Plain(text),
            Kind::Quoted => Word::Quoted(text),
            Kind::Mark => Word::Mark(text),
            Kind::Unclosed | Kind::Doc => Word::Other,
        }
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) {
        if let Some(token) = self.token {
            self.end = token.end;
            self.token = self.tokens.next();
        }
    }

    /// Takes a word or mark if it is next.
    pub(super) fn takes(&mut self, wanted: &str) -> bool {
        let is_next = matches!(self.word(), Word::Plain(found) | Word::Mark(found) if found == wanted);
        if is_next {
            self.take();
        }
        is_next
    }

    /// Leaves it to the grammar if something goes on with what was read.
    pub(super) fn ends(&self, further: &[&str]) -> Read<()> {
        match self.word() {
            Word::Plain(found) | Word::Mark(found) if further.contains(&found) => None,
            _ => Some(()),
        }
    }

    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::new(self.source, start..self.end)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start..end)
    }

    /// A `##` line without its mark.
    pub(super) fn doc_line(&mut self) -> Option<(&'t str, Span)> {
        let token = self.token.filter(|token| token.kind == Kind::Doc)?;
        self.take();
        Some((doc_text(token.text(self.text)), self.span(token.start, token.end)))
    }

    /// One or more with commas between, and perhaps one behind.
    pub(super) fn list<T>(&mut self, element: impl Fn(&mut Self) -> Read<T>) -> Read<Few<T>> {
        let first = element(self)?;
        if self.word() != Word::Mark(",") {
            return Some(Few::One(first));
        }
        let mut list = vec![first];
        while self.word() == Word::Mark(",") {
            let end = self.end;
            self.take();
            self.end = end;
            match self.word() {
                Word::Plain(word) if !is_reserved(word) => list.push(element(self)?),
                Word::Quoted(_) => list.push(element(self)?),
                Word::Plain(_) | Word::Mark(_) | Word::Other => break,
            }
        }
        Some(list.into())
    }

    pub(super) fn names(&mut self) -> Read<Vec<Name>> {
        self.list(Quick::name).map(Vec::from)
    }

    pub(super) fn principals(&mut self) -> Read<Few<PrincipalRef>> {
        self.list(Quick::principal_ref)
    }

    /// A name, bare or in quotes.
    pub(super) fn name(&mut self) -> Read<Name> {
        let text = match self.word() {
            Word::Plain(word) if begins_name(word) && !word.contains('*') && !is_reserved(word) => word,
            Word::Quoted(quoted) => unquoted(quoted).filter(|inside| !inside.is_empty())?,
            _ => return None,
        };
        Some(self.named(text))
    }

    /// A word with `*` in it. What stands before the first is no word of the language.
    pub(super) fn pattern(&mut self) -> Read<Name> {
        let Word::Plain(word) = self.word() else { return None };
        let (before, _) = word.split_once('*')?;
        let is_pattern = before.is_empty() || begins_name(before) && !is_reserved(before);
        is_pattern.then(|| self.named(word))
    }

    /// An integer, a date, a timestamp.
    pub(super) fn number(&mut self) -> Read<Name> {
        match self.word() {
            Word::Plain(word) if word.starts_with(|c: char| c.is_ascii_digit()) => {
                (!word.contains(['*', '_', '@'])).then(|| self.named(word))
            }
            _ => None,
        }
    }

    /// Takes the next token, which says `text`.
    fn named(&mut self, text: &str) -> Name {
        let start = self.start();
        self.take();
        Name { text: SmolStr::new(text), span: self.span_from(start) }
    }

    /// A text in quotes.
    pub(super) fn string(&mut self) -> Read<Spanned<String>> {
        let Word::Quoted(quoted) = self.word() else { return None };
        let value = unquoted(quoted)?.to_owned();
        let start = self.start();
        self.take();
        Some(Spanned::new(value, self.span_from(start)))
    }

    /// What stands behind the colon that ends so many bytes of the next word; it may be in quotes.
    pub(super) fn behind_colon(&mut self, bytes: usize) -> Read<Name> {
        let Word::Plain(word) = self.word() else { return None };
        let behind = word.get(bytes..).filter(|_| !word.contains('*'))?;
        let start = self.start() + bytes;
        self.take();
        if !behind.is_empty() {
            return Some(Name { text: SmolStr::new(behind), span: self.span_from(start) });
        }
        let is_quoted = matches!(self.word(), Word::Quoted(_)) && self.at() == Some(start);
        if is_quoted { self.name() } else { None }
    }

    /// `type:id`.
    pub(super) fn resource(&mut self) -> Read<ResourceRef> {
        let Word::Plain(word) = self.word() else { return None };
        let (ty, start) = (word.split_once(':')?.0, self.start());
        let bytes = ty.len() + 1;
        let ty = self.type_name(ty)?;
        let id = self.behind_colon(bytes)?;
        Some(ResourceRef { ty, id, span: self.span_from(start) })
    }

    /// The type that the next word begins with.
    pub(super) fn type_name(&self, ty: &str) -> Read<Name> {
        let begins_principal = matches!(ty, "user" | "group" | "role" | "service" | "category");
        if begins_principal || !begins_name(ty) || ty.contains([':', '*']) {
            return None;
        }
        let start = self.start();
        Some(Name { text: SmolStr::new(ty), span: self.span(start, start + ty.len()) })
    }

    /// `user:x`, `anyone`, and so on.
    fn principal_ref(&mut self) -> Read<PrincipalRef> {
        let Word::Plain(word) = self.word() else { return None };
        let start = self.start();
        let kind = match word.split_once(':') {
            None => {
                let class = class(word)?;
                self.take();
                PrincipalRefKind::Class(class)
            }
            Some((kind, _)) => {
                let of = match kind {
                    "user" => PrincipalRefKind::User,
                    "service" => PrincipalRefKind::Service,
                    "group" => PrincipalRefKind::Group,
                    "role" => PrincipalRefKind::Role,
                    _ => return None,
                };
                of(self.behind_colon(kind.len() + 1)?)
            }
        };
        Some(PrincipalRef { kind, span: self.span_from(start) })
    }

    /// Whether somebody may be named next.
    pub(super) fn is_principal(&self) -> bool {
        let Word::Plain(word) = self.word() else { return false };
        word.split_once(':')
            .map_or(class(word).is_some(), |(kind, _)| matches!(kind, "user" | "group" | "role" | "service"))
    }
}

fn begins_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// What stands between quotes, if that is what it says.
fn unquoted(quoted: &str) -> Option<&str> {
    let inside = quoted.strip_prefix('"')?.strip_suffix('"')?;
    (!inside.contains('\\')).then_some(inside)
}

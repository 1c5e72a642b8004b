//! Where the grammar ends > what to say about it.

use super::expected::{complete, expectation, only_names, some_name, words};
use super::extent::{MAX_NESTING, skip_meta};
use super::foreign;
use super::fragment::Anchor;
use super::grammar::{Failure, Rule};
use super::guess::{Items, is_nearly_statement};
use super::scan::{Kind, Scanner, Token};
use super::words::{STATEMENTS, is_reserved};
use crate::diagnostic::{Code, Diagnostic, Safety, closest, is_same_word};
use crate::source::Span;

/// The words that go on with something rather than begin it.
const CLAUSES: [&str; 12] =
    ["on", "in", "to", "for", "by", "from", "until", "when", "except", "because", "requires", "includes"];

/// How much of the text found is shown.
const LONGEST_SHOWN: usize = 40;

/// How far back on its line the beginning of a statement is looked for.
const LONGEST_LINE: usize = 256;

/// What was being read when a fault was met.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// Statements of a file.
    File,
    /// Items of a block.
    Block(Items),
    /// A piece of the language inside another text.
    Fragment,
}

/// The statement, item or fragment with a fault.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'t> {
    /// The text that offsets count in.
    pub text: &'t str,
    /// Where that text stands.
    pub anchor: Anchor,
    /// Where the grammar was applied.
    pub start: usize,
    /// Where what was read ends at the latest.
    pub limit: usize,
    pub place: Place,
    /// What was read there.
    pub rule: Rule,
}

/// The fault and the tokens around it.
pub(super) struct Around {
    /// The token before it, of the same statement or item.
    pub before: Option<Token>,
    /// The token at it.
    pub found: Option<Token>,
    /// Nothing of the statement or item stands before it but `##` and `@allow`.
    pub at_start: bool,
    /// The statement behind begins there.
    pub at_next: bool,
}

impl Site<'_> {
    /// The finding for a text that the grammar does not take.
    pub fn report(&self, failure: &Failure) -> Diagnostic {
        let around = self.around(self.start + failure.at);
        if let Some(fault) = self.about_on(&around, failure) {
            return fault;
        }
        if let Some(quote) = self.unclosed_quote(&around) {
            return Diagnostic::new(
                Code::SyntaxError,
                self.span(quote),
                "a text in quotes does not end on its line",
            )
            .help("close it with `\"`; a line end inside is written `\\n`");
        }
        self.about_meta(&around)
            .or_else(|| self.about_reserved(&around, failure))
            .unwrap_or_else(|| self.general(&around, failure))
    }

    pub(super) fn span(&self, token: Token) -> Span {
        self.anchor.span(token.start..token.end)
    }

    fn around(&self, at: usize) -> Around {
        let mut scanner = Scanner::new(self.text, self.start);
        let at_start = skip_meta(self.text, &mut scanner).is_none_or(|head| head.start >= at);
        let before = Scanner::new(self.text, self.start).take_while(|token| token.start < at).last();
        let found = Scanner::new(self.text, at).next();
        let at_next = found.is_some_and(|token| {
            let open = !matches!(self.place, Place::Block(_)) || token.start >= self.limit;
            open && !at_start && token.first && is_nearly_statement(token.text(self.text))
        });
        Around { before, found, at_start, at_next }
    }

    /// An `on` behind what lies in something else. It was taken for the beginning of a block.
    fn about_on(&self, around: &Around, failure: &Failure) -> Option<Diagnostic> {
        let on = around
            .before
            .filter(|before| before.start == self.start && before.is(self.text, "on") && !before.first)?;
        let line = self.text.get(..self.start)?.rfind('\n').map_or(0, |newline| newline + 1);
        let scope = |rule: &Rule| matches!(rule, Rule::scope | Rule::resource_ref | Rule::type_scope);
        if !failure.expected.iter().any(scope) || self.start - line > LONGEST_LINE {
            return None;
        }
        // The last statement of the line.
        let heads = Scanner::new(self.text, line).take_while(|token| token.start < self.start);
        let heads =
            heads.filter(|token| matches!(token.text(self.text), "group" | "user" | "service" | "resource"));
        let site = Site { start: heads.last()?.start, ..*self };
        let failure = Failure { at: on.start - site.start, expected: vec![Rule::in_names] };
        let around = site.around(on.start);
        Some(site.general(&around, &failure))
    }

    /// The quote of a text that its line ends, at the fault or right behind the word there (`folder:"abc`).
    fn unclosed_quote(&self, around: &Around) -> Option<Token> {
        let found = around.found?;
        let behind = Scanner::new(self.text, found.end).next().filter(|next| next.start == found.end);
        [Some(found), behind].into_iter().flatten().find(|token| token.kind == Kind::Unclosed)
    }

    /// `##` or `@allow` where it can't stand, or before nothing.
    fn about_meta(&self, around: &Around) -> Option<Diagnostic> {
        let ends = around.found.is_none_or(|found| found.start >= self.limit || found.is(self.text, "}"));
        if let Some(before) =
            around.before.filter(|before| ends && (around.at_start || before.kind == Kind::Doc))
        {
            let first = match before.kind {
                Kind::Doc => before,
                _ => Scanner::new(self.text, self.start).next().unwrap_or(before),
            };
            let what = if first.kind == Kind::Doc { "a `##` comment" } else { "an `@allow`" };
            return Some(
                Diagnostic::new(Code::SyntaxError, self.span(first), format!("{what} stands before nothing"))
                    .help("put it above the declaration that it belongs to"),
            );
        }
        let found = around.found.filter(|found| found.kind == Kind::Doc)?;
        Some(
            Diagnostic::new(Code::SyntaxError, self.span(found), "a `##` comment documents nothing here")
                .help("put it above a declaration, or write `#`"),
        )
    }

    /// A word of the language where only a name can stand.
    fn about_reserved(&self, around: &Around, failure: &Failure) -> Option<Diagnostic> {
        let found = around.found.filter(|found| found.kind == Kind::Word && !around.at_next)?;
        let word = found.text(self.text);
        let listed =
            around.before.is_some_and(|before| before.is(self.text, ",")) && !CLAUSES.contains(&word);
        let named = only_names(&failure.expected) || listed && some_name(&failure.expected);
        if !named || !is_reserved(word) {
            return None;
        }
        let message = format!("`{word}` is a word of the language, not a name");
        if let Some((help, remedy)) = self.of_kind(found, word, failure) {
            let fault = Diagnostic::new(Code::ReservedWord, self.span(found), message);
            return Some(fault.help(help).maybe_remedy(remedy));
        }
        Some(
            Diagnostic::new(Code::ReservedWord, self.span(found), message)
                .help(format!("write it in quotes: `\"{word}\"`"))
                .maybe_remedy(self.edit(found.start..found.end, format!("\"{word}\""), Safety::Unsafe)),
        )
    }

    fn general(&self, around: &Around, failure: &Failure) -> Diagnostic {
        let span = match (around.found, around.before) {
            (Some(found), _) => self.span(found),
            (None, Some(before)) => self.anchor.span(before.end..before.end),
            (None, None) => self.anchor.span(self.start..self.text.len().max(self.start)),
        };
        let closes = around.found.is_some_and(|found| found.is(self.text, "}"));
        if closes && matches!(self.place, Place::File) && !self.in_braces(around) {
            return Diagnostic::new(Code::SyntaxError, span, "this `}` closes nothing").help("take it away");
        }
        let close = around.at_start && matches!(self.place, Place::Block(_));
        let expected = match self.place {
            Place::File if around.at_start => "a statement".to_owned(),
            _ => expectation(&failure.expected, close),
        };
        let found = self.found(around);
        let message = match expected.as_str() {
            "" => format!("{found} can't stand here"),
            _ => format!("expected {expected}, found {found}"),
        };
        // What is missing is missing here, however far below the next statement begins.
        let ends = around.before.filter(|_| around.at_next);
        let diagnostic = match ends {
            Some(before) => Diagnostic::new(Code::SyntaxError, self.span(before), message)
                .label("something is missing behind this")
                .also(span, "the next statement begins here"),
            None => Diagnostic::new(Code::SyntaxError, span, message),
        };
        let next = match expected.as_str() {
            "" => "take it away".to_owned(),
            _ => format!("write {expected} there"),
        };
        self.mended(diagnostic.help(self.help(around, failure).unwrap_or(next)), around, failure)
    }

    /// Whether a brace is open at the fault.
    fn in_braces(&self, around: &Around) -> bool {
        let end = around.found.map_or(self.text.len(), |found| found.start);
        let tokens = Scanner::new(self.text, self.start).take_while(|token| token.start < end);
        tokens.fold(0usize, |depth, token| match token.text(self.text) {
            "{" => depth + 1,
            "}" => depth.saturating_sub(1),
            _ => depth,
        }) > 0
    }

    fn found(&self, around: &Around) -> String {
        let Some(found) = around.found else {
            return match self.place {
                Place::Fragment => "the end of the text".to_owned(),
                _ => "the end of the file".to_owned(),
            };
        };
        let text = found.text(self.text);
        let shown: String = text.chars().take(LONGEST_SHOWN).collect();
        let dots = if shown.len() < text.len() { "..." } else { "" };
        let next = if around.at_next { ", which begins the next statement" } else { "" };
        format!("`{shown}{dots}`{next}")
    }

    /// Whether it is a comma between declarations, which lists have and blocks don't. Behind a formula it may stand for `and`.
    pub(super) fn comma_in_block(&self, found: Token, failure: &Failure) -> bool {
        found.is(self.text, ",")
            && !failure.expected.contains(&Rule::kw_and)
            && matches!(self.place, Place::Block(items) if items.names)
    }

    /// Whether a name or reference follows one on the same line.
    pub(super) fn comma_missing(&self, around: &Around) -> bool {
        let plain = |token: Token| token.kind == Kind::Word && !is_reserved(token.text(self.text));
        let same_line = around.found.is_some_and(|found| plain(found) && !found.first);
        let reference = |token: Token| token.text(self.text).contains(':');
        let alike = around.found.map(reference) == around.before.map(reference);
        // What breaks off inside of a word is no second one.
        let apart = |before: Token| around.found.is_some_and(|found| before.end < found.start);
        same_line && alike && !around.at_start && around.before.is_some_and(|it| plain(it) && apart(it))
    }

    /// The words that could stand at a fault.
    pub(super) fn could(&self, around: &Around, failure: &Failure) -> impl Iterator<Item = &'static str> {
        let begins = around.at_start || complete(&failure.expected);
        let (items, others): (&[&'static str], &[&'static str]) = match self.place {
            Place::Block(items) if begins => (items.words, &[]),
            Place::File if begins => (&STATEMENTS, &["on", "only", "@allow"]),
            _ => (&[], &[]),
        };
        let expected: Vec<&'static str> = words(&failure.expected).filter(|_| !around.at_start).collect();
        expected.into_iter().chain(items.iter().copied()).chain(others.iter().copied())
    }

    /// The word that a mistyped one probably is, one that could stand there; and whether it can be no other.
    pub(super) fn meant(
        &self,
        around: &Around,
        failure: &Failure,
        word: &str,
    ) -> Option<(&'static str, Safety)> {
        let Some(near) = closest(word, self.could(around, failure)) else {
            let could = |meant: &str| self.could(around, failure).any(|word| word == meant);
            return foreign::nearly(word, could).map(|meant| (meant, Safety::Unsafe));
        };
        let safety = if is_same_word(word, near) { Safety::Safe } else { Safety::Unsafe };
        Some((near, safety))
    }
}

/// Brackets or `not`s nest deeper than the limit.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NestingTooDeep,
        span,
        format!("brackets or `not` nest deeper than {MAX_NESTING} levels"),
    )
    .help("take the inner part out")
}

/// A `{` without a `}`; `noticed` is what showed it.
pub(super) fn unclosed_brace(brace: Span, noticed: Option<Span>) -> Diagnostic {
    let fault = Diagnostic::new(Code::SyntaxError, brace, "this `{` is never closed")
        .help("close it with `}` at the end of the block");
    match noticed {
        Some(next) => fault.also(next, "the next statement begins before it is"),
        None => fault,
    }
}

/// The tree has a shape that it can't have; nothing may vanish without a word.
pub(super) fn unreadable(span: Span) -> Diagnostic {
    Diagnostic::new(Code::SyntaxError, span, "this could not be understood")
        .help("write it in a simpler form")
}

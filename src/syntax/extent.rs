//! Where statements end, without reading them: words at the beginning of lines, braces, indentation.
//!
//! Enters: text. Leaves: offsets. An [`Extent`] never cuts a correct statement, so it bounds what the grammar sees.

use super::scan::{Kind, Scanner, Token};
use super::words::is_statement;
use std::ops::ControlFlow;

/// How deep brackets and `not` may nest. The grammar and the phases behind it recurse, so this bounds their stack.
pub(super) const MAX_NESTING: usize = 64;

/// A stretch of text that holds whole statements: nothing in a correct policy goes past its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// One past its last byte, where a token that can only begin a statement stands, or the end of the text.
    pub end: usize,
    /// The outermost `{` that is still open there.
    pub unclosed: Option<usize>,
    /// The bracket or `not` that nests too deep.
    pub too_deep: Option<Token>,
}

/// The extent of the statement at `from`. It may hold more statements, if they begin with words that can also continue
/// a statement (`on`, `only`, `principal`, `type:id`).
pub(super) fn extent(text: &str, from: usize) -> Extent {
    let mut scanner = Scanner::new(text, from);
    let mut nesting = Nesting::default();
    let Some(head) = skip_meta(text, &mut scanner) else {
        return Extent { end: text.len(), unclosed: None, too_deep: None };
    };
    let (mut keyword, mut has_block) = (head.text(text), false);
    let mut braces = Braces::default();
    let mut before = head;
    nesting.step(text, head);
    braces.step(text, head);
    while let Some(token) = scanner.next() {
        let ends = match braces.depth {
            0 => begins_statement(text, token),
            _ if !token.first || token.indent > head.indent => false,
            _ => leaves_block(text, keyword, before, token, &scanner),
        };
        if ends {
            return Extent { end: token.start, unclosed: braces.outermost(), too_deep: nesting.too_deep };
        }
        // A block of its own behind the statement; these two have an `on` in their heads.
        if braces.depth == 0
            && token.is(text, "on")
            && (has_block || !matches!(keyword, "category" | "matrix"))
        {
            keyword = "on";
        }
        nesting.step(text, token);
        braces.step(text, token);
        has_block |= braces.depth > 0;
        before = token;
    }
    Extent { end: text.len(), unclosed: braces.outermost(), too_deep: nesting.too_deep }
}

/// The first token that nests too deep, in a text of its own.
pub(super) fn too_deep(text: &str) -> Option<Token> {
    let mut nesting = Nesting::default();
    let _ = Scanner::new(text, 0).try_for_each(|token| {
        nesting.step(text, token);
        if nesting.too_deep.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    nesting.too_deep
}

/// Takes `##` lines and `@allow (...) "..."`, and the token behind them.
pub(super) fn skip_meta(text: &str, scanner: &mut Scanner<'_>) -> Option<Token> {
    loop {
        let token = scanner.next()?;
        if token.is(text, "@allow") {
            skip_allow(text, scanner);
        } else if token.kind != Kind::Doc {
            return Some(token);
        }
    }
}

/// Takes what stands behind `@allow`, as far as it looks like it.
fn skip_allow(text: &str, scanner: &mut Scanner<'_>) {
    if scanner.peek().is_some_and(|next| next.is(text, "(")) {
        while let Some(next) = scanner.peek() {
            if begins_statement(text, next) || next.is(text, "{") || next.is(text, "}") {
                return;
            }
            scanner.next();
            if next.is(text, ")") {
                break;
            }
        }
    }
    if scanner.peek().is_some_and(|next| matches!(next.kind, Kind::Quoted | Kind::Unclosed)) {
        scanner.next();
    }
}

/// Whether a token outside of braces can only be the beginning of a statement.
pub(super) fn begins_statement(text: &str, token: Token) -> bool {
    match token.kind {
        Kind::Doc => true,
        // `principal` is also who asks, in a condition.
        Kind::Word => match token.text(text) {
            "principal" => false,
            "@allow" => true,
            word => is_statement(word),
        },
        _ => false,
    }
}
/// Whether a token that begins a line, inside the braces of a statement that begins with `keyword`, shows that a `}` is
/// missing: it can't stand in such a block.
fn leaves_block(text: &str, keyword: &str, before: Token, token: Token, behind: &Scanner<'_>) -> bool {
    let word = token.text(text);
    if token.kind != Kind::Word || !is_statement(word) {
        return false;
    }
    // It is also a type, and who asks.
    if word == "principal" && !behind.peek().is_some_and(|next| next.is(text, "{")) {
        return false;
    }
    let belongs = match keyword {
        "role" => matches!(word, "grant" | "deny" | "bypass"),
        "on" => matches!(word, "grant" | "deny" | "bypass" | "assign"),
        "category" => word == "privilege",
        "policy" | "resource" => before.is(text, "default") && matches!(word, "grant" | "deny"),
        _ => false,
    };
    // `role : string` is an attribute.
    !belongs && !behind.peek().is_some_and(|next| next.text(text).starts_with(':'))
}

/// The braces around a token.
#[derive(Clone, Copy, Debug, Default)]
struct Braces {
    depth: usize,
    first: usize,
}

impl Braces {
    fn step(&mut self, text: &str, token: Token) {
        if token.is(text, "{") {
            if self.depth == 0 {
                self.first = token.start;
            }
            self.depth += 1;
        } else if token.is(text, "}") {
            self.depth = self.depth.saturating_sub(1);
        }
    }

    fn outermost(self) -> Option<usize> {
        (self.depth > 0).then_some(self.first)
    }
}

/// Brackets and `not`s around a token.
#[derive(Debug, Default)]
struct Nesting {
    /// For every open bracket, how many `not` stand right before it.
    open: Vec<usize>,
    /// All of those.
    nots: usize,
    /// How many `not` stand right before the next token.
    run: usize,
    too_deep: Option<Token>,
}

impl Nesting {
    fn step(&mut self, text: &str, token: Token) {
        if self.too_deep.is_some() {
            return;
        }
        match token.kind {
            Kind::Word if token.text(text) == "not" => self.run += 1,
            Kind::Mark if matches!(token.text(text), "(" | "[" | "{") => {
                self.open.push(self.run);
                self.nots += self.run;
                self.run = 0;
            }
            Kind::Mark if matches!(token.text(text), ")" | "]" | "}") => {
                self.nots -= self.open.pop().unwrap_or(0);
                self.run = 0;
            }
            _ => self.run = 0,
        }
        if self.open.len() + self.nots + self.run > MAX_NESTING {
            self.too_deep = Some(token);
        }
    }
}

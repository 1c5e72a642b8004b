//! Behind a fault > where the next statement or item probably begins: words at the beginning of lines, braces, indentation.
//!
//! Enters: text with a fault. Leaves: offsets. All of it is a guess, so nothing here is asked while a text is sound.

use super::extent::skip_meta;
use super::foreign;
use super::scan::{Kind, Scanner, Token};
use super::words::{STATEMENTS, is_reserved, is_statement};

/// What stands in a sequence, as far as a broken one shows where the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Items {
    /// At the beginning of a line these begin an item.
    pub words: &'static [&'static str],
    /// A name does too, unless it stands further to the right than the item before.
    pub names: bool,
    /// These are the statements of a file: an instance begins one, and what can continue a statement begins one only if
    /// it doesn't look so.
    pub statements: bool,
}

/// The statements of a file.
pub(super) const STATEMENT_ITEMS: Items = Items { words: &[], names: false, statements: true };

/// Where the item behind the one at `from` probably begins, not before the `fault` in that one; else where the block
/// ends, or `limit`.
pub(super) fn next_start(text: &str, from: usize, fault: Option<usize>, limit: usize, items: Items) -> usize {
    let mut scanner = Scanner::new(text, from);
    let Some(head) = skip_meta(text, &mut scanner) else { return limit };
    // What is wrong with a `##` or an `@allow` is no fault of the item behind it.
    let item = if fault.is_some_and(|fault| fault < head.start) { from } else { head.start };
    let mut depth = 0usize;
    let mut before = head;
    let mut next = Some(head);
    while let Some(token) = next.filter(|token| token.start < limit) {
        if token.is(text, "{") {
            depth += 1;
        } else if token.is(text, "}") {
            if depth == 0 && !items.statements {
                return token.start;
            }
            depth = depth.saturating_sub(1);
        }
        let behind = token.start > item && fault.is_none_or(|fault| token.start >= fault) && depth == 0;
        if behind {
            let here = Here { token, before, behind: &scanner, outside: token.indent <= head.indent };
            let begins = match fault {
                Some(fault) if !token.first => token.start > fault && begins_inside(text, here, items),
                _ if !token.first => false,
                Some(fault) if token.start == fault => begins_item(text, here, items, false),
                _ => begins_item(text, here, items, true),
            };
            if begins {
                return token.start;
            }
        }
        before = token;
        next = scanner.next();
    }
    limit
}

/// A token that may begin an item, and what is around it.
#[derive(Clone, Copy)]
struct Here<'s, 't> {
    token: Token,
    before: Token,
    behind: &'s Scanner<'t>,
    /// It is no further to the right than the item before.
    outside: bool,
}

/// Whether a token that begins a line begins an item. With `any`, a word that is none of the language does, where nothing
/// before it can go on with it; without, only one that is nearly a word which begins items.
fn begins_item(text: &str, here: Here<'_, '_>, items: Items, any: bool) -> bool {
    let Here { token, behind, outside, .. } = here;
    let word = token.text(text);
    match token.kind {
        Kind::Doc => outside,
        Kind::Quoted => items.names && outside,
        Kind::Mark | Kind::Unclosed => false,
        Kind::Word if word == "@allow" => outside,
        Kind::Word if items.statements => begins_line(text, here, any),
        Kind::Word if items.words.contains(&word) => word != "on" || opens_block(text, *behind),
        Kind::Word if items.names => outside && !CONTINUATIONS.contains(&word),
        Kind::Word if is_reserved(word) => any && outside && is_statement(word),
        Kind::Word => outside && (is_slip_of(word, items.words) || any && begins_anew(text, here, items)),
    }
}

/// At the beginning of a line these go on with the item before. Any other word of the language there is rather a name that
/// lacks its quotes.
const CONTINUATIONS: [&str; 8] = ["includes", "requires", "and", "or", "in", "contains", "except", "on"];

/// The words that go on with a statement or an item at the beginning of a line.
const CLAUSES: [&str; 18] = [
    "on", "in", "to", "for", "by", "from", "until", "when", "except", "because", "requires", "includes",
    "inherits", "disabled", "and", "or", "contains", "can",
];

/// As [`begins_item`], for the statements of a file.
fn begins_line(text: &str, here: Here<'_, '_>, any: bool) -> bool {
    let Here { token, behind, outside, .. } = here;
    let word = token.text(text);
    match word {
        "on" | "principal" => outside && opens_block(text, *behind),
        "only" => outside && behind.peek().is_some_and(|next| next.kind == Kind::Word),
        // These also stand inside of blocks, perhaps one whose `{` is missing.
        "grant" | "deny" | "bypass" | "assign" | "privilege" => outside,
        _ if is_statement(word) => !behind.peek().is_some_and(|next| next.text(text).starts_with(':')),
        _ if !outside || is_reserved(word) => false,
        _ if any && wants_more(text, here.before, STATEMENT_ITEMS) => false,
        _ if is_instance(word) || is_slip_of(word, &STATEMENTS) => true,
        _ => any && begins_anew(text, here, STATEMENT_ITEMS),
    }
}

/// Whether an unknown word at the beginning of a line can only be meant to begin something: lines of one item end with what
/// wants more, or begin with what goes on.
fn begins_anew(text: &str, here: Here<'_, '_>, items: Items) -> bool {
    let word = here.token.text(text);
    let named = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    named && !is_clause(word) && !wants_more(text, here.before, items)
}

/// Whether an item can't end with a token.
fn wants_more(text: &str, token: Token, items: Items) -> bool {
    let word = token.text(text);
    match token.kind {
        Kind::Word => match word {
            "disabled" | "true" | "false" | "only" | "principal" => false,
            "grant" | "deny" => items.statements || items.words.contains(&word),
            _ => is_reserved(word) || word.ends_with(':'),
        },
        Kind::Mark => matches!(word, "," | "|" | "&" | "=" | "<" | ">" | "!" | "(" | "[" | "{" | ":"),
        Kind::Quoted | Kind::Unclosed | Kind::Doc => false,
    }
}

/// Whether a word in the middle of a line begins an item behind a fault: a word that stands nowhere else.
fn begins_inside(text: &str, here: Here<'_, '_>, items: Items) -> bool {
    const HARD: [&str; 6] = ["grant", "deny", "bypass", "assign", "can", "cannot"];
    let word = here.token.text(text);
    if here.token.kind != Kind::Word || wants_more(text, here.before, items) {
        return false;
    }
    if items.names && items.words.is_empty() {
        // `NAME: TYPE` after `NAME: TYPE`.
        return word.len() > 1 && word.ends_with(':');
    }
    let begins = |known: &str| match items.statements {
        true => matches!(known, "grant" | "deny" | "bypass" | "assign"),
        false => items.words.contains(&known),
    };
    if HARD.contains(&word) {
        return begins(word);
    }
    let names = |next: Token| matches!(next.kind, Kind::Word | Kind::Quoted) && !next.first;
    !items.statements
        && word.len() > 3
        && !is_reserved(word)
        && here.behind.peek().is_some_and(names)
        && HARD.into_iter().any(|known| begins(known) && is_slip_of(word, &[known]))
}

/// Whether a word goes on with something, or would but for a slip or another language.
pub(super) fn is_clause(word: &str) -> bool {
    let known = |meant: &str| CLAUSES.contains(&meant);
    // Short words are near to too many.
    known(word) || word.len() > 4 && is_slip_of(word, &CLAUSES) || foreign::meant(word, known).is_some()
}

/// Whether a statement begins with a word, or would but for a slip.
pub(super) fn is_nearly_statement(word: &str) -> bool {
    is_statement(word) || !is_reserved(word) && is_slip_of(word, &STATEMENTS)
}

/// Whether a `{` follows on the same line, or at the beginning of the next.
fn opens_block(text: &str, mut scanner: Scanner<'_>) -> bool {
    loop {
        match scanner.next() {
            Some(token) if token.is(text, "{") => return true,
            Some(token) if !token.first => {}
            _ => return false,
        }
    }
}

fn is_instance(word: &str) -> bool {
    let Some((ty, _)) = word.split_once(':') else { return false };
    ty.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !matches!(ty, "user" | "service" | "group" | "role" | "category")
}

/// Whether a word is one of these but for a slip, which most often spares the first letter.
fn is_slip_of(word: &str, words: &[&str]) -> bool {
    let first = word.chars().next();
    let alike = words.iter().copied().filter(|candidate| candidate.chars().next() == first);
    word.len() <= 12 && !word.contains([':', '.']) && crate::diagnostic::closest(word, alike).is_some()
}

//! The blocks whose items can be read one at a time, and where one ends that has no braces.
//!
//! Enters: text. Leaves: rules, and offsets, which are a guess: indentation carries no meaning.

use super::extent::skip_meta;
use super::grammar::Rule;
use super::guess::Items;
use super::scan::{Kind, Scanner, Token};
use super::words::{is_reserved, is_statement};
use crate::diagnostic::{Change, Code, Diagnostic, Edit, Remedy, Safety};
use crate::source::{SourceId, Span};
use std::ops::Range;

/// The kinds of block whose items are read one at a time behind a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Policy,
    Resource,
    Attributes,
    Category,
    Role,
    On,
    RoleOn,
    Test,
    Matrix,
}

impl Block {
    /// The block that a statement is which begins with `word`.
    pub fn of(word: &str) -> Option<Block> {
        Some(match word {
            "policy" => Block::Policy,
            "resource" => Block::Resource,
            "principal" | "context" => Block::Attributes,
            "category" => Block::Category,
            "role" => Block::Role,
            "on" => Block::On,
            "test" => Block::Test,
            "matrix" => Block::Matrix,
            _ => return None,
        })
    }

    /// The rule of one item.
    pub fn rule(self) -> Rule {
        match self {
            Block::Policy => Rule::lone_policy_item,
            Block::Resource => Rule::lone_resource_item,
            Block::Attributes => Rule::lone_attribute_item,
            Block::Category => Rule::lone_category_item,
            Block::Role => Rule::lone_role_item,
            Block::On => Rule::lone_on_item,
            Block::RoleOn => Rule::lone_role_on_item,
            Block::Test => Rule::lone_test_item,
            Block::Matrix => Rule::lone_matrix_item,
        }
    }

    /// What shows where an item begins.
    pub fn items(self) -> Items {
        let (words, names): (&'static [&'static str], bool) = match self {
            Block::Policy => (&["default", "resolve"], false),
            Block::Resource => (&["attribute", "default", "resolve"], false),
            Block::Attributes => (&[], true),
            Block::Category => (&["privilege"], true),
            Block::Role => (&["grant", "deny", "bypass", "on"], false),
            Block::On => (&["assign", "grant", "deny", "bypass"], false),
            Block::RoleOn => (&["grant", "deny", "bypass"], false),
            Block::Test => (&["as", "with", "at", "can", "cannot"], false),
            Block::Matrix => (&["with", "roles"], true),
        };
        Items { words, names, statements: false }
    }

    /// Whether an item can begin with a token.
    fn can_begin(self, text: &str, token: Token) -> bool {
        let Items { words, names, .. } = self.items();
        let word = token.text(text);
        words.contains(&word)
            || names && matches!(token.kind, Kind::Word | Kind::Quoted) && !is_reserved(word)
    }
}

/// A block whose items are indented below its head, as other languages write one, and not in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unbraced {
    pub block: Block,
    /// The head, without the `:` that it may end with.
    pub head: Range<usize>,
    /// Where the first item begins.
    pub from: usize,
    /// Where the last item ends.
    last: usize,
    /// Where the next statement begins, or behind the `}` that closes the block all the same, or the end of the text.
    pub end: usize,
}

impl Unbraced {
    /// The block whose head is what stands between `start` and `from`, if it has no braces and an item of one begins behind it.
    pub fn find(text: &str, start: usize, from: usize) -> Option<Unbraced> {
        let mut heads = Scanner::new(text, start);
        let head = skip_meta(text, &mut heads)?;
        let block = Block::of(head.text(text))?;
        let mut tokens = Scanner::new(text, from).peekable();
        let first = *tokens.peek()?;
        if !first.first || first.indent <= head.indent || !block.can_begin(text, first) {
            return None;
        }
        let mut end = head.end;
        for token in heads.take_while(|token| token.start < first.start) {
            if token.is(text, "{") {
                return None;
            }
            end = token.end;
        }
        let whole = text.get(head.start..end)?;
        let colon = usize::from(whole.ends_with(':'));
        let (last, end) = body(text, block, head, tokens);
        Some(Unbraced {
            block,
            head: head.start..head.start + whole.len() - colon,
            from: first.start,
            last,
            end,
        })
    }

    /// The finding, with the braces as its fix.
    pub fn report(&self, source: SourceId, text: &str) -> Diagnostic {
        let place = |at: Range<usize>| Span::new(source, at);
        let first = Scanner::new(text, self.from).next().map_or(self.from..self.from, |it| it.start..it.end);
        Diagnostic::new(Code::SyntaxError, place(self.head.clone()), "this block has no braces")
            .also(place(first), "what is indented here is taken to stand in it")
            .help("write `{` behind the head and `}` at the end: indentation carries no meaning")
            .maybe_remedy(self.braces(text).map(|edits| Remedy {
                title: "write the braces".to_owned(),
                safety: Safety::Unsafe,
                change: Change::Write(
                    edits.into_iter().map(|(at, text)| Edit { span: place(at), text }).collect(),
                ),
            }))
    }

    /// The edits that write the braces: where the block ends is a guess.
    fn braces(&self, text: &str) -> Option<Vec<(Range<usize>, String)>> {
        let colon = text.get(self.head.end..)?.starts_with(':');
        let open = (self.head.end..self.head.end + usize::from(colon), " {".to_owned());
        if text.get(self.last..self.end)?.ends_with('}') {
            return Some(vec![open]);
        }
        let line = text.get(..self.head.start)?.rfind('\n').map_or(0, |newline| newline + 1);
        let indent = text.get(line..self.head.start).filter(|blanks| blanks.trim().is_empty()).unwrap_or("");
        // Behind a comment that ends the line of the last item.
        let rest = text.get(self.last..self.end)?;
        let line = rest.find('\n').unwrap_or(rest.len());
        let at = self.last + rest.get(..line)?.trim_end().len();
        Some(vec![open, (at..at, format!("\n{indent}}}"))])
    }
}

/// Where the last of the items ends that begin with `tokens`, and where what follows them begins: a line that is indented no further
/// than the head, or begins with a word that none of them can begin with.
fn body(text: &str, block: Block, head: Token, tokens: impl Iterator<Item = Token>) -> (usize, usize) {
    let words = block.items().words;
    let (mut last, mut depth) = (head.end, 0usize);
    for token in tokens {
        let word = token.text(text);
        let other = is_statement(word) && !words.contains(&word);
        match word {
            "}" if depth == 0 => return (last, token.end),
            _ if depth == 0 && token.first && (token.indent <= head.indent || other) => {
                return (last, token.start);
            }
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        last = token.end;
    }
    (last, text.len())
}

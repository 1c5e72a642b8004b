//! Where the grammar ends > the edit that would let it go on.
//!
//! Enters: a fault and the tokens around it. Leaves: a remedy, where what was written has one meaning in other languages and
//! none here, or is a slip of a word that could stand there. Who may do what is never guessed as safe.

use super::fault::{Around, Site};
use super::fragment::Anchor;
use super::grammar::{Failure, Rule};
use super::scan::{Kind, Scanner, Token};
use crate::diagnostic::{Change, Diagnostic, Edit, Remedy, Safety};
use std::ops::Range;

/// The word of this language for one that other policies and configurations are written with.
pub(super) fn other_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "permission" | "permissions" => "privilege",
        "if" | "where" => "when",
        "extends" | "inherit" => "inherits",
        "require" => "requires",
        "include" => "includes",
        "testcase" => "test",
        _ => return None,
    })
}

impl Site<'_> {
    /// An edit of this text, unless it was unescaped or folded and its places are not those of the file.
    pub(super) fn edit(&self, at: Range<usize>, text: impl Into<String>, safety: Safety) -> Option<Remedy> {
        self.edits(vec![(at, text.into())], safety)
    }

    fn edits(&self, edits: Vec<(Range<usize>, String)>, safety: Safety) -> Option<Remedy> {
        let Anchor::Verbatim(..) = self.anchor else { return None };
        let written: Vec<&str> = edits.iter().map(|(_, text)| text.trim()).collect();
        let title = format!("write `{}`", written.join(""));
        let edits = edits.into_iter().map(|(at, text)| Edit { span: self.anchor.span(at), text });
        Some(Remedy { title, safety, change: Change::Write(edits.collect()) })
    }

    /// The finding with the edit that mends it, if there is one.
    pub(super) fn mended(&self, diagnostic: Diagnostic, around: &Around, failure: &Failure) -> Diagnostic {
        let Some(found) = around.found.filter(|_| !around.at_next) else { return diagnostic };
        let word = found.text(self.text);
        let remedy = self.of_mark(found, word, failure).or_else(|| {
            let is_word = found.kind == Kind::Word && !word.contains([':', '.']);
            let (meant, safety) = self.meant(around, failure, word).filter(|_| is_word)?;
            self.edit(found.start..found.end, meant, safety)
        });
        let remedy = remedy.or_else(|| self.of_shouted(around)).or_else(|| self.of_comma(around, failure));
        diagnostic.maybe_remedy(remedy)
    }

    /// For marks of other languages.
    fn of_mark(&self, found: Token, word: &str, failure: &Failure) -> Option<Remedy> {
        let could = |rule: Rule| failure.expected.contains(&rule);
        let behind = Scanner::new(self.text, found.end).next().filter(|next| next.start == found.end);
        let doubled = behind.is_some_and(|next| next.text(self.text) == word);
        let at = found.start..found.end;
        match word {
            "&" if could(Rule::kw_and) && doubled => self.spaced(found.start..found.end + 1, "and"),
            "|" if could(Rule::kw_or) && doubled => self.spaced(found.start..found.end + 1, "or"),
            "!" => self.of_not(found),
            "," if self.comma_in_block(found, failure) => {
                let blank = self.text.get(at.end..).is_some_and(|rest| rest.starts_with(char::is_whitespace));
                let edit = vec![(at, if blank { "" } else { " " }.to_owned())];
                Some(Remedy { title: "take the comma out".to_owned(), ..self.edits(edit, Safety::Safe)? })
            }
            // `=>` and `=<` are neither.
            "=" if behind.is_some_and(|next| matches!(next.text(self.text), ">" | "<")) => None,
            "=" if could(Rule::equals) && doubled => self.edit(at.start..at.end + 1, "=", Safety::Safe),
            "=" if doubled => None,
            "=" if could(Rule::colon) => self.edit(at, ":", Safety::Safe),
            "=" if could(Rule::compare_op) => self.edit(at, "==", Safety::Safe),
            "if" | "where" if could(Rule::kw_when) => self.edit(at, "when", Safety::Safe),
            "'" | "\u{2018}" | "\u{201c}" => self.of_quotes(found),
            _ if word.starts_with("//") => self.of_comment(found),
            _ => None,
        }
    }

    /// A word in place of marks, with blanks around it.
    fn spaced(&self, at: Range<usize>, word: &str) -> Option<Remedy> {
        let before = self.text.get(..at.start)?.ends_with(char::is_whitespace);
        let behind = self.text.get(at.end..)?.starts_with(char::is_whitespace);
        let (before, behind) = (if before { "" } else { " " }, if behind { "" } else { " " });
        self.edit(at, format!("{before}{word}{behind}"), Safety::Safe)
    }

    /// `!x` and `!(...)`. Of a comparison behind it other languages negate the first part and this one the whole.
    fn of_not(&self, found: Token) -> Option<Remedy> {
        let mut behind = Scanner::new(self.text, found.end);
        let next = behind.next()?;
        let alone = match next.text(self.text) {
            "(" => true,
            _ if next.kind != Kind::Word => return None,
            _ => !behind.next().is_some_and(|token| {
                matches!(token.text(self.text), "=" | "!" | "<" | ">" | "in" | "contains")
            }),
        };
        let safety = if alone { Safety::Safe } else { Safety::Unsafe };
        let text = if next.start == found.end { "not " } else { "not" };
        self.edit(found.start..found.end, text, safety)
    }

    /// Texts in other quotes, on one line.
    fn of_quotes(&self, found: Token) -> Option<Remedy> {
        let close = match found.text(self.text) {
            "\u{2018}" => '\u{2019}',
            "\u{201c}" => '\u{201d}',
            _ => '\'',
        };
        let rest = self.text.get(found.end..)?;
        let inside = rest.get(..rest.find(close)?)?;
        if inside.contains(['"', '\\', '\n', '#']) {
            return None;
        }
        let end = found.end + inside.len();
        let quotes = [found.start..found.end, end..end + close.len_utf8()];
        let edits = quotes.map(|at| (at, "\"".to_owned()));
        self.edits(edits.to_vec(), Safety::Safe)
    }

    /// `//` before what is no path.
    fn of_comment(&self, found: Token) -> Option<Remedy> {
        if !matches!(self.place, super::fault::Place::File | super::fault::Place::Block(_)) {
            return None;
        }
        let rest = self.text.get(found.start..)?;
        let marks = rest.len() - rest.trim_start_matches('/').len();
        // One mark more would make a `##` of it, which documents.
        let mark = if rest.get(marks..)?.starts_with('#') { "# " } else { "#" };
        self.edit(found.start..found.start + marks, mark, Safety::Safe)
    }

    /// `NOT x`: a name, as it is written, and then something that can't follow one.
    fn of_shouted(&self, around: &Around) -> Option<Remedy> {
        let before = around.before?;
        let word = before.text(self.text);
        let meant = ["not", "and", "or"].into_iter().find(|meant| meant.eq_ignore_ascii_case(word))?;
        (meant != word).then(|| self.edit(before.start..before.end, meant, Safety::Safe))?
    }

    /// A comma between two names. Whether both were meant to be there is a guess.
    fn of_comma(&self, around: &Around, failure: &Failure) -> Option<Remedy> {
        if !super::expected::complete(&failure.expected) || !self.comma_missing(around) {
            return None;
        }
        let before = around.before?;
        self.edit(before.end..before.end, ",", Safety::Unsafe)
    }
}

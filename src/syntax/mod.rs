//! DSL text > ast.
//!
//! `extent` finds where a statement must end, `grammar` reads it, `build` makes the tree of it. Statements are read a piece
//! of the text at a time (`pieces`), the plain ones without the grammar (`quick`). Where a piece has a fault, they are read one at
//! a time: `read` goes on behind a fault, which `fault` and `expected` put into words, so one does not hide the next.

mod advice;
mod block;
mod build;
pub(crate) mod edit;
mod expected;
mod extent;
mod fault;
mod foreign;
pub mod fragment;
mod grammar;
mod guess;
pub mod layout;
mod mend;
mod pieces;
mod quick;
mod read;
mod scan;
mod sink;
mod words;

#[cfg(test)]
mod tests;

use crate::ast::File;
use crate::diagnostic::Diagnostic;
use crate::source::{Comment, SourceId};

pub(crate) use pieces::{pieces, read_piece};
pub(crate) use read::Ahead;

/// Whether a statement begins with a word.
pub(crate) fn begins_statement(word: &str) -> bool {
    words::is_statement(word) || matches!(word, "on" | "only" | "@allow")
}

/// The comments of a text, in order; documentation is none.
pub(crate) fn comments(text: &str) -> Vec<Comment<'_>> {
    let mut comments = Vec::new();
    let mut end = 0;
    let tokens = scan::Scanner::new(text, 0).map(|token| (token.start, token.end));
    for (start, behind) in tokens.chain([(text.len(), text.len())]) {
        while let Some(mark) = text.get(end..start).and_then(|gap| gap.find('#')) {
            let at = end + mark;
            let rest = text.get(at..start).unwrap_or_default();
            let line = rest.split('\n').next().unwrap_or_default();
            let before = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
            comments.push(Comment { at, text: line.trim_end(), trailing: !before.trim().is_empty() });
            end = at + line.len();
        }
        end = behind;
    }
    comments
}

/// Reads one file of the DSL. Statements that can't be read are reported, each once, and left out.
pub fn parse(source: SourceId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> File {
    let pieces = pieces(text).into_iter();
    let ahead = pieces.filter_map(|piece| read_piece(source, text, piece)).collect();
    let mut file = File { source, items: Vec::new(), salvaged: Vec::new() };
    for mut part in parse_behind(source, text, ahead, diagnostics) {
        file.items.append(&mut part.items);
        file.salvaged.append(&mut part.salvaged);
    }
    file
}

/// As [`parse`], where some pieces of the text were read ahead. These stay parts of their own: putting a million statements
/// together would take room for all of them once more.
pub(crate) fn parse_behind(
    source: SourceId,
    text: &str,
    ahead: Vec<Ahead>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<File> {
    read::Reader::new(source, text, diagnostics).read(ahead)
}

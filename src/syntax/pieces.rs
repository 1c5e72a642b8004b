//! A text > pieces that hold whole statements, and the statements of a piece without a fault.
//!
//! Pest has a cost for each time it is asked, which is as large as that of reading a short statement. So it is asked for a
//! piece of many; and since pieces don't know of each other, several threads may read them. A piece in which anything is
//! wrong is given back, and [`Reader`](super::read::Reader) looks for the fault statement by statement: what is reported
//! does not depend on the pieces.

use super::build::Builder;
use super::extent::{begins_statement, extent};
use super::fragment::Anchor;
use super::grammar::{Rule, read};
use super::quick::Quick;
use super::read::Ahead;
use super::scan::{Kind, Scanner, line_end, quote_end};
use super::sink::Sink;
use crate::ast::Item;
use crate::source::{SourceId, Span};
use std::ops::Range;

/// How long a piece is at least, in bytes. Pest keeps about 25 bytes for each, which should stay in the cache.
const PIECE: usize = 16 << 10;

/// The pieces of a text, in order. What can only be a fault lies in none, if it is a matter of braces.
pub fn pieces(text: &str) -> Vec<Range<usize>> {
    pieces_of(text, PIECE)
}

fn pieces_of(text: &str, length: usize) -> Vec<Range<usize>> {
    Cutter { text, at: 0, depth: 0 }.pieces(length).unwrap_or_else(|| around_faults(text, length))
}

/// Cuts a text whose braces fit together, by looking at these, quotes and comments alone.
struct Cutter<'t> {
    text: &'t str,
    /// Everything before it was looked at.
    at: usize,
    /// How many braces are open there.
    depth: usize,
}

impl Cutter<'_> {
    /// `None` if braces or quotes do not fit together.
    fn pieces(mut self, length: usize) -> Option<Vec<Range<usize>>> {
        let mut pieces = Vec::new();
        let mut start = Scanner::new(self.text, 0).next().map_or(self.text.len(), |token| token.start);
        while start < self.text.len() {
            self.pass(start + length)?;
            let end = self.next_cut()?;
            pieces.push(start..end);
            start = end;
        }
        (self.depth == 0).then_some(pieces)
    }

    /// Looks at the text up to an offset, or a little further: quotes and comments are passed as a whole.
    fn pass(&mut self, end: usize) -> Option<()> {
        let bytes = self.text.as_bytes();
        while let Some(plain) = bytes.get(self.at..end.min(bytes.len())) {
            let Some(special) = plain.iter().position(|byte| matches!(byte, b'"' | b'#' | b'{' | b'}'))
            else {
                self.at = self.at.max(end.min(bytes.len()));
                break;
            };
            let at = self.at + special;
            self.at = at + 1;
            match bytes.get(at)? {
                b'{' => self.depth += 1,
                b'}' => self.depth = self.depth.checked_sub(1)?,
                b'#' => self.at = line_end(bytes, at),
                _ => match quote_end(bytes, at + 1) {
                    (_, false) => return None,
                    (end, true) => self.at = end,
                },
            }
        }
        Some(())
    }

    /// The next place where a line begins with a statement and what stands before that.
    fn next_cut(&mut self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        // What stands before a statement may be several lines, and the first line that is looked at may be one of them.
        let mut behind_meta = true;
        while self.at < bytes.len() {
            let line = line_end(bytes, self.at) + 1;
            self.pass(line)?;
            let token = Scanner::new(self.text, line).next();
            let Some(token) = token.filter(|token| token.start < line_end(bytes, line)) else { continue };
            if self.depth == 0 && !behind_meta && begins_statement(self.text, token) {
                return Some(token.start);
            }
            behind_meta = token.kind == Kind::Doc || token.is(self.text, "@allow");
        }
        Some(bytes.len())
    }
}

/// As [`pieces_of`], statement by statement: where a brace is missing, only indentation shows what is in none.
fn around_faults(text: &str, length: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut piece = 0..0;
    while let Some(token) = Scanner::new(text, piece.end).next() {
        let next = extent(text, token.start);
        let sound = next.unclosed.is_none() && next.too_deep.is_none();
        if piece.is_empty() {
            piece.start = token.start;
        }
        if sound {
            piece.end = next.end;
        }
        if !sound || piece.len() >= length {
            if !piece.is_empty() {
                pieces.push(piece);
            }
            piece = next.end..next.end;
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// Reads a piece. `None`: something is wrong in it.
pub fn read_piece(source: SourceId, text: &str, piece: Range<usize>) -> Option<Ahead> {
    let text = text.get(..piece.end)?;
    let mut items = Vec::new();
    // What is left to the grammar.
    let mut left: Option<Range<usize>> = None;
    let mut quick = Quick::new(source, text, piece.start);
    while let Some(start) = quick.at() {
        if let Some(item) = quick.statement() {
            if let Some(left) = left.take() {
                items.append(&mut by_grammar(source, text, left)?);
            }
            items.push(item);
            continue;
        }
        let extent = extent(text, start);
        if extent.unclosed.is_some() || extent.too_deep.is_some() {
            return None;
        }
        left = Some(left.map_or(start, |left| left.start)..extent.end);
        quick = Quick::new(source, text, extent.end);
    }
    if let Some(left) = left {
        items.append(&mut by_grammar(source, text, left)?);
    }
    items.shrink_to_fit();
    Some((piece, items))
}

/// The statements of a range. `None`: something is wrong in it.
pub(super) fn by_grammar(source: SourceId, text: &str, range: Range<usize>) -> Option<Vec<Item>> {
    let (mut pairs, _) = read(Rule::statements, text.get(range.clone())?).ok()?;
    let nodes = pairs.next()?.into_inner().filter(|node| node.as_rule() == Rule::plain);
    let mut faults = Vec::new();
    let mut sink = Sink::new(&mut faults);
    let anchor = Anchor::Verbatim(source, Span::new(source, range).start);
    let mut builder = Builder::new(anchor, &mut sink);
    let items: Vec<Item> = nodes.map(|node| builder.statement(node)).collect::<Option<_>>()?;
    faults.is_empty().then_some(items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::read::Reader;
    use crate::syntax::tests::SAMPLE;

    /// The tree and the findings of a text that is read in pieces of a length, or without any.
    fn parsed(text: &str, length: Option<usize>) -> String {
        let mut diagnostics = Vec::new();
        let pieces = length.map_or_else(Vec::new, |length| pieces_of(text, length));
        let ahead = pieces.into_iter().filter_map(|piece| read_piece(SourceId(0), text, piece)).collect();
        let parts = Reader::new(SourceId(0), text, &mut diagnostics).read(ahead);
        let items = parts.iter().flat_map(|part| &part.items).collect::<Vec<_>>();
        let salvaged = parts.iter().flat_map(|part| &part.salvaged).collect::<Vec<_>>();
        format!("{items:?} {salvaged:?} {diagnostics:?}")
    }

    #[test]
    fn pieces_of_a_sound_text_are_all_of_it() {
        let pieces = pieces_of(SAMPLE, 100);
        assert!(pieces.len() > 3);
        let ends = pieces.iter().map(|piece| piece.end).collect::<Vec<_>>();
        let starts = pieces.iter().skip(1).map(|piece| piece.start).chain([SAMPLE.len()]).collect::<Vec<_>>();
        assert_eq!(ends, starts);
        assert!(pieces.into_iter().all(|piece| read_piece(SourceId(0), SAMPLE, piece).is_some()));
    }

    #[test]
    fn cuts_are_seen_through_quotes_and_comments() {
        let text = "user a # }\nrole r { # {{\n    grant \"}\", p\n}\n## { of b\n## {\nuser b\ngroup \"{#\"\n\n# }\nuser c\nuser d";
        let pieces = pieces_of(text, 1);
        let first = |piece: &Range<usize>| text[piece.clone()].split(' ').next().unwrap();
        assert_eq!(pieces.iter().map(first).collect::<Vec<_>>(), ["user", "##", "group", "user"]);
        assert!(pieces.into_iter().all(|piece| read_piece(SourceId(0), text, piece).is_some()));
    }

    #[test]
    fn around_an_open_brace_statements_are_still_read_ahead() {
        for fault in ["role r {", "}", "user \"a"] {
            let text = format!("user a\n{fault}\nuser b\nuser c\n");
            let pieces = pieces_of(&text, 1).into_iter();
            let read = pieces.filter(|piece| read_piece(SourceId(0), &text, piece.clone()).is_some());
            assert!(read.count() >= 2, "{text}");
        }
    }

    #[test]
    fn faults_are_the_same_whatever_the_pieces() {
        let lines: Vec<&str> = SAMPLE.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            for broken in
                ["", "}", "{", "grant grant", "\"", "assign x to user:y on", &line.replace(' ', " , ")]
            {
                let mut lines = lines.clone();
                lines[at] = broken;
                let text = lines.join("\n");
                let expected = parsed(&text, None);
                for length in [1, 200] {
                    assert_eq!(parsed(&text, Some(length)), expected, "{text}");
                }
            }
        }
    }
}

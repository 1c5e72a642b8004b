//! A text > pieces that hold whole statements, and the statements of a piece without a fault.
//!
//! Pest has a cost for each time it is asked, which is as large as that of reading a short statement. So it is asked for a
//! piece of many; and since pieces don't know of each other, several threads may read them. A piece in which anything is
//! wrong is given back, and [`Reader`](super::read::Reader) looks for the fault statement by statement: what is reported
//! does not depend on the pieces.

use super::build::Builder;
use super::extent::extent;
use super::fragment::Anchor;
use super::grammar::{Rule, read};
use super::read::Ahead;
use super::scan::Scanner;
use super::sink::Sink;
use crate::ast::Item;
use crate::source::{SourceId, Span};
use std::ops::Range;

/// How long a piece is at least, in bytes. Pest keeps about 25 bytes for each, which should stay in the cache.
const PIECE: usize = 16 << 10;

/// The pieces of a text, in order. What can only be a fault lies in none.
pub fn pieces(text: &str) -> Vec<Range<usize>> {
    pieces_of(text, PIECE)
}

fn pieces_of(text: &str, length: usize) -> Vec<Range<usize>> {
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
    let (mut pairs, _) = read(Rule::statements, text.get(piece.clone())?).ok()?;
    let nodes = pairs.next()?.into_inner().filter(|node| node.as_rule() == Rule::plain);
    let mut faults = Vec::new();
    let mut sink = Sink::new(&mut faults);
    let anchor = Anchor::Verbatim(source, Span::new(source, piece.clone()).start);
    let mut builder = Builder::new(anchor, &mut sink);
    let items: Vec<Item> = nodes.map(|node| builder.statement(node)).collect::<Option<_>>()?;
    faults.is_empty().then_some((piece, items))
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
        let file = Reader::new(SourceId(0), text, &mut diagnostics).read(ahead);
        format!("{file:?} {diagnostics:?}")
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

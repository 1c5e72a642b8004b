//! Text of the DSL > the same text in the one canonical layout.
//!
//! Enters: a text. Leaves: a text with the same tokens in the same order, but for trailing commas and `;`; the same comments
//! behind and before the same tokens; and the same meaning, which is compared before it is handed out. Nothing but the tokens,
//! the comments between them and whether a blank line stands there has a say in the layout, and all of that is in the result:
//! so laying it out again changes nothing.
//!
//! `gap` reads what stands between tokens, `part` and `words` make of the pairs of pest what may be broken where, `print` writes
//! a statement on several lines, `sheet` aligns those that stand on one, and `block` goes through the statements.

mod block;
mod gap;
mod part;
mod print;
mod sheet;
mod words;

#[cfg(test)]
mod tests;

use super::build::Builder;
use super::fragment::Anchor;
use super::grammar::{Rule, read};
use super::pieces::pieces;
use super::sink::Sink;
use crate::ast::Item;
use crate::source::{SourceId, Span};
use block::Layout;
use words::Word;

/// The blanks of one level.
const INDENT: usize = 4;

/// How many columns a line may take, if it can be broken.
pub const WIDTH: usize = 120;

/// Why a text was not laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It has faults, which [`parse`](super::parse) reports.
    Faults,
    /// What came out would not mean the same. That is a fault of the layout.
    Changed,
}

/// Lays out a text. Its lines end as the first one does.
pub fn layout(text: &str) -> Result<String, Refused> {
    let mut layout = Layout::new(text);
    let before = items(text, |start, node| match node {
        Some(node) => layout.item(node),
        None => layout.piece(start),
    });
    let before = before.ok_or(Refused::Faults)?;
    let laid_out = layout.finish();
    let after = items(&laid_out, |_, _| ());
    if after.as_ref() != Some(&before) {
        return Err(Refused::Changed);
    }
    let crlf = text.find('\n').is_some_and(|at| text.get(..at).is_some_and(|line| line.ends_with('\r')));
    Ok(if crlf { laid_out.replace('\n', "\r\n") } else { laid_out })
}

/// The statements of a text without faults, all of them at the same place, so that they can be compared. Each is `seen` before that,
/// behind the start of the piece that it is in.
fn items<'t>(
    text: &'t str,
    mut seen: impl FnMut(usize, Option<super::grammar::Node<'t>>),
) -> Option<Vec<Item>> {
    let nowhere = Anchor::Whole(Span::new(SourceId(0), 0..0));
    let (mut items, mut faults) = (Vec::new(), Vec::new());
    let mut end = 0;
    for piece in pieces(text) {
        if !is_blank(text.get(end..piece.start)?) {
            return None;
        }
        end = piece.end;
        seen(piece.start, None);
        let (mut pairs, _) = read(Rule::statements, text.get(piece)?).ok()?;
        let mut sink = Sink::new(&mut faults);
        let mut builder = Builder::new(nowhere, &mut sink);
        for node in pairs.next()?.into_inner().filter(|node| node.as_rule() == Rule::plain) {
            items.push(builder.statement(node.clone())?);
            seen(0, Some(node));
        }
        if !faults.is_empty() {
            return None;
        }
    }
    is_blank(text.get(end..)?).then_some(items)
}

/// Whether a text holds no token.
fn is_blank(text: &str) -> bool {
    super::scan::Scanner::new(text, 0).next().is_none()
}

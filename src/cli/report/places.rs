//! Offsets > lines and columns, cheaply for offsets that ascend.

use crate::source::{SourceId, Sources, Span};

/// Remembers the last place: findings come in the order of their places, and counting the characters of a line from its
/// start for each of ten thousand findings would take minutes where a file is one long line.
#[derive(Debug, Default)]
pub(super) struct Places {
    last: Option<(SourceId, u32, (usize, usize))>,
}

/// Line and column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Where a span begins, and where it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) start: Position,
    pub(super) end: Position,
}

impl Places {
    /// Both ends of a span.
    pub(super) fn region(&mut self, sources: &Sources, span: Span) -> Region {
        let mut position = |offset| {
            let (line, column) = self.line_column(sources, span.source, offset);
            Position { line, column }
        };
        Region { start: position(span.start), end: position(span.end) }
    }

    /// Line and column of an offset, both from 1.
    pub(super) fn line_column(&mut self, sources: &Sources, id: SourceId, offset: u32) -> (usize, usize) {
        let Some(source) = sources.get(id) else { return (1, 1) };
        let step = match self.last {
            Some((last_id, last, place)) if last_id == id && last <= offset => {
                let between = source.text.get(last as usize..offset as usize);
                between
                    .filter(|text| !text.contains('\n'))
                    .map(|text| (place.0, place.1 + text.chars().count()))
            }
            _ => None,
        };
        let place = step.unwrap_or_else(|| source.line_column(offset));
        self.last = Some((id, offset, place));
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Format;

    #[test]
    fn remembered_places_are_those_counted_afresh() {
        let text = "role ä {\r\n  grant ö\n}\n\nende";
        let mut sources = Sources::new();
        let id = sources.add("a.policy", Format::Policy, text);
        let source = sources.get(id).expect("it was added").clone();
        let offsets: Vec<u32> =
            text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
        let mut places = Places::default();
        for &first in &offsets {
            for &second in &offsets {
                assert_eq!(places.line_column(&sources, id, first), source.line_column(first));
                assert_eq!(places.line_column(&sources, id, second), source.line_column(second));
            }
        }
    }
}

//! The few lines of source that a finding is about.
//!
//! Enters: the places of one finding. Leaves: blocks of lines in one space of offsets of its own, of all files that take
//! part. Copying these lines keeps the cost of a drawing apart from the size of the files, lets one drawing point into
//! several of them, and lets lines be cut to the width and cleaned of what would steer a terminal.

use crate::cli::terminal::{Style, clean};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::{Source, SourceId, Sources};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::collections::BTreeMap;
use std::ops::Range;

/// The most places of one finding that are shown.
const MAX_LABELS: usize = 20;
/// Columns that the drawing takes beside the text.
const MARGIN: usize = 10;

/// The least columns for what is said at a place; below that it is less readable than a line broken by the terminal.
const LEAST_LABEL: usize = 16;

/// Lines and the places marked in them.
#[derive(Debug)]
pub(super) struct Excerpt {
    blocks: Vec<Block>,
    marks: Vec<Mark>,
    /// How many places did not fit.
    pub(super) left_out: usize,
}

/// Lines of one file that follow each other.
#[derive(Debug)]
struct Block {
    file: String,
    /// From 1.
    first_line: usize,
    lines: usize,
    /// Where the block begins in the excerpt's own offsets.
    base: usize,
    text: String,
}

/// A place in the excerpt's own offsets.
#[derive(Debug)]
struct Mark {
    range: Range<usize>,
    text: String,
    primary: bool,
    /// Where it is in the file, both from 1.
    place: (usize, usize),
}

/// A label of the finding in its file.
struct Spot<'a> {
    label: &'a Label,
    primary: bool,
    /// Cut to its first line.
    range: Range<usize>,
    place: (usize, usize),
}

impl Excerpt {
    pub(super) fn new(finding: &Diagnostic, sources: &Sources, style: Style) -> Excerpt {
        let mut excerpt = Excerpt { blocks: Vec::new(), marks: Vec::new(), left_out: 0 };
        excerpt.left_out = (1 + finding.secondary.len()).saturating_sub(MAX_LABELS);
        let labels: Vec<&Label> =
            std::iter::once(&finding.primary).chain(&finding.secondary).take(MAX_LABELS).collect();
        // The file of the fault comes first, the others in the order in which they are mentioned.
        let mut files: Vec<SourceId> = Vec::new();
        for label in &labels {
            if !files.contains(&label.span.source) {
                files.push(label.span.source);
            }
        }
        for id in files {
            let Some(source) = sources.get(id) else { continue };
            let spots: Vec<Spot<'_>> = labels
                .iter()
                .enumerate()
                .filter(|(_, label)| label.span.source == id)
                .map(|(at, label)| Spot::new(source, label, at == 0))
                .collect();
            excerpt.add_file(source, &spots, style);
        }
        excerpt
    }

    /// The places as miette wants them.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> {
        self.marks.iter().map(|mark| {
            let text = (!mark.text.is_empty()).then(|| mark.text.clone());
            let span = SourceSpan::from(mark.range.clone());
            if mark.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })
    }

    fn add_file(&mut self, source: &Source, spots: &[Spot<'_>], style: Style) {
        let mut lines: BTreeMap<usize, Range<usize>> = BTreeMap::new();
        for spot in spots {
            let line = line_around(&source.text, spot.range.start);
            let number = spot.place.0;
            if let Some(before) = line.start.checked_sub(1) {
                lines.insert(number - 1, line_around(&source.text, before));
            }
            if let Some(after) = next_line(&source.text, &line) {
                lines.insert(number + 1, after);
            }
            lines.insert(number, line);
        }
        let mut previous: Option<(usize, Range<usize>)> = None;
        for (number, line) in lines {
            let follows = match previous {
                // One line between two blocks takes less room than two blocks do.
                Some((last, ref range)) if last + 2 == number => {
                    if let Some(between) = next_line(&source.text, range) {
                        self.add_line(source, last + 1, between, spots, style);
                    }
                    true
                }
                Some((last, _)) => last + 1 == number,
                None => false,
            };
            if !follows {
                self.begin_block(source, number);
            }
            self.add_line(source, number, line.clone(), spots, style);
            previous = Some((number, line));
        }
    }

    fn begin_block(&mut self, source: &Source, first_line: usize) {
        // A gap keeps a place at the end of a block out of the next.
        let base = self.blocks.last().map_or(0, |block| block.base + block.text.len() + 1);
        let file = clean(&source.path.to_string_lossy()).into_owned();
        self.blocks.push(Block { file, first_line, lines: 0, base, text: String::new() });
    }

    fn add_line(
        &mut self,
        source: &Source,
        number: usize,
        line: Range<usize>,
        spots: &[Spot<'_>],
        style: Style,
    ) {
        let Some(block) = self.blocks.last_mut() else { return };
        let here = || spots.iter().filter(|spot| spot.place.0 == number);
        let focus = here().find(|spot| spot.primary).or_else(|| here().next());
        let shown = window(&source.text, &line, focus.map(|spot| &spot.range), style.width - MARGIN);
        let dots = if style.unicode { "…" } else { "..." };
        if shown.start > line.start {
            block.text.push_str(dots);
        }
        let start = block.base + block.text.len();
        block.text.push_str(&clean(source.text.get(shown.clone()).unwrap_or_default()));
        if shown.end < line.end {
            block.text.push_str(dots);
        }
        block.text.push('\n');
        block.lines += 1;
        for spot in here() {
            let place = |offset: usize| start + offset.clamp(shown.start, shown.end) - shown.start;
            let range = place(spot.range.start)..place(spot.range.end);
            // What is said hangs from the middle of the place, behind an arrow.
            let middle = (range.start + range.end) / 2 - start;
            let room = style.width.saturating_sub(MARGIN + middle).max(LEAST_LABEL);
            self.marks.push(Mark {
                range,
                text: wrapped(&clean(&spot.label.text), room),
                primary: spot.primary,
                place: spot.place,
            });
        }
    }
}

impl<'a> Spot<'a> {
    fn new(source: &Source, label: &'a Label, primary: bool) -> Spot<'a> {
        let start = floor(&source.text, label.span.range().start);
        let line = line_around(&source.text, start);
        // Underlining a block of lines hides more than it shows; its first line says which one it is.
        let end = floor(&source.text, label.span.range().end).min(line.end).max(start);
        Spot { label, primary, range: start..end, place: source.line_column(label.span.start) }
    }
}

/// Lines of at most `columns`, as far as words allow.
fn wrapped(text: &str, columns: usize) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut used = 0;
    for word in text.split(' ') {
        let wide = word.chars().count();
        if used > 0 {
            let fits = used + 1 + wide <= columns;
            lines.push(if fits { ' ' } else { '\n' });
            used = if fits { used + 1 } else { 0 };
        }
        lines.push_str(word);
        used += wide;
    }
    lines
}

/// The nearest character boundary at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The line that holds `offset`, without its end.
fn line_around(text: &str, offset: usize) -> Range<usize> {
    let before = text.get(..offset).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let after = text.get(offset..).unwrap_or_default();
    let end = after.find('\n').map_or(text.len(), |at| offset + at);
    let carriage_return = text.get(start..end).is_some_and(|line| line.ends_with('\r'));
    start..end - usize::from(carriage_return)
}

/// The line behind `line`, if there is one.
fn next_line(text: &str, line: &Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(line.end..)?;
    let start = line.end + rest.find('\n')? + 1;
    // The end of the last line begins no line worth showing.
    (start < text.len()).then(|| line_around(text, start))
}

/// The part of a line that fits into `columns`, around what has to be seen.
fn window(text: &str, line: &Range<usize>, focus: Option<&Range<usize>>, columns: usize) -> Range<usize> {
    if line.len() <= columns {
        return line.clone();
    }
    let from = focus.map_or(line.start, |focus| focus.start);
    let start = if from - line.start.min(from) <= columns * 2 / 3 {
        line.start
    } else {
        floor(text, from - columns / 3).max(line.start)
    };
    let rest = text.get(start..line.end).unwrap_or_default();
    let end = rest.char_indices().nth(columns).map_or(line.end, |(at, _)| start + at);
    start..end
}

impl SourceCode for Excerpt {
    /// Miette asks for a place with context, which is its block, or without, to learn file, line and column.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let wanted = span.offset()..span.offset() + span.len();
        let holds =
            |block: &&Block| block.base <= wanted.start && wanted.end <= block.base + block.text.len();
        let block = self.blocks.iter().find(holds).ok_or(MietteError::OutOfBounds)?;
        let (text, span, line, column) = if before > 0 {
            let all = (block.base, block.text.len()).into();
            (Some(block.text.as_str()), all, block.first_line, 1)
        } else {
            let mark = self.marks.iter().find(|mark| mark.range == wanted).ok_or(MietteError::OutOfBounds)?;
            let (line, column) = mark.place;
            (block.text.get(wanted.start - block.base..wanted.end - block.base), *span, line, column)
        };
        let text = text.ok_or(MietteError::OutOfBounds)?.as_bytes();
        let file = block.file.clone();
        Ok(Box::new(MietteSpanContents::new_named(file, text, span, line - 1, column - 1, block.lines)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_window(line: &str, focus: &str, columns: usize, wanted: &str) {
        let start = line.find(focus).expect("the focus is in the line");
        let shown = window(line, &(0..line.len()), Some(&(start..start + focus.len())), columns);
        assert_eq!(&line[shown], wanted);
    }

    #[test]
    fn a_long_line_is_cut_around_its_place() {
        check_window("0123456789", "5", 10, "0123456789");
        check_window("0123456789abcdef", "1", 10, "0123456789");
        check_window("0123456789abcdef", "c", 9, "9abcdef");
        check_window("ääääääääääääZ", "Z", 9, "ääZ");
    }

    #[test]
    fn what_is_said_is_wrapped_at_words() {
        assert_eq!(wrapped("", 5), "");
        assert_eq!(wrapped("one two six", 7), "one two\nsix");
        assert_eq!(wrapped("überlang ä ö", 3), "überlang\nä ö");
    }

    #[test]
    fn lines_are_found_from_any_place_in_them() {
        let text = "one\r\ntwo\n\nfour";
        assert_eq!(line_around(text, 0), 0..3);
        assert_eq!(line_around(text, 4), 0..3);
        assert_eq!(line_around(text, 5), 5..8);
        assert_eq!(line_around(text, 9), 9..9);
        assert_eq!(line_around(text, text.len()), 10..14);
        assert_eq!(next_line(text, &(0..3)), Some(5..8));
        assert_eq!(next_line(text, &(10..14)), None);
        assert_eq!(next_line("a\n", &(0..1)), None);
    }
}

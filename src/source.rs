//! Source files: text in, positions out.
//!
//! Enters: paths or texts. Leaves: [`Sources`], which owns every text, and [`Span`]s that point into it. Knows
//! nothing of what the text means.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// Which file of a [`Sources`] a [`Span`] points into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A range of bytes of one source file. `start <= end`, both on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span over `range` of `source`.
    #[must_use]
    pub fn new(source: SourceId, range: Range<usize>) -> Span {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { source, start: clamp(range.start), end: clamp(range.end) }
    }

    /// The smallest span that covers both; the file is that of `self`.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The bytes as a range, for slicing the text.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, written at `span`.
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }
}

/// A comment of a text, which carries no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comment<'t> {
    /// Where its `#` stands.
    pub at: usize,
    /// All of it.
    pub text: &'t str,
    /// Something stands before it on its line.
    pub trailing: bool,
}

/// Which front end reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `*.policy`.
    Policy,
    /// `*.yaml`, `*.yml`.
    Yaml,
}

impl Format {
    /// The format that the ending of `path` names.
    #[must_use]
    pub fn of(path: &Path) -> Option<Format> {
        match path.extension()?.to_str()? {
            "policy" => Some(Format::Policy),
            "yaml" | "yml" => Some(Format::Yaml),
            _ => None,
        }
    }
}

/// One file.
#[derive(Clone, Debug)]
pub struct Source {
    /// As given or found; what reports show.
    pub path: PathBuf,
    /// The front end that reads it.
    pub format: Format,
    /// The whole text. A byte order mark is not part of it.
    pub text: String,
    /// Byte offset of the start of each line.
    line_starts: Vec<u32>,
    /// For the first byte of each [`BLOCK`], the index of its line: a large policy asks for the lines of all its
    /// assignments, and a search through all lines would miss the cache at each step.
    blocks: Vec<u32>,
}

/// Bytes, as a power of two.
const BLOCK: u32 = 12;

impl Source {
    /// Line and column of a byte offset, both from 1; the column counts characters.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let block = (offset >> BLOCK) as usize;
        let first = self.blocks.get(block).map_or(0, |&line| line as usize);
        let last = self.blocks.get(block + 1).map_or(self.line_starts.len(), |&line| line as usize + 1);
        let near = self.line_starts.get(first..last).unwrap_or_default();
        let line = first + near.partition_point(|&start| start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(self.text.len()).max(start);
        // Most statements begin their line. Their text is not touched: it is far from what was read last.
        let before = if start == end { "" } else { self.text.get(start..end).unwrap_or("") };
        let column = before.chars().count();
        (line, column + 1)
    }

    /// The text of a span; empty when it lies outside.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }
}

/// All files of one policy.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// No files yet.
    #[must_use]
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Adds a text under a path; the path is only shown, never read.
    pub fn add(&mut self, path: impl Into<PathBuf>, format: Format, text: impl Into<String>) -> SourceId {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let newlines = (1_usize..).zip(text.bytes()).filter(|&(_, byte)| byte == b'\n');
        let starts = newlines.map(|(start, _)| u32::try_from(start).unwrap_or(u32::MAX));
        let line_starts: Vec<u32> = std::iter::once(0).chain(starts).collect();
        let mut line = 0_u32;
        let blocks = (0..=text.len() >> BLOCK).map(|block| {
            while line_starts.get(line as usize + 1).is_some_and(|&next| next as usize <= block << BLOCK) {
                line += 1;
            }
            line
        });
        let blocks = blocks.collect();
        let id = SourceId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source { path: path.into(), format, text, line_starts, blocks });
        id
    }

    /// The file of an id.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// Every file with its id, in the order added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.files
            .iter()
            .enumerate()
            .map(|(at, file)| (SourceId(u32::try_from(at).unwrap_or(u32::MAX)), file))
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The text of a span; empty when it lies outside.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source).map_or("", |file| file.slice(span))
    }
}

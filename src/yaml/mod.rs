//! YAML text > the same ast as the DSL.
//!
//! text > `events` > `build` > `tree` > readers > ast. The readers follow the shape that book/src/reference describes: each
//! reads one kind of map, and every key that it doesn't know is an error.

mod build;
mod checks;
mod constraints;
mod declarations;
pub(crate) mod edit;
mod events;
mod faults;
mod lists;
mod names;
#[cfg(feature = "cli")]
pub(crate) mod plain;
mod reader;
mod rules;
mod salvage;
mod schema;
mod sections;
mod shape;
mod tree;
mod trouble;
mod values;

#[cfg(test)]
mod tests;

use crate::ast::File;
use crate::diagnostic::Diagnostic;
use crate::source::{Comment, SourceId};
use faults::Faults;
use reader::Reader;
pub use schema::schema;

/// How deep lists and maps may be nested, through aliases too. Everything here that recurses relies on it.
const DEPTH: usize = 64;
/// How many values aliases may stand for in one file, whatever its size.
const ALIAS_VALUES: u64 = 1_000_000;
/// How many values aliases may stand for, per value that is written in the file: generators write an alias wherever
/// they meet the same list again.
const ALIAS_RATIO: u64 = 4;
/// How many faults of one file are listed; the others are counted.
const FAULTS: usize = 1_000;

/// The sections of a file, in the order in which they are written best.
fn sections() -> impl Iterator<Item = &'static str> {
    let file: &shape::Map = &shape::FILE;
    file.names()
}

/// Whether a section of a file has a name.
pub(crate) fn is_section(key: &str) -> bool {
    sections().any(|section| section == key)
}

/// The place of a section among those of a file.
pub(crate) fn section_rank(key: &str) -> usize {
    sections().position(|section| section == key).unwrap_or(usize::MAX)
}

/// The comments of a text, in order.
pub(crate) fn comments(text: &str) -> Vec<Comment<'_>> {
    let (mut unheard, mut salvaged) = (Vec::new(), Vec::new());
    let tree = build::build(SourceId(0), text, &mut Faults::new(&mut unheard), &mut salvaged);
    let is_scalar = |node: &&tree::Node| matches!(node.kind, tree::Kind::Scalar { .. });
    let mut scalars =
        tree.nodes.iter().filter(is_scalar).map(|node| (node.start as usize, node.end as usize));
    let mut scalar = scalars.next();
    let mut comments = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        for (mark, _) in line.match_indices('#') {
            let (at, before) = (start + mark, line.get(..mark).unwrap_or_default());
            while scalar.is_some_and(|(_, end)| end <= at) {
                scalar = scalars.next();
            }
            let inside = scalar.is_some_and(|(from, _)| from <= at);
            if !inside && (before.is_empty() || before.ends_with([' ', '\t'])) {
                let trailing = !before.trim().is_empty();
                comments.push(Comment {
                    at,
                    text: line.get(mark..).unwrap_or_default().trim_end(),
                    trailing,
                });
                break;
            }
        }
        start += line.len();
    }
    comments
}

/// Reads one YAML file. What can't be read is reported and left out.
pub fn parse(source: SourceId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> File {
    let mut faults = Faults::new(diagnostics);
    let mut salvaged = Vec::new();
    let tree = build::build(source, text, &mut faults, &mut salvaged);
    let mut reader = Reader::new(&tree, faults, salvaged);
    let items = reader.file();
    File { source, items, salvaged: reader.into_salvaged() }
}

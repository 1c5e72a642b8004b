//! DSL text > ast.
//!
//! Statements are read one at a time, so memory is bounded by the largest and one fault does not hide the next: `extent`
//! finds where a statement must end, `grammar` reads it, `build` makes the tree of it, and `read` goes on behind a
//! fault, which `fault` and `expected` put into words.

mod build;
pub(crate) mod edit;
mod expected;
mod extent;
mod fault;
pub mod fragment;
mod grammar;
mod mend;
mod read;
mod scan;
mod sink;

#[cfg(test)]
mod tests;

use crate::ast::File;
use crate::diagnostic::Diagnostic;
use crate::source::SourceId;

/// Reads one file of the DSL. Statements that can't be read are reported, each once, and left out.
pub fn parse(source: SourceId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> File {
    read::Reader::new(source, text, diagnostics).read()
}

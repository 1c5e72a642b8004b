//! What is to be said of a source: where, what, and what to do next.
//!
//! Enters: places and words. Leaves: findings in the order of the source, and the comments that go into the policy. Knows nothing of
//! formats.

use super::{MAX_COMMENTS, MAX_EFFORT};
use crate::diagnostic::Diagnostic;
use crate::source::{Sources, Span};
use std::collections::HashSet;
use std::path::PathBuf;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Good to know; the policy decides as the source does for every privilege it declares.
    Note,
    /// The source says it, and the policy does not: it decides otherwise than the source.
    LeftOut,
    /// The source is not what it has to be; nothing is imported.
    Error,
}

impl Weight {
    /// The word for people and programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Weight::Note => "note",
            Weight::LeftOut => "left out",
            Weight::Error => "error",
        }
    }
}

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named.
    pub path: PathBuf,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// Something to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub weight: Weight,
    /// Where; nothing, if it is about all of it.
    pub place: Option<Place>,
    /// What.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Findings while they are collected.
#[derive(Debug, Default)]
pub(super) struct Report {
    found: Vec<Found>,
    seen: HashSet<(Option<Span>, String)>,
    /// How much has been compared.
    effort: usize,
}

#[derive(Debug)]
struct Found {
    weight: Weight,
    span: Option<Span>,
    message: String,
    help: String,
}

impl Report {
    /// The source is not what it has to be.
    pub fn error(
        &mut self,
        span: impl Into<Option<Span>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Weight::Error, span.into(), message.into(), help.into());
    }

    /// The policy does not say something.
    pub fn left_out(
        &mut self,
        span: impl Into<Option<Span>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Weight::LeftOut, span.into(), message.into(), help.into());
    }

    /// Something is good to know.
    pub fn note(
        &mut self,
        span: impl Into<Option<Span>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Weight::Note, span.into(), message.into(), help.into());
    }

    /// What is wrong with the YAML itself.
    pub fn faults(&mut self, faults: Vec<Diagnostic>) {
        for fault in faults {
            let help = fault.help.unwrap_or_else(|| "correct it there, then import again".to_owned());
            self.error(fault.primary.span, fault.message, help);
        }
    }

    fn add(&mut self, weight: Weight, span: Option<Span>, message: String, help: String) {
        let (message, help) = (printable(message), printable(help));
        // An alias is read wherever it stands, and a rule may be reached by several ways.
        if self.seen.insert((span, message.clone())) {
            self.found.push(Found { weight, span, message, help });
        }
    }

    /// Counts work; whether there may be more. It is counted, not timed, so that the same source is refused on every machine.
    pub fn spend(&mut self, names: usize) -> bool {
        self.effort = self.effort.saturating_add(names);
        if self.effort > MAX_EFFORT {
            let message = format!("the wildcards of this source take more than {MAX_EFFORT} comparisons");
            self.error(None, message, "import a part of it at a time");
        }
        self.effort <= MAX_EFFORT
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|found| found.weight == Weight::Error)
    }

    /// Everything, in the order of the source; what has no place comes last.
    pub fn into_findings(self, sources: &Sources) -> Vec<Finding> {
        let mut found = self.found;
        found.sort_by_key(|found| (found.span.is_none(), found.span));
        let finding = |found: Found| Finding {
            weight: found.weight,
            place: found.span.and_then(|span| place(sources, span)),
            message: found.message,
            help: found.help,
        };
        found.into_iter().map(finding).collect()
    }

    /// What the policy says about itself: its source, what was left out, and what is good to know.
    pub fn comments(&self, sources: &Sources) -> Vec<String> {
        let mut lines = Vec::new();
        for (weight, title) in [
            (Weight::LeftOut, "# Left out. The source says it, and this policy does not:"),
            (Weight::Note, "# Good to know:"),
        ] {
            let mut found: Vec<&Found> = self.found.iter().filter(|found| found.weight == weight).collect();
            found.sort_by_key(|found| (found.span.is_none(), found.span));
            if found.is_empty() {
                continue;
            }
            lines.push(title.to_owned());
            for found in found.iter().take(MAX_COMMENTS) {
                let at = found.span.and_then(|span| place(sources, span));
                let at = at.map(|at| format!("{}:{}: ", at.path.display(), at.line)).unwrap_or_default();
                lines.push(printable(format!("#   {at}{}", found.message)).trim_end().to_owned());
            }
            if found.len() > MAX_COMMENTS {
                lines.push(format!("#   and {} more", found.len() - MAX_COMMENTS));
            }
        }
        lines
    }
}

/// A text of the source on one line: what is no character to print is written as an escape.
fn printable(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => line.extend(character.escape_default()),
            false => line.push(character),
        }
    }
    line
}

fn place(sources: &Sources, span: Span) -> Option<Place> {
    let source = sources.get(span.source)?;
    let (line, column) = source.line_column(span.start);
    Some(Place { path: source.path.clone(), line, column })
}

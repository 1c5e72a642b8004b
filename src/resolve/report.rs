//! Findings of this phase on their way out.
//!
//! Enters: facts. Leaves: [`Diagnostic`]s and the words in which names, types and places are told. Decides nothing.

use super::Resolver;
use super::limits::Limits;
use crate::ast::Name;
use crate::diagnostic::{Change, Code, Diagnostic, Safety, Severity, closest};
use crate::hash::Map;
use crate::resolve::names::Kind;
use crate::source::Span;
use smol_str::SmolStr;

/// Where findings go, and how much may still be spent on suggestions.
pub(super) struct Report<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    /// How many errors may still be listed.
    left: usize,
    /// Place and number of those beyond.
    beyond: Option<(Span, usize)>,
    /// How many names may still be compared with misspelled ones.
    comparisons: usize,
    /// What was suggested before: one slip is often repeated a thousand times.
    suggested: Map<(Kind, SmolStr), Option<String>>,
}

impl<'d> Report<'d> {
    /// Findings go to the end of `diagnostics`; past the limit errors are counted. At most about as many comparisons as
    /// the limit says are spent on suggestions.
    pub fn new(diagnostics: &'d mut Vec<Diagnostic>, limits: Limits) -> Report<'d> {
        let Limits { findings: left, comparisons, .. } = limits;
        Report { diagnostics, left, beyond: None, comparisons, suggested: Map::default() }
    }

    /// One finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        // Warnings can be silenced, which is decided later and of each alone.
        if diagnostic.severity == Severity::Warning {
            self.diagnostics.push(diagnostic);
        } else if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            self.diagnostics.push(diagnostic);
        } else {
            let (_, number) = self.beyond.get_or_insert((diagnostic.primary.span, 0));
            *number += 1;
        }
    }

    /// Says how many errors were not kept.
    pub fn finish(&mut self) {
        if let Some((span, number)) = self.beyond.take() {
            self.diagnostics.push(Diagnostic::rest(span, number, "error", "in names and types"));
        }
    }

    /// One finding that needs no more than a message and what to do next.
    pub fn say(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::new(code, span, message).help(help));
    }

    /// The candidate that was probably meant by a word, if one is close to it.
    pub fn suggest<'a>(&mut self, word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
        let mut left = self.comparisons.checked_sub(1)?;
        let counted = candidates.inspect(|_| left = left.saturating_sub(1));
        let found = closest(word, counted).map(str::to_owned);
        self.comparisons = left;
        found
    }

    /// The same for a name of a kind, found once for all its places.
    pub fn suggest_name<'a>(
        &mut self,
        kind: Kind,
        name: &SmolStr,
        candidates: impl Iterator<Item = &'a str>,
    ) -> Option<String> {
        let key = (kind, name.clone());
        if let Some(found) = self.suggested.get(&key) {
            return found.clone();
        }
        let found = self.suggest(name, candidates);
        self.suggested.insert(key, found.clone());
        found
    }
}

impl Resolver<'_, '_> {
    /// Warns of what a list names twice.
    pub(super) fn repeated(&mut self, name: &str, again: Span, first: Span) {
        self.report.push(
            Diagnostic::new(Code::ShadowedEntry, again, format!("`{name}` stands twice in the list"))
                .also(first, "it is here already")
                .help("name it once")
                .remedy(Safety::Safe, "take it out", Change::Drop(vec![again])),
        );
    }

    /// Sorts what a list names and drops what it repeats; the first place of each is kept.
    pub(super) fn sorted<Id: Ord + Copy>(
        &mut self,
        mut list: Vec<(Id, Span)>,
        names: &[Name],
    ) -> Vec<(Id, Span)> {
        list.sort();
        let mut first = None;
        list.retain(|&(id, span)| {
            let repeats = first.filter(|&(before, _)| before == id);
            match repeats {
                Some((_, first)) => {
                    let name = names.iter().find(|name| name.span == span);
                    self.repeated(name.map_or("", |name| name.text.as_str()), span, first);
                }
                None => first = Some((id, span)),
            }
            repeats.is_none()
        });
        list
    }
}

/// `a`, `b`, `c`; no more than a reader takes in at a glance.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let mut text = String::new();
    let mut hidden = 0_usize;
    for (at, name) in names.enumerate() {
        if at >= SHOWN {
            hidden += 1;
            continue;
        }
        if at > 0 {
            text.push_str(", ");
        }
        text.push('`');
        text.push_str(name);
        text.push('`');
    }
    if hidden > 0 {
        text.push_str(&format!(" and {hidden} more"));
    }
    text
}

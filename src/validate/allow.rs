//! `@allow` drops the findings that it covers; one that covers none is itself reported (P0701).
//!
//! Enters: the model's `@allow`s and findings of any phase. Leaves: the findings that remain. Must not know what the
//! findings are about.

use crate::diagnostic::{self, Change, Code, Diagnostic, Safety};
use crate::model::{AllowRange, Model};
use crate::source::{SourceId, Span};
use std::cmp::Reverse;

/// Silences what is allowed and reports what was allowed in vain, for callers with all findings at hand.
pub fn apply(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    let mut allows = Allows::new(model);
    allows.silence(diagnostics);
    allows.report_unused(diagnostics);
}

/// The number of a range that an `@allow` covers, and of the code in its list.
pub(super) type Allow = (usize, usize);

/// All `@allow`s of a policy, and which of them silenced something. Phases may report one after the other: silence after
/// each, and report the unused ones after the last.
#[derive(Debug)]
pub struct Allows<'m> {
    /// By place; what lies inside another stands behind it.
    ranges: Vec<&'m AllowRange>,
    /// The narrowest range around each of `ranges`.
    around: Vec<Option<usize>>,
    /// For each code of each range, whether it silenced something.
    used: Vec<Vec<bool>>,
}

impl<'m> Allows<'m> {
    /// Those of a model.
    #[must_use]
    pub fn new(model: &'m Model) -> Allows<'m> {
        let mut ranges: Vec<&AllowRange> = model.allows.iter().collect();
        ranges.sort_by_key(|range| (start(range.covers), Reverse(range.covers.end), range.span));
        let mut around = Vec::with_capacity(ranges.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, range) in ranges.iter().enumerate() {
            let holds =
                |outer: &usize| ranges.get(*outer).is_some_and(|it| contains(it.covers, range.covers));
            while open.last().is_some_and(|outer| !holds(outer)) {
                open.pop();
            }
            around.push(open.last().copied());
            open.push(at);
        }
        let used = ranges.iter().map(|range| vec![false; range.codes.len()]).collect();
        Allows { ranges, around, used }
    }

    /// The narrowest `@allow` of `code` that covers `span`.
    pub(super) fn covering(&self, code: Code, span: Span) -> Option<Allow> {
        if !code.allowable() {
            return None;
        }
        let behind = self.ranges.partition_point(|range| start(range.covers) <= start(span));
        let mut next = behind.checked_sub(1);
        while let Some(at) = next {
            let range = self.ranges.get(at)?;
            let listed = range.codes.iter().position(|&(listed, _)| listed == code);
            if let Some(listed) = listed.filter(|_| contains(range.covers, span)) {
                return Some((at, listed));
            }
            next = self.around.get(at).copied().flatten();
        }
        None
    }

    /// Drops the findings that are allowed, and remembers by which `@allow`.
    pub fn silence(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain(|finding| {
            let Some((range, code)) = self.covering(finding.code, finding.primary.span) else { return true };
            if let Some(used) = self.used.get_mut(range).and_then(|codes| codes.get_mut(code)) {
                *used = true;
            }
            false
        });
    }

    /// Adds a warning for each code that silenced nothing. Beside errors nothing is added: they may have kept a check
    /// from running that would have found what is allowed. Nor for what is found at some times only.
    pub fn report_unused(&self, diagnostics: &mut Vec<Diagnostic>) {
        if diagnostic::has_own_errors(diagnostics) {
            return;
        }
        for (range, used) in self.ranges.iter().zip(&self.used) {
            let codes = range.codes.iter().zip(used);
            for (&(code, span), _) in codes.filter(|&(&(code, _), &used)| !used && !code.is_timed()) {
                let message = format!("`@allow({})` silences nothing", code.number());
                let finding = Diagnostic::new(Code::UnusedAllow, span, message)
                    .also(range.covers, format!("there is no {} here", code.name()))
                    .help("remove the code");
                let (title, change) = match range.codes.len() {
                    1 => ("remove the `@allow`", Change::Remove(range.span)),
                    _ => ("take the code out", Change::Drop(vec![span])),
                };
                diagnostics.push(finding.remedy(Safety::Safe, title, change));
            }
        }
    }
}

fn start(span: Span) -> (SourceId, u32) {
    (span.source, span.start)
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize) -> Span {
        Span::new(SourceId(0), start..end)
    }

    fn allow(at: usize, codes: &[Code], covers: Span) -> AllowRange {
        let codes = codes.iter().map(|&code| (code, span(at, at + 1))).collect();
        AllowRange { codes, why: "test".into(), span: span(at, at + 2), covers }
    }

    #[track_caller]
    fn check(allows: Vec<AllowRange>, findings: &[(Code, Span)], expected: &[(Code, usize)]) {
        let model = Model { allows, ..Model::default() };
        let mut diagnostics =
            findings.iter().map(|&(code, span)| Diagnostic::new(code, span, "found")).collect();
        apply(&model, &mut diagnostics);
        let left: Vec<(Code, usize)> =
            diagnostics.iter().map(|found| (found.code, found.primary.span.start as usize)).collect();
        assert_eq!(left, expected);
    }

    #[test]
    fn drops_what_it_lists_where_it_covers() {
        let unmet = Code::UnmetRequirement;
        check(vec![allow(0, &[unmet], span(10, 20))], &[(unmet, span(12, 14))], &[]);
    }

    #[test]
    fn keeps_other_codes_and_other_places() {
        let (unmet, violated) = (Code::UnmetRequirement, Code::ContradictoryEntries);
        let found =
            [(unmet, span(12, 14)), (violated, span(12, 14)), (unmet, span(18, 22)), (unmet, span(5, 8))];
        check(vec![allow(0, &[unmet], span(10, 20))], &found, &[(violated, 12), (unmet, 18), (unmet, 5)]);
    }

    #[test]
    fn never_drops_what_must_not_be_silenced() {
        let cycle = Code::RoleCycle;
        check(vec![allow(0, &[cycle], span(10, 20))], &[(cycle, span(12, 14))], &[(cycle, 12)]);
    }

    #[test]
    fn reports_each_unused_code() {
        let (unmet, effect) = (Code::UnmetRequirement, Code::EntryWithoutEffect);
        check(
            vec![allow(3, &[unmet, effect], span(10, 20))],
            &[(effect, span(12, 14))],
            &[(Code::UnusedAllow, 3)],
        );
    }

    #[test]
    fn the_narrowest_is_the_one_that_is_used() {
        let unmet = Code::UnmetRequirement;
        let nested = vec![allow(0, &[unmet], span(10, 90)), allow(20, &[unmet], span(25, 40))];
        check(nested.clone(), &[(unmet, span(30, 31))], &[(Code::UnusedAllow, 0)]);
        check(nested, &[(unmet, span(30, 31)), (unmet, span(50, 51))], &[]);
    }

    #[test]
    fn looks_past_a_neighbour_inside_the_same_range() {
        let (unmet, effect) = (Code::UnmetRequirement, Code::EntryWithoutEffect);
        let ranges = vec![allow(0, &[unmet], span(10, 90)), allow(20, &[effect], span(25, 40))];
        check(ranges, &[(unmet, span(50, 51)), (effect, span(26, 27))], &[]);
    }

    #[test]
    fn an_error_keeps_unused_ones_quiet() {
        let (unmet, cycle) = (Code::UnmetRequirement, Code::RoleCycle);
        check(vec![allow(0, &[unmet], span(10, 20))], &[(cycle, span(50, 60))], &[(cycle, 50)]);
    }
}

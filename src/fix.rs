//! Remedies > edits of the text, and edits > the text that they make.
//!
//! Enters: findings and sources. Leaves: findings whose fixes are exact; and texts with fixes applied. Decides nothing
//! about what is right: the phases said what would mend a finding. Touches no file.

use crate::diagnostic::{Change, Diagnostic, Edit, Fix, Remedy};
use crate::source::{Format, Source, SourceId, Sources, Span};
use crate::syntax::edit as policy;
use crate::yaml::edit::Editor;
use policy::Piece;
use std::collections::HashMap;

/// How many findings of one run get a fix. Whoever has more applies these first.
const MAX_FIXES: usize = 100_000;

/// Makes fixes of what the phases said would mend their findings. Where that can't be done without touching a comment or
/// breaking the text, a finding has none.
pub(crate) fn settle(diagnostics: &mut [Diagnostic], sources: &Sources) {
    let mut editors: HashMap<SourceId, Editor<'_>> = HashMap::new();
    let mut left = MAX_FIXES;
    for finding in diagnostics {
        let Some(remedy) = finding.remedy.take() else { continue };
        if left == 0 {
            continue;
        }
        left -= 1;
        finding.fix = fix(*remedy, sources, &mut editors).map(Box::new);
    }
}

fn fix<'s>(remedy: Remedy, sources: &'s Sources, editors: &mut HashMap<SourceId, Editor<'s>>) -> Option<Fix> {
    let Remedy { title, safety, change } = remedy;
    let id = place(&change)?.source;
    let source = sources.get(id)?;
    let pieces = match source.format {
        Format::Policy => of_policy(source, id, &change)?,
        Format::Yaml => {
            let editor = editors.entry(id).or_insert_with(|| Editor::new(id, &source.text));
            of_yaml(editor, &change)?
        }
    };
    let edit = |(at, text)| Edit { span: Span::new(id, at), text };
    let edits: Vec<Edit> = pieces.into_iter().map(edit).collect();
    let ascends = edits.windows(2).all(|two| matches!(two, [a, b] if a.span.end <= b.span.start));
    (ascends && !edits.is_empty()).then_some(Fix { title, safety, edits })
}

/// The first place that a change names.
fn place(change: &Change) -> Option<Span> {
    match change {
        Change::Write(edits) => edits.first().map(|edit| edit.span),
        Change::Rename { span, .. } | Change::Remove(span) => Some(*span),
        Change::Drop(items) => items.first().copied(),
        Change::RemoveTwin { again, .. } => Some(*again),
        Change::Append { behind, .. } => Some(*behind),
    }
}

fn of_policy(source: &Source, id: SourceId, change: &Change) -> Option<Vec<Piece>> {
    let text = source.text.as_str();
    match change {
        Change::Write(edits) => {
            Some(edits.iter().map(|edit| (edit.span.range(), edit.text.clone())).collect())
        }
        Change::Rename { span, from, to, form } => policy::rename(text, span.range(), [from, to], *form),
        Change::Drop(items) => policy::drop_items(text, &ranges(items)),
        Change::Remove(span) => policy::remove(text, span.range()),
        Change::RemoveTwin { again, first } => {
            let same =
                first.source == id && policy::says_the_same((text, first.range()), (text, again.range()));
            same.then(|| policy::remove(text, again.range()))?
        }
        Change::Append { behind, names } => policy::append(text, behind.range(), names),
    }
}

fn of_yaml(editor: &Editor<'_>, change: &Change) -> Option<Vec<Piece>> {
    match change {
        Change::Write(edits) => {
            let pieces = edits.iter().map(|edit| editor.write(edit.span.range(), &edit.text));
            Some(pieces.collect::<Option<Vec<_>>>()?.concat())
        }
        Change::Rename { span, from, to, form } => editor.rename(span.range(), [from, to], *form),
        Change::Drop(items) => editor.drop_items(&ranges(items)),
        Change::Remove(span) => editor.remove(span.range()),
        // The same key twice in one map is a fault of the YAML.
        Change::RemoveTwin { .. } => None,
        Change::Append { behind, names } => editor.append(behind.range(), names),
    }
}

fn ranges(spans: &[Span]) -> Vec<std::ops::Range<usize>> {
    spans.iter().map(|span| span.range()).collect()
}

/// Texts with fixes applied.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    /// The new texts of the files that are no longer the same.
    pub texts: HashMap<SourceId, String>,
    /// How many fixes are in them.
    pub fixes: usize,
}

/// Applies fixes in the order of their places. Of those that meet, the first is applied and the others are left for another
/// time, when it is known what the first one made of the text.
pub(crate) fn apply<'f>(sources: &Sources, fixes: impl Iterator<Item = &'f Fix>) -> Applied {
    let mut by_file: HashMap<SourceId, Vec<&Fix>> = HashMap::new();
    for fix in fixes {
        if let Some(first) = fix.edits.first() {
            by_file.entry(first.span.source).or_default().push(fix);
        }
    }
    let mut applied = Applied::default();
    for (id, mut fixes) in by_file {
        fixes.sort_by_key(|fix| fix.edits.first().map(|edit| (edit.span, edit.text.clone())));
        let mut edits: Vec<&Edit> = Vec::new();
        let mut taken = 0;
        for fix in fixes {
            // Edits that only touch may depend on each other too: both may have counted on what stands between.
            let free = match (edits.last(), fix.edits.first()) {
                (Some(last), Some(first)) => last.span.end < first.span.start,
                _ => true,
            };
            if free {
                edits.extend(&fix.edits);
                taken += 1;
            }
        }
        if let Some(text) = sources.get(id).and_then(|source| edited(&source.text, &edits)) {
            applied.texts.insert(id, text);
            applied.fixes += taken;
        }
    }
    applied
}

/// A text with edits in ascending order; `None` if one lies outside of it.
fn edited(text: &str, edits: &[&Edit]) -> Option<String> {
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        new.push_str(text.get(at..edit.span.range().start)?);
        new.push_str(&edit.text);
        at = edit.span.range().end;
    }
    new.push_str(text.get(at..)?);
    Some(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Safety;

    fn fix_of(edits: &[(usize, usize, &str)]) -> Fix {
        let edit = |&(start, end, text): &(usize, usize, &str)| Edit {
            span: Span::new(SourceId(0), start..end),
            text: text.to_owned(),
        };
        Fix { title: String::new(), safety: Safety::Safe, edits: edits.iter().map(edit).collect() }
    }

    #[track_caller]
    fn check(text: &str, fixes: &[&[(usize, usize, &str)]], expected: &str, count: usize) {
        let mut sources = Sources::new();
        let id = sources.add("a.policy", Format::Policy, text);
        let fixes: Vec<Fix> = fixes.iter().map(|edits| fix_of(edits)).collect();
        let applied = apply(&sources, fixes.iter());
        assert_eq!(applied.texts.get(&id).map(String::as_str), Some(expected));
        assert_eq!(applied.fixes, count);
        let backwards = apply(&sources, fixes.iter().rev());
        assert_eq!(backwards, applied, "in another order");
    }

    #[test]
    fn fixes_that_meet_wait() {
        check("abcdef", &[&[(0, 1, "x")], &[(2, 3, "y")]], "xbydef", 2);
        check("abcdef", &[&[(0, 2, "x")], &[(1, 3, "y")]], "xcdef", 1);
        check("abcdef", &[&[(0, 2, "x")], &[(2, 3, "y")]], "xcdef", 1);
        check("abcdef", &[&[(0, 1, ""), (4, 5, "")], &[(2, 3, "y")]], "bcdf", 1);
        check("abcdef", &[&[(3, 3, "-")], &[(3, 3, "+")]], "abc+def", 1);
    }
}

//! Pieces of the DSL that stand inside other texts: formulas, types and defaults in YAML scalars.

use super::build::Builder;
/// Quoted names, which other texts hold as well.
pub(crate) use super::build::{closing_quote, unquote};
use super::extent;
use super::fault::{self, Place, Site};
use super::grammar::{Node, Rule, read};
use super::sink::Sink;
use crate::ast::{DefaultRule, Expr, TypeExpr};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span, Spanned};
use std::ops::Range;

/// Where the text of a fragment stands in its file.
#[derive(Clone, Copy, Debug)]
pub enum Anchor {
    /// The fragment is found byte for byte in the file from this offset on.
    Verbatim(SourceId, u32),
    /// The fragment was unescaped or folded; everything in it is placed at this span.
    Whole(Span),
}

impl Anchor {
    /// Where a range of the fragment stands in the file.
    #[must_use]
    pub fn span(self, range: Range<usize>) -> Span {
        match self {
            Anchor::Verbatim(source, offset) => {
                let offset = offset as usize;
                Span::new(source, offset + range.start..offset + range.end)
            }
            Anchor::Whole(span) => span,
        }
    }
}

/// Reads a formula or condition. `None` after a reported error.
pub fn expr(text: &str, anchor: Anchor, diagnostics: &mut Vec<Diagnostic>) -> Option<Expr> {
    piece(Rule::expr_fragment, text, anchor, diagnostics, |builder, node| builder.expr(node))
}

/// Reads a type of attributes: `bool`, `"A" | "B"`, `[string]`. `None` after a reported error.
pub fn type_expr(text: &str, anchor: Anchor, diagnostics: &mut Vec<Diagnostic>) -> Option<Spanned<TypeExpr>> {
    piece(Rule::type_fragment, text, anchor, diagnostics, |builder, node| builder.type_expr(node))
}

/// Reads what stands behind `default`: `deny`, `grant to authenticated when unlisted`. `None` after a reported error.
pub fn default_rule(
    text: &str,
    anchor: Anchor,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Spanned<DefaultRule>> {
    piece(Rule::default_fragment, text, anchor, diagnostics, |builder, node| builder.default_value(&node))
}

fn piece<T>(
    rule: Rule,
    text: &str,
    anchor: Anchor,
    diagnostics: &mut Vec<Diagnostic>,
    build: impl FnOnce(&mut Builder<'_, '_>, Node<'_>) -> Option<T>,
) -> Option<T> {
    let mut sink = Sink::new(diagnostics);
    if let Some(deep) = extent::too_deep(text) {
        sink.push(fault::too_deep(anchor.span(deep.start..deep.end)));
        return None;
    }
    let built = match read(rule, text) {
        Ok((mut pairs, _)) => {
            let node = pairs.next().and_then(|fragment| fragment.into_inner().next());
            let built = node.and_then(|node| build(&mut Builder::new(anchor, &mut sink), node));
            if built.is_none() && sink.taken() == 0 {
                sink.push(fault::unreadable(anchor.span(0..text.len())));
            }
            built.filter(|_| sink.taken() == 0)
        }
        Err(failure) => {
            let site = Site { text, anchor, start: 0, limit: text.len(), place: Place::Fragment, rule };
            sink.push(site.report(&failure));
            None
        }
    };
    sink.finish();
    built
}

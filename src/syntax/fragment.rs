//! Pieces of the DSL that stand inside other texts: formulas, types and defaults in YAML scalars.

use crate::ast::{DefaultRule, Expr, TypeExpr};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span, Spanned};

/// Where the text of a fragment stands in its file.
#[derive(Clone, Copy, Debug)]
pub enum Anchor {
    /// The fragment is found byte for byte in the file from this offset on.
    Verbatim(SourceId, u32),
    /// The fragment was unescaped or folded; everything in it is placed at this span.
    Whole(Span),
}

/// Reads a formula or condition. `None` after a reported error.
pub fn expr(text: &str, anchor: Anchor, diagnostics: &mut Vec<Diagnostic>) -> Option<Expr> {
    let _ = (text, anchor, diagnostics);
    None
}

/// Reads a type of attributes: `bool`, `"A" | "B"`, `[string]`.
pub fn type_expr(text: &str, anchor: Anchor, diagnostics: &mut Vec<Diagnostic>) -> Option<Spanned<TypeExpr>> {
    let _ = (text, anchor, diagnostics);
    None
}

/// Reads what stands behind `default`: `deny`, `grant to authenticated when unlisted`.
pub fn default_rule(
    text: &str,
    anchor: Anchor,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Spanned<DefaultRule>> {
    let _ = (text, anchor, diagnostics);
    None
}

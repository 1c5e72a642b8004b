//! Requirement formulas and conditions.

use super::{AttributeRoot, CompareOp, Literal, Name, PrivilegeSet};
use crate::source::{Span, Spanned};

/// A requirement formula or a condition; which of its forms may stand where is the business of `resolve`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// The form.
    pub kind: ExprKind,
    /// All of it.
    pub span: Span,
}

/// The forms of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `a and b and ...`, two or more.
    And(Vec<Expr>),
    /// `a or b or ...`, two or more.
    Or(Vec<Expr>),
    /// `not a`.
    Not(Box<Expr>),
    /// A bare name: a privilege.
    Privilege(Name),
    /// `any(...)`, `any category:x`, `any x` (x a category).
    Any(PrivilegeSet),
    /// `all(...)` and so on.
    All(PrivilegeSet),
    /// A bare attribute: true when its value is `true`.
    Attribute(AttributeRef),
    /// `has resource.x`.
    Has(AttributeRef),
    /// `left OP right`.
    Compare {
        /// The left side.
        left: Operand,
        /// The comparison and the place of its word.
        op: Spanned<CompareOp>,
        /// The right side.
        right: Operand,
    },
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// `principal.x`, `resource.x`, `context.x`.
    Attribute(AttributeRef),
    /// `principal`: who asks.
    Principal(Span),
    /// A literal.
    Literal(Literal),
}

/// `principal.x`, `resource.x`, `context.x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeRef {
    /// Whose.
    pub root: AttributeRoot,
    /// Which; its span covers the part behind the dot.
    pub name: Name,
    /// All of it.
    pub span: Span,
}

//! What has to hold: invariants, tests and matrices.

use super::{AttributeRef, Literal, Name, PrincipalRef, PrivilegeItem, PrivilegeSet, ResourceRef, ScopeRef};
use crate::source::{Span, Spanned};

/// `never ...`, `always ...`, `only ...`, `never together ...`.
#[derive(Clone, Debug, PartialEq)]
pub enum InvariantDecl {
    /// `never WHO, ... can PRIVS [on SCOPE]`.
    Never(InvariantClaim),
    /// `always WHO, ... can PRIVS [on SCOPE]`.
    Always(InvariantClaim),
    /// `only WHO, ... can PRIVS [on SCOPE]`.
    Only(InvariantClaim),
    /// `never together P1, P2, ...`.
    NeverTogether(PrivilegeSet),
}

/// Who can what where.
#[derive(Clone, Debug, PartialEq)]
pub struct InvariantClaim {
    /// Who.
    pub who: Vec<PrincipalRef>,
    /// What.
    pub privileges: PrivilegeSet,
    /// Where.
    pub on: Option<ScopeRef>,
}

/// `test "..." { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct TestDecl {
    /// The name.
    pub name: Spanned<String>,
    /// Its lines, in the order written. `as`, `with` and `at` hold for the checks that follow; `as` starts afresh,
    /// without attributes and without a time.
    pub steps: Vec<TestStep>,
}

/// A line of a test.
#[derive(Clone, Debug, PartialEq)]
pub enum TestStep {
    /// `as WHO, ...`: at most one user, service or class; roles and groups are supplied with the request.
    As(Vec<PrincipalRef>),
    /// `with context.mfa = true, ...`.
    With(Vec<(AttributeRef, Literal)>),
    /// `at DATE`.
    At(Name),
    /// `can ...` or `cannot ...`.
    Check(Check),
}

/// `can|cannot PRIVILEGES [on RESOURCE [in RESOURCE ...]] [because REASON]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// `can`: true.
    pub expect: bool,
    /// What; each is a check of its own.
    pub privileges: PrivilegeSet,
    /// Where.
    pub on: Option<ResourceRef>,
    /// The ancestors that the request names, nearest first.
    pub ancestors: Vec<ResourceRef>,
    /// The reason expected; a word as written.
    pub because: Option<Name>,
    /// All of it.
    pub span: Span,
}

/// `matrix "..." [on RESOURCE] { roles R, ...  P + - ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixDecl {
    /// The name.
    pub name: Spanned<String>,
    /// The resource of every question.
    pub on: Option<ResourceRef>,
    /// The values of every question.
    pub with: Vec<(AttributeRef, Literal)>,
    /// The columns.
    pub roles: Vec<Name>,
    /// The rows.
    pub rows: Vec<MatrixRow>,
}

/// `PRIVILEGE MARK ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixRow {
    /// A privilege, wildcard or category; each privilege is a row of its own.
    pub privilege: PrivilegeItem,
    /// `+`: true, `-`: false.
    pub marks: Vec<Spanned<bool>>,
    /// All of it.
    pub span: Span,
}

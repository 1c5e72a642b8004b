//! What has to hold: invariants, tests and matrices.

use super::{
    AttributeNameId, Grantee, GroupId, PrincipalKind, PrivilegeId, Reason, RoleId, Scope, TypeId, Value,
};
use crate::source::{Span, Spanned};
use smol_str::SmolStr;

/// An invariant.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// What it claims.
    pub kind: InvariantKind,
    /// Who, sorted; empty for `never together`.
    pub who: Vec<Grantee>,
    /// What.
    pub privileges: Vec<PrivilegeId>,
    /// Where.
    pub scope: Scope,
    /// All of it.
    pub span: Span,
}

/// What an invariant claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InvariantKind {
    /// None of `who` can do any of it anywhere in the scope.
    Never,
    /// Each of `who` can do all of it everywhere in the scope.
    Always,
    /// Whoever can do any of it anywhere in the scope is one of `who`.
    Only,
    /// Nobody can do two of it on one resource.
    Together,
}

/// A resource named by a test, known to the policy or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceName {
    /// Its type.
    pub ty: TypeId,
    /// Its id.
    pub id: SmolStr,
}

/// Who asks, in a test.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Caller {
    /// The user or service, known to the policy or not; `None`: anonymous, or somebody unnamed.
    pub identity: Option<(PrincipalKind, SmolStr)>,
    /// `as anonymous`.
    pub anonymous: bool,
    /// Supplied groups.
    pub groups: Vec<GroupId>,
    /// Supplied roles.
    pub roles: Vec<RoleId>,
}

/// One question of a test and the decision it expects.
#[derive(Clone, Debug)]
pub struct TestCheck {
    /// Who asks.
    pub caller: Caller,
    /// Values that the request carries.
    pub attributes: Vec<(AttributeNameId, Value)>,
    /// Its time, in microseconds since 1970-01-01T00:00:00Z; `None`: it has none.
    pub at: Option<i64>,
    /// What is asked.
    pub privilege: PrivilegeId,
    /// On what.
    pub resource: Option<ResourceName>,
    /// Supplied ancestors, nearest first.
    pub ancestors: Vec<ResourceName>,
    /// Granted or not.
    pub expect: bool,
    /// The reason expected, if any.
    pub because: Option<Reason>,
    /// The line.
    pub span: Span,
}

/// A `test` block.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Its questions, one for each privilege of each `can` and `cannot`.
    pub checks: Vec<TestCheck>,
}

/// A `matrix` block; its questions are those of somebody who holds one role alone.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Its questions, row by row.
    pub checks: Vec<TestCheck>,
}

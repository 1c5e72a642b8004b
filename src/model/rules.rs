//! What is granted and assigned, to whom, where, and under which condition; what nobody may hold.

use super::{
    AttributeNameId, Class, CompareOp, Effect, GroupId, InstanceId, PrincipalId, PrivilegeId, RoleId, TypeId,
    Value,
};
use crate::few::Few;
use crate::source::Span;

/// Where an entry or assignment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// No scope.
    Everywhere,
    /// `type:*`: every resource of that type, and no other.
    Type(TypeId),
    /// `type:id`: it and all below; with `only`, it alone.
    Resource {
        /// The resource.
        instance: InstanceId,
        /// It alone.
        only: bool,
    },
}

/// Who an entry or assignment speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grantee {
    /// A user or service.
    Principal(PrincipalId),
    /// A group.
    Group(GroupId),
    /// Whoever holds the role.
    Role(RoleId),
    /// A class.
    Class(Class),
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it does.
    pub effect: Effect,
    /// Everything it names: its list closed over `includes`, then less what `except` lists.
    pub privileges: Vec<PrivilegeId>,
    /// To whom, sorted; inside a role, the role.
    pub to: Few<Grantee>,
    /// Where.
    pub scope: Scope,
    /// When.
    pub when: Option<Formula>,
    /// The role whose block it stands in.
    pub in_role: Option<RoleId>,
    /// All of it.
    pub span: Span,
    /// What each part of its list named, wildcards and categories with what they expanded to; for reports.
    pub named: Vec<NamedPrivileges>,
}

/// One item of a privilege list and what it stands for.
#[derive(Clone, Debug)]
pub struct NamedPrivileges {
    /// The item.
    pub span: Span,
    /// Whether it is a wildcard or a category.
    pub broad: bool,
    /// Whether it is `*` alone.
    pub everything: bool,
    /// What it names, sorted, before `includes` and `except`.
    pub privileges: Few<PrivilegeId>,
}

/// An assignment.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The role.
    pub role: RoleId,
    /// To whom, sorted.
    pub to: Few<Grantee>,
    /// Where.
    pub scope: Scope,
    /// From when, inclusive; microseconds since 1970-01-01T00:00:00Z.
    pub from: Option<i64>,
    /// Until when, exclusive.
    pub until: Option<i64>,
    /// When; boxed, since few assignments have it and a policy may have a million of them.
    pub when: Option<Box<Formula>>,
    /// All of it.
    pub span: Span,
}

/// A requirement or a condition. Conditions hold no privileges; requirements negate none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Formula {
    /// All of them; two or more.
    And(Vec<Formula>),
    /// One of them; two or more.
    Or(Vec<Formula>),
    /// Not.
    Not(Box<Formula>),
    /// The principal is granted the privilege.
    Privilege(PrivilegeId),
    /// It is granted one of these; sorted, not empty.
    Any(Vec<PrivilegeId>),
    /// It is granted all of these; sorted, not empty.
    All(Vec<PrivilegeId>),
    /// A test of values.
    Test(ValueTest),
}

/// A test of values; undecided where an attribute is missing, but for `Has`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueTest {
    /// A bool attribute is true.
    Truth(AttributeNameId),
    /// The attribute has a value.
    Has(AttributeNameId),
    /// A comparison.
    Compare {
        /// The left side.
        left: Operand,
        /// How.
        op: CompareOp,
        /// The right side.
        right: Operand,
    },
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operand {
    /// The value of an attribute.
    Attribute(AttributeNameId),
    /// Who asks.
    Principal,
    /// A literal, already of the type that the other side wants.
    Value(Value),
}

/// `exclusive R1, R2, ...`.
#[derive(Clone, Debug)]
pub struct Exclusive {
    /// The roles, each with its place; sorted by id.
    pub roles: Vec<(RoleId, Span)>,
    /// All of it.
    pub span: Span,
}

/// `limit N for role:R`.
#[derive(Clone, Debug)]
pub struct Limit {
    /// N.
    pub count: u32,
    /// R.
    pub role: RoleId,
    /// All of it.
    pub span: Span,
}

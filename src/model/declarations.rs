//! What there is: types, attributes, categories and privileges, roles, groups, principals, resources and their values.

use super::{
    AttributeId, AttributeNameId, AttributeRoot, CategoryId, DefaultRule, Formula, GroupId, InstanceId,
    Network, PrincipalKind, PrivilegeId, RoleId, Strategy, TypeId,
};
use crate::source::{Span, Spanned};
use smol_str::SmolStr;

/// A resource type.
#[derive(Clone, Debug)]
pub struct ResourceType {
    /// Its name and where it is declared.
    pub name: Spanned<SmolStr>,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// The types it may lie in, each with the place where that is said; sorted by id.
    pub parents: Vec<(TypeId, Span)>,
    /// Whether its ids are paths: `T:a/b` lies in `P:a` for each of `parents`.
    pub by_path: bool,
    /// Its own `default`; the policy's applies when `None`.
    pub default: Option<DefaultRule>,
    /// Its own `resolve`; the policy's applies when `None`.
    pub resolve: Option<Strategy>,
}

/// The type of an attribute or a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// `bool`.
    Bool,
    /// `int`: 64 bits, signed.
    Int,
    /// `string`.
    String,
    /// `timestamp`.
    Timestamp,
    /// `ip`: an address or a network.
    Ip,
    /// `principal`: a user, service or group.
    Principal,
    /// `"A" | "B"`: sorted, without duplicates.
    Enum(Vec<SmolStr>),
    /// `[T]`; T is no set.
    Set(Box<ValueType>),
}

/// A declared attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Whose.
    pub root: AttributeRoot,
    /// The resource type, for those of resources.
    pub ty: Option<TypeId>,
    /// The name alone, and where it is declared.
    pub name: Spanned<SmolStr>,
    /// The (root, name) pair.
    pub name_id: AttributeNameId,
    /// The type of its values.
    pub value_type: ValueType,
    /// Documentation.
    pub doc: Option<SmolStr>,
}

/// A category.
#[derive(Clone, Debug)]
pub struct Category {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Its title.
    pub title: Option<SmolStr>,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// What its privileges are asked on; empty: without a resource. Sorted.
    pub on: Vec<TypeId>,
    /// The formula of all its privileges.
    pub requires: Option<Formula>,
    /// Where that formula stands.
    pub requires_at: Option<Span>,
}

/// A privilege.
#[derive(Clone, Debug)]
pub struct Privilege {
    /// Its id.
    pub name: Spanned<SmolStr>,
    /// Its title.
    pub title: Option<SmolStr>,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// Its category.
    pub category: CategoryId,
    /// Its own formula; the category's holds besides.
    pub requires: Option<Formula>,
    /// Where that formula stands.
    pub requires_at: Option<Span>,
    /// What it includes, in the order written.
    pub includes: Vec<(PrivilegeId, Span)>,
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// All of its declaration.
    pub span: Span,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// Roles whose entries it has too; sorted by id.
    pub inherits: Vec<(RoleId, Span)>,
    /// Roles that a holder must hold besides; sorted by id.
    pub requires: Vec<(RoleId, Span)>,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// The groups it is a member of; sorted by id.
    pub groups: Vec<(GroupId, Span)>,
    /// Counts for nothing and passes nothing on.
    pub disabled: bool,
}

/// A user or service.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Which of the two.
    pub kind: PrincipalKind,
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Documentation.
    pub doc: Option<SmolStr>,
    /// The groups it is a member of; sorted by id.
    pub groups: Vec<(GroupId, Span)>,
    /// The values it carries; sorted by attribute.
    pub attributes: Vec<(AttributeId, Value)>,
}

/// A resource that the policy knows.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its type.
    pub ty: TypeId,
    /// Its id.
    pub id: SmolStr,
    /// Where it is declared or first mentioned (in the order of files and lines).
    pub span: Span,
    /// Whether it has a declaration of its own.
    pub declared: bool,
    /// What it lies in: derived from the path, one for each parent type, or the one declared. Sorted.
    pub parents: Vec<InstanceId>,
    /// The values it carries; sorted by attribute.
    pub attributes: Vec<(AttributeId, Value)>,
    /// Documentation.
    pub doc: Option<SmolStr>,
}

/// A typed value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `true`, `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string or a word of an enum.
    String(SmolStr),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// A network; an address is one with the full prefix.
    Ip(Network),
    /// Kind and name.
    Principal(PrincipalValue),
    /// Sorted, without duplicates.
    Set(Vec<Value>),
}

/// A principal as a value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalValue {
    /// `user:x`.
    User(SmolStr),
    /// `service:x`.
    Service(SmolStr),
    /// `group:x`.
    Group(SmolStr),
}

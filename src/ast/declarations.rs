//! What is declared: types, attributes, categories and privileges, roles, groups, principals, resources.

use super::{DefaultRule, Expr, Meta, Name, PrincipalKind, PrincipalRef, Rule, Strategy};
use crate::source::{Span, Spanned};
use smol_str::SmolStr;

/// `policy NAME { default ...; resolve ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyDecl {
    /// The name.
    pub name: Name,
    /// `default ...`.
    pub default: Option<Spanned<DefaultRule>>,
    /// `resolve ...`.
    pub resolve: Option<Spanned<Strategy>>,
}

/// `resource T [in T2, ...] [by path] { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceDecl {
    /// T.
    pub name: Name,
    /// The types it may lie in.
    pub parents: Vec<Name>,
    /// `by path`.
    pub by_path: Option<Span>,
    /// `attribute NAME: TYPE`.
    pub attributes: Vec<AttributeDecl>,
    /// `default ...`.
    pub default: Option<Spanned<DefaultRule>>,
    /// `resolve ...`.
    pub resolve: Option<Spanned<Strategy>>,
}

/// `attribute NAME: TYPE`, or `NAME: TYPE` in `principal` and `context` blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeDecl {
    /// What stands before it.
    pub meta: Meta,
    /// The name.
    pub name: Name,
    /// The type.
    pub ty: Spanned<TypeExpr>,
}

/// A type of attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeExpr {
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `string`.
    String,
    /// `timestamp`.
    Timestamp,
    /// `ip`: an address or a network.
    Ip,
    /// `principal`: a user, service or group.
    Principal,
    /// `"A" | "B"`.
    Enum(Vec<Name>),
    /// `[T]`; a set of sets is refused by the front ends.
    Set(Box<TypeExpr>),
}

/// `category NAME [on TYPES] ["Title"] [requires F] { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct CategoryDecl {
    /// The name.
    pub name: Name,
    /// The types its privileges are asked on; none: without a resource.
    pub on: Vec<Name>,
    /// The title.
    pub title: Option<Spanned<String>>,
    /// What each of its privileges requires besides its own formula.
    pub requires: Option<Expr>,
    /// Its privileges.
    pub privileges: Vec<PrivilegeDecl>,
}

/// A privilege, in a category block or in the one-line form.
#[derive(Clone, Debug, PartialEq)]
pub struct PrivilegeDecl {
    /// What stands before it; in the one-line form that of the item, and empty here.
    pub meta: Meta,
    /// The id.
    pub name: Name,
    /// The title.
    pub title: Option<Spanned<String>>,
    /// `includes P, ...`, in the order written.
    pub includes: Vec<Name>,
    /// `requires F`.
    pub requires: Option<Expr>,
}

/// `privilege ID in CATEGORY ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct PrivilegeLine {
    /// The category.
    pub category: Name,
    /// The privilege.
    pub privilege: PrivilegeDecl,
}

/// `limit N for role:R`.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitDecl {
    /// N.
    pub count: Spanned<u32>,
    /// R.
    pub role: Name,
}

/// `role NAME [inherits ...] [requires ...] { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleDecl {
    /// The name.
    pub name: Name,
    /// The roles whose entries it has too.
    pub inherits: Vec<Name>,
    /// The roles that a holder must hold besides.
    pub requires: Vec<Name>,
    /// Its entries; no assignments, and no principals: the role is the principal.
    pub rules: Vec<Rule>,
}

/// `group NAME [in G, ...] [disabled]`.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupDecl {
    /// The name.
    pub name: Name,
    /// The groups it is a member of.
    pub groups: Vec<Name>,
    /// `disabled`.
    pub disabled: Option<Span>,
}

/// `user NAME [in G, ...] [{ name: value ... }]`.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalDecl {
    /// User or service.
    pub kind: PrincipalKind,
    /// The name.
    pub name: Name,
    /// The groups.
    pub groups: Vec<Name>,
    /// The values it carries.
    pub attributes: Vec<(Name, Literal)>,
}

/// `type:id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceRef {
    /// The type.
    pub ty: Name,
    /// The id.
    pub id: Name,
    /// All of it.
    pub span: Span,
}

/// `type:id [in type:id] [{ name: value ... }]`.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceDecl {
    /// The resource.
    pub resource: ResourceRef,
    /// What it lies in.
    pub parent: Option<ResourceRef>,
    /// The values it carries.
    pub attributes: Vec<(Name, Literal)>,
}

/// A literal as written; its type is decided where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// The value.
    pub value: LiteralValue,
    /// Its place.
    pub span: Span,
}

/// The forms of literals.
#[derive(Clone, Debug, PartialEq)]
pub enum LiteralValue {
    /// `true`, `false`.
    Bool(bool),
    /// A quoted text. Where a timestamp or an ip is expected it is read as one.
    String(String),
    /// An unquoted text that starts with a digit or a minus sign: an integer, a date, a timestamp, an address, a
    /// network. In YAML a plain scalar of the same form.
    Bare(SmolStr),
    /// `user:x`, `service:x`, `group:x`.
    Principal(PrincipalRef),
    /// `[a, b]`.
    List(Vec<Literal>),
}

//! What is granted, denied and assigned, to whom, and where.

use super::{Class, Effect, Expr, Meta, Name, ResourceRef};
use crate::few::Few;
use crate::source::{Span, Spanned};

/// Who an entry, an assignment, an invariant or a test speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalRef {
    /// Which kind.
    pub kind: PrincipalRefKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of principal reference. Spans of the names cover the part behind the colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalRefKind {
    /// `user:x`.
    User(Name),
    /// `service:x`.
    Service(Name),
    /// `group:x`.
    Group(Name),
    /// `role:x`.
    Role(Name),
    /// `anyone`, `authenticated`, `anonymous`.
    Class(Class),
}

/// `LIST [except LIST]`.
#[derive(Clone, Debug, PartialEq)]
pub struct PrivilegeSet {
    /// What is named.
    pub items: Vec<PrivilegeItem>,
    /// What is taken away.
    pub except: Vec<PrivilegeItem>,
    /// All of it.
    pub span: Span,
}

/// One item of a privilege list.
#[derive(Clone, Debug, PartialEq)]
pub enum PrivilegeItem {
    /// A privilege by its id.
    Name(Name),
    /// Unquoted text with `*`.
    Wildcard(Name),
    /// `category:x`; the span of the name covers the part behind the colon.
    Category(Name),
}

impl PrivilegeItem {
    /// The name, pattern or category.
    #[must_use]
    pub fn name(&self) -> &Name {
        match self {
            PrivilegeItem::Name(name) | PrivilegeItem::Wildcard(name) | PrivilegeItem::Category(name) => name,
        }
    }
}

/// Where something holds.
#[derive(Clone, Debug, PartialEq)]
pub enum ScopeRef {
    /// `type:id`, with `only` or without.
    Resource {
        /// The resource.
        resource: ResourceRef,
        /// The place of `only`.
        only: Option<Span>,
    },
    /// `type:*`.
    Type {
        /// The type.
        ty: Name,
        /// All of it.
        span: Span,
    },
}

impl ScopeRef {
    /// All of it.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            ScopeRef::Resource { resource, only } => {
                only.map_or(resource.span, |only| resource.span.to(only))
            }
            ScopeRef::Type { span, .. } => *span,
        }
    }
}

/// An entry, an assignment, or a block that gives several one scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What stands before it; at the top level that of the item, and empty here.
    pub meta: Meta,
    /// The kind.
    pub kind: RuleKind,
    /// All of it, without `meta`.
    pub span: Span,
}

/// The kinds of rule.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleKind {
    /// `grant|deny|bypass ...`.
    Entry(Box<EntryDecl>),
    /// `assign ...`.
    Assign(Box<AssignDecl>),
    /// `on SCOPE { ... }`; the rules inside have no scope of their own, or the front end reports it.
    On(Box<OnBlock>),
}

/// `on SCOPE { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct OnBlock {
    /// The scope of all of them.
    pub scope: ScopeRef,
    /// Entries and assignments.
    pub rules: Vec<Rule>,
}

/// `EFFECT PRIVILEGES to PRINCIPALS [on SCOPE] [when C]`.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryDecl {
    /// The effect and the place of its word.
    pub effect: Spanned<Effect>,
    /// What.
    pub privileges: PrivilegeSet,
    /// To whom; empty inside a role.
    pub to: Few<PrincipalRef>,
    /// Where; nothing: everywhere, or the scope of the block around it.
    pub on: Option<Box<ScopeRef>>,
    /// When.
    pub when: Option<Box<Expr>>,
}

/// `assign ROLE to PRINCIPALS [on SCOPE] [from DATE] [until DATE] [when C]`.
#[derive(Clone, Debug, PartialEq)]
pub struct AssignDecl {
    /// The role.
    pub role: Name,
    /// To whom.
    pub to: Few<PrincipalRef>,
    /// Where.
    pub on: Option<Box<ScopeRef>>,
    /// From when, inclusive: a date or a timestamp as written.
    pub from: Option<Box<Name>>,
    /// Until when, exclusive.
    pub until: Option<Box<Name>>,
    /// When.
    pub when: Option<Box<Expr>>,
}

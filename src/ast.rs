//! What was written, with its places, without its meaning. Both front ends end here.
//!
//! Enters: nothing. Leaves: the types. A name here is text: whether it exists is the business of `resolve`.
//!
//! A large policy is mostly assignments, and each of them is one [`Item`]. So what an item may be is boxed, and so are the
//! clauses that few of them have: the size of an item is not that of the largest statement.

use crate::few::Few;
use crate::source::{SourceId, Span, Spanned};
use smol_str::SmolStr;
use std::fmt;

pub use crate::terms::{AttributeRoot, Class, CompareOp, DefaultRule, Effect, PrincipalKind, Strategy};

/// A name as the user means it (quotes and escapes undone) and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: SmolStr,
    /// Its place, quotes included.
    pub span: Span,
}

/// One file, or a part of one: those of a file follow each other in the order of its text.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Which one.
    pub source: SourceId,
    /// Its statements, in the order written.
    pub items: Vec<Item>,
    /// Every name in text that could not be read as a statement. What a broken statement may have declared is not
    /// reported as unknown besides.
    pub salvaged: Vec<SmolStr>,
}

/// What may stand before any declaration: `##` lines and `@allow`. One word while there is nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Meta(Option<Box<MetaLines>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct MetaLines {
    doc: Option<Spanned<String>>,
    allows: Vec<Allow>,
}

impl Meta {
    /// The `##` lines, without the marks, joined by line ends; `None` when there are none.
    #[must_use]
    pub fn doc(&self) -> Option<&Spanned<String>> {
        self.0.as_ref()?.doc.as_ref()
    }

    /// Each `@allow`.
    #[must_use]
    pub fn allows(&self) -> &[Allow] {
        self.0.as_ref().map_or(&[], |lines| &lines.allows)
    }

    /// Adds a `##` line, without its mark, behind those that are there.
    pub fn add_doc(&mut self, line: &str, span: Span) {
        match &mut self.0.get_or_insert_default().doc {
            Some(doc) => {
                doc.value.push('\n');
                doc.value.push_str(line);
                doc.span = doc.span.to(span);
            }
            doc => *doc = Some(Spanned::new(line.to_owned(), span)),
        }
    }

    /// Adds an `@allow`.
    pub fn add_allow(&mut self, allow: Allow) {
        self.0.get_or_insert_default().allows.push(allow);
    }
}

impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (doc, allows) = (&self.doc(), &self.allows());
        f.debug_struct("Meta").field("doc", doc).field("allows", allows).finish()
    }
}

/// `@allow(CODE, ...) "why"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// Numbers or names.
    pub codes: Vec<Name>,
    /// The reason; never empty.
    pub why: Spanned<String>,
    /// All of it.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What stands before it.
    pub meta: Meta,
    /// The statement itself.
    pub kind: ItemKind,
    /// From its first word to its end, without `meta`.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `policy NAME { ... }`.
    Policy(Box<PolicyDecl>),
    /// `resource T ...`.
    Resource(Box<ResourceDecl>),
    /// `principal { ... }`.
    PrincipalAttributes(Vec<AttributeDecl>),
    /// `context { ... }`.
    ContextAttributes(Vec<AttributeDecl>),
    /// `category NAME ... { ... }`.
    Category(Box<CategoryDecl>),
    /// `privilege ID in CATEGORY ...`.
    Privilege(Box<PrivilegeLine>),
    /// `role NAME ... { ... }`.
    Role(Box<RoleDecl>),
    /// `group NAME ...`.
    Group(Box<GroupDecl>),
    /// `user NAME ...` or `service NAME ...`.
    Principal(Box<PrincipalDecl>),
    /// `type:id ...`.
    Instance(Box<InstanceDecl>),
    /// `assign`, an entry, or an `on` block of them.
    Rule(Rule),
    /// `exclusive R1, R2, ...`.
    Exclusive(Vec<Name>),
    /// `limit N for role:R`.
    Limit(Box<LimitDecl>),
    /// `never`, `always`, `only`, `never together`.
    Invariant(Box<InvariantDecl>),
    /// `test "..." { ... }`.
    Test(Box<TestDecl>),
    /// `matrix "..." { ... }`.
    Matrix(Box<MatrixDecl>),
}

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

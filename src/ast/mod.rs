//! What was written, with its places, without its meaning. Both front ends end here.
//!
//! Enters: nothing. Leaves: the types. A name here is text: whether it exists is the business of `resolve`.
//!
//! A large policy is mostly assignments, and each of them is one [`Item`]. So what an item may be is boxed, and so are the
//! clauses that few of them have: the size of an item is not that of the largest statement.

mod checks;
mod declarations;
mod expressions;
mod rules;

pub use checks::*;
pub use declarations::*;
pub use expressions::*;
pub use rules::*;

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

//! The statements of all files, kind by kind.
//!
//! Enters: the files. Leaves: their entries and assignments, and references to their declarations in the order of files and lines,
//! each with what stands before it and its place. Knows nothing of what they mean.

use crate::ast::{
    AttributeDecl, CategoryDecl, File, GroupDecl, InstanceDecl, InvariantDecl, Item, ItemKind, LimitDecl,
    MatrixDecl, Meta, Name, PolicyDecl, PrincipalDecl, PrincipalKind, PrivilegeDecl, PrivilegeLine,
    ResourceDecl, RoleDecl, TestDecl,
};
use crate::source::{Span, Spanned};
use crate::terms::AttributeRoot;

/// A declaration, what stands before it, and its place.
pub(super) struct Decl<'a, T> {
    pub decl: &'a T,
    pub meta: &'a Meta,
    pub span: Span,
}

impl<T> Clone for Decl<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Decl<'_, T> {}

/// A privilege, in a block or on a line of its own.
#[derive(Clone, Copy)]
pub(super) struct PrivilegeSite<'a> {
    pub category: &'a Name,
    pub privilege: &'a PrivilegeDecl,
    pub meta: &'a Meta,
}

/// `limit N for role:R`.
#[derive(Clone, Copy)]
pub(super) struct LimitSite<'a> {
    pub count: &'a Spanned<u32>,
    pub role: &'a Name,
    pub span: Span,
}

/// Takes entries and assignments out of statements. Most of a large policy is these, and nothing refers to them.
pub(super) fn take_rules(items: &mut Vec<Item>) -> Vec<Item> {
    let others = items.extract_if(.., |item| !matches!(item.kind, ItemKind::Rule(_))).collect();
    std::mem::replace(items, others)
}

/// Everything that was written but for entries and assignments, kind by kind.
#[derive(Default)]
pub(super) struct Written<'a> {
    pub policies: Vec<&'a PolicyDecl>,
    pub types: Vec<Decl<'a, ResourceDecl>>,
    pub root_attributes: Vec<(AttributeRoot, &'a AttributeDecl)>,
    pub categories: Vec<Decl<'a, CategoryDecl>>,
    pub privileges: Vec<PrivilegeSite<'a>>,
    pub roles: Vec<Decl<'a, RoleDecl>>,
    pub groups: Vec<Decl<'a, GroupDecl>>,
    pub users: Vec<Decl<'a, PrincipalDecl>>,
    pub services: Vec<Decl<'a, PrincipalDecl>>,
    pub instances: Vec<Decl<'a, InstanceDecl>>,
    pub exclusives: Vec<(&'a [Name], Span)>,
    pub limits: Vec<LimitSite<'a>>,
    pub invariants: Vec<(&'a InvariantDecl, Span)>,
    pub tests: Vec<&'a TestDecl>,
    pub matrices: Vec<&'a MatrixDecl>,
}

impl<'a> Written<'a> {
    /// Takes the files apart, from which the rules were taken out.
    pub fn collect(files: &'a [File]) -> Written<'a> {
        let mut written = Written::default();
        files.iter().flat_map(|file| &file.items).for_each(|item| written.add(item));
        written
    }

    fn add(&mut self, item: &'a Item) {
        fn decl<'a, T>(item: &'a Item, decl: &'a T) -> Decl<'a, T> {
            Decl { decl, meta: &item.meta, span: item.span }
        }
        match &item.kind {
            ItemKind::Policy(policy) => self.policies.push(policy),
            ItemKind::Resource(resource) => self.types.push(decl(item, resource)),
            ItemKind::PrincipalAttributes(attributes) => {
                self.add_attributes(AttributeRoot::Principal, attributes)
            }
            ItemKind::ContextAttributes(attributes) => {
                self.add_attributes(AttributeRoot::Context, attributes)
            }
            ItemKind::Category(category) => {
                self.categories.push(decl(item, category));
                self.privileges.extend(category.privileges.iter().map(|privilege| PrivilegeSite {
                    category: &category.name,
                    privilege,
                    meta: &privilege.meta,
                }));
            }
            ItemKind::Privilege(line) => {
                let PrivilegeLine { category, privilege } = &**line;
                self.privileges.push(PrivilegeSite { category, privilege, meta: &item.meta });
            }
            ItemKind::Role(role) => self.roles.push(decl(item, role)),
            ItemKind::Group(group) => self.groups.push(decl(item, group)),
            ItemKind::Principal(principal) => match principal.kind {
                PrincipalKind::User => self.users.push(decl(item, principal)),
                PrincipalKind::Service => self.services.push(decl(item, principal)),
            },
            ItemKind::Instance(instance) => self.instances.push(decl(item, instance)),
            ItemKind::Rule(_) => {}
            ItemKind::Exclusive(roles) => self.exclusives.push((roles, item.span)),
            ItemKind::Limit(limit) => {
                let LimitDecl { count, role } = &**limit;
                self.limits.push(LimitSite { count, role, span: item.span });
            }
            ItemKind::Invariant(invariant) => self.invariants.push((invariant, item.span)),
            ItemKind::Test(test) => self.tests.push(test),
            ItemKind::Matrix(matrix) => self.matrices.push(matrix),
        }
    }

    fn add_attributes(&mut self, root: AttributeRoot, attributes: &'a [AttributeDecl]) {
        self.root_attributes.extend(attributes.iter().map(|attribute| (root, attribute)));
    }
}

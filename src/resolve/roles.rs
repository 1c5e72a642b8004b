//! Roles.
//!
//! Enters: their declarations. Leaves: [`Role`]s with what they inherit and require. Their entries are resolved with all
//! others; who holds them is for the assignments.

use crate::ast::Name;
use crate::model::{Role, RoleId};
use crate::resolve::Resolver;
use crate::resolve::declared::Declared;
use crate::resolve::types::doc_of;
use crate::source::{Span, Spanned};

impl<'a> Resolver<'a, '_> {
    /// Roles, without their entries.
    pub(super) fn roles(&mut self, declared: &Declared<'a>) {
        for site in &declared.roles {
            let (inherits, requires) =
                (self.role_list(&site.decl.inherits), self.role_list(&site.decl.requires));
            let inherits = self.sorted(inherits, &site.decl.inherits);
            let requires = self.sorted(requires, &site.decl.requires);
            self.model.roles.push(Role {
                name: Spanned::new(site.decl.name.text.clone(), site.decl.name.span),
                span: site.span,
                doc: doc_of(site.meta),
                inherits,
                requires,
            });
        }
    }

    /// The roles of a list, in the order written, each with its place; unknown ones are reported and left out.
    pub(super) fn role_list(&mut self, names: &[Name]) -> Vec<(RoleId, Span)> {
        names.iter().filter_map(|name| Some((self.role_id(name)?, name.span))).collect()
    }
}

//! Categories and privileges.
//!
//! Enters: their declarations. Leaves: [`Category`]s and [`Privilege`]s with what they include and require. Knows nothing
//! of who is granted them.

use crate::diagnostic::{Code, Diagnostic};
use crate::hash::Map;
use crate::model::{Category, CategoryId, Privilege, PrivilegeId, TypeId};
use crate::resolve::Resolver;
use crate::resolve::asked::{Asked, Asker};
use crate::resolve::declared::Declared;
use crate::resolve::formulas::Use;
use crate::resolve::names::Kind;
use crate::resolve::types::doc_of;
use crate::source::{Span, Spanned};
use smol_str::SmolStr;
use std::collections::hash_map::Entry;
use std::rc::Rc;

impl<'a> Resolver<'a, '_> {
    /// Categories and privileges, without formulas and `includes`: those speak of all of them.
    pub(super) fn privileges(&mut self, declared: &Declared<'a>) {
        for site in &declared.categories {
            let mut on = Vec::with_capacity(site.decl.on.len());
            let mut vague = false;
            for name in &site.decl.on {
                match self.names.find(Kind::Type, name, &mut self.report) {
                    Some(ty) => on.push((TypeId(ty), name.span)),
                    None => vague = true,
                }
            }
            let on = self.sorted(on, &site.decl.on).into_iter().map(|(ty, _)| ty).collect();
            self.vague.push(vague);
            self.model.categories.push(Category {
                name: Spanned::new(site.decl.name.text.clone(), site.decl.name.span),
                title: site.decl.title.as_ref().map(|title| SmolStr::new(&title.value)),
                doc: doc_of(site.meta),
                on,
                requires: None,
                requires_at: site.decl.requires.as_ref().map(|formula| formula.span),
            });
        }
        let mut members: Vec<Vec<PrivilegeId>> = vec![Vec::new(); declared.categories.len()];
        for (at, (site, category)) in declared.privileges.iter().enumerate() {
            if let Some(members) = members.get_mut(category.index()) {
                members.push(PrivilegeId::at(at));
            }
            self.model.privileges.push(Privilege {
                name: Spanned::new(site.privilege.name.text.clone(), site.privilege.name.span),
                title: site.privilege.title.as_ref().map(|title| SmolStr::new(&title.value)),
                doc: doc_of(site.meta),
                category: *category,
                requires: None,
                requires_at: site.privilege.requires.as_ref().map(|formula| formula.span),
                includes: Vec::new(),
            });
        }
        self.lists.members = members.into_iter().map(Rc::from).collect();
        self.lists.names = self.names.table(Kind::Privilege).iter().collect();
    }

    /// What privileges include, and the formulas of privileges and categories.
    pub(super) fn requirements(&mut self, declared: &Declared<'a>) {
        for (at, (site, _)) in declared.privileges.iter().enumerate() {
            let privilege = PrivilegeId::at(at);
            if site.privilege.includes.is_empty() {
                continue;
            }
            let asked = self.asked_of(privilege);
            let mut seen: Map<PrivilegeId, Span> = Map::default();
            let mut includes: Vec<(PrivilegeId, Span)> = Vec::with_capacity(site.privilege.includes.len());
            for name in &site.privilege.includes {
                let Some(id) = self.names.find(Kind::Privilege, name, &mut self.report) else { continue };
                let included = PrivilegeId(id);
                // The first place counts: which of them is to blame follows the order written.
                match seen.entry(included) {
                    Entry::Occupied(first) => self.repeated(&name.text, name.span, *first.get()),
                    Entry::Vacant(slot) => {
                        slot.insert(name.span);
                        self.check_reach(&asked, included, name.span, "includes");
                        includes.push((included, name.span));
                    }
                }
            }
            if let Some(found) = self.model.privileges.get_mut(at) {
                found.includes = includes;
            }
        }
        self.know_includes();
        for (at, site) in declared.categories.iter().enumerate() {
            let Some(formula) = &site.decl.requires else { continue };
            let asked = self.asked_of_category(CategoryId::at(at));
            let requires = self.formula(formula, Use::Requirement, &asked);
            if let Some(found) = self.model.categories.get_mut(at) {
                found.requires = requires;
            }
        }
        for (at, (site, _)) in declared.privileges.iter().enumerate() {
            let Some(formula) = &site.privilege.requires else { continue };
            let asked = self.asked_of(PrivilegeId::at(at));
            let requires = self.formula(formula, Use::Requirement, &asked);
            if let Some(found) = self.model.privileges.get_mut(at) {
                found.requires = requires;
            }
        }
    }

    /// Reports a privilege that is needed where it can't be asked; whether all is well.
    pub(super) fn check_reach(&mut self, asked: &Asked, needed: PrivilegeId, at: Span, verb: &str) -> bool {
        if self.types.incomplete || asked.is_open() {
            return true;
        }
        let Some(types) = self.types_of(needed) else { return true };
        let reached = |below: TypeId| types.iter().any(|&above| self.types.reaches(below, above));
        let unreached =
            asked.types.iter().find(|(ty, _)| !reached(*ty)).map(|(ty, asker)| (Some(*ty), *asker));
        let fault = asked.without.map(|asker| (None, asker)).or(unreached);
        let (Some((ty, asker)), false) = (fault, types.is_empty()) else { return true };
        let diagnostic = self.unreachable_requirement(needed, ty, asker, at, verb);
        self.report.push(diagnostic);
        false
    }

    fn unreachable_requirement(
        &self,
        needed: PrivilegeId,
        ty: Option<TypeId>,
        asker: Asker,
        at: Span,
        verb: &str,
    ) -> Diagnostic {
        let (name, declared) = self.privilege_name(needed);
        let (asker, asker_span) = self.asker(asker);
        let types = self.types_of(needed).unwrap_or_default();
        let types: Vec<SmolStr> = types.iter().map(|&ty| self.type_name(ty).0).collect();
        let types = super::report::listed(types.iter().map(SmolStr::as_str));
        let (where_asked, help) = match ty.map(|ty| self.type_name(ty).0) {
            None => ("without a resource".to_owned(), "put it in a category with a fitting `on`".to_owned()),
            Some(ty) => (
                format!("on `{ty}`, which lies in none of them"),
                format!("say what `{ty}` lies in: `resource {ty} in ...`"),
            ),
        };
        let message =
            format!("{asker} {verb} `{name}`, which is asked on {types}, but is itself asked {where_asked}");
        Diagnostic::new(Code::UnreachableRequirement, at, message)
            .also(declared, format!("asked on {types}"))
            .also(asker_span, format!("asked {where_asked}"))
            .help(help)
    }
}

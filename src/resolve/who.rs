//! Groups, users and services, and the references to them.
//!
//! Enters: their declarations, and lists of principals. Leaves: [`Group`]s, [`Principal`]s and [`Grantee`]s. Knows nothing
//! of what they are granted.

use crate::ast::{Literal, Name, PrincipalDecl, PrincipalKind, PrincipalRef, PrincipalRefKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::few::Few;
use crate::hash::Map;
use crate::model::{
    Attribute, AttributeId, AttributeRoot, Class, Grantee, Group, GroupId, Principal, PrincipalId, RoleId,
    TypeId, Value,
};
use crate::resolve::Resolver;
use crate::resolve::declared::{Declared, declared_twice};
use crate::resolve::literals::{Wanted, fits};
use crate::resolve::names::Kind;
use crate::resolve::types::doc_of;
use crate::resolve::written::Decl;
use crate::source::{Span, Spanned};
use std::collections::hash_map::Entry;

impl<'a> Resolver<'a, '_> {
    /// Groups.
    pub(super) fn groups(&mut self, declared: &Declared<'a>) {
        for site in &declared.groups {
            let groups = self.memberships(&site.decl.groups);
            self.model.groups.push(Group {
                name: Spanned::new(site.decl.name.text.clone(), site.decl.name.span),
                doc: doc_of(site.meta),
                groups,
                disabled: site.decl.disabled.is_some(),
            });
        }
    }

    /// Users, then services.
    pub(super) fn principals(&mut self, declared: &Declared<'a>) {
        let kinds = [(PrincipalKind::User, &declared.users), (PrincipalKind::Service, &declared.services)];
        self.model.principals.reserve_exact(declared.users.len() + declared.services.len());
        for (kind, sites) in kinds {
            for site in sites {
                let principal = self.principal(kind, site);
                self.model.principals.push(principal);
            }
        }
    }

    fn principal(&mut self, kind: PrincipalKind, site: &Decl<'a, PrincipalDecl>) -> Principal {
        Principal {
            kind,
            name: Spanned::new(site.decl.name.text.clone(), site.decl.name.span),
            doc: doc_of(site.meta),
            groups: self.memberships(&site.decl.groups),
            attributes: self.values(AttributeRoot::Principal, None, &site.decl.attributes),
        }
    }

    fn memberships(&mut self, names: &[Name]) -> Vec<(GroupId, Span)> {
        let mut groups = Vec::with_capacity(names.len());
        for name in names {
            let found = self.names.find(Kind::Group, name, &mut self.report);
            groups.extend(found.map(|id| (GroupId(id), name.span)));
        }
        self.sorted(groups, names)
    }

    /// The values in the braces of a principal or resource, by attribute.
    pub(super) fn values(
        &mut self,
        root: AttributeRoot,
        ty: Option<TypeId>,
        written: &[(Name, Literal)],
    ) -> Vec<(AttributeId, Value)> {
        let mut values: Vec<(AttributeId, &Name, Option<Value>)> = Vec::with_capacity(written.len());
        for (name, literal) in written {
            let Some(known) = self.attributes.get(root, ty, &name.text).cloned() else {
                self.undeclared_value(root, ty, (name, literal));
                continue;
            };
            let wanted = Wanted { value_type: &known.value_type, declared: Some(known.type_span) };
            // A value at fault still counts as given.
            values.push((known.id, name, self.value(literal, wanted)));
        }
        values.sort_by_key(|(id, ..)| *id);
        values.dedup_by(|again, first| {
            let same = again.0 == first.0;
            if same {
                declared_twice("the value of", again.1, first.1.span, &mut self.report);
            }
            same
        });
        values.into_iter().filter_map(|(id, _, value)| Some((id, value?))).collect()
    }

    fn undeclared_value(
        &mut self,
        root: AttributeRoot,
        ty: Option<TypeId>,
        (name, literal): (&Name, &Literal),
    ) {
        let Some(ty) = ty else {
            return self.unknown_attribute(root, &name.text, name.span, &|ty| fits(literal, ty));
        };
        if self.names.is_forgiven(&name.text) {
            return;
        }
        let of_type = |own: &Attribute| own.ty == Some(ty);
        let meant = self.nearest(&name.text, of_type, &|ty| fits(literal, ty));
        let (type_name, declared) = self.type_name(ty);
        let help = format!("declare `attribute {}: TYPE` in `resource {type_name}`", name.text);
        self.report.push(
            Diagnostic::new(
                Code::UnknownAttribute,
                name.span,
                format!("`{type_name}` has no attribute `{}`", name.text),
            )
            .also(declared, format!("declares no `{}`", name.text))
            .help(help)
            .meant(name.span, &name.text, meant.as_deref()),
        );
    }

    /// Everybody whom a list names, sorted; and whether all of it could be resolved.
    pub(super) fn grantees(&mut self, list: &[PrincipalRef]) -> (Few<Grantee>, bool) {
        if let [only] = list {
            let grantee = self.grantee(only);
            return (grantee.into_iter().collect(), grantee.is_some());
        }
        let mut grantees = Vec::with_capacity(list.len());
        grantees.extend(list.iter().filter_map(|principal| self.grantee(principal)));
        let complete = grantees.len() == list.len();
        grantees.sort_unstable();
        grantees.dedup();
        if complete && grantees.len() < list.len() {
            self.repeated_grantees(list);
        }
        (grantees.into(), complete)
    }

    fn repeated_grantees(&mut self, list: &[PrincipalRef]) {
        let mut first: Map<Grantee, Span> = Map::default();
        for principal in list {
            let Some(grantee) = self.grantee(principal) else { continue };
            match first.entry(grantee) {
                Entry::Occupied(first) => self.repeated(&written(principal), principal.span, *first.get()),
                Entry::Vacant(entry) => {
                    entry.insert(principal.span);
                }
            }
        }
    }

    fn grantee(&mut self, principal: &PrincipalRef) -> Option<Grantee> {
        match &principal.kind {
            PrincipalRefKind::User(name) => {
                self.principal_id(PrincipalKind::User, name).map(Grantee::Principal)
            }
            PrincipalRefKind::Service(name) => {
                self.principal_id(PrincipalKind::Service, name).map(Grantee::Principal)
            }
            PrincipalRefKind::Group(name) => self.group_id(name).map(Grantee::Group),
            PrincipalRefKind::Role(name) => self.role_id(name).map(Grantee::Role),
            PrincipalRefKind::Class(class) => Some(Grantee::Class(*class)),
        }
    }

    /// A user or service by name; services stand behind the users.
    pub(super) fn principal_id(&mut self, kind: PrincipalKind, name: &Name) -> Option<PrincipalId> {
        match kind {
            PrincipalKind::User => self.names.find(Kind::User, name, &mut self.report).map(PrincipalId),
            PrincipalKind::Service => {
                let at = self.names.find(Kind::Service, name, &mut self.report)?;
                let users = self.names.table(Kind::User).len();
                Some(PrincipalId::at(users + at as usize))
            }
        }
    }

    /// A group by name.
    pub(super) fn group_id(&mut self, name: &Name) -> Option<GroupId> {
        self.names.find(Kind::Group, name, &mut self.report).map(GroupId)
    }

    /// A role by name.
    pub(super) fn role_id(&mut self, name: &Name) -> Option<RoleId> {
        self.names.find(Kind::Role, name, &mut self.report).map(RoleId)
    }
}

/// How somebody is named.
fn written(principal: &PrincipalRef) -> String {
    match &principal.kind {
        PrincipalRefKind::User(name) => format!("user:{}", name.text),
        PrincipalRefKind::Service(name) => format!("service:{}", name.text),
        PrincipalRefKind::Group(name) => format!("group:{}", name.text),
        PrincipalRefKind::Role(name) => format!("role:{}", name.text),
        PrincipalRefKind::Class(Class::Anyone) => "anyone".to_owned(),
        PrincipalRefKind::Class(Class::Authenticated) => "authenticated".to_owned(),
        PrincipalRefKind::Class(Class::Anonymous) => "anonymous".to_owned(),
    }
}

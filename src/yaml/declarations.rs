//! The sections that declare names: what is asked about and who asks.
//!
//! Enters: a key and its value. Leaves: a declaration of the ast.

use super::events::Style;
use super::reader::Reader;
use super::shape;
use super::tree::{NodeId, Pair, Scalar, View};
use crate::ast::{
    CategoryDecl, GroupDecl, InstanceDecl, Item, ItemKind, Meta, Name, PolicyDecl, PrincipalDecl,
    PrincipalKind, PrivilegeDecl, PrivilegeLine, ResourceDecl, RoleDecl, Rule,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl Reader<'_, '_> {
    /// `policy: NAME`, or a map.
    pub(super) fn policy(&mut self, pair: Pair) -> Option<Item> {
        if !matches!(self.tree.view(pair.value), View::Map(_)) {
            let name = self.name(pair.value, "the name of the policy, or a map")?;
            let policy = PolicyDecl { name, default: None, resolve: None };
            return Some(self.pair_item(pair, Meta::default(), ItemKind::Policy(Box::new(policy))));
        }
        let [name, default, resolve, doc, allow] = self.fields(pair.value, &shape::POLICY)?;
        let meta = self.meta(doc, allow);
        let default = self.default_rule(default);
        let resolve = self.strategy(resolve);
        let name = self.name(name?.value, "the name of the policy")?;
        Some(self.pair_item(pair, meta, ItemKind::Policy(Box::new(PolicyDecl { name, default, resolve }))))
    }

    /// `principal` and `context`: attributes and their types.
    pub(super) fn attribute_block(&mut self, pair: Pair) -> Option<Item> {
        let attributes = self.attribute_decls(Some(pair));
        let kind = match self.key(pair) {
            "principal" => ItemKind::PrincipalAttributes(attributes),
            _ => ItemKind::ContextAttributes(attributes),
        };
        Some(self.pair_item(pair, Meta::default(), kind))
    }

    /// `TYPE: { in, by, attributes, default, resolve }`.
    pub(super) fn resource_type(&mut self, pair: Pair) -> Option<Item> {
        let name = self.key_name(pair)?;
        let [parents, by, attributes, default, resolve, doc, allow] =
            self.details(pair.value, &shape::RESOURCE).unwrap_or_default();
        let meta = self.meta(doc, allow);
        let resource = ResourceDecl {
            name,
            parents: self.names(parents, "a resource type", "resource types"),
            by_path: self.by_path(by),
            attributes: self.attribute_decls(attributes),
            default: self.default_rule(default),
            resolve: self.strategy(resolve),
        };
        Some(self.pair_item(pair, meta, ItemKind::Resource(Box::new(resource))))
    }

    fn by_path(&mut self, by: Option<Pair>) -> Option<Span> {
        let by = by?;
        match self.tree.scalar(by.value) {
            Some(scalar) if scalar.text == "path" => Some(self.tree.pair_span(by)),
            _ => self.expected(by.value, "`path`"),
        }
    }

    /// `CATEGORY: { on, title, requires, privileges }`.
    pub(super) fn category(&mut self, pair: Pair) -> Option<Item> {
        let name = self.key_name(pair)?;
        let [on, title, requires, section, doc, allow] =
            self.details(pair.value, &shape::CATEGORY).unwrap_or_default();
        let meta = self.meta(doc, allow);
        let mut privileges = Vec::new();
        if let Some(section) = section {
            self.each_pair(section.value, "privileges", |r, pair| {
                privileges.extend(r.category_privilege(pair))
            });
        }
        let category = CategoryDecl {
            name,
            on: self.names(on, "a resource type", "resource types"),
            title: self.text(title, "a title"),
            requires: self.expr(requires, "a formula of privileges"),
            privileges,
        };
        Some(self.pair_item(pair, meta, ItemKind::Category(Box::new(category))))
    }

    /// A privilege of a category: its title, a map or nothing.
    fn category_privilege(&mut self, pair: Pair) -> Option<PrivilegeDecl> {
        let name = self.key_name(pair)?;
        let plain = |name| PrivilegeDecl {
            meta: Meta::default(),
            name,
            title: None,
            includes: Vec::new(),
            requires: None,
        };
        match self.tree.view(pair.value) {
            View::Scalar(scalar) if scalar.is_null() => Some(plain(name)),
            View::Scalar(scalar) if is_clause(&scalar) => {
                self.expected_help::<()>(
                    pair.value,
                    "a title",
                    "write `{ requires: ... }` or `{ includes: ... }`, or put the title in quotes",
                );
                Some(plain(name))
            }
            View::Scalar(_) => Some(PrivilegeDecl { title: self.text(Some(pair), "a title"), ..plain(name) }),
            View::Map(_) => {
                let [title, requires, includes, doc, allow] =
                    self.fields(pair.value, &shape::CATEGORY_PRIVILEGE)?;
                let meta = self.meta(doc, allow);
                Some(PrivilegeDecl { meta, ..self.privilege_decl(name, title, requires, includes) })
            }
            _ => {
                self.expected::<()>(pair.value, "a title or a map");
                Some(plain(name))
            }
        }
    }

    /// `PRIVILEGE: { category, title, requires, includes }`, at the top.
    pub(super) fn privilege_item(&mut self, pair: Pair) -> Option<Item> {
        let name = self.key_name(pair)?;
        let Some([category, title, requires, includes, doc, allow]) =
            self.fields(pair.value, &shape::PRIVILEGE)
        else {
            self.leave_out(pair.key);
            return None;
        };
        let meta = self.meta(doc, allow);
        let privilege = self.privilege_decl(name, title, requires, includes);
        let Some(category) = category.and_then(|category| self.name(category.value, "a category")) else {
            self.leave_out(pair.key);
            return None;
        };
        Some(self.pair_item(pair, meta, ItemKind::Privilege(Box::new(PrivilegeLine { category, privilege }))))
    }

    fn privilege_decl(
        &mut self,
        name: Name,
        title: Option<Pair>,
        requires: Option<Pair>,
        includes: Option<Pair>,
    ) -> PrivilegeDecl {
        PrivilegeDecl {
            meta: Meta::default(),
            name,
            title: self.text(title, "a title"),
            includes: self.names(includes, "a privilege", "privileges"),
            requires: self.expr(requires, "a formula of privileges"),
        }
    }

    /// `ROLE: { inherits, requires, grant, deny, bypass, except, entries }`.
    pub(super) fn role(&mut self, pair: Pair) -> Option<Item> {
        let name = self.key_name(pair)?;
        let [inherits, requires, grant, deny, bypass, except, entries, doc, allow] =
            self.details(pair.value, &shape::ROLE).unwrap_or_default();
        let meta = self.meta(doc, allow);
        let inherits = self.names(inherits, "a role", "roles");
        let requires = self.names(requires, "a role", "roles");
        let mut rules: Vec<Rule> = self.role_effects([grant, deny, bypass], except);
        if let Some(entries) = entries {
            self.each_item(entries.value, "entries", |r, node| rules.extend(r.role_entry(node, None)));
        }
        Some(self.pair_item(
            pair,
            meta,
            ItemKind::Role(Box::new(RoleDecl { name, inherits, requires, rules })),
        ))
    }

    /// `GROUP: { in, disabled }`.
    pub(super) fn group(&mut self, pair: Pair) -> Option<Item> {
        let name = self.key_name(pair)?;
        let [groups, disabled, doc, allow] = self.details(pair.value, &shape::GROUP).unwrap_or_default();
        let meta = self.meta(doc, allow);
        let groups = self.names(groups, "a group", "groups");
        let group = GroupDecl { name, groups, disabled: self.flag(disabled) };
        Some(self.pair_item(pair, meta, ItemKind::Group(Box::new(group))))
    }

    /// `USER: { in, attributes }`, and the same for services.
    pub(super) fn identity(&mut self, pair: Pair, kind: PrincipalKind) -> Option<Item> {
        let shape = match kind {
            PrincipalKind::User => &shape::USER,
            PrincipalKind::Service => &shape::SERVICE,
        };
        let name = self.key_name(pair)?;
        let [groups, attributes, doc, allow] = self.details(pair.value, shape).unwrap_or_default();
        let meta = self.meta(doc, allow);
        let groups = self.names(groups, "a group", "groups");
        let attributes = self.attribute_values(attributes);
        let principal = PrincipalDecl { kind, name, groups, attributes };
        Some(self.pair_item(pair, meta, ItemKind::Principal(Box::new(principal))))
    }

    /// `TYPE:ID: { in, attributes }`.
    pub(super) fn instance(&mut self, pair: Pair) -> Option<Item> {
        let resource = self.resource(pair.key)?;
        let [parent, attributes, doc, allow] = self.details(pair.value, &shape::INSTANCE).unwrap_or_default();
        let meta = self.meta(doc, allow);
        let parent = parent.and_then(|parent| self.one_resource(parent.value));
        let attributes = self.attribute_values(attributes);
        Some(self.pair_item(
            pair,
            meta,
            ItemKind::Instance(Box::new(InstanceDecl { resource, parent, attributes })),
        ))
    }

    /// A resource, or a list of one.
    fn one_resource(&mut self, node: NodeId) -> Option<crate::ast::ResourceRef> {
        let mut resources = self.resources(node).into_iter();
        let first = resources.next();
        if let Some(second) = resources.next() {
            let fault =
                Diagnostic::new(Code::YamlShape, second.span, "a resource lies in one resource, not in two");
            self.report(fault.help("keep one of them"));
        }
        first
    }
}

/// Whether what stands where a title does was meant as a clause: a requirement must not vanish in a title.
fn is_clause(title: &Scalar<'_>) -> bool {
    title.style == Style::Plain && ["requires ", "includes "].iter().any(|word| title.text.starts_with(word))
}

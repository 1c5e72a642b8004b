//! What must never and always hold: exclusive roles, limits, invariants.
//!
//! Enters: an item of a list. Leaves: a statement of the ast.

use super::reader::Reader;
use super::shape;
use super::tree::{NodeId, Pair, View};
use crate::ast::{InvariantClaim, InvariantDecl, Item, ItemKind, LimitDecl, Meta};
use crate::diagnostic::{Code, Diagnostic};

impl Reader<'_, '_> {
    /// `exclusive`: lists of roles, or one of them.
    pub(super) fn exclusive(&mut self, section: NodeId, items: &mut Vec<Item>) {
        if let View::List(list) = self.tree.view(section)
            && self.tree.is_whole(section)
            && self.tree.children(list).next().is_some()
            && self.tree.children(list).all(|item| self.tree.scalar(item).is_some())
        {
            items.extend(self.exclusive_set(section));
            return;
        }
        self.each_item(section, "lists of roles", |r, node| items.extend(r.exclusive_set(node)));
    }

    /// `[R1, R2, ...]` or `{ roles: [...], doc, allow }`.
    fn exclusive_set(&mut self, node: NodeId) -> Option<Item> {
        let (list, meta) = match self.tree.view(node) {
            View::List(_) => (node, Meta::default()),
            View::Map(_) => {
                let [roles, doc, allow] = self.fields(node, &shape::EXCLUSIVE)?;
                let meta = self.meta(doc, allow);
                (roles?.value, meta)
            }
            _ => return self.expected(node, "a list of roles"),
        };
        let roles = self.some_names(list, "a role", "roles");
        (!roles.is_empty()).then(|| self.list_item(node, meta, ItemKind::Exclusive(roles)))
    }

    /// `{ limit: N, role: R }`.
    pub(super) fn limit(&mut self, node: NodeId) -> Option<Item> {
        let [limit, role, doc, allow] = self.fields(node, &shape::LIMIT)?;
        let meta = self.meta(doc, allow);
        let count = limit.and_then(|limit| self.count(limit.value));
        let role = role.and_then(|role| self.name(role.value, "a role"));
        let (count, role) = (count?, role?);
        Some(self.list_item(node, meta, ItemKind::Limit(Box::new(LimitDecl { count, role }))))
    }

    /// `{ never | always | only: WHO, can: PRIVILEGES, on: SCOPE }` or `{ never-together: PRIVILEGES }`.
    pub(super) fn invariant(&mut self, node: NodeId) -> Option<Item> {
        let what = shape::INVARIANT.what;
        let [never, always, only, together, can, except, on, doc, allow] =
            self.fields(node, &shape::INVARIANT)?;
        let meta = self.meta(doc, allow);
        let mut claims = [never, always, only, together].into_iter().flatten();
        let Some(claim) = claims.next() else {
            self.missing(node, what, "`never`, `always`, `only` or `never-together`");
            return None;
        };
        if let Some(second) = claims.next() {
            let span = self.tree.span(second.key);
            let mut fault = Diagnostic::new(Code::YamlShape, span, "an invariant makes one claim, not two")
                .also(self.tree.span(claim.key), "first claim");
            fault = match self.tree.scalar(second.value).and_then(|scalar| scalar.as_bool()) {
                Some(_) => {
                    fault.help("for one resource without what is below it, write `on: { only: TYPE:ID }`")
                }
                None => fault.help("write two invariants"),
            };
            self.report(fault);
            return None;
        }
        let invariant = match self.key(claim) {
            "never-together" => self.together(claim, [can, on], except)?,
            word => {
                let who = self.principals(claim.value);
                if can.is_none() {
                    self.missing(node, what, "`can`");
                }
                let can = can?;
                let privileges = self.privileges(can.value, except)?;
                let on_written = on.is_some();
                let on = self.scope(on, None, node, what);
                if who.is_empty() || (on_written && on.is_none()) {
                    return None;
                }
                let claim = InvariantClaim { who, privileges, on };
                match word {
                    "never" => InvariantDecl::Never(claim),
                    "always" => InvariantDecl::Always(claim),
                    _ => InvariantDecl::Only(claim),
                }
            }
        };
        Some(self.list_item(node, meta, ItemKind::Invariant(Box::new(invariant))))
    }

    fn together(
        &mut self,
        claim: Pair,
        unused: [Option<Pair>; 2],
        except: Option<Pair>,
    ) -> Option<InvariantDecl> {
        for pair in unused.into_iter().flatten() {
            let message = format!("`{}` means nothing beside `never-together`", self.key(pair));
            let fault = Diagnostic::new(Code::YamlShape, self.tree.span(pair.key), message)
                .also(self.tree.span(claim.key), "this speaks of everybody and of every resource")
                .help("remove it");
            self.report(fault);
        }
        Some(InvariantDecl::NeverTogether(self.privileges(claim.value, except)?))
    }
}

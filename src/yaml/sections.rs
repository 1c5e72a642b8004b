//! The top of a file: which section is read by whom.
//!
//! Enters: a tree. Leaves: the statements, in the order written.

use super::reader::Reader;
use super::shape;
use super::tree::{NodeId, Pair, View};
use crate::ast::{Item, ItemKind, Meta, PrincipalKind, Rule};
use std::mem;

impl Reader<'_, '_> {
    /// Reads the whole file.
    pub(super) fn file(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        let Some(root) = self.tree.root() else { return items };
        match self.tree.view(root) {
            View::Map(map) => {
                for pair in self.tree.pairs(map) {
                    self.section(pair, &mut items);
                }
            }
            View::Scalar(scalar) if scalar.is_null() => {}
            _ => self.expected(root, "a map of sections such as `roles` at the top").unwrap_or(()),
        }
        items
    }

    fn section(&mut self, pair: Pair, items: &mut Vec<Item>) {
        let section = pair.value;
        match self.key(pair) {
            "policy" => items.extend(self.policy(pair)),
            "principal" | "context" => items.extend(self.attribute_block(pair)),
            "resources" => {
                self.each_pair(section, "resource types", |r, pair| items.extend(r.resource_type(pair)))
            }
            "categories" => self.each_pair(section, "categories", |r, pair| items.extend(r.category(pair))),
            "privileges" => {
                self.each_pair(section, "privileges", |r, pair| items.extend(r.privilege_item(pair)))
            }
            "roles" => self.each_pair(section, "roles", |r, pair| items.extend(r.role(pair))),
            "groups" => self.each_pair(section, "groups", |r, pair| items.extend(r.group(pair))),
            "users" => {
                self.each_pair(section, "users", |r, pair| {
                    items.extend(r.identity(pair, PrincipalKind::User))
                });
            }
            "services" => {
                self.each_pair(section, "services", |r, pair| {
                    items.extend(r.identity(pair, PrincipalKind::Service))
                });
            }
            "instances" => self.each_pair(section, "resources", |r, pair| items.extend(r.instance(pair))),
            "assignments" => self.each_item(section, "assignments", |r, node| {
                items.extend(r.assignment(node, None).map(rule_item));
            }),
            "entries" => {
                self.each_item(section, "entries", |r, node| {
                    items.extend(r.entry(node, None).map(rule_item))
                });
            }
            "invariants" => self.each_item(section, "invariants", |r, node| items.extend(r.invariant(node))),
            "exclusive" => self.exclusive(section, items),
            "limits" => self.each_item(section, "limits", |r, node| items.extend(r.limit(node))),
            "tests" => self.each_item(section, "tests", |r, node| items.extend(r.test(node))),
            "matrices" => self.each_item(section, "matrices", |r, node| items.extend(r.matrix(node))),
            _ => self.unknown_key(pair, self.tree.root(), &shape::FILE),
        }
    }

    /// A statement that a key and its value make.
    pub(super) fn pair_item(&self, pair: Pair, meta: Meta, kind: ItemKind) -> Item {
        Item { meta, kind, span: self.tree.pair_span(pair) }
    }

    /// A statement that an item of a list makes.
    pub(super) fn list_item(&self, node: NodeId, meta: Meta, kind: ItemKind) -> Item {
        Item { meta, kind, span: self.tree.span(node) }
    }
}

/// At the top, what stands before a rule belongs to the statement.
fn rule_item(mut rule: Rule) -> Item {
    let meta = mem::take(&mut rule.meta);
    Item { meta, span: rule.span, kind: ItemKind::Rule(rule) }
}

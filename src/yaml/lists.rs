//! Lists of names, and what may stand before any declaration.
//!
//! Enters: a field. Leaves: lists of the ast. One value stands for a list of one.

use super::reader::Reader;
use super::shape;
use super::tree::{NodeId, Pair, View};
use crate::ast::{Allow, Meta, Name, PrincipalRef, PrivilegeItem, PrivilegeSet, ResourceRef};
use crate::source::Spanned;

/// Whether a list may hold nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Empty {
    /// It says the same as no key.
    Fine,
    /// It would make a rule about nothing.
    Fault,
}

impl Reader<'_, '_> {
    /// One value or a list of them.
    pub(super) fn list<T>(
        &mut self,
        node: NodeId,
        what: &str,
        empty: Empty,
        mut read: impl FnMut(&mut Self, NodeId) -> Option<T>,
    ) -> Vec<T> {
        match self.tree.view(node) {
            View::List(list) => {
                let children = self.tree.children(list);
                let all: Vec<NodeId> = children.collect();
                if all.is_empty() && empty == Empty::Fault && self.tree.is_whole(list) {
                    let what = format!("a list of {what}, found an empty one");
                    let fault = crate::diagnostic::Diagnostic::new(
                        crate::diagnostic::Code::YamlShape,
                        self.tree.span(node),
                        format!("expected {what}"),
                    );
                    self.report(fault.help("name at least one"));
                }
                all.into_iter().filter_map(|item| read(self, item)).collect()
            }
            View::Scalar(scalar) if !scalar.is_null() => read(self, node).into_iter().collect(),
            _ => self.expected(node, &format!("a list of {what}")).into_iter().collect(),
        }
    }

    /// Names of one kind, of which there may be none.
    pub(super) fn names(&mut self, field: Option<Pair>, one: &str, many: &str) -> Vec<Name> {
        let Some(pair) = field else { return Vec::new() };
        self.list(pair.value, many, Empty::Fine, |reader, item| reader.name(item, one))
    }

    /// Names of one kind, at least one.
    pub(super) fn some_names(&mut self, node: NodeId, one: &str, many: &str) -> Vec<Name> {
        self.list(node, many, Empty::Fault, |reader, item| reader.name(item, one))
    }

    /// Principals, at least one.
    pub(super) fn principals(&mut self, node: NodeId) -> Vec<PrincipalRef> {
        self.list(node, "principals", Empty::Fault, Reader::principal)
    }

    /// Resources, at least one.
    pub(super) fn resources(&mut self, node: NodeId) -> Vec<ResourceRef> {
        self.list(node, "resources", Empty::Fault, Reader::resource)
    }

    /// Privileges with the `except` beside them; `None` if there are none, which was reported.
    pub(super) fn privileges(&mut self, node: NodeId, except: Option<Pair>) -> Option<PrivilegeSet> {
        let mut span = self.tree.span(node);
        let items = self.list(node, "privileges", Empty::Fault, Reader::privilege);
        let except: Vec<PrivilegeItem> = match except {
            None => Vec::new(),
            Some(except) => {
                span = span.to(self.tree.span(except.value));
                self.list(except.value, "privileges", Empty::Fine, Reader::privilege)
            }
        };
        (!items.is_empty()).then_some(PrivilegeSet { items, except, span })
    }

    /// `doc` and `allow`.
    pub(super) fn meta(&mut self, doc: Option<Pair>, allow: Option<Pair>) -> Meta {
        let mut meta = Meta::default();
        if let Some(doc) = self.text(doc, "a text") {
            meta.add_doc(&doc.value, doc.span);
        }
        if let Some(allow) = allow {
            self.each_item(allow.value, "maps with `code` and `why`", |reader, item| {
                reader.allow(item).into_iter().for_each(|allow| meta.add_allow(allow));
            });
        }
        meta
    }

    fn allow(&mut self, node: NodeId) -> Option<Allow> {
        if !matches!(self.tree.view(node), View::Map(_)) {
            let help = "`allow` silences findings: `allow: [{ code: P0307, why: ... }]`; what somebody may do stands under `grant`";
            return self.expected_help(node, "a map with `code` and `why`", help);
        }
        let [code, why] = self.fields(node, &shape::ALLOWED)?;
        let codes = self.some_names(code?.value, "a code such as `P0307`", "codes");
        let reason = self.text(why, "a reason")?;
        if reason.value.trim().is_empty() {
            return self.expected_help(why?.value, "a reason", "say why the finding is fine here");
        }
        let why = Spanned::new(reason.value, reason.span);
        (!codes.is_empty()).then(|| Allow { codes, why, span: self.tree.span(node) })
    }
}

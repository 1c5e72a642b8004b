//! Texts > names and references.
//!
//! Enters: a node. Leaves: a name of the ast with its exact place. Whether it exists is the business of `resolve`.

use super::reader::{Reader, quoted};
use super::shape;
use super::tree::{NodeId, Pair, Scalar, View};
use crate::ast::{
    AttributeRef, AttributeRoot, Class, Name, PrincipalRef, PrincipalRefKind, PrivilegeItem, ResourceRef,
    ScopeRef,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::fragment::{closing_quote, unquote};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::ops::Range;

const ATTRIBUTE_NAME: &str = "an attribute has letters, digits, `_` and `-`, and begins with a letter or `_`";
const PRINCIPAL: &str = "a principal such as `user:ann` or `authenticated`";

impl<'t> Reader<'t, '_> {
    /// A name, as it is; a bool is none unless it is quoted.
    pub(super) fn name(&mut self, node: NodeId, what: &str) -> Option<Name> {
        let scalar = self.name_scalar(node, what)?;
        Some(self.whole_name(&scalar))
    }

    /// The name that a key is.
    pub(super) fn key_name(&mut self, pair: Pair) -> Option<Name> {
        let scalar = self.tree.scalar(pair.key)?;
        Some(self.whole_name(&scalar))
    }

    fn whole_name(&mut self, scalar: &Scalar<'_>) -> Name {
        let (name, _) = self.part(scalar, 0..scalar.text.len());
        Name { span: scalar.span, ..name }
    }

    fn name_scalar(&mut self, node: NodeId, what: &str) -> Option<Scalar<'t>> {
        let scalar = self.scalar(node, what)?;
        if scalar.as_bool().is_some() {
            return self.expected_help(
                node,
                what,
                &format!("put `{}` in quotes if it is a name", scalar.text),
            );
        }
        Some(scalar)
    }

    /// A part of a text without the double quotes around it, and whether there were any.
    fn unwrap<'s>(&mut self, scalar: &Scalar<'s>, range: Range<usize>) -> (Cow<'s, str>, bool) {
        let text = scalar.text.get(range.clone()).unwrap_or("");
        if !text.starts_with('"') || closing_quote(text) != Some(text.len()) {
            return (Cow::Borrowed(text), false);
        }
        let mut faults = Vec::new();
        let said = unquote(text, |from, escape| {
            let at = range.start + from;
            let message = format!("there is no escape `{escape}`");
            let fault = Diagnostic::new(Code::InvalidEscape, scalar.part(at..at + escape.len()), message);
            faults.push(fault.help("the escapes of a name are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{...}` with a character's number"));
        });
        self.faults.report_all(faults);
        (said, true)
    }

    /// The name in a part of a text, and whether it was in double quotes.
    fn part(&mut self, scalar: &Scalar<'_>, range: Range<usize>) -> (Name, bool) {
        let span = scalar.part(range.clone());
        let (text, was_quoted) = self.unwrap(scalar, range);
        if text.is_empty() {
            self.report(Diagnostic::new(Code::YamlShape, span, "a name is empty").help("write a name there"));
        }
        (Name { text: SmolStr::new(text), span }, was_quoted)
    }

    /// `user:x`, `service:x`, `group:x`, `role:x` or a class.
    pub(super) fn principal(&mut self, node: NodeId) -> Option<PrincipalRef> {
        let scalar = self.name_scalar(node, PRINCIPAL)?;
        if let Some(principal) = self.principal_of(&scalar) {
            return Some(principal);
        }
        let help = match scalar.text.split_once(':') {
            Some((kind, id)) => match super::reader::closest(kind, &["user", "service", "group", "role"]) {
                Some(near) if !id.is_empty() => {
                    return self.expected_meant(node, PRINCIPAL, scalar.text, &format!("{near}:{id}"));
                }
                _ => "a principal is `user:`, `service:`, `group:` or `role:` and an id".to_owned(),
            },
            None => match super::reader::closest(scalar.text, &["anyone", "authenticated", "anonymous"]) {
                Some(near) => return self.expected_meant(node, PRINCIPAL, scalar.text, near),
                None => format!(
                    "say what it is: `user:{0}`, `service:{0}`, `group:{0}` or `role:{0}`",
                    scalar.text
                ),
            },
        };
        self.expected_help(node, PRINCIPAL, &help)
    }

    /// The principal that a text names, without a report if it names none.
    pub(super) fn principal_of(&mut self, scalar: &Scalar<'_>) -> Option<PrincipalRef> {
        let span = scalar.span;
        let class = |class| Some(PrincipalRef { kind: PrincipalRefKind::Class(class), span });
        match scalar.text {
            "anyone" => return class(Class::Anyone),
            "authenticated" => return class(Class::Authenticated),
            "anonymous" => return class(Class::Anonymous),
            _ => {}
        }
        let (kind, _) = split(scalar.text)?;
        let make = match kind {
            "user" => PrincipalRefKind::User,
            "service" => PrincipalRefKind::Service,
            "group" => PrincipalRefKind::Group,
            "role" => PrincipalRefKind::Role,
            _ => return None,
        };
        let (name, _) = self.part(scalar, kind.len() + 1..scalar.text.len());
        Some(PrincipalRef { kind: make(name), span })
    }

    /// `type:id`.
    pub(super) fn resource(&mut self, node: NodeId) -> Option<ResourceRef> {
        const WHAT: &str = "a resource such as `folder:finance`";
        let scalar = self.name_scalar(node, WHAT)?;
        let Some((ty, id)) = split(scalar.text) else {
            return self.expected_help(node, WHAT, "a resource is its type, a colon and its id");
        };
        let (id_name, was_quoted) = self.part(&scalar, ty.len() + 1..scalar.text.len());
        if !was_quoted && id == "*" {
            return self.expected_help(
                node,
                "one resource",
                "name a resource; a whole type is no answer here",
            );
        }
        if !was_quoted && id.contains('*') {
            let help = "a scope covers all below it without a `*`; put the id in double quotes if the `*` is part of it";
            return self.expected_help(node, WHAT, help);
        }
        if !was_quoted && id.ends_with(" only") {
            return self.expected_help(node, WHAT, "write `only: true` beside it");
        }
        let (ty, _) = self.part(&scalar, 0..ty.len());
        Some(ResourceRef { ty, id: id_name, span: scalar.span })
    }

    /// `on`, with the `only` beside it.
    pub(super) fn scope(
        &mut self,
        on: Option<Pair>,
        only: Option<Pair>,
        map: NodeId,
        what: &str,
    ) -> Option<ScopeRef> {
        let flag = self.flag(only);
        let Some(on) = on else {
            if flag.is_some() {
                self.missing(map, &format!("`only` in {what}"), "`on`");
            }
            return None;
        };
        match self.tree.view(on.value) {
            View::Map(_) => {
                let [only] = self.fields(on.value, &shape::SCOPE)?;
                let only = only?;
                let resource = self.resource(only.value)?;
                Some(ScopeRef::Resource { resource, only: Some(self.tree.pair_span(only)) })
            }
            View::Scalar(scalar) => match split(scalar.text) {
                Some((ty, "*")) => {
                    if let (Some(span), Some(_)) = (flag, only) {
                        let message = format!("`only` says nothing of {}", quoted(scalar.text));
                        let fault = Diagnostic::new(Code::YamlShape, span, message);
                        self.report(fault.help("remove it: a whole type has nothing below it"));
                    }
                    let (ty, _) = self.part(&scalar, 0..ty.len());
                    Some(ScopeRef::Type { ty, span: scalar.span })
                }
                _ => Some(ScopeRef::Resource { resource: self.resource(on.value)?, only: flag }),
            },
            _ => self.expected(on.value, "a scope such as `folder:finance` or `flow:*`"),
        }
    }

    /// A privilege, a wildcard or a category.
    pub(super) fn privilege(&mut self, node: NodeId) -> Option<PrivilegeItem> {
        let scalar = self.name_scalar(node, "a privilege")?;
        Some(self.privilege_of(&scalar))
    }

    /// The privilege, wildcard or category that a key is.
    pub(super) fn key_privilege(&mut self, pair: Pair) -> Option<PrivilegeItem> {
        let scalar = self.tree.scalar(pair.key)?;
        Some(self.privilege_of(&scalar))
    }

    fn privilege_of(&mut self, scalar: &Scalar<'_>) -> PrivilegeItem {
        const CATEGORY: &str = "category:";
        let all = 0..scalar.text.len();
        if scalar.text.len() > CATEGORY.len() && scalar.text.starts_with(CATEGORY) {
            return PrivilegeItem::Category(self.part(scalar, CATEGORY.len()..all.end).0);
        }
        let (name, was_quoted) = self.part(scalar, all);
        let name = Name { span: scalar.span, ..name };
        if was_quoted || !name.text.contains('*') {
            return PrivilegeItem::Name(name);
        }
        if !name.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:/@+-*".contains(&byte)) {
            let message = format!("{} is no wildcard", quoted(&name.text));
            let fault = Diagnostic::new(Code::YamlShape, name.span, message);
            self.report(fault.help(
                "a wildcard has letters, digits, `_.:/@+-` and `*`; put a name with a `*` in double quotes",
            ));
        }
        PrivilegeItem::Wildcard(name)
    }

    /// The name of an attribute that a key is; plainer than other names, as formulas write it behind a dot.
    pub(super) fn key_attribute_name(&mut self, pair: Pair) -> Option<Name> {
        let scalar = self.tree.scalar(pair.key)?;
        if !is_attribute_name(scalar.text) {
            return self.expected_help(pair.key, "the name of an attribute", ATTRIBUTE_NAME);
        }
        Some(Name { text: SmolStr::new(scalar.text), span: scalar.span })
    }

    /// The `context.mfa` that a key is.
    pub(super) fn key_attribute(&mut self, pair: Pair) -> Option<AttributeRef> {
        let scalar = self.tree.scalar(pair.key)?;
        let split = scalar.text.split_once('.').filter(|(_, name)| is_attribute_name(name));
        let root = split.and_then(|(root, name)| match root {
            "principal" => Some((AttributeRoot::Principal, name)),
            "resource" => Some((AttributeRoot::Resource, name)),
            "context" => Some((AttributeRoot::Context, name)),
            _ => None,
        });
        let Some((root, name)) = root else {
            let help = match scalar.text.split_once('.') {
                Some(_) => "an attribute is `context.`, `resource.` or `principal.` and its name".to_owned(),
                None => format!("write `context.{0}`, `resource.{0}` or `principal.{0}`", scalar.text),
            };
            return self.expected_help(pair.key, "an attribute such as `context.mfa`", &help);
        };
        let span = scalar.part(scalar.text.len() - name.len()..scalar.text.len());
        let name = Name { text: SmolStr::new(name), span };
        Some(AttributeRef { root, name, span: scalar.span })
    }
}

/// The two sides of the colon of a reference, neither of them empty. A quoted first side may hold colons.
fn split(text: &str) -> Option<(&str, &str)> {
    let colon = if text.starts_with('"') { closing_quote(text)? } else { text.find(':')? };
    let (kind, id) = text.split_at(colon);
    let id = id.strip_prefix(':')?;
    (!kind.is_empty() && !id.is_empty()).then_some((kind, id))
}

fn is_attribute_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

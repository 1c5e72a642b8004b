//! Clauses that several statements share: lists of privileges and principals, scopes, dates, values, defaults.

use super::tokens::class;
use super::{Builder, Node, find, first};
use crate::ast::{
    AttributeDecl, AttributeRef, DefaultRule, Literal, Meta, Name, PrincipalRef, PrivilegeItem, PrivilegeSet,
    ScopeRef, Strategy, TypeExpr,
};
use crate::source::{Span, Spanned};
use crate::syntax::grammar::Rule;
use crate::terms::Class;

impl Builder<'_, '_> {
    /// The place of the word that a clause begins with.
    pub fn keyword(&self, clause: &Node<'_>) -> Span {
        self.span(&first(clause).unwrap_or_else(|| clause.clone()))
    }

    /// The names of a clause that is a keyword and names.
    pub fn clause_names(&mut self, clause: &Node<'_>) -> Option<Vec<Name>> {
        Some(self.names(find(clause, Rule::names)?))
    }

    /// As [`Builder::clause_names`], with the place of the keyword.
    pub fn once_names(
        &mut self,
        slot: &mut Option<(Vec<Name>, Span)>,
        clause: &Node<'_>,
        word: &str,
    ) -> Option<()> {
        let names = self.clause_names(clause)?;
        let at = self.keyword(clause);
        self.once(slot, names, at, word);
        Some(())
    }

    pub fn principals(&mut self, node: Node<'_>) -> Option<Vec<PrincipalRef>> {
        let nodes = node.into_inner();
        let mut principals = Vec::with_capacity(nodes.len());
        for one in nodes {
            principals.push(self.principal(&one)?);
        }
        Some(principals)
    }

    pub fn privilege_item(&mut self, node: &Node<'_>) -> PrivilegeItem {
        let text = node.as_str();
        if text.starts_with('"') {
            PrivilegeItem::Name(self.name(node))
        } else if text.contains('*') && !text.contains('"') {
            PrivilegeItem::Wildcard(self.name(node))
        } else if text.starts_with("category:") {
            PrivilegeItem::Category(self.behind_colon(node))
        } else {
            PrivilegeItem::Name(self.name(node))
        }
    }

    pub fn privilege_set(&mut self, node: Node<'_>) -> PrivilegeSet {
        let span = self.whole(&node);
        let parts = node.into_inner();
        let (mut items, mut except) = (Vec::with_capacity(parts.len()), Vec::new());
        for part in parts {
            match part.as_rule() {
                Rule::privilege_item => items.push(self.privilege_item(&part)),
                Rule::except => {
                    for taken in part.into_inner().filter(|taken| taken.as_rule() == Rule::privilege_item) {
                        except.push(self.privilege_item(&taken));
                    }
                }
                _ => {}
            }
        }
        PrivilegeSet { items, except, span }
    }

    /// `type:id`, `type:id only`, `type:*`.
    pub fn scope(&mut self, node: Node<'_>) -> Option<ScopeRef> {
        let (mut resource, mut only) = (None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::resource_ref => resource = Some(self.resource(&part)),
                Rule::only => only = Some(self.keyword(&part)),
                Rule::type_scope => {
                    return Some(ScopeRef::Type { ty: self.scope_type(&part), span: self.span(&part) });
                }
                _ => {}
            }
        }
        Some(ScopeRef::Resource { resource: resource?, only })
    }

    /// `on SCOPE`, at most once.
    pub fn once_scope(&mut self, slot: &mut Option<(ScopeRef, Span)>, clause: &Node<'_>) -> Option<()> {
        let scope = self.scope(find(clause, Rule::scope)?)?;
        let at = self.keyword(clause);
        self.once(slot, scope, at, "`on`");
        Some(())
    }

    /// `from DATE` or `until DATE`, at most once.
    pub fn once_date(
        &mut self,
        slot: &mut Option<(Name, Span)>,
        clause: &Node<'_>,
        word: &str,
    ) -> Option<()> {
        let date = self.name(&find(clause, Rule::date)?);
        let at = self.keyword(clause);
        self.once(slot, date, at, word);
        Some(())
    }

    /// What stands behind `default`.
    pub fn default_value(&mut self, node: &Node<'_>) -> Option<Spanned<DefaultRule>> {
        let mut rule = DefaultRule::Deny;
        for part in node.clone().into_inner() {
            match (part.as_rule(), &mut rule) {
                (Rule::kw_grant, _) => rule = DefaultRule::Grant { to: Class::Anyone, when_unlisted: false },
                (Rule::class, DefaultRule::Grant { to, .. }) => *to = class(part.as_str())?,
                (Rule::when_unlisted, DefaultRule::Grant { when_unlisted, .. }) => *when_unlisted = true,
                _ => {}
            }
        }
        Some(Spanned::new(rule, self.whole(node)))
    }

    /// Puts a `default` or `resolve` clause into its slot.
    pub fn behaviour(
        &mut self,
        node: &Node<'_>,
        default: &mut Option<Spanned<DefaultRule>>,
        resolve: &mut Option<Spanned<Strategy>>,
    ) -> Option<()> {
        if let Some(value) = find(node, Rule::default_value) {
            let value = self.default_value(&value)?;
            match default {
                Some(before) => self.twice(before.span, value.span, "`default`"),
                None => *default = Some(value),
            }
        } else {
            let word = find(node, Rule::strategy)?;
            let strategy = match word.as_str() {
                "deny-overrides" => Strategy::DenyOverrides,
                "nearest" => Strategy::Nearest,
                "most-specific" => Strategy::MostSpecific,
                "grant-overrides" => Strategy::GrantOverrides,
                _ => return None,
            };
            let value = Spanned::new(strategy, self.span(&word));
            match resolve {
                Some(before) => self.twice(before.span, value.span, "`resolve`"),
                None => *resolve = Some(value),
            }
        }
        Some(())
    }

    /// `NAME: TYPE` and what stands before it.
    pub fn attribute(&mut self, node: Node<'_>) -> Option<AttributeDecl> {
        let (mut meta, mut name, mut ty) = (Meta::default(), None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::attribute_name => name = Some(self.name(&part)),
                Rule::type_expr => ty = self.type_expr(part),
                _ => {
                    self.meta(&mut meta, &part);
                }
            }
        }
        Some(AttributeDecl { meta, name: name?, ty: ty? })
    }

    pub fn type_expr(&mut self, node: Node<'_>) -> Option<Spanned<TypeExpr>> {
        let form = first(&node)?;
        let span = self.whole(&node);
        let ty = match form.as_rule() {
            Rule::set_type => {
                let inner = self.type_expr(find(&form, Rule::type_expr)?)?;
                if matches!(inner.value, TypeExpr::Set(_)) {
                    self.fault(
                        inner.span,
                        "a set of sets is no type",
                        "write the type of the members, as in `[string]`",
                    );
                }
                TypeExpr::Set(Box::new(inner.value))
            }
            Rule::enum_type => TypeExpr::Enum(self.names(form)),
            _ => match form.as_str() {
                "bool" => TypeExpr::Bool,
                "int" => TypeExpr::Int,
                "string" => TypeExpr::String,
                "timestamp" => TypeExpr::Timestamp,
                "ip" => TypeExpr::Ip,
                "principal" => TypeExpr::Principal,
                _ => return None,
            },
        };
        Some(Spanned::new(ty, span))
    }

    /// `{ NAME: VALUE ... }`.
    pub fn values(&mut self, node: Node<'_>) -> Option<Vec<(Name, Literal)>> {
        let values = node.into_inner().filter(|value| value.as_rule() == Rule::value);
        values
            .map(|value| {
                let mut parts = value.into_inner();
                let name = self.name(&parts.next()?);
                // Between the two stands the colon.
                Some((name, self.literal(parts.nth(1)?)?))
            })
            .collect()
    }

    /// `with ATTRIBUTE = VALUE, ...`.
    pub fn settings(&mut self, node: Node<'_>) -> Option<Vec<(AttributeRef, Literal)>> {
        let settings = node.into_inner().filter(|setting| setting.as_rule() == Rule::setting);
        settings
            .map(|setting| {
                let mut parts = setting.into_inner();
                let attribute = self.attribute_ref(&parts.next()?)?;
                // Between the two stands the equals sign.
                Some((attribute, self.literal(parts.nth(1)?)?))
            })
            .collect()
    }
}

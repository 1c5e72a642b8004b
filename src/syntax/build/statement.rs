//! Statements without a block.

use super::{Builder, Node, find};
use crate::ast::{
    AssignDecl, EntryDecl, GroupDecl, InstanceDecl, InvariantClaim, InvariantDecl, Item, ItemKind, LimitDecl,
    Meta, PrincipalDecl, PrincipalKind, PrivilegeDecl, PrivilegeLine, Rule as RuleDecl, RuleKind,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::grammar::Rule;
use crate::terms::Effect;

impl Builder<'_, '_> {
    /// A statement and what stands before it.
    pub fn statement(&mut self, node: Node<'_>) -> Option<Item> {
        let mut meta = Meta::default();
        for part in node.into_inner() {
            if !self.meta(&mut meta, &part) {
                let span = self.whole(&part);
                return Some(Item { meta, kind: self.item(part)?, span });
            }
        }
        None
    }

    /// The head of a block and what stands before it; the place is that of the head.
    pub fn opened(&mut self, node: Node<'_>) -> Option<(Meta, ItemKind, Span)> {
        let mut meta = Meta::default();
        for part in node.into_inner() {
            if !self.meta(&mut meta, &part) {
                let span = self.whole(&part);
                return Some((meta, self.head(&part)?, span));
            }
        }
        None
    }

    fn item(&mut self, node: Node<'_>) -> Option<ItemKind> {
        Some(match node.as_rule() {
            Rule::assign | Rule::entry => ItemKind::Rule(self.rule(node, Meta::default())?),
            Rule::identity => ItemKind::Principal(Box::new(self.identity(node)?)),
            Rule::instance => ItemKind::Instance(Box::new(self.instance(node)?)),
            Rule::group => ItemKind::Group(Box::new(self.group(node)?)),
            Rule::privilege_line => self.privilege_line(node)?,
            Rule::exclusive => ItemKind::Exclusive(self.clause_names(&node)?),
            Rule::limit => self.limit(&node)?,
            Rule::together => {
                let set = self.privilege_set(find(&node, Rule::privilege_set)?);
                ItemKind::Invariant(Box::new(InvariantDecl::NeverTogether(set)))
            }
            Rule::claim => ItemKind::Invariant(Box::new(self.claim(node)?)),
            _ => self.block(node)?,
        })
    }

    /// An assignment, or an entry with or without principals.
    pub fn rule(&mut self, node: Node<'_>, meta: Meta) -> Option<RuleDecl> {
        let span = self.whole(&node);
        let kind = match node.as_rule() {
            Rule::assign => RuleKind::Assign(Box::new(self.assign(node)?)),
            _ => RuleKind::Entry(Box::new(self.entry(node)?)),
        };
        Some(RuleDecl { meta, kind, span })
    }

    fn assign(&mut self, node: Node<'_>) -> Option<AssignDecl> {
        let (mut role, mut to) = (None, Vec::new());
        let (mut on, mut from, mut until, mut when) = (None, None, None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => role = Some(self.name(&part)),
                Rule::principals => to = self.principals(part)?,
                Rule::on_scope => self.once_scope(&mut on, &part)?,
                Rule::from => self.once_date(&mut from, &part, "`from`")?,
                Rule::until => self.once_date(&mut until, &part, "`until`")?,
                Rule::when => {
                    let condition = self.clause_expr(&part)?;
                    let at = self.keyword(&part);
                    self.once(&mut when, condition, at, "`when`");
                }
                _ => {}
            }
        }
        let (on, from) = (on.map(boxed), from.map(boxed));
        let (until, when) = (until.map(boxed), when.map(boxed));
        Some(AssignDecl { role: role?, to: to.into(), on, from, until, when })
    }

    fn entry(&mut self, node: Node<'_>) -> Option<EntryDecl> {
        let (mut effect, mut privileges, mut to) = (None, None, Vec::new());
        let (mut on, mut when) = (None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::effect => {
                    let which = match part.as_str() {
                        "grant" => Effect::Grant,
                        "deny" => Effect::Deny,
                        "bypass" => Effect::Bypass,
                        _ => return None,
                    };
                    effect = Some(Spanned::new(which, self.span(&part)));
                }
                Rule::privilege_set => privileges = Some(self.privilege_set(part)),
                Rule::principals => to = self.principals(part)?,
                Rule::on_scope => self.once_scope(&mut on, &part)?,
                Rule::when => {
                    let condition = self.clause_expr(&part)?;
                    let at = self.keyword(&part);
                    self.once(&mut when, condition, at, "`when`");
                }
                _ => {}
            }
        }
        let (on, when) = (on.map(boxed), when.map(boxed));
        Some(EntryDecl { effect: effect?, privileges: privileges?, to: to.into(), on, when })
    }

    fn identity(&mut self, node: Node<'_>) -> Option<PrincipalDecl> {
        let (mut kind, mut name, mut groups, mut attributes) = (None, None, None, Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::identity_kind if part.as_str() == "user" => kind = Some(PrincipalKind::User),
                Rule::identity_kind => kind = Some(PrincipalKind::Service),
                Rule::name => name = Some(self.name(&part)),
                Rule::in_names => self.once_names(&mut groups, &part, "`in`")?,
                Rule::values => attributes = self.values(part)?,
                _ => {}
            }
        }
        let groups = groups.map_or_else(Vec::new, |clause| clause.0);
        Some(PrincipalDecl { kind: kind?, name: name?, groups, attributes })
    }

    fn group(&mut self, node: Node<'_>) -> Option<GroupDecl> {
        let (mut name, mut groups, mut disabled) = (None, None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::in_names => self.once_names(&mut groups, &part, "`in`")?,
                Rule::kw_disabled => {
                    let at = self.span(&part);
                    self.once(&mut disabled, (), at, "`disabled`");
                }
                _ => {}
            }
        }
        let groups = groups.map_or_else(Vec::new, |clause| clause.0);
        Some(GroupDecl { name: name?, groups, disabled: disabled.map(|clause| clause.1) })
    }

    fn instance(&mut self, node: Node<'_>) -> Option<InstanceDecl> {
        let (mut resource, mut parent, mut attributes) = (None, None, Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::resource_ref => resource = Some(self.resource(&part)),
                Rule::in_resource => {
                    let within = self.resource(&find(&part, Rule::resource_ref)?);
                    let at = self.keyword(&part);
                    self.once(&mut parent, within, at, "`in`");
                }
                Rule::values => attributes = self.values(part)?,
                _ => {}
            }
        }
        Some(InstanceDecl { resource: resource?, parent: parent.map(|clause| clause.0), attributes })
    }

    fn privilege_line(&mut self, node: Node<'_>) -> Option<ItemKind> {
        let category = node.clone().into_inner().filter(|part| part.as_rule() == Rule::name).nth(1)?;
        let category = self.name(&category);
        Some(ItemKind::Privilege(Box::new(PrivilegeLine { category, privilege: self.privilege(node)? })))
    }

    /// The first name, title, `includes` and `requires` of a privilege, whatever stands between them.
    pub fn privilege(&mut self, node: Node<'_>) -> Option<PrivilegeDecl> {
        let (mut name, mut title, mut includes, mut requires) = (None, None, None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name if name.is_none() => name = Some(self.name(&part)),
                Rule::string => title = Some(self.string(&part)),
                Rule::includes => self.once_names(&mut includes, &part, "`includes`")?,
                Rule::requires => {
                    let formula = self.clause_expr(&part)?;
                    let at = self.keyword(&part);
                    self.once(&mut requires, formula, at, "`requires`");
                }
                _ => {}
            }
        }
        let includes = includes.map_or_else(Vec::new, |clause| clause.0);
        let requires = requires.map(|clause| clause.0);
        Some(PrivilegeDecl { meta: Meta::default(), name: name?, title, includes, requires })
    }

    fn limit(&mut self, node: &Node<'_>) -> Option<ItemKind> {
        let number = find(node, Rule::number)?;
        let span = self.span(&number);
        let count = number.as_str().parse().unwrap_or_else(|_| {
            let message = format!("`{}` is no number of principals", number.as_str());
            let help = format!("write a whole number from 0 to {}", u32::MAX);
            self.faults.push(Diagnostic::new(Code::InvalidLiteral, span, message).help(help));
            u32::MAX
        });
        let role = self.behind_colon(&find(node, Rule::role_ref)?);
        Some(ItemKind::Limit(Box::new(LimitDecl { count: Spanned::new(count, span), role })))
    }

    fn claim(&mut self, node: Node<'_>) -> Option<InvariantDecl> {
        let (mut form, mut who, mut privileges, mut on) = (None, Vec::new(), None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::claim_word => {
                    form = Some(match part.as_str() {
                        "never" => InvariantDecl::Never as fn(InvariantClaim) -> InvariantDecl,
                        "always" => InvariantDecl::Always,
                        _ => InvariantDecl::Only,
                    });
                }
                Rule::principals => who = self.principals(part)?,
                Rule::privilege_set => privileges = Some(self.privilege_set(part)),
                Rule::on_scope => self.once_scope(&mut on, &part)?,
                _ => {}
            }
        }
        Some(form?(InvariantClaim { who, privileges: privileges?, on: on.map(|clause| clause.0) }))
    }
}

/// What a clause says, without the place of its word.
fn boxed<T>((value, _): (T, Span)) -> Box<T> {
    Box::new(value)
}

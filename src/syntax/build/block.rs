//! Statements with a block: the head first, then the items one at a time.
//!
//! They come from one tree where the statement is without a fault, and from a tree each where its items were read apart
//! to pass over one. So what is under construction is an [`ItemKind`] that items are added to.

use super::{Builder, Node, end_of, find, first};
use crate::ast::{
    CategoryDecl, Check, ItemKind, MatrixDecl, MatrixRow, Meta, OnBlock, PolicyDecl, PrivilegeItem,
    ResourceDecl, RoleDecl, Rule as RuleDecl, RuleKind, TestDecl, TestStep,
};
use crate::diagnostic::{Code, Diagnostic, Form, Safety, closest};
use crate::source::{Span, Spanned};
use crate::syntax::grammar::Rule;

impl Builder<'_, '_> {
    /// A block without a fault.
    pub fn block(&mut self, node: Node<'_>) -> Option<ItemKind> {
        let span = self.whole(&node);
        let mut parts = node.into_inner();
        let mut kind = self.head(&parts.next()?)?;
        for part in parts {
            if !matches!(part.as_rule(), Rule::open | Rule::close) {
                self.add(&mut kind, part)?;
            }
        }
        self.finish(&mut kind, span);
        Some(kind)
    }

    /// What stands before the `{`.
    pub fn head(&mut self, node: &Node<'_>) -> Option<ItemKind> {
        Some(match node.as_rule() {
            Rule::policy_head => {
                let name = self.name(&find(node, Rule::name)?);
                ItemKind::Policy(Box::new(PolicyDecl { name, default: None, resolve: None }))
            }
            Rule::resource_head => ItemKind::Resource(Box::new(self.resource_head(node)?)),
            Rule::principal_head => ItemKind::PrincipalAttributes(Vec::new()),
            Rule::context_head => ItemKind::ContextAttributes(Vec::new()),
            Rule::category_head => ItemKind::Category(Box::new(self.category_head(node)?)),
            Rule::role_head => ItemKind::Role(Box::new(self.role_head(node)?)),
            Rule::on_head => {
                let scope = self.scope(find(node, Rule::scope)?)?;
                let kind = RuleKind::On(Box::new(OnBlock { scope, rules: Vec::new() }));
                ItemKind::Rule(RuleDecl { meta: Meta::default(), kind, span: self.whole(node) })
            }
            Rule::test_head => {
                let name = self.string(&find(node, Rule::string)?);
                ItemKind::Test(Box::new(TestDecl { name, steps: Vec::new() }))
            }
            Rule::matrix_head => {
                let name = self.string(&find(node, Rule::string)?);
                let on = match find(node, Rule::on_resource) {
                    Some(clause) => Some(self.resource(&find(&clause, Rule::resource_ref)?)),
                    None => None,
                };
                let (with, roles, rows) = (Vec::new(), Vec::new(), Vec::new());
                ItemKind::Matrix(Box::new(MatrixDecl { name, on, with, roles, rows }))
            }
            _ => return None,
        })
    }

    fn resource_head(&mut self, node: &Node<'_>) -> Option<ResourceDecl> {
        let (mut name, mut parents, mut by_path) = (None, None, None);
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::in_names => self.once_names(&mut parents, &part, "`in`")?,
                Rule::by_path => {
                    let span = self.whole(&part);
                    self.once(&mut by_path, (), span, "`by path`");
                }
                _ => {}
            }
        }
        let parents = parents.map_or_else(Vec::new, |clause| clause.0);
        let by_path = by_path.map(|clause| clause.1);
        Some(ResourceDecl {
            name: name?,
            parents,
            by_path,
            attributes: Vec::new(),
            default: None,
            resolve: None,
        })
    }

    fn category_head(&mut self, node: &Node<'_>) -> Option<CategoryDecl> {
        let (mut name, mut on, mut title, mut requires) = (None, None, None, None);
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::on_names => self.once_names(&mut on, &part, "`on`")?,
                Rule::string => {
                    let text = self.string(&part);
                    let span = text.span;
                    self.once(&mut title, text, span, "the title");
                }
                Rule::requires => {
                    let formula = self.clause_expr(&part)?;
                    let at = self.keyword(&part);
                    self.once(&mut requires, formula, at, "`requires`");
                }
                _ => {}
            }
        }
        let on = on.map_or_else(Vec::new, |clause| clause.0);
        let (title, requires) = (title.map(|clause| clause.0), requires.map(|clause| clause.0));
        Some(CategoryDecl { name: name?, on, title, requires, privileges: Vec::new() })
    }

    fn role_head(&mut self, node: &Node<'_>) -> Option<RoleDecl> {
        let (mut name, mut inherits, mut requires) = (None, None, None);
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::inherits => self.once_names(&mut inherits, &part, "`inherits`")?,
                Rule::role_requires => self.once_names(&mut requires, &part, "`requires`")?,
                _ => {}
            }
        }
        let inherits = inherits.map_or_else(Vec::new, |clause| clause.0);
        let requires = requires.map_or_else(Vec::new, |clause| clause.0);
        Some(RoleDecl { name: name?, inherits, requires, rules: Vec::new() })
    }

    /// Adds an item to a block.
    pub fn add(&mut self, block: &mut ItemKind, node: Node<'_>) -> Option<()> {
        match block {
            ItemKind::Policy(policy) => {
                self.behaviour(&node.into_inner().next()?, &mut policy.default, &mut policy.resolve)?;
            }
            ItemKind::Resource(resource) => match find(&node, Rule::attribute_name) {
                Some(_) => resource.attributes.push(self.attribute(node)?),
                None => {
                    self.behaviour(&node.into_inner().next()?, &mut resource.default, &mut resource.resolve)?;
                }
            },
            ItemKind::PrincipalAttributes(attributes) | ItemKind::ContextAttributes(attributes) => {
                attributes.push(self.attribute(node)?);
            }
            ItemKind::Category(category) => {
                let (meta, privilege) = self.behind_meta(node)?;
                if self.is_mistyped_clause(&privilege) {
                    return Some(());
                }
                let mut privilege = self.privilege(privilege)?;
                privilege.meta = meta;
                category.privileges.push(privilege);
            }
            ItemKind::Role(role) => {
                let (meta, rule) = self.behind_meta(node)?;
                role.rules.push(match rule.as_rule() {
                    Rule::role_block => self.inner_block(rule, meta)?,
                    _ => self.rule(rule, meta)?,
                });
            }
            ItemKind::Rule(RuleDecl { kind: RuleKind::On(block), .. }) => {
                let (meta, rule) = self.behind_meta(node)?;
                let mut rule = self.rule(rule, meta)?;
                self.scoped_twice(block.scope.span(), &mut rule);
                block.rules.push(rule);
            }
            ItemKind::Test(test) => test.steps.push(self.step(node.into_inner().next()?)?),
            ItemKind::Matrix(matrix) => self.matrix_item(matrix, node.into_inner().next()?)?,
            _ => return None,
        }
        Some(())
    }

    /// Gives a block its place, and reports what is missing in it as a whole.
    pub fn finish(&mut self, block: &mut ItemKind, span: Span) {
        match block {
            ItemKind::Rule(rule) => rule.span = span,
            ItemKind::Matrix(matrix) if matrix.roles.is_empty() => {
                self.fault(
                    matrix.name.span,
                    "the matrix names no roles",
                    "begin it with `roles` and the roles of its columns, as in `roles reader, operator`",
                );
            }
            _ => {}
        }
    }

    /// What stands before an item, and the item.
    fn behind_meta<'t>(&mut self, node: Node<'t>) -> Option<(Meta, Node<'t>)> {
        let mut meta = Meta::default();
        let item = node
            .into_inner()
            .find(|part| !self.meta(&mut meta, part) && part.as_rule() != Rule::kw_privilege);
        Some((meta, item?))
    }

    /// Privileges follow each other without a mark between them, so a mistyped `requires` would be a privilege, and the
    /// requirement would vanish. What stands behind one on its line belongs to it and is no privilege either.
    fn is_mistyped_clause(&mut self, privilege: &Node<'_>) -> bool {
        let span = privilege.as_span();
        let gap = self.mistyped.and_then(|end| span.get_input().get(end..span.start()));
        if gap.is_some_and(|gap| !gap.contains('\n')) {
            self.mistyped = Some(end_of(privilege));
            return true;
        }
        let Some(name) = first(privilege) else { return false };
        let word = name.as_str();
        let Some(clause) = mistyped_clause(word) else { return false };
        let message = format!("`{word}` looks like a mistyped `{clause}`");
        let help = format!("write `{clause}`, or `\"{word}\"` for a privilege of that name");
        let fault = Diagnostic::new(Code::SyntaxError, self.span(&name), message).help(help);
        let fault = fault.rename(Safety::Unsafe, self.span(&name), [word, clause], Form::Verbatim);
        self.faults.push(fault);
        self.mistyped = Some(end_of(privilege));
        true
    }

    /// An `on` block inside of a role.
    fn inner_block(&mut self, node: Node<'_>, meta: Meta) -> Option<RuleDecl> {
        match self.block(node)? {
            ItemKind::Rule(rule) => Some(RuleDecl { meta, ..rule }),
            _ => None,
        }
    }

    /// Reports a scope inside of a scope, and takes it out.
    fn scoped_twice(&mut self, outer: Span, rule: &mut RuleDecl) {
        let inner = match &mut rule.kind {
            RuleKind::Entry(entry) => entry.on.take(),
            RuleKind::Assign(assign) => assign.on.take(),
            RuleKind::On(_) => None,
        };
        if let Some(inner) = inner {
            self.faults.push(
                Diagnostic::new(
                    Code::SyntaxError,
                    inner.span(),
                    "a rule in an `on` block has a scope of its own",
                )
                .also(outer, "the scope of the block")
                .help("leave the scope out, or write the rule outside of the block"),
            );
        }
    }

    fn step(&mut self, node: Node<'_>) -> Option<TestStep> {
        Some(match node.as_rule() {
            Rule::test_as => TestStep::As(self.principals(find(&node, Rule::principals)?)?),
            Rule::with => TestStep::With(self.settings(node)?),
            Rule::test_at => TestStep::At(self.name(&find(&node, Rule::date)?)),
            Rule::check => TestStep::Check(self.check(node)?),
            _ => return None,
        })
    }

    fn check(&mut self, node: Node<'_>) -> Option<Check> {
        let span = self.whole(&node);
        let (mut expect, mut privileges, mut on) = (None, None, None);
        let (mut ancestors, mut because) = (Vec::new(), None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::kw_can => expect = Some(true),
                Rule::kw_cannot => expect = Some(false),
                Rule::privilege_set => privileges = Some(self.privilege_set(part)),
                Rule::on_resource => on = Some(self.resource(&find(&part, Rule::resource_ref)?)),
                Rule::in_resource => ancestors.push(self.resource(&find(&part, Rule::resource_ref)?)),
                Rule::because => because = Some(self.name(&find(&part, Rule::reason)?)),
                _ => {}
            }
        }
        Some(Check { expect: expect?, privileges: privileges?, on, ancestors, because, span })
    }

    fn matrix_item(&mut self, matrix: &mut MatrixDecl, node: Node<'_>) -> Option<()> {
        match node.as_rule() {
            Rule::with => matrix.with.extend(self.settings(node)?),
            Rule::matrix_roles => {
                let again = self.keyword(&node);
                let names = node.into_inner().filter(|part| part.as_rule() == Rule::name);
                let roles = names.map(|name| self.name(&name)).collect();
                match matrix.roles.first() {
                    Some(before) => self.twice(before.span, again, "`roles`"),
                    None => matrix.roles = roles,
                }
            }
            _ => matrix.rows.push(self.matrix_row(node)?),
        }
        Some(())
    }

    fn matrix_row(&mut self, node: Node<'_>) -> Option<MatrixRow> {
        let span = self.whole(&node);
        let (mut privilege, mut marks): (Option<PrivilegeItem>, _) = (None, Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::privilege_item => privilege = Some(self.privilege_item(&part)),
                Rule::mark => marks.push(Spanned::new(part.as_str() == "+", self.span(&part))),
                _ => {}
            }
        }
        Some(MatrixRow { privilege: privilege?, marks, span })
    }
}

/// The clause of a privilege that was probably meant by a word.
pub(in crate::syntax) fn mistyped_clause(word: &str) -> Option<&'static str> {
    const MOST_SLIPS: usize = 3;
    // Most names of privileges have more digits and dots than a clause with slips could have.
    let others = word.bytes().filter(|byte| !byte.is_ascii_alphabetic()).count();
    // In quotes it is meant as a name.
    let may_be = matches!(word.len(), 6..=10) && others <= MOST_SLIPS && !word.starts_with('"');
    if may_be { closest(word, ["requires", "includes"].into_iter()) } else { None }
}

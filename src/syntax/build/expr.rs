//! Formulas, conditions and literals.
//!
//! The depth of the recursion is bounded: nesting is counted before pest runs.

use super::{Builder, Node, first};
use crate::ast::{CompareOp, Expr, ExprKind, Literal, LiteralValue, Operand, PrivilegeItem, PrivilegeSet};
use crate::diagnostic::{Code, Diagnostic, Form};
use crate::source::Spanned;
use crate::syntax::foreign;
use crate::syntax::grammar::Rule;
use smol_str::SmolStr;

impl Builder<'_, '_> {
    /// The formula of a clause that is a keyword and a formula.
    pub fn clause_expr(&mut self, clause: &Node<'_>) -> Option<Expr> {
        self.expr(super::find(clause, Rule::expr)?)
    }

    pub fn expr(&mut self, node: Node<'_>) -> Option<Expr> {
        self.chain(node, Rule::and_expr, ExprKind::Or)
    }

    /// One formula, or several between `and`s or `or`s.
    fn chain(&mut self, node: Node<'_>, part: Rule, join: fn(Vec<Expr>) -> ExprKind) -> Option<Expr> {
        let mut parts = node.into_inner().filter(|inner| inner.as_rule() == part);
        let first = self.link(parts.next()?)?;
        let Some(second) = parts.next() else { return Some(first) };
        let mut all = vec![first, self.link(second)?];
        for more in parts {
            all.push(self.link(more)?);
        }
        let span = all.iter().map(|one| one.span).reduce(|a, b| a.to(b))?;
        Some(Expr { kind: join(all), span })
    }

    fn link(&mut self, node: Node<'_>) -> Option<Expr> {
        match node.as_rule() {
            Rule::and_expr => self.chain(node, Rule::unary, ExprKind::And),
            _ => self.unary(&node),
        }
    }

    fn unary(&mut self, node: &Node<'_>) -> Option<Expr> {
        let form = first(node)?;
        let span = self.whole(node);
        let rule = form.as_rule();
        let mut parts = form.into_inner();
        let kind = match rule {
            Rule::negation => ExprKind::Not(Box::new(self.unary(&parts.nth(1)?)?)),
            Rule::parens => self.expr(parts.nth(1)?)?.kind,
            Rule::has => ExprKind::Has(self.attribute_ref(&parts.nth(1)?)?),
            Rule::quantified => {
                let all = parts.next()?.as_str() == "all";
                let set = self.quantified(parts.find(|part| part.as_rule() != Rule::open_paren)?);
                if all { ExprKind::All(set) } else { ExprKind::Any(set) }
            }
            _ => {
                let left = parts.next()?;
                match parts.next() {
                    None => self.bare(&left)?,
                    Some(op) => self.comparison(left, &op, parts.next()?)?,
                }
            }
        };
        Some(Expr { kind, span })
    }

    /// What stands behind `any` or `all`. A bare name is a category.
    fn quantified(&mut self, node: Node<'_>) -> PrivilegeSet {
        if node.as_rule() == Rule::privilege_set {
            return self.privilege_set(node);
        }
        let span = self.span(&node);
        let item = match self.privilege_item(&node) {
            PrivilegeItem::Name(name) => PrivilegeItem::Category(name),
            other => other,
        };
        PrivilegeSet { items: vec![item], except: Vec::new(), span }
    }

    /// A term that is not compared: a privilege or an attribute.
    fn bare(&mut self, node: &Node<'_>) -> Option<ExprKind> {
        match node.as_rule() {
            Rule::attribute_ref => return Some(ExprKind::Attribute(self.attribute_ref(node)?)),
            Rule::name if node.as_str().starts_with("category:") => {
                let message = format!("`{}` is no condition by itself", node.as_str());
                let help = format!("write `any {0}` or `all {0}`", node.as_str());
                self.fault(self.span(node), message, help);
                return Some(self.nothing(node));
            }
            Rule::name | Rule::string => {}
            _ => {
                let message = format!("`{}` is no condition by itself", node.as_str());
                let help =
                    "compare it, as in `resource.owner == principal`, or name an attribute or a privilege";
                self.fault(self.span(node), message, help);
                return Some(self.nothing(node));
            }
        }
        Some(ExprKind::Privilege(self.name(node)))
    }

    /// Stands for what was refused: no name in it, so that nothing else is found wrong with it.
    fn nothing(&self, node: &Node<'_>) -> ExprKind {
        ExprKind::Any(PrivilegeSet { items: Vec::new(), except: Vec::new(), span: self.span(node) })
    }

    fn comparison(&mut self, left: Node<'_>, op: &Node<'_>, right: Node<'_>) -> Option<ExprKind> {
        let compare = CompareOp::ALL.into_iter().find(|known| known.sign() == op.as_str())?;
        let mut refused = None;
        for side in [&left, &right] {
            if side.as_rule() == Rule::name {
                self.no_value(side);
                refused.get_or_insert(self.nothing(side));
            }
        }
        if refused.is_some() {
            return refused;
        }
        let left = self.operand(left)?;
        let right = self.operand(right)?;
        Some(ExprKind::Compare { left, op: Spanned::new(compare, self.span(op)), right })
    }

    /// A bare word where a value belongs.
    fn no_value(&mut self, node: &Node<'_>) {
        let (word, span) = (node.as_str(), self.span(node));
        let message = format!("`{word}` is no value to compare with");
        if let Some((meant, safety)) = foreign::meant(word, |could| matches!(could, "true" | "false")) {
            let fault = Diagnostic::new(Code::SyntaxError, span, message).help(format!("write `{meant}`"));
            self.faults.push(fault.rename(safety, span, [word, meant], Form::Verbatim));
            return;
        }
        let help = format!(
            "write a text in quotes, `\"{word}\"`, and an attribute as `principal.x`, `resource.x` or `context.x`"
        );
        self.fault(span, message, help);
    }

    fn operand(&mut self, node: Node<'_>) -> Option<Operand> {
        Some(match node.as_rule() {
            Rule::attribute_ref => Operand::Attribute(self.attribute_ref(&node)?),
            Rule::self_word => Operand::Principal(self.span(&node)),
            _ => Operand::Literal(self.literal(node)?),
        })
    }

    pub fn literal(&mut self, node: Node<'_>) -> Option<Literal> {
        let span = self.whole(&node);
        let value = match node.as_rule() {
            Rule::string => LiteralValue::String(self.string(&node).value),
            Rule::boolean => LiteralValue::Bool(node.as_str() == "true"),
            Rule::number => LiteralValue::Bare(SmolStr::new(node.as_str())),
            Rule::identity_ref => LiteralValue::Principal(self.principal(&node)?),
            Rule::list => {
                let members = node.into_inner();
                let members =
                    members.filter(|one| !matches!(one.as_rule(), Rule::open_list | Rule::close_list));
                LiteralValue::List(members.map(|one| self.literal(one)).collect::<Option<_>>()?)
            }
            _ => return None,
        };
        Some(Literal { value, span })
    }
}

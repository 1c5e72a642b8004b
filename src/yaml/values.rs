//! Texts > values, and formulas, types and defaults, which are texts of the DSL.
//!
//! Enters: a node. Leaves: literals and expressions of the ast. Whether they fit is the business of `resolve`.

use super::events::Style;
use super::reader::{Reader, closest};
use super::shape;
use super::tree::{NodeId, Pair, Scalar, View};
use crate::ast::{
    AttributeDecl, AttributeRef, DefaultRule, Expr, Literal, LiteralValue, Name, PrincipalRefKind, Strategy,
    TypeExpr,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::syntax::fragment::{self, Anchor};
use smol_str::SmolStr;

/// How entries that disagree are resolved, by the word for it.
pub(super) const STRATEGIES: [(&str, Strategy); 4] = [
    ("deny-overrides", Strategy::DenyOverrides),
    ("nearest", Strategy::Nearest),
    ("most-specific", Strategy::MostSpecific),
    ("grant-overrides", Strategy::GrantOverrides),
];

impl Reader<'_, '_> {
    fn anchor(&self, scalar: &Scalar<'_>) -> Anchor {
        match scalar.verbatim {
            Some(at) => Anchor::Verbatim(self.tree.source, at),
            None => Anchor::Whole(scalar.span),
        }
    }

    /// Has a text of the DSL read.
    fn fragment<T>(
        &mut self,
        scalar: &Scalar<'_>,
        read: impl FnOnce(&str, Anchor, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Option<T> {
        let mut faults = Vec::new();
        let value = read(scalar.text, self.anchor(scalar), &mut faults);
        self.faults.report_all(faults);
        value
    }

    /// A requirement formula or a condition.
    pub(super) fn expr(&mut self, field: Option<Pair>, what: &str) -> Option<Expr> {
        let node = field?.value;
        if let View::List(_) = self.tree.view(node) {
            return self.expected_help(node, what, "write one text and join its parts with `and` or `or`");
        }
        let scalar = self.scalar(node, what)?;
        self.fragment(&scalar, fragment::expr)
    }

    /// `deny`, `grant to authenticated when unlisted`.
    pub(super) fn default_rule(&mut self, field: Option<Pair>) -> Option<Spanned<DefaultRule>> {
        let scalar = self.scalar(field?.value, "`deny` or `grant ...`")?;
        self.fragment(&scalar, fragment::default_rule)
    }

    /// How entries that disagree are resolved.
    pub(super) fn strategy(&mut self, field: Option<Pair>) -> Option<Spanned<Strategy>> {
        const WHAT: &str = "`deny-overrides`, `nearest`, `most-specific` or `grant-overrides`";
        let node = field?.value;
        let scalar = self.scalar(node, WHAT)?;
        if let Some((_, strategy)) = STRATEGIES.iter().find(|(word, _)| *word == scalar.text) {
            return Some(Spanned::new(*strategy, scalar.span));
        }
        match closest(scalar.text, &STRATEGIES.map(|(word, _)| word)) {
            Some(near) => self.expected_meant(node, WHAT, scalar.text, near),
            None => self.expected(node, WHAT),
        }
    }

    /// Attributes and their types.
    pub(super) fn attribute_decls(&mut self, field: Option<Pair>) -> Vec<AttributeDecl> {
        let mut attributes = Vec::new();
        if let Some(field) = field {
            self.each_pair(field.value, "attributes and their types", |reader, pair| {
                attributes.extend(reader.attribute_decl(pair));
            });
        }
        attributes
    }

    fn attribute_decl(&mut self, pair: Pair) -> Option<AttributeDecl> {
        let name = self.key_attribute_name(pair)?;
        let (ty, meta) = match self.tree.view(pair.value) {
            View::Map(_) => {
                let [ty, doc, allow] = self.fields(pair.value, &shape::ATTRIBUTE)?;
                let meta = self.meta(doc, allow);
                (ty?.value, meta)
            }
            _ => (pair.value, Default::default()),
        };
        match self.type_expr(ty) {
            Some(ty) => Some(AttributeDecl { meta, name, ty }),
            None => {
                self.leave_out(pair.key);
                None
            }
        }
    }

    /// A type as a text, or a set of one as a list.
    fn type_expr(&mut self, node: NodeId) -> Option<Spanned<TypeExpr>> {
        const WHAT: &str = "a type such as `bool` or `[string]`";
        let View::List(list) = self.tree.view(node) else {
            let scalar = self.scalar(node, WHAT)?;
            return self.fragment(&scalar, fragment::type_expr);
        };
        let members: Vec<NodeId> = self.tree.children(list).collect();
        let [member] = members.as_slice() else {
            return self.expected_help(
                node,
                WHAT,
                r#"a set names one type; an enum is written as '"A" | "B"'"#,
            );
        };
        let scalar = self.scalar(*member, "a type that is no set")?;
        let member = self.fragment(&scalar, fragment::type_expr)?;
        if matches!(member.value, TypeExpr::Set(_)) {
            return self.expected_help(node, "a set of plain values", "there are no sets of sets");
        }
        Some(Spanned::new(TypeExpr::Set(Box::new(member.value)), self.tree.span(node)))
    }

    /// Values by the names of their attributes.
    pub(super) fn attribute_values(&mut self, field: Option<Pair>) -> Vec<(Name, Literal)> {
        let mut values = Vec::new();
        if let Some(field) = field {
            self.each_pair(field.value, "attributes and their values", |reader, pair| {
                if let (Some(name), Some(value)) =
                    (reader.key_attribute_name(pair), reader.literal(pair.value))
                {
                    values.push((name, value));
                }
            });
        }
        values
    }

    /// `with`: values of attributes of the three roots.
    pub(super) fn settings(&mut self, node: NodeId) -> Vec<(AttributeRef, Literal)> {
        let View::Map(map) = self.tree.view(node) else {
            return self.expected(node, "a map such as `context.mfa: true`").into_iter().collect();
        };
        let mut settings = Vec::new();
        for pair in self.tree.pairs(map) {
            if let (Some(attribute), Some(value)) = (self.key_attribute(pair), self.literal(pair.value)) {
                settings.push((attribute, value));
            }
        }
        if settings.is_empty() && self.tree.pairs(map).next().is_none() {
            self.missing(map, "`with`", "an attribute");
        }
        settings
    }

    /// A value. Recurses no deeper than the tree.
    pub(super) fn literal(&mut self, node: NodeId) -> Option<Literal> {
        let span = self.tree.span(node);
        let value = match self.tree.view(node) {
            View::List(list) => {
                let tree = self.tree;
                let values = tree.children(list).filter_map(|item| self.literal(item)).collect();
                LiteralValue::List(values)
            }
            View::Scalar(scalar) if !scalar.is_null() => self.scalar_literal(node, &scalar),
            _ => return self.expected(node, "a value"),
        };
        Some(Literal { value, span })
    }

    fn scalar_literal(&mut self, node: NodeId, scalar: &Scalar<'_>) -> LiteralValue {
        if scalar.style == Style::Plain {
            if let Some(value) = scalar.as_bool() {
                return LiteralValue::Bool(value);
            }
            if is_bare(scalar.text) {
                return LiteralValue::Bare(SmolStr::new(scalar.text));
            }
            use PrincipalRefKind::{Group, Service, User};
            if let Some(principal) = self.principal_of(scalar)
                && matches!(principal.kind, User(_) | Service(_) | Group(_))
            {
                return LiteralValue::Principal(principal);
            }
        }
        LiteralValue::String(self.tree.full_text(node).to_owned())
    }

    /// A date or timestamp, as written.
    pub(super) fn date(&mut self, field: Option<Pair>) -> Option<Name> {
        self.name(field?.value, "a date such as `2026-01-01`")
    }

    /// A whole number that is not negative.
    pub(super) fn count(&mut self, node: NodeId) -> Option<Spanned<u32>> {
        const WHAT: &str = "a whole number";
        let scalar = self.scalar(node, WHAT)?;
        match scalar.text.parse() {
            Ok(count) => Some(Spanned::new(count, scalar.span)),
            Err(_) if scalar.text.bytes().all(|byte| byte.is_ascii_digit()) => {
                let message = format!("the number {} is too large", super::reader::quoted(scalar.text));
                let help = format!("write at most {}", u32::MAX);
                self.report(Diagnostic::new(Code::InvalidLiteral, scalar.span, message).help(help));
                None
            }
            Err(_) => self.expected(node, WHAT),
        }
    }
}

/// Whether a text is what the DSL reads without quotes: a number, date, timestamp, address or network.
fn is_bare(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:/+-".contains(&byte))
}

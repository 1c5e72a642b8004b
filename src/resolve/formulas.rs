//! Formulas and conditions > [`Formula`].
//!
//! Enters: an expression, whether it is a requirement or a condition, and on what it is decided. Leaves: the same formula
//! over ids and typed values, or nothing when a part of it is at fault. Knows nothing of who is asked.

use crate::ast::{AttributeRef, Expr, ExprKind, Name, Operand, PrivilegeSet};
use crate::diagnostic::{Code, Diagnostic, closest};
use crate::model::{AttributeRoot, Formula, PrivilegeId, TypeId, ValueTest, ValueType};
use crate::resolve::Resolver;
use crate::resolve::asked::{Asked, Asker};
use crate::resolve::attributes::{Known, describe, root_word};
use crate::resolve::names::Kind;
use crate::source::Span;

/// What a formula is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// `requires`: over privileges and values, and monotone in the privileges.
    Requirement,
    /// `when`: over values alone.
    Condition,
}

/// Where in a formula we are.
#[derive(Clone, Copy)]
struct Place<'f> {
    usage: Use,
    asked: &'f Asked,
    /// The `not` around it.
    negated: Option<Span>,
    depth: usize,
    /// All of the formula.
    whole: Span,
}

/// Whether a formula speaks of the resource, so that it matters what is asked on what.
pub(super) fn speaks_of_resource(expr: &Expr) -> bool {
    let of_resource = |attribute: &AttributeRef| attribute.root == AttributeRoot::Resource;
    let side = |operand: &Operand| matches!(operand, Operand::Attribute(attribute) if of_resource(attribute));
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::And(parts) | ExprKind::Or(parts) => open.extend(parts),
            ExprKind::Not(part) => open.push(part),
            ExprKind::Attribute(attribute) | ExprKind::Has(attribute) if of_resource(attribute) => {
                return true;
            }
            ExprKind::Compare { left, right, .. } if side(left) || side(right) => return true,
            _ => {}
        }
    }
    false
}

impl<'a> Resolver<'a, '_> {
    /// A formula; `None` after a reported fault in it.
    pub(super) fn formula(&mut self, expr: &Expr, usage: Use, asked: &Asked) -> Option<Formula> {
        let before = self.model.places.tests();
        let formula = self.part(expr, Place { usage, asked, negated: None, depth: 0, whole: expr.span });
        // The place of a single test is hardly another than that of the formula.
        if formula.is_none() || self.model.places.tests() == before + 1 {
            self.model.places.keep_tests(before);
        }
        formula
    }

    fn part(&mut self, expr: &Expr, place: Place<'_>) -> Option<Formula> {
        if place.depth > self.limits.nesting {
            let message = format!("the formula is nested more than {} levels deep", self.limits.nesting);
            self.report.say(Code::NestingTooDeep, expr.span, message, "take the inner part out");
            return None;
        }
        let inside = Place { depth: place.depth + 1, ..place };
        if matches!(expr.kind, ExprKind::Attribute(_) | ExprKind::Has(_) | ExprKind::Compare { .. }) {
            self.model.places.add_test(place.whole, expr.span);
        }
        match &expr.kind {
            ExprKind::And(parts) => self.parts(parts, inside).map(Formula::And),
            ExprKind::Or(parts) => self.parts(parts, inside).map(Formula::Or),
            ExprKind::Not(part) => {
                let negated = place.negated.or(Some(expr.span));
                Some(Formula::Not(Box::new(self.part(part, Place { negated, ..inside })?)))
            }
            ExprKind::Privilege(name) => self.privilege(name, place).map(Formula::Privilege),
            ExprKind::Any(set) => self.quantified(set, expr.span, place).map(Formula::Any),
            ExprKind::All(set) => self.quantified(set, expr.span, place).map(Formula::All),
            ExprKind::Attribute(attribute) => {
                let known = self.attribute(attribute, place.asked, &|ty| *ty == ValueType::Bool)?;
                if *known.value_type == ValueType::Bool {
                    return Some(Formula::Test(ValueTest::Truth(known.name)));
                }
                let ty = describe(&known.value_type);
                let whole = format!("{}.{}", root_word(attribute.root), attribute.name.text);
                self.report.push(
                    Diagnostic::new(
                        Code::TypeMismatch,
                        attribute.span,
                        format!("`{whole}` is `{ty}`, and only a `bool` is true or false by itself"),
                    )
                    .also(known.type_span, format!("declared as `{ty}` here"))
                    .help(format!("compare it, or write `has {whole}`")),
                );
                None
            }
            ExprKind::Has(attribute) => {
                let known = self.attribute(attribute, place.asked, &|_| true)?;
                Some(Formula::Test(ValueTest::Has(known.name)))
            }
            ExprKind::Compare { left, op, right } => self.comparison(left, op, right, expr.span, place.asked),
        }
    }

    /// All parts, each looked at even if one before it is at fault.
    fn parts(&mut self, parts: &[Expr], place: Place<'_>) -> Option<Vec<Formula>> {
        let found: Vec<Option<Formula>> = parts.iter().map(|part| self.part(part, place)).collect();
        found.into_iter().collect()
    }

    fn privilege(&mut self, name: &Name, place: Place<'_>) -> Option<PrivilegeId> {
        if place.usage == Use::Condition {
            self.privilege_in_condition(Some(name), name.span);
            return None;
        }
        let id = self.names.find(Kind::Privilege, name, &mut self.report).map(PrivilegeId)?;
        let positive = self.check_sign(name.span, place);
        (self.check_reach(place.asked, id, name.span, "requires") && positive).then_some(id)
    }

    fn quantified(&mut self, set: &PrivilegeSet, span: Span, place: Place<'_>) -> Option<Vec<PrivilegeId>> {
        if set.items.is_empty() {
            // Stands for what was refused where it was read.
            return None;
        }
        if place.usage == Use::Condition {
            self.privilege_in_condition(None, span);
            return None;
        }
        let expanded = self.expand(set);
        let positive = self.check_sign(span, place);
        let mut reached = true;
        for item in &expanded.named {
            // One finding for each item: what a wildcard brings in mostly has one cause.
            let kept = |id: &&PrivilegeId| expanded.privileges.binary_search(id).is_ok();
            reached &= (item.privileges.iter().filter(kept))
                .all(|&id| self.check_reach(place.asked, id, item.span, "requires"));
        }
        if expanded.complete && expanded.privileges.is_empty() {
            let message = "the list names no privilege: `except` takes all of it away";
            self.report.say(Code::EmptyWildcard, set.span, message, "take less of it away");
        }
        expanded.whole().filter(|_| reached && positive)
    }

    /// Reports a privilege behind `not`; whether there is none.
    fn check_sign(&mut self, span: Span, place: Place<'_>) -> bool {
        let Some(negation) = place.negated else { return true };
        self.report.push(
            Diagnostic::new(Code::NegatedPrivilege, span, "a requirement negates a privilege")
                .also(negation, "negated here")
                .help("say who must not have it with `deny` or `never together` instead"),
        );
        false
    }

    fn privilege_in_condition(&mut self, name: Option<&Name>, span: Span) {
        // Somebody who writes `when mfa` mostly means an attribute.
        let meant = name.and_then(|name| {
            let roots = [AttributeRoot::Context, AttributeRoot::Principal, AttributeRoot::Resource];
            let known = |root: &AttributeRoot| self.attributes.named(*root, &name.text).next().is_some();
            roots.into_iter().find(known).map(|root| format!("{}.{}", root_word(root), name.text)).or_else(
                || {
                    let (word, attribute) = name.text.split_once('.')?;
                    let word = closest(word, roots.into_iter().map(root_word))?;
                    Some(format!("{word}.{attribute}"))
                },
            )
        });
        let message = match name {
            Some(name) => format!("a condition can't ask for the privilege `{}`", name.text),
            None => "a condition can't ask for privileges".to_owned(),
        };
        // `when True`
        let truth = name
            .is_some_and(|name| matches!(name.text.to_ascii_lowercase().as_str(), "true" | "yes" | "always"));
        if truth && meant.is_none() {
            let fault = Diagnostic::new(Code::PrivilegeInCondition, span, message);
            return self.report.push(fault.help("leave the condition out: without one it always holds"));
        }
        self.report.push(
            Diagnostic::new(Code::PrivilegeInCondition, span, message)
                .help("make it a requirement of the privilege: `requires ...`")
                .meant(span, name.map_or("", |name| &name.text), meant.as_deref()),
        );
    }

    /// An attribute that has a value of one type wherever the formula is decided. Where there is none, one whose type `fits`
    /// was rather meant than another.
    pub(super) fn attribute(
        &mut self,
        attribute: &AttributeRef,
        asked: &Asked,
        fits: &dyn Fn(&ValueType) -> bool,
    ) -> Option<Known> {
        let (root, name) = (attribute.root, attribute.name.text.as_str());
        if root != AttributeRoot::Resource {
            let known = self.attributes.get(root, None, name).cloned();
            if known.is_none() {
                self.unknown_attribute(root, name, attribute.span, fits);
            }
            return known;
        }
        let Some(anywhere) = self.attributes.named(root, name).next().cloned() else {
            self.unknown_attribute(root, name, attribute.span, fits);
            return None;
        };
        if let Some(asker) = asked.without {
            let (text, place) = self.asker(asker);
            self.report.push(
                Diagnostic::new(
                    Code::UnknownAttribute,
                    attribute.span,
                    format!("`resource.{name}` is never known here: {text} is asked without a resource"),
                )
                .also(place, "asked without a resource")
                .help("test something of the principal or the context, or ask the privilege `on` a type"),
            );
            return None;
        }
        let everywhere: Vec<Known> = match asked.is_open() {
            true => self.attributes.named(root, name).cloned().collect(),
            false => self.on_each_type(attribute, asked, fits)?,
        };
        let first = everywhere.first().unwrap_or(&anywhere);
        if let Some(other) = everywhere.iter().find(|other| other.value_type != first.value_type) {
            let (one, two) = (describe(&first.value_type), describe(&other.value_type));
            let message = format!("`resource.{name}` is `{one}` on one type and `{two}` on another");
            self.report.push(
                Diagnostic::new(Code::TypeMismatch, attribute.span, message)
                    .also(first.type_span, format!("`{one}` here"))
                    .also(other.type_span, format!("`{two}` here"))
                    .help("write an entry for each type"),
            );
            return None;
        }
        Some(first.clone())
    }

    /// The attribute of each type asked on; the first type without it is reported.
    fn on_each_type(
        &mut self,
        attribute: &AttributeRef,
        asked: &Asked,
        fits: &dyn Fn(&ValueType) -> bool,
    ) -> Option<Vec<Known>> {
        let name = attribute.name.text.as_str();
        let mut everywhere = Vec::with_capacity(asked.types.len());
        for &(ty, asker) in &asked.types {
            if let Some(known) = self.attributes.get(AttributeRoot::Resource, Some(ty), name) {
                everywhere.push(known.clone());
                continue;
            }
            if !self.names.is_forgiven(name) {
                self.missing_on_type(attribute, ty, asker, fits);
            }
            return None;
        }
        Some(everywhere)
    }

    fn missing_on_type(
        &mut self,
        attribute: &AttributeRef,
        ty: TypeId,
        asker: Asker,
        fits: &dyn Fn(&ValueType) -> bool,
    ) {
        let name = &attribute.name.text;
        let meant = self.nearest(name, |own| own.ty == Some(ty), fits);
        let ((ty, declared), (asker, place)) = (self.type_name(ty), self.asker(asker));
        let help = format!("declare `attribute {name}: TYPE` in `resource {ty}`");
        self.report.push(
            Diagnostic::new(
                Code::UnknownAttribute,
                attribute.span,
                format!("`{ty}`, on which {asker} is asked, has no attribute `{name}`"),
            )
            .also(declared, format!("declares no `{name}`"))
            .also(place, format!("asked on `{ty}`"))
            .help(help)
            .meant(attribute.name.span, name, meant.as_deref()),
        );
    }
}

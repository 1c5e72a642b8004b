//! Comparisons > tests of typed values.
//!
//! Enters: two sides and what stands between them. Leaves: a [`ValueTest`] whose sides fit, literals read as what the other
//! side is. Knows nothing of the formula around it.

use crate::ast::{CompareOp, Literal, LiteralValue, Operand as Written};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Formula, Operand, ValueTest, ValueType};
use crate::resolve::Resolver;
use crate::resolve::asked::Asked;
use crate::resolve::attributes::describe;
use crate::resolve::literals::{Wanted, fits};
use crate::source::{Span, Spanned};
use std::rc::Rc;

/// A side of a comparison.
enum Side<'a> {
    /// An attribute, or who asks: its type is known.
    Typed { operand: Operand, value_type: Rc<ValueType>, declared: Option<Span>, span: Span },
    /// A literal: it takes the type of the other side.
    Literal(&'a Literal),
}

/// Why a comparison says the same of every request, and what to do about it.
fn pointless(left: &Side<'_>, right: &Side<'_>) -> Option<(&'static str, &'static str)> {
    match (left, right) {
        (Side::Literal(_), Side::Literal(_)) => Some((
            "two literals are compared",
            "compare an attribute: `principal.x`, `resource.x` or `context.x`",
        )),
        (
            Side::Typed { operand: Operand::Principal, .. },
            Side::Typed { operand: Operand::Principal, .. },
        ) => Some((
            "who asks is compared with itself",
            "compare an attribute, as in `principal == resource.owner`",
        )),
        _ => None,
    }
}

impl Resolver<'_, '_> {
    /// `left OP right`; `None` after a reported fault.
    pub(super) fn comparison(
        &mut self,
        left: &Written,
        op: &Spanned<CompareOp>,
        right: &Written,
        span: Span,
        asked: &Asked,
    ) -> Option<Formula> {
        let fits_left = self.partner(right, op.value, false);
        let fits_right = self.partner(left, op.value, true);
        let (left, right) = (self.side(left, asked, &fits_left), self.side(right, asked, &fits_right));
        let (left, right) = (left?, right?);
        if let Some((message, help)) = pointless(&left, &right) {
            self.report.push(Diagnostic::new(Code::TypeMismatch, span, message).help(help));
            return None;
        }
        let (left, right) = match op.value {
            CompareOp::Equal | CompareOp::NotEqual => self.alike(left, right),
            CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual => {
                self.ordered(left, op, right)
            }
            CompareOp::In => self.membership(left, right, op),
            CompareOp::Contains => self.membership(right, left, op).map(|(element, set)| (set, element)),
        }?;
        Some(Formula::Test(ValueTest::Compare { left, op: op.value, right }))
    }

    /// Which types fit the other side of a comparison; `right`: whether the other side is the right one.
    fn partner<'w>(
        &self,
        known: &'w Written,
        op: CompareOp,
        right: bool,
    ) -> impl Fn(&ValueType) -> bool + use<'w> {
        let types: Vec<ValueType> = match known {
            Written::Literal(_) => Vec::new(),
            Written::Principal(_) => vec![ValueType::Principal],
            Written::Attribute(attribute) => {
                let named = self.attributes.named(attribute.root, &attribute.name.text);
                named.map(|known| known.value_type.as_ref().clone()).collect()
            }
        };
        let is_ordered = matches!(
            op,
            CompareOp::Less | CompareOp::LessOrEqual | CompareOp::Greater | CompareOp::GreaterOrEqual
        );
        let holds_other = matches!((op, right), (CompareOp::In, true) | (CompareOp::Contains, false));
        let is_held = matches!((op, right), (CompareOp::In, false) | (CompareOp::Contains, true));
        move |ty| {
            if is_ordered && !matches!(ty, ValueType::Int | ValueType::Timestamp) {
                return false;
            }
            let element = match ty {
                ValueType::Set(element) if holds_other => element.as_ref(),
                ValueType::Ip => ty,
                _ if holds_other => return false,
                _ => ty,
            };
            match known {
                Written::Literal(literal) => match &literal.value {
                    LiteralValue::List(items) if is_held => items.iter().all(|item| fits(item, element)),
                    _ => fits(literal, element),
                },
                Written::Principal(_) | Written::Attribute(_) => types.iter().any(|known| match known {
                    ValueType::Set(inner) if is_held => **inner == *element,
                    known => *known == *element,
                }),
            }
        }
    }

    fn side<'w>(
        &mut self,
        operand: &'w Written,
        asked: &Asked,
        fits: &dyn Fn(&ValueType) -> bool,
    ) -> Option<Side<'w>> {
        match operand {
            Written::Attribute(attribute) => {
                let known = self.attribute(attribute, asked, fits)?;
                Some(Side::Typed {
                    operand: Operand::Attribute(known.name),
                    value_type: known.value_type,
                    declared: Some(known.type_span),
                    span: attribute.span,
                })
            }
            Written::Principal(span) => Some(Side::Typed {
                operand: Operand::Principal,
                value_type: Rc::new(ValueType::Principal),
                declared: None,
                span: *span,
            }),
            Written::Literal(literal) => Some(Side::Literal(literal)),
        }
    }

    /// Both sides of one type.
    fn alike(&mut self, left: Side<'_>, right: Side<'_>) -> Option<(Operand, Operand)> {
        match (left, right) {
            (Side::Typed { operand, value_type, declared, .. }, Side::Literal(literal)) => {
                Some((operand, self.literal(literal, &value_type, declared)?))
            }
            (Side::Literal(literal), Side::Typed { operand, value_type, declared, .. }) => {
                Some((self.literal(literal, &value_type, declared)?, operand))
            }
            (left, right) => self.same_type(left, right),
        }
    }

    /// Two attributes, or an attribute and who asks.
    fn same_type(&mut self, left: Side<'_>, right: Side<'_>) -> Option<(Operand, Operand)> {
        let (
            Side::Typed { operand: one, value_type: first, declared: first_span, span },
            Side::Typed { operand: two, value_type: second, declared: second_span, span: end },
        ) = (left, right)
        else {
            return None;
        };
        if first == second {
            return Some((one, two));
        }
        self.different(span.to(end), (&first, first_span), (&second, second_span))
    }

    /// Reports two types that do not fit.
    fn different<T>(
        &mut self,
        at: Span,
        left: (&ValueType, Option<Span>),
        right: (&ValueType, Option<Span>),
    ) -> Option<T> {
        let message = format!("`{}` is compared with `{}`", describe(left.0), describe(right.0));
        let mut diagnostic = Diagnostic::new(Code::TypeMismatch, at, message)
            .help("compare values of one type, or correct one of the declarations");
        for (value_type, declared) in [left, right] {
            if let Some(span) = declared {
                diagnostic = diagnostic.also(span, format!("declared as `{}` here", describe(value_type)));
            }
        }
        self.report.push(diagnostic);
        None
    }

    /// Integers and timestamps have an order.
    fn ordered(
        &mut self,
        left: Side<'_>,
        op: &Spanned<CompareOp>,
        right: Side<'_>,
    ) -> Option<(Operand, Operand)> {
        for side in [&left, &right] {
            let Side::Typed { value_type, declared, span, .. } = side else { continue };
            if matches!(**value_type, ValueType::Int | ValueType::Timestamp) {
                continue;
            }
            let (op, ty) = (op.value.sign(), describe(value_type));
            let message = format!("`{op}` compares integers and timestamps, and this is `{ty}`");
            let diagnostic = Diagnostic::new(Code::TypeMismatch, *span, message)
                .help("use `==`, `!=` or `in`, or declare it as `int` or `timestamp`");
            self.report.push(match declared {
                Some(declared) => diagnostic.also(*declared, format!("declared as `{ty}` here")),
                None => diagnostic,
            });
            return None;
        }
        self.alike(left, right)
    }

    /// `element in set`; `set contains element` comes here with its sides turned round.
    fn membership(
        &mut self,
        element: Side<'_>,
        set: Side<'_>,
        op: &Spanned<CompareOp>,
    ) -> Option<(Operand, Operand)> {
        match (element, set) {
            (Side::Typed { operand, value_type, declared, span }, Side::Literal(literal)) => {
                if matches!(*value_type, ValueType::Set(_)) {
                    return self.not_an_element(&value_type, declared, span);
                }
                let wanted = Wanted { value_type: &value_type, declared };
                let value = match (&literal.value, &*value_type) {
                    (LiteralValue::List(items), _) => self.set(items, wanted),
                    (_, ValueType::Ip) => self.value(literal, wanted),
                    _ => self.not_a_set(literal.span, "a single value", None, op),
                }?;
                Some((operand, Operand::Value(value)))
            }
            (element, Side::Typed { operand: set, value_type, declared, span }) => {
                let inner = match &*value_type {
                    ValueType::Set(inner) => inner.as_ref(),
                    // A network holds addresses.
                    ValueType::Ip => &ValueType::Ip,
                    _ => return self.not_a_set(span, &format!("`{}`", describe(&value_type)), declared, op),
                };
                match element {
                    Side::Literal(literal) => Some((self.literal(literal, inner, declared)?, set)),
                    Side::Typed { operand, value_type: own, .. } if *own == *inner => Some((operand, set)),
                    Side::Typed { value_type: own, declared: own_declared, span: own_span, .. } => {
                        if matches!(*own, ValueType::Set(_)) {
                            return self.not_an_element(&own, own_declared, own_span);
                        }
                        let at = own_span.to(span);
                        self.different(at, (&own, own_declared), (&value_type, declared))
                    }
                }
            }
            // Two literals were refused before.
            (Side::Literal(_), Side::Literal(_)) => None,
        }
    }

    fn not_a_set<T>(
        &mut self,
        at: Span,
        what: &str,
        declared: Option<Span>,
        op: &Spanned<CompareOp>,
    ) -> Option<T> {
        let side = if op.value == CompareOp::In { "right" } else { "left" };
        let message =
            format!("`{}` needs a list or a set on its {side}, and this is {what}", op.value.sign());
        let mut diagnostic = Diagnostic::new(Code::TypeMismatch, at, message);
        match declared {
            Some(declared) => {
                diagnostic = diagnostic
                    .also(declared, "its type is declared here")
                    .help("compare it with `==`, or declare it as a set: `[...]`");
            }
            None => diagnostic = diagnostic.help("write a list: `[...]`"),
        }
        self.report.push(diagnostic);
        None
    }

    fn not_an_element<T>(&mut self, ty: &ValueType, declared: Option<Span>, at: Span) -> Option<T> {
        let message = format!("this is `{}`, and a set holds single values", describe(ty));
        let diagnostic = Diagnostic::new(Code::TypeMismatch, at, message).help("compare two sets with `==`");
        self.report.push(match declared {
            Some(declared) => diagnostic.also(declared, "its type is declared here"),
            None => diagnostic,
        });
        None
    }

    fn literal(&mut self, literal: &Literal, ty: &ValueType, declared: Option<Span>) -> Option<Operand> {
        self.value(literal, Wanted { value_type: ty, declared }).map(Operand::Value)
    }
}

//! Conditions > expressions.
//!
//! A condition of a policy is true, false or undecided, where an attribute is missing; an expression of Cedar that reads a missing
//! attribute fails, and its policy is passed over. So every test asks first whether what it reads is there, and the caller says as
//! what it counts where it is not: as false in a grant, as true in a denial. `not` is pushed down to the tests, since what is
//! undecided stays so when it is negated.

use super::expr::Expr;
use super::names::Uid;
use super::text::{literal, string};
use super::{Export, Refusal};
use crate::model::{
    AttributeNameId, AttributeRoot, CompareOp, Formula, Operand, PrincipalValue, PrivilegeId, TypeId, Value,
    ValueTest, ValueType,
};
use crate::source::Span;

/// How a condition is read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// The type of the resource that it speaks of.
    pub(super) ty: Option<TypeId>,
    /// As what a test counts that can't be decided.
    pub(super) undecided: bool,
    /// Where it stands.
    pub(super) at: Span,
}

/// The parts of the record that a principal as a value is.
const WHO: [(&str, &str, &str); 3] =
    [("user", "User", "users"), ("service", "Service", "services"), ("group", "Group", "groups")];

/// A side of a comparison.
enum Side<'v> {
    /// The path of an attribute, and its type.
    Attribute(String, &'v ValueType),
    /// Who asks.
    Asker,
    Value(&'v Value),
}

/// What can't be said, and what to do.
struct Unsayable(&'static str, &'static str);

const NO_LOOP: Unsayable = Unsayable(
    "it looks for an address in the networks of a set, and Cedar's sets find only what is equal",
    "compare with a network that the policy names, as in `context.ip in [10.0.0.0/8]`",
);
pub(super) const TOO_FINE: (&str, &str) = (
    "Cedar's times are whole milliseconds of the years 0 to 9999",
    "write the time without what is finer than a millisecond",
);
const FINE: Unsayable = Unsayable(TOO_FINE.0, TOO_FINE.1);

impl<'m> Export<'m> {
    /// A condition, or its opposite where `negated`; `granted` says what a privilege in a requirement stands for.
    pub(super) fn condition(
        &mut self,
        formula: &'m Formula,
        reading: Reading,
        negated: bool,
        granted: &mut dyn FnMut(&mut Export<'m>, PrivilegeId) -> Expr,
    ) -> Expr {
        let each = |export: &mut Export<'m>,
                    parts: &'m [Formula],
                    granted: &mut dyn FnMut(&mut Export<'m>, PrivilegeId) -> Expr|
         -> Vec<Expr> {
            parts.iter().map(|part| export.condition(part, reading, negated, granted)).collect()
        };
        match (formula, negated) {
            (Formula::And(parts), false) | (Formula::Or(parts), true) => {
                Expr::all(each(self, parts, granted))
            }
            (Formula::Or(parts), false) | (Formula::And(parts), true) => {
                Expr::any(each(self, parts, granted))
            }
            (Formula::Not(part), _) => self.condition(part, reading, !negated, granted),
            (Formula::Test(test), _) => self.test(test, reading, negated),
            // Requirements negate no privilege.
            (Formula::Privilege(id), _) => granted(self, *id),
            (Formula::Any(ids), _) => Expr::any(ids.iter().map(|&id| granted(self, id)).collect::<Vec<_>>()),
            (Formula::All(ids), _) => Expr::all(ids.iter().map(|&id| granted(self, id)).collect::<Vec<_>>()),
        }
    }

    fn test(&mut self, test: &'m ValueTest, reading: Reading, negated: bool) -> Expr {
        let sign = |expr: Expr| if negated { expr.not() } else { expr };
        match test {
            ValueTest::Has(name) => sign(self.has(*name, reading)),
            ValueTest::Truth(name) => {
                let read = sign(Expr::text(self.path(*name)));
                Expr::guarded(self.has(*name, reading), read, reading.undecided)
            }
            ValueTest::Compare { left, op, right } => {
                let mut present = Vec::new();
                for operand in [left, right] {
                    if let Operand::Attribute(name) = operand {
                        present.push(self.has(*name, reading));
                    }
                }
                let compared = match (self.side(left, reading), self.side(right, reading)) {
                    (Some(left), Some(right)) => compare(&left, *op, &right),
                    // What the type does not declare is never there.
                    _ => Ok(Expr::FALSE),
                };
                match compared {
                    Ok(compared) => Expr::guarded(Expr::all(present), sign(compared), reading.undecided),
                    Err(Unsayable(why, help)) => {
                        self.refuse(Refusal::new(reading.at, "a condition", why, help));
                        Expr::FALSE
                    }
                }
            }
        }
    }

    /// The declared type of an attribute, where it is read of a resource of a type.
    fn type_of(&self, name: AttributeNameId, reading: Reading) -> Option<&'m ValueType> {
        let (root, _) = self.model.attribute_names.get(name.index())?;
        let ty = if *root == AttributeRoot::Resource { Some(reading.ty?) } else { None };
        self.attributes.get(&(name, ty)).copied()
    }

    /// Whether an attribute has a value.
    fn has(&self, name: AttributeNameId, reading: Reading) -> Expr {
        if self.type_of(name, reading).is_none() {
            return Expr::FALSE;
        }
        let Some((root, name)) = self.model.attribute_names.get(name.index()) else { return Expr::FALSE };
        Expr::text(format!("{} has {}", root_word(*root), quoted_name(name)))
    }

    fn path(&self, name: AttributeNameId) -> String {
        let Some((root, name)) = self.model.attribute_names.get(name.index()) else { return String::new() };
        match is_plain(name) {
            true => format!("{}.{name}", root_word(*root)),
            false => format!("{}[{}]", root_word(*root), string(name)),
        }
    }

    fn side(&self, operand: &'m Operand, reading: Reading) -> Option<Side<'m>> {
        Some(match operand {
            Operand::Attribute(name) => Side::Attribute(self.path(*name), self.type_of(*name, reading)?),
            Operand::Principal => Side::Asker,
            Operand::Value(value) => Side::Value(value),
        })
    }
}

/// The name of an attribute as a schema and `has` write it.
pub(super) fn quoted_name(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { string(name) }
}

/// Whether an attribute can be written without quotes.
fn is_plain(name: &str) -> bool {
    super::names::type_name(name) == name
}

fn root_word(root: AttributeRoot) -> &'static str {
    match root {
        AttributeRoot::Principal => "principal",
        AttributeRoot::Resource => "resource",
        AttributeRoot::Context => "context",
    }
}

/// A comparison of what is there.
fn compare(left: &Side<'_>, op: CompareOp, right: &Side<'_>) -> Result<Expr, Unsayable> {
    match op {
        CompareOp::Equal => equal(left, right),
        CompareOp::NotEqual => equal(left, right).map(Expr::not),
        CompareOp::In => member(left, right),
        CompareOp::Contains => member(right, left),
        CompareOp::Less => infix(left, "<", right),
        CompareOp::LessOrEqual => infix(left, "<=", right),
        CompareOp::Greater => infix(left, ">", right),
        CompareOp::GreaterOrEqual => infix(left, ">=", right),
    }
}

fn plain(side: &Side<'_>) -> Result<String, Unsayable> {
    match side {
        Side::Attribute(path, _) => Ok(path.clone()),
        Side::Asker => Ok("principal".to_owned()),
        Side::Value(value) => literal(value).ok_or(FINE),
    }
}

fn infix(left: &Side<'_>, op: &str, right: &Side<'_>) -> Result<Expr, Unsayable> {
    Ok(Expr::text(format!("{} {op} {}", plain(left)?, plain(right)?)))
}

fn equal(left: &Side<'_>, right: &Side<'_>) -> Result<Expr, Unsayable> {
    match (left, right) {
        (Side::Asker, other) | (other, Side::Asker) => Ok(match other {
            Side::Value(Value::Principal(who)) => is_asker(who, false),
            Side::Attribute(path, _) => Expr::any(WHO.iter().take(2).map(|(part, ty, _)| {
                let read = Expr::text(format!("principal == {path}.{part}"));
                Expr::all([Expr::PrincipalIs(ty), Expr::text(format!("{path} has {part}")), read])
            })),
            _ => Expr::FALSE,
        }),
        (Side::Attribute(path, ty), Side::Value(value)) | (Side::Value(value), Side::Attribute(path, ty)) => {
            equals_value(path, ty, value)
        }
        _ => infix(left, "==", right),
    }
}

fn equals_value(path: &str, ty: &ValueType, value: &Value) -> Result<Expr, Unsayable> {
    match (ty, value) {
        (ValueType::Principal, Value::Principal(who)) => Ok(part_equals(path, who)),
        (ValueType::Set(element), Value::Set(values)) if **element == ValueType::Principal => {
            let parts = WHO.iter().map(|(_, ty, parts)| {
                let uids: Vec<String> = uids(values, ty);
                match uids.is_empty() {
                    true => Expr::text(format!("{path}.{parts}.isEmpty()")),
                    false => Expr::text(format!("{path}.{parts} == [{}]", uids.join(", "))),
                }
            });
            Ok(Expr::all(parts))
        }
        (_, Value::Set(values)) if values.is_empty() => Ok(Expr::text(format!("{path}.isEmpty()"))),
        _ => Ok(Expr::text(format!("{path} == {}", literal(value).ok_or(FINE)?))),
    }
}

/// The principals of one kind.
fn uids(values: &[Value], ty: &str) -> Vec<String> {
    let uids = values.iter().filter_map(|value| match value {
        Value::Principal(who) => Some(Uid::of(who)),
        _ => None,
    });
    uids.filter(|uid| uid.ty == ty).map(|uid| uid.to_string()).collect()
}

/// The names of the parts of a record that a principal stands in.
fn parts_of(who: &PrincipalValue) -> (&'static str, &'static str) {
    match who {
        PrincipalValue::User(_) => ("user", "users"),
        PrincipalValue::Service(_) => ("service", "services"),
        PrincipalValue::Group(_) => ("group", "groups"),
    }
}

fn part_equals(path: &str, who: &PrincipalValue) -> Expr {
    let (part, _) = parts_of(who);
    let read = Expr::text(format!("{path}.{part} == {}", Uid::of(who)));
    Expr::text(format!("{path} has {part}")).and(read)
}

/// Whether somebody is who asks, or where `grouped` a group that it is in.
fn is_asker(who: &PrincipalValue, grouped: bool) -> Expr {
    match who {
        PrincipalValue::Group(_) if !grouped => Expr::FALSE,
        PrincipalValue::Group(_) => Expr::PrincipalIn(Uid::of(who)),
        PrincipalValue::User(_) | PrincipalValue::Service(_) => Expr::PrincipalEq(Uid::of(who)),
    }
}

/// `element in set`.
fn member(element: &Side<'_>, set: &Side<'_>) -> Result<Expr, Unsayable> {
    match (element, set) {
        (_, Side::Asker) => Ok(Expr::FALSE),
        (Side::Asker, Side::Value(Value::Set(values))) => {
            Ok(Expr::any(values.iter().filter_map(|value| match value {
                Value::Principal(who) => Some(is_asker(who, true)),
                _ => None,
            })))
        }
        (Side::Asker, Side::Value(value)) => {
            let Value::Principal(who) = value else { return Ok(Expr::FALSE) };
            Ok(is_asker(who, true))
        }
        (Side::Asker, Side::Attribute(path, ValueType::Set(_))) => {
            let within =
                |(_, _, parts): &(&str, &str, &str)| Expr::text(format!("principal in {path}.{parts}"));
            Ok(Expr::any(WHO.iter().map(within)))
        }
        (Side::Asker, Side::Attribute(path, _)) => Ok(Expr::any(WHO.iter().map(|(part, _, _)| {
            let read = Expr::text(format!("principal in {path}.{part}"));
            Expr::text(format!("{path} has {part}")).and(read)
        }))),
        (_, Side::Attribute(path, ValueType::Set(inner))) => in_attribute(element, path, inner),
        // A network.
        (_, Side::Attribute(..) | Side::Value(Value::Ip(_))) => {
            Ok(Expr::text(format!("{}.isInRange({})", plain(element)?, plain(set)?)))
        }
        (_, Side::Value(Value::Set(values))) => in_list(element, values),
        (_, Side::Value(_)) => equal(element, set),
    }
}

/// Whether a set that an attribute has holds something.
fn in_attribute(element: &Side<'_>, path: &str, inner: &ValueType) -> Result<Expr, Unsayable> {
    match (inner, element) {
        (ValueType::Ip, _) => Err(NO_LOOP),
        (ValueType::Principal, Side::Value(Value::Principal(who))) => {
            let (_, parts) = parts_of(who);
            Ok(Expr::text(format!("{path}.{parts}.contains({})", Uid::of(who))))
        }
        (ValueType::Principal, Side::Attribute(other, _)) => {
            Ok(Expr::any(WHO.iter().map(|(part, _, parts)| {
                let read = Expr::text(format!("{path}.{parts}.contains({other}.{part})"));
                Expr::text(format!("{other} has {part}")).and(read)
            })))
        }
        _ => Ok(Expr::text(format!("{path}.contains({})", plain(element)?))),
    }
}

/// Whether a list that the policy writes holds something.
fn in_list(element: &Side<'_>, values: &[Value]) -> Result<Expr, Unsayable> {
    let read = plain(element)?;
    match values.first() {
        None => Ok(Expr::FALSE),
        Some(Value::Ip(_)) => {
            let networks: Option<Vec<String>> = values.iter().map(literal).collect();
            let within = |network: String| Expr::text(format!("{read}.isInRange({network})"));
            Ok(Expr::any(networks.ok_or(FINE)?.into_iter().map(within)))
        }
        Some(Value::Principal(_)) => Ok(Expr::any(WHO.iter().map(|(part, ty, _)| {
            let uids = uids(values, ty);
            match uids.is_empty() {
                true => Expr::FALSE,
                false => Expr::text(format!("{read} has {part}"))
                    .and(Expr::text(format!("[{}].contains({read}.{part})", uids.join(", ")))),
            }
        }))),
        Some(_) => {
            let values: Option<Vec<String>> = values.iter().map(literal).collect();
            Ok(Expr::text(format!("[{}].contains({read})", values.ok_or(FINE)?.join(", "))))
        }
    }
}

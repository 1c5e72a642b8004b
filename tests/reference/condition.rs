//! Conditions: true, false, or not to be decided.

use super::question::{Given, Question, root_name};
use super::who::Who;
use policyc::model::{
    AttributeNameId, AttributeRoot, CompareOp, Formula, Model, Operand, PrincipalKind, PrincipalValue, Value,
    ValueTest,
};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// The three values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// An attribute is missing.
    Undecided,
}

impl Truth {
    /// The value of something that is known.
    pub fn of(known: bool) -> Truth {
        if known { Truth::True } else { Truth::False }
    }

    /// True is false, false is true.
    pub fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Undecided => Truth::Undecided,
        }
    }

    /// One false part makes all of it false, whatever is missing elsewhere.
    pub fn all(parts: &[Truth]) -> Truth {
        if parts.contains(&Truth::False) {
            Truth::False
        } else if parts.contains(&Truth::Undecided) {
            Truth::Undecided
        } else {
            Truth::True
        }
    }

    /// One true part makes all of it true, whatever is missing elsewhere.
    pub fn any(parts: &[Truth]) -> Truth {
        if parts.contains(&Truth::True) {
            Truth::True
        } else if parts.contains(&Truth::Undecided) {
            Truth::Undecided
        } else {
            Truth::False
        }
    }
}

/// What conditions read.
pub struct Facts<'m> {
    /// The policy.
    pub model: &'m Model,
    /// Who asks.
    pub who: &'m Who,
    /// The values known of the principal, the resource and the context.
    pub values: BTreeMap<(AttributeRoot, String), Value>,
    /// When.
    pub at: Option<i64>,
}

impl Facts<'_> {
    /// The value of a condition. Privileges do not stand in conditions.
    pub fn truth(&self, formula: &Formula) -> Truth {
        match formula {
            Formula::And(parts) => Truth::all(&parts.iter().map(|part| self.truth(part)).collect::<Vec<_>>()),
            Formula::Or(parts) => Truth::any(&parts.iter().map(|part| self.truth(part)).collect::<Vec<_>>()),
            Formula::Not(part) => self.truth(part).not(),
            Formula::Test(test) => self.test(test),
            Formula::Privilege(_) | Formula::Any(_) | Formula::All(_) => {
                unreachable!("a condition names a privilege")
            }
        }
    }

    /// What an undecided condition lacks: nothing from the parts that could be decided without it.
    pub fn missing(&self, formula: &Formula) -> BTreeSet<String> {
        if self.truth(formula) != Truth::Undecided {
            return BTreeSet::new();
        }
        match formula {
            Formula::And(parts) | Formula::Or(parts) => {
                parts.iter().flat_map(|part| self.missing(part)).collect()
            }
            Formula::Not(part) => self.missing(part),
            Formula::Test(test) => self.missing_in_test(test),
            Formula::Privilege(_) | Formula::Any(_) | Formula::All(_) => BTreeSet::new(),
        }
    }

    /// The bounds of an assignment: `from` inclusive, `until` exclusive; undecided without a time.
    pub fn period(&self, from: Option<i64>, until: Option<i64>) -> Truth {
        match self.at {
            _ if from.is_none() && until.is_none() => Truth::True,
            None => Truth::Undecided,
            Some(at) => Truth::of(from.is_none_or(|from| from <= at) && until.is_none_or(|until| at < until)),
        }
    }

    /// A test of values: undecided if one of them is missing, but `has` never is.
    pub fn test(&self, test: &ValueTest) -> Truth {
        match test {
            ValueTest::Has(name) => Truth::of(self.value(*name).is_some()),
            ValueTest::Truth(name) => match self.value(*name) {
                None => Truth::Undecided,
                Some(value) => Truth::of(*value == Value::Bool(true)),
            },
            ValueTest::Compare { left, op, right } => match (self.side(left), self.side(right)) {
                (Some(left), Some(right)) => Truth::of(self.compare(left, *op, right)),
                _ => Truth::Undecided,
            },
        }
    }

    /// The attributes that a test reads and that have no value.
    pub fn missing_in_test(&self, test: &ValueTest) -> BTreeSet<String> {
        let names = match test {
            ValueTest::Truth(name) => vec![*name],
            ValueTest::Has(_) => Vec::new(),
            ValueTest::Compare { left, right, .. } => [left, right]
                .into_iter()
                .filter_map(|operand| if let Operand::Attribute(name) = operand { Some(*name) } else { None })
                .collect(),
        };
        let absent = names.into_iter().filter(|&name| self.value(name).is_none());
        absent.map(|name| self.attribute_name(name)).collect()
    }

    fn attribute_name(&self, id: AttributeNameId) -> String {
        let (root, name) = &self.model.attribute_names[id.index()];
        format!("{}.{name}", root_name(*root))
    }

    fn value(&self, id: AttributeNameId) -> Option<&Value> {
        let (root, name) = &self.model.attribute_names[id.index()];
        self.values.get(&(*root, name.to_string()))
    }

    fn side<'s>(&'s self, operand: &'s Operand) -> Option<Side<'s>> {
        match operand {
            Operand::Attribute(name) => self.value(*name).map(Side::Value),
            Operand::Principal => Some(Side::WhoAsks),
            Operand::Value(value) => Some(Side::Value(value)),
        }
    }

    fn compare(&self, left: Side<'_>, op: CompareOp, right: Side<'_>) -> bool {
        match op {
            CompareOp::Equal => self.same(left, right),
            CompareOp::NotEqual => !self.same(left, right),
            CompareOp::Less => order(left, right) == Some(Ordering::Less),
            CompareOp::LessOrEqual => matches!(order(left, right), Some(Ordering::Less | Ordering::Equal)),
            CompareOp::Greater => order(left, right) == Some(Ordering::Greater),
            CompareOp::GreaterOrEqual => {
                matches!(order(left, right), Some(Ordering::Greater | Ordering::Equal))
            }
            CompareOp::In => self.is_in(left, right),
            CompareOp::Contains => self.is_in(right, left),
        }
    }

    /// `principal == x` compares identities.
    ///
    /// Open: who has no identity equals nothing, so `principal != x` holds for it.
    fn same(&self, left: Side<'_>, right: Side<'_>) -> bool {
        match (left, right) {
            (Side::Value(left), Side::Value(right)) => left == right,
            (Side::WhoAsks, Side::Value(value)) | (Side::Value(value), Side::WhoAsks) => {
                self.is_identity(value)
            }
            (Side::WhoAsks, Side::WhoAsks) => unreachable!("refused by the compiler"),
        }
    }

    /// A value is in a set that holds it, an address or network in one that covers it, or in a set of which one does. Who
    /// asks is in a set that holds it or an enabled group that it is in.
    fn is_in(&self, element: Side<'_>, set: Side<'_>) -> bool {
        match (element, set) {
            (Side::Value(element), Side::Value(Value::Set(values))) => {
                values.iter().any(|value| value == element || covers(value, element))
            }
            (Side::Value(element), Side::Value(network)) => covers(network, element),
            (Side::WhoAsks, Side::Value(Value::Set(values))) => {
                values.iter().any(|value| self.is_identity(value) || self.is_group_of_asker(value))
            }
            (Side::WhoAsks, Side::Value(value)) => self.is_identity(value) || self.is_group_of_asker(value),
            (_, Side::WhoAsks) => false,
        }
    }

    fn is_identity(&self, value: &Value) -> bool {
        match (&self.who.identity, value) {
            (Some((PrincipalKind::User, name)), Value::Principal(PrincipalValue::User(other))) => {
                other == name
            }
            (Some((PrincipalKind::Service, name)), Value::Principal(PrincipalValue::Service(other))) => {
                other == name
            }
            _ => false,
        }
    }

    fn is_group_of_asker(&self, value: &Value) -> bool {
        matches!(value, Value::Principal(PrincipalValue::Group(name)) if self.who.group_names.contains(name.as_str()))
    }
}

/// A side of a comparison that is there.
#[derive(Clone, Copy)]
enum Side<'s> {
    Value(&'s Value),
    WhoAsks,
}

fn order(left: Side<'_>, right: Side<'_>) -> Option<Ordering> {
    match (left, right) {
        (Side::Value(Value::Int(left)), Side::Value(Value::Int(right)))
        | (Side::Value(Value::Timestamp(left)), Side::Value(Value::Timestamp(right))) => {
            Some(left.cmp(right))
        }
        (Side::Value(Value::String(left)), Side::Value(Value::String(right))) => Some(left.cmp(right)),
        _ => None,
    }
}

fn covers(network: &Value, inner: &Value) -> bool {
    matches!((network, inner), (Value::Ip(network), Value::Ip(inner)) if network.contains(*inner))
}

/// A value of a question as a value of the model.
pub fn value_of(given: &Given) -> Value {
    match given {
        Given::Bool(value) => Value::Bool(*value),
        Given::Int(value) => Value::Int(*value),
        Given::String(value) => Value::String(value.as_str().into()),
        Given::Timestamp(value) => Value::Timestamp(*value),
        Given::Ip(value) => Value::Ip(*value),
        Given::Principal(PrincipalKind::User, name) => {
            Value::Principal(PrincipalValue::User(name.as_str().into()))
        }
        Given::Principal(PrincipalKind::Service, name) => {
            Value::Principal(PrincipalValue::Service(name.as_str().into()))
        }
        Given::Group(name) => Value::Principal(PrincipalValue::Group(name.as_str().into())),
        Given::Set(values) => {
            let values: BTreeSet<Value> = values.iter().map(value_of).collect();
            Value::Set(values.into_iter().collect())
        }
    }
}

/// The values that came with a question; they win over declared ones.
///
/// Open: of two values for one attribute the first counts.
pub fn given_values(question: &Question, resource: bool) -> BTreeMap<(AttributeRoot, String), Value> {
    let taken =
        question.attributes.iter().filter(|(root, _, _)| resource || *root != AttributeRoot::Resource);
    taken.rev().map(|(root, name, given)| ((*root, name.clone()), value_of(given))).collect()
}

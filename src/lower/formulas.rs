//! Formulas, tests, constants and types of values.

use super::pool::Pool;
use crate::model::{
    AttributeId, CompareOp, Formula, Model, Network, Operand, PrincipalKind, PrincipalValue, PrivilegeId,
    Value, ValueTest, ValueType,
};
use crate::policy::layout::{self, Constant, FormulaKind, Test, TestKind, TypeTag, ValueTag};
use std::net::IpAddr;

/// The number of a formula.
pub(super) fn formula(formula: &Formula, pool: &mut Pool) -> u32 {
    let privileges = |list: &[PrivilegeId]| list.iter().map(|privilege| privilege.0).collect::<Vec<_>>();
    let (kind, of) = match formula {
        Formula::And(parts) => {
            let parts: Vec<u32> = parts.iter().map(|part| self::formula(part, pool)).collect();
            return pool.all_of(&parts);
        }
        Formula::Or(parts) => {
            let mut parts: Vec<u32> = parts.iter().map(|part| self::formula(part, pool)).collect();
            parts.sort_unstable();
            parts.dedup();
            if let &[one] = parts.as_slice() {
                return one;
            }
            (FormulaKind::Or, pool.list(parts))
        }
        Formula::Not(part) => (FormulaKind::Not, self::formula(part, pool)),
        Formula::Privilege(privilege) => (FormulaKind::Privilege, privilege.0),
        Formula::Any(list) => (FormulaKind::Any, pool.list(privileges(list))),
        Formula::All(list) => (FormulaKind::All, pool.list(privileges(list))),
        Formula::Test(test) => (FormulaKind::Test, value_test(test, pool)),
    };
    pool.formula(kind, of)
}

/// The formula of a bound of time: from or until the given moment, in microseconds.
pub(super) fn bound(kind: TestKind, at: i64, pool: &mut Pool) -> u32 {
    let left = constant(&Value::Timestamp(at), pool);
    let test = pool.test(Test { kind: kind as u32, left, right: 0 });
    pool.formula(FormulaKind::Test, test)
}

fn value_test(test: &ValueTest, pool: &mut Pool) -> u32 {
    let (kind, left, right) = match test {
        ValueTest::Truth(name) => (TestKind::Truth, name.0, 0),
        ValueTest::Has(name) => (TestKind::Has, name.0, 0),
        ValueTest::Compare { left, op, right } => {
            let kind = match op {
                CompareOp::Equal => TestKind::Equal,
                CompareOp::NotEqual => TestKind::NotEqual,
                CompareOp::Less => TestKind::Less,
                CompareOp::LessOrEqual => TestKind::LessOrEqual,
                CompareOp::Greater => TestKind::Greater,
                CompareOp::GreaterOrEqual => TestKind::GreaterOrEqual,
                CompareOp::In => TestKind::In,
                CompareOp::Contains => TestKind::Contains,
            };
            (kind, operand(left, pool), operand(right, pool))
        }
    };
    pool.test(Test { kind: kind as u32, left, right })
}

fn operand(operand: &Operand, pool: &mut Pool) -> u32 {
    let operand = match operand {
        Operand::Attribute(name) => layout::Operand::Attribute(name.0),
        Operand::Principal => layout::Operand::Principal,
        Operand::Value(value) => layout::Operand::Constant(constant(value, pool)),
    };
    operand.code()
}

/// The number of a constant. The elements of a set come before it.
pub(super) fn constant(value: &Value, pool: &mut Pool) -> u32 {
    let long = |value: i64| {
        let bits = value.cast_unsigned();
        (bits as u32, (bits >> 32) as u32)
    };
    let constant = match value {
        Value::Bool(value) => {
            Constant { kind: ValueTag::Bool as u32, a: u32::from(*value), ..Constant::default() }
        }
        Value::Int(value) => {
            let (a, b) = long(*value);
            Constant { kind: ValueTag::Int as u32, a, b, ..Constant::default() }
        }
        Value::Timestamp(value) => {
            let (a, b) = long(*value);
            Constant { kind: ValueTag::Timestamp as u32, a, b, ..Constant::default() }
        }
        Value::String(text) => {
            Constant { kind: ValueTag::String as u32, a: pool.string(text), ..Constant::default() }
        }
        Value::Ip(network) => network_constant(*network),
        Value::Principal(PrincipalValue::Group(name)) => {
            Constant { kind: ValueTag::Group as u32, a: pool.string(name), ..Constant::default() }
        }
        Value::Principal(PrincipalValue::User(name)) => principal(PrincipalKind::User, name, pool),
        Value::Principal(PrincipalValue::Service(name)) => principal(PrincipalKind::Service, name, pool),
        Value::Set(values) => {
            let elements: Vec<u32> = values.iter().map(|value| self::constant(value, pool)).collect();
            Constant { kind: ValueTag::Set as u32, a: pool.list(elements), ..Constant::default() }
        }
    };
    pool.constant(constant)
}

fn principal(kind: PrincipalKind, name: &str, pool: &mut Pool) -> Constant {
    let b = u32::from(kind == PrincipalKind::Service);
    Constant { kind: ValueTag::Principal as u32, a: pool.string(name), b, ..Constant::default() }
}

fn network_constant(network: Network) -> Constant {
    let (bits, family) = match network.address() {
        IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 0),
        IpAddr::V6(address) => (u128::from(address), 256),
    };
    let word = |shift: u32| (bits >> shift) as u32;
    let e = u32::from(network.prefix()) | family;
    Constant { kind: ValueTag::Ip as u32, a: word(96), b: word(64), c: word(32), d: word(0), e }
}

/// The number of a type of values. The element type comes before its set.
pub(super) fn value_type(ty: &ValueType, pool: &mut Pool) -> u32 {
    let (kind, of) = match ty {
        ValueType::Bool => (TypeTag::Bool, 0),
        ValueType::Int => (TypeTag::Int, 0),
        ValueType::String => (TypeTag::String, 0),
        ValueType::Timestamp => (TypeTag::Timestamp, 0),
        ValueType::Ip => (TypeTag::Ip, 0),
        ValueType::Principal => (TypeTag::Principal, 0),
        ValueType::Enum(words) => {
            let words: Vec<u32> = words.iter().map(|word| pool.string(word)).collect();
            (TypeTag::Enum, pool.list(words))
        }
        ValueType::Set(element) => (TypeTag::Set, value_type(element, pool)),
    };
    pool.value_type(layout::ValueType { kind: kind as u32, of })
}

/// The list of pairs of declared values: attribute name, constant.
pub(super) fn attribute_values(model: &Model, values: &[(AttributeId, Value)], pool: &mut Pool) -> u32 {
    let mut pairs = Vec::with_capacity(values.len() * 2);
    for (attribute, value) in values {
        if let Some(attribute) = model.attributes.get(attribute.index()) {
            pairs.push(attribute.name_id.0);
            pairs.push(constant(value, pool));
        }
    }
    pool.list(pairs)
}

//! Whether a formula is true in every world, or in none.
//!
//! Enters: a formula. Leaves: an [`Outcome`]. A world gives each attribute one of a few values that tell its comparisons
//! apart, or none; a test that can't be understood so (sets, addresses, identities) and a privilege are true or false as
//! they like. What no such world allows, no request can bring about; the reverse is not claimed.

use crate::model::{
    AttributeNameId, CompareOp, Formula, Model, Operand, PrivilegeId, Value, ValueTest, ValueType,
};
use smol_str::SmolStr;
use std::cmp::Ordering;

/// How many worlds are looked at; a formula that would take more counts as open.
const WORLDS: usize = 4096;

/// What can become of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is never false.
    Always,
    /// It is never true.
    Never,
    /// Neither is known.
    Open,
}

/// How the values of an attribute can be told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Bool,
    Number,
    Text,
    Enum(Vec<SmolStr>),
    /// Not at all.
    Opaque,
}

/// The attributes of a policy.
pub(super) struct Worlds {
    kinds: Vec<Kind>,
}

/// What a world decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unknown<'m> {
    Attribute(AttributeNameId),
    /// A test as a whole.
    Test(&'m ValueTest),
    Privilege(PrivilegeId),
    /// `any` or `all` of a list.
    List(&'m Formula),
}

/// What it decides on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    Missing,
    Bool(bool),
    Number(i64),
    Text(SmolStr),
    /// A value that no comparison names.
    Some,
}

impl Worlds {
    pub(super) fn new(model: &Model) -> Worlds {
        let mut kinds: Vec<Option<Kind>> = vec![None; model.attribute_names.len()];
        for attribute in &model.attributes {
            let Some(slot) = kinds.get_mut(attribute.name_id.index()) else { continue };
            let kind = match &attribute.value_type {
                ValueType::Bool => Kind::Bool,
                ValueType::Int | ValueType::Timestamp => Kind::Number,
                ValueType::String => Kind::Text,
                ValueType::Enum(words) => Kind::Enum(words.clone()),
                ValueType::Ip | ValueType::Principal | ValueType::Set(_) => Kind::Opaque,
            };
            // Types may declare one name each in its own way.
            *slot = Some(match slot.take() {
                Some(Kind::Enum(mut words)) if matches!(kind, Kind::Enum(_)) => {
                    if let Kind::Enum(more) = kind {
                        words.extend(more);
                    }
                    Kind::Enum(words)
                }
                Some(before) if before != kind => Kind::Opaque,
                _ => kind,
            });
        }
        Worlds { kinds: kinds.into_iter().map(|kind| kind.unwrap_or(Kind::Opaque)).collect() }
    }

    pub(super) fn outcome(&self, formula: &Formula) -> Outcome {
        let mut unknowns: Vec<(Unknown<'_>, Vec<Choice>)> = Vec::new();
        self.collect(formula, &mut unknowns);
        let mut total = 1_usize;
        for (_, choices) in &unknowns {
            total = total.saturating_mul(choices.len());
        }
        if total > WORLDS || unknowns.is_empty() {
            return Outcome::Open;
        }
        let (mut ever_true, mut ever_false) = (false, false);
        for world in 0..total {
            match self.decide(formula, &World { unknowns: &unknowns, number: world }) {
                Some(true) => ever_true = true,
                Some(false) => ever_false = true,
                None => {}
            }
            if ever_true && ever_false {
                return Outcome::Open;
            }
        }
        if ever_true { Outcome::Always } else { Outcome::Never }
    }

    fn kind(&self, name: AttributeNameId) -> &Kind {
        self.kinds.get(name.index()).unwrap_or(&Kind::Opaque)
    }

    fn collect<'m>(&self, formula: &'m Formula, unknowns: &mut Vec<(Unknown<'m>, Vec<Choice>)>) {
        match formula {
            Formula::And(parts) | Formula::Or(parts) => {
                parts.iter().for_each(|part| self.collect(part, unknowns));
            }
            Formula::Not(part) => self.collect(part, unknowns),
            Formula::Privilege(id) => add(unknowns, Unknown::Privilege(*id), either()),
            Formula::Any(_) | Formula::All(_) => add(unknowns, Unknown::List(formula), either()),
            Formula::Test(ValueTest::Truth(name) | ValueTest::Has(name)) => {
                add(unknowns, Unknown::Attribute(*name), self.base(*name));
            }
            Formula::Test(test @ ValueTest::Compare { left, right, .. }) => {
                match self.understood(left, right) {
                    Some((name, choices)) => add(unknowns, Unknown::Attribute(name), choices),
                    None => {
                        let mut choices = either();
                        choices.push(Choice::Missing);
                        add(unknowns, Unknown::Test(test), choices);
                    }
                }
            }
        }
    }

    /// What an attribute can be whatever it is compared with.
    fn base(&self, name: AttributeNameId) -> Vec<Choice> {
        let mut choices = vec![Choice::Missing];
        match self.kind(name) {
            Kind::Bool => choices.extend([Choice::Bool(true), Choice::Bool(false)]),
            Kind::Enum(words) => choices.extend(words.iter().cloned().map(Choice::Text)),
            // A number that nothing is compared with may be any.
            Kind::Number => choices.push(Choice::Number(0)),
            Kind::Text | Kind::Opaque => choices.push(Choice::Some),
        }
        choices
    }

    /// The attribute of a comparison that only depends on how it compares with constants, and values that matter to it.
    fn understood(&self, left: &Operand, right: &Operand) -> Option<(AttributeNameId, Vec<Choice>)> {
        let (name, value) = match (left, right) {
            // No value is in itself, nor does it contain itself.
            (Operand::Attribute(one), Operand::Attribute(other)) if one == other => {
                return Some((*one, self.base(*one)));
            }
            (Operand::Attribute(name), Operand::Value(value))
            | (Operand::Value(value), Operand::Attribute(name)) => (*name, value),
            _ => return None,
        };
        // Sets and addresses among them; only numbers have an order.
        if *self.kind(name) == Kind::Opaque {
            return None;
        }
        let values = match value {
            Value::Set(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        let mut choices = self.base(name);
        for value in values {
            match value {
                Value::Int(at) | Value::Timestamp(at) => choices.extend(
                    [at.checked_sub(1), Some(*at), at.checked_add(1)]
                        .into_iter()
                        .flatten()
                        .map(Choice::Number),
                ),
                Value::String(text) => choices.push(Choice::Text(text.clone())),
                Value::Bool(_) => {}
                Value::Ip(_) | Value::Principal(_) | Value::Set(_) => return None,
            }
        }
        Some((name, choices))
    }

    fn decide(&self, formula: &Formula, world: &World<'_>) -> Option<bool> {
        match formula {
            Formula::And(parts) => all(parts.iter().map(|part| self.decide(part, world)), false),
            Formula::Or(parts) => all(parts.iter().map(|part| self.decide(part, world)), true),
            Formula::Not(part) => self.decide(part, world).map(|holds| !holds),
            Formula::Privilege(id) => truth(world.get(Unknown::Privilege(*id))),
            Formula::Any(_) | Formula::All(_) => truth(world.get(Unknown::List(formula))),
            Formula::Test(ValueTest::Truth(name)) => truth(world.get(Unknown::Attribute(*name))),
            Formula::Test(ValueTest::Has(name)) => {
                Some(world.get(Unknown::Attribute(*name)) != Some(&Choice::Missing))
            }
            Formula::Test(test @ ValueTest::Compare { left, op, right }) => {
                let Some((name, _)) = self.understood(left, right) else {
                    return truth(world.get(Unknown::Test(test)));
                };
                let choice =
                    world.get(Unknown::Attribute(name)).filter(|choice| **choice != Choice::Missing)?;
                match (left, right) {
                    (Operand::Attribute(_), Operand::Value(value)) => Some(compare(choice, *op, value)),
                    (Operand::Value(value), Operand::Attribute(_)) => {
                        Some(compare(choice, flipped(*op), value))
                    }
                    _ => Some(holds(*op, Ordering::Equal)),
                }
            }
        }
    }
}

/// One way to choose.
struct World<'a> {
    unknowns: &'a [(Unknown<'a>, Vec<Choice>)],
    number: usize,
}

impl World<'_> {
    fn get(&self, wanted: Unknown<'_>) -> Option<&Choice> {
        let mut rest = self.number;
        for (unknown, choices) in self.unknowns {
            let count = choices.len().max(1);
            if *unknown == wanted {
                return choices.get(rest % count);
            }
            rest /= count;
        }
        None
    }
}

fn either() -> Vec<Choice> {
    vec![Choice::Bool(true), Choice::Bool(false)]
}

fn add<'m>(unknowns: &mut Vec<(Unknown<'m>, Vec<Choice>)>, unknown: Unknown<'m>, choices: Vec<Choice>) {
    let at = unknowns.iter().position(|(known, _)| *known == unknown).unwrap_or_else(|| {
        unknowns.push((unknown, Vec::new()));
        unknowns.len() - 1
    });
    let Some((_, known)) = unknowns.get_mut(at) else { return };
    for choice in choices {
        if !known.contains(&choice) {
            known.push(choice);
        }
    }
}

fn truth(choice: Option<&Choice>) -> Option<bool> {
    match choice {
        Some(Choice::Bool(holds)) => Some(*holds),
        _ => None,
    }
}

/// `and` in three values, or `or` where `stop` is true.
fn all(parts: impl Iterator<Item = Option<bool>>, stop: bool) -> Option<bool> {
    let mut result = Some(!stop);
    for part in parts {
        match part {
            Some(holds) if holds == stop => return Some(stop),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}

fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
        other => other,
    }
}

fn holds(op: CompareOp, order: Ordering) -> bool {
    match op {
        CompareOp::Equal | CompareOp::In | CompareOp::Contains => order.is_eq(),
        CompareOp::NotEqual => order.is_ne(),
        CompareOp::Less => order.is_lt(),
        CompareOp::LessOrEqual => order.is_le(),
        CompareOp::Greater => order.is_gt(),
        CompareOp::GreaterOrEqual => order.is_ge(),
    }
}

/// A choice of unknown value is none of those that are written.
fn compare(choice: &Choice, op: CompareOp, value: &Value) -> bool {
    match (choice, value) {
        (choice, Value::Set(values)) => values.iter().any(|value| compare(choice, CompareOp::Equal, value)),
        (Choice::Number(one), Value::Int(other) | Value::Timestamp(other)) => holds(op, one.cmp(other)),
        (Choice::Bool(one), Value::Bool(other)) => holds(op, one.cmp(other)),
        (Choice::Text(one), Value::String(other)) => holds(op, one.cmp(other)),
        _ => op == CompareOp::NotEqual,
    }
}

//! What a comparison says of two sides: values, sets of which elements are known, and the one who asks.
//!
//! Enters: a test and what its sides are. Leaves: a formula. Only what depends on who asks, and on which elements a set has, is
//! worked out here; the rest the evaluator says.

use super::{Attributes, SELF, Side, TIME};
use crate::analyze::invariants::asker::Asker;
use crate::analyze::invariants::formula::{Formulas, Maybe};
use crate::analyze::invariants::solver::Lit;
use crate::analyze::values;
use crate::evaluate::{self, Principal, Truth};
use crate::model::{PrincipalValue, Value};
use crate::policy::Policy;
use crate::policy::layout::{Names, Operand, Test, TestKind};
use std::collections::BTreeSet;

impl Attributes<'_> {
    /// What a test says of two sides.
    pub(super) fn compare(
        &self,
        test: u32,
        sides: (&Side, &Side),
        asker: &Asker<'_>,
        formulas: &mut Formulas,
    ) -> Maybe {
        let Test { kind, left, right } = self.policy.record(test);
        let kind = TestKind::of(kind);
        let name = |operand: u32| match (kind, Operand::of(operand)) {
            (Some(TestKind::Has | TestKind::Truth), _) => left,
            (Some(TestKind::From | TestKind::Until), _) => TIME,
            (_, Some(Operand::Attribute(name))) => name,
            _ => u32::MAX - 1,
        };
        match sides {
            (Side::Caller, other) => self.caller(kind, (left, right), other, true, asker, formulas),
            (other, Side::Caller) => self.caller(kind, (left, right), other, false, asker, formulas),
            (Side::Elements(one), Side::Elements(other)) => match kind {
                Some(TestKind::Equal) => Maybe::of(same(one, other, formulas)),
                Some(TestKind::NotEqual) => Maybe::of(!same(one, other, formulas)),
                _ => Maybe::FALSE,
            },
            (Side::Elements(_), Side::Constant) if kind == Some(TestKind::Has) => Maybe::TRUE,
            (Side::Elements(elements), other) => {
                let known = match other {
                    Side::Value(value) => value.clone(),
                    _ => constant(self.policy, right),
                };
                self.elements(test, kind, (elements, left), (known, name(right)), true, formulas)
            }
            (other, Side::Elements(elements)) => {
                let known = match other {
                    Side::Value(value) => value.clone(),
                    _ => constant(self.policy, left),
                };
                self.elements(test, kind, (elements, right), (known, name(left)), false, formulas)
            }
            (one, other) => {
                let mut carried = Vec::new();
                for (side, operand) in [(one, left), (other, right)] {
                    if let Side::Value(value) = side {
                        carried.push((name(operand), value.as_ref()));
                    }
                }
                match self.ask(test, &carried) {
                    Truth::True => Maybe::TRUE,
                    Truth::False => Maybe::FALSE,
                    Truth::Undecided => Maybe { holds: Lit::FALSE, possible: Lit::TRUE },
                }
            }
        }
    }

    /// What a test says of a set and something known.
    fn elements(
        &self,
        test: u32,
        kind: Option<TestKind>,
        (elements, operand): (&[(Value, Lit)], u32),
        (other, other_name): (Option<Value>, u32),
        set_is_left: bool,
        formulas: &mut Formulas,
    ) -> Maybe {
        let Some(other) = other else { return Maybe { holds: Lit::FALSE, possible: Lit::TRUE } };
        let holds = match (kind, &other) {
            (Some(TestKind::Equal | TestKind::NotEqual), Value::Set(known)) => {
                let parts = elements.iter().map(|(value, is)| if known.contains(value) { *is } else { !*is });
                let all_known = known.iter().all(|value| elements.iter().any(|(known, _)| known == value));
                let parts: Vec<Lit> = parts.chain([Lit::of(all_known)]).collect();
                let equal = formulas.and(parts);
                if kind == Some(TestKind::Equal) { equal } else { !equal }
            }
            (Some(TestKind::NotEqual), _) => Lit::TRUE,
            // Whatever is in a set is one of its elements.
            (Some(TestKind::In), _) if !set_is_left => {
                self.any_element(test, elements, operand, (&other, other_name), formulas)
            }
            (Some(TestKind::Contains), _) if set_is_left => {
                self.any_element(test, elements, operand, (&other, other_name), formulas)
            }
            _ => Lit::FALSE,
        };
        Maybe::of(holds)
    }

    fn any_element(
        &self,
        test: u32,
        elements: &[(Value, Lit)],
        operand: u32,
        (other, other_name): (&Value, u32),
        formulas: &mut Formulas,
    ) -> Lit {
        let Some(Operand::Attribute(name)) = Operand::of(operand) else { return Lit::FALSE };
        let is_one = |value: &Value| {
            let set = Value::Set(vec![value.clone()]);
            self.ask(test, &[(name, Some(&set)), (other_name, Some(other))]) == Truth::True
        };
        let all: Vec<Lit> = elements.iter().filter(|(value, _)| is_one(value)).map(|(_, is)| *is).collect();
        formulas.or(all)
    }

    /// What a test says that compares something with the one who asks.
    fn caller(
        &self,
        kind: Option<TestKind>,
        (left, right): (u32, u32),
        other: &Side,
        caller_is_left: bool,
        asker: &Asker<'_>,
        formulas: &mut Formulas,
    ) -> Maybe {
        let undecided = Maybe { holds: Lit::FALSE, possible: Lit::TRUE };
        // Whether the caller is what is looked for in the other side.
        let inside =
            matches!((kind, caller_is_left), (Some(TestKind::In), true) | (Some(TestKind::Contains), false));
        let value = match other {
            Side::Caller => None,
            Side::Value(None) => return undecided,
            Side::Value(Some(value)) => Some(value.clone()),
            Side::Constant => constant(self.policy, if caller_is_left { right } else { left }),
            Side::Elements(elements) => {
                let holds = match kind {
                    Some(TestKind::NotEqual) => Lit::TRUE,
                    _ if inside => {
                        let of = |(value, is): &(Value, Lit)| (self.is_among(value, asker), *is);
                        let parts: Vec<(Lit, Lit)> = elements.iter().map(of).collect();
                        let parts: Vec<Lit> = parts.into_iter().map(|(a, b)| formulas.and([a, b])).collect();
                        formulas.or(parts)
                    }
                    _ => Lit::FALSE,
                };
                return Maybe::of(holds);
            }
        };
        let is =
            |value: &Option<Value>| value.as_ref().map_or(Lit::FALSE, |value| self.is_caller(value, asker));
        Maybe::of(match kind {
            Some(TestKind::Equal) => is(&value),
            Some(TestKind::NotEqual) => !is(&value),
            Some(TestKind::In | TestKind::Contains) => match &value {
                Some(Value::Set(elements)) if inside => {
                    let parts: Vec<Lit> = elements.iter().map(|value| self.is_among(value, asker)).collect();
                    formulas.or(parts)
                }
                Some(value) if inside => self.is_among(value, asker),
                value => is(value),
            },
            _ => return undecided,
        })
    }

    /// Whether a value is the one who asks.
    fn is_caller(&self, value: &Value, asker: &Asker<'_>) -> Lit {
        match value {
            Value::Principal(PrincipalValue::User(name)) if name == SELF => !asker.anonymous,
            value => self.person(value).map_or(Lit::FALSE, |person| asker.is_person(person)),
        }
    }

    /// Whether a value is the one who asks, or a group that it is in.
    fn is_among(&self, value: &Value, asker: &Asker<'_>) -> Lit {
        match value {
            Value::Principal(PrincipalValue::Group(name)) if name == SELF => asker.in_some_group,
            Value::Principal(PrincipalValue::Group(name)) => {
                self.policy.find(Names::Group, name).map_or(Lit::FALSE, |group| asker.is_in(group))
            }
            value => self.is_caller(value, asker),
        }
    }

    /// What a test that does not look at the one who asks says of values.
    pub(super) fn ask(&self, test: u32, carried: &[(u32, Option<&Value>)]) -> Truth {
        let mut at = None;
        let present = carried.iter().filter_map(|&(name, value)| Some((name, value?)));
        let elements: Vec<_> = present.clone().map(|(_, value)| values::elements(value)).collect();
        let mut given = Vec::new();
        for ((name, value), elements) in present.zip(&elements) {
            match value {
                Value::Timestamp(time) if name == TIME => at = Some(*time),
                value => given.push((name, values::lend(value, elements))),
            }
        }
        evaluate::test_of(self.policy, &Principal::somebody(), &given, at, test)
    }
}

/// Whether two sets are the same.
fn same(one: &[(Value, Lit)], other: &[(Value, Lit)], formulas: &mut Formulas) -> Lit {
    let all: BTreeSet<&Value> = one.iter().chain(other).map(|(value, _)| value).collect();
    let find = |set: &[(Value, Lit)], wanted: &Value| {
        set.iter().find(|(value, _)| value == wanted).map_or(Lit::FALSE, |(_, is)| *is)
    };
    let mut parts = Vec::new();
    for value in all {
        let (a, b) = (find(one, value), find(other, value));
        let (both, neither) = (formulas.and([a, b]), formulas.and([!a, !b]));
        parts.push(formulas.or([both, neither]));
    }
    formulas.and(parts)
}

fn constant(policy: &Policy, operand: u32) -> Option<Value> {
    match Operand::of(operand)? {
        Operand::Constant(at) => values::constant(policy, at),
        _ => None,
    }
}

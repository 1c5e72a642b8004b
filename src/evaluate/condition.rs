//! Conditions: formulas of tests, decided in three values.
//!
//! Enters: a formula, the values of a request and those that the policy declares. Leaves: true, false, or undecided where an
//! attribute is missing (DESIGN, section 2, step 3). Knows nothing of entries.

use super::request::Value;
use super::subject::Subject;
use crate::policy::Policy;
use crate::policy::layout::{Constant, Formula, FormulaKind, Node, Operand, Test, TestKind, ValueTag};
use crate::terms::{Network, PrincipalKind};
use std::cell::Cell;
use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether something holds. In the order of their truth: `and` is the least, `or` the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    False,
    Undecided,
    True,
}

impl Truth {
    pub(crate) fn of(holds: bool) -> Truth {
        if holds { Truth::True } else { Truth::False }
    }

    pub(crate) fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    fn or(self, other: Truth) -> Truth {
        self.max(other)
    }

    fn not(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Undecided => Truth::Undecided,
            Truth::True => Truth::False,
        }
    }
}

/// Where the values of tests come from.
pub(crate) trait Facts {
    /// Decides one test; the number is that of the test in the artifact.
    fn test(&mut self, policy: &Policy, test: u32) -> Truth;
    /// Decides whether a privilege is granted.
    fn privilege(&mut self, policy: &Policy, privilege: u32) -> bool;
}

/// Decides a formula. `and` and `or` stop as soon as the rest can't change them. The layout bounds depth and size.
pub(crate) fn decide_formula<F: Facts + ?Sized>(policy: &Policy, formula: u32, facts: &mut F) -> Truth {
    let Formula { kind, of } = policy.record(formula);
    match FormulaKind::of(kind) {
        Some(FormulaKind::True) => Truth::True,
        Some(FormulaKind::And) => {
            let mut result = Truth::True;
            for part in policy.list(of).iter() {
                result = result.and(decide_formula(policy, part, facts));
                if result == Truth::False {
                    break;
                }
            }
            result
        }
        Some(FormulaKind::Or) => {
            let mut result = Truth::False;
            for part in policy.list(of).iter() {
                result = result.or(decide_formula(policy, part, facts));
                if result == Truth::True {
                    break;
                }
            }
            result
        }
        Some(FormulaKind::Not) => decide_formula(policy, of, facts).not(),
        Some(FormulaKind::Test) => facts.test(policy, of),
        Some(FormulaKind::Privilege) => Truth::of(facts.privilege(policy, of)),
        Some(FormulaKind::Any) => {
            Truth::of(policy.list(of).iter().any(|privilege| facts.privilege(policy, privilege)))
        }
        Some(FormulaKind::All) => {
            Truth::of(policy.list(of).iter().all(|privilege| facts.privilege(policy, privilege)))
        }
        None => Truth::Undecided,
    }
}

/// What a test says, whatever the values of the question, which it may look at.
pub(crate) type Oracle<'o> = dyn Fn(&Values<'_>, u32) -> Truth + 'o;

/// The values of one question, as tests see them.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    pub subject: &'a Subject<'a>,
    /// What came with the request: attribute names and values.
    pub given: &'a [(u32, Value<'a>)],
    /// Whether those of the resource belong to the resource decided on.
    pub own_resource: bool,
    /// The resource decided on, if the policy knows it.
    pub node: Option<u32>,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub at: Option<i64>,
    /// What tests say regardless of any values, for questions about what could be.
    pub assumed: Option<&'a Oracle<'a>>,
    /// Set by every test: a decision without one is the same whatever the values, the name and the time.
    pub tested: &'a Cell<bool>,
}

/// A value from a request or from the artifact.
#[derive(Clone, Copy)]
enum Known<'a> {
    Bool(bool),
    Int(i64),
    String(&'a str),
    Timestamp(i64),
    Ip(Network),
    Principal(PrincipalKind, &'a str),
    Group(&'a str),
    /// A set of a request.
    Given(&'a [Value<'a>]),
    /// A set of the artifact: a list of constants.
    Constants(u32),
    /// Who asks; without a name: equal to nobody.
    Caller(Option<(PrincipalKind, &'a str)>),
}

impl<'a> Values<'a> {
    /// Decides one test.
    pub(crate) fn test(&self, policy: &'a Policy, test: u32) -> Truth {
        self.tested.set(true);
        if let Some(assumed) = self.assumed {
            return assumed(self, test);
        }
        let Test { kind, left, right } = policy.record(test);
        match TestKind::of(kind) {
            None => Truth::Undecided,
            Some(TestKind::Has) => Truth::of(self.attribute(policy, left).is_some()),
            Some(TestKind::Truth) => match self.attribute(policy, left) {
                Some(Known::Bool(value)) => Truth::of(value),
                _ => Truth::Undecided,
            },
            Some(bound @ (TestKind::From | TestKind::Until)) => match (self.at, constant(policy, left)) {
                (Some(at), Known::Timestamp(start)) if bound == TestKind::From => Truth::of(at >= start),
                (Some(at), Known::Timestamp(end)) => Truth::of(at < end),
                _ => Truth::Undecided,
            },
            Some(comparison) => match (self.operand(policy, left), self.operand(policy, right)) {
                (Some(left), Some(right)) => self.compare(policy, comparison, left, right),
                _ => Truth::Undecided,
            },
        }
    }

    /// What a test lacks: the attribute names without a value, and whether it lacks the time.
    pub(crate) fn lacks(&self, policy: &'a Policy, test: u32) -> (Vec<u32>, bool) {
        let Test { kind, left, right } = policy.record(test);
        let mut missing = Vec::new();
        let mut check = |name: u32| {
            if self.attribute(policy, name).is_none() {
                missing.push(name);
            }
        };
        match TestKind::of(kind) {
            None | Some(TestKind::Has) => {}
            Some(TestKind::Truth) => check(left),
            Some(TestKind::From | TestKind::Until) => return (missing, self.at.is_none()),
            Some(_) => [left, right].into_iter().for_each(|side| {
                if let Some(Operand::Attribute(name)) = Operand::of(side) {
                    check(name);
                }
            }),
        }
        (missing, false)
    }

    fn operand(&self, policy: &'a Policy, number: u32) -> Option<Known<'a>> {
        match Operand::of(number)? {
            Operand::Attribute(name) => self.attribute(policy, name),
            Operand::Constant(at) => Some(constant(policy, at)),
            Operand::Principal => Some(Known::Caller(self.subject.identity(policy))),
        }
    }

    /// The value of an attribute: that of the request, else the declared one.
    fn attribute(&self, policy: &'a Policy, name: u32) -> Option<Known<'a>> {
        let root = policy.record::<crate::policy::layout::AttributeName>(name).root;
        if root != 1 || self.own_resource {
            let given = self.given.iter().find(|(given, _)| *given == name);
            if let Some((_, value)) = given {
                return Some(known(value));
            }
        }
        let declared = match root {
            0 => policy.record::<crate::policy::layout::Holder>(self.subject.holder?).attributes,
            1 => policy.record::<Node>(self.node?).attributes,
            _ => return None,
        };
        let (_, value) = policy.list(declared).pairs().find(|&(declared, _)| declared == name)?;
        Some(constant(policy, value))
    }

    fn compare(&self, policy: &'a Policy, kind: TestKind, left: Known<'a>, right: Known<'a>) -> Truth {
        let ordering = || match (left, right) {
            (Known::Int(a), Known::Int(b)) | (Known::Timestamp(a), Known::Timestamp(b)) => Some(a.cmp(&b)),
            _ => None,
        };
        let ordered =
            |holds: fn(Ordering) -> bool| ordering().map_or(Truth::Undecided, |o| Truth::of(holds(o)));
        match kind {
            TestKind::Equal => Truth::of(equal(policy, left, right)),
            TestKind::NotEqual => Truth::of(!equal(policy, left, right)),
            TestKind::Less => ordered(Ordering::is_lt),
            TestKind::LessOrEqual => ordered(Ordering::is_le),
            TestKind::Greater => ordered(Ordering::is_gt),
            TestKind::GreaterOrEqual => ordered(Ordering::is_ge),
            TestKind::In => Truth::of(self.is_in(policy, left, right)),
            TestKind::Contains => Truth::of(self.is_in(policy, right, left)),
            TestKind::Truth | TestKind::Has | TestKind::From | TestKind::Until => Truth::Undecided,
        }
    }

    /// Whether a value is one of a set, an address in a network, or the one who asks a member of what a set names.
    fn is_in(&self, policy: &'a Policy, element: Known<'a>, of: Known<'a>) -> bool {
        match of {
            Known::Given(values) => values.iter().any(|value| self.is_one(policy, element, known(value))),
            Known::Constants(list) => {
                policy.list(list).iter().any(|at| self.is_one(policy, element, constant(policy, at)))
            }
            single => self.is_one(policy, element, single),
        }
    }

    fn is_one(&self, policy: &'a Policy, element: Known<'a>, of: Known<'a>) -> bool {
        match (element, of) {
            (Known::Ip(element), Known::Ip(of)) => of.contains(element),
            (Known::Caller(_), Known::Group(group)) => self.subject.is_in_group(policy, group),
            _ => equal(policy, element, of),
        }
    }
}

fn known<'a>(value: &Value<'a>) -> Known<'a> {
    match *value {
        Value::Bool(value) => Known::Bool(value),
        Value::Int(value) => Known::Int(value),
        Value::String(value) => Known::String(value),
        Value::Timestamp(value) => Known::Timestamp(value),
        Value::Ip(value) => Known::Ip(value),
        Value::Principal(kind, name) => Known::Principal(kind, name),
        Value::Group(name) => Known::Group(name),
        Value::Set(values) => Known::Given(values),
    }
}

fn constant(policy: &Policy, at: u32) -> Known<'_> {
    let Constant { kind, a, b, c, d, e } = policy.record(at);
    let long = || (u64::from(a) | u64::from(b) << 32).cast_signed();
    match ValueTag::of(kind) {
        Some(ValueTag::Bool) => Known::Bool(a != 0),
        Some(ValueTag::Int) => Known::Int(long()),
        Some(ValueTag::String) => Known::String(policy.string(a)),
        Some(ValueTag::Timestamp) => Known::Timestamp(long()),
        Some(ValueTag::Ip) => Known::Ip(network([a, b, c, d], e)),
        Some(ValueTag::Principal) => {
            let kind = if b == 0 { PrincipalKind::User } else { PrincipalKind::Service };
            Known::Principal(kind, policy.string(a))
        }
        Some(ValueTag::Group) => Known::Group(policy.string(a)),
        Some(ValueTag::Set) => Known::Constants(a),
        None => Known::Caller(None),
    }
}

/// The network of a constant.
pub(crate) fn network([a, b, c, d]: [u32; 4], e: u32) -> Network {
    let address = if e >> 8 == 0 {
        IpAddr::V4(Ipv4Addr::from(a))
    } else {
        let halves = (u64::from(a) << 32 | u64::from(b), u64::from(c) << 32 | u64::from(d));
        IpAddr::V6(Ipv6Addr::from(u128::from(halves.0) << 64 | u128::from(halves.1)))
    };
    Network::cut(address, (e & 255) as u8)
}

/// Whether two values are the same; sets are whatever order they are written in.
fn equal(policy: &Policy, left: Known<'_>, right: Known<'_>) -> bool {
    match (left, right) {
        (Known::Given(_) | Known::Constants(_), Known::Given(_) | Known::Constants(_)) => {
            is_subset(policy, left, right) && is_subset(policy, right, left)
        }
        _ => equal_plain(left, right),
    }
}

fn is_subset(policy: &Policy, inner: Known<'_>, outer: Known<'_>) -> bool {
    let holds = |element: Known<'_>| match outer {
        Known::Given(values) => values.iter().any(|value| equal_plain(element, known(value))),
        Known::Constants(list) => {
            policy.list(list).iter().any(|at| equal_plain(element, constant(policy, at)))
        }
        _ => false,
    };
    match inner {
        Known::Given(values) => values.iter().all(|value| holds(known(value))),
        Known::Constants(list) => policy.list(list).iter().all(|at| holds(constant(policy, at))),
        _ => false,
    }
}

/// Equality of elements of sets, which are no sets themselves.
fn equal_plain(left: Known<'_>, right: Known<'_>) -> bool {
    match (left, right) {
        (Known::Bool(a), Known::Bool(b)) => a == b,
        (Known::Int(a), Known::Int(b)) | (Known::Timestamp(a), Known::Timestamp(b)) => a == b,
        (Known::String(a), Known::String(b)) | (Known::Group(a), Known::Group(b)) => a == b,
        (Known::Ip(a), Known::Ip(b)) => a == b,
        (Known::Principal(a_kind, a), Known::Principal(b_kind, b)) => a_kind == b_kind && a == b,
        (Known::Caller(Some(caller)), Known::Principal(kind, name))
        | (Known::Principal(kind, name), Known::Caller(Some(caller))) => caller == (kind, name),
        _ => false,
    }
}

/// Whether a value fits a declared type; enums by their words.
pub(crate) fn fits(policy: &Policy, value: &Value<'_>, value_type: u32) -> bool {
    use crate::policy::layout::{TypeTag, ValueType};
    let ValueType { kind, of } = policy.record(value_type);
    match (TypeTag::of(kind), value) {
        (Some(TypeTag::Bool), Value::Bool(_))
        | (Some(TypeTag::Int), Value::Int(_))
        | (Some(TypeTag::String), Value::String(_))
        | (Some(TypeTag::Timestamp), Value::Timestamp(_))
        | (Some(TypeTag::Ip), Value::Ip(_))
        | (Some(TypeTag::Principal), Value::Principal(..) | Value::Group(_)) => true,
        (Some(TypeTag::Enum), Value::String(word)) => {
            policy.list(of).iter().any(|known| policy.string(known) == *word)
        }
        (Some(TypeTag::Set), Value::Set(values)) if of < value_type => {
            values.iter().all(|value| !matches!(value, Value::Set(_)) && fits(policy, value, of))
        }
        _ => false,
    }
}

//! Values that a request could carry, and what tests say of them.
//!
//! Enters: the tests of a question. Leaves: for each attribute a variable that takes one value of every region that the tests can
//! tell apart, or none; for each test the formula over these. What a test says of values is asked of the evaluator itself, so tests
//! over one attribute, or over attributes that are compared with each other, are never taken for independent. A set is its
//! elements: each may be in it or not.

use super::asker::Asker;
use super::formula::{Formulas, Maybe};
use super::places::Stop;
use super::solver::Lit;
use crate::analyze::looks::Looks;
use crate::analyze::values;
use crate::evaluate::{self, Principal, Truth, ValueKind};
use crate::hash::Map;
use crate::model::{PrincipalValue, Value};
use crate::policy::Policy;
use crate::policy::layout::{AttributeName, Constant, Holder, Names, Node, Operand, Test, TestKind};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// In the place of an attribute: the time of a request.
pub(super) const TIME: u32 = u32::MAX;

/// The name of the one who asks, as a value, and of a group that it is in which the policy does not know: no name holds line ends.
pub(super) const SELF: &str = "\n";

/// An attribute as a request carries it; those of a resource belong to one request and have the type of its kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub attribute: u32,
    pub request: usize,
    pub ty: u32,
}

/// What a request carries.
pub(super) enum Carried {
    /// One of these.
    One(Vec<(Value, Lit)>),
    /// A set of some of these.
    Set(Vec<(Value, Lit)>),
}

/// An attribute of a request.
pub(super) struct Variable {
    pub carried: Carried,
    /// It carries a value.
    pub given: Lit,
}

/// One thing that a side of a comparison could be.
#[derive(Clone)]
enum Side {
    /// A value, or none.
    Value(Option<Value>),
    /// A set of the request.
    Elements(Rc<[(Value, Lit)]>),
    /// The constant of the test.
    Constant,
    /// Who asks.
    Caller,
}

/// Attributes that tests compare with each other, and all that they are compared with.
struct Cluster {
    attributes: BTreeSet<u32>,
    constants: BTreeSet<Value>,
    caller: bool,
    tests: Vec<u32>,
}

/// See the file.
pub(super) struct Attributes<'a> {
    policy: &'a Policy,
    looks: BTreeMap<u32, Looks>,
    clusters: Vec<Cluster>,
    cluster_of: BTreeMap<u32, usize>,
    pub variables: BTreeMap<Key, Variable>,
    known: Map<(u32, Option<Seen>), Maybe>,
}

/// How a test sees a resource: the request that asks about it, its type, and what the policy declares for it.
type Seen = (Option<usize>, Option<u32>, u32);

impl<'a> Attributes<'a> {
    /// Of some tests. `declared` are the lists of values that the policy gives whatever the tests may look at.
    pub(super) fn of(policy: &'a Policy, tests: &BTreeSet<u32>, declared: &BTreeSet<u32>) -> Attributes<'a> {
        let looks: BTreeMap<u32, Looks> = tests.iter().map(|&test| (test, Looks::of(policy, test))).collect();
        let mut attributes = Attributes {
            policy,
            looks,
            clusters: Vec::new(),
            cluster_of: BTreeMap::new(),
            variables: BTreeMap::new(),
            known: Map::default(),
        };
        let all: BTreeSet<u32> = attributes.looks.values().flat_map(looked_at).collect();
        let mut of_attribute: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (&test, looks) in &attributes.looks {
            for attribute in looked_at(looks) {
                of_attribute.entry(attribute).or_default().push(test);
            }
        }
        for &first in &all {
            if attributes.cluster_of.contains_key(&first) {
                continue;
            }
            let number = attributes.clusters.len();
            attributes.cluster_of.insert(first, number);
            let (mut open, mut tests) = (vec![first], BTreeSet::new());
            let mut cluster = Cluster {
                attributes: BTreeSet::new(),
                constants: BTreeSet::new(),
                caller: false,
                tests: Vec::new(),
            };
            while let Some(at) = open.pop() {
                cluster.attributes.insert(at);
                for &test in of_attribute.get(&at).into_iter().flatten() {
                    let Some(looks) = attributes.looks.get(&test) else { continue };
                    if !tests.insert(test) {
                        continue;
                    }
                    cluster.caller |= looks.caller;
                    cluster
                        .constants
                        .extend(looks.constants.iter().flat_map(|&at| single_constants(policy, at)));
                    for other in looked_at(looks) {
                        if attributes.cluster_of.insert(other, number).is_none() {
                            open.push(other);
                        }
                    }
                }
            }
            cluster.tests = tests.into_iter().collect();
            attributes.clusters.push(cluster);
        }
        for &list in declared {
            for (name, value) in policy.list(list).pairs() {
                let cluster =
                    attributes.cluster_of.get(&name).and_then(|&at| attributes.clusters.get_mut(at));
                if let Some(cluster) =
                    cluster.filter(|cluster| cluster.attributes.len() > 1 || cluster.caller)
                {
                    cluster.constants.extend(single_constants(policy, value));
                }
            }
        }
        attributes
    }

    /// The users and services, and the groups, that values name.
    pub(super) fn named(&self) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let (mut people, mut groups) = (BTreeSet::new(), BTreeSet::new());
        let of_tests = self.looks.values().flat_map(|looks| &looks.constants);
        let of_tests = of_tests.flat_map(|&at| single_constants(self.policy, at));
        for value in
            self.clusters.iter().flat_map(|cluster| cluster.constants.iter().cloned()).chain(of_tests)
        {
            match value {
                Value::Principal(PrincipalValue::User(name)) => {
                    people.extend(Asker::declared(self.policy, Names::User, &name));
                }
                Value::Principal(PrincipalValue::Service(name)) => {
                    people.extend(Asker::declared(self.policy, Names::Service, &name));
                }
                Value::Principal(PrincipalValue::Group(name)) => {
                    groups.extend(self.policy.find(Names::Group, &name));
                }
                _ => {}
            }
        }
        (people, groups)
    }

    /// Groups that values could name besides, where there are no others that somebody could be in.
    pub(super) fn add_groups(&mut self, groups: impl Iterator<Item = u32>) {
        for group in groups {
            let name = self.policy.name(Names::Group, group);
            for cluster in self.clusters.iter_mut().filter(|cluster| cluster.caller) {
                cluster.constants.insert(Value::Principal(PrincipalValue::Group(name.into())));
            }
        }
    }

    /// What a test says of the values that are seen where something is decided.
    pub(super) fn test(
        &mut self,
        test: u32,
        stop: &Stop,
        asker: &Asker<'_>,
        formulas: &mut Formulas,
    ) -> Maybe {
        let of_resource = |looks: &Looks| {
            looks.attributes.iter().any(|&name| self.policy.record::<AttributeName>(name).root == 1)
        };
        let seen = self.looks.get(&test).is_some_and(of_resource).then(|| {
            let declared = stop.node().map_or(0, |node| self.policy.record::<Node>(node).attributes);
            (stop.request, stop.ty(), declared)
        });
        if let Some(&known) = self.known.get(&(test, seen)) {
            return known;
        }
        let says = self.says(test, stop, asker, formulas);
        self.known.insert((test, seen), says);
        says
    }

    fn says(&mut self, test: u32, stop: &Stop, asker: &Asker<'_>, formulas: &mut Formulas) -> Maybe {
        let Test { kind, left, right } = self.policy.record(test);
        let (lefts, rights) = match TestKind::of(kind) {
            None => return Maybe { holds: Lit::FALSE, possible: Lit::TRUE },
            Some(TestKind::Has | TestKind::Truth) => {
                (self.sides(left, stop, asker, formulas), vec![(Side::Constant, Lit::TRUE)])
            }
            Some(TestKind::From | TestKind::Until) => {
                (self.sides(TIME, stop, asker, formulas), vec![(Side::Constant, Lit::TRUE)])
            }
            Some(_) => {
                (self.operand(left, stop, asker, formulas), self.operand(right, stop, asker, formulas))
            }
        };
        let (mut holds, mut possible) = (Vec::new(), Vec::new());
        formulas.spend(lefts.len() * rights.len());
        for (one, when) in &lefts {
            for (other, also) in &rights {
                let here = formulas.and([*when, *also]);
                if here == Lit::FALSE {
                    continue;
                }
                let says = self.compare(test, (one, other), asker, formulas);
                holds.push(formulas.and([here, says.holds]));
                possible.push(formulas.and([here, says.possible]));
            }
        }
        Maybe { holds: formulas.or(holds), possible: formulas.or(possible) }
    }

    fn operand(
        &mut self,
        operand: u32,
        stop: &Stop,
        asker: &Asker<'_>,
        formulas: &mut Formulas,
    ) -> Vec<(Side, Lit)> {
        match Operand::of(operand) {
            Some(Operand::Attribute(name)) => self.sides(name, stop, asker, formulas),
            Some(Operand::Principal) => vec![(Side::Caller, Lit::TRUE)],
            Some(Operand::Constant(_)) | None => vec![(Side::Constant, Lit::TRUE)],
        }
    }

    /// Everything that an attribute could be, each with when it is.
    fn sides(
        &mut self,
        attribute: u32,
        stop: &Stop,
        asker: &Asker<'_>,
        formulas: &mut Formulas,
    ) -> Vec<(Side, Lit)> {
        let root = if attribute == TIME { 2 } else { self.policy.record::<AttributeName>(attribute).root };
        let key = match (root, stop.request, stop.ty()) {
            (1, Some(request), Some(ty)) => Some(Key { attribute, request, ty }),
            (1, ..) => None,
            _ => Some(Key { attribute, request: 0, ty: 0 }),
        };
        let mut sides = Vec::new();
        let mut left = Lit::TRUE;
        if let Some(variable) = key.and_then(|key| self.variable(key, asker, formulas)) {
            left = !variable.given;
            match &variable.carried {
                Carried::One(choices) => {
                    let value = |(value, when): &(Value, Lit)| (Side::Value(Some(value.clone())), *when);
                    sides.extend(choices.iter().map(value));
                }
                Carried::Set(elements) => {
                    sides.push((Side::Elements(elements.as_slice().into()), variable.given));
                }
            }
        }
        // What the request does not say, the policy may.
        match root {
            0 => {
                let mut without = vec![left];
                for person in &asker.people {
                    let list = self.policy.record::<Holder>(person.holder).attributes;
                    if let Some(value) = self.declared(list, attribute) {
                        let when = formulas.and([left, person.is]);
                        sides.push((Side::Value(Some(value)), when));
                        without.push(!person.is);
                    }
                }
                let when = formulas.and(without);
                sides.push((Side::Value(None), when));
            }
            1 => {
                let list = stop.node().map_or(0, |node| self.policy.record::<Node>(node).attributes);
                sides.push((Side::Value(self.declared(list, attribute)), left));
            }
            _ => sides.push((Side::Value(None), left)),
        }
        sides
    }

    fn declared(&self, list: u32, attribute: u32) -> Option<Value> {
        let (_, value) = self.policy.list(list).pairs().find(|&(name, _)| name == attribute)?;
        (value < self.policy.count::<Constant>()).then(|| values::constant(self.policy, value))?
    }

    /// The variable of an attribute; none if there is no such attribute.
    fn variable(&mut self, key: Key, asker: &Asker<'_>, formulas: &mut Formulas) -> Option<&Variable> {
        if !self.variables.contains_key(&key) {
            let variable = self.make(key, asker, formulas)?;
            self.variables.insert(key, variable);
        }
        self.variables.get(&key)
    }

    fn make(&self, key: Key, asker: &Asker<'_>, formulas: &mut Formulas) -> Option<Variable> {
        let Key { attribute, ty, .. } = key;
        let kind = if attribute == TIME {
            ValueKind::Timestamp
        } else {
            let of_resource = self.policy.record::<AttributeName>(attribute).root == 1;
            let declared = self.policy.attribute_of(attribute, if of_resource { ty + 1 } else { 0 })?;
            self.policy.value_kind(declared.value_type)
        };
        let cluster = self.clusters.get(*self.cluster_of.get(&attribute)?)?;
        let mut constants = cluster.constants.clone();
        if cluster.caller {
            constants.insert(Value::Principal(PrincipalValue::User(SELF.into())));
            if asker.in_some_group != Lit::FALSE {
                constants.insert(Value::Principal(PrincipalValue::Group(SELF.into())));
            }
        }
        let single = cluster.attributes.len() == 1;
        // Two requests may carry two values of one attribute.
        let apart = if single { 1 } else { cluster.attributes.len() + 1 };
        let is_set = matches!(kind, ValueKind::Set(_));
        let mut all: Vec<Value> = values::singles(&kind, &constants, apart).into_iter().collect();
        if single && !is_set && !cluster.caller {
            let mut seen = BTreeSet::new();
            all.retain(|value| {
                let says = |&test: &u32| self.ask(test, &[(attribute, Some(value))]) as u8;
                seen.insert(cluster.tests.iter().map(says).collect::<Vec<u8>>())
            });
        }
        formulas.spend(8 * all.len());
        let choices: Vec<(Value, Lit)> = all.into_iter().map(|value| (value, formulas.variable())).collect();
        for (value, choice) in &choices {
            // Who asks has one name only.
            if *value == Value::Principal(PrincipalValue::User(SELF.into())) {
                formulas.clause(&[!*choice, !asker.anonymous]);
                for named in constants.iter().filter_map(|value| self.person(value)) {
                    let person = asker.is_person(named);
                    formulas.clause(&[!*choice, !person]);
                }
            }
        }
        if is_set {
            let given = formulas.variable();
            choices.iter().for_each(|(_, choice)| formulas.clause(&[!*choice, given]));
            return Some(Variable { carried: Carried::Set(choices), given });
        }
        let literals: Vec<Lit> = choices.iter().map(|(_, choice)| *choice).collect();
        formulas.at_most_one(&literals);
        let given = formulas.or(literals);
        Some(Variable { carried: Carried::One(choices), given })
    }

    /// The declared user or service that a value names.
    fn person(&self, value: &Value) -> Option<u32> {
        match value {
            Value::Principal(PrincipalValue::User(name)) => Asker::declared(self.policy, Names::User, name),
            Value::Principal(PrincipalValue::Service(name)) => {
                Asker::declared(self.policy, Names::Service, name)
            }
            _ => None,
        }
    }

    /// What a test says of two sides.
    fn compare(&self, test: u32, sides: (&Side, &Side), asker: &Asker<'_>, formulas: &mut Formulas) -> Maybe {
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
    fn ask(&self, test: u32, carried: &[(u32, Option<&Value>)]) -> Truth {
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

fn looked_at(looks: &Looks) -> impl Iterator<Item = u32> + '_ {
    looks.attributes.iter().copied().chain(looks.time.then_some(TIME))
}

fn constant(policy: &Policy, operand: u32) -> Option<Value> {
    match Operand::of(operand)? {
        Operand::Constant(at) => values::constant(policy, at),
        _ => None,
    }
}

/// A constant, or the elements of one that is a set.
fn single_constants(policy: &Policy, at: u32) -> Vec<Value> {
    match values::constant(policy, at) {
        Some(Value::Set(elements)) => elements,
        value => value.into_iter().collect(),
    }
}

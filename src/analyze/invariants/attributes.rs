//! Values that a request could carry, and what tests say of them.
//!
//! Enters: the tests of a question. Leaves: for each attribute a variable that takes one value of every region that the tests can
//! tell apart, or none; for each test the formula over these. What a test says of values is asked of the evaluator itself, so tests
//! over one attribute, or over attributes that are compared with each other, are never taken for independent. A set is its
//! elements: each may be in it or not.

mod comparisons;

use super::asker::Asker;
use super::formula::{Formulas, Maybe};
use super::places::Stop;
use super::solver::Lit;
use crate::analyze::looks::Looks;
use crate::analyze::values;
use crate::evaluate::ValueKind;
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
}

fn looked_at(looks: &Looks) -> impl Iterator<Item = u32> + '_ {
    looks.attributes.iter().copied().chain(looks.time.then_some(TIME))
}

/// A constant, or the elements of one that is a set.
fn single_constants(policy: &Policy, at: u32) -> Vec<Value> {
    match values::constant(policy, at) {
        Some(Value::Set(elements)) => elements,
        value => value.into_iter().collect(),
    }
}

//! One question to both policies, with everything that a request could carry.
//!
//! Enters: a subject, a privilege, a place. Leaves: where the answers differ, and under which condition.
//!
//! The values that a request carries are the only thing in which two requests for the same subject, privilege and place can
//! differ. So both policies are asked as often as their tests can tell values apart: a test that asks for an attribute of which
//! nothing was said yet divides the question into one for each value in `values`, and one for a request without it. Values that no
//! test seen so far tells apart are one; a test that comes up later starts the question anew with finer values. What the policies
//! declare for an attribute counts where the request says nothing, on each side its own.

use super::condition::{Condition, Literal, Said};
use super::names::{NOBODY, with_principal, with_request};
use super::{Place, Subject, TooMuch, values};
use crate::evaluate::{
    self, DecidingEntry, Decision, Explanation, Truth, ValueKind, Values, decide_assuming,
};
use crate::model::{PrincipalValue, Value};
use crate::policy::Policy;
use crate::policy::layout::{AttributeName, Constant, Holder, Names, Node, Operand, Test, TestKind};
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Combinations of values that one question may take.
const MAX_WORLDS: usize = 20_000;

/// Worlds of which a condition is made; what holds in more of them is told by example.
const MAX_TOLD: usize = 256;

/// An attribute, or the time.
type Variable = usize;

/// Root and name of an attribute, and its number on either side.
type Attribute<'a> = ((u32, &'a str), [Option<u32>; 2]);

/// The tests that came up, each with its side.
type Seen = BTreeSet<(usize, u32)>;

/// What a request carries: a value, or nothing, of each variable that was asked for.
pub(super) type World = Vec<(Variable, Option<Value>)>;

/// What is asked.
pub(super) struct Question<'q> {
    /// Its name on either side, and what it is there.
    pub subjects: &'q [Subject; 2],
    pub holders: [Option<u32>; 2],
    /// Its name on either side.
    pub privileges: [&'q str; 2],
    pub place: Option<&'q Place>,
    /// The resources at and above the place that either side knows.
    pub nodes: &'q [Vec<u32>; 2],
}

/// Where the answers differ.
pub(super) struct Outcome {
    pub gain: bool,
    pub old: Option<Decision>,
    pub new: Option<Decision>,
    pub condition: Option<Condition>,
    /// Values with which it is so.
    pub example: World,
}

/// Asks both policies.
pub(super) struct Worlds<'a> {
    sides: [&'a Policy; 2],
    /// Root and name of each attribute, and its number on either side. The time stands behind them.
    attributes: Vec<Attribute<'a>>,
    /// For each attribute of a side its place in `attributes`.
    variables: [Vec<Variable>; 2],
}

/// What came up while a question was decided.
struct Notes {
    seen: BTreeSet<(usize, u32)>,
    grown: bool,
    wanted: Option<Variable>,
    said: Vec<(Saying, Truth)>,
}

/// What is noted of a test.
#[derive(Clone, Copy)]
enum Saying {
    /// A test of a side.
    Test(usize, u32),
    /// It looks at what the request leaves to the policy.
    Absent(Variable),
}

/// What a test looks at.
#[derive(Default)]
struct Looks {
    attributes: Vec<u32>,
    constants: Vec<u32>,
    caller: bool,
    time: bool,
}

impl Looks {
    fn of(policy: &Policy, test: u32) -> Looks {
        let Test { kind, left, right } = policy.record(test);
        let mut looks = Looks::default();
        match TestKind::of(kind) {
            Some(TestKind::Truth | TestKind::Has) => looks.attributes.push(left),
            Some(TestKind::From | TestKind::Until) => {
                looks.time = true;
                looks.constants.push(left);
            }
            None => {}
            Some(_) => {
                for side in [left, right] {
                    match Operand::of(side) {
                        Some(Operand::Attribute(name)) => looks.attributes.push(name),
                        Some(Operand::Constant(at)) => looks.constants.push(at),
                        Some(Operand::Principal) => looks.caller = true,
                        None => {}
                    }
                }
            }
        }
        looks
    }
}

impl<'a> Worlds<'a> {
    pub(super) fn of(sides: [&'a Policy; 2]) -> Worlds<'a> {
        let mut all: BTreeMap<(u32, &str), [Option<u32>; 2]> = BTreeMap::new();
        let name = |policy: &'a Policy, at: u32| {
            let AttributeName { root, name } = policy.record(at);
            (root, policy.string(name))
        };
        for (side, policy) in sides.into_iter().enumerate() {
            for at in 0..policy.count::<AttributeName>() {
                all.entry(name(policy, at)).or_default()[side] = Some(at);
            }
        }
        let attributes: Vec<_> = all.into_iter().collect();
        let place = |policy: &'a Policy, at: u32| {
            attributes.binary_search_by(|(known, _)| known.cmp(&name(policy, at))).unwrap_or(usize::MAX)
        };
        let variables =
            sides.map(|policy| (0..policy.count::<AttributeName>()).map(|at| place(policy, at)).collect());
        Worlds { sides, attributes, variables }
    }

    fn time(&self) -> Variable {
        self.attributes.len()
    }

    fn variable(&self, side: usize, attribute: u32) -> Variable {
        self.variables[side].get(attribute as usize).copied().unwrap_or(usize::MAX)
    }

    fn number(&self, side: usize, variable: Variable) -> Option<u32> {
        self.attributes.get(variable)?.1[side]
    }

    /// `context.mfa`, `time`.
    pub(super) fn name(&self, variable: Variable) -> String {
        let Some(((root, name), _)) = self.attributes.get(variable) else { return "time".to_owned() };
        let root = match root {
            0 => "principal",
            1 => "resource",
            _ => "context",
        };
        format!("{root}.{name}")
    }

    /// Where the answers of both policies differ. `left` is what may still be decided.
    pub(super) fn compare(&self, question: &Question<'_>, left: &mut usize) -> Result<Vec<Outcome>, TooMuch> {
        let (seen, leaves) = self.leaves(question, left)?;
        Ok(self.outcomes(question, &seen, &leaves))
    }

    /// The story of the new side in the plainest world that is worth most; a decision without a worth is not told.
    pub(super) fn story<W: Ord>(
        &self,
        question: &Question<'_>,
        left: &mut usize,
        worth: impl Fn(Decision) -> Option<W>,
    ) -> Result<Option<(W, Explanation, World)>, TooMuch> {
        let (_, leaves) = self.leaves(question, left)?;
        let worths = leaves.iter().filter_map(|(world, [_, new], _)| {
            let carried = world.iter().filter(|(_, value)| value.is_some()).count();
            Some(((worth((*new)?)?, Reverse(carried)), world))
        });
        let best = worths.max_by(|(a, _), (b, _)| a.cmp(b));
        Ok(best
            .and_then(|((worth, _), world)| Some((worth, self.explain(1, question, world)?, world.clone()))))
    }

    /// The worlds that the tests of both policies tell apart, and all tests that came up.
    fn leaves(&self, question: &Question<'_>, left: &mut usize) -> Result<(Seen, Vec<Leaf>), TooMuch> {
        let mut seen = BTreeSet::new();
        'anew: loop {
            let mut domains: BTreeMap<Variable, Vec<Option<Value>>> = BTreeMap::new();
            let mut open = vec![World::new()];
            let mut leaves = Vec::new();
            let mut tried = 0;
            while let Some(world) = open.pop() {
                tried += 1;
                if tried > MAX_WORLDS {
                    return Err(TooMuch);
                }
                *left = left.checked_sub(2).ok_or(TooMuch)?;
                let notes = Notes { seen, grown: false, wanted: None, said: Vec::new() };
                let notes = RefCell::new(notes);
                let decisions = [0, 1].map(|side| self.ask(side, question, &world, &notes));
                let notes = notes.into_inner();
                seen = notes.seen;
                if notes.grown {
                    continue 'anew;
                }
                let Some(variable) = notes.wanted else {
                    leaves.push((world, decisions, notes.said));
                    continue;
                };
                let domain = match domains.entry(variable) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(free) => free.insert(self.domain(variable, question, &seen)?),
                };
                open.extend(domain.iter().map(|value| {
                    let mut world = world.clone();
                    world.push((variable, value.clone()));
                    world
                }));
            }
            return Ok((seen, leaves));
        }
    }

    /// Asks one policy in a world. What the world says nothing of is noted.
    fn ask(
        &self,
        side: usize,
        question: &Question<'_>,
        world: &World,
        notes: &RefCell<Notes>,
    ) -> Option<Decision> {
        self.with_oracle(side, question, world, notes, |policy, oracle| {
            with_request(&question.subjects[side], question.privileges[side], question.place, |request| {
                decide_assuming(policy, request, oracle).ok()
            })
        })
    }

    /// The entries that decided on a side, in a world.
    pub(super) fn deciding(&self, side: usize, question: &Question<'_>, world: &World) -> Vec<DecidingEntry> {
        let notes = Notes { seen: BTreeSet::new(), grown: false, wanted: None, said: Vec::new() };
        self.with_oracle(side, question, world, &RefCell::new(notes), |policy, oracle| {
            with_request(&question.subjects[side], question.privileges[side], question.place, |request| {
                evaluate::deciding_assuming(policy, request, oracle)
            })
        })
    }

    /// The whole story of a side, in a world.
    fn explain(&self, side: usize, question: &Question<'_>, world: &World) -> Option<Explanation> {
        let notes = Notes { seen: BTreeSet::new(), grown: false, wanted: None, said: Vec::new() };
        self.with_oracle(side, question, world, &RefCell::new(notes), |policy, oracle| {
            with_request(&question.subjects[side], question.privileges[side], question.place, |request| {
                evaluate::explain_assuming(policy, request, oracle).ok()
            })
        })
    }

    fn with_oracle<T>(
        &self,
        side: usize,
        question: &Question<'_>,
        world: &World,
        notes: &RefCell<Notes>,
        then: impl FnOnce(&Policy, &evaluate::Oracle<'_>) -> T,
    ) -> T {
        let policy = self.sides[side];
        let elements: Vec<_> =
            world.iter().map(|(_, value)| value.as_ref().map(values::elements).unwrap_or_default()).collect();
        let mut given = Vec::new();
        for ((variable, value), elements) in world.iter().zip(&elements) {
            let (Some(number), Some(value)) = (self.number(side, *variable), value) else { continue };
            // A side that knows the attribute with another type is asked without it.
            if self.kind(side, number, question).is_none_or(|kind| values::fits(value, &kind)) {
                given.push((number, values::lend(value, elements)));
            }
        }
        let at = self.at(world);
        let oracle = |seen: &Values<'_>, test: u32| {
            let looks = Looks::of(policy, test);
            let mut notes = notes.borrow_mut();
            let notes = &mut *notes;
            notes.grown |= notes.seen.insert((side, test));
            let is_asked = |&name: &u32| seen.own_resource || policy.record::<AttributeName>(name).root != 1;
            let mut wanted = looks.attributes.iter().copied().filter(is_asked).peekable();
            let varies = looks.time || wanted.peek().is_some();
            let attributes = wanted.map(|name| self.variable(side, name));
            let variables: Vec<Variable> = attributes.chain(looks.time.then_some(self.time())).collect();
            let is_open = |variable: &&Variable| !world.iter().any(|(known, _)| known == *variable);
            if let Some(&variable) = variables.iter().find(is_open) {
                notes.wanted.get_or_insert(variable);
                return Truth::Undecided;
            }
            let values = Values { given: &given, at, assumed: None, ..*seen };
            let truth = values.test(policy, test);
            if varies {
                self.note(side, seen, test, truth, world, &looks, &mut notes.said);
            }
            truth
        };
        then(policy, &oracle)
    }

    /// Notes what a test said, or that the request leaves it to the policy.
    #[allow(clippy::too_many_arguments)]
    fn note(
        &self,
        side: usize,
        values: &Values<'_>,
        test: u32,
        truth: Truth,
        world: &World,
        looks: &Looks,
        said: &mut Vec<(Saying, Truth)>,
    ) {
        let policy = self.sides[side];
        let left_open = |&&name: &&u32| {
            let variable = self.variable(side, name);
            let absent = world.iter().any(|(known, value)| *known == variable && value.is_none());
            absent && declared(policy, values.subject.holder, values.node, name).is_some()
        };
        let saying = match looks.attributes.iter().find(left_open) {
            Some(&name) => (Saying::Absent(self.variable(side, name)), Truth::True),
            None => (Saying::Test(side, test), truth),
        };
        said.push(saying);
    }

    /// In words.
    fn said(&self, sayings: &[(Saying, Truth)]) -> Said {
        let mut said = Said::new();
        for &(saying, truth) in sayings {
            let literal = match saying {
                Saying::Test(side, test) => Literal::of(self.sides[side], test, truth),
                Saying::Absent(variable) => Literal::absent(&self.name(variable)),
            };
            let of_new = matches!(saying, Saying::Test(1, _));
            match said.entry(literal.text.clone()) {
                Entry::Occupied(mut known) if of_new && known.get().said != literal.said => {
                    known.insert(Literal::otherwise(&literal.text));
                }
                Entry::Occupied(_) => {}
                Entry::Vacant(free) => {
                    free.insert(literal);
                }
            }
        }
        said
    }

    /// What all tests say in a world that gives values to all that they look at, also those that a decision there did not ask.
    fn all_said(
        &self,
        question: &Question<'_>,
        seen: &BTreeSet<(usize, u32)>,
        (world, _, said): &Leaf,
    ) -> Vec<(Saying, Truth)> {
        let mut all = said.clone();
        for &(side, test) in seen {
            let looks = Looks::of(self.sides[side], test);
            let attributes = looks.attributes.iter().map(|&name| self.variable(side, name));
            let mut variables = attributes.chain(looks.time.then_some(self.time()));
            let has_value =
                |variable: Variable| world.iter().any(|(known, value)| *known == variable && value.is_some());
            if !variables.all(has_value) {
                continue;
            }
            let elements: Vec<_> = world
                .iter()
                .map(|(_, value)| value.as_ref().map(values::elements).unwrap_or_default())
                .collect();
            let given = world.iter().zip(&elements).filter_map(|((variable, value), elements)| {
                Some((self.number(side, *variable)?, values::lend(value.as_ref()?, elements)))
            });
            let given: Vec<_> = given.collect();
            let at = self.at(world);
            let truth = with_principal(&question.subjects[side], |principal| {
                evaluate::test_of(self.sides[side], principal, &given, at, test)
            });
            all.push((Saying::Test(side, test), truth));
        }
        // The old side is told first.
        all.sort_by_key(|(saying, _)| matches!(saying, Saying::Test(1, _)));
        all
    }

    /// The time of a world.
    fn at(&self, world: &World) -> Option<i64> {
        let (_, value) = world.iter().find(|(variable, _)| *variable == self.time())?;
        match value {
            Some(Value::Timestamp(at)) => Some(*at),
            _ => None,
        }
    }

    /// The kind of values of an attribute on a side, for the resource asked about.
    fn kind(&self, side: usize, number: u32, question: &Question<'_>) -> Option<ValueKind> {
        let policy = self.sides[side];
        let ty = match policy.record::<AttributeName>(number).root {
            1 => policy.find_type(&question.place?.ty)? + 1,
            _ => 0,
        };
        Some(policy.value_kind(policy.attribute_of(number, ty)?.value_type))
    }

    /// What a request could say of a variable: nothing, or one value of each region that the tests tell apart.
    fn domain(
        &self,
        variable: Variable,
        question: &Question<'_>,
        seen: &BTreeSet<(usize, u32)>,
    ) -> Result<Vec<Option<Value>>, TooMuch> {
        let related = self.related(variable, question, seen);
        let mut kinds: Vec<ValueKind> = Vec::new();
        if variable == self.time() {
            kinds.push(ValueKind::Timestamp);
        }
        for side in [0, 1] {
            let kind = self.number(side, variable).and_then(|number| self.kind(side, number, question));
            kinds.extend(kind.filter(|kind| !kinds.contains(kind)));
        }
        let apart = related.variables.len();
        let mut values: Vec<Value> = Vec::new();
        for kind in &kinds {
            let mut singles: Vec<Value> =
                values::singles(kind, &related.constants, apart).into_iter().collect();
            if !matches!(kind, ValueKind::Set(_)) {
                values.append(&mut singles);
                continue;
            }
            if apart == 1 {
                let mut known = BTreeSet::new();
                singles.retain(|element| {
                    let kept = related.compared && related.constants.contains(element);
                    let says =
                        self.signature(variable, question, &related, Value::Set(vec![element.clone()]));
                    kept || known.insert(says)
                });
            }
            values.append(&mut values::sets(&singles)?);
        }
        if apart == 1 {
            let mut known = BTreeSet::new();
            values.retain(|value| known.insert(self.signature(variable, question, &related, value.clone())));
        }
        Ok(std::iter::once(None).chain(values.into_iter().map(Some)).collect())
    }

    /// What all tests that look at a variable say of a value.
    fn signature(
        &self,
        variable: Variable,
        question: &Question<'_>,
        related: &Related,
        value: Value,
    ) -> Vec<u8> {
        let elements = values::elements(&value);
        let is_time = variable == self.time();
        let at = match &value {
            Value::Timestamp(at) if is_time => Some(*at),
            _ => None,
        };
        let says = related.tests.iter().map(|&(side, test)| {
            with_principal(&question.subjects[side], |principal| {
                let number = self.number(side, variable);
                let fits = |number: &u32| {
                    self.kind(side, *number, question).is_none_or(|kind| values::fits(&value, &kind))
                };
                let given: Vec<_> = number
                    .filter(fits)
                    .map(|number| (number, values::lend(&value, &elements)))
                    .into_iter()
                    .collect();
                evaluate::test_of(self.sides[side], principal, &given, at, test) as u8
            })
        });
        says.collect()
    }

    /// Everything that the tests compare a variable with, directly or by way of other attributes.
    fn related(&self, variable: Variable, question: &Question<'_>, seen: &BTreeSet<(usize, u32)>) -> Related {
        let mut related = Related { variables: BTreeSet::from([variable]), ..Related::default() };
        let mut open = vec![variable];
        let mut caller = false;
        while let Some(at) = open.pop() {
            for &(side, test) in seen {
                let policy = self.sides[side];
                let looks = Looks::of(policy, test);
                let mut all: Vec<Variable> =
                    looks.attributes.iter().map(|&name| self.variable(side, name)).collect();
                all.extend(looks.time.then_some(self.time()));
                if !all.contains(&at) {
                    continue;
                }
                related.tests.insert((side, test));
                caller |= looks.caller;
                let kind = TestKind::of(policy.record::<Test>(test).kind);
                related.compared |= matches!(kind, Some(TestKind::Equal | TestKind::NotEqual));
                for &constant in &looks.constants {
                    related.add(values::constant(policy, constant));
                }
                for other in all {
                    if related.variables.insert(other) {
                        open.push(other);
                    }
                }
            }
        }
        if related.variables.len() > 1 {
            for side in [0, 1] {
                for &variable in &related.variables.clone() {
                    let Some(number) = self.number(side, variable) else { continue };
                    let nodes = question.nodes[side].iter().map(|&node| Some(node)).chain([None]);
                    let all = nodes
                        .filter_map(|node| declared(self.sides[side], question.holders[side], node, number));
                    all.for_each(|at| related.add(values::constant(self.sides[side], at)));
                }
            }
        }
        if caller {
            self.callers(question).into_iter().for_each(|value| related.add(Some(value)));
        }
        related
    }

    /// Values that a test of who asks tells apart: the one who asks, a group of each kind that it is in, and one it is not in.
    fn callers(&self, question: &Question<'_>) -> Vec<Value> {
        let user = |name: &str| Value::Principal(PrincipalValue::User(name.into()));
        let group = |name: &str| Value::Principal(PrincipalValue::Group(name.into()));
        let mut all: Vec<Value> = question
            .subjects
            .iter()
            .map(|subject| match subject {
                Subject::User(name) => user(name),
                Subject::Service(name) => Value::Principal(PrincipalValue::Service(name.as_str().into())),
                _ => user(NOBODY),
            })
            .collect();
        all.extend(question.subjects.iter().filter_map(|subject| match subject {
            Subject::Group(name) => Some(group(name)),
            _ => None,
        }));
        for (policy, holder) in self.sides.into_iter().zip(question.holders) {
            let Some(holder) = holder else { continue };
            let groups = policy.list(policy.record::<Holder>(holder).groups).iter();
            all.extend(groups.map(|id| group(policy.name(Names::Group, id))));
        }
        all.push(group("\n\n"));
        all
    }
}

/// What a variable is compared with.
#[derive(Default)]
struct Related {
    variables: BTreeSet<Variable>,
    tests: BTreeSet<(usize, u32)>,
    constants: BTreeSet<Value>,
    /// By `==` or `!=`.
    compared: bool,
}

impl Related {
    fn add(&mut self, value: Option<Value>) {
        match value {
            Some(Value::Set(elements)) => self.constants.extend(elements),
            Some(value) => {
                self.constants.insert(value);
            }
            None => {}
        }
    }
}

/// The value that a policy declares for an attribute.
fn declared(policy: &Policy, holder: Option<u32>, node: Option<u32>, name: u32) -> Option<u32> {
    let list = match policy.record::<AttributeName>(name).root {
        0 => policy.record::<Holder>(holder?).attributes,
        1 => policy.record::<Node>(node?).attributes,
        _ => return None,
    };
    let (_, value) = policy.list(list).pairs().find(|&(known, _)| known == name)?;
    (value < policy.count::<Constant>()).then_some(value)
}

/// A world, what both policies decide in it, and what their tests say.
type Leaf = (World, [Option<Decision>; 2], Vec<(Saying, Truth)>);

impl Worlds<'_> {
    fn outcomes(
        &self,
        question: &Question<'_>,
        seen: &BTreeSet<(usize, u32)>,
        leaves: &[Leaf],
    ) -> Vec<Outcome> {
        let granted = |decision: &Option<Decision>| decision.is_some_and(Decision::granted);
        let mut found = Vec::new();
        for gain in [true, false] {
            let differs = |(_, [old, new], _): &&Leaf| granted(new) == gain && granted(old) != gain;
            let some: Vec<&Leaf> = leaves.iter().filter(differs).collect();
            // The plainest example carries least.
            let carried = |world: &World| world.iter().filter(|(_, value)| value.is_some()).count();
            let Some((example, [old, new], _)) = some.iter().min_by_key(|(world, ..)| carried(world)) else {
                continue;
            };
            let condition = (some.len() < leaves.len()).then(|| {
                let said = some.iter().take(MAX_TOLD).map(|(_, _, said)| self.said(said)).collect();
                let others = leaves.iter().filter(|leaf| !differs(leaf)).take(MAX_TOLD);
                let others: Vec<Said> =
                    others.map(|leaf| self.said(&self.all_said(question, seen, leaf))).collect();
                Condition::of(said, &others, leaves.len() > MAX_TOLD)
            });
            found.push(Outcome { gain, old: *old, new: *new, condition, example: example.clone() });
        }
        found
    }
}

//! What an unsatisfied requirement lacks: the smallest sets of privileges and tests of which one would have to hold.

use super::attribute_text;
use crate::evaluate::condition::{Facts, Truth, Values, decide_formula};
use crate::evaluate::matching::{Place, Situation};
use crate::policy::Policy;
use crate::policy::layout::{Constant, Formula, FormulaKind, Names, Operand, Test, TestKind, ValueTag};
use std::collections::BTreeSet;

/// Alternatives kept at each step, the smallest; more would not be read.
const MAX_SETS: usize = 64;

/// Something that would have to hold.
type Wanted = BTreeSet<String>;

/// The smallest sets, and what the tests lacked.
pub(super) fn missing_sets<'a>(
    situation: &Situation<'a>,
    formula: u32,
    place: Place<'a, '_>,
    depth: u32,
) -> (Vec<Vec<String>>, Vec<String>) {
    let finder = Finder { situation, place, depth };
    let sets = finder.sets(formula, true);
    let mut lacks = BTreeSet::new();
    lacking(situation.values(place), situation.policy, formula, &|at| finder.truth(at), &mut lacks);
    (sets.into_iter().map(|set| set.into_iter().collect()).collect(), lacks.into_iter().collect())
}

/// What an undecided formula lacks: nothing from the parts that are decided without it.
pub(super) fn lacking<'a>(
    values: Values<'a>,
    policy: &'a Policy,
    formula: u32,
    truth: &dyn Fn(u32) -> Truth,
    found: &mut BTreeSet<String>,
) {
    let (mut open, mut seen) = (vec![formula], BTreeSet::new());
    while let Some(at) = open.pop() {
        if truth(at) != Truth::Undecided || !seen.insert(at) {
            continue;
        }
        let Formula { kind, of } = policy.record(at);
        match FormulaKind::of(kind) {
            Some(FormulaKind::And | FormulaKind::Or) => open.extend(policy.list(of).iter()),
            Some(FormulaKind::Not) => open.push(of),
            Some(FormulaKind::Test) => {
                let (names, time) = values.lacks(policy, of);
                found.extend(names.into_iter().map(|name| attribute_text(policy, name)));
                if time {
                    found.insert("time".to_owned());
                }
            }
            _ => {}
        }
    }
}

struct Finder<'s, 'a, 'c> {
    situation: &'s Situation<'a>,
    place: Place<'a, 'c>,
    depth: u32,
}

impl Facts for &Finder<'_, '_, '_> {
    fn test(&mut self, _: &Policy, test: u32) -> Truth {
        self.situation.values(self.place).test(self.situation.policy, test)
    }

    fn privilege(&mut self, _: &Policy, privilege: u32) -> bool {
        self.situation.decide_needed(privilege, self.place, self.depth + 1).granted()
    }
}

impl Finder<'_, '_, '_> {
    fn truth(&self, formula: u32) -> Truth {
        decide_formula(self.situation.policy, formula, &mut &*self)
    }

    /// The smallest sets that would make the formula true, or false where `wanted` is false: none if nothing can, one empty
    /// set if it is so already.
    fn sets(&self, formula: u32, wanted: bool) -> Vec<Wanted> {
        let policy = self.situation.policy;
        let Formula { kind, of } = policy.record(formula);
        let privilege = |at: u32| {
            if (&mut &*self).privilege(policy, at) == wanted {
                vec![Wanted::new()]
            } else if wanted {
                vec![Wanted::from([policy.name(Names::Privilege, at).to_owned()])]
            } else {
                Vec::new()
            }
        };
        let conjunction = |parts: &mut dyn Iterator<Item = Vec<Wanted>>| {
            parts.fold(vec![Wanted::new()], |sets, more| smallest(product(&sets, &more)))
        };
        let disjunction = |parts: &mut dyn Iterator<Item = Vec<Wanted>>| smallest(parts.flatten().collect());
        let parts = || policy.list(of).iter();
        match (FormulaKind::of(kind), wanted) {
            (Some(FormulaKind::True), true) => vec![Wanted::new()],
            (Some(FormulaKind::True) | None, _) => Vec::new(),
            (Some(FormulaKind::And), true) | (Some(FormulaKind::Or), false) => {
                conjunction(&mut parts().map(|part| self.sets(part, wanted)))
            }
            (Some(FormulaKind::Or), true) | (Some(FormulaKind::And), false) => {
                disjunction(&mut parts().map(|part| self.sets(part, wanted)))
            }
            (Some(FormulaKind::Not), _) => self.sets(of, !wanted),
            (Some(FormulaKind::Test), _) => {
                let target = if wanted { Truth::True } else { Truth::False };
                if self.situation.values(self.place).test(policy, of) == target {
                    vec![Wanted::new()]
                } else {
                    let text = test_text(policy, of);
                    vec![Wanted::from([if wanted { text } else { format!("not {text}") }])]
                }
            }
            (Some(FormulaKind::Privilege), _) => privilege(of),
            (Some(FormulaKind::Any), _) => disjunction(&mut parts().map(privilege)),
            (Some(FormulaKind::All), _) => conjunction(&mut parts().map(privilege)),
        }
    }
}

fn product(left: &[Wanted], right: &[Wanted]) -> Vec<Wanted> {
    left.iter().flat_map(|a| right.iter().map(move |b| a.union(b).cloned().collect())).collect()
}

/// Without those that contain another, smallest first, at most `MAX_SETS`.
fn smallest(mut sets: Vec<Wanted>) -> Vec<Wanted> {
    sets.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    sets.dedup();
    let mut kept: Vec<Wanted> = Vec::new();
    for set in sets {
        if kept.len() < MAX_SETS && !kept.iter().any(|smaller| smaller.is_subset(&set)) {
            kept.push(set);
        }
    }
    kept
}

/// A test as a policy writes it.
pub(crate) fn test_text(policy: &Policy, test: u32) -> String {
    let Test { kind, left, right } = policy.record(test);
    let operand = |number: u32| match Operand::of(number) {
        Some(Operand::Attribute(name)) => attribute_text(policy, name),
        Some(Operand::Principal) => "principal".to_owned(),
        Some(Operand::Constant(at)) => constant_text(policy, at),
        None => String::new(),
    };
    let infix = |word: &str| format!("{} {word} {}", operand(left), operand(right));
    match TestKind::of(kind) {
        Some(TestKind::Truth) => attribute_text(policy, left),
        Some(TestKind::Has) => format!("has {}", attribute_text(policy, left)),
        Some(TestKind::Equal) => infix("=="),
        Some(TestKind::NotEqual) => infix("!="),
        Some(TestKind::Less) => infix("<"),
        Some(TestKind::LessOrEqual) => infix("<="),
        Some(TestKind::Greater) => infix(">"),
        Some(TestKind::GreaterOrEqual) => infix(">="),
        Some(TestKind::In) => infix("in"),
        Some(TestKind::Contains) => infix("contains"),
        Some(TestKind::From) => format!("time >= {}", constant_text(policy, left)),
        Some(TestKind::Until) => format!("time < {}", constant_text(policy, left)),
        None => String::new(),
    }
}

fn constant_text(policy: &Policy, at: u32) -> String {
    let Constant { kind, a, b, c, d, e } = policy.record(at);
    let long = (u64::from(a) | u64::from(b) << 32).cast_signed();
    match ValueTag::of(kind) {
        Some(ValueTag::Bool) => (a != 0).to_string(),
        Some(ValueTag::Int) => long.to_string(),
        Some(ValueTag::String) => format!("{:?}", policy.string(a)),
        Some(ValueTag::Timestamp) => crate::terms::timestamp_text(long),
        Some(ValueTag::Ip) => crate::evaluate::condition::network([a, b, c, d], e).to_string(),
        Some(ValueTag::Principal) if b == 0 => format!("user:{}", policy.string(a)),
        Some(ValueTag::Principal) => format!("service:{}", policy.string(a)),
        Some(ValueTag::Group) => format!("group:{}", policy.string(a)),
        Some(ValueTag::Set) => {
            let elements: Vec<String> =
                policy.list(a).iter().map(|element| constant_text(policy, element)).collect();
            format!("[{}]", elements.join(", "))
        }
        None => String::new(),
    }
}

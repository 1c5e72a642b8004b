//! What deciding a privilege takes, with everything it requires and includes.
//!
//! Enters: a policy whose ids and lists fit. Leaves: the first privilege whose decision would take too long, nest too deep for
//! a stack, or never end. Formulas and lists are counted once however often they are shared, so that this takes no
//! longer than the bytes are long.

use super::Policy;
use super::layout::{Formula, FormulaKind, MAX_DECISION_DEPTH, MAX_DECISIONS, MAX_LEVELS, Privilege};
use std::collections::HashMap;

/// What a decision is made of.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Privilege(u32),
    Formula(u32),
    Privileges(u32),
    Formulas(u32),
}

/// What a part takes.
#[derive(Clone, Copy, Default)]
struct Width {
    decisions: u64,
    /// Decisions inside each other.
    depth: u32,
    /// Decisions and formulas inside each other.
    levels: u32,
}

impl Width {
    fn with(self, other: Width) -> Width {
        Width {
            decisions: self.decisions.saturating_add(other.decisions),
            depth: self.depth.max(other.depth),
            levels: self.levels.max(other.levels),
        }
    }
}

/// The first privilege whose decision takes more than `MAX_DECISIONS`, nests deeper than `MAX_DECISION_DEPTH` or `MAX_LEVELS`, or
/// depends on itself.
pub(crate) fn too_wide(policy: &Policy) -> Option<u32> {
    let mut widths = HashMap::new();
    (0..policy.count::<Privilege>()).find_map(|root| {
        // Most privileges need nothing.
        let Privilege { includes, requires, .. } = policy.record(root);
        if requires == 0 && policy.list(includes).is_empty() {
            return None;
        }
        too_wide_from(policy, root, &mut widths)
    })
}

/// One part on the way, with what it is made of and how far that is known.
struct Frame {
    part: Part,
    parts: Vec<Part>,
    done: usize,
    width: Width,
}

impl Frame {
    fn new(policy: &Policy, part: Part) -> Frame {
        Frame { part, parts: parts(policy, part), done: 0, width: Width::default() }
    }
}

/// `None` in `widths` stands for a part that is on the way.
fn too_wide_from(policy: &Policy, root: u32, widths: &mut HashMap<Part, Option<Width>>) -> Option<u32> {
    let root = Part::Privilege(root);
    if widths.contains_key(&root) {
        return None;
    }
    widths.insert(root, None);
    let mut stack = vec![Frame::new(policy, root)];
    while let Some(frame) = stack.last_mut() {
        if let Some(&next) = frame.parts.get(frame.done) {
            match widths.get(&next) {
                Some(Some(width)) => {
                    frame.width = frame.width.with(*width);
                    frame.done += 1;
                }
                // It depends on itself.
                Some(None) => return innermost(&stack),
                None => {
                    widths.insert(next, None);
                    stack.push(Frame::new(policy, next));
                }
            }
            continue;
        }
        let mut width = frame.width;
        match frame.part {
            Part::Privilege(_) => {
                width.decisions = width.decisions.saturating_add(1);
                width.depth += 1;
                width.levels += 1;
            }
            Part::Formula(_) => width.levels += 1,
            Part::Privileges(_) | Part::Formulas(_) => {}
        }
        if width.decisions > MAX_DECISIONS || width.depth > MAX_DECISION_DEPTH || width.levels > MAX_LEVELS {
            return innermost(&stack);
        }
        widths.insert(frame.part, Some(width));
        stack.pop();
    }
    None
}

/// The privilege whose decision is being counted.
fn innermost(stack: &[Frame]) -> Option<u32> {
    stack.iter().rev().find_map(|frame| match frame.part {
        Part::Privilege(privilege) => Some(privilege),
        _ => None,
    })
}

fn parts(policy: &Policy, part: Part) -> Vec<Part> {
    match part {
        Part::Privilege(privilege) => {
            let Privilege { includes, requires, .. } = policy.record(privilege);
            vec![Part::Privileges(includes), Part::Formula(requires)]
        }
        Part::Formula(formula) => {
            let Formula { kind, of } = policy.record(formula);
            match FormulaKind::of(kind) {
                Some(FormulaKind::And | FormulaKind::Or) => vec![Part::Formulas(of)],
                Some(FormulaKind::Not) => vec![Part::Formula(of)],
                Some(FormulaKind::Privilege) => vec![Part::Privilege(of)],
                Some(FormulaKind::Any | FormulaKind::All) => vec![Part::Privileges(of)],
                Some(FormulaKind::True | FormulaKind::Test) | None => Vec::new(),
            }
        }
        Part::Privileges(list) => policy.list(list).iter().map(Part::Privilege).collect(),
        Part::Formulas(list) => policy.list(list).iter().map(Part::Formula).collect(),
    }
}

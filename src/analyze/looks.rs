//! What tests look at.
//!
//! Enters: a test of a policy. Leaves: the attributes, constants and whatever else decides what it says, and the values that the
//! policy declares for them. Decides nothing.

use crate::policy::Policy;
use crate::policy::layout::{AttributeName, Constant, Holder, Node, Operand, Test, TestKind};

/// What a test looks at.
#[derive(Default)]
pub(super) struct Looks {
    pub attributes: Vec<u32>,
    pub constants: Vec<u32>,
    pub caller: bool,
    pub time: bool,
}

impl Looks {
    pub(super) fn of(policy: &Policy, test: u32) -> Looks {
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

/// The value that a policy declares for an attribute.
pub(super) fn declared(policy: &Policy, holder: Option<u32>, node: Option<u32>, name: u32) -> Option<u32> {
    let list = match policy.record::<AttributeName>(name).root {
        0 => policy.record::<Holder>(holder?).attributes,
        1 => policy.record::<Node>(node?).attributes,
        _ => return None,
    };
    let (_, value) = policy.list(list).pairs().find(|&(known, _)| known == name)?;
    (value < policy.count::<Constant>()).then_some(value)
}

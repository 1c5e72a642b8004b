//! P0718: a comparison with a whole network.
//!
//! Enters: the model. Leaves: a warning for each formula in which `==` or `!=` stands before or behind a network of more than
//! one address. An address is equal to no network: only an attribute that holds that very network is.

use super::formulas::formulas;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{AttributeNameId, AttributeRoot, CompareOp, Formula, Model, Operand, Value, ValueTest};
use crate::terms::Network;

pub(super) fn check(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    for (formula, span) in formulas(model) {
        let Some((number, attribute, op, network)) = find(formula) else { continue };
        let span = model.places.test(span, number).unwrap_or(span);
        let name = name(model, attribute);
        let (symbol, never) = match op {
            CompareOp::NotEqual => ("!=", "always true"),
            _ => ("==", "never true"),
        };
        let message = format!("`{name} {symbol} {network}` is {never} of an address");
        let help = match op {
            CompareOp::NotEqual => format!("write `not ({name} in {network})`"),
            _ => format!("write `{name} in {network}`"),
        };
        diagnostics.push(Diagnostic::new(Code::WholeNetwork, span, message).help(help));
    }
}

/// The first such comparison of a formula, and its number among the tests.
fn find(formula: &Formula) -> Option<(usize, AttributeNameId, CompareOp, Network)> {
    let mut open = vec![formula];
    let mut number = 0;
    while let Some(formula) = open.pop() {
        match formula {
            Formula::And(parts) | Formula::Or(parts) => open.extend(parts.iter().rev()),
            Formula::Not(part) => open.push(part),
            Formula::Privilege(_) | Formula::Any(_) | Formula::All(_) => {}
            Formula::Test(ValueTest::Truth(_) | ValueTest::Has(_)) => number += 1,
            Formula::Test(ValueTest::Compare { left, op, right }) => {
                let is_equality = matches!(op, CompareOp::Equal | CompareOp::NotEqual);
                let sides = match (left, right) {
                    (Operand::Attribute(name), Operand::Value(Value::Ip(network)))
                    | (Operand::Value(Value::Ip(network)), Operand::Attribute(name)) => {
                        Some((*name, *network))
                    }
                    _ => None,
                };
                if let Some((name, network)) = sides.filter(|(_, network)| is_equality && is_wide(*network)) {
                    return Some((number, name, *op, network));
                }
                number += 1;
            }
        }
    }
    None
}

fn is_wide(network: Network) -> bool {
    network != Network::host(network.address())
}

fn name(model: &Model, id: AttributeNameId) -> String {
    let found = model.attributes.iter().find(|attribute| attribute.name_id == id);
    found.map_or_else(String::new, |attribute| {
        let root = match attribute.root {
            AttributeRoot::Principal => "principal",
            AttributeRoot::Resource => "resource",
            AttributeRoot::Context => "context",
        };
        format!("{root}.{}", attribute.name.value)
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(condition: &str, expected: &str) {
        let policy = format!(
            "context {{ from: ip  mfa: bool }} category c {{ read }} grant read to anyone when {condition}"
        );
        check_lint(Code::WholeNetwork, &policy, expected);
    }

    #[test]
    fn an_address_is_no_network() {
        check(
            "context.mfa and context.from == 10.0.0.0/8",
            "P0718 <context.from == 10.0.0.0/8>: \
             `context.from == 10.0.0.0/8` is never true of an address
             = write `context.from in 10.0.0.0/8`",
        );
        check(
            "not (context.from != 2001:db8::/32)",
            "P0718 <not (context.from != 2001:db8::/32)>: \
             `context.from != 2001:db8::/32` is always true of an address
             = write `not (context.from in 2001:db8::/32)`",
        );
    }

    #[test]
    fn one_address_and_what_lies_in_a_network() {
        check("context.from == 10.1.2.3", "");
        check("context.from in 10.0.0.0/8", "");
        check("context.from in [10.0.0.0/8, 192.168.0.0/16]", "");
    }

    #[test]
    fn it_may_be_allowed() {
        check_lint(
            Code::WholeNetwork,
            "resource zone { attribute net: ip } category c on zone { read }
             @allow(P0718) \"zones have networks\" grant read to anyone when resource.net == 10.0.0.0/8",
            "",
        );
    }
}

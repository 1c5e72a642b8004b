//! P0713: a condition that is always true, or never.
//!
//! Enters: the model. Leaves: one warning for each such formula, at the first entry, assignment, privilege or category that
//! has it. What is always true only where its attributes have values counts as always true: to ask whether there is one,
//! there is `has`.
//!
//! `worlds` decides it.

mod worlds;

use super::formulas::formulas;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Formula, Model};
use crate::source::Span;
use crate::validate::allow::{Allow, Allows};
use std::collections::HashMap;
use worlds::{Outcome, Worlds};

/// How many further places with the same condition are pointed at.
const SHOWN: usize = 4;

pub(super) fn check(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    let formulas = formulas(model);
    if formulas.is_empty() {
        return;
    }
    let worlds = Worlds::new(model);
    let mut outcomes: HashMap<&Formula, Outcome> = HashMap::new();
    let mut constant: Vec<(Span, &Formula, Outcome)> = Vec::new();
    for (formula, span) in formulas {
        let outcome = *outcomes.entry(formula).or_insert_with(|| worlds.outcome(formula));
        if outcome != Outcome::Open {
            constant.push((span, formula, outcome));
        }
    }
    constant.sort_by_key(|&(span, ..)| span);
    // What one `@allow` covers must not take others along.
    let allows = Allows::new(model);
    let mut places: Vec<(Outcome, Vec<Span>)> = Vec::new();
    let mut numbers: HashMap<(&Formula, Option<Allow>), usize> = HashMap::new();
    for (span, formula, outcome) in constant {
        let key = (formula, allows.covering(Code::ConstantCondition, span));
        let number = *numbers.entry(key).or_insert(places.len());
        if number == places.len() {
            places.push((outcome, Vec::new()));
        }
        places.get_mut(number).into_iter().for_each(|(_, spans)| spans.push(span));
    }
    diagnostics.extend(places.iter().filter_map(|(outcome, spans)| finding(*outcome, spans)));
}

fn finding(outcome: Outcome, spans: &[Span]) -> Option<Diagnostic> {
    let (&first, others) = spans.split_first()?;
    let (message, help) = match outcome {
        Outcome::Always => ("the condition is always true", "leave it out, or correct it"),
        _ => ("the condition is never true", "correct it, or remove what depends on it"),
    };
    let finding = Diagnostic::new(Code::ConstantCondition, first, message);
    let finding = others.iter().take(SHOWN).fold(finding, |finding, &span| finding.also(span, "and here"));
    Some(finding.help(help))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(condition: &str, expected: &str) {
        let policy = format!(
            "resource doc {{ attribute owner: principal }}
             context {{ mfa: bool n: int state: \"on\" | \"off\" name: string at: timestamp from: ip tags: [string] }}
             category c on doc {{ read }} grant read to anyone when {condition}"
        );
        check_lint(Code::ConstantCondition, &policy, expected);
    }

    #[track_caller]
    fn check_never(condition: &str) {
        let start: String = condition.chars().take(50).collect();
        check(
            condition,
            &format!(
                "P0713 <{}>: the condition is never true\n = correct it, or remove what depends on it",
                start
            ),
        );
    }

    #[track_caller]
    fn check_always(condition: &str) {
        let start: String = condition.chars().take(50).collect();
        check(
            condition,
            &format!("P0713 <{}>: the condition is always true\n = leave it out, or correct it", start),
        );
    }

    #[test]
    fn never_true() {
        check_never("context.mfa and not context.mfa");
        check_never("context.n > 5 and context.n < 3");
        check_never("context.n < 5 and 4 < context.n");
        check_never("context.state == \"on\" and context.state == \"off\"");
        check_never("context.name == \"a\" and context.name == \"b\"");
        check_never("not has context.n and context.n == 1");
        check_never("context.at < 2026-01-01 and context.at >= 2027-01-01");
        check_never("context.n != context.n");
        check_never("context.from in 10.0.0.0/8 and not (context.from in 10.0.0.0/8)");
    }

    #[test]
    fn always_true() {
        check_always("context.mfa or not context.mfa");
        check_always("context.n == context.n");
        check_always("context.n >= 3 or context.n <= 4");
        check_always("context.state == \"on\" or context.state != \"on\"");
        check_always("context.state in [\"on\", \"off\"]");
        check_always("has context.n or not has context.n");
    }

    #[test]
    fn both_are_possible() {
        check("context.mfa", "");
        check("has context.n and context.n == 1", "");
        check("context.n > 3 and context.n < 5", "");
        check("context.name == \"a\" or context.name == \"b\"", "");
        check("context.state == \"on\" and context.mfa", "");
        check("resource.owner == principal", "");
        check("context.from in 10.0.0.0/8 and not (context.from in 10.1.0.0/16)", "");
        check("context.tags contains \"a\" and context.tags contains \"b\"", "");
        check("context.n > -9223372036854775808", "");
    }

    #[test]
    fn the_same_condition_is_one_finding() {
        check_lint(
            Code::ConstantCondition,
            "context { a: bool } category c { read write requires context.a and not context.a } role r
             grant read to role:r when context.a and not context.a
             @allow(P0713) \"off\" assign r to anyone when context.a and not context.a",
            "P0713 <context.a and not context.a>: the condition is never true
               <context.a and not context.a>: and here
             = correct it, or remove what depends on it",
        );
    }
}

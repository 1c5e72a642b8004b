//! P0703: a group to which nothing is given.
//!
//! Enters: the model and its groups. Leaves: a warning for each group that no entry, assignment or test names and that
//! lies in no group of which that is true. Silent for a disabled group, which is switched off on purpose, for one that only
//! holds groups, and where a condition compares who asks with an attribute: that may name any group.

use super::formulas::formulas;
use super::many::{self, Found, Together};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Formula, Grantee, GroupId, Model, Operand, PrincipalValue, Value, ValueTest};
use crate::source::Span;
use crate::validate::allow::Allows;
use crate::validate::graph::Graph;
use crate::validate::wording;
use std::collections::BTreeSet;

pub(super) fn check(
    model: &Model,
    groups: &Graph<Span>,
    allows: &Allows<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if model.groups.is_empty() || asks_for_groups(model) {
        return;
    }
    let mut used = vec![false; model.groups.len()];
    if !named_by_rules(model, &mut used) {
        return;
    }
    named_by_questions(model, &mut used);
    named_by_values(model, &mut used);
    // What a group lies in stands before it.
    for &group in groups.components().iter().flatten() {
        let lies_in_used =
            groups.edges_of(group).iter().any(|edge| used.get(edge.to as usize).copied().unwrap_or(false));
        if lies_in_used {
            set(&mut used, GroupId(group));
        }
    }
    let mut has_members = vec![false; model.groups.len()];
    let memberships = model.principals.iter().flat_map(|principal| &principal.groups);
    memberships.for_each(|&(group, _)| set(&mut has_members, group));
    // A group that holds groups alone is there for the order among them.
    let mut holds_groups = vec![false; model.groups.len()];
    let nested = model.groups.iter().flat_map(|group| &group.groups);
    nested.for_each(|&(group, _)| set(&mut holds_groups, group));
    let kinds = has_members.into_iter().zip(holds_groups);
    let unused = model.groups.iter().zip(used).zip(kinds);
    let unused = unused
        .filter(|((group, used), (has_members, holds_groups))| {
            !used && !group.disabled && (*has_members || !holds_groups)
        })
        .map(|((group, _), (has_members, _))| {
            let name = group.name.value.to_string();
            let message = if has_members {
                format!("group `{name}` has members, but nothing is given to it")
            } else {
                format!("group `{name}` is never used")
            };
            let help = "assign it a role or name it in an entry, or remove it".to_owned();
            Found { span: group.name.span, name, message, help }
        });
    let message = |unused: &[Found]| {
        let names = wording::list(unused.iter().map(|group| &group.name));
        format!("nothing is given to {} groups: {names}", unused.len())
    };
    let together =
        Together { message: &message, help: "assign them a role or name them in an entry, or remove them" };
    many::report(Code::UnusedGroup, unused.collect(), &together, allows, diagnostics);
}

/// Whether a formula compares who asks with a value that may be any group: then membership alone may give something.
fn asks_for_groups(model: &Model) -> bool {
    let mut open: Vec<&Formula> = formulas(model).into_iter().map(|(formula, _)| formula).collect();
    while let Some(formula) = open.pop() {
        match formula {
            Formula::And(parts) | Formula::Or(parts) => open.extend(parts),
            Formula::Not(part) => open.push(part),
            Formula::Test(ValueTest::Compare { left, right, .. }) => {
                let sides = [left, right];
                let has = |wanted: fn(&Operand) -> bool| sides.into_iter().any(wanted);
                if has(|side| *side == Operand::Principal)
                    && has(|side| matches!(side, Operand::Attribute(_)))
                {
                    return true;
                }
            }
            Formula::Privilege(_) | Formula::Any(_) | Formula::All(_) | Formula::Test(_) => {}
        }
    }
    false
}

/// Groups that are named as values: in formulas, and by what is declared with values.
fn named_by_values(model: &Model, used: &mut [bool]) {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&Formula> = formulas(model).into_iter().map(|(formula, _)| formula).collect();
    while let Some(formula) = open.pop() {
        match formula {
            Formula::And(parts) | Formula::Or(parts) => open.extend(parts),
            Formula::Not(part) => open.push(part),
            Formula::Test(ValueTest::Compare { left, right, .. }) => {
                for side in [left, right] {
                    if let Operand::Value(value) = side {
                        add_names(value, &mut names);
                    }
                }
            }
            Formula::Privilege(_) | Formula::Any(_) | Formula::All(_) | Formula::Test(_) => {}
        }
    }
    for (at, group) in model.groups.iter().enumerate() {
        if names.contains(group.name.value.as_str()) {
            set(used, GroupId::at(at));
        }
    }
}

fn add_names<'m>(value: &'m Value, names: &mut BTreeSet<&'m str>) {
    match value {
        Value::Principal(PrincipalValue::Group(name)) => {
            names.insert(name.as_str());
        }
        Value::Set(values) => values.iter().for_each(|value| add_names(value, names)),
        _ => {}
    }
}

fn set(flags: &mut [bool], group: GroupId) {
    flags.get_mut(group.index()).into_iter().for_each(|slot| *slot = true);
}

/// Whether entries and assignments name any group at all.
fn named_by_rules(model: &Model, used: &mut [bool]) -> bool {
    let of_entries = model.entries.iter().flat_map(|entry| &entry.to);
    let of_assignments = model.assignments.iter().flat_map(|assignment| &assignment.to);
    let mut any = false;
    for grantee in of_entries.chain(of_assignments) {
        if let Grantee::Group(group) = *grantee {
            set(used, group);
            any = true;
        }
    }
    any
}

fn named_by_questions(model: &Model, used: &mut [bool]) {
    for grantee in model.invariants.iter().flat_map(|invariant| &invariant.who) {
        if let Grantee::Group(group) = *grantee {
            set(used, group);
        }
    }
    for check in model.tests.iter().flat_map(|test| &test.checks) {
        check.caller.groups.iter().for_each(|&group| set(used, group));
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(rules: &str, expected: &str) {
        let world = "category c { read } group ops grant read to group:ops ";
        check_lint(Code::UnusedGroup, &format!("{world}{rules}"), expected);
    }

    #[test]
    fn a_group_that_nothing_names() {
        check(
            "group idle",
            "P0703 <idle>: group `idle` is never used
             = assign it a role or name it in an entry, or remove it",
        );
    }

    #[test]
    fn members_alone_are_no_use() {
        check(
            "group idle user ann in idle",
            "P0703 <idle>: group `idle` has members, but nothing is given to it
             = assign it a role or name it in an entry, or remove it",
        );
    }

    #[test]
    fn many_are_one_finding() {
        let groups: String = (1..=6).map(|at| format!("group g{at} ")).collect();
        check(
            &groups,
            "P0703 <g1>: nothing is given to 6 groups: `g1`, `g2`, `g3`, `g4`, `g5` and `g6`
               <g2>: this one too
               <g3>: this one too
               <g4>: this one too
               <g5>: this one too
             = assign them a role or name them in an entry, or remove them",
        );
    }

    #[test]
    fn what_uses_a_group() {
        check("group night in ops group late in night", "");
        check("group out deny read to group:out", "");
        check("group asked test \"t\" { as group:asked cannot read }", "");
        check("group never-can never group:never-can can read", "");
        check("group paused disabled", "");
    }

    #[test]
    fn an_attribute_may_name_any_group() {
        let world = "group idle resource doc { attribute viewers: [principal] attribute owner: principal }
            category d on doc { open } ";
        check(&format!("{world} grant open to authenticated when principal in resource.viewers"), "");
        check(&format!("{world} grant open to authenticated when resource.owner == principal"), "");
        check(&format!("{world} grant open to authenticated when resource.owner == group:idle"), "");
        let found = "P0703 <idle>: group `idle` is never used
             = assign it a role or name it in an entry, or remove it";
        check(&format!("{world} grant open to group:ops"), found);
        check(&format!("{world} grant open to authenticated when has resource.owner"), found);
        check(
            &format!("{world} user ann grant open to authenticated when resource.owner == user:ann"),
            found,
        );
    }

    #[test]
    fn a_group_that_holds_groups_alone() {
        check(
            "group unit group ops2 in unit user ann in ops2",
            "P0703 <ops2>: group `ops2` has members, but nothing is given to it
             = assign it a role or name it in an entry, or remove it",
        );
        check(
            "group unit group night in unit, ops user bob in unit",
            "P0703 <unit>: group `unit` has members, but nothing is given to it
             = assign it a role or name it in an entry, or remove it",
        );
    }

    #[test]
    fn a_list_of_groups_without_rules_is_a_library() {
        check_lint(Code::UnusedGroup, "group ops", "");
    }

    #[test]
    fn it_may_be_allowed() {
        check("@allow(P0703) \"soon\" group idle", "");
    }
}

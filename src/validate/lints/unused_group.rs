//! P0703: a group to which nothing is given.
//!
//! Enters: the model and its groups. Leaves: a warning for each group that no entry, assignment or test names and that
//! lies in no group of which that is true. Silent for a disabled group, which is switched off on purpose, and where an
//! attribute may hold a group: what a request brings is not known here.

use super::many::{self, Found, Together};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Grantee, GroupId, Model, ValueType};
use crate::source::Span;
use crate::validate::allow::Allows;
use crate::validate::graph::Graph;
use crate::validate::wording;

pub(super) fn check(
    model: &Model,
    groups: &Graph<Span>,
    allows: &Allows<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if model.groups.is_empty() || model.attributes.iter().any(|attribute| holds_groups(&attribute.value_type))
    {
        return;
    }
    let mut used = vec![false; model.groups.len()];
    if !named_by_rules(model, &mut used) {
        return;
    }
    named_by_questions(model, &mut used);
    // What a group lies in stands before it.
    for &group in groups.components().iter().flatten() {
        let lies_in_used =
            groups.edges_of(group).iter().any(|edge| used.get(edge.to as usize).copied().unwrap_or(false));
        if lies_in_used {
            set(&mut used, GroupId(group));
        }
    }
    let mut has_members = vec![false; model.groups.len()];
    let memberships = model.principals.iter().map(|principal| &principal.groups);
    for (group, _) in memberships.chain(model.groups.iter().map(|group| &group.groups)).flatten() {
        set(&mut has_members, *group);
    }
    let unused = model.groups.iter().zip(used).zip(has_members);
    let unused =
        unused.filter(|((group, used), _)| !used && !group.disabled).map(|((group, _), has_members)| {
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

fn holds_groups(value: &ValueType) -> bool {
    match value {
        ValueType::Principal => true,
        ValueType::Set(element) => **element == ValueType::Principal,
        _ => false,
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
        check("group idle resource doc { attribute viewers: [principal] }", "");
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

//! P0702: a role that is given to nobody.
//!
//! Enters: the model and its roles. Leaves: a warning for each role that nothing gives: no assignment, no role that
//! inherits it, no test that asks as its holder. Silent where the policy assigns nothing, and where most of its roles are
//! not assigned: they are given by somebody else, or come with the requests.

use super::many::{self, Found, Together};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Grantee, Model, RoleId};
use crate::validate::allow::Allows;
use crate::validate::graph::Graph;
use crate::validate::roles::Link;
use crate::validate::wording;

pub(super) fn check(
    model: &Model,
    roles: &Graph<Link>,
    allows: &Allows<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if model.assignments.is_empty() {
        return;
    }
    let held = held(model, roles);
    let count = held.iter().filter(|&&held| held).count();
    if count * 2 < held.len() {
        return;
    }
    // What only such a role brings is not named: it goes, or is given, with that role.
    let mut brought = vec![false; held.len()];
    for edge in roles.edges().iter().filter(|edge| edge.from != edge.to) {
        brought.get_mut(edge.to as usize).into_iter().for_each(|slot| *slot = true);
    }
    let unused = model.roles.iter().zip(held.iter().zip(&brought));
    let unused = unused.filter(|(_, (held, brought))| !**held && !**brought).map(|(role, _)| Found {
        span: role.name.span,
        name: role.name.value.to_string(),
        message: format!("role `{}` is given to nobody", role.name.value),
        help: "assign it to somebody, or remove it".to_owned(),
    });
    let message = |unused: &[Found]| {
        let names = wording::list(unused.iter().map(|role| &role.name));
        format!("{} roles are given to nobody: {names}", unused.len())
    };
    let together = Together { message: &message, help: "assign them to somebody, or remove them" };
    many::report(Code::UnusedRole, unused.collect(), &together, allows, diagnostics);
}

/// Which roles somebody holds.
fn held(model: &Model, roles: &Graph<Link>) -> Vec<bool> {
    let mut held = vec![false; model.roles.len()];
    let mut open: Vec<u32> = Vec::new();
    let mut take = |role: RoleId, open: &mut Vec<u32>| {
        if let Some(slot) = held.get_mut(role.index()).filter(|slot| !**slot) {
            *slot = true;
            open.push(role.0);
        }
    };
    for assignment in &model.assignments {
        // The holders of a role count when that role has some.
        if assignment.to.iter().any(|to| !matches!(to, Grantee::Role(_))) {
            take(assignment.role, &mut open);
        }
    }
    for check in model.tests.iter().flat_map(|test| &test.checks) {
        check.caller.roles.iter().for_each(|&role| take(role, &mut open));
    }
    while let Some(role) = open.pop() {
        roles.edges_of(role).iter().for_each(|edge| take(RoleId(edge.to), &mut open));
    }
    held
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(rules: &str, expected: &str) {
        let world = "category c { read  write } user ann group ops role base { grant read }
            role editor inherits base { grant write } role auditor { grant read } ";
        check_lint(Code::UnusedRole, &format!("{world}{rules}"), expected);
    }

    const AUDITOR: &str = "P0702 <auditor>: role `auditor` is given to nobody
        = assign it to somebody, or remove it";

    #[test]
    fn a_role_that_nothing_gives() {
        check("assign editor to user:ann", AUDITOR);
        check("assign editor to anyone deny write to role:auditor", AUDITOR);
    }

    #[test]
    fn what_brings_a_role() {
        check("assign editor to user:ann assign auditor to group:ops", "");
        check("assign editor to user:ann role chief inherits auditor assign chief to user:ann", "");
        check("assign editor to user:ann assign auditor to role:editor", "");
        check("assign editor to user:ann test \"t\" { as role:auditor can read }", "");
    }

    #[test]
    fn only_the_role_that_brings_the_others_is_named() {
        check(
            "assign editor to user:ann assign auditor to user:ann role a { grant read } role b inherits a",
            "P0702 <b>: role `b` is given to nobody
             = assign it to somebody, or remove it",
        );
    }

    #[test]
    fn many_are_one_finding() {
        let many: String =
            (1..=6).map(|at| format!("role b{at} role c{at} assign c{at} to user:ann ")).collect();
        check(
            &format!(
                "{many} assign editor to user:ann assign auditor to user:ann @allow(P0702) \"soon\" role a"
            ),
            "P0702 <b1>: 6 roles are given to nobody: `b1`, `b2`, `b3`, `b4`, `b5` and `b6`
               <b2>: this one too
               <b3>: this one too
               <b4>: this one too
               <b5>: this one too
             = assign them to somebody, or remove them",
        );
    }

    #[test]
    fn a_library_is_for_others_to_use() {
        check("", "");
        check("assign auditor to user:ann", "");
    }

    #[test]
    fn it_may_be_allowed() {
        check("assign editor to user:ann assign auditor to user:ann @allow(P0702) \"soon\" role b", "");
    }
}

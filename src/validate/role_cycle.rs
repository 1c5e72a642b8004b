//! P0301: a role that inherits itself, or is assigned to itself.
//!
//! Enters: the model and its graph of roles. Leaves: a finding for each cycle.

use super::graph::Graph;
use super::roles::Link;
use super::{cycle, wording};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Model, RoleId};

pub(super) fn check(model: &Model, roles: &Graph<Link>, diagnostics: &mut Vec<Diagnostic>) {
    let name = |node: u32| wording::role(model, RoleId(node));
    for found in roles.cycles(|_| true) {
        let steps = found.iter().map(|edge| {
            let (from, to) = (name(edge.from), name(edge.to));
            let text = match edge.what {
                Link::Inherits(_) => format!("`{from}` inherits `{to}` here"),
                Link::Assigned(_) => format!("`{to}` is assigned to `{from}` here"),
            };
            cycle::Step { from: from.to_owned(), span: edge.what.span(model), text }
        });
        let words =
            cycle::Words { code: Code::RoleCycle, fault: "the inheritance of roles runs in a circle" };
        diagnostics.extend(cycle::finding(&words, steps.collect()));
    }
}

#[cfg(test)]
mod tests {
    use crate::validate::testing::{check, check_clean};

    #[test]
    fn a_cycle_of_inheritance() {
        check(
            "role a inherits b {} role b inherits c {} role c inherits a, d {} role d {}",
            "P0301 <b> (`a` inherits `b` here): the inheritance of roles runs in a circle: `a > b > c > a`
               <c>: `b` inherits `c` here
               <a>: `c` inherits `a` here
               = take out one of these edges",
        );
    }

    #[test]
    fn a_role_that_inherits_itself() {
        check(
            "role a inherits a {}",
            "P0301 <a> (`a` inherits `a` here): the inheritance of roles runs in a circle: `a > a`
               = take out one of these edges",
        );
    }

    #[test]
    fn an_assignment_to_a_role_is_an_edge() {
        check(
            "role a inherits b {} role b {} assign a to role:b",
            "P0301 <b> (`a` inherits `b` here): the inheritance of roles runs in a circle: `a > b > a`
               <assign a to role:b>: `a` is assigned to `b` here
               = take out one of these edges",
        );
    }

    #[test]
    fn a_diamond_is_no_cycle() {
        check_clean(
            "role a inherits b, c {} role b inherits d {} role c inherits d {} role d {} assign d to role:a",
        );
    }
}

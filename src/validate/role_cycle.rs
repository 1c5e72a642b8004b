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

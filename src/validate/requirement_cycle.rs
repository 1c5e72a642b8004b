//! P0303 and P0304: a privilege that has to be decided to decide itself.
//!
//! Enters: the graph of requirements. Leaves: a finding for each cycle: P0304 where every edge of it is `includes`, P0303
//! otherwise. Deciding a privilege decides what it includes, so that both kinds of edge together must be acyclic.

use super::graph::{Edge, Graph};
use super::requirements::{Need, Requirements};
use super::{cycle, wording};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Model;

pub(super) fn check(model: &Model, requirements: &Requirements<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let includes = requirements.graph().edges().iter().filter(|edge| matches!(edge.what, Need::Includes(_)));
    let includes = Graph::new(model.privileges.len(), includes.copied().collect());
    for found in includes.cycles(|_| true) {
        let words = cycle::Words { code: Code::IncludeCycle, fault: "inclusion runs in a circle" };
        diagnostics.extend(cycle::finding(&words, steps(model, requirements, &found)));
    }
    // Every cycle with a formula enters it by an edge of the wanted kind, and begins at a privilege.
    let wanted = |need: &Need| matches!(need, Need::Requires(_) | Need::CategoryRequires(_));
    for found in requirements.graph().cycles(wanted) {
        let words = cycle::Words { code: Code::RequirementCycle, fault: "requirements run in a circle" };
        diagnostics.extend(cycle::finding(&words, steps(model, requirements, &found)));
    }
}

/// One step for each privilege; the formulas between them are not shown.
fn steps(model: &Model, requirements: &Requirements<'_>, edges: &[&Edge<Need>]) -> Vec<cycle::Step> {
    let name = |node: u32| requirements.privilege(node).map(|id| wording::privilege(model, id));
    let step = |at: usize, edge: &&Edge<Need>| {
        let from = name(edge.from)?;
        let to = name(edge.to).or_else(|| name(edges.get(at + 1)?.to))?;
        let (span, text) = match edge.what {
            Need::Includes(span) => (span, format!("`{from}` includes `{to}` here")),
            Need::Requires(span) => (span, format!("`{from}` requires `{to}` here")),
            Need::CategoryRequires(span) => {
                (span, format!("the category of `{from}` makes it require `{to}` here"))
            }
            Need::Names => return None,
        };
        Some(cycle::Step { from: from.to_owned(), span, text })
    };
    edges.iter().enumerate().filter_map(|(at, edge)| step(at, edge)).collect()
}

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

#[cfg(test)]
mod tests {
    use crate::validate::testing::{check, check_clean};

    #[test]
    fn privileges_that_require_each_other() {
        check(
            "category c { a requires b  b requires any(c, d)  c requires a  d }",
            "P0303 <b> (`a` requires `b` here): requirements run in a circle: `a > b > c > a`
               <any(c, d)>: `b` requires `c` here
               <a>: `c` requires `a` here
               = take out one of these edges",
        );
    }

    #[test]
    fn the_formula_of_the_category_counts() {
        check(
            "category access requires view { view  open }",
            "P0303 <view> (the category of `view` makes it require `view` here): requirements run in a circle: `view > view`
               = take out one of these edges",
        );
    }

    #[test]
    fn what_is_included_is_decided_too() {
        check(
            "category c { full includes read  read requires full }",
            "P0303 <full> (`read` requires `full` here): requirements run in a circle: `read > full > read`
               <read>: `full` includes `read` here
               = take out one of these edges",
        );
    }

    #[test]
    fn a_cycle_of_inclusion_alone() {
        check(
            "category c { a includes b  b includes a }",
            "P0304 <b> (`a` includes `b` here): inclusion runs in a circle: `a > b > a`
               <a>: `b` includes `a` here
               = take out one of these edges",
        );
    }

    #[test]
    fn requiring_what_is_also_included_is_fine() {
        check_clean("category c { full includes read, write requires read  read  write requires read }");
    }
}

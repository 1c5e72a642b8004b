//! P0302: a group that is a member of itself.
//!
//! Enters: the graph of groups. Leaves: a finding for each cycle.

use super::cycle;
use super::graph::{Edge, Graph};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{GroupId, Model};
use crate::source::Span;

/// From every group to those that it is a member of.
pub(super) fn graph(model: &Model) -> Graph<Span> {
    let edges = model.groups.iter().enumerate().flat_map(|(at, group)| {
        let from = GroupId::at(at).0;
        group.groups.iter().map(move |&(to, span)| Edge { from, to: to.0, what: span })
    });
    Graph::new(model.groups.len(), edges.collect())
}

pub(super) fn check(model: &Model, groups: &Graph<Span>, diagnostics: &mut Vec<Diagnostic>) {
    let name = |node: u32| model.groups.get(node as usize).map_or("", |group| group.name.value.as_str());
    for found in groups.cycles(|_| true) {
        let steps = found.iter().map(|edge| cycle::Step {
            from: name(edge.from).to_owned(),
            span: edge.what,
            text: format!("`{}` is a member of `{}` here", name(edge.from), name(edge.to)),
        });
        let words =
            cycle::Words { code: Code::GroupCycle, fault: "the membership of groups runs in a circle" };
        diagnostics.extend(cycle::finding(&words, steps.collect()));
    }
}

#[cfg(test)]
mod tests {
    use crate::validate::testing::{check, check_clean};

    #[test]
    fn groups_in_each_other() {
        check(
            "group a in b group b in a group c in a",
            "P0302 <b> (`a` is a member of `b` here): the membership of groups runs in a circle: `a > b > a`
               <a>: `b` is a member of `a` here
               = take out one of these edges",
        );
    }

    #[test]
    fn nested_groups_are_fine() {
        check_clean("group a in b, c group b in c group c");
    }
}

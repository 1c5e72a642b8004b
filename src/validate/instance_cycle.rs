//! P0306: a resource that lies in itself.
//!
//! Enters: the model. Leaves: a finding for each cycle. A cycle through several types is one of the types too (P0305), and
//! a path can't lie in itself: only declared resources of one type are left to look at.

use super::graph::{Edge, Graph};
use super::{cycle, wording};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Instance, InstanceId, Model};

pub(super) fn check(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    let is_placed = |it: &Instance| model.types.get(it.ty.index()).is_some_and(|ty| !ty.by_path);
    let same_type = |it: &Instance, parent: &InstanceId| {
        model.instances.get(parent.index()).is_some_and(|parent| parent.ty == it.ty)
    };
    let placed = model.instances.iter().enumerate().filter(|(_, instance)| is_placed(instance));
    let edges: Vec<Edge<()>> = placed
        .flat_map(|(at, instance)| {
            let parents = instance.parents.iter().filter(move |parent| same_type(instance, parent));
            parents.map(move |parent| Edge { from: InstanceId::at(at).0, to: parent.0, what: () })
        })
        .collect();
    if edges.is_empty() {
        return;
    }
    let graph = Graph::new(model.instances.len(), edges);
    let name = |node: u32| wording::instance(model, InstanceId(node));
    for found in graph.cycles(|()| true) {
        let steps = found.iter().map(|edge| cycle::Step {
            from: name(edge.from),
            span: model.instances.get(edge.from as usize).map_or_else(Default::default, |it| it.span),
            text: format!("`{}` lies in `{}` here", name(edge.from), name(edge.to)),
        });
        let words =
            cycle::Words { code: Code::InstanceCycle, fault: "the nesting of resources runs in a circle" };
        diagnostics.extend(cycle::finding(&words, steps.collect()));
    }
}

#[cfg(test)]
mod tests {
    use crate::validate::testing::{check, check_clean};

    #[test]
    fn resources_in_each_other() {
        check(
            "resource unit in unit
             unit:a in unit:b
             unit:b in unit:a",
            "P0306 <unit:a> (`unit:a` lies in `unit:b` here): the nesting of resources runs in a circle: `unit:a > unit:b > unit:a`
               <unit:b>: `unit:b` lies in `unit:a` here
               = take out one of these edges",
        );
    }

    #[test]
    fn a_chain_is_fine() {
        check_clean("resource unit in unit unit:a in unit:b unit:b in unit:c unit:c");
    }
}

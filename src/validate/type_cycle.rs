//! P0305: resource types that lie in each other.
//!
//! Enters: the model. Leaves: a finding for each cycle of two types or more; a type may lie in itself.

use super::cycle;
use super::graph::{Edge, Graph};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Model, TypeId};
use crate::source::Span;

/// From every type to those that it may lie in, without itself.
pub(super) fn graph(model: &Model) -> Graph<Span> {
    let edges = model.types.iter().enumerate().flat_map(|(at, ty)| {
        let from = TypeId::at(at).0;
        let others = ty.parents.iter().filter(move |(to, _)| to.0 != from);
        others.map(move |&(to, span)| Edge { from, to: to.0, what: span })
    });
    Graph::new(model.types.len(), edges.collect())
}

pub(super) fn check(model: &Model, types: &Graph<Span>, diagnostics: &mut Vec<Diagnostic>) {
    let name = |node: u32| model.types.get(node as usize).map_or("", |ty| ty.name.value.as_str());
    for found in types.cycles(|_| true) {
        let steps = found.iter().map(|edge| cycle::Step {
            from: name(edge.from).to_owned(),
            span: edge.what,
            text: format!("`{}` lies in `{}` here", name(edge.from), name(edge.to)),
        });
        let words =
            cycle::Words { code: Code::TypeCycle, fault: "the nesting of resource types runs in a circle" };
        diagnostics.extend(cycle::finding(&words, steps.collect()));
    }
}

#[cfg(test)]
mod tests {
    use crate::validate::testing::{check, check_clean};

    #[test]
    fn types_in_each_other() {
        check(
            "resource app in flow resource flow in app, flow",
            "P0305 <flow> (`app` lies in `flow` here): the nesting of resource types runs in a circle: `app > flow > app`
               <app>: `flow` lies in `app` here
               = take out one of these edges",
        );
    }

    #[test]
    fn a_type_may_lie_in_itself() {
        check_clean("resource folder in folder by path resource flow in folder by path");
    }
}

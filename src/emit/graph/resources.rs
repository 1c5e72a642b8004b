//! Resource types and what lies in what.

use super::{FEW, Graph, Kind, Shape};
use crate::model::Model;

/// Draws the types, each in those that it may lie in, and the resources that the policy names: as many levels of them as are few enough;
/// what lies deeper is counted where it lies.
pub(crate) fn resources(model: &Model) -> Graph {
    let mut graph = Graph { title: "resources".to_owned(), ..Graph::default() };
    let mut known = vec![0_usize; model.types.len()];
    for instance in &model.instances {
        if let Some(number) = known.get_mut(instance.ty.index()) {
            *number += 1;
        }
    }
    for (ty, known) in model.types.iter().zip(&known) {
        let node = graph.add(ty.name.value.as_str(), Shape::Many);
        let by_path = if ty.by_path { "by path, " } else { "" };
        if let Some(node) = graph.nodes.get_mut(node) {
            node.detail = Some(format!("type, {by_path}{known} named"));
            node.title = ty.doc.as_ref().map(ToString::to_string);
        }
    }
    for (at, ty) in model.types.iter().enumerate() {
        ty.parents.iter().for_each(|(parent, _)| graph.link(at, parent.index(), Kind::Solid, "in"));
    }
    instances(&mut graph, model);
    graph.finished()
}

fn instances(graph: &mut Graph, model: &Model) {
    let levels = levels(model);
    let deepest = levels.iter().copied().max().unwrap_or(0);
    let upto = |level: usize| levels.iter().filter(|&&own| own <= level).count();
    // None of them where already the top is too much.
    let Some(shown) = (0..=deepest).rev().find(|&level| upto(level) <= FEW) else { return };
    let mut node_of: Vec<Option<usize>> = vec![None; model.instances.len()];
    for (at, instance) in model.instances.iter().enumerate() {
        if levels.get(at).is_none_or(|&level| level > shown) {
            continue;
        }
        let ty = model.types.get(instance.ty.index()).map_or("", |ty| ty.name.value.as_str());
        let node = graph.add(format!("{ty}:{}", instance.id), Shape::One);
        if let Some(node) = graph.nodes.get_mut(node) {
            node.title = instance.doc.as_ref().map(ToString::to_string);
        }
        if let Some(place) = node_of.get_mut(at) {
            *place = Some(node);
        }
    }
    let mut below = vec![0_usize; graph.nodes.len()];
    for (at, instance) in model.instances.iter().enumerate() {
        let Some(node) = node_of.get(at).copied().flatten() else {
            if let Some(number) = above(model, at, &node_of).and_then(|node| below.get_mut(node)) {
                *number += 1;
            }
            continue;
        };
        for parent in &instance.parents {
            if let Some(parent) = node_of.get(parent.index()).copied().flatten() {
                graph.link(node, parent, Kind::Solid, "");
            }
        }
        if instance.parents.is_empty() {
            graph.link(node, instance.ty.index(), Kind::Dashed, "");
        }
    }
    for (node, number) in graph.nodes.iter_mut().zip(below).filter(|(_, number)| *number > 0) {
        node.detail = Some(format!("and {number} more below"));
    }
}

/// How deep each resource lies, by its first parent; the model has no cycles and few levels.
fn levels(model: &Model) -> Vec<usize> {
    (0..model.instances.len())
        .map(|at| {
            let mut level = 0;
            let mut next = model.instances.get(at);
            while let Some(parent) = next.and_then(|instance| instance.parents.first()) {
                level += 1;
                if level > model.instances.len() {
                    break;
                }
                next = model.instances.get(parent.index());
            }
            level
        })
        .collect()
}

/// The nearest resource above that is drawn.
fn above(model: &Model, at: usize, node_of: &[Option<usize>]) -> Option<usize> {
    let mut next = model.instances.get(at)?.parents.first()?;
    for _ in 0..model.instances.len() {
        if let Some(node) = node_of.get(next.index()).copied().flatten() {
            return Some(node);
        }
        next = model.instances.get(next.index())?.parents.first()?;
    }
    None
}

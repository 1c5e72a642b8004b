//! Roles: what they inherit, what they require, which exclude each other.

use super::{Graph, Kind, Shape, count};
use crate::model::{Grantee, Model};
use crate::terms::Effect;
use std::collections::{BTreeMap, BTreeSet};

/// So many roles that exclude each other are linked in pairs; more are linked to what says so.
const PAIRS: usize = 3;

/// Draws them. Each says how many privileges its own entries grant, and how often it is assigned.
pub(crate) fn roles(model: &Model) -> Graph {
    let mut granted: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for entry in model.entries.iter().filter(|entry| entry.effect != Effect::Deny) {
        for grantee in entry.to.iter() {
            if let Grantee::Role(role) = grantee {
                granted
                    .entry(role.index())
                    .or_default()
                    .extend(entry.privileges.iter().map(|one| one.index()));
            }
        }
    }
    let mut assigned: BTreeMap<usize, usize> = BTreeMap::new();
    for assignment in &model.assignments {
        *assigned.entry(assignment.role.index()).or_default() += assignment.to.iter().count();
    }
    let mut graph = Graph { title: "roles".to_owned(), ..Graph::default() };
    for (at, role) in model.roles.iter().enumerate() {
        let node = graph.add(role.name.value.as_str(), Shape::One);
        let own = granted.get(&at).map_or(0, BTreeSet::len);
        let mut detail = format!("grants {}", count(own, "privilege"));
        if let Some(times) = assigned.get(&at) {
            detail.push_str(&format!(", assigned {}", count(*times, "time")));
        }
        if let Some(node) = graph.nodes.get_mut(node) {
            node.detail = Some(detail);
            node.title = role.doc.as_ref().map(ToString::to_string);
        }
    }
    for (at, role) in model.roles.iter().enumerate() {
        role.inherits.iter().for_each(|(other, _)| graph.link(at, other.index(), Kind::Solid, ""));
        role.requires.iter().for_each(|(other, _)| graph.link(at, other.index(), Kind::Dashed, "requires"));
    }
    for exclusive in &model.exclusives {
        let all: Vec<usize> = exclusive.roles.iter().map(|(role, _)| role.index()).collect();
        if all.len() > PAIRS {
            let joint = graph.add("exclusive", Shape::Joint);
            all.iter().for_each(|&role| graph.link(role, joint, Kind::Both, ""));
            continue;
        }
        for (at, &first) in all.iter().enumerate() {
            let others = all.iter().skip(at + 1);
            others.for_each(|&second| graph.link(first, second, Kind::Both, "exclusive"));
        }
    }
    graph.finished()
}

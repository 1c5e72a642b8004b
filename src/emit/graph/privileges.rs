//! Privileges: what they require and include.
//!
//! Each privilege is drawn once, and each formula once, however many privileges require it: what has to hold in full is an edge, what is
//! one of several ways is an edge to a joint that says `one of`. A formula over a whole category names it instead of drawing an edge to each
//! member. Beyond [`FEW`] privileges categories are drawn as one node each, with the number of privileges behind each edge.

use super::{FEW, Graph, Kind, Shape, count};
use crate::model::{CategoryId, Formula, Model, PrivilegeId};
use crate::source::{Sources, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Draws them. Categories named in `expanded` are drawn privilege by privilege, and if there are any, all others are not.
pub(crate) fn privileges(model: &Model, sources: &Sources, expanded: &BTreeSet<String>) -> Graph {
    let collapses = !expanded.is_empty() || model.privileges.len() > FEW;
    let mut members: BTreeMap<CategoryId, Vec<PrivilegeId>> = BTreeMap::new();
    for (at, privilege) in (0..).zip(&model.privileges) {
        members.entry(privilege.category).or_default().push(PrivilegeId(at));
    }
    let mut drawing = Drawing {
        model,
        sources,
        graph: Graph { title: "privileges".to_owned(), ..Graph::default() },
        node_of: vec![0; model.privileges.len()],
        members,
        joints: BTreeMap::new(),
        counted: BTreeMap::new(),
    };
    drawing.nodes(collapses, expanded);
    drawing.edges();
    drawing.graph.finished()
}

struct Drawing<'m> {
    model: &'m Model,
    sources: &'m Sources,
    graph: Graph,
    /// The node of each privilege: its own or that of its category.
    node_of: Vec<usize>,
    /// The privileges of each category.
    members: BTreeMap<CategoryId, Vec<PrivilegeId>>,
    /// The node of each formula that has one.
    joints: BTreeMap<String, usize>,
    /// For edges that stand for many: the privileges behind each.
    counted: BTreeMap<(usize, usize, Kind, &'static str), BTreeSet<usize>>,
}

impl<'m> Drawing<'m> {
    fn nodes(&mut self, collapses: bool, expanded: &BTreeSet<String>) {
        for (at, category) in (0..).zip(&self.model.categories) {
            let members = self.members.get(&CategoryId(at)).cloned().unwrap_or_default();
            let name = category.name.value.as_str();
            if collapses && !expanded.contains(name) {
                let node = self.graph.add(name, Shape::Many);
                if let Some(node) = self.graph.nodes.get_mut(node) {
                    node.detail = Some(count(members.len(), "privilege"));
                    node.title = category.title.as_ref().map(ToString::to_string);
                }
                self.place(&members, node);
                continue;
            }
            let group = self.graph.groups.len();
            self.graph.groups.push(name.to_owned());
            for member in members {
                let Some(privilege) = self.model.privileges.get(member.index()) else { continue };
                let node = self.graph.add(privilege.name.value.as_str(), Shape::One);
                if let Some(node) = self.graph.nodes.get_mut(node) {
                    node.title = privilege.title.as_ref().map(ToString::to_string);
                    node.group = Some(group);
                }
                self.place(&[member], node);
            }
        }
    }

    fn place(&mut self, members: &[PrivilegeId], node: usize) {
        for member in members {
            if let Some(place) = self.node_of.get_mut(member.index()) {
                *place = node;
            }
        }
    }

    fn edges(&mut self) {
        for (at, privilege) in self.model.privileges.iter().enumerate() {
            for (included, _) in &privilege.includes {
                self.edge(at, self.node(*included), Kind::Solid, "includes");
            }
            let category = self.model.categories.get(privilege.category.index());
            let of_category =
                category.and_then(|category| Some((category.requires.as_ref()?, category.requires_at?)));
            let own = privilege.requires.as_ref().zip(privilege.requires_at);
            for (formula, span) in own.into_iter().chain(of_category) {
                self.require(at, formula, span);
            }
        }
        self.links();
    }

    /// The edges that were counted. Who needs certain privileges of a category needs one of them besides.
    fn links(&mut self) {
        let counted = std::mem::take(&mut self.counted);
        for (&(from, to, kind, label), behind) in &counted {
            let certain = counted.get(&(from, to, Kind::Solid, "")).filter(|_| kind == Kind::Dashed);
            let number =
                behind.iter().filter(|at| certain.is_none_or(|certain| !certain.contains(at))).count();
            let many = self.graph.nodes.get(from).filter(|node| node.shape == Shape::Many);
            let all = many.and_then(|_| behind.first()).and_then(|at| self.model.privileges.get(*at));
            let all = all.and_then(|privilege| self.members.get(&privilege.category)).map(Vec::len);
            let label = match (all, label) {
                _ if number == 0 => continue,
                (None, label) => label.to_owned(),
                (Some(all), "") => format!("{number} of {all}"),
                (Some(all), label) => format!("{number} of {all}: {label}"),
            };
            self.graph.link(from, to, kind, label);
        }
    }

    fn node(&self, privilege: PrivilegeId) -> usize {
        self.node_of.get(privilege.index()).copied().unwrap_or_default()
    }

    /// From a privilege, or from the category that it is drawn in.
    fn edge(&mut self, privilege: usize, to: usize, kind: Kind, label: &'static str) {
        let from = self.node_of.get(privilege).copied().unwrap_or_default();
        self.counted.entry((from, to, kind, label)).or_default().insert(privilege);
    }

    /// All of a formula: each part that has to hold is an edge. What says more than which privileges is drawn in its own words.
    fn require(&mut self, privilege: usize, formula: &Formula, span: Span) {
        let parts = match formula {
            Formula::And(parts) => parts.as_slice(),
            other => std::slice::from_ref(other),
        };
        let is_plain = |part: &Formula| matches!(part, Formula::All(_)) || named(part).is_some();
        if parts.iter().all(is_plain) {
            return parts.iter().for_each(|part| self.require_part(privilege, part));
        }
        let text = text_of(self.sources, span);
        let joint = self.joint(text.clone(), text, mentioned(formula));
        self.edge(privilege, joint, Kind::Solid, "");
    }

    fn require_part(&mut self, privilege: usize, part: &Formula) {
        let list = mentioned(part);
        if let Formula::Privilege(one) = part {
            return self.edge(privilege, self.node(*one), Kind::Solid, "");
        }
        let is_all = matches!(part, Formula::All(_));
        // A category that is drawn as one needs no joint before it.
        if let Some(target) = self.only_target(&list) {
            let (kind, label) = if is_all { (Kind::Solid, "all of") } else { (Kind::Dashed, "one of") };
            return self.edge(privilege, target, kind, label);
        }
        let joint = match (self.whole(&list), is_all) {
            (Some(category), _) => {
                let name = format!("{} category:{category}", if is_all { "all" } else { "any" });
                self.joint(name.clone(), name, Vec::new())
            }
            (None, true) => {
                return list.iter().for_each(|one| self.edge(privilege, self.node(*one), Kind::Solid, ""));
            }
            (None, false) => self.joint(format!("{list:?}"), "one of".to_owned(), list),
        };
        self.edge(privilege, joint, Kind::Solid, "");
    }

    /// The one node that all privileges of a list are drawn in, if it stands for many.
    fn only_target(&self, list: &[PrivilegeId]) -> Option<usize> {
        let nodes: BTreeSet<usize> = list.iter().map(|one| self.node(*one)).collect();
        let node = *nodes.first().filter(|_| nodes.len() == 1)?;
        (self.graph.nodes.get(node)?.shape == Shape::Many).then_some(node)
    }

    /// The category of which a list holds every privilege.
    fn whole(&self, list: &[PrivilegeId]) -> Option<&'m str> {
        let category = self.model.privileges.get(list.first()?.index())?.category;
        let is_whole = list.len() > 1 && self.members.get(&category).map(Vec::as_slice) == Some(list);
        let category = self.model.categories.get(category.index()).filter(|_| is_whole)?;
        Some(category.name.value.as_str())
    }

    /// A node for what is no single privilege, once for each key.
    fn joint(&mut self, key: String, label: String, parts: Vec<PrivilegeId>) -> usize {
        if let Some(&known) = self.joints.get(&key) {
            return known;
        }
        let node = self.graph.add(label, Shape::Joint);
        self.joints.insert(key, node);
        parts.into_iter().for_each(|part| self.graph.link(node, self.node(part), Kind::Dashed, ""));
        node
    }
}

/// All privileges that a formula speaks of.
fn mentioned(formula: &Formula) -> Vec<PrivilegeId> {
    let (mut open, mut all) = (vec![formula], BTreeSet::new());
    while let Some(formula) = open.pop() {
        match formula {
            Formula::And(parts) | Formula::Or(parts) => open.extend(parts),
            Formula::Not(part) => open.push(part),
            Formula::Privilege(one) => drop(all.insert(*one)),
            Formula::Any(list) | Formula::All(list) => all.extend(list.iter().copied()),
            Formula::Test(_) => {}
        }
    }
    all.into_iter().collect()
}

/// The privileges of which one is enough, where a formula says no more than that.
fn named(formula: &Formula) -> Option<Vec<PrivilegeId>> {
    match formula {
        Formula::Privilege(one) => Some(vec![*one]),
        Formula::Any(list) => Some(list.clone()),
        Formula::Or(parts) => {
            let lists: Option<Vec<Vec<PrivilegeId>>> = parts.iter().map(named).collect();
            let mut all = lists?.concat();
            all.sort_unstable();
            all.dedup();
            Some(all)
        }
        _ => None,
    }
}

/// What is written there, on one line.
fn text_of(sources: &Sources, span: Span) -> String {
    let text =
        sources.get(span.source).and_then(|source| source.text.get(span.start as usize..span.end as usize));
    text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

//! What has to be decided to decide a privilege.
//!
//! Enters: the model. Leaves: a graph of privileges and formulas. Equal formulas are one node: a thousand privileges that
//! require `any category:access` share its thousand edges. Must not know what is checked with it.

use super::graph::{Edge, Graph};
use crate::model::{Formula, Model, Privilege, PrivilegeId};
use crate::source::Span;
use std::collections::HashMap;

/// Why one node needs another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Need {
    /// `includes`, and where that is said.
    Includes(Span),
    /// The privilege has the formula, and where that stands.
    Requires(Span),
    /// The category of the privilege has the formula, and where that stands.
    CategoryRequires(Span),
    /// The formula names the privilege.
    Names,
}

/// The requirements and inclusions of all privileges.
#[derive(Debug)]
pub(super) struct Requirements<'m> {
    privileges: usize,
    formulas: Vec<&'m Formula>,
    graph: Graph<Need>,
}

impl<'m> Requirements<'m> {
    /// Those of a model.
    pub(super) fn new(model: &'m Model) -> Requirements<'m> {
        let mut collector =
            Collector { model, numbers: HashMap::new(), formulas: Vec::new(), edges: Vec::new() };
        for (at, privilege) in model.privileges.iter().enumerate() {
            collector.privilege(PrivilegeId::at(at), privilege);
        }
        let privileges = model.privileges.len();
        let graph = Graph::new(privileges + collector.formulas.len(), collector.edges);
        Requirements { privileges, formulas: collector.formulas, graph }
    }

    /// Its nodes are the privileges, then the formulas.
    pub(super) fn graph(&self) -> &Graph<Need> {
        &self.graph
    }

    /// The privilege that a node stands for.
    pub(super) fn privilege(&self, node: u32) -> Option<PrivilegeId> {
        ((node as usize) < self.privileges).then_some(PrivilegeId(node))
    }

    /// The formula that a node stands for.
    pub(super) fn formula(&self, node: u32) -> Option<&'m Formula> {
        let at = (node as usize).checked_sub(self.privileges)?;
        self.formulas.get(at).copied()
    }

    /// How many nodes there are.
    pub(super) fn nodes(&self) -> usize {
        self.privileges + self.formulas.len()
    }
}

struct Collector<'m> {
    model: &'m Model,
    numbers: HashMap<&'m Formula, u32>,
    formulas: Vec<&'m Formula>,
    edges: Vec<Edge<Need>>,
}

impl<'m> Collector<'m> {
    fn privilege(&mut self, id: PrivilegeId, privilege: &'m Privilege) {
        let includes = privilege.includes.iter();
        self.edges.extend(includes.map(|&(to, span)| Edge {
            from: id.0,
            to: to.0,
            what: Need::Includes(span),
        }));
        if let Some(formula) = &privilege.requires {
            let to = self.formula(formula);
            let span = privilege.requires_at.unwrap_or(privilege.name.span);
            self.edges.push(Edge { from: id.0, to, what: Need::Requires(span) });
        }
        let Some(category) = self.model.categories.get(privilege.category.index()) else { return };
        if let Some(formula) = &category.requires {
            let to = self.formula(formula);
            let span = category.requires_at.unwrap_or(category.name.span);
            self.edges.push(Edge { from: id.0, to, what: Need::CategoryRequires(span) });
        }
    }

    fn formula(&mut self, formula: &'m Formula) -> u32 {
        if let Some(&number) = self.numbers.get(formula) {
            return number;
        }
        let number = PrivilegeId::at(self.model.privileges.len() + self.formulas.len()).0;
        self.numbers.insert(formula, number);
        self.formulas.push(formula);
        let mut open = vec![formula];
        while let Some(part) = open.pop() {
            match part {
                Formula::And(parts) | Formula::Or(parts) => open.extend(parts),
                Formula::Not(part) => open.push(part),
                Formula::Privilege(id) => self.edges.push(Edge { from: number, to: id.0, what: Need::Names }),
                Formula::Any(ids) | Formula::All(ids) => {
                    self.edges.extend(ids.iter().map(|id| Edge {
                        from: number,
                        to: id.0,
                        what: Need::Names,
                    }));
                }
                Formula::Test(_) => {}
            }
        }
        number
    }
}

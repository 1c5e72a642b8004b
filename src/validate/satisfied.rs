//! For every privilege and every formula: who can satisfy it.
//!
//! Enters: the requirements, and bit rows: a row for each of their nodes, a bit for each column. Leaves: rows of the same
//! shape. They are filled in the order in which privileges need each other, so each is decided once for thousands of columns
//! at a time. Must not know what a column stands for.

use super::bits::{self, Rows};
use super::requirements::Requirements;
use crate::model::{Formula, PrivilegeId};

/// What each column is granted, and what of it has all that it needs.
pub(super) struct Columns {
    granted: Rows,
    satisfied: Rows,
}

impl Columns {
    /// Those of what is granted: a row for each node of the requirements; the rows of formulas are not looked at.
    pub(super) fn new(requirements: &Requirements<'_>, granted: Rows) -> Columns {
        let satisfied = satisfied(requirements, &granted);
        Columns { granted, satisfied }
    }

    /// Whether a column has a privilege, with or without what that needs.
    pub(super) fn is_granted(&self, id: PrivilegeId, column: usize) -> bool {
        self.granted.has(id.index(), column)
    }

    /// Whether a column can satisfy a node of the requirements.
    pub(super) fn is_satisfied(&self, node: u32, column: usize) -> bool {
        self.satisfied.has(node as usize, column)
    }
}

/// What is granted and has all that it needs. What needs itself counts as satisfied: it is reported as a cycle.
fn satisfied(requirements: &Requirements<'_>, granted: &Rows) -> Rows {
    let graph = requirements.graph();
    let mut satisfied = granted.clone();
    for component in graph.components() {
        if graph.is_cyclic(component) {
            component.iter().for_each(|&node| satisfied.row_mut(node as usize).fill(u64::MAX));
            continue;
        }
        for &node in component {
            let mut row = match requirements.formula(node) {
                Some(formula) => evaluate(formula, &satisfied),
                None => granted.row(node as usize).to_vec(),
            };
            if requirements.privilege(node).is_some() {
                for edge in graph.edges_of(node) {
                    bits::intersect(&mut row, satisfied.row(edge.to as usize));
                }
            }
            satisfied.row_mut(node as usize).copy_from_slice(&row);
        }
    }
    satisfied
}

/// The columns that can satisfy a formula. It nests no deeper than the front ends let it.
fn evaluate(formula: &Formula, satisfied: &Rows) -> Vec<u64> {
    let all = || vec![u64::MAX; satisfied.row(0).len()];
    let none = || vec![0; satisfied.row(0).len()];
    let mut row;
    match formula {
        Formula::And(parts) => {
            row = all();
            parts.iter().for_each(|part| bits::intersect(&mut row, &evaluate(part, satisfied)));
        }
        Formula::Or(parts) => {
            row = none();
            parts.iter().for_each(|part| bits::unite(&mut row, &evaluate(part, satisfied)));
        }
        Formula::Privilege(id) => row = satisfied.row(id.index()).to_vec(),
        Formula::Any(ids) => {
            row = none();
            ids.iter().for_each(|id| bits::unite(&mut row, satisfied.row(id.index())));
        }
        Formula::All(ids) => {
            row = all();
            ids.iter().for_each(|id| bits::intersect(&mut row, satisfied.row(id.index())));
        }
        // Some request may make it true.
        Formula::Test(_) | Formula::Not(_) => row = all(),
    }
    row
}

//! For every privilege and every formula: the roles that can satisfy it.
//!
//! Enters: the model, the graph of roles, the requirements. Leaves: bit rows, a row for each node of the requirements and
//! a bit for each role. Rows are filled in the order in which privileges need each other, so each is decided once for
//! thousands of roles at a time; the memory is bounded whatever their number.

use super::super::bits::{self, Rows};
use super::super::graph::{Edge, Graph};
use super::super::requirements::Requirements;
use super::super::roles::Link;
use crate::model::{
    Class, DefaultRule, Effect, Entry, Formula, Grantee, Model, Privilege, PrivilegeId, RoleId,
};
use std::ops::Range;

/// How many roles are decided at a time, at most.
const BLOCK: usize = 4096;

/// How many bits a table may have: a block is smaller where privileges are many.
const TABLE_BITS: usize = 1 << 29;

/// What is the same for all blocks of roles.
pub(super) struct Satisfaction<'a> {
    model: &'a Model,
    requirements: &'a Requirements<'a>,
    /// From each role to those whose grants count for it.
    brings: Graph<()>,
    /// Which privileges everybody has.
    everybody: Vec<bool>,
    /// Which privileges matter: those with needs and those that are needed.
    matters: Vec<bool>,
    /// Which roles everybody holds.
    common: Vec<RoleId>,
}

impl<'a> Satisfaction<'a> {
    pub(super) fn new(
        model: &'a Model,
        roles: &Graph<Link>,
        requirements: &'a Requirements<'a>,
    ) -> Satisfaction<'a> {
        let mut edges: Vec<Edge<()>> =
            roles.edges().iter().map(|edge| Edge { from: edge.from, to: edge.to, what: () }).collect();
        for (at, role) in model.roles.iter().enumerate() {
            let from = RoleId::at(at).0;
            edges.extend(role.requires.iter().map(|(to, _)| Edge { from, to: to.0, what: () }));
        }
        let mut matters = vec![false; requirements.nodes()];
        for edge in requirements.graph().edges() {
            for node in [edge.from, edge.to] {
                if let Some(matters) = matters.get_mut(node as usize) {
                    *matters = true;
                }
            }
        }
        let common = model.assignments.iter().filter(|assignment| assignment.to.iter().any(is_everybody));
        Satisfaction {
            model,
            requirements,
            brings: Graph::new(model.roles.len(), edges),
            everybody: everybody(model),
            matters,
            common: common.map(|assignment| assignment.role).collect(),
        }
    }

    /// Every role, in blocks.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Block> + '_ {
        let rows = self.requirements.nodes().max(self.model.roles.len());
        let size = (TABLE_BITS / rows.max(1)).clamp(64, BLOCK) / 64 * 64;
        (0..self.model.roles.len()).step_by(size).map(move |first| self.block(first, size))
    }

    fn block(&self, first: usize, size: usize) -> Block {
        let count = size.min(self.model.roles.len().saturating_sub(first));
        let holders = self.holders(first, count);
        let mut granted = Rows::new(self.requirements.nodes(), count);
        for (at, _) in self.everybody.iter().enumerate().filter(|(_, everybody)| **everybody) {
            granted.row_mut(at).fill(u64::MAX);
        }
        for entry in self.model.entries.iter().filter(|entry| entry.effect != Effect::Deny) {
            self.fill(entry, &holders, &mut granted);
        }
        let satisfied = self.satisfied(&granted);
        Block { first, count, granted, satisfied }
    }

    /// For every role, those of the block that have its grants.
    fn holders(&self, first: usize, count: usize) -> Rows {
        let mut holders = Rows::new(self.model.roles.len(), count);
        (0..count).for_each(|bit| holders.set(first + bit, bit));
        for role in &self.common {
            holders.row_mut(role.index()).fill(u64::MAX);
        }
        for component in self.brings.components().iter().rev() {
            let Some(&head) = component.first() else { continue };
            component.iter().for_each(|&role| holders.unite(head as usize, role as usize));
            for &role in component {
                holders.unite(role as usize, head as usize);
                for edge in self.brings.edges_of(role) {
                    holders.unite(edge.to as usize, role as usize);
                }
            }
        }
        holders
    }

    fn fill(&self, entry: &Entry, holders: &Rows, granted: &mut Rows) {
        let matters = |id: &&PrivilegeId| self.matters.get(id.index()).copied().unwrap_or(false);
        for grantee in &entry.to {
            let Grantee::Role(role) = *grantee else { continue };
            let row = holders.row(role.index());
            if row.iter().all(|&word| word == 0) {
                continue;
            }
            for id in entry.privileges.iter().filter(matters) {
                bits::unite(granted.row_mut(id.index()), row);
            }
        }
    }

    /// What is granted and has all that it needs. What needs itself counts as satisfied: it is reported as a cycle.
    fn satisfied(&self, granted: &Rows) -> Rows {
        let graph = self.requirements.graph();
        let mut satisfied = granted.clone();
        for component in graph.components() {
            if graph.is_cyclic(component) {
                component.iter().for_each(|&node| satisfied.row_mut(node as usize).fill(u64::MAX));
                continue;
            }
            for &node in component {
                let mut row = match self.requirements.formula(node) {
                    Some(formula) => evaluate(formula, &satisfied),
                    None => granted.row(node as usize).to_vec(),
                };
                if self.requirements.privilege(node).is_some() {
                    for edge in graph.edges_of(node) {
                        bits::intersect(&mut row, satisfied.row(edge.to as usize));
                    }
                }
                satisfied.row_mut(node as usize).copy_from_slice(&row);
            }
        }
        satisfied
    }
}

/// The roles that can satisfy a formula. It nests no deeper than the front ends let it.
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

/// Whoever holds a role has an identity but for rare cases, and then `anyone` still counts.
fn is_everybody(grantee: &Grantee) -> bool {
    matches!(grantee, Grantee::Class(Class::Anyone | Class::Authenticated))
}

fn everybody(model: &Model) -> Vec<bool> {
    let by_default = |privilege: &Privilege| {
        let grants = |rule: DefaultRule| matches!(rule, DefaultRule::Grant { .. });
        let on = model.categories.get(privilege.category.index()).map_or(&[][..], |category| &category.on);
        let type_grants = |ty: &crate::model::ResourceType| grants(ty.default.unwrap_or(model.default));
        match on {
            [] => grants(model.default),
            on => on.iter().filter_map(|ty| model.types.get(ty.index())).any(type_grants),
        }
    };
    let mut everybody: Vec<bool> = model.privileges.iter().map(by_default).collect();
    for entry in model.entries.iter().filter(|entry| entry.effect != Effect::Deny) {
        if entry.to.iter().any(is_everybody) {
            for id in &entry.privileges {
                if let Some(slot) = everybody.get_mut(id.index()) {
                    *slot = true;
                }
            }
        }
    }
    everybody
}

/// Some roles, and what each of them can satisfy.
pub(super) struct Block {
    first: usize,
    count: usize,
    granted: Rows,
    satisfied: Rows,
}

impl Block {
    /// The roles of the block.
    pub(super) fn roles(&self) -> Range<RoleId> {
        RoleId::at(self.first)..RoleId::at(self.first + self.count)
    }

    /// Whether a role has a privilege, with or without what that needs.
    pub(super) fn is_granted(&self, id: PrivilegeId, role: RoleId) -> bool {
        self.granted.has(id.index(), role.index().wrapping_sub(self.first))
    }

    /// Whether a role can satisfy a node of the requirements. Privileges that have no part in them are not looked at.
    pub(super) fn is_satisfied(&self, node: u32, role: RoleId) -> bool {
        self.satisfied.has(node as usize, role.index().wrapping_sub(self.first))
    }
}

//! For every privilege and every formula: the roles that can satisfy it.
//!
//! Enters: the model, the graph of roles, the requirements. Leaves: blocks of roles, each with a column for each role. The
//! memory is bounded whatever their number.

use super::super::bits::{self, Rows};
use super::super::graph::{Edge, Graph};
use super::super::requirements::Requirements;
use super::super::roles::Link;
use super::super::satisfied::Columns;
use crate::model::{Class, DefaultRule, Effect, Entry, Grantee, Model, Privilege, PrivilegeId, RoleId};
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
        Block { first, count, columns: Columns::new(self.requirements, granted) }
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
}

/// Whoever holds a role has an identity but for rare cases, and then `anyone` still counts.
fn is_everybody(grantee: &Grantee) -> bool {
    matches!(grantee, Grantee::Class(Class::Anyone | Class::Authenticated))
}

/// Which privileges everybody has, by an entry or a default.
pub(in crate::validate) fn everybody(model: &Model) -> Vec<bool> {
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
    /// A column for each role.
    columns: Columns,
}

impl Block {
    /// The roles of the block.
    pub(super) fn roles(&self) -> Range<RoleId> {
        RoleId::at(self.first)..RoleId::at(self.first + self.count)
    }

    /// What is granted and satisfied, and the column of a role in it.
    pub(super) fn columns(&self, role: RoleId) -> (&Columns, usize) {
        (&self.columns, role.index().wrapping_sub(self.first))
    }

    /// Whether a role can satisfy a node of the requirements. Privileges that have no part in them are not looked at.
    pub(super) fn is_satisfied(&self, node: u32, role: RoleId) -> bool {
        let (columns, column) = self.columns(role);
        columns.is_satisfied(node, column)
    }
}

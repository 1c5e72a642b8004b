//! P0307: a role grants a privilege whose requirement nothing it grants can satisfy.
//!
//! Enters: the model, its roles and requirements. Leaves: findings, one for each role and missing set. What counts as
//! granted: the entries of the role, of those that it inherits, that are assigned to it and that it requires, in any
//! scope and under any condition; what is granted to everybody; and what a default grants.
//!
//! `satisfied` decides it for all roles at once.

pub(super) mod satisfied;
#[cfg(test)]
mod tests;

use super::allow::{Allow, Allows};
use super::graph::Graph;
use super::missing::{EXPLAINED, Missing, Sets};
use super::requirements::{Need, Requirements};
use super::roles::Link;
use super::wording;
use crate::diagnostic::{Change, Code, Diagnostic, Safety};
use crate::model::{Effect, Entry, Grantee, Model, PrivilegeId, RoleId};
use crate::source::Span;
use satisfied::{Block, Satisfaction};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How many unmet needs are pointed at.
const CAUSES: usize = 3;

/// Findings of one role, apart by what is missing and by the `@allow` that covers them, so that one that is allowed
/// does not take others along.
type Groups = BTreeMap<(Option<Allow>, Sets), Vec<(Span, PrivilegeId)>>;

pub(super) fn check(
    model: &Model,
    roles: &Graph<Link>,
    requirements: &Requirements<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if requirements.graph().edges().is_empty() {
        return;
    }
    let allows = Allows::new(model);
    let satisfaction = Satisfaction::new(model, roles, requirements);
    let own = own_grants(model, requirements);
    let mut left = EXPLAINED;
    for block in satisfaction.blocks() {
        for (&role, entries) in own.range(block.roles()) {
            let unmet = unmet_of(role, entries, requirements, &block);
            if !unmet.is_empty() {
                let check = RoleCheck { model, requirements, allows: &allows, block: &block, role, entries };
                check.report(&unmet, &mut left, diagnostics);
            }
        }
    }
}

/// The grants and bypasses of each role that name a privilege with needs.
fn own_grants<'m>(model: &'m Model, requirements: &Requirements<'_>) -> BTreeMap<RoleId, Vec<&'m Entry>> {
    let mut own: BTreeMap<RoleId, Vec<&Entry>> = BTreeMap::new();
    for entry in model.entries.iter().filter(|entry| entry.effect != Effect::Deny) {
        if !entry.privileges.iter().any(|&id| has_needs(requirements, id)) {
            continue;
        }
        for grantee in &entry.to {
            if let Grantee::Role(role) = *grantee {
                own.entry(role).or_default().push(entry);
            }
        }
    }
    own
}

fn has_needs(requirements: &Requirements<'_>, id: PrivilegeId) -> bool {
    !requirements.graph().edges_of(id.0).is_empty()
}

fn unmet_of<'m>(
    role: RoleId,
    entries: &[&'m Entry],
    requirements: &Requirements<'_>,
    block: &Block,
) -> Vec<(&'m Entry, PrivilegeId)> {
    let is_unmet = |id: PrivilegeId| has_needs(requirements, id) && !block.is_satisfied(id.0, role);
    let mut unmet = Vec::new();
    for &entry in entries {
        unmet.extend(entry.privileges.iter().filter(|&&id| is_unmet(id)).map(|&id| (entry, id)));
    }
    unmet
}

/// A role with unmet requirements.
struct RoleCheck<'a> {
    model: &'a Model,
    requirements: &'a Requirements<'a>,
    allows: &'a Allows<'a>,
    block: &'a Block,
    role: RoleId,
    /// What of its own names a privilege with needs.
    entries: &'a [&'a Entry],
}

impl RoleCheck<'_> {
    fn report(&self, unmet: &[(&Entry, PrivilegeId)], left: &mut usize, diagnostics: &mut Vec<Diagnostic>) {
        let (columns, column) = self.block.columns(self.role);
        let mut missing = Missing::new(self.requirements, columns, column);
        let mut groups: Groups = BTreeMap::new();
        for &(entry, id) in unmet {
            let span = self.item(entry, id);
            let allowed = self.allows.covering(Code::UnmetRequirement, span);
            groups.entry((allowed, missing.smallest_of(id, left))).or_default().push((span, id));
        }
        let mut offered: BTreeSet<String> = BTreeSet::new();
        for ((_, sets), mut privileges) in groups {
            privileges.sort_unstable();
            let Some(mut finding) = self.finding(&sets, &privileges) else { continue };
            // What one fix grants another must not grant again: it has to wait until it is known what is still missing.
            if let Some(Change::Append { names, .. }) = finding.remedy.as_ref().map(|remedy| &remedy.change) {
                if names.iter().any(|name| offered.contains(name)) {
                    finding.remedy = None;
                } else {
                    offered.extend(names.iter().cloned());
                }
            }
            diagnostics.push(finding);
        }
    }

    fn finding(&self, sets: &Sets, privileges: &[(Span, PrivilegeId)]) -> Option<Diagnostic> {
        let &(span, first) = privileges.first()?;
        let mut ids: Vec<PrivilegeId> = privileges.iter().map(|&(_, id)| id).collect();
        ids.sort_unstable();
        ids.dedup();
        let needs = match ids.len() {
            1 => format!("`{}` needs", wording::privilege(self.model, first)),
            _ => "they need".to_owned(),
        };
        let named = wording::list(ids.iter().map(|&id| wording::privilege(self.model, id)));
        let role = wording::role(self.model, self.role);
        let message = format!("role `{role}` grants {named}, but nothing it grants satisfies what {needs}");
        let names = |set: &Vec<PrivilegeId>| -> Vec<SmolStr> {
            set.iter().map(|&id| wording::privilege(self.model, id).into()).collect()
        };
        let sets: Vec<Vec<SmolStr>> = sets.iter().map(names).collect();
        let lacking = match wording::alternatives(&sets) {
            none if none.is_empty() => "what is required".to_owned(),
            lacking => lacking,
        };
        let help = format!("grant {lacking} too, or silence it with `@allow(P0307) \"why\"`");
        let finding = Diagnostic::new(Code::UnmetRequirement, span, message).help(help);
        let finding = match sets.as_slice() {
            // Of several alternatives none is more likely meant than the others.
            [set] if self.is_grant(span) => finding.remedy(
                Safety::Unsafe,
                format!("grant {} too", wording::list(set.iter().map(|name| name.as_str()))),
                Change::Append { behind: span, names: set.iter().map(|name| name.to_string()).collect() },
            ),
            _ => finding,
        };
        Some(self.causes(first).into_iter().fold(finding, |finding, (span, text)| finding.also(span, text)))
    }

    /// Whether the item at a place stands in a grant; a privilege put beside a bypass would be bypassed.
    fn is_grant(&self, span: Span) -> bool {
        let names = |entry: &Entry| entry.named.iter().any(|item| item.span == span);
        self.entries.iter().any(|entry| entry.effect == Effect::Grant && names(entry))
    }

    /// The needs of a privilege that are not met: what it includes, its own formula, that of its category.
    fn causes(&self, id: PrivilegeId) -> Vec<(Span, String)> {
        let name = wording::privilege(self.model, id);
        let unmet = |to: u32| !self.block.is_satisfied(to, self.role);
        let edges = self.requirements.graph().edges_of(id.0);
        let cause = |need: Need| match need {
            Need::Includes(span) => Some((0, span, format!("`{name}` is effective only with this"))),
            Need::Requires(span) => Some((1, span, format!("`{name}` requires this"))),
            Need::CategoryRequires(span) => {
                Some((2, span, format!("the category of `{name}` requires this")))
            }
            Need::Names => None,
        };
        let mut causes: Vec<(u8, Span, String)> =
            edges.iter().filter(|edge| unmet(edge.to)).filter_map(|edge| cause(edge.what)).collect();
        causes.sort();
        causes.into_iter().take(CAUSES).map(|(_, span, text)| (span, text)).collect()
    }

    /// The item of an entry that names a privilege, itself or what includes it.
    fn item(&self, entry: &Entry, id: PrivilegeId) -> Span {
        let names = |item: &&crate::model::NamedPrivileges| item.privileges.binary_search(&id).is_ok();
        let by_name = entry.named.iter().find(names);
        let item = by_name.or_else(|| entry.named.iter().find(|item| self.includes(&item.privileges, id)));
        item.map_or(entry.span, |item| item.span)
    }

    fn includes(&self, from: &[PrivilegeId], wanted: PrivilegeId) -> bool {
        let mut seen: std::collections::HashSet<u32> = from.iter().map(|id| id.0).collect();
        let mut open: Vec<u32> = from.iter().map(|id| id.0).collect();
        while let Some(node) = open.pop() {
            if node == wanted.0 {
                return true;
            }
            let included = self.requirements.graph().edges_of(node).iter();
            let included = included.filter(|edge| matches!(edge.what, Need::Includes(_)));
            open.extend(included.map(|edge| edge.to).filter(|&to| seen.insert(to)));
        }
        false
    }
}

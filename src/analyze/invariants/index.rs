//! Which entries, roles and tests a question can depend on.
//!
//! Enters: a policy and the privileges that invariants name. Leaves: an [`Index`] of all, made once, and for a question its
//! [`Cone`]: what speaks of its privileges or of what those need, and nothing else.

use super::Undecided;
use crate::hash::Map;
use crate::policy::Policy;
use crate::policy::layout::{Entry, Formula, FormulaKind, Holder, Holding, Privilege, ScopeCode, ScopeKind};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that can be looked up without reading the whole policy again.
pub(super) struct Index<'a> {
    pub policy: &'a Policy,
    /// For each privilege that is needed the rows that name it.
    rows_of: Map<u32, Vec<u32>>,
    /// For each row that names one the entries with it.
    entries_of: Map<u32, Vec<(u32, u32)>>,
    /// For each role who holds it and by which holding.
    holdings_of: Vec<Vec<(u32, u32)>>,
}

/// Privileges with all that they require and include, sorted.
pub(super) fn needed(policy: &Policy, privileges: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
    let mut needed: BTreeSet<u32> = BTreeSet::new();
    let (mut open, mut formulas): (Vec<u32>, _) = (privileges.into_iter().collect(), BTreeSet::new());
    while let Some(privilege) = open.pop() {
        if !needed.insert(privilege) {
            continue;
        }
        let Privilege { includes, requires, .. } = policy.record(privilege);
        open.extend(policy.list(includes).iter());
        visit(policy, requires, &mut formulas, &mut |formula| match FormulaKind::of(formula.kind) {
            Some(FormulaKind::Privilege) => open.push(formula.of),
            Some(FormulaKind::Any | FormulaKind::All) => open.extend(policy.list(formula.of).iter()),
            _ => {}
        });
    }
    needed
}

/// Visits a formula and all its parts, unless that was done before.
fn visit(policy: &Policy, formula: u32, seen: &mut BTreeSet<u32>, then: &mut impl FnMut(Formula)) {
    let mut open = vec![formula];
    while let Some(at) = open.pop() {
        // Formula 0 is true.
        if at == 0 || !seen.insert(at) {
            continue;
        }
        let formula: Formula = policy.record(at);
        match FormulaKind::of(formula.kind) {
            Some(FormulaKind::And | FormulaKind::Or) => open.extend(policy.list(formula.of).iter()),
            Some(FormulaKind::Not) => open.push(formula.of),
            _ => {}
        }
        then(formula);
    }
}

impl<'a> Index<'a> {
    /// Of all entries that speak of one of `needed`. Takes its steps from `left`.
    pub(super) fn of(
        policy: &'a Policy,
        needed: &BTreeSet<u32>,
        left: &mut usize,
    ) -> Result<Index<'a>, Undecided> {
        let mut index = Index {
            policy,
            rows_of: Map::default(),
            entries_of: Map::default(),
            holdings_of: vec![Vec::new(); policy.counts().roles as usize],
        };
        let mut spend = |steps: usize| {
            *left = left.saturating_sub(steps);
            if *left == 0 { Err(Undecided::Effort) } else { Ok(()) }
        };
        let mut speaks: Map<u32, bool> = Map::default();
        for holder in 0..policy.counts().first_class() + 3 {
            let Holder { entries, entries_end, holdings, holdings_end, .. } = policy.record(holder);
            spend(
                1 + (entries_end.saturating_sub(entries) + holdings_end.saturating_sub(holdings)) as usize
                    / 4,
            )?;
            for at in entries..entries_end {
                let Entry { grant, deny, bypass, .. } = policy.record(at);
                let mut rows = [grant, deny, bypass];
                rows.sort_unstable();
                for (place, &row) in rows.iter().enumerate() {
                    if row == 0 || place.checked_sub(1).is_some_and(|before| rows.get(before) == Some(&row)) {
                        continue;
                    }
                    let says = match speaks.get(&row) {
                        Some(&says) => says,
                        None => {
                            let bits = policy.bits(row);
                            spend(bits.len() / 8)?;
                            let mut says = false;
                            for privilege in bits.into_iter().filter(|privilege| needed.contains(privilege)) {
                                index.rows_of.entry(privilege).or_default().push(row);
                                says = true;
                            }
                            speaks.insert(row, says);
                            says
                        }
                    };
                    if says {
                        index.entries_of.entry(row).or_default().push((holder, at));
                    }
                }
            }
            for at in holdings..holdings_end {
                let Holding { role, .. } = policy.record(at);
                index.holdings_of.get_mut(role as usize).into_iter().for_each(|all| all.push((holder, at)));
            }
        }
        Ok(index)
    }

    /// The rows that name a privilege.
    pub(super) fn rows(&self, privilege: u32) -> &[u32] {
        self.rows_of.get(&privilege).map(Vec::as_slice).unwrap_or_default()
    }

    /// Who holds a role, and by which holding.
    pub(super) fn holdings(&self, role: u32) -> &[(u32, u32)] {
        self.holdings_of.get(role as usize).map(Vec::as_slice).unwrap_or_default()
    }
}

/// An entry that speaks of something that is asked.
#[derive(Clone, Copy)]
pub(super) struct Speaking {
    pub holder: u32,
    pub entry: Entry,
}

/// A role that somebody holds.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub holder: u32,
    pub holding: Holding,
}

/// What a question can depend on.
#[derive(Default)]
pub(super) struct Cone {
    /// Entries by scope.
    entries: BTreeMap<u32, Vec<Speaking>>,
    /// Holdings by role and scope.
    held: BTreeMap<(u32, u32), Vec<Held>>,
    /// Roles, by their numbers among roles.
    pub roles: BTreeSet<u32>,
    /// Whatever else entries and holdings are written for.
    pub holders: BTreeSet<u32>,
    /// Tests of conditions and requirements.
    pub tests: BTreeSet<u32>,
    /// Resources that something is scoped to.
    pub nodes: BTreeSet<u32>,
    width: Width,
}

/// The most resources that the scopes of one entry or holding name.
#[derive(Default)]
struct Width {
    /// Entries of roles, and others.
    of_roles: usize,
    others: usize,
    /// Roles held by others than roles, and by roles.
    held: usize,
    carried: usize,
}

impl Cone {
    /// Of some privileges and of all that they need; the roles are looked at besides.
    pub(super) fn of(
        index: &Index<'_>,
        needed: &BTreeSet<u32>,
        roles: impl IntoIterator<Item = u32>,
        left: &mut usize,
    ) -> Result<Cone, Undecided> {
        let policy = index.policy;
        let mut cone = Cone::default();
        let mut formulas: BTreeSet<u32> = BTreeSet::new();
        let mut seen: BTreeSet<u32> = BTreeSet::new();
        let rows: BTreeSet<u32> =
            needed.iter().flat_map(|&privilege| index.rows(privilege)).copied().collect();
        for row in rows {
            for &(holder, at) in index.entries_of.get(&row).into_iter().flatten() {
                *left = left.checked_sub(1).ok_or(Undecided::Effort)?;
                if !seen.insert(at) {
                    continue;
                }
                let entry: Entry = policy.record(at);
                formulas.insert(entry.condition);
                cone.scope(entry.scope);
                cone.entries.entry(entry.scope).or_default().push(Speaking { holder, entry });
                let nodes = usize::from(is_of_node(entry.scope));
                match role_of(policy, holder) {
                    Some(role) => {
                        cone.roles.insert(role);
                        cone.width.of_roles = cone.width.of_roles.max(nodes);
                    }
                    None => {
                        cone.holders.insert(holder);
                        cone.width.others = cone.width.others.max(nodes);
                    }
                }
            }
        }
        cone.roles.extend(roles);
        let mut open: Vec<u32> = cone.roles.iter().copied().collect();
        while let Some(role) = open.pop() {
            for &(holder, at) in index.holdings(role) {
                *left = left.checked_sub(1).ok_or(Undecided::Effort)?;
                let holding: Holding = policy.record(at);
                formulas.insert(holding.condition);
                cone.scope(holding.scope);
                policy.list(holding.scopes).iter().for_each(|scope| cone.scope(scope));
                cone.held.entry((role, holding.scope)).or_default().push(Held { holder, holding });
                let more = policy.list(holding.scopes).iter().filter(|&scope| is_of_node(scope));
                let nodes = usize::from(is_of_node(holding.scope)) + more.count();
                match role_of(policy, holder) {
                    Some(carrier) => {
                        cone.width.carried = cone.width.carried.max(nodes);
                        if cone.roles.insert(carrier) {
                            open.push(carrier);
                        }
                    }
                    None => {
                        cone.width.held = cone.width.held.max(nodes);
                        cone.holders.insert(holder);
                    }
                }
            }
        }
        formulas.extend(needed.iter().map(|&privilege| policy.record::<Privilege>(privilege).requires));
        let mut visited = BTreeSet::new();
        for formula in formulas {
            visit(policy, formula, &mut visited, &mut |formula| {
                if FormulaKind::of(formula.kind) == Some(FormulaKind::Test) {
                    cone.tests.insert(formula.of);
                }
            });
        }
        Ok(cone)
    }

    fn scope(&mut self, scope: u32) {
        if let ScopeKind::Below(node) | ScopeKind::Only(node) = ScopeCode(scope).kind() {
            self.nodes.insert(node);
        }
    }

    /// How many resources one decision can depend on at most by what is scoped to them; one that lists a resource counts too.
    pub(super) fn width(&self) -> usize {
        let Width { of_roles, others, held, carried } = self.width;
        others.max(of_roles + held + carried).max(1)
    }

    /// The entries of a scope.
    pub(super) fn entries(&self, scope: ScopeCode) -> &[Speaking] {
        self.entries.get(&scope.0).map(Vec::as_slice).unwrap_or_default()
    }

    /// Who holds a role by holdings of a scope.
    pub(super) fn held(&self, role: u32, scope: ScopeCode) -> &[Held] {
        self.held.get(&(role, scope.0)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a node is one that something is scoped to.
    pub(super) fn is_scoped(&self, node: u32) -> bool {
        self.nodes.contains(&node)
    }
}

fn is_of_node(scope: u32) -> bool {
    matches!(ScopeCode(scope).kind(), ScopeKind::Below(_) | ScopeKind::Only(_))
}

/// The number of a holder among roles, if it is one.
pub(super) fn role_of(policy: &Policy, holder: u32) -> Option<u32> {
    let counts = policy.counts();
    holder.checked_sub(counts.first_role()).filter(|&role| role < counts.roles)
}

/// Whether anything of the policy is scoped to a node.
pub(super) fn is_listed(policy: &Policy, node: u32) -> bool {
    policy.up(node).is_listed()
}

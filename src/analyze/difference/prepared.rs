//! What is known before anything is asked: places, privileges, classes, and what each of them depends on.
//!
//! Enters: two policies. Leaves: a [`Prepared`].

use super::alike::Alike;
use super::classes::{Class, classes};
use super::content::{Content, Pool, below_scope, only_scope, type_scope};
use super::names::{self, PrivilegeOf};
use super::worlds::Worlds;
use super::{Difference, Place};
use crate::evaluate::way_up;
use crate::policy::Policy;
use crate::policy::layout::{Formula, FormulaKind, Names, Node, Privilege, Rules, Type};
use std::collections::BTreeSet;

/// Facts of a place.
pub(super) struct Site {
    /// Every scope that covers it or something that it lies in, on either side. Sorted.
    pub touched: Vec<u32>,
    /// Whether its own facts differ.
    pub changed: bool,
    /// The resources at and above it that either side knows.
    pub nodes: [Vec<u32>; 2],
    /// Type and id of everything that it lies in, itself included, on the new side, or on the old where that does not know it.
    pub chain: Vec<(String, String)>,
}

/// Everything that is known before anything is asked.
pub(super) struct Prepared<'a> {
    pub sides: [&'a Policy; 2],
    pub privileges: Vec<PrivilegeOf<'a>>,
    pub places: Vec<Option<Place>>,
    pub sites: Vec<Site>,
    pub classes: Vec<Class>,
    pub worlds: Worlds<'a>,
    pub pool: Pool,
    /// The privileges that need a privilege.
    pub needed_by: Vec<Vec<u32>>,
    /// Privileges of which more than who has them changed, with those that need them.
    pub changed: BTreeSet<u32>,
    /// Privileges whose requirement looks at values, with those that need them.
    pub tested: BTreeSet<u32>,
    /// Who is decided as everybody is who is logged in; `None`: each class is asked itself.
    pub alike: Option<Alike>,
    /// The one privilege that is asked for; `None`: all.
    pub only: Option<u32>,
}

/// Finds out all that is known before anything is asked; `places` says where it will be asked, and whether there are more.
pub(super) fn prepare<'a>(
    sides: [&'a Policy; 2],
    places: impl FnOnce(&[PrivilegeOf<'a>]) -> (Vec<Option<Place>>, bool),
    difference: &mut Difference,
) -> Prepared<'a> {
    let privileges = names::privileges(sides, &mut difference.renames);
    let mut pool = Pool::default();
    let mut contents =
        [0, 1].map(|side| Content::of(sides[side], names::numbers(sides, side, &privileges), &mut pool));
    let (places, too_many) = places(&privileges);
    if too_many {
        difference.undecided.push("there are more places than the limit; some were left out".to_owned());
    }
    let sites = places.iter().map(|place| site(sides, place.as_ref(), &contents, &mut pool)).collect();
    let classes = classes(sides, &mut contents, &mut pool, &mut difference.renames);
    let needed_by = needed_by(sides, &privileges, &contents);
    let mut changed = BTreeSet::new();
    let mut tested = BTreeSet::new();
    for (at, privilege) in (0..).zip(&privileges) {
        let [old, new] =
            [0, 1].map(|side: usize| privilege.ids[side].map(|id| contents[side].definition(id, &mut pool)));
        if old != new {
            changed.insert(at);
        }
        let has_test = |side: usize| {
            privilege.ids[side]
                .is_some_and(|id| tests_values(sides[side], sides[side].record::<Privilege>(id).requires))
        };
        if has_test(0) || has_test(1) {
            tested.insert(at);
        }
    }
    let (worlds, only) = (Worlds::of(sides), None);
    let mut prepared = Prepared {
        sides,
        privileges,
        places,
        sites,
        classes,
        worlds,
        pool,
        needed_by,
        changed,
        tested,
        alike: None,
        only,
    };
    prepared.changed = prepared.with_dependents(prepared.changed.iter().copied());
    prepared.tested = prepared.with_dependents(prepared.tested.iter().copied());
    prepared
}

/// Whether a formula looks at values.
fn tests_values(policy: &Policy, formula: u32) -> bool {
    let mut open = vec![formula];
    while let Some(at) = open.pop() {
        let Formula { kind, of } = policy.record(at);
        match FormulaKind::of(kind) {
            Some(FormulaKind::Test) => return true,
            Some(FormulaKind::And | FormulaKind::Or) => open.extend(policy.list(of).iter()),
            Some(FormulaKind::Not) => open.push(of),
            _ => {}
        }
    }
    false
}

/// For each privilege those that include or require it, on either side.
fn needed_by(
    sides: [&Policy; 2],
    privileges: &[PrivilegeOf<'_>],
    contents: &[Content<'_>; 2],
) -> Vec<Vec<u32>> {
    let mut needed_by = vec![Vec::new(); privileges.len()];
    for (at, privilege) in (0..).zip(privileges) {
        for side in [0, 1] {
            let policy = sides[side];
            let Some(id) = privilege.ids[side] else { continue };
            let Privilege { includes, requires, .. } = policy.record(id);
            let mut needs: Vec<u32> = policy.list(includes).iter().collect();
            let (mut open, mut seen) = (vec![requires], BTreeSet::new());
            while let Some(formula) = open.pop() {
                if !seen.insert(formula) {
                    continue;
                }
                let Formula { kind, of } = policy.record(formula);
                match FormulaKind::of(kind) {
                    Some(FormulaKind::And | FormulaKind::Or) => open.extend(policy.list(of).iter()),
                    Some(FormulaKind::Not) => open.push(of),
                    Some(FormulaKind::Privilege) => needs.push(of),
                    Some(FormulaKind::Any | FormulaKind::All) => needs.extend(policy.list(of).iter()),
                    _ => {}
                }
            }
            for need in needs {
                if let Some(place) = needed_by.get_mut(contents[side].privilege(need) as usize) {
                    place.push(at);
                }
            }
        }
    }
    needed_by.iter_mut().for_each(|all: &mut Vec<u32>| {
        all.sort_unstable();
        all.dedup();
    });
    needed_by
}

fn site(sides: [&Policy; 2], place: Option<&Place>, contents: &[Content<'_>; 2], pool: &mut Pool) -> Site {
    let mut touched = BTreeSet::new();
    let (mut nodes, mut chain) = ([Vec::new(), Vec::new()], Vec::new());
    let facts = [0, 1].map(|side: usize| {
        let policy = sides[side];
        // What needs nothing of the resource is decided without one.
        let mut facts = vec![policy.counts().rules];
        let Some(place) = place else { return facts };
        let Ok(links) = place.with_resource(|resource| way_up(policy, resource)) else {
            facts.push(u32::MAX);
            return facts;
        };
        let named: Vec<(String, String)> = links
            .iter()
            .map(|link| (policy.name(Names::Type, link.ty).to_owned(), link.id.clone()))
            .collect();
        let types = links.iter().map(|link| Rules(policy.record::<Type>(link.ty).rules));
        let looks_at_lists = types.into_iter().any(Rules::when_unlisted);
        for (link, (ty, id)) in links.iter().zip(&named) {
            let scopes = [type_scope(ty), below_scope((ty, id)), only_scope((ty, id))];
            touched.extend(scopes.map(|scope| pool.text(scope)));
            let Node { attributes, .. } = link.node.map(|node| policy.record(node)).unwrap_or_default();
            let is_listed = link.node.is_some_and(|node| policy.up(node).is_listed());
            let rules = policy.record::<Type>(link.ty).rules;
            facts.extend([pool.text(below_scope((ty, id))), link.level, rules]);
            facts.push(u32::from(looks_at_lists && is_listed));
            facts.push(contents[side].attributes(attributes, pool));
            nodes[side].extend(link.node);
        }
        if !named.is_empty() {
            chain = named;
        }
        facts
    });
    let changed = facts[0] != facts[1];
    Site { touched: touched.into_iter().collect(), changed, nodes, chain }
}

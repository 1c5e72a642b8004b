//! What somebody would have to be granted besides.
//!
//! Enters: the requirements, and what one column is granted and satisfies. Leaves: the smallest sets of privileges that
//! would satisfy a privilege of it. Finding the smallest sets at all is as hard as any puzzle, so formulas that combine many
//! choices are cut off at a limit and may then show a set that is merely small.

use super::requirements::Requirements;
use super::satisfied::Columns;
use crate::model::{Formula, PrivilegeId};
use std::collections::{HashMap, HashSet};

/// Alternatives, each a sorted set; the smallest first.
pub(super) type Sets = Vec<Vec<PrivilegeId>>;

/// How many privileges one check is told of what they lack, whoever has them. Finding that out takes longer than all the rest.
pub(super) const EXPLAINED: usize = 1 << 13;

/// How many alternatives of one part are combined with those of another.
const COMBINED: usize = 32;

/// How many alternatives are kept.
const KEPT: usize = 4096;

/// How many privileges an alternative holds at most; what is longer is cut off.
const SIZE: usize = 64;

/// What one column is missing.
pub(super) struct Missing<'a> {
    requirements: &'a Requirements<'a>,
    columns: &'a Columns,
    column: usize,
    /// For each node that the column can't satisfy, what would do.
    known: HashMap<u32, Sets>,
}

impl<'a> Missing<'a> {
    pub(super) fn new(
        requirements: &'a Requirements<'a>,
        columns: &'a Columns,
        column: usize,
    ) -> Missing<'a> {
        Missing { requirements, columns, column, known: HashMap::new() }
    }

    /// As [`Missing::smallest`] while some of `left` is left, and then nothing.
    pub(super) fn smallest_of(&mut self, id: PrivilegeId, left: &mut usize) -> Sets {
        if *left == 0 {
            return Sets::new();
        }
        *left -= 1;
        self.smallest(id)
    }

    /// The smallest sets that would satisfy a privilege.
    fn smallest(&mut self, id: PrivilegeId) -> Sets {
        self.learn(id.0);
        let mut sets = self.of_node(id.0);
        let size = sets.first().map_or(0, Vec::len);
        sets.retain(|set| set.len() == size);
        sets
    }

    /// Depth first without recursion: a node is worked out when it is met the second time, after all that it needs.
    fn learn(&mut self, node: u32) {
        let mut open = vec![(node, false)];
        let mut entered: HashSet<u32> = HashSet::new();
        while let Some((node, ready)) = open.pop() {
            if ready {
                let sets = self.work_out(node);
                self.known.insert(node, sets);
                continue;
            }
            if self.columns.is_satisfied(node, self.column)
                || self.known.contains_key(&node)
                || !entered.insert(node)
            {
                continue;
            }
            open.push((node, true));
            open.extend(self.requirements.graph().edges_of(node).iter().map(|edge| (edge.to, false)));
        }
    }

    fn work_out(&self, node: u32) -> Sets {
        if let Some(formula) = self.requirements.formula(node) {
            return self.of_formula(formula);
        }
        let id = PrivilegeId(node);
        let itself = if self.columns.is_granted(id, self.column) { vec![] } else { vec![id] };
        let needs = self.requirements.graph().edges_of(node).iter().map(|edge| self.of_node(edge.to));
        needs.fold(vec![itself], |sets, need| both(&sets, &need))
    }

    fn of_node(&self, node: u32) -> Sets {
        match self.known.get(&node) {
            Some(sets) => sets.clone(),
            None => vec![Vec::new()],
        }
    }

    /// It nests no deeper than the front ends let it.
    fn of_formula(&self, formula: &Formula) -> Sets {
        match formula {
            Formula::And(parts) => all(parts.iter().map(|part| self.of_formula(part))),
            Formula::Or(parts) => any(parts.iter().map(|part| self.of_formula(part))),
            Formula::Privilege(id) => self.of_node(id.0),
            Formula::Any(ids) => any(ids.iter().map(|id| self.of_node(id.0))),
            Formula::All(ids) => all(ids.iter().map(|id| self.of_node(id.0))),
            Formula::Test(_) | Formula::Not(_) => vec![Vec::new()],
        }
    }
}

fn all(parts: impl Iterator<Item = Sets>) -> Sets {
    parts.fold(vec![Vec::new()], |sets, part| both(&sets, &part))
}

fn any(parts: impl Iterator<Item = Sets>) -> Sets {
    tidy(parts.flatten().collect())
}

/// What satisfies both. A set of one side that already satisfies the other is as small as any union can be, if nothing
/// on either side is larger than it has to be.
fn both(left: &Sets, right: &Sets) -> Sets {
    let at_least = |sets: &Sets| sets.first().map_or(0, Vec::len);
    let bound = at_least(left).max(at_least(right));
    let covers =
        left.iter().filter(|set| covers(set, right)).chain(right.iter().filter(|set| covers(set, left)));
    let covering = tidy(covers.cloned().collect());
    if covering.first().is_some_and(|set| set.len() <= bound) {
        return covering;
    }
    let mut unions = covering;
    for one in left.iter().take(COMBINED) {
        for other in right.iter().take(COMBINED) {
            let mut union: Vec<PrivilegeId> = one.iter().chain(other).copied().collect();
            union.sort_unstable();
            union.dedup();
            union.truncate(SIZE);
            unions.push(union);
        }
    }
    tidy(unions)
}

/// Whether a set holds one of `sets`. Of larger ones only the first are looked at.
fn covers(set: &[PrivilegeId], sets: &Sets) -> bool {
    let small = sets.partition_point(|other| other.len() <= 1);
    let (small, large) = sets.split_at(small);
    let is_small = |id: &PrivilegeId| small.binary_search_by(|other| other.as_slice().cmp(&[*id])).is_ok();
    let holds = |other: &Vec<PrivilegeId>| other.iter().all(|id| set.binary_search(id).is_ok());
    small.first().is_some_and(Vec::is_empty)
        || set.iter().any(is_small)
        || large.iter().take(COMBINED).any(holds)
}

fn tidy(mut sets: Sets) -> Sets {
    sets.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    sets.dedup();
    if sets.first().is_some_and(Vec::is_empty) {
        sets.truncate(1);
    }
    sets.truncate(KEPT);
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(sets: &[&[u32]]) -> Sets {
        sets.iter().map(|set| set.iter().map(|&id| PrivilegeId(id)).collect()).collect()
    }

    #[track_caller]
    fn check_both(left: &[&[u32]], right: &[&[u32]], expected: &[&[u32]]) {
        assert_eq!(both(&sets(left), &sets(right)), sets(expected));
    }

    #[test]
    fn nothing_missing_leaves_the_other_side() {
        check_both(&[&[]], &[&[1], &[2]], &[&[1], &[2]]);
        check_both(&[&[]], &[&[]], &[&[]]);
    }

    #[test]
    fn what_satisfies_both_sides_alone_is_preferred() {
        check_both(&[&[1], &[2], &[3]], &[&[2], &[3], &[4]], &[&[2], &[3]]);
    }

    #[test]
    fn sides_without_a_common_set_are_united() {
        check_both(&[&[1]], &[&[2], &[3]], &[&[1, 2], &[1, 3]]);
    }

    #[test]
    fn a_larger_set_may_cover_a_smaller_one() {
        check_both(&[&[1, 2]], &[&[2], &[3]], &[&[1, 2]]);
    }

    #[test]
    fn either_side_is_enough_for_any() {
        assert_eq!(any([sets(&[&[3], &[4]]), sets(&[&[1, 2]])].into_iter()), sets(&[&[3], &[4], &[1, 2]]));
        assert_eq!(any([sets(&[&[]]), sets(&[&[1]])].into_iter()), sets(&[&[]]));
    }
}

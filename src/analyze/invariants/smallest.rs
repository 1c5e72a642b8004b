//! The smallest counterexample: as few roles, groups, people and values as there can be.
//!
//! Enters: formulas of which one holding breaks an invariant. Leaves: which one does with the least, and the formulas in that state.
//! Of several that are as small the one is taken that comes first in the order of the policy.

use super::Undecided;
use super::decision::Decisions;
use super::solver::Lit;

/// Steps that choosing among counterexamples of one size may take; beyond them any of them is told.
const MAX_CHOOSING: usize = 2_000_000;

/// Finds out which of the goals can hold with the least; `None`: none can.
pub(super) fn smallest(decisions: &mut Decisions<'_, '_>, goals: &[Lit]) -> Result<Option<usize>, Undecided> {
    let broken = decisions.formulas.or(goals.iter().copied());
    if broken == Lit::FALSE || !decisions.formulas.solve(&[broken])? {
        decisions.formulas.check()?;
        return Ok(None);
    }
    let costs = costs(decisions);
    let formulas = &mut decisions.formulas;
    let budget = formulas.left;
    formulas.left = budget.min(MAX_CHOOSING);
    let before = formulas.left;
    let mut search = Search { costs, assumed: vec![broken] };
    search.shrink(decisions);
    search.prefer(decisions);
    let first = search.first(decisions, goals);
    let formulas = &mut decisions.formulas;
    // What was found last is what is told; it was found once, so it is found again.
    formulas.left = budget.saturating_sub(before - formulas.left).max(MAX_CHOOSING);
    if let Some(goal) = first.and_then(|at| goals.get(at)) {
        search.assumed.push(*goal);
    }
    formulas.solve(&search.assumed)?;
    Ok(first.or_else(|| goals.iter().position(|&goal| formulas.holds(goal))))
}

/// What makes a counterexample larger, in the order in which one is preferred over the next.
fn costs(decisions: &Decisions<'_, '_>) -> Vec<Lit> {
    let asker = decisions.asker;
    let brought = asker.roles.values().chain(asker.groups.values()).copied();
    let people = asker.people.iter().map(|person| person.is).chain([asker.in_some_group]);
    let values = decisions.attributes.variables.values().map(|variable| variable.given);
    brought.chain(people).chain(values).filter(|literal| literal.constant().is_none()).collect()
}

struct Search {
    costs: Vec<Lit>,
    /// What is settled.
    assumed: Vec<Lit>,
}

impl Search {
    /// Whether it can hold besides what is settled; what can't be found out counts as no.
    fn can(&self, decisions: &mut Decisions<'_, '_>, more: &[Lit]) -> bool {
        let assumed: Vec<Lit> = self.assumed.iter().chain(more).copied().collect();
        decisions.formulas.solve(&assumed).unwrap_or(false)
    }

    fn present(&self, decisions: &Decisions<'_, '_>) -> Vec<Lit> {
        self.costs.iter().copied().filter(|&cost| decisions.formulas.holds(cost)).collect()
    }

    /// Settles for the least number.
    fn shrink(&mut self, decisions: &mut Decisions<'_, '_>) {
        // What can be left out of the first one that was found is left out, which makes it small enough to count.
        let mut present = self.present(decisions);
        let mut at = 0;
        while let Some(&candidate) = present.get(at) {
            let without: Vec<Lit> = self
                .costs
                .iter()
                .filter(|cost| !present.contains(cost))
                .chain([&candidate])
                .map(|&cost| !cost)
                .collect();
            if self.can(decisions, &without) {
                present = self.present(decisions);
            } else {
                at += 1;
            }
        }
        let counted = decisions.formulas.counted(&self.costs, present.len() + 1);
        let mut count = present.len();
        while let Some(fewer) = count.checked_sub(1) {
            let Some(&as_many) = counted.get(fewer) else { break };
            if !self.can(decisions, &[!as_many]) {
                break;
            }
            count = self.present(decisions).len();
        }
        self.assumed.extend(counted.get(count).map(|&more| !more));
    }

    /// Settles which ones, the first in order.
    fn prefer(&mut self, decisions: &mut Decisions<'_, '_>) {
        let Ok(true) = decisions.formulas.solve(&self.assumed) else { return };
        let count = self.present(decisions).len();
        let mut chosen = 0;
        for &cost in &self.costs.clone() {
            if chosen == count {
                break;
            }
            if self.can(decisions, &[cost]) {
                self.assumed.push(cost);
                chosen += 1;
            }
        }
    }

    /// The first of the goals that can hold then.
    fn first(&self, decisions: &mut Decisions<'_, '_>, goals: &[Lit]) -> Option<usize> {
        goals.iter().position(|&goal| goal != Lit::FALSE && self.can(decisions, &[goal]))
    }
}

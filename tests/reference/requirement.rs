//! Step 7: requirements, and what would satisfy them.

use super::condition::{Facts, Truth};
use super::decision::Case;
use super::place::Thing;
use policyc::model::{Formula, PrivilegeId};
use std::collections::BTreeSet;

impl<'m> Case<'m> {
    fn formulas(&self, privilege: PrivilegeId) -> Vec<&'m Formula> {
        let privilege = &self.model.privileges[privilege.index()];
        let category = &self.model.categories[privilege.category.index()];
        category.requires.iter().chain(&privilege.requires).collect()
    }

    /// Step 7: the category's formula and the privilege's own.
    ///
    /// Open: the decision counts as undecided, and names what is missing, if the two together are: not where they are false
    /// whatever is missing.
    pub(super) fn requirement(
        &self,
        privilege: PrivilegeId,
        on: Option<&Thing>,
        facts: &Facts<'_>,
        missing: &mut BTreeSet<String>,
    ) -> Truth {
        let formulas = self.formulas(privilege);
        let parts: Vec<Truth> = formulas.iter().map(|formula| self.satisfied(formula, on, facts)).collect();
        let all = Truth::all(&parts);
        if all == Truth::Undecided {
            missing.extend(formulas.into_iter().flat_map(|formula| self.lacking(formula, on, facts)));
        }
        all
    }

    /// What an undecided requirement lacks: nothing from the parts that could be decided without it.
    fn lacking(&self, formula: &Formula, on: Option<&Thing>, facts: &Facts<'_>) -> BTreeSet<String> {
        if self.satisfied(formula, on, facts) != Truth::Undecided {
            return BTreeSet::new();
        }
        match formula {
            Formula::And(parts) | Formula::Or(parts) => {
                parts.iter().flat_map(|part| self.lacking(part, on, facts)).collect()
            }
            Formula::Not(part) => self.lacking(part, on, facts),
            Formula::Test(test) => facts.missing_in_test(test),
            Formula::Privilege(_) | Formula::Any(_) | Formula::All(_) => BTreeSet::new(),
        }
    }

    fn satisfied(&self, formula: &Formula, on: Option<&Thing>, facts: &Facts<'_>) -> Truth {
        let each = |parts: &[Formula]| -> Vec<Truth> {
            parts.iter().map(|part| self.satisfied(part, on, facts)).collect()
        };
        let granted = |id: &PrivilegeId| {
            Truth::of(self.elsewhere(*id, on).is_some_and(|answer| answer.reason.grants()))
        };
        match formula {
            Formula::And(parts) => Truth::all(&each(parts)),
            Formula::Or(parts) => Truth::any(&each(parts)),
            Formula::Not(part) => self.satisfied(part, on, facts).not(),
            Formula::Privilege(id) => granted(id),
            Formula::Any(ids) => Truth::any(&ids.iter().map(granted).collect::<Vec<_>>()),
            Formula::All(ids) => Truth::all(&ids.iter().map(granted).collect::<Vec<_>>()),
            Formula::Test(test) => facts.test(test),
        }
    }

    /// The smallest sets of privileges of which one would have to be granted besides: by trying all sets. `None` where the
    /// formulas test values, or speak of too many privileges to try.
    pub(super) fn smallest(
        &self,
        privilege: PrivilegeId,
        on: Option<&Thing>,
    ) -> Option<BTreeSet<BTreeSet<String>>> {
        let formulas = self.formulas(privilege);
        let mut named = BTreeSet::new();
        if !formulas.iter().all(|formula| privileges(formula, &mut named)) {
            return None;
        }
        let granted = |id: &PrivilegeId| self.elsewhere(*id, on).is_some_and(|answer| answer.reason.grants());
        let (has, lacks): (BTreeSet<PrivilegeId>, BTreeSet<PrivilegeId>) =
            named.into_iter().partition(granted);
        if lacks.len() > 10 {
            return None;
        }
        let sets = (0..1_u32 << lacks.len()).map(|chosen| {
            lacks.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, id)| *id).collect()
        });
        let enough: Vec<BTreeSet<PrivilegeId>> = sets
            .filter(|more: &BTreeSet<PrivilegeId>| {
                formulas.iter().all(|formula| satisfied_by(formula, &has.union(more).copied().collect()))
            })
            .collect();
        let smallest =
            enough.iter().filter(|set| !enough.iter().any(|other| other != *set && other.is_subset(set)));
        let name = |id: &PrivilegeId| self.model.privileges[id.index()].name.value.to_string();
        Some(smallest.map(|set| set.iter().map(name).collect()).collect())
    }
}

/// Collects the privileges that a formula names; whether it tests no values.
fn privileges(formula: &Formula, named: &mut BTreeSet<PrivilegeId>) -> bool {
    match formula {
        Formula::And(parts) | Formula::Or(parts) => parts.iter().all(|part| privileges(part, named)),
        Formula::Not(_) | Formula::Test(_) => false,
        Formula::Privilege(id) => {
            named.insert(*id);
            true
        }
        Formula::Any(ids) | Formula::All(ids) => {
            named.extend(ids);
            true
        }
    }
}

fn satisfied_by(formula: &Formula, granted: &BTreeSet<PrivilegeId>) -> bool {
    match formula {
        Formula::And(parts) => parts.iter().all(|part| satisfied_by(part, granted)),
        Formula::Or(parts) => parts.iter().any(|part| satisfied_by(part, granted)),
        Formula::Privilege(id) => granted.contains(id),
        Formula::Any(ids) => ids.iter().any(|id| granted.contains(id)),
        Formula::All(ids) => ids.iter().all(|id| granted.contains(id)),
        Formula::Not(_) | Formula::Test(_) => unreachable!("it tests no values"),
    }
}

//! `never together`: two privileges that nobody can do on one resource.
//!
//! Enters: an invariant and the regions of its types. Leaves: a goal for each pair of privileges, each taken on the resource itself
//! or on its nearest ancestor of the type.

use super::decision::Decisions;
use super::places::Stop;
use super::solver::Lit;
use super::witness::Asked;
use super::{Found, Goal, Judge, Search, Undecided};
use crate::policy::layout::Privilege;
use std::collections::BTreeMap;

impl<'a> Judge<'a> {
    /// Two privileges on one resource: each on the resource itself or on its nearest ancestor of the type.
    pub(super) fn together(
        &self,
        search: &Search<'_>,
        regions: &BTreeMap<u32, Vec<Stop>>,
        decisions: &mut Decisions<'a, '_>,
    ) -> Result<Found, Undecided> {
        let classes = &search.classes;
        for (at, &(first, count)) in classes.iter().enumerate() {
            // One that stands for several is asked together with another one of its kind, which is as good as itself.
            for &(second, _) in classes.iter().skip(if count > 1 { at } else { at + 1 }) {
                let second_name = if first == second { self.twin(search, first) } else { second };
                let mut goals = Vec::new();
                for (lower, upper, names) in
                    [(first, second, (first, second_name)), (second, first, (second_name, first))]
                {
                    for stop in self.stops(search, lower, regions) {
                        let Some(other) = self.as_seen_from(&stop, upper) else { continue };
                        let (below, above) = (decisions.stop(stop.clone()), decisions.stop(other.clone()));
                        let parts = [decisions.granted(lower, below), decisions.granted(upper, above)];
                        let breaks = decisions.formulas.and(parts);
                        decisions.formulas.check()?;
                        if breaks != Lit::FALSE {
                            let asked = [(names.0, stop), (names.1, other)];
                            let asked = asked.map(|(privilege, stop)| Asked { privilege, stop }).to_vec();
                            goals.push(Goal { breaks, asked });
                        }
                    }
                }
                if let Some(found) = self.told(search, &goals, decisions)? {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// Another privilege that the policy treats as this one.
    fn twin(&self, search: &Search<'_>, privilege: u32) -> u32 {
        let meaning = |id: u32| {
            let Privilege { on, includes, requires } = self.policy.record(id);
            (on, includes, requires, self.index.rows(id))
        };
        let all = search.invariant.privileges.iter().map(|id| id.0);
        let mut others = all.filter(|&id| id != privilege && meaning(id) == meaning(privilege));
        others.next().unwrap_or(privilege)
    }

    /// Where a privilege is asked if another one is asked on a resource.
    fn as_seen_from(&self, stop: &Stop, privilege: u32) -> Option<Stop> {
        let on: Vec<u32> = self.policy.list(self.policy.record::<Privilege>(privilege).on).iter().collect();
        if on.is_empty() {
            return Some(Stop::nowhere());
        }
        match stop.nearest(&on)? {
            0 => Some(stop.clone()),
            at => stop.asked_alone(self.policy, at, 1),
        }
    }
}

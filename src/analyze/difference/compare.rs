//! Which questions have to be asked, and the asking.
//!
//! Enters: two policies. Leaves: a [`Difference`]. See the module above for why the questions left out have the same answers.

use super::alike::Alike;
use super::classes::Class;
use super::content::Item;
use super::names::{self, PrivilegeOf};
use super::prepared::{Prepared, Site, prepare};
use super::worlds::{Outcome, Question, World};
use super::{Difference, Named, Place, Recorded, Subject, groups};
use crate::hash::{Map, Set};
use crate::model::Value;
use crate::policy::Policy;
use crate::policy::layout::{Rules, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Decisions that one comparison may take.
const MAX_DECISIONS: usize = 60_000_000;
/// Changes that are kept.
const MAX_CHANGES: usize = 1_000_000;
/// What could not be decided and is named.
const MAX_NAMED: usize = 100;

pub(super) fn compare(sides: [&Policy; 2]) -> Difference {
    compare_by(sides, Alike::of)
}

/// As [`compare`]; `alike` says who need not be asked.
pub(super) fn compare_by(
    sides: [&Policy; 2],
    alike: impl FnOnce(&Prepared<'_>) -> Option<Alike>,
) -> Difference {
    // The same bytes mean the same.
    if sides[0].as_bytes() == sides[1].as_bytes() {
        return Difference::default();
    }
    let mut difference = Difference::default();
    let mut prepared = prepare(sides, |privileges| names::places(sides, privileges), &mut difference);
    prepared.alike = alike(&prepared);
    prepared.ask(0..prepared.classes.len(), &mut difference);
    let named = |privilege: &PrivilegeOf<'_>| Named {
        name: privilege.name.to_owned(),
        categories: privilege.categories.map(|category| category.map(str::to_owned)),
    };
    difference.privileges = prepared.privileges.iter().map(named).collect();
    difference.groups = groups::groups(&prepared, &difference.changes);
    difference.places = std::mem::take(&mut prepared.places);
    difference.alike = prepared.alike.take().unwrap_or_default();
    difference.classes = prepared.classes.into_iter().map(|class| class.members).collect();
    difference
}

impl Prepared<'_> {
    /// Asks all that may be decided differently for some classes, as far as the limits go.
    pub(super) fn ask(&self, classes: Range<usize>, difference: &mut Difference) {
        let mut left = MAX_DECISIONS;
        let all = classes.len();
        for (done, at) in classes.enumerate() {
            if let Some(limit) = self.ask_about(at, &mut left, difference) {
                let message =
                    format!("the comparison stopped at {limit}, with {done} of {all} kinds of subjects done");
                difference.undecided.insert(0, message);
                break;
            }
        }
        let unnamed = difference.undecided.len().saturating_sub(MAX_NAMED);
        if unnamed > 0 {
            difference.undecided.truncate(MAX_NAMED);
            difference.undecided.push(format!("{unnamed} more questions were not decided"));
        }
    }

    /// Privileges and all that need them.
    pub(super) fn with_dependents(&self, privileges: impl Iterator<Item = u32>) -> BTreeSet<u32> {
        let mut open: Vec<u32> = privileges.collect();
        let mut found: BTreeSet<u32> = open.iter().copied().collect();
        while let Some(at) = open.pop() {
            let dependents = self.needed_by.get(at as usize).into_iter().flatten();
            open.extend(dependents.copied().filter(|&at| found.insert(at)));
        }
        found
    }

    /// The privileges of a row.
    pub(super) fn row(&self, row: u32) -> &[u32] {
        self.pool.get(row)
    }

    /// For each list of scopes the privileges that may be decided differently for a class where they all cover, of those for
    /// which it is asked itself.
    fn suspects(&self, class: &Class, own: Option<&BTreeSet<u32>>) -> BTreeMap<u32, BTreeSet<u32>> {
        let [old, new] = &class.items;
        let (in_old, in_new): (Set<&Item>, Set<&Item>) = (old.iter().collect(), new.iter().collect());
        // Effects and privileges, of either side.
        type Rows = [BTreeSet<(usize, u32)>; 2];
        let mut rows: Map<(u32, u32, u32), Rows> = Map::default();
        let only_old = old.iter().filter(|item| !in_new.contains(item)).map(|item| (0, item));
        let only_new = new.iter().filter(|item| !in_old.contains(item)).map(|item| (1, item));
        for (side, item) in only_old.chain(only_new) {
            let sets = rows.entry(item.key()).or_default();
            for (effect, row) in item.rows().into_iter().enumerate() {
                sets[side].extend(self.pool.get(row).iter().map(|&privilege| (effect, privilege)));
            }
        }
        let mut direct: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for ((_, scopes, _), [old, new]) in rows {
            let differing = old.symmetric_difference(&new).map(|&(_, privilege)| privilege);
            direct.entry(scopes).or_default().extend(differing);
        }
        if class.other_values {
            for item in old.iter().chain(new).filter(|item| item.conditions != 0) {
                let named = item.rows().into_iter().flat_map(|row| self.pool.get(row).iter().copied());
                direct.entry(item.scopes).or_default().extend(named);
            }
            direct.entry(0).or_default().extend(&self.tested);
        }
        direct.entry(0).or_default().extend(&self.changed);
        if let Some(own) = own {
            direct.values_mut().for_each(|privileges| privileges.retain(|one| own.contains(one)));
        }
        direct.retain(|_, privileges| !privileges.is_empty());
        direct.into_iter().map(|(scopes, all)| (scopes, self.with_dependents(all.into_iter()))).collect()
    }

    /// Asks all that may be decided differently for a class. Returns the limit at which it had to stop, if it had to.
    fn ask_about(&self, at: usize, left: &mut usize, difference: &mut Difference) -> Option<String> {
        let class = self.classes.get(at)?;
        let given = self.given(class);
        let own = self.alike.as_ref().and_then(|alike| alike.own(at));
        // One privilege is asked for sooner than it is found out whether that is needed. Beside a policy that grants nothing, all that is
        // given differs.
        let suspects = match self.only {
            Some(only) => BTreeMap::from([(0, BTreeSet::from([only]))]),
            None if self.beside_nothing() => BTreeMap::from([(0, self.granted_at_all(&given))]),
            None => self.suspects(class, own.as_ref()),
        };
        if suspects.is_empty() && !self.sites.iter().any(|site| site.changed) {
            return None;
        }
        for (place_at, (place, site)) in self.places.iter().zip(&self.sites).enumerate() {
            let mut asked: BTreeSet<u32> = BTreeSet::new();
            if site.changed && self.only.is_none() && !self.beside_nothing() {
                match &own {
                    Some(own) => asked.extend(own),
                    None => asked.extend(0..u32::try_from(self.privileges.len()).unwrap_or(u32::MAX)),
                }
            } else {
                suspects
                    .iter()
                    .filter(|(scopes, _)| self.covers(**scopes, site))
                    .for_each(|(_, all)| asked.extend(all));
            }
            let by_default = self.grants_by_default(place.as_ref());
            for privilege_at in asked {
                let Some(privilege) = self.privileges.get(privilege_at as usize) else { continue };
                let fits = match place {
                    None => privilege.alone,
                    Some(place) => privilege.on.contains(place.ty.as_str()),
                };
                // Nobody is granted what nothing grants, whatever else is said of it.
                if !fits || !(by_default || given.contains(&privilege_at)) {
                    continue;
                }
                let asked = self.question(&class.asked, class.holders, privilege_at as usize, place_at);
                let Some(question) = asked else { continue };
                match self.worlds.compare(&question, left) {
                    Ok(outcomes) => {
                        let recorded = outcomes.into_iter();
                        let record = |outcome| self.record([at, privilege_at as usize, place_at], outcome);
                        difference.changes.extend(recorded.map(record));
                    }
                    Err(crate::analyze::TooMuch) if *left > 1 => {
                        difference.undecided.push(undecided(&question))
                    }
                    Err(crate::analyze::TooMuch) => {
                        return Some(format!("the limit of {MAX_DECISIONS} decisions"));
                    }
                }
                if difference.changes.len() >= MAX_CHANGES {
                    return Some(format!("the limit of {MAX_CHANGES} changes"));
                }
            }
        }
        None
    }

    /// A question of either policy, by the numbers of its privilege and its place.
    pub(super) fn question<'q>(
        &'q self,
        subjects: &'q [Subject; 2],
        holders: [Option<u32>; 2],
        privilege: usize,
        place: usize,
    ) -> Option<Question<'q>> {
        Some(Question {
            subjects,
            holders,
            privileges: self.privileges.get(privilege)?.names,
            place: self.places.get(place)?.as_ref(),
            nodes: &self.sites.get(place)?.nodes,
        })
    }

    fn record(&self, [class, privilege, place]: [usize; 3], outcome: Outcome) -> Recorded {
        Recorded {
            class,
            privilege,
            place,
            gain: outcome.gain,
            old: outcome.old.map(|decision| decision.reason()),
            new: outcome.new.map(|decision| decision.reason()),
            condition: outcome.condition,
            example: self.carried(&outcome.example),
            world: outcome.example,
        }
    }

    /// The privileges that some entry of the new side gives a class somewhere, and those that one denies it.
    pub(super) fn named(&self, class: usize) -> [BTreeSet<u32>; 2] {
        let mut sets = [BTreeSet::new(), BTreeSet::new()];
        let items = self.classes.get(class).map_or(&[][..], |class| &class.items[1]);
        for item in items.iter().filter(|item| self.sites.iter().any(|site| self.covers(item.scopes, site))) {
            let [grant, deny, bypass] = item.rows();
            for (set, row) in [(0, grant), (1, deny), (0, bypass)] {
                sets[set].extend(self.pool.get(row).iter().copied());
            }
        }
        sets
    }

    /// What a request carries in a world: attributes, or `time`, and their values.
    pub(super) fn carried(&self, world: &World) -> Vec<(String, Value)> {
        let named =
            |(variable, value): &(usize, Option<Value>)| Some((self.worlds.name(*variable), value.clone()?));
        world.iter().filter_map(named).collect()
    }

    /// The places at which an entry of the new side denies a class the privilege, or gives it.
    pub(super) fn spoken_of(
        &self,
        class: usize,
        privilege: u32,
        denied: bool,
    ) -> impl Iterator<Item = usize> {
        let items = self.classes.get(class).map_or(&[][..], |class| &class.items[1]);
        let names = |item: &&Item| {
            let [grant, deny, bypass] = item.rows();
            let rows = if denied { [deny, deny] } else { [grant, bypass] };
            rows.into_iter().any(|row| self.pool.get(row).contains(&privilege))
        };
        let items: Vec<&Item> = items.iter().filter(names).collect();
        let asked = self.privileges.get(privilege as usize);
        let places = self.places.iter().zip(&self.sites).enumerate().filter(move |(_, (place, site))| {
            let fits = asked.is_some_and(|asked| match place {
                None => asked.alone,
                Some(place) => asked.on.contains(place.ty.as_str()),
            });
            fits && items.iter().any(|item| self.covers(item.scopes, site))
        });
        places.map(|(at, _)| at)
    }

    /// Whether all of a list of scopes cover a place, or something that it lies in.
    fn covers(&self, scopes: u32, site: &Site) -> bool {
        self.pool.get(scopes).iter().all(|scope| site.touched.binary_search(scope).is_ok())
    }

    /// Whether the old side is the policy that grants nothing.
    fn beside_nothing(&self) -> bool {
        self.sides[0].as_bytes().is_empty()
    }

    /// The privileges that are given, and where a default grants, all.
    fn granted_at_all(&self, given: &Set<u32>) -> BTreeSet<u32> {
        match self.places.iter().any(|place| self.grants_by_default(place.as_ref())) {
            true => (0..u32::try_from(self.privileges.len()).unwrap_or(u32::MAX)).collect(),
            false => given.iter().copied().collect(),
        }
    }

    /// The privileges that some entry gives somebody of a class, on either side.
    fn given(&self, class: &Class) -> Set<u32> {
        let mut rows: Set<u32> = Set::default();
        rows.extend(class.items.iter().flatten().flat_map(|item| [item.grant, item.bypass]));
        rows.into_iter().flat_map(|row| self.pool.get(row).iter().copied()).collect()
    }

    /// Whether a type grants what no entry speaks of, on either side.
    fn grants_by_default(&self, place: Option<&Place>) -> bool {
        self.sides.iter().any(|policy| {
            let rules = match place {
                None => Some(policy.counts().rules),
                Some(place) => policy.find_type(&place.ty).map(|ty| policy.record::<Type>(ty).rules),
            };
            rules.is_some_and(|rules| Rules(rules).grants_by_default())
        })
    }
}

fn undecided(question: &Question<'_>) -> String {
    let place = question.place.map(|place| format!(" on {place}")).unwrap_or_default();
    let (privilege, subject) = (question.privileges[1], &question.subjects[1]);
    format!("`{privilege}` for `{subject}`{place}: values can be combined in more ways than the limit")
}

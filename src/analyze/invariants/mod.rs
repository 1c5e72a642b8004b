//! `never`, `always`, `only`, `never together`: decided for every principal that could exist, every resource that could be asked
//! about, and all values that a request could carry.
//!
//! Enters: a model and its policy. Leaves: a finding with a smallest counterexample for each invariant that does not hold, and one
//! for each that could not be decided within the limits.
//!
//! An invariant is broken if a formula over whoever asks and whatever is carried can hold: `index` finds what can matter, `places`
//! the resources, `asker` and `constraints` say who could exist, `attributes` what could be carried, and `decision` what the policy
//! makes of it. `solver` finds out whether it can, `smallest` looks for the least that does, and `witness` asks the evaluator
//! itself before anything is reported.

mod asker;
mod attributes;
mod constraints;
mod decision;
mod formula;
mod index;
mod places;
mod smallest;
mod solver;
mod together;
mod witness;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Effect, Grantee, Invariant, InvariantKind, Model, PrincipalId, RoleId, Scope};
use crate::policy::Policy;
use crate::policy::layout::{Holder, Node, Privilege, ScopeCode};
use crate::terms::Class;
use asker::{Asker, Who};
use attributes::Attributes;
use constraints::Constraints;
use decision::Decisions;
use formula::Formulas;
use index::{Cone, Index};
use places::{Places, Stop};
use solver::Lit;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use witness::{Asked, Witness};

/// Steps that one invariant may take: entries and resources looked at, formulas built, decisions and conflicts of the solver.
const MAX_EFFORT: usize = 30_000_000;
/// The same for all invariants of a policy.
const MAX_TOTAL: usize = 120_000_000;
/// Entries that a finding points at.
const MAX_CAUSES: usize = 3;

/// Why an invariant is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Undecided {
    /// It takes more steps than the limit.
    Effort,
    /// Resources may lie in each other in more ways than the limit.
    Places,
    /// Formulas and evaluator disagree, which is a fault of ours.
    Disagreement,
}

/// Checks every invariant.
pub(crate) fn invariants(model: &Model, policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    if model.invariants.is_empty() {
        return;
    }
    let mut left = MAX_TOTAL;
    let named = model.invariants.iter().flat_map(|invariant| invariant.privileges.iter().map(|id| id.0));
    let index = Index::of(policy, &index::needed(policy, named), &mut left);
    let mut judge = match index {
        Ok(index) => {
            Some(Judge { model, policy, index, constraints: Constraints::of(model, policy), total: left })
        }
        Err(_) => None,
    };
    for invariant in &model.invariants {
        let found = match &mut judge {
            Some(judge) => judge.check(invariant),
            None => Err(Undecided::Effort),
        };
        match found {
            Ok(found) => diagnostics.extend(found),
            Err(why) => diagnostics.push(undecided(invariant, why)),
        }
    }
}

fn undecided(invariant: &Invariant, why: Undecided) -> Diagnostic {
    let (label, help) = match why {
        Undecided::Effort => (
            "it takes more steps than the limit to find out",
            "name fewer privileges, or narrow it with `on`",
        ),
        Undecided::Places => (
            "resources may lie in each other in more ways than the limit",
            "declare what the top resources lie in, or let them lie in each other by path",
        ),
        Undecided::Disagreement => (
            "the proof and the decision differ, which is a fault of policyc",
            "report it with this policy, and test the cases that matter with `test` blocks",
        ),
    };
    let message = "the invariant could not be decided within the limit";
    Diagnostic::new(Code::InvariantUndecided, invariant.span, message).label(label).help(help)
}

struct Judge<'a> {
    model: &'a Model,
    policy: &'a Policy,
    index: Index<'a>,
    constraints: Constraints,
    /// Steps that are left for all invariants.
    total: usize,
}

/// What an invariant asks of one of those that it is about.
struct Search<'i> {
    invariant: &'i Invariant,
    who: Who,
    /// Privileges that are decided alike, each with its first one and how many they are, in the order of the policy.
    classes: Vec<(u32, usize)>,
}

/// How large a counterexample is, and what is told of it.
type Found = Option<(usize, Diagnostic)>;

/// Something that breaks an invariant if it can hold.
struct Goal {
    breaks: Lit,
    asked: Vec<Asked>,
}

impl<'a> Judge<'a> {
    fn check(&mut self, invariant: &Invariant) -> Result<Option<Diagnostic>, Undecided> {
        let everybody = Who::Everybody { anonymous: true };
        let mut all: Vec<Who> = match invariant.kind {
            InvariantKind::Only | InvariantKind::Together => vec![everybody],
            _ => invariant.who.iter().map(|&who| Who::meant(who)).collect(),
        };
        if all.contains(&everybody) {
            all = vec![everybody];
        }
        let mut smallest: Option<(usize, Diagnostic)> = None;
        for who in all {
            let classes = self.classes(&invariant.privileges.iter().map(|id| id.0).collect::<Vec<u32>>())?;
            let mut left = MAX_EFFORT.min(self.total);
            let budget = left;
            let found = self.search(&Search { invariant, who, classes }, &mut left);
            self.total = self.total.saturating_sub(budget - left);
            if let Some((size, found)) = found?
                && smallest.as_ref().is_none_or(|(least, _)| size < *least)
            {
                smallest = Some((size, found));
            }
        }
        Ok(smallest.map(|(_, found)| found))
    }

    /// Privileges of which one stands for all that the policy treats alike.
    fn classes(&mut self, privileges: &[u32]) -> Result<Vec<(u32, usize)>, Undecided> {
        let mut places: BTreeMap<(u32, u32, u32, &[u32]), usize> = BTreeMap::new();
        let mut classes: Vec<(u32, usize)> = Vec::new();
        for &privilege in privileges {
            let Privilege { on, includes, requires } = self.policy.record(privilege);
            let rows = self.index.rows(privilege);
            self.total = self.total.checked_sub(1 + rows.len() / 4).ok_or(Undecided::Effort)?;
            let place = *places.entry((on, includes, requires, rows)).or_insert(classes.len());
            match classes.get_mut(place) {
                Some((_, count)) => *count += 1,
                None => classes.push((privilege, 1)),
            }
        }
        Ok(classes)
    }

    fn search(&self, search: &Search<'_>, left: &mut usize) -> Result<Found, Undecided> {
        let (policy, who) = (self.policy, search.who);
        let needed = index::needed(policy, search.classes.iter().map(|&(privilege, _)| privilege));
        let is_only = search.invariant.kind == InvariantKind::Only;
        let meant = if is_only { self.meant(&search.invariant.who) } else { Vec::new() };
        let mut roles: BTreeSet<u32> = meant.iter().flat_map(|(_, roles)| roles).copied().collect();
        if matches!(who, Who::Everybody { .. }) {
            roles.extend(self.constraints.roles());
        }
        let mut cone = Cone::of(&self.index, &needed, roles, left)?;
        if let Scope::Resource { instance, .. } = search.invariant.scope {
            // What lies in it must not be taken for what lies elsewhere.
            cone.nodes.insert(instance.0);
        }
        let looked =
            cone.tests.iter().flat_map(|&test| crate::analyze::looks::Looks::of(policy, test).attributes);
        let mut places = Places::of(policy, &cone, places::of_resources(policy, looked), needed.len());
        let regions = self.regions(search, &mut places, left)?;
        let declared = self.declared(&cone, who, &regions);
        let mut attributes = Attributes::of(policy, &cone.tests, &declared);
        let mut formulas = Formulas::new(*left);
        let asker = match who {
            Who::Everybody { anonymous } => {
                let mut declared = declared;
                let (people, groups) = loop {
                    let (mut people, mut groups) = attributes.named();
                    for &(who, _) in &meant {
                        match who {
                            Grantee::Principal(PrincipalId(holder)) => drop(people.insert(holder)),
                            Grantee::Group(group) => drop(groups.insert(group.0)),
                            _ => {}
                        }
                    }
                    // Whoever takes part brings values, and these may name others.
                    let before = declared.len();
                    let all = people.iter().copied().chain(self.constraints.counted());
                    declared.extend(all.map(|holder| policy.record::<Holder>(holder).attributes));
                    if declared.len() == before {
                        break (people, groups);
                    }
                    attributes = Attributes::of(policy, &cone.tests, &declared);
                };
                let named = (&people, &groups);
                Asker::everybody(&self.index, &cone, &self.constraints, named, anonymous, &mut formulas)
            }
            one => {
                let asker = Asker::one(policy, one);
                attributes.add_groups(asker.all_groups());
                asker
            }
        };
        let mut decisions = Decisions::new(policy, &cone, &places, &asker, attributes, formulas);
        let found = self.decide(search, &regions, &meant, &mut decisions);
        *left = decisions.formulas.left;
        found
    }

    /// Those whom `only` names, each with the roles that are as good as a role.
    fn meant(&self, who: &[Grantee]) -> Vec<(Grantee, BTreeSet<u32>)> {
        let mut inherited_by: Vec<Vec<u32>> = vec![Vec::new(); self.model.roles.len()];
        for (at, role) in self.model.roles.iter().enumerate() {
            for (parent, _) in &role.inherits {
                inherited_by.get_mut(parent.index()).into_iter().for_each(|by| by.push(RoleId::at(at).0));
            }
        }
        let roles = |who: Grantee| {
            let Grantee::Role(role) = who else { return BTreeSet::new() };
            let (mut open, mut seen) = (vec![role.0], BTreeSet::from([role.0]));
            while let Some(at) = open.pop() {
                let by = inherited_by.get(at as usize).into_iter().flatten().copied();
                open.extend(by.filter(|&by| seen.insert(by)));
            }
            seen
        };
        who.iter().map(|&who| (who, roles(who))).collect()
    }

    /// For each type that something is asked on the resources that stand for all of it.
    fn regions(
        &self,
        search: &Search<'_>,
        places: &mut Places<'_>,
        left: &mut usize,
    ) -> Result<BTreeMap<u32, Vec<Stop>>, Undecided> {
        let mut regions = BTreeMap::new();
        let scope = match search.invariant.scope {
            Scope::Everywhere => ScopeCode::EVERYWHERE,
            Scope::Type(ty) => ScopeCode::of_type(ty.0),
            Scope::Resource { instance, only: false } => ScopeCode::below(instance.0),
            Scope::Resource { instance, only: true } => ScopeCode::only(instance.0),
        };
        let is_together = search.invariant.kind == InvariantKind::Together;
        for &(privilege, _) in &search.classes {
            for ty in self.policy.list(self.policy.record::<Privilege>(privilege).on).iter() {
                if let Entry::Vacant(place) = regions.entry(ty) {
                    let mut all = places.regions(ty, left)?;
                    all.retain(|stop| is_together || stop.is_in(scope));
                    place.insert(all);
                }
            }
        }
        Ok(regions)
    }

    /// The lists of values that the policy gives the resources and people that take part.
    fn declared(&self, cone: &Cone, who: Who, regions: &BTreeMap<u32, Vec<Stop>>) -> BTreeSet<u32> {
        let links = regions.values().flatten().flat_map(|stop| &stop.links);
        let nodes = links.filter_map(|link| link.node);
        let mut lists: BTreeSet<u32> =
            nodes.map(|node| self.policy.record::<Node>(node).attributes).collect();
        let first_group = self.policy.counts().first_group();
        let people = cone.holders.iter().copied().filter(|&holder| holder < first_group);
        let one = match who {
            Who::Principal(id) => Some(id.0),
            _ => None,
        };
        lists.extend(people.chain(one).map(|holder| self.policy.record::<Holder>(holder).attributes));
        lists
    }

    fn decide(
        &self,
        search: &Search<'_>,
        regions: &BTreeMap<u32, Vec<Stop>>,
        meant: &[(Grantee, BTreeSet<u32>)],
        decisions: &mut Decisions<'a, '_>,
    ) -> Result<Found, Undecided> {
        if search.invariant.kind == InvariantKind::Together {
            return self.together(search, regions, decisions);
        }
        let mut is_one_at: BTreeMap<decision::StopId, Lit> = BTreeMap::new();
        for &(privilege, _) in &search.classes {
            let mut goals = Vec::new();
            for stop in self.stops(search, privilege, regions) {
                let at = decisions.stop(stop.clone());
                let granted = decisions.granted(privilege, at);
                let breaks = match search.invariant.kind {
                    InvariantKind::Always => !granted,
                    InvariantKind::Only => {
                        let is_one = *is_one_at.entry(at).or_insert_with(|| is_one(meant, at, decisions));
                        decisions.formulas.and([granted, !is_one])
                    }
                    _ => granted,
                };
                decisions.formulas.check()?;
                if breaks != Lit::FALSE {
                    goals.push(Goal { breaks, asked: vec![Asked { privilege, stop }] });
                }
            }
            if let Some(found) = self.told(search, &goals, decisions)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Where a privilege is asked.
    fn stops(&self, search: &Search<'_>, privilege: u32, regions: &BTreeMap<u32, Vec<Stop>>) -> Vec<Stop> {
        let on = self.policy.list(self.policy.record::<Privilege>(privilege).on);
        if on.is_empty() {
            // Asked without a resource: only what holds everywhere speaks of it.
            let everywhere = search.invariant.scope == Scope::Everywhere;
            return everywhere.then(Stop::nowhere).into_iter().collect();
        }
        on.iter().filter_map(|ty| regions.get(&ty)).flatten().cloned().collect()
    }

    /// The finding of the smallest counterexample, if there is one.
    fn told(
        &self,
        search: &Search<'_>,
        goals: &[Goal],
        decisions: &mut Decisions<'a, '_>,
    ) -> Result<Found, Undecided> {
        let literals: Vec<Lit> = goals.iter().map(|goal| goal.breaks).collect();
        let Some(at) = smallest::smallest(decisions, &literals)? else { return Ok(None) };
        let Some(goal) = goals.get(at) else { return Ok(None) };
        let invariant = search.invariant;
        let witness = Witness::of(self.policy, search.who, decisions, goal.asked.clone());
        let answer = invariant.kind != InvariantKind::Always;
        if !witness.is_confirmed(answer) {
            debug_assert!(false, "{}", witness.sentence(search.who, "can"));
            return Err(Undecided::Disagreement);
        }
        let (verb, label) = match invariant.kind {
            InvariantKind::Never => ("can", "this says that it never can"),
            InvariantKind::Always => ("cannot", "this says that it always can"),
            InvariantKind::Only => ("can", "this says that only others can"),
            InvariantKind::Together => ("can", "this says that nobody can do both"),
        };
        let mut finding =
            Diagnostic::new(Code::InvariantViolated, invariant.span, witness.sentence(search.who, verb))
                .label(label);
        let causes =
            witness.causes(self.model).into_iter().filter_map(|id| self.model.entries.get(id.index()));
        for entry in causes.filter(|entry| (entry.effect == Effect::Deny) != answer).take(MAX_CAUSES) {
            finding = finding.also(entry.span, if answer { "granted here" } else { "denied here" });
        }
        finding = finding.help("change what grants or denies it, or the invariant");
        Ok(Some((witness.size(), finding)))
    }
}

/// Whether whoever asks is one of those whom `only` names, where something is asked.
fn is_one(
    meant: &[(Grantee, BTreeSet<u32>)],
    at: decision::StopId,
    decisions: &mut Decisions<'_, '_>,
) -> Lit {
    let mut ways = Vec::new();
    for (who, roles) in meant {
        ways.push(match who {
            Grantee::Class(Class::Anyone) => Lit::TRUE,
            Grantee::Class(Class::Authenticated) => !decisions.asker.anonymous,
            Grantee::Class(Class::Anonymous) => decisions.asker.anonymous,
            Grantee::Principal(id) => decisions.asker.is_person(id.0),
            Grantee::Group(id) => decisions.asker.is_in(id.0),
            Grantee::Role(_) => decisions.holds_one(roles.iter().copied(), at),
        });
    }
    decisions.formulas.or(ways)
}

//! The decision as a formula: whether a privilege is granted, for whoever asks and whatever the request carries (DESIGN, section 2).
//!
//! Enters: a privilege and where it is decided. Leaves: a literal. It follows the evaluator step by step: which entries apply, bypass,
//! strategy, default, inclusions, requirements. What it says of one who asks is held against the evaluator before anybody sees it.

use super::asker::Asker;
use super::attributes::Attributes;
use super::formula::{Formulas, Maybe};
use super::index::{Cone, is_listed, role_of};
use super::places::{Places, Signature, Stop};
use super::solver::Lit;
use crate::hash::Map;
use crate::policy::Policy;
use crate::policy::layout::{Formula, FormulaKind, Privilege, Rules, ScopeCode, Type};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The number of a stop.
pub(super) type StopId = usize;

/// Level of what comes with the request: any entry is nearer.
const BROUGHT: u32 = u32::MAX;

/// Ways of coming to a role, by the nearest level of their scopes.
type Ways = Rc<[(u32, Maybe)]>;

/// See the file.
pub(super) struct Decisions<'a, 'q> {
    policy: &'a Policy,
    cone: &'q Cone,
    places: &'q Places<'q>,
    pub asker: &'q Asker<'a>,
    pub attributes: Attributes<'a>,
    pub formulas: Formulas,
    stops: Vec<(Stop, Vec<(ScopeCode, u32)>)>,
    stop_ids: BTreeMap<Signature, StopId>,
    granted: Map<(u32, StopId), Lit>,
    ways: Map<(u32, StopId, bool), Ways>,
    conditions: Map<(u32, StopId), Maybe>,
}

/// What entries say, by how near they are.
#[derive(Default)]
struct Opinions {
    bypass: Vec<Lit>,
    /// Level and rank; grants and denies.
    keys: BTreeMap<(u32, u32), (Vec<Lit>, Vec<Lit>)>,
}

impl<'a, 'q> Decisions<'a, 'q> {
    pub(super) fn new(
        policy: &'a Policy,
        cone: &'q Cone,
        places: &'q Places<'q>,
        asker: &'q Asker<'a>,
        attributes: Attributes<'a>,
        formulas: Formulas,
    ) -> Decisions<'a, 'q> {
        Decisions {
            policy,
            cone,
            places,
            asker,
            attributes,
            formulas,
            stops: Vec::new(),
            stop_ids: BTreeMap::new(),
            granted: Map::default(),
            ways: Map::default(),
            conditions: Map::default(),
        }
    }

    /// The number of a stop; those that decisions can't tell apart have one.
    pub(super) fn stop(&mut self, stop: Stop) -> StopId {
        let signature = self.places.signature(&stop);
        if let Some(&known) = self.stop_ids.get(&signature) {
            return known;
        }
        let id = self.stops.len();
        self.formulas.spend(1 + stop.links.len());
        let scopes = stop.scopes();
        self.stops.push((stop, scopes));
        self.stop_ids.insert(signature, id);
        id
    }

    fn scopes(&self, stop: StopId) -> Vec<(ScopeCode, u32)> {
        self.stops.get(stop).map(|(_, scopes)| scopes.clone()).unwrap_or_default()
    }

    /// The nearest level at which all of these scopes cover the resource; `None` if one does not.
    fn level_of_all(&self, stop: StopId, scopes: u32) -> Option<u32> {
        let (_, known) = self.stops.get(stop)?;
        let level = |code: u32| known.iter().find(|(scope, _)| scope.0 == code).map(|&(_, level)| level);
        self.policy.list(scopes).iter().try_fold(u32::MAX, |nearest, code| Some(nearest.min(level(code)?)))
    }

    /// What a condition says.
    fn condition(&mut self, formula: u32, stop: StopId) -> Maybe {
        if formula == 0 {
            return Maybe::TRUE;
        }
        if let Some(&known) = self.conditions.get(&(formula, stop)) {
            return known;
        }
        let says = self.formula(formula, stop);
        self.conditions.insert((formula, stop), says);
        says
    }

    /// What a formula says. The layout bounds its depth.
    fn formula(&mut self, formula: u32, stop: StopId) -> Maybe {
        let Formula { kind, of } = self.policy.record(formula);
        let list = |policy: &'a Policy| policy.list(of).iter().collect::<Vec<u32>>();
        match FormulaKind::of(kind) {
            Some(FormulaKind::True) => Maybe::TRUE,
            Some(kind @ (FormulaKind::And | FormulaKind::Or)) => {
                let parts: Vec<Maybe> =
                    list(self.policy).into_iter().map(|part| self.formula(part, stop)).collect();
                if kind == FormulaKind::And { self.formulas.all(&parts) } else { self.formulas.any(&parts) }
            }
            Some(FormulaKind::Not) => !self.formula(of, stop),
            Some(FormulaKind::Test) => {
                let Some((stop, _)) = self.stops.get(stop) else { return Maybe::FALSE };
                self.attributes.test(of, stop, self.asker, &mut self.formulas)
            }
            Some(FormulaKind::Privilege) => Maybe::of(self.needed(of, stop)),
            Some(kind @ (FormulaKind::Any | FormulaKind::All)) => {
                let parts: Vec<Lit> =
                    list(self.policy).into_iter().map(|privilege| self.needed(privilege, stop)).collect();
                let any = kind == FormulaKind::Any;
                Maybe::of(if any { self.formulas.or(parts) } else { self.formulas.and(parts) })
            }
            None => Maybe { holds: Lit::FALSE, possible: Lit::TRUE },
        }
    }

    /// Whether a privilege that another one needs is granted: on the resource, its nearest ancestor of the type, or without one.
    fn needed(&mut self, privilege: u32, stop: StopId) -> Lit {
        let on: Vec<u32> = self.policy.list(self.policy.record::<Privilege>(privilege).on).iter().collect();
        let Some((here, _)) = self.stops.get(stop) else { return Lit::FALSE };
        let there = if on.is_empty() {
            if here.links.is_empty() { stop } else { self.stop(Stop::nowhere()) }
        } else {
            match here.nearest(&on) {
                None => return Lit::FALSE,
                Some(0) => stop,
                Some(at) => match here.ancestor(self.policy, at) {
                    Some(above) => self.stop(above),
                    None => return Lit::FALSE,
                },
            }
        };
        self.granted(privilege, there)
    }

    /// Whether a privilege is granted.
    pub(super) fn granted(&mut self, privilege: u32, stop: StopId) -> Lit {
        if let Some(&known) = self.granted.get(&(privilege, stop)) {
            return known;
        }
        let mut parts = vec![self.verdict(privilege, stop)];
        let Privilege { includes, requires, .. } = self.policy.record(privilege);
        if parts.first() != Some(&Lit::FALSE) {
            let included: Vec<u32> = self.policy.list(includes).iter().collect();
            for privilege in included {
                parts.push(self.needed(privilege, stop));
            }
            if requires != 0 {
                parts.push(self.formula(requires, stop).holds);
            }
        }
        let granted = self.formulas.and(parts);
        self.granted.insert((privilege, stop), granted);
        granted
    }

    /// Bypass, strategy and default, before inclusions and requirements.
    fn verdict(&mut self, privilege: u32, stop: StopId) -> Lit {
        let rules = match self.stops.get(stop).and_then(|(stop, _)| stop.ty()) {
            Some(ty) => Rules(self.policy.record::<Type>(ty).rules),
            None => Rules(self.policy.counts().rules),
        };
        let opinions = self.opinions(privilege, stop, rules);
        let listed = self.stops.get(stop).is_some_and(|(stop, _)| {
            stop.links.iter().filter_map(|link| link.node).any(|node| is_listed(self.policy, node))
        });
        let mut otherwise = if rules.grants_by_default() && !(rules.when_unlisted() && listed) {
            self.asker.is_in_class(rules.default_class())
        } else {
            Lit::FALSE
        };
        if rules.by_level() {
            // The farthest first, each behind what is nearer.
            for (grants, denies) in opinions.keys.into_values().rev() {
                let (grant, deny) = (self.formulas.or(grants), self.formulas.or(denies));
                let grant = self.formulas.or([grant, otherwise]);
                otherwise = self.formulas.and([grant, !deny]);
            }
        } else {
            let (mut grants, mut denies) = (Vec::new(), Vec::new());
            for (more_grants, more_denies) in opinions.keys.into_values() {
                grants.extend(more_grants);
                denies.extend(more_denies);
            }
            let (grant, deny) = (self.formulas.or(grants), self.formulas.or(denies));
            otherwise = if rules.grant_overrides() {
                let none = self.formulas.and([!deny, otherwise]);
                self.formulas.or([grant, none])
            } else {
                let some = self.formulas.or([grant, otherwise]);
                self.formulas.and([some, !deny])
            };
        }
        let bypass = self.formulas.or(opinions.bypass);
        self.formulas.or([bypass, otherwise])
    }

    fn opinions(&mut self, privilege: u32, stop: StopId, rules: Rules) -> Opinions {
        let (policy, cone) = (self.policy, self.cone);
        let counts = policy.counts();
        let mut opinions = Opinions::default();
        for (scope, level) in self.scopes(stop) {
            let entries = cone.entries(scope);
            self.formulas.spend(entries.len() / 4);
            for speaking in entries {
                let entry = speaking.entry;
                let says = [entry.grant, entry.deny, entry.bypass].map(|row| policy.bit(row, privilege));
                if says == [false; 3] {
                    continue;
                }
                let role = role_of(policy, speaking.holder);
                let ways: Ways = match role {
                    Some(role) => self.ways(role, stop),
                    None => {
                        let matches = self.asker.matches(speaking.holder);
                        [(BROUGHT, Maybe::of(matches))].into()
                    }
                };
                let rank = match role {
                    _ if !rules.by_rank() => 0,
                    Some(_) => 2,
                    None if speaking.holder < counts.first_group() => 0,
                    None if speaking.holder < counts.first_role() => 1,
                    None => 3,
                };
                let condition = self.condition(entry.condition, stop);
                for &(way_level, way) in ways.iter() {
                    let Maybe { holds, possible } = self.formulas.both(way, condition);
                    let level = if rules.by_level() { level.min(way_level) } else { 0 };
                    let [grant, deny, bypass] = says;
                    if bypass {
                        opinions.bypass.push(holds);
                    }
                    let (grants, denies) = opinions.keys.entry((level, rank)).or_default();
                    if grant {
                        grants.push(holds);
                    }
                    if deny {
                        denies.push(possible);
                    }
                }
            }
        }
        opinions
    }

    /// How one who asks comes to a role here; `base`: not by way of a role that holds it.
    fn held(&mut self, role: u32, stop: StopId, base: bool) -> Ways {
        if let Some(known) = self.ways.get(&(role, stop, base)) {
            return known.clone();
        }
        let cone = self.cone;
        let mut ways: BTreeMap<u32, Vec<Maybe>> = BTreeMap::new();
        let brought = self.asker.brings(role);
        if brought != Lit::FALSE {
            ways.entry(BROUGHT).or_default().push(Maybe::of(brought));
        }
        for (scope, level) in self.scopes(stop) {
            let held = cone.held(role, scope);
            self.formulas.spend(held.len());
            for one in held {
                let Some(level) = self.level_of_all(stop, one.holding.scopes).map(|more| more.min(level))
                else {
                    continue;
                };
                match role_of(self.policy, one.holder) {
                    None => {
                        let matches = self.asker.matches(one.holder);
                        if matches != Lit::FALSE {
                            let condition = self.condition(one.holding.condition, stop);
                            let way = self.formulas.both(Maybe::of(matches), condition);
                            ways.entry(level).or_default().push(way);
                        }
                    }
                    Some(carrier) if !base => {
                        let condition = self.condition(one.holding.condition, stop);
                        for &(carried, way) in self.held(carrier, stop, true).iter() {
                            let way = self.formulas.both(way, condition);
                            ways.entry(level.min(carried)).or_default().push(way);
                        }
                    }
                    Some(_) => {}
                }
            }
        }
        let ways: Ways = ways.into_iter().map(|(level, ways)| (level, self.formulas.any(&ways))).collect();
        self.ways.insert((role, stop, base), ways.clone());
        ways
    }

    fn ways(&mut self, role: u32, stop: StopId) -> Ways {
        self.held(role, stop, false)
    }

    /// Whether one who asks certainly holds one of some roles here.
    pub(super) fn holds_one(&mut self, roles: impl IntoIterator<Item = u32>, stop: StopId) -> Lit {
        let mut all = Vec::new();
        for role in roles {
            all.extend(self.ways(role, stop).iter().map(|(_, way)| way.holds));
        }
        self.formulas.or(all)
    }
}

//! The decision: matches, strategy, default, inclusions, requirements (DESIGN, section 2, steps 1 and 4 to 7).
//!
//! Enters: a request. Leaves: a [`Decision`]. Allocates nothing but for the words of an error.

use super::chain::{Chain, EVERYWHERE, FEW_LINKS, Link};
use super::condition::{Facts, Truth, decide_formula};
#[cfg(feature = "compile")]
use super::condition::{Oracle, Values};
use super::ids::{PrincipalId, PrivilegeId, ResourceId};
use super::ledger;
use super::matching::{Match, Place, Says, Situation};
use super::request::{Decision, Request, RequestError};
#[cfg(feature = "compile")]
use super::request::{Principal, Resource, Value};
use super::resolve;
use super::subject::Subject;
use crate::policy::Policy;
use crate::policy::layout::{MAX_CHAIN, MAX_DECISION_DEPTH, Names, Node, Privilege, Rules, Type};
use crate::terms::{PrincipalKind, Reason};
use std::cell::Cell;

/// No opinion.
const NONE: u32 = u32::MAX;

/// Answers a question.
#[inline]
pub(crate) fn decide(policy: &Policy, request: &Request<'_>) -> Result<Decision, RequestError> {
    if !is_plain(request) {
        return decide_any(policy, request);
    }
    let (privilege, holder) = names(policy, request);
    let privilege = privilege.ok_or_else(|| RequestError::UnknownPrivilege(request.privilege.into()))?;
    match policy.known(policy.profile_of(holder, request.principal.anonymous), privilege) {
        Some(decision) => Ok(decision),
        None => decide_plain(policy, Subject::plain(&request.principal, holder), privilege, request.at),
    }
}

/// Answers a question; one that has no answer is answered with no.
#[inline]
pub(crate) fn is_allowed(policy: &Policy, request: &Request<'_>) -> bool {
    if !is_plain(request) {
        return decide_any(policy, request).is_ok_and(Decision::granted);
    }
    let (Some(privilege), holder) = names(policy, request) else { return false };
    match policy.known(policy.profile_of(holder, request.principal.anonymous), privilege) {
        Some(decision) => decision.granted(),
        None => decide_plain(policy, Subject::plain(&request.principal, holder), privilege, request.at)
            .is_ok_and(Decision::granted),
    }
}

/// Whether it is the plainest of questions: a principal with what the policy gives it, no resource and no values. What is
/// decided for it may be remembered.
#[inline]
fn is_plain(request: &Request<'_>) -> bool {
    request.resource.is_none() && request.attributes.is_empty() && !request.principal.supplies()
}

/// The privilege, and whoever asks as a holder.
#[inline]
fn names(policy: &Policy, request: &Request<'_>) -> (Option<u32>, Option<u32>) {
    let privilege = (Names::Privilege, request.privilege);
    let Some((kind, name)) = request.principal.identity else {
        return (policy.find(privilege.0, privilege.1), None);
    };
    match kind {
        PrincipalKind::User => policy.find_both(privilege, (Names::User, name)),
        PrincipalKind::Service => {
            let (privilege, service) = policy.find_both(privilege, (Names::Service, name));
            (privilege, service.map(|id| id + policy.counts().users))
        }
    }
}

/// Decides a plain question, and remembers what does not depend on the time or on who exactly asks.
#[inline(never)]
fn decide_plain(
    policy: &Policy,
    subject: Subject<'_>,
    privilege: u32,
    at: Option<i64>,
) -> Result<Decision, RequestError> {
    if let Some(decision) = ledger::decide(policy, &subject, privilege, None) {
        policy.keep(subject.profile(policy), privilege, decision);
        return Ok(decision);
    }
    decide_walking(policy, subject, privilege, at)
}

#[inline(never)]
fn decide_walking(
    policy: &Policy,
    subject: Subject<'_>,
    privilege: u32,
    at: Option<i64>,
) -> Result<Decision, RequestError> {
    resolve::check_place(policy, privilege, &Chain::NONE)?;
    let (subject, tested) = (&subject, &Cell::new(false));
    let situation = Situation { policy, subject, given: &[], at, assumed: None, tested };
    let decision = situation.decide(privilege, Place { chain: &Chain::NONE, own: true }, 0);
    if !tested.get() {
        policy.keep(subject.profile(policy), privilege, decision);
    }
    Ok(decision)
}

#[inline(never)]
fn decide_any(policy: &Policy, request: &Request<'_>) -> Result<Decision, RequestError> {
    with_situation(policy, request, |situation, privilege, place| situation.decide(privilege, place, 0))
}

/// Answers a question whose names were resolved before.
#[inline]
pub(crate) fn decide_ids(
    policy: &Policy,
    PrincipalId(holder): PrincipalId,
    PrivilegeId(privilege): PrivilegeId,
    resource: Option<ResourceId>,
) -> Result<Decision, RequestError> {
    if resource.is_none()
        && holder < policy.counts().first_group()
        && let Some(decision) = policy.known(policy.profile_of(Some(holder), false), privilege)
    {
        return Ok(decision);
    }
    decide_ids_anew(policy, holder, privilege, resource)
}

fn decide_ids_anew(
    policy: &Policy,
    holder: u32,
    privilege: u32,
    resource: Option<ResourceId>,
) -> Result<Decision, RequestError> {
    if holder >= policy.counts().first_group() || privilege >= policy.counts().privileges {
        return Err(RequestError::UnknownId);
    }
    let subject = Subject::of_holder(holder);
    match resource {
        None => decide_plain(policy, subject, privilege, None),
        Some(ResourceId(node)) if node < policy.count::<Node>() => {
            if let Some(decision) = ledger::decide(policy, &subject, privilege, Some(node)) {
                return Ok(decision);
            }
            resolve::with_node(policy, node, |chain| {
                resolve::check_place(policy, privilege, &chain)?;
                let (subject, tested) = (&subject, &Cell::new(false));
                let situation = Situation { policy, subject, given: &[], at: None, assumed: None, tested };
                Ok(situation.decide(privilege, Place { chain: &chain, own: true }, 0))
            })
        }
        Some(_) => Err(RequestError::UnknownId),
    }
}

/// Answers a question as if tests said what `assumed` says, whatever the values.
#[cfg(feature = "compile")]
pub(crate) fn decide_assuming(
    policy: &Policy,
    request: &Request<'_>,
    assumed: &Oracle<'_>,
) -> Result<Decision, RequestError> {
    let decide = |situation: &Situation<'_>, privilege, place: Place<'_, '_>| {
        Situation { assumed: Some(assumed), ..*situation }.decide(privilege, place, 0)
    };
    with_situation(policy, request, decide)
}

/// What a test says for a principal with these values, on a resource that the policy gives none.
#[cfg(feature = "compile")]
pub(crate) fn test_of(
    policy: &Policy,
    principal: &Principal<'_>,
    given: &[(u32, Value<'_>)],
    at: Option<i64>,
    test: u32,
) -> Truth {
    let tested = Cell::new(false);
    let decided = resolve::with_subject(policy, principal, |subject| {
        let (own_resource, node, assumed) = (true, None, None);
        let values = Values { subject: &subject, given, own_resource, node, at, assumed, tested: &tested };
        Ok(values.test(policy, test))
    });
    decided.unwrap_or(Truth::Undecided)
}

/// A resource on the way up from another: type, id, level, and the node if the policy knows it.
#[cfg(feature = "compile")]
pub(crate) struct Above {
    pub ty: u32,
    pub id: String,
    pub level: u32,
    pub node: Option<u32>,
}

/// A resource and what it lies in, as a decision about it sees them.
#[cfg(feature = "compile")]
pub(crate) fn way_up(policy: &Policy, resource: &Resource<'_>) -> Result<Vec<Above>, RequestError> {
    resolve::with_chain(policy, Some(resource), |chain| Ok(chain.way_up(policy)))
}

/// Resolves the names of a request (step 1) and hands on what came of them.
pub(crate) fn with_situation<T>(
    policy: &Policy,
    request: &Request<'_>,
    answer: impl for<'s, 'c> FnOnce(&Situation<'s>, u32, Place<'s, 'c>) -> T,
) -> Result<T, RequestError> {
    let privilege = resolve::privilege(policy, request.privilege)?;
    let resource = request.resource.as_ref();
    if resource.is_none() {
        resolve::check_place(policy, privilege, &Chain::NONE)?;
    }
    resolve::with_chain(policy, resource, |chain| {
        resolve::check_place(policy, privilege, &chain)?;
        resolve::with_values(policy, &chain, request.attributes, |given| {
            resolve::with_subject(policy, &request.principal, |subject| {
                let tested = Cell::new(false);
                let (at, subject, tested) = (request.at, &subject, &tested);
                let situation = Situation { policy, subject, given, at, assumed: None, tested };
                Ok(answer(&situation, privilege, Place { chain: &chain, own: true }))
            })
        })
    })
}

/// What the matches say together. An opinion is a key: the level, and behind it the rank where that counts; the smallest is
/// the nearest.
#[derive(Clone, Copy)]
pub(super) struct Opinions {
    bypass: bool,
    grant: u32,
    deny: u32,
    undecided: bool,
}

impl Opinions {
    /// Nothing said.
    pub(super) const NONE: Opinions = Opinions { bypass: false, grant: NONE, deny: NONE, undecided: false };

    /// Adds what is said at a level, by somebody of a rank.
    #[inline]
    pub(super) fn add(&mut self, rules: Rules, says: Says, (level, rank): (u32, u32), truth: Truth) {
        let key = level << 2 | if rules.by_rank() { rank } else { 0 };
        let Says { grant, deny, bypass } = says;
        // A condition that can't be decided: a deny applies, what gives does not.
        if truth == Truth::Undecided {
            self.undecided = true;
        } else {
            self.bypass |= bypass;
            if grant {
                self.grant = self.grant.min(key);
            }
        }
        if deny {
            self.deny = self.deny.min(key);
        }
    }

    /// Grants or denies, and at which key; `None`: no opinion.
    fn resolve(&self, rules: Rules) -> Option<(bool, u32)> {
        let deny_wins = if rules.by_level() { self.deny <= self.grant } else { !rules.grant_overrides() };
        match (self.grant, self.deny) {
            (NONE, NONE) => None,
            (grant, NONE) => Some((true, grant)),
            (NONE, deny) => Some((false, deny)),
            (_, deny) if deny_wins => Some((false, deny)),
            (grant, _) => Some((true, grant)),
        }
    }
}

/// What steps 4 to 6 say, before inclusions and requirements.
#[derive(Clone, Copy)]
pub(crate) struct Verdict {
    pub decision: Decision,
    /// The level of what decided, and its rank where the strategy looks at ranks; `None` for bypass and default.
    pub level: Option<u32>,
    pub rank: Option<u32>,
}

impl Verdict {
    /// What follows from opinions.
    #[inline]
    pub(super) fn of(
        opinions: &Opinions,
        rules: Rules,
        has_resource: bool,
        is_in_class: impl FnOnce(u32) -> bool,
        is_listed: impl FnOnce() -> bool,
    ) -> Verdict {
        let undecided = opinions.undecided;
        let verdict = |reason, level, rank| Verdict { decision: Decision { reason, undecided }, level, rank };
        if opinions.bypass {
            return verdict(Reason::Bypass, None, None);
        }
        if let Some((grants, key)) = opinions.resolve(rules) {
            let level = key >> 2;
            let explicit = if has_resource { level == 0 } else { level == EVERYWHERE };
            let reason = match (grants, explicit) {
                (true, true) => Reason::ExplicitGrant,
                (true, false) => Reason::InheritedGrant,
                (false, true) => Reason::ExplicitDeny,
                (false, false) => Reason::InheritedDeny,
            };
            return verdict(reason, Some(level), rules.by_rank().then_some(key & 3));
        }
        let by_default = rules.grants_by_default()
            && is_in_class(rules.default_class())
            && !(rules.when_unlisted() && is_listed());
        verdict(if by_default { Reason::DefaultGrant } else { Reason::DefaultDeny }, None, None)
    }
}

impl<'a> Situation<'a> {
    /// Default and strategy at a place.
    pub(crate) fn rules(&self, chain: &Chain<'_>) -> Rules {
        match chain.has_resource() {
            false => Rules(self.policy.counts().rules),
            true => Rules(self.policy.record::<Type>(chain.ty()).rules),
        }
    }

    /// Steps 4 to 6.
    pub(crate) fn verdict(&self, privilege: u32, place: Place<'a, '_>) -> Verdict {
        let (policy, rules) = (self.policy, self.rules(place.chain));
        let opinions = ledger::opinions(policy, self.subject, privilege, rules, place.chain);
        let opinions = opinions.unwrap_or_else(|| self.walked(privilege, rules, place));
        let is_listed = || place.chain.nodes().any(|(node, _)| policy.up(node).is_listed());
        let is_in_class = |class| self.subject.is_in_class(class);
        Verdict::of(&opinions, rules, place.chain.has_resource(), is_in_class, is_listed)
    }

    /// What all entries say that apply.
    #[inline(never)]
    fn walked(&self, privilege: u32, rules: Rules, place: Place<'a, '_>) -> Opinions {
        let mut opinions = Opinions::NONE;
        let mut add = |Match { says, level, rank, truth, .. }| {
            opinions.add(rules, says, (level, rank as u32), truth);
        };
        self.visit(place, privilege, &mut add);
        opinions
    }

    /// Where a privilege that this one needs is decided (step 7): on the resource, on its nearest ancestor of a type that the
    /// privilege is asked on, or without a resource. `None`: there is no such ancestor.
    pub(crate) fn elsewhere<T>(
        &self,
        privilege: u32,
        place: Place<'a, '_>,
        then: impl for<'x> FnOnce(Option<Place<'x, 'x>>) -> T,
    ) -> T {
        let asked_on = self.policy.list(self.policy.record::<Privilege>(privilege).on);
        if asked_on.is_empty() {
            return then(Some(if place.chain.has_resource() {
                Place { chain: &Chain::NONE, own: false }
            } else {
                place
            }));
        }
        match place.chain.nearest(self.policy, asked_on) {
            None => then(None),
            Some(0) => then(Some(place)),
            Some(at) if place.chain.links().len() <= FEW_LINKS => {
                self.above(at, place, &mut [Link::EMPTY; FEW_LINKS], then)
            }
            Some(at) => self.far_above(at, place, then),
        }
    }

    #[cold]
    #[inline(never)]
    fn far_above<T>(
        &self,
        at: usize,
        place: Place<'a, '_>,
        then: impl for<'x> FnOnce(Option<Place<'x, 'x>>) -> T,
    ) -> T {
        self.above(at, place, &mut [Link::EMPTY; MAX_CHAIN], then)
    }

    fn above<T>(
        &self,
        at: usize,
        place: Place<'a, '_>,
        room: &mut [Link<'a>],
        then: impl for<'x> FnOnce(Option<Place<'x, 'x>>) -> T,
    ) -> T {
        match place.chain.from(self.policy, at, room) {
            None => then(None),
            Some(chain) => then(Some(Place { chain: &chain, own: false })),
        }
    }

    /// Decides a privilege that another one needs.
    pub(crate) fn decide_needed(&self, privilege: u32, place: Place<'a, '_>, depth: u32) -> Decision {
        // The layout bounds the depth; a policy that breaks it was never loaded.
        if depth > MAX_DECISION_DEPTH {
            return Decision { reason: Reason::MissingRequirement, undecided: false };
        }
        self.elsewhere(privilege, place, |place| match place {
            Some(place) => self.decide(privilege, place, depth),
            None => Decision { reason: Reason::DefaultDeny, undecided: false },
        })
    }

    /// Decides a privilege in full.
    pub(crate) fn decide(&self, privilege: u32, place: Place<'a, '_>, depth: u32) -> Decision {
        let mut decision = self.verdict(privilege, place).decision;
        if !decision.granted() {
            return decision;
        }
        let Privilege { includes, requires, .. } = self.policy.record(privilege);
        // The empty list is number 0.
        let included = if includes == 0 { None } else { Some(self.policy.list(includes).iter()) };
        for included in included.into_iter().flatten() {
            let needed = self.decide_needed(included, place, depth + 1);
            if !needed.granted() {
                let undecided = decision.undecided || needed.undecided;
                return Decision { reason: needed.reason, undecided };
            }
        }
        if requires != 0 {
            let mut facts = Requirement { situation: self, place, depth };
            match decide_formula(self.policy, requires, &mut facts) {
                Truth::True => {}
                truth => {
                    decision.reason = Reason::MissingRequirement;
                    decision.undecided |= truth == Truth::Undecided;
                }
            }
        }
        decision
    }
}

/// The facts of a requirement formula.
struct Requirement<'s, 'a, 'c> {
    situation: &'s Situation<'a>,
    place: Place<'a, 'c>,
    depth: u32,
}

impl Facts for Requirement<'_, '_, '_> {
    fn test(&mut self, _: &Policy, test: u32) -> Truth {
        self.situation.values(self.place).test(self.situation.policy, test)
    }

    fn privilege(&mut self, _: &Policy, privilege: u32) -> bool {
        self.situation.decide_needed(privilege, self.place, self.depth + 1).granted()
    }
}

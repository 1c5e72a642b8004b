//! The decision: matches, strategy, default, inclusions, requirements (DESIGN, section 2, steps 1 and 4 to 7).
//!
//! Enters: a request. Leaves: a [`Decision`]. Allocates nothing but for the words of an error.

use super::chain::{Chain, EVERYWHERE};
use super::condition::{Facts, Truth, decide_formula, fits};
use super::matching::{Match, Place, Situation};
use super::request::{Decision, Request, RequestError, Value};
use super::subject::Subject;
use crate::policy::Policy;
use crate::policy::layout::{Entry, MAX_ATTRIBUTES, MAX_DECISION_DEPTH, Names, Node, Privilege, Rules, Type};
use crate::terms::{AttributeRoot, Reason};

/// No opinion.
const NONE: u32 = u32::MAX;

/// Answers a question.
pub(crate) fn decide(policy: &Policy, request: &Request<'_>) -> Result<Decision, RequestError> {
    with_situation(policy, request, |situation, privilege, place| situation.decide(privilege, place, 0))
}

/// Answers a question as if tests said what `assumed` says, whatever the values.
#[cfg(feature = "compile")]
pub(crate) fn decide_assuming(
    policy: &Policy,
    request: &Request<'_>,
    assumed: &dyn Fn(u32) -> Truth,
) -> Result<Decision, RequestError> {
    let decide = |situation: &Situation<'_>, privilege, place: Place<'_, '_>| {
        Situation { assumed: Some(assumed), ..*situation }.decide(privilege, place, 0)
    };
    with_situation(policy, request, decide)
}

/// Resolves the names of a request (step 1) and hands on what came of them.
pub(crate) fn with_situation<'a, T>(
    policy: &'a Policy,
    request: &'a Request<'a>,
    answer: impl for<'s, 'c> FnOnce(&Situation<'s>, u32, Place<'s, 'c>) -> T,
) -> Result<T, RequestError> {
    let name = request.privilege;
    let unknown = || RequestError::UnknownPrivilege(name.into());
    let privilege = policy.find(Names::Privilege, &[], name).ok_or_else(unknown)?;
    let asked_on = policy.list(policy.record::<Privilege>(privilege).on);
    let chain = match &request.resource {
        None if asked_on.is_empty() => Chain::none(),
        None => return Err(RequestError::MissingResource(name.into())),
        Some(resource) => {
            let chain = Chain::of(policy, resource)?;
            if asked_on.is_empty() {
                return Err(RequestError::SuperfluousResource(name.into()));
            }
            if !asked_on.iter().any(|ty| ty == chain.ty()) {
                let ty = resource.ty.into();
                return Err(RequestError::WrongResourceType { privilege: name.into(), ty });
            }
            chain
        }
    };
    let mut given = [(NONE, Value::Bool(false)); MAX_ATTRIBUTES];
    if request.attributes.len() > given.len() {
        return Err(RequestError::TooManyAttributes);
    }
    for (place, attribute) in given.iter_mut().zip(request.attributes) {
        *place = (check_attribute(policy, &chain, attribute)?, attribute.value);
    }
    let given = given.get(..request.attributes.len()).unwrap_or_default();
    let subject = Subject::of(policy, &request.principal)?;
    let situation = Situation { policy, subject: &subject, given, at: request.at, assumed: None };
    Ok(answer(&situation, privilege, Place { chain: &chain, own: true }))
}

/// The number of an attribute of a request, if it is declared and its value fits.
fn check_attribute(
    policy: &Policy,
    chain: &Chain<'_>,
    attribute: &super::request::Attribute<'_>,
) -> Result<u32, RequestError> {
    let (root, ty) = match attribute.root {
        AttributeRoot::Principal => ("principal", 0),
        AttributeRoot::Context => ("context", 0),
        AttributeRoot::Resource => ("resource", chain.ty().wrapping_add(1)),
    };
    let path = || format!("{root}.{}", attribute.name).into();
    if attribute.root == AttributeRoot::Resource && !chain.has_resource() {
        return Err(RequestError::AttributeWithoutResource(path()));
    }
    let name = policy.find_attribute(attribute.root, attribute.name);
    let name = name.ok_or_else(|| RequestError::UnknownAttribute(path()))?;
    let declared = policy.attribute_of(name, ty).ok_or_else(|| RequestError::UnknownAttribute(path()))?;
    if fits(policy, &attribute.value, declared.value_type) {
        Ok(name)
    } else {
        Err(RequestError::WrongAttributeType(path()))
    }
}

/// What the matches say together. An opinion is a key: the level, and behind it the rank where that counts; the smallest is
/// the nearest.
#[derive(Clone, Copy)]
struct Opinions {
    bypass: bool,
    grant: u32,
    deny: u32,
    undecided: bool,
}

impl Opinions {
    fn add(&mut self, policy: &Policy, rules: Rules, privilege: u32, found: Match) {
        let rank = if rules.by_rank() { found.rank as u32 } else { 0 };
        let key = found.level << 2 | rank;
        let entry: Entry = policy.record(found.entry);
        // A condition that can't be decided: a deny applies, what gives does not.
        if found.truth == Truth::Undecided {
            self.undecided = true;
        } else {
            self.bypass |= policy.bit(entry.bypass, privilege);
            if key < self.grant && policy.bit(entry.grant, privilege) {
                self.grant = key;
            }
        }
        if key < self.deny && policy.bit(entry.deny, privilege) {
            self.deny = key;
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
        let rules = self.rules(place.chain);
        let mut opinions = Opinions { bypass: false, grant: NONE, deny: NONE, undecided: false };
        self.visit(place, privilege, &mut |found| opinions.add(self.policy, rules, privilege, found));
        let undecided = opinions.undecided;
        let verdict = |reason, level, rank| Verdict { decision: Decision { reason, undecided }, level, rank };
        if opinions.bypass {
            return verdict(Reason::Bypass, None, None);
        }
        if let Some((grants, key)) = opinions.resolve(rules) {
            let level = key >> 2;
            let explicit = if place.chain.has_resource() { level == 0 } else { level == EVERYWHERE };
            let reason = match (grants, explicit) {
                (true, true) => Reason::ExplicitGrant,
                (true, false) => Reason::InheritedGrant,
                (false, true) => Reason::ExplicitDeny,
                (false, false) => Reason::InheritedDeny,
            };
            return verdict(reason, Some(level), rules.by_rank().then_some(key & 3));
        }
        let listed = |(node, _)| self.policy.record::<Node>(node).listed == 1;
        let by_default = rules.grants_by_default()
            && self.subject.is_in_class(rules.default_class())
            && !(rules.when_unlisted() && place.chain.nodes().any(listed));
        verdict(if by_default { Reason::DefaultGrant } else { Reason::DefaultDeny }, None, None)
    }

    /// Where a privilege that this one needs is decided (step 7): on the resource, on its nearest ancestor of a type that the
    /// privilege is asked on, or without a resource. `None`: there is no such ancestor.
    pub(crate) fn elsewhere<T>(
        &self,
        privilege: u32,
        place: Place<'a, '_>,
        then: impl FnOnce(Option<Place<'a, '_>>) -> T,
    ) -> T {
        let asked_on = self.policy.list(self.policy.record::<Privilege>(privilege).on);
        if asked_on.is_empty() {
            let none = Chain::none();
            return then(Some(if place.chain.has_resource() {
                Place { chain: &none, own: false }
            } else {
                place
            }));
        }
        match place.chain.nearest(asked_on) {
            None => then(None),
            Some(0) => then(Some(place)),
            Some(at) => match place.chain.from(self.policy, at) {
                None => then(None),
                Some(chain) => then(Some(Place { chain: &chain, own: false })),
            },
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
        for included in self.policy.list(includes).iter() {
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

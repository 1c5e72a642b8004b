//! Many questions of one principal.
//!
//! Enters: a principal, and if wanted a resource, values and a time. Leaves: a [`Session`] that has all of them resolved. It
//! decides by the same walk as every question, and remembers what that said: principal, resource, values and time of a session
//! never change, so neither does a decision.

use super::chain::{Chain, Link};
use super::ids::{PrivilegeId, ResourceId};
use super::ledger;
use super::matching::{Place, Situation};
use super::memo::Memo;
use super::request::{Attribute, Decision, Principal, RequestError, Resource, Value};
use super::resolve;
use super::subject::{Rank, Subject};
use crate::policy::Policy;
use crate::policy::layout::{Holder, MAX_ATTRIBUTES, Node};
use crate::terms::AttributeRoot;
use std::cell::Cell;
use std::fmt;

/// A principal whose groups and roles are resolved once, for many questions.
///
/// [`Policy::session`] opens one, and that allocates; asking does not. The first question for a privilege is decided as every
/// other; from then on it is a look at one byte. A session is `Send` and `Sync`.
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use policyc::{Principal, Resource, compile};
/// # use policyc::source::{Format, Sources};
/// # let mut sources = Sources::new();
/// # sources.add("a.policy", Format::Policy, "
/// #     resource shop
/// #     category till on shop { till.open till.close till.audit }
/// #     role clerk { grant till.open, till.close }
/// #     user ann
/// #     assign clerk to user:ann on shop:north
/// # ");
/// # let policy = compile(&sources).policy.unwrap();
/// let session = policy.session(&Principal::user("ann"))?;
/// let close = policy.privilege("till.close").unwrap();
///
/// // Many resources:
/// let shops = [Resource::new("shop", "north"), Resource::new("shop", "south")];
/// let decisions: Result<Vec<_>, _> = session.decide_all(close, &shops).collect();
/// assert_eq!(decisions?.iter().map(|decision| decision.granted()).collect::<Vec<_>>(), [true, false]);
///
/// // Many privileges on one resource:
/// let north = session.on(&shops[0])?;
/// assert!(north.is_allowed(close));
/// let names: Vec<_> = north.privileges().filter_map(|id| policy.privilege_name(id)).collect();
/// assert_eq!(names, ["till.close", "till.open"]);
/// # }
/// # Ok::<(), policyc::RequestError>(())
/// ```
pub struct Session<'a> {
    policy: &'a Policy,
    who: Who<'a>,
    /// The resource and what it lies in; empty without one.
    links: Box<[Link<'a>]>,
    ancestors: &'a [(&'a str, &'a str)],
    /// Values of principal and context, behind them those of the resource.
    given: Vec<(u32, Value<'a>)>,
    /// How many belong to principal and context.
    plain: usize,
    at: Option<i64>,
    /// By privilege.
    memo: Memo,
}

/// The principal of a session.
#[derive(Clone)]
struct Who<'a> {
    /// Without what it supplies.
    subject: Subject<'a>,
    groups: Box<[u32]>,
    roles: Box<[u32]>,
    /// What it matches, but for what neither has entries nor holds roles.
    holders: Box<[(u32, Rank)]>,
}

impl<'a> Who<'a> {
    fn of(policy: &Policy, principal: &Principal<'a>) -> Result<Who<'a>, RequestError> {
        let (groups, roles, mut holders): (_, _, Vec<(u32, Rank)>) =
            resolve::with_subject(policy, principal, |subject| {
                let mut holders = Vec::new();
                subject.for_matched(policy, |holder, rank| holders.push((holder, rank)));
                Ok((subject.supplied_groups().into(), subject.supplied_roles().into(), holders))
            })?;
        holders.sort_unstable();
        holders.dedup();
        holders.retain(|&(holder, _)| {
            let Holder { entries, entries_end, holdings, holdings_end, .. } = policy.record(holder);
            entries < entries_end || holdings < holdings_end
        });
        Ok(Who { subject: Subject::alone(policy, principal), groups, roles, holders: holders.into() })
    }

    fn subject(&self) -> Subject<'_> {
        self.subject.with(&self.groups, &self.roles, &self.holders)
    }
}

impl<'a> Session<'a> {
    pub(crate) fn open(policy: &'a Policy, principal: &Principal<'a>) -> Result<Session<'a>, RequestError> {
        Ok(Session {
            policy,
            who: Who::of(policy, principal)?,
            links: Box::default(),
            ancestors: &[],
            given: Vec::new(),
            plain: 0,
            at: None,
            memo: Session::memo(policy),
        })
    }

    fn memo(policy: &Policy) -> Memo {
        Memo::new(policy.counts().privileges as usize)
    }

    /// The same principal, values and time, for questions on a resource. Values of another resource are left out.
    ///
    /// # Errors
    ///
    /// When the policy has no such type, or other ancestors for it.
    pub fn on(&self, resource: &Resource<'a>) -> Result<Session<'a>, RequestError> {
        let links = resolve::links_of(self.policy, resource)?;
        Ok(self.at_place(links, resource.ancestors))
    }

    /// As [`Session::on`], for a resource that the policy knows.
    ///
    /// # Errors
    ///
    /// When the id is out of range.
    pub fn on_id(&self, ResourceId(node): ResourceId) -> Result<Session<'a>, RequestError> {
        if node >= self.policy.count::<Node>() {
            return Err(RequestError::UnknownId);
        }
        let links = resolve::links_of_node(self.policy, node)?;
        Ok(self.at_place(links, &[]))
    }

    fn at_place(&self, links: Box<[Link<'a>]>, ancestors: &'a [(&'a str, &'a str)]) -> Session<'a> {
        Session {
            policy: self.policy,
            who: self.who.clone(),
            links,
            ancestors,
            given: self.plain().to_vec(),
            plain: self.plain,
            at: self.at,
            memo: Session::memo(self.policy),
        }
    }

    /// Carries values, instead of those it carried.
    ///
    /// # Errors
    ///
    /// When the policy does not declare one, or with another type, or there are more than 64.
    pub fn with(self, attributes: &[Attribute<'a>]) -> Result<Session<'a>, RequestError> {
        if attributes.len() > MAX_ATTRIBUTES {
            return Err(RequestError::TooManyAttributes);
        }
        let of_resource = |attribute: &&Attribute<'a>| attribute.root == AttributeRoot::Resource;
        let number = |attribute: &Attribute<'a>| {
            Ok((resolve::check_attribute(self.policy, &self.chain(), attribute)?, attribute.value))
        };
        let plain = attributes.iter().filter(|attribute| !of_resource(attribute)).map(number);
        let mut given: Vec<_> = plain.collect::<Result<_, RequestError>>()?;
        let plain = given.len();
        for attribute in attributes.iter().filter(of_resource) {
            given.push(number(attribute)?);
        }
        Ok(Session { given, plain, memo: Session::memo(self.policy), ..self })
    }

    /// Says when, in microseconds since 1970-01-01T00:00:00Z. Without it, bounds of time can't be decided.
    #[must_use]
    pub fn at(self, microseconds: i64) -> Session<'a> {
        Session { at: Some(microseconds), memo: Session::memo(self.policy), ..self }
    }

    /// Decides a privilege, on the session's resource if it has one.
    ///
    /// # Errors
    ///
    /// When the id is out of range, or the privilege is not asked on such a resource, or none.
    #[inline]
    pub fn decide(&self, PrivilegeId(privilege): PrivilegeId) -> Result<Decision, RequestError> {
        match self.memo.get(privilege as usize) {
            Some(decision) => Ok(decision),
            None => self.decide_anew(privilege),
        }
    }

    /// Decides a privilege; a question that has no answer is answered with no.
    #[must_use]
    #[inline]
    pub fn is_allowed(&self, privilege: PrivilegeId) -> bool {
        self.decide(privilege).is_ok_and(Decision::granted)
    }

    /// Decides a privilege on a resource, whatever the session's own. Values of the session's own resource do not count.
    ///
    /// # Errors
    ///
    /// As [`Session::on`] and [`Session::decide`].
    pub fn decide_on(
        &self,
        privilege: PrivilegeId,
        resource: &Resource<'_>,
    ) -> Result<Decision, RequestError> {
        let PrivilegeId(privilege) = self.known(privilege)?;
        resolve::with_chain(self.policy, Some(resource), |chain| {
            self.decide_at(privilege, &chain, self.plain())
        })
    }

    /// As [`Session::decide_on`], for a resource that the policy knows.
    ///
    /// # Errors
    ///
    /// When an id is out of range, or the privilege is not asked on such a resource.
    pub fn decide_on_id(
        &self,
        privilege: PrivilegeId,
        ResourceId(node): ResourceId,
    ) -> Result<Decision, RequestError> {
        let PrivilegeId(privilege) = self.known(privilege)?;
        if node >= self.policy.count::<Node>() {
            return Err(RequestError::UnknownId);
        }
        if let Some(decision) = ledger::decide(self.policy, &self.who.subject(), privilege, Some(node)) {
            return Ok(decision);
        }
        resolve::with_node(self.policy, node, |chain| self.decide_at(privilege, &chain, self.plain()))
    }

    /// Decides a privilege on many resources, in their order, as [`Session::decide_on`] does each. Allocates nothing.
    pub fn decide_all<'s>(
        &'s self,
        privilege: PrivilegeId,
        resources: &'s [Resource<'s>],
    ) -> impl ExactSizeIterator<Item = Result<Decision, RequestError>> + 's {
        resources.iter().map(move |resource| self.decide_on(privilege, resource))
    }

    /// The privileges that it holds: those asked on the session's resource, or without one. Sorted by name.
    pub fn privileges(&self) -> impl Iterator<Item = PrivilegeId> + '_ {
        let chain = self.chain();
        let asked = move |id: &u32| resolve::is_asked(self.policy, *id, &chain);
        let all = (0..self.policy.counts().privileges).filter(asked);
        all.map(PrivilegeId).filter(|&privilege| self.is_allowed(privilege))
    }

    fn known(&self, privilege: PrivilegeId) -> Result<PrivilegeId, RequestError> {
        if privilege.0 < self.policy.counts().privileges {
            Ok(privilege)
        } else {
            Err(RequestError::UnknownId)
        }
    }

    /// Values that belong to no resource.
    fn plain(&self) -> &[(u32, Value<'a>)] {
        self.given.get(..self.plain).unwrap_or_default()
    }

    fn chain(&self) -> Chain<'_> {
        Chain::from_parts(self.policy, &self.links, self.ancestors)
    }

    #[cold]
    #[inline(never)]
    fn decide_anew(&self, privilege: u32) -> Result<Decision, RequestError> {
        self.known(PrivilegeId(privilege))?;
        let decision = self.decide_at(privilege, &self.chain(), &self.given)?;
        self.memo.put(privilege as usize, decision);
        Ok(decision)
    }

    fn decide_at(
        &self,
        privilege: u32,
        chain: &Chain<'_>,
        given: &[(u32, Value<'_>)],
    ) -> Result<Decision, RequestError> {
        resolve::check_place(self.policy, privilege, chain)?;
        let (subject, tested) = (self.who.subject(), Cell::new(false));
        let (policy, subject, tested) = (self.policy, &subject, &tested);
        let situation = Situation { policy, subject, given, at: self.at, assumed: None, tested };
        Ok(situation.decide(privilege, Place { chain, own: true }, 0))
    }
}

impl Clone for Session<'_> {
    /// Another one that decides alike, and finds out for itself.
    fn clone(&self) -> Self {
        Session {
            policy: self.policy,
            who: self.who.clone(),
            links: self.links.clone(),
            ancestors: self.ancestors,
            given: self.given.clone(),
            plain: self.plain,
            at: self.at,
            memo: Session::memo(self.policy),
        }
    }
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resource = self.chain().resource(self.policy).map(|(_, id)| id);
        f.debug_struct("Session")
            .field("identity", &self.who.subject.identity(self.policy))
            .field("resource", &resource)
            .finish_non_exhaustive()
    }
}

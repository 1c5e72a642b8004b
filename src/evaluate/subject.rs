//! Who asks: everything that entries can be written for and that the principal of a question matches.
//!
//! Enters: the principal of a request. Leaves: a [`Subject`], its names resolved once (DESIGN, section 2, step 2).

use super::request::{Principal, RequestError};
use crate::policy::Policy;
use crate::policy::layout::{Holder, Names};
use crate::terms::PrincipalKind;

/// How specific a principal is; a lower rank beats a higher one under `most-specific`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Identity = 0,
    Group = 1,
    Role = 2,
    Class = 3,
}

/// Supplied groups and roles that most principals do not exceed; room for more is made only where they do.
pub(crate) const FEW_SUPPLIED: usize = 64;

/// The principal of a question.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// Kind and name, as a request gave them.
    identity: Option<(PrincipalKind, &'a str)>,
    /// The user or service as a holder, if the policy knows it.
    pub holder: Option<u32>,
    /// The class besides `anyone`: 1 authenticated, 2 anonymous.
    class: u32,
    /// Holders of supplied groups that the policy knows.
    supplied_groups: &'a [u32],
    /// Holders of supplied roles that the policy knows.
    supplied_roles: &'a [u32],
    /// Supplied groups by name; values of attributes may name one that the policy does not know.
    group_names: &'a [&'a str],
    /// All that it matches and that matters, where somebody has found out before.
    found: Option<&'a [(u32, Rank)]>,
}

impl<'a> Subject<'a> {
    /// Resolves the names of a principal; those that the policy does not know are left out. What it supplies goes into the
    /// room, of which it takes no more than it has names.
    pub(crate) fn of<'r>(
        policy: &Policy,
        principal: &Principal<'a>,
        room: &'r mut [u32],
    ) -> Result<Subject<'r>, RequestError>
    where
        'a: 'r,
    {
        let counts = policy.counts();
        let holder = Subject::holder_of(policy, principal);
        let mut length = 0;
        let mut add = |holder: u32| {
            let place = room.get_mut(length).ok_or(RequestError::TooManySupplied)?;
            *place = holder;
            length += 1;
            Ok(length)
        };
        let mut groups = 0;
        for group in principal.groups.iter().filter_map(|name| policy.find(Names::Group, name)) {
            groups = add(counts.first_group() + group)?;
        }
        for role in principal.roles.iter().filter_map(|name| policy.find(Names::Role, name)) {
            add(counts.first_role() + role)?;
        }
        let (supplied_groups, supplied_roles) =
            room.get(..length).unwrap_or_default().split_at_checked(groups).unwrap_or_default();
        Ok(Subject {
            identity: principal.identity,
            holder,
            class: if principal.anonymous { 2 } else { 1 },
            supplied_groups,
            supplied_roles,
            group_names: principal.groups,
            found: None,
        })
    }

    /// A principal that supplies nothing, with what the policy gives it if it knows it.
    #[inline]
    pub(crate) fn plain(principal: &Principal<'a>, holder: Option<u32>) -> Subject<'a> {
        Subject {
            identity: principal.identity,
            holder,
            class: if principal.anonymous { 2 } else { 1 },
            supplied_groups: &[],
            supplied_roles: &[],
            group_names: &[],
            found: None,
        }
    }

    /// A user or service that the policy knows, with what the policy gives it.
    pub(crate) fn of_holder(holder: u32) -> Subject<'a> {
        Subject::plain(&Principal::somebody(), Some(holder))
    }

    /// The user or service as a holder, if the policy knows it.
    #[inline]
    pub(crate) fn holder_of(policy: &Policy, principal: &Principal<'_>) -> Option<u32> {
        match principal.identity? {
            (PrincipalKind::User, name) => policy.find(Names::User, name),
            (PrincipalKind::Service, name) => {
                policy.find(Names::Service, name).map(|id| id + policy.counts().users)
            }
        }
    }

    /// Kind and name, where there is one.
    pub(crate) fn identity(&self, policy: &'a Policy) -> Option<(PrincipalKind, &'a str)> {
        // Few conditions ask, so the name of a known one is read only here.
        let name = |holder: u32| match holder.checked_sub(policy.counts().users) {
            None => (PrincipalKind::User, policy.name(Names::User, holder)),
            Some(service) => (PrincipalKind::Service, policy.name(Names::Service, service)),
        };
        self.identity.or_else(|| self.holder.map(name))
    }

    /// The profile of what the policy gives it.
    pub(crate) fn profile(&self, policy: &Policy) -> u32 {
        policy.profile_of(self.holder, self.class == 2)
    }

    /// Whether it is in the class: 0 anyone, 1 authenticated, 2 anonymous.
    pub(crate) fn is_in_class(&self, class: u32) -> bool {
        class == 0 || class == self.class
    }

    /// The principal of a request without what it supplies but the names of groups.
    pub(crate) fn alone(policy: &Policy, principal: &Principal<'a>) -> Subject<'a> {
        let holder = Subject::holder_of(policy, principal);
        Subject { group_names: principal.groups, ..Subject::plain(principal, holder) }
    }

    /// The same one with what it supplies, and with what it matches in all.
    pub(crate) fn with<'s>(
        &self,
        supplied_groups: &'s [u32],
        supplied_roles: &'s [u32],
        found: &'s [(u32, Rank)],
    ) -> Subject<'s>
    where
        'a: 's,
    {
        Subject { supplied_groups, supplied_roles, found: Some(found), ..*self }
    }

    /// Supplied groups, as holders.
    pub(crate) fn supplied_groups(&self) -> &[u32] {
        self.supplied_groups
    }

    /// Supplied roles, as holders.
    pub(crate) fn supplied_roles(&self) -> &[u32] {
        self.supplied_roles
    }

    /// Every holder that it matches, supplied roles included, but for classes that nothing is written for. A group that it is in
    /// more than once may come more than once.
    #[inline]
    pub(crate) fn for_matched(&self, policy: &Policy, mut matched: impl FnMut(u32, Rank)) {
        let counts = policy.counts();
        if let Some(holder) = self.holder {
            matched(holder, Rank::Identity);
        }
        for member in self.holder.iter().chain(self.supplied_groups) {
            let Holder { groups, .. } = policy.record(*member);
            // Most are in none; the empty list is number 0.
            if groups != 0 {
                let groups = policy.list(groups).iter();
                groups.for_each(|group| matched(counts.first_group() + group, Rank::Group));
            }
        }
        for class in [0, self.class] {
            if policy.has_class(class) {
                matched(counts.first_class() + class, Rank::Class);
            }
        }
        self.supplied_roles.iter().for_each(|&role| matched(role, Rank::Role));
    }

    /// The holders whose ledgers have all that it matches: itself, or what holds for whoever is not known, and all that it supplies.
    #[inline]
    pub(crate) fn members(&self, policy: &Policy) -> impl Iterator<Item = u32> + '_ {
        let known = self.holder.unwrap_or(policy.counts().first_class() + self.class);
        let supplied = self.supplied_groups.iter().chain(self.supplied_roles).copied();
        std::iter::once(known).chain(supplied)
    }

    /// What was found out before.
    pub(crate) fn found(&self) -> Option<&'a [(u32, Rank)]> {
        self.found
    }

    /// Whether it is in an enabled group of that name, declared or supplied.
    pub(crate) fn is_in_group(&self, policy: &Policy, name: &str) -> bool {
        match policy.find(Names::Group, name) {
            None => self.group_names.contains(&name),
            Some(group) => {
                let mut members = self.holder.iter().chain(self.supplied_groups);
                members.any(|&member| {
                    let Holder { groups, .. } = policy.record(member);
                    policy.list(groups).iter().any(|known| known == group)
                })
            }
        }
    }
}

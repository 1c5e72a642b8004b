//! Who asks: everything that entries can be written for and that the principal of a question matches.
//!
//! Enters: the principal of a request. Leaves: a [`Subject`], its names resolved once (DESIGN, section 2, step 2).

use super::request::{Principal, RequestError};
use crate::policy::Policy;
use crate::policy::layout::{Holder, MAX_SUPPLIED, Names};
use crate::terms::PrincipalKind;

/// How specific a principal is; a lower rank beats a higher one under `most-specific`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Identity = 0,
    Group = 1,
    Role = 2,
    Class = 3,
}

/// The principal of a question.
pub(crate) struct Subject<'a> {
    /// Kind and name, where there is one.
    pub identity: Option<(PrincipalKind, &'a str)>,
    /// The user or service as a holder, if the policy knows it.
    pub holder: Option<u32>,
    /// The class besides `anyone`: 1 authenticated, 2 anonymous.
    class: u32,
    /// Holders of supplied groups and roles that the policy knows.
    supplied: Supplied,
    /// Supplied groups by name; values of attributes may name one that the policy does not know.
    group_names: &'a [&'a str],
}

/// Supplied groups and roles. Nobody pays for the room who supplies none.
#[expect(
    clippy::large_enum_variant,
    reason = "a question has one, on its stack; the room is filled only if used"
)]
enum Supplied {
    None,
    Some { holders: [u32; MAX_SUPPLIED], groups: usize, length: usize },
}

impl<'a> Subject<'a> {
    /// Resolves the names of a principal; those that the policy does not know are left out.
    pub(crate) fn of(policy: &Policy, principal: &Principal<'a>) -> Result<Subject<'a>, RequestError> {
        let counts = policy.counts();
        let holder = principal.identity.and_then(|(kind, name)| match kind {
            PrincipalKind::User => policy.find(Names::User, &[], name),
            PrincipalKind::Service => policy.find(Names::Service, &[], name).map(|id| id + counts.users),
        });
        let class = if principal.anonymous { 2 } else { 1 };
        let identity = principal.identity;
        let group_names = principal.groups;
        let mut subject = Subject { identity, holder, class, supplied: Supplied::None, group_names };
        if principal.groups.is_empty() && principal.roles.is_empty() {
            return Ok(subject);
        }
        let (mut holders, mut length) = ([0; MAX_SUPPLIED], 0);
        let mut add = |holder: u32| {
            let place = holders.get_mut(length).ok_or(RequestError::TooManySupplied)?;
            *place = holder;
            length += 1;
            Ok(())
        };
        let mut groups = 0;
        for group in principal.groups.iter().filter_map(|name| policy.find(Names::Group, &[], name)) {
            add(counts.first_group() + group)?;
            groups += 1;
        }
        for role in principal.roles.iter().filter_map(|name| policy.find(Names::Role, &[], name)) {
            add(counts.first_role() + role)?;
        }
        subject.supplied = Supplied::Some { holders, groups, length };
        Ok(subject)
    }

    /// Whether it is in the class: 0 anyone, 1 authenticated, 2 anonymous.
    pub(crate) fn is_in_class(&self, class: u32) -> bool {
        class == 0 || class == self.class
    }

    fn supplied_groups(&self) -> &[u32] {
        match &self.supplied {
            Supplied::None => &[],
            Supplied::Some { holders, groups, .. } => holders.get(..*groups).unwrap_or_default(),
        }
    }

    /// Supplied roles, as holders.
    pub(crate) fn supplied_roles(&self) -> &[u32] {
        match &self.supplied {
            Supplied::None => &[],
            Supplied::Some { holders, groups, length } => holders.get(*groups..*length).unwrap_or_default(),
        }
    }

    /// Every holder that it matches but for roles, with its rank. A group that it is in more than once may come more than
    /// once.
    pub(crate) fn holders<'s>(&'s self, policy: &'s Policy) -> impl Iterator<Item = (u32, Rank)> + 's {
        let counts = policy.counts();
        let members = self.holder.iter().chain(self.supplied_groups());
        let groups = members.flat_map(move |&member| {
            let holder: Holder = policy.record(member);
            policy.list(holder.groups).iter().map(move |group| (counts.first_group() + group, Rank::Group))
        });
        let classes =
            [0, self.class].into_iter().map(move |class| (counts.first_class() + class, Rank::Class));
        self.holder.into_iter().map(|holder| (holder, Rank::Identity)).chain(groups).chain(classes)
    }

    /// Whether it is in an enabled group of that name, declared or supplied.
    pub(crate) fn is_in_group(&self, policy: &Policy, name: &str) -> bool {
        match policy.find(Names::Group, &[], name) {
            None => self.group_names.contains(&name),
            Some(group) => {
                let holder = policy.counts().first_group() + group;
                self.holders(policy).any(|(member, rank)| rank == Rank::Group && member == holder)
            }
        }
    }
}

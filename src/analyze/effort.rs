//! What a decision costs, before it is made.
//!
//! Enters: a policy. Leaves: steps for a subject and a privilege, an upper bound for decisions of hostile policies and about one for
//! those of people. Knows nothing of conditions: entries count whether they apply or not.

use super::possible::Subject;
use crate::model::{Grantee, PrivilegeId};
use crate::policy::layout::{Holder, Holding};
use crate::policy::{Policy, decisions};
use crate::terms::Class;

/// Entries and holdings that are looked at as fast as the rest of a decision is done with.
const ENTRIES: usize = 64;
/// Decisions that one decision leads to of which only one is made, as a rule.
const LAZY: usize = 8;

/// What is known of all decisions of a policy.
pub(super) struct Efforts<'a> {
    policy: &'a Policy,
    /// For each role its entries, and those of the roles that come with it.
    roles: Vec<usize>,
    /// For each privilege how many decisions it takes.
    privileges: Vec<usize>,
}

impl<'a> Efforts<'a> {
    pub(super) fn of(policy: &'a Policy) -> Efforts<'a> {
        let mut efforts = Efforts { policy, roles: Vec::new(), privileges: Vec::new() };
        let counts = policy.counts();
        // A role's holdings are closed: what they bring is among them.
        efforts.roles = (0..counts.roles)
            .map(|role| {
                let holder = efforts.holder(counts.first_role() + role);
                let further = efforts.held(holder).map(|role| efforts.holder(counts.first_role() + role));
                entries(holder) + further.map(entries).sum::<usize>()
            })
            .collect();
        efforts.privileges = decisions(policy);
        efforts
    }

    /// Steps of deciding a privilege for somebody.
    pub(super) fn steps(&self, subject: Subject, privilege: PrivilegeId) -> usize {
        let decisions = self.privileges.get(privilege.index()).copied().unwrap_or(1);
        let walked = self.walked(subject);
        (1 + walked / ENTRIES).saturating_mul(1 + decisions / LAZY)
    }

    fn walked(&self, subject: Subject) -> usize {
        let counts = self.policy.counts();
        let class = |class: Class| counts.first_class() + class as u32;
        let mut walked = self.holder_and_roles(class(Class::Anyone));
        walked += match subject {
            Subject::Anonymous => self.holder_and_roles(class(Class::Anonymous)),
            _ => self.holder_and_roles(class(Class::Authenticated)),
        };
        let own = match subject {
            Subject::One(Grantee::Principal(id)) => id.0,
            Subject::One(Grantee::Group(id)) => counts.first_group() + id.0,
            Subject::One(Grantee::Role(id)) => {
                return walked + self.roles.get(id.index()).copied().unwrap_or(0);
            }
            _ => return walked,
        };
        walked += self.holder_and_roles(own);
        let groups = self.policy.list(self.holder(own).groups);
        walked + groups.iter().map(|group| self.holder_and_roles(counts.first_group() + group)).sum::<usize>()
    }

    fn holder_and_roles(&self, number: u32) -> usize {
        let holder = self.holder(number);
        let roles = self.held(holder).map(|role| self.roles.get(role as usize).copied().unwrap_or(0));
        entries(holder) + roles.sum::<usize>()
    }

    fn holder(&self, number: u32) -> Holder {
        self.policy.record(number)
    }

    fn held(&self, holder: Holder) -> impl Iterator<Item = u32> {
        (holder.holdings..holder.holdings_end).map(|at| self.policy.record::<Holding>(at).role)
    }
}

/// A holder and its entries.
fn entries(holder: Holder) -> usize {
    1 + holder.entries_end.saturating_sub(holder.entries) as usize
}

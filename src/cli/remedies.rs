//! What would turn a no into a yes: other values, one more role, one more group.
//!
//! Enters: a question that was answered with no. Leaves: what was tried and answered with yes. The policy itself stays as it is.

use super::what::subject;
use crate::difference::{Condition, Entitlements, Place, Selection, Subjects};
use crate::evaluate::{Principal, Resource};
use crate::policy::{NameKind, Policy};
use crate::testing::Question;
use serde::Serialize;
use smol_str::SmolStr;

/// Candidates whose breadth is looked at; the others follow by name.
const MAX_WEIGHED: usize = 1_000;

/// What would make it a yes, each by itself.
#[derive(Debug, Default)]
pub(super) struct Remedies {
    /// Values that a request could carry.
    pub(super) values: Vec<Condition>,
    /// Roles held besides, those that give least first.
    pub(super) roles: Vec<Gift>,
    /// Groups joined besides, likewise.
    pub(super) groups: Vec<Gift>,
}

/// A role or group, and how much it gives.
#[derive(Debug, Serialize)]
pub(super) struct Gift {
    pub(super) name: String,
    /// Privileges that it gives by itself there; `None`: there are too many to look at each.
    pub(super) privileges: Option<usize>,
}

impl Remedies {
    /// Asks again with one thing more at a time.
    pub(super) fn of(question: &Question, policy: &Policy) -> Remedies {
        if question.anonymous {
            return Remedies::default();
        }
        let helps = |question: &Question| question.decide(policy).is_ok_and(|decision| decision.granted());
        let with_role = |name: &str| {
            let mut with = question.clone();
            with.roles.push(SmolStr::new(name));
            helps(&with)
        };
        let with_group = |name: &str| {
            let mut with = question.clone();
            with.groups.push(SmolStr::new(name));
            helps(&with)
        };
        let roles = policy.names(NameKind::Role).into_iter().filter(|name| with_role(name));
        let groups = policy.names(NameKind::Group).into_iter().filter(|name| with_group(name));
        Remedies {
            values: values(question, policy),
            roles: weighed(roles, |name| breadth(question, policy, &[], &[name])),
            groups: weighed(groups, |name| breadth(question, policy, &[name], &[])),
        }
    }

    /// Lines for people.
    pub(super) fn lines(&self) -> Vec<String> {
        const TOLD: usize = 5;
        let mut lines = Vec::new();
        lines.extend(self.values.iter().map(|condition| format!("when {condition}")));
        for (kind, all) in [("role", &self.roles), ("group", &self.groups)] {
            let told = all.iter().take(TOLD).map(|gift| {
                let gives = match gift.privileges {
                    Some(1) => ", which gives only that there".to_owned(),
                    Some(number) => format!(", which gives {number} privileges there"),
                    None => String::new(),
                };
                format!("with {kind}:{}{gives}", gift.name)
            });
            lines.extend(told);
            let more = all.len().saturating_sub(TOLD);
            if more > 0 {
                lines.push(format!("with one of {more} more {kind}s"));
            }
        }
        lines
    }
}

/// The conditions under which the one who asks is granted it; one who brings several things is several subjects.
fn values(question: &Question, policy: &Policy) -> Vec<Condition> {
    let brought = usize::from(question.identity.is_some()) + question.groups.len() + question.roles.len();
    if brought > 1 {
        return Vec::new();
    }
    let pair = |(ty, id): &(SmolStr, SmolStr)| (ty.to_string(), id.to_string());
    let place = question.resource.as_ref().map(pair).map(|(ty, id)| Place {
        ty,
        id,
        ancestors: question.ancestors.iter().map(pair).collect(),
        fresh: None,
    });
    let subjects = Subjects::One(subject(question));
    let privilege = Some(question.privilege.to_string());
    let found = Entitlements::of(policy, &Selection { subjects, privilege, place, ways: false });
    found.list.into_iter().filter_map(|one| one.condition).collect()
}

/// Those that give least first.
fn weighed<'n>(names: impl Iterator<Item = &'n str>, breadth: impl Fn(&str) -> usize) -> Vec<Gift> {
    let mut gifts: Vec<Gift> = names
        .enumerate()
        .map(|(at, name)| {
            let privileges = (at < MAX_WEIGHED).then(|| breadth(name));
            Gift { name: name.to_owned(), privileges }
        })
        .collect();
    gifts.sort_by_cached_key(|gift| (gift.privileges.is_none(), gift.privileges, gift.name.clone()));
    gifts
}

/// How many privileges somebody has there with nothing else.
fn breadth(question: &Question, policy: &Policy, groups: &[&str], roles: &[&str]) -> usize {
    let somebody = Principal::somebody().groups(groups).roles(roles);
    let Ok(session) = policy.session(&somebody) else { return 0 };
    let ancestors: Vec<(&str, &str)> =
        question.ancestors.iter().map(|(ty, id)| (ty.as_str(), id.as_str())).collect();
    let session = match &question.resource {
        Some((ty, id)) => match session.on(&Resource::new(ty, id).within(&ancestors)) {
            Ok(session) => return session.privileges().count(),
            Err(_) => return 0,
        },
        None => session,
    };
    session.privileges().count()
}

//! The whole story of a decision: deciding entries, paths, what is missing. Allocates; decides exactly as `decide` does.

#[cfg(feature = "compile")]
mod exercise;
mod missing;
mod path;

#[cfg(feature = "compile")]
pub(crate) use exercise::{Exercised, entry_places, exercise, holding_places};
#[cfg(feature = "compile")]
pub(crate) use missing::test_text;

use super::chain::{Chain, EVERYWHERE, TYPE_WIDE};
#[cfg(feature = "compile")]
use super::condition::Oracle;
use super::condition::Truth;
use super::decide::with_situation;
use super::explanation::{DecidingEntry, Explanation};
use super::matching::{Match, Place, Situation};
use super::request::{Decision, Request, RequestError};
use crate::policy::Policy;
use crate::policy::layout::{
    AttributeName, Entry, MAX_DECISION_DEPTH, Names, Node, Privilege, ScopeCode, ScopeKind,
};
use crate::terms::{Effect, Reason};
use std::collections::BTreeSet;

/// Answers a question and tells why.
pub(crate) fn explain(policy: &Policy, request: &Request<'_>) -> Result<Explanation, RequestError> {
    with_situation(policy, request, |situation, privilege, place| tell(situation, privilege, place, 0))
}

/// The numbers of the written entries that decided, as if tests said what `assumed` says.
#[cfg(feature = "compile")]
pub(crate) fn deciding_entries(policy: &Policy, request: &Request<'_>, assumed: &Oracle<'_>) -> Vec<u32> {
    let written = |situation: &Situation<'_>, privilege, place: Place<'_, '_>| {
        let situation = Situation { assumed: Some(assumed), ..*situation };
        let mut matches = Vec::new();
        situation.visit(place, privilege, &mut |found| matches.push(found));
        let (effect, matches) = decisive(&situation, privilege, place, &matches)?;
        Some(matches.iter().flat_map(|found| path::written(policy, privilege, effect, found)).collect())
    };
    with_situation(policy, request, written).ok().flatten().unwrap_or_default()
}

/// The entries that decided, each with its path, as if tests said what `assumed` says.
#[cfg(feature = "compile")]
pub(crate) fn deciding_assuming(
    policy: &Policy,
    request: &Request<'_>,
    assumed: &Oracle<'_>,
) -> Vec<DecidingEntry> {
    let deciding = |situation: &Situation<'_>, privilege, place: Place<'_, '_>| {
        let situation = Situation { assumed: Some(assumed), ..*situation };
        let mut matches = Vec::new();
        situation.visit(place, privilege, &mut |found| matches.push(found));
        deciding(&situation, privilege, place, &matches)
    };
    with_situation(policy, request, deciding).unwrap_or_default()
}

/// Answers a question and tells why, as if tests said what `assumed` says.
#[cfg(feature = "compile")]
pub(crate) fn explain_assuming(
    policy: &Policy,
    request: &Request<'_>,
    assumed: &Oracle<'_>,
) -> Result<Explanation, RequestError> {
    with_situation(policy, request, |situation: &Situation<'_>, privilege, place: Place<'_, '_>| {
        tell(&Situation { assumed: Some(assumed), ..*situation }, privilege, place, 0)
    })
}

/// The story of a privilege at a place. It nests as deep as the decision does.
fn tell<'a>(situation: &Situation<'a>, privilege: u32, place: Place<'a, '_>, depth: u32) -> Explanation {
    let policy = situation.policy;
    let decision = situation.decide(privilege, place, depth);
    let mut matches = Vec::new();
    situation.visit(place, privilege, &mut |found| matches.push(found));
    let mut story = Explanation {
        decision,
        privilege: policy.name(Names::Privilege, privilege).to_owned(),
        resource: place
            .chain
            .resource(policy)
            .map(|(ty, id)| format!("{}:{id}", policy.name(Names::Type, ty))),
        deciding: deciding(situation, privilege, place, &matches),
        missing_attributes: missing_attributes(situation, place, &matches),
        missing: Vec::new(),
        included: None,
    };
    if !situation.verdict(privilege, place).decision.granted() || decision.granted() {
        return story;
    }
    let Privilege { includes, requires, .. } = policy.record(privilege);
    for included in policy.list(includes).iter() {
        let nested = situation.elsewhere(included, place, |place| match place {
            Some(place) if depth < MAX_DECISION_DEPTH => tell(situation, included, place, depth + 1),
            _ => unreachable_story(policy, included),
        });
        if !nested.decision.granted() {
            story.missing_attributes.extend(nested.missing_attributes.iter().cloned());
            story.missing_attributes.sort();
            story.missing_attributes.dedup();
            story.included = Some(Box::new(nested));
            return story;
        }
    }
    let (missing, lacking) = missing::missing_sets(situation, requires, place, depth);
    story.missing = missing;
    story.missing_attributes.extend(lacking);
    story.missing_attributes.sort();
    story.missing_attributes.dedup();
    story
}

/// The story of a privilege that can't be asked where it would have to be.
fn unreachable_story(policy: &Policy, privilege: u32) -> Explanation {
    Explanation {
        decision: Decision { reason: Reason::DefaultDeny, undecided: false },
        privilege: policy.name(Names::Privilege, privilege).to_owned(),
        resource: None,
        deciding: Vec::new(),
        missing_attributes: Vec::new(),
        missing: Vec::new(),
        included: None,
    }
}

/// The entries that decided steps 4 to 6, nearest first.
fn deciding<'a>(
    situation: &Situation<'a>,
    privilege: u32,
    place: Place<'a, '_>,
    matches: &[Match],
) -> Vec<DecidingEntry> {
    let Some((effect, found)) = decisive(situation, privilege, place, matches) else { return Vec::new() };
    let mut entries = Vec::new();
    for found in found {
        let scope = scope_text(place.chain, situation.policy, found);
        for entry in path::entries(situation, privilege, effect, found, scope) {
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
    }
    entries
}

/// The matches that decided steps 4 to 6, nearest first, and their effect; `None` if the default did.
fn decisive<'a, 'm>(
    situation: &Situation<'a>,
    privilege: u32,
    place: Place<'a, '_>,
    matches: &'m [Match],
) -> Option<(Effect, Vec<&'m Match>)> {
    let verdict = situation.verdict(privilege, place);
    let effect = match verdict.decision.reason {
        Reason::Bypass => Effect::Bypass,
        Reason::ExplicitGrant | Reason::InheritedGrant => Effect::Grant,
        Reason::ExplicitDeny | Reason::InheritedDeny => Effect::Deny,
        Reason::DefaultGrant | Reason::DefaultDeny | Reason::MissingRequirement => return None,
    };
    let by_level = effect != Effect::Bypass && situation.rules(place.chain).by_level();
    let mut found: Vec<&Match> = matches
        .iter()
        .filter(|found| {
            let says = match effect {
                Effect::Grant => found.says.grant,
                Effect::Deny => found.says.deny,
                Effect::Bypass => found.says.bypass,
            };
            let applies = effect == Effect::Deny || found.truth == Truth::True;
            let at_level = !by_level || verdict.level == Some(found.level);
            let at_rank = verdict.rank.is_none_or(|rank| rank == found.rank as u32);
            says && applies && at_level && at_rank
        })
        .collect();
    found.sort_by_key(|found| (found.level, found.rank, found.entry));
    Some((effect, found))
}

/// The scope of a match as a policy writes it: its nearest one.
fn scope_text(chain: &Chain<'_>, policy: &Policy, found: &Match) -> Option<String> {
    if found.level == EVERYWHERE {
        return None;
    }
    if found.level == TYPE_WIDE {
        return Some(format!("{}:*", policy.name(Names::Type, chain.ty())));
    }
    let Entry { scope, .. } = policy.record(found.entry);
    let only = matches!(ScopeCode(scope).kind(), ScopeKind::Only(_));
    let scoped = path::scopes(policy, found).find_map(|code| match code.kind() {
        ScopeKind::Below(node) | ScopeKind::Only(node) => {
            (chain.level_of(code) == Some(found.level)).then_some(node)
        }
        _ => None,
    });
    let node = scoped?;
    let (ty, id) = (policy.record::<Node>(node).ty, policy.name(Names::Node, node));
    let suffix = if only { " only" } else { "" };
    Some(format!("{}:{id}{suffix}", policy.name(Names::Type, ty)))
}

/// What the conditions of the matches lacked.
fn missing_attributes<'a>(situation: &Situation<'a>, place: Place<'a, '_>, matches: &[Match]) -> Vec<String> {
    let mut missing = BTreeSet::new();
    for found in matches.iter().filter(|found| found.truth == Truth::Undecided) {
        for condition in path::conditions(situation.policy, found) {
            lacking(situation, place, condition, &mut missing);
        }
    }
    missing.into_iter().collect()
}

/// What a condition lacks that can't be decided.
fn lacking<'a>(situation: &Situation<'a>, place: Place<'a, '_>, formula: u32, found: &mut BTreeSet<String>) {
    missing::lacking(
        situation.values(place),
        situation.policy,
        formula,
        &|at| situation.condition(place, at),
        found,
    );
}

/// `context.mfa`.
fn attribute_text(policy: &Policy, name: u32) -> String {
    let AttributeName { root, name } = policy.record(name);
    let root = match root {
        0 => "principal",
        1 => "resource",
        _ => "context",
    };
    format!("{root}.{}", policy.string(name))
}

//! How an entry reaches the principal: members, assignments, inheritance, and where each is written.

use crate::evaluate::explanation::{DecidingEntry, Place, Step};
use crate::evaluate::matching::{Match, Situation};
use crate::policy::Policy;
use crate::policy::layout::{self, Edge, Entry, Holding, Names, ScopeCode, Section, SourceEntry};
use crate::terms::{Effect, PrincipalKind};
use std::collections::{BTreeMap, VecDeque};

/// The written entries behind a match, each with its path.
pub(super) fn entries(
    situation: &Situation<'_>,
    privilege: u32,
    effect: Effect,
    found: &Match,
    scope: Option<String>,
) -> Vec<DecidingEntry> {
    let policy = situation.policy;
    let mut entries: Vec<DecidingEntry> = written(policy, privilege, effect, found)
        .map(|at| policy.record::<SourceEntry>(at))
        .map(|entry| DecidingEntry {
            effect,
            place: place(policy, entry.file, entry.line, entry.column),
            scope: scope.clone(),
            path: path(situation, found, entry.holder),
        })
        .collect();
    if entries.is_empty() {
        // Without debug information there is at least the way.
        let path = path(situation, found, found.holder);
        entries.push(DecidingEntry { effect, place: None, scope, path });
    }
    entries
}

/// The numbers of the written entries behind a match that name the privilege with the effect.
pub(super) fn written(
    policy: &Policy,
    privilege: u32,
    effect: Effect,
    found: &Match,
) -> impl Iterator<Item = u32> {
    let list = policy.word(Section::DebugEntries, found.entry);
    let wanted = match effect {
        Effect::Grant => 0,
        Effect::Deny => 1,
        Effect::Bypass => 2,
    };
    policy.list_in(Section::DebugLists, list).iter().filter(move |&at| {
        let entry: SourceEntry = policy.record(at);
        let names = match entry.privileges & layout::LISTED {
            0 => policy.bit(entry.privileges, privilege),
            _ => {
                let list = policy.list_in(Section::DebugLists, entry.privileges & !layout::LISTED);
                list.iter().any(|named| named == privilege)
            }
        };
        entry.effect == wanted && names
    })
}

/// All scopes of a match: the entry's and those of the assignments on the way.
pub(super) fn scopes(policy: &Policy, found: &Match) -> impl Iterator<Item = ScopeCode> {
    let Entry { scope, .. } = policy.record(found.entry);
    let holdings = [found.via.holding, found.via.further].into_iter().flatten();
    let of_holdings = holdings.flat_map(move |at| {
        let Holding { scope, scopes, .. } = policy.record(at);
        std::iter::once(scope).chain(policy.list(scopes).iter())
    });
    std::iter::once(scope).chain(of_holdings).map(ScopeCode)
}

/// All conditions of a match.
pub(super) fn conditions(policy: &Policy, found: &Match) -> impl Iterator<Item = u32> {
    let Entry { condition, .. } = policy.record(found.entry);
    let holdings = [found.via.holding, found.via.further].into_iter().flatten();
    std::iter::once(condition).chain(holdings.map(|at| policy.record::<Holding>(at).condition))
}

fn place(policy: &Policy, file: u32, line: u32, column: u32) -> Option<Place> {
    let file = policy.debug_string(file.checked_sub(1)?).to_owned();
    Some(Place { file, line, column })
}

/// From the principal to the holder that an entry is written for.
fn path(situation: &Situation<'_>, found: &Match, written_for: u32) -> Vec<Step> {
    let policy = situation.policy;
    let counts = policy.counts();
    let start = found.via.start;
    let mut steps = Vec::new();
    let member = situation.subject.holder;
    match (member, situation.subject.identity(policy)) {
        (Some(holder), _) => steps.push(Step { what: what(policy, holder), place: None }),
        (None, Some((kind, name))) => {
            let kind = if kind == PrincipalKind::User { "user" } else { "service" };
            steps.push(Step { what: format!("{kind}:{name}"), place: None });
        }
        (None, None) => {}
    }
    if member != Some(start) {
        let own = member.map(|holder| walk(policy, holder, start)).filter(|way| !way.is_empty());
        steps.extend(own.unwrap_or_else(|| from_supplied(situation, start)));
    }
    let mut at = start;
    for holding in [found.via.holding, found.via.further].into_iter().flatten() {
        let role = counts.first_role() + policy.record::<Holding>(holding).role;
        let layout::Place { file, line, column } = policy.record(holding);
        steps.push(Step { what: what(policy, role), place: place(policy, file, line, column) });
        at = role;
    }
    if at != written_for {
        let way = walk(policy, at, written_for);
        if way.is_empty() {
            steps.push(Step { what: what(policy, written_for), place: None });
        }
        steps.extend(way);
    }
    steps
}

/// From the supplied group that is nearest to a group, or the holder alone where it was supplied itself or nothing is recorded.
fn from_supplied(situation: &Situation<'_>, start: u32) -> Vec<Step> {
    let policy = situation.policy;
    let alone = |holder: u32| Step { what: what(policy, holder), place: None };
    let supplied = situation.subject.supplied_groups();
    if supplied.contains(&start) {
        return vec![alone(start)];
    }
    let ways = supplied.iter().map(|&group| (group, walk(policy, group, start)));
    let nearest = ways.filter(|(_, way)| !way.is_empty()).min_by_key(|(_, way)| way.len());
    match nearest {
        Some((group, way)) => std::iter::once(alone(group)).chain(way).collect(),
        None => vec![alone(start)],
    }
}

/// The shortest way over memberships or inheritances, without its start; empty if none is recorded.
fn walk(policy: &Policy, from: u32, to: u32) -> Vec<Step> {
    let mut before: BTreeMap<u32, Edge> = BTreeMap::new();
    let mut open = VecDeque::from([from]);
    while let Some(at) = open.pop_front() {
        if at == to {
            break;
        }
        for edge in policy.edges(at) {
            if edge.to != from && !before.contains_key(&edge.to) {
                before.insert(edge.to, edge);
                open.push_back(edge.to);
            }
        }
    }
    let mut steps = Vec::new();
    let mut at = to;
    while let Some(edge) = before.get(&at) {
        let place = place(policy, edge.file, edge.line, edge.column);
        steps.push(Step { what: what(policy, at), place });
        at = edge.from;
    }
    steps.reverse();
    if at == from { steps } else { Vec::new() }
}

/// `user:ann`, `group:ops`, `role:reader`, `authenticated`.
fn what(policy: &Policy, holder: u32) -> String {
    let counts = policy.counts();
    let named =
        |kind: &str, names: Names, first: u32| format!("{kind}:{}", policy.name(names, holder - first));
    if holder < counts.users {
        named("user", Names::User, 0)
    } else if holder < counts.first_group() {
        named("service", Names::Service, counts.users)
    } else if holder < counts.first_role() {
        named("group", Names::Group, counts.first_group())
    } else if holder < counts.first_class() {
        named("role", Names::Role, counts.first_role())
    } else {
        match holder - counts.first_class() {
            0 => "anyone".to_owned(),
            1 => "authenticated".to_owned(),
            _ => "anonymous".to_owned(),
        }
    }
}

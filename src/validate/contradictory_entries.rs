//! P0401: a grant and a deny of the same privilege to the same principal, at the same scope, under the same condition.
//!
//! Enters: the model. Leaves: a finding for each pair of entries. A deny beside a bypass is no contradiction: the bypass
//! wins over every deny.

use super::wording;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Effect, Entry, Grantee, Model, PrivilegeId, Scope};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Pairs that are told of. Nobody reads more, and every grant may contradict every deny.
const MAX_CLASHES: usize = 10_000;

/// What two entries contradict each other on.
struct Clash {
    privileges: Vec<PrivilegeId>,
    to: BTreeSet<Grantee>,
}

pub(super) fn check(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    // Denies are few: only what they speak of is looked up.
    let mut denies: HashMap<(Grantee, Scope), Vec<usize>> = HashMap::new();
    for (at, entry) in with_effect(model, Effect::Deny) {
        entry.to.iter().for_each(|&to| denies.entry((to, entry.scope)).or_default().push(at));
    }
    if denies.is_empty() {
        return;
    }
    let mut clashes: BTreeMap<(usize, usize), Clash> = BTreeMap::new();
    'all: for (at, grant) in with_effect(model, Effect::Grant) {
        for &to in &grant.to {
            for &deny in denies.get(&(to, grant.scope)).into_iter().flatten() {
                if let Some(clash) = clashes.get_mut(&(deny, at)) {
                    clash.to.insert(to);
                    continue;
                }
                let Some(other) = model.entries.get(deny).filter(|other| other.when == grant.when) else {
                    continue;
                };
                let privileges = common(&other.privileges, &grant.privileges);
                if !privileges.is_empty() {
                    if clashes.len() == MAX_CLASHES {
                        diagnostics.push(too_many(grant));
                        break 'all;
                    }
                    clashes.insert((deny, at), Clash { privileges, to: BTreeSet::from([to]) });
                }
            }
        }
    }
    for ((deny, grant), clash) in clashes {
        let (Some(deny), Some(grant)) = (model.entries.get(deny), model.entries.get(grant)) else { continue };
        diagnostics.push(finding(model, deny, grant, &clash));
    }
}

/// The rest may not be left out in silence: those that are told of may be allowed.
fn too_many(grant: &Entry) -> Diagnostic {
    let message = "more than 10,000 pairs of entries contradict each other";
    Diagnostic::new(Code::TooMany, grant.span, message).help("mend those that are listed, then check again")
}

/// What two sorted lists share.
fn common(one: &[PrivilegeId], other: &[PrivilegeId]) -> Vec<PrivilegeId> {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.iter().filter(|id| long.binary_search(id).is_ok()).copied().collect()
}

fn with_effect(model: &Model, effect: Effect) -> impl Iterator<Item = (usize, &Entry)> {
    model.entries.iter().enumerate().filter(move |(_, entry)| entry.effect == effect)
}

fn finding(model: &Model, deny: &Entry, grant: &Entry, clash: &Clash) -> Diagnostic {
    let privileges = wording::list(clash.privileges.iter().map(|&id| wording::privilege(model, id)));
    let to = wording::list(clash.to.iter().map(|&to| wording::grantee(model, to)));
    let scope = match deny.scope {
        Scope::Everywhere => String::new(),
        scope => format!(" on `{}`", wording::scope(model, scope)),
    };
    let condition = if deny.when.is_some() { " under the same condition" } else { "" };
    let verb = if clash.privileges.len() == 1 { "is" } else { "are" };
    let message = format!("{privileges} {verb} both granted and denied to {to}{scope}{condition}");
    let help = "drop one of the two, or take it out of the grant with `except`";
    Diagnostic::new(Code::ContradictoryEntries, item(deny, clash), message)
        .label("denied here")
        .also(item(grant, clash), "granted here")
        .help(help)
}

/// The item that names all of it, or else the whole entry.
fn item(entry: &Entry, clash: &Clash) -> Span {
    let names_all = |item: &&crate::model::NamedPrivileges| {
        clash.privileges.iter().all(|id| item.privileges.binary_search(id).is_ok())
    };
    entry.named.iter().find(names_all).map_or(entry.span, |item| item.span)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::source::{Format, Sources};
    use crate::validate::testing::{check, check_clean};

    const WORLD: &str = "resource doc category c on doc { read  write  share } context { mfa: bool }
        role editor group ops ";

    #[track_caller]
    fn check_entries(entries: &str, expected: &str) {
        check(&format!("{WORLD}{entries}"), expected);
    }

    #[test]
    fn granted_and_denied_at_once() {
        check_entries(
            "grant read, write to role:editor, group:ops deny write to group:ops",
            "P0401 <write> (denied here): `write` is both granted and denied to `group:ops`
               <write>: granted here
               = drop one of the two, or take it out of the grant with `except`",
        );
    }

    #[test]
    fn one_finding_for_each_pair_of_entries() {
        check_entries(
            "grant * to role:editor, group:ops on doc:a deny read, write to group:ops, role:editor on doc:a",
            "P0401 <deny read, write to group:ops, role:editor on doc:> (denied here): `read` and `write` are both granted and denied to `group:ops` and `role:editor` on `doc:a`
               <*>: granted here
               = drop one of the two, or take it out of the grant with `except`",
        );
    }

    #[test]
    fn the_same_condition_is_no_difference() {
        check_entries(
            "grant read to group:ops when context.mfa deny read to group:ops when context.mfa",
            "P0401 <read> (denied here): `read` is both granted and denied to `group:ops` under the same condition
               <read>: granted here
               = drop one of the two, or take it out of the grant with `except`",
        );
    }

    #[test]
    fn entries_of_a_role_and_to_it_are_the_same() {
        check_entries(
            "role other { grant read } deny read to role:other",
            "P0401 <read> (denied here): `read` is both granted and denied to `role:other`
               <read>: granted here
               = drop one of the two, or take it out of the grant with `except`",
        );
    }

    #[test]
    fn what_differs_in_anything_is_fine() {
        check_entries(
            "grant read to group:ops
             deny read to role:editor
             deny read to group:ops on doc:a
             deny read to group:ops when context.mfa
             deny write to group:ops",
            "",
        );
    }

    #[test]
    fn a_bypass_wins_over_every_deny() {
        check_entries("bypass read to group:ops deny read to group:ops", "");
    }

    #[test]
    fn what_is_excepted_is_not_granted() {
        check_entries("grant * except write to group:ops deny write to group:ops", "");
    }

    #[test]
    fn it_may_be_allowed() {
        check_clean(
            "category c { read } group ops grant read to group:ops
             @allow(P0401) \"a migration\" deny read to group:ops",
        );
    }

    #[test]
    fn more_than_anybody_reads_are_counted_no_further() {
        let found = |pairs: usize| {
            let entries = "grant read to group:ops deny read to group:ops ".repeat(pairs);
            let mut sources = Sources::new();
            sources.add("many.policy", Format::Policy, format!("{WORLD}{entries}"));
            let diagnostics = crate::compile(&sources).diagnostics;
            let count = |code: Code| diagnostics.iter().filter(|finding| finding.code == code).count();
            (count(Code::ContradictoryEntries), count(Code::TooMany))
        };
        assert_eq!(found(100), (10_000, 0));
        assert_eq!(found(101), (10_000, 1));
    }
}

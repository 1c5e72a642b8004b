//! P0401: a grant and a deny of the same privilege to the same principal, at the same scope, under the same condition.
//!
//! Enters: the model. Leaves: a finding for each pair of entries. A deny beside a bypass is no contradiction: the bypass
//! wins over every deny.

use super::wording;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Effect, Entry, Formula, Grantee, Model, PrivilegeId, Scope};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet, HashMap};

type Place<'m> = (Grantee, Scope, Option<&'m Formula>);

/// What two entries contradict each other on.
#[derive(Default)]
struct Clash {
    privileges: BTreeSet<PrivilegeId>,
    to: BTreeSet<Grantee>,
}

pub(super) fn check(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    // Denies are few: only what they speak of is looked up.
    let mut denied: HashMap<Place<'_>, HashMap<PrivilegeId, Vec<usize>>> = HashMap::new();
    for (at, entry) in with_effect(model, Effect::Deny) {
        for place in places(entry) {
            let privileges = denied.entry(place).or_default();
            entry.privileges.iter().for_each(|&id| privileges.entry(id).or_default().push(at));
        }
    }
    if denied.is_empty() {
        return;
    }
    let mut clashes: BTreeMap<(usize, usize), Clash> = BTreeMap::new();
    for (at, entry) in with_effect(model, Effect::Grant) {
        for place in places(entry) {
            let Some(privileges) = denied.get(&place) else { continue };
            for id in &entry.privileges {
                for &deny in privileges.get(id).into_iter().flatten() {
                    let clash = clashes.entry((deny, at)).or_default();
                    clash.privileges.insert(*id);
                    clash.to.insert(place.0);
                }
            }
        }
    }
    for ((deny, grant), clash) in clashes {
        let (Some(deny), Some(grant)) = (model.entries.get(deny), model.entries.get(grant)) else { continue };
        diagnostics.push(finding(model, deny, grant, &clash));
    }
}

fn with_effect(model: &Model, effect: Effect) -> impl Iterator<Item = (usize, &Entry)> {
    model.entries.iter().enumerate().filter(move |(_, entry)| entry.effect == effect)
}

fn places(entry: &Entry) -> impl Iterator<Item = Place<'_>> {
    entry.to.iter().map(|&to| (to, entry.scope, entry.when.as_ref()))
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

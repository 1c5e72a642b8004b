//! Entries that others cover.

use super::scopes;
use crate::diagnostic::{Change, Code, Diagnostic, Safety};
use crate::model::{Effect, Entry, Grantee, Model, NamedPrivileges, PrivilegeId, Scope};
use crate::source::Span;
use crate::validate::lints::cover;
use crate::validate::lints::reach::Reach;
use crate::validate::wording;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many covering entries are pointed at.
const SHOWN: usize = 3;

/// How many entries of one grantee, effect and scope are looked at; more are no longer a person's work.
const LOOKED_AT: usize = 64;

type Key = (Grantee, Effect, Scope);

/// Every entry, once for each grantee; sorted.
struct Index<'m> {
    entries: Vec<(Key, usize)>,
    model: &'m Model,
}

impl<'m> Index<'m> {
    fn new(model: &'m Model) -> Index<'m> {
        let keys = |(at, entry): (usize, &Entry)| {
            let (effect, scope) = (entry.effect, entry.scope);
            entry.to.iter().map(move |&to| ((to, effect, scope), at)).collect::<Vec<_>>()
        };
        let mut entries: Vec<(Key, usize)> = model.entries.iter().enumerate().flat_map(keys).collect();
        entries.sort_unstable();
        Index { entries, model }
    }

    /// Whether any entry is to a grantee.
    fn speaks_of(&self, to: Grantee) -> bool {
        let start = self.entries.partition_point(|((other, ..), _)| *other < to);
        self.entries.get(start).is_some_and(|((other, ..), _)| *other == to)
    }

    fn of(&self, key: Key) -> impl Iterator<Item = &'m Entry> + '_ {
        let start = self.entries.partition_point(|(other, _)| *other < key);
        let of_key =
            self.entries.get(start..).unwrap_or(&[]).iter().take_while(move |(other, _)| *other == key);
        of_key.take(LOOKED_AT).filter_map(|(_, at)| self.model.entries.get(*at))
    }
}

pub(super) fn check<'m>(
    model: &'m Model,
    reach: &'m Reach<'m>,
    exact: bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut check = Check {
        model,
        reach,
        exact,
        deny_final: !exact && cover::is_deny_final(model),
        index: Index::new(model),
        scopes: HashMap::new(),
    };
    for entry in &model.entries {
        diagnostics.extend(check.entry(entry));
    }
}

/// An entry that covers another, and the one of its grantees that does.
type Covering<'m> = (Grantee, &'m Entry);

struct Check<'m> {
    model: &'m Model,
    reach: &'m Reach<'m>,
    exact: bool,
    deny_final: bool,
    index: Index<'m>,
    scopes: HashMap<Scope, Vec<Scope>>,
}

impl<'m> Check<'m> {
    fn entry(&mut self, entry: &'m Entry) -> Option<Diagnostic> {
        let same: &[Effect] = match entry.effect {
            Effect::Grant => &[Effect::Grant, Effect::Bypass],
            Effect::Deny => &[Effect::Deny],
            Effect::Bypass => &[Effect::Bypass],
        };
        if let Some(finding) = self.covered(entry, same) {
            return Some(finding);
        }
        let may_be_beaten = self.deny_final && entry.effect == Effect::Grant;
        may_be_beaten.then(|| self.covered(entry, &[Effect::Deny])).flatten()
    }

    fn covered(&mut self, entry: &'m Entry, by: &[Effect]) -> Option<Diagnostic> {
        // Every grantee has to be covered, perhaps each by another.
        let mut common: Option<Vec<usize>> = None;
        let mut covering: Vec<Covering<'m>> = Vec::new();
        for &to in &entry.to {
            let others = self.covering(entry, to, by);
            if others.is_empty() {
                return None;
            }
            let items = self.items(entry, &others);
            common = Some(match common {
                None => items,
                Some(common) => common.into_iter().filter(|at| items.contains(at)).collect(),
            });
            covering.extend(others);
        }
        let items: Vec<&NamedPrivileges> = common?.into_iter().filter_map(|at| entry.named.get(at)).collect();
        (!items.is_empty()).then(|| self.finding(entry, &items, &covering, by))?
    }

    /// The entries that hold for a grantee wherever and whenever this one does.
    fn covering(&mut self, entry: &'m Entry, to: Grantee, by: &[Effect]) -> Vec<Covering<'m>> {
        let (model, exact) = (self.model, self.exact);
        let wider = self.wider(entry, to, by);
        let scopes = self.scopes.entry(entry.scope).or_insert_with(|| scopes(model, entry.scope, exact));
        let mut found = Vec::new();
        for wider in wider {
            for &effect in by {
                for &scope in scopes.iter() {
                    let equal = wider == to && effect == entry.effect && scope == entry.scope;
                    for other in self.index.of((wider, effect, scope)) {
                        let holds = other.when.is_none() || other.when == entry.when;
                        // Of two that say the same the later one is the one too many.
                        let first = !equal || other.when != entry.when || other.span < entry.span;
                        if holds && first && !std::ptr::eq(other, entry) {
                            found.push((wider, other));
                        }
                    }
                }
            }
        }
        found
    }

    /// Who else a grantee is wherever the entry holds.
    fn wider(&self, entry: &Entry, to: Grantee, by: &[Effect]) -> Vec<Grantee> {
        if self.exact {
            return vec![to];
        }
        // What says the same goes from principals to groups, roles and classes, and never back: two entries that cover each
        // other could both be taken out.
        let beaten = entry.effect == Effect::Grant && by == [Effect::Deny];
        let mut wider = match to {
            Grantee::Role(_) if !beaten && entry.effect == Effect::Deny => self.reach.matched(to),
            // What a role grants, and has from another, is P0709.
            Grantee::Role(_) | Grantee::Class(_) if !beaten => cover::grantees(to),
            _ => self.reach.held(to, entry.scope),
        };
        wider.retain(|&it| it == to || self.index.speaks_of(it));
        wider
    }

    /// The items all of which the others name.
    fn items(&self, entry: &Entry, others: &[Covering<'_>]) -> Vec<usize> {
        let named = |id: &PrivilegeId| others.iter().any(|(_, it)| it.privileges.binary_search(id).is_ok());
        let is_covered = |item: &NamedPrivileges| {
            let mut closed = cover::closed(self.model, &item.privileges);
            closed.retain(|id| entry.privileges.binary_search(id).is_ok());
            !closed.is_empty() && closed.iter().all(named)
        };
        let items = entry.named.iter().enumerate();
        items.filter(|(_, item)| is_covered(item)).map(|(at, _)| at).collect()
    }

    fn finding(
        &self,
        entry: &'m Entry,
        items: &[&NamedPrivileges],
        covering: &[Covering<'m>],
        by: &[Effect],
    ) -> Option<Diagnostic> {
        let all = items.len() == entry.named.len();
        let span = if all { entry.span } else { items.first()?.span };
        let kept = |id: &PrivilegeId| entry.privileges.binary_search(id).is_ok();
        let ids: BTreeSet<PrivilegeId> =
            items.iter().flat_map(|item| item.privileges.iter().copied()).filter(kept).collect();
        let places = places(&ids, covering);
        let whom = wording::list(entry.to.iter().map(|&to| wording::grantee(self.model, to)));
        let verb = if entry.to.len() == 1 { "is" } else { "are" };
        let names = wording::list(ids.iter().map(|&id| wording::privilege(self.model, id)));
        let beaten = by == [Effect::Deny] && entry.effect == Effect::Grant;
        let message = if beaten {
            format!("{whom} {verb} denied {names} wherever this grants it")
        } else {
            let done = if entry.effect == Effect::Deny { "denied" } else { "granted" };
            let others = if places.len() == 1 { "another entry" } else { "other entries" };
            format!("{whom} {verb} {done} {names} by {others} already")
        };
        let label = if beaten { "by this one" } else { "this one" };
        let finding = Diagnostic::new(Code::ShadowedEntry, span, message);
        let finding = places.into_iter().take(SHOWN).fold(finding, |finding, (span, via)| {
            let is_plain = entry.to.contains(&via) || matches!(via, Grantee::Class(_));
            finding.also(
                span,
                match is_plain {
                    true => label.to_owned(),
                    false => format!("{label}, through `{}`", wording::grantee(self.model, via)),
                },
            )
        });
        let finding = finding.help(match (all, beaten) {
            (true, false) => "remove the entry",
            (false, false) => "take it out of the entry",
            (true, true) => "remove the entry, or narrow the deny",
            (false, true) => "take it out of the entry, or narrow the deny",
        });
        let safety = if self.are_twins(entry, &ids) { Safety::Safe } else { Safety::Unsafe };
        Some(match all {
            true => finding.remedy(safety, "remove the entry", Change::Remove(entry.span)),
            false => {
                let spans = items.iter().map(|item| item.span).collect();
                finding.remedy(safety, format!("take {names} out"), Change::Drop(spans))
            }
        })
    }

    /// Whether earlier entries say exactly the same: then not even the reason of a decision can change.
    fn are_twins(&self, entry: &'m Entry, ids: &BTreeSet<PrivilegeId>) -> bool {
        entry.to.iter().all(|&to| {
            let twins = || {
                let same = self.index.of((to, entry.effect, entry.scope));
                same.filter(|other| other.when == entry.when && other.span < entry.span)
            };
            ids.iter().all(|id| twins().any(|other| other.privileges.binary_search(id).is_ok()))
        })
    }
}

/// Where the covering entries name these, and for whom: for each privilege the first that does.
fn places(ids: &BTreeSet<PrivilegeId>, covering: &[Covering<'_>]) -> BTreeMap<Span, Grantee> {
    let place = |id: &PrivilegeId| {
        let &(via, entry) = covering.iter().find(|(_, it)| it.privileges.binary_search(id).is_ok())?;
        if entry.named.len() == 1 {
            return Some((entry.span, via));
        }
        let item = entry.named.iter().find(|item| item.privileges.binary_search(id).is_ok());
        Some((item.map_or(entry.span, |item| item.span), via))
    };
    let mut places = BTreeMap::new();
    for (span, via) in ids.iter().filter_map(place) {
        places.entry(span).or_insert(via);
    }
    places
}

//! P0709: a role that grants what it inherits already.
//!
//! Enters: the model. Leaves: a warning for each entry of a role with items all of which an inherited role grants, at the same
//! scope or a wider one, without a condition or under the same one. A wildcard or category is only looked at as a whole:
//! that it names something inherited besides is how it is meant. Where levels decide, a wider scope is no substitute.

use super::cover;
use crate::diagnostic::{Change, Code, Diagnostic, Safety};
use crate::model::{Effect, Entry, Formula, Grantee, Model, PrivilegeId, RoleId, Scope};
use crate::source::Span;
use crate::validate::wording;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// How many inherited roles with entries are looked at, the nearest first.
const ROLES: usize = 64;

type Key<'m> = (RoleId, Effect, Scope, Option<&'m Formula>);

pub(super) fn check(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    if model.roles.iter().all(|role| role.inherits.is_empty()) {
        return;
    }
    let mut check = Check { model, by_level: cover::by_level(model), entries: HashMap::new() };
    let mut has_entries = vec![false; model.roles.len()];
    for entry in &model.entries {
        for role in roles(entry) {
            let key = (role, entry.effect, entry.scope, entry.when.as_ref());
            check.entries.entry(key).or_default().push(entry);
            has_entries.get_mut(role.index()).into_iter().for_each(|slot| *slot = true);
        }
    }
    let mut inherited: HashMap<RoleId, Vec<RoleId>> = HashMap::new();
    for entry in model.entries.iter().filter(|entry| entry.effect != Effect::Deny) {
        // An entry to several is redundant for one of them at most, and can't be shortened.
        let [Grantee::Role(role)] = entry.to.as_slice() else { continue };
        let roles = inherited.entry(*role).or_insert_with(|| check.inherited(*role, &has_entries));
        if !roles.is_empty() {
            diagnostics.extend(check.entry(entry, *role, roles));
        }
    }
}

fn roles(entry: &Entry) -> impl Iterator<Item = RoleId> + '_ {
    entry.to.iter().filter_map(|&to| match to {
        Grantee::Role(role) => Some(role),
        Grantee::Principal(_) | Grantee::Group(_) | Grantee::Class(_) => None,
    })
}

struct Check<'m> {
    model: &'m Model,
    by_level: bool,
    entries: HashMap<Key<'m>, Vec<&'m Entry>>,
}

impl<'m> Check<'m> {
    /// The inherited roles that say something.
    fn inherited(&self, role: RoleId, has_entries: &[bool]) -> Vec<RoleId> {
        let (mut seen, mut open, mut found) = (BTreeSet::from([role]), VecDeque::from([role]), Vec::new());
        while let Some(role) = open.pop_front().filter(|_| found.len() < ROLES) {
            let parents = self.model.roles.get(role.index()).map_or(&[][..], |role| &role.inherits);
            for &(parent, _) in parents {
                if seen.insert(parent) {
                    open.push_back(parent);
                    if has_entries.get(parent.index()).copied().unwrap_or(false) {
                        found.push(parent);
                    }
                }
            }
        }
        found
    }

    fn entry(&self, entry: &'m Entry, role: RoleId, inherited: &[RoleId]) -> Option<Diagnostic> {
        let wider = self.at_least(entry, inherited);
        if wider.is_empty() {
            return None;
        }
        let redundant = |item: &&crate::model::NamedPrivileges| {
            let mut closed = cover::closed(self.model, &item.privileges);
            closed.retain(|id| entry.privileges.binary_search(id).is_ok());
            !closed.is_empty() && closed.iter().all(|&id| grants(&wider, id).is_some())
        };
        let items: Vec<_> = entry.named.iter().filter(redundant).collect();
        let span = if items.len() == entry.named.len() { entry.span } else { items.first()?.span };
        let ids: BTreeSet<PrivilegeId> = items
            .iter()
            .flat_map(|item| item.privileges.iter().copied())
            .filter(|id| entry.privileges.binary_search(id).is_ok())
            .collect();
        let mut places: BTreeMap<Span, RoleId> = BTreeMap::new();
        for (giver, place) in ids.iter().filter_map(|&id| grants(&wider, id)) {
            places.insert(place, giver);
        }
        let names = wording::list(ids.iter().map(|&id| wording::privilege(self.model, id)));
        let message = format!("role `{}` inherits {names} already", wording::role(self.model, role));
        let finding = Diagnostic::new(Code::RedundantGrant, span, message);
        let finding = places.into_iter().take(3).fold(finding, |finding, (place, giver)| {
            finding.also(place, format!("`{}` grants it", wording::role(self.model, giver)))
        });
        let all = items.len() == entry.named.len();
        let same = self.alike(entry, inherited);
        let safety = match ids.iter().all(|&id| grants(&same, id).is_some()) {
            true => Safety::Safe,
            // The answer stays, and its reason may change: a bypass, another scope, what is granted when unlisted.
            false => Safety::Unsafe,
        };
        Some(match all {
            true => finding.help("remove the entry").remedy(
                safety,
                "remove the entry",
                Change::Remove(entry.span),
            ),
            false => finding.help("take it out of the entry").remedy(
                safety,
                format!("take {names} out"),
                Change::Drop(items.iter().map(|item| item.span).collect()),
            ),
        })
    }

    /// The entries of inherited roles that hold at least where and when this one does.
    fn at_least(&self, entry: &'m Entry, inherited: &[RoleId]) -> Vec<(RoleId, &'m Entry)> {
        let mut scopes = vec![entry.scope];
        if !self.by_level {
            let alone = match entry.scope {
                Scope::Resource { instance, only: true } => Some(Scope::Resource { instance, only: false }),
                _ => None,
            };
            scopes.extend(alone.into_iter().chain([Scope::Everywhere]));
            scopes.sort_unstable();
            scopes.dedup();
        }
        let effects: &[Effect] = match entry.effect {
            Effect::Bypass => &[Effect::Bypass],
            _ => &[Effect::Grant, Effect::Bypass],
        };
        let mut conditions = vec![None, entry.when.as_ref()];
        conditions.dedup();
        let mut found = Vec::new();
        for &role in inherited {
            for (&scope, &effect) in scopes.iter().flat_map(|scope| effects.iter().map(move |it| (scope, it)))
            {
                for &when in &conditions {
                    let entries = self.entries.get(&(role, effect, scope, when)).into_iter().flatten();
                    found.extend(entries.map(|&entry| (role, entry)));
                }
            }
        }
        found
    }

    /// The entries of inherited roles that say the same as this one of what they name.
    fn alike(&self, entry: &'m Entry, inherited: &[RoleId]) -> Vec<(RoleId, &'m Entry)> {
        let key = |role| (role, entry.effect, entry.scope, entry.when.as_ref());
        let of_role =
            |&role| self.entries.get(&key(role)).into_iter().flatten().map(move |&entry| (role, entry));
        inherited.iter().flat_map(of_role).collect()
    }
}

/// Which of some entries grants a privilege, and where.
fn grants(entries: &[(RoleId, &Entry)], id: PrivilegeId) -> Option<(RoleId, Span)> {
    let (role, entry) = entries.iter().find(|(_, entry)| entry.privileges.binary_search(&id).is_ok())?;
    let item = entry.named.iter().find(|item| item.privileges.binary_search(&id).is_ok());
    Some((*role, item.map_or(entry.span, |item| item.span)))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(rules: &str, expected: &str) {
        let world = "resource folder in folder by path context { mfa: bool }
            category c on folder { read  write  share } role base { grant read } ";
        check_lint(Code::RedundantGrant, &format!("{world}{rules}"), expected);
    }

    #[test]
    fn what_an_inherited_role_grants() {
        check(
            "role mid inherits base { grant share } role top inherits mid { grant read, write, share }",
            "P0709 <read>: role `top` inherits `read` and `share` already
               <read>: `base` grants it
               <share>: `mid` grants it
             = take it out of the entry",
        );
        check(
            "role top inherits base { grant read on folder:a }",
            "P0709 <grant read on folder:a>: role `top` inherits `read` already
               <read>: `base` grants it
             = remove the entry",
        );
    }

    #[test]
    fn under_the_same_condition() {
        check(
            "role a { grant write when context.mfa } role b inherits a { grant write when context.mfa }",
            "P0709 <grant write when context.mfa>: role `b` inherits `write` already
               <write>: `a` grants it
             = remove the entry",
        );
        check("role a { grant write when context.mfa } role b inherits a { grant write }", "");
    }

    #[test]
    fn a_category_that_names_more() {
        check("role top inherits base { grant category:c }", "");
        check(
            "role whole { grant * } role top inherits whole { grant category:c }",
            "P0709 <grant category:c>: role `top` inherits `read`, `share` and `write` already
               <*>: `whole` grants it
             = remove the entry",
        );
    }

    #[test]
    fn what_differs() {
        check("role top inherits base { bypass read }", "");
        check("role other { grant read on folder:a } role top inherits other { grant read }", "");
        check("role other { grant read on folder:a } role top inherits other { grant read on folder:b }", "");
        check("role other { deny write } role top inherits other { grant read }", "");
        check("role top requires base { grant read }", "");
    }

    #[test]
    fn where_levels_decide_a_wider_scope_is_another_grant() {
        check_lint(
            Code::RedundantGrant,
            "policy p { resolve nearest } resource folder category c on folder { read }
             role base { grant read } role top inherits base { grant read on folder:a }",
            "",
        );
    }

    #[test]
    fn what_is_included_counts() {
        check_lint(
            Code::RedundantGrant,
            "category c { read  write  full includes read, write }
             @allow(P0307) \"a test\" role base { grant full except write } role top inherits base { grant full }",
            "",
        );
    }

    #[test]
    fn it_may_be_allowed() {
        check("role top inherits base { @allow(P0709) \"said on purpose\" grant read }", "");
    }
}

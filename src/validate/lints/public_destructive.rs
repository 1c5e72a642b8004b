//! P0707: a destructive privilege that whoever calls is granted.
//!
//! Enters: the model, its roles and what destroys. Leaves: a warning for each entry and assignment to `anyone` or
//! `anonymous`, and for each default, that grants such a privilege without a condition. What a deny takes away from them
//! everywhere is not counted, where denies win.

use super::destructive::Destructive;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Class, DefaultRule, Effect, Entry, Grantee, Model, PrivilegeId, Scope, Strategy};
use crate::source::Span;
use crate::validate::graph::Graph;
use crate::validate::roles::Link;
use crate::validate::wording;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) fn check(
    model: &Model,
    roles: &Graph<Link>,
    destructive: &Destructive,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let check = Check { model, destructive, denied: denied(model) };
    for entry in model.entries.iter().filter(|entry| entry.effect != Effect::Deny && entry.when.is_none()) {
        let Some(class) = public(&entry.to) else { continue };
        let reached = check.reached(entry);
        if !reached.is_empty() {
            diagnostics.push(check.finding(item(entry, &reached), class, &reached, "granted here"));
        }
    }
    check.assignments(roles, diagnostics);
    check.defaults(diagnostics);
}

/// The item that names all of it, or else the whole entry.
fn item(entry: &Entry, reached: &[PrivilegeId]) -> Span {
    let names_all =
        |privileges: &[PrivilegeId]| reached.iter().all(|id| privileges.binary_search(id).is_ok());
    entry.named.iter().find(|item| names_all(&item.privileges)).map_or(entry.span, |item| item.span)
}

/// The class among grantees that needs no identity.
fn public(to: &[Grantee]) -> Option<Class> {
    to.iter().find_map(|to| match *to {
        Grantee::Class(class @ (Class::Anyone | Class::Anonymous)) => Some(class),
        _ => None,
    })
}

/// What nobody without an identity gets, whatever else is granted.
fn denied(model: &Model) -> BTreeSet<PrivilegeId> {
    let strategies = model.types.iter().map(|ty| ty.resolve.unwrap_or(model.resolve));
    if strategies.chain([model.resolve]).any(|strategy| strategy != Strategy::DenyOverrides) {
        return BTreeSet::new();
    }
    let denies = model.entries.iter().filter(|entry| {
        entry.effect == Effect::Deny
            && entry.scope == Scope::Everywhere
            && entry.when.is_none()
            && public(&entry.to).is_some()
    });
    denies.flat_map(|entry| entry.privileges.iter().copied()).collect()
}

struct Check<'a> {
    model: &'a Model,
    destructive: &'a Destructive,
    denied: BTreeSet<PrivilegeId>,
}

impl Check<'_> {
    fn reached(&self, entry: &Entry) -> Vec<PrivilegeId> {
        let mut reached = self.destructive.of(&entry.privileges);
        if entry.effect == Effect::Grant {
            reached.retain(|id| !self.denied.contains(id));
        }
        reached
    }

    fn finding(&self, span: Span, class: Class, reached: &[PrivilegeId], label: &str) -> Diagnostic {
        let names = wording::list(reached.iter().map(|&id| wording::privilege(self.model, id)));
        let whom = wording::grantee(self.model, Grantee::Class(class));
        let verb = if reached.len() == 1 { "is" } else { "are" };
        let message = format!("{names} {verb} destructive, and granted to `{whom}`");
        let help = "grant it to those who need it, or to `authenticated` under a condition";
        Diagnostic::new(Code::PublicDestructive, span, message).label(label).help(help)
    }

    fn assignments(&self, roles: &Graph<Link>, diagnostics: &mut Vec<Diagnostic>) {
        let public_ones = self.model.assignments.iter().filter(|assignment| assignment.when.is_none());
        let public_ones: Vec<_> = public_ones.filter_map(|it| Some((it, public(&it.to)?))).collect();
        if public_ones.is_empty() {
            return;
        }
        let mut of_role: HashMap<u32, Vec<&Entry>> = HashMap::new();
        let grants = self.model.entries.iter().filter(|it| it.effect != Effect::Deny && it.when.is_none());
        for entry in grants.filter(|entry| entry.privileges.iter().any(|&id| self.destructive.has(id))) {
            for to in &entry.to {
                if let Grantee::Role(role) = *to {
                    of_role.entry(role.0).or_default().push(entry);
                }
            }
        }
        let mut known: HashMap<u32, BTreeMap<PrivilegeId, Span>> = HashMap::new();
        for (assignment, class) in public_ones {
            let role = assignment.role.0;
            let reached = known.entry(role).or_insert_with(|| self.through(role, roles, &of_role));
            if reached.is_empty() {
                continue;
            }
            let ids: Vec<PrivilegeId> = reached.keys().copied().collect();
            let finding = self.finding(assignment.span, class, &ids, "assigned here");
            let places: BTreeSet<Span> = reached.values().copied().collect();
            diagnostics.push(
                places
                    .into_iter()
                    .take(3)
                    .fold(finding, |finding, span| finding.also(span, "granted to the role here")),
            );
        }
    }

    /// What a role and those that it brings grant of it, and where.
    fn through(
        &self,
        role: u32,
        roles: &Graph<Link>,
        of_role: &HashMap<u32, Vec<&Entry>>,
    ) -> BTreeMap<PrivilegeId, Span> {
        let mut reached = BTreeMap::new();
        let (mut seen, mut open) = (BTreeSet::from([role]), vec![role]);
        while let Some(role) = open.pop() {
            for entry in of_role.get(&role).into_iter().flatten() {
                let found = self.reached(entry);
                let span = item(entry, &found);
                for id in found {
                    reached.entry(id).or_insert(span);
                }
            }
            open.extend(roles.edges_of(role).iter().map(|edge| edge.to).filter(|&to| seen.insert(to)));
        }
        reached
    }

    /// The `default` of types, and that of the policy for what is asked without a resource.
    fn defaults(&self, diagnostics: &mut Vec<Diagnostic>) {
        let class_of = |rule: DefaultRule| match rule {
            DefaultRule::Grant { to: class @ (Class::Anyone | Class::Anonymous), .. } => Some(class),
            _ => None,
        };
        let mut of_types: Vec<Vec<PrivilegeId>> = vec![Vec::new(); self.model.types.len()];
        let mut of_none = Vec::new();
        for at in 0..self.model.privileges.len() {
            let id = PrivilegeId::at(at);
            let category = self.model.privileges.get(at).map(|privilege| privilege.category.index());
            let category = category.and_then(|at| self.model.categories.get(at));
            let Some(category) = category.filter(|_| self.destructive.has(id) && !self.denied.contains(&id))
            else {
                continue;
            };
            if category.on.is_empty() {
                of_none.push(id);
            }
            for ty in &category.on {
                of_types.get_mut(ty.index()).into_iter().for_each(|list| list.push(id));
            }
        }
        for (ty, reached) in self.model.types.iter().zip(&of_types).filter(|(_, reached)| !reached.is_empty())
        {
            if let Some(class) = class_of(ty.default.unwrap_or(self.model.default)) {
                diagnostics.push(self.finding(ty.name.span, class, reached, "by the default of this type"));
            }
        }
        let header = self.model.name.as_ref().filter(|_| !of_none.is_empty());
        if let (Some(name), Some(class)) = (header, class_of(self.model.default)) {
            diagnostics.push(self.finding(name.span, class, &of_none, "by the default of the policy"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(rules: &str, expected: &str) {
        let world = "category c { read } category destructive { purge  wipe } context { mfa: bool } role r group ops ";
        check_lint(Code::PublicDestructive, &format!("{world}{rules}"), expected);
    }

    const HELP: &str = "= grant it to those who need it, or to `authenticated` under a condition";

    #[test]
    fn an_entry_to_whoever_calls() {
        check(
            "grant read, purge to anyone",
            &format!("P0707 <purge> (granted here): `purge` is destructive, and granted to `anyone`\n{HELP}"),
        );
        check(
            "bypass * to anonymous, group:ops",
            &format!(
                "P0707 <*> (granted here): `purge` and `wipe` are destructive, and granted to `anonymous`\n{HELP}"
            ),
        );
    }

    #[test]
    fn a_role_of_whoever_calls() {
        check(
            "role cleaner { grant wipe } role chief inherits cleaner assign chief to anyone",
            &format!(
                "P0707 <assign chief to anyone> (assigned here): `wipe` is destructive, and granted to `anyone`
                   <wipe>: granted to the role here\n{HELP}"
            ),
        );
    }

    #[test]
    fn a_default() {
        check(
            "policy p { default grant }",
            &format!(
                "P0707 <p> (by the default of the policy): `purge` and `wipe` are destructive, and granted to `anyone`\n{HELP}"
            ),
        );
        check_lint(
            Code::PublicDestructive,
            "resource doc { default grant to anonymous when unlisted } category destructive on doc { wipe }",
            &format!(
                "P0707 <doc> (by the default of this type): `wipe` is destructive, and granted to `anonymous`\n{HELP}"
            ),
        );
    }

    #[test]
    fn what_is_not_public() {
        check("grant purge to authenticated, group:ops, role:r", "");
        check("grant read to anyone", "");
        check("grant purge to anyone when context.mfa", "");
        check("grant purge to anyone deny purge to anonymous", "");
        check("policy p { default grant to authenticated }", "");
    }

    #[test]
    fn only_the_category_counts() {
        check_lint(Code::PublicDestructive, "category c { delete-draft } grant delete-draft to anyone", "");
    }

    #[test]
    fn it_may_be_allowed() {
        check("@allow(P0707) \"a sandbox\" grant purge to anyone", "");
    }
}

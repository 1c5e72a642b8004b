//! P0402: an entry or assignment that can never have an effect.
//!
//! Enters: the model, its roles and types. Leaves: warnings. An entry that only lists a resource (`when unlisted`) has an
//! effect, whomever and whatever it names.

use super::bits::{self, Rows};
use super::graph::{Edge, Graph};
use super::roles::Link;
use super::wording;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Assignment, CategoryId, DefaultRule, Effect, Entry, Grantee, Model, PrivilegeId, Scope, TypeId,
};
use crate::source::Span;

pub(super) fn check(
    model: &Model,
    roles: &Graph<Link>,
    types: &Graph<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let check = Check::new(model, types);
    diagnostics.extend(model.entries.iter().filter_map(|entry| check.entry(entry)));
    if model.assignments.iter().any(|assignment| assignment.scope != Scope::Everywhere) {
        let reach = check.reach_of_roles(roles);
        let of_assignment = |assignment| check.assignment(assignment, &reach);
        diagnostics.extend(model.assignments.iter().filter_map(of_assignment));
    }
}

struct Check<'m> {
    model: &'m Model,
    /// The type of each resource.
    type_of: Vec<TypeId>,
    /// For each type, itself alone.
    alone: Rows,
    /// For each type, itself and those that can lie below it.
    below: Rows,
    /// For each category, the types that its privileges are asked on; a bit behind the last type: without a resource.
    asked_on: Rows,
    /// The types below which some type grants by default what is not listed.
    unlisted: Vec<bool>,
}

/// Where the entries of each role can apply, and whether it has any.
struct Reach {
    types: Rows,
    has_entries: Vec<bool>,
}

impl<'m> Check<'m> {
    fn new(model: &'m Model, types: &Graph<Span>) -> Check<'m> {
        let count = model.types.len();
        let mut asked_on = Rows::new(model.categories.len(), count + 1);
        for (at, category) in model.categories.iter().enumerate() {
            category.on.iter().for_each(|ty| asked_on.set(at, ty.index()));
            if category.on.is_empty() {
                asked_on.set(at, count);
            }
        }
        let below = below(model, types);
        let grants_unlisted = |ty: usize| {
            let own = model.types.get(ty).and_then(|ty| ty.default);
            matches!(own.unwrap_or(model.default), DefaultRule::Grant { when_unlisted: true, .. })
        };
        let unlisted: Vec<usize> = (0..count).filter(|&ty| grants_unlisted(ty)).collect();
        let unlisted = (0..count).map(|ty| unlisted.iter().any(|&other| below.has(ty, other))).collect();
        let mut alone = Rows::new(count, count + 1);
        (0..count).for_each(|ty| alone.set(ty, ty));
        // A large policy asks for these once for each assignment, and the resources themselves lie far apart.
        let type_of = model.instances.iter().map(|instance| instance.ty).collect();
        Check { model, type_of, alone, below, asked_on, unlisted }
    }

    fn entry(&self, entry: &Entry) -> Option<Diagnostic> {
        if entry.privileges.is_empty() {
            let message = "after `except` nothing is left that the entry names";
            let finding = Diagnostic::new(Code::EntryWithoutEffect, entry.span, message);
            return Some(finding.help("remove the entry, or name less behind `except`"));
        }
        if self.lists(entry.scope) {
            return None;
        }
        let covered = self.covered(entry.scope)?;
        let asked = self.types(&entry.privileges);
        if bits::overlap(&asked, covered) {
            return None;
        }
        let scope = wording::scope(self.model, entry.scope);
        let verb = match entry.effect {
            Effect::Grant => "grants",
            Effect::Deny => "denies",
            Effect::Bypass => "bypasses",
        };
        let message = format!("nothing that the entry {verb} can be asked on `{scope}`");
        let finding = Diagnostic::new(Code::EntryWithoutEffect, entry.span, message);
        Some(finding.help(self.where_asked(&entry.privileges, &asked)))
    }

    fn where_asked(&self, privileges: &[PrivilegeId], asked: &[u64]) -> String {
        let names = wording::list(privileges.iter().map(|&id| wording::privilege(self.model, id)));
        let verb = if privileges.len() == 1 { "is" } else { "are" };
        match self.names_of(asked).as_slice() {
            [] => format!("{names} {verb} asked without a resource: leave the scope out"),
            types => {
                let types = wording::list(types.iter());
                format!("{names} {verb} asked on {types}: choose a scope that can hold one, or none")
            }
        }
    }

    fn assignment(&self, assignment: &Assignment, reach: &Reach) -> Option<Diagnostic> {
        if self.lists(assignment.scope) {
            return None;
        }
        let covered = self.covered(assignment.scope)?;
        let role = assignment.role.index();
        let has_entries = reach.has_entries.get(role).copied().unwrap_or(false);
        if !has_entries || bits::overlap(reach.types.row(role), covered) {
            return None;
        }
        let scope = wording::scope(self.model, assignment.scope);
        let name = wording::role(self.model, assignment.role);
        let message = format!("no entry of role `{name}` can apply on `{scope}`");
        let types = self.names_of(reach.types.row(role));
        let help = match types.as_slice() {
            [] => "its privileges are asked without a resource: leave the scope out".to_owned(),
            types => format!(
                "its entries apply to {}: choose a scope that can hold one",
                wording::list(types.iter())
            ),
        };
        Some(Diagnostic::new(Code::EntryWithoutEffect, assignment.span, message).help(help))
    }

    /// Whether a scope makes a resource count as listed where that matters.
    fn lists(&self, scope: Scope) -> bool {
        let Scope::Resource { instance, .. } = scope else { return false };
        let ty = self.type_of.get(instance.index());
        ty.and_then(|ty| self.unlisted.get(ty.index())).copied().unwrap_or(false)
    }

    /// The types that a scope covers; `None` when it covers everything.
    fn covered(&self, scope: Scope) -> Option<&[u64]> {
        match scope {
            Scope::Everywhere => None,
            Scope::Type(ty) => Some(self.alone.row(ty.index())),
            Scope::Resource { instance, only } => {
                let ty = self.type_of.get(instance.index())?.index();
                Some(if only { self.alone.row(ty) } else { self.below.row(ty) })
            }
        }
    }

    /// The types that privileges are asked on.
    fn types(&self, privileges: &[PrivilegeId]) -> Vec<u64> {
        let mut types = vec![0; self.asked_on.row(0).len()];
        let mut last: Option<CategoryId> = None;
        for privilege in privileges.iter().filter_map(|id| self.model.privileges.get(id.index())) {
            if last != Some(privilege.category) {
                bits::unite(&mut types, self.asked_on.row(privilege.category.index()));
                last = Some(privilege.category);
            }
        }
        types
    }

    fn names_of(&self, row: &[u64]) -> Vec<&str> {
        let types = self.model.types.iter().enumerate();
        types.filter(|(at, _)| bits::has(row, *at)).map(|(_, ty)| ty.name.value.as_str()).collect()
    }

    fn reach_of_roles(&self, roles: &Graph<Link>) -> Reach {
        let mut types = Rows::new(self.model.roles.len(), self.model.types.len() + 1);
        let mut has_entries = vec![false; self.model.roles.len()];
        for entry in &self.model.entries {
            let of_roles = entry.to.iter().filter_map(|&grantee| match grantee {
                Grantee::Role(id) => Some(id),
                Grantee::Principal(_) | Grantee::Group(_) | Grantee::Class(_) => None,
            });
            let mut row: Option<Vec<u64>> = None;
            for role in of_roles {
                let row = row.get_or_insert_with(|| self.applies_to(entry));
                bits::unite(types.row_mut(role.index()), row);
                has_entries.get_mut(role.index()).into_iter().for_each(|slot| *slot = true);
            }
        }
        for component in roles.components() {
            let Some(&head) = component.first() else { continue };
            let mut any = false;
            for &role in component {
                for to in roles.edges_of(role).iter().map(|edge| edge.to).chain([role]) {
                    types.unite(head as usize, to as usize);
                    any |= has_entries.get(to as usize).copied().unwrap_or(false);
                }
            }
            for &role in component {
                types.unite(role as usize, head as usize);
                has_entries.get_mut(role as usize).into_iter().for_each(|slot| *slot = any);
            }
        }
        Reach { types, has_entries }
    }

    fn applies_to(&self, entry: &Entry) -> Vec<u64> {
        let mut types = self.types(&entry.privileges);
        if let Some(covered) = self.covered(entry.scope) {
            bits::intersect(&mut types, covered);
        }
        types
    }
}

fn below(model: &Model, types: &Graph<Span>) -> Rows {
    let mut below = Rows::new(model.types.len(), model.types.len() + 1);
    (0..model.types.len()).for_each(|ty| below.set(ty, ty));
    // From what lies in others to those that it lies in: each passes on what it has gathered.
    for component in types.components().iter().rev() {
        let Some(&head) = component.first() else { continue };
        component.iter().for_each(|&ty| below.unite(head as usize, ty as usize));
        for &ty in component {
            below.unite(ty as usize, head as usize);
            let parents = types.edges_of(ty).iter();
            parents.for_each(|Edge { to, .. }| below.unite(*to as usize, ty as usize));
        }
    }
    below
}

#[cfg(test)]
mod tests {
    use crate::validate::testing::check;

    const WORLD: &str = "resource folder in folder by path resource flow in folder by path resource desk
        category flow on flow { flow.edit } category folder on folder { folder.edit } category app { login }
        role editor { grant flow.edit } role clerk { grant login } role nobody group ops group old disabled ";

    #[track_caller]
    fn check_rules(rules: &str, expected: &str) {
        check(&format!("{WORLD}{rules}"), expected);
    }

    #[test]
    fn a_scope_on_which_nothing_is_asked() {
        check_rules(
            "grant folder.edit to group:ops on flow:a/b",
            "P0402 <grant folder.edit to group:ops on flow:a/b>: nothing that the entry grants can be asked on `flow:a/b`
               = `folder.edit` is asked on `folder`: choose a scope that can hold one, or none",
        );
        check_rules(
            "deny flow.edit to group:ops on folder:a only",
            "P0402 <deny flow.edit to group:ops on folder:a only>: nothing that the entry denies can be asked on `folder:a only`
               = `flow.edit` is asked on `flow`: choose a scope that can hold one, or none",
        );
        check_rules(
            "grant flow.edit to group:ops on folder:*",
            "P0402 <grant flow.edit to group:ops on folder:*>: nothing that the entry grants can be asked on `folder:*`
               = `flow.edit` is asked on `flow`: choose a scope that can hold one, or none",
        );
    }

    #[test]
    fn a_scope_for_what_is_asked_without_a_resource() {
        check_rules(
            "grant login to group:ops on folder:a",
            "P0402 <grant login to group:ops on folder:a>: nothing that the entry grants can be asked on `folder:a`
               = `login` is asked without a resource: leave the scope out",
        );
    }

    #[test]
    fn scopes_that_can_hold_it() {
        check_rules(
            "grant flow.edit to group:ops on folder:a
             grant flow.edit to group:ops on flow:*
             grant flow.edit, login to group:ops on flow:a/b only
             grant folder.edit to group:ops on folder:a only
             grant login to group:ops",
            "",
        );
    }

    /// It is switched off on purpose, and with it all that is for it.
    #[test]
    fn disabled_groups() {
        check_rules("grant login to group:old assign editor to group:old", "");
    }

    #[test]
    fn nothing_is_left_behind_except() {
        check_rules(
            "grant flow.* except flow.edit to group:ops",
            "P0402 <grant flow.* except flow.edit to group:ops>: after `except` nothing is left that the entry names
               = remove the entry, or name less behind `except`",
        );
    }

    #[test]
    fn an_assignment_where_its_role_does_nothing() {
        check_rules(
            "assign editor to group:ops on desk:1
             assign clerk to group:ops on folder:a",
            "P0402 <assign editor to group:ops on desk:1>: no entry of role `editor` can apply on `desk:1`
               = its entries apply to `flow`: choose a scope that can hold one
             P0402 <assign clerk to group:ops on folder:a>: no entry of role `clerk` can apply on `folder:a`
               = its privileges are asked without a resource: leave the scope out",
        );
    }

    #[test]
    fn what_a_role_inherits_counts() {
        check_rules(
            "role chief inherits editor { grant login }
             assign chief to group:ops on folder:a
             assign nobody to group:ops on folder:a",
            "",
        );
    }

    #[test]
    fn listing_a_resource_is_an_effect() {
        check(
            "resource item { default grant when unlisted } category c { login } group old disabled
             grant login to group:old on item:a",
            "",
        );
    }

    #[test]
    fn it_may_be_allowed() {
        check_rules("@allow(P0402) \"soon\" grant flow.edit to group:ops on folder:a only", "");
    }
}

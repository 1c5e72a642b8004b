//! P0712: a role that lists, one by one, all that another grants, without inheriting it.
//!
//! Enters: the model, its roles and what they come to. Leaves: one warning for each such role, with the largest roles that
//! it repeats. Only what makes up three quarters of the list or more counts: less is held by chance. What a wildcard or category names
//! is no list. Silent in policies with very many roles: there a list that
//! holds another is the rule. A role that is bound by `exclusive`, `limit` or `requires` is none to inherit.

use super::rights::Rights;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Effect, Grantee, Model, RoleId, Scope};
use crate::validate::bits::{self, Rows};
use crate::validate::graph::Graph;
use crate::validate::roles::Link;
use crate::validate::wording;

/// How many privileges the other role has to grant.
const PRIVILEGES: usize = 3;

/// In how many roles it is looked for.
const ROLES: usize = 200;

pub(super) fn check(model: &Model, roles: &Graph<Link>, rights: &Rights, diagnostics: &mut Vec<Diagnostic>) {
    if model.roles.len() > ROLES {
        return;
    }
    let listed = listed(model);
    let inherited = inherited(model, roles);
    // Only roles that grant and do nothing else can be inherited in place of a list.
    let mut candidates: Vec<(RoleId, &[u64], usize)> = Vec::new();
    let inheritable = |&id: &RoleId| rights.is_comparable(id) && !rights.is_bound(id);
    for id in (0..model.roles.len()).map(RoleId::at).filter(inheritable) {
        let [grants, denies, bypasses] = rights.rows(id);
        let size = bits::count(grants);
        if size >= PRIVILEGES && bits::count(denies) == 0 && bits::count(bypasses) == 0 {
            candidates.push((id, grants, size));
        }
    }
    for (at, role) in model.roles.iter().enumerate() {
        let own = listed.row(at);
        let size = bits::count(own);
        let repeats = |&&(id, grants, other): &&(RoleId, &[u64], usize)| {
            other < size
                && other * 4 >= size * 3
                && !inherited.has(at, id.index())
                && bits::within(grants, own)
        };
        let repeated: Vec<_> = candidates.iter().filter(repeats).collect();
        let is_largest = |&&(id, grants, size): &&(RoleId, &[u64], usize)| {
            let holds = |other: &&(RoleId, &[u64], usize)| {
                bits::within(grants, other.1) && (other.2 > size || other.0 < id)
            };
            !repeated.iter().any(holds)
        };
        let largest: Vec<RoleId> =
            repeated.iter().copied().filter(|it| is_largest(it)).map(|it| it.0).collect();
        if largest.is_empty() {
            continue;
        }
        let names = wording::list(largest.iter().map(|&id| wording::role(model, id)));
        let message = format!("role `{}` lists all that {names} {}", role.name.value, grant_verb(&largest));
        let finding = Diagnostic::new(Code::RepeatedRole, role.name.span, message);
        let places = largest.iter().take(3).filter_map(|id| model.roles.get(id.index()));
        let finding =
            places.fold(finding, |finding, other| finding.also(other.name.span, "granted by this role too"));
        diagnostics.push(finding.help(format!("let it inherit {names}, and list what it adds")));
    }
}

fn grant_verb(roles: &[RoleId]) -> &'static str {
    if roles.len() == 1 { "grants" } else { "grant" }
}

/// What each role grants everywhere and always by name.
fn listed(model: &Model) -> Rows {
    let mut listed = Rows::new(model.roles.len(), model.privileges.len());
    let plain = model.entries.iter().filter(|entry| {
        entry.effect == Effect::Grant && entry.scope == Scope::Everywhere && entry.when.is_none()
    });
    for entry in plain {
        let [Grantee::Role(role)] = entry.to.as_slice() else { continue };
        for id in entry.named.iter().filter(|item| !item.broad).flat_map(|item| &item.privileges) {
            if entry.privileges.binary_search(id).is_ok() {
                listed.set(role.index(), id.index());
            }
        }
    }
    listed
}

/// Itself and what it inherits.
fn inherited(model: &Model, roles: &Graph<Link>) -> Rows {
    let mut inherited = Rows::new(model.roles.len(), model.roles.len());
    for &role in roles.components().iter().flatten() {
        inherited.set(role as usize, role as usize);
        roles.edges_of(role).iter().for_each(|edge| inherited.unite(role as usize, edge.to as usize));
    }
    inherited
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(rules: &str, expected: &str) {
        let world = "category c { a  b  c  d  e  f } role base { grant a, b, c } ";
        check_lint(Code::RepeatedRole, &format!("{world}{rules}"), expected);
    }

    #[test]
    fn a_list_that_holds_a_role() {
        check(
            "role more { grant a, b, c, d }",
            "P0712 <more>: role `more` lists all that `base` grants
               <base>: granted by this role too
             = let it inherit `base`, and list what it adds",
        );
    }

    #[test]
    fn only_the_largest_is_named() {
        check(
            "role mid inherits base { grant d } role less { grant b, c, d } role more { grant a, b, c, d, e }",
            "P0712 <more>: role `more` lists all that `mid` grants
               <mid>: granted by this role too
             = let it inherit `mid`, and list what it adds",
        );
    }

    #[test]
    fn what_is_no_list_of_it() {
        check("role more inherits base { grant d }", "");
        check("role more inherits base { grant a, b, c, d }", "");
        check("role more { grant * }", "");
        check("role more { grant a, b, d, e }", "");
        check("role more { grant a, b, c, d, e }", "");
        check("role small { grant e, f } role more { grant d, e, f }", "");
        check("role more { grant a, b, c, d, e, f } privilege g in c grant g to role:more", "");
        check("role denying { grant d, e, f deny a } role more { grant c, d, e, f }", "");
    }

    #[test]
    fn a_role_that_is_kept_apart() {
        check("role more { grant a, b, c, d } role other { grant e } exclusive base, other", "");
        check("role more { grant a, b, c, d } limit 2 for role:base", "");
    }

    #[test]
    fn it_may_be_allowed() {
        check("@allow(P0712) \"an audit wants the list\" role more { grant a, b, c, d }", "");
    }
}

//! P0711: roles that do exactly the same.
//!
//! Enters: the model and what its roles come to. Leaves: one warning for each set of equal roles, at the first by name;
//! or at one with an `@allow`, which silences it for all of the set.
//! Silent for roles that do little, which may be equal by chance, for one that inherits another of the set, which says what
//! it is, and for those that separation of duty keeps apart.

use super::rights::{self, Rights};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Model, Role, RoleId};
use crate::validate::allow::Allows;
use crate::validate::wording;
use std::collections::HashMap;

/// How many privileges a role has to be about.
const PRIVILEGES: usize = 3;

/// How many equal roles, or sets of such, are pointed at.
const SHOWN: usize = 4;

/// How many sets get a finding each; more are one finding.
const SETS: usize = 10;

pub(super) fn check(model: &Model, rights: &Rights, diagnostics: &mut Vec<Diagnostic>) {
    let mut sets: HashMap<[&[u64]; 3], Vec<RoleId>> = HashMap::new();
    for id in (0..model.roles.len()).map(RoleId::at) {
        let rows = rights.rows(id);
        if rights.is_comparable(id) && !rights.is_bound(id) && rights::count(rows) >= PRIVILEGES {
            sets.entry(rows).or_default().push(id);
        }
    }
    let allows = Allows::new(model);
    let mut sets: Vec<Vec<RoleId>> = sets.into_values().filter(|set| set.len() > 1).collect();
    sets.sort_unstable();
    let mut found: Vec<Vec<&Role>> = Vec::new();
    for set in sets {
        let own: Vec<RoleId> = set.iter().copied().filter(|&id| !inherits_any(model, id, &set)).collect();
        if own.len() < 2 {
            continue;
        }
        let mut own: Vec<&Role> = own.iter().filter_map(|id| model.roles.get(id.index())).collect();
        // One that may be equal to others speaks for all of them.
        let allowed = |role: &&Role| allows.covering(Code::EqualRoles, role.name.span).is_some();
        match own.iter().position(allowed) {
            Some(at) => {
                own.swap(0, at);
                diagnostics.extend(finding(&own));
            }
            None => found.push(own),
        }
    }
    if found.len() > SETS {
        diagnostics.extend(together(&mut found));
    } else {
        diagnostics.extend(found.iter().filter_map(|set| finding(set)));
    }
}

/// One finding for a policy that has many such sets: the first few by place, and how many there are.
fn together(sets: &mut [Vec<&Role>]) -> Option<Diagnostic> {
    sets.sort_by_key(|set| set.first().map(|role| role.name.span));
    let names = |set: &Vec<&Role>| wording::list(set.iter().map(|role| &role.name.value));
    let shown: Vec<String> = sets.iter().take(SHOWN).map(names).collect();
    let (count, rest) = (sets.len(), sets.len().saturating_sub(SHOWN));
    let message = format!("{count} sets of roles do exactly the same: {}; and {rest} more", shown.join("; "));
    let mut heads = sets.iter().filter_map(|set| set.first()).map(|role| role.name.span);
    let finding = Diagnostic::new(Code::EqualRoles, heads.next()?, message);
    let finding = heads.take(SHOWN - 1).fold(finding, |finding, span| finding.also(span, "another set"));
    Some(
        finding.help("keep one role of each set, or let the others inherit it; then the next sets are named"),
    )
}

fn inherits_any(model: &Model, id: RoleId, set: &[RoleId]) -> bool {
    let inherits = model.roles.get(id.index()).map_or(&[][..], |role| &role.inherits);
    inherits.iter().any(|(parent, _)| set.binary_search(parent).is_ok())
}

fn finding(roles: &[&Role]) -> Option<Diagnostic> {
    let (first, others) = roles.split_first()?;
    let names = wording::list(roles.iter().map(|role| &role.name.value));
    let message = format!("roles {names} do exactly the same");
    let finding = Diagnostic::new(Code::EqualRoles, first.name.span, message);
    let finding = others
        .iter()
        .take(SHOWN)
        .fold(finding, |finding, other| finding.also(other.name.span, "the same as this"));
    Some(finding.help("keep one, or let the others inherit it"))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(rules: &str, expected: &str) {
        let world = "context { mfa: bool } category c { a  b  c  d } role one { grant a, b, c } ";
        check_lint(Code::EqualRoles, &format!("{world}{rules}"), expected);
    }

    const SAME: &str = "P0711 <one>: roles `one` and `two` do exactly the same
        <two>: the same as this
        = keep one, or let the others inherit it";

    #[test]
    fn the_same_by_another_way() {
        check("role two { grant * except d }", SAME);
        check("role part { grant a, b } role two inherits part { grant c }", SAME);
        check("role two grant a, b, c to role:two", SAME);
    }

    #[test]
    fn what_differs() {
        check("role two { grant a, b, d }", "");
        check("role two { grant a, b, c deny d }", "");
        check("role two { bypass a, b, c }", "");
        check("role two { grant a, b, c when context.mfa }", "");
        check("role two { grant a, b, c } role extra { grant d } assign extra to role:two", "");
    }

    #[test]
    fn a_role_that_inherits_the_other_says_so() {
        check("role two inherits one", "");
    }

    #[test]
    fn roles_that_are_kept_apart() {
        check("role two { grant a, b, c } exclusive one, two", "");
        check("role two { grant a, b, c } limit 1 for role:two", "");
        check("role extra { grant d } role two requires extra { grant a, b, c }", "");
    }

    #[test]
    fn many_sets_are_one_finding() {
        let privileges: String = (0..33).map(|at| format!("p{at} ")).collect();
        let roles: String = (0..11)
            .map(|at| {
                let list = format!("grant p{}, p{}, p{}", at * 3, at * 3 + 1, at * 3 + 2);
                format!("role a{at} {{ {list} }} role b{at} {{ {list} }} ")
            })
            .collect();
        check_lint(
            Code::EqualRoles,
            &format!("category c {{ {privileges} }} {roles}"),
            "P0711 <a0>: 11 sets of roles do exactly the same: `a0` and `b0`; `a1` and `b1`; `a2` and `b2`; \
             `a3` and `b3`; and 7 more
               <a1>: another set
               <a2>: another set
               <a3>: another set
             = keep one role of each set, or let the others inherit it; then the next sets are named",
        );
    }

    #[test]
    fn little_roles_may_be_equal() {
        check("role x { grant a, b } role y { grant a, b }", "");
    }

    #[test]
    fn it_may_be_allowed() {
        check(
            "@allow(P0711) \"another department\" role two { grant a, b, c } role three { grant * except d }",
            "",
        );
    }
}

//! P0710: a deny that takes nothing away.
//!
//! Enters: the model and what is granted. Leaves: a warning for each deny of privileges that no entry and no default
//! grants to anybody, or that are asked only where every grant beats every deny. Silent where the deny makes a resource
//! count as listed.

use super::granted::Granted;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Effect, Model, PrivilegeId, Strategy};
use crate::validate::wording;

pub(super) fn check(model: &Model, granted: &Granted, diagnostics: &mut Vec<Diagnostic>) {
    if !granted.any_entry {
        return;
    }
    let beaten: Vec<bool> = model.categories.iter().map(|category| is_beaten(model, &category.on)).collect();
    for entry in model.entries.iter().filter(|entry| entry.effect == Effect::Deny) {
        // A default that grants may be kept from granting, by the deny itself or by what it lists.
        let by_default = |&id: &PrivilegeId| granted.by_default(model, id);
        if entry.privileges.is_empty() || entry.privileges.iter().any(by_default) {
            continue;
        }
        let names = || wording::list(entry.privileges.iter().map(|&id| wording::privilege(model, id)));
        let ungranted = entry.privileges.iter().all(|&id| !granted.by_entry(id));
        let bypassed = entry.privileges.iter().all(|&id| !granted.by_grant(id));
        let message = if ungranted {
            format!("the deny takes nothing away: nobody is granted {}", names())
        } else if bypassed {
            format!("the deny takes nothing away: only a bypass gives {}", names())
        } else if entry.privileges.iter().all(|&id| is_of(model, id, &beaten)) {
            format!("the deny takes nothing away: for {} every grant overrides it", names())
        } else {
            continue;
        };
        let finding = Diagnostic::new(Code::IdleDeny, entry.span, message);
        diagnostics.push(finding.help(if ungranted {
            "remove it: what is not granted is denied"
        } else if bypassed {
            "remove it, or grant in place of the bypass: no deny counts against that"
        } else {
            "remove it, or choose another `resolve`"
        }));
    }
}

/// Whether grants beat denies wherever the privileges of such a category are asked.
fn is_beaten(model: &Model, on: &[crate::model::TypeId]) -> bool {
    let strategy = |ty: &crate::model::TypeId| {
        model.types.get(ty.index()).and_then(|ty| ty.resolve).unwrap_or(model.resolve)
    };
    let beaten = |strategy: Strategy| strategy == Strategy::GrantOverrides;
    if on.is_empty() { beaten(model.resolve) } else { on.iter().all(|ty| beaten(strategy(ty))) }
}

fn is_of(model: &Model, id: PrivilegeId, beaten: &[bool]) -> bool {
    let category = model.privileges.get(id.index()).map(|privilege| privilege.category.index());
    category.and_then(|category| beaten.get(category)).copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(policy: &str, expected: &str) {
        check_lint(Code::IdleDeny, policy, expected);
    }

    #[test]
    fn nobody_is_granted_it() {
        check(
            "category c { read write } group ops grant read to authenticated deny write to group:ops",
            "P0710 <deny write to group:ops>: the deny takes nothing away: nobody is granted `write`
             = remove it: what is not granted is denied",
        );
    }

    #[test]
    fn a_bypass_is_stronger() {
        check(
            "category c { read write } group ops grant read to group:ops bypass write to authenticated
             deny write to group:ops",
            "P0710 <deny write to group:ops>: the deny takes nothing away: only a bypass gives `write`
             = remove it, or grant in place of the bypass: no deny counts against that",
        );
    }

    #[test]
    fn every_grant_overrides_it() {
        check(
            "policy p { resolve grant-overrides } category c { read } group ops
             grant read to authenticated deny read to group:ops",
            "P0710 <deny read to group:ops>: the deny takes nothing away: for `read` every grant overrides it
             = remove it, or choose another `resolve`",
        );
    }

    #[test]
    fn what_it_may_take_away() {
        check("category c { read write } group ops grant read to authenticated deny * to group:ops", "");
        check(
            "policy p { default grant } category c { read write } group ops grant read to anyone deny write to group:ops",
            "",
        );
        check(
            "resource doc { default grant resolve grant-overrides } category c on doc { read } group ops
             grant read to group:ops deny read to anonymous",
            "",
        );
        check("category c { read } group ops deny read to group:ops", "");
    }

    #[test]
    fn it_may_be_allowed() {
        check(
            "category c { r w } group g grant r to group:g @allow(P0710) \"for later\" deny w to group:g",
            "",
        );
    }
}

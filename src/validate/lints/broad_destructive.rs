//! P0708: a wildcard that grants destructive privileges among others.
//!
//! Enters: the model and what destroys. Leaves: a warning for each such item. Silent where the same entry, or another of
//! the same role, names the privileges or their category, where the wildcard names nothing else (`delete-*`), and for a
//! bypass and the `*` of a role, which say openly that they are for all.

use super::destructive::Destructive;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Effect, Entry, Model, NamedPrivileges, PrivilegeId, RoleId};
use crate::validate::wording;
use std::collections::{BTreeSet, HashMap};

pub(super) fn check(model: &Model, destructive: &Destructive, diagnostics: &mut Vec<Diagnostic>) {
    // Where a wildcard is not alone, what the role says elsewhere counts.
    let mut said: HashMap<RoleId, BTreeSet<PrivilegeId>> = HashMap::new();
    let grants = || model.entries.iter().filter(|entry| entry.effect == Effect::Grant);
    for entry in grants() {
        if let Some(role) = entry.in_role {
            said.entry(role).or_default().extend(meant(entry, destructive));
        }
    }
    for entry in grants() {
        let is_all = |item: &NamedPrivileges| item.everything && entry.in_role.is_some();
        for item in entry.named.iter().filter(|item| item.broad && !is_all(item)) {
            let named: BTreeSet<PrivilegeId> = meant(entry, destructive).collect();
            let of_role = entry.in_role.and_then(|role| said.get(&role));
            let is_said =
                |id: &PrivilegeId| named.contains(id) || of_role.is_some_and(|said| said.contains(id));
            let kept = |id: &PrivilegeId| entry.privileges.binary_search(id).is_ok();
            let mut reached = destructive.of(&item.privileges);
            reached.retain(|id| kept(id) && !is_said(id));
            if !reached.is_empty() {
                let names = wording::list(reached.iter().map(|&id| wording::privilege(model, id)));
                let message = format!("the wildcard grants what is destructive: {names}");
                let finding = Diagnostic::new(Code::BroadDestructive, item.span, message);
                let help = "take them out with `except`, or name them or their category beside it";
                diagnostics.push(finding.help(help));
            }
        }
    }
}

/// What an entry names by items that name nothing that is harmless.
fn meant<'a>(entry: &'a Entry, destructive: &'a Destructive) -> impl Iterator<Item = PrivilegeId> + 'a {
    let items = entry.named.iter().filter(|item| item.privileges.iter().all(|&id| destructive.has(id)));
    items.flat_map(|item| item.privileges.iter().copied())
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(rules: &str, expected: &str) {
        let world = "category doc { doc.read  doc.write } category destructive { doc.purge  app.purge } ";
        check_lint(Code::BroadDestructive, &format!("{world}{rules}"), expected);
    }

    const HELP: &str = "= take them out with `except`, or name them or their category beside it";

    #[test]
    fn a_wildcard_that_reaches_too_far() {
        check(
            "role editor { grant doc.* }",
            &format!("P0708 <doc.*>: the wildcard grants what is destructive: `doc.purge`\n{HELP}"),
        );
        check(
            "grant * except app.purge to authenticated",
            &format!("P0708 <*>: the wildcard grants what is destructive: `doc.purge`\n{HELP}"),
        );
    }

    #[test]
    fn what_is_said_is_meant() {
        check("role a { grant *, category:destructive }", "");
        check("role a { grant doc.* grant doc.purge }", "");
        check("role a { grant *.purge }", "");
        check("role a { bypass * }", "");
        check("role a { grant * }", "");
    }

    #[test]
    fn what_is_taken_out_is_not_granted() {
        check("role a { grant * except category:destructive }", "");
        check("role a { grant category:doc }", "");
    }

    #[test]
    fn it_may_be_allowed() {
        check("role a { @allow(P0708) \"owns all documents\" grant doc.* }", "");
    }
}

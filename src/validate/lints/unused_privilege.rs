//! P0706: a privilege that nothing grants.
//!
//! Enters: the model and what is granted. Leaves: one warning for each category that has such privileges, and one more for
//! each `@allow` that covers some of them. Silent where nothing is granted at all: such a policy lists what others grant.

use super::granted::Granted;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{CategoryId, Model, PrivilegeId};
use crate::validate::allow::{Allow, Allows};
use crate::validate::wording;
use std::collections::BTreeMap;

/// How many privileges of a category are pointed at.
const SHOWN: usize = 5;

pub(super) fn check(model: &Model, granted: &Granted, diagnostics: &mut Vec<Diagnostic>) {
    if !granted.any_entry {
        return;
    }
    let allows = Allows::new(model);
    let mut total = vec![0_usize; model.categories.len()];
    let mut groups: BTreeMap<(CategoryId, Option<Allow>), Vec<PrivilegeId>> = BTreeMap::new();
    for (at, privilege) in model.privileges.iter().enumerate() {
        let id = PrivilegeId::at(at);
        total.get_mut(privilege.category.index()).into_iter().for_each(|count| *count += 1);
        if !granted.by_entry(id) && !granted.by_default(model, id) {
            let allowed = allows.covering(Code::UnusedPrivilege, privilege.name.span);
            groups.entry((privilege.category, allowed)).or_default().push(id);
        }
    }
    for ((category, allowed), unused) in groups {
        let all = total.get(category.index()).copied() == Some(unused.len()) && allowed.is_none();
        diagnostics.extend(finding(model, category, unused, all));
    }
}

fn finding(
    model: &Model,
    category: CategoryId,
    mut unused: Vec<PrivilegeId>,
    all: bool,
) -> Option<Diagnostic> {
    let span = |id: &PrivilegeId| model.privileges.get(id.index()).map(|privilege| privilege.name.span);
    unused.sort_by_key(|id| span(id));
    let of = model.categories.get(category.index())?;
    let help = "grant it to a role, or remove it";
    if all && unused.len() > 1 {
        let message =
            format!("none of the {} privileges of `{}` is ever granted", unused.len(), of.name.value);
        let finding = Diagnostic::new(Code::UnusedPrivilege, of.name.span, message);
        return Some(finding.help("grant them to a role, or remove them"));
    }
    let (first, others) = unused.split_first()?;
    let names = wording::list(unused.iter().map(|&id| wording::privilege(model, id)));
    let verb = if others.is_empty() { "is" } else { "are" };
    let message = format!("{names} {verb} never granted");
    let finding = Diagnostic::new(Code::UnusedPrivilege, span(first)?, message);
    let finding = others
        .iter()
        .filter_map(span)
        .take(SHOWN - 1)
        .fold(finding, |finding, span| finding.also(span, "nor is this"));
    Some(finding.help(if others.is_empty() { help } else { "grant them to a role, or remove them" }))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(policy: &str, expected: &str) {
        check_lint(Code::UnusedPrivilege, policy, expected);
    }

    #[test]
    fn a_privilege_that_nothing_grants() {
        check(
            "category c { read write } role r { grant read } deny write to role:r",
            "P0706 <write>: `write` is never granted
             = grant it to a role, or remove it",
        );
    }

    #[test]
    fn those_of_a_category_are_one_finding() {
        check(
            "category c { read write share } category d { x y } role r { grant read }",
            "P0706 <write>: `write` and `share` are never granted
               <share>: nor is this
             = grant them to a role, or remove them
             P0706 <d>: none of the 2 privileges of `d` is ever granted
             = grant them to a role, or remove them",
        );
    }

    #[test]
    fn what_counts_as_granted() {
        check("category c { read write } role r { grant * }", "");
        check("category c { full includes read read } role r { bypass full }", "");
        check("policy p { default grant } category c { read write } grant read to anyone", "");
        check(
            "resource d { default grant when unlisted } category c on d { read } category e { x } grant x to anyone",
            "",
        );
    }

    #[test]
    fn a_list_of_privileges_is_a_library() {
        check("category c { read write } role r {}", "");
    }

    #[test]
    fn one_that_is_allowed_leaves_the_others() {
        check(
            "category c { @allow(P0706) \"soon\" read write x } role r { grant x }",
            "P0706 <write>: `write` is never granted
             = grant it to a role, or remove it",
        );
        check(
            "category c { @allow(P0706) \"soon\" read @allow(P0706) \"soon\" write x } role r { grant x }",
            "",
        );
    }
}

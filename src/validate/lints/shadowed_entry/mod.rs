//! P0715: an entry or assignment that makes no difference, because others say all of it already.
//!
//! Enters: the model. Leaves: a warning for each entry with items, and for each assignment, that other rules cover: for the
//! same grantee or for a class, group or role of which everybody is whom it names, at the same scope or a wider one, without a
//! condition or under the same one. An assigned role covers those that it inherits.
//! A grant is covered by grants and bypasses, and, where a deny is final, by denies: then it never has its effect. Where
//! levels decide, or naming a resource means something, only the same scope and the same grantee count. What a role grants
//! and has from one that it inherits is P0709.
//!
//! `entries` and `assignments` decide it; both keep their rules sorted, so that a look at those of one grantee and scope is
//! one search.

mod assignments;
mod entries;

use super::cover;
use super::given::Given;
use super::reach::Reach;
use crate::diagnostic::Diagnostic;
use crate::model::{Model, Scope};

pub(super) fn check(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    let exact = cover::by_level(model) || cover::is_naming_meant(model);
    let given = Given::new(model);
    let reach = Reach::new(model, &given);
    entries::check(model, &reach, exact, diagnostics);
    assignments::check(model, &reach, &given, exact, diagnostics);
}

fn scopes(model: &Model, scope: Scope, exact: bool) -> Vec<Scope> {
    if exact { vec![scope] } else { cover::scopes(model, scope) }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(rules: &str, expected: &str) {
        let world = "resource folder in folder by path context { mfa: bool } category c on folder { read  write  share }
            user ann group ops role base { grant read } ";
        check_lint(Code::ShadowedEntry, &format!("{world}{rules}"), expected);
    }

    #[test]
    fn the_later_of_two_equals() {
        check(
            "grant read to user:ann grant write, read to user:ann",
            "P0715 <read>: `user:ann` is granted `read` by another entry already
               <grant read to user:ann>: this one
             = take it out of the entry",
        );
        check(
            "deny read to group:ops deny read to group:ops",
            "P0715 <deny read to group:ops>: `group:ops` is denied `read` by another entry already
               <deny read to group:ops>: this one
             = remove the entry",
        );
        check(
            "role editor { grant read, write grant write }",
            "P0715 <grant write>: `role:editor` is granted `write` by another entry already
               <write>: this one
             = remove the entry",
        );
    }

    #[test]
    fn a_wider_one() {
        check(
            "grant write to user:ann on folder:a/b grant write to authenticated on folder:a",
            "P0715 <grant write to user:ann on folder:a/b>: `user:ann` is granted `write` by another entry already
               <grant write to authenticated on folder:a>: this one
             = remove the entry",
        );
        check(
            "bypass write to user:ann grant write to user:ann on folder:a when context.mfa",
            "P0715 <grant write to user:ann on folder:a when context.m>: `user:ann` is granted `write` by another entry already
               <bypass write to user:ann>: this one
             = remove the entry",
        );
    }

    #[test]
    fn several_together() {
        check(
            "grant write to anyone grant read, share to group:ops grant * to group:ops on folder:a",
            "P0715 <grant * to group:ops on folder:a>: `group:ops` is granted `read`, `share` and `write` by other entries already
               <grant write to anyone>: this one
               <read>: this one
               <share>: this one
             = remove the entry",
        );
    }

    #[test]
    fn a_grant_that_a_deny_beats_always() {
        check(
            "grant write to user:ann on folder:a deny write to authenticated",
            "P0715 <grant write to user:ann on folder:a>: `user:ann` is denied `write` wherever this grants it
               <deny write to authenticated>: by this one
             = remove the entry, or narrow the deny",
        );
    }

    #[test]
    fn what_makes_a_difference() {
        check("grant read to user:ann when context.mfa grant read to user:ann when not context.mfa", "");
        check("grant read to authenticated grant read to group:ops", "");
        check("grant read to user:ann on folder:a only grant read to user:ann on folder:a/b", "");
        check("grant write to user:ann, group:ops on folder:a grant write to user:ann", "");
        check("grant write to user:ann deny write to user:ann on folder:a", "");
        check("bypass write to user:ann on folder:a deny write to user:ann", "");
        check("grant read to user:ann on folder:a grant read to user:ann when context.mfa", "");
    }

    #[test]
    fn where_levels_decide_only_the_same_counts() {
        let rules = "grant read to user:ann on folder:a grant read to anyone
            grant share to user:ann grant share to user:ann";
        check_lint(
            Code::ShadowedEntry,
            &format!(
                "policy p {{ resolve nearest }} resource folder in folder by path
                 category c on folder {{ read share }} user ann {rules}"
            ),
            "P0715 <grant share to user:ann>: `user:ann` is granted `share` by another entry already
               <grant share to user:ann>: this one
             = remove the entry",
        );
    }

    #[test]
    fn an_assignment() {
        check(
            "assign base to user:ann assign base to user:ann on folder:a until 2027-01-01",
            "P0715 <assign base to user:ann on folder:a until 2027-01->: `user:ann` is assigned `base` already
               <assign base to user:ann>: by this one
             = remove the assignment",
        );
        check(
            "assign base to authenticated assign base to user:ann",
            "P0715 <assign base to user:ann>: `user:ann` is assigned `base` already
               <assign base to authenticated>: by this one
             = remove the assignment",
        );
        check("assign base to user:ann until 2026-06-01 assign base to user:ann from 2026-05-01", "");
        check("assign base to group:ops assign base to user:ann", "");
        check(
            "assign base to user:ann, group:ops assign base to user:ann",
            "P0715 <assign base to user:ann>: `user:ann` is assigned `base` already
               <assign base to user:ann, group:ops>: by this one
             = remove the assignment",
        );
    }

    #[test]
    fn a_deny_by_an_inherited_role_or_a_group() {
        check(
            "role b { deny write } role a inherits b { grant write, read }",
            "P0715 <write>: `role:a` is denied `write` wherever this grants it
               <deny write>: by this one, through `role:b`
             = take it out of the entry, or narrow the deny",
        );
        check(
            "group staff group night in staff user bob in night deny write to group:staff
             grant write to user:bob on folder:a",
            "P0715 <grant write to user:bob on folder:a>: `user:bob` is denied `write` wherever this grants it
               <deny write to group:staff>: by this one, through `group:staff`
             = remove the entry, or narrow the deny",
        );
        check(
            "role barred { deny write } group staff user bob in staff assign barred to group:staff on folder:a
             grant write to user:bob on folder:a/b",
            "P0715 <grant write to user:bob on folder:a/b>: `user:bob` is denied `write` wherever this grants it
               <deny write>: by this one, through `role:barred`
             = remove the entry, or narrow the deny",
        );
    }

    #[test]
    fn a_deny_that_may_not_apply() {
        check("role b { deny write when context.mfa } role a inherits b { grant write }", "");
        check("role b { deny write on folder:a } role a inherits b { grant write }", "");
        check("role b { grant write } role a inherits b { deny write }", "");
        check("role b { deny write } role a requires b { grant write }", "");
        check("role b { deny write } role a inherits b { bypass write }", "");
        check("group staff disabled user bob in staff deny write to group:staff grant write to user:bob", "");
        // Whoever is brought into the group by a request has no such role.
        check(
            "role b { deny write } group staff user bob in staff assign b to user:bob grant write to group:staff",
            "",
        );
        check("role b { deny write } assign b to user:ann on folder:a grant write to user:ann", "");
        check("role b { deny write } assign b to user:ann until 2027-01-01 grant write to user:ann", "");
        check("role b { deny write } assign b to user:ann when context.mfa grant write to user:ann", "");
        for resolve in ["nearest", "most-specific", "grant-overrides"] {
            check_lint(
                Code::ShadowedEntry,
                &format!(
                    "policy p {{ resolve {resolve} }} category c {{ x }}
                     role b {{ deny x }} role a inherits b {{ grant x }}"
                ),
                "",
            );
        }
    }

    #[test]
    fn what_a_group_or_an_assigned_role_gives() {
        check(
            "group staff user bob in staff grant write to group:staff grant write to user:bob on folder:a",
            "P0715 <grant write to user:bob on folder:a>: `user:bob` is granted `write` by another entry already
               <grant write to group:staff>: this one, through `group:staff`
             = remove the entry",
        );
        check(
            "role editor inherits base assign editor to user:ann grant read to user:ann on folder:a",
            "P0715 <grant read to user:ann on folder:a>: `user:ann` is granted `read` by another entry already
               <grant read>: this one, through `role:base`
             = remove the entry",
        );
        check(
            "group staff user bob in staff grant write to group:staff on folder:a grant write to user:bob",
            "",
        );
        check("assign base to user:ann on folder:a grant read to user:ann", "");
    }

    #[test]
    fn an_assignment_that_a_larger_role_or_a_group_covers() {
        check(
            "role editor inherits base assign editor to user:ann assign base to user:ann on folder:a",
            "P0715 <assign base to user:ann on folder:a>: `user:ann` is assigned `base` already
               <assign editor to user:ann>: by this one: `editor` inherits it
             = remove the assignment",
        );
        check(
            "group staff user bob in staff assign base to group:staff assign base to user:bob",
            "P0715 <assign base to user:bob>: `user:bob` is assigned `base` already
               <assign base to group:staff>: by this one, to `group:staff`
             = remove the assignment",
        );
        check(
            "role editor inherits base assign editor to user:ann until 2027-01-01 assign base to user:ann",
            "",
        );
        check("role editor inherits base assign editor to user:ann on folder:a assign base to user:ann", "");
        check("role editor inherits base assign base to user:ann assign editor to user:ann on folder:a", "");
        check(
            "group staff disabled user bob in staff assign base to group:staff assign base to user:bob",
            "",
        );
        check(
            "role editor requires base { grant write } assign editor to user:ann assign base to user:ann",
            "",
        );
    }

    #[test]
    fn many_of_one_role_are_one_finding() {
        let users: String =
            (1..=6).map(|at| format!("user u{at} in staff assign base to user:u{at} ")).collect();
        check(
            &format!("group staff assign base to group:staff {users}"),
            "P0715 <assign base to user:u1>: 6 assignments of `base` add nothing: \
             `user:u1`, `user:u2`, `user:u3`, `user:u4`, `user:u5` and `user:u6` have it already
               <assign base to group:staff>: by this one, to `group:staff`
               <assign base to user:u2>: this one too
               <assign base to user:u3>: this one too
               <assign base to user:u4>: this one too
             = remove them",
        );
    }

    #[test]
    fn among_very_many() {
        let folders: String =
            (1..=70).map(|at| format!("assign base to user:ann on folder:f{at} ")).collect();
        check(
            &format!("role editor inherits base {folders} assign editor to user:ann on folder:f7"),
            "P0715 <assign base to user:ann on folder:f7>: `user:ann` is assigned `base` already
               <assign editor to user:ann on folder:f7>: by this one: `editor` inherits it
             = remove the assignment",
        );
    }

    #[test]
    fn somebody_in_two_lists() {
        check(
            "user bob assign base to user:ann, group:ops assign base to user:bob, user:ann",
            "P0715 <assign base to user:bob, user:ann>: `user:ann` is assigned `base` already
               <assign base to user:ann, group:ops>: by this one
             = take it out of one of the two",
        );
        check(
            "user bob assign base to user:ann, group:ops on folder:a assign base to user:bob, user:ann",
            "",
        );
    }

    #[test]
    fn it_may_be_allowed() {
        check("grant read to user:ann @allow(P0715) \"an audit asks for it\" grant read to user:ann", "");
    }
}

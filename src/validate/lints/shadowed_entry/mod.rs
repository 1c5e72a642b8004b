//! P0715: an entry or assignment that makes no difference, because others say all of it already.
//!
//! Enters: the model. Leaves: a warning for each entry with items, and for each assignment, that other rules cover: for the
//! same grantee or a class that includes it, at the same scope or a wider one, without a condition or under the same one.
//! A grant is covered by grants and bypasses, and, where a deny is final, by denies: then it never has its effect. Where
//! levels decide, or naming a resource means something, only the same scope and the same grantee count. What a role has from one
//! that it inherits is P0709.
//!
//! `entries` and `assignments` decide it; both keep their rules sorted, so that a look at those of one grantee and scope is
//! one search.

mod assignments;
mod entries;

use super::cover;
use crate::diagnostic::Diagnostic;
use crate::model::{Grantee, Model, Scope};

pub(super) fn check(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    let exact = cover::by_level(model) || cover::is_naming_meant(model);
    entries::check(model, exact, diagnostics);
    assignments::check(model, exact, diagnostics);
}

fn scopes(model: &Model, scope: Scope, exact: bool) -> Vec<Scope> {
    if exact { vec![scope] } else { cover::scopes(model, scope) }
}

fn grantees(grantee: Grantee, exact: bool) -> Vec<Grantee> {
    if exact { vec![grantee] } else { cover::grantees(grantee) }
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
    fn it_may_be_allowed() {
        check("grant read to user:ann @allow(P0715) \"an audit asks for it\" grant read to user:ann", "");
    }
}

//! P0716 and P0717: assignments that have ended, and those that end soon.
//!
//! Enters: the model, and the time to look at it from: the clock is never asked, so that the same run says the same tomorrow.
//! Leaves: a warning for each such assignment.

use super::many::{self, Found, Together};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Assignment, Model};
use crate::terms::timestamp_text;
use crate::validate::allow::Allows;
use crate::validate::wording;

/// How many days before its end an assignment counts as ending soon.
pub(super) const SOON_DAYS: i64 = 30;

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

pub(super) fn check(model: &Model, at: i64, allows: &Allows<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let ending = |from: Option<i64>, until: i64| {
        model.assignments.iter().filter(move |assignment| {
            assignment.until.is_some_and(|end| end <= until && from.is_none_or(|from| end > from))
        })
    };
    let role = |assignment: &Assignment| wording::role(model, assignment.role).to_owned();
    let whom =
        |assignment: &Assignment| wording::list(assignment.to.iter().map(|&to| wording::grantee(model, to)));
    let found = |assignment: &Assignment, verb: &str, help: &str| {
        let end = timestamp_text(assignment.until.unwrap_or(at));
        let message =
            format!("the assignment of `{}` to {} {verb} {end}", role(assignment), whom(assignment));
        Found { span: assignment.span, name: role(assignment), message, help: help.to_owned() }
    };
    let ended = ending(None, at).map(|it| found(it, "ended on", "remove it, or give it a later `until`"));
    let message = |ended: &[Found]| {
        format!("{} assignments have ended by {}, {}", ended.len(), timestamp_text(at), of_roles(ended))
    };
    let together = Together { message: &message, help: "remove them, or give them a later `until`" };
    many::report(Code::ExpiredAssignment, ended.collect(), &together, allows, diagnostics);

    let soon = at.saturating_add(SOON_DAYS * DAY);
    let ending =
        ending(Some(at), soon).map(|it| found(it, "ends on", "give it a later `until`, or let it end"));
    let message = |ending: &[Found]| {
        format!("{} assignments end by {}, {}", ending.len(), timestamp_text(soon), of_roles(ending))
    };
    let together = Together { message: &message, help: "give them a later `until`, or let them end" };
    many::report(Code::ExpiringAssignment, ending.collect(), &together, allows, diagnostics);
}

/// "of `editor` and `reader`".
fn of_roles(found: &[Found]) -> String {
    let roles: std::collections::BTreeSet<&str> = found.iter().map(|found| found.name.as_str()).collect();
    format!("of {}", wording::list(roles.into_iter()))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    const WORLD: &str = "category c { read } role reader { grant read } user ann group ops ";

    #[track_caller]
    fn check(code: Code, rules: &str, expected: &str) {
        // From the first of January 2026.
        check_lint(code, &format!("{WORLD}{rules}"), expected);
    }

    #[test]
    fn what_has_ended() {
        check(
            Code::ExpiredAssignment,
            "assign reader to user:ann, group:ops until 2025-06-30",
            "P0716 <assign reader to user:ann, group:ops until 2025-06>: \
             the assignment of `reader` to `user:ann` and `group:ops` ended on 2025-06-30
             = remove it, or give it a later `until`",
        );
    }

    #[test]
    fn the_end_is_exclusive() {
        let ends = "assign reader to user:ann until 2026-01-01";
        check(
            Code::ExpiredAssignment,
            ends,
            "P0716 <assign reader to user:ann until 2026-01-01>: the assignment of `reader` to `user:ann` ended on 2026-01-01
             = remove it, or give it a later `until`",
        );
        check(Code::ExpiringAssignment, ends, "");
    }

    #[test]
    fn what_ends_soon() {
        check(
            Code::ExpiringAssignment,
            "assign reader to user:ann until 2026-01-31",
            "P0717 <assign reader to user:ann until 2026-01-31>: the assignment of `reader` to `user:ann` ends on 2026-01-31
             = give it a later `until`, or let it end",
        );
        check(Code::ExpiringAssignment, "assign reader to user:ann until 2026-02-01", "");
    }

    #[test]
    fn many_are_one_finding() {
        let many: String = (1..=6)
            .map(|at| format!("assign reader to user:u{at} until 2025-0{at}-01 user u{at} "))
            .collect();
        check(
            Code::ExpiredAssignment,
            &many,
            "P0716 <assign reader to user:u1 until 2025-01-01>: 6 assignments have ended by 2026-01-01, of `reader`
               <assign reader to user:u2 until 2025-02-01>: this one too
               <assign reader to user:u3 until 2025-03-01>: this one too
               <assign reader to user:u4 until 2025-04-01>: this one too
               <assign reader to user:u5 until 2025-05-01>: this one too
             = remove them, or give them a later `until`",
        );
    }

    #[test]
    fn what_has_no_end_or_is_allowed() {
        check(Code::ExpiredAssignment, "assign reader to user:ann from 2020-01-01", "");
        let allowed = "@allow(P0716) \"kept for the record\" assign reader to user:ann until 2020-01-01";
        check(Code::ExpiredAssignment, allowed, "");
    }
}

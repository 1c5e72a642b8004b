//! Assignments that others cover.

use super::{grantees, scopes};
use crate::diagnostic::{Change, Code, Diagnostic, Safety};
use crate::model::{Assignment, Formula, Grantee, Model, RoleId, Scope};
use crate::validate::wording;
use std::collections::BTreeSet;

/// How many assignments of one role, grantee and scope are looked at.
const LOOKED_AT: usize = 64;

/// A role, whom it is given to, where, and the number of the assignment.
type Given = (RoleId, Grantee, Scope, usize);

pub(super) fn check(model: &Model, exact: bool, diagnostics: &mut Vec<Diagnostic>) {
    let mut given: Vec<Given> = Vec::with_capacity(model.assignments.len());
    for (at, it) in model.assignments.iter().enumerate() {
        given.extend(it.to.iter().map(|&to| (it.role, to, it.scope, at)));
    }
    given.sort_unstable();
    // Most roles are given to nobody twice, and to no class: nothing of those can be covered.
    let twice = given.windows(2).filter(|pair| matches!(pair, [a, b] if (a.0, a.1) == (b.0, b.1)));
    let mut several: BTreeSet<(RoleId, Option<Grantee>)> =
        twice.filter_map(|pair| pair.first()).map(|&(role, to, ..)| (role, Some(to))).collect();
    let classes = given.iter().filter(|(_, to, ..)| matches!(to, Grantee::Class(_)));
    several.extend(classes.map(|&(role, ..)| (role, None)));
    if several.is_empty() {
        return;
    }
    for assignment in &model.assignments {
        let by: Option<Vec<&Assignment>> = assignment
            .to
            .iter()
            .map(|&to| {
                let possible = several.contains(&(assignment.role, Some(to)))
                    || several.contains(&(assignment.role, None));
                possible.then(|| covering(model, &given, assignment, to, exact)).flatten()
            })
            .collect();
        let Some(by) = by.filter(|by| !by.is_empty()) else { continue };
        let whom = wording::list(assignment.to.iter().map(|&to| wording::grantee(model, to)));
        let verb = if assignment.to.len() == 1 { "is" } else { "are" };
        let role = wording::role(model, assignment.role);
        let message = format!("{whom} {verb} assigned `{role}` already");
        let finding = Diagnostic::new(Code::ShadowedEntry, assignment.span, message);
        let places: BTreeSet<_> = by.iter().map(|other| other.span).collect();
        let finding =
            places.into_iter().take(3).fold(finding, |finding, span| finding.also(span, "by this one"));
        // Where something wider takes over, the answer stays, and its reason or what it lacks may change.
        let is_same = |other: &&Assignment| {
            says_when(other) == says_when(assignment)
                && other.scope == assignment.scope
                && assignment.to.iter().all(|to| other.to.contains(to))
        };
        let safety = if by.iter().all(is_same) { Safety::Safe } else { Safety::Unsafe };
        let finding = finding.help("remove the assignment");
        let change = Change::Remove(assignment.span);
        diagnostics.push(finding.remedy(safety, "remove the assignment", change));
    }
}

/// An assignment of the same role that holds for a grantee wherever and whenever this one does.
fn covering<'m>(
    model: &'m Model,
    given: &[Given],
    assignment: &Assignment,
    to: Grantee,
    exact: bool,
) -> Option<&'m Assignment> {
    let role = assignment.role;
    let mut candidates = grantees(to, exact).into_iter().flat_map(|wider| {
        scopes(model, assignment.scope, exact).into_iter().flat_map(move |scope| {
            let start = given.partition_point(|it| (it.0, it.1, it.2) < (role, wider, scope));
            let of_key = given.get(start..).unwrap_or(&[]).iter();
            of_key.take_while(move |it| (it.0, it.1, it.2) == (role, wider, scope)).take(LOOKED_AT)
        })
    });
    candidates.find_map(|&(_, wider, scope, at)| {
        let other = model.assignments.get(at)?;
        let equal = wider == to
            && scope == assignment.scope
            && (other.from, other.until, &other.when)
                == (assignment.from, assignment.until, &assignment.when);
        // Of two that say the same the later one is the one too many.
        let first = if equal { other.span < assignment.span } else { !std::ptr::eq(other, assignment) };
        (first && holds_whenever(other, assignment)).then_some(other)
    })
}

fn says_when(assignment: &Assignment) -> (Option<i64>, Option<i64>, Option<&Formula>) {
    (assignment.from, assignment.until, assignment.when.as_deref())
}

fn holds_whenever(other: &Assignment, this: &Assignment) -> bool {
    let starts = other.from.is_none_or(|from| this.from.is_some_and(|own| from <= own));
    let ends = other.until.is_none_or(|until| this.until.is_some_and(|own| own <= until));
    starts && ends && (other.when.is_none() || other.when == this.when)
}

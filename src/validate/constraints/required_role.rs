//! P0503: somebody holds a role without one that it requires.
//!
//! Enters: the model and who holds what. Leaves: findings, one for each assignment and missing role. Classes, users and
//! services count; a group by itself is nobody.

use super::super::wording;
use super::holdings::{Holder, Holdings};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{AssignmentId, Model, RoleId};
use std::collections::{BTreeMap, HashSet};

type Lack = (RoleId, RoleId);

pub(super) fn check(model: &Model, holdings: &Holdings<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if model.roles.iter().all(|role| role.requires.is_empty()) {
        return;
    }
    let mut findings: BTreeMap<(Lack, AssignmentId), Vec<Holder>> = BTreeMap::new();
    let mut of_classes: HashSet<(Holder, Lack)> = HashSet::new();
    let classes = holdings.shared_holders().filter(|holder| matches!(holder, Holder::Class(_)));
    for holder in classes.chain(holdings.principals()) {
        for lack in lacks(model, &holdings.held(holder)) {
            // What is wrong with a class is said once, not again for everybody in it.
            let above = holdings.above(holder).any(|above| of_classes.contains(&(above, lack)));
            if matches!(holder, Holder::Class(_)) {
                of_classes.insert((holder, lack));
            }
            if let Some(given) = holdings.through(holder, lack.0).filter(|_| !above) {
                findings.entry((lack, given.assignment)).or_default().push(holder);
            }
        }
    }
    for ((lack, assignment), holders) in findings {
        diagnostics.push(finding(model, holdings, lack, assignment, &holders));
    }
}

/// The roles held that require one that is not, each with that one.
fn lacks(model: &Model, held: &[RoleId]) -> Vec<Lack> {
    let requires =
        |role: &RoleId| model.roles.get(role.index()).map_or(&[][..], |role| role.requires.as_slice());
    let missing =
        held.iter().flat_map(|role| requires(role).iter().map(move |&(required, _)| (*role, required)));
    missing.filter(|(_, required)| held.binary_search(required).is_err()).collect()
}

fn finding(
    model: &Model,
    holdings: &Holdings<'_>,
    (role, required): Lack,
    assignment: AssignmentId,
    holders: &[Holder],
) -> Diagnostic {
    let names = wording::list(holders.iter().map(|holder| wording::grantee(model, holder.grantee())));
    let verb = if holders.len() == 1 { "holds" } else { "hold" };
    let place = model
        .roles
        .get(role.index())
        .and_then(|role| role.requires.iter().find(|(other, _)| *other == required).map(|&(_, span)| span));
    let (role, required) = (wording::role(model, role), wording::role(model, required));
    let message = format!("{names} {verb} `{role}` without `{required}`, which it requires");
    let finding = Diagnostic::new(Code::RequiredRoleMissing, holdings.span(assignment), message)
        .label(format!("`{role}` is given here"))
        .help(format!("assign `{required}` to {names} too"));
    place
        .into_iter()
        .fold(finding, |finding, span| finding.also(span, format!("`{role}` requires `{required}` here")))
}

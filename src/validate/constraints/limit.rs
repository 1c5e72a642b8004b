//! P0502: more hold a role than its limit allows.
//!
//! Enters: the model and who holds what. Leaves: a finding for each limit. Declared users and services count; a role that a
//! class holds breaks every limit, as nobody can count a class.

use super::super::wording;
use super::holdings::{Holder, Holdings};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Limit, Model, RoleId};
use std::collections::BTreeMap;

/// How many holders are pointed at.
const LABELS: usize = 5;

pub(super) fn check(model: &Model, holdings: &Holdings<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut holders: BTreeMap<RoleId, Vec<Holder>> =
        model.limits.iter().map(|limit| (limit.role, Vec::new())).collect();
    if holders.is_empty() {
        return;
    }
    let classes = holdings.shared_holders().filter(|holder| matches!(holder, Holder::Class(_)));
    let mut by_class: BTreeMap<RoleId, Holder> = BTreeMap::new();
    for class in classes {
        for role in holdings.held(class) {
            by_class.entry(role).or_insert(class);
        }
    }
    for principal in holdings.principals() {
        for role in holdings.held(principal) {
            if let Some(holders) = holders.get_mut(&role) {
                holders.push(principal);
            }
        }
    }
    for limit in &model.limits {
        let held_by = holders.get(&limit.role).map_or(&[][..], Vec::as_slice);
        if let Some(&class) = by_class.get(&limit.role) {
            diagnostics.push(class_finding(model, holdings, limit, class));
        } else if held_by.len() > limit.count as usize {
            diagnostics.push(finding(model, holdings, limit, held_by));
        }
    }
}

fn finding(model: &Model, holdings: &Holdings<'_>, limit: &Limit, held_by: &[Holder]) -> Diagnostic {
    let role = wording::role(model, limit.role);
    let name = |holder: &Holder| wording::grantee(model, holder.grantee());
    let names = wording::list(held_by.iter().map(name));
    let message = format!("{} hold `{role}`, and the limit is {}: {names}", held_by.len(), limit.count);
    let finding = Diagnostic::new(Code::LimitExceeded, limit.span, message);
    let labelled = held_by.iter().take(LABELS).filter_map(|holder| {
        let given = holdings.through(*holder, limit.role)?;
        let through = if given.to == *holder {
            String::new()
        } else {
            format!(" through `{}`", wording::grantee(model, given.to.grantee()))
        };
        Some((holdings.span(given.assignment), format!("`{}` holds it{through}", name(holder))))
    });
    let finding = labelled.fold(finding, |finding, (span, text)| finding.also(span, text));
    finding.help(format!(
        "take `{role}` away from {} of them, or raise the limit",
        held_by.len() - limit.count as usize
    ))
}

fn class_finding(model: &Model, holdings: &Holdings<'_>, limit: &Limit, class: Holder) -> Diagnostic {
    let role = wording::role(model, limit.role);
    let name = wording::grantee(model, class.grantee());
    let message = format!("`{role}` is held by `{name}`, and the limit is {}", limit.count);
    let finding = Diagnostic::new(Code::LimitExceeded, limit.span, message);
    let finding = match holdings.through(class, limit.role) {
        Some(given) => finding.also(holdings.span(given.assignment), "given to everybody of the class here"),
        None => finding,
    };
    finding.help("assign the role to groups, users or services, which can be counted")
}

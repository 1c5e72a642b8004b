//! P0501 to P0504: who may hold which roles together, and how many.
//!
//! Enters: the model, its graphs of roles and groups. Leaves: findings, one check per file. `holdings` says who holds what;
//! it looks only at roles that a constraint names and at what brings them.

mod exclusive;
mod holdings;
mod limit;
mod pointless;
mod required_role;
#[cfg(test)]
mod tests;

use super::graph::Graph;
use super::roles::Link;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::source::Span;
use holdings::Holdings;

/// `whole`: nothing is missing from the model.
pub(super) fn check(
    model: &Model,
    roles: &Graph<Link>,
    groups: &Graph<Span>,
    whole: bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let has_required = model.roles.iter().any(|role| !role.requires.is_empty());
    if model.exclusives.is_empty() && model.limits.is_empty() && !has_required {
        return;
    }
    let holdings = Holdings::new(model, roles, groups);
    exclusive::check(model, roles, &holdings, diagnostics);
    limit::check(model, &holdings, diagnostics);
    if whole {
        required_role::check(model, &holdings, diagnostics);
        pointless::check(model, &holdings, diagnostics);
    }
}

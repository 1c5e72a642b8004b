//! &Model > warnings: what is no contradiction, and yet hardly meant.
//!
//! Enters: a model without errors. Leaves: findings, one lint per file, each grouped so that one cause is one finding.
//! A lint may conclude something from what is missing only where the policy has others of the kind: a policy without
//! assignments is a library, and somebody else gives its roles.

mod broad_destructive;
mod constant_condition;
mod cover;
mod destructive;
mod empty_category;
mod ended;
mod equal_roles;
mod formulas;
mod given;
mod granted;
mod idle_deny;
mod inert_grant;
mod many;
mod public_destructive;
mod reach;
mod redundant_grant;
mod repeated_role;
mod rights;
mod shadowed_entry;
mod unused_attribute;
mod unused_group;
mod unused_privilege;
mod unused_role;
mod whole_network;

use super::allow::Allows;
use super::{group_cycle, roles};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use destructive::Destructive;
use granted::Granted;
use rights::Rights;

/// Runs every lint; what has ended is looked for if there is a time to look from, in microseconds since
/// 1970-01-01T00:00:00Z. `@allow` is applied by the caller.
pub fn lint(model: &Model, at: Option<i64>, diagnostics: &mut Vec<Diagnostic>) {
    let allows = &Allows::new(model);
    let roles = roles::graph(model);
    let groups = group_cycle::graph(model);
    let granted = Granted::new(model);

    unused_role::check(model, &roles, allows, diagnostics);
    unused_group::check(model, &groups, allows, diagnostics);
    empty_category::check(model, diagnostics);
    unused_attribute::check(model, allows, diagnostics);
    unused_privilege::check(model, &granted, diagnostics);
    if let Some(destructive) = Destructive::new(model) {
        public_destructive::check(model, &roles, &destructive, diagnostics);
        broad_destructive::check(model, &destructive, diagnostics);
    }
    idle_deny::check(model, &granted, diagnostics);
    constant_condition::check(model, diagnostics);
    whole_network::check(model, diagnostics);
    redundant_grant::check(model, diagnostics);
    let rights = Rights::new(model, &roles);
    equal_roles::check(model, &rights, diagnostics);
    repeated_role::check(model, &roles, &rights, diagnostics);
    shadowed_entry::check(model, diagnostics);
    inert_grant::check(model, &roles, &groups, diagnostics);
    if let Some(at) = at {
        ended::check(model, at, allows, diagnostics);
    }
}

//! &Model > warnings: what is no contradiction, and yet hardly meant.
//!
//! Enters: a model without errors. Leaves: findings, one lint per file, each grouped so that one cause is one finding.
//! A lint may conclude something from what is missing only where the policy has others of the kind: a policy without
//! assignments is a library, and somebody else gives its roles.

mod broad_destructive;
mod constant_condition;
mod destructive;
mod empty_category;
mod equal_roles;
mod granted;
mod idle_deny;
mod public_destructive;
mod redundant_grant;
mod repeated_role;
mod rights;
mod unused_attribute;
mod unused_group;
mod unused_privilege;
mod unused_role;

use super::{group_cycle, roles};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use destructive::Destructive;
use granted::Granted;
use rights::Rights;

/// Runs every lint. `@allow` is applied by the caller.
pub fn lint(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    let roles = roles::graph(model);
    let groups = group_cycle::graph(model);
    let granted = Granted::new(model);

    unused_role::check(model, &roles, diagnostics);
    unused_group::check(model, &groups, diagnostics);
    empty_category::check(model, diagnostics);
    unused_attribute::check(model, diagnostics);
    unused_privilege::check(model, &granted, diagnostics);
    if let Some(destructive) = Destructive::new(model) {
        public_destructive::check(model, &roles, &destructive, diagnostics);
        broad_destructive::check(model, &destructive, diagnostics);
    }
    idle_deny::check(model, &granted, diagnostics);
    constant_condition::check(model, diagnostics);
    redundant_grant::check(model, diagnostics);
    let rights = Rights::new(model, &roles);
    equal_roles::check(model, &rights, diagnostics);
    repeated_role::check(model, &roles, &rights, diagnostics);
}

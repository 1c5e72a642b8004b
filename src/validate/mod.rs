//! &Model > diagnostics: what no single name or line shows.
//!
//! Enters: a model, which may lack what earlier phases refused. Leaves: findings, one check per file. Checks that conclude
//! something from what is *not* there run only on a whole model: what is missing may be what an earlier phase reported.
//! `graph` alone names petgraph.

pub mod allow;
mod bits;
mod colon_in_name;
mod constraints;
mod contradictory_entries;
mod cycle;
mod entry_without_effect;
mod graph;
mod group_cycle;
mod instance_cycle;
pub mod lints;
mod missing;
mod requirement_cycle;
mod requirements;
mod role_cycle;
mod roles;
mod satisfied;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod type_cycle;
mod unmet_requirement;
mod wording;

use crate::diagnostic::{self, Diagnostic};
use crate::model::Model;
use requirements::Requirements;

/// Runs every check. `@allow` is applied by the caller, when all phases have reported.
pub fn validate(model: &Model, diagnostics: &mut Vec<Diagnostic>) {
    let whole = !diagnostic::has_errors(diagnostics);
    let roles = roles::graph(model);
    let groups = group_cycle::graph(model);
    let types = type_cycle::graph(model);
    let requirements = Requirements::new(model);

    colon_in_name::check(model, diagnostics);
    role_cycle::check(model, &roles, diagnostics);
    group_cycle::check(model, &groups, diagnostics);
    requirement_cycle::check(model, &requirements, diagnostics);
    type_cycle::check(model, &types, diagnostics);
    instance_cycle::check(model, diagnostics);
    contradictory_entries::check(model, diagnostics);
    constraints::check(model, &roles, &groups, whole, diagnostics);
    if whole {
        unmet_requirement::check(model, &roles, &requirements, diagnostics);
        entry_without_effect::check(model, &roles, &types, diagnostics);
    }
}

//! Every formula of a policy, with its place.
//!
//! Enters: the model. Leaves: formulas. Must not know what is looked for in them.

use crate::model::{Formula, Model};
use crate::source::Span;

/// Every condition, and every requirement that a test of values takes part in, with the place where it is written.
pub(super) fn formulas(model: &Model) -> Vec<(&Formula, Span)> {
    let place = |rule: Span| model.places.condition(rule).unwrap_or(rule);
    let of_entries = model.entries.iter().filter_map(|it| Some((it.when.as_ref()?, place(it.span))));
    let of_assignments =
        model.assignments.iter().filter_map(|it| Some((it.when.as_deref()?, place(it.span))));
    let of_categories =
        model.categories.iter().filter_map(|it| Some((it.requires.as_ref()?, it.requires_at?)));
    let of_privileges =
        model.privileges.iter().filter_map(|it| Some((it.requires.as_ref()?, it.requires_at?)));
    of_entries.chain(of_assignments).chain(of_categories).chain(of_privileges).collect()
}

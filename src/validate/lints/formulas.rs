//! Every formula of a policy, with its place.
//!
//! Enters: the model. Leaves: formulas. Must not know what is looked for in them.

use crate::model::{Formula, Model};
use crate::source::Span;

/// Every condition, and every requirement that a test of values takes part in.
pub(super) fn formulas(model: &Model) -> Vec<(&Formula, Span)> {
    let of_entries = model.entries.iter().filter_map(|it| Some((it.when.as_ref()?, it.span)));
    let of_assignments = model.assignments.iter().filter_map(|it| Some((it.when.as_deref()?, it.span)));
    let of_categories =
        model.categories.iter().filter_map(|it| Some((it.requires.as_ref()?, it.requires_at?)));
    let of_privileges =
        model.privileges.iter().filter_map(|it| Some((it.requires.as_ref()?, it.requires_at?)));
    of_entries.chain(of_assignments).chain(of_categories).chain(of_privileges).collect()
}

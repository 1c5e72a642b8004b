//! P0504: a constraint that can never be broken, or never be kept.
//!
//! Enters: the model and what roles bring. Leaves: findings: an `exclusive` of fewer than two roles, a role that requires
//! itself, and one that requires a role exclusive with it. To require what is inherited is idle but no fault: it stays
//! true when the inheritance changes.

use super::super::wording;
use super::holdings::Holdings;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Exclusive, Model, RoleId};
use crate::source::Span;
use std::collections::HashMap;

pub(super) fn check(model: &Model, holdings: &Holdings<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut naming: HashMap<RoleId, Vec<usize>> = HashMap::new();
    for (at, exclusive) in model.exclusives.iter().enumerate() {
        let mut roles: Vec<RoleId> = exclusive.roles.iter().map(|&(role, _)| role).collect();
        roles.sort_unstable();
        roles.dedup();
        if roles.len() < 2 {
            diagnostics.push(too_few(exclusive));
        }
        roles.iter().for_each(|&role| naming.entry(role).or_default().push(at));
    }
    let brings = |role: RoleId, other: RoleId| holdings.brought(role).binary_search(&other).is_ok();
    for (at, role) in model.roles.iter().enumerate() {
        let id = RoleId::at(at);
        for &(required, span) in &role.requires {
            let of = |role: RoleId| naming.get(&role).map_or(&[][..], Vec::as_slice);
            let shared = of(id).iter().find(|exclusive| of(required).binary_search(exclusive).is_ok());
            if id == required {
                diagnostics.push(always_kept(model, id, span));
            } else if let Some(exclusive) = shared.and_then(|&at| model.exclusives.get(at))
                && !brings(id, required)
                && !brings(required, id)
            {
                diagnostics.push(never_kept(model, id, required, span, exclusive));
            }
        }
    }
}

fn too_few(exclusive: &Exclusive) -> Diagnostic {
    let message = "an `exclusive` of fewer than two roles can never be broken";
    Diagnostic::new(Code::PointlessConstraint, exclusive.span, message)
        .help("name another role, or remove it")
}

fn always_kept(model: &Model, role: RoleId, span: Span) -> Diagnostic {
    let name = wording::role(model, role);
    let message = format!("role `{name}` requires itself, which can never be broken");
    Diagnostic::new(Code::PointlessConstraint, span, message).help("remove the requirement")
}

fn never_kept(
    model: &Model,
    role: RoleId,
    required: RoleId,
    span: Span,
    exclusive: &Exclusive,
) -> Diagnostic {
    let (name, other) = (wording::role(model, role), wording::role(model, required));
    let message = format!("role `{name}` requires `{other}`, and nobody may hold both");
    Diagnostic::new(Code::PointlessConstraint, span, message)
        .also(exclusive.span, "declared exclusive here")
        .help("drop one of the two constraints")
}

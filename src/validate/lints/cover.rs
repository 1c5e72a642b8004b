//! What one rule covers of another.
//!
//! Enters: the model. Leaves: scopes and principals that hold at least where, and for whom, others do. Must not know which
//! rules are compared.

use crate::model::{Class, DefaultRule, Grantee, InstanceId, Model, PrivilegeId, Scope, Strategy};
use std::collections::BTreeSet;

/// How many resources above one are looked at.
const ANCESTORS: usize = 64;

/// Whether somewhere the level decides, or who is named: there a wider rule is no substitute.
pub(super) fn by_level(model: &Model) -> bool {
    let by_level = |it: Strategy| matches!(it, Strategy::Nearest | Strategy::MostSpecific);
    strategies(model).any(by_level)
}

/// Whether a deny beats every grant but a bypass, whatever is asked.
pub(super) fn is_deny_final(model: &Model) -> bool {
    strategies(model).all(|strategy| strategy == Strategy::DenyOverrides)
}

fn strategies(model: &Model) -> impl Iterator<Item = Strategy> + '_ {
    model.types.iter().map(|ty| ty.resolve.unwrap_or(model.resolve)).chain([model.resolve])
}

/// Whether a rule does something by naming a resource at all: it is no longer unlisted.
pub(super) fn is_naming_meant(model: &Model) -> bool {
    let rules = model.types.iter().map(|ty| ty.default.unwrap_or(model.default)).chain([model.default]);
    rules.into_iter().any(|rule| matches!(rule, DefaultRule::Grant { when_unlisted: true, .. }))
}

/// The scopes that hold wherever one holds, itself first.
pub(super) fn scopes(model: &Model, scope: Scope) -> Vec<Scope> {
    let mut scopes = vec![scope];
    if let Scope::Resource { instance, only } = scope {
        if only {
            scopes.push(Scope::Resource { instance, only: false });
            let ty = model.instances.get(instance.index()).map(|instance| instance.ty);
            scopes.extend(ty.map(Scope::Type));
        }
        scopes.extend(
            ancestors(model, instance).into_iter().map(|instance| Scope::Resource { instance, only: false }),
        );
    }
    if scope != Scope::Everywhere {
        scopes.push(Scope::Everywhere);
    }
    scopes
}

fn ancestors(model: &Model, instance: InstanceId) -> Vec<InstanceId> {
    let mut found: Vec<InstanceId> = Vec::new();
    let mut next = Some(instance);
    let mut at = 0;
    while let Some(instance) = next {
        let parents = model.instances.get(instance.index()).map_or(&[][..], |it| &it.parents);
        for &parent in parents {
            if found.len() < ANCESTORS && !found.contains(&parent) {
                found.push(parent);
            }
        }
        next = found.get(at).copied();
        at += 1;
    }
    found
}

/// Whether one scope holds wherever another does.
pub(super) fn covers(model: &Model, wide: Scope, narrow: Scope) -> bool {
    match (wide, narrow) {
        (Scope::Everywhere, _) => true,
        (Scope::Resource { only: false, .. } | Scope::Type(_), Scope::Resource { .. }) => {
            scopes(model, narrow).contains(&wide)
        }
        _ => wide == narrow,
    }
}

/// The grantees that are, or include, whoever one is, itself first.
pub(super) fn grantees(grantee: Grantee) -> Vec<Grantee> {
    let class = Grantee::Class;
    let wider: &[Grantee] = match grantee {
        Grantee::Principal(_) | Grantee::Class(Class::Authenticated) => {
            &[class(Class::Authenticated), class(Class::Anyone)]
        }
        // Whoever brings a role or group along may have no identity.
        Grantee::Role(_) | Grantee::Group(_) | Grantee::Class(Class::Anonymous) => &[class(Class::Anyone)],
        Grantee::Class(Class::Anyone) => &[],
    };
    [grantee].into_iter().chain(wider.iter().copied().filter(|&it| it != grantee)).collect()
}

/// What naming these names: themselves and what they include.
pub(super) fn closed(model: &Model, privileges: &[PrivilegeId]) -> BTreeSet<PrivilegeId> {
    let mut closed: BTreeSet<PrivilegeId> = privileges.iter().copied().collect();
    let mut open: Vec<PrivilegeId> = privileges.to_vec();
    while let Some(id) = open.pop() {
        let includes = model.privileges.get(id.index()).map_or(&[][..], |it| &it.includes);
        open.extend(includes.iter().map(|&(id, _)| id).filter(|&id| closed.insert(id)));
    }
    closed
}

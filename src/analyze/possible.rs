//! Everybody who could ask and everything that could be asked about, one of each kind that the policy can tell apart by
//! its declarations.
//!
//! Enters: a model. Leaves: subjects and resources as requests name them. A resource that the policy does not know is represented
//! by one with the id `*` in the place that could hold it: `*` is a legal id, and no policy means a resource by it.

use crate::model::{Grantee, InstanceId, Model, PrincipalKind, RoleId, Scope, TypeId};
use crate::terms::Class;

/// Somebody who could ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A caller without an identity.
    Anonymous,
    /// Somebody with an identity that the policy does not know.
    Somebody,
    /// A principal that the policy declares, a group's or a role's member and nothing else.
    One(Grantee),
}

impl Subject {
    /// As a policy writes it.
    pub(super) fn text(self, model: &Model) -> String {
        let name = |name: Option<&crate::source::Spanned<smol_str::SmolStr>>| {
            name.map_or_else(String::new, |name| name.value.to_string())
        };
        match self {
            Subject::Anonymous | Subject::One(Grantee::Class(Class::Anonymous)) => "anonymous".to_owned(),
            Subject::Somebody | Subject::One(Grantee::Class(_)) => {
                "somebody who is only logged in".to_owned()
            }
            Subject::One(Grantee::Principal(id)) => {
                let principal = model.principals.get(id.index());
                let kind = match principal.map(|principal| principal.kind) {
                    Some(PrincipalKind::Service) => "service",
                    _ => "user",
                };
                format!("`{kind}:{}`", name(principal.map(|principal| &principal.name)))
            }
            Subject::One(Grantee::Group(id)) => {
                format!("`group:{}`", name(model.groups.get(id.index()).map(|group| &group.name)))
            }
            Subject::One(Grantee::Role(id)) => {
                format!("`role:{}`", name(model.roles.get(id.index()).map(|role| &role.name)))
            }
        }
    }
}

/// Everybody, the most general first.
pub(super) fn everybody(model: &Model) -> Vec<Subject> {
    use crate::model::{GroupId, PrincipalId};
    let roles = (0..model.roles.len()).map(|at| Subject::One(Grantee::Role(RoleId::at(at))));
    let groups = (0..model.groups.len()).map(|at| Subject::One(Grantee::Group(GroupId::at(at))));
    let principals =
        (0..model.principals.len()).map(|at| Subject::One(Grantee::Principal(PrincipalId::at(at))));
    [Subject::Anonymous, Subject::Somebody].into_iter().chain(roles).chain(groups).chain(principals).collect()
}

/// Who is meant by a name in an invariant: those of a class are everybody in it.
pub(super) fn meant(model: &Model, who: Grantee) -> Vec<Subject> {
    match who {
        Grantee::Class(Class::Anonymous) => vec![Subject::Anonymous],
        Grantee::Class(Class::Anyone) => everybody(model),
        Grantee::Class(Class::Authenticated) => {
            everybody(model).into_iter().filter(|&subject| subject != Subject::Anonymous).collect()
        }
        one => vec![Subject::One(one)],
    }
}

/// Something that could be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub ty: TypeId,
    pub id: String,
    /// Ancestors that the request has to name, nearest first.
    pub ancestors: Vec<(TypeId, String)>,
}

impl Target {
    /// As a reader would say it.
    pub(super) fn text(&self, model: &Model) -> String {
        let ty = |ty: TypeId| model.types.get(ty.index()).map_or("", |ty| ty.name.value.as_str());
        let (name, id) = (ty(self.ty), &self.id);
        match (id.strip_suffix("/*"), self.ancestors.first()) {
            (Some(path), _) => format!("another `{name}` right below `{path}`"),
            (None, Some((parent, above))) => format!("another `{name}` in `{}:{above}`", ty(*parent)),
            (None, None) if id == "*" => format!("a `{name}` that the policy does not mention"),
            (None, None) => format!("`{name}:{id}`"),
        }
    }
}

/// Every resource of a type in a scope: the known ones, one unknown in each known resource that could hold it, and one
/// elsewhere.
pub(super) fn targets(model: &Model, ty: TypeId, scope: Scope) -> Vec<Target> {
    let mut found = Vec::new();
    for (at, instance) in model.instances.iter().enumerate() {
        let id = InstanceId::at(at);
        if instance.ty == ty && covers(model, scope, ty, Some(id)) {
            found.push(Target { ty, id: instance.id.to_string(), ancestors: Vec::new() });
        }
    }
    let Some(declared) = model.types.get(ty.index()) else { return found };
    for (at, instance) in model.instances.iter().enumerate() {
        let holds = declared.parents.iter().any(|&(parent, _)| parent == instance.ty);
        if holds && is_below(model, scope, ty, InstanceId::at(at)) {
            found.push(match declared.by_path {
                true => Target { ty, id: format!("{}/*", instance.id), ancestors: Vec::new() },
                false => {
                    let above = ancestors(model, InstanceId::at(at));
                    Target { ty, id: "*".to_owned(), ancestors: above }
                }
            });
        }
    }
    if covers(model, scope, ty, None) {
        found.push(Target { ty, id: "*".to_owned(), ancestors: Vec::new() });
    }
    found
}

/// A resource and one chain of those above it.
fn ancestors(model: &Model, mut at: InstanceId) -> Vec<(TypeId, String)> {
    let mut above = Vec::new();
    // A valid model has no cycle; the bound keeps a broken one from hanging.
    while let Some(instance) = model.instances.get(at.index())
        && above.len() < 64
    {
        above.push((instance.ty, instance.id.to_string()));
        match instance.parents.first() {
            Some(&parent) => at = parent,
            None => break,
        }
    }
    above
}

/// Whether a scope covers a resource: a known one, or an unknown one that lies nowhere.
fn covers(model: &Model, scope: Scope, ty: TypeId, instance: Option<InstanceId>) -> bool {
    match (scope, instance) {
        (Scope::Everywhere, _) => true,
        (Scope::Type(only), _) => only == ty,
        (Scope::Resource { instance: wanted, only: true }, Some(at)) => wanted == at,
        (Scope::Resource { instance: wanted, only: false }, Some(at)) => lies_in(model, at, wanted),
        (Scope::Resource { .. }, None) => false,
    }
}

/// Whether a scope covers an unknown resource of a type that lies in a known one.
fn is_below(model: &Model, scope: Scope, ty: TypeId, parent: InstanceId) -> bool {
    match scope {
        Scope::Everywhere => true,
        Scope::Type(only) => only == ty,
        Scope::Resource { only: true, .. } => false,
        Scope::Resource { instance, only: false } => lies_in(model, parent, instance),
    }
}

/// Whether a resource is another or lies in it.
fn lies_in(model: &Model, at: InstanceId, wanted: InstanceId) -> bool {
    let (mut open, mut steps) = (vec![at], 0);
    while let Some(at) = open.pop() {
        if at == wanted {
            return true;
        }
        steps += 1;
        if steps > 10_000 {
            return false;
        }
        open.extend(model.instances.get(at.index()).into_iter().flat_map(|instance| instance.parents.iter()));
    }
    false
}

//! Kubernetes RBAC > a draft: roles and cluster roles, their bindings, and what wildcards stand for.
//!
//! Enters: manifests, one by one, in documents, in lists, as YAML or JSON. Leaves: a privilege for each verb on each resource that they name,
//! a role for each role, an assignment for each subject of a binding. The rules are those of the authorizer of Kubernetes: rules only
//! allow; `*` stands for every verb, API group or resource, subresources too; a binding in a namespace counts there alone.

mod aggregate;
mod objects;
mod rules;

use super::Input;
use super::draft::{Assignment, Draft, Role, Scope, Type, Who};
use super::finding::Report;
use crate::ast::Class;
use objects::{Binding, Objects, RoleKey, Subject};
use rules::Universe;
use smol_str::SmolStr;
use std::collections::HashSet;

/// How manifests are to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KubernetesOptions {
    /// The namespace of objects that name none.
    pub namespace: Option<String>,
}

/// A request that is about the cluster as a whole, or about what lies in no namespace.
pub(super) const CLUSTER: &str = "cluster";
/// A request in a namespace.
pub(super) const NAMESPACE: &str = "namespace";
/// A request for a path that is no resource.
pub(super) const URL: &str = "url";
/// What stands before the last `/` of a path.
pub(super) const DIRECTORY: &str = "directory";
/// The category of the privileges on paths.
pub(super) const URLS: &str = "nonResourceURLs";

pub(super) fn read(input: &Input<'_>, options: &KubernetesOptions, report: &mut Report) -> Draft {
    let objects = Objects::read(input, options, report);
    let mut draft = Draft { origin: "Kubernetes RBAC".to_owned(), ..Draft::default() };
    let universe = Universe::of(&objects, input.known, report);
    types(&mut draft, &universe, &objects);
    universe.declare(&mut draft.privileges);
    aggregate::roles(&objects, &universe, &mut draft, report);
    for object in objects.roles.iter().filter(|object| object.aggregates.is_none()) {
        let entries = rules::entries(object, &universe, &mut draft, report);
        draft.roles.push(Role { name: object.key.name(), entries, ..Role::default() });
    }
    draft.roles.sort_by(|a, b| a.name.cmp(&b.name));
    let roles: HashSet<&RoleKey> = objects.roles.iter().map(|object| &object.key).collect();
    for binding in &objects.bindings {
        bind(binding, &roles, &mut draft, report);
    }
    memberships(&mut draft);
    draft
}

fn types(draft: &mut Draft, universe: &Universe, objects: &Objects) {
    let plain = |name| Type { name, parents: Vec::new(), by_path: false };
    if universe.has_resources() || objects.bindings.iter().any(|binding| binding.namespace.is_some()) {
        draft.types.extend([plain(CLUSTER), plain(NAMESPACE)]);
    }
    if universe.has_directories() {
        let in_directory = |name| Type { name, parents: vec![DIRECTORY], by_path: true };
        draft.types.extend([in_directory(DIRECTORY), in_directory(URL)]);
    } else if universe.has_urls() {
        draft.types.push(plain(URL));
    }
    draft.names_objects = universe.names_objects();
}

fn bind(binding: &Binding, roles: &HashSet<&RoleKey>, draft: &mut Draft, report: &mut Report) {
    if !roles.contains(&binding.role) {
        let (name, command) = match &binding.role {
            RoleKey::Cluster(name) => (name, format!("kubectl get clusterrole {name} -o yaml")),
            RoleKey::In(namespace, name) => (name, format!("kubectl get role {name} -n {namespace} -o yaml")),
        };
        let message = format!("`{}` binds `{name}`, which is not in these files", binding.name);
        return report.left_out(
            binding.role_span,
            message,
            format!("add what `{command}` prints to the files"),
        );
    }
    let scope = binding.namespace.as_ref().map(|namespace| Scope::Below((NAMESPACE, namespace.clone())));
    for subject in &binding.subjects {
        let Some(to) = who(subject, binding, report) else { continue };
        draft.meet(&to);
        draft.assignments.push(Assignment { role: binding.role.name(), to, on: scope.clone() });
    }
}

/// Whom a subject means. Service accounts are users by another name.
fn who(subject: &Subject, binding: &Binding, report: &mut Report) -> Option<Who> {
    match subject {
        Subject::User(name) => {
            Some(match name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':')) {
                Some((namespace, account)) if !namespace.is_empty() && !account.is_empty() => {
                    service(namespace, account)
                }
                _ if name == "system:anonymous" => Who::Class(Class::Anonymous),
                _ => Who::User(name.clone()),
            })
        }
        Subject::Group(name) => Some(match name.as_str() {
            "system:authenticated" => Who::Class(Class::Authenticated),
            "system:unauthenticated" => Who::Class(Class::Anonymous),
            _ => Who::Group(name.clone()),
        }),
        Subject::ServiceAccount { name, namespace, span } => {
            let Some(namespace) = namespace.as_ref().or(binding.namespace.as_ref()) else {
                let message =
                    format!("the service account `{name}` has no namespace, so Kubernetes binds nobody here");
                report.left_out(*span, message, "add its `namespace`");
                return None;
            };
            Some(service(namespace, name))
        }
    }
}

fn service(namespace: &str, name: &str) -> Who {
    Who::Service(format!("{namespace}/{name}").into())
}

/// Puts service accounts into the groups that every one of them is in, as far as something is bound to these.
fn memberships(draft: &mut Draft) {
    let groups = draft.groups.clone();
    for ((kind, name), member) in &mut draft.identities {
        let (crate::ast::PrincipalKind::Service, Some((namespace, _))) = (*kind, name.split_once('/')) else {
            continue;
        };
        let all = SmolStr::new_static("system:serviceaccounts");
        let own = SmolStr::new(format!("system:serviceaccounts:{namespace}"));
        member.extend([all, own].into_iter().filter(|group| groups.contains(group)));
    }
}

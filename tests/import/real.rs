//! Real roles, where somebody has them: `POLICYC_IMPORT_GCP` and `POLICYC_IMPORT_KUBERNETES` name files in a neutral form, JSON with
//! `privileges`, `roles` of `grants` and `inherits`, and `assignments` of `subject`, `role` and `scope`. They are written as the source
//! would have them, imported, and every decision is compared with the neutral form.

use super::{Tally, holder, imported, whole};
use policyc::import::{Form, KubernetesOptions};
use policyc::terms::AttributeRoot;
use policyc::{Attribute, Principal, Request, Resource, Value as Given};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// The file that a variable names; without one, the test says so and is over.
fn neutral(variable: &str) -> Option<Value> {
    let Ok(path) = std::env::var(variable) else {
        println!("{variable} names no file; skipped");
        return None;
    };
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    Some(serde_json::from_str(&text).unwrap())
}

fn strings<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    value[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn the_roles_of_google_cloud() {
    let Some(data) = neutral("POLICYC_IMPORT_GCP") else { return };
    let roles = data["roles"].as_array().unwrap();
    let source: Vec<Value> = roles
        .iter()
        .map(|role| json!({ "name": role["id"], "title": role["id"], "includedPermissions": role["grants"], "stage": "GA" }))
        .collect();
    let text = serde_json::to_string_pretty(&source).unwrap();
    let start = Instant::now();
    let imported = imported(&Form::Gcp, &[("roles.json", &text)]);
    println!("{} bytes of JSON imported in {:?}: {:?}", text.len(), start.elapsed(), imported.counts);
    println!("{} bytes of policy", imported.policy.as_ref().map_or(0, String::len));
    let policy = whole(&imported);
    let permissions: BTreeSet<&str> = roles.iter().flat_map(|role| strings(role, "grants")).collect();
    let mut tally = Tally::default();
    for role in roles {
        let held = [role["id"].as_str().unwrap()];
        let grants: BTreeSet<&str> = strings(role, "grants").into_iter().collect();
        for permission in &permissions {
            let request = Request::new(holder(&held), permission);
            tally
                .compare(&policy, &request, grants.contains(permission), || format!("{held:?} {permission}"));
        }
    }
    tally.at_least("the roles of Google Cloud", roles.len() * permissions.len(), 1);
}

/// A privilege of the neutral form: `group/resource/sub[name]:verb`, or `url:PATH:verb`.
struct Privilege<'p> {
    group: &'p str,
    resource: &'p str,
    name: Option<&'p str>,
    verb: &'p str,
}

impl<'p> Privilege<'p> {
    fn of(id: &'p str) -> Privilege<'p> {
        let (rest, verb) = id.rsplit_once(':').unwrap();
        if let Some(path) = rest.strip_prefix("url:") {
            return Privilege { group: "url", resource: path, name: None, verb };
        }
        let (rest, name) = match rest.strip_suffix(']') {
            None => (rest, None),
            Some(rest) => rest.split_once('[').map(|(rest, name)| (rest, Some(name))).unwrap(),
        };
        let (group, resource) = rest.split_once('/').unwrap();
        Privilege { group, resource, name, verb }
    }

    fn rule(&self) -> Value {
        if self.group == "url" {
            return json!({ "nonResourceURLs": [self.resource], "verbs": [self.verb] });
        }
        let group = if self.group == "core" { "" } else { self.group };
        let mut rule = json!({ "apiGroups": [group], "resources": [self.resource], "verbs": [self.verb] });
        if let Some(name) = self.name {
            rule["resourceNames"] = json!([name]);
        }
        rule
    }
}

#[test]
fn the_roles_that_kubernetes_begins_with() {
    let Some(data) = neutral("POLICYC_IMPORT_KUBERNETES") else { return };
    let version = "rbac.authorization.k8s.io/v1";
    let roles: BTreeMap<&str, &Value> =
        data["roles"].as_array().unwrap().iter().map(|role| (role["id"].as_str().unwrap(), role)).collect();
    let split = |id: &'_ str| -> (Option<String>, String) {
        let parts = id.strip_prefix("ns:").and_then(|rest| rest.split_once('/'));
        parts.map_or((None, id.to_owned()), |(namespace, name)| (Some(namespace.to_owned()), name.to_owned()))
    };
    let mut objects = Vec::new();
    for (id, role) in &roles {
        let (namespace, name) = split(id);
        let rules: Vec<Value> =
            strings(role, "grants").into_iter().map(|id| Privilege::of(id).rule()).collect();
        let mut labels = serde_json::Map::new();
        let inheritors = roles.values().filter(|other| strings(other, "inherits").contains(id));
        labels
            .extend(inheritors.map(|other| (format!("to-{}", other["id"].as_str().unwrap()), json!("true"))));
        let mut object = json!({ "apiVersion": version, "kind": "ClusterRole", "metadata": { "name": name, "labels": labels }, "rules": rules });
        if let Some(namespace) = namespace {
            object["kind"] = json!("Role");
            object["metadata"]["namespace"] = json!(namespace);
        }
        if !strings(role, "inherits").is_empty() {
            object["aggregationRule"] =
                json!({ "clusterRoleSelectors": [{ "matchLabels": { format!("to-{id}"): "true" } }] });
            object["rules"] = json!([]);
        }
        objects.push(object);
    }
    let assignments = data["assignments"].as_array().unwrap();
    for (at, assignment) in assignments.iter().enumerate() {
        let (kind, subject) = assignment["subject"].as_str().unwrap().split_once(':').unwrap();
        let subject = match kind {
            "user" => json!({ "kind": "User", "name": subject }),
            "group" => json!({ "kind": "Group", "name": subject }),
            _ => {
                let (namespace, name) = subject.split_once(['/', ':']).unwrap();
                json!({ "kind": "ServiceAccount", "namespace": namespace, "name": name })
            }
        };
        let (namespace, name) = split(assignment["role"].as_str().unwrap());
        let scope = assignment["scope"].as_str().unwrap().strip_prefix("namespace:");
        let mut metadata = json!({ "name": format!("binding-{at}") });
        if let Some(scope) = scope {
            metadata["namespace"] = json!(scope);
        }
        let kind = if scope.is_some() { "RoleBinding" } else { "ClusterRoleBinding" };
        let role = if namespace.is_some() { "Role" } else { "ClusterRole" };
        objects.push(json!({ "apiVersion": version, "kind": kind, "metadata": metadata, "subjects": [subject], "roleRef": { "kind": role, "name": name } }));
    }
    let text = json!({ "apiVersion": "v1", "kind": "List", "items": objects }).to_string();
    let start = Instant::now();
    let imported = imported(&Form::Kubernetes(KubernetesOptions::default()), &[("-", &text)]);
    println!("{} bytes of JSON imported in {:?}: {:?}", text.len(), start.elapsed(), imported.counts);
    let policy = whole(&imported);

    fn grants<'v>(roles: &BTreeMap<&str, &'v Value>, id: &str) -> BTreeSet<&'v str> {
        let role = roles[id];
        let inherited = strings(role, "inherits").into_iter().flat_map(|id| grants(roles, id));
        strings(role, "grants").into_iter().chain(inherited).collect()
    }
    let names: BTreeSet<&str> = data["privileges"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|p| Privilege::of(p["id"].as_str().unwrap()).name)
        .collect();
    let closed: BTreeMap<&str, BTreeSet<&str>> = roles.keys().map(|id| (*id, grants(&roles, id))).collect();
    let subjects: BTreeSet<&str> =
        assignments.iter().map(|assignment| assignment["subject"].as_str().unwrap()).collect();
    let places = ["", "kube-system", "kube-public", "elsewhere"];
    let mut tally = Tally::default();
    for privilege in data["privileges"].as_array().unwrap() {
        let id = privilege["id"].as_str().unwrap();
        let Privilege { group, resource, name, verb } = Privilege::of(id);
        if !closed.values().any(|grants| grants.contains(id)) {
            continue;
        }
        // An object that a rule names is granted by rules for all objects too.
        let for_all = format!("{group}/{resource}:{verb}");
        for subject in &subjects {
            let (kind, subject_name) = subject.split_once(':').unwrap();
            let account = subject_name.replacen(':', "/", 1);
            let mut groups = match kind {
                "group" => vec![subject_name.to_owned()],
                "sa" => vec![
                    "system:serviceaccounts".to_owned(),
                    format!("system:serviceaccounts:{}", account.split('/').next().unwrap()),
                ],
                _ => Vec::new(),
            };
            // Whoever is not logged in is in no other group.
            let is_anonymous =
                *subject == "group:system:unauthenticated" || *subject == "user:system:anonymous";
            if !is_anonymous {
                groups.push("system:authenticated".to_owned());
            }
            for place in places {
                let (is_url, in_namespace) = (group == "url", !place.is_empty());
                if is_url && in_namespace {
                    continue;
                }
                let is_met = |granted: &BTreeSet<&str>| {
                    granted.contains(id) || !is_url && granted.contains(for_all.as_str())
                };
                let expected = assignments.iter().any(|assignment| {
                    let whom = assignment["subject"].as_str().unwrap();
                    let is_whom = whom == *subject
                        || whom
                            .strip_prefix("group:")
                            .is_some_and(|group| groups.iter().any(|own| own == group))
                        || is_anonymous
                            && matches!(whom, "group:system:unauthenticated" | "user:system:anonymous");
                    let scope = assignment["scope"].as_str().unwrap();
                    let is_here = scope == "cluster" || scope.strip_prefix("namespace:") == Some(place);
                    is_whom && is_here && is_met(&closed[assignment["role"].as_str().unwrap()])
                });
                let supplied: Vec<&str> = groups
                    .iter()
                    .map(String::as_str)
                    .filter(|group| *group != "system:authenticated")
                    .collect();
                let who = match kind {
                    _ if is_anonymous => Principal::anonymous(),
                    "user" => Principal::user(subject_name),
                    "sa" => Principal::service(&account),
                    _ => Principal::somebody(),
                };
                let (called, path) = match is_url {
                    // A path below, for a pattern.
                    true => (format!("nonResourceURLs:{verb}"), resource.replace('*', "below")),
                    false => (for_all.clone(), String::new()),
                };
                let on = match (is_url, in_namespace) {
                    (true, _) => Resource::new("url", &path),
                    (_, true) => Resource::new("namespace", place),
                    _ => Resource::new("cluster", "this"),
                };
                let values: Vec<Attribute<'_>> = name
                    .iter()
                    .map(|name| Attribute::new(AttributeRoot::Context, "name", Given::String(name)))
                    .collect();
                let request = Request::new(who.groups(&supplied), &called).on(on).with(&values);
                tally.compare(&policy, &request, expected, || format!("{subject} {id} {place}"));
            }
        }
    }
    println!("{} names of objects", names.len());
    tally.at_least("the roles that Kubernetes begins with", 30_000, 1_000);
}

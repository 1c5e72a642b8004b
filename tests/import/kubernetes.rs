//! Roles and bindings of Kubernetes: the rules of its authorizer, written down once more over the objects as JSON.

mod authorizer;

use super::{Tally, imported, imported_with, policy, said, whole};
use crate::generate::{Dice, bytes};
use authorizer::{Asked, What, allows, strings};
use policyc::import::{Form, Imported, KubernetesOptions, Weight};
use policyc::terms::AttributeRoot;
use policyc::{Attribute, Policy, Principal, Request, Resource, Value as Given};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const YAML: &str = include_str!("kubernetes/shop.yaml");
const JSON: &str = include_str!("kubernetes/shop.json");
/// Random clusters.
const CLUSTERS: u64 = 500;

fn form() -> Form {
    Form::Kubernetes(KubernetesOptions::default())
}

/// Everybody who is named, somebody who is not, and who is nobody.
fn callers(objects: &[Value]) -> Vec<(String, Vec<String>)> {
    let mut callers = BTreeSet::new();
    let authenticated = "system:authenticated".to_owned();
    let account = |namespace: &str, name: &str| {
        let groups = [
            "system:serviceaccounts".to_owned(),
            format!("system:serviceaccounts:{namespace}"),
            "system:authenticated".to_owned(),
        ];
        (format!("system:serviceaccount:{namespace}:{name}"), groups.to_vec())
    };
    for binding in objects {
        let own = binding["metadata"]["namespace"].as_str().unwrap_or_default();
        for subject in binding["subjects"].as_array().into_iter().flatten() {
            let name = subject["name"].as_str().unwrap();
            match subject["kind"].as_str().unwrap() {
                "User" => {
                    match name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':')) {
                        Some((namespace, name)) => drop(callers.insert(account(namespace, name))),
                        None if name.starts_with("system:") => {}
                        None => drop(callers.insert((name.to_owned(), vec![authenticated.clone()]))),
                    }
                }
                "Group" if !name.starts_with("system:authen") && !name.starts_with("system:unauth") => {
                    callers.insert(("somebody".to_owned(), vec![name.to_owned(), authenticated.clone()]));
                }
                "ServiceAccount" => {
                    callers.insert(account(subject["namespace"].as_str().unwrap_or(own), name));
                }
                _ => {}
            }
        }
    }
    callers.insert(("stranger".to_owned(), vec![authenticated]));
    callers.insert(account("nowhere", "stranger"));
    callers.insert(("system:anonymous".to_owned(), vec!["system:unauthenticated".to_owned()]));
    callers.into_iter().collect()
}

/// The values under a key anywhere in the objects.
fn collect<'v>(objects: &'v [Value], key: &str) -> BTreeSet<&'v str> {
    let rules = objects.iter().flat_map(|object| object["rules"].as_array().into_iter().flatten());
    rules.flat_map(|rule| strings(rule, key)).collect()
}

/// The verb, the API group with the resource, the name in the policy.
type Privilege = (String, Option<(String, String)>, String);

/// Every privilege of the policy as a verb and an API group with a resource, or none for paths.
fn privileges(imported: &Imported) -> Vec<Privilege> {
    let text = imported.policy.as_ref().unwrap();
    let lines = text.lines().skip_while(|line| !line.starts_with("category "));
    let lines = lines.take_while(|line| !line.starts_with("role ")).filter(|line| line.starts_with("    "));
    let split = |line: &str| {
        let id = line.trim().trim_start_matches("privilege ").trim_matches('"').to_owned();
        let (resource, verb) = id.rsplit_once(':').unwrap();
        let pair = resource.split_once('/').map(|(group, resource)| {
            (if group == "core" { String::new() } else { group.to_owned() }, resource.to_owned())
        });
        (verb.to_owned(), pair, id.clone())
    };
    lines.map(split).collect()
}

/// Asks for everybody, every privilege, every namespace and name, and one of each that nothing names.
fn compare(objects: &[Value], imported: &Imported, policy: &Policy) -> Tally {
    let mut namespaces: BTreeSet<&str> =
        objects.iter().filter_map(|object| object["metadata"]["namespace"].as_str()).collect();
    namespaces.extend(["", "elsewhere"]);
    let mut names = collect(objects, "resourceNames");
    names.extend(["", "other"]);
    let mut paths: BTreeSet<String> = BTreeSet::from(["/".to_owned(), "/other".to_owned()]);
    for url in collect(objects, "nonResourceURLs") {
        let plain = url.trim_end_matches('*');
        paths.extend(
            [plain, plain.trim_end_matches('/')]
                .map(str::to_owned)
                .into_iter()
                .filter(|path| !path.is_empty()),
        );
        paths.extend(
            ["x", "/x", "/x/y", "/", "//x"]
                .map(|end| format!("{plain}{end}"))
                .into_iter()
                .filter(|path| path.starts_with('/')),
        );
    }
    let mut tally = Tally::default();
    let privileges = privileges(imported);
    for (user, groups) in callers(objects) {
        let account = user.strip_prefix("system:serviceaccount:").map(|rest| rest.replacen(':', "/", 1));
        let supplied: Vec<&str> = groups
            .iter()
            .map(String::as_str)
            .filter(|group| !group.starts_with("system:authen") && !group.starts_with("system:unauth"))
            .collect();
        let principal = match &account {
            _ if user == "system:anonymous" => Principal::anonymous(),
            Some(account) => Principal::service(account),
            None => Principal::user(&user),
        };
        let principal = principal.groups(&supplied);
        for (verb, pair, id) in &privileges {
            let asked = |what| Asked { user: &user, groups: groups.clone(), verb, what };
            let Some((group, resource)) = pair else {
                for path in &paths {
                    let asked = asked(What::Path(path));
                    let request = Request::new(principal, id).on(Resource::new("url", path));
                    tally.compare(policy, &request, allows(objects, &asked), || format!("{asked:?}"));
                }
                continue;
            };
            for namespace in &namespaces {
                for name in &names {
                    let asked = asked(What::Resource(group, resource, namespace, name));
                    let place = if namespace.is_empty() {
                        Resource::new("cluster", "this")
                    } else {
                        Resource::new("namespace", namespace)
                    };
                    let named = [Attribute::new(AttributeRoot::Context, "name", Given::String(name))];
                    let has_names = names.len() > 2 && !name.is_empty();
                    let given: &[Attribute<'_>] = if has_names { &named } else { &[] };
                    let request = Request::new(principal, id).on(place).with(given);
                    tally.compare(policy, &request, allows(objects, &asked), || format!("{asked:?}"));
                }
            }
        }
    }
    tally
}

fn items(text: &str) -> Vec<Value> {
    let list: Value = serde_json::from_str(text).unwrap();
    list["items"].as_array().unwrap().clone()
}

#[test]
fn the_shop_decides_as_the_authorizer_does() {
    let imported = imported(&form(), &[("shop.yaml", YAML)]);
    let tally = compare(&items(JSON), &imported, &whole(&imported));
    tally.at_least("shop.yaml", 25_000, 5_000);
    let notes: Vec<String> = said(&imported);
    assert_eq!(
        notes,
        [
            "note: shop.yaml:12:5 `*` stands for 13 resources and their verbs: those that these files name; the policy knows no others, and denies them",
            "note: objects that are no RBAC were passed over: Namespace (1)",
        ]
    );
}

#[test]
fn a_list_documents_and_files_say_the_same() {
    let expected = imported(&form(), &[("shop.yaml", YAML)])
        .policy
        .map(|text| text.split("\n\n").skip(1).collect::<Vec<_>>().join("\n\n"));
    let body = |files: &[(&str, &str)]| {
        imported(&form(), files)
            .policy
            .map(|text| text.split("\n\n").skip(1).collect::<Vec<_>>().join("\n\n"))
    };
    assert_eq!(body(&[("shop.json", JSON)]), expected);
    assert_eq!(body(&[("-", JSON)]), expected);
    let single: Vec<String> = items(JSON).iter().map(Value::to_string).collect();
    let files: Vec<(&str, &str)> = single.iter().map(|text| ("one.json", text.as_str())).collect();
    assert_eq!(body(&files), expected);
    let typed: Vec<Value> = items(JSON).into_iter().filter(|item| item["kind"] == "ClusterRole").collect();
    let rest: Vec<Value> = items(JSON).into_iter().filter(|item| item["kind"] != "ClusterRole").collect();
    let mut bare = typed.clone();
    for item in &mut bare {
        let map = item.as_object_mut().unwrap();
        map.remove("kind");
        map.remove("apiVersion");
    }
    let typed =
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleList", "items": bare })
            .to_string();
    let rest = json!({ "apiVersion": "v1", "kind": "List", "items": rest }).to_string();
    assert_eq!(body(&[("a.json", &typed), ("b.json", &rest)]), expected);
}

/// JSON as YAML in lines.
fn yaml(value: &Value, indent: usize, out: &mut String) {
    let blanks = " ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                out.push_str(&format!("\n{blanks}{}:", json!(key)));
                yaml(value, indent + 2, out);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for value in list {
                out.push_str(&format!("\n{blanks}-"));
                yaml(value, indent + 2, out);
            }
        }
        other => out.push_str(&format!(" {other}")),
    }
}

fn some(dice: &mut Dice<'_>, from: &[&str], most: usize) -> Value {
    json!(dice.some(from, 1, most))
}

fn random_rule(dice: &mut Dice<'_>, is_cluster: bool) -> Value {
    if is_cluster && dice.chance(25) {
        let urls = ["/healthz", "/healthz/*", "*", "/api/v1/*", "/api/", "/api", "/*", "/a b/*"];
        return json!({ "nonResourceURLs": some(dice, &urls, 3), "verbs": some(dice, &["get", "post", "*", "probe"], 2) });
    }
    let resources =
        ["pods", "pods/log", "deployments", "deployments/scale", "pods/scale", "*", "*/scale", "secrets"];
    let mut rule = json!({
        "apiGroups": some(dice, &["", "apps", "batch.example", "*"], 2),
        "resources": some(dice, &resources, 3),
        "verbs": some(dice, &["get", "list", "use", "delete", "*"], 3),
    });
    if dice.chance(25) {
        rule["resourceNames"] = some(dice, &["a", "b", "c d", "*"], 2);
    }
    rule
}

/// A random cluster; each role and binding is there once.
fn random(dice: &mut Dice<'_>) -> Vec<Value> {
    let version = "rbac.authorization.k8s.io/v1";
    let mut objects = Vec::new();
    let rules = |dice: &mut Dice<'_>, is_cluster: bool| -> Value {
        (0..dice.between(0, 3)).map(|_| random_rule(dice, is_cluster)).collect()
    };
    let names = ["view", "edit", "system:node", "a b", "role", "x.y"];
    for name in dice.some(&names, 1, 4) {
        let labels: Vec<(&str, &str)> = dice
            .some(&["one", "two"], 0, 2)
            .into_iter()
            .map(|key| (key, *dice.pick(&["true", "false"])))
            .collect();
        let labels: serde_json::Map<String, Value> =
            labels.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect();
        objects.push(json!({ "apiVersion": version, "kind": "ClusterRole", "metadata": { "name": name, "labels": labels }, "rules": rules(dice, true) }));
    }
    if dice.chance(40) {
        let selector = match dice.below(3) {
            0 => json!({ "matchLabels": { "one": "true" } }),
            1 => {
                json!({ "matchExpressions": [{ "key": "two", "operator": *dice.pick(&["Exists", "DoesNotExist"]) }] })
            }
            _ => {
                json!({ "matchExpressions": [{ "key": "one", "operator": *dice.pick(&["In", "NotIn"]), "values": ["true"] }] })
            }
        };
        // Its own labels are selected by none of the others.
        objects.push(json!({ "apiVersion": version, "kind": "ClusterRole", "metadata": { "name": "sum" }, "aggregationRule": { "clusterRoleSelectors": [selector] } }));
    }
    for namespace in ["dev", "prod"] {
        for name in dice.some(&["view", "own"], 0, 2) {
            objects.push(json!({ "apiVersion": version, "kind": "Role", "metadata": { "name": name, "namespace": namespace }, "rules": rules(dice, false) }));
        }
    }
    let roles = objects.clone();
    let subjects = [
        json!({ "kind": "User", "name": "ann" }),
        json!({ "kind": "User", "name": "system:serviceaccount:dev:ci" }),
        json!({ "kind": "User", "name": "system:anonymous" }),
        json!({ "kind": "Group", "name": "devs" }),
        json!({ "kind": "Group", "name": "system:authenticated" }),
        json!({ "kind": "Group", "name": "system:unauthenticated" }),
        json!({ "kind": "Group", "name": "system:serviceaccounts" }),
        json!({ "kind": "Group", "name": "system:serviceaccounts:prod" }),
        json!({ "kind": "ServiceAccount", "name": "ci", "namespace": "prod" }),
    ];
    for at in 0..dice.between(1, 5) {
        let role = dice.pick(&roles);
        let (kind, name) = (&role["kind"], &role["metadata"]["name"]);
        let namespace = role["metadata"]["namespace"].as_str();
        let mut metadata = json!({ "name": format!("b{at}") });
        let mut binding = "ClusterRoleBinding";
        if namespace.is_some() || dice.chance(50) {
            binding = "RoleBinding";
            metadata["namespace"] = json!(namespace.unwrap_or(if dice.chance(50) { "dev" } else { "prod" }));
        }
        let mut bound = dice.some(&subjects, 1, 3);
        if binding == "RoleBinding" && dice.chance(20) {
            bound.push(json!({ "kind": "ServiceAccount", "name": "local" }));
        }
        objects.push(json!({ "apiVersion": version, "kind": binding, "metadata": metadata, "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name }, "subjects": bound }));
    }
    objects
}

/// What wildcards may name besides; in half of the cases, so that in the other half what names nothing is met too.
const FURTHER: &str = "core/pods\napps/deployments/scale\napps/statefulsets:watch\nbatch.example/jobs:get\ncore/pods/log:list\ncore/secrets\nnonResourceURLs:head\n";

#[test]
fn random_clusters_decide_as_the_authorizer_does() {
    let (mut tally, mut partial, mut empty) = (Tally::default(), 0, 0);
    for seed in 0..CLUSTERS {
        let bytes = bytes(seed, 4096);
        let mut dice = Dice::new(&bytes);
        let objects = random(&mut dice);
        let text = match dice.chance(50) {
            true => json!({ "apiVersion": "v1", "kind": "List", "items": objects }).to_string(),
            false => objects
                .iter()
                .map(|object| {
                    let mut out = "---".to_owned();
                    yaml(object, 0, &mut out);
                    out + "\n"
                })
                .collect(),
        };
        let imported = match dice.chance(70) {
            true => imported_with(&form(), &[("-", &text)], FURTHER),
            false => imported(&form(), &[("-", &text)]),
        };
        assert_eq!(imported.count(Weight::Error), 0, "seed {seed}: {:#?}\n{text}", said(&imported));
        // A rule whose wildcards name nothing is told, and allows nothing of what the policy knows.
        partial += usize::from(imported.count(Weight::LeftOut) > 0);
        empty += usize::from(imported.counts.privileges == 0);
        let policy = policy(&imported);
        tally.add(compare(&objects, &imported, &policy));
    }
    println!("{partial} of {CLUSTERS} leave a rule out, {empty} have no privileges");
    assert!(partial < 150 && empty < 100, "{partial} {empty}");
    tally.at_least("random clusters", 500_000, 50_000);
}

/// What one object more makes of the import.
fn with(object: &str) -> Vec<String> {
    let base = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: base }\nrules:\n- { apiGroups: [\"\"], resources: [pods], verbs: [get] }\n";
    said(&imported(&form(), &[("base.yaml", base), ("more.yaml", object)]))
}

fn role(rules: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{ name: more }}\nrules: {rules}\n"
    )
}

fn binding(kind: &str, namespace: &str, role: &str, subject: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{ name: b{namespace} }}\nroleRef: {{ kind: {role} }}\nsubjects: [{subject}]\n"
    )
}

#[test]
fn what_a_policy_cannot_say_is_left_out_and_told() {
    for (object, expected) in [
        (
            role("[{ nonResourceURLs: [/api*], verbs: [get] }]"),
            "left out: more.yaml:4:29 a policy has no scope for the URLs that `/api*` stands for",
        ),
        (
            role("[{ apiGroups: [apps], resources: ['*'], verbs: [get] }]"),
            "left out: more.yaml:4:9 a rule of `more` names nothing by its wildcards: `get` on `*` of `apps`",
        ),
        (
            role("[{ apiGroups: [''], resources: [pods], resourceNames: [''], verbs: [get] }]"),
            "left out: more.yaml:4:9 a rule names an object without a name, which is any request that names none",
        ),
        (
            binding("ClusterRoleBinding", "", "ClusterRole, name: view", "{ kind: User, name: ann }"),
            "left out: more.yaml:4:10 `b` binds `view`, which is not in these files",
        ),
        (
            binding(
                "ClusterRoleBinding",
                "",
                "ClusterRole, name: base",
                "{ kind: ServiceAccount, name: ci }",
            ),
            "left out: more.yaml:5:12 the service account `ci` has no namespace, so Kubernetes binds nobody here",
        ),
        (
            role("[{ apiGroups: [''], resources: [pods], verbs: [get] }]")
                + "aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: b } }] }\n",
            "left out: more.yaml:1:1 `more` aggregates other roles, and its own rules allow 1 things that those of these files do not",
        ),
        (
            "apiVersion: authorization.openshift.io/v1\nkind: Role\nmetadata: { name: x, namespace: y }\n"
                .to_owned(),
            "left out: more.yaml:1:1 `Role` of `authorization.openshift.io/v1` is not read",
        ),
    ] {
        assert!(with(&object).iter().any(|line| line == expected), "{:#?}\n{object}", with(&object));
    }
}

#[test]
fn objects_that_are_wrong_are_refused() {
    for (object, expected) in [
        (
            role("[{ apiGroups: [''], resurces: [pods], verbs: [get] }]"),
            "error: more.yaml:4:28 a rule has no key `resurces`",
        ),
        (role("[{ apiGroups: [''], resources: [pods] }]"), "error: more.yaml:4:9 the rule names no verbs"),
        (role("[{ resources: [pods], verbs: [get] }]"), "error: more.yaml:4:9 the rule names no API groups"),
        (role("[{ verbs: [get] }]"), "error: more.yaml:4:9 the rule names neither resources nor URLs"),
        (
            role("[{ nonResourceURLs: [/x], apiGroups: [''], resources: [pods], verbs: [get] }]"),
            "error: more.yaml:4:9 the rule is about resources and about URLs, which Kubernetes refuses",
        ),
        (role("{ a: b }"), "error: more.yaml:4:8 `rules` has to be a list, and is a map"),
        (
            role("[{ apiGroups: '', resources: [pods], verbs: [get] }]"),
            "error: more.yaml:4:22 `apiGroups` has to be a list, and is a text",
        ),
        (
            binding("RoleBinding", "", "Role, name: x", ""),
            "error: more.yaml:3:11 the RoleBinding `b` names no namespace",
        ),
        (
            binding("ClusterRoleBinding", "", "Role, name: x", ""),
            "error: more.yaml:4:10 `b` cannot bind a `Role`",
        ),
        (
            binding("ClusterRoleBinding", "", "ClusterRole, name: base", "{ kind: Robot, name: x }"),
            "error: more.yaml:5:12 `Robot` is no kind of subject",
        ),
        ("kind: Role\n".to_owned(), "error: more.yaml:1:1 the object has no `kind` or no `apiVersion`"),
        ("- a\n".to_owned(), "error: more.yaml:1:1 expected an object of Kubernetes, found a list"),
        (
            "apiVersion: rbac.authorization.k8s.io/v1alpha1\nkind: Role\n".to_owned(),
            "error: more.yaml:1:1 `Role` of `rbac.authorization.k8s.io/v1alpha1` is not known",
        ),
        (role("[]") + "---\n" + &role("[]"), "error: more.yaml:6:1 the ClusterRole `more` is there twice"),
    ] {
        assert!(with(&object).iter().any(|line| line == expected), "{:#?}\n{object}", with(&object));
    }
}

#[test]
fn a_namespace_may_be_said_for_all() {
    let object = binding("RoleBinding", "", "ClusterRole, name: base", "{ kind: ServiceAccount, name: ci }");
    let base = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: base }\nrules:\n- { apiGroups: [\"\"], resources: [pods], verbs: [get] }\n";
    let form = Form::Kubernetes(KubernetesOptions { namespace: Some("dev".to_owned()) });
    let policy = whole(&imported(&form, &[("base.yaml", base), ("more.yaml", &object)]));
    for (namespace, expected) in [("dev", true), ("prod", false)] {
        let request = Request::new(Principal::service("dev/ci"), "core/pods:get")
            .on(Resource::new("namespace", namespace));
        assert_eq!(policy.decide(&request).unwrap().granted(), expected);
    }
}

#[test]
fn roles_that_aggregate_each_other_have_the_same() {
    let role = |name: &str, own: &str, selects: &str, resource: &str| {
        let aggregate =
            format!("aggregationRule: {{ clusterRoleSelectors: [{{ matchLabels: {{ {selects}: t }} }}] }}\n");
        let rules = if resource.is_empty() {
            String::new()
        } else {
            format!("rules: [{{ apiGroups: [''], resources: [{resource}], verbs: [get] }}]\n")
        };
        let aggregate = if resource.is_empty() { aggregate } else { String::new() };
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{ name: {name}, labels: {{ {own}: t }} }}\n{rules}{aggregate}---\n"
        )
    };
    let text = role("a", "to-b", "to-a", "")
        + &role("b", "to-a", "to-b", "")
        + &role("pods", "to-a", "", "pods")
        + &role("nodes", "to-b", "", "nodes");
    let policy = whole(&imported(&form(), &[("a.yaml", &text)]));
    for name in ["a", "b"] {
        for privilege in ["core/pods:get", "core/nodes:get"] {
            let held = [name];
            let request = Request::new(super::holder(&held), privilege).on(Resource::new("cluster", "c"));
            assert!(policy.decide(&request).unwrap().granted(), "{name} {privilege}");
        }
    }
}

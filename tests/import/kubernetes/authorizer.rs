//! What the authorizer of Kubernetes says of a request, straight from the objects and without the import.

use serde_json::Value;

/// A request as the API server hands it to the authorizer.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub user: &'a str,
    pub groups: Vec<String>,
    pub verb: &'a str,
    pub what: What<'a>,
}

#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// Group, resource with its subresource, namespace (empty: none), name (empty: none).
    Resource(&'a str, &'a str, &'a str, &'a str),
    Path(&'a str),
}

pub fn strings<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    value[key].as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// The rules of a role; those of a role that aggregates others are theirs.
fn rules(objects: &[Value], role: &Value) -> Vec<Value> {
    let Some(selectors) = role["aggregationRule"]["clusterRoleSelectors"].as_array() else {
        return role["rules"].as_array().cloned().unwrap_or_default();
    };
    let is_selected = |labels: &Value| {
        selectors.iter().any(|selector| {
            let equal = selector["matchLabels"].as_object();
            let expressions = selector["matchExpressions"].as_array();
            equal.into_iter().flatten().all(|(key, value)| labels[key] == *value)
                && expressions.into_iter().flatten().all(|expression| {
                    let label = labels[expression["key"].as_str().unwrap()].as_str();
                    let values = strings(expression, "values");
                    match expression["operator"].as_str().unwrap() {
                        "In" => label.is_some_and(|label| values.contains(&label)),
                        "NotIn" => label.is_none_or(|label| !values.contains(&label)),
                        "Exists" => label.is_some(),
                        _ => label.is_none(),
                    }
                })
        })
    };
    let others = objects.iter().filter(|other| {
        other["kind"] == "ClusterRole"
            && other["metadata"]["name"] != role["metadata"]["name"]
            && is_selected(&other["metadata"]["labels"])
    });
    // No aggregate of these tests reaches itself.
    others.flat_map(|other| rules(objects, other)).collect()
}

fn rule_allows(rule: &Value, asked: &Asked<'_>) -> bool {
    let verbs = strings(rule, "verbs");
    if !(verbs.contains(&"*") || verbs.contains(&asked.verb)) {
        return false;
    }
    match asked.what {
        What::Path(path) => strings(rule, "nonResourceURLs").iter().any(|url| {
            *url == "*" || *url == path || url.ends_with('*') && path.starts_with(url.trim_end_matches('*'))
        }),
        What::Resource(group, resource, _, name) => {
            let groups = strings(rule, "apiGroups");
            let names = strings(rule, "resourceNames");
            let is_resource = strings(rule, "resources").iter().any(|named| {
                let subresource = resource.split_once('/').map_or("", |(_, rest)| rest);
                *named == "*"
                    || *named == resource
                    || !subresource.is_empty() && *named == format!("*/{subresource}")
            });
            (groups.contains(&"*") || groups.contains(&group))
                && is_resource
                && (names.is_empty() || names.contains(&name))
        }
    }
}

fn applies(subject: &Value, namespace: &str, asked: &Asked<'_>) -> bool {
    let name = subject["name"].as_str().unwrap();
    match subject["kind"].as_str().unwrap() {
        "User" => asked.user == name,
        "Group" => asked.groups.iter().any(|group| group == name),
        _ => {
            let namespace = subject["namespace"].as_str().unwrap_or(namespace);
            asked.user == format!("system:serviceaccount:{namespace}:{name}")
        }
    }
}

/// Whether one of the bindings allows it.
pub fn allows(objects: &[Value], asked: &Asked<'_>) -> bool {
    objects.iter().any(|binding| {
        let own = binding["metadata"]["namespace"].as_str().unwrap_or_default();
        let is_here = match binding["kind"].as_str().unwrap() {
            "ClusterRoleBinding" => true,
            "RoleBinding" => matches!(asked.what, What::Resource(_, _, namespace, _) if namespace == own),
            _ => return false,
        };
        let reference = &binding["roleRef"];
        let role = objects.iter().find(|role| {
            role["kind"] == reference["kind"]
                && role["metadata"]["name"] == reference["name"]
                && (role["kind"] == "ClusterRole" || role["metadata"]["namespace"] == own)
        });
        let subjects = binding["subjects"].as_array();
        is_here
            && subjects.into_iter().flatten().any(|subject| applies(subject, own, asked))
            && role.is_some_and(|role| rules(objects, role).iter().any(|rule| rule_allows(rule, asked)))
    })
}

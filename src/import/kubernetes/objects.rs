//! Documents > the objects of RBAC in them.
//!
//! Enters: values. Leaves: roles and bindings, typed, each key known. What is no RBAC is counted and passed over. Knows nothing of what
//! rules mean.

use super::KubernetesOptions;
use crate::import::document::{documents, text, texts};
use crate::import::finding::Report;
use crate::import::{Input, MAX_TOLD};
use crate::source::Span;
use crate::yaml::plain::Value;
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashMap};

/// The group of RBAC.
const RBAC: &str = "rbac.authorization.k8s.io";

/// Which role.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum RoleKey {
    Cluster(SmolStr),
    /// Namespace and name.
    In(SmolStr, SmolStr),
}

impl RoleKey {
    /// Its name in the policy: no name of Kubernetes holds a `/`.
    pub fn name(&self) -> SmolStr {
        match self {
            RoleKey::Cluster(name) => name.clone(),
            RoleKey::In(namespace, name) => format!("{namespace}/{name}").into(),
        }
    }
}

/// A role of either kind.
#[derive(Debug)]
pub(super) struct Object {
    pub key: RoleKey,
    pub rules: Vec<Rule>,
    pub labels: Vec<(SmolStr, SmolStr)>,
    /// The selectors of what it aggregates.
    pub aggregates: Option<Vec<Selector>>,
    pub span: Span,
}

/// A rule; nothing but what is written.
#[derive(Debug, Default)]
pub(super) struct Rule {
    pub verbs: Vec<SmolStr>,
    pub groups: Vec<SmolStr>,
    pub resources: Vec<SmolStr>,
    pub names: Vec<SmolStr>,
    pub urls: Vec<(SmolStr, Span)>,
    pub span: Span,
}

/// What labels have to be.
#[derive(Debug, Default)]
pub(super) struct Selector {
    pub equal: Vec<(SmolStr, SmolStr)>,
    pub expressions: Vec<(SmolStr, Operator, Vec<SmolStr>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

#[derive(Debug)]
pub(super) struct Binding {
    pub name: SmolStr,
    /// Nothing: it counts everywhere.
    pub namespace: Option<SmolStr>,
    pub role: RoleKey,
    pub role_span: Span,
    pub subjects: Vec<Subject>,
}

#[derive(Debug)]
pub(super) enum Subject {
    User(SmolStr),
    Group(SmolStr),
    ServiceAccount { name: SmolStr, namespace: Option<SmolStr>, span: Span },
}

/// Everything of RBAC that the files hold.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub roles: Vec<Object>,
    pub bindings: Vec<Binding>,
    /// How many objects of each other kind there are.
    others: BTreeMap<SmolStr, usize>,
    /// Kind and full name of what was read.
    seen: HashMap<(SmolStr, Option<SmolStr>, SmolStr), Span>,
}

impl Objects {
    pub fn read(input: &Input<'_>, options: &KubernetesOptions, report: &mut Report) -> Objects {
        let mut objects = Objects::default();
        for (id, source) in input.files() {
            for document in documents(id, source, report) {
                objects.object(&document, None, options, report);
            }
        }
        if !objects.others.is_empty() {
            let count: usize = objects.others.values().sum();
            let kinds: Vec<&str> = objects.others.keys().take(MAX_TOLD).map(SmolStr::as_str).collect();
            let more = if objects.others.len() > kinds.len() { ", ..." } else { "" };
            let message =
                format!("objects that are no RBAC were passed over: {}{more} ({count})", kinds.join(", "));
            report.note(None, message, "");
        }
        objects
    }

    /// An object, or a list of them. What is in a typed list need not repeat its kind.
    fn object(
        &mut self,
        value: &Value,
        within: Option<(&str, &str)>,
        options: &KubernetesOptions,
        report: &mut Report,
    ) {
        if value.is_null() {
            return;
        }
        if !value.is_map() {
            let message = format!("expected an object of Kubernetes, found {}", value.noun());
            return report.error(
                value.span,
                message,
                "give manifests, as `kubectl get ... -o yaml` prints them",
            );
        }
        let said = |key: &str| value.get(key).and_then(Value::text).map(SmolStr::as_str);
        let kind = said("kind").or(within.map(|(kind, _)| kind));
        let version = said("apiVersion").or(within.map(|(_, version)| version));
        let (Some(kind), Some(version)) = (kind, version) else {
            let message = "the object has no `kind` or no `apiVersion`";
            return report.error(
                value.span,
                message,
                "give manifests, as `kubectl get ... -o yaml` prints them",
            );
        };
        if let Some(of) = kind.strip_suffix("List")
            && let Some(items) = value.get("items")
        {
            let within = if of.is_empty() { None } else { Some((of, version)) };
            let Some(items) = items.list() else {
                return report.error(items.span, "`items` has to be a list", "export the objects again");
            };
            items.iter().for_each(|item| self.object(item, within, options, report));
            return;
        }
        let is_rbac_kind = matches!(kind, "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding");
        match version.split_once('/') {
            Some((RBAC, "v1" | "v1beta1")) if is_rbac_kind => self.rbac(kind, value, options, report),
            Some((RBAC, other)) => {
                let message = format!("`{kind}` of `{RBAC}/{other}` is not known");
                report.error(
                    value.span,
                    message,
                    format!("`{RBAC}/v1` has Role, ClusterRole, RoleBinding and ClusterRoleBinding"),
                );
            }
            _ if is_rbac_kind => {
                let message = format!("`{kind}` of `{version}` is not read");
                report.left_out(value.span, message, format!("give the objects of `{RBAC}/v1`"));
            }
            _ => *self.others.entry(kind.into()).or_default() += 1,
        }
    }

    fn rbac(&mut self, kind: &str, value: &Value, options: &KubernetesOptions, report: &mut Report) {
        let keys: &[&str] = match kind {
            "Role" => &["rules"],
            "ClusterRole" => &["rules", "aggregationRule"],
            _ => &["roleRef", "subjects"],
        };
        let common = ["apiVersion", "kind", "metadata"];
        only_known(value, &[keys, &common].concat(), &format!("a {kind}"), report);
        let what = format!("this {kind}");
        let Some(metadata) = value.get("metadata") else {
            return report.error(
                value.span,
                format!("{what} has no `metadata`"),
                "add its `metadata` with a `name`",
            );
        };
        let Some(name) = text(metadata, "name", &what, report) else { return };
        let mut namespace = None;
        if !kind.starts_with("Cluster") {
            let own = metadata.get("namespace").and_then(Value::text).filter(|text| !text.is_empty());
            namespace = own.cloned().or(options.namespace.as_deref().map(SmolStr::new));
            if namespace.is_none() {
                let message = format!("the {kind} `{name}` names no namespace");
                let help = "add `namespace` to its metadata, or say `--namespace` for all that name none, as for `kubectl apply`";
                return report.error(metadata.span, message, help);
            }
        }
        let key = (SmolStr::new(kind), namespace.clone(), name.clone());
        if self.seen.insert(key, value.span).is_some() {
            return report.error(
                value.span,
                format!("the {kind} `{name}` is there twice"),
                "keep one of the two",
            );
        }
        match kind {
            "Role" | "ClusterRole" => self.role(name, namespace, metadata, value, report),
            _ => self.binding(name, namespace, value, report),
        }
    }

    fn role(
        &mut self,
        name: &SmolStr,
        namespace: Option<SmolStr>,
        metadata: &Value,
        value: &Value,
        report: &mut Report,
    ) {
        let key = match namespace {
            Some(namespace) => RoleKey::In(namespace, name.clone()),
            None => RoleKey::Cluster(name.clone()),
        };
        let rules = match value.get("rules").map(|rules| (rules, rules.list())) {
            None => Vec::new(),
            Some((_, Some(list))) => list.iter().filter_map(|value| rule(value, report)).collect(),
            Some((rules, None)) => {
                return report.error(
                    rules.span,
                    format!("`rules` has to be a list, and is {}", rules.noun()),
                    "write `rules: []` for none",
                );
            }
        };
        let labels = metadata.get("labels").map(pairs_of_texts).unwrap_or_default();
        let aggregates = value.get("aggregationRule").map(|rule| selectors(rule, report));
        self.roles.push(Object { key, rules, labels, aggregates, span: value.span });
    }

    fn binding(&mut self, name: &SmolStr, namespace: Option<SmolStr>, value: &Value, report: &mut Report) {
        let Some(reference) = value.get("roleRef") else {
            return report.error(
                value.span,
                format!("`{name}` has no `roleRef`"),
                "name the role that it binds",
            );
        };
        only_known(reference, &["apiGroup", "kind", "name"], "a `roleRef`", report);
        let what = format!("the `roleRef` of `{name}`");
        let Some(kind) = text(reference, "kind", &what, report) else { return };
        let Some(role) = text(reference, "name", &what, report) else { return };
        let role = match (kind.as_str(), &namespace) {
            ("ClusterRole", _) => RoleKey::Cluster(role.clone()),
            ("Role", Some(namespace)) => RoleKey::In(namespace.clone(), role.clone()),
            _ => {
                let message = format!("`{name}` cannot bind a `{kind}`");
                let help = "a RoleBinding binds a Role of its namespace or a ClusterRole, a ClusterRoleBinding a ClusterRole";
                return report.error(reference.span, message, help);
            }
        };
        let subjects = match value.get("subjects").map(|subjects| (subjects, subjects.list())) {
            None => Vec::new(),
            Some((_, Some(list))) => list.iter().filter_map(|value| subject(value, report)).collect(),
            Some((subjects, None)) => {
                let message = format!("`subjects` has to be a list, and is {}", subjects.noun());
                return report.error(subjects.span, message, "write `subjects: []` for none");
            }
        };
        let role_span = reference.span;
        self.bindings.push(Binding { name: name.clone(), namespace, role, role_span, subjects });
    }
}

fn rule(value: &Value, report: &mut Report) -> Option<Rule> {
    if !value.is_map() {
        report.error(
            value.span,
            format!("a rule has to be a map, and this is {}", value.noun()),
            "write `- verbs: [...]`",
        );
        return None;
    }
    let keys = ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"];
    only_known(value, &keys, "a rule", report);
    let mut list = |key: &str| {
        let found = texts(value.get(key), key, report);
        found.into_iter().map(|(text, _)| text.clone()).collect::<Vec<_>>()
    };
    let (verbs, groups) = (list("verbs"), list("apiGroups"));
    let (resources, names) = (list("resources"), list("resourceNames"));
    let urls = texts(value.get("nonResourceURLs"), "nonResourceURLs", report);
    let urls: Vec<_> = urls.into_iter().map(|(text, span)| (text.clone(), span)).collect();
    let rule = Rule { verbs, groups, resources, names, urls, span: value.span };
    let is_about_resources = !(rule.resources.is_empty() && rule.groups.is_empty() && rule.names.is_empty());
    let is_both = is_about_resources && !rule.urls.is_empty();
    let fault = match () {
        () if rule.verbs.is_empty() => Some(("the rule names no verbs", "add `verbs`")),
        () if is_both => Some((
            "the rule is about resources and about URLs, which Kubernetes refuses",
            "make two rules of it",
        )),
        () if rule.urls.is_empty() && rule.resources.is_empty() => {
            Some(("the rule names neither resources nor URLs", "add `resources` or `nonResourceURLs`"))
        }
        () if rule.urls.is_empty() && rule.groups.is_empty() => {
            Some(("the rule names no API groups", "add `apiGroups`; `\"\"` is the one of pods"))
        }
        () => None,
    };
    match fault {
        None => Some(rule),
        Some((message, help)) => {
            report.error(value.span, message, help);
            None
        }
    }
}

fn subject(value: &Value, report: &mut Report) -> Option<Subject> {
    only_known(value, &["apiGroup", "kind", "name", "namespace"], "a subject", report);
    let kind = text(value, "kind", "the subject", report)?;
    let name = text(value, "name", "the subject", report)?.clone();
    let namespace = value.get("namespace").and_then(Value::text).filter(|text| !text.is_empty()).cloned();
    match kind.as_str() {
        "User" => Some(Subject::User(name)),
        "Group" => Some(Subject::Group(name)),
        "ServiceAccount" => Some(Subject::ServiceAccount { name, namespace, span: value.span }),
        other => {
            let help = "a subject is a User, a Group or a ServiceAccount";
            report.error(value.span, format!("`{other}` is no kind of subject"), help);
            None
        }
    }
}

fn selectors(rule: &Value, report: &mut Report) -> Vec<Selector> {
    only_known(rule, &["clusterRoleSelectors"], "an `aggregationRule`", report);
    let list = rule.get("clusterRoleSelectors").and_then(Value::list).unwrap_or_default();
    list.iter().map(|value| selector(value, report)).collect()
}

fn selector(value: &Value, report: &mut Report) -> Selector {
    only_known(value, &["matchLabels", "matchExpressions"], "a selector", report);
    let equal = value.get("matchLabels").map(pairs_of_texts).unwrap_or_default();
    let mut expressions = Vec::new();
    for value in value.get("matchExpressions").and_then(Value::list).unwrap_or_default() {
        only_known(value, &["key", "operator", "values"], "an expression", report);
        let Some(key) = text(value, "key", "the expression", report) else { continue };
        let Some(operator) = text(value, "operator", "the expression", report) else { continue };
        let operator = match operator.as_str() {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            other => {
                let help = "the operators are In, NotIn, Exists and DoesNotExist";
                report.error(value.span, format!("`{other}` is no operator of a selector"), help);
                continue;
            }
        };
        let values = texts(value.get("values"), "values", report);
        expressions.push((key.clone(), operator, values.into_iter().map(|(text, _)| text.clone()).collect()));
    }
    Selector { equal, expressions }
}

fn pairs_of_texts(value: &Value) -> Vec<(SmolStr, SmolStr)> {
    let pairs = value.pairs().iter();
    pairs.map(|(key, value)| (key.text.clone(), value.text().cloned().unwrap_or_default())).collect()
}

/// Every other key is an error: a mistyped one must not vanish.
fn only_known(value: &Value, keys: &[&str], what: &str, report: &mut Report) {
    for (key, _) in value.pairs() {
        if !keys.contains(&key.text.as_str()) {
            let message = format!("{what} has no key `{}`", key.text);
            report.error(key.span, message, format!("the keys are {}", keys.join(", ")));
        }
    }
}

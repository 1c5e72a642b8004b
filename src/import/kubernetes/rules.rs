//! Rules > sets of privileges, by the rules of the authorizer.
//!
//! Enters: all roles of the source, and what there is besides. Leaves: the privileges that they are about, and for each rule those that it
//! allows. A privilege is a verb on a resource: `apps/deployments/scale:get`, with `core` for the API group without a name.

use super::objects::{Object, Objects, RoleKey, Rule};
use super::{CLUSTER, DIRECTORY, NAMESPACE, URL, URLS};
use crate::ast::Effect;
use crate::import::MAX_TOLD;
use crate::import::draft::{Draft, Entry, Privileges, Scope};
use crate::import::finding::Report;
use crate::import::known::Known;
use crate::import::list::{Item, Written};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The verbs of every resource of the API server.
const VERBS: [&str; 8] = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
/// The methods of HTTP, which are the verbs on URLs.
const METHODS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];
/// The API group without a name.
const CORE: &str = "core";
/// How many items a list with wildcards may have before names are shorter.
const LONGEST_LIST: usize = 60;

/// API group and resource, with its subresource.
type Pair = (SmolStr, SmolStr);

/// What all rules together are about.
#[derive(Debug, Default)]
pub(super) struct Universe {
    /// Every resource with its verbs.
    verbs: BTreeMap<Pair, BTreeSet<SmolStr>>,
    /// The resources by their names, whatever the group.
    by_resource: HashMap<SmolStr, Vec<Pair>>,
    /// The verbs on URLs.
    methods: BTreeSet<SmolStr>,
    directories: bool,
    names: bool,
}

impl Universe {
    pub fn of(objects: &Objects, known: &Known, report: &mut Report) -> Universe {
        let mut universe = Universe::default();
        let rules = || objects.roles.iter().flat_map(|object| &object.rules);
        for rule in rules() {
            if !report.spend(rule.groups.len().saturating_mul(rule.resources.len())) {
                return universe;
            }
            for group in rule.groups.iter().filter(|group| *group != "*") {
                for resource in rule.resources.iter().filter(|resource| !is_wild(resource)) {
                    universe.verbs.entry((group.clone(), resource.clone())).or_default();
                }
            }
            universe.directories |= rule.urls.iter().any(|(url, _)| matches!(path(url), Path::Below(_)));
            universe.names |= !rule.names.is_empty();
        }
        universe.add(known, report);
        for pair in universe.verbs.keys() {
            universe.by_resource.entry(pair.1.clone()).or_default().push(pair.clone());
        }
        let mut unknown = BTreeSet::new();
        for rule in rules() {
            let all = rule.verbs.iter().any(|verb| verb == "*");
            let named = rule.verbs.iter().filter(|verb| *verb != "*").map(SmolStr::as_str);
            if !rule.urls.is_empty() {
                universe.methods.extend(named.chain(METHODS.into_iter().filter(|_| all)).map(SmolStr::from));
                continue;
            }
            let verbs: Vec<SmolStr> =
                named.chain(VERBS.into_iter().filter(|_| all)).map(SmolStr::from).collect();
            let pairs = universe.matching(rule);
            if !report.spend(universe.effort(rule) + pairs.len().saturating_mul(verbs.len())) {
                return universe;
            }
            for pair in pairs {
                universe.verbs.entry(pair).or_default().extend(verbs.iter().cloned());
            }
            let is_wild = all
                || rule.groups.iter().any(|group| group == "*")
                || rule.resources.iter().any(|r| is_wild(r));
            if is_wild {
                unknown.insert(rule.span);
            }
        }
        if let Some(first) = unknown.first() {
            let resources = universe.verbs.len();
            let message = format!(
                "`*` stands for {resources} resources and their verbs: those that these files name; the policy knows no others, and denies them"
            );
            let help = "list further ones in a file for `--privileges`: `apps/deployments` or `apps/deployments:get` on each line";
            report.note(*first, message, help);
        }
        if universe.verbs.keys().any(|(group, _)| group == CORE) {
            let help = "rename it; the API group without a name is called so";
            report.error(None, format!("an API group is called `{CORE}`"), help);
        }
        universe
    }

    /// Takes what a list names besides: `apps/deployments:get`, or all verbs of `apps/deployments`.
    fn add(&mut self, known: &Known, report: &mut Report) {
        for name in &known.names {
            let (resource, verb) = match name.text.rsplit_once(':') {
                Some((resource, verb)) => (resource, Some(verb)),
                None => (name.text.as_str(), None),
            };
            if let (URLS, Some(verb)) = (resource, verb) {
                self.methods.insert(verb.into());
                continue;
            }
            let Some((group, resource)) = resource.split_once('/') else {
                let help = "write the API group before it: `core/pods:get`, `apps/deployments/scale`";
                report.error(name.span, format!("`{}` names no resource", name.text), help);
                continue;
            };
            let group = if group == CORE { "" } else { group };
            let verbs = self.verbs.entry((group.into(), resource.into())).or_default();
            match verb {
                Some(verb) => drop(verbs.insert(verb.into())),
                None => verbs.extend(VERBS.map(SmolStr::new_static)),
            }
        }
    }

    pub fn has_resources(&self) -> bool {
        !self.verbs.is_empty()
    }

    pub fn has_urls(&self) -> bool {
        !self.methods.is_empty()
    }

    pub fn has_directories(&self) -> bool {
        self.directories
    }

    pub fn names_objects(&self) -> bool {
        self.names
    }

    pub fn declare(&self, privileges: &mut Privileges) {
        for ((group, resource), verbs) in &self.verbs {
            for verb in verbs {
                privileges.declare(&id(group, resource, verb), group_name(group), &[CLUSTER, NAMESPACE]);
            }
        }
        for verb in &self.methods {
            privileges.declare(&format!("{URLS}:{verb}"), URLS, &[URL]);
        }
    }

    /// How many resources are looked at for a rule.
    fn effort(&self, rule: &Rule) -> usize {
        let is_wild = rule.resources.iter().any(|resource| is_wild(resource));
        if is_wild { self.verbs.len().saturating_mul(rule.resources.len()) } else { rule.resources.len() }
    }

    /// The resources that a rule is about.
    fn matching(&self, rule: &Rule) -> Vec<Pair> {
        let is_group = |group: &SmolStr| rule.groups.iter().any(|named| named == "*" || named == group);
        if rule.resources.iter().any(|resource| is_wild(resource)) {
            let is_resource = |resource: &str| rule.resources.iter().any(|named| matches(named, resource));
            let pairs =
                self.verbs.keys().filter(|(group, resource)| is_group(group) && is_resource(resource));
            return pairs.cloned().collect();
        }
        let pairs = rule.resources.iter().filter_map(|resource| self.by_resource.get(resource)).flatten();
        pairs.filter(|(group, _)| is_group(group)).cloned().collect()
    }

    /// The privileges on resources that a rule allows.
    fn allowed(&self, rule: &Rule, privileges: &Privileges) -> Vec<u32> {
        let mut allowed = Vec::new();
        for pair in self.matching(rule) {
            let Some(verbs) = self.verbs.get(&pair) else { continue };
            let verbs =
                verbs.iter().filter(|verb| rule.verbs.iter().any(|named| named == "*" || named == *verb));
            allowed.extend(verbs.filter_map(|verb| privileges.number(&id(&pair.0, &pair.1, verb))));
        }
        allowed
    }
}

/// Whether a name of resources is a wildcard: `*`, or a subresource of whatever resource. `pods/*` is none.
fn is_wild(resource: &str) -> bool {
    resource == "*" || resource.strip_prefix("*/").is_some_and(|rest| !rest.is_empty())
}

/// Whether a rule that names a resource is about another; both with their subresources.
fn matches(named: &str, resource: &str) -> bool {
    let subresource = || resource.split_once('/').map(|(_, rest)| rest);
    named == "*"
        || named == resource
        || named.strip_prefix("*/").is_some_and(|rest| subresource() == Some(rest))
}

fn group_name(group: &str) -> &str {
    if group.is_empty() { CORE } else { group }
}

fn id(group: &str, resource: &str, verb: &str) -> String {
    format!("{}/{resource}:{verb}", group_name(group))
}

/// What a URL of a rule stands for.
enum Path<'u> {
    /// Every one.
    All,
    /// One.
    One(&'u str),
    /// Whatever begins with this and a `/`.
    Below(&'u str),
    /// Something else that begins so.
    Prefix,
}

fn path(url: &str) -> Path<'_> {
    let Some(prefix) = url.strip_suffix('*') else { return Path::One(url) };
    match prefix.trim_end_matches('*') {
        // Every path begins with it.
        "" | "/" => Path::All,
        prefix => prefix.strip_suffix('/').map_or(Path::Prefix, Path::Below),
    }
}

/// What a role grants, by its rules.
pub(super) fn entries(
    object: &Object,
    universe: &Universe,
    draft: &mut Draft,
    report: &mut Report,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for rule in &object.rules {
        if !rule.urls.is_empty() {
            urls(rule, &object.key, universe, draft, report, &mut entries);
            continue;
        }
        if !report.spend(universe.effort(rule)) {
            return entries;
        }
        let what = universe.allowed(rule, &draft.privileges);
        if !report.spend(what.len().saturating_mul(8)) {
            return entries;
        }
        if what.is_empty() {
            let message =
                format!("a rule of `{}` names nothing by its wildcards: {}", object.key.name(), shown(rule));
            let help = "no other rule names such a resource with its API group; list some in a file for `--privileges`";
            report.left_out(rule.span, message, help);
            continue;
        }
        if let Some(resource) = rule.resources.iter().find(|resource| resource.ends_with("/*")) {
            let message =
                format!("`{resource}` is no wildcard to Kubernetes, and names no resource that there is");
            report.note(rule.span, message, "name the subresources one by one");
        }
        let names: Vec<SmolStr> = rule.names.iter().filter(|name| !name.is_empty()).cloned().collect();
        if names.len() < rule.names.len() {
            let message = "a rule names an object without a name, which is any request that names none";
            report.left_out(rule.span, message, "take the empty name out of `resourceNames`");
            if names.is_empty() {
                continue;
            }
        }
        let mut entry = Entry::of(Effect::Grant, what);
        entry.written = written(rule);
        entry.names = names;
        entries.push(entry);
    }
    entries
}

/// A rule with its wildcards, as a list.
fn written(rule: &Rule) -> Option<Written> {
    let is_wild = |list: &[SmolStr]| list.iter().any(|text| self::is_wild(text));
    if !(is_wild(&rule.groups) || is_wild(&rule.resources) || is_wild(&rule.verbs)) {
        return None;
    }
    if rule.groups.len() * rule.resources.len() * rule.verbs.len() > LONGEST_LIST {
        return None;
    }
    let mut items = Vec::new();
    for group in &rule.groups {
        for resource in &rule.resources {
            for verb in &rule.verbs {
                let text = match (group.as_str(), resource.as_str(), verb.as_str()) {
                    ("*", "*", "*") => "*".to_owned(),
                    ("*", "*", verb) => format!("*:{verb}"),
                    (group, resource, verb) => id(group, resource, verb),
                };
                items.push(match text.contains('*') {
                    true => Item::Wildcard(text.into()),
                    false => Item::Name(text.into()),
                });
            }
        }
    }
    let reaches_urls = items.iter().any(|item| matches!(item, Item::Wildcard(text) if text.starts_with('*')));
    let except = if reaches_urls { vec![Item::Category(SmolStr::new_static(URLS))] } else { Vec::new() };
    Some(Written { items, except })
}

/// What a rule allows on paths that are no resources.
fn urls(
    rule: &Rule,
    role: &RoleKey,
    universe: &Universe,
    draft: &mut Draft,
    report: &mut Report,
    entries: &mut Vec<Entry>,
) {
    if matches!(role, RoleKey::In(..)) {
        let message =
            format!("the role `{}` is of a namespace, where Kubernetes ignores rules for URLs", role.name());
        return report.note(rule.span, message, "take the rule out, or make it one of a ClusterRole");
    }
    let is_allowed = |verb: &&SmolStr| rule.verbs.iter().any(|named| named == "*" || named == *verb);
    let verbs = universe.methods.iter().filter(is_allowed);
    let what: Vec<u32> =
        verbs.filter_map(|verb| draft.privileges.number(&format!("{URLS}:{verb}"))).collect();
    let all = rule.verbs.iter().any(|verb| verb == "*");
    for (url, span) in &rule.urls {
        let on = match path(url) {
            Path::All => None,
            Path::One(url) if !url.is_empty() => Some(Scope::Below((URL, url.into()))),
            Path::Below(directory) => Some(Scope::Below((DIRECTORY, directory.into()))),
            Path::Prefix | Path::One(_) => {
                let message = format!("a policy has no scope for the URLs that `{url}` stands for");
                let help = "end the pattern with `/*`, or name the paths one by one";
                report.left_out(*span, message, help);
                continue;
            }
        };
        let mut entry = Entry::of(Effect::Grant, what.clone());
        if all {
            let items = vec![Item::Category(SmolStr::new_static(URLS))];
            entry.written = Some(Written { items, except: Vec::new() });
        }
        entry.on = on;
        entries.push(entry);
    }
}

/// A rule in a few words.
fn shown(rule: &Rule) -> String {
    let list = |texts: &[SmolStr]| {
        let mut shown: Vec<String> = texts.iter().take(MAX_TOLD).map(|text| format!("`{text}`")).collect();
        if texts.len() > MAX_TOLD {
            shown.push(format!("{} more", texts.len() - MAX_TOLD));
        }
        shown.join(", ")
    };
    format!("{} on {} of {}", list(&rule.verbs), list(&rule.resources), list(&rule.groups))
}

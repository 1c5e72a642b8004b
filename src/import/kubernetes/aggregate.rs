//! Cluster roles that are put together of others by their labels.
//!
//! Enters: all cluster roles. Leaves: roles that inherit those that they select. Kubernetes writes the rules of those into the role, so an
//! export has both; what is written and comes from no role of the files is told.

use super::objects::{Object, Objects, Operator, RoleKey, Selector};
use super::rules::{Universe, entries};
use crate::import::draft::{Draft, Entry, Role, Scope};
use crate::import::finding::Report;
use smol_str::SmolStr;
use std::collections::{BTreeSet, HashMap};

/// What an entry says of one privilege.
type Said = (u32, Option<Scope>, Option<SmolStr>);

/// Writes the roles that aggregate others.
pub(super) fn roles(objects: &Objects, universe: &Universe, draft: &mut Draft, report: &mut Report) {
    let cluster: Vec<&Object> =
        objects.roles.iter().filter(|object| matches!(object.key, RoleKey::Cluster(_))).collect();
    let mut selected: HashMap<&RoleKey, Vec<usize>> = HashMap::new();
    for object in &cluster {
        let Some(selectors) = &object.aggregates else { continue };
        let is_selected = |(_, other): &(usize, &&Object)| {
            other.key != object.key && selectors.iter().any(|selector| selects(selector, &other.labels))
        };
        let found = cluster.iter().enumerate().filter(is_selected).map(|(at, _)| at);
        selected.insert(&object.key, found.collect());
    }
    for object in cluster.iter().filter(|object| object.aggregates.is_some()) {
        // Everything that is reached, through roles that are aggregates themselves.
        let (mut reached, mut open) = (BTreeSet::new(), vec![*object]);
        let mut in_circle = false;
        while let Some(next) = open.pop() {
            for &at in selected.get(&next.key).into_iter().flatten() {
                let Some(other) = cluster.get(at) else { continue };
                in_circle |= other.key == object.key;
                if reached.insert(at) {
                    open.push(other);
                }
            }
        }
        let mut inherited = Vec::new();
        for other in
            reached.iter().filter_map(|&at| cluster.get(at)).filter(|other| other.aggregates.is_none())
        {
            inherited.append(&mut entries(other, universe, draft, report));
        }
        let own = entries(object, universe, draft, report);
        let has: BTreeSet<Said> = inherited.iter().flat_map(said).collect();
        let beyond = own.iter().flat_map(said).filter(|said| !has.contains(said)).count();
        if beyond > 0 {
            let message = format!(
                "`{}` aggregates other roles, and its own rules allow {beyond} things that those of these files do not",
                object.key.name()
            );
            let help = "add the ClusterRoles that it aggregates; if its rules were written by hand, Kubernetes overwrites them: take them out";
            report.left_out(object.span, message, help);
        }
        let name = object.key.name();
        let direct = selected.get(&object.key).into_iter().flatten().filter_map(|&at| cluster.get(at));
        draft.roles.push(match in_circle {
            // Roles cannot inherit each other, so each gets what they have together.
            true => Role { name, entries: inherited, ..Role::default() },
            false => {
                Role { name, inherits: direct.map(|other| other.key.name()).collect(), ..Role::default() }
            }
        });
    }
}

/// Each privilege of an entry with where and for which object it is granted.
fn said(entry: &Entry) -> Vec<Said> {
    let names: Vec<Option<SmolStr>> = match entry.names.is_empty() {
        true => vec![None],
        false => entry.names.iter().cloned().map(Some).collect(),
    };
    let each = |name: &Option<SmolStr>| {
        entry.what.iter().map(|&number| (number, entry.on.clone(), name.clone())).collect::<Vec<_>>()
    };
    names.iter().flat_map(each).collect()
}

/// Whether labels are as a selector wants them.
fn selects(selector: &Selector, labels: &[(SmolStr, SmolStr)]) -> bool {
    let value = |key: &SmolStr| labels.iter().find(|(known, _)| known == key).map(|(_, value)| value);
    let equal = selector.equal.iter().all(|(key, wanted)| value(key) == Some(wanted));
    equal
        && selector.expressions.iter().all(|(key, operator, values)| match operator {
            Operator::In => value(key).is_some_and(|value| values.contains(value)),
            Operator::NotIn => value(key).is_none_or(|value| !values.contains(value)),
            Operator::Exists => value(key).is_some(),
            Operator::DoesNotExist => value(key).is_none(),
        })
}

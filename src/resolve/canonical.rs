//! The one order of everything that has no name.
//!
//! Enters: entries, assignments, constraints, invariants and resources in the order written. Leaves: the same in the order
//! of what they say; the place decides only between two that say the same. Knows nothing of how they came to be.

use crate::model::{
    Assignment, Entry, Exclusive, Instance, InstanceId, Invariant, Limit, Model, PrivilegeId, Scope,
};
use std::cmp::Ordering;

/// Gives resources their final order; the second part tells the final id of each provisional one.
pub(super) fn sort_instances(mut list: Vec<Instance>) -> (Vec<Instance>, Vec<InstanceId>) {
    let mut order: Vec<u32> = (0..u32::try_from(list.len()).unwrap_or(u32::MAX)).collect();
    let name = |at: &u32| list.get(*at as usize).map(|instance| (instance.ty, &instance.id));
    order.sort_unstable_by(|a, b| name(a).cmp(&name(b)));
    let mut places = vec![InstanceId(0); list.len()];
    for (place, at) in order.iter().enumerate() {
        if let Some(slot) = places.get_mut(*at as usize) {
            *slot = InstanceId::at(place);
        }
    }
    arrange(&mut list, order);
    for instance in &mut list {
        for parent in &mut instance.parents {
            *parent = places.get(parent.index()).copied().unwrap_or(*parent);
        }
        instance.parents.sort_unstable();
    }
    (list, places)
}

/// Gives everything else its final order, scopes their final resources.
pub(super) fn sort_rules(model: &mut Model, places: &[InstanceId]) {
    let place = |scope: &mut Scope| {
        if let Scope::Resource { instance, .. } = scope {
            *instance = places.get(instance.index()).copied().unwrap_or(*instance);
        }
    };
    model.entries.iter_mut().for_each(|entry| place(&mut entry.scope));
    model.assignments.iter_mut().for_each(|assignment| place(&mut assignment.scope));
    model.invariants.iter_mut().for_each(|invariant| place(&mut invariant.scope));
    sort_by(&mut model.entries, |e| (e.in_role, e.effect, e.to.first().copied(), e.scope), compare_entries);
    sort_by(&mut model.assignments, |a| (a.role, a.to.first().copied(), a.scope), compare_assignments);
    model.invariants.sort_by(compare_invariants);
    model.exclusives.sort_by(compare_exclusives);
    model.limits.sort_by(compare_limits);
}

fn compare_entries(a: &Entry, b: &Entry) -> Ordering {
    let said = (&a.to, &a.privileges, &a.when).cmp(&(&b.to, &b.privileges, &b.when));
    said.then_with(|| named(a).cmp(named(b))).then_with(|| a.span.cmp(&b.span))
}

/// How an entry names its privileges; two that say the same may say it differently.
fn named(entry: &Entry) -> impl Iterator<Item = (bool, &[PrivilegeId])> {
    entry.named.iter().map(|item| (item.broad, item.privileges.as_slice()))
}

fn compare_assignments(a: &Assignment, b: &Assignment) -> Ordering {
    (&a.to, a.from, a.until, &a.when, a.span).cmp(&(&b.to, b.from, b.until, &b.when, b.span))
}

fn compare_invariants(a: &Invariant, b: &Invariant) -> Ordering {
    (a.kind, &a.who, &a.privileges, a.scope, a.span).cmp(&(b.kind, &b.who, &b.privileges, b.scope, b.span))
}

fn compare_exclusives(a: &Exclusive, b: &Exclusive) -> Ordering {
    let roles = |x: &Exclusive| x.roles.iter().map(|(role, _)| *role).collect::<Vec<_>>();
    roles(a).cmp(&roles(b)).then_with(|| a.span.cmp(&b.span))
}

fn compare_limits(a: &Limit, b: &Limit) -> Ordering {
    (a.role, a.count, a.span).cmp(&(b.role, b.count, b.span))
}

/// Sorts large elements by a small key, and by a full comparison where keys are equal. The elements move once.
fn sort_by<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K, full: impl Fn(&T, &T) -> Ordering) {
    let mut order: Vec<(K, u32)> = list.iter().map(key).zip(0..).collect();
    order.sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| match (list.get(a.1 as usize), list.get(b.1 as usize)) {
            (Some(a), Some(b)) => full(a, b),
            _ => Ordering::Equal,
        })
    });
    let order = order.into_iter().map(|(_, at)| at).collect();
    arrange(list, order);
}

/// Brings to each place the element whose position `order` names there: along the cycles, so that no second list is needed.
/// `order` holds each position once.
fn arrange<T>(list: &mut [T], mut order: Vec<u32>) {
    for start in 0..list.len().min(order.len()) {
        let mut place = start;
        while let Some(slot) = order.get_mut(place) {
            let from = *slot as usize;
            *slot = u32::try_from(place).unwrap_or(u32::MAX);
            if from == start || from >= list.len() {
                break;
            }
            list.swap(place, from);
            place = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::arrange;

    #[test]
    fn arranging_follows_every_cycle() {
        let mut list = vec!["c", "a", "e", "b", "d"];
        arrange(&mut list, vec![1, 3, 0, 4, 2]);
        assert_eq!(list, ["a", "b", "c", "d", "e"]);
        let mut same = vec![1, 2, 3];
        arrange(&mut same, vec![0, 1, 2]);
        assert_eq!(same, [1, 2, 3]);
    }
}

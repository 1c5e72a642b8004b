//! The one order of everything that has no name.
//!
//! Enters: entries, assignments, constraints, invariants and resources in the order written. Leaves: the same in the order
//! of what they say; the place decides only between two that say the same. Knows nothing of how they came to be.

use crate::model::{
    Assignment, Entry, Exclusive, Grantee, Instance, InstanceId, Invariant, Limit, Model, PrivilegeId, Scope,
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
    sort_by(
        &mut model.entries,
        |entry| {
            let role = entry.in_role.map_or(0, |role| u128::from(role.0) + 1);
            let effect = role << 2 | entry.effect as u128;
            after(effect, entry.to.first(), entry.scope)
        },
        compare_entries,
    );
    sort_by(
        &mut model.assignments,
        |assignment| after(u128::from(assignment.role.0), assignment.to.first(), assignment.scope),
        compare_assignments,
    );
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

/// A number in the order of what stands before, of somebody, and of a scope. Numbers are compared in one step.
fn after(before: u128, to: Option<&Grantee>, scope: Scope) -> u128 {
    let (kind, id) = match to {
        None => (0, 0),
        Some(Grantee::Principal(id)) => (1, id.0),
        Some(Grantee::Group(id)) => (2, id.0),
        Some(Grantee::Role(id)) => (3, id.0),
        Some(Grantee::Class(class)) => (4, *class as u32),
    };
    let to = (before << 3 | kind) << 32 | u128::from(id);
    let (kind, id, only) = match scope {
        Scope::Everywhere => (0, 0, false),
        Scope::Type(id) => (1, id.0, false),
        Scope::Resource { instance, only } => (2, instance.0, only),
    };
    (to << 2 | kind) << 33 | u128::from(id) << 1 | u128::from(only)
}

/// Sorts large elements by a number, and by a full comparison where numbers are equal. The elements move once.
fn sort_by<T>(list: &mut [T], key: impl Fn(&T) -> u128, full: impl Fn(&T, &T) -> Ordering) {
    let mut order: Vec<(u128, u32)> = list.iter().map(key).zip(0..).collect();
    order.sort_unstable();
    for alike in order.chunk_by_mut(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        alike.sort_unstable_by(|a, b| match (list.get(a.1 as usize), list.get(b.1 as usize)) {
            (Some(a), Some(b)) => full(a, b),
            _ => Ordering::Equal,
        });
    }
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
    use super::{after, arrange};
    use crate::model::{Class, Grantee, GroupId, InstanceId, PrincipalId, RoleId, Scope, TypeId};

    #[test]
    fn numbers_are_in_the_order_of_what_they_stand_for() {
        let resource = |id, only| Scope::Resource { instance: InstanceId(id), only };
        let most = u32::MAX;
        let scopes = [
            Scope::Everywhere,
            Scope::Type(TypeId(0)),
            Scope::Type(TypeId(most)),
            resource(0, false),
            resource(0, true),
            resource(most, true),
        ];
        let grantees = [
            Grantee::Principal(PrincipalId(0)),
            Grantee::Principal(PrincipalId(most)),
            Grantee::Group(GroupId(0)),
            Grantee::Role(RoleId(0)),
            Grantee::Class(Class::Anyone),
            Grantee::Class(Class::Anonymous),
        ];
        let grantees = [None].into_iter().chain(grantees.into_iter().map(Some));
        let befores = [0, 1, (u128::from(u32::MAX) + 1) << 2];
        let all = befores
            .into_iter()
            .flat_map(|before| grantees.clone().flat_map(move |to| scopes.map(|scope| (before, to, scope))));
        let all: Vec<_> = all.collect();
        assert!(all.is_sorted_by(|a, b| a < b), "they are listed in order");
        assert!(
            all.iter()
                .map(|(before, to, scope)| after(*before, to.as_ref(), *scope))
                .is_sorted_by(|a, b| a < b)
        );
    }

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

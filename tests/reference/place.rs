//! Where a resource lies: its ancestors, level by level.

use policyc::model::{Instance, Model, TypeId};
use std::collections::{BTreeMap, BTreeSet};

/// A resource, known to the policy or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thing {
    /// Its type.
    pub ty: TypeId,
    /// Its id.
    pub id: String,
}

/// The parents of the resource asked about, of their parents, and so on.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    parents: BTreeMap<Thing, Vec<Thing>>,
}

impl Tree {
    /// Puts together what the policy and the request say of `thing`; `None` if they contradict each other.
    ///
    /// The policy places a resource whose type is by path, and one that it declares to lie in something. What it places
    /// lies where it says; what it does not place lies in the ancestor that the request names next.
    ///
    /// Open: ancestors that come with a request are a way up, each of them a parent of the one before: one that the
    /// policy gives, where it places the one before; one of a type that it may lie in, where it does not. The way may end
    /// anywhere: what the policy says of the last one holds besides. It names nothing twice. A declared resource without a
    /// parent is not placed. What lies in itself only by policy and request together has each ancestor once.
    pub fn of(model: &Model, thing: &Thing, supplied: &[Thing]) -> Option<Tree> {
        let mut tree = Tree::default();
        let mut current = thing.clone();
        for (at, next) in supplied.iter().enumerate() {
            let twice = next == thing || supplied[..at].contains(next);
            let fits = if is_placed(model, &current) {
                policy_parents(model, &current).contains(next)
            } else {
                model.types[current.ty.index()].parents.iter().any(|&(parent, _)| parent == next.ty)
            };
            if twice || !fits {
                return None;
            }
            if !is_placed(model, &current) {
                tree.parents.insert(current, vec![next.clone()]);
            }
            current = next.clone();
        }
        tree.follow_policy(model, thing);
        Some(tree)
    }

    /// Adds what the policy says of everything on the way up.
    fn follow_policy(&mut self, model: &Model, thing: &Thing) {
        let mut open = vec![thing.clone()];
        let mut seen = BTreeSet::new();
        while let Some(thing) = open.pop() {
            if seen.insert(thing.clone()) {
                let known =
                    self.parents.entry(thing.clone()).or_insert_with(|| policy_parents(model, &thing));
                open.extend(known.iter().cloned());
            }
        }
    }

    /// The resource itself at level 0, its parents at level 1, what they lie in at level 2, and so on. What is reached on
    /// two ways stands at the nearer level.
    pub fn levels(&self, thing: &Thing) -> Vec<Vec<Thing>> {
        let mut seen = BTreeSet::from([thing.clone()]);
        let mut levels = vec![vec![thing.clone()]];
        loop {
            let last = &levels[levels.len() - 1];
            let mut next = BTreeSet::new();
            for parent in last.iter().flat_map(|below| self.parents.get(below).into_iter().flatten()) {
                if !seen.contains(parent) {
                    next.insert(parent.clone());
                }
            }
            if next.is_empty() {
                return levels;
            }
            seen.extend(next.iter().cloned());
            levels.push(next.into_iter().collect());
        }
    }
}

/// The resource as the policy knows it.
pub fn instance<'m>(model: &'m Model, thing: &Thing) -> Option<&'m Instance> {
    model.instances.iter().find(|instance| instance.ty == thing.ty && instance.id == thing.id)
}

fn is_placed(model: &Model, thing: &Thing) -> bool {
    model.types[thing.ty.index()].by_path
        || instance(model, thing).is_some_and(|instance| !instance.parents.is_empty())
}

/// With `by path`, `T:a/b/c` lies in `P:a/b` for each type P that T may lie in; `T:a` lies in nothing. Otherwise what
/// the declaration says.
///
/// Open: the part before the last slash is the parent's id; where that is empty there is none.
fn policy_parents(model: &Model, thing: &Thing) -> Vec<Thing> {
    let ty = &model.types[thing.ty.index()];
    if ty.by_path {
        match thing.id.rsplit_once('/') {
            Some((above, _)) if !above.is_empty() => {
                ty.parents.iter().map(|&(parent, _)| Thing { ty: parent, id: above.to_string() }).collect()
            }
            _ => Vec::new(),
        }
    } else {
        let parents = instance(model, thing).map(|instance| instance.parents.as_slice()).unwrap_or_default();
        let known = parents.iter().map(|parent| &model.instances[parent.index()]);
        known.map(|parent| Thing { ty: parent.ty, id: parent.id.to_string() }).collect()
    }
}

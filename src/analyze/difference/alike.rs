//! Who is decided as everybody is who is logged in.
//!
//! Enters: what each class of subjects has. Leaves: for each class the privileges for which it has to be asked itself. For all
//! others the answers of somebody who is only logged in stand for it, so that a change which everybody has is found, kept and
//! told once.
//!
//! Whoever is logged in has all that somebody has who is nothing but that. So a class is decided likewise wherever
//!
//! - what it has besides names neither the privilege nor one that it needs, on either side;
//! - and no test takes part, which could tell the two apart: no condition of an entry that everybody has, and none in a
//!   requirement.
//!
//! The sets of privileges are closed: with a privilege they hold all that need it.

use super::Subject;
use super::classes::Class;
use super::content::Item;
use super::prepared::Prepared;
use crate::hash::Map;
use std::collections::BTreeSet;

/// Privileges, a bit each.
type Bits = Box<[u64]>;

/// Classes that are decided like somebody who is only logged in, but for some privileges.
#[derive(Clone, Debug, Default)]
pub(super) struct Alike {
    /// The class of somebody who is only logged in.
    base: usize,
    /// The privileges for which classes have to be asked themselves, and the classes for which it is these.
    sets: Vec<(Bits, Vec<usize>)>,
    /// The set of each class; `None`: it is asked for every privilege.
    of_class: Vec<Option<usize>>,
}

impl Alike {
    /// `None` where nobody is only logged in.
    pub(super) fn of(prepared: &Prepared<'_>) -> Option<Alike> {
        let has = |class: &Class, subject: &Subject| class.members.contains(subject);
        let base = prepared.classes.iter().position(|class| has(class, &Subject::Authenticated))?;
        let everybody = prepared.classes.get(base)?;
        let words = prepared.privileges.len().div_ceil(64);
        let mut rows: Map<u32, Bits> = Map::default();
        // What a test may decide.
        let mut conditional = vec![0; words].into_boxed_slice();
        prepared.tested.iter().for_each(|&privilege| insert(&mut conditional, privilege));
        for item in everybody.items.iter().flatten().filter(|item| item.conditions != 0) {
            add(prepared, item, &mut rows, &mut conditional);
        }
        let common = [0, 1].map(|side: usize| everybody.items[side].iter().collect::<BTreeSet<&Item>>());
        let mut alike = Alike { base, ..Alike::default() };
        let mut known: Map<Bits, usize> = Map::default();
        for (at, class) in prepared.classes.iter().enumerate() {
            if at == base || has(class, &Subject::Anonymous) {
                alike.of_class.push(None);
                continue;
            }
            let mut own = conditional.clone();
            for (items, common) in class.items.iter().zip(&common) {
                for item in items.iter().filter(|item| !common.contains(item)) {
                    add(prepared, item, &mut rows, &mut own);
                }
            }
            let set = *known.entry(own).or_insert_with_key(|own| {
                alike.sets.push((own.clone(), Vec::new()));
                alike.sets.len() - 1
            });
            alike.of_class.push(Some(set));
            if let Some((_, classes)) = alike.sets.get_mut(set) {
                classes.push(at);
            }
        }
        Some(alike)
    }

    /// The class whose answers stand for others.
    pub(super) fn base(&self) -> usize {
        self.base
    }

    /// The privileges for which a class has to be asked itself; `None`: all.
    pub(super) fn own(&self, class: usize) -> Option<BTreeSet<u32>> {
        let (bits, _) = self.sets.get((*self.of_class.get(class)?)?)?;
        let numbers = (0..).zip(bits.iter()).flat_map(|(word, &bits)| {
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit)
        });
        Some(numbers.collect())
    }

    /// The classes that share an answer about some of these privileges, each with the sum of what counts for those that it shares.
    pub(super) fn counted(
        &self,
        privileges: &[usize],
        count: impl Fn(usize) -> usize,
    ) -> impl Iterator<Item = (usize, usize)> {
        self.sets.iter().flat_map(move |(bits, classes)| {
            let shared = privileges.iter().filter(|&&privilege| !contains(bits, privilege));
            let sum: usize = shared.map(|&privilege| count(privilege)).sum();
            classes.iter().map(move |&class| (class, sum)).filter(|(_, sum)| *sum > 0)
        })
    }

    /// The classes that share an answer about some of these privileges.
    pub(super) fn sharing<'s>(&'s self, privileges: &'s [usize]) -> impl Iterator<Item = usize> + 's {
        let shares = |bits: &Bits| privileges.iter().any(|&privilege| !contains(bits, privilege));
        self.sets
            .iter()
            .filter(move |(bits, _)| shares(bits))
            .flat_map(|(_, classes)| classes.iter().copied())
    }
}

/// Adds the privileges that an item names, and those that need one of them.
fn add(prepared: &Prepared<'_>, item: &Item, rows: &mut Map<u32, Bits>, to: &mut Bits) {
    for row in item.rows() {
        let bits = rows.entry(row).or_insert_with(|| {
            let mut bits = vec![0; to.len()].into_boxed_slice();
            let all = prepared.with_dependents(prepared.row(row).iter().copied());
            all.into_iter().for_each(|privilege| insert(&mut bits, privilege));
            bits
        });
        to.iter_mut().zip(bits.iter()).for_each(|(word, bits)| *word |= bits);
    }
}

fn insert(bits: &mut Bits, privilege: u32) {
    if let Some(word) = bits.get_mut(privilege as usize / 64) {
        *word |= 1 << (privilege % 64);
    }
}

fn contains(bits: &Bits, privilege: usize) -> bool {
    bits.get(privilege / 64).is_some_and(|word| word >> (privilege % 64) & 1 == 1)
}

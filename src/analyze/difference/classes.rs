//! Who is asked: subjects for whom each side means the same, put together.
//!
//! Enters: two policies and what they say in numbers. Leaves: the classes.

use super::content::Item;
use super::content::{Content, Pool};
use super::names::{self};
use super::{Rename, Subject};
use crate::hash::{Map, Set};
use crate::model::{PrincipalValue, Value};
use crate::policy::Policy;
use crate::policy::layout::{Constant, Holder, Names, Operand, Test, TestKind, ValueTag};
use std::collections::{BTreeMap, BTreeSet};

/// Subjects for whom each side means the same, and one of them.
pub(super) struct Class {
    pub members: Vec<Subject>,
    /// The member that is asked, by its name on either side.
    pub asked: [Subject; 2],
    /// What it is on either side.
    pub holders: [Option<u32>; 2],
    pub items: [Vec<Item>; 2],
    /// Whether something besides the items differs that tests may look at.
    pub other_values: bool,
}

/// Subjects that are the same on each side, put together. Roles and groups that only have another name are one subject.
pub(super) fn classes(
    sides: [&Policy; 2],
    contents: &mut [Content<'_>; 2],
    pool: &mut Pool,
    renames: &mut Vec<Rename>,
) -> Vec<Class> {
    let callers = Callers::of(sides);
    let mut all: Vec<Told> = Vec::new();
    let mut one_sided: [BTreeMap<(&'static str, u32), Vec<usize>>; 2] = Default::default();
    for (subject, holders) in names::subjects(sides) {
        let of_sides = [0, 1].map(|side: usize| {
            of_subject(sides[side], &subject, holders[side], &mut contents[side], &callers, pool)
        });
        let kind = match subject {
            Subject::Role(_) => "role",
            Subject::Group(_) => "group",
            _ => "",
        };
        if !kind.is_empty() && holders.iter().filter(|holder| holder.is_some()).count() == 1 {
            let side = usize::from(holders[1].is_some());
            one_sided[side].entry((kind, of_sides[side].number)).or_default().push(all.len());
        }
        all.push(Told { asked: [subject.clone(), subject], holders, of_sides });
    }
    let [old, new] = one_sided;
    let mut gone = Set::default();
    for (meaning, before) in &old {
        for (&before, &after) in before.iter().zip(new.get(meaning).into_iter().flatten()) {
            let Some((name, holder, of_old)) = all.get(before).map(Told::of_old) else { continue };
            let Some(told) = all.get_mut(after) else { continue };
            let new = told.asked[1].name().to_owned();
            renames.push(Rename { kind: meaning.0, old: name.name().to_owned(), new });
            told.asked[0] = name;
            told.holders[0] = holder;
            told.of_sides[0] = of_old;
            gone.insert(before);
        }
    }
    let mut found: Map<[u32; 2], usize> = Map::default();
    let mut classes: Vec<Class> = Vec::new();
    for (at, told) in all.into_iter().enumerate() {
        if gone.contains(&at) {
            continue;
        }
        let Told { asked, holders, of_sides: [old, new] } = told;
        let subject = asked[1].clone();
        let class = *found.entry([old.number, new.number]).or_insert_with(|| {
            let other_values = old.values != new.values;
            let items = [old.items, new.items];
            classes.push(Class { members: Vec::new(), asked, holders, items, other_values });
            classes.len() - 1
        });
        if let Some(class) = classes.get_mut(class) {
            class.members.push(subject);
        }
    }
    classes
}

/// A subject and what both sides have for it.
struct Told {
    asked: [Subject; 2],
    holders: [Option<u32>; 2],
    of_sides: [OfSubject; 2],
}

impl Told {
    fn of_old(&self) -> (Subject, Option<u32>, OfSubject) {
        (self.asked[0].clone(), self.holders[0], self.of_sides[0].clone())
    }
}

/// What a side has for a subject.
#[derive(Clone)]
struct OfSubject {
    /// Equal where the meaning is.
    number: u32,
    items: Vec<Item>,
    /// What tests may look at.
    values: u32,
}

fn of_subject(
    policy: &Policy,
    subject: &Subject,
    holder: Option<u32>,
    content: &mut Content<'_>,
    callers: &Callers,
    pool: &mut Pool,
) -> OfSubject {
    let counts = policy.counts();
    let anonymous = u32::from(*subject == Subject::Anonymous);
    let mut matched = vec![counts.first_class(), counts.first_class() + 1 + anonymous];
    let mut groups: Vec<&str> = Vec::new();
    if let Some(holder) = holder {
        let record: Holder = policy.record(holder);
        if !matches!(subject, Subject::Group(_)) {
            matched.push(holder);
        }
        for group in policy.list(record.groups).iter() {
            matched.push(counts.first_group() + group);
            groups.push(policy.name(Names::Group, group));
        }
    }
    let mut items: Vec<Item> =
        matched.into_iter().flat_map(|holder| content.items(holder, pool).to_vec()).collect();
    items.sort_unstable();
    items.dedup();
    let mut values = vec![anonymous];
    let of_principal = matches!(subject, Subject::User(_) | Subject::Service(_));
    let attributes = holder.filter(|_| of_principal).map_or(0, |at| policy.record::<Holder>(at).attributes);
    values.push(content.attributes(attributes, pool));
    if callers.asked {
        // A group that the policy does not know is one all the same where a value names it.
        if let (Subject::Group(name), None) = (subject, holder) {
            groups.push(name);
        }
        values.extend(groups.iter().map(|name| pool.text(format!("group {name}"))));
    }
    if callers.named.contains(subject) {
        values.push(pool.text(subject.to_string()));
    }
    let values = pool.list(&values);
    let mut key: Vec<u32> = items
        .iter()
        .flat_map(|item| {
            let (rank, scopes, conditions) = item.key();
            [rank, scopes, conditions].into_iter().chain(item.rows())
        })
        .collect();
    key.extend([u32::MAX, values]);
    OfSubject { number: pool.list(&key), items, values }
}

/// Whether tests ask who asks, and for whom by name.
struct Callers {
    asked: bool,
    named: BTreeSet<Subject>,
}

impl Callers {
    fn of(sides: [&Policy; 2]) -> Callers {
        let mut callers = Callers { asked: false, named: BTreeSet::new() };
        for policy in sides {
            for at in 0..policy.count::<Test>() {
                let Test { kind, left, right } = policy.record(at);
                let compares = !matches!(
                    TestKind::of(kind),
                    Some(TestKind::Truth | TestKind::Has | TestKind::From | TestKind::Until)
                );
                let is_caller = |side| Operand::of(side) == Some(Operand::Principal);
                callers.asked |= compares && (is_caller(left) || is_caller(right));
            }
            for at in 0..policy.count::<Constant>() {
                if ValueTag::of(policy.record::<Constant>(at).kind) == Some(ValueTag::Principal)
                    && let Some(Value::Principal(principal)) = crate::analyze::values::constant(policy, at)
                {
                    callers.named.insert(match principal {
                        PrincipalValue::User(name) => Subject::User(name.into()),
                        PrincipalValue::Service(name) => Subject::Service(name.into()),
                        PrincipalValue::Group(name) => Subject::Group(name.into()),
                    });
                }
            }
        }
        callers
    }
}

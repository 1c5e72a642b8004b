//! Changes, put together by what causes them.
//!
//! Enters: the changes of all classes of subjects. Leaves: groups: what a role gains, and with it everybody who has the role. A
//! change of somebody follows from that of a role or group it has, or of everybody who is logged in, if that has the same privilege
//! at the same place; what follows from nothing is told of the subject itself.

use super::classes::Class;
use super::prepared::Prepared;
use super::regions::Regions;
use super::{Condition, Recorded, Subject};
use crate::hash::Map;
use crate::policy::layout::{Holder, Holding, Names};
use crate::terms::{Effect, Reason};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

/// Lines shown of a group.
const MAX_LINES: usize = 6;
/// Names in a list of a headline.
const MAX_NAMES: usize = 6;

/// Changes with one cause.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Group {
    /// Granted now and not before; otherwise the reverse.
    pub gain: bool,
    /// Whether a privilege of the category `destructive` is among them.
    pub destructive: bool,
    /// The privileges, sorted.
    pub privileges: Vec<String>,
    /// Where: `everywhere`, `every folder`, `folder:a and below`, `folder:a`, `another folder in folder:a`. Empty: they are asked
    /// without a resource.
    pub places: Vec<String>,
    /// When; `None`: whatever a request carries.
    pub condition: Option<Condition>,
    /// Whose decisions changed by themselves.
    pub subjects: Vec<Subject>,
    /// For whom the same follows, wherever they have what gives it, sorted.
    pub followers: Vec<Subject>,
    /// How many decisions changed: a subject, a privilege and a place each.
    pub changes: usize,
    /// Why the old policy decided as it did; `None`: it has no such question.
    pub old: Option<Reason>,
    /// Why the new one does.
    pub new: Option<Reason>,
    /// What is written in both policies about it, as far as debug information says.
    pub lines: Vec<Line>,
}

impl Group {
    /// Who can now, or can no longer, do what, and where, in one line: `role:operator can now flow.delete, everywhere`. Of long
    /// lists the first six are named and the others counted.
    #[must_use]
    pub fn headline(&self) -> String {
        self.headline_of(&self.privileges)
    }

    /// As [`Group::headline`], of some of the privileges.
    pub(crate) fn headline_of<T: AsRef<str>>(&self, privileges: &[T]) -> String {
        let verb = if self.gain { "can now" } else { "can no longer" };
        let place = match self.places.as_slice() {
            [] => String::new(),
            [all] if all == "everywhere" => ", everywhere".to_owned(),
            some => format!(" on {}", first(some)),
        };
        let subjects: Vec<String> = self.subjects.iter().map(ToString::to_string).collect();
        format!("{} {verb} {}{place}", first(&subjects), first(privileges))
    }

    /// Whether it is about whoever calls.
    #[must_use]
    pub fn is_for_classes(&self) -> bool {
        self.subjects.iter().any(is_class)
    }

    /// Whether it is so wherever it can be asked.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        self.places.is_empty() || self.places.iter().any(|place| place == "everywhere")
    }
}

fn is_class(subject: &Subject) -> bool {
    matches!(subject, Subject::Anonymous | Subject::Authenticated)
}

/// The headline, and when it is so.
impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline())?;
        match &self.condition {
            Some(condition) => write!(f, " when {condition}"),
            None => Ok(()),
        }
    }
}

/// The first of some names, and how many more there are.
fn first<T: AsRef<str>>(all: &[T]) -> String {
    let shown: Vec<&str> = all.iter().take(MAX_NAMES).map(AsRef::as_ref).collect();
    match all.len().saturating_sub(MAX_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A line of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Whether it is of the new policy.
    pub new: bool,
    /// What it does: `grant`, `deny`, `bypass`, or `role:x` where it gives the role, `group:x` where it makes a member.
    pub what: String,
    /// The file as given to the compiler.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// What makes changes one group: the direction, the condition, the places in words, the privileges.
pub(super) type Key = (bool, Option<Condition>, Vec<String>, Vec<usize>);

struct Grouping<'p, 'a> {
    prepared: &'p Prepared<'a>,
    changes: &'p [Recorded],
    /// Of a class, a privilege and a place.
    index: Map<(usize, usize, usize, bool), usize>,
    /// The class of each subject, by its name on either side.
    class_of: [BTreeMap<&'p Subject, usize>; 2],
    /// What a class has by which something may come, for each side.
    ways: [Map<usize, Vec<usize>>; 2],
}

pub(super) fn groups(prepared: &Prepared<'_>, changes: &[Recorded]) -> Vec<Group> {
    let mut grouping = Grouping::of(prepared, changes);
    let roots: Vec<usize> = (0..changes.len()).map(|at| grouping.root(at)).collect();
    let of_changes = grouping.keys(&roots);
    let mut found: BTreeMap<&Rc<Key>, Vec<usize>> = BTreeMap::new();
    for (at, root) in roots.iter().enumerate() {
        if let Some(key) = of_changes.get(root) {
            found.entry(key).or_default().push(at);
        }
    }
    let mut groups: Vec<Group> =
        found.into_iter().filter_map(|(key, all)| grouping.group(key, &all, &roots)).collect();
    groups.sort_by_cached_key(|group| {
        let weight = (Reverse(group.gain && group.destructive), Reverse(group.gain));
        let breadth =
            (Reverse(group.is_for_classes()), Reverse(group.is_everywhere()), Reverse(group.changes));
        (weight, breadth, group.subjects.clone(), group.privileges.clone(), group.places.clone())
    });
    groups
}

/// What each change is put together with others by, whatever it follows from.
pub(super) fn keys(prepared: &Prepared<'_>, changes: &[Recorded]) -> BTreeMap<usize, Rc<Key>> {
    let each: Vec<usize> = (0..changes.len()).collect();
    Grouping::of(prepared, changes).keys(&each)
}

impl<'p, 'a> Grouping<'p, 'a> {
    fn of(prepared: &'p Prepared<'a>, changes: &'p [Recorded]) -> Grouping<'p, 'a> {
        let index = changes
            .iter()
            .enumerate()
            .map(|(at, change)| ((change.class, change.privilege, change.place, change.gain), at))
            .collect();
        let mut class_of = [BTreeMap::new(), BTreeMap::new()];
        for (at, class) in prepared.classes.iter().enumerate() {
            for (side, all) in class_of.iter_mut().enumerate() {
                all.extend(class.members.iter().map(|member| (member, at)));
                all.insert(&class.asked[side], at);
            }
        }
        Grouping { prepared, changes, index, class_of, ways: [Map::default(), Map::default()] }
    }

    /// The change that one follows from in the end; often itself.
    fn root(&mut self, at: usize) -> usize {
        let mut at = at;
        let mut seen = BTreeSet::new();
        while let Some(change) = self.changes.get(at)
            && seen.insert(change.class)
        {
            let side = usize::from(change.gain);
            let (class, privilege, place, gain) = (change.class, change.privilege, change.place, change.gain);
            let ways = self.ways_of(class, side);
            let next = ways.into_iter().find_map(|way| {
                let next = *self.index.get(&(way, privilege, place, gain))?;
                (!seen.contains(&way)).then_some(next)
            });
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    /// The classes of what a class has on a side.
    fn ways_of(&mut self, class: usize, side: usize) -> Vec<usize> {
        if let Some(known) = self.ways[side].get(&class) {
            return known.clone();
        }
        let mut ways = Vec::new();
        if let Some(one) = self.prepared.classes.get(class) {
            let all = self.has(one, side);
            ways.extend(all.iter().filter_map(|subject| self.class_of[side].get(subject)));
            ways.retain(|&way| way != class);
        }
        self.ways[side].insert(class, ways.clone());
        ways
    }

    /// What a class has on a side: being logged in, roles, groups.
    fn has(&self, class: &Class, side: usize) -> Vec<Subject> {
        let policy = self.prepared.sides[side];
        let counts = policy.counts();
        let subject = &class.asked[side];
        let mut all = Vec::new();
        if !matches!(subject, Subject::Anonymous | Subject::Authenticated) {
            all.push(Subject::Authenticated);
        }
        let Some(holder) = class.holders[side] else { return all };
        let record: Holder = policy.record(holder);
        let groups: Vec<u32> =
            policy.list(record.groups).iter().map(|group| counts.first_group() + group).collect();
        let mut roles = BTreeSet::new();
        for member in std::iter::once(holder).chain(groups.iter().copied()) {
            let Holder { holdings, holdings_end, .. } = policy.record(member);
            roles.extend((holdings..holdings_end).map(|at| policy.record::<Holding>(at).role));
        }
        // What roles inherit, and what is assigned to them.
        let mut open: Vec<u32> = roles.iter().copied().collect();
        if let Some(own) = holder.checked_sub(counts.first_role()).filter(|&own| own < counts.roles) {
            open.push(own);
        }
        while let Some(role) = open.pop() {
            let number = counts.first_role() + role;
            let Holder { holdings, holdings_end, .. } = policy.record(number);
            let further = (holdings..holdings_end).map(|at| policy.record::<Holding>(at).role);
            let inherited = policy.edges(number).filter_map(|edge| edge.to.checked_sub(counts.first_role()));
            let further: Vec<u32> = further.chain(inherited.filter(|&role| role < counts.roles)).collect();
            open.extend(further.into_iter().filter(|&role| roles.insert(role)));
        }
        all.extend(roles.into_iter().map(|role| Subject::Role(policy.name(Names::Role, role).to_owned())));
        let group = |number: u32| policy.name(Names::Group, number - counts.first_group()).to_owned();
        all.extend(groups.into_iter().map(|number| Subject::Group(group(number))));
        all
    }

    /// What makes each change that follows from no other one group with others.
    fn keys(&self, roots: &[usize]) -> BTreeMap<usize, Rc<Key>> {
        let regions = Regions::of(self.prepared);
        // By class, direction and condition: the places of each privilege.
        type Of<'c> = (usize, bool, Option<&'c Condition>);
        let mut all: BTreeMap<Of<'_>, BTreeMap<usize, BTreeMap<usize, usize>>> = BTreeMap::new();
        for (at, change) in self.changes.iter().enumerate().filter(|(at, _)| roots.get(*at) == Some(at)) {
            let of = (change.class, change.gain, change.condition.as_ref());
            all.entry(of).or_default().entry(change.privilege).or_default().insert(change.place, at);
        }
        // On what a privilege is asked, and some of the places there.
        type Told<'s> = (BTreeSet<&'s str>, bool, Vec<usize>);
        let mut words: BTreeMap<Told<'_>, Vec<String>> = BTreeMap::new();
        let mut keys = BTreeMap::new();
        for ((_, gain, condition), privileges) in all {
            // A privilege, and the change at each place.
            type Changes = (usize, BTreeMap<usize, usize>);
            let mut by_words: BTreeMap<Vec<String>, Vec<Changes>> = BTreeMap::new();
            for (privilege, places) in privileges {
                let Some(one) = self.prepared.privileges.get(privilege) else { continue };
                let known = (one.on.clone(), one.alone, places.keys().copied().collect());
                let words = words.entry(known).or_insert_with(|| {
                    let asked = regions.asked(self.prepared, privilege);
                    regions.words(&places.keys().copied().collect(), &asked)
                });
                by_words.entry(words.clone()).or_default().push((privilege, places));
            }
            for (words, privileges) in by_words {
                let named: Vec<usize> = privileges.iter().map(|(privilege, _)| *privilege).collect();
                let key: Rc<Key> = Rc::new((gain, condition.cloned(), words, named));
                let changes = privileges.into_iter().flat_map(|(_, places)| places.into_values());
                keys.extend(changes.map(|at| (at, Rc::clone(&key))));
            }
        }
        keys
    }

    fn group(&self, key: &Key, all: &[usize], roots: &[usize]) -> Option<Group> {
        let (gain, condition, places, privileges) = key;
        let (mut subjects, mut followers) = (BTreeSet::new(), BTreeSet::new());
        let (mut changes, mut told) = (0, BTreeSet::new());
        for &at in all {
            let change = self.changes.get(at)?;
            let members = &self.prepared.classes.get(change.class)?.members;
            changes += members.len();
            if told.insert((change.class, roots.get(at) == Some(&at))) {
                let to = if roots.get(at) == Some(&at) { &mut subjects } else { &mut followers };
                to.extend(members.iter().cloned());
            }
        }
        for (class, more) in self.shared(all, privileges) {
            changes += more;
            followers.extend(self.prepared.classes.get(class)?.members.iter().cloned());
        }
        // Who has nothing but the role follows it, though all decisions are the same.
        let is_person = |subject: &Subject| matches!(subject, Subject::User(_) | Subject::Service(_));
        if subjects.iter().any(|subject| !is_person(subject)) {
            let (people, others) = subjects.into_iter().partition(is_person);
            subjects = others;
            let people: BTreeSet<Subject> = people;
            followers.extend(people);
        }
        // Whoever is logged in follows those who are nothing but that.
        if subjects.contains(&Subject::Authenticated) {
            let (classes, others) = subjects.into_iter().partition(is_class);
            subjects = classes;
            let others: BTreeSet<Subject> = others;
            followers.extend(others);
        }
        followers.retain(|subject| !subjects.contains(subject));
        let first = self.changes.get(*all.iter().find(|&&at| roots.get(at) == Some(&at))?)?;
        let one = |&at: &usize| self.prepared.privileges.get(at);
        let is_destructive = |privilege: &usize| {
            let categories = one(privilege).map_or([None; 2], |one| one.categories);
            categories.into_iter().flatten().any(|name| name.eq_ignore_ascii_case("destructive"))
        };
        let (grave, others): (Vec<usize>, Vec<usize>) = privileges.iter().copied().partition(is_destructive);
        Some(Group {
            gain: *gain,
            destructive: !grave.is_empty(),
            privileges: grave.iter().chain(&others).filter_map(one).map(|one| one.name.to_owned()).collect(),
            places: places.clone(),
            condition: condition.clone(),
            subjects: subjects.into_iter().collect(),
            followers: followers.into_iter().collect(),
            changes,
            old: first.old,
            new: first.new,
            lines: self.lines(first),
        })
    }

    /// The classes for which changes of somebody who is only logged in count as well, each with how many.
    fn shared(&self, all: &[usize], privileges: &[usize]) -> Vec<(usize, usize)> {
        let Some(alike) = &self.prepared.alike else { return Vec::new() };
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        for change in all.iter().filter_map(|&at| self.changes.get(at)) {
            if change.class == alike.base() {
                *places.entry(change.privilege).or_default() += 1;
            }
        }
        if places.is_empty() {
            return Vec::new();
        }
        alike
            .counted(privileges, |privilege| places.get(&privilege).copied().unwrap_or(0))
            .map(|(class, count)| {
                (class, count * self.prepared.classes.get(class).map_or(0, |one| one.members.len()))
            })
            .collect()
    }

    /// What is written about a change in both policies.
    fn lines(&self, change: &Recorded) -> Vec<Line> {
        let prepared = self.prepared;
        let Some(class) = prepared.classes.get(change.class) else { return Vec::new() };
        let asked = prepared.question(&class.asked, class.holders, change.privilege, change.place);
        let Some(question) = asked else { return Vec::new() };
        let mut lines = Vec::new();
        for side in [0, 1] {
            for entry in prepared.worlds.deciding(side, &question, &change.world) {
                // What the other side granted or did not is no cause; what it denied is.
                if (side == 1) != change.gain && entry.effect != Effect::Deny {
                    continue;
                }
                let effect = match entry.effect {
                    Effect::Grant => "grant",
                    Effect::Deny => "deny",
                    Effect::Bypass => "bypass",
                };
                let steps = entry.path.into_iter().map(|step| (step.what, step.place));
                for (what, place) in steps.chain([(effect.to_owned(), entry.place)]) {
                    let Some(place) = place else { continue };
                    let line = Line {
                        new: side == 1,
                        what,
                        file: place.file,
                        line: place.line,
                        column: place.column,
                    };
                    if !lines.contains(&line) && lines.len() < MAX_LINES {
                        lines.push(line);
                    }
                }
            }
        }
        lines
    }
}

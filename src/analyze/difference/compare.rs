//! Which questions have to be asked, and the asking.
//!
//! Enters: two policies. Leaves: a [`Difference`]. See the module above for why the questions left out have the same answers.

use super::alike::Alike;
pub(super) use super::content::Item;
use super::content::{Content, Pool, below_scope, only_scope, type_scope};
use super::names::{self, PrivilegeOf};
use super::worlds::{Outcome, Question, World, Worlds};
use super::{Difference, Named, Place, Recorded, Rename, Subject, groups};
use crate::evaluate::way_up;
use crate::hash::{Map, Set};
use crate::model::{PrincipalValue, Value};
use crate::policy::Policy;
use crate::policy::layout::{
    Constant, Formula, FormulaKind, Holder, Names, Node, Operand, Privilege, Rules, Test, TestKind, Type,
    ValueTag,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Decisions that one comparison may take.
const MAX_DECISIONS: usize = 60_000_000;
/// Changes that are kept.
const MAX_CHANGES: usize = 1_000_000;
/// What could not be decided and is named.
const MAX_NAMED: usize = 100;

/// Subjects for whom each side means the same, and one of them.
pub(super) struct Class {
    pub members: Vec<Subject>,
    /// The member that is asked, by its name on either side.
    pub asked: [Subject; 2],
    /// What it is on either side.
    pub holders: [Option<u32>; 2],
    pub items: [Vec<Item>; 2],
    /// Whether something besides the items differs that tests may look at.
    other_values: bool,
}

/// Facts of a place.
pub(super) struct Site {
    /// Every scope that covers it or something that it lies in, on either side. Sorted.
    touched: Vec<u32>,
    /// Whether its own facts differ.
    changed: bool,
    /// The resources at and above it that either side knows.
    pub nodes: [Vec<u32>; 2],
    /// Type and id of everything that it lies in, itself included, on the new side, or on the old where that does not know it.
    pub chain: Vec<(String, String)>,
}

/// Everything that is known before anything is asked.
pub(super) struct Prepared<'a> {
    pub sides: [&'a Policy; 2],
    pub privileges: Vec<PrivilegeOf<'a>>,
    pub places: Vec<Option<Place>>,
    pub sites: Vec<Site>,
    pub classes: Vec<Class>,
    pub worlds: Worlds<'a>,
    pool: Pool,
    /// The privileges that need a privilege.
    needed_by: Vec<Vec<u32>>,
    /// Privileges of which more than who has them changed, with those that need them.
    changed: BTreeSet<u32>,
    /// Privileges whose requirement looks at values, with those that need them.
    pub tested: BTreeSet<u32>,
    /// Who is decided as everybody is who is logged in; `None`: each class is asked itself.
    pub alike: Option<Alike>,
    /// The one privilege that is asked for; `None`: all.
    pub only: Option<u32>,
}

pub(super) fn compare(sides: [&Policy; 2]) -> Difference {
    compare_by(sides, Alike::of)
}

/// As [`compare`]; `alike` says who need not be asked.
pub(super) fn compare_by(
    sides: [&Policy; 2],
    alike: impl FnOnce(&Prepared<'_>) -> Option<Alike>,
) -> Difference {
    // The same bytes mean the same.
    if sides[0].as_bytes() == sides[1].as_bytes() {
        return Difference::default();
    }
    let mut difference = Difference::default();
    let mut prepared = prepare(sides, |privileges| names::places(sides, privileges), &mut difference);
    prepared.alike = alike(&prepared);
    prepared.ask(0..prepared.classes.len(), &mut difference);
    let named = |privilege: &PrivilegeOf<'_>| Named {
        name: privilege.name.to_owned(),
        categories: privilege.categories.map(|category| category.map(str::to_owned)),
    };
    difference.privileges = prepared.privileges.iter().map(named).collect();
    difference.groups = groups::groups(&prepared, &difference.changes);
    difference.places = std::mem::take(&mut prepared.places);
    difference.alike = prepared.alike.take().unwrap_or_default();
    difference.classes = prepared.classes.into_iter().map(|class| class.members).collect();
    difference
}

/// Finds out all that is known before anything is asked; `places` says where it will be asked, and whether there are more.
pub(super) fn prepare<'a>(
    sides: [&'a Policy; 2],
    places: impl FnOnce(&[PrivilegeOf<'a>]) -> (Vec<Option<Place>>, bool),
    difference: &mut Difference,
) -> Prepared<'a> {
    let privileges = names::privileges(sides, &mut difference.renames);
    let mut pool = Pool::default();
    let mut contents =
        [0, 1].map(|side| Content::of(sides[side], names::numbers(sides, side, &privileges), &mut pool));
    let (places, too_many) = places(&privileges);
    if too_many {
        difference.undecided.push("there are more places than the limit; some were left out".to_owned());
    }
    let sites = places.iter().map(|place| site(sides, place.as_ref(), &contents, &mut pool)).collect();
    let classes = classes(sides, &mut contents, &mut pool, &mut difference.renames);
    let needed_by = needed_by(sides, &privileges, &contents);
    let mut changed = BTreeSet::new();
    let mut tested = BTreeSet::new();
    for (at, privilege) in (0..).zip(&privileges) {
        let [old, new] =
            [0, 1].map(|side: usize| privilege.ids[side].map(|id| contents[side].definition(id, &mut pool)));
        if old != new {
            changed.insert(at);
        }
        let has_test = |side: usize| {
            privilege.ids[side]
                .is_some_and(|id| tests_values(sides[side], sides[side].record::<Privilege>(id).requires))
        };
        if has_test(0) || has_test(1) {
            tested.insert(at);
        }
    }
    let (worlds, only) = (Worlds::of(sides), None);
    let mut prepared = Prepared {
        sides,
        privileges,
        places,
        sites,
        classes,
        worlds,
        pool,
        needed_by,
        changed,
        tested,
        alike: None,
        only,
    };
    prepared.changed = prepared.with_dependents(prepared.changed.iter().copied());
    prepared.tested = prepared.with_dependents(prepared.tested.iter().copied());
    prepared
}

/// Whether a formula looks at values.
fn tests_values(policy: &Policy, formula: u32) -> bool {
    let mut open = vec![formula];
    while let Some(at) = open.pop() {
        let Formula { kind, of } = policy.record(at);
        match FormulaKind::of(kind) {
            Some(FormulaKind::Test) => return true,
            Some(FormulaKind::And | FormulaKind::Or) => open.extend(policy.list(of).iter()),
            Some(FormulaKind::Not) => open.push(of),
            _ => {}
        }
    }
    false
}

/// For each privilege those that include or require it, on either side.
fn needed_by(
    sides: [&Policy; 2],
    privileges: &[PrivilegeOf<'_>],
    contents: &[Content<'_>; 2],
) -> Vec<Vec<u32>> {
    let mut needed_by = vec![Vec::new(); privileges.len()];
    for (at, privilege) in (0..).zip(privileges) {
        for side in [0, 1] {
            let policy = sides[side];
            let Some(id) = privilege.ids[side] else { continue };
            let Privilege { includes, requires, .. } = policy.record(id);
            let mut needs: Vec<u32> = policy.list(includes).iter().collect();
            let (mut open, mut seen) = (vec![requires], BTreeSet::new());
            while let Some(formula) = open.pop() {
                if !seen.insert(formula) {
                    continue;
                }
                let Formula { kind, of } = policy.record(formula);
                match FormulaKind::of(kind) {
                    Some(FormulaKind::And | FormulaKind::Or) => open.extend(policy.list(of).iter()),
                    Some(FormulaKind::Not) => open.push(of),
                    Some(FormulaKind::Privilege) => needs.push(of),
                    Some(FormulaKind::Any | FormulaKind::All) => needs.extend(policy.list(of).iter()),
                    _ => {}
                }
            }
            for need in needs {
                if let Some(place) = needed_by.get_mut(contents[side].privilege(need) as usize) {
                    place.push(at);
                }
            }
        }
    }
    needed_by.iter_mut().for_each(|all: &mut Vec<u32>| {
        all.sort_unstable();
        all.dedup();
    });
    needed_by
}

fn site(sides: [&Policy; 2], place: Option<&Place>, contents: &[Content<'_>; 2], pool: &mut Pool) -> Site {
    let mut touched = BTreeSet::new();
    let (mut nodes, mut chain) = ([Vec::new(), Vec::new()], Vec::new());
    let facts = [0, 1].map(|side: usize| {
        let policy = sides[side];
        // What needs nothing of the resource is decided without one.
        let mut facts = vec![policy.counts().rules];
        let Some(place) = place else { return facts };
        let Ok(links) = place.with_resource(|resource| way_up(policy, resource)) else {
            facts.push(u32::MAX);
            return facts;
        };
        let named: Vec<(String, String)> = links
            .iter()
            .map(|link| (policy.name(Names::Type, link.ty).to_owned(), link.id.clone()))
            .collect();
        let types = links.iter().map(|link| Rules(policy.record::<Type>(link.ty).rules));
        let looks_at_lists = types.into_iter().any(Rules::when_unlisted);
        for (link, (ty, id)) in links.iter().zip(&named) {
            let scopes = [type_scope(ty), below_scope((ty, id)), only_scope((ty, id))];
            touched.extend(scopes.map(|scope| pool.text(scope)));
            let Node { attributes, .. } = link.node.map(|node| policy.record(node)).unwrap_or_default();
            let is_listed = link.node.is_some_and(|node| policy.up(node).is_listed());
            let rules = policy.record::<Type>(link.ty).rules;
            facts.extend([pool.text(below_scope((ty, id))), link.level, rules]);
            facts.push(u32::from(looks_at_lists && is_listed));
            facts.push(contents[side].attributes(attributes, pool));
            nodes[side].extend(link.node);
        }
        if !named.is_empty() {
            chain = named;
        }
        facts
    });
    let changed = facts[0] != facts[1];
    Site { touched: touched.into_iter().collect(), changed, nodes, chain }
}

/// Subjects that are the same on each side, put together. Roles and groups that only have another name are one subject.
fn classes(
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

impl Prepared<'_> {
    /// Asks all that may be decided differently for some classes, as far as the limits go.
    pub(super) fn ask(&self, classes: Range<usize>, difference: &mut Difference) {
        let mut left = MAX_DECISIONS;
        let all = classes.len();
        for (done, at) in classes.enumerate() {
            if let Some(limit) = self.ask_about(at, &mut left, difference) {
                let message =
                    format!("the comparison stopped at {limit}, with {done} of {all} kinds of subjects done");
                difference.undecided.insert(0, message);
                break;
            }
        }
        let unnamed = difference.undecided.len().saturating_sub(MAX_NAMED);
        if unnamed > 0 {
            difference.undecided.truncate(MAX_NAMED);
            difference.undecided.push(format!("{unnamed} more questions were not decided"));
        }
    }

    /// Privileges and all that need them.
    pub(super) fn with_dependents(&self, privileges: impl Iterator<Item = u32>) -> BTreeSet<u32> {
        let mut open: Vec<u32> = privileges.collect();
        let mut found: BTreeSet<u32> = open.iter().copied().collect();
        while let Some(at) = open.pop() {
            let dependents = self.needed_by.get(at as usize).into_iter().flatten();
            open.extend(dependents.copied().filter(|&at| found.insert(at)));
        }
        found
    }

    /// The privileges of a row.
    pub(super) fn row(&self, row: u32) -> &[u32] {
        self.pool.get(row)
    }

    /// For each list of scopes the privileges that may be decided differently for a class where they all cover, of those for
    /// which it is asked itself.
    fn suspects(&self, class: &Class, own: Option<&BTreeSet<u32>>) -> BTreeMap<u32, BTreeSet<u32>> {
        let [old, new] = &class.items;
        let (in_old, in_new): (Set<&Item>, Set<&Item>) = (old.iter().collect(), new.iter().collect());
        // Effects and privileges, of either side.
        type Rows = [BTreeSet<(usize, u32)>; 2];
        let mut rows: Map<(u32, u32, u32), Rows> = Map::default();
        let only_old = old.iter().filter(|item| !in_new.contains(item)).map(|item| (0, item));
        let only_new = new.iter().filter(|item| !in_old.contains(item)).map(|item| (1, item));
        for (side, item) in only_old.chain(only_new) {
            let sets = rows.entry(item.key()).or_default();
            for (effect, row) in item.rows().into_iter().enumerate() {
                sets[side].extend(self.pool.get(row).iter().map(|&privilege| (effect, privilege)));
            }
        }
        let mut direct: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for ((_, scopes, _), [old, new]) in rows {
            let differing = old.symmetric_difference(&new).map(|&(_, privilege)| privilege);
            direct.entry(scopes).or_default().extend(differing);
        }
        if class.other_values {
            for item in old.iter().chain(new).filter(|item| item.conditions != 0) {
                let named = item.rows().into_iter().flat_map(|row| self.pool.get(row).iter().copied());
                direct.entry(item.scopes).or_default().extend(named);
            }
            direct.entry(0).or_default().extend(&self.tested);
        }
        direct.entry(0).or_default().extend(&self.changed);
        if let Some(own) = own {
            direct.values_mut().for_each(|privileges| privileges.retain(|one| own.contains(one)));
        }
        direct.retain(|_, privileges| !privileges.is_empty());
        direct.into_iter().map(|(scopes, all)| (scopes, self.with_dependents(all.into_iter()))).collect()
    }

    /// Asks all that may be decided differently for a class. Returns the limit at which it had to stop, if it had to.
    fn ask_about(&self, at: usize, left: &mut usize, difference: &mut Difference) -> Option<String> {
        let class = self.classes.get(at)?;
        let given = self.given(class);
        let own = self.alike.as_ref().and_then(|alike| alike.own(at));
        // One privilege is asked for sooner than it is found out whether that is needed. Beside a policy that grants nothing, all that is
        // given differs.
        let suspects = match self.only {
            Some(only) => BTreeMap::from([(0, BTreeSet::from([only]))]),
            None if self.beside_nothing() => BTreeMap::from([(0, self.granted_at_all(&given))]),
            None => self.suspects(class, own.as_ref()),
        };
        if suspects.is_empty() && !self.sites.iter().any(|site| site.changed) {
            return None;
        }
        for (place_at, (place, site)) in self.places.iter().zip(&self.sites).enumerate() {
            let mut asked: BTreeSet<u32> = BTreeSet::new();
            if site.changed && self.only.is_none() && !self.beside_nothing() {
                match &own {
                    Some(own) => asked.extend(own),
                    None => asked.extend(0..u32::try_from(self.privileges.len()).unwrap_or(u32::MAX)),
                }
            } else {
                suspects
                    .iter()
                    .filter(|(scopes, _)| self.covers(**scopes, site))
                    .for_each(|(_, all)| asked.extend(all));
            }
            let by_default = self.grants_by_default(place.as_ref());
            for privilege_at in asked {
                let Some(privilege) = self.privileges.get(privilege_at as usize) else { continue };
                let fits = match place {
                    None => privilege.alone,
                    Some(place) => privilege.on.contains(place.ty.as_str()),
                };
                // Nobody is granted what nothing grants, whatever else is said of it.
                if !fits || !(by_default || given.contains(&privilege_at)) {
                    continue;
                }
                let asked = self.question(&class.asked, class.holders, privilege_at as usize, place_at);
                let Some(question) = asked else { continue };
                match self.worlds.compare(&question, left) {
                    Ok(outcomes) => {
                        let recorded = outcomes.into_iter();
                        let record = |outcome| self.record([at, privilege_at as usize, place_at], outcome);
                        difference.changes.extend(recorded.map(record));
                    }
                    Err(crate::analyze::TooMuch) if *left > 1 => {
                        difference.undecided.push(undecided(&question))
                    }
                    Err(crate::analyze::TooMuch) => {
                        return Some(format!("the limit of {MAX_DECISIONS} decisions"));
                    }
                }
                if difference.changes.len() >= MAX_CHANGES {
                    return Some(format!("the limit of {MAX_CHANGES} changes"));
                }
            }
        }
        None
    }

    /// A question of either policy, by the numbers of its privilege and its place.
    pub(super) fn question<'q>(
        &'q self,
        subjects: &'q [Subject; 2],
        holders: [Option<u32>; 2],
        privilege: usize,
        place: usize,
    ) -> Option<Question<'q>> {
        Some(Question {
            subjects,
            holders,
            privileges: self.privileges.get(privilege)?.names,
            place: self.places.get(place)?.as_ref(),
            nodes: &self.sites.get(place)?.nodes,
        })
    }

    fn record(&self, [class, privilege, place]: [usize; 3], outcome: Outcome) -> Recorded {
        Recorded {
            class,
            privilege,
            place,
            gain: outcome.gain,
            old: outcome.old.map(|decision| decision.reason()),
            new: outcome.new.map(|decision| decision.reason()),
            condition: outcome.condition,
            example: self.carried(&outcome.example),
            world: outcome.example,
        }
    }

    /// The privileges that some entry of the new side gives a class somewhere, and those that one denies it.
    pub(super) fn named(&self, class: usize) -> [BTreeSet<u32>; 2] {
        let mut sets = [BTreeSet::new(), BTreeSet::new()];
        let items = self.classes.get(class).map_or(&[][..], |class| &class.items[1]);
        for item in items.iter().filter(|item| self.sites.iter().any(|site| self.covers(item.scopes, site))) {
            let [grant, deny, bypass] = item.rows();
            for (set, row) in [(0, grant), (1, deny), (0, bypass)] {
                sets[set].extend(self.pool.get(row).iter().copied());
            }
        }
        sets
    }

    /// What a request carries in a world: attributes, or `time`, and their values.
    pub(super) fn carried(&self, world: &World) -> Vec<(String, Value)> {
        let named =
            |(variable, value): &(usize, Option<Value>)| Some((self.worlds.name(*variable), value.clone()?));
        world.iter().filter_map(named).collect()
    }

    /// The places at which an entry of the new side denies a class the privilege, or gives it.
    pub(super) fn spoken_of(
        &self,
        class: usize,
        privilege: u32,
        denied: bool,
    ) -> impl Iterator<Item = usize> {
        let items = self.classes.get(class).map_or(&[][..], |class| &class.items[1]);
        let names = |item: &&Item| {
            let [grant, deny, bypass] = item.rows();
            let rows = if denied { [deny, deny] } else { [grant, bypass] };
            rows.into_iter().any(|row| self.pool.get(row).contains(&privilege))
        };
        let items: Vec<&Item> = items.iter().filter(names).collect();
        let asked = self.privileges.get(privilege as usize);
        let places = self.places.iter().zip(&self.sites).enumerate().filter(move |(_, (place, site))| {
            let fits = asked.is_some_and(|asked| match place {
                None => asked.alone,
                Some(place) => asked.on.contains(place.ty.as_str()),
            });
            fits && items.iter().any(|item| self.covers(item.scopes, site))
        });
        places.map(|(at, _)| at)
    }

    /// Whether all of a list of scopes cover a place, or something that it lies in.
    fn covers(&self, scopes: u32, site: &Site) -> bool {
        self.pool.get(scopes).iter().all(|scope| site.touched.binary_search(scope).is_ok())
    }

    /// Whether the old side is the policy that grants nothing.
    fn beside_nothing(&self) -> bool {
        self.sides[0].as_bytes().is_empty()
    }

    /// The privileges that are given, and where a default grants, all.
    fn granted_at_all(&self, given: &Set<u32>) -> BTreeSet<u32> {
        match self.places.iter().any(|place| self.grants_by_default(place.as_ref())) {
            true => (0..u32::try_from(self.privileges.len()).unwrap_or(u32::MAX)).collect(),
            false => given.iter().copied().collect(),
        }
    }

    /// The privileges that some entry gives somebody of a class, on either side.
    fn given(&self, class: &Class) -> Set<u32> {
        let mut rows: Set<u32> = Set::default();
        rows.extend(class.items.iter().flatten().flat_map(|item| [item.grant, item.bypass]));
        rows.into_iter().flat_map(|row| self.pool.get(row).iter().copied()).collect()
    }

    /// Whether a type grants what no entry speaks of, on either side.
    fn grants_by_default(&self, place: Option<&Place>) -> bool {
        self.sides.iter().any(|policy| {
            let rules = match place {
                None => Some(policy.counts().rules),
                Some(place) => policy.find_type(&place.ty).map(|ty| policy.record::<Type>(ty).rules),
            };
            rules.is_some_and(|rules| Rules(rules).grants_by_default())
        })
    }
}

fn undecided(question: &Question<'_>) -> String {
    let place = question.place.map(|place| format!(" on {place}")).unwrap_or_default();
    let (privilege, subject) = (question.privileges[1], &question.subjects[1]);
    format!("`{privilege}` for `{subject}`{place}: values can be combined in more ways than the limit")
}

//! What a policy grants, as a table: privileges by roles, or by principals.
//!
//! Enters: a policy and the subjects. Leaves: a [`Matrix`] with one mark for each privilege and subject, and what stands behind it.

use super::grounds::Stories;
use super::held::{Entitlement, Selection, list, selected};
use super::names::PrivilegeOf;
use super::prepared::Prepared;
use super::{Condition, Difference, Subject};
use crate::evaluate::{DecidingEntry, Explanation};
use crate::model::Value;
use crate::policy::Policy;
use crate::policy::layout::Title;
use crate::terms::Reason;
use std::collections::BTreeMap;

/// A table of what a policy grants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// The columns, sorted.
    pub subjects: Vec<Subject>,
    /// The privileges, by category and name.
    pub rows: Vec<Row>,
    /// What could not be decided within the limits: one sentence each.
    pub undecided: Vec<String>,
}

/// A privilege, and what each subject has of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The privilege.
    pub privilege: String,
    /// Its category, where debug information says so.
    pub category: Option<String>,
    /// Its title, likewise.
    pub title: Option<String>,
    /// By the place of the subject among all; those of which nothing speaks are left out, as most are in a large policy.
    cells: BTreeMap<usize, Cell>,
}

impl Row {
    /// What the subject at a place of [`Matrix::subjects`] has.
    #[must_use]
    pub fn cell(&self, at: usize) -> &Cell {
        self.cells.get(&at).unwrap_or(&NOTHING)
    }

    /// The cells in which something stands.
    pub fn filled(&self) -> impl Iterator<Item = &Cell> {
        self.cells.values()
    }
}

/// What a subject has of a privilege of which nothing speaks.
static NOTHING: Cell = Cell {
    mark: Mark::Nothing,
    places: Vec::new(),
    partly: false,
    conditions: Vec::new(),
    entries: Vec::new(),
    grounds: Vec::new(),
};

/// What a subject has of a privilege.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// In one word.
    pub mark: Mark,
    /// Where it is granted, in the words of [`Group::places`](super::Group::places); empty where it is asked without a resource.
    pub places: Vec<String>,
    /// Whether that is not everywhere.
    pub partly: bool,
    /// When it is granted, once for each condition; none where it is granted whatever a request carries.
    pub conditions: Vec<Condition>,
    /// The entries that decide, at one of the places.
    pub entries: Vec<DecidingEntry>,
    /// Why it is so, if the selection asks for ways: where it is granted one for each set of places and condition, otherwise one
    /// decision that shows it. None where nothing speaks of it, or where finding one out takes more than the limit.
    pub grounds: Vec<Ground>,
}

/// Why a cell is as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    /// Where, in the words of [`Cell::places`].
    pub places: Vec<String>,
    /// When; `None`: whatever a request carries, or in the example.
    pub condition: Option<Condition>,
    /// What a request may carry for it to be so: attributes, or `time`, and their values.
    pub example: Vec<(String, Value)>,
    /// Why: one reason, or `explicit-grant` and `inherited-grant` where it is both by place.
    pub reasons: Vec<Reason>,
    /// The entries that decide, nearest first; none where a default does.
    pub entries: Vec<DecidingEntry>,
    /// For `missing-requirement`: the smallest sets of which one would have to hold, as in [`Explanation::missing`].
    pub missing: Vec<Vec<String>>,
    /// Where an included privilege is not granted: its own story.
    pub included: Option<Box<Explanation>>,
}

/// A cell in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Nothing speaks of it.
    #[default]
    Nothing,
    /// Granted by an entry for the subject itself.
    Explicit,
    /// Granted by what the subject inherits, is assigned or belongs to.
    Inherited,
    /// Granted by a default.
    Default,
    /// An entry denies it, and nowhere is it granted.
    Denied,
    /// An entry grants it, and what it needs is never there.
    Unmet,
}

impl Mark {
    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Mark::Nothing => "nothing",
            Mark::Explicit => "explicit",
            Mark::Inherited => "inherited",
            Mark::Default => "default",
            Mark::Denied => "denied",
            Mark::Unmet => "unmet",
        }
    }

    /// Whether it is granted, somewhere and sometimes.
    #[must_use]
    pub fn is_granted(self) -> bool {
        matches!(self, Mark::Explicit | Mark::Inherited | Mark::Default)
    }
}

impl Matrix {
    /// The table of a policy, for the subjects and the place of a selection; its privilege, if it has one, is the only row.
    #[must_use]
    pub fn of(policy: &Policy, selection: &Selection) -> Matrix {
        let nothing = Policy::default();
        // The marks need the ways in any case.
        let (selection, told) = (Selection { ways: true, ..selection.clone() }, selection.ways);
        let mut difference = Difference::default();
        let prepared = selected([&nothing, policy], &selection, &mut difference);
        prepared.ask(0..prepared.classes.len(), &mut difference);
        let list = list(&prepared, &difference.changes, &selection);
        let mut subjects: Vec<(&Subject, usize)> = Vec::new();
        for (at, class) in prepared.classes.iter().enumerate() {
            subjects.extend(class.members.iter().map(|member| (member, at)));
        }
        subjects.sort();
        let mut cells = filled(&prepared, &list, &subjects, [selection.place.is_some(), told]);
        if told {
            difference.undecided.extend(explain(&prepared, &subjects, &mut cells));
        }
        let asked = |name: &str| selection.privilege.as_deref().is_none_or(|wanted| wanted == name);
        let is_there = |one: &PrivilegeOf<'_>| match &selection.place {
            None => true,
            Some(place) => one.on.contains(place.ty.as_str()),
        };
        let some = prepared.privileges.iter().filter(|one| asked(one.name) && is_there(one));
        let mut rows: Vec<Row> = some
            .map(|one| Row {
                privilege: one.name.to_owned(),
                category: one.category().map(str::to_owned),
                title: title(policy, one.ids[1]),
                cells: cells.remove(one.name).unwrap_or_default(),
            })
            .collect();
        rows.sort_by(|a, b| (&a.category, &a.privilege).cmp(&(&b.category, &b.privilege)));
        let subjects = subjects.into_iter().map(|(subject, _)| subject.clone()).collect();
        Matrix { subjects, rows, undecided: difference.undecided }
    }
}

/// Finds out why cells are not granted of which entries speak. What it says where it could not do so for all.
fn explain(
    prepared: &Prepared<'_>,
    subjects: &[(&Subject, usize)],
    cells: &mut BTreeMap<&str, BTreeMap<usize, Cell>>,
) -> Option<String> {
    let mut stories = Stories::of(prepared);
    for (privilege, one) in (0..).zip(&prepared.privileges) {
        for (at, cell) in cells.get_mut(one.name).into_iter().flatten() {
            let (true, Some(&(subject, class))) =
                (matches!(cell.mark, Mark::Denied | Mark::Unmet), subjects.get(*at))
            else {
                continue;
            };
            stories.tell(cell, subject, class, privilege);
        }
    }
    let untold = stories.untold;
    (untold > 0)
        .then(|| format!("why {untold} of the cells are not granted takes more decisions than the limit"))
}

/// The cells in which something stands, by privilege. There may be far more others.
fn filled<'p>(
    prepared: &'p Prepared<'_>,
    list: &'p [Entitlement],
    subjects: &[(&Subject, usize)],
    [at_one_place, told]: [bool; 2],
) -> BTreeMap<&'p str, BTreeMap<usize, Cell>> {
    let mut all: BTreeMap<&str, BTreeMap<usize, Cell>> = BTreeMap::new();
    for (at, &(_, class)) in subjects.iter().enumerate() {
        let [given, denied] = prepared.named(class);
        // What is denied somewhere and granted somewhere else is granted.
        for (set, mark) in [(given, Mark::Unmet), (denied, Mark::Denied)] {
            for one in set.into_iter().filter_map(|privilege| prepared.privileges.get(privilege as usize)) {
                all.entry(one.name).or_default().insert(at, Cell { mark, ..Cell::default() });
            }
        }
    }
    let mut granted_by: BTreeMap<(&str, usize), Vec<&Entitlement>> = BTreeMap::new();
    for one in list {
        let places = one
            .subjects
            .iter()
            .filter_map(|subject| subjects.binary_search_by(|(known, _)| (*known).cmp(subject)).ok());
        for at in places {
            for (privilege, _) in &one.privileges {
                granted_by.entry((privilege, at)).or_default().push(one);
            }
        }
    }
    for ((privilege, at), some) in granted_by {
        if let Some((subject, _)) = subjects.get(at) {
            all.entry(privilege).or_default().insert(at, granted(subject, &some, at_one_place, told));
        }
    }
    all
}

/// The cell of what is granted.
fn granted(subject: &Subject, all: &[&Entitlement], at_one_place: bool, told: bool) -> Cell {
    let entries: Vec<DecidingEntry> = all
        .iter()
        .flat_map(|one| {
            one.ways.iter().filter(|way| way.subject == *subject).flat_map(|way| way.entries.clone())
        })
        .collect();
    let own = |entry: &DecidingEntry| entry.path.len() <= 1;
    let by_default = all.iter().all(|one| one.reasons == [Reason::DefaultGrant]);
    let mark = match entries.iter().any(own) {
        _ if by_default => Mark::Default,
        true => Mark::Explicit,
        false => Mark::Inherited,
    };
    let is_always = all.iter().any(|one| one.condition.is_none());
    let mut places: Vec<String> = all.iter().flat_map(|one| one.places.clone()).collect();
    places.sort();
    places.dedup();
    let everywhere =
        |one: &&Entitlement| one.places.is_empty() || one.places.iter().any(|place| place == "everywhere");
    let ground = |one: &&Entitlement| Ground {
        places: one.places.clone(),
        condition: one.condition.clone(),
        example: one.example.clone(),
        reasons: one.reasons.clone(),
        entries: one
            .ways
            .iter()
            .filter(|way| way.subject == *subject)
            .flat_map(|way| way.entries.clone())
            .collect(),
        missing: Vec::new(),
        included: None,
    };
    Cell {
        grounds: if told { all.iter().map(ground).collect() } else { Vec::new() },
        mark,
        partly: !at_one_place && !all.iter().any(everywhere),
        places,
        conditions: if is_always {
            Vec::new()
        } else {
            all.iter().filter_map(|one| one.condition.clone()).collect()
        },
        entries,
    }
}

/// The title of a privilege.
fn title(policy: &Policy, id: Option<u32>) -> Option<String> {
    let id = id.filter(|&id| id < policy.count::<Title>())?;
    let at = policy.record::<Title>(id).title.checked_sub(1)?;
    Some(policy.debug_string(at).to_owned())
}

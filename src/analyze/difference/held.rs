//! What one policy grants: to whom, where, and when.
//!
//! Enters: a policy, and which part of it is asked for. Leaves: [`Entitlements`]. What somebody is granted is what it gains over a
//! policy that grants nothing, so these answers are as complete as a [`Difference`] is.

use super::groups::{self, Key};
use super::names;
use super::prepared::{Prepared, prepare};
use super::{Condition, Difference, Place, Recorded, Subject};
use crate::evaluate::{DecidingEntry, Step};
use crate::model::Value;
use crate::policy::Policy;
use crate::terms::Reason;
use std::collections::{BTreeMap, BTreeSet};

/// Which part of what a policy grants is asked for; by default all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// To whom.
    pub subjects: Subjects,
    /// What.
    pub privilege: Option<String>,
    /// Where; a resource needs no declaration.
    pub place: Option<Place>,
    /// Whether each answer tells by which entries it is so.
    pub ways: bool,
}

/// Whom a question is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Subjects {
    /// Everybody.
    #[default]
    All,
    /// One. A user or service that the policy does not declare is granted what [`Subject::Authenticated`] is.
    One(Subject),
    /// Every role held alone.
    Roles,
    /// Every declared user and service, every group by itself, and the classes.
    Principals,
}

impl Subjects {
    fn has(&self, subject: &Subject) -> bool {
        match self {
            Subjects::All => true,
            Subjects::One(one) => one == subject,
            Subjects::Roles => matches!(subject, Subject::Role(_)),
            Subjects::Principals => !matches!(subject, Subject::Role(_)),
        }
    }
}

/// What a policy grants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entitlements {
    /// Who can do what, sorted: the most general subjects first.
    pub list: Vec<Entitlement>,
    /// What could not be decided within the limits: one sentence each.
    pub undecided: Vec<String>,
}

/// Privileges that some subjects are granted at the same places under the same condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Entitlement {
    /// To whom, sorted.
    pub subjects: Vec<Subject>,
    /// What: privileges and, where debug information says so, their categories; sorted.
    pub privileges: Vec<(String, Option<String>)>,
    /// Where, in the words of [`Group::places`](super::Group::places). Empty: asked without a resource.
    pub places: Vec<String>,
    /// When; `None`: whatever a request carries.
    pub condition: Option<Condition>,
    /// What a request may carry for it to be so: attributes, or `time`, and their values.
    pub example: Vec<(String, Value)>,
    /// Why: one reason, or `explicit-grant` and `inherited-grant` where it is both by place.
    pub reasons: Vec<Reason>,
    /// For each subject the entries that decide, at the first of the places and for the first of the privileges, if the selection asks
    /// for them.
    pub ways: Vec<Way>,
}

/// How a subject comes to what it is granted.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// Who.
    pub subject: Subject,
    /// The entries, nearest first; none where a default grants.
    pub entries: Vec<DecidingEntry>,
}

impl Entitlements {
    /// What a policy grants, of what is selected.
    ///
    /// ```
    /// # #[cfg(feature = "compile")] {
    /// use policyc::difference::{Entitlements, Selection, Subject};
    /// use policyc::source::{Format, Sources};
    ///
    /// let mut sources = Sources::new();
    /// let text = "category c { view drop } role clerk { grant view } user ann assign clerk to user:ann";
    /// sources.add("a.policy", Format::Policy, text);
    /// let policy = policyc::compile(&sources).policy.unwrap();
    /// let who = Selection { privilege: Some("view".to_owned()), ..Selection::default() };
    /// let found = Entitlements::of(&policy, &who);
    /// let subjects: Vec<&Subject> = found.list.iter().flat_map(|one| &one.subjects).collect();
    /// assert_eq!(subjects, [&Subject::Role("clerk".into()), &Subject::User("ann".into())]);
    /// # }
    /// ```
    #[must_use]
    pub fn of(policy: &Policy, selection: &Selection) -> Entitlements {
        let nothing = Policy::default();
        let mut difference = Difference::default();
        let prepared = selected([&nothing, policy], selection, &mut difference);
        prepared.ask(0..prepared.classes.len(), &mut difference);
        let list = list(&prepared, &difference.changes, selection);
        Entitlements { list, undecided: difference.undecided }
    }
}

/// Everything that is known before the questions of a selection are asked.
pub(super) fn selected<'a>(
    sides: [&'a Policy; 2],
    selection: &Selection,
    difference: &mut Difference,
) -> Prepared<'a> {
    let mut prepared = prepare(sides, |privileges| places(sides, privileges, selection), difference);
    if let Some(name) = &selection.privilege {
        let at = prepared.privileges.iter().position(|privilege| privilege.name == name);
        // A privilege that there is not is granted to nobody.
        prepared.only = Some(at.and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX));
    }
    let is_known =
        prepared.classes.iter().any(|class| class.members.iter().any(|one| selection.subjects.has(one)));
    let subjects = match &selection.subjects {
        Subjects::One(_) if !is_known => &Subjects::One(Subject::Authenticated),
        subjects => subjects,
    };
    prepared.classes.retain_mut(|class| {
        class.members.retain(|member| subjects.has(member));
        !class.members.is_empty()
    });
    prepared
}

/// Where it is asked: at the place selected, or wherever the privilege can be asked.
fn places(
    sides: [&Policy; 2],
    privileges: &[names::PrivilegeOf<'_>],
    selection: &Selection,
) -> (Vec<Option<Place>>, bool) {
    if let Some(place) = &selection.place {
        return (vec![Some(place.clone())], false);
    }
    let (mut places, too_many) = names::places(sides, privileges);
    let wanted = selection.privilege.as_ref();
    if let Some(privilege) = wanted.and_then(|name| privileges.iter().find(|one| one.name == name)) {
        places.retain(|place| match place {
            None => privilege.alone,
            Some(place) => privilege.on.contains(place.ty.as_str()),
        });
    }
    (places, too_many)
}

pub(super) fn list(prepared: &Prepared<'_>, changes: &[Recorded], selection: &Selection) -> Vec<Entitlement> {
    let with_ways = selection.ways;
    let keys = groups::keys(prepared, changes);
    // The privileges of a row may be granted by different entries: where these are told, each has a row of its own.
    let mut rows: BTreeMap<(usize, &Key, Option<usize>), Vec<&Recorded>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        if let Some(key) = keys.get(&at) {
            let alone = with_ways.then_some(change.privilege);
            rows.entry((change.class, key, alone)).or_default().push(change);
        }
    }
    let holders: BTreeMap<Subject, [Option<u32>; 2]> =
        if with_ways { names::subjects(prepared.sides).into_iter().collect() } else { BTreeMap::new() };
    let mut list: Vec<Entitlement> = rows
        .into_iter()
        .filter_map(|(key, changes)| entitlement(prepared, key, &changes, &holders))
        .collect();
    if let Some(place) = &selection.place {
        // Of one place everything is everywhere.
        list.iter_mut().for_each(|one| one.places = vec![place.to_string()]);
    }
    list.sort_by(|a, b| {
        let key = |one: &Entitlement| (one.subjects.clone(), one.places.clone(), one.privileges.clone());
        key(a).cmp(&key(b))
    });
    list
}

fn entitlement(
    prepared: &Prepared<'_>,
    (class, (_, condition, places, privileges), alone): (usize, &Key, Option<usize>),
    changes: &[&Recorded],
    holders: &BTreeMap<Subject, [Option<u32>; 2]>,
) -> Option<Entitlement> {
    let class = prepared.classes.get(class)?;
    // An entry tells more than a default.
    let by_entry = changes.iter().find(|change| change.new != Some(Reason::DefaultGrant));
    let first = by_entry.or(changes.first())?;
    let mut subjects = class.members.clone();
    subjects.sort();
    let named = |&at: &usize| {
        let privilege = prepared.privileges.get(at)?;
        Some((privilege.name.to_owned(), privilege.category().map(str::to_owned)))
    };
    let reasons: BTreeSet<Reason> = changes.iter().filter_map(|change| change.new).collect();
    let ways = subjects.iter().filter_map(|subject| {
        let holders = *holders.get(subject)?;
        Some(Way { subject: subject.clone(), entries: entries(prepared, subject, holders, first)? })
    });
    Some(Entitlement {
        ways: ways.collect(),
        privileges: privileges
            .iter()
            .filter(|at| alone.is_none_or(|alone| alone == **at))
            .filter_map(named)
            .collect(),
        places: places.clone(),
        condition: condition.clone(),
        example: first.example.clone(),
        reasons: reasons.into_iter().collect(),
        subjects,
    })
}

/// The entries that decide for a subject.
fn entries(
    prepared: &Prepared<'_>,
    subject: &Subject,
    holders: [Option<u32>; 2],
    change: &Recorded,
) -> Option<Vec<DecidingEntry>> {
    let subjects = [subject.clone(), subject.clone()];
    let question = prepared.question(&subjects, holders, change.privilege, change.place)?;
    let mut entries = prepared.worlds.deciding(1, &question, &change.world);
    as_own(&mut entries, subject);
    Some(entries)
}

/// Paths as of the subject itself, whoever was asked in its place.
pub(super) fn as_own(entries: &mut [DecidingEntry], subject: &Subject) {
    if !matches!(subject, Subject::User(_) | Subject::Service(_)) {
        // It was asked as somebody who has it and nothing else, and who has no name.
        let own = subject.to_string();
        for entry in entries {
            entry.path.retain(|step| step.what != own && !step.what.starts_with("user:"));
            entry.path.insert(0, Step { what: own.clone(), place: None });
        }
    }
}

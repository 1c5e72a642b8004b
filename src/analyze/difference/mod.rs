//! What two policies decide differently: exactly, for everybody, everywhere, with every value that a request could carry.
//!
//! Enters: two policies, compiled or loaded. Leaves: a [`Difference`]. It must not know what the policies were written in.
//!
//! # What is compared
//!
//! Everything goes by names; what only one policy knows is unknown to the other.
//!
//! - **Privileges**: those of either side. Where a side does not know one, or does not ask it there, nobody is granted it.
//! - **Subjects**: every declared user and service, every group and every role held alone, somebody who is only logged in, and
//!   anonymous callers (`names`).
//! - **Places**: none; every resource that a policy mentions; and undeclared ones. An undeclared resource is decided by its
//!   type, by what it lies in, and by the types of the undeclared ones in between, of which the nearest of each type counts. So
//!   one for each of these stands for all others there (`names`). A declared resource is asked about without ancestors: it lies
//!   where the policies say.
//! - **Values**: a decision is a function of what tests say of the values of a request. Each attribute that a test asks for takes
//!   one value of each region that the tests tell apart, and none (`worlds`, `values`). A value whose type one side does not know
//!   is not there for that side.
//!
//! # Why not everything has to be asked
//!
//! What a decision reads is the entries that reach the subject and name the privilege, the resource and what it lies in, the rules
//! of its type, and what the privilege needs. `content` writes all of these in numbers that are the same on both sides where the
//! meaning is, so:
//!
//! - subjects with equal numbers on each side are one *class*, and one of them is asked;
//! - entries that reach a class on both sides alike cancel out. A privilege can be decided differently only if an entry that is
//!   left names it, or one that it needs, or what it needs changed; and only where all scopes of that entry touch the place or what
//!   the place lies in. Every opinion is a smallest or a logical or, so equal sets of entries give equal opinions;
//! - a place whose own facts changed (its chain, its type's rules, its declared values) is asked for every privilege.
//!
//! - whoever is logged in has what everybody has who is. Where nothing besides takes part, the answer of somebody who is only
//!   logged in stands for all others (`alike`).
//!
//! What is left is asked of the evaluator itself. What takes more steps than the limit is reported as not decided, by name.

mod alike;
mod classes;
mod compare;
mod condition;
mod content;
mod grounds;
mod groups;
mod held;
mod matrix;
mod names;
mod prepared;
mod regions;
#[cfg(test)]
mod tests;
mod worlds;

pub use super::values::text as value_text;
pub use condition::Condition;
pub use groups::{Group, Line};
pub use held::{Entitlement, Entitlements, Selection, Subjects, Way};
pub use matrix::{Cell, Ground, Mark, Matrix, Row};

use crate::hash::Map;
use crate::model::Value;
use crate::policy::Policy;
use crate::terms::Reason;
use std::collections::BTreeMap;
use std::fmt;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A caller without an identity.
    Anonymous,
    /// Somebody who is only logged in.
    Authenticated,
    /// Somebody with the role and nothing else.
    Role(String),
    /// Somebody in the group and nothing else.
    Group(String),
    /// A declared user.
    User(String),
    /// A declared service account.
    Service(String),
}

impl Subject {
    /// Its name without its kind.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Subject::Anonymous => "anonymous",
            Subject::Authenticated => "authenticated",
            Subject::Role(name) | Subject::Group(name) | Subject::User(name) | Subject::Service(name) => name,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Anonymous => f.write_str("anonymous"),
            Subject::Authenticated => f.write_str("authenticated"),
            Subject::Role(name) => write!(f, "role:{name}"),
            Subject::Group(name) => write!(f, "group:{name}"),
            Subject::User(name) => write!(f, "user:{name}"),
            Subject::Service(name) => write!(f, "service:{name}"),
        }
    }
}

/// A resource that is asked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Its type.
    pub ty: String,
    /// Its id; a made up one if it stands for all that no policy mentions there.
    pub id: String,
    /// The ancestors that a request has to name, type and id, nearest first.
    pub ancestors: Vec<(String, String)>,
    /// What an undeclared one lies in, nearest first; `None`: a policy mentions the resource.
    pub fresh: Option<Vec<(String, String)>>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { ty, id, fresh, .. } = self;
        let Some(above) = fresh else { return write!(f, "{ty}:{id}") };
        write!(f, "another {ty}")?;
        for (ty, id) in above {
            match regions::made_up_id(id) {
                true => write!(f, " in another {ty}")?,
                false => write!(f, " in {ty}:{id}")?,
            }
        }
        Ok(())
    }
}

/// A decision that is another one now.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'d> {
    /// Who.
    pub subject: &'d Subject,
    /// What.
    pub privilege: &'d str,
    /// The category of the privilege, where debug information says so: in the new policy, or in the old one if that alone says it.
    pub category: Option<&'d str>,
    /// Where; `None`: asked without a resource.
    pub place: Option<&'d Place>,
    /// Granted now and not before; otherwise the reverse.
    pub gain: bool,
    /// Why the old policy decided so; `None`: it has no such question.
    pub old: Option<Reason>,
    /// Why the new policy decides so; `None`: it has no such question.
    pub new: Option<Reason>,
    /// When it is so; `None`: whatever a request carries.
    pub condition: Option<&'d Condition>,
    /// What a request may carry for it to be so: attributes, or `time`, and their values.
    pub example: &'d [(String, Value)],
}

/// Something that has another name and the same meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rename {
    /// `privilege`, `role` or `group`.
    pub kind: &'static str,
    /// Its name in the old policy.
    pub old: String,
    /// Its name in the new one.
    pub new: String,
}

/// How many entitlements: a subject, a privilege and a place each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// In all.
    pub total: usize,
    /// By category, as far as debug information names it. What is in one category in the old policy and in another in the new one
    /// counts in both, so that a privilege that moves does not slip past who looks at its category.
    pub categories: BTreeMap<String, usize>,
}

impl Count {
    /// Of a category; whatever the case of its letters.
    #[must_use]
    pub fn of(&self, category: &str) -> usize {
        let same = self.categories.iter().filter(|(name, _)| name.eq_ignore_ascii_case(category));
        same.map(|(_, count)| count).sum()
    }
}

/// What two policies decide differently.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    privileges: Vec<Named>,
    places: Vec<Option<Place>>,
    /// Subjects for whom each policy means the same.
    classes: Vec<Vec<Subject>>,
    changes: Vec<Recorded>,
    /// For whom a change of somebody who is only logged in counts as well.
    alike: alike::Alike,
    groups: Vec<Group>,
    renames: Vec<Rename>,
    undecided: Vec<String>,
}

/// A privilege in results.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    /// Of the old policy and of the new one.
    categories: [Option<String>; 2],
}

impl Named {
    fn category(&self) -> Option<&str> {
        let [old, new] = &self.categories;
        new.as_deref().or(old.as_deref())
    }

    /// Each category once, whatever the case of its letters.
    fn all_categories(&self) -> impl Iterator<Item = &str> {
        let old = self.categories[0].as_deref();
        let own = self.category();
        let other = old.filter(|old| own.is_some_and(|own| !own.eq_ignore_ascii_case(old)));
        own.into_iter().chain(other)
    }
}

/// A change of a class.
#[derive(Clone, Debug)]
struct Recorded {
    class: usize,
    privilege: usize,
    place: usize,
    gain: bool,
    old: Option<Reason>,
    new: Option<Reason>,
    condition: Option<Condition>,
    example: Vec<(String, Value)>,
    /// As asked.
    world: worlds::World,
}

impl Difference {
    /// Compares two policies.
    ///
    /// ```
    /// # #[cfg(feature = "compile")] {
    /// use policyc::difference::Difference;
    /// use policyc::source::{Format, Sources};
    ///
    /// let policy = |text: &str| {
    ///     let mut sources = Sources::new();
    ///     sources.add("a.policy", Format::Policy, text);
    ///     policyc::compile(&sources).policy.unwrap()
    /// };
    /// let old = policy("category c { view drop } role clerk { grant view } user ann assign clerk to user:ann");
    /// let new = policy("category c { view drop } role clerk { grant * } user ann assign clerk to user:ann");
    /// let difference = Difference::between(&old, &new);
    /// assert_eq!(difference.gains().total, 2, "the role, and ann who holds it");
    /// assert_eq!(difference.losses().total, 0);
    /// # }
    /// ```
    #[must_use]
    pub fn between(old: &Policy, new: &Policy) -> Difference {
        compare::compare([old, new])
    }

    /// Whether both mean the same to whoever asks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.renames.is_empty() && self.undecided.is_empty()
    }

    /// Every changed decision.
    pub fn changes(&self) -> impl Iterator<Item = Change<'_>> {
        self.changes.iter().flat_map(move |change| {
            let members = self.classes_of(change).filter_map(|class| self.classes.get(class)).flatten();
            members.filter_map(move |subject| self.change(subject, change))
        })
    }

    /// The class that was asked, and those for which its answer stands.
    fn classes_of<'d>(&'d self, change: &'d Recorded) -> impl Iterator<Item = usize> + 'd {
        let shared = change.class == self.alike.base();
        let others = shared.then(|| self.alike.sharing(std::slice::from_ref(&change.privilege)));
        std::iter::once(change.class).chain(others.into_iter().flatten())
    }

    fn change<'d>(&'d self, subject: &'d Subject, change: &'d Recorded) -> Option<Change<'d>> {
        let named = self.privileges.get(change.privilege)?;
        Some(Change {
            subject,
            privilege: &named.name,
            category: named.category(),
            place: self.places.get(change.place)?.as_ref(),
            gain: change.gain,
            old: change.old,
            new: change.new,
            condition: change.condition.as_ref(),
            example: &change.example,
        })
    }

    /// What is granted now and was not before: for guards that hold back a policy that gives too much.
    #[must_use]
    pub fn gains(&self) -> Count {
        self.count(true)
    }

    /// What was granted before and is not now.
    #[must_use]
    pub fn losses(&self) -> Count {
        self.count(false)
    }

    fn count(&self, gain: bool) -> Count {
        let mut count = Count::default();
        // Subjects of a class and a privilege: the same at every place.
        let mut known: Map<(usize, usize), usize> = Map::default();
        let members = |class| self.classes.get(class).map_or(0, Vec::len);
        for change in self.changes.iter().filter(|change| change.gain == gain) {
            let all = known.entry((change.class, change.privilege));
            let members = *all.or_insert_with(|| self.classes_of(change).map(members).sum());
            count.total += members;
            let named = self.privileges.get(change.privilege);
            for category in named.into_iter().flat_map(Named::all_categories) {
                *count.categories.entry(category.to_owned()).or_default() += members;
            }
        }
        count
    }

    /// The changes put together by what causes them, the gravest first.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The first `most` gains in words, the gravest first; with a category only those in it.
    #[cfg(feature = "watch")]
    pub(crate) fn gains_in_words(&self, category: Option<&str>, most: usize) -> Vec<String> {
        let is_in = |privilege: &str, category: &str| {
            let named = self.privileges.iter().find(|one| one.name == privilege);
            named.is_some_and(|one| one.all_categories().any(|own| own.eq_ignore_ascii_case(category)))
        };
        let words = |group: &Group| {
            let wanted = |privilege: &&String| category.is_none_or(|category| is_in(privilege, category));
            let privileges: Vec<&String> = group.privileges.iter().filter(wanted).collect();
            let condition = group.condition.as_ref().map(|condition| format!(" when {condition}"));
            let headline = || group.headline_of(&privileges) + &condition.unwrap_or_default();
            (!privileges.is_empty()).then(headline)
        };
        self.groups.iter().filter(|group| group.gain).filter_map(words).take(most).collect()
    }

    /// What only has another name.
    #[must_use]
    pub fn renames(&self) -> &[Rename] {
        &self.renames
    }

    /// What could not be compared within the limits: one sentence each.
    #[must_use]
    pub fn undecided(&self) -> &[String] {
        &self.undecided
    }
}

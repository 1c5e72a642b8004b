//! Step 3: which entries apply, and on which level.

use super::condition::{Facts, Truth};
use super::place::Thing;
use super::who::{Holding, Who, conditions};
use policyc::model::{AssignmentId, Effect, Entry, EntryId, Grantee, Model, PrivilegeId, Scope};
use std::collections::BTreeSet;

/// How far a scope is from the resource, nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The resource itself (0), a parent (1), what that lies in (2), ...
    Up(usize),
    /// `type:*`.
    TypeWide,
    /// No scope.
    Everywhere,
}

/// How specific the principal of an entry is, most specific first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A user or service.
    Identity,
    /// A group.
    Group,
    /// A role.
    Role,
    /// A class.
    Class,
}

/// An entry that applies.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Which.
    pub entry: EntryId,
    /// What it does.
    pub effect: Effect,
    /// The nearest scope on its way.
    pub level: Level,
    /// The rank of its principal.
    pub rank: Rank,
}

/// What step 3 finds.
#[derive(Debug, Default)]
pub struct Found {
    /// The entries that apply.
    pub applied: Vec<Applied>,
    /// What was missing where a condition could not be decided.
    pub missing: BTreeSet<String>,
}

/// The level of a scope that covers the resource at the bottom of `levels`; `None` if it does not cover it.
///
/// `type:id` covers it and all below, `only` it alone, `type:*` every resource of that type and nothing below, no scope
/// everything. Where no resource is asked about, only what has no scope covers.
pub fn level(model: &Model, scope: Scope, levels: Option<&[Vec<Thing>]>) -> Option<Level> {
    match scope {
        Scope::Everywhere => Some(Level::Everywhere),
        Scope::Type(ty) => (levels?[0][0].ty == ty).then_some(Level::TypeWide),
        Scope::Resource { instance, only } => {
            let named = &model.instances[instance.index()];
            let at = levels?
                .iter()
                .position(|level| level.iter().any(|t| t.ty == named.ty && t.id == named.id))?;
            (at == 0 || !only).then_some(Level::Up(at))
        }
    }
}

/// Those entries that name the privilege, whose principal matches, whose scope covers the resource, whose condition holds.
/// An entry that comes through an assignment has its scope, bounds and condition besides its own. If a condition can't be
/// decided, a grant or bypass does not apply, a deny does.
///
/// Open: of the entry's own scope and that of the assignment the nearer gives the level. An entry that comes on several
/// ways, or names several principals that match, counts once for each.
pub fn applying(
    facts: &Facts<'_>,
    who: &Who,
    held: &BTreeSet<Holding>,
    privilege: PrivilegeId,
    levels: Option<&[Vec<Thing>]>,
) -> Found {
    let mut found = Found::default();
    for (at, entry) in facts.model.entries.iter().enumerate() {
        if !entry.privileges.contains(&privilege) {
            continue;
        }
        let Some(own) = level(facts.model, entry.scope, levels) else { continue };
        for (rank, way, through) in ways(who, held, entry) {
            let (truth, missing) = condition(facts, entry, &through);
            let applies = match truth {
                Truth::True => true,
                Truth::False => false,
                Truth::Undecided => {
                    found.missing.extend(missing);
                    entry.effect == Effect::Deny
                }
            };
            if applies {
                let level = own.min(way);
                found.applied.push(Applied { entry: EntryId::at(at), effect: entry.effect, level, rank });
            }
        }
    }
    found
}

/// The ways on which an entry reaches the principal: rank, level and assignments.
fn ways(who: &Who, held: &BTreeSet<Holding>, entry: &Entry) -> Vec<(Rank, Level, BTreeSet<AssignmentId>)> {
    let mut ways = Vec::new();
    for grantee in &entry.to {
        let direct = match grantee {
            Grantee::Principal(id) => (who.declared == Some(*id)).then_some(Rank::Identity),
            Grantee::Group(id) => who.groups.contains(id).then_some(Rank::Group),
            Grantee::Class(class) => who.is(*class).then_some(Rank::Class),
            Grantee::Role(_) => None,
        };
        if let Some(rank) = direct {
            ways.push((rank, Level::Everywhere, BTreeSet::new()));
        }
        for holding in held.iter().filter(|holding| *grantee == Grantee::Role(holding.role)) {
            ways.push((Rank::Role, holding.level, holding.through.clone()));
        }
    }
    ways
}

/// The entry's condition and those of the assignments on the way, all of which have to hold.
fn condition(
    facts: &Facts<'_>,
    entry: &Entry,
    through: &BTreeSet<AssignmentId>,
) -> (Truth, BTreeSet<String>) {
    let (way, mut missing) = conditions(facts, through);
    let own = entry.when.as_ref().map_or(Truth::True, |when| facts.truth(when));
    missing.extend(entry.when.iter().flat_map(|when| facts.missing(when)));
    (Truth::all(&[way, own]), missing)
}

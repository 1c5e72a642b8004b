//! Steps 4 to 7: from the entries that apply to the decision.

use super::Answer;
use super::condition::{Facts, Truth, given_values};
use super::entry::{Applied, Level, applying};
use super::names::{find_type, supplied};
use super::place::{Thing, Tree, instance};
use super::question::Question;
use super::who::{Who, holdings};
use policyc::model::{
    AttributeId, AttributeRoot, DefaultRule, Effect, EntryId, Model, PrivilegeId, Reason, Scope, Strategy,
    Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// A question without faults, and what is the same for every privilege decided on the way.
pub struct Case<'m> {
    pub(super) model: &'m Model,
    question: &'m Question,
    who: Who,
    asked: Option<Thing>,
    tree: Tree,
}

impl<'m> Case<'m> {
    /// Prepares a question without faults.
    pub fn new(model: &'m Model, question: &'m Question) -> Case<'m> {
        let asked = question
            .resource
            .as_ref()
            .and_then(|(ty, id)| Some(Thing { ty: find_type(model, ty)?, id: id.clone() }));
        let tree = asked.as_ref().and_then(|thing| Tree::of(model, thing, &supplied(model, question)));
        Case { model, question, who: Who::of(model, question), asked, tree: tree.unwrap_or_default() }
    }

    /// The decision on the privilege and resource that the question asks about.
    pub fn decide(&self) -> Answer {
        let named = |name: &str| self.model.privileges.iter().position(|p| p.name.value == name);
        let privilege = named(&self.question.privilege).map(PrivilegeId::at).expect("checked in step 1");
        self.in_full(privilege, self.asked.as_ref())
    }

    /// Decides a privilege in full: entries, bypass, strategy, default, then `includes`, then `requires`.
    fn in_full(&self, privilege: PrivilegeId, on: Option<&Thing>) -> Answer {
        let levels = on.map(|thing| self.tree.levels(thing));
        let levels = levels.as_deref();
        let facts = self.facts(on);
        let held = holdings(self.model, &self.who, levels);
        let found = applying(&facts, &self.who, &held, privilege, levels);
        let (mut reason, mut deciding) = self.standing(&found.applied, on, levels);
        let mut missing = found.missing;
        if reason.grants()
            && let Some(other) = self.not_included(privilege, on)
        {
            (reason, deciding) = (other.reason, BTreeSet::new());
            missing.extend(other.missing);
        }
        if reason.grants() && self.requirement(privilege, on, &facts, &mut missing) != Truth::True {
            (reason, deciding) = (Reason::MissingRequirement, BTreeSet::new());
        }
        let wanted = (reason == Reason::MissingRequirement).then(|| self.smallest(privilege, on)).flatten();
        Answer { reason, missing, deciding, wanted }
    }

    /// Steps 4 to 6: a bypass grants, whatever denies; else the strategy of the type; else its default.
    fn standing(
        &self,
        applied: &[Applied],
        on: Option<&Thing>,
        levels: Option<&[Vec<Thing>]>,
    ) -> (Reason, BTreeSet<EntryId>) {
        let bypasses: BTreeSet<EntryId> =
            applied.iter().filter(|a| a.effect == Effect::Bypass).map(|a| a.entry).collect();
        if !bypasses.is_empty() {
            return (Reason::Bypass, bypasses);
        }
        let ty = on.map(|thing| &self.model.types[thing.ty.index()]);
        let strategy = ty.and_then(|ty| ty.resolve).unwrap_or(self.model.resolve);
        match resolve(strategy, applied) {
            Some((effect, deciding)) => {
                let nearest = deciding.iter().map(|a| a.level).min();
                let explicit = on.is_none() || nearest == Some(Level::Up(0));
                let reason = match (effect, explicit) {
                    (Effect::Deny, true) => Reason::ExplicitDeny,
                    (Effect::Deny, false) => Reason::InheritedDeny,
                    (_, true) => Reason::ExplicitGrant,
                    (_, false) => Reason::InheritedGrant,
                };
                (reason, deciding.iter().map(|a| a.entry).collect())
            }
            None => (self.by_default(on, levels), BTreeSet::new()),
        }
    }

    /// Step 6: no opinion, so the type's default, or the policy's where the type has none or no resource is asked about.
    /// `when unlisted` grants only if nothing is scoped to the resource or an ancestor of it; of whatever principal,
    /// privilege or condition, with `only` or without; `type:*` and no scope do not count.
    fn by_default(&self, on: Option<&Thing>, levels: Option<&[Vec<Thing>]>) -> Reason {
        let ty = on.map(|thing| &self.model.types[thing.ty.index()]);
        let granted = match ty.and_then(|ty| ty.default).unwrap_or(self.model.default) {
            DefaultRule::Deny => false,
            DefaultRule::Grant { to, when_unlisted } => {
                self.who.is(to) && !(when_unlisted && self.is_listed(levels.unwrap_or_default()))
            }
        };
        if granted { Reason::DefaultGrant } else { Reason::DefaultDeny }
    }

    fn is_listed(&self, levels: &[Vec<Thing>]) -> bool {
        let entries = self.model.entries.iter().map(|entry| entry.scope);
        let assignments = self.model.assignments.iter().map(|assignment| assignment.scope);
        entries.chain(assignments).any(|scope| match scope {
            Scope::Resource { instance, .. } => {
                let named = &self.model.instances[instance.index()];
                levels.iter().flatten().any(|thing| thing.ty == named.ty && thing.id == named.id)
            }
            Scope::Everywhere | Scope::Type(_) => false,
        })
    }

    /// A privilege that includes others is effective only if all of those are; otherwise it is denied for the reason that
    /// the first of them is, in the order written.
    ///
    /// Open: an included privilege of another type is decided on the nearest ancestor, as a required one is; where there
    /// is none, it counts as denied by default. What the decision on that first one lacks is lacking here too.
    fn not_included(&self, privilege: PrivilegeId, on: Option<&Thing>) -> Option<Answer> {
        let nowhere = || Answer {
            reason: Reason::DefaultDeny,
            missing: BTreeSet::new(),
            deciding: BTreeSet::new(),
            wanted: None,
        };
        let includes = &self.model.privileges[privilege.index()].includes;
        let answers =
            includes.iter().map(|&(included, _)| self.elsewhere(included, on).unwrap_or_else(nowhere));
        answers.into_iter().find(|answer| !answer.reason.grants())
    }

    /// The decision on another privilege, for the same principal on the same resource, or its nearest ancestor of a type
    /// on which that privilege is asked, or without a resource if it is asked without; `None` if there is no such ancestor.
    ///
    /// Open: of several that are equally near, the first by type and id.
    pub(super) fn elsewhere(&self, privilege: PrivilegeId, on: Option<&Thing>) -> Option<Answer> {
        let category = self.model.privileges[privilege.index()].category;
        let types = &self.model.categories[category.index()].on;
        if types.is_empty() {
            return Some(self.in_full(privilege, None));
        }
        let levels = self.tree.levels(on?);
        let nearest = levels.iter().flatten().find(|thing| types.contains(&thing.ty))?;
        Some(self.in_full(privilege, Some(nearest)))
    }

    /// What conditions may read when a privilege is decided on this resource: the values that the policy declares, and
    /// over them those of the request; its values of the resource belong to the one that the question asks about alone.
    fn facts(&self, on: Option<&Thing>) -> Facts<'_> {
        let mut values = BTreeMap::new();
        if let Some(id) = self.who.declared {
            let carried = &self.model.principals[id.index()].attributes;
            values.extend(self.declared(AttributeRoot::Principal, carried));
        }
        if let Some(known) = on.and_then(|thing| instance(self.model, thing)) {
            values.extend(self.declared(AttributeRoot::Resource, &known.attributes));
        }
        values.extend(given_values(self.question, on.is_some() && on == self.asked.as_ref()));
        Facts { model: self.model, who: &self.who, values, at: self.question.at }
    }

    fn declared<'v>(
        &self,
        root: AttributeRoot,
        carried: &'v [(AttributeId, Value)],
    ) -> impl Iterator<Item = ((AttributeRoot, String), Value)> + use<'v, '_> {
        carried.iter().map(move |(id, value)| {
            let name = self.model.attributes[id.index()].name.value.to_string();
            ((root, name), value.clone())
        })
    }
}

/// Step 5: what decides, and the entries that do; `None` without an opinion.
///
/// `deny-overrides`: a deny anywhere denies, else a grant anywhere grants. `grant-overrides`: the reverse. `nearest`: the
/// level nearest to the resource decides, and inside it a deny wins. `most-specific`: as nearest, but inside the level the
/// most specific principal decides, and on a tie a deny wins.
fn resolve(strategy: Strategy, applied: &[Applied]) -> Option<(Effect, Vec<&Applied>)> {
    let all: Vec<&Applied> = applied.iter().collect();
    let level = applied.iter().map(|a| a.level).min()?;
    let nearest: Vec<&Applied> = all.iter().copied().filter(|a| a.level == level).collect();
    let rank = nearest.iter().map(|a| a.rank).min()?;
    let (voters, first) = match strategy {
        Strategy::DenyOverrides => (all, Effect::Deny),
        Strategy::GrantOverrides => (all, Effect::Grant),
        Strategy::Nearest => (nearest, Effect::Deny),
        Strategy::MostSpecific => (nearest.into_iter().filter(|a| a.rank == rank).collect(), Effect::Deny),
    };
    let effect = if voters.iter().any(|a| a.effect == first) { first } else { opposite(first) };
    Some((effect, voters.into_iter().filter(|a| a.effect == effect).collect()))
}

fn opposite(effect: Effect) -> Effect {
    if effect == Effect::Deny { Effect::Grant } else { Effect::Deny }
}

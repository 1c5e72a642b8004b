//! One change of a model: a rule loses one thing, or reaches further.
//!
//! Enters: a model. Leaves: every change that can be made of it, and a changed model. Knows nothing of what a change does to decisions.
//!
//! What is not changed: `exclusive` and `limit`, which the compiler holds assignments against and no decision reads; who is in which
//! group, which mostly other systems say; defaults and strategies, which every test reads.

use crate::model::{Effect, Entry, Formula, Model, PrivilegeId, Scope};
use crate::source::Span;
use std::collections::BTreeSet;
use std::fmt;

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is changed.
    pub what: What,
    /// The rule, or the part of it.
    pub span: Span,
    rule: Rule,
}

/// What a change does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// An entry is not there.
    NoEntry(Effect),
    /// An assignment is not there.
    NoAssignment,
    /// A scope is that of what it lies in, or none.
    Wider(String),
    /// `only` is not there.
    NoOnly,
    /// `when` is not there.
    NoCondition,
    /// One part of a `when` that wants several is not there.
    NoPartOfCondition,
    /// `from` or `until` is not there.
    NoBound(&'static str),
    /// `except` is not there.
    NoExcept,
    /// `requires` is not there.
    NoRequirement,
    /// One part of a `requires` that wants several is not there.
    NoPartOfRequirement,
    /// A role does not inherit another.
    NoInheritance(String),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::NoEntry(Effect::Grant) => f.write_str("without the grant"),
            What::NoEntry(Effect::Deny) => f.write_str("without the deny"),
            What::NoEntry(Effect::Bypass) => f.write_str("without the bypass"),
            What::NoAssignment => f.write_str("without the assignment"),
            What::Wider(to) => write!(f, "with the scope widened to {to}"),
            What::NoOnly => f.write_str("without `only`"),
            What::NoCondition => f.write_str("without `when`"),
            What::NoPartOfCondition => f.write_str("without a part of `when`"),
            What::NoBound(word) => write!(f, "without `{word}`"),
            What::NoExcept => f.write_str("without `except`"),
            What::NoRequirement => f.write_str("without `requires`"),
            What::NoPartOfRequirement => f.write_str("without a part of `requires`"),
            What::NoInheritance(role) => write!(f, "without inheriting `{role}`"),
        }
    }
}

/// The place of a change in the lists of a model, and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Entry(usize),
    EntryScope(usize, Scope),
    EntryWhen(usize, Option<Formula>),
    EntryPrivileges(usize, Vec<PrivilegeId>),
    Assignment(usize),
    AssignmentScope(usize, Scope),
    AssignmentWhen(usize, Option<Formula>),
    From(usize),
    Until(usize),
    Category(usize, Option<Formula>),
    Privilege(usize, Option<Formula>),
    Inherits(usize, usize),
}

impl Change {
    /// Makes the change. Of another model than it was made for nothing changes, or something else.
    pub(super) fn apply(&self, model: &mut Model) {
        let Model { entries, assignments, categories, privileges, roles, .. } = model;
        match &self.rule {
            &Rule::Entry(at) => {
                entries.remove(at);
            }
            &Rule::Assignment(at) => {
                assignments.remove(at);
            }
            Rule::EntryScope(at, scope) => entries[*at].scope = *scope,
            Rule::EntryWhen(at, when) => entries[*at].when.clone_from(when),
            Rule::EntryPrivileges(at, privileges) => entries[*at].privileges.clone_from(privileges),
            Rule::AssignmentScope(at, scope) => assignments[*at].scope = *scope,
            Rule::AssignmentWhen(at, when) => assignments[*at].when = when.clone().map(Box::new),
            &Rule::From(at) => assignments[at].from = None,
            &Rule::Until(at) => assignments[at].until = None,
            Rule::Category(at, requires) => categories[*at].requires.clone_from(requires),
            Rule::Privilege(at, requires) => privileges[*at].requires.clone_from(requires),
            &Rule::Inherits(role, at) => {
                roles[role].inherits.remove(at);
            }
        }
    }
}

/// Every change of a model, in the order of files and lines.
pub(super) fn changes(model: &Model) -> Vec<Change> {
    let mut all = Vec::new();
    let mut add = |what, span, rule| all.push(Change { what, span, rule });
    for (at, entry) in model.entries.iter().enumerate() {
        add(What::NoEntry(entry.effect), entry.span, Rule::Entry(at));
        for (what, scope) in scopes(model, entry.scope) {
            add(what, entry.span, Rule::EntryScope(at, scope));
        }
        for (whole, when) in entry.when.iter().flat_map(less) {
            let what = if whole { What::NoCondition } else { What::NoPartOfCondition };
            let span = model.places.condition(entry.span).unwrap_or(entry.span);
            add(what, span, Rule::EntryWhen(at, when));
        }
        if let Some(privileges) = without_except(model, entry) {
            add(What::NoExcept, entry.span, Rule::EntryPrivileges(at, privileges));
        }
    }
    for (at, assignment) in model.assignments.iter().enumerate() {
        add(What::NoAssignment, assignment.span, Rule::Assignment(at));
        for (what, scope) in scopes(model, assignment.scope) {
            add(what, assignment.span, Rule::AssignmentScope(at, scope));
        }
        for (whole, when) in assignment.when.as_deref().into_iter().flat_map(less) {
            let what = if whole { What::NoCondition } else { What::NoPartOfCondition };
            let span = model.places.condition(assignment.span).unwrap_or(assignment.span);
            add(what, span, Rule::AssignmentWhen(at, when));
        }
        if assignment.from.is_some() {
            add(What::NoBound("from"), assignment.span, Rule::From(at));
        }
        if assignment.until.is_some() {
            add(What::NoBound("until"), assignment.span, Rule::Until(at));
        }
    }
    let required = |whole| if whole { What::NoRequirement } else { What::NoPartOfRequirement };
    for (at, category) in model.categories.iter().enumerate() {
        let span = category.requires_at.unwrap_or(category.name.span);
        for (whole, requires) in category.requires.iter().flat_map(less) {
            add(required(whole), span, Rule::Category(at, requires));
        }
    }
    for (at, privilege) in model.privileges.iter().enumerate() {
        let span = privilege.requires_at.unwrap_or(privilege.name.span);
        for (whole, requires) in privilege.requires.iter().flat_map(less) {
            add(required(whole), span, Rule::Privilege(at, requires));
        }
    }
    for (at, role) in model.roles.iter().enumerate() {
        for (number, &(parent, span)) in role.inherits.iter().enumerate() {
            let name = model.roles.get(parent.index()).map(|role| role.name.value.to_string());
            add(What::NoInheritance(name.unwrap_or_default()), span, Rule::Inherits(at, number));
        }
    }
    all.sort_by_key(|change| (change.span.source, change.span.start));
    all
}

/// A formula that is not there, and one for each part that is not, where all of several have to hold.
fn less(formula: &Formula) -> Vec<(bool, Option<Formula>)> {
    let mut all = vec![(true, None)];
    if let Formula::And(parts) = formula {
        for at in 0..parts.len() {
            let mut rest = parts.clone();
            rest.remove(at);
            let rest = if rest.len() == 1 { rest.pop() } else { Some(Formula::And(rest)) };
            all.push((false, rest));
        }
    }
    all
}

/// The scopes that reach one step further.
fn scopes(model: &Model, scope: Scope) -> Vec<(What, Scope)> {
    let everywhere = || (What::Wider("everywhere".to_owned()), Scope::Everywhere);
    match scope {
        Scope::Everywhere => Vec::new(),
        Scope::Type(_) => vec![everywhere()],
        Scope::Resource { instance, only } => {
            let mut all = Vec::new();
            if only {
                all.push((What::NoOnly, Scope::Resource { instance, only: false }));
            }
            let parents = model.instances.get(instance.index()).map(|instance| instance.parents.as_slice());
            let named = parents.unwrap_or_default().iter().filter_map(|&parent| {
                let above = model.instances.get(parent.index())?;
                let ty = &model.types.get(above.ty.index())?.name.value;
                let text = format!("`{ty}:{}`", above.id);
                Some((What::Wider(text), Scope::Resource { instance: parent, only: false }))
            });
            let before = all.len();
            all.extend(named);
            if all.len() == before {
                all.push(everywhere());
            }
            all
        }
    }
}

/// All that the list of an entry names, closed over `includes`, if that is more than it gives.
fn without_except(model: &Model, entry: &Entry) -> Option<Vec<PrivilegeId>> {
    let mut all: BTreeSet<PrivilegeId> = BTreeSet::new();
    let mut open: Vec<PrivilegeId> =
        entry.named.iter().flat_map(|named| named.privileges.iter().copied()).collect();
    while let Some(privilege) = open.pop() {
        if all.insert(privilege) {
            let included = model.privileges.get(privilege.index()).into_iter().flat_map(|one| &one.includes);
            open.extend(included.map(|(included, _)| *included));
        }
    }
    (all.len() > entry.privileges.len()).then(|| all.into_iter().collect())
}

//! Step 2: what a principal matches, and which roles it holds where.

use super::condition::{Facts, Truth};
use super::entry::{Level, level};
use super::place::Thing;
use super::question::{Asker, Question};
use policyc::model::{
    Assignment, AssignmentId, Class, Grantee, GroupId, Model, PrincipalId, PrincipalKind, RoleId,
};
use std::collections::BTreeSet;

/// Who asks, without its roles.
#[derive(Debug)]
pub struct Who {
    /// Kind and name, known to the policy or not.
    pub identity: Option<(PrincipalKind, String)>,
    /// The declared principal.
    pub declared: Option<PrincipalId>,
    /// Every enabled group it is in.
    pub groups: BTreeSet<GroupId>,
    /// The names of those, and of supplied ones that the policy does not know.
    pub group_names: BTreeSet<String>,
    /// The roles that come with the request.
    pub supplied_roles: BTreeSet<RoleId>,
    /// Not logged in.
    pub anonymous: bool,
}

impl Who {
    /// A principal matches itself, each enabled group it is in, its classes; its roles depend on the resource.
    ///
    /// Open: a supplied group that the policy does not know is an enabled one that is in no other; an attribute may name it.
    /// An anonymous caller matches groups and roles that come with the request. A class is `anonymous` for it,
    /// `authenticated` for everybody else, named or not.
    pub fn of(model: &Model, question: &Question) -> Who {
        let identity = match &question.asker {
            Asker::Known(kind, name) => Some((*kind, name.clone())),
            Asker::Somebody | Asker::Anonymous => None,
        };
        let declared = identity.as_ref().and_then(|(kind, name)| {
            model
                .principals
                .iter()
                .position(|p| p.kind == *kind && p.name.value == *name)
                .map(PrincipalId::at)
        });
        let own = declared.map(|id| model.principals[id.index()].groups.as_slice()).unwrap_or_default();
        let mut direct: BTreeSet<GroupId> = own.iter().map(|&(group, _)| group).collect();
        direct.extend(question.groups.iter().filter_map(|name| {
            model.groups.iter().position(|group| group.name.value == *name).map(GroupId::at)
        }));
        let groups = enabled_groups(model, direct);
        let known = |name: &String| model.groups.iter().any(|group| group.name.value == *name);
        let mut group_names: BTreeSet<String> =
            question.groups.iter().filter(|name| !known(name)).cloned().collect();
        group_names.extend(groups.iter().map(|group| model.groups[group.index()].name.value.to_string()));
        let roles = question.roles.iter();
        Who {
            identity,
            declared,
            groups,
            group_names,
            supplied_roles: roles
                .filter_map(|name| {
                    model.roles.iter().position(|role| role.name.value == *name).map(RoleId::at)
                })
                .collect(),
            anonymous: question.asker == Asker::Anonymous,
        }
    }

    /// Whether the principal is of the class.
    pub fn is(&self, class: Class) -> bool {
        match class {
            Class::Anyone => true,
            Class::Authenticated => !self.anonymous,
            Class::Anonymous => self.anonymous,
        }
    }
}

/// Groups count transitively; a disabled one counts for nothing and passes nothing on.
fn enabled_groups(model: &Model, direct: BTreeSet<GroupId>) -> BTreeSet<GroupId> {
    let mut found = BTreeSet::new();
    let mut open: Vec<GroupId> = direct.into_iter().collect();
    while let Some(id) = open.pop() {
        let group = &model.groups[id.index()];
        if !group.disabled && found.insert(id) {
            open.extend(group.groups.iter().map(|&(outer, _)| outer));
        }
    }
    found
}

/// One way to hold a role at a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holding {
    /// The role.
    pub role: RoleId,
    /// The nearest scope on the way.
    pub level: Level,
    /// The assignments on the way; the bounds and conditions of all of them have to hold.
    pub through: BTreeSet<AssignmentId>,
}

/// Every way to hold a role at a resource (`None`: where no resource is asked about), whatever the conditions say.
///
/// A role is held that comes with the request (everywhere), that is assigned with a scope covering the resource to
/// something that the principal matches, or that a held role inherits. A role assigned to a role is held by whoever holds
/// the second, where both scopes hold, under both conditions.
///
/// Open: the level of a chain of scopes is the nearest of them.
pub fn holdings(model: &Model, who: &Who, levels: Option<&[Vec<Thing>]>) -> BTreeSet<Holding> {
    let mut found: BTreeSet<Holding> = BTreeSet::new();
    for &role in &who.supplied_roles {
        found.insert(Holding { role, level: Level::Everywhere, through: BTreeSet::new() });
    }
    loop {
        let mut more = found.clone();
        for (at, assignment) in model.assignments.iter().enumerate() {
            more.extend(by_assignment(model, who, levels, &found, (AssignmentId::at(at), assignment)));
        }
        for holding in &found {
            for &(role, _) in &model.roles[holding.role.index()].inherits {
                more.insert(Holding { role, ..holding.clone() });
            }
        }
        if more == found {
            return found;
        }
        found = more;
    }
}

fn by_assignment(
    model: &Model,
    who: &Who,
    levels: Option<&[Vec<Thing>]>,
    held: &BTreeSet<Holding>,
    (id, assignment): (AssignmentId, &Assignment),
) -> Vec<Holding> {
    let Some(level) = level(model, assignment.scope, levels) else { return Vec::new() };
    let mut found = Vec::new();
    for grantee in &assignment.to {
        let direct = match grantee {
            Grantee::Principal(principal) => who.declared == Some(*principal),
            Grantee::Group(group) => who.groups.contains(group),
            Grantee::Class(class) => who.is(*class),
            Grantee::Role(_) => false,
        };
        if direct {
            found.push(Holding { role: assignment.role, level, through: BTreeSet::from([id]) });
        }
        for outer in held.iter().filter(|outer| *grantee == Grantee::Role(outer.role)) {
            let mut through = outer.through.clone();
            through.insert(id);
            found.push(Holding { role: assignment.role, level: level.min(outer.level), through });
        }
    }
    found
}

/// The bounds and conditions of all assignments on a way, and what they lack.
pub fn conditions(facts: &Facts<'_>, through: &BTreeSet<AssignmentId>) -> (Truth, BTreeSet<String>) {
    let mut parts = Vec::new();
    let mut missing = BTreeSet::new();
    for assignment in through.iter().map(|id| &facts.model.assignments[id.index()]) {
        let period = facts.period(assignment.from, assignment.until);
        if period == Truth::Undecided {
            missing.insert("time".to_string());
        }
        parts.push(period);
        if let Some(when) = &assignment.when {
            parts.push(facts.truth(when));
            missing.extend(facts.missing(when));
        }
    }
    (Truth::all(&parts), missing)
}

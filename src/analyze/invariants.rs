//! `never`, `always`, `only`, `never together`: decided for everybody in `possible`, with every combination of what the
//! tests of the conditions that take part could say.
//!
//! Enters: a model and its policy. Leaves: a finding with a counterexample for each invariant that does not hold.

use super::effort::Efforts;
use super::possible::{self, Subject, Target};
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::{self, Oracle, Principal, Request, Resource, Truth, Values};
use crate::model::{
    Effect, EntryId, Grantee, GroupId, Invariant, InvariantKind, Model, PrivilegeId, RoleId, Scope, TypeId,
};
use crate::policy::Policy;
use crate::terms::{Class, PrincipalKind};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Decisions that all invariants of a policy may take together. One that takes long counts as several, and whom and what they are
/// about, looked up, counts too.
const MAX_DECISIONS: usize = 4_000_000;
/// Combinations of tests that one question may take.
const MAX_COMBINATIONS: usize = 4_096;

/// Checks every invariant.
pub(crate) fn invariants(model: &Model, policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    if model.invariants.is_empty() {
        return;
    }
    let efforts = Efforts::of(policy);
    let mut judge = Judge { model, policy, ways: Ways::of(model), efforts, left: MAX_DECISIONS };
    for invariant in &model.invariants {
        if let Some(finding) = judge.check(invariant) {
            diagnostics.push(finding);
        }
    }
}

/// What the tests say in a counterexample.
type Assumed = BTreeMap<u32, bool>;

/// A question and an answer that breaks an invariant.
struct Counterexample {
    subject: Subject,
    /// What is asked; the answer is the same for each.
    questions: Vec<Question>,
    assumed: Assumed,
}

/// A privilege and what it is asked about.
type Question = (PrivilegeId, Option<Target>);

/// The budget ran out.
struct Undecided;

struct Judge<'a> {
    model: &'a Model,
    policy: &'a Policy,
    ways: Ways,
    efforts: Efforts<'a>,
    left: usize,
}

/// Who gets which role.
struct Ways {
    /// For each role those of which each brings it: they inherit it, or it is assigned to them.
    brought_by: Vec<Vec<RoleId>>,
    /// The roles assigned to somebody.
    assigned: HashMap<Grantee, Vec<RoleId>>,
}

impl Ways {
    fn of(model: &Model) -> Ways {
        let mut brought_by = vec![Vec::new(); model.roles.len()];
        let mut bring = |role: RoleId, by: RoleId| {
            brought_by.get_mut(role.index()).into_iter().for_each(|all: &mut Vec<RoleId>| all.push(by));
        };
        for (at, role) in model.roles.iter().enumerate() {
            role.inherits.iter().for_each(|&(parent, _)| bring(parent, RoleId::at(at)));
        }
        let mut assigned: HashMap<Grantee, Vec<RoleId>> = HashMap::new();
        for assignment in &model.assignments {
            for &to in &assignment.to {
                match to {
                    Grantee::Role(by) => bring(assignment.role, by),
                    to => assigned.entry(to).or_default().push(assignment.role),
                }
            }
        }
        Ways { brought_by, assigned }
    }

    /// The roles that holding one of is holding this one, itself included.
    fn bringing(&self, role: RoleId) -> HashSet<RoleId> {
        let (mut open, mut seen) = (vec![role], HashSet::from([role]));
        while let Some(at) = open.pop() {
            let by = self.brought_by.get(at.index()).into_iter().flatten();
            open.extend(by.filter(|&&by| seen.insert(by)));
        }
        seen
    }

    fn assigned(&self, to: Grantee) -> &[RoleId] {
        self.assigned.get(&to).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Judge<'_> {
    fn check(&mut self, invariant: &Invariant) -> Option<Diagnostic> {
        let broken = match invariant.kind {
            InvariantKind::Never => self.never(invariant),
            InvariantKind::Always => self.always(invariant),
            InvariantKind::Only => self.only(invariant),
            InvariantKind::Together => self.together(invariant),
        };
        match broken {
            Ok(None) => None,
            Ok(Some(finding)) => Some(finding),
            Err(Undecided) => {
                let message = "the invariant could not be decided within the limit";
                Some(
                    Diagnostic::new(Code::InvariantUndecided, invariant.span, message)
                        .label("more questions than the limit follow from this")
                        .help("name fewer privileges, or narrow it with `on`"),
                )
            }
        }
    }

    fn never(&mut self, invariant: &Invariant) -> Result<Option<Diagnostic>, Undecided> {
        let who = invariant.who.iter().flat_map(|&who| possible::meant(self.model, who)).collect::<Vec<_>>();
        let found = self.find(invariant, &who, true)?;
        Ok(found.map(|found| self.finding(invariant, "can", "this says that it never can", &found)))
    }

    fn always(&mut self, invariant: &Invariant) -> Result<Option<Diagnostic>, Undecided> {
        let who = invariant.who.iter().flat_map(|&who| possible::meant(self.model, who)).collect::<Vec<_>>();
        let found = self.find(invariant, &who, false)?;
        Ok(found.map(|found| self.finding(invariant, "cannot", "this says that it always can", &found)))
    }

    fn only(&mut self, invariant: &Invariant) -> Result<Option<Diagnostic>, Undecided> {
        let mut meant = Vec::new();
        for &who in &invariant.who {
            let bringing = match who {
                Grantee::Role(role) => self.ways.bringing(role),
                _ => HashSet::new(),
            };
            self.spend(bringing.len())?;
            meant.push((who, bringing));
        }
        let mut others = Vec::new();
        for subject in possible::everybody(self.model) {
            let groups = match subject {
                Subject::One(one) => self.groups_of(one),
                _ => BTreeSet::new(),
            };
            self.spend(1 + groups.len())?;
            if !meant.iter().any(|(who, bringing)| self.is_one(subject, &groups, *who, bringing)) {
                others.push(subject);
            }
        }
        let found = self.find(invariant, &others, true)?;
        Ok(found.map(|found| self.finding(invariant, "can", "this says that only others can", &found)))
    }

    /// Takes from what may be spent.
    fn spend(&mut self, steps: usize) -> Result<(), Undecided> {
        self.left = self.left.checked_sub(steps).ok_or(Undecided)?;
        Ok(())
    }

    fn together(&mut self, invariant: &Invariant) -> Result<Option<Diagnostic>, Undecided> {
        for subject in possible::everybody(self.model) {
            for (at, &first) in invariant.privileges.iter().enumerate() {
                for &second in invariant.privileges.iter().skip(at + 1) {
                    if let Some(found) = self.both(subject, first, second)? {
                        let says = "this says that nobody can do both";
                        return Ok(Some(self.finding(invariant, "can", says, &found)));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Somebody of `who` for whom some question has the answer.
    fn find(
        &mut self,
        invariant: &Invariant,
        who: &[Subject],
        answer: bool,
    ) -> Result<Option<Counterexample>, Undecided> {
        for &privilege in &invariant.privileges {
            let targets = self.targets(privilege, invariant.scope);
            for &subject in who {
                for target in &targets {
                    let questions = vec![(privilege, target.clone())];
                    if let Some(assumed) = self.could_be(subject, &questions, answer)? {
                        return Ok(Some(Counterexample { subject, questions, assumed }));
                    }
                }
            }
        }
        Ok(None)
    }

    /// A resource on which both are granted: each on the resource itself or on its nearest ancestor of the type.
    fn both(
        &mut self,
        subject: Subject,
        first: PrivilegeId,
        second: PrivilegeId,
    ) -> Result<Option<Counterexample>, Undecided> {
        for (lower, upper) in [(first, second), (second, first)] {
            let targets = self.targets(lower, Scope::Everywhere);
            self.spend(targets.len())?;
            for target in targets {
                let Some(other) = self.as_seen_from(target.as_ref(), upper) else { continue };
                let questions = vec![(lower, target), (upper, other)];
                if let Some(assumed) = self.could_be(subject, &questions, true)? {
                    return Ok(Some(Counterexample { subject, questions, assumed }));
                }
            }
        }
        Ok(None)
    }

    /// What a privilege is asked about if another is asked about `target`; `None`: nothing.
    fn as_seen_from(&self, target: Option<&Target>, privilege: PrivilegeId) -> Option<Option<Target>> {
        let on = self.asked_on(privilege);
        let Some(target) = target else { return on.is_empty().then_some(None) };
        if on.is_empty() {
            return Some(None);
        }
        if on.contains(&target.ty) {
            return Some(Some(target.clone()));
        }
        let mut level = vec![target.clone()];
        for _ in 0..64 {
            let above: Vec<Target> = level.iter().flat_map(|below| self.parents(below)).collect();
            if let Some(nearest) = above.iter().find(|target| on.contains(&target.ty)) {
                return Some(Some(nearest.clone()));
            }
            level = above;
        }
        None
    }

    /// What a resource lies in, each with the ancestors that a request would name.
    fn parents(&self, below: &Target) -> Vec<Target> {
        let Target { ty, id, ancestors } = below;
        let Some(declared) = self.model.types.get(ty.index()) else { return Vec::new() };
        let placed = |ty: TypeId, id: &str| Target { ty, id: id.to_owned(), ancestors: Vec::new() };
        if declared.by_path {
            let above = id.rsplit_once('/').filter(|(above, _)| !above.is_empty());
            let Some((above, _)) = above else { return Vec::new() };
            return declared.parents.iter().map(|&(parent, _)| placed(parent, above)).collect();
        }
        if let Some(((ty, id), rest)) = ancestors.split_first() {
            return vec![Target { ancestors: rest.to_vec(), ..placed(*ty, id) }];
        }
        let instances = &self.model.instances;
        let known = instances.binary_search_by(|one| (one.ty, one.id.as_str()).cmp(&(*ty, id.as_str()))).ok();
        let parents = known.and_then(|at| instances.get(at)).map_or(&[][..], |one| &one.parents);
        let parents = parents.iter().filter_map(|parent| instances.get(parent.index()));
        parents.map(|one| placed(one.ty, &one.id)).collect()
    }

    fn asked_on(&self, privilege: PrivilegeId) -> &[TypeId] {
        let category = self.model.privileges.get(privilege.index()).map(|privilege| privilege.category);
        let category = category.and_then(|category| self.model.categories.get(category.index()));
        category.map_or(&[], |category| &category.on)
    }

    fn targets(&self, privilege: PrivilegeId, scope: Scope) -> Vec<Option<Target>> {
        let on = self.asked_on(privilege);
        if on.is_empty() {
            // Asked without a resource: only what holds everywhere speaks of it.
            return if scope == Scope::Everywhere { vec![None] } else { Vec::new() };
        }
        on.iter().flat_map(|&ty| possible::targets(self.model, ty, scope)).map(Some).collect()
    }

    /// Whether somebody, who is in these groups, is one of those that a name means; of a role, with the roles that bring it.
    fn is_one(
        &self,
        subject: Subject,
        groups: &BTreeSet<u32>,
        who: Grantee,
        bringing: &HashSet<RoleId>,
    ) -> bool {
        match (subject, who) {
            (_, Grantee::Class(Class::Anyone)) => true,
            (Subject::Anonymous, Grantee::Class(class)) => class == Class::Anonymous,
            (_, Grantee::Class(class)) => class == Class::Authenticated,
            (Subject::One(one), who) if one == who => true,
            (Subject::One(Grantee::Role(held)), Grantee::Role(_)) => bringing.contains(&held),
            (Subject::One(one), Grantee::Role(_)) => self.holds(one, groups, bringing),
            (Subject::One(_), Grantee::Group(group)) => groups.contains(&group.0),
            _ => false,
        }
    }

    /// Whether a role of these is assigned to somebody, to a group it is in, or to everybody.
    fn holds(&self, one: Grantee, groups: &BTreeSet<u32>, roles: &HashSet<RoleId>) -> bool {
        let groups = groups.iter().map(|&group| Grantee::Group(GroupId(group)));
        let classes = [Class::Anyone, Class::Authenticated].map(Grantee::Class);
        let mut to = std::iter::once(one).chain(groups).chain(classes);
        to.any(|to| self.ways.assigned(to).iter().any(|role| roles.contains(role)))
    }

    /// The enabled groups that somebody is in.
    fn groups_of(&self, one: Grantee) -> BTreeSet<u32> {
        let mut open: Vec<_> = match one {
            Grantee::Principal(id) => {
                let principal = self.model.principals.get(id.index());
                principal.into_iter().flat_map(|one| &one.groups).map(|&(group, _)| group).collect()
            }
            Grantee::Group(group) => vec![group],
            _ => Vec::new(),
        };
        let mut found = BTreeSet::new();
        while let Some(at) = open.pop() {
            if let Some(group) = self.model.groups.get(at.index())
                && !group.disabled
                && found.insert(at.0)
            {
                open.extend(group.groups.iter().map(|&(parent, _)| parent));
            }
        }
        found
    }

    /// What the tests would have to say for every question to have the answer; `None` if it never has.
    fn could_be(
        &mut self,
        subject: Subject,
        questions: &[Question],
        answer: bool,
    ) -> Result<Option<Assumed>, Undecided> {
        let steps = questions.iter().map(|&(privilege, _)| self.efforts.steps(subject, privilege)).sum();
        let mut open = vec![Assumed::new()];
        let mut tried = 0;
        while let Some(assumed) = open.pop() {
            tried += 1;
            if tried > MAX_COMBINATIONS {
                return Err(Undecided);
            }
            self.spend(steps)?;
            let wanted = Cell::new(None);
            let oracle = |_: &Values<'_>, test: u32| match assumed.get(&test) {
                Some(&says) => Truth::of(says),
                None => {
                    wanted.set(wanted.get().or(Some(test)));
                    Truth::False
                }
            };
            let all = questions
                .iter()
                .all(|(privilege, target)| self.ask(subject, *privilege, target.as_ref(), &oracle) == answer);
            match wanted.get() {
                None if all => return Ok(Some(assumed)),
                None => {}
                Some(test) => {
                    // The simpler counterexample, with fewer tests that hold, is found first.
                    for says in [true, false] {
                        let mut assumed = assumed.clone();
                        assumed.insert(test, says);
                        open.push(assumed);
                    }
                }
            }
        }
        Ok(None)
    }

    fn ask(
        &self,
        subject: Subject,
        privilege: PrivilegeId,
        target: Option<&Target>,
        oracle: &Oracle<'_>,
    ) -> bool {
        self.with_request(subject, privilege, target, |request| {
            evaluate::decide_assuming(self.policy, request, oracle).is_ok_and(|decision| decision.granted())
        })
    }

    fn with_request<T>(
        &self,
        subject: Subject,
        privilege: PrivilegeId,
        target: Option<&Target>,
        answer: impl FnOnce(&Request<'_>) -> T,
    ) -> T {
        let model = self.model;
        let ty = |ty: TypeId| model.types.get(ty.index()).map_or("", |ty| ty.name.value.as_str());
        let (mut groups, mut roles) = (Vec::new(), Vec::new());
        let principal = match subject {
            Subject::Anonymous | Subject::One(Grantee::Class(Class::Anonymous)) => Principal::anonymous(),
            Subject::Somebody | Subject::One(Grantee::Class(_)) => Principal::somebody(),
            Subject::One(Grantee::Group(id)) => {
                groups.extend(model.groups.get(id.index()).map(|group| group.name.value.as_str()));
                Principal::somebody()
            }
            Subject::One(Grantee::Role(id)) => {
                roles.extend(model.roles.get(id.index()).map(|role| role.name.value.as_str()));
                Principal::somebody()
            }
            Subject::One(Grantee::Principal(id)) => match model.principals.get(id.index()) {
                Some(one) if one.kind == PrincipalKind::User => Principal::user(&one.name.value),
                Some(one) => Principal::service(&one.name.value),
                None => Principal::somebody(),
            },
        };
        let principal = principal.groups(&groups).roles(&roles);
        let name = model.privileges.get(privilege.index()).map_or("", |one| one.name.value.as_str());
        let ancestors: Vec<(&str, &str)> = target
            .into_iter()
            .flat_map(|target| &target.ancestors)
            .map(|(above, id)| (ty(*above), id.as_str()))
            .collect();
        let request = Request::new(principal, name);
        match target {
            None => answer(&request),
            Some(target) => answer(&request.on(Resource::new(ty(target.ty), &target.id).within(&ancestors))),
        }
    }

    /// Who can or cannot do what, where and when, in words.
    fn sentence(&self, found: &Counterexample, verb: &str) -> String {
        let name = |privilege: PrivilegeId| {
            self.model.privileges.get(privilege.index()).map_or("", |one| one.name.value.as_str())
        };
        let what: Vec<String> = found.questions.iter().map(|(one, _)| format!("`{}`", name(*one))).collect();
        let mut text = format!("{} {verb} {}", found.subject.text(self.model), what.join(" and "));
        // A privilege asked without a resource says nothing of where.
        if let Some(target) = found.questions.iter().find_map(|(_, target)| target.as_ref()) {
            text += &format!(" on {}", target.text(self.model));
        }
        let tests: Vec<String> = found
            .assumed
            .iter()
            .map(|(&test, &says)| {
                let test = evaluate::test_text(self.policy, test);
                if says { format!("`{test}`") } else { format!("not `{test}`") }
            })
            .collect();
        if tests.is_empty() { text } else { format!("{text}, with {}", tests.join(" and ")) }
    }

    fn finding(&self, invariant: &Invariant, verb: &str, label: &str, found: &Counterexample) -> Diagnostic {
        let message = self.sentence(found, verb);
        let mut finding = Diagnostic::new(Code::InvariantViolated, invariant.span, message).label(label);
        let (effect, said) = match verb {
            "can" => (Effect::Grant, "granted here"),
            _ => (Effect::Deny, "denied here"),
        };
        for entry in self.causes(found, effect) {
            if let Some(entry) = self.model.entries.get(entry.index()) {
                finding = finding.also(entry.span, said);
            }
        }
        finding.help("change what grants or denies it, or the invariant")
    }

    /// The entries that decided, at most three.
    fn causes(&self, found: &Counterexample, effect: Effect) -> Vec<EntryId> {
        let oracle =
            |_: &Values<'_>, test: u32| Truth::of(found.assumed.get(&test).copied().unwrap_or(false));
        let entries = found.questions.iter().flat_map(|(privilege, target)| {
            self.with_request(found.subject, *privilege, target.as_ref(), |request| {
                evaluate::deciding_entries(self.policy, request, &oracle)
            })
        });
        // The written entries stand in the order of the model's, one for each of those that they are written for.
        let mut firsts = Vec::with_capacity(self.model.entries.len());
        let mut next = 0;
        for entry in &self.model.entries {
            firsts.push(next);
            next += entry.to.len();
        }
        let of_written =
            |written: u32| firsts.partition_point(|&first| first <= written as usize).checked_sub(1);
        let mut causes: Vec<EntryId> = entries.filter_map(of_written).map(EntryId::at).collect();
        causes.retain(|entry| {
            let entry = self.model.entries.get(entry.index());
            entry.is_some_and(|entry| (entry.effect == Effect::Deny) == (effect == Effect::Deny))
        });
        causes.sort_unstable();
        causes.dedup();
        causes.truncate(3);
        causes
    }
}

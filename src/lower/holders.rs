//! Holders with their entries and the roles they hold.

use super::formulas::{self, bound};
use super::pool::Pool;
use super::profiles::Profiles;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Assignment, Class, Effect, Entry, Grantee, Group, GroupId, Model, PrivilegeId, RoleId, Scope,
};
use crate::policy::layout::{self, Holder, Holding, ScopeCode, Section, TestKind};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Ways in which one role may bring others by assignments of roles to roles.
const MAX_FURTHER_ROLES: usize = 4096;

/// The same for all roles together.
const MAX_FURTHER: usize = 1 << 20;

/// Entries that all roles together have from the roles they inherit, and pairs of a role and one it inherits.
const MAX_INHERITED: usize = 1 << 22;

/// Bytes of the lists of groups that principals and groups are in; equal lists count once.
const MAX_MEMBERSHIP_BYTES: usize = 1 << 27;

/// What the debug information is made from.
#[derive(Default)]
pub(super) struct Lowered {
    /// Entries as written, each with one of the holders that it is written for.
    pub written: Vec<(usize, u32)>,
    /// For each holding, the assignment that it comes from.
    pub assignments: Vec<u32>,
    /// How many profiles there are.
    pub profiles: u32,
}

/// An entry on its way into a holder: where and when, and which written entry it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    holder: u32,
    scope: ScopeCode,
    condition: u32,
    written: u32,
}

/// A role on its way to a holder.
#[derive(Clone, Copy)]
struct Held {
    holder: u32,
    scope: ScopeCode,
    /// List of more scopes: sorted, without `EVERYWHERE`, which then is no `scope` either.
    more: u32,
    condition: u32,
    role: u32,
    assignment: u32,
}

/// What can be reached from something, over and over for different beginnings.
struct Closure {
    /// The round in which each was last reached.
    reached: Vec<u32>,
    round: u32,
    all: Vec<u32>,
}

impl Closure {
    /// For so many of what there is.
    fn new(count: usize) -> Closure {
        Closure { reached: vec![0; count], round: 0, all: Vec::new() }
    }

    /// What can be reached by steps, the beginnings included, sorted.
    fn of<I: Iterator<Item = u32>>(
        &mut self,
        from: impl IntoIterator<Item = u32>,
        steps: impl Fn(u32) -> I,
    ) -> &[u32] {
        self.round += 1;
        self.all.clear();
        from.into_iter().for_each(|one| self.reach(one));
        let mut at = 0;
        while let Some(&one) = self.all.get(at) {
            at += 1;
            steps(one).for_each(|next| self.reach(next));
        }
        self.all.sort_unstable();
        &self.all
    }

    fn reach(&mut self, one: u32) {
        if let Some(reached) = self.reached.get_mut(one as usize)
            && *reached != self.round
        {
            *reached = self.round;
            self.all.push(one);
        }
    }
}

/// What holders are lowered from.
#[derive(Clone, Copy)]
struct Ground<'a> {
    model: &'a Model,
    numbers: &'a Numbers,
    /// Every role with the roles it inherits, itself included, sorted.
    inherited: &'a [Vec<u32>],
}

/// The numbers of holders.
pub(super) struct Numbers {
    pub first_group: u32,
    pub first_role: u32,
    pub first_class: u32,
}

impl Numbers {
    pub(super) fn of(model: &Model) -> Numbers {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let first_group = count(model.principals.len());
        let first_role = first_group.saturating_add(count(model.groups.len()));
        let first_class = first_role.saturating_add(count(model.roles.len()));
        Numbers { first_group, first_role, first_class }
    }

    pub(super) fn holder(&self, grantee: Grantee) -> u32 {
        match grantee {
            Grantee::Principal(id) => id.0,
            Grantee::Group(id) => self.first_group + id.0,
            Grantee::Role(id) => self.first_role + id.0,
            Grantee::Class(Class::Anyone) => self.first_class,
            Grantee::Class(Class::Authenticated) => self.first_class + 1,
            Grantee::Class(Class::Anonymous) => self.first_class + 2,
        }
    }
}

/// Lowers all holders. `None` after a reported limit.
pub(super) fn holders(model: &Model, pool: &mut Pool, diagnostics: &mut Vec<Diagnostic>) -> Option<Lowered> {
    let numbers = Numbers::of(model);
    let mut lowered = Lowered::default();
    let inherited = inherited(model, diagnostics)?;
    let ground = Ground { model, numbers: &numbers, inherited: &inherited };
    let parts = parts(ground, pool, &mut lowered, diagnostics)?;
    let held = held(ground, pool, diagnostics)?;
    let before = pool.bytes(Section::Lists);
    let mut closure = Closure::new(model.groups.len());
    let mut profiles = Profiles::new(model.privileges.len());
    let (mut parts, mut held) = (parts.as_slice(), held.as_slice());
    for holder in 0..numbers.first_class + 3 {
        let own = parts.iter().take_while(|part| part.holder == holder).count();
        let (now, later) = parts.split_at(own);
        parts = later;
        let entries = pool_count(pool, Section::Entries, 20);
        entries_of(model, now, &lowered.written, pool);
        let own = held.iter().take_while(|one| one.holder == holder).count();
        let (now, later) = held.split_at(own);
        held = later;
        let holdings = pool_count(pool, Section::Holdings, 16);
        for &Held { scope, more, condition, role, assignment, .. } in now {
            pool.push(Holding { scope: scope.0, scopes: more, condition, role });
            lowered.assignments.push(assignment);
        }
        push_holder(ground, holder, (entries, holdings), (&mut closure, &mut profiles), pool);
        if pool.bytes(Section::Lists) - before > MAX_MEMBERSHIP_BYTES {
            let group = model.groups.first()?;
            let message =
                "users, services and groups are in too many groups, counting the groups that groups are in";
            diagnostics.push(
                Diagnostic::new(Code::TooMany, group.name.span, message)
                    .help("nest groups less deep, or put principals in fewer of them"),
            );
            return None;
        }
    }
    lowered.profiles = profiles.count();
    Some(lowered)
}

fn pool_count(pool: &Pool, section: Section, bytes: usize) -> u32 {
    super::pool::number(pool.bytes(section) / bytes)
}

fn scope_code(scope: Scope) -> ScopeCode {
    match scope {
        Scope::Everywhere => ScopeCode::EVERYWHERE,
        Scope::Type(ty) => ScopeCode::of_type(ty.0),
        Scope::Resource { instance, only: false } => ScopeCode::below(instance.0),
        Scope::Resource { instance, only: true } => ScopeCode::only(instance.0),
    }
}

/// Every role with the roles it inherits, itself included, sorted. `None` after a reported limit.
fn inherited(model: &Model, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Vec<u32>>> {
    let (mut total, mut closure) = (0, Closure::new(model.roles.len()));
    let mut inherited = Vec::with_capacity(model.roles.len());
    for start in 0..model.roles.len() {
        let all = closure.of([super::pool::number(start)], |role| {
            let role = model.roles.get(role as usize);
            role.into_iter().flat_map(|role| role.inherits.iter().map(|(parent, _)| parent.0))
        });
        total += all.len();
        if total > MAX_INHERITED {
            diagnostics.extend(inherits_too_much(model, start));
            return None;
        }
        inherited.push(all.to_vec());
    }
    Some(inherited)
}

fn inherits_too_much(model: &Model, role: usize) -> Option<Diagnostic> {
    let message = format!("all roles together inherit more than {MAX_INHERITED} roles and entries");
    let finding = Diagnostic::new(Code::TooMany, model.roles.get(role)?.name.span, message);
    Some(finding.help(
        "let roles inherit each other in fewer steps, or grant categories instead of single privileges",
    ))
}

/// All entries of all holders, sorted; a role has those of the roles it inherits too. `None` after a reported limit.
fn parts(
    ground: Ground<'_>,
    pool: &mut Pool,
    lowered: &mut Lowered,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Part>> {
    let Ground { model, numbers, inherited } = ground;
    let mut parts = Vec::new();
    let mut of_role: Vec<Vec<Part>> = vec![Vec::new(); model.roles.len()];
    for (at, entry) in model.entries.iter().enumerate() {
        let condition = entry.when.as_ref().map_or(0, |when| formulas::formula(when, pool));
        let scope = scope_code(entry.scope);
        for &grantee in &entry.to {
            let holder = numbers.holder(grantee);
            let written = super::pool::number(lowered.written.len());
            lowered.written.push((at, holder));
            let part = Part { holder, scope, condition, written };
            match grantee {
                Grantee::Role(role) => {
                    of_role.get_mut(role.index()).into_iter().for_each(|own| own.push(part))
                }
                _ => parts.push(part),
            }
        }
    }
    let own = parts.len();
    for (role, all) in inherited.iter().enumerate() {
        let holder = numbers.holder(Grantee::Role(RoleId::at(role)));
        for own in all.iter().filter_map(|&one| of_role.get(one as usize)) {
            parts.extend(own.iter().map(|part| Part { holder, ..*part }));
        }
        if parts.len() - own > MAX_INHERITED {
            diagnostics.extend(inherits_too_much(model, role));
            return None;
        }
    }
    Some(sorted_by_holder(&parts, numbers, |part| part.holder, Part::cmp))
}

/// Sorts by holder, and what one holder has by a comparison. Holders are numbers without gaps, so they are counted instead of
/// compared.
fn sorted_by_holder<T: Copy>(
    list: &[T],
    numbers: &Numbers,
    holder: impl Fn(&T) -> u32,
    compare: impl Fn(&T, &T) -> Ordering,
) -> Vec<T> {
    // For each holder, where its next one goes.
    let mut places = vec![0_usize; numbers.first_class as usize + 3];
    let mut start = 0;
    for one in list {
        places.get_mut(holder(one) as usize).into_iter().for_each(|count| *count += 1);
    }
    for place in &mut places {
        start += std::mem::replace(place, start);
    }
    let mut sorted = list.to_vec();
    for one in list {
        if let Some(place) = places.get_mut(holder(one) as usize)
            && let Some(slot) = sorted.get_mut(*place)
        {
            *slot = *one;
            *place += 1;
        }
    }
    for own in sorted.chunk_by_mut(|a, b| holder(a) == holder(b)).filter(|own| own.len() > 1) {
        own.sort_unstable_by(&compare);
    }
    sorted
}

/// Folds the entries of one holder by scope and condition.
fn entries_of(model: &Model, parts: &[Part], written: &[(usize, u32)], pool: &mut Pool) {
    for same in parts.chunk_by(|a, b| (a.scope, a.condition) == (b.scope, b.condition)) {
        let entries: Vec<&Entry> = same
            .iter()
            .filter_map(|part| written.get(part.written as usize))
            .filter_map(|&(entry, _)| model.entries.get(entry))
            .collect();
        let mut row = |effect: Effect| {
            let of_effect = entries.iter().filter(|entry| entry.effect == effect);
            let lists: Vec<&[PrivilegeId]> = of_effect.map(|entry| entry.privileges.as_slice()).collect();
            pool.row(&lists)
        };
        let (grant, deny, bypass) = (row(Effect::Grant), row(Effect::Deny), row(Effect::Bypass));
        if let Some(Part { scope, condition, .. }) = same.first() {
            pool.push(layout::Entry { scope: scope.0, condition: *condition, grant, deny, bypass });
        }
        let list = pool.debug_list(same.iter().map(|part| part.written));
        pool.word(Section::DebugEntries, list);
    }
}

/// When an assignment holds.
fn assignment_condition(assignment: &Assignment, pool: &mut Pool) -> u32 {
    let when = assignment.when.as_ref().map_or(0, |when| formulas::formula(when, pool));
    let from = assignment.from.map_or(0, |at| bound(TestKind::From, at, pool));
    let until = assignment.until.map_or(0, |at| bound(TestKind::Until, at, pool));
    pool.all_of(&[when, from, until])
}

/// All roles held by all holders, sorted.
fn held(ground: Ground<'_>, pool: &mut Pool, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Held>> {
    let Ground { model, numbers, .. } = ground;
    let mut held = Vec::with_capacity(model.assignments.iter().map(|assignment| assignment.to.len()).sum());
    let mut to_role: Vec<Vec<Held>> = vec![Vec::new(); model.roles.len()];
    for (at, assignment) in model.assignments.iter().enumerate() {
        let condition = assignment_condition(assignment, pool);
        let scope = scope_code(assignment.scope);
        let (role, assignment_id) = (assignment.role.0, super::pool::number(at));
        for &grantee in &assignment.to {
            let holder = numbers.holder(grantee);
            let one = Held { holder, scope, more: 0, condition, role, assignment: assignment_id };
            match grantee {
                Grantee::Role(role) => to_role.get_mut(role.index()).into_iter().for_each(|to| to.push(one)),
                _ => held.push(one),
            }
        }
    }
    if to_role.iter().any(|to| !to.is_empty()) {
        further(ground, &to_role, &mut held, pool, diagnostics)?;
    }
    let more = |one: &Held| pool.list_bytes(one.more).chunks_exact(4).map(|code| code.iter().rev());
    let mut held = sorted_by_holder(
        &held,
        numbers,
        |one| one.holder,
        |a, b| {
            a.scope
                .cmp(&b.scope)
                .then_with(|| {
                    if a.more == b.more { Ordering::Equal } else { more(a).flatten().cmp(more(b).flatten()) }
                })
                .then_with(|| (a.condition, a.role, a.assignment).cmp(&(b.condition, b.role, b.assignment)))
        },
    );
    held.dedup_by_key(|one| (one.holder, one.scope, one.more, one.condition, one.role));
    Some(held)
}

/// What each role brings by assignments of roles to it: the roles, where and when, however many steps away.
fn further(
    ground: Ground<'_>,
    to_role: &[Vec<Held>],
    held: &mut Vec<Held>,
    pool: &mut Pool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<()> {
    let Ground { model, numbers, inherited } = ground;
    let before = held.len();
    for start in 0..model.roles.len() {
        let holder = numbers.holder(Grantee::Role(RoleId::at(start)));
        let mut found: BTreeSet<(u32, Vec<ScopeCode>, u32)> = BTreeSet::new();
        let mut open = vec![(super::pool::number(start), Vec::new(), 0)];
        while let Some((role, scopes, condition)) = open.pop() {
            let all = inherited.get(role as usize).into_iter().flatten();
            for next in all.filter_map(|&one| to_role.get(one as usize)).flatten() {
                let mut both: Vec<ScopeCode> = scopes.clone();
                both.extend(Some(next.scope).filter(|&scope| scope != ScopeCode::EVERYWHERE));
                both.sort_unstable();
                both.dedup();
                let condition = pool.all_of(&[condition, next.condition]);
                if found.insert((next.role, both.clone(), condition)) {
                    let (first, more) =
                        both.split_first().map_or((ScopeCode::EVERYWHERE, &[][..]), |(a, b)| (*a, b));
                    let more = pool.list(more.iter().map(|code| code.0));
                    held.push(Held { holder, scope: first, more, condition, ..*next });
                    open.push((next.role, both, condition));
                }
            }
            let all = held.len() - before;
            if found.len() > MAX_FURTHER_ROLES || all > MAX_FURTHER {
                let role = model.roles.get(start)?;
                let message = if all > MAX_FURTHER {
                    format!(
                        "roles bring others in more than {MAX_FURTHER} ways by assignments of roles to roles"
                    )
                } else {
                    format!(
                        "`{}` brings other roles in more than {MAX_FURTHER_ROLES} ways by assignments of roles to roles",
                        role.name.value
                    )
                };
                diagnostics.push(
                    Diagnostic::new(Code::TooMany, role.name.span, message)
                        .help("let roles inherit each other instead of assigning them to each other"),
                );
                return None;
            }
        }
    }
    Some(())
}

/// The enabled groups that `groups` lie in, themselves included, sorted. A disabled group passes nothing on.
fn closed<'c>(model: &Model, groups: impl Iterator<Item = GroupId>, closure: &'c mut Closure) -> &'c [u32] {
    let enabled = |id: u32| model.groups.get(id as usize).filter(|group: &&Group| !group.disabled);
    let groups = groups.map(|group| group.0).filter(|&id| enabled(id).is_some());
    closure.of(groups, |id| {
        let above = enabled(id).into_iter().flat_map(|group| &group.groups);
        above.map(|(parent, _)| parent.0).filter(|&id| enabled(id).is_some())
    })
}

fn push_holder(
    ground: Ground<'_>,
    holder: u32,
    (entries, holdings): (u32, u32),
    (closure, profiles): (&mut Closure, &mut Profiles),
    pool: &mut Pool,
) {
    let Ground { model, numbers, .. } = ground;
    let (mut groups, mut attributes) = (0, 0);
    if holder < numbers.first_group {
        if let Some(principal) = model.principals.get(holder as usize) {
            let own = principal.groups.iter().map(|&(group, _)| group);
            groups = pool.list(closed(model, own, closure).iter().copied());
            attributes = formulas::attribute_values(model, &principal.attributes, pool);
            let profile = profiles.of(groups, entries, holdings, pool);
            pool.word(Section::Profiles, profile);
        }
    } else if holder < numbers.first_role {
        let id = GroupId(holder - numbers.first_group);
        groups = pool.list(closed(model, std::iter::once(id), closure).iter().copied());
    }
    let entries_end = pool_count(pool, Section::Entries, 20);
    let holdings_end = pool_count(pool, Section::Holdings, 16);
    pool.push(Holder { entries, entries_end, holdings, holdings_end, groups, attributes });
}

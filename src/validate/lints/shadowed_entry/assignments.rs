//! Assignments that others cover.

use crate::diagnostic::{Change, Code, Diagnostic, Safety};
use crate::model::{Assignment, Formula, Grantee, Model, RoleId, Scope};
use crate::source::Span;
use crate::validate::allow::Allows;
use crate::validate::lints::cover;
use crate::validate::lints::given::{self, Given};
use crate::validate::lints::reach::Reach;
use crate::validate::wording;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many assignments of one grantee are compared one by one; among more, those of as many roles are looked up by scope.
const COMPARED: usize = 64;

/// How many of one role get a finding each; more are one finding.
const SINGLE: usize = 5;

/// How many roles get findings of their own; more are one finding.
const ROLES: usize = 10;

/// How many places a finding points at besides its own.
const SHOWN: usize = 3;

/// An assignment that is covered for one of its grantees.
struct Cover<'m> {
    to: Grantee,
    by: &'m Assignment,
    /// The grantee of the other.
    via: Grantee,
}

/// An assignment that is covered.
struct Covered<'m> {
    assignment: &'m Assignment,
    covers: Vec<Cover<'m>>,
}

pub(super) fn check(
    model: &Model,
    reach: &Reach<'_>,
    given: &Given<'_>,
    exact: bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut search = Search { model, given, exact, sorted: HashMap::new() };
    let mut covers: Vec<(u32, Cover<'_>)> = Vec::new();
    for to in given::grantees(model).filter(|&to| !given.of(to).is_empty()) {
        let mut wider = if exact { vec![to] } else { reach.matched(to) };
        wider.retain(|&it| !given.of(it).is_empty());
        if wider.len() > 1 || given.of(to).len() > 1 {
            for &(role, at) in given.of(to) {
                covers.extend(search.cover(role, at, to, &wider).map(|cover| (at, cover)));
            }
        }
    }
    covers.sort_by_key(|&(at, _)| at);
    let mut found: Vec<Covered<'_>> = Vec::new();
    let mut last = None;
    for (at, cover) in covers {
        let Some(assignment) = model.assignments.get(at as usize) else { continue };
        match found.last_mut().filter(|_| last == Some(at)) {
            Some(covered) => covered.covers.push(cover),
            None => found.push(Covered { assignment, covers: vec![cover] }),
        }
        last = Some(at);
    }
    found.retain_mut(Covered::is_worth_telling);
    report(model, found, diagnostics);
}

struct Search<'m> {
    model: &'m Model,
    given: &'m Given<'m>,
    exact: bool,
    /// Assignments of those who have very many, by role and scope.
    sorted: HashMap<Grantee, Vec<(RoleId, Scope, u32)>>,
}

impl<'m> Search<'m> {
    /// An assignment to one of `wider` that holds for `to` wherever and whenever this one does.
    fn cover(&mut self, role: RoleId, at: u32, to: Grantee, wider: &[Grantee]) -> Option<Cover<'m>> {
        let this = self.model.assignments.get(at as usize)?;
        wider.iter().find_map(|&via| {
            let of_via = self.given.of(via);
            let by = if of_via.len() <= COMPARED {
                let brings = of_via.iter().filter(|&&(other, _)| self.given.brings(other, role));
                brings.map(|&(_, at)| at).find_map(|other| self.covering(other, this, to, via))
            } else {
                self.looked_up(role, this, to, via)
            };
            by.map(|by| Cover { to, by, via })
        })
    }

    fn looked_up(
        &mut self,
        role: RoleId,
        this: &'m Assignment,
        to: Grantee,
        via: Grantee,
    ) -> Option<&'m Assignment> {
        let (model, given) = (self.model, self.given);
        let sorted = self.sorted.entry(via).or_insert_with(|| {
            let key =
                |&(role, at): &(RoleId, u32)| Some((role, model.assignments.get(at as usize)?.scope, at));
            let mut sorted: Vec<_> = given.of(via).iter().filter_map(key).collect();
            sorted.sort_unstable();
            sorted
        });
        let mut candidates = Vec::new();
        let scopes = super::scopes(model, this.scope, self.exact);
        let from = |key: (RoleId, Scope)| {
            let start = sorted.partition_point(|&(role, scope, _)| (role, scope) < key);
            sorted.get(start..).unwrap_or(&[])
        };
        let mut next = sorted.first();
        for _ in 0..COMPARED {
            let Some(&(other, ..)) = next else { break };
            if given.brings(other, role) {
                for &scope in &scopes {
                    let of_key = from((other, scope)).iter();
                    let of_key = of_key.take_while(|it| (it.0, it.1) == (other, scope));
                    candidates.extend(of_key.take(COMPARED).map(|&(.., at)| at));
                }
            }
            next = sorted.get(sorted.partition_point(|&(role, ..)| role <= other));
        }
        candidates.into_iter().find_map(|other| self.covering(other, this, to, via))
    }

    /// The other, if it holds wherever and whenever this one does and is not the same.
    fn covering(
        &self,
        other: u32,
        this: &'m Assignment,
        to: Grantee,
        via: Grantee,
    ) -> Option<&'m Assignment> {
        let other = self.model.assignments.get(other as usize)?;
        let holds = if self.exact {
            other.scope == this.scope
        } else {
            cover::covers(self.model, other.scope, this.scope)
        };
        // Of two that say the same the later one is the one too many.
        let first = match via == to && is_equal(other, this) {
            true => other.span < this.span,
            false => !std::ptr::eq(other, this),
        };
        (first && holds && holds_whenever(other, this)).then_some(other)
    }
}

impl Covered<'_> {
    /// Whether all of it is covered, or at least somebody stands in two that say the same; then it is about those alone.
    fn is_worth_telling(&mut self) -> bool {
        if !self.is_whole() {
            let this = self.assignment;
            self.covers.retain(|cover| cover.to == cover.via && is_equal(cover.by, this));
        }
        !self.covers.is_empty()
    }

    fn is_whole(&self) -> bool {
        self.covers.len() == self.assignment.to.len()
    }

    /// Whether one other says all of it: then not even the reason of a decision can change.
    fn is_repeated(&self) -> bool {
        self.covers.iter().all(|cover| {
            is_equal(cover.by, self.assignment)
                && self.assignment.to.iter().all(|to| cover.by.to.contains(to))
        })
    }

    fn finding(&self, model: &Model) -> Diagnostic {
        let names = self.covers.iter().map(|cover| wording::grantee(model, cover.to));
        let whom = wording::list(names);
        let verb = if self.covers.len() == 1 { "is" } else { "are" };
        let role = wording::role(model, self.assignment.role);
        let message = format!("{whom} {verb} assigned `{role}` already");
        let finding = Diagnostic::new(Code::ShadowedEntry, self.assignment.span, message);
        let places: BTreeMap<Span, String> =
            self.covers.iter().map(|cover| (cover.by.span, cover.label(model, self.assignment))).collect();
        let finding =
            places.into_iter().take(SHOWN).fold(finding, |finding, (span, text)| finding.also(span, text));
        if !self.is_whole() {
            return finding.help("take it out of one of the two");
        }
        // Where something wider takes over, the answer stays, and its reason or what it lacks may change.
        let safety = if self.is_repeated() { Safety::Safe } else { Safety::Unsafe };
        let change = Change::Remove(self.assignment.span);
        finding.help("remove the assignment").remedy(safety, "remove the assignment", change)
    }
}

impl Cover<'_> {
    fn label(&self, model: &Model, this: &Assignment) -> String {
        let is_plain = this.to.contains(&self.via) || matches!(self.via, Grantee::Class(_));
        let inherits = match self.by.role == this.role {
            true => String::new(),
            false => format!(": `{}` inherits it", wording::role(model, self.by.role)),
        };
        match is_plain {
            true => format!("by this one{inherits}"),
            false => format!("by this one, to `{}`{inherits}", wording::grantee(model, self.via)),
        }
    }
}

/// Repeated ones each with the edit that removes them; of the others a few each, many of a role together.
fn report(model: &Model, found: Vec<Covered<'_>>, diagnostics: &mut Vec<Diagnostic>) {
    let allows = Allows::new(model);
    let is_single = |covered: &Covered<'_>| {
        covered.is_repeated() || allows.covering(Code::ShadowedEntry, covered.assignment.span).is_some()
    };
    let (single, others): (Vec<_>, Vec<_>) = found.into_iter().partition(is_single);
    diagnostics.extend(single.iter().map(|covered| covered.finding(model)));
    let mut by_role: BTreeMap<RoleId, Vec<Covered<'_>>> = BTreeMap::new();
    for covered in others {
        by_role.entry(covered.assignment.role).or_default().push(covered);
    }
    if by_role.len() > ROLES {
        let all = by_role.into_values().flatten().collect();
        diagnostics.extend(together(model, all));
        return;
    }
    for covered in by_role.into_values() {
        if covered.len() <= SINGLE {
            diagnostics.extend(covered.iter().map(|covered| covered.finding(model)));
        } else {
            diagnostics.extend(together(model, covered));
        }
    }
}

fn together(model: &Model, mut found: Vec<Covered<'_>>) -> Option<Diagnostic> {
    found.sort_by_key(|covered| covered.assignment.span);
    let (first, others) = found.split_first()?;
    let roles: BTreeSet<RoleId> = found.iter().map(|covered| covered.assignment.role).collect();
    let roles = wording::list(roles.iter().map(|&role| wording::role(model, role)));
    let whom: BTreeSet<Grantee> =
        found.iter().flat_map(|it| it.covers.iter().map(|cover| cover.to)).collect();
    let have = if whom.len() == 1 { "has" } else { "have" };
    let whom = wording::list(whom.iter().map(|&to| wording::grantee(model, to)));
    let message = format!("{} assignments of {roles} add nothing: {whom} {have} it already", found.len());
    let mut finding = Diagnostic::new(Code::ShadowedEntry, first.assignment.span, message);
    for cover in first.covers.iter().take(1) {
        finding = finding.also(cover.by.span, cover.label(model, first.assignment));
    }
    let shown = others.iter().take(SHOWN);
    let finding = shown.fold(finding, |finding, it| finding.also(it.assignment.span, "this one too"));
    Some(finding.help("remove them"))
}

/// Whether two say the same of those that both name.
fn is_equal(one: &Assignment, other: &Assignment) -> bool {
    one.role == other.role && one.scope == other.scope && says_when(one) == says_when(other)
}

fn says_when(assignment: &Assignment) -> (Option<i64>, Option<i64>, Option<&Formula>) {
    (assignment.from, assignment.until, assignment.when.as_deref())
}

fn holds_whenever(other: &Assignment, this: &Assignment) -> bool {
    let starts = other.from.is_none_or(|from| this.from.is_some_and(|own| from <= own));
    let ends = other.until.is_none_or(|until| this.until.is_some_and(|own| own <= until));
    starts && ends && (other.when.is_none() || other.when == this.when)
}

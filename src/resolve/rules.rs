//! Entries and assignments.
//!
//! Enters: rules at the top level and in roles. Leaves: [`Entry`]s and [`Assignment`]s. Knows nothing of what they decide.
//!
//! A rule with a fault is kept as far as it can be without saying more than was written: without its scope or without
//! anybody it is left out, and so is a deny without its condition, which would seem to contradict the grants it limits.

use crate::ast::{AssignDecl, EntryDecl, Expr, Item, ItemKind, Rule, RuleKind, ScopeRef};
use crate::diagnostic::{Code, Diagnostic};
use crate::few::Few;
use crate::model::{Assignment, AssignmentId, Effect, Entry, Formula, Grantee, RoleId, Scope};
use crate::resolve::Resolver;
use crate::resolve::asked::Asked;
use crate::resolve::brought::Brought;
use crate::resolve::formulas::{Use, speaks_of_resource};
use crate::resolve::names::Kind;
use crate::resolve::written::Written;
use crate::source::Span;
use std::rc::Rc;

/// The scope of an `on` block around a rule.
struct Block {
    /// Where it is written.
    span: Span,
    /// `None` after a fault.
    scope: Option<Scope>,
}

/// The condition of an assignment, to be resolved once it is known what its role names.
pub(super) struct PendingCondition {
    assignment: AssignmentId,
    condition: Expr,
}

fn assignments_in(item: &Item) -> usize {
    let ItemKind::Rule(rule) = &item.kind else { return 0 };
    match &rule.kind {
        RuleKind::Entry(_) => 0,
        RuleKind::Assign(_) => 1,
        RuleKind::On(block) => {
            block.rules.iter().filter(|rule| matches!(rule.kind, RuleKind::Assign(_))).count()
        }
    }
}

impl<'a> Resolver<'a, '_> {
    /// All entries and assignments: those of roles, and the statements `rules`. Each of these is let go when it is resolved, so that
    /// there is not room for a million of them twice.
    pub(super) fn rules(&mut self, written: &Written<'a>, rules: Vec<Vec<Item>>) {
        let assignments = rules.iter().flatten().map(assignments_in).sum();
        self.model.assignments.reserve_exact(assignments);
        for site in &written.roles {
            // A role that is declared twice has the entries of both declarations: one fault, one finding.
            let role = self.names.table(Kind::Role).get(&site.decl.name.text).map(RoleId);
            for rule in &site.decl.rules {
                self.rule(rule, None, role);
            }
        }
        for item in rules.into_iter().flatten() {
            if let ItemKind::Rule(rule) = item.kind {
                self.rule(&rule, None, None);
            }
        }
        self.pending_conditions();
    }

    fn rule(&mut self, rule: &Rule, block: Option<&Block>, role: Option<RoleId>) {
        match &rule.kind {
            RuleKind::Entry(entry) => self.entry(entry, rule.span, block, role),
            RuleKind::Assign(assignment) => self.assignment(assignment, rule.span, block),
            RuleKind::On(on) => {
                if block.is_some() {
                    self.second_scope(&on.scope, block);
                    return;
                }
                let block = Block { span: on.scope.span(), scope: self.scope(Some(&on.scope)) };
                for inner in &on.rules {
                    self.rule(inner, Some(&block), role);
                }
            }
        }
    }

    /// The scope of a rule: its own or that of the block around it.
    fn scope_of(&mut self, own: Option<&ScopeRef>, block: Option<&Block>) -> Option<Scope> {
        match (own, block) {
            (Some(own), Some(_)) => {
                self.second_scope(own, block);
                None
            }
            (None, Some(block)) => block.scope,
            (own, None) => self.scope(own),
        }
    }

    fn second_scope(&mut self, scope: &ScopeRef, block: Option<&Block>) {
        let mut diagnostic =
            Diagnostic::new(Code::SyntaxError, scope.span(), "the block already gives the scope")
                .help("take this scope out, or move the rule out of the block");
        if let Some(block) = block {
            diagnostic = diagnostic.also(block.span, "the scope of the block");
        }
        self.report.push(diagnostic);
    }

    fn entry(&mut self, decl: &EntryDecl, span: Span, block: Option<&Block>, role: Option<RoleId>) {
        let mut list = self.expand_closed(&decl.privileges);
        let to = match role {
            Some(role) => Few::One(Grantee::Role(role)),
            None => self.grantees(&decl.to).0,
        };
        let scope = self.scope_of(decl.on.as_deref(), block);
        let when = decl.when.as_ref().map(|condition| {
            let privileges = list.privileges.iter().copied();
            let asked =
                if speaks_of_resource(condition) { self.asked_of_all(privileges) } else { Asked::default() };
            let formula = self.formula(condition, Use::Condition, &asked);
            self.model.places.add_condition(span, condition.span);
            formula
        });
        let effect = decl.effect.value;
        let nothing_left = list.privileges.is_empty() && !list.complete;
        let says_more = effect == Effect::Deny && matches!(when, Some(None));
        let Some(scope) = scope.filter(|_| !nothing_left && !says_more && !to.is_empty()) else { return };
        if !self.has_room(self.model.entries.len(), "entries", self.limits.entries, span) {
            return;
        }
        list.privileges.shrink_to_fit();
        self.model.entries.push(Entry {
            effect,
            privileges: list.privileges,
            to,
            scope,
            when: when.flatten(),
            in_role: role,
            span,
            named: list.named,
        });
    }

    fn assignment(&mut self, decl: &AssignDecl, span: Span, block: Option<&Block>) {
        let role = self.role_id(&decl.role);
        let to = self.grantees(&decl.to).0;
        let scope = self.scope_of(decl.on.as_deref(), block);
        let from = decl.from.as_ref().and_then(|from| self.time(from));
        let until = decl.until.as_ref().and_then(|until| self.time(until));
        if let (Some(begin), Some(end), Some(first), Some(last)) = (from, until, &decl.from, &decl.until)
            && begin >= end
        {
            self.report.push(
                Diagnostic::new(Code::EmptyPeriod, last.span, "the period ends before it begins")
                    .also(first.span, "it begins here, and `until` is exclusive")
                    .help("move `until` behind `from`"),
            );
        }
        let (Some(role), Some(scope), false) = (role, scope, to.is_empty()) else {
            // Its condition has its own faults to tell.
            if let Some(condition) = &decl.when {
                self.formula(condition, Use::Condition, &Asked::default());
            }
            return;
        };
        if !self.has_room(self.model.assignments.len(), "assignments", self.limits.assignments, span) {
            return;
        }
        if let Some(condition) = &decl.when {
            let assignment = AssignmentId::at(self.model.assignments.len());
            let condition = Expr::clone(condition);
            self.conditions.push(PendingCondition { assignment, condition });
        }
        self.model.assignments.push(Assignment { role, to, scope, from, until, when: None, span });
    }

    /// Whether one more fits; the first that does not is reported.
    pub(super) fn has_room(&mut self, count: usize, what: &str, limit: usize, span: Span) -> bool {
        if count >= limit && !std::mem::replace(&mut self.overfull, true) {
            self.too_many(span, what, limit);
        }
        count < limit
    }

    /// Conditions of assignments. They are decided with every entry that their role brings, so `resource.x` has to be known
    /// wherever one of those is asked.
    fn pending_conditions(&mut self) {
        let pending = std::mem::take(&mut self.conditions);
        let mut brought = Brought::default();
        for PendingCondition { assignment, condition } in pending {
            let Some(role) = self.model.assignments.get(assignment.index()).map(|found| found.role) else {
                continue;
            };
            let asked = match speaks_of_resource(&condition) {
                true => brought.by(role, self),
                false => Rc::new(Asked::default()),
            };
            let when: Option<Formula> = self.formula(&condition, Use::Condition, &asked);
            if let Some(found) = self.model.assignments.get_mut(assignment.index()) {
                found.when = when.map(Box::new);
                self.model.places.add_condition(found.span, condition.span);
            }
        }
    }
}

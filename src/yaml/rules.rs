//! Entries, assignments, and the blocks that give several of them one scope.
//!
//! Enters: an item of a list. Leaves: a rule of the ast.

use super::reader::Reader;
use super::shape;
use super::tree::{NodeId, Pair};
use crate::ast::{
    AssignDecl, Effect, EntryDecl, Expr, Meta, OnBlock, PrivilegeSet, Rule, RuleKind, ScopeRef,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::few::Few;
use crate::source::{Span, Spanned};

/// The effects, in the order of their keys.
const EFFECTS: [Effect; 3] = [Effect::Grant, Effect::Deny, Effect::Bypass];
/// The keys that only a block has.
const BLOCK: [&str; 2] = ["entries", "assignments"];

/// The `on` of the block around a rule.
type Around = Option<Span>;

impl Reader<'_, '_> {
    /// The unconditional effects of a role.
    pub(super) fn role_effects(&mut self, effects: [Option<Pair>; 3], except: Option<Pair>) -> Vec<Rule> {
        let written = effects.iter().flatten().count();
        if let Some(except) = except
            && written != 1
        {
            let fault = Diagnostic::new(
                Code::YamlShape,
                self.tree.span(except.key),
                format!("`except` belongs to one effect, and the role has {written} here"),
            );
            self.report(fault.help("write items of `entries`, each with its effect and its `except`"));
        }
        let except = except.filter(|_| written == 1);
        let mut rules = Vec::new();
        for (effect, pair) in EFFECTS.into_iter().zip(effects) {
            let Some(pair) = pair else { continue };
            if let Some(privileges) = self.privileges(pair.value, except) {
                let span = self.tree.span(pair.key).to(privileges.span);
                let effect = Spanned::new(effect, self.tree.span(pair.key));
                let entry = EntryDecl { effect, privileges, to: Few::default(), on: None, when: None };
                rules.push(Rule { meta: Meta::default(), kind: RuleKind::Entry(Box::new(entry)), span });
            }
        }
        rules
    }

    /// An item of a role's `entries`.
    pub(super) fn role_entry(&mut self, node: NodeId, around: Around) -> Option<Rule> {
        if self.has_key(node, &BLOCK) {
            return self.role_block(node, around);
        }
        let what = shape::ROLE_ENTRY.what;
        let [grant, deny, bypass, except, on, only, when, doc, allow] =
            self.fields(node, &shape::ROLE_ENTRY)?;
        let meta = self.meta(doc, allow);
        let entry = self.effect(node, what, [grant, deny, bypass], except);
        let on = self.own_scope(on, only, node, what, around);
        let when = self.condition(when);
        let (effect, privileges) = entry?;
        let entry = EntryDecl {
            effect,
            privileges,
            to: Few::default(),
            on: on?.map(Box::new),
            when: when?.map(Box::new),
        };
        Some(Rule { meta, kind: RuleKind::Entry(Box::new(entry)), span: self.tree.span(node) })
    }

    fn role_block(&mut self, node: NodeId, around: Around) -> Option<Rule> {
        self.outermost(node, around)?;
        let [on, only, entries, doc, allow] = self.fields(node, &shape::ROLE_BLOCK)?;
        let fields = [on, only, entries, None, doc, allow];
        self.block(node, shape::ROLE_BLOCK.what, fields, Reader::role_entry)
    }

    /// An item of `entries`.
    pub(super) fn entry(&mut self, node: NodeId, around: Around) -> Option<Rule> {
        if self.has_key(node, &BLOCK) {
            return self.top_block(node, around);
        }
        let what = shape::ENTRY.what;
        let [grant, deny, bypass, except, to, on, only, when, doc, allow] =
            self.fields(node, &shape::ENTRY)?;
        let meta = self.meta(doc, allow);
        let entry = self.effect(node, what, [grant, deny, bypass], except);
        let to = to.map(|to| self.principals(to.value));
        let on = self.own_scope(on, only, node, what, around);
        let when = self.condition(when);
        let (effect, privileges) = entry?;
        let to = to.filter(|to| !to.is_empty())?;
        let entry =
            EntryDecl { effect, privileges, to: to.into(), on: on?.map(Box::new), when: when?.map(Box::new) };
        Some(Rule { meta, kind: RuleKind::Entry(Box::new(entry)), span: self.tree.span(node) })
    }

    /// An item of `assignments`.
    pub(super) fn assignment(&mut self, node: NodeId, around: Around) -> Option<Rule> {
        if self.has_key(node, &BLOCK) {
            return self.top_block(node, around);
        }
        let what = shape::ASSIGNMENT.what;
        let [assign, to, on, only, from, until, when, doc, allow] = self.fields(node, &shape::ASSIGNMENT)?;
        let meta = self.meta(doc, allow);
        let role = assign.and_then(|role| self.name(role.value, "a role"));
        let to = to.map(|to| self.principals(to.value));
        let on = self.own_scope(on, only, node, what, around);
        let from = self.date(from).map(Box::new);
        let until = self.date(until).map(Box::new);
        let when = self.condition(when);
        let role = role?;
        let to = to.filter(|to| !to.is_empty())?;
        let assign =
            AssignDecl { role, to: to.into(), on: on?.map(Box::new), from, until, when: when?.map(Box::new) };
        Some(Rule { meta, kind: RuleKind::Assign(Box::new(assign)), span: self.tree.span(node) })
    }

    fn top_block(&mut self, node: NodeId, around: Around) -> Option<Rule> {
        self.outermost(node, around)?;
        let fields = self.fields(node, &shape::BLOCK)?;
        self.block(node, shape::BLOCK.what, fields, Reader::entry)
    }

    /// `None`, and a report, if a block stands in another one.
    fn outermost(&mut self, node: NodeId, around: Around) -> Option<()> {
        let Some(outer) = around else { return Some(()) };
        let fault = Diagnostic::new(Code::YamlShape, self.tree.span(node), "a block stands in another block")
            .also(outer, "the scope is given here")
            .help("put it beside the other block");
        self.report(fault);
        self.leave_out(node);
        None
    }

    /// `{ on, only, entries, assignments, doc, allow }`.
    fn block(
        &mut self,
        node: NodeId,
        what: &str,
        fields: [Option<Pair>; 6],
        entry: fn(&mut Self, NodeId, Around) -> Option<Rule>,
    ) -> Option<Rule> {
        let [on, only, entries, assignments, doc, allow] = fields;
        let meta = self.meta(doc, allow);
        let scope = self.scope(on, only, node, what);
        let inner = Some(on.map_or(self.tree.span(node), |on| self.tree.span(on.key)));
        let mut rules = Vec::new();
        if let Some(entries) = entries {
            self.each_item(entries.value, "entries", |r, node| rules.extend(entry(r, node, inner)));
        }
        if let Some(assignments) = assignments {
            self.each_item(assignments.value, "assignments", |r, node| {
                rules.extend(r.assignment(node, inner))
            });
        }
        Some(Rule {
            meta,
            kind: RuleKind::On(Box::new(OnBlock { scope: scope?, rules })),
            span: self.tree.span(node),
        })
    }

    /// `when`; the outer `None` if it is written but can't be read: without it the rule would mean more.
    fn condition(&mut self, when: Option<Pair>) -> Option<Option<Expr>> {
        let condition = self.expr(when, "a condition");
        (condition.is_some() == when.is_some()).then_some(condition)
    }

    /// The scope of a rule itself, which it must not have in a block; the outer `None` as for conditions.
    fn own_scope(
        &mut self,
        on: Option<Pair>,
        only: Option<Pair>,
        node: NodeId,
        what: &str,
        around: Around,
    ) -> Option<Option<ScopeRef>> {
        let Some(outer) = around else {
            let scope = self.scope(on, only, node, what);
            return (scope.is_some() == on.is_some()).then_some(scope);
        };
        for pair in [on, only].into_iter().flatten() {
            let message = format!("`{}` stands in a block that has a scope already", self.key(pair));
            let fault = Diagnostic::new(Code::YamlShape, self.tree.span(pair.key), message)
                .also(outer, "the scope is given here")
                .help(format!("remove it, or take {what} out of the block"));
            self.report(fault);
        }
        Some(None)
    }

    /// The one effect of an entry and its privileges.
    fn effect(
        &mut self,
        node: NodeId,
        what: &str,
        effects: [Option<Pair>; 3],
        except: Option<Pair>,
    ) -> Option<(Spanned<Effect>, PrivilegeSet)> {
        let mut written = EFFECTS.into_iter().zip(effects).filter_map(|(effect, pair)| Some((effect, pair?)));
        let Some((effect, pair)) = written.next() else {
            self.missing(node, what, "`grant`, `deny` or `bypass`");
            return None;
        };
        if let Some((_, second)) = written.next() {
            let fault = Diagnostic::new(
                Code::YamlShape,
                self.tree.span(second.key),
                "an entry has one effect, not two",
            )
            .label("second effect")
            .also(self.tree.span(pair.key), "first effect")
            .help("write two entries");
            self.report(fault);
            return None;
        }
        let effect = Spanned::new(effect, self.tree.span(pair.key));
        Some((effect, self.privileges(pair.value, except)?))
    }
}

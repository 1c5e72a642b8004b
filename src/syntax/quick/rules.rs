//! Entries, assignments, and the blocks that give several one scope.

use super::cursor::Word;
use super::{Quick, Read};
use crate::ast::{
    AssignDecl, EntryDecl, Meta, Name, OnBlock, PrincipalRef, PrivilegeItem, PrivilegeSet, Rule, RuleKind,
    ScopeRef,
};
use crate::few::Few;
use crate::source::Spanned;
use crate::terms::Effect;

impl Quick<'_> {
    /// An assignment or an entry outside of roles.
    pub fn rule(&mut self, meta: Meta) -> Read<Rule> {
        let start = self.start();
        let kind = if self.takes("assign") {
            RuleKind::Assign(Box::new(self.assignment()?))
        } else {
            let (effect, privileges) = self.granted()?;
            self.takes("to").then_some(())?;
            let to = self.principals()?;
            RuleKind::Entry(Box::new(self.entry(effect, privileges, to)?))
        };
        Some(Rule { meta, kind, span: self.span_from(start) })
    }

    /// An entry in a role.
    pub fn role_entry(&mut self, meta: Meta) -> Read<Rule> {
        let start = self.start();
        let (effect, privileges) = self.granted()?;
        let kind = RuleKind::Entry(Box::new(self.entry(effect, privileges, Few::default())?));
        Some(Rule { meta, kind, span: self.span_from(start) })
    }

    /// `on SCOPE { ... }`; none of what is inside has a scope.
    pub fn block(&mut self, meta: Meta, inner: impl Fn(&mut Self, Meta) -> Read<Rule>) -> Read<Rule> {
        let start = self.start();
        self.take();
        let scope = self.scope()?;
        self.takes("{").then_some(())?;
        let mut rules = Vec::new();
        while !self.takes("}") {
            let meta = self.meta()?;
            let rule = inner(self, meta)?;
            let scoped = match &rule.kind {
                RuleKind::Entry(entry) => entry.on.is_some(),
                RuleKind::Assign(assignment) => assignment.on.is_some(),
                RuleKind::On(_) => true,
            };
            if scoped {
                return None;
            }
            rules.push(rule);
        }
        Some(Rule {
            meta,
            kind: RuleKind::On(Box::new(OnBlock { scope, rules })),
            span: self.span_from(start),
        })
    }

    /// What stands behind `assign`.
    fn assignment(&mut self) -> Read<AssignDecl> {
        let role = self.name()?;
        self.takes("to").then_some(())?;
        let to = self.principals()?;
        let (mut on, mut from, mut until) = (None, None, None);
        loop {
            if on.is_none()
                && let Some(scope) = self.on_scope()?
            {
                on = Some(Box::new(scope));
            } else if from.is_none() && self.takes("from") {
                from = Some(Box::new(self.date()?));
            } else if until.is_none() && self.takes("until") {
                until = Some(Box::new(self.date()?));
            } else {
                break;
            }
        }
        self.ends(&["from", "until", "when"])?;
        if on.is_some() && self.on_scope()?.is_some() {
            return None;
        }
        Some(AssignDecl { role, to, on, from, until, when: None })
    }

    /// `EFFECT PRIVILEGES`.
    fn granted(&mut self) -> Read<(Spanned<Effect>, PrivilegeSet)> {
        let effect = match self.word() {
            Word::Plain("grant") => Effect::Grant,
            Word::Plain("deny") => Effect::Deny,
            Word::Plain("bypass") => Effect::Bypass,
            _ => return None,
        };
        let start = self.start();
        self.take();
        let effect = Spanned::new(effect, self.span_from(start));
        let start = self.start();
        let items = self.privileges()?;
        let except = if self.takes("except") { self.privileges()? } else { Vec::new() };
        Some((effect, PrivilegeSet { items, except, span: self.span_from(start) }))
    }

    /// What stands behind the privileges and principals of an entry.
    fn entry(
        &mut self,
        effect: Spanned<Effect>,
        privileges: PrivilegeSet,
        to: Few<PrincipalRef>,
    ) -> Read<EntryDecl> {
        let on = self.on_scope()?.map(Box::new);
        self.ends(&["when"])?;
        if on.is_some() && self.on_scope()?.is_some() {
            return None;
        }
        Some(EntryDecl { effect, privileges, to, on, when: None })
    }

    /// `on SCOPE` as a clause; nothing is taken if it is the head of a block, or something else.
    fn on_scope(&mut self) -> Read<Option<ScopeRef>> {
        if self.word() != Word::Plain("on") {
            return Some(None);
        }
        let before = self.clone();
        self.take();
        let scope = self.scope()?;
        if self.word() == Word::Mark("{") {
            *self = before;
            return Some(None);
        }
        Some(Some(scope))
    }

    /// `type:id`, `type:id only`, `type:*`.
    fn scope(&mut self) -> Read<ScopeRef> {
        if let Word::Plain(word) = self.word()
            && let Some(ty) = word.strip_suffix(":*")
        {
            let (ty, start) = (self.type_name(ty)?, self.start());
            self.take();
            return Some(ScopeRef::Type { ty, span: self.span_from(start) });
        }
        let resource = self.resource()?;
        let start = self.start();
        if !self.takes("only") {
            return Some(ScopeRef::Resource { resource, only: None });
        }
        let only = Some(self.span_from(start));
        // `only WHO can ...` is a statement.
        if self.is_principal() {
            return None;
        }
        Some(ScopeRef::Resource { resource, only })
    }

    fn privileges(&mut self) -> Read<Vec<PrivilegeItem>> {
        self.list(Quick::privilege_item).map(Vec::from)
    }

    fn privilege_item(&mut self) -> Read<PrivilegeItem> {
        match self.word() {
            Word::Plain(word) if word.contains('*') => self.pattern().map(PrivilegeItem::Wildcard),
            Word::Plain(word) if word.starts_with("category:") => {
                self.behind_colon("category:".len()).map(PrivilegeItem::Category)
            }
            _ => self.name().map(PrivilegeItem::Name),
        }
    }

    /// `2027-01-01`.
    fn date(&mut self) -> Read<Name> {
        match self.word() {
            Word::Quoted(_) => self.name(),
            _ => self.number(),
        }
    }
}

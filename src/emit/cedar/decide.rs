//! A decision as one expression: what a requirement on another privilege stands for, and what the rules of a type are made of.

use super::condition::Reading;
use super::expr::Expr;
use super::reach::of_class;
use super::{Export, Refusal, Site};
use crate::model::{DefaultRule, Effect, EntryId, PrivilegeId, Scope, Strategy, TypeId};
use crate::source::Span;
use std::collections::BTreeSet;

/// Parts of the expression that a decision is, where another one needs it.
const MAX_DECISION: usize = 20_000;

impl<'m> Export<'m> {
    /// How entries are resolved that disagree.
    pub(super) fn strategy(&self, ty: Option<TypeId>) -> Strategy {
        let own = ty.and_then(|ty| self.model.types.get(ty.index())?.resolve);
        own.unwrap_or(self.model.resolve)
    }

    /// The ways of all entries of an effect that name a privilege.
    pub(super) fn ways_of(&self, privilege: PrivilegeId, effect: Effect) -> Vec<(EntryId, usize)> {
        let entries = self.naming.get(privilege.index()).into_iter().flatten();
        let of_effect = entries
            .filter(|id| self.model.entries.get(id.index()).is_some_and(|entry| entry.effect == effect));
        let ways = of_effect.flat_map(|&id| {
            let count = self.reaches.get(id.index()).map_or(0, Vec::len);
            (0..count).map(move |way| (id, way))
        });
        ways.collect()
    }

    /// Whether any entry of an effect applies.
    pub(super) fn any_applies(&mut self, site: Site, effect: Effect) -> Expr {
        let ways = self.ways_of(site.privilege, effect);
        let applied: Vec<Expr> =
            ways.into_iter().map(|(entry, way)| self.applies(entry, way, site.ty)).collect();
        Expr::any(applied)
    }

    /// A grant on one way, less what comes before it.
    pub(super) fn grants(&mut self, site: Site, entry: EntryId, way: usize) -> Expr {
        let strategy = self.strategy(site.ty);
        let applies = self.applies(entry, way, site.ty);
        if applies == Expr::FALSE || matches!(strategy, Strategy::DenyOverrides | Strategy::GrantOverrides) {
            return applies;
        }
        let Some(grant) = self.reaches.get(entry.index()).and_then(|ways| ways.get(way)).cloned() else {
            return Expr::FALSE;
        };
        let mut before = Vec::new();
        for (entry, way) in self.ways_of(site.privilege, Effect::Deny) {
            let Some(deny) = self.reaches.get(entry.index()).and_then(|ways| ways.get(way)).cloned() else {
                continue;
            };
            let applies = self.applies(entry, way, site.ty);
            if applies == Expr::FALSE {
                continue;
            }
            match self.beats(strategy, &deny, &grant, site.ty) {
                Some(beats) => before.push(applies.and(beats)),
                None => self.refuse_levels(site),
            }
        }
        applies.and(Expr::any(before).not())
    }

    fn refuse_levels(&mut self, site: Site) {
        let Some(ty) = site.ty.and_then(|ty| self.model.types.get(ty.index())) else { return };
        let name = &ty.name.value;
        self.refuse(Refusal::new(
            ty.name.span,
            &format!("how `{name}` resolves entries"),
            "its resources lie in several others at once, and Cedar can't tell which of two scopes above one is the nearer",
            &format!("write `resolve deny-overrides` for `{name}`, or let its resources lie in one type"),
        ));
    }

    /// What the default grants, less the denials that no other rule looks after.
    pub(super) fn by_default(&mut self, site: Site) -> Expr {
        let own = site.ty.and_then(|ty| self.model.types.get(ty.index())?.default);
        let DefaultRule::Grant { to, when_unlisted } = own.unwrap_or(self.model.default) else {
            return Expr::FALSE;
        };
        let listed = if when_unlisted { self.listed(site.ty) } else { Expr::FALSE };
        let denied = match self.strategy(site.ty) {
            Strategy::DenyOverrides => Expr::FALSE,
            _ => self.any_applies(site, Effect::Deny),
        };
        Expr::all([of_class(to), Expr::any([listed, denied]).not()])
    }

    /// Whether an entry or assignment is scoped to the resource or to something that it lies in.
    fn listed(&mut self, ty: Option<TypeId>) -> Expr {
        let Some(ty) = ty else { return Expr::FALSE };
        if let Some(known) = self.listed.get(&ty).cloned() {
            return if self.spend(known.size()) { known } else { Expr::FALSE };
        }
        let entries = self.model.entries.iter().map(|entry| entry.scope);
        let scopes = entries.chain(self.model.assignments.iter().map(|assignment| assignment.scope));
        let named: BTreeSet<_> = scopes
            .filter_map(|scope| match scope {
                Scope::Resource { instance, .. } => Some(instance),
                Scope::Type(_) | Scope::Everywhere => None,
            })
            .collect();
        let above = self.above(ty);
        let named = named.into_iter().filter(|id| {
            self.model.instances.get(id.index()).is_some_and(|instance| above.contains(&instance.ty))
        });
        let listed = Expr::any(named.map(|id| Expr::ResourceIn(self.instance(id))));
        self.listed.insert(ty, listed.clone());
        listed
    }

    /// What is granted before requirements are looked at.
    pub(super) fn standing(&mut self, site: Site) -> Expr {
        let bypassed = self.any_applies(site, Effect::Bypass);
        let ways = self.ways_of(site.privilege, Effect::Grant);
        let mut granted: Vec<Expr> =
            ways.into_iter().map(|(entry, way)| self.grants(site, entry, way)).collect();
        granted.push(self.by_default(site));
        let granted = Expr::any(granted);
        let granted = match self.strategy(site.ty) {
            Strategy::DenyOverrides if granted != Expr::FALSE => {
                granted.and(self.any_applies(site, Effect::Deny).not())
            }
            _ => granted,
        };
        Expr::any([bypassed, granted])
    }

    /// The decision in full.
    fn granted(&mut self, site: Site) -> Expr {
        if let Some(known) = self.decided.get(&site).cloned() {
            return if self.spend(known.size()) { known } else { Expr::FALSE };
        }
        let standing = self.standing(site);
        let required = if standing == Expr::FALSE { Expr::TRUE } else { self.required(site) };
        let decided = standing.and(required);
        if !self.spend(decided.size()) {
            return Expr::FALSE;
        }
        self.decided.insert(site, decided.clone());
        decided
    }

    /// What a privilege includes and requires, all of it.
    pub(super) fn required(&mut self, site: Site) -> Expr {
        let Some(privilege) = self.model.privileges.get(site.privilege.index()) else { return Expr::FALSE };
        let mut parts = Vec::new();
        for &(included, at) in &privilege.includes {
            parts.push(self.elsewhere(included, site, at));
        }
        let category = self.model.categories.get(privilege.category.index());
        let of_category =
            category.and_then(|category| Some((category.requires.as_ref()?, category.requires_at)));
        let own = privilege.requires.as_ref().map(|formula| (formula, privilege.requires_at));
        for (formula, at) in of_category.into_iter().chain(own) {
            let at = at.unwrap_or(privilege.name.span);
            let reading = Reading { ty: site.ty, undecided: false, at };
            let part =
                self.condition(formula, reading, false, &mut |export, id| export.elsewhere(id, site, at));
            parts.push(part);
        }
        Expr::all(parts)
    }

    /// The decision on another privilege, where one is asked about.
    fn elsewhere(&mut self, privilege: PrivilegeId, from: Site, at: Span) -> Expr {
        let types = self.asked_on(privilege);
        if types.is_empty() {
            return self.small(Site { privilege, ty: None }, from, at);
        }
        let Some(ty) = from.ty else { return Expr::FALSE };
        if types.contains(&ty) {
            return self.small(Site { privilege, ty: Some(ty) }, from, at);
        }
        if types.iter().any(|wanted| self.above(ty).contains(wanted)) {
            let (one, other) = (self.privilege_name(from.privilege), self.privilege_name(privilege));
            let why = format!(
                "`{other}` is decided on what the resource lies in, and Cedar's conditions reach nothing but the resource itself"
            );
            let help = format!("ask `{other}` on the same type as `{one}`, or let the service ask for both");
            self.refuse(Refusal::new(at, &format!("what `{one}` needs"), &why, &help));
        }
        Expr::FALSE
    }

    /// A decision that another one needs, if it is not too large to be written wherever it is needed.
    fn small(&mut self, site: Site, from: Site, at: Span) -> Expr {
        let decided = self.granted(site);
        if decided.size() <= MAX_DECISION {
            return decided;
        }
        let (one, other) = (self.privilege_name(from.privilege), self.privilege_name(site.privilege));
        self.refuse(Refusal::new(
            at,
            &format!("what `{one}` needs"),
            &format!("written out, what decides `{other}` has more than {MAX_DECISION} parts"),
            &format!("name it once in what `{one}` needs, or let `{other}` need less"),
        ));
        Expr::FALSE
    }

    fn privilege_name(&self, id: PrivilegeId) -> &'m str {
        let model = self.model;
        model.privileges.get(id.index()).map(|known| known.name.value.as_str()).unwrap_or_default()
    }
}

//! Entries, defaults and requirements > policies of Cedar.
//!
//! A grant or bypass permits. A denial forbids where it overrides, unless a bypass applies; under other strategies it stands in the
//! grants that it comes before. What a privilege requires is forbidden unless it is there. What says the same of several privileges
//! is one policy.

use super::expr::Expr;
use super::names::Uid;
use super::text::string;
use super::{Export, Site};
use crate::model::{CategoryId, Effect, EntryId, PrivilegeId, Strategy, TypeId};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

/// A head that is shorter stands on one line.
const LINE: usize = 100;

/// Where an expression holds.
type Held = Vec<(Site, Expr)>;

impl<'m> Export<'m> {
    /// Writes all policies.
    pub(super) fn rules(&mut self) {
        for at in 0..self.model.entries.len() {
            self.entry(EntryId::at(at));
            if self.is_full() {
                return;
            }
        }
        self.defaults();
        self.requirements();
    }

    fn entry(&mut self, id: EntryId) {
        let model = self.model;
        let Some(entry) = model.entries.get(id.index()) else { return };
        let ways = self.reaches.get(id.index()).map_or(0, Vec::len);
        let word = match entry.effect {
            Effect::Grant => "grant",
            Effect::Deny => "deny",
            Effect::Bypass => "bypass",
        };
        for way in 0..ways {
            let mut held = Held::new();
            for &privilege in &entry.privileges {
                for site in self.sites(privilege) {
                    let expr = match entry.effect {
                        Effect::Grant => self.grants(site, id, way),
                        Effect::Bypass => self.applies(id, way, site.ty),
                        Effect::Deny if self.strategy(site.ty) == Strategy::DenyOverrides => {
                            let applies = self.applies(id, way, site.ty);
                            match applies {
                                Expr::Const(false) => applies,
                                _ => applies.and(self.any_applies(site, Effect::Bypass).not()),
                            }
                        }
                        Effect::Deny => Expr::FALSE,
                    };
                    if !self.spend(1) {
                        return;
                    }
                    held.push((site, expr));
                }
            }
            self.grouped(word, entry.effect != Effect::Deny, held, Some(entry.span));
        }
    }

    fn defaults(&mut self) {
        let mut held = Held::new();
        for at in 0..self.model.privileges.len() {
            for site in self.sites(PrivilegeId::at(at)) {
                let expr = self.by_default(site);
                if !self.spend(1 + expr.size()) {
                    return;
                }
                held.push((site, expr));
            }
        }
        self.grouped("default", true, held, None);
    }

    fn requirements(&mut self) {
        let mut held = Held::new();
        for at in 0..self.model.privileges.len() {
            for site in self.sites(PrivilegeId::at(at)) {
                // What nothing grants needs nothing.
                let required =
                    if self.standing(site) == Expr::FALSE { Expr::TRUE } else { self.required(site) };
                let expr = required.not();
                if !self.spend(1 + expr.size()) {
                    return;
                }
                held.push((site, expr));
            }
        }
        self.grouped("requires", false, held, None);
    }

    /// Everything that a privilege can be asked on.
    fn sites(&self, privilege: PrivilegeId) -> Vec<Site> {
        let types = self.asked_on(privilege);
        match types.is_empty() {
            true => vec![Site { privilege, ty: None }],
            false => types.iter().map(|&ty| Site { privilege, ty: Some(ty) }).collect(),
        }
    }

    /// Writes a policy for all sites whose expression is the same, as far as one can name them.
    fn grouped(&mut self, word: &'static str, permits: bool, held: Held, at: Option<Span>) {
        let mut order: Vec<Expr> = Vec::new();
        let mut sites: HashMap<Expr, BTreeMap<PrivilegeId, Vec<TypeId>>> = HashMap::new();
        for (site, expr) in held.into_iter().filter(|(_, expr)| *expr != Expr::FALSE) {
            let privileges = sites.entry(expr.clone()).or_insert_with(|| {
                order.push(expr);
                BTreeMap::new()
            });
            privileges.entry(site.privilege).or_default().extend(site.ty);
        }
        for expr in order {
            let mut groups: BTreeMap<Vec<TypeId>, Vec<PrivilegeId>> = BTreeMap::new();
            for (privilege, mut types) in sites.remove(&expr).unwrap_or_default() {
                types.sort_unstable();
                if types == self.asked_on(privilege) {
                    types.clear();
                }
                groups.entry(types).or_default().push(privilege);
            }
            for (types, privileges) in groups {
                let types = Expr::any(types.into_iter().map(|ty| Expr::ResourceIs(self.type_name(ty))));
                let types = if types == Expr::FALSE { Expr::TRUE } else { types };
                self.rule(word, permits, &privileges, types.and(expr.clone()), at);
            }
        }
    }

    fn rule(
        &mut self,
        word: &'static str,
        permits: bool,
        privileges: &[PrivilegeId],
        condition: Expr,
        at: Option<Span>,
    ) {
        let parts = match condition {
            Expr::All(parts) => parts,
            other => vec![other],
        };
        let (mut principal, mut resource) = ("principal".to_owned(), "resource".to_owned());
        let (mut when, mut unless) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Expr::PrincipalIs(_) | Expr::PrincipalEq(_) | Expr::PrincipalIn(_)
                    if principal == "principal" =>
                {
                    principal = part.written();
                }
                Expr::ResourceIs(_) | Expr::ResourceEq(_) | Expr::ResourceIn(_) if resource == "resource" => {
                    resource = part.written();
                }
                Expr::Not(part) => unless.push(*part),
                other => when.push(other),
            }
        }
        let number = *self.numbers.entry(word).and_modify(|number| *number += 1).or_insert(1);
        let mut text = String::new();
        if let Some(place) = at.and_then(|at| self.place(at)) {
            let _ = writeln!(text, "// {place}");
        }
        let (effect, action) = (if permits { "permit" } else { "forbid" }, self.actions(privileges));
        let _ = write!(text, "@id(\"{word}-{number}\")\n{effect} (");
        let line = format!("{principal}, {action}, {resource}");
        let _ = match line.len() <= LINE {
            true => write!(text, "{line})"),
            false => write!(text, "\n    {principal},\n    {action},\n    {resource}\n)"),
        };
        for (word, expr) in [("when", Expr::all(when)), ("unless", Expr::any(unless))] {
            if !matches!(expr, Expr::Const(value) if value == (word == "when")) {
                let _ = write!(text, "\n{word} {}", expr.block());
            }
        }
        text.push_str(";\n\n");
        self.policies.push_str(&text);
    }

    /// These privileges, whole categories by the name of those.
    fn actions(&self, privileges: &[PrivilegeId]) -> String {
        let mut named = Vec::new();
        let mut rest: BTreeSet<PrivilegeId> = privileges.iter().copied().collect();
        for (at, members) in self.members.iter().enumerate() {
            let Some(category) = self.category_action(CategoryId::at(at)) else { continue };
            if members.len() > 1 && members.iter().all(|member| rest.contains(member)) {
                members.iter().for_each(|member| {
                    rest.remove(member);
                });
                named.push(Uid::new("Action", &category).to_string());
            }
        }
        let alone = named.len() == 1 && rest.is_empty();
        let single = rest.len() == 1 && named.is_empty();
        named.extend(rest.iter().filter_map(|id| {
            let privilege = self.model.privileges.get(id.index())?;
            Some(Uid::new("Action", &privilege.name.value).to_string())
        }));
        match (alone, single) {
            (true, _) => format!("action in {}", named.concat()),
            (_, true) => format!("action == {}", named.concat()),
            _ => {
                let line = format!("action in [{}]", named.join(", "));
                match line.len() <= LINE {
                    true => line,
                    false => format!("action in [\n        {}\n    ]", named.join(",\n        ")),
                }
            }
        }
    }

    /// File and line, for people.
    fn place(&self, at: Span) -> Option<String> {
        let source = self.sources.get(at.source)?;
        let (line, _) = source.line_column(at.start);
        let path = string(&source.path.to_string_lossy().replace('\\', "/"));
        Some(format!("{}:{line}", path.trim_matches('"')))
    }
}

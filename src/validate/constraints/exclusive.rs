//! P0501: somebody holds two roles that are exclusive.
//!
//! Enters: the model and who holds what. Leaves: findings. Where one of two exclusive roles inherits the other, holding it
//! alone breaks nothing; being given the other besides does. What a class, a group or a role breaks by itself is
//! reported there and not again for everybody who has it.

use super::super::graph::Graph;
use super::super::roles::Link;
use super::super::wording;
use super::holdings::{Given, Holder, Holdings};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{AssignmentId, Exclusive, Model, RoleId};
use crate::source::Span;
use std::collections::{BTreeMap, HashMap, HashSet};

pub(super) fn check(
    model: &Model,
    roles: &Graph<Link>,
    holdings: &Holdings<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut check = Check { model, holdings, naming: HashMap::new(), broken: HashSet::new() };
    for (at, exclusive) in model.exclusives.iter().enumerate() {
        for &(role, _) in &exclusive.roles {
            let naming = check.naming.entry(role).or_default();
            if naming.last() != Some(&at) {
                naming.push(at);
            }
        }
    }
    if check.naming.is_empty() {
        return;
    }
    check.roles(roles, diagnostics);
    check.holders(diagnostics);
}

/// Two exclusive roles and the assignments that give them; those who hold them through just these share a finding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    exclusive: usize,
    roles: (RoleId, RoleId),
    given: (AssignmentId, AssignmentId),
}

struct Check<'a> {
    model: &'a Model,
    holdings: &'a Holdings<'a>,
    /// The exclusives that name each role.
    naming: HashMap<RoleId, Vec<usize>>,
    /// Classes and groups that break an exclusive.
    broken: HashSet<(Holder, usize)>,
}

impl Check<'_> {
    /// The exclusives of which two roles or more are held, with those roles.
    fn at_stake(&self, held: &[RoleId]) -> BTreeMap<usize, Vec<RoleId>> {
        let mut at_stake: BTreeMap<usize, Vec<RoleId>> = BTreeMap::new();
        if held.len() > 1 {
            for role in held {
                for &exclusive in self.naming.get(role).into_iter().flatten() {
                    at_stake.entry(exclusive).or_default().push(*role);
                }
            }
            at_stake.retain(|_, roles| roles.len() > 1);
        }
        at_stake
    }

    fn brings(&self, role: RoleId, other: RoleId) -> bool {
        self.holdings.brought(role).binary_search(&other).is_ok()
    }

    fn related(&self, one: RoleId, other: RoleId) -> bool {
        self.brings(one, other) || self.brings(other, one)
    }

    /// Roles that bring two exclusive roles of which neither brings the other.
    fn roles(&self, roles: &Graph<Link>, diagnostics: &mut Vec<Diagnostic>) {
        for id in (0..self.model.roles.len()).map(RoleId::at) {
            for (exclusive, named) in self.at_stake(self.holdings.brought(id)) {
                let pair = pairs(&named).find(|&(one, other)| !self.related(one, other));
                let Some((one, other)) = pair else { continue };
                let links = roles.edges_of(id.0);
                let already = |link: RoleId| self.brings(link, one) && self.brings(link, other);
                if links.iter().any(|link| already(RoleId(link.to))) {
                    continue;
                }
                let brought_by = |wanted: RoleId| {
                    let link = links.iter().find(|link| self.brings(RoleId(link.to), wanted))?;
                    Some((link.what.span(self.model), wanted))
                };
                let Some(role) = self.model.roles.get(id.index()) else { continue };
                let who = format!("role `{}` brings", role.name.value);
                let mut finding = self.finding(&who, role.name.span, (one, other), exclusive);
                for (span, wanted) in [one, other].into_iter().filter_map(brought_by) {
                    finding = finding.also(span, format!("brings `{}`", wording::role(self.model, wanted)));
                }
                diagnostics.push(finding.help("let the role inherit only one of the two"));
            }
        }
    }

    fn holders(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        let mut findings: BTreeMap<Pair, Vec<Holder>> = BTreeMap::new();
        let shared: Vec<Holder> = self.holdings.shared_holders().collect();
        for holder in shared {
            for pair in self.violations(holder) {
                self.broken.insert((holder, pair.exclusive));
                if !self.is_broken_above(holder, pair.exclusive) {
                    findings.entry(pair).or_default().push(holder);
                }
            }
        }
        for holder in self.holdings.principals() {
            for pair in self.violations(holder) {
                if !self.is_broken_above(holder, pair.exclusive) {
                    findings.entry(pair).or_default().push(holder);
                }
            }
        }
        for (pair, holders) in findings {
            diagnostics.extend(self.holders_finding(pair, &holders));
        }
    }

    fn is_broken_above(&self, holder: Holder, exclusive: usize) -> bool {
        self.holdings.above(holder).any(|above| self.broken.contains(&(above, exclusive)))
    }

    /// For each exclusive that somebody breaks, the first pair.
    fn violations(&self, holder: Holder) -> Vec<Pair> {
        let at_stake = self.at_stake(&self.holdings.held(holder));
        if at_stake.is_empty() {
            return Vec::new();
        }
        let given = self.holdings.all(holder);
        let violation = |(exclusive, named): (usize, Vec<RoleId>)| {
            pairs(&named).find_map(|roles| {
                let given = self.clash(&given, roles)?;
                Some(Pair { exclusive, roles, given })
            })
        };
        at_stake.into_iter().filter_map(violation).collect()
    }

    /// Two assignments that bring one of the roles each, and the second one without the first.
    fn clash(&self, given: &[Given], (one, other): (RoleId, RoleId)) -> Option<(AssignmentId, AssignmentId)> {
        let alone = |wanted: RoleId, without: RoleId| {
            let found = |given: &&Given| self.brings(given.role, wanted) && !self.brings(given.role, without);
            given.iter().find(found).map(|given| given.assignment)
        };
        let either = |wanted: RoleId| {
            given.iter().find(|given| self.brings(given.role, wanted)).map(|given| given.assignment)
        };
        if self.brings(one, other) {
            Some((either(one)?, alone(other, one)?))
        } else if self.brings(other, one) {
            Some((alone(one, other)?, either(other)?))
        } else {
            Some((alone(one, other)?, alone(other, one)?))
        }
    }

    fn holders_finding(&self, pair: Pair, holders: &[Holder]) -> Option<Diagnostic> {
        let first = *holders.first()?;
        let (one, other) = pair.given;
        let names = holders.iter().map(|holder| wording::grantee(self.model, holder.grantee()));
        let verb = if holders.len() == 1 { "holds" } else { "hold" };
        let who = format!("{} {verb}", wording::list(names));
        let place = declaration(self.model, first).unwrap_or_else(|| self.holdings.span(other));
        let (name, other_name) =
            (wording::role(self.model, pair.roles.0), wording::role(self.model, pair.roles.1));
        let finding = self
            .finding(&who, place, pair.roles, pair.exclusive)
            .also(self.holdings.span(one), format!("`{name}` is given here"))
            .also(self.holdings.span(other), format!("`{other_name}` is given here"));
        Some(finding.help("take one of the two roles away"))
    }

    fn finding(&self, who: &str, span: Span, (one, other): (RoleId, RoleId), exclusive: usize) -> Diagnostic {
        let (one, other) = (wording::role(self.model, one), wording::role(self.model, other));
        let message = format!("{who} both `{one}` and `{other}`, which are exclusive");
        let place = self.model.exclusives.get(exclusive).map(|exclusive: &Exclusive| exclusive.span);
        let finding = Diagnostic::new(Code::ExclusiveViolated, span, message);
        place.into_iter().fold(finding, |finding, span| finding.also(span, "declared exclusive here"))
    }
}

/// Where somebody is declared; classes are not.
pub(super) fn declaration(model: &Model, holder: Holder) -> Option<Span> {
    match holder {
        Holder::Class(_) => None,
        Holder::Group(id) => Some(model.groups.get(id.index())?.name.span),
        Holder::Principal(id) => Some(model.principals.get(id.index())?.name.span),
    }
}

fn pairs(roles: &[RoleId]) -> impl Iterator<Item = (RoleId, RoleId)> + '_ {
    let behind = |at: usize| roles.get(at + 1..).unwrap_or(&[]).iter();
    roles.iter().enumerate().flat_map(move |(at, &one)| behind(at).map(move |&other| (one, other)))
}

//! P0714: a user or service is granted a privilege whose requirement nothing it is granted satisfies.
//!
//! Enters: the model, its roles, groups and requirements. Leaves: one warning for each principal with such privileges, or for
//! all with the same ones, at the first of them. A role that can't work by itself is reported as P0307; here are those that
//! such a role was given to although it was allowed, those with an entry of their own, and those who are denied what
//! they need. What a request brings along is not known here.
//!
//! `profiles` says who is granted what.

mod profiles;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Effect, Entry, Grantee, Model, Principal, PrincipalId, PrivilegeId, RoleId};
use crate::source::Span;
use crate::validate::allow::{Allow, Allows};
use crate::validate::bits::Rows;
use crate::validate::graph::Graph;
use crate::validate::missing::{EXPLAINED, Missing, Sets};
use crate::validate::requirements::Requirements;
use crate::validate::roles::Link;
use crate::validate::satisfied::Columns;
use crate::validate::unmet_requirement::satisfied::everybody;
use crate::validate::wording;
use profiles::{Numbers, Profile, Profiles};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How many profiles are decided at a time, at most.
const BLOCK: usize = 4096;

/// How many bits a table may have: a block is smaller where privileges are many.
const TABLE_BITS: usize = 1 << 29;

/// How many further principals are pointed at.
const SHOWN: usize = 3;

/// What is granted in vain, by what is missing for it.
type Inert = BTreeMap<Sets, Vec<PrivilegeId>>;

pub(super) fn check(
    model: &Model,
    roles: &Graph<Link>,
    groups: &Graph<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let requirements = Requirements::new(model);
    if requirements.graph().edges().is_empty() || model.principals.is_empty() {
        return;
    }
    let numbers = numbers(model, &requirements);
    let Some(profiles) = Profiles::new(model, roles, groups, &numbers) else { return };
    let check = Check { model, requirements: &requirements, numbers: &numbers, everybody: everybody(model) };
    let allows = Allows::new(model);
    let mut left = EXPLAINED;
    let mut found: BTreeMap<(Option<Allow>, Inert), Vec<PrincipalId>> = BTreeMap::new();
    let size = (TABLE_BITS / requirements.nodes().max(1)).clamp(64, BLOCK) / 64 * 64;
    for block in profiles.rows.chunks(size) {
        let columns = Columns::new(&requirements, check.granted(block));
        for (column, profile) in block.iter().enumerate() {
            let inert = check.inert(profile, &columns, column, &mut left);
            if inert.is_empty() {
                continue;
            }
            for &principal in &profile.principals {
                let span = check.principal(principal).map_or(Span::default(), |it| it.name.span);
                let allowed = allows.covering(Code::InertGrant, span);
                found.entry((allowed, inert.clone())).or_default().push(principal);
            }
        }
    }
    for ((_, inert), mut principals) in found {
        principals.sort_unstable();
        diagnostics.extend(check.finding(roles, &inert, &principals));
    }
}

/// The privileges with needs and those that are needed.
fn numbers(model: &Model, requirements: &Requirements<'_>) -> Numbers {
    let mut matters = BTreeSet::new();
    for edge in requirements.graph().edges() {
        matters.extend([edge.from, edge.to].into_iter().filter_map(|node| requirements.privilege(node)));
    }
    let mut number = vec![None; model.privileges.len()];
    for (at, id) in matters.iter().enumerate() {
        number.get_mut(id.index()).into_iter().for_each(|slot| *slot = u32::try_from(at).ok());
    }
    Numbers { number, count: matters.len() }
}

struct Check<'a> {
    model: &'a Model,
    requirements: &'a Requirements<'a>,
    numbers: &'a Numbers,
    /// Which privileges everybody has.
    everybody: Vec<bool>,
}

impl Check<'_> {
    fn numbered(&self) -> impl Iterator<Item = (PrivilegeId, usize)> + '_ {
        let numbers = self.numbers.number.iter().enumerate();
        numbers.filter_map(|(at, number)| Some((PrivilegeId::at(at), (*number)? as usize)))
    }

    fn granted(&self, block: &[Profile]) -> Rows {
        let mut granted = Rows::new(self.requirements.nodes(), block.len());
        for (id, number) in self.numbered() {
            let everybody = self.everybody.get(id.index()).copied().unwrap_or(false);
            for (column, profile) in block.iter().enumerate() {
                if profile.grants(number) || everybody && !profile.denies(number) {
                    granted.set(id.index(), column);
                }
            }
        }
        granted
    }

    /// What a profile is granted by an entry in vain.
    fn inert(&self, profile: &Profile, columns: &Columns, column: usize, left: &mut usize) -> Inert {
        let mut missing = Missing::new(self.requirements, columns, column);
        let mut by_sets = Inert::new();
        for (id, number) in self.numbered() {
            if profile.grants(number) && !columns.is_satisfied(id.0, column) {
                by_sets.entry(missing.smallest_of(id, left)).or_default().push(id);
            }
        }
        by_sets
    }

    fn principal(&self, id: PrincipalId) -> Option<&Principal> {
        self.model.principals.get(id.index())
    }

    fn finding(&self, roles: &Graph<Link>, inert: &Inert, principals: &[PrincipalId]) -> Option<Diagnostic> {
        let (&first, others) = principals.split_first()?;
        let name = |&id: &PrincipalId| wording::grantee(self.model, Grantee::Principal(id));
        let mut ids: Vec<PrivilegeId> = inert.values().flatten().copied().collect();
        ids.sort_unstable();
        let privileges = wording::list(ids.iter().map(|&id| wording::privilege(self.model, id)));
        let needs = if ids.len() == 1 { "it needs" } else { "they need" };
        let verb = if others.is_empty() { "is" } else { "are" };
        let message = format!(
            "{} {verb} granted {privileges}, but not what {needs}",
            wording::list(principals.iter().map(name))
        );
        let finding = Diagnostic::new(Code::InertGrant, self.principal(first)?.name.span, message);
        let &id = ids.first()?;
        let place = self.place(roles, first, id);
        let finding = match place {
            Some(span) => finding.also(span, "granted here, in vain"),
            None => finding,
        };
        let shown = others.iter().take(SHOWN).filter_map(|&id| self.principal(id));
        let finding = shown.fold(finding, |finding, it| finding.also(it.name.span, "the same here"));
        Some(finding.help(match inert.keys().next().filter(|sets| inert.len() == 1 && !sets.is_empty()) {
            Some(sets) => format!("grant {} too, or take the grant back", self.alternatives(sets)),
            None => {
                let privilege = wording::privilege(self.model, id);
                format!(
                    "grant that too, or take the grants back; `policyc can {} {privilege} --explain` tells more",
                    name(&first)
                )
            }
        }))
    }

    fn alternatives(&self, sets: &Sets) -> String {
        let named = |set: &Vec<PrivilegeId>| -> Vec<SmolStr> {
            set.iter().map(|&id| wording::privilege(self.model, id).into()).collect()
        };
        wording::alternatives(&sets.iter().map(named).collect::<Vec<_>>())
    }

    /// An entry that grants it: the principal's own, or the first of what its groups and roles bring.
    fn place(&self, roles: &Graph<Link>, principal: PrincipalId, id: PrivilegeId) -> Option<Span> {
        let held = self.held(roles, principal);
        let mut entries = self.model.entries.iter().filter(|entry| entry.effect != Effect::Deny);
        let grants = |entry: &&Entry| {
            entry.privileges.binary_search(&id).is_ok() && entry.to.iter().any(|to| held.contains(to))
        };
        entries.find(grants).map(|entry| {
            let item = entry.named.iter().find(|item| item.privileges.binary_search(&id).is_ok());
            item.map_or(entry.span, |item| item.span)
        })
    }

    /// The principal, its groups, and the roles that are assigned to any of these.
    fn held(&self, roles: &Graph<Link>, principal: PrincipalId) -> BTreeSet<Grantee> {
        let mut held = BTreeSet::from([Grantee::Principal(principal)]);
        let mut open: Vec<_> = self.principal(principal).map_or(&[][..], |it| &it.groups).to_vec();
        while let Some((id, _)) = open.pop() {
            let group = self.model.groups.get(id.index()).filter(|group| !group.disabled);
            if let Some(group) = group.filter(|_| held.insert(Grantee::Group(id))) {
                open.extend_from_slice(&group.groups);
            }
        }
        let assigned = self.model.assignments.iter().filter(|it| it.to.iter().any(|to| held.contains(to)));
        let mut open: Vec<RoleId> = assigned.map(|it| it.role).collect();
        while let Some(role) = open.pop() {
            if held.insert(Grantee::Role(role)) {
                open.extend(roles.edges_of(role.0).iter().map(|edge| RoleId(edge.to)));
            }
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::validate::testing::check_lint;

    #[track_caller]
    fn check(rules: &str, expected: &str) {
        let world = "context { mfa: bool } category access { view  open } category c { kill requires any category:access  wipe requires kill }
            role viewer { grant view } role killer { @allow(P0307) \"beside a viewer\" grant kill }
            group ops user ann user bob user cid in ops ";
        check_lint(Code::InertGrant, &format!("{world}{rules}"), expected);
    }

    #[test]
    fn a_role_without_the_one_that_it_counts_on() {
        check(
            "assign killer to user:ann, group:ops, user:bob assign viewer to user:bob",
            "P0714 <ann>: `user:ann` and `user:cid` are granted `kill`, but not what it needs
               <kill>: granted here, in vain
               <cid>: the same here
             = grant `open` or `view` too, or take the grant back",
        );
    }

    #[test]
    fn an_entry_of_its_own() {
        check(
            "grant view, wipe to user:ann",
            "P0714 <ann>: `user:ann` is granted `wipe`, but not what it needs
               <wipe>: granted here, in vain
             = grant `kill` too, or take the grant back",
        );
    }

    #[test]
    fn what_it_needs_is_denied() {
        check(
            "assign viewer to user:ann assign killer to user:ann deny category:access to user:ann",
            "P0714 <ann>: `user:ann` is granted `kill`, but not what it needs
               <kill>: granted here, in vain
             = grant `open` or `view` too, or take the grant back",
        );
    }

    #[test]
    fn what_somebody_may_have() {
        check("assign viewer to user:ann assign killer to user:ann", "");
        check("assign killer to user:ann assign viewer to group:ops grant view to authenticated", "");
        check("assign killer to user:cid assign viewer to group:ops", "");
        check(
            "assign viewer to user:ann assign killer to user:ann deny view to user:ann when context.mfa",
            "",
        );
        check("grant kill to user:ann deny kill to authenticated", "");
        check("grant wipe to group:ops deny * to user:cid", "");
    }

    #[test]
    fn it_may_be_allowed() {
        check("@allow(P0714) \"asks with a role\" user dan grant kill to user:dan", "");
    }
}

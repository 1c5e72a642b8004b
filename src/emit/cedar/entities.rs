//! Principals, groups, roles and resources > entities of Cedar, as JSON.

use super::condition::TOO_FINE;
use super::schema::application;
use super::text::{json, json_uid, json_value};
use super::{Export, Refusal, names};
use crate::model::{AttributeId, Grantee, GroupId, PrincipalId, RoleId, Value, ValueType};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

impl Export<'_> {
    /// Writes the entities, and counts them.
    pub(super) fn entities(&mut self) -> (String, usize) {
        let model = self.model;
        let given = self.given();
        let mut list = Vec::new();
        for (at, principal) in model.principals.iter().enumerate() {
            let groups = principal.groups.iter().map(|&(group, _)| group);
            let parents = self.memberships(groups, given.get(&Grantee::Principal(PrincipalId::at(at))));
            let ty = names::kind_name(principal.kind);
            let values = self.values(&principal.attributes, principal.name.span);
            list.push(entity(ty, &principal.name.value, &values, &parents));
        }
        for (at, group) in model.groups.iter().enumerate() {
            // A disabled group passes nothing on.
            let groups = group.groups.iter().map(|&(group, _)| group).filter(|_| !group.disabled);
            let roles = given.get(&Grantee::Group(GroupId::at(at))).filter(|_| !group.disabled);
            list.push(entity("Group", &group.name.value, "", &self.memberships(groups, roles)));
        }
        for (at, role) in model.roles.iter().enumerate() {
            let brought: BTreeSet<RoleId> = self.plain_roles.get(at).into_iter().flatten().copied().collect();
            let parents = self.memberships(std::iter::empty(), Some(&brought));
            list.push(entity("Role", &role.name.value, "", &parents));
        }
        let nothing = application(model.name.as_ref().map(|name| &name.value));
        list.push(entity(&nothing.ty, &nothing.id, "", &[]));
        for instance in &model.instances {
            let parents: Vec<String> = instance
                .parents
                .iter()
                .map(|&parent| self.instance(parent))
                .map(|uid| json_uid(&uid.ty, &uid.id))
                .collect();
            let values = self.values(&instance.attributes, instance.span);
            list.push(entity(&self.type_name(instance.ty), &instance.id, &values, &parents));
        }
        (format!("[\n{}\n]\n", list.join(",\n")), list.len())
    }

    /// The roles that come by membership alone.
    fn given(&self) -> BTreeMap<Grantee, BTreeSet<RoleId>> {
        let mut given: BTreeMap<Grantee, BTreeSet<RoleId>> = BTreeMap::new();
        for assignment in self.model.assignments.iter().filter(|assignment| Self::is_plain(assignment)) {
            for &to in &assignment.to {
                if matches!(to, Grantee::Principal(_) | Grantee::Group(_)) {
                    given.entry(to).or_default().insert(assignment.role);
                }
            }
        }
        given
    }

    /// The enabled ones of these groups, and these roles.
    fn memberships(
        &self,
        groups: impl Iterator<Item = GroupId>,
        roles: Option<&BTreeSet<RoleId>>,
    ) -> Vec<String> {
        let groups =
            groups.filter_map(|id| self.model.groups.get(id.index())).filter(|group| !group.disabled);
        let groups = groups.map(|group| json_uid("Group", &group.name.value));
        let roles = roles.into_iter().flatten().filter_map(|id| self.model.roles.get(id.index()));
        groups.chain(roles.map(|role| json_uid("Role", &role.name.value))).collect()
    }

    fn values(&mut self, values: &[(AttributeId, Value)], at: Span) -> String {
        let mut written = Vec::with_capacity(values.len());
        for (id, value) in values {
            let Some(attribute) = self.model.attributes.get(id.index()) else { continue };
            let whos =
                matches!(&attribute.value_type, ValueType::Set(inner) if **inner == ValueType::Principal);
            match json_value(value, whos) {
                Some(value) => written.push(format!("{}: {value}", json(&attribute.name.value))),
                None => self.refuse(Refusal::new(at, "a value", TOO_FINE.0, TOO_FINE.1)),
            }
        }
        written.join(", ")
    }
}

fn entity(ty: &str, id: &SmolStr, values: &str, parents: &[String]) -> String {
    let attributes = if values.is_empty() { "{}".to_owned() } else { format!("{{ {values} }}") };
    format!(
        "  {{ \"uid\": {}, \"attrs\": {attributes}, \"parents\": [{}] }}",
        json_uid(ty, id),
        parents.join(", ")
    )
}

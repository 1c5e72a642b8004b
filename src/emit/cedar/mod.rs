//! A model > policies, a schema and entities of Cedar that decide as the policy does.
//!
//! Enters: the model of a policy without errors. Leaves: three texts, or what Cedar can't say, by name and place; never a part of a
//! policy. It must not know Cedar's crate: that the texts mean what the policy means is for the tests in `tests/cedar` to show.
//!
//! What is written is the meaning, not the statements: `reach` tells on which ways an entry comes to who asks, `levels` which of two
//! scopes is nearer, `decide` makes expressions of strategies, defaults and requirements, and `rules` puts equal ones together.

mod condition;
mod decide;
mod entities;
mod expr;
mod levels;
mod names;
mod reach;
mod rules;
mod schema;
#[cfg(test)]
mod tests;
mod text;

pub use names::type_name;

use crate::model::{
    AssignmentId, AttributeNameId, CategoryId, EntryId, InstanceId, Model, PrivilegeId, RoleId, TypeId,
    ValueType,
};
use crate::source::{Sources, Span};
use expr::Expr;
use levels::Up;
use names::Uid;
use reach::Reach;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The attribute of the context that holds the time of a request.
const TIME: &str = "now";
/// Parts of expressions that are made, before a policy counts as too large for Cedar.
const MAX_PARTS: usize = 8_000_000;
/// Bytes of policies.
const MAX_BYTES: usize = 64 << 20;

/// A policy as Cedar has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cedar {
    /// The policies, in Cedar's own syntax.
    pub policies: String,
    /// The schema, in Cedar's own syntax.
    pub schema: String,
    /// The entities, as JSON.
    pub entities: String,
    /// How many policies there are.
    pub count: usize,
    /// How many entities there are.
    pub entity_count: usize,
}

/// What Cedar can't say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Where it stands; `None`: it is the policy as a whole.
    pub span: Option<Span>,
    /// Which construct it is: "what `flow.view` needs".
    pub construct: String,
    /// Why Cedar can't say it.
    pub why: String,
    /// What to do about it.
    pub help: String,
}

impl Refusal {
    fn new(at: Span, construct: &str, why: &str, help: &str) -> Refusal {
        let (construct, why, help) = (construct.to_owned(), why.to_owned(), help.to_owned());
        Refusal { span: Some(at), construct, why, help }
    }
}

/// What a question is about: a privilege, and the type that it is asked on, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Site {
    privilege: PrivilegeId,
    ty: Option<TypeId>,
}

/// Writes a policy without errors for Cedar.
///
/// # Errors
///
/// Everything in it that Cedar can't say, in the order of files and lines.
pub fn export(model: &Model, sources: &Sources) -> Result<Cedar, Vec<Refusal>> {
    export_within(model, sources, MAX_PARTS)
}

fn export_within(model: &Model, sources: &Sources, parts: usize) -> Result<Cedar, Vec<Refusal>> {
    let mut export = Export::new(model, sources, parts);
    export.check_names();
    export.find_ways_up();
    export.find_reaches();
    export.rules();
    export.check_time();
    let (entities, entity_count) = export.entities();
    if export.is_full() {
        export.refusals.insert(Refusal {
            span: None,
            construct: "the policy".to_owned(),
            why: "written out for Cedar it is larger than the limit".to_owned(),
            help: "convert a part of it".to_owned(),
        });
    }
    if !export.refusals.is_empty() {
        return Err(export.refusals.into_iter().collect());
    }
    let policies = format!("{}{}", export.title(), export.policies);
    let policies = format!("{}\n", policies.trim_end());
    Ok(Cedar {
        policies,
        schema: export.schema(),
        entities,
        count: export.numbers.values().sum(),
        entity_count,
    })
}

/// An export on its way.
struct Export<'m> {
    model: &'m Model,
    sources: &'m Sources,
    /// The entity type of each resource type.
    type_names: Vec<SmolStr>,
    /// The types of attributes, by name and resource type.
    attributes: HashMap<(AttributeNameId, Option<TypeId>), &'m ValueType>,
    /// The privileges of each category.
    members: Vec<Vec<PrivilegeId>>,
    /// The entries that name each privilege.
    naming: Vec<Vec<EntryId>>,
    /// The ways up from each type.
    up: Vec<Up>,
    /// Of each role, those that come with it by membership alone.
    plain_roles: Vec<Vec<RoleId>>,
    /// Of each role, the assignments that bring it otherwise.
    bringing: Vec<Vec<AssignmentId>>,
    ways: HashMap<RoleId, Vec<reach::Way>>,
    /// The ways of each entry.
    reaches: Vec<Vec<Reach>>,
    applied: HashMap<(EntryId, usize, Option<TypeId>), Expr>,
    decided: HashMap<Site, Expr>,
    listed: HashMap<TypeId, Expr>,
    refusals: BTreeSet<Refusal>,
    /// Whether a bound of an assignment is written.
    reads_time: bool,
    /// What is left of the limit.
    parts: usize,
    policies: String,
    /// How many policies there are of each kind.
    numbers: BTreeMap<&'static str, usize>,
}

impl<'m> Export<'m> {
    fn new(model: &'m Model, sources: &'m Sources, parts: usize) -> Export<'m> {
        let mut members = vec![Vec::new(); model.categories.len()];
        for (at, privilege) in model.privileges.iter().enumerate() {
            if let Some(list) = members.get_mut(privilege.category.index()) {
                list.push(PrivilegeId::at(at));
            }
        }
        let mut naming = vec![Vec::new(); model.privileges.len()];
        for (at, entry) in model.entries.iter().enumerate() {
            for privilege in &entry.privileges {
                if let Some(list) = naming.get_mut(privilege.index()) {
                    list.push(EntryId::at(at));
                }
            }
        }
        Export {
            model,
            sources,
            type_names: Vec::new(),
            attributes: model.attributes.iter().map(|own| ((own.name_id, own.ty), &own.value_type)).collect(),
            members,
            naming,
            up: Vec::new(),
            plain_roles: Vec::new(),
            bringing: Vec::new(),
            ways: HashMap::new(),
            reaches: Vec::new(),
            applied: HashMap::new(),
            decided: HashMap::new(),
            listed: HashMap::new(),
            refusals: BTreeSet::new(),
            reads_time: false,
            parts,
            policies: String::new(),
            numbers: BTreeMap::new(),
        }
    }

    fn check_names(&mut self) {
        let (names, taken) = names::type_names(self.model);
        self.type_names = names;
        for (ty, other) in taken {
            let Some(declared) = self.model.types.get(ty.index()) else { continue };
            let (name, of_cedar) = (&declared.name.value, self.type_name(ty));
            let other = other.and_then(|other| self.model.types.get(other.index()));
            let why = match other {
                Some(other) => {
                    format!("in Cedar it is called `{of_cedar}`, and so is `{}`", other.name.value)
                }
                None => {
                    format!("the entity type `{of_cedar}` is there already: the export declares it itself")
                }
            };
            let help = "give the type another name in the policy";
            self.refuse(Refusal::new(declared.name.span, &format!("the resource type `{name}`"), &why, help));
        }
    }

    /// The time of a request must not be taken for an attribute of the policy.
    fn check_time(&mut self) {
        let context = crate::terms::AttributeRoot::Context;
        let of_name = |own: &&crate::model::Attribute| own.root == context && own.name.value == TIME;
        if self.reads_time
            && let Some(declared) = self.model.attributes.iter().find(of_name)
        {
            self.refuse(Refusal::new(
                declared.name.span,
                &format!("the attribute `context.{TIME}`"),
                "the time that assignments are bound to is called so in the export",
                "give the attribute another name in the policy",
            ));
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.refusals.insert(refusal);
    }

    /// Takes from the limit; false when there is nothing left.
    fn spend(&mut self, parts: usize) -> bool {
        self.parts = self.parts.saturating_sub(parts);
        self.parts > 0
    }

    fn is_full(&self) -> bool {
        self.parts == 0 || self.policies.len() > MAX_BYTES
    }

    fn type_name(&self, ty: TypeId) -> SmolStr {
        self.type_names.get(ty.index()).cloned().unwrap_or_default()
    }

    fn instance(&self, id: InstanceId) -> Uid {
        let Some(instance) = self.model.instances.get(id.index()) else {
            return Uid::new("", &SmolStr::default());
        };
        Uid { ty: self.type_name(instance.ty), id: instance.id.clone() }
    }

    /// The types that a privilege is asked on; none: without a resource.
    fn asked_on(&self, privilege: PrivilegeId) -> &'m [TypeId] {
        let model = self.model;
        let category: Option<CategoryId> =
            model.privileges.get(privilege.index()).map(|known| known.category);
        category
            .and_then(|id| model.categories.get(id.index()))
            .map(|known| known.on.as_slice())
            .unwrap_or_default()
    }
}

//! What `policyc convert --to cedar` writes, decided by Cedar's own crate.
//!
//! Enters: a policy of policyc, and questions about it. Leaves: Cedar's answers. What a service that calls Cedar has to do is done here as
//! the book's page on Cedar says it, and nothing else: who asks and what is asked about are entities, over those of the export.

#[path = "../../generate/mod.rs"]
pub mod generate;
#[path = "../../reference/mod.rs"]
pub mod reference;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request, Schema, ValidationMode,
    Validator,
};
use policyc::emit::cedar::{Cedar, type_name};
use policyc::model::{Model, PrincipalKind, ValueType};
use policyc::terms::AttributeRoot;
use reference::{Asker, Given, Question};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};
use std::str::FromStr;

/// What Cedar says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `Allow`.
    Allow,
    /// `Deny`.
    Deny,
    /// The request does not fit the schema.
    NoRequest(String),
}

/// What an exported entity has: attributes and parents.
type Exported = (Map<String, Value>, Vec<Value>);

/// A policy, loaded by Cedar.
pub struct Judge<'m> {
    model: &'m Model,
    schema: Schema,
    policies: PolicySet,
    entities: Entities,
    /// The entities as they were exported: attributes and parents.
    exported: BTreeMap<(String, String), Exported>,
}

impl<'m> Judge<'m> {
    /// Loads what was exported: the schema, the policies, which have to pass the strict validation, and the entities, which have to
    /// fit the schema.
    ///
    /// # Errors
    ///
    /// What Cedar has against it.
    pub fn load(model: &'m Model, cedar: &Cedar) -> Result<Judge<'m>, String> {
        let (schema, _) =
            Schema::from_cedarschema_str(&cedar.schema).map_err(|error| format!("the schema: {error:?}"))?;
        let policies =
            PolicySet::from_str(&cedar.policies).map_err(|error| format!("the policies: {error:?}"))?;
        let validated = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if let Some(error) = validated.validation_errors().next() {
            return Err(format!("the validation: {error}"));
        }
        let entities = Entities::from_json_str(&cedar.entities, Some(&schema))
            .map_err(|error| format!("the entities: {error:?}"))?;
        let list: Vec<Value> =
            serde_json::from_str(&cedar.entities).map_err(|error| format!("the entities: {error}"))?;
        let mut exported = BTreeMap::new();
        for entity in list {
            let name = |part: &str| entity["uid"][part].as_str().unwrap_or_default().to_owned();
            let attributes = entity["attrs"].as_object().cloned().unwrap_or_default();
            let parents = entity["parents"].as_array().cloned().unwrap_or_default();
            exported.insert((name("type"), name("id")), (attributes, parents));
        }
        Ok(Judge { model, schema, policies, entities, exported })
    }

    /// How many policies Cedar has.
    #[must_use]
    pub fn policies(&self) -> usize {
        self.policies.num_of_policies()
    }

    /// Cedar's answer.
    ///
    /// # Panics
    ///
    /// If a policy fails to be evaluated, which none may.
    #[must_use]
    pub fn ask(&self, question: &Question) -> Verdict {
        let principal = self.principal(question);
        let (asked, resources) = self.resources(question);
        let who = json!({"type": principal["uid"]["type"], "id": principal["uid"]["id"]});
        let uid = |json: &Value| EntityUid::from_json(json.clone()).ok();
        let (Some(who), Some(asked), Some(action)) =
            (uid(&who), uid(&asked), uid(&json!({"type": "Action", "id": question.privilege})))
        else {
            return Verdict::NoRequest("a name".to_owned());
        };
        let mut given = Vec::new();
        for entity in std::iter::once(principal).chain(resources) {
            match Entity::from_json_value(entity, Some(&self.schema)) {
                Ok(entity) => given.push(entity),
                Err(error) => return Verdict::NoRequest(error.to_string()),
            }
        }
        let entities = match self.entities.clone().upsert_entities(given, Some(&self.schema)) {
            Ok(entities) => entities,
            Err(error) => return Verdict::NoRequest(error.to_string()),
        };
        let context = Context::from_json_value(self.context(question), Some((&self.schema, &action)));
        let request = context.map_err(|error| error.to_string()).and_then(|context| {
            Request::new(who, action, asked, context, Some(&self.schema)).map_err(|error| error.to_string())
        });
        let request = match request {
            Ok(request) => request,
            Err(error) => return Verdict::NoRequest(error),
        };
        let response = Authorizer::new().is_authorized(&request, &self.policies, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            panic!("a policy fails: {error}\n{question}");
        }
        match response.decision() {
            Decision::Allow => Verdict::Allow,
            Decision::Deny => Verdict::Deny,
        }
    }

    /// Who asks: the exported entity, if there is one, in the groups and roles that it brings besides, with the values that came.
    fn principal(&self, question: &Question) -> Value {
        let (ty, id) = match &question.asker {
            Asker::Known(PrincipalKind::User, name) => ("User", name.as_str()),
            Asker::Known(PrincipalKind::Service, name) => ("Service", name.as_str()),
            // A name that nothing else has.
            Asker::Somebody => ("User", "nobody knows"),
            Asker::Anonymous => ("Anonymous", "anonymous"),
        };
        let mut parents = self.exported(ty, id).1;
        // A disabled group is none.
        let disabled: HashSet<&str> = self
            .model
            .groups
            .iter()
            .filter(|group| group.disabled)
            .map(|group| group.name.value.as_str())
            .collect();
        let groups = question.groups.iter().filter(|group| !disabled.contains(group.as_str()));
        parents.extend(groups.map(|group| json!({"type": "Group", "id": group})));
        parents.extend(question.roles.iter().map(|role| json!({"type": "Role", "id": role})));
        let attributes = self.attributes(ty, id, question, AttributeRoot::Principal);
        json!({"uid": {"type": ty, "id": id}, "attrs": attributes, "parents": parents})
    }

    /// What is asked about, and the entities of it and of everything that it lies in by its path or by the request.
    fn resources(&self, question: &Question) -> (Value, Vec<Value>) {
        let Some((ty, id)) = &question.resource else {
            return (json!({"type": "Application", "id": "any"}), Vec::new());
        };
        let mut made: BTreeMap<(String, String), Value> = BTreeMap::new();
        let way: Vec<&(String, String)> = question.resource.iter().chain(&question.ancestors).collect();
        let mut open: Vec<(String, String)> = way.iter().map(|&thing| thing.clone()).collect();
        while let Some((ty, id)) = open.pop() {
            let name = type_name(&ty).to_string();
            if made.contains_key(&(name.clone(), id.clone())) {
                continue;
            }
            let mut parents = self.exported(&name, &id).1;
            let declared = self.model.types.iter().find(|known| known.name.value == ty);
            if declared.is_some_and(|known| known.by_path) {
                parents = Vec::new();
                let above = id.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty());
                for (parent, _) in declared.into_iter().flat_map(|known| &known.parents) {
                    let Some(above) = above else { break };
                    let parent = self.model.types[parent.index()].name.value.to_string();
                    parents.push(json!({"type": type_name(&parent).as_str(), "id": above}));
                    open.push((parent, above.to_owned()));
                }
            } else if parents.is_empty() {
                let place = way.iter().position(|(other, known)| *other == ty && *known == id);
                if let Some((parent, above)) = place.and_then(|place| way.get(place + 1)) {
                    parents.push(json!({"type": type_name(parent).as_str(), "id": above}));
                }
            }
            let is_asked = question.resource.as_ref().is_some_and(|asked| *asked == (ty, id.clone()));
            let attributes = match is_asked {
                true => self.attributes(&name, &id, question, AttributeRoot::Resource),
                false => self.exported(&name, &id).0,
            };
            let entity = json!({"uid": {"type": name, "id": id}, "attrs": attributes, "parents": parents});
            made.insert((name, id), entity);
        }
        (json!({"type": type_name(ty).as_str(), "id": id}), made.into_values().collect())
    }

    fn exported(&self, ty: &str, id: &str) -> Exported {
        self.exported.get(&(ty.to_owned(), id.to_owned())).cloned().unwrap_or_default()
    }

    /// The values that an entity carries, and over them those of the request.
    fn attributes(&self, ty: &str, id: &str, question: &Question, root: AttributeRoot) -> Map<String, Value> {
        let mut attributes = self.exported(ty, id).0;
        attributes.extend(self.given(question, root));
        attributes
    }

    /// The values that came of the principal, the resource or the context; of two of one name the first counts.
    fn given(&self, question: &Question, root: AttributeRoot) -> Map<String, Value> {
        let mut given = Map::new();
        for (own, name, value) in question.attributes.iter().rev().filter(|(own, ..)| *own == root) {
            let is_empty_set = *value == Given::Set(Vec::new());
            let value =
                if is_empty_set && self.is_of_principals(*own, name) { whos(&[]) } else { value_of(value) };
            given.insert(name.clone(), value);
        }
        given
    }

    /// Whether an attribute is a set of principals, which is a record of three sets, also where it is empty.
    fn is_of_principals(&self, root: AttributeRoot, name: &str) -> bool {
        let declared = self.model.attributes.iter().find(|own| own.root == root && own.name.value == name);
        declared.is_some_and(|own| own.value_type == ValueType::Set(Box::new(ValueType::Principal)))
    }

    fn context(&self, question: &Question) -> Value {
        let mut context = self.given(question, AttributeRoot::Context);
        if let Some(at) = question.at
            && !self
                .model
                .attributes
                .iter()
                .any(|own| own.root == AttributeRoot::Context && own.name.value == "now")
        {
            context.insert("now".to_owned(), value_of(&Given::Timestamp(at)));
        }
        Value::Object(context)
    }
}

fn value_of(given: &Given) -> Value {
    match given {
        Given::Bool(value) => json!(value),
        Given::Int(value) => json!(value),
        Given::String(value) => json!(value),
        Given::Timestamp(at) => {
            let at = jiff::Timestamp::from_microsecond(*at).unwrap_or_default();
            extension("datetime", &at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
        }
        Given::Ip(network) => extension("ip", &network.to_string()),
        Given::Principal(kind, name) => {
            let (part, ty) = match kind {
                PrincipalKind::User => ("user", "User"),
                PrincipalKind::Service => ("service", "Service"),
            };
            json!({part: reference_to(ty, name)})
        }
        Given::Group(name) => json!({"group": reference_to("Group", name)}),
        Given::Set(values) if values.iter().any(is_who) => whos(values),
        Given::Set(values) => Value::Array(values.iter().map(value_of).collect()),
    }
}

fn is_who(given: &Given) -> bool {
    matches!(given, Given::Principal(..) | Given::Group(_))
}

fn whos(values: &[Given]) -> Value {
    let (mut users, mut services, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    for value in values {
        match value {
            Given::Principal(PrincipalKind::User, name) => users.push(reference_to("User", name)),
            Given::Principal(PrincipalKind::Service, name) => services.push(reference_to("Service", name)),
            Given::Group(name) => groups.push(reference_to("Group", name)),
            _ => {}
        }
    }
    json!({"users": users, "services": services, "groups": groups})
}

fn reference_to(ty: &str, id: &str) -> Value {
    json!({"__entity": {"type": ty, "id": id}})
}

fn extension(function: &str, argument: &str) -> Value {
    json!({"__extn": {"fn": function, "arg": argument}})
}

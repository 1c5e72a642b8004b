//! A check of a policy > a request.
//!
//! Enters: names and values. Leaves: a [`Question`] that owns its words and lends them to the evaluator.

use crate::evaluate::{Attribute, Decision, Explanation, Principal, Request, RequestError, Resource, Value};
use crate::model::{self, Model, PrincipalValue, TestCheck};
use crate::policy::Policy;
use crate::terms::{AttributeRoot, PrincipalKind};
use jiff::Timestamp;
use smol_str::SmolStr;

/// Who may do what, where, when, with which values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// The user or service; `None`: anonymous, or somebody unnamed.
    pub identity: Option<(PrincipalKind, SmolStr)>,
    /// Without an identity.
    pub anonymous: bool,
    /// Supplied groups.
    pub groups: Vec<SmolStr>,
    /// Supplied roles.
    pub roles: Vec<SmolStr>,
    /// What.
    pub privilege: SmolStr,
    /// Where: type and id.
    pub resource: Option<(SmolStr, SmolStr)>,
    /// Supplied ancestors, nearest first.
    pub ancestors: Vec<(SmolStr, SmolStr)>,
    /// Supplied values.
    pub attributes: Vec<(AttributeRoot, SmolStr, model::Value)>,
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    pub at: Option<i64>,
}

impl Question {
    /// The question of a check; `None` if the check is not of this model.
    #[must_use]
    pub fn of_check(check: &TestCheck, model: &Model) -> Option<Question> {
        let resource = |name: &model::ResourceName| {
            Some((model.types.get(name.ty.index())?.name.value.clone(), name.id.clone()))
        };
        let attribute = |(id, value): &(model::AttributeNameId, model::Value)| {
            let (root, name) = model.attribute_names.get(id.index())?;
            Some((*root, name.clone(), value.clone()))
        };
        let groups =
            check.caller.groups.iter().map(|id| Some(model.groups.get(id.index())?.name.value.clone()));
        let roles = check.caller.roles.iter().map(|id| Some(model.roles.get(id.index())?.name.value.clone()));
        Some(Question {
            identity: check.caller.identity.clone(),
            anonymous: check.caller.anonymous,
            groups: groups.collect::<Option<_>>()?,
            roles: roles.collect::<Option<_>>()?,
            privilege: model.privileges.get(check.privilege.index())?.name.value.clone(),
            resource: match &check.resource {
                Some(name) => Some(resource(name)?),
                None => None,
            },
            ancestors: check.ancestors.iter().map(resource).collect::<Option<_>>()?,
            attributes: check.attributes.iter().map(attribute).collect::<Option<_>>()?,
            at: check.at,
        })
    }

    /// The answer of a policy.
    ///
    /// # Errors
    ///
    /// If the policy has no such question.
    pub fn decide(&self, policy: &Policy) -> Result<Decision, RequestError> {
        self.request(|request| policy.decide(request))
    }

    /// The answer of a policy, and why.
    ///
    /// # Errors
    ///
    /// If the policy has no such question.
    pub fn explain(&self, policy: &Policy) -> Result<Explanation, RequestError> {
        self.request(|request| policy.explain(request))
    }

    /// Lends the words as a request.
    pub(super) fn request<T>(&self, ask: impl FnOnce(&Request<'_>) -> T) -> T {
        let groups: Vec<&str> = self.groups.iter().map(SmolStr::as_str).collect();
        let roles: Vec<&str> = self.roles.iter().map(SmolStr::as_str).collect();
        let ancestors: Vec<(&str, &str)> =
            self.ancestors.iter().map(|(ty, id)| (ty.as_str(), id.as_str())).collect();
        // The elements of sets are lent from here, so they have to stand before the values do. Sets hold no sets.
        let elements: Vec<Vec<Value<'_>>> = self
            .attributes
            .iter()
            .map(|(_, _, value)| match value {
                model::Value::Set(elements) => elements.iter().map(|element| lend(element, &[])).collect(),
                _ => Vec::new(),
            })
            .collect();
        let attributes: Vec<Attribute<'_>> = self
            .attributes
            .iter()
            .zip(&elements)
            .map(|((root, name, value), elements)| Attribute::new(*root, name, lend(value, elements)))
            .collect();
        let principal = match &self.identity {
            Some((PrincipalKind::User, name)) => Principal::user(name),
            Some((PrincipalKind::Service, name)) => Principal::service(name),
            None if self.anonymous => Principal::anonymous(),
            None => Principal::somebody(),
        };
        let mut request =
            Request::new(principal.groups(&groups).roles(&roles), &self.privilege).with(&attributes);
        if let Some((ty, id)) = &self.resource {
            request = request.on(Resource::new(ty, id).within(&ancestors));
        }
        if let Some(at) = self.at {
            request = request.at(at);
        }
        ask(&request)
    }

    /// Who asks: `user:ann with role:operator`, `group:ops`, `authenticated`.
    #[must_use]
    pub fn who(&self) -> String {
        let named = match &self.identity {
            Some((PrincipalKind::User, name)) => Some(format!("user:{name}")),
            Some((PrincipalKind::Service, name)) => Some(format!("service:{name}")),
            None if self.anonymous => Some("anonymous".to_owned()),
            None => None,
        };
        let groups = self.groups.iter().map(|name| format!("group:{name}"));
        let supplied: Vec<String> =
            groups.chain(self.roles.iter().map(|name| format!("role:{name}"))).collect();
        match (named, supplied.is_empty()) {
            (Some(named), true) => named,
            (Some(named), false) => format!("{named} with {}", supplied.join(", ")),
            (None, false) => supplied.join(", "),
            (None, true) => "authenticated".to_owned(),
        }
    }

    /// The resource as `type:id`.
    #[must_use]
    pub fn resource_text(&self) -> Option<String> {
        self.resource.as_ref().map(|(ty, id)| format!("{ty}:{id}"))
    }

    /// All of it: `user:ann, flow.edit on flow:a in folder:b with context.mfa=true at 2026-01-01T00:00:00Z`.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}: {}", self.who(), self.privilege);
        if let Some(resource) = self.resource_text() {
            text.push_str(&format!(" on {resource}"));
        }
        for (ty, id) in &self.ancestors {
            text.push_str(&format!(" in {ty}:{id}"));
        }
        let values: Vec<String> = self
            .attributes
            .iter()
            .map(|(root, name, value)| format!("{}.{name}={}", root_word(*root), value_text(value)))
            .collect();
        if !values.is_empty() {
            text.push_str(&format!(" with {}", values.join(", ")));
        }
        if let Some(at) = self.at {
            text.push_str(&format!(" at {}", time_text(at)));
        }
        text
    }
}

fn lend<'a>(value: &'a model::Value, elements: &'a [Value<'a>]) -> Value<'a> {
    match value {
        model::Value::Bool(value) => Value::Bool(*value),
        model::Value::Int(value) => Value::Int(*value),
        model::Value::String(value) => Value::String(value),
        model::Value::Timestamp(value) => Value::Timestamp(*value),
        model::Value::Ip(value) => Value::Ip(*value),
        model::Value::Principal(PrincipalValue::User(name)) => Value::Principal(PrincipalKind::User, name),
        model::Value::Principal(PrincipalValue::Service(name)) => {
            Value::Principal(PrincipalKind::Service, name)
        }
        model::Value::Principal(PrincipalValue::Group(name)) => Value::Group(name),
        model::Value::Set(_) => Value::Set(elements),
    }
}

/// The word of a root in text.
pub(crate) fn root_word(root: AttributeRoot) -> &'static str {
    match root {
        AttributeRoot::Principal => "principal",
        AttributeRoot::Resource => "resource",
        AttributeRoot::Context => "context",
    }
}

/// A value as tables and the command line write it.
pub(crate) fn value_text(value: &model::Value) -> String {
    match value {
        model::Value::Bool(value) => value.to_string(),
        model::Value::Int(value) => value.to_string(),
        model::Value::String(value) => value.to_string(),
        model::Value::Timestamp(value) => time_text(*value),
        model::Value::Ip(value) => value.to_string(),
        model::Value::Principal(PrincipalValue::User(name)) => format!("user:{name}"),
        model::Value::Principal(PrincipalValue::Service(name)) => format!("service:{name}"),
        model::Value::Principal(PrincipalValue::Group(name)) => format!("group:{name}"),
        model::Value::Set(elements) => elements.iter().map(value_text).collect::<Vec<_>>().join("|"),
    }
}

/// A time as RFC 3339 writes it.
fn time_text(microseconds: i64) -> String {
    Timestamp::from_microsecond(microseconds)
        .map_or_else(|_| microseconds.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_question_is_told() {
        let mut question = Question { privilege: "edit".into(), at: Some(0), ..Question::default() };
        question.identity = Some((PrincipalKind::User, "ann".into()));
        question.roles.push("auditor".into());
        question.resource = Some(("flow".into(), "a".into()));
        question.ancestors = vec![("folder".into(), "f".into())];
        question.attributes.push((AttributeRoot::Context, "mfa".into(), model::Value::Bool(true)));
        assert_eq!(
            question.text(),
            "user:ann with role:auditor: edit on flow:a in folder:f with context.mfa=true at 1970-01-01T00:00:00Z"
        );
    }
}

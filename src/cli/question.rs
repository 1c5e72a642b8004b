//! Words of the command line, of a table or of a test block > a request.
//!
//! Enters: text or ids. Leaves: a [`Question`] that owns its words and lends them to the evaluator.

use super::values;
use crate::evaluate::{Attribute, Decision, Explanation, Principal, Request, RequestError, Resource, Value};
use crate::model::{self, Model, PrincipalValue, TestCheck};
use crate::policy::{NameKind, Policy};
use crate::terms::{AttributeRoot, PrincipalKind};
use smol_str::SmolStr;

/// Who may do what, where, when, with which values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Question {
    /// The user or service; `None`: anonymous, or somebody unnamed.
    pub(super) identity: Option<(PrincipalKind, SmolStr)>,
    /// Without an identity.
    pub(super) anonymous: bool,
    /// Supplied groups.
    pub(super) groups: Vec<SmolStr>,
    /// Supplied roles.
    pub(super) roles: Vec<SmolStr>,
    /// What.
    pub(super) privilege: SmolStr,
    /// Where: type and id.
    pub(super) resource: Option<(SmolStr, SmolStr)>,
    /// Supplied ancestors, nearest first.
    pub(super) ancestors: Vec<(SmolStr, SmolStr)>,
    /// Supplied values.
    pub(super) attributes: Vec<(AttributeRoot, SmolStr, model::Value)>,
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    pub(super) at: Option<i64>,
}

impl Question {
    /// Sets who asks from `user:x`, `service:x`, `group:x`, `role:x`, `anonymous` or `authenticated`.
    pub(super) fn ask_as(&mut self, who: &str) -> Result<(), String> {
        let (kind, name) = match who.split_once(':') {
            Some(parts) => parts,
            None if who == "anonymous" => {
                self.anonymous = true;
                return Ok(());
            }
            None if who == "authenticated" => return Ok(()),
            None => (who, ""),
        };
        match kind {
            _ if name.is_empty() => return Err(not_somebody(who)),
            "user" => self.identity = Some((PrincipalKind::User, name.into())),
            "service" => self.identity = Some((PrincipalKind::Service, name.into())),
            "group" => self.groups.push(name.into()),
            "role" => self.roles.push(name.into()),
            _ => return Err(not_somebody(who)),
        }
        Ok(())
    }

    /// Adds a value from `root.name=value`, read as its declaration says. The resource has to be known by then.
    pub(super) fn add_value(&mut self, text: &str, policy: &Policy) -> Result<(), String> {
        let (path, value) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` is no value; write `resource.name=value`"))?;
        let (root, name) = attribute_path(path.trim())?;
        let ty = self.resource.as_ref().map(|(ty, _)| ty.as_str());
        if root == AttributeRoot::Resource {
            match ty {
                None => {
                    return Err(format!(
                        "`{}` is an attribute of a resource, and none was given; name it",
                        path.trim()
                    ));
                }
                // What is wrong is the type then, and that is told when the question is asked.
                Some(ty) if policy.names(NameKind::Type).binary_search(&ty).is_err() => return Ok(()),
                Some(_) => {}
            }
        }
        if self.attributes.iter().any(|(other, known, _)| (*other, known.as_str()) == (root, name)) {
            return Err(format!("`{}` has two values; leave one out", path.trim()));
        }
        let kind = policy.attribute(root, ty, name).ok_or_else(|| unknown_attribute(root, ty, name))?;
        let value = values::parse(value.trim(), &kind)
            .map_err(|why| format!("the value of `{}` {why}", path.trim()))?;
        self.attributes.push((root, name.into(), value));
        Ok(())
    }

    /// The question of a check; `None` if the model contradicts itself.
    pub(super) fn of_check(check: &TestCheck, model: &Model) -> Option<Question> {
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

    pub(super) fn decide(&self, policy: &Policy) -> Result<Decision, RequestError> {
        self.request(|request| policy.decide(request))
    }

    pub(super) fn explain(&self, policy: &Policy) -> Result<Explanation, RequestError> {
        self.request(|request| policy.explain(request))
    }

    /// Lends the words as a request.
    fn request<T>(&self, ask: impl FnOnce(&Request<'_>) -> T) -> T {
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

    /// `user:ann with role:operator`, `group:ops`, `authenticated`.
    pub(super) fn who(&self) -> String {
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

    /// `type:id`.
    pub(super) fn resource_text(&self) -> Option<String> {
        self.resource.as_ref().map(|(ty, id)| format!("{ty}:{id}"))
    }

    /// All of it: `user:ann, flow.edit on flow:a in folder:b with context.mfa=true at 2026-01-01T00:00:00Z`.
    pub(super) fn text(&self) -> String {
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
            .map(|(root, name, value)| format!("{}.{name}={}", root_word(*root), values::text(value)))
            .collect();
        if !values.is_empty() {
            text.push_str(&format!(" with {}", values.join(", ")));
        }
        if let Some(at) = self.at {
            text.push_str(&format!(" at {}", values::time_text(at)));
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

/// Type and id of `type:id`.
pub(super) fn resource(text: &str) -> Result<(SmolStr, SmolStr), String> {
    match text.split_once(':') {
        Some((ty, "*")) => {
            Err(format!("`{text}` is every resource of type `{ty}`; ask about one of them, `{ty}:id`"))
        }
        Some((ty, id)) if !ty.is_empty() && !id.is_empty() => Ok((ty.into(), id.into())),
        _ => Err(format!("`{text}` is no resource; write `type:id`")),
    }
}

fn not_somebody(who: &str) -> String {
    format!(
        "`{who}` is nobody who asks; write `user:x`, `service:x`, `group:x`, `role:x`, `anonymous` or `authenticated`"
    )
}

/// Root and name of `resource.x`.
fn attribute_path(path: &str) -> Result<(AttributeRoot, &str), String> {
    let parts = path.split_once('.').and_then(|(root, name)| {
        let root = match root {
            "principal" => AttributeRoot::Principal,
            "resource" => AttributeRoot::Resource,
            "context" => AttributeRoot::Context,
            _ => return None,
        };
        (!name.is_empty()).then_some((root, name))
    });
    parts.ok_or_else(|| format!("`{path}` is no attribute; write `principal.x`, `resource.x` or `context.x`"))
}

fn root_word(root: AttributeRoot) -> &'static str {
    match root {
        AttributeRoot::Principal => "principal",
        AttributeRoot::Resource => "resource",
        AttributeRoot::Context => "context",
    }
}

fn unknown_attribute(root: AttributeRoot, ty: Option<&str>, name: &str) -> String {
    match (root, ty) {
        (AttributeRoot::Resource, Some(ty)) => {
            format!(
                "unknown attribute `resource.{name}`: the type `{ty}` declares none of this name; check its `resource` block"
            )
        }
        _ => {
            let root = root_word(root);
            format!(
                "unknown attribute `{root}.{name}`; declare it in the policy's `{root}` block, or leave it out"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_who(text: &str, wanted: Result<&str, ()>) {
        let mut question = Question::default();
        let result = question.ask_as(text).map(|()| question.who());
        assert_eq!(result.map_err(drop), wanted.map(str::to_owned), "{text}");
    }

    #[test]
    fn who_asks_is_read_back_as_written() {
        for text in
            ["user:ann", "service:nightly", "group:Power Users", "role:a:b", "anonymous", "authenticated"]
        {
            check_who(text, Ok(text));
        }
        for text in ["", "ann", "user:", "user", "anyone", "robot:x", ":x", "Anonymous"] {
            check_who(text, Err(()));
        }
    }

    #[test]
    fn a_resource_is_split_at_its_first_colon() {
        assert!(resource("flow:*").is_err(), "a whole type");
        assert_eq!(resource("flow:a:b/c"), Ok(("flow".into(), "a:b/c".into())));
        for text in ["flow", "flow:", ":a", ""] {
            assert!(resource(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_part_of_a_question_is_told() {
        let mut question = Question { privilege: "edit".into(), at: Some(0), ..Question::default() };
        question.ask_as("user:ann").expect("it is somebody");
        question.roles.push("auditor".into());
        question.resource = resource("flow:a").ok();
        question.ancestors = vec![("folder".into(), "f".into())];
        question.attributes.push((AttributeRoot::Context, "mfa".into(), model::Value::Bool(true)));
        assert_eq!(
            question.text(),
            "user:ann with role:auditor: edit on flow:a in folder:f with context.mfa=true at 1970-01-01T00:00:00Z"
        );
    }
}

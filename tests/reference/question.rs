//! A question that owns its words, and the request that borrows them.

use policyc::model::{AttributeRoot, Network, PrincipalKind};
use policyc::{Attribute, Principal, Request, Resource, Value};
use std::fmt;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A user or service, known to the policy or not.
    Known(PrincipalKind, String),
    /// Somebody logged in of whom no name is known.
    Somebody,
    /// Somebody who is not logged in.
    Anonymous,
}

/// A value that comes with a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// `true`, `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string or the word of an enum.
    String(String),
    /// Microseconds since 1970.
    Timestamp(i64),
    /// An address or a network.
    Ip(Network),
    /// A user or service.
    Principal(PrincipalKind, String),
    /// A group.
    Group(String),
    /// A set.
    Set(Vec<Given>),
}

/// A question as both evaluators get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who asks.
    pub asker: Asker,
    /// Groups that the asker brings.
    pub groups: Vec<String>,
    /// Roles that the asker brings.
    pub roles: Vec<String>,
    /// What it wants to do.
    pub privilege: String,
    /// On what: type and id.
    pub resource: Option<(String, String)>,
    /// What that lies in, nearest first.
    pub ancestors: Vec<(String, String)>,
    /// Values.
    pub attributes: Vec<(AttributeRoot, String, Given)>,
    /// When.
    pub at: Option<i64>,
}

impl Question {
    /// A question without anything but who and what.
    pub fn new(asker: Asker, privilege: impl Into<String>) -> Question {
        Question {
            asker,
            groups: Vec::new(),
            roles: Vec::new(),
            privilege: privilege.into(),
            resource: None,
            ancestors: Vec::new(),
            attributes: Vec::new(),
            at: None,
        }
    }

    /// Hands the question on as the request that the crate takes.
    pub fn with_request<R>(&self, ask: impl FnOnce(&Request<'_>) -> R) -> R {
        self.with_parts(|principal, resource, attributes| {
            let mut request = Request::new(principal, &self.privilege).with(attributes);
            if let Some(resource) = resource {
                request = request.on(resource);
            }
            if let Some(at) = self.at {
                request = request.at(at);
            }
            ask(&request)
        })
    }

    /// Hands on who asks, on what, with what values.
    pub fn with_parts<R>(
        &self,
        ask: impl FnOnce(Principal<'_>, Option<Resource<'_>>, &[Attribute<'_>]) -> R,
    ) -> R {
        let groups: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        let roles: Vec<&str> = self.roles.iter().map(String::as_str).collect();
        let ancestors: Vec<(&str, &str)> =
            self.ancestors.iter().map(|(ty, id)| (ty.as_str(), id.as_str())).collect();
        let sets: Vec<Vec<Value<'_>>> = self.attributes.iter().map(|(_, _, given)| elements(given)).collect();
        let attributes: Vec<Attribute<'_>> = self
            .attributes
            .iter()
            .zip(&sets)
            .map(|((root, name, given), set)| {
                Attribute::new(*root, name, plain(given).unwrap_or(Value::Set(set.as_slice())))
            })
            .collect();
        let principal = match &self.asker {
            Asker::Known(PrincipalKind::User, name) => Principal::user(name),
            Asker::Known(PrincipalKind::Service, name) => Principal::service(name),
            Asker::Somebody => Principal::somebody(),
            Asker::Anonymous => Principal::anonymous(),
        };
        let resource = self.resource.as_ref().map(|(ty, id)| Resource::new(ty, id).within(&ancestors));
        ask(principal.groups(&groups).roles(&roles), resource, &attributes)
    }
}

/// The value, unless it is a set.
fn plain(given: &Given) -> Option<Value<'_>> {
    Some(match given {
        Given::Bool(value) => Value::Bool(*value),
        Given::Int(value) => Value::Int(*value),
        Given::String(value) => Value::String(value),
        Given::Timestamp(value) => Value::Timestamp(*value),
        Given::Ip(value) => Value::Ip(*value),
        Given::Principal(kind, name) => Value::Principal(*kind, name),
        Given::Group(name) => Value::Group(name),
        Given::Set(_) => return None,
    })
}

/// The elements of a set; a set in a set, always a fault, becomes an empty one.
fn elements(given: &Given) -> Vec<Value<'_>> {
    match given {
        Given::Set(values) => values.iter().map(|value| plain(value).unwrap_or(Value::Set(&[]))).collect(),
        _ => Vec::new(),
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Given::Bool(value) => write!(f, "{value}"),
            Given::Int(value) => write!(f, "{value}"),
            Given::String(value) => write!(f, "{value:?}"),
            Given::Timestamp(value) => write!(f, "{value}us"),
            Given::Ip(value) => write!(f, "{value}"),
            Given::Principal(PrincipalKind::User, name) => write!(f, "user:{name:?}"),
            Given::Principal(PrincipalKind::Service, name) => write!(f, "service:{name:?}"),
            Given::Group(name) => write!(f, "group:{name:?}"),
            Given::Set(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", values.join(", "))
            }
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.asker {
            Asker::Known(PrincipalKind::User, name) => write!(f, "user:{name:?}")?,
            Asker::Known(PrincipalKind::Service, name) => write!(f, "service:{name:?}")?,
            Asker::Somebody => f.write_str("somebody")?,
            Asker::Anonymous => f.write_str("anonymous")?,
        }
        for group in &self.groups {
            write!(f, " group:{group:?}")?;
        }
        for role in &self.roles {
            write!(f, " role:{role:?}")?;
        }
        write!(f, " can {:?}", self.privilege)?;
        if let Some((ty, id)) = &self.resource {
            write!(f, " on {ty}:{id:?}")?;
        }
        for (ty, id) in &self.ancestors {
            write!(f, " in {ty}:{id:?}")?;
        }
        for (root, name, value) in &self.attributes {
            write!(f, " with {}.{name} = {value}", root_name(*root))?;
        }
        match self.at {
            Some(at) => write!(f, " at {at}us"),
            None => Ok(()),
        }
    }
}

/// The word before the dot.
pub fn root_name(root: AttributeRoot) -> &'static str {
    match root {
        AttributeRoot::Principal => "principal",
        AttributeRoot::Resource => "resource",
        AttributeRoot::Context => "context",
    }
}

//! Questions and answers as data, for services that ask each other. Behind the feature `serde`.
//!
//! Enters and leaves: anything that serde reads and writes. A request borrows its words, so what is read is a
//! [`RequestBuf`], which lends them. An unknown field or word is an error: a mistyped condition must not vanish.

use super::request::{Attribute, Decision, Principal, Request, Resource, Value};
use crate::terms::{AttributeRoot, Network, PrincipalKind, Reason};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A question that owns its words.
///
/// ```
/// use policyc::{Policy, evaluate::RequestBuf};
///
/// let text = r#"{
///     "principal": { "user": "ann", "groups": ["night-shift"] },
///     "privilege": "till.close",
///     "resource": { "type": "till", "id": "7", "within": [{ "type": "shop", "id": "north" }] },
///     "attributes": [{ "of": "context", "name": "mfa", "value": { "bool": true } }],
///     "at": 1780000000000000
/// }"#;
/// let request: RequestBuf = serde_json::from_str(text)?;
/// let answer = request.lend(|request| Policy::default().decide(request));
/// assert!(answer.is_err(), "an empty policy knows no privilege");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestBuf {
    /// Who asks.
    pub principal: PrincipalBuf,
    /// What for.
    pub privilege: String,
    /// About what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceBuf>,
    /// Values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<AttributeBuf>,
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
}

/// Who asks: at most one of `user`, `service` and `anonymous`; with none, somebody with an identity that is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "PrincipalFields")]
pub struct PrincipalBuf {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    anonymous: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
}

/// What stands there, before it is known that it fits together.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PrincipalFields {
    user: Option<String>,
    service: Option<String>,
    anonymous: bool,
    groups: Vec<String>,
    roles: Vec<String>,
}

impl TryFrom<PrincipalFields> for PrincipalBuf {
    type Error = &'static str;

    fn try_from(fields: PrincipalFields) -> Result<PrincipalBuf, &'static str> {
        let PrincipalFields { user, service, anonymous, groups, roles } = fields;
        let identities = u8::from(user.is_some()) + u8::from(service.is_some()) + u8::from(anonymous);
        if identities > 1 {
            return Err("a principal is a user, a service or anonymous, only one of them");
        }
        Ok(PrincipalBuf { user, service, anonymous, groups, roles })
    }
}

/// A resource, and what it lies in where the request says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceBuf {
    /// The type.
    #[serde(rename = "type")]
    pub ty: String,
    /// The id.
    pub id: String,
    /// The ancestors, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<AncestorBuf>,
}

/// An ancestor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AncestorBuf {
    /// The type.
    #[serde(rename = "type")]
    pub ty: String,
    /// The id.
    pub id: String,
}

/// A named value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeBuf {
    /// `principal`, `resource` or `context`.
    #[serde(with = "root")]
    pub of: AttributeRoot,
    /// The name.
    pub name: String,
    /// The value.
    pub value: ValueBuf,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueBuf {
    /// For `bool`.
    Bool(bool),
    /// For `int`.
    Int(i64),
    /// For `string` and enums.
    String(String),
    /// For `timestamp`: microseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// For `ip`: an address or a network.
    #[serde(with = "network")]
    Ip(Network),
    /// For `principal`: a user.
    User(String),
    /// For `principal`: a service.
    Service(String),
    /// For `principal`: a group.
    Group(String),
    /// For `[T]`. A set in a set fits no type, and is an error when asked.
    Set(Vec<ValueBuf>),
}

mod root {
    use super::{AttributeRoot, Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        Principal,
        Resource,
        Context,
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(of: &AttributeRoot, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(match of {
            AttributeRoot::Principal => "principal",
            AttributeRoot::Resource => "resource",
            AttributeRoot::Context => "context",
        })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<AttributeRoot, D::Error> {
        Ok(match Word::deserialize(from)? {
            Word::Principal => AttributeRoot::Principal,
            Word::Resource => AttributeRoot::Resource,
            Word::Context => AttributeRoot::Context,
        })
    }
}

mod network {
    use super::{Deserialize, Deserializer, Network, Serializer};
    use serde::de::Error as _;

    pub(super) fn serialize<S: Serializer>(network: &Network, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(network)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Network, D::Error> {
        let text = String::deserialize(from)?;
        Network::parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no address or network")))
    }
}

impl RequestBuf {
    /// Lends the request.
    pub fn lend<T>(&self, ask: impl FnOnce(&Request<'_>) -> T) -> T {
        let PrincipalBuf { user, service, anonymous, groups, roles } = &self.principal;
        let (groups, roles) = (groups.iter().map(String::as_str), roles.iter().map(String::as_str));
        let (groups, roles): (Vec<&str>, Vec<&str>) = (groups.collect(), roles.collect());
        let principal = match (user, service) {
            (Some(name), _) => Principal::user(name),
            (None, Some(name)) => Principal::service(name),
            (None, None) if *anonymous => Principal::anonymous(),
            (None, None) => Principal::somebody(),
        };
        let within = self.resource.iter().flat_map(|resource| &resource.within);
        let within: Vec<(&str, &str)> = within.map(|one| (one.ty.as_str(), one.id.as_str())).collect();
        let sets: Vec<Vec<Value<'_>>> = self.attributes.iter().map(|one| one.value.elements()).collect();
        let attributes: Vec<Attribute<'_>> = self
            .attributes
            .iter()
            .zip(&sets)
            .map(|(one, set)| Attribute::new(one.of, &one.name, one.value.lend(set)))
            .collect();
        let mut request =
            Request::new(principal.groups(&groups).roles(&roles), &self.privilege).with(&attributes);
        if let Some(ResourceBuf { ty, id, .. }) = &self.resource {
            request = request.on(Resource::new(ty, id).within(&within));
        }
        ask(&Request { at: self.at, ..request })
    }
}

impl ValueBuf {
    fn lend<'a>(&'a self, set: &'a [Value<'a>]) -> Value<'a> {
        match self {
            ValueBuf::Bool(value) => Value::Bool(*value),
            ValueBuf::Int(value) => Value::Int(*value),
            ValueBuf::String(value) => Value::String(value),
            ValueBuf::Timestamp(value) => Value::Timestamp(*value),
            ValueBuf::Ip(value) => Value::Ip(*value),
            ValueBuf::User(name) => Value::Principal(PrincipalKind::User, name),
            ValueBuf::Service(name) => Value::Principal(PrincipalKind::Service, name),
            ValueBuf::Group(name) => Value::Group(name),
            ValueBuf::Set(_) => Value::Set(set),
        }
    }

    /// The elements of a set; a set among them becomes an empty one, which fits no type either.
    fn elements(&self) -> Vec<Value<'_>> {
        match self {
            ValueBuf::Set(values) => values.iter().map(|value| value.lend(&[])).collect(),
            _ => Vec::new(),
        }
    }

    fn of(value: &Value<'_>) -> ValueBuf {
        match *value {
            Value::Bool(value) => ValueBuf::Bool(value),
            Value::Int(value) => ValueBuf::Int(value),
            Value::String(value) => ValueBuf::String(value.to_owned()),
            Value::Timestamp(value) => ValueBuf::Timestamp(value),
            Value::Ip(value) => ValueBuf::Ip(value),
            Value::Principal(PrincipalKind::User, name) => ValueBuf::User(name.to_owned()),
            Value::Principal(PrincipalKind::Service, name) => ValueBuf::Service(name.to_owned()),
            Value::Group(name) => ValueBuf::Group(name.to_owned()),
            // Elements of elements are not followed: no type has them.
            Value::Set(values) => {
                let element = |value: &Value<'_>| match value {
                    Value::Set(_) => ValueBuf::Set(Vec::new()),
                    plain => ValueBuf::of(plain),
                };
                ValueBuf::Set(values.iter().map(element).collect())
            }
        }
    }
}

impl From<&Request<'_>> for RequestBuf {
    fn from(request: &Request<'_>) -> RequestBuf {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let Principal { identity, anonymous, groups, roles } = request.principal;
        let name = |wanted| identity.filter(|&(kind, _)| kind == wanted).map(|(_, name)| name.to_owned());
        let (user, service) = (name(PrincipalKind::User), name(PrincipalKind::Service));
        let ancestor = |&(ty, id): &(&str, &str)| AncestorBuf { ty: ty.to_owned(), id: id.to_owned() };
        let attribute = |one: &Attribute<'_>| AttributeBuf {
            of: one.root,
            name: one.name.to_owned(),
            value: ValueBuf::of(&one.value),
        };
        RequestBuf {
            principal: PrincipalBuf { user, service, anonymous, groups: words(groups), roles: words(roles) },
            privilege: request.privilege.to_owned(),
            resource: request.resource.map(|Resource { ty, id, ancestors }| ResourceBuf {
                ty: ty.to_owned(),
                id: id.to_owned(),
                within: ancestors.iter().map(ancestor).collect(),
            }),
            attributes: request.attributes.iter().map(attribute).collect(),
            at: request.at,
        }
    }
}

impl Serialize for Request<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        RequestBuf::from(self).serialize(to)
    }
}

/// An answer as data.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionFields {
    granted: bool,
    reason: Reason,
    undecided: bool,
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Decision { reason, undecided } = *self;
        DecisionFields { granted: self.granted(), reason, undecided }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Decision {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Decision, D::Error> {
        let DecisionFields { granted, reason, undecided } = DecisionFields::deserialize(from)?;
        if granted != reason.grants() {
            return Err(D::Error::custom(format!("`granted` contradicts the reason `{}`", reason.name())));
        }
        Ok(Decision { reason, undecided })
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Reason, D::Error> {
        let word = String::deserialize(from)?;
        Reason::parse(&word).ok_or_else(|| D::Error::custom(format!("`{word}` is no reason")))
    }
}

#[cfg(test)]
mod tests;

//! Questions and answers: what a service hands to the evaluator and what it gets back.

use crate::terms::{AttributeRoot, Network, PrincipalKind, Reason};
use std::fmt;

/// Who asks.
///
/// Names that the policy does not know are fine: an unknown user is a user without entries of its own, an unknown group
/// or role brings nothing (DESIGN, section 2, step 1).
#[derive(Clone, Copy, Debug)]
pub struct Principal<'a> {
    pub(crate) identity: Option<(PrincipalKind, &'a str)>,
    pub(crate) anonymous: bool,
    pub(crate) groups: &'a [&'a str],
    pub(crate) roles: &'a [&'a str],
}

impl<'a> Principal<'a> {
    /// A user, with the groups and roles that the policy gives it.
    #[must_use]
    pub const fn user(name: &'a str) -> Principal<'a> {
        Principal { identity: Some((PrincipalKind::User, name)), ..Principal::somebody() }
    }

    /// A service account.
    #[must_use]
    pub const fn service(name: &'a str) -> Principal<'a> {
        Principal { identity: Some((PrincipalKind::Service, name)), ..Principal::somebody() }
    }

    /// An authenticated principal of whom nothing else is known but what is supplied.
    #[must_use]
    pub const fn somebody() -> Principal<'a> {
        Principal { identity: None, anonymous: false, groups: &[], roles: &[] }
    }

    /// A caller without an identity.
    #[must_use]
    pub const fn anonymous() -> Principal<'a> {
        Principal { anonymous: true, ..Principal::somebody() }
    }

    /// Groups it is in besides the declared ones; a disabled one counts for nothing.
    #[must_use]
    pub const fn groups(self, groups: &'a [&'a str]) -> Principal<'a> {
        Principal { groups, ..self }
    }

    /// Roles it holds besides the assigned ones, everywhere.
    #[must_use]
    pub const fn roles(self, roles: &'a [&'a str]) -> Principal<'a> {
        Principal { roles, ..self }
    }

    /// Whether it brings more than the policy gives it.
    #[inline]
    pub(crate) fn supplies(&self) -> bool {
        !(self.groups.is_empty() && self.roles.is_empty())
    }
}

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    pub(crate) ty: &'a str,
    pub(crate) id: &'a str,
    pub(crate) ancestors: &'a [(&'a str, &'a str)],
}

impl<'a> Resource<'a> {
    /// The resource `ty:id`; its ancestors are those that the policy declares or that its path gives.
    #[must_use]
    pub const fn new(ty: &'a str, id: &'a str) -> Resource<'a> {
        Resource { ty, id, ancestors: &[] }
    }

    /// Names the ancestors, (type, id), nearest first: for resources that the policy does not place.
    #[must_use]
    pub const fn within(self, ancestors: &'a [(&'a str, &'a str)]) -> Resource<'a> {
        Resource { ancestors, ..self }
    }
}

/// The value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// For `bool`.
    Bool(bool),
    /// For `int`.
    Int(i64),
    /// For `string` and enums.
    String(&'a str),
    /// For `timestamp`: microseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// For `ip`.
    Ip(Network),
    /// For `principal`: a user or service.
    Principal(PrincipalKind, &'a str),
    /// For `principal`: a group.
    Group(&'a str),
    /// For `[T]`; order and repetition carry no meaning.
    Set(&'a [Value<'a>]),
}

/// A named value that a request carries; it wins over one that the policy declares.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    pub(crate) root: AttributeRoot,
    pub(crate) name: &'a str,
    pub(crate) value: Value<'a>,
}

impl<'a> Attribute<'a> {
    /// `root.name = value`.
    #[must_use]
    pub const fn new(root: AttributeRoot, name: &'a str, value: Value<'a>) -> Attribute<'a> {
        Attribute { root, name, value }
    }
}

/// A question.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub(crate) principal: Principal<'a>,
    pub(crate) privilege: &'a str,
    pub(crate) resource: Option<Resource<'a>>,
    pub(crate) attributes: &'a [Attribute<'a>],
    pub(crate) at: Option<i64>,
}

impl<'a> Request<'a> {
    /// May `principal` do `privilege`? Without a resource, attributes or a time.
    #[must_use]
    pub const fn new(principal: Principal<'a>, privilege: &'a str) -> Request<'a> {
        Request { principal, privilege, resource: None, attributes: &[], at: None }
    }

    /// Asks about a resource.
    #[must_use]
    pub const fn on(self, resource: Resource<'a>) -> Request<'a> {
        Request { resource: Some(resource), ..self }
    }

    /// Carries values.
    #[must_use]
    pub const fn with(self, attributes: &'a [Attribute<'a>]) -> Request<'a> {
        Request { attributes, ..self }
    }

    /// Says when, in microseconds since 1970-01-01T00:00:00Z. Without it, bounds of time can't be decided.
    #[must_use]
    pub const fn at(self, microseconds: i64) -> Request<'a> {
        Request { at: Some(microseconds), ..self }
    }
}

/// An answer. It says why in a word; `Policy::explain` tells the whole story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub(crate) reason: Reason,
    pub(crate) undecided: bool,
}

impl Decision {
    /// Whether the privilege is granted.
    #[must_use]
    pub fn granted(self) -> bool {
        self.reason.grants()
    }

    /// Why.
    #[must_use]
    pub fn reason(self) -> Reason {
        self.reason
    }

    /// Whether a condition on the way could not be decided because the request lacked an attribute or a time. Grants
    /// with such a condition did not apply, denies did (DESIGN, section 2, step 3). `Policy::explain` names what lacked.
    #[must_use]
    pub fn undecided(self) -> bool {
        self.undecided
    }
}

/// A question that has no answer: it names what the policy does not know, or does not fit it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// No privilege has this name.
    UnknownPrivilege(Box<str>),
    /// No resource type has this name.
    UnknownType(Box<str>),
    /// The privilege is asked on a resource, and none was given.
    MissingResource(Box<str>),
    /// The privilege is asked without a resource, and one was given.
    SuperfluousResource(Box<str>),
    /// The privilege is not asked on resources of this type.
    WrongResourceType {
        /// The privilege.
        privilege: Box<str>,
        /// The type given.
        ty: Box<str>,
    },
    /// The ancestors supplied are not those that the policy knows, or their types do not fit.
    WrongAncestors(Box<str>),
    /// More ancestors than the limit of 64.
    TooDeep,
    /// More supplied groups and roles that the policy knows than the limit of 1,024.
    TooManySupplied,
    /// More attributes than the limit of 64.
    TooManyAttributes,
    /// No attribute of this name is declared, for this resource type where it is one of a resource.
    UnknownAttribute(Box<str>),
    /// The attribute has another type.
    WrongAttributeType(Box<str>),
    /// An attribute of a resource was given, and no resource.
    AttributeWithoutResource(Box<str>),
    /// An id is none of this policy's.
    UnknownId,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestError::UnknownPrivilege(name) => write!(f, "unknown privilege `{name}`"),
            RequestError::UnknownType(name) => write!(f, "unknown resource type `{name}`"),
            RequestError::MissingResource(name) => {
                write!(f, "`{name}` is asked on a resource, and none was given")
            }
            RequestError::SuperfluousResource(name) => {
                write!(f, "`{name}` is asked without a resource, and one was given")
            }
            RequestError::WrongResourceType { privilege, ty } => {
                write!(f, "`{privilege}` is not asked on resources of type `{ty}`")
            }
            RequestError::WrongAncestors(name) => {
                write!(f, "the ancestors supplied for `{name}` are not those that the policy gives it")
            }
            RequestError::TooDeep => f.write_str("the resource has more ancestors than the limit of 64"),
            RequestError::TooManySupplied => {
                f.write_str("the request supplies more groups and roles than the limit of 1,024")
            }
            RequestError::TooManyAttributes => {
                f.write_str("the request carries more attributes than the limit of 64")
            }
            RequestError::UnknownAttribute(name) => write!(f, "unknown attribute `{name}`"),
            RequestError::WrongAttributeType(name) => write!(f, "the value of `{name}` has another type"),
            RequestError::AttributeWithoutResource(name) => {
                write!(f, "`{name}` is an attribute of a resource, and none was given")
            }
            RequestError::UnknownId => f.write_str("an id is of another policy"),
        }
    }
}

impl std::error::Error for RequestError {}

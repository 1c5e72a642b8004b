//! The compiled, immutable policy.

use crate::evaluate::{Decision, Explanation, Request, RequestError, ValueKind};
use crate::terms::AttributeRoot;
use std::fmt;

/// A compiled policy.
#[derive(Clone, Debug, Default)]
pub struct Policy {}

impl Policy {
    /// Reads an artifact.
    pub fn load(bytes: Vec<u8>) -> Result<Policy, LoadError> {
        let _ = bytes;
        Err(LoadError::Truncated)
    }

    /// The artifact.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &[]
    }

    /// The same policy without places, titles and documentation.
    #[must_use]
    pub fn strip(&self) -> Policy {
        Policy {}
    }

    /// Whether it lacks places, titles and documentation.
    #[must_use]
    pub fn is_stripped(&self) -> bool {
        true
    }

    /// Answers a question.
    pub fn decide(&self, request: &Request<'_>) -> Result<Decision, RequestError> {
        Err(RequestError::UnknownPrivilege(request.privilege.into()))
    }

    /// Answers a question; a question that has no answer is answered with no.
    #[must_use]
    pub fn is_allowed(&self, request: &Request<'_>) -> bool {
        self.decide(request).is_ok_and(Decision::granted)
    }

    /// Answers a question and tells why.
    pub fn explain(&self, request: &Request<'_>) -> Result<Explanation, RequestError> {
        Err(RequestError::UnknownPrivilege(request.privilege.into()))
    }

    /// The kind of values that an attribute takes; for attributes of resources, of that type.
    #[must_use]
    pub fn attribute(&self, root: AttributeRoot, ty: Option<&str>, name: &str) -> Option<ValueKind> {
        let _ = (root, ty, name);
        None
    }

    /// Names of one kind, sorted: for suggestions and listings.
    #[must_use]
    pub fn names(&self, kind: NameKind) -> Vec<&str> {
        let _ = kind;
        Vec::new()
    }

    /// What is in it.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::default()
    }
}

/// The kinds of names that a policy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// Privileges.
    Privilege,
    /// Resource types.
    Type,
    /// Roles.
    Role,
    /// Groups.
    Group,
    /// Users.
    User,
    /// Services.
    Service,
}

/// Counts and sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Resource types.
    pub types: usize,
    /// Privileges.
    pub privileges: usize,
    /// Roles.
    pub roles: usize,
    /// Groups.
    pub groups: usize,
    /// Users.
    pub users: usize,
    /// Services.
    pub services: usize,
    /// Resources that it mentions.
    pub resources: usize,
    /// Entries.
    pub entries: usize,
    /// Assignments.
    pub assignments: usize,
    /// Conditions, equal ones counted once.
    pub conditions: usize,
    /// All of the artifact.
    pub bytes: usize,
    /// Of that, places, titles and documentation.
    pub debug_bytes: usize,
}

/// Why bytes are no artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// They end too early.
    Truncated,
    /// They do not begin as an artifact does.
    NotAnArtifact,
    /// Another version of policyc wrote them.
    Version {
        /// The version found.
        found: u32,
        /// The version that this one reads.
        supported: u32,
    },
    /// The checksum does not fit.
    Checksum,
    /// A section contradicts another; the word says which.
    Invalid(&'static str),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Truncated => f.write_str("the artifact is truncated"),
            LoadError::NotAnArtifact => f.write_str("this is not a policyc artifact"),
            LoadError::Version { found, supported } => {
                write!(f, "the artifact has version {found}, and this policyc reads version {supported}")
            }
            LoadError::Checksum => f.write_str("the artifact is damaged: its checksum does not fit"),
            LoadError::Invalid(what) => write!(f, "the artifact is damaged: {what}"),
        }
    }
}

impl std::error::Error for LoadError {}

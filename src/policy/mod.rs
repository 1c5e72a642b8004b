//! The compiled, immutable policy: an artifact and the questions it answers.
//!
//! Enters: bytes. Leaves: [`Policy`], verified once and then only read. Knows nothing of source text or files.

mod digest;
pub(crate) mod layout;
mod ledger;
mod lists;
mod read;
mod summary;
mod verify;
mod width;

/// The first bytes of every artifact.
pub const MAGIC: [u8; 8] = layout::MAGIC;

pub use digest::{Digest, NoDigest};
pub(crate) use ledger::Ledger;
pub(crate) use read::List;
pub use summary::{NameKind, Summary};
#[cfg(feature = "compile")]
pub(crate) use {read::name_hash, read::root_number, summary::assemble, width::decisions, width::too_wide};

use crate::evaluate::{
    self, Decision, Explanation, Memo, Principal, PrincipalId, PrivilegeId, Request, RequestError,
    ResourceId, Session, ValueKind,
};
use crate::terms::{AttributeRoot, PrincipalKind};
use layout::{Names, Section};
use std::fmt;
use std::sync::Arc;

/// A compiled policy. Cheap to share, never changes; `Send` and `Sync`.
///
/// A `Policy` comes from [`compile`](crate::compile) or from an artifact by [`Policy::load`].
#[derive(Clone)]
pub struct Policy {
    bytes: Vec<u8>,
    /// Where each section begins and ends.
    sections: [(usize, usize); Section::COUNT],
    /// Copies of what every question needs.
    counts: Counts,
    /// Whether something is written for each class.
    classes: [bool; 3],
    /// Where the slots of each name table are.
    tables: [(usize, usize); Names::COUNT],
    /// Decisions by profile and privilege, shared by all clones.
    memo: Arc<Memo>,
}

/// How many there are of what has a dense id.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub users: u32,
    pub services: u32,
    pub groups: u32,
    pub roles: u32,
    pub rules: u32,
    pub privileges: u32,
}

impl Counts {
    pub(crate) fn first_group(&self) -> u32 {
        self.users + self.services
    }

    pub(crate) fn first_role(&self) -> u32 {
        self.first_group() + self.groups
    }

    pub(crate) fn first_class(&self) -> u32 {
        self.first_role() + self.roles
    }
}

impl Policy {
    /// Reads an artifact. Everything in it is verified here, so that no question can go wrong later, whatever the bytes.
    ///
    /// # Errors
    ///
    /// When the bytes are no artifact of this version, are damaged, or contradict themselves.
    pub fn load(bytes: Vec<u8>) -> Result<Policy, LoadError> {
        let policy = Policy::open(bytes)?;
        verify::verify(&policy)?;
        Ok(policy)
    }

    /// An artifact that was just built and did not pass, to find out why.
    #[cfg(feature = "compile")]
    pub(crate) fn unverified(bytes: Vec<u8>) -> Policy {
        Policy::open(bytes).unwrap_or_default()
    }

    /// The artifact.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The name of the artifact; reads all of its bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// Answers a question. Allocates nothing.
    ///
    /// # Errors
    ///
    /// When the question names what the policy does not know or does not fit it (DESIGN, section 2, step 1).
    pub fn decide(&self, request: &Request<'_>) -> Result<Decision, RequestError> {
        evaluate::decide(self, request)
    }

    /// Answers a question; a question that has no answer is answered with no.
    #[must_use]
    #[inline]
    pub fn is_allowed(&self, request: &Request<'_>) -> bool {
        evaluate::is_allowed(self, request)
    }

    /// Answers a question and tells why: the deciding entries, the path to them, what is missing.
    ///
    /// # Errors
    ///
    /// As [`Policy::decide`].
    pub fn explain(&self, request: &Request<'_>) -> Result<Explanation, RequestError> {
        evaluate::explain(self, request)
    }

    /// Answers a question whose names were resolved before: no name is looked up. Allocates nothing.
    ///
    /// The principal has what the policy gives it; there are no values and there is no time. For those, and for many
    /// questions of one principal, open a [`Session`].
    ///
    /// ```
    /// # use policyc::{Policy, PrincipalId};
    /// fn may_close(policy: &Policy, who: PrincipalId) -> bool {
    ///     // Once, where the service starts:
    ///     let Some(close) = policy.privilege("till.close") else { return false };
    ///     // For every call:
    ///     policy.decide_ids(who, close, None).is_ok_and(|decision| decision.granted())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// When an id is out of range, or the privilege is not asked on such a resource.
    #[inline]
    pub fn decide_ids(
        &self,
        principal: PrincipalId,
        privilege: PrivilegeId,
        resource: Option<ResourceId>,
    ) -> Result<Decision, RequestError> {
        evaluate::decide_ids(self, principal, privilege, resource)
    }

    /// Opens a session for a principal; see [`Session`].
    ///
    /// # Errors
    ///
    /// When the principal supplies too many groups and roles.
    pub fn session<'a>(&'a self, principal: &Principal<'a>) -> Result<Session<'a>, RequestError> {
        Session::open(self, principal)
    }

    /// The id of a privilege.
    #[must_use]
    pub fn privilege(&self, name: &str) -> Option<PrivilegeId> {
        self.find(Names::Privilege, name).map(PrivilegeId)
    }

    /// The name of a privilege.
    #[must_use]
    pub fn privilege_name(&self, PrivilegeId(id): PrivilegeId) -> Option<&str> {
        (id < self.counts.privileges).then(|| self.name(Names::Privilege, id))
    }

    /// The id of a user or service that the policy declares.
    #[must_use]
    pub fn principal(&self, kind: PrincipalKind, name: &str) -> Option<PrincipalId> {
        let found = match kind {
            PrincipalKind::User => self.find(Names::User, name)?,
            PrincipalKind::Service => self.counts.users + self.find(Names::Service, name)?,
        };
        Some(PrincipalId(found))
    }

    /// The id of a resource that the policy declares, or names in an entry or assignment. Others have none: ask for them by
    /// name.
    #[must_use]
    pub fn resource(&self, ty: &str, id: &str) -> Option<ResourceId> {
        let ty = self.find_type(ty)?;
        self.find_node(ty, id).map(ResourceId)
    }

    /// The kind of values that an attribute takes; for attributes of resources, of that type.
    #[must_use]
    pub fn attribute(&self, root: AttributeRoot, ty: Option<&str>, name: &str) -> Option<ValueKind> {
        let ty = match (root, ty) {
            (AttributeRoot::Resource, Some(ty)) => self.find_type(ty)? + 1,
            (AttributeRoot::Resource, None) => return None,
            _ => 0,
        };
        let name = self.find_attribute(root, name)?;
        let declared = self.attribute_of(name, ty)?;
        Some(self.value_kind(declared.value_type))
    }
}

impl Default for Policy {
    /// A policy that knows nothing and denies everything.
    fn default() -> Policy {
        Policy {
            bytes: Vec::new(),
            sections: [(0, 0); Section::COUNT],
            counts: Counts::default(),
            classes: [false; 3],
            tables: [(0, 0); Names::COUNT],
            memo: Arc::new(Memo::new(0)),
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("summary", &self.summary()).finish_non_exhaustive()
    }
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

//! Names that were resolved once, as numbers of the policy that resolved them.

/// A privilege of a policy; [`Policy::privilege`](crate::Policy::privilege) gives it.
///
/// Ids are numbers without a mark of the policy they come from: resolve names again for another policy or another version
/// of one. An id that is out of range there is an error, never a panic; one that is in range means another privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrivilegeId(pub(crate) u32);

/// A user or service that a policy declares; [`Policy::principal`](crate::Policy::principal) gives it. As [`PrivilegeId`], a
/// number of one policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalId(pub(crate) u32);

/// A resource that a policy declares or names; [`Policy::resource`](crate::Policy::resource) gives it. As [`PrivilegeId`], a
/// number of one policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub(crate) u32);

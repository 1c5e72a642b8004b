//! Where a question is asked: the resource and its ancestors, level by level.
//!
//! Enters: a type, an id, supplied ancestors. Leaves: a [`Chain`], the resource first, then what it lies in, breadth first.
//! A resource need not be known to the policy: a path gives its ancestors, and so may the request.

use super::request::{RequestError, Resource};
use crate::policy::layout::{MAX_CHAIN, Names, Node, ScopeCode, ScopeKind, Type};
use crate::policy::{List, Policy};

/// No node: the policy does not know the resource.
const UNKNOWN: u32 = u32::MAX;

/// Level of what is scoped to a whole type: behind every ancestor.
pub(crate) const TYPE_WIDE: u32 = 254;
/// Level of what has no scope.
pub(crate) const EVERYWHERE: u32 = 255;

/// A resource on the way up.
#[derive(Clone, Copy)]
struct Link<'a> {
    ty: u32,
    node: u32,
    level: u32,
    id: &'a str,
    /// Where the supplied ancestors of this one begin; `usize::MAX` if none are supplied for it.
    supplied: usize,
}

/// A resource and its ancestors; empty for a question without a resource.
pub(crate) struct Chain<'a> {
    links: [Link<'a>; MAX_CHAIN],
    length: usize,
    ancestors: &'a [(&'a str, &'a str)],
}

impl<'a> Chain<'a> {
    /// The chain of a question without a resource.
    pub(crate) fn none() -> Chain<'a> {
        let empty = Link { ty: UNKNOWN, node: UNKNOWN, level: 0, id: "", supplied: usize::MAX };
        Chain { links: [empty; MAX_CHAIN], length: 0, ancestors: &[] }
    }

    /// The chain of a resource of a request.
    pub(crate) fn of(policy: &'a Policy, resource: &Resource<'a>) -> Result<Chain<'a>, RequestError> {
        let unknown = |ty: &str| RequestError::UnknownType(ty.into());
        let ty = policy.find(Names::Type, &[], resource.ty).ok_or_else(|| unknown(resource.ty))?;
        let mut chain = Chain { ancestors: resource.ancestors, ..Chain::none() };
        let supplied = if resource.ancestors.is_empty() { usize::MAX } else { 0 };
        chain.climb(policy, ty, resource.id, supplied).ok_or(RequestError::TooDeep)?;
        if supplied == 0 && !chain.agrees(policy)? {
            return Err(RequestError::WrongAncestors(format!("{}:{}", resource.ty, resource.id).into()));
        }
        Ok(chain)
    }

    /// The position of the nearest link whose type is one of `types`; 0 is the resource itself.
    pub(crate) fn nearest(&self, types: List<'_>) -> Option<usize> {
        self.links().iter().position(|link| types.iter().any(|asked| asked == link.ty))
    }

    /// The chain of the ancestor at a position.
    pub(crate) fn from(&self, policy: &'a Policy, at: usize) -> Option<Chain<'a>> {
        let link = *self.links().get(at)?;
        let mut chain = Chain { ancestors: self.ancestors, ..Chain::none() };
        // An ancestor has no more ancestors than what lies in it, so this fits.
        chain.climb(policy, link.ty, link.id, link.supplied)?;
        Some(chain)
    }

    fn links(&self) -> &[Link<'a>] {
        self.links.get(..self.length).unwrap_or_default()
    }

    fn push(&mut self, policy: &Policy, ty: u32, id: &'a str, level: u32, supplied: usize) -> Option<()> {
        if self.links().iter().any(|link| link.ty == ty && link.id == id) {
            return Some(());
        }
        let node = policy.find_node(ty, id).unwrap_or(UNKNOWN);
        let place = self.links.get_mut(self.length)?;
        *place = Link { ty, node, level, id, supplied };
        self.length += 1;
        Some(())
    }

    /// Adds a resource and everything above it. `None`: more than fits.
    fn climb(&mut self, policy: &'a Policy, ty: u32, id: &'a str, supplied: usize) -> Option<()> {
        self.push(policy, ty, id, 0, supplied)?;
        let mut at = 0;
        while let Some(&link) = self.links().get(at) {
            at += 1;
            let level = link.level + 1;
            let Type { by_path, parents, .. } = policy.record(link.ty);
            if by_path == 1 {
                if let Some((above, _)) = link.id.rsplit_once('/') {
                    for parent in policy.list(parents).iter() {
                        self.push(policy, parent, above, level, usize::MAX)?;
                    }
                }
                continue;
            }
            let node: Node = policy.record(link.node);
            let known = if link.node == UNKNOWN { 0 } else { node.parents };
            let declared = policy.list(known);
            if declared.is_empty() {
                // Neither path nor declaration places it: the request may.
                if let Some(&(above, id)) = self.ancestors.get(link.supplied) {
                    let ty = policy.find(Names::Type, &[], above).unwrap_or(UNKNOWN);
                    self.push(policy, ty, id, level, link.supplied + 1)?;
                }
                continue;
            }
            for parent in declared.iter() {
                let node: Node = policy.record(parent);
                self.push(policy, node.ty, policy.string(node.id), level, usize::MAX)?;
            }
        }
        Some(())
    }

    /// Whether every supplied ancestor is one that the policy knows or permits.
    fn agrees(&self, policy: &Policy) -> Result<bool, RequestError> {
        let mut child: Option<&Link<'_>> = self.links().first();
        for &(ty, id) in self.ancestors {
            let number =
                policy.find(Names::Type, &[], ty).ok_or_else(|| RequestError::UnknownType(ty.into()))?;
            let Some(below) = child else { return Ok(false) };
            let parents: Type = policy.record(below.ty);
            let may_lie = policy.list(parents.parents).iter().any(|parent| parent == number);
            let level = below.level + 1;
            child =
                self.links().iter().find(|link| link.ty == number && link.id == id && link.level == level);
            if !may_lie || child.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether there is a resource.
    pub(crate) fn has_resource(&self) -> bool {
        self.length > 0
    }

    /// The type of the resource; of no type if there is none.
    pub(crate) fn ty(&self) -> u32 {
        self.links().first().map_or(UNKNOWN, |link| link.ty)
    }

    /// Type and id of the resource.
    pub(crate) fn resource(&self) -> Option<(u32, &'a str)> {
        self.links().first().map(|link| (link.ty, link.id))
    }

    /// The resource itself, if the policy knows it.
    pub(crate) fn node(&self) -> Option<u32> {
        self.links().first().map(|link| link.node).filter(|&node| node != UNKNOWN)
    }

    /// Type and id of a node of the chain.
    pub(crate) fn link(&self, node: u32) -> Option<(u32, &'a str)> {
        self.links().iter().find(|link| link.node == node).map(|link| (link.ty, link.id))
    }

    /// Nodes and their levels, the resource first; unknown ones left out.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.links().iter().filter(|link| link.node != UNKNOWN).map(|link| (link.node, link.level))
    }

    /// The level at which a scope covers the resource; `None` if it doesn't.
    #[inline]
    pub(crate) fn level_of(&self, scope: ScopeCode) -> Option<u32> {
        match scope.kind() {
            ScopeKind::Everywhere => Some(EVERYWHERE),
            ScopeKind::Type(ty) => (self.length > 0 && self.ty() == ty).then_some(TYPE_WIDE),
            ScopeKind::Below(node) => self.nodes().find(|&(known, _)| known == node).map(|(_, level)| level),
            ScopeKind::Only(node) => (self.node() == Some(node)).then_some(0),
            ScopeKind::Invalid => None,
        }
    }
}

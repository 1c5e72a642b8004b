//! Where a question is asked: the resource and its ancestors, level by level.
//!
//! Enters: a type, an id, supplied ancestors. Leaves: a [`Chain`], the resource first, then what it lies in, breadth first.
//! A resource need not be known to the policy: a path gives its ancestors, and so may the request.

use super::request::{RequestError, Resource};
use crate::policy::layout::{Names, Node, ScopeCode, ScopeKind, Type};
use crate::policy::{List, Policy};

/// No node: the policy does not know the resource.
const UNKNOWN: u32 = u32::MAX;

/// Level of what is scoped to a whole type: behind every ancestor.
pub(crate) const TYPE_WIDE: u32 = 254;
/// Level of what has no scope.
pub(crate) const EVERYWHERE: u32 = 255;

/// Ancestors that most resources do not exceed; room for more is made only where they do.
pub(crate) const FEW_LINKS: usize = 12;

/// A resource on the way up.
#[derive(Clone, Copy)]
pub(crate) struct Link<'a> {
    ty: u32,
    node: u32,
    level: u32,
    id: &'a str,
}

impl Link<'_> {
    /// Room for one.
    pub(crate) const EMPTY: Link<'static> = Link { ty: UNKNOWN, node: UNKNOWN, level: 0, id: "" };
}

/// A resource and its ancestors, in somebody else's room; empty for a question without a resource.
#[derive(Clone, Copy)]
pub(crate) struct Chain<'a> {
    links: &'a [Link<'a>],
    /// What the request says of what lies in what: the resource asked about in the first, each in the next.
    supplied: &'a [(&'a str, &'a str)],
}

/// A chain that is being built.
struct Climb<'r, 'a> {
    room: &'r mut [Link<'a>],
    length: usize,
    supplied: &'a [(&'a str, &'a str)],
}

impl<'a> Climb<'_, 'a> {
    fn push(&mut self, policy: &Policy, ty: u32, id: &'a str, level: u32) -> Option<()> {
        let links = self.room.get(..self.length).unwrap_or_default();
        if links.iter().any(|link| link.ty == ty && link.id == id) {
            return Some(());
        }
        let node = policy.find_node(ty, id).unwrap_or(UNKNOWN);
        let place = self.room.get_mut(self.length)?;
        *place = Link { ty, node, level, id };
        self.length += 1;
        Some(())
    }

    /// Adds a resource and everything above it; `above` is what the request says it lies in. `None`: more than fits.
    fn climb(
        &mut self,
        policy: &'a Policy,
        ty: u32,
        id: &'a str,
        above: Option<(&'a str, &'a str)>,
    ) -> Option<()> {
        self.push(policy, ty, id, 0)?;
        let mut at = 0;
        while at < self.length {
            let link = *self.room.get(at)?;
            let supplied = if at == 0 { above } else { supplied_above(policy, self.supplied, &link) };
            at += 1;
            let level = link.level + 1;
            let Type { by_path, parents, .. } = policy.record(link.ty);
            if by_path == 1 {
                if let Some(above) = path_above(link.id) {
                    for parent in policy.list(parents).iter() {
                        self.push(policy, parent, above, level)?;
                    }
                }
                continue;
            }
            let declared = match link.node {
                UNKNOWN => 0,
                node => policy.record::<Node>(node).parents,
            };
            for parent in policy.list(declared).iter() {
                let node: Node = policy.record(parent);
                self.push(policy, node.ty, policy.string(node.id), level)?;
            }
            // Where neither path nor declaration places it, the request may.
            if let (true, Some((ty, id))) = (policy.list(declared).is_empty(), supplied) {
                self.push(policy, policy.find_type(ty)?, id, level)?;
            }
        }
        Some(())
    }
}

/// What a request says an ancestor lies in.
fn supplied_above<'a>(
    policy: &Policy,
    supplied: &[(&'a str, &'a str)],
    link: &Link<'_>,
) -> Option<(&'a str, &'a str)> {
    let is_link = |&(ty, id): &(&str, &str)| id == link.id && ty == policy.name(Names::Type, link.ty);
    let at = supplied.iter().position(is_link)?;
    supplied.get(at + 1).copied()
}

impl<'a> Chain<'a> {
    /// The chain of a question without a resource.
    pub(crate) const NONE: Chain<'static> = Chain { links: &[], supplied: &[] };

    /// The chain of a resource of a request, if it fits the room.
    pub(crate) fn of<'r>(
        policy: &'a Policy,
        resource: &Resource<'a>,
        room: &'r mut [Link<'a>],
    ) -> Result<Chain<'r>, RequestError>
    where
        'a: 'r,
    {
        let find = |ty: &str| policy.find_type(ty).ok_or_else(|| RequestError::UnknownType(ty.into()));
        let ty = find(resource.ty)?;
        for (ty, _) in resource.ancestors {
            find(ty)?;
        }
        let supplied = resource.ancestors;
        let chain = Chain::above(policy, (ty, resource.id), supplied, supplied.first().copied(), room);
        let chain = chain.ok_or(RequestError::TooDeep)?;
        if !chain.agrees(policy) {
            return Err(RequestError::WrongAncestors(format!("{}:{}", resource.ty, resource.id).into()));
        }
        Ok(chain)
    }

    /// The chain of a resource that the policy knows, if it fits the room.
    pub(crate) fn of_node<'r>(policy: &'a Policy, node: u32, room: &'r mut [Link<'a>]) -> Option<Chain<'r>>
    where
        'a: 'r,
    {
        let Node { ty, id, .. } = policy.record(node);
        Chain::above(policy, (ty, policy.string(id)), &[], None, room)
    }

    fn above<'r>(
        policy: &'a Policy,
        (ty, id): (u32, &'a str),
        supplied: &'a [(&'a str, &'a str)],
        above: Option<(&'a str, &'a str)>,
        room: &'r mut [Link<'a>],
    ) -> Option<Chain<'r>>
    where
        'a: 'r,
    {
        let mut climb = Climb { room, length: 0, supplied };
        climb.climb(policy, ty, id, above)?;
        let Climb { room, length, .. } = climb;
        Some(Chain { links: room.get(..length)?, supplied })
    }

    /// The resource and what it lies in.
    pub(crate) fn links(&self) -> &'a [Link<'a>] {
        self.links
    }

    /// A chain from its parts.
    pub(crate) fn from_parts(links: &'a [Link<'a>], supplied: &'a [(&'a str, &'a str)]) -> Chain<'a> {
        Chain { links, supplied }
    }

    /// The position of the nearest link whose type is one of `types`; 0 is the resource itself.
    pub(crate) fn nearest(&self, types: List<'_>) -> Option<usize> {
        self.links().iter().position(|link| types.iter().any(|asked| asked == link.ty))
    }

    /// The chain of the ancestor at a position. An ancestor has no more ancestors than what lies in it, so it fits into as
    /// much room.
    pub(crate) fn from<'r>(
        &self,
        policy: &'a Policy,
        at: usize,
        room: &'r mut [Link<'a>],
    ) -> Option<Chain<'r>>
    where
        'a: 'r,
    {
        let link = *self.links().get(at)?;
        let above = supplied_above(policy, self.supplied, &link);
        Chain::above(policy, (link.ty, link.id), self.supplied, above, room)
    }

    /// Whether the supplied ancestors are a way up: each a parent of the one before, and none twice.
    fn agrees(&self, policy: &Policy) -> bool {
        let mut below = self.links().first();
        for (at, (ty, id)) in self.supplied.iter().enumerate() {
            let is_it = |link: &&Link<'_>| link.id == *id && policy.name(Names::Type, link.ty) == *ty;
            let found = self.links().iter().skip(1).find(is_it);
            let (Some(child), Some(parent)) = (below, found) else { return false };
            let twice = self.supplied.iter().take(at).any(|earlier| earlier == &(*ty, *id));
            if twice || !lies_in(policy, child, parent) {
                return false;
            }
            below = Some(parent);
        }
        true
    }

    /// Whether there is a resource.
    pub(crate) fn has_resource(&self) -> bool {
        !self.links.is_empty()
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
            ScopeKind::Type(ty) => (self.has_resource() && self.ty() == ty).then_some(TYPE_WIDE),
            ScopeKind::Below(node) => self.nodes().find(|&(known, _)| known == node).map(|(_, level)| level),
            ScopeKind::Only(node) => (self.node() == Some(node)).then_some(0),
            ScopeKind::Invalid => None,
        }
    }
}

/// The id of what a path lies in; nothing stands above a slash at its beginning.
fn path_above(id: &str) -> Option<&str> {
    id.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty())
}

/// Whether the policy says so, or says nothing of what the first lies in and permits it.
fn lies_in(policy: &Policy, child: &Link<'_>, parent: &Link<'_>) -> bool {
    let Type { by_path, parents, .. } = policy.record(child.ty);
    if !policy.list(parents).iter().any(|allowed| allowed == parent.ty) {
        return false;
    }
    if by_path == 1 {
        return path_above(child.id) == Some(parent.id);
    }
    let declared = match child.node {
        UNKNOWN => 0,
        node => policy.record::<Node>(node).parents,
    };
    let mut declared = policy.list(declared).iter().peekable();
    declared.peek().is_none() || declared.any(|node| node == parent.node)
}

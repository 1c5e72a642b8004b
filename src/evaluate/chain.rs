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

/// A resource on the way up. One that the policy knows is its node; the others are their names.
#[derive(Clone, Copy)]
pub(crate) struct Link<'a> {
    /// Its type; of one that the policy knows it may be left out.
    ty: u32,
    node: u32,
    level: u32,
    /// Of an unknown one.
    id: &'a str,
}

impl<'a> Link<'a> {
    /// Room for one.
    pub(crate) const EMPTY: Link<'static> = Link { ty: UNKNOWN, node: UNKNOWN, level: 0, id: "" };

    /// A node, at level 0.
    fn of_node(node: u32) -> Link<'a> {
        Link { ty: UNKNOWN, node, level: 0, id: "" }
    }

    fn ty(&self, policy: &Policy) -> u32 {
        match self.ty {
            UNKNOWN => policy.record::<Node>(self.node).ty,
            ty => ty,
        }
    }

    /// A resource of a request, at level 0.
    fn of(policy: &Policy, ty: u32, id: &'a str) -> Link<'a> {
        match policy.find_node(ty, id) {
            Some(node) => Link { ty, node, level: 0, id: "" },
            None => Link { ty, node: UNKNOWN, level: 0, id },
        }
    }

    fn is(&self, other: &Link<'_>) -> bool {
        self.node == other.node && (self.node != UNKNOWN || (self.ty == other.ty && self.id == other.id))
    }

    fn id(&self, policy: &'a Policy) -> &'a str {
        match self.node {
            UNKNOWN => self.id,
            node => policy.name(Names::Node, node),
        }
    }
}

/// A resource and its ancestors, in somebody else's room; empty for a question without a resource.
#[derive(Clone, Copy)]
pub(crate) struct Chain<'a> {
    links: &'a [Link<'a>],
    /// A bit for each scope that covers the resource, by the last digits of what it names: most others are told from it.
    scopes: u64,
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
    fn push(&mut self, link: Link<'a>) -> Option<()> {
        let links = self.room.get(..self.length).unwrap_or_default();
        if links.iter().any(|known| known.is(&link)) {
            return Some(());
        }
        *self.room.get_mut(self.length)? = link;
        self.length += 1;
        Some(())
    }

    /// Adds all that a node lies in, as far as each lies in one other. Returns the last. Nothing of it is there already: what lies in
    /// one other thing each leads to nothing twice.
    #[inline]
    fn straight(&mut self, policy: &Policy, Link { mut node, mut level, .. }: Link<'a>) -> Option<Link<'a>> {
        let mut last = Link { level, ..Link::of_node(node) };
        for place in self.room.get_mut(self.length..)? {
            let Some(above) = policy.up(node).one() else { return Some(last) };
            (node, level) = (above, level + 1);
            last = Link { level, ..Link::of_node(node) };
            *place = last;
            self.length += 1;
        }
        policy.up(node).one().is_none().then_some(last)
    }

    /// Adds everything above the one that is there; `above` is what the request says that it lies in. `None`: more than fits.
    #[inline]
    fn climb(&mut self, policy: &'a Policy, above: Option<(&'a str, &'a str)>) -> Option<()> {
        let mut at = 0;
        // Whether there is one way up so far.
        let mut single = true;
        while at < self.length {
            let mut link = *self.room.get(at)?;
            at += 1;
            if single && link.node != UNKNOWN {
                link = self.straight(policy, link)?;
                at = self.length;
            }
            let level = link.level + 1;
            // The policy knows all that a path lies in which it knows, so only the end of an unknown one is looked up.
            let mut placed = false;
            if link.node != UNKNOWN {
                for parent in policy.parents(link.node) {
                    self.push(Link { level, ..Link::of_node(parent) })?;
                    placed = true;
                }
            }
            if placed {
                single = false;
                continue;
            }
            let Type { by_path, parents, .. } = policy.record(link.ty(policy));
            if by_path == 1 {
                if let (UNKNOWN, Some(above)) = (link.node, path_above(link.id)) {
                    let parents = policy.list(parents);
                    single &= parents.len() == 1;
                    for parent in parents.iter() {
                        self.push(Link { level, ..Link::of(policy, parent, above) })?;
                    }
                }
                continue;
            }
            // Where neither path nor declaration places it, the request may.
            let supplied = if at == 1 { above } else { supplied_above(policy, self.supplied, &link) };
            if let Some((ty, id)) = supplied {
                self.push(Link { level, ..Link::of(policy, policy.find_type(ty)?, id) })?;
            }
        }
        Some(())
    }
}

/// What a request says an ancestor lies in.
fn supplied_above<'a>(
    policy: &'a Policy,
    supplied: &[(&'a str, &'a str)],
    link: &Link<'a>,
) -> Option<(&'a str, &'a str)> {
    if supplied.is_empty() {
        return None;
    }
    let own = (policy.name(Names::Type, link.ty(policy)), link.id(policy));
    let is_link = |known: &(&str, &str)| *known == own;
    let at = supplied.iter().position(is_link)?;
    supplied.get(at + 1).copied()
}

impl<'a> Chain<'a> {
    /// The chain of a question without a resource.
    pub(crate) const NONE: Chain<'static> =
        Chain { links: &[], scopes: bit_of(ScopeCode::EVERYWHERE), supplied: &[] };

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
        let link = Link::of(policy, ty, resource.id);
        let chain = Chain::above(policy, link, supplied, supplied.first().copied(), room);
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
        let ty = policy.record::<Node>(node).ty;
        Chain::above(policy, Link { ty, ..Link::of_node(node) }, &[], None, room)
    }

    fn above<'r>(
        policy: &'a Policy,
        link: Link<'a>,
        supplied: &'a [(&'a str, &'a str)],
        above: Option<(&'a str, &'a str)>,
        room: &'r mut [Link<'a>],
    ) -> Option<Chain<'r>>
    where
        'a: 'r,
    {
        *room.first_mut()? = Link { level: 0, ..link };
        let mut climb = Climb { room, length: 1, supplied };
        climb.climb(policy, above)?;
        let Climb { room, length, .. } = climb;
        Some(Chain::from_parts(policy, room.get(..length)?, supplied))
    }

    /// The resource and what it lies in.
    pub(crate) fn links(&self) -> &'a [Link<'a>] {
        self.links
    }

    /// Every link, for those that look at it from outside.
    #[cfg(feature = "compile")]
    pub(crate) fn way_up(&self, policy: &'a Policy) -> Vec<super::decide::Above> {
        let above = |link: &Link<'a>| super::decide::Above {
            ty: link.ty(policy),
            id: link.id(policy).to_owned(),
            level: link.level,
            node: (link.node != UNKNOWN).then_some(link.node),
        };
        self.links().iter().map(above).collect()
    }

    /// A chain from its parts.
    #[inline]
    pub(crate) fn from_parts(
        policy: &Policy,
        links: &'a [Link<'a>],
        supplied: &'a [(&'a str, &'a str)],
    ) -> Chain<'a> {
        let mut scopes = bit_of(ScopeCode::EVERYWHERE);
        if let Some(first) = links.first() {
            scopes |= bit_of(ScopeCode::of_type(first.ty));
        }
        for link in links.iter().filter(|link| link.node != UNKNOWN) {
            // Nothing is scoped to the others.
            if policy.up(link.node).is_listed() {
                scopes |= bit_of(ScopeCode::below(link.node));
            }
        }
        Chain { links, scopes, supplied }
    }

    /// Whether a scope may cover the resource; most that don't are told from it at once.
    #[inline]
    pub(crate) fn may_cover(&self, scope: ScopeCode) -> bool {
        self.scopes & bit_of(scope) != 0
    }

    /// The position of the nearest link whose type is one of `types`; 0 is the resource itself.
    pub(crate) fn nearest(&self, policy: &Policy, types: List<'_>) -> Option<usize> {
        self.links().iter().position(|link| types.iter().any(|asked| asked == link.ty(policy)))
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
        let link = Link { ty: link.ty(policy), ..link };
        let above = supplied_above(policy, self.supplied, &link);
        Chain::above(policy, link, self.supplied, above, room)
    }

    /// Whether the supplied ancestors are a way up: each a parent of the one before, and none twice.
    fn agrees(&self, policy: &'a Policy) -> bool {
        let mut below = self.links().first();
        for (at, (ty, id)) in self.supplied.iter().enumerate() {
            let is_it =
                |link: &&Link<'_>| link.id(policy) == *id && policy.name(Names::Type, link.ty(policy)) == *ty;
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
    pub(crate) fn resource(&self, policy: &'a Policy) -> Option<(u32, &'a str)> {
        self.links().first().map(|link| (link.ty, link.id(policy)))
    }

    /// The resource itself, if the policy knows it.
    pub(crate) fn node(&self) -> Option<u32> {
        self.links().first().map(|link| link.node).filter(|&node| node != UNKNOWN)
    }

    /// Nodes and their levels, the resource first; unknown ones left out.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.links().iter().filter(|link| link.node != UNKNOWN).map(|link| (link.node, link.level))
    }

    /// The level at which a scope covers the resource; `None` if it doesn't.
    #[inline]
    pub(crate) fn level_of(&self, scope: ScopeCode) -> Option<u32> {
        match scope.kind() {
            _ if !self.may_cover(scope) => None,
            ScopeKind::Below(node) => self.nodes().find(|&(known, _)| known == node).map(|(_, level)| level),
            ScopeKind::Only(node) => (self.node() == Some(node)).then_some(0),
            ScopeKind::Everywhere => Some(EVERYWHERE),
            ScopeKind::Type(ty) => (self.has_resource() && self.ty() == ty).then_some(TYPE_WIDE),
            ScopeKind::Invalid => None,
        }
    }
}

/// The bit of a scope in `Chain::scopes`: the same for a node whether what lies below it is meant or not.
#[inline]
const fn bit_of(scope: ScopeCode) -> u64 {
    1 << (scope.0 >> 2 & 63)
}

/// The id of what a path lies in; nothing stands above a slash at its beginning.
fn path_above(id: &str) -> Option<&str> {
    id.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty())
}

/// Whether the policy says so, or says nothing of what the first lies in and permits it.
fn lies_in<'a>(policy: &'a Policy, child: &Link<'a>, parent: &Link<'a>) -> bool {
    let Type { by_path, parents, .. } = policy.record(child.ty(policy));
    if !policy.list(parents).iter().any(|allowed| allowed == parent.ty(policy)) {
        return false;
    }
    if by_path == 1 {
        return path_above(child.id(policy)) == Some(parent.id(policy));
    }
    if child.node == UNKNOWN {
        return true;
    }
    let mut declared = policy.parents(child.node).peekable();
    declared.peek().is_none() || declared.any(|node| node == parent.node)
}

//! Every resource that could be asked about, one for each region in which decisions can't differ.
//!
//! Enters: a policy and what a question can depend on. Leaves: regions, each with a resource that stands for all in it. What a
//! decision reads of a resource is its type, what is scoped to it and to what it lies in, and the values that the policy gives
//! these. An undeclared resource has none of it, so it counts by its type and by what it lies in alone.
//!
//! A request may name ancestors: for an undeclared resource that its path does not place, and for a declared one that the policy
//! does not place. So a resource is a way up: declared and undeclared ones, each in the next, as far as the types allow it.
//!
//! How many declared ones a request has to put into each other is bounded by what can matter at a time. Whether a privilege is
//! granted is settled by one entry that comes first, or by none; and so for each that it needs. Whatever else is on the way may be
//! left out of it: entries only get fewer, and those that settled it still come first. What is needed on what a resource lies in is
//! decided on the nearest of a type, which has to stay too.

use super::Undecided;
use super::index::{Cone, is_listed};
use crate::evaluate::{self, Above, Resource};
use crate::policy::Policy;
use crate::policy::layout::{AttributeName, Names, Node, ScopeCode, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Ways up that are looked at for one type.
const MAX_WAYS: usize = 100_000;

/// A resource as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub ty: String,
    pub id: String,
    /// What the request says that it lies in, nearest first.
    pub ancestors: Vec<(String, String)>,
    /// The same, whether the request has to say it or not.
    pub above: Vec<(String, String)>,
}

impl Place {
    pub(super) fn with_resource<T>(&self, then: impl FnOnce(&Resource<'_>) -> T) -> T {
        let ancestors: Vec<(&str, &str)> =
            self.ancestors.iter().map(|(ty, id)| (ty.as_str(), id.as_str())).collect();
        then(&Resource::new(&self.ty, &self.id).within(&ancestors))
    }

    /// The place of something that it lies in.
    fn ancestor(&self, ty: &str, id: &str) -> Place {
        let named = |list: &[(String, String)]| {
            let at = list.iter().position(|(known_ty, known)| known_ty == ty && known == id);
            at.and_then(|at| list.get(at + 1..)).map(<[_]>::to_vec).unwrap_or_default()
        };
        Place {
            ty: ty.to_owned(),
            id: id.to_owned(),
            ancestors: named(&self.ancestors),
            above: named(&self.above),
        }
    }
}

/// A resource of a way up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Link {
    pub ty: u32,
    pub level: u32,
    /// If the policy knows it.
    pub node: Option<u32>,
}

/// Where a privilege is decided.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    /// The resource and what it lies in; empty without one.
    pub links: Vec<Link>,
    /// Which request asks about the resource itself; what others say of it does not count.
    pub request: Option<usize>,
    /// The resource as a request would name it.
    pub place: Option<Rc<Place>>,
    /// Names of the links.
    names: Rc<[(u32, String)]>,
}

impl Stop {
    /// Without a resource.
    pub(super) fn nowhere() -> Stop {
        Stop { links: Vec::new(), request: None, place: None, names: Rc::new([]) }
    }

    /// A resource of a request.
    fn of(policy: &Policy, place: Place) -> Option<Stop> {
        let links = place.with_resource(|resource| evaluate::way_up(policy, resource).ok())?;
        Some(Stop::from_links(links, Some(0), Rc::new(place)))
    }

    fn from_links(above: Vec<Above>, request: Option<usize>, place: Rc<Place>) -> Stop {
        let link = |above: &Above| Link { ty: above.ty, level: above.level, node: above.node };
        let links = above.iter().map(link).collect();
        let names = above.into_iter().map(|above| (above.ty, above.id)).collect();
        Stop { links, request, place: Some(place), names }
    }

    /// The nearest of what it lies in, itself included, of one of the types.
    pub(super) fn nearest(&self, types: &[u32]) -> Option<usize> {
        self.links.iter().position(|link| types.contains(&link.ty))
    }

    /// Where something is decided that is needed on what it lies in.
    pub(super) fn ancestor(&self, policy: &Policy, at: usize) -> Option<Stop> {
        let (ty, id) = self.names.get(at)?;
        let place = self.place.as_ref()?;
        let links = place.with_resource(|resource| evaluate::way_up_from(policy, resource, (*ty, id)));
        // What it lies in is still named by the request.
        Some(Stop::from_links(links, None, place.clone()))
    }

    /// Whether a scope covers the resource.
    pub(super) fn is_in(&self, scope: ScopeCode) -> bool {
        self.scopes().iter().any(|&(known, _)| known == scope)
    }

    /// Something that it lies in, or itself, asked about by a request of its own.
    pub(super) fn asked_alone(&self, policy: &Policy, at: usize, request: usize) -> Option<Stop> {
        let (ty, id) = self.names.get(at)?;
        let place = self.place.as_ref()?.ancestor(policy.name(Names::Type, *ty), id);
        Some(Stop { request: Some(request), ..Stop::of(policy, place)? })
    }

    /// The type of the resource.
    pub(super) fn ty(&self) -> Option<u32> {
        self.links.first().map(|link| link.ty)
    }

    /// The resource itself, if the policy knows it.
    pub(super) fn node(&self) -> Option<u32> {
        self.links.first().and_then(|link| link.node)
    }

    /// Every scope that covers the resource and that something could be scoped to, with its level.
    pub(super) fn scopes(&self) -> Vec<(ScopeCode, u32)> {
        use crate::evaluate::{EVERYWHERE, TYPE_WIDE};
        let mut scopes = vec![(ScopeCode::EVERYWHERE, EVERYWHERE)];
        scopes.extend(self.ty().map(|ty| (ScopeCode::of_type(ty), TYPE_WIDE)));
        scopes.extend(self.node().map(|node| (ScopeCode::only(node), 0)));
        let nodes = self.links.iter().filter_map(|link| Some((ScopeCode::below(link.node?), link.level)));
        scopes.extend(nodes);
        scopes
    }

    /// What decisions read of it. Two with the same are decided alike.
    pub(super) fn signature(&self, policy: &Policy, cone: &Cone, attributes: &BTreeSet<u32>) -> Signature {
        let mut links = Vec::with_capacity(self.links.len());
        for link in &self.links {
            let node = link.node.filter(|&node| cone.is_scoped(node));
            let listed = link.node.is_some_and(|node| is_listed(policy, node));
            let values = link.node.map_or_else(Vec::new, |node| {
                let values = policy.list(policy.record::<Node>(node).attributes).pairs();
                values.filter(|(name, _)| attributes.contains(name)).collect()
            });
            links.push(LinkSignature { ty: link.ty, level: link.level, node, listed, values });
        }
        Signature { request: self.request, links }
    }
}

/// See [`Stop::signature`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Signature {
    request: Option<usize>,
    links: Vec<LinkSignature>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct LinkSignature {
    ty: u32,
    level: u32,
    /// If something is scoped to it.
    node: Option<u32>,
    listed: bool,
    /// Attributes and constants.
    values: Vec<(u32, u32)>,
}

/// Finds all regions of a policy.
pub(super) struct Places<'a> {
    policy: &'a Policy,
    cone: &'a Cone,
    /// Attributes of resources that tests look at.
    attributes: BTreeSet<u32>,
    /// How many declared resources a request puts into each other, besides the one that it asks about.
    depth: usize,
    /// An id that no resource has, nor a part of its path.
    fresh: String,
    nodes_of: BTreeMap<u32, Vec<u32>>,
    /// For each type the nodes that are not alike.
    different: BTreeMap<u32, Vec<u32>>,
}

/// A step of a way up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Undeclared(u32),
    /// One that the request, or a path, puts there.
    Declared(u32),
    /// One that the policy puts there.
    Placed(u32),
}

impl<'a> Places<'a> {
    /// For questions that take so many decisions.
    pub(super) fn of(
        policy: &'a Policy,
        cone: &'a Cone,
        attributes: BTreeSet<u32>,
        decisions: usize,
    ) -> Places<'a> {
        // Of one decision alone no nearest one is asked.
        let nearest = if decisions > 1 { policy.count::<Type>() as usize } else { 0 };
        let depth = decisions.saturating_mul(cone.width()).saturating_add(nearest);
        let mut nodes_of: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for node in 0..policy.count::<Node>() {
            nodes_of.entry(policy.record::<Node>(node).ty).or_default().push(node);
        }
        let fresh = fresh(policy);
        Places { policy, cone, attributes, depth, fresh, nodes_of, different: BTreeMap::new() }
    }

    /// What decisions read of a stop.
    pub(super) fn signature(&self, stop: &Stop) -> Signature {
        stop.signature(self.policy, self.cone, &self.attributes)
    }

    /// One resource of a type for each region, declared ones first.
    pub(super) fn regions(&mut self, ty: u32, left: &mut usize) -> Result<Vec<Stop>, Undecided> {
        let mut found: BTreeSet<Signature> = BTreeSet::new();
        let mut regions = Vec::new();
        let starts = self.different(ty, left)?.into_iter().map(Step::Declared).chain([Step::Undeclared(ty)]);
        // Nearer ends first, so that what stands for a region is the plainest of it.
        let mut open: std::collections::VecDeque<Vec<Step>> = starts.map(|step| vec![step]).collect();
        let mut ways = 0;
        while let Some(way) = open.pop_front() {
            ways += 1;
            if ways > MAX_WAYS || open.len() > MAX_WAYS {
                return Err(Undecided::Places);
            }
            let next = self.next(&way, left)?;
            *left = left.checked_sub(2 + way.len()).ok_or(Undecided::Effort)?;
            if let Some(stop) = Stop::of(self.policy, self.place(&way))
                && found.insert(self.signature(&stop))
            {
                regions.push(stop);
            }
            open.extend(next.into_iter().map(|step| {
                let mut way = way.clone();
                way.push(step);
                way
            }));
        }
        Ok(regions)
    }

    /// What the last one of a way could lie in by what a request says, or by its path.
    fn next(&mut self, way: &[Step], left: &mut usize) -> Result<Vec<Step>, Undecided> {
        let ty = match way.last() {
            Some(Step::Undeclared(ty)) => *ty,
            Some(Step::Declared(node) | Step::Placed(node)) => {
                if self.policy.parents(*node).next().is_some() {
                    // Where the policy says what it lies in, the request may only go on from the top.
                    let goes_on = self.has_open_top(*node);
                    let parents = self.policy.parents(*node).filter(|_| goes_on).map(Step::Placed);
                    return Ok(parents.collect());
                }
                let ty = self.policy.record::<Node>(*node).ty;
                if self.policy.record::<Type>(ty).by_path == 1 {
                    return Ok(Vec::new());
                }
                ty
            }
            None => return Ok(Vec::new()),
        };
        let mut next = Vec::new();
        let declared = way.iter().skip(1).filter(|step| matches!(step, Step::Declared(_))).count();
        for parent in self.policy.list(self.policy.record::<Type>(ty).parents).iter() {
            let nodes = if declared < self.depth { self.different(parent, left)? } else { Vec::new() };
            let is_there =
                |node: u32| way.contains(&Step::Declared(node)) || way.contains(&Step::Placed(node));
            next.extend(nodes.into_iter().filter(|&node| !is_there(node)).map(Step::Declared));
            // Of undeclared ones in a row a second one of a type brings nothing that the nearer one has not; unless its path
            // puts it into resources of other types, which then are undeclared too.
            let row = way.iter().rev().take_while(|step| matches!(step, Step::Undeclared(_)));
            let already = row.filter(|&&step| step == Step::Undeclared(parent)).count();
            let Type { by_path, parents, .. } = self.policy.record(parent);
            let branches = by_path == 1 && self.policy.list(parents).len() > 1;
            if already < 1 + usize::from(branches) {
                next.push(Step::Undeclared(parent));
            }
        }
        Ok(next)
    }

    /// Whether something that a resource lies in could lie in something else by what a request says.
    fn has_open_top(&self, node: u32) -> bool {
        let (mut open, mut seen) = (vec![node], BTreeSet::from([node]));
        while let Some(at) = open.pop() {
            let Type { by_path, parents, .. } = self.policy.record(self.policy.record::<Node>(at).ty);
            let mut placed = false;
            for parent in self.policy.parents(at) {
                placed = true;
                open.extend(seen.insert(parent).then_some(parent));
            }
            if !placed && by_path == 0 && !self.policy.list(parents).is_empty() {
                return true;
            }
        }
        false
    }

    /// The declared resources of a type, one of those that are alike.
    fn different(&mut self, ty: u32, left: &mut usize) -> Result<Vec<u32>, Undecided> {
        if let Some(known) = self.different.get(&ty) {
            return Ok(known.clone());
        }
        let mut seen: BTreeSet<Signature> = BTreeSet::new();
        let mut different = Vec::new();
        for &node in self.nodes_of.get(&ty).into_iter().flatten() {
            *left = left.checked_sub(4).ok_or(Undecided::Effort)?;
            let stop = Stop::of(self.policy, self.place(&[Step::Declared(node)]));
            if let Some(stop) = stop
                && seen.insert(self.signature(&stop))
            {
                different.push(node);
            }
        }
        self.different.insert(ty, different.clone());
        Ok(different)
    }

    /// The resource that a way stands for.
    fn place(&self, way: &[Step]) -> Place {
        let mut chain: Vec<(String, String)> = Vec::new();
        let (mut above, mut by_path) = (None::<String>, true);
        for (from_top, step) in way.iter().rev().enumerate() {
            let (ty, id) = match *step {
                Step::Declared(node) | Step::Placed(node) => {
                    // At the top there is nothing that the request would have to say.
                    by_path &= from_top == 0;
                    (self.policy.record::<Node>(node).ty, self.policy.name(Names::Node, node).to_owned())
                }
                Step::Undeclared(ty) => {
                    let is_path = self.policy.record::<Type>(ty).by_path == 1;
                    by_path &= is_path || from_top == 0;
                    let id = match &above {
                        Some(above) if is_path => format!("{above}/{}", self.fresh),
                        _ => self.fresh.clone(),
                    };
                    (ty, id)
                }
            };
            chain.push((self.policy.name(Names::Type, ty).to_owned(), id.clone()));
            above = Some(id);
        }
        chain.reverse();
        let (ty, id) = chain.first().cloned().unwrap_or_default();
        let above: Vec<(String, String)> = chain.into_iter().skip(1).collect();
        let ancestors = if by_path { Vec::new() } else { above.clone() };
        Place { ty, id, ancestors, above }
    }
}

/// An id that no resource has, nor a part of its path.
fn fresh(policy: &Policy) -> String {
    let ids = (0..policy.count::<Node>()).map(|at| policy.name(Names::Node, at));
    let known: BTreeSet<&str> =
        ids.flat_map(|id| id.split('/')).filter(|part| part.starts_with('*')).collect();
    let mut fresh = "*".to_owned();
    while known.contains(fresh.as_str()) {
        fresh.push('*');
    }
    fresh
}

/// The attributes of resources among some attributes.
pub(super) fn of_resources(policy: &Policy, attributes: impl Iterator<Item = u32>) -> BTreeSet<u32> {
    attributes.filter(|&name| policy.record::<AttributeName>(name).root == 1).collect()
}

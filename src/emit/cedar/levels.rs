//! Which of two scopes is nearer to a resource that lies in both.
//!
//! Cedar knows whether something lies in something, and not how far apart they are. Where the ancestors of a resource are one chain that
//! is enough: of two of them the nearer lies in the other. Where ids are paths their lengths tell. Elsewhere there is no answer.

use super::Export;
use super::expr::Expr;
use super::reach::Reach;
use crate::model::{InstanceId, Scope, Strategy, TypeId};
use std::collections::BTreeSet;

/// What a level consists of.
enum Level {
    /// The nearest of these.
    Resources(Vec<InstanceId>),
    TypeWide,
    Everywhere,
}

fn level(reach: &Reach) -> Level {
    let of_resource = |scope: &Scope| match scope {
        Scope::Resource { instance, .. } => Some(*instance),
        Scope::Type(_) | Scope::Everywhere => None,
    };
    let resources: Vec<InstanceId> = reach.scopes.iter().filter_map(of_resource).collect();
    match (resources.is_empty(), reach.scopes.is_empty()) {
        (false, _) => Level::Resources(resources),
        (true, false) => Level::TypeWide,
        (true, true) => Level::Everywhere,
    }
}

/// What is known of the ways up from resources of a type.
#[derive(Clone, Debug)]
pub(super) struct Up {
    /// The type itself and all that its resources may lie below.
    pub(super) types: BTreeSet<TypeId>,
    /// Whether every resource lies in one at most, so that its ancestors are a chain.
    chain: bool,
    /// The types of which only paths lead up.
    by_path: BTreeSet<TypeId>,
}

impl<'m> Export<'m> {
    /// The ways up from every type.
    pub(super) fn find_ways_up(&mut self) {
        for at in 0..self.model.types.len() {
            let ty = TypeId::at(at);
            let types = self.reachable(BTreeSet::from([ty]), &|_| true);
            let by_path = |ty: TypeId| self.model.types.get(ty.index()).is_some_and(|ty| ty.by_path);
            let parents = |ty: TypeId| self.model.types.get(ty.index()).map_or(0, |ty| ty.parents.len());
            let chain = !types.iter().any(|&ty| by_path(ty) && parents(ty) > 1);
            let along = self.reachable(BTreeSet::from([ty]), &by_path);
            let declared = along.iter().copied().filter(|&ty| !by_path(ty));
            let declared = declared.filter_map(|ty| self.model.types.get(ty.index()));
            let others = declared.flat_map(|ty| ty.parents.iter().map(|&(parent, _)| parent)).collect();
            let others = self.reachable(others, &|_| true);
            let by_path = along.difference(&others).copied().collect();
            self.up.push(Up { types, chain, by_path });
        }
    }

    /// These types and all above them, going on from those that `from` says.
    fn reachable(&self, start: BTreeSet<TypeId>, from: &dyn Fn(TypeId) -> bool) -> BTreeSet<TypeId> {
        let mut found = start.clone();
        let mut open: Vec<TypeId> = start.into_iter().collect();
        while let Some(ty) = open.pop() {
            if !from(ty) {
                continue;
            }
            let parents =
                self.model.types.get(ty.index()).map(|ty| ty.parents.as_slice()).unwrap_or_default();
            open.extend(parents.iter().map(|&(parent, _)| parent).filter(|&parent| found.insert(parent)));
        }
        found
    }

    /// A type and all that its resources may lie below.
    pub(super) fn above(&self, ty: TypeId) -> &BTreeSet<TypeId> {
        const NONE: &BTreeSet<TypeId> = &BTreeSet::new();
        self.up.get(ty.index()).map_or(NONE, |up| &up.types)
    }

    /// Whether a denial on one way comes before a grant on another, where both apply to a resource of a type; `None` where Cedar
    /// can't tell.
    pub(super) fn beats(
        &self,
        strategy: Strategy,
        deny: &Reach,
        grant: &Reach,
        ty: Option<TypeId>,
    ) -> Option<Expr> {
        let apart = |one: &Scope| grant.scopes.iter().any(|other| self.are_apart(*one, *other, ty));
        if deny.scopes.iter().any(apart) {
            return Some(Expr::FALSE);
        }
        match strategy {
            Strategy::DenyOverrides => Some(Expr::TRUE),
            Strategy::GrantOverrides => Some(Expr::FALSE),
            Strategy::MostSpecific if deny.rank > grant.rank => self.as_near(grant, deny, ty).map(Expr::not),
            Strategy::Nearest | Strategy::MostSpecific => self.as_near(deny, grant, ty),
        }
    }

    /// Whether the first is as near as the second, or nearer.
    fn as_near(&self, one: &Reach, other: &Reach, ty: Option<TypeId>) -> Option<Expr> {
        let (ones, others) = match (level(one), level(other)) {
            (Level::Resources(ones), Level::Resources(others)) => (ones, others),
            (Level::Resources(_), _) | (Level::TypeWide, Level::TypeWide) | (_, Level::Everywhere) => {
                return Some(Expr::TRUE);
            }
            (Level::TypeWide | Level::Everywhere, _) => return Some(Expr::FALSE),
        };
        let mut any = Vec::with_capacity(ones.len());
        for &one in &ones {
            let all: Option<Vec<Expr>> = others.iter().map(|&other| self.within(one, other, ty?)).collect();
            any.push(Expr::all(all?));
        }
        Some(Expr::any(any))
    }

    /// Whether the first of two ancestors of a resource of a type is as near to it as the second, or nearer.
    fn within(&self, one: InstanceId, other: InstanceId, ty: TypeId) -> Option<Expr> {
        if one == other {
            return Some(Expr::TRUE);
        }
        let up = self.up.get(ty.index())?;
        let (below, above) =
            (self.model.instances.get(one.index())?, self.model.instances.get(other.index())?);
        if up.by_path.contains(&below.ty) && up.by_path.contains(&above.ty) {
            let steps = |id: &str| id.matches('/').count();
            return Some(Expr::Const(steps(&below.id) >= steps(&above.id)));
        }
        if !up.chain {
            return None;
        }
        let may = |from: TypeId, wanted: TypeId| self.above(from).contains(&wanted);
        Some(match () {
            () if self.lies_in(one, other) || !may(above.ty, below.ty) => Expr::TRUE,
            () if self.lies_in(other, one) || !may(below.ty, above.ty) => Expr::FALSE,
            () => Expr::Lies(self.instance(one), self.instance(other)),
        })
    }

    /// Whether the policy places the first in the second, in a chain of ancestors; everything is in itself.
    fn lies_in(&self, one: InstanceId, other: InstanceId) -> bool {
        self.chain_of(one).any(|id| id == other)
    }

    /// A resource and what the policy says that it lies in, as a chain.
    fn chain_of(&self, from: InstanceId) -> impl Iterator<Item = InstanceId> {
        let parent = |id: &InstanceId| {
            self.model.instances.get(id.index()).and_then(|known| known.parents.first().copied())
        };
        std::iter::successors(Some(from), parent).take(self.model.instances.len())
    }

    /// Whether a request may say in what the last of a chain of ancestors lies.
    fn is_open(&self, from: InstanceId) -> bool {
        let last = self.chain_of(from).last().and_then(|id| self.model.instances.get(id.index()));
        let ty = last.and_then(|last| self.model.types.get(last.ty.index()));
        ty.is_none_or(|ty| !ty.by_path && !ty.parents.is_empty())
    }

    /// Whether no resource of a type lies in both of two scopes.
    fn are_apart(&self, one: Scope, other: Scope, ty: Option<TypeId>) -> bool {
        let (Scope::Resource { instance: one, .. }, Scope::Resource { instance: other, .. }) = (one, other)
        else {
            return false;
        };
        let known = |id: InstanceId| self.model.instances.get(id.index());
        let (Some(first), Some(second)) = (known(one), known(other)) else { return false };
        let Some(up) = ty.and_then(|ty| self.up.get(ty.index())) else { return false };
        if up.by_path.contains(&first.ty) && up.by_path.contains(&second.ty) {
            let within = |inner: &str, outer: &str| {
                inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            return !within(&first.id, &second.id) && !within(&second.id, &first.id);
        }
        let related = self.lies_in(one, other) || self.lies_in(other, one);
        up.chain && !related && !self.is_open(one) && !self.is_open(other)
    }
}

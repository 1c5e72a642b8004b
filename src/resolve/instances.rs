//! Resources that the policy knows, and the scopes that name them.
//!
//! Enters: declarations of resources, and every scope. Leaves: [`Instance`]s, sorted and closed over ancestors, and
//! [`Scope`]s. Until all of them are known a resource has a provisional id: its place in the order of mention.

use crate::ast::{InstanceDecl, Meta, ResourceRef, ScopeRef};
use crate::diagnostic::{Code, Diagnostic};
use crate::hash::Map;
use crate::model::{AttributeRoot, Instance, InstanceId, ResourceType, Scope, TypeId};
use crate::resolve::Resolver;
use crate::resolve::limits::Limits;
use crate::resolve::names::Kind;
use crate::resolve::types::doc_of;
use crate::resolve::written::{Decl, Written};
use crate::source::Span;
use smol_str::SmolStr;

/// The resources so far, by provisional id.
pub(super) struct Instances {
    limit: usize,
    full: bool,
    /// For each type, with the ids in place: most of what a large policy says names a resource.
    known: Vec<Map<SmolStr, u32>>,
    /// Where they are declared or first mentioned; in the instances at the end.
    places: Vec<Place>,
    list: Vec<Instance>,
}

#[derive(Clone, Copy)]
struct Place {
    span: Span,
    declared: bool,
}

impl Instances {
    pub fn new(limits: Limits) -> Instances {
        Instances {
            limit: limits.instances,
            full: false,
            known: Vec::new(),
            places: Vec::new(),
            list: Vec::new(),
        }
    }

    /// The resource of that name; `None` when there is no room for one more.
    fn mention(&mut self, ty: TypeId, id: &str, span: Span) -> Option<InstanceId> {
        if self.known.len() <= ty.index() {
            self.known.resize_with(ty.index() + 1, Map::default);
        }
        let known = self.known.get_mut(ty.index())?;
        if let Some(&at) = known.get(id) {
            if let Some(place) = self.places.get_mut(at as usize)
                && !place.declared
            {
                place.span = place.span.min(span);
            }
            return Some(InstanceId(at));
        }
        if self.list.len() >= self.limit {
            return None;
        }
        let at = InstanceId::at(self.list.len());
        let name = SmolStr::new(id);
        known.insert(name.clone(), at.0);
        self.places.push(Place { span, declared: false });
        self.list.push(Instance {
            ty,
            id: name,
            span,
            declared: false,
            parents: Vec::new(),
            attributes: Vec::new(),
            doc: None,
        });
        Some(at)
    }
}

/// The path that a path lies in: all before its last step. A path of one step lies in nothing.
fn path_above(id: &str) -> Option<&str> {
    id.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty())
}

fn is_by_path(types: &[ResourceType], ty: TypeId) -> bool {
    types.get(ty.index()).is_some_and(|ty| ty.by_path)
}

impl<'a> Resolver<'a, '_> {
    /// A resource that something speaks of; it is known from then on. `None` after a reported fault.
    fn instance(&mut self, resource: &ResourceRef) -> Option<InstanceId> {
        let ty = TypeId(self.names.find(Kind::Type, &resource.ty, &mut self.report)?);
        let id = resource.id.text.as_str();
        let levels = self.limits.levels;
        if is_by_path(&self.model.types, ty) && id.bytes().filter(|&byte| byte == b'/').count() >= levels {
            self.too_deep(resource.span);
            return None;
        }
        self.known_instance(ty, id, resource.span)
    }

    fn known_instance(&mut self, ty: TypeId, id: &str, span: Span) -> Option<InstanceId> {
        let found = self.instances.mention(ty, id, span);
        if found.is_none() && !self.instances.full {
            self.instances.full = true;
            self.too_many(span, "resources, counting all that they lie in", self.limits.instances);
        }
        found
    }

    fn too_deep(&mut self, span: Span) {
        let message = format!("the resource lies more than {} levels deep", self.limits.levels);
        self.report.say(Code::TooMany, span, message, "let it lie less deep");
    }

    /// Resources with a declaration of their own.
    pub(super) fn declared_instances(&mut self, written: &Written<'a>) {
        for site in &written.instances {
            let Some(at) = self.instance(&site.decl.resource) else {
                if let Some(parent) = &site.decl.parent {
                    self.instance(parent);
                }
                continue;
            };
            self.declared_instance(at, site);
        }
    }

    fn declared_instance(&mut self, at: InstanceId, site: &Decl<'a, InstanceDecl>) {
        let InstanceDecl { resource, parent, attributes } = site.decl;
        let (Some(&Place { span: first, declared }), Some(ty)) = (
            self.instances.places.get(at.index()),
            self.instances.list.get(at.index()).map(|known| known.ty),
        ) else {
            return;
        };
        let parent = parent.as_ref().and_then(|parent| self.declared_parent(ty, resource, parent));
        let attributes = self.values(AttributeRoot::Resource, Some(ty), attributes);
        if declared {
            let message = format!("resource `{}:{}` is declared twice", resource.ty.text, resource.id.text);
            self.report.push(
                Diagnostic::new(Code::DuplicateDeclaration, resource.span, message)
                    .label("declared again here")
                    .also(first, "first declared here")
                    .help("make it one declaration"),
            );
            return;
        }
        let meta: &Meta = site.meta;
        if let Some(place) = self.instances.places.get_mut(at.index()) {
            *place = Place { span: resource.span, declared: true };
        }
        if let Some(known) = self.instances.list.get_mut(at.index()) {
            known.parents.extend(parent);
            known.attributes = attributes;
            known.doc = doc_of(meta);
        }
    }

    /// The parent that a declaration names, if its type may have it. Parents of path types follow from the path.
    fn declared_parent(
        &mut self,
        ty: TypeId,
        child: &ResourceRef,
        parent: &ResourceRef,
    ) -> Option<InstanceId> {
        let above = TypeId(self.names.find(Kind::Type, &parent.ty, &mut self.report)?);
        let (type_name, declared) = self.type_name(ty);
        let found = self.model.types.get(ty.index())?;
        let fault = |message: String, label: String| {
            Diagnostic::new(Code::WrongParent, parent.span, message).also(declared, label)
        };
        if found.parents.is_empty() {
            // Whether it had any, nobody knows once a parent of some type could not be resolved.
            if !self.types.incomplete {
                self.report.push(
                    fault(
                        format!("a resource of type `{type_name}` lies in nothing"),
                        "declared without `in`".to_owned(),
                    )
                    .help(format!("declare the type as `resource {type_name} in {}`", parent.ty.text)),
                );
            }
            return None;
        }
        if found.parents.iter().all(|(allowed, _)| *allowed != above) {
            if !self.types.incomplete {
                let allowed: Vec<SmolStr> =
                    found.parents.iter().map(|(ty, _)| self.type_name(*ty).0).collect();
                let allowed = super::report::listed(allowed.iter().map(SmolStr::as_str));
                let message =
                    format!("a resource of type `{type_name}` does not lie in a `{}`", parent.ty.text);
                self.report.push(
                    fault(message, format!("may lie in {allowed}"))
                        .help(format!("name one of type {allowed}, or add the type behind `in`")),
                );
            }
            return None;
        }
        if !found.by_path {
            return self.instance(parent);
        }
        if path_above(&child.id.text) != Some(parent.id.text.as_str()) {
            let help = match path_above(&child.id.text) {
                Some(path) => format!("leave out `in`: it lies in `{}:{path}`", parent.ty.text),
                None => {
                    format!("leave out `in`, or name it `{type_name}:{}/{}`", parent.id.text, child.id.text)
                }
            };
            let message = format!("the path of `{type_name}:{}` says something else", child.id.text);
            self.report.push(fault(message, "declared `by path`".to_owned()).help(help));
        }
        None
    }

    /// The scope that is written, or everywhere; `None` after a reported fault.
    pub(super) fn scope(&mut self, scope: Option<&ScopeRef>) -> Option<Scope> {
        match scope {
            None => Some(Scope::Everywhere),
            Some(ScopeRef::Type { ty, .. }) => {
                self.names.find(Kind::Type, ty, &mut self.report).map(|ty| Scope::Type(TypeId(ty)))
            }
            Some(ScopeRef::Resource { resource, only }) => {
                let instance = self.instance(resource)?;
                Some(Scope::Resource { instance, only: only.is_some() })
            }
        }
    }

    /// Adds whatever the paths of known resources lie in, then gives all of them their final order. The result tells the
    /// final id of each provisional one.
    pub(super) fn close_instances(&mut self) -> Vec<InstanceId> {
        let mut at = 0;
        let mut edges = 0_usize;
        while let (Some((ty, id)), Some(&Place { span, .. })) = (
            self.instances.list.get(at).map(|known| (known.ty, known.id.clone())),
            self.instances.places.get(at),
        ) {
            if let Some(above) = path_above(&id).filter(|_| is_by_path(&self.model.types, ty)) {
                let count = self.model.types.get(ty.index()).map_or(0, |ty| ty.parents.len());
                edges = edges.saturating_add(count);
                if edges > self.limits.parents {
                    self.too_many(span, "places that paths lie in", self.limits.parents);
                    break;
                }
                let mut parents = Vec::with_capacity(count);
                for which in 0..count {
                    let parent = self.model.types.get(ty.index()).and_then(|ty| ty.parents.get(which));
                    let Some((parent, _)) = parent.copied() else { continue };
                    parents.extend(self.known_instance(parent, above, span));
                }
                if let Some(known) = self.instances.list.get_mut(at) {
                    known.parents = parents;
                }
            }
            at += 1;
        }
        for (known, place) in self.instances.list.iter_mut().zip(&self.instances.places) {
            (known.span, known.declared) = (place.span, place.declared);
        }
        self.check_levels();
        let list = std::mem::take(&mut self.instances.list);
        let (list, places) = super::canonical::sort_instances(list);
        self.model.instances = list;
        places
    }

    /// Reports each resource that is the first below the deepest level. Cycles are for `validate`.
    fn check_levels(&mut self) {
        const UNKNOWN: usize = 0;
        const BEGUN: usize = usize::MAX;
        let list = &self.instances.list;
        let mut levels = vec![UNKNOWN; list.len()];
        let mut deep = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for start in 0..list.len() {
            open.push(start);
            while let Some(&at) = open.last() {
                let level = levels.get(at).copied().unwrap_or_default();
                if level != UNKNOWN && level != BEGUN {
                    open.pop();
                    continue;
                }
                let parents = list.get(at).map(|known| known.parents.as_slice()).unwrap_or_default();
                let of = |parent: &InstanceId| levels.get(parent.index()).copied().unwrap_or_default();
                let before = open.len();
                if level == UNKNOWN {
                    open.extend(parents.iter().filter(|parent| of(parent) == UNKNOWN).map(|p| p.index()));
                }
                let own = 1 + parents.iter().map(of).filter(|&level| level != BEGUN).max().unwrap_or(0);
                let waits = open.len() > before;
                if let Some(slot) = levels.get_mut(at) {
                    *slot = if waits { BEGUN } else { own };
                }
                if !waits && own == self.limits.levels + 1 {
                    deep.extend(list.get(at).map(|known| known.span));
                }
            }
        }
        for span in deep {
            self.too_deep(span);
        }
    }
}

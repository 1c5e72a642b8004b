//! On what privileges are asked: what a formula may know of the resource, and what a question has to name.
//!
//! Enters: privileges. Leaves: the types they are asked on, each with one that says so. Knows nothing of formulas.

use crate::model::{CategoryId, PrivilegeId, TypeId};
use crate::resolve::Resolver;
use crate::source::Span;

/// Who makes a formula be decided on a type: for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asker {
    Privilege(PrivilegeId),
    Category(CategoryId),
}

/// On what a formula is decided.
#[derive(Default)]
pub(super) struct Asked {
    /// The types, sorted, each with one who asks on it.
    pub types: Vec<(TypeId, Asker)>,
    /// One who asks without a resource.
    pub without: Option<Asker>,
}

impl Asked {
    /// Whether nothing is known of it; then whatever some type declares is fine.
    pub fn is_open(&self) -> bool {
        self.types.is_empty() && self.without.is_none()
    }
}

/// What many ask on. Of those who ask on one type the first in their order speaks for it, so that a report names the same
/// one whatever the order of files.
struct Gathered {
    by_type: Vec<Option<Asker>>,
    without: Option<Asker>,
}

impl Gathered {
    fn new(types: usize) -> Gathered {
        Gathered { by_type: vec![None; types], without: None }
    }

    /// `None`: the types could not all be resolved, and nothing is said of them.
    fn add(&mut self, types: Option<&[TypeId]>, asker: Asker) {
        let first = |slot: &mut Option<Asker>| *slot = Some(slot.map_or(asker, |known| known.min(asker)));
        match types {
            None => {}
            Some([]) => first(&mut self.without),
            Some(types) => {
                types.iter().for_each(|ty| self.by_type.get_mut(ty.index()).into_iter().for_each(first));
            }
        }
    }

    fn finish(self) -> Asked {
        let found = self.by_type.into_iter().enumerate();
        let types = found.filter_map(|(at, asker)| Some((TypeId::at(at), asker?)));
        Asked { types: types.collect(), without: self.without }
    }
}

impl<'a> Resolver<'a, '_> {
    /// The types that a privilege is asked on; empty: without a resource. `None` when they could not all be resolved.
    pub(super) fn types_of(&self, privilege: PrivilegeId) -> Option<&[TypeId]> {
        let category = self.model.privileges.get(privilege.index())?.category;
        self.types_of_category(category)
    }

    /// The types that the privileges of a category are asked on, likewise.
    pub(super) fn types_of_category(&self, category: CategoryId) -> Option<&[TypeId]> {
        let vague = self.vague.get(category.index()).copied().unwrap_or(true);
        if vague {
            None
        } else {
            self.model.categories.get(category.index()).map(|found| found.on.as_slice())
        }
    }

    /// On what a privilege is asked.
    pub(super) fn asked_of(&self, privilege: PrivilegeId) -> Asked {
        self.asked_on(self.types_of(privilege), Asker::Privilege(privilege))
    }

    /// On what a category's own formula is decided.
    pub(super) fn asked_of_category(&self, category: CategoryId) -> Asked {
        self.asked_on(self.types_of_category(category), Asker::Category(category))
    }

    fn asked_on(&self, types: Option<&[TypeId]>, asker: Asker) -> Asked {
        match types {
            None => Asked::default(),
            Some([]) => Asked { types: Vec::new(), without: Some(asker) },
            Some(types) => Asked { types: types.iter().map(|&ty| (ty, asker)).collect(), without: None },
        }
    }

    /// On what any of these privileges is asked.
    pub(super) fn asked_of_all(&self, privileges: impl Iterator<Item = PrivilegeId>) -> Asked {
        let mut gathered = Gathered::new(self.model.types.len());
        for privilege in privileges {
            gathered.add(self.types_of(privilege), Asker::Privilege(privilege));
        }
        gathered.finish()
    }

    /// On what anything is asked that one of these says.
    pub(super) fn asked_of_any<'q>(&self, parts: impl Iterator<Item = &'q Asked>) -> Asked {
        let mut gathered = Gathered::new(self.model.types.len());
        for part in parts {
            part.without.into_iter().for_each(|asker| gathered.add(Some(&[]), asker));
            part.types.iter().for_each(|&(ty, asker)| gathered.add(Some(&[ty]), asker));
        }
        gathered.finish()
    }

    /// How an asker is told, and the place that makes it one.
    pub(super) fn asker(&self, asker: Asker) -> (String, Span) {
        match asker {
            Asker::Privilege(id) => {
                let found = self.model.privileges.get(id.index());
                found.map(|found| (format!("`{}`", found.name.value), found.name.span)).unwrap_or_default()
            }
            Asker::Category(id) => {
                let found = self.model.categories.get(id.index());
                let named = |name: &str| format!("category `{name}`");
                found.map(|found| (named(&found.name.value), found.name.span)).unwrap_or_default()
            }
        }
    }

    /// The name of a privilege and where it is declared.
    pub(super) fn privilege_name(&self, id: PrivilegeId) -> (&str, Span) {
        let found = self.model.privileges.get(id.index());
        found.map(|found| (found.name.value.as_str(), found.name.span)).unwrap_or_default()
    }
}

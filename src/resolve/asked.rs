//! On what privileges are asked: what a formula may know of the resource, and what a question has to name.
//!
//! Enters: privileges. Leaves: the types they are asked on, each with one that says so. Knows nothing of formulas.

use crate::model::{CategoryId, PrivilegeId, TypeId};
use crate::resolve::Resolver;
use crate::source::Span;

/// Who makes a formula be decided on a type: for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// On what any of these privileges is asked.
    pub(super) fn asked_of(&self, privileges: impl Iterator<Item = PrivilegeId>) -> Asked {
        let mut askers: Vec<Option<PrivilegeId>> = vec![None; self.model.types.len()];
        let mut without = None;
        for privilege in privileges {
            match self.types_of(privilege) {
                Some([]) => without = without.or(Some(Asker::Privilege(privilege))),
                Some(types) => {
                    for ty in types {
                        if let Some(asker) = askers.get_mut(ty.index()) {
                            *asker = asker.or(Some(privilege));
                        }
                    }
                }
                None => {}
            }
        }
        let found = askers.into_iter().enumerate();
        let types = found.filter_map(|(at, asker)| Some((TypeId::at(at), Asker::Privilege(asker?))));
        Asked { types: types.collect(), without }
    }

    /// On what a category's own formula is decided.
    pub(super) fn asked_of_category(&self, category: CategoryId) -> Asked {
        match self.types_of_category(category) {
            None => Asked::default(),
            Some([]) => Asked { types: Vec::new(), without: Some(Asker::Category(category)) },
            Some(types) => Asked {
                types: types.iter().map(|&ty| (ty, Asker::Category(category))).collect(),
                without: None,
            },
        }
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

//! Resource types and what lies in what.
//!
//! Enters: `resource` statements. Leaves: [`ResourceType`]s and which types may be ancestors of which. Knows nothing of
//! resources.

use crate::ast::Meta;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{ResourceType, TypeId};
use crate::resolve::Resolver;
use crate::resolve::declared::Declared;
use crate::resolve::names::Kind;
use crate::source::{Span, Spanned};
use smol_str::SmolStr;

/// Words that a reference starts with, so that no type can have them as its name.
const REFERENCE_WORDS: [&str; 5] = ["user", "service", "group", "role", "category"];

/// Which types a resource of a type may lie in, directly or further up: a square of bits.
#[derive(Default)]
pub(super) struct TypeGraph {
    words: usize,
    rows: Vec<u64>,
    /// Whether some parent could not be resolved, so that the graph lacks edges.
    pub incomplete: bool,
}

impl TypeGraph {
    fn new(types: &[ResourceType], incomplete: bool) -> TypeGraph {
        let words = types.len().div_ceil(64);
        let mut rows = vec![0_u64; words * types.len()];
        for (row, ty) in rows.chunks_mut(words.max(1)).zip(types) {
            for (parent, _) in &ty.parents {
                if let Some(word) = row.get_mut(parent.index() / 64) {
                    *word |= 1 << (parent.index() % 64);
                }
            }
        }
        // Whoever lies in a type lies in all that this one lies in (Warshall's closure).
        for middle in 0..types.len() {
            let above: Vec<u64> = rows.get(middle * words..(middle + 1) * words).unwrap_or_default().to_vec();
            for row in rows.chunks_mut(words.max(1)) {
                if row.get(middle / 64).is_some_and(|word| word >> (middle % 64) & 1 == 1) {
                    for (word, more) in row.iter_mut().zip(&above) {
                        *word |= more;
                    }
                }
            }
        }
        TypeGraph { words, rows, incomplete }
    }

    /// Whether a resource of type `below` is, or may lie below, one of type `above`.
    pub fn reaches(&self, below: TypeId, above: TypeId) -> bool {
        below == above || self.lies_in(below, above)
    }

    /// Whether a resource of type `below` may lie below one of type `above`.
    pub fn lies_in(&self, below: TypeId, above: TypeId) -> bool {
        let word = self.rows.get(below.index() * self.words + above.index() / 64);
        word.is_some_and(|word| word >> (above.index() % 64) & 1 == 1)
    }
}

/// The `##` lines before a declaration.
pub(super) fn doc_of(meta: &Meta) -> Option<SmolStr> {
    meta.doc().map(|doc| SmolStr::new(&doc.value))
}

impl<'a> Resolver<'a, '_> {
    /// Resource types.
    pub(super) fn types(&mut self, declared: &Declared<'a>) {
        let mut incomplete = false;
        for site in &declared.types {
            let name = &site.decl.name;
            if REFERENCE_WORDS.contains(&name.text.as_str()) {
                self.report.push(
                    Diagnostic::new(
                        Code::ReservedWord,
                        name.span,
                        format!(
                            "`{}` begins references of another kind, so no resource type can have this name",
                            name.text
                        ),
                    )
                    .help("choose another name"),
                );
            }
            let mut parents = Vec::with_capacity(site.decl.parents.len());
            for parent in &site.decl.parents {
                match self.names.find(Kind::Type, parent, &mut self.report) {
                    Some(id) => parents.push((TypeId(id), parent.span)),
                    None => incomplete = true,
                }
            }
            let parents = self.sorted(parents, &site.decl.parents);
            self.model.types.push(ResourceType {
                name: Spanned::new(name.text.clone(), name.span),
                doc: doc_of(site.meta),
                parents,
                by_path: site.decl.by_path.is_some(),
                default: site.decl.default.as_ref().map(|rule| rule.value),
                resolve: site.decl.resolve.as_ref().map(|strategy| strategy.value),
            });
        }
        self.types = TypeGraph::new(&self.model.types, incomplete);
    }

    /// The name of a type and where it is declared.
    pub(super) fn type_name(&self, ty: TypeId) -> (SmolStr, Span) {
        let found = self.model.types.get(ty.index());
        found.map(|ty| (ty.name.value.clone(), ty.name.span)).unwrap_or_default()
    }
}

//! Declared attributes: which there are and what values they take.
//!
//! Enters: `attribute` lines of types, `principal` and `context` blocks. Leaves: [`Attribute`]s, and the way from a name
//! to one of them. Knows nothing of the formulas and values that use them.

use crate::ast::{AttributeDecl, TypeExpr};
use crate::diagnostic::{Code, Diagnostic};
use crate::hash::Map;
use crate::model::{Attribute, AttributeId, AttributeNameId, AttributeRoot, TypeId, ValueType};
use crate::resolve::Resolver;
use crate::resolve::declared::declared_twice;
use crate::resolve::names::Kind;
use crate::resolve::types::doc_of;
use crate::resolve::written::Written;
use crate::source::{Span, Spanned};
use std::rc::Rc;

/// What a formula or value has to know of an attribute.
#[derive(Clone)]
pub(super) struct Known {
    pub id: AttributeId,
    pub name: AttributeNameId,
    pub value_type: Rc<ValueType>,
    /// Where its type is written.
    pub type_span: Span,
}

/// The attributes by name.
#[derive(Default)]
pub(super) struct Attributes<'a> {
    /// In the order of their ids.
    known: Vec<Known>,
    by_place: Map<(AttributeRoot, Option<TypeId>, &'a str), AttributeId>,
    by_name: Map<(AttributeRoot, &'a str), Vec<AttributeId>>,
}

impl<'a> Attributes<'a> {
    /// The attribute of that name of who asks, of the request, or of resources of a type.
    pub fn get(&self, root: AttributeRoot, ty: Option<TypeId>, name: &str) -> Option<&Known> {
        self.known.get(self.by_place.get(&(root, ty, name))?.index())
    }

    /// Every attribute of that name, of whatever type.
    pub fn named<'s>(&'s self, root: AttributeRoot, name: &'s str) -> impl Iterator<Item = &'s Known> {
        let ids = self.by_name.get(&(root, name)).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.known.get(id.index()))
    }
}

/// How a type is written.
pub(super) fn describe(ty: &ValueType) -> String {
    match ty {
        ValueType::Bool => "bool".to_owned(),
        ValueType::Int => "int".to_owned(),
        ValueType::String => "string".to_owned(),
        ValueType::Timestamp => "timestamp".to_owned(),
        ValueType::Ip => "ip".to_owned(),
        ValueType::Principal => "principal".to_owned(),
        ValueType::Enum(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            words.join(" | ")
        }
        ValueType::Set(element) => format!("[{}]", describe(element)),
    }
}

/// A type as meant; sets of sets are refused by the front ends and would be flattened here.
fn value_type(ty: &TypeExpr) -> ValueType {
    let mut inner = ty;
    while let TypeExpr::Set(element) = inner {
        inner = element;
    }
    let element = match inner {
        TypeExpr::Bool => ValueType::Bool,
        TypeExpr::Int => ValueType::Int,
        TypeExpr::String | TypeExpr::Set(_) => ValueType::String,
        TypeExpr::Timestamp => ValueType::Timestamp,
        TypeExpr::Ip => ValueType::Ip,
        TypeExpr::Principal => ValueType::Principal,
        TypeExpr::Enum(words) => {
            let mut words: Vec<_> = words.iter().map(|word| word.text.clone()).collect();
            words.sort();
            words.dedup();
            ValueType::Enum(words)
        }
    };
    if matches!(ty, TypeExpr::Set(_)) { ValueType::Set(Box::new(element)) } else { element }
}

impl<'a> Resolver<'a, '_> {
    /// Attributes of principals, types and the context.
    pub(super) fn attributes(&mut self, written: &Written<'a>) {
        let mut sites: Vec<(AttributeRoot, Option<TypeId>, &'a AttributeDecl)> =
            written.root_attributes.iter().map(|&(root, decl)| (root, None, decl)).collect();
        for site in &written.types {
            // A type that is declared twice has the attributes of both declarations: one fault, one finding.
            let ty = self.names.table(Kind::Type).get(&site.decl.name.text).map(TypeId);
            sites.extend(site.decl.attributes.iter().map(|decl| (AttributeRoot::Resource, ty, decl)));
        }
        sites.sort_by(|a, b| (a.0, a.1, &a.2.name.text).cmp(&(b.0, b.1, &b.2.name.text)));
        sites.dedup_by(|again, first| {
            let same = (again.0, again.1, &again.2.name.text) == (first.0, first.1, &first.2.name.text);
            if same {
                declared_twice("attribute", &again.2.name, first.2.name.span, &mut self.report);
            }
            same
        });
        let mut names: Vec<_> = sites.iter().map(|(root, _, decl)| (*root, decl.name.text.clone())).collect();
        names.sort();
        names.dedup();
        for (at, (root, ty, decl)) in sites.into_iter().enumerate() {
            let (id, text) = (AttributeId::at(at), decl.name.text.as_str());
            let name = names.binary_search(&(root, decl.name.text.clone())).unwrap_or_default();
            let name_id = AttributeNameId::at(name);
            let value_type = value_type(&decl.ty.value);
            self.attributes.by_place.insert((root, ty, text), id);
            self.attributes.by_name.entry((root, text)).or_default().push(id);
            let known =
                Known { id, name: name_id, value_type: Rc::new(value_type.clone()), type_span: decl.ty.span };
            self.attributes.known.push(known);
            self.model.attributes.push(Attribute {
                root,
                ty,
                name: Spanned::new(decl.name.text.clone(), decl.name.span),
                name_id,
                value_type,
                doc: doc_of(&decl.meta),
            });
        }
        self.model.attribute_names = names;
    }

    /// Reports an attribute that is declared nowhere for its root.
    pub(super) fn unknown_attribute(
        &mut self,
        root: AttributeRoot,
        name: &str,
        span: Span,
        fits: &dyn Fn(&ValueType) -> bool,
    ) {
        if self.names.is_forgiven(name) {
            return;
        }
        let roots = [AttributeRoot::Principal, AttributeRoot::Resource, AttributeRoot::Context];
        let of_name = |other: AttributeRoot, fits: &dyn Fn(&ValueType) -> bool| {
            other != root && self.attributes.named(other, name).any(|known| fits(&known.value_type))
        };
        let is_near = |own: &Attribute| own.root == root;
        // The name under another root, or a near one: first of those whose type fits.
        let mut elsewhere = roots.into_iter().find(|&other| of_name(other, fits));
        let mut meant = None;
        if elsewhere.is_none() {
            meant = self.nearest_of(name, is_near, fits);
        }
        if elsewhere.is_none() && meant.is_none() {
            let of_any =
                |other: AttributeRoot| other != root && self.attributes.named(other, name).next().is_some();
            elsewhere = roots.into_iter().find(|&other| of_any(other));
        }
        let meant = match elsewhere {
            Some(other) => Some(format!("{}.{name}", root_word(other))),
            None => meant.or_else(|| self.nearest_of(name, is_near, &|_| true)),
        };
        let help = match root {
            AttributeRoot::Resource => format!("declare `attribute {name}: TYPE` in a `resource` block"),
            _ => format!("declare `{name}: TYPE` in a `{} {{ ... }}` block", root_word(root)),
        };
        let whole = format!("{}.{name}", root_word(root));
        // What is wrong is the root, or the name behind it.
        let (at, from) = match elsewhere {
            Some(_) => (span, whole.as_str()),
            None => (
                Span { start: span.end.saturating_sub(u32::try_from(name.len()).unwrap_or(0)), ..span },
                name,
            ),
        };
        let message = format!("unknown attribute `{whole}`");
        let diagnostic = Diagnostic::new(Code::UnknownAttribute, span, message).help(help);
        self.report.push(diagnostic.meant(at, from, meant.as_deref()));
    }

    /// The attribute whose name is nearest to a word: of those that `may` be meant one whose type `fits`, or else another.
    pub(super) fn nearest(
        &mut self,
        word: &str,
        may: impl Fn(&Attribute) -> bool,
        fits: &dyn Fn(&ValueType) -> bool,
    ) -> Option<String> {
        self.nearest_of(word, &may, fits).or_else(|| self.nearest_of(word, &may, &|_| true))
    }

    fn nearest_of(
        &mut self,
        word: &str,
        may: impl Fn(&Attribute) -> bool,
        fits: &dyn Fn(&ValueType) -> bool,
    ) -> Option<String> {
        let fitting = self.model.attributes.iter().filter(|own| may(own) && fits(&own.value_type));
        self.report.suggest(word, fitting.map(|own| own.name.value.as_str()))
    }
}

/// The word before the dot.
pub(super) fn root_word(root: AttributeRoot) -> &'static str {
    match root {
        AttributeRoot::Principal => "principal",
        AttributeRoot::Resource => "resource",
        AttributeRoot::Context => "context",
    }
}

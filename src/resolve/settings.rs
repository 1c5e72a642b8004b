//! What the questions of a test carry.
//!
//! Enters: `with` lines. Leaves: typed values for each question. A value of resources is typed anew for each type asked on.
//! Knows nothing of who asks.

use crate::ast::{AttributeRef, AttributeRoot, Literal};
use crate::diagnostic::{Code, Diagnostic};
use crate::hash::Map;
use crate::model::{AttributeNameId, Caller, TypeId, Value};
use crate::resolve::Resolver;
use crate::resolve::literals::{Wanted, fits};
use crate::source::Span;
use std::collections::hash_map::Entry;

/// A value that the questions carry.
pub(super) struct Setting<'a> {
    attribute: &'a AttributeRef,
    literal: &'a Literal,
    /// Whether such an attribute is declared at all; reported if not.
    known: bool,
    /// The value where it was typed already: for an attribute of resources once for each type, otherwise once.
    typed: Vec<(Option<TypeId>, Option<Value>)>,
}

/// Who asks, with which values, and when: what holds until the next `as`.
pub(super) struct Asking<'a> {
    /// Whether there was an `as`.
    pub begun: bool,
    /// `None` after a fault; then the questions are looked at and left out.
    pub caller: Option<Caller>,
    pub settings: Vec<Setting<'a>>,
    /// `Err` after a fault.
    pub at: Result<Option<i64>, ()>,
}

impl Asking<'_> {
    /// Nobody yet.
    pub fn new() -> Self {
        Asking { begun: false, caller: None, settings: Vec::new(), at: Ok(None) }
    }
}

impl<'a> Resolver<'a, '_> {
    /// Values for the questions that follow; a later one of the same attribute takes the place of an earlier one.
    pub(super) fn settings(&mut self, written: &'a [(AttributeRef, Literal)], asking: &mut Asking<'a>) {
        let mut given: Map<(AttributeRoot, &str), Span> = Map::default();
        let mut fresh = Vec::with_capacity(written.len());
        for (attribute, literal) in written {
            match given.entry((attribute.root, attribute.name.text.as_str())) {
                Entry::Vacant(entry) => {
                    entry.insert(attribute.span);
                    fresh.push((attribute, literal));
                }
                Entry::Occupied(first) => self.report.push(
                    Diagnostic::new(Code::DuplicateDeclaration, attribute.span, "a value is given twice")
                        .also(*first.get(), "first given here")
                        .help("remove one of the two"),
                ),
            }
        }
        asking
            .settings
            .retain(|old| !given.contains_key(&(old.attribute.root, old.attribute.name.text.as_str())));
        for (attribute, literal) in fresh {
            let known = self.attributes.named(attribute.root, &attribute.name.text).next().is_some();
            let mut setting = Setting { attribute, literal, known, typed: Vec::new() };
            if !known {
                let name = &attribute.name.text;
                self.unknown_attribute(attribute.root, name, attribute.span, &|ty| fits(literal, ty));
            } else if attribute.root != AttributeRoot::Resource {
                self.typed(&mut setting, None, attribute.span);
            }
            asking.settings.push(setting);
        }
    }

    /// The values that a question carries, by attribute; a value that it can't take is reported.
    pub(super) fn carried(
        &mut self,
        settings: &mut [Setting<'a>],
        resource: Option<TypeId>,
        question: Span,
    ) -> Option<Vec<(AttributeNameId, Value)>> {
        let mut values = Vec::with_capacity(settings.len());
        let mut complete = true;
        for setting in settings {
            if !setting.known {
                complete = false;
                continue;
            }
            let root = setting.attribute.root;
            let ty = resource.filter(|_| root == AttributeRoot::Resource);
            let name = self.attributes.get(root, ty, &setting.attribute.name.text).map(|known| known.name);
            match (name, self.typed(setting, ty, question)) {
                (Some(name), Some(value)) => values.push((name, value)),
                _ => complete = false,
            }
        }
        values.sort_by_key(|(name, _)| *name);
        complete.then_some(values)
    }

    /// The value of a setting for a type of resources, or for none. A fault is reported once, not for each question.
    fn typed(&mut self, setting: &mut Setting<'a>, ty: Option<TypeId>, question: Span) -> Option<Value> {
        if let Some((_, value)) = setting.typed.iter().find(|(known, _)| *known == ty) {
            return value.clone();
        }
        let AttributeRef { root, name, .. } = setting.attribute;
        let value = match self.attributes.get(*root, ty, &name.text).cloned() {
            Some(known) => {
                let wanted = Wanted { value_type: &known.value_type, declared: Some(known.type_span) };
                self.value(setting.literal, wanted)
            }
            None => {
                self.superfluous(setting, ty, question);
                None
            }
        };
        setting.typed.push((ty, value.clone()));
        value
    }

    fn superfluous(&mut self, setting: &Setting<'a>, ty: Option<TypeId>, question: Span) {
        let AttributeRef { name, span, .. } = setting.attribute;
        let diagnostic = match ty.map(|ty| self.type_name(ty)) {
            None => {
                let message =
                    format!("a value is given for `resource.{}`, and no resource is named", name.text);
                Diagnostic::new(Code::WrongResource, *span, message)
                    .also(question, "this question names none")
            }
            Some((ty, declared)) => {
                let message =
                    format!("a value is given for `resource.{0}`, and `{ty}` has no `{0}`", name.text);
                Diagnostic::new(Code::UnknownAttribute, *span, message)
                    .also(question, format!("this question is about a `{ty}`"))
                    .also(declared, format!("declares no `{}`", name.text))
            }
        };
        self.report.push(diagnostic.help("put the question before the value, or begin another `as` for it"));
    }
}

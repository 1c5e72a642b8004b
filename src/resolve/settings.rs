//! What the questions of a test carry.
//!
//! Enters: `with` lines. Leaves: typed values for each question. A value of resources is typed anew for each type asked on.
//! Knows nothing of who asks.

use crate::ast::{AttributeRef, AttributeRoot, Literal};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{AttributeNameId, Caller, TypeId, Value};
use crate::resolve::Resolver;
use crate::resolve::literals::Wanted;

/// A value that the questions carry.
pub(super) struct Setting<'a> {
    attribute: &'a AttributeRef,
    literal: &'a Literal,
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

    /// After a question with a fault nobody can tell whether its values were for it.
    pub fn forgive(&mut self) {
        for setting in &mut self.settings {
            if setting.typed.is_empty() {
                setting.typed.push((None, None));
            }
        }
    }
}

impl<'a> Resolver<'a, '_> {
    /// Values for the questions that follow; a later one of the same attribute takes the place of an earlier one.
    pub(super) fn settings(&mut self, written: &'a [(AttributeRef, Literal)], asking: &mut Asking<'a>) {
        for (at, (attribute, literal)) in written.iter().enumerate() {
            let same = |other: &AttributeRef| {
                (other.root, &other.name.text) == (attribute.root, &attribute.name.text)
            };
            let before = written.get(..at).unwrap_or_default();
            if let Some((first, _)) = before.iter().find(|(other, _)| same(other)) {
                self.report.push(
                    Diagnostic::new(Code::DuplicateDeclaration, attribute.span, "a value is given twice")
                        .also(first.span, "first given here")
                        .help("remove one of the two"),
                );
                continue;
            }
            let (replaced, kept): (Vec<Setting<'a>>, Vec<Setting<'a>>) =
                std::mem::take(&mut asking.settings).into_iter().partition(|old| same(old.attribute));
            asking.settings = kept;
            self.unused_settings(&replaced);
            let mut setting = Setting { attribute, literal, typed: Vec::new() };
            let root = attribute.root;
            let name = attribute.name.text.as_str();
            if self.attributes.named(root, name).next().is_none() {
                self.unknown_attribute(root, name, attribute.span);
                setting.typed.push((None, None));
            } else if root != AttributeRoot::Resource {
                self.typed(&mut setting, None);
            }
            asking.settings.push(setting);
        }
    }

    /// The value of a setting for a type of resources, or for none.
    fn typed(&mut self, setting: &mut Setting<'a>, ty: Option<TypeId>) -> Option<Value> {
        if let Some((_, value)) = setting.typed.iter().find(|(known, _)| *known == ty) {
            return value.clone();
        }
        let AttributeRef { root, name, .. } = setting.attribute;
        let known = self.attributes.get(*root, ty, &name.text).cloned()?;
        let wanted = Wanted { value_type: &known.value_type, declared: Some(known.type_span) };
        let value = self.value(setting.literal, wanted);
        setting.typed.push((ty, value.clone()));
        value
    }

    /// Reports values of resources that no question could take.
    pub(super) fn unused_settings(&mut self, settings: &[Setting<'a>]) {
        for Setting { attribute, typed, .. } in settings {
            if attribute.root == AttributeRoot::Resource && typed.is_empty() {
                let name = &attribute.name.text;
                self.report.push(
                    Diagnostic::new(
                        Code::UnknownAttribute,
                        attribute.span,
                        format!("no question that this is for names a resource with an attribute `{name}`"),
                    )
                    .help("take it out, or put it before the questions it is for"),
                );
            }
        }
    }

    /// The values that a question carries. One of a resource that is not asked about is for the other questions.
    pub(super) fn carried(
        &mut self,
        settings: &mut [Setting<'a>],
        resource: Option<TypeId>,
    ) -> Option<Vec<(AttributeNameId, Value)>> {
        let mut values = Vec::with_capacity(settings.len());
        let mut complete = true;
        for setting in settings {
            let root = setting.attribute.root;
            let ty = resource.filter(|_| root == AttributeRoot::Resource);
            let known = self.attributes.get(root, ty, &setting.attribute.name.text).map(|known| known.name);
            match known {
                Some(name) => match self.typed(setting, ty) {
                    Some(value) => values.push((name, value)),
                    None => complete = false,
                },
                // Declared for other types, or reported where it is set.
                None => complete &= setting.typed.iter().all(|(_, value)| value.is_some()),
            }
        }
        values.sort_by_key(|(name, _)| *name);
        complete.then_some(values)
    }
}

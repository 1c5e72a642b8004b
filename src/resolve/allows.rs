//! `@allow` > the declarations that they cover.
//!
//! Enters: everything before which one may stand. Leaves: [`AllowRange`]s in the order of files and lines. Knows nothing of
//! the findings that they silence.

use crate::ast::{Allow, AttributeDecl, Item, ItemKind, Meta, Name, PrivilegeDecl, Rule, RuleKind};
use crate::diagnostic::{Change, Code, Diagnostic, Safety};
use crate::model::AllowRange;
use crate::resolve::Resolver;
use crate::source::Span;
use smol_str::SmolStr;

/// A privilege in a block, from its name to its last part.
fn privilege_span(privilege: &PrivilegeDecl) -> Span {
    let parts = [
        privilege.title.as_ref().map(|title| title.span),
        privilege.includes.last().map(|name| name.span),
        privilege.requires.as_ref().map(|formula| formula.span),
    ];
    parts.into_iter().flatten().fold(privilege.name.span, Span::to)
}

impl Resolver<'_, '_> {
    /// Every `@allow` of all statements.
    pub(super) fn allows<'i>(&mut self, items: impl Iterator<Item = &'i Item>) {
        for item in items {
            self.allow(&item.meta, item.span);
            match &item.kind {
                ItemKind::Resource(resource) => self.attribute_allows(&resource.attributes),
                ItemKind::PrincipalAttributes(attributes) | ItemKind::ContextAttributes(attributes) => {
                    self.attribute_allows(attributes);
                }
                ItemKind::Category(category) => {
                    for privilege in &category.privileges {
                        self.allow(&privilege.meta, privilege_span(privilege));
                    }
                }
                ItemKind::Role(role) => self.rule_allows(&role.rules),
                ItemKind::Rule(rule) => self.rule_allows(std::slice::from_ref(rule)),
                _ => {}
            }
        }
        self.model.allows.sort_by_key(|allow| allow.span);
    }

    fn attribute_allows(&mut self, attributes: &[AttributeDecl]) {
        for attribute in attributes {
            self.allow(&attribute.meta, attribute.name.span.to(attribute.ty.span));
        }
    }

    fn rule_allows(&mut self, rules: &[Rule]) {
        for rule in rules {
            self.allow(&rule.meta, rule.span);
            let RuleKind::On(block) = &rule.kind else { continue };
            for inner in &block.rules {
                self.allow(&inner.meta, inner.span);
            }
        }
    }

    fn allow(&mut self, meta: &Meta, covers: Span) {
        for Allow { codes, why, span } in meta.allows() {
            let place = |name: &Name| match codes.len() {
                1 => Change::Remove(*span),
                _ => Change::Drop(vec![name.span]),
            };
            let mut known: Vec<(Code, Span)> = codes
                .iter()
                .filter_map(|name| Some((self.allowed_code(name, || place(name))?, name.span)))
                .collect();
            known.sort();
            known.dedup_by_key(|(code, _)| *code);
            if !known.is_empty() {
                let why = SmolStr::new(&why.value);
                self.model.allows.push(AllowRange { codes: known, why, span: *span, covers });
            }
        }
    }

    /// The code that a name is; what takes it out, for one that can't be silenced.
    fn allowed_code(&mut self, name: &Name, taken_out: impl Fn() -> Change) -> Option<Code> {
        let text = name.text.as_str();
        match Code::parse(text) {
            Some(code) if code.allowable() => Some(code),
            Some(code) => {
                let message = format!("`{}` cannot be silenced", code.name());
                self.report.push(
                    Diagnostic::new(Code::UnknownCode, name.span, message)
                        .help("take the `@allow` out, and mend what it was to silence")
                        .remedy(Safety::Safe, "take it out", taken_out()),
                );
                None
            }
            None => {
                let known = Code::ALL.iter().copied().filter(|code| code.allowable());
                let meant = self.report.suggest(text, known.flat_map(|code| [code.name(), code.number()]));
                let message = format!("no code is called `{text}`");
                let diagnostic = Diagnostic::new(Code::UnknownCode, name.span, message);
                self.report.push(
                    diagnostic
                        .help("name the code that the finding itself shows, such as `P0402` or `entry-without-effect`")
                        .meant(name.span, text, meant.as_deref()),
                );
                None
            }
        }
    }
}

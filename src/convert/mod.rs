//! A file of one front end > the same in the other.
//!
//! Enters: a text without faults. Leaves: a text of the other form whose statements are the same but for their places, which is compared
//! before it is handed out, with the documentation, and the comments as far as they have a place. Touches no file.
//!
//! YAML has sections, so the statements come in their order, and in a block of both kinds the entries before the assignments. Neither
//! order carries a meaning.

mod comments;
mod policy;
mod tree;
mod yaml;

use crate::ast::{Item, ItemKind, Rule, RuleKind};
use crate::source::{Format, SourceId, Span};
use crate::syntax::{self, layout};
use comments::Places;
use std::cell::RefCell;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The text in the other form.
    pub text: String,
    /// Where the comments begin in the old text that have no place in the new one, and the `@allow`s of `principal` and `context`
    /// blocks, which YAML has no key for; in order.
    pub left_out: Vec<usize>,
}

/// Why a text was not converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It has faults, which the front end reports.
    Faults,
    /// The other form can't say it: the same key would stand twice in a map.
    Unsayable,
}

/// Converts a text to the other form than `from`.
pub fn convert(text: &str, from: Format) -> Result<Converted, Refused> {
    let items = parsed(text, from).ok_or(Refused::Faults)?;
    let comments = match from {
        Format::Policy => syntax::comments(text),
        Format::Yaml => crate::yaml::comments(text),
    };
    let places = Places::find(text, &comments, &items);
    let used = RefCell::new(Vec::new());
    let above = |span: Span| {
        used.borrow_mut().push(span.start as usize);
        places.above(span).into_iter().map(|comment| line(&comment, from)).collect()
    };
    let body = match from {
        Format::Policy => tree::file(&yaml::sections(&items, &above)),
        Format::Yaml => in_policy(&items, &above),
    };
    let mut new = String::new();
    for comment in &places.top {
        new.push_str(&line(comment, from));
        new.push('\n');
    }
    if !new.is_empty() && !body.is_empty() {
        new.push('\n');
    }
    new.push_str(&body);
    for comment in &places.end {
        new.push_str(&line(comment, from));
        new.push('\n');
    }
    let to = match from {
        Format::Policy => Format::Yaml,
        Format::Yaml => Format::Policy,
    };
    if to == Format::Policy {
        new = layout::layout(&new).map_err(|_| Refused::Unsayable)?;
    }
    let again = parsed(&new, to).ok_or(Refused::Unsayable)?;
    if said(&again) != said(&items) {
        return Err(Refused::Unsayable);
    }
    let mut used = used.into_inner();
    used.sort_unstable();
    let mut left_out = places.nowhere(&used);
    if to == Format::Yaml {
        left_out.extend(items.iter().flat_map(allows_of_blocks));
        left_out.sort_unstable();
    }
    Ok(Converted { text: new, left_out })
}

/// Where the `@allow`s of a `principal` or `context` block begin.
fn allows_of_blocks(item: &Item) -> Vec<usize> {
    match item.kind {
        ItemKind::PrincipalAttributes(_) | ItemKind::ContextAttributes(_) => {
            item.meta.allows().iter().map(|allow| allow.span.start as usize).collect()
        }
        _ => Vec::new(),
    }
}

/// Statements that were made, not read, as a text of the DSL in its layout; `above` says which comments stand above what begins at a
/// place. `None` if the text would not be read as these statements.
#[cfg(feature = "cli")]
pub(crate) fn written(items: &[Item], above: &dyn Fn(Span) -> Vec<String>) -> Option<String> {
    let text = layout::layout(&in_policy(items, above)).ok()?;
    let again = parsed(&text, Format::Policy)?;
    (said(&again) == said(items)).then_some(text)
}

/// The statements of a text without faults.
fn parsed(text: &str, format: Format) -> Option<Vec<Item>> {
    let mut faults = Vec::new();
    let file = match format {
        Format::Policy => syntax::parse(SourceId(0), text, &mut faults),
        Format::Yaml => crate::yaml::parse(SourceId(0), text, &mut faults),
    };
    faults.is_empty().then_some(file.items)
}

/// A comment as the other form has it: in the DSL, exactly two marks are documentation.
fn line(comment: &str, from: Format) -> String {
    match comment.strip_prefix('#') {
        Some(rest) if from == Format::Yaml && rest.starts_with('#') && !rest.starts_with("##") => {
            rest.to_owned()
        }
        _ => comment.to_owned(),
    }
}

/// Statements in the DSL, with a blank line before each of another kind and around blocks.
fn in_policy(items: &[Item], above: &dyn Fn(Span) -> Vec<String>) -> String {
    let mut writer = policy::Writer::new(above);
    let mut before: Option<&Item> = None;
    for item in items {
        if let Some(before) = before {
            let other = std::mem::discriminant(&before.kind) != std::mem::discriminant(&item.kind);
            if other || stands_apart(before) || stands_apart(item) {
                writer.line("");
            }
        }
        writer.item(item);
        before = Some(item);
    }
    writer.finish()
}

/// Whether a statement has blank lines around it: what takes several lines, or has documentation.
fn stands_apart(item: &Item) -> bool {
    let is_block = match &item.kind {
        ItemKind::Resource(resource) => !resource.attributes.is_empty(),
        ItemKind::Role(role) => role.rules.len() > 1,
        ItemKind::Rule(Rule { kind: RuleKind::On(block), .. }) => block.rules.len() > 1,
        ItemKind::Category(_) | ItemKind::Test(_) | ItemKind::Matrix(_) => true,
        _ => false,
    };
    is_block || item.meta.doc().is_some()
}

/// What statements say, whatever their order: texts that two statements share only if they differ in nothing but places.
fn said(items: &[Item]) -> Vec<String> {
    let mut said: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        let mut item = item.clone();
        match &mut item.kind {
            ItemKind::Rule(Rule { kind: RuleKind::On(block), .. }) => {
                block.rules.sort_by_key(|rule| matches!(rule.kind, RuleKind::Assign(_)));
                said.push(policy::statement(&item));
            }
            // Blocks of a file are one in YAML, whose own documentation becomes a comment.
            ItemKind::PrincipalAttributes(list) | ItemKind::ContextAttributes(list) => {
                let all = std::mem::take(list);
                item.meta = Default::default();
                for attribute in all {
                    let one = vec![attribute];
                    item.kind = match item.kind {
                        ItemKind::PrincipalAttributes(_) => ItemKind::PrincipalAttributes(one),
                        _ => ItemKind::ContextAttributes(one),
                    };
                    said.push(policy::statement(&item));
                }
            }
            _ => said.push(policy::statement(&item)),
        }
    }
    said.sort_unstable();
    said
}

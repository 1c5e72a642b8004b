//! Sets of privileges > lists as people write them.
//!
//! Enters: what an entry means, and how the source wrote it. Leaves: a list that means exactly that: the wildcards of the source where
//! they mean the same here, and names otherwise.

use super::MAX_EFFORT;
use super::draft::Privileges;
use crate::ast::{Name, PrivilegeItem, PrivilegeSet};
use crate::resolve::wildcards::Pattern;
use crate::source::Span;
use smol_str::SmolStr;
use std::cell::Cell;

/// How a source writes a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub items: Vec<Item>,
    pub except: Vec<Item>,
}

/// An item of such a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A privilege.
    Name(SmolStr),
    /// A text with `*`.
    Wildcard(SmolStr),
    /// All of a category.
    Category(SmolStr),
}

/// The privileges by name.
pub(super) struct Lists<'d> {
    privileges: &'d Privileges,
    /// In order.
    names: Vec<&'d str>,
    numbers: Vec<u32>,
    /// How many names may still be compared with wildcards; then names take their place, which mean the same.
    left: Cell<usize>,
}

impl<'d> Lists<'d> {
    pub fn new(privileges: &'d Privileges) -> Lists<'d> {
        let mut sorted: Vec<(&str, u32)> = (0..)
            .zip(&privileges.list)
            .map(|(number, privilege)| (privilege.name.as_str(), number))
            .collect();
        sorted.sort_unstable();
        let (names, numbers) = sorted.into_iter().unzip();
        Lists { privileges, names, numbers, left: Cell::new(MAX_EFFORT) }
    }

    /// The list of a set.
    pub fn list(&self, what: &[u32], written: Option<&Written>) -> PrivilegeSet {
        if let Some(written) = written
            && let Some(short) = self.checked(what, written)
        {
            return short;
        }
        let mut names: Vec<&SmolStr> = what
            .iter()
            .filter_map(|&number| Some(&self.privileges.list.get(number as usize)?.name))
            .collect();
        names.sort_unstable();
        let items = names.into_iter().map(|text| PrivilegeItem::Name(name(text))).collect();
        PrivilegeSet { items, except: Vec::new(), span: Span::default() }
    }

    /// The list as the source writes it, without items that name nothing, if it means what it has to.
    fn checked(&self, what: &[u32], written: &Written) -> Option<PrivilegeSet> {
        let (items, mut named) = self.expanded(&written.items, None)?;
        let (except, removed) = self.expanded(&written.except, Some(&named))?;
        named.retain(|number| removed.binary_search(number).is_err());
        (named == what).then_some(PrivilegeSet { items, except, span: Span::default() })
    }

    /// Items that can be written, and all that they name, sorted; of a list of exceptions, those that take something away.
    fn expanded(&self, items: &[Item], from: Option<&[u32]>) -> Option<(Vec<PrivilegeItem>, Vec<u32>)> {
        let (mut sayable, mut named) = (Vec::new(), Vec::new());
        for item in items {
            let before = named.len();
            let said = match item {
                Item::Name(text) => {
                    named.extend(self.privileges.number(text));
                    PrivilegeItem::Name(name(text))
                }
                Item::Category(text) => {
                    self.spend(self.names.len())?;
                    let all = (0..).zip(&self.privileges.list);
                    named.extend(
                        all.filter(|(_, privilege)| privilege.category == *text).map(|(number, _)| number),
                    );
                    PrivilegeItem::Category(name(text))
                }
                Item::Wildcard(text) => {
                    if !is_sayable(text) {
                        return None;
                    }
                    let pattern = Pattern::new(text);
                    let candidates = pattern.candidates(&self.names);
                    self.spend(candidates.len())?;
                    let found = pattern.matching(&self.names, candidates);
                    named.extend(found.filter_map(|at| self.numbers.get(at).copied()));
                    PrivilegeItem::Wildcard(name(text))
                }
            };
            // What names nothing is an error in a policy.
            let new = named.get(before..).unwrap_or_default();
            let counts = match from {
                None => !new.is_empty(),
                Some(from) => new.iter().any(|number| from.binary_search(number).is_ok()),
            };
            if counts && !sayable.contains(&said) {
                sayable.push(said);
            }
        }
        named.sort_unstable();
        named.dedup();
        Some((sayable, named))
    }
}

impl Lists<'_> {
    /// Counts work; `None` when there may be no more.
    fn spend(&self, names: usize) -> Option<()> {
        let left = self.left.get().checked_sub(names);
        self.left.set(left.unwrap_or_default());
        left.map(drop)
    }
}

/// Whether the language reads a text as a wildcard.
fn is_sayable(text: &str) -> bool {
    let first = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '*');
    let is_category = text.starts_with("category:");
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:/@+-*".contains(&byte);
    first && !is_category && text.contains('*') && text.bytes().all(inner)
}

/// A name without a place.
pub(super) fn name(text: &str) -> Name {
    Name { text: text.into(), span: Span::default() }
}

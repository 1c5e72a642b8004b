//! Privilege lists > privileges.
//!
//! Enters: `LIST [except LIST]`. Leaves: the privileges that it names, sorted: names looked up, wildcards and categories
//! written out, closed over `includes` where it is the list of an entry, and then less what `except` lists. Knows nothing
//! of where the list stands.

use crate::ast::{PrivilegeItem, PrivilegeSet};
use crate::diagnostic::{Code, Diagnostic};
use crate::few::Few;
use crate::hash::Map;
use crate::model::{NamedPrivileges, PrivilegeId};
use crate::resolve::Resolver;
use crate::resolve::names::Kind;
use crate::resolve::wildcards::Pattern;
use crate::source::Span;
use std::collections::hash_map::Entry;
use std::rc::Rc;

/// What comparing a name with a wildcard costs besides its length, in bytes of it.
const COMPARING: usize = 16;

/// What is kept from list to list.
#[derive(Default)]
pub(super) struct Lists<'a> {
    /// The privileges of each category.
    pub members: Vec<Rc<[PrivilegeId]>>,
    /// The names of all privileges, sorted.
    pub names: Vec<&'a str>,
    /// What wildcards stand for; the same few are repeated in thousands of roles.
    patterns: Map<Box<str>, Matches>,
    /// What comparing wildcards with names has cost so far, as `Limits::compared` counts it.
    compared: usize,
    /// What each privilege includes, directly; empty as a whole when none includes anything.
    includes: Vec<Vec<PrivilegeId>>,
    /// For each privilege the last list that reached it, so that cycles end.
    reached: Vec<u32>,
    round: u32,
    /// How many privileges all lists have named so far.
    expanded: usize,
}

/// What a wildcard stands for.
#[derive(Clone)]
struct Matches {
    privileges: Rc<[PrivilegeId]>,
    /// Whether it may match a name in text that could not be read.
    excused: bool,
}

/// What a list names.
#[derive(Default)]
pub(super) struct Expanded {
    /// All of it, sorted.
    pub privileges: Vec<PrivilegeId>,
    /// What each item named, in the order written.
    pub named: Vec<NamedPrivileges>,
    /// Whether every item could be resolved.
    pub complete: bool,
}

impl Expanded {
    /// The list, unless a part of it is missing or it is empty.
    pub fn whole(self) -> Option<Vec<PrivilegeId>> {
        (self.complete && !self.privileges.is_empty()).then_some(self.privileges)
    }
}

/// What one item names.
enum Piece {
    One(PrivilegeId),
    Many(Rc<[PrivilegeId]>),
}

impl Piece {
    fn privileges(&self) -> &[PrivilegeId] {
        match self {
            Piece::One(privilege) => std::slice::from_ref(privilege),
            Piece::Many(privileges) => privileges,
        }
    }

    fn named(&self, item: &PrivilegeItem) -> NamedPrivileges {
        let broad = matches!(self, Piece::Many(_));
        let everything = matches!(item, PrivilegeItem::Wildcard(pattern) if pattern.text == "*");
        let privileges = match self {
            Piece::One(privilege) => Few::One(*privilege),
            Piece::Many(privileges) => Few::Many(privileges.to_vec()),
        };
        NamedPrivileges { span: item.name().span, broad, everything, privileges }
    }
}

impl<'a> Resolver<'a, '_> {
    /// Tells the lists what privileges include.
    pub(super) fn know_includes(&mut self) {
        let privileges = &self.model.privileges;
        if privileges.iter().any(|privilege| !privilege.includes.is_empty()) {
            let direct = |list: &[(PrivilegeId, Span)]| list.iter().map(|(id, _)| *id).collect();
            self.lists.includes = privileges.iter().map(|privilege| direct(&privilege.includes)).collect();
            self.lists.reached = vec![0; privileges.len()];
        }
    }

    /// The list of an entry: closed over `includes` before `except` takes away.
    pub(super) fn expand_closed(&mut self, set: &PrivilegeSet) -> Expanded {
        self.expand_set(set, true)
    }

    /// Any other list.
    pub(super) fn expand(&mut self, set: &PrivilegeSet) -> Expanded {
        self.expand_set(set, false)
    }

    /// A single item.
    pub(super) fn expand_item(&mut self, item: &PrivilegeItem) -> Option<NamedPrivileges> {
        let piece = self.item(item)?;
        let affordable = self.afford(piece.privileges().len(), item.name().span);
        affordable.then(|| piece.named(item))
    }

    fn expand_set(&mut self, set: &PrivilegeSet, closed: bool) -> Expanded {
        let pieces: Vec<Option<Piece>> = set.items.iter().map(|item| self.item(item)).collect();
        let taken: Vec<Option<Piece>> = set.except.iter().map(|item| self.item(item)).collect();
        let count = |pieces: &[Option<Piece>]| {
            pieces.iter().flatten().map(|piece| piece.privileges().len()).sum::<usize>()
        };
        if !self.afford(count(&pieces) + count(&taken), set.span) {
            return Expanded::default();
        }
        let complete = pieces.iter().chain(&taken).all(Option::is_some);
        let mut privileges = flatten(&pieces);
        if privileges.len() < count(&pieces) {
            self.repeated_items(&set.items);
        }
        if closed && !self.lists.includes.is_empty() {
            self.close(&mut privileges);
        }
        if !self.afford(privileges.len(), set.span) {
            return Expanded::default();
        }
        if !taken.is_empty() {
            if complete {
                self.takes_nothing(set, &taken, &privileges);
            }
            let taken = flatten(&taken);
            privileges.retain(|privilege| taken.binary_search(privilege).is_err());
        }
        let named = set
            .items
            .iter()
            .zip(&pieces)
            .filter_map(|(item, piece)| piece.as_ref().map(|piece| piece.named(item)));
        Expanded { privileges, named: named.collect(), complete }
    }

    /// Warns of items that are written twice. A wildcard that names an item besides is how it is meant.
    fn repeated_items(&mut self, items: &[PrivilegeItem]) {
        let mut first: Map<(u8, &str), Span> = Map::default();
        for item in items {
            let kind = match item {
                PrivilegeItem::Name(_) => 0,
                PrivilegeItem::Category(_) => 1,
                PrivilegeItem::Wildcard(_) => 2,
            };
            let name = item.name();
            match first.entry((kind, name.text.as_str())) {
                Entry::Occupied(first) => self.repeated(&name.text, name.span, *first.get()),
                Entry::Vacant(entry) => {
                    entry.insert(name.span);
                }
            }
        }
    }

    /// Warns of what `except` lists and the list does not hold: mostly another privilege was meant.
    fn takes_nothing(&mut self, set: &PrivilegeSet, taken: &[Option<Piece>], privileges: &[PrivilegeId]) {
        if self.names.any_forgiven(|_| true) {
            return;
        }
        for (item, piece) in set.except.iter().zip(taken) {
            let held = |privilege: &PrivilegeId| privileges.binary_search(privilege).is_ok();
            if piece.as_ref().is_some_and(|piece| piece.privileges().iter().any(held)) {
                continue;
            }
            let name = item.name();
            let message = format!("`except` takes nothing away here: the list does not hold `{}`", name.text);
            self.report.push(
                Diagnostic::new(Code::EntryWithoutEffect, name.span, message)
                    .help("name what the list holds, or take it out")
                    .also(set.span, "the list"),
            );
        }
    }

    /// What a single item names; an unknown name, or a wildcard that matches nothing, is reported.
    fn item(&mut self, item: &PrivilegeItem) -> Option<Piece> {
        match item {
            PrivilegeItem::Name(name) => {
                self.names.find(Kind::Privilege, name, &mut self.report).map(|id| Piece::One(PrivilegeId(id)))
            }
            PrivilegeItem::Category(name) => {
                let id = self.names.find(Kind::Category, name, &mut self.report)?;
                let members = self.lists.members.get(id as usize)?.clone();
                if members.is_empty() {
                    // What could not be read may have been its privileges.
                    if !self.names.any_forgiven(|_| true) {
                        let message = format!("category `{}` holds no privilege", name.text);
                        let help = "declare a privilege in it, or take it out of the list";
                        self.report.say(Code::EmptyWildcard, name.span, message, help);
                    }
                    return None;
                }
                Some(Piece::Many(members))
            }
            PrivilegeItem::Wildcard(pattern) => {
                let text = pattern.text.as_str();
                let found = self.matches(text, pattern.span);
                if !found.privileges.is_empty() {
                    return Some(Piece::Many(found.privileges));
                }
                if !found.excused {
                    let message = format!("`{text}` matches no privilege");
                    self.report.push(
                        Diagnostic::new(Code::EmptyWildcard, pattern.span, message)
                            .help("change the pattern, or take it out"),
                    );
                }
                None
            }
        }
    }

    /// What a wildcard stands for, found out at its first place.
    fn matches(&mut self, text: &str, span: Span) -> Matches {
        if let Some(found) = self.lists.patterns.get(text) {
            return found.clone();
        }
        let pattern = Pattern::new(text);
        let range = pattern.candidates(&self.lists.names);
        let limit = self.limits.compared;
        let before = self.lists.compared;
        if before <= limit {
            let candidates = self.lists.names.get(range.clone()).unwrap_or_default();
            let bytes: usize = candidates.iter().map(|name| name.len() + COMPARING).sum();
            self.lists.compared = before.saturating_add(bytes);
        }
        let found = if self.lists.compared <= limit {
            pattern.matching(&self.lists.names, range).map(PrivilegeId::at).collect()
        } else {
            Rc::default()
        };
        if before <= limit && self.lists.compared > limit {
            self.too_many(span, "bytes of names to compare with wildcards", limit);
        }
        let excused = self.lists.compared > limit
            || (found.is_empty() && self.names.any_forgiven(|name| pattern.matches(name)));
        let found = Matches { privileges: found, excused };
        self.lists.patterns.insert(text.into(), found.clone());
        found
    }

    /// Adds whatever the privileges of a sorted list include, and what that includes.
    fn close(&mut self, privileges: &mut Vec<PrivilegeId>) {
        let lists = &mut self.lists;
        lists.round += 1;
        let written = privileges.len();
        for privilege in privileges.iter() {
            if let Some(reached) = lists.reached.get_mut(privilege.index()) {
                *reached = lists.round;
            }
        }
        let mut next = 0;
        while let Some(privilege) = privileges.get(next) {
            next += 1;
            for included in lists.includes.get(privilege.index()).map(Vec::as_slice).unwrap_or_default() {
                if let Some(reached) = lists.reached.get_mut(included.index())
                    && *reached != lists.round
                {
                    *reached = lists.round;
                    privileges.push(*included);
                }
            }
        }
        if privileges.len() > written {
            privileges.sort_unstable();
        }
    }

    /// Counts what lists name; beyond the limit nothing more is written out.
    fn afford(&mut self, privileges: usize, span: Span) -> bool {
        let limit = self.limits.expanded;
        let before = self.lists.expanded;
        self.lists.expanded = before.saturating_add(privileges);
        if before <= limit && self.lists.expanded > limit {
            self.too_many(span, "privileges named by wildcards, categories and `includes`", limit);
        }
        self.lists.expanded <= limit
    }
}

fn flatten(pieces: &[Option<Piece>]) -> Vec<PrivilegeId> {
    if let [Some(piece)] = pieces {
        return piece.privileges().to_vec();
    }
    let total = pieces.iter().flatten().map(|piece| piece.privileges().len()).sum();
    let mut privileges = Vec::with_capacity(total);
    for piece in pieces.iter().flatten() {
        privileges.extend_from_slice(piece.privileges());
    }
    privileges.sort_unstable();
    privileges.dedup();
    privileges
}

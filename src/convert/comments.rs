//! Comments of one form > above what they stand in the other.
//!
//! Enters: the comments of a text with their places, and its statements. Leaves: for each place where something begins the comments that
//! go above it, those of the top and the end of the file, and those that have no place.

use crate::ast::{AttributeDecl, Item, ItemKind, PrivilegeDecl, Rule, RuleKind, TestStep};
use crate::source::{Comment, Span};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

/// Where the comments of a file go.
#[derive(Default)]
pub(super) struct Places {
    pub top: Vec<String>,
    pub end: Vec<String>,
    above: RefCell<BTreeMap<usize, Vec<(usize, String)>>>,
    nowhere: Vec<usize>,
}

impl Places {
    /// Finds a place for each comment.
    pub fn find(text: &str, comments: &[Comment<'_>], items: &[Item]) -> Places {
        let mut anchors = Vec::new();
        items.iter().for_each(|item| of_item(item, &mut anchors));
        anchors.sort_by_key(|anchor| (anchor.start, std::cmp::Reverse(anchor.end)));
        let mut places = Places::default();
        let first = anchors.first().map_or(text.len(), |anchor| anchor.start);
        let top = top(text, comments, first);
        let mut open = Open { text, anchors: &anchors, around: Vec::new(), next: 0 };
        for (count, comment) in comments.iter().enumerate() {
            if count < top {
                places.top.push(comment.text.to_owned());
                continue;
            }
            match open.target(comment) {
                Target::Above(start) => {
                    let list = places.above.get_mut().entry(start).or_default();
                    list.push((comment.at, comment.text.to_owned()));
                }
                Target::End => places.end.push(comment.text.to_owned()),
                Target::Nowhere => places.nowhere.push(comment.at),
            }
        }
        places
    }

    /// The comments above what begins at a place; each is handed out once.
    pub fn above(&self, span: Span) -> Vec<String> {
        let comments = self.above.borrow().get(&(span.start as usize)).cloned().unwrap_or_default();
        comments.into_iter().map(|(_, text)| text).collect()
    }

    /// Where the comments stand that have no place.
    pub fn nowhere(self, used: &[usize]) -> Vec<usize> {
        let mut nowhere = self.nowhere;
        for (start, comments) in self.above.into_inner() {
            if !used.contains(&start) {
                nowhere.extend(comments.into_iter().map(|(at, _)| at));
            }
        }
        nowhere.sort_unstable();
        nowhere
    }
}

/// Whether a text begins with a blank line.
fn blank_line(text: &str) -> bool {
    let blanks = text.len() - text.trim_start().len();
    text.get(..blanks).is_some_and(|blanks| blanks.matches('\n').count() > 1)
}

/// Where a comment goes.
enum Target {
    /// Above what begins here.
    Above(usize),
    End,
    Nowhere,
}

/// What is open at a place of the text.
struct Open<'t> {
    text: &'t str,
    /// What may have comments above it, in the order of the text, what is around others before those.
    anchors: &'t [Range<usize>],
    /// The anchors that have begun and not ended yet, from the outside in.
    around: Vec<usize>,
    /// The first anchor that has not begun.
    next: usize,
}

impl Open<'_> {
    fn target(&mut self, comment: &Comment<'_>) -> Target {
        while let Some(anchor) = self.anchors.get(self.next).filter(|anchor| anchor.start <= comment.at) {
            let anchors = self.anchors;
            self.around.retain(|&at| anchors.get(at).is_some_and(|around| around.end > anchor.start));
            self.around.push(self.next);
            self.next += 1;
        }
        let anchor = |at: usize| self.anchors.get(at).cloned().unwrap_or_default();
        let one_line = |from: usize| self.text.get(from..comment.at).is_some_and(|line| !line.contains('\n'));
        let ended = self.around.iter().map(|&at| anchor(at));
        let on_line = ended.filter(|one| one_line(one.start) || one.end <= comment.at && one_line(one.end));
        if let Some(one) = on_line.take(usize::from(comment.trailing)).next() {
            return Target::Above(one.start);
        }
        let anchors = self.anchors;
        self.around.retain(|&at| anchors.get(at).is_some_and(|around| around.end > comment.at));
        let follows = self.anchors.get(self.next);
        match (self.around.last(), follows) {
            (Some(&around), Some(follows)) if follows.start < anchor(around).end => {
                Target::Above(follows.start)
            }
            // In the middle of what has nothing else in it.
            (Some(&around), _)
                if anchor(around + 1).start <= anchor(around).start || around + 1 >= self.next =>
            {
                Target::Above(anchor(around).start)
            }
            (Some(_), _) => Target::Nowhere,
            (None, Some(follows)) => Target::Above(follows.start),
            (None, None) => Target::End,
        }
    }
}

/// How many comments are about the file: those before everything, if a blank line stands behind them.
fn top(text: &str, comments: &[Comment<'_>], first: usize) -> usize {
    let ends = |at: usize, comment: &Comment<'_>| {
        let from = comment.at + comment.text.len();
        let to = comments.get(at + 1).map_or(first, |next| next.at.min(first));
        text.get(from..to).is_some_and(blank_line)
    };
    let before = comments.iter().take_while(|comment| comment.at < first).count();
    let last = (0..before).rev().find(|&at| comments.get(at).is_some_and(|comment| ends(at, comment)));
    last.map_or(0, |at| at + 1)
}

fn of_item(item: &Item, anchors: &mut Vec<Range<usize>>) {
    anchors.push(item.span.range());
    match &item.kind {
        ItemKind::Resource(resource) => {
            resource.attributes.iter().for_each(|one| anchors.push(of_attribute(one)))
        }
        ItemKind::PrincipalAttributes(list) | ItemKind::ContextAttributes(list) => {
            anchors.extend(list.iter().map(of_attribute));
        }
        ItemKind::Category(category) => anchors.extend(category.privileges.iter().map(of_privilege)),
        ItemKind::Role(role) => of_rules(&role.rules, anchors),
        ItemKind::Rule(Rule { kind: RuleKind::On(block), .. }) => of_rules(&block.rules, anchors),
        ItemKind::Test(test) => anchors.extend(test.steps.iter().filter_map(|step| match step {
            TestStep::Check(check) => Some(check.span.range()),
            _ => None,
        })),
        ItemKind::Matrix(matrix) => anchors.extend(matrix.rows.iter().map(|row| row.span.range())),
        _ => {}
    }
}

fn of_rules(rules: &[Rule], anchors: &mut Vec<Range<usize>>) {
    for rule in rules {
        anchors.push(rule.span.range());
        if let RuleKind::On(block) = &rule.kind {
            of_rules(&block.rules, anchors);
        }
    }
}

fn of_attribute(attribute: &AttributeDecl) -> Range<usize> {
    attribute.name.span.to(attribute.ty.span).range()
}

fn of_privilege(privilege: &PrivilegeDecl) -> Range<usize> {
    let ends = [
        Some(privilege.name.span),
        privilege.title.as_ref().map(|title| title.span),
        privilege.includes.last().map(|name| name.span),
        privilege.requires.as_ref().map(|formula| formula.span),
    ];
    let end = ends.into_iter().flatten().map(|span| span.range().end).max();
    let start = privilege.name.span.range().start;
    start..end.unwrap_or(start)
}

//! Where a YAML text would have to be edited, so that it stays YAML, says the same otherwise and keeps its comments.
//!
//! Enters: a text, places in it and what is to change. Leaves: edits in ascending order, or `None` where it can't be done
//! with certainty: in doubt a finding has no fix. Knows nothing of policies.

use super::build;
use super::events::Style;
use super::faults::Faults;
use super::tree::{Kind, NodeId, Scalar, Tree};
use crate::diagnostic::Form;
use crate::source::SourceId;
use crate::syntax::edit::{self as policy, Piece};
use std::cell::Cell;
use std::ops::Range;

/// How many nodes all edits of a file may look at.
const MAX_VISITS: usize = 20_000_000;

/// The text and tree of a file.
pub(crate) struct Editor<'t> {
    tree: Tree<'t>,
    /// For each node the list or map directly around it.
    parents: Vec<Option<NodeId>>,
    /// How many nodes may still be looked at. Each edit looks at its neighbours, of which there may be a million.
    left: Cell<usize>,
}

/// A list item or a key with its value, and the text that is only its own.
struct Unit {
    node: NodeId,
    at: Range<usize>,
}

impl<'t> Editor<'t> {
    /// Reads a file once for all its edits.
    pub(crate) fn new(source: SourceId, text: &'t str) -> Editor<'t> {
        // What is wrong with it has been said.
        let (mut unheard, mut salvaged) = (Vec::new(), Vec::new());
        let tree = build::build(source, text, &mut Faults::new(&mut unheard), &mut salvaged);
        let mut parents = vec![None; tree.nodes.len()];
        for at in 0..tree.nodes.len() {
            let node = NodeId(u32::try_from(at).unwrap_or(u32::MAX));
            if matches!(tree.node(node).kind, Kind::List { .. } | Kind::Map { .. }) {
                for child in tree.children(node) {
                    parents.get_mut(child.index()).into_iter().for_each(|parent| *parent = Some(node));
                }
            }
        }
        Editor { tree, parents, left: Cell::new(MAX_VISITS) }
    }

    fn text(&self) -> &'t str {
        self.tree.text
    }

    fn range(&self, node: NodeId) -> Range<usize> {
        self.tree.span(node).range()
    }

    /// Exactly this text.
    pub(crate) fn write(&self, at: Range<usize>, with: &str) -> Option<Vec<Piece>> {
        let (node, scalar) = self.scalar_around(&at)?;
        let whole = self.range(node) == at;
        let fits = match self.quote(node, &scalar) {
            _ if whole => is_plain(with) || policy_text(with),
            Some(quote) => !with.contains([quote, '\\', '\n']),
            None => self.is_plain_part(node, &at, with),
        };
        fits.then(|| vec![(at, with.to_owned())])
    }

    /// Another name at the place of one.
    pub(crate) fn rename(&self, at: Range<usize>, names: [&str; 2], form: Form) -> Option<Vec<Piece>> {
        let [from, to] = names;
        let (node, scalar) = self.scalar_around(&at)?;
        if self.range(node) == at {
            let is_name = form == Form::Name;
            let says = if is_name { policy::unquoted(scalar.text) } else { scalar.text.into() };
            if says != from {
                return None;
            }
            let raw = if is_name && to.contains(['"', '*']) { policy::quoted(to) } else { to.to_owned() };
            return Some(vec![(at, self.encoded(&raw, &scalar)?)]);
        }
        let written = self.text().get(at.clone())?;
        if policy::unquoted(written) != from {
            return None;
        }
        // The id of a reference is the rest of its text; elsewhere the rules of the DSL hold.
        let inner = scalar.verbatim? as usize;
        let is_id = form == Form::Name
            && at.end == inner + scalar.text.len()
            && self.text().get(inner..at.start)?.ends_with(':')
            && !to.contains(['"', '*']);
        let with = if is_id { to.to_owned() } else { policy::formed(to, form) };
        let fits = match self.quote(node, &scalar) {
            Some(quote) => !with.contains([quote, '\\', '\n']),
            None => self.is_plain_part(node, &at, &with),
        };
        fits.then(|| vec![(at, with)])
    }

    /// A whole text in the quotes of the one it replaces; in single ones where it can't do without.
    fn encoded(&self, text: &str, old: &Scalar<'_>) -> Option<String> {
        if text.contains(char::is_control) {
            return None;
        }
        let old = self.text().get(old.span.range())?;
        if old.starts_with('"') && !text.contains(['"', '\\']) {
            return Some(format!("\"{text}\""));
        }
        if !old.starts_with(['"', '\'']) && is_plain(text) {
            return Some(text.to_owned());
        }
        Some(format!("'{}'", text.replace('\'', "''")))
    }

    /// Items taken out of a list that keeps others.
    pub(crate) fn drop_items(&self, items: &[Range<usize>]) -> Option<Vec<Piece>> {
        let mut nodes = Vec::new();
        for at in items {
            let (node, scalar) = self.scalar_around(at)?;
            let is_category = scalar.text.starts_with("category:") && at.end == self.range(node).end;
            if self.range(node) != *at && !is_category {
                return None;
            }
            nodes.push(node);
        }
        let list = self.parent(*nodes.first()?)?;
        if !matches!(self.tree.node(list).kind, Kind::List { .. }) || self.is_aliased(list) {
            return None;
        }
        self.visit(list)?;
        let units: Vec<Unit> =
            self.tree.children(list).map(|node| Unit { node, at: self.range(node) }).collect();
        let gone = |unit: &Unit| nodes.contains(&unit.node);
        if nodes.iter().any(|node| self.parent(*node) != Some(list)) || units.iter().all(gone) {
            return None;
        }
        self.drop_units(list, &units, gone)
    }

    /// A list item, or a key with its value, of a list or map that keeps others. A list that would be left empty goes with
    /// its key.
    pub(crate) fn remove(&self, at: Range<usize>) -> Option<Vec<Piece>> {
        let mut target = self.unit_at(&at)?;
        loop {
            let around = self.parent(target)?;
            self.visit(around)?;
            let units = self.units(around);
            if units.len() > 1 {
                return self.drop_units(around, &units, |unit| unit.node == target);
            }
            if !matches!(self.tree.node(around).kind, Kind::List { .. }) {
                return None;
            }
            target = self.key_of(around)?;
        }
    }

    /// The list item or key that a place is, with all that belongs to it.
    fn unit_at(&self, at: &Range<usize>) -> Option<NodeId> {
        for node in self.starting(at.start) {
            let Some(around) = self.parent(node) else { continue };
            let is_list = matches!(self.tree.node(around).kind, Kind::List { .. });
            if is_list && self.range(node) == *at {
                return Some(node);
            }
            if is_list {
                continue;
            }
            self.visit(around)?;
            let pair = self.tree.pairs(around).find(|pair| pair.key == node || pair.value == node)?;
            let all = self.tree.pair_span(pair).range();
            if pair.key == node && all == *at || pair.value == node && self.range(node) == *at {
                return Some(pair.key);
            }
        }
        None
    }

    /// The key whose value a node is.
    fn key_of(&self, value: NodeId) -> Option<NodeId> {
        let map = self.parent(value)?;
        self.visit(map)?;
        self.tree.pairs(map).find(|pair| pair.value == value).map(|pair| pair.key)
    }

    fn units(&self, around: NodeId) -> Vec<Unit> {
        match self.tree.node(around).kind {
            Kind::Map { .. } => self
                .tree
                .pairs(around)
                .map(|pair| Unit { node: pair.key, at: self.tree.pair_span(pair).range() })
                .collect(),
            _ => self.tree.children(around).map(|node| Unit { node, at: self.range(node) }).collect(),
        }
    }

    fn drop_units(&self, around: NodeId, units: &[Unit], gone: impl Fn(&Unit) -> bool) -> Option<Vec<Piece>> {
        let is_flow = self.text().get(self.range(around))?.starts_with(['[', '{']);
        let mut pieces = Vec::new();
        let mut kept: Option<&Unit> = None;
        for (at, unit) in units.iter().enumerate() {
            if !gone(unit) {
                kept = Some(unit);
                continue;
            }
            if self.text().get(unit.at.clone())?.contains(['#', '&']) {
                return None;
            }
            if !is_flow {
                pieces.push((self.lines_of(unit, around)?, String::new()));
                continue;
            }
            // With the comma before it, or behind it where it is the first that goes.
            let next = units.get(at + 1);
            let before = at.checked_sub(1).and_then(|at| units.get(at));
            let range = match (kept, before, next) {
                (Some(_), Some(before), _) => before.at.end..unit.at.end,
                (_, _, Some(next)) => unit.at.start..next.at.start,
                _ => return None,
            };
            let all = self.text().get(range.clone())?;
            let own = self.text().get(unit.at.clone())?;
            let between = all.strip_suffix(own).or_else(|| all.strip_prefix(own))?;
            if !between.chars().all(|c| c == ',' || c.is_whitespace()) {
                return None;
            }
            pieces.push((range, String::new()));
        }
        Some(pieces)
    }

    /// The lines that an item or key of a block has for itself; without the comment behind it.
    fn lines_of(&self, unit: &Unit, around: NodeId) -> Option<Range<usize>> {
        let start = match self.tree.node(around).kind {
            Kind::List { .. } => self.dash(unit.at.start)?,
            _ => unit.at.start,
        };
        let line = line_start(self.text(), start);
        if !is_blank(self.text().get(line..start)?) {
            return None;
        }
        let rest = self.text().get(unit.at.end..)?;
        let newline = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        let behind = rest.get(..newline)?;
        if behind.trim().is_empty() {
            return Some(line..unit.at.end + newline);
        }
        let comment = unit.at.end + behind.find('#')?;
        behind.trim_start().starts_with('#').then_some(start..comment)
    }

    /// The dash of the block item that begins there.
    fn dash(&self, start: usize) -> Option<usize> {
        let before = self.text().get(line_start(self.text(), start)..start)?;
        let blanks = before.len() - before.trim_end_matches(' ').len();
        (blanks > 0 && before.trim_end_matches(' ').ends_with('-')).then(|| start - blanks - 1)
    }

    /// Names put behind an item of a list; a single value becomes a list.
    pub(crate) fn append(&self, behind: Range<usize>, names: &[String]) -> Option<Vec<Piece>> {
        let (node, scalar) = self.scalar_around(&behind)?;
        let at = self.range(node);
        let is_category = scalar.text.starts_with("category:") && behind.end == at.end;
        if at != behind && !is_category {
            return None;
        }
        let names: Vec<String> = names.iter().map(|name| in_list(name)).collect::<Option<_>>()?;
        let around = self.parent(node)?;
        if matches!(self.tree.node(around).kind, Kind::Map { .. }) {
            let plain = scalar.style != Style::Plain || is_plain(scalar.text);
            let is_value = self.key_of(node).is_some();
            let one_line = !self.text().get(at.clone())?.contains('\n') && scalar.style != Style::Block;
            return (plain && is_value && one_line).then(|| {
                let rest = format!(", {}]", names.join(", "));
                vec![(at.start..at.start, "[".to_owned()), (at.end..at.end, rest)]
            });
        }
        if self.text().get(self.range(around))?.starts_with('[') {
            return Some(vec![(at.end..at.end, format!(", {}", names.join(", ")))]);
        }
        let dash = self.dash(at.start)?;
        let line = line_start(self.text(), dash);
        let indent = self.text().get(line..dash).filter(|before| is_blank(before))?;
        let rest = self.text().get(at.end..)?;
        let end = at.end + rest.find('\n').unwrap_or(rest.len());
        let behind = self.text().get(at.end..end)?.trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            return None;
        }
        let (end, newline) = match self.text().get(..end)?.ends_with('\r') {
            true => (end - 1, "\r\n"),
            false => (end, "\n"),
        };
        let lines: String = names.iter().map(|name| format!("{newline}{indent}- {name}")).collect();
        Some(vec![(end..end, lines)])
    }

    /// Pays for a look at all that is in a list or map.
    fn visit(&self, around: NodeId) -> Option<()> {
        let size = self.tree.next(around).index().saturating_sub(around.index());
        self.left.set(self.left.get().checked_sub(size)?);
        Some(())
    }

    fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.parents.get(node.index()).copied().flatten()
    }

    /// Whether an anchor stands before the list, so that others may say it too.
    fn is_aliased(&self, node: NodeId) -> bool {
        let start = self.range(node).start;
        let near = line_start(self.text(), line_start(self.text(), start).saturating_sub(1));
        self.text().get(near..start).is_none_or(|before| before.contains('&'))
    }

    /// The nodes that begin at a place, the outer ones first.
    fn starting(&self, start: usize) -> impl Iterator<Item = NodeId> + '_ {
        let first = self.tree.nodes.partition_point(|node| (node.start as usize) < start);
        let nodes = self.tree.nodes.iter().enumerate().skip(first);
        nodes
            .take_while(move |(_, node)| node.start as usize == start)
            .map(|(at, _)| NodeId(u32::try_from(at).unwrap_or(u32::MAX)))
    }

    /// The text in which a place lies.
    fn scalar_around(&self, at: &Range<usize>) -> Option<(NodeId, Scalar<'_>)> {
        let behind = self.tree.nodes.partition_point(|node| node.start as usize <= at.start);
        let node = NodeId(u32::try_from(behind.checked_sub(1)?).ok()?);
        if !matches!(self.tree.node(node).kind, Kind::Scalar { .. }) || self.range(node).end < at.end {
            return None;
        }
        Some((node, self.tree.scalar(node)?))
    }

    /// The quote around a text.
    fn quote(&self, node: NodeId, scalar: &Scalar<'_>) -> Option<char> {
        let first = self.text().get(self.range(node)).and_then(|text| text.chars().next());
        first.filter(|_| scalar.style == Style::Quoted)
    }

    /// Whether a part of a text without quotes may be replaced by this.
    fn is_plain_part(&self, node: NodeId, at: &Range<usize>, with: &str) -> bool {
        let inner = |c: char| c.is_ascii_alphanumeric() || "_-./@+:=<>\" ".contains(c);
        let begins = at.start == self.range(node).start;
        let first = with.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        with.chars().all(inner) && !with.contains(": ") && !with.ends_with(':') && (first || !begins)
    }
}

/// Whether a text in quotes of the DSL is one in YAML too.
fn policy_text(text: &str) -> bool {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inside.is_some_and(|inside| !inside.contains(['"', '\\', '\n']))
}

/// Whether a text says the same in YAML without quotes, in `[ ]` and outside.
fn is_plain(text: &str) -> bool {
    let first = text.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_');
    let inner = |c: char| c.is_alphanumeric() || "_-./@+: ".contains(c);
    let word = matches!(text.to_ascii_lowercase().as_str(), "null" | "true" | "false");
    first && !word && text.chars().all(inner) && !text.contains(": ") && !text.ends_with([':', ' '])
}

/// A privilege as an item of a list.
fn in_list(name: &str) -> Option<String> {
    if name.contains(char::is_control) {
        return None;
    }
    let raw = if name.contains(['*', '"']) { policy::quoted(name) } else { name.to_owned() };
    Some(if is_plain(&raw) { raw } else { format!("'{}'", raw.replace('\'', "''")) })
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c == ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    type Edited = Option<Vec<Piece>>;

    /// Edits what stands between `<` and `>`; several places where a test says so.
    #[track_caller]
    fn check(text: &str, edit: impl Fn(&Editor<'_>, &[Range<usize>]) -> Edited, expected: Option<&str>) {
        let (mut plain, mut start, mut places) = (String::new(), 0, Vec::new());
        for c in text.chars() {
            match c {
                '<' => start = plain.len(),
                '>' => places.push(start..plain.len()),
                c => plain.push(c),
            }
        }
        let editor = Editor::new(SourceId(0), &plain);
        let mut edited = plain.clone();
        let pieces = edit(&editor, &places);
        for (at, with) in pieces.iter().flatten().rev() {
            edited.replace_range(at.clone(), with);
        }
        assert_eq!(pieces.map(|_| edited).as_deref(), expected, "{plain}");
    }

    #[track_caller]
    fn renames(text: &str, from: &str, to: &str, expected: &str) {
        check(text, |editor, at| editor.rename(at[0].clone(), [from, to], Form::Name), Some(expected));
    }

    #[track_caller]
    fn drops(text: &str, expected: Option<&str>) {
        check(text, |editor, at| editor.drop_items(at), expected);
    }

    #[track_caller]
    fn removes(text: &str, expected: Option<&str>) {
        check(text, |editor, at| editor.remove(at[0].clone()), expected);
    }

    #[track_caller]
    fn appends(text: &str, expected: Option<&str>) {
        let names = ["b".to_owned(), "c: *".to_owned()];
        check(text, |editor, at| editor.append(at[0].clone(), &names), expected);
    }

    #[test]
    fn names_in_their_quotes() {
        renames("a: <reed>", "reed", "read", "a: read");
        renames("a: <'reed'> # why", "reed", "it's", "a: 'it''s' # why");
        renames("a: <\"reed\">", "reed", "read it", "a: \"read it\"");
        renames("a: <\"reed\">", "reed", "a \\ b", "a: 'a \\ b'");
        renames("a: [<reed>]", "reed", "a, b", "a: ['a, b']");
        renames("a: <reed>", "reed", "true", "a: 'true'");
        renames("a: <'\"x*\"'>", "x*", "y*", "a: '\"y*\"'");
        renames("a: user:<anm>", "anm", "ann b", "a: user:ann b");
        renames("a: 'context.<mfaa> == 1'", "mfaa", "mfa", "a: 'context.mfa == 1'");
        renames("<reeder>: { grant: x }", "reeder", "reader", "reader: { grant: x }");
    }

    #[test]
    fn what_does_not_say_the_name_is_left_alone() {
        check("a: <any (x)>", |editor, at| editor.rename(at[0].clone(), ["x", "y"], Form::Name), None);
        check("a: user:<anm>", |editor, at| editor.rename(at[0].clone(), ["anm", "a: b"], Form::Name), None);
    }

    #[test]
    fn items_of_lists() {
        drops("a: [x, <y>, z]", Some("a: [x, z]"));
        drops("a: [<x>, <y>, z]", Some("a: [z]"));
        drops("a: [x, <y>, <z>]", Some("a: [x]"));
        drops("a: [<x>]", None);
        drops("a: [x, # one\n  <y>]", None);
        drops("a:\n- x\n- <y>\n- z\n", Some("a:\n- x\n- z\n"));
        drops("a:\r\n  - <x> # why\r\n  - y\r\n", Some("a:\r\n  # why\r\n  - y\r\n"));
        drops("a:\n  - x\n  - <y>", Some("a:\n  - x\n"));
        drops("a: &l [x, <y>]\nb: *l", None);
    }

    #[test]
    fn entries_and_keys() {
        removes("e:\n  - <{ grant: x }>\n  - { grant: y }\n", Some("e:\n  - { grant: y }\n"));
        removes("e:\n  - a: 1\n  - <b: 1\n    c: 2>\nf: 1\n", Some("e:\n  - a: 1\nf: 1\n"));
        removes("r:\n  inherits: a\n  <grant: [x, y]> # why\nz:\n", Some("r:\n  inherits: a\n  # why\nz:\n"));
        removes("r: { inherits: a, <grant: x> }", Some("r: { inherits: a }"));
        removes("r: { allow: <{ code: 1, why: x }>, grant: x }", Some("r: { grant: x }"));
        removes("r:\n  g: 1\n  allow:\n    - <{ code: 1 }>\n", Some("r:\n  g: 1\n"));
        removes("r:\n  <grant: x>\n", None);
        removes("r:\n  a: 1\n  <grant:\n    # why\n    - x>\n", None);
        removes("e:\n  - <a: 1>\n    b: 2\n", None);
    }

    #[test]
    fn items_put_behind_others() {
        appends("g: [<a>, z]", Some("g: [a, b, '\"c: *\"', z]"));
        appends("g: <a>", Some("g: [a, b, '\"c: *\"']"));
        appends(
            "g:\r\n  - <a> # why\r\n  - z\r\n",
            Some("g:\r\n  - a # why\r\n  - b\r\n  - '\"c: *\"'\r\n  - z\r\n"),
        );
        appends("g:\n  - <a>", Some("g:\n  - a\n  - b\n  - '\"c: *\"'"));
    }
}

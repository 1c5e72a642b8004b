//! Tests and matrices.
//!
//! Enters: an item of a list. Leaves: a statement of the ast.

use super::reader::Reader;
use super::shape;
use super::tree::{NodeId, Pair, View};
use crate::ast::{Check, Item, ItemKind, MatrixDecl, MatrixRow, TestDecl, TestStep};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;

impl Reader<'_, '_> {
    /// `{ test, as, with, at, checks }`.
    pub(super) fn test(&mut self, node: NodeId) -> Option<Item> {
        let [test, who, with, at, checks, doc, allow] = self.fields(node, &shape::TEST)?;
        let meta = self.meta(doc, allow);
        let name = self.text(test, "the name of the test");
        let mut steps = Vec::new();
        self.caller(who, with, at, &mut steps);
        if let Some(checks) = checks {
            self.each_item(checks.value, "checks", |r, node| r.step(node, &mut steps));
        }
        let test = TestDecl { name: name?, steps };
        Some(self.list_item(node, meta, ItemKind::Test(Box::new(test))))
    }

    /// `as`, `with` and `at`, in this order whatever the order written: `as` starts afresh.
    fn caller(&mut self, who: Option<Pair>, with: Option<Pair>, at: Option<Pair>, steps: &mut Vec<TestStep>) {
        if let Some(who) = who {
            steps.push(TestStep::As(self.principals(who.value)));
        }
        if let Some(with) = with {
            steps.push(TestStep::With(self.settings(with.value)));
        }
        steps.extend(self.date(at).map(TestStep::At));
    }

    /// An item of `checks`: a new caller, a question, or both.
    fn step(&mut self, node: NodeId, steps: &mut Vec<TestStep>) {
        let Some([who, with, at, can, cannot, except, on, ancestors, because]) =
            self.fields(node, &shape::CHECK)
        else {
            return;
        };
        self.caller(who, with, at, steps);
        let (expect, question) = match (can, cannot) {
            (Some(can), None) => (true, can),
            (None, Some(cannot)) => (false, cannot),
            (Some(can), Some(cannot)) => {
                let fault = Diagnostic::new(
                    Code::YamlShape,
                    self.tree.span(cannot.key),
                    "a check has `can` or `cannot`, not both",
                )
                .also(self.tree.span(can.key), "the other is here")
                .help("write two checks");
                return self.report(fault);
            }
            (None, None) => {
                let rest = [except, on, ancestors, because];
                if rest.iter().any(Option::is_some) || [who, with, at].iter().all(Option::is_none) {
                    self.missing(node, shape::CHECK.what, "`can` or `cannot`");
                }
                return;
            }
        };
        if ancestors.is_some() && on.is_none() {
            self.missing(node, "`in` in a check", "`on`");
        }
        let privileges = self.privileges(question.value, except);
        let on_written = on.is_some();
        let on = on.and_then(|on| self.resource(on.value));
        let ancestors = ancestors.map(|ancestors| self.resources(ancestors.value)).unwrap_or_default();
        let because = because.and_then(|because| self.name(because.value, "a reason such as `default-deny`"));
        if let Some(privileges) = privileges
            && on.is_some() == on_written
        {
            let span = self.tree.span(node);
            steps.push(TestStep::Check(Check { expect, privileges, on, ancestors, because, span }));
        }
    }

    /// `{ matrix, on, with, roles, rows }`.
    pub(super) fn matrix(&mut self, node: NodeId) -> Option<Item> {
        let [matrix, on, with, roles, section, doc, allow] = self.fields(node, &shape::MATRIX)?;
        let meta = self.meta(doc, allow);
        let name = self.text(matrix, "the name of the matrix");
        let on_written = on.is_some();
        let on = on.and_then(|on| self.resource(on.value));
        let with = with.map(|with| self.settings(with.value)).unwrap_or_default();
        let roles = roles.map(|roles| self.some_names(roles.value, "a role", "roles")).unwrap_or_default();
        let mut rows = Vec::new();
        if let Some(section) = section {
            self.each_pair(section.value, "privileges and marks", |r, pair| rows.extend(r.row(pair)));
        }
        if roles.is_empty() || on.is_some() != on_written {
            return None;
        }
        let matrix = MatrixDecl { name: name?, on, with, roles, rows };
        Some(self.list_item(node, meta, ItemKind::Matrix(Box::new(matrix))))
    }

    /// `PRIVILEGE: MARKS`.
    fn row(&mut self, pair: Pair) -> Option<MatrixRow> {
        let privilege = self.key_privilege(pair)?;
        let mut marks = Vec::new();
        match self.tree.view(pair.value) {
            View::List(list) => {
                for item in self.tree.children(list) {
                    self.marks(item, &mut marks)?;
                }
            }
            _ => self.marks(pair.value, &mut marks)?,
        }
        Some(MatrixRow { privilege, marks, span: self.tree.pair_span(pair) })
    }

    /// The marks in a text; anything else but blanks is an error.
    fn marks(&mut self, node: NodeId, marks: &mut Vec<Spanned<bool>>) -> Option<()> {
        const WHAT: &str = r#"marks such as "+ -""#;
        let scalar = self.scalar(node, WHAT)?;
        for (at, mark) in scalar.text.char_indices() {
            let span = scalar.part(at..at + mark.len_utf8());
            match mark {
                '+' => marks.push(Spanned::new(true, span)),
                '-' => marks.push(Spanned::new(false, span)),
                c if c.is_whitespace() => {}
                _ => return self.expected_help(node, WHAT, "a mark is `+` for granted or `-` for denied"),
            }
        }
        Some(())
    }
}

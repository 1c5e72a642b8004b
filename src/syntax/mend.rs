//! Where the grammar ends > the edit that would let it go on.
//!
//! Enters: a fault and the tokens around it. Leaves: a remedy, where what was written has one meaning in other languages and
//! none here, or is a slip of a word that could stand there. Who may do what is never guessed as safe.

use super::advice::instead_of;
use super::expected::only_names;
use super::fault::{Around, Place, Site};
use super::foreign;
use super::fragment::Anchor;
use super::grammar::{Failure, Rule, read};
use super::scan::{Kind, Scanner, Token};
use super::words::is_reserved;
use crate::diagnostic::{Change, Diagnostic, Edit, Remedy, Safety};
use std::ops::Range;

/// A word or marks of another language, and what they are here.
pub(super) struct Written {
    pub at: Range<usize>,
    pub meant: &'static str,
    pub safety: Safety,
}

impl Site<'_> {
    /// An edit of this text, unless it was unescaped or folded and its places are not those of the file.
    pub(super) fn edit(&self, at: Range<usize>, text: impl Into<String>, safety: Safety) -> Option<Remedy> {
        self.edits(vec![(at, text.into())], safety)
    }

    fn edits(&self, edits: Vec<(Range<usize>, String)>, safety: Safety) -> Option<Remedy> {
        let Anchor::Verbatim(..) = self.anchor else { return None };
        if !self.goes_on(&edits)? {
            return None;
        }
        let written: Vec<&str> = edits.iter().map(|(_, text)| text.trim()).collect();
        let title = format!("write `{}`", written.join(""));
        let edits = edits.into_iter().map(|(at, text)| Edit { span: self.anchor.span(at), text });
        Some(Remedy { title, safety, change: Change::Write(edits.collect()) })
    }

    /// Whether the grammar would take what stands behind the edits too: an edit that leaves a fault at its place mends nothing.
    fn goes_on(&self, edits: &[(Range<usize>, String)]) -> Option<bool> {
        let mut mended = String::new();
        let mut at = self.start;
        for (range, text) in edits {
            mended.push_str(self.text.get(at..range.start)?);
            mended.push_str(text);
            at = range.end;
        }
        let ends = |token: &Token| match self.place {
            Place::Block(_) => token.is(self.text, "}"),
            _ => self.rule == Rule::head && token.is(self.text, "{"),
        };
        let limit = if let Place::Block(_) = self.place { self.limit } else { self.text.len() };
        let next = Scanner::new(self.text, at).next().filter(|next| next.start < limit && !ends(next));
        let Some(next) = next else {
            // Nothing is no fault either: what stood there may be a comment now.
            let empty = Scanner::new(&mended, 0).next().is_none();
            return Some(empty || read(self.rule, &mended).is_ok());
        };
        let reached = mended.len() + (next.start - at);
        mended.push_str(self.text.get(at..next.end)?);
        if Scanner::new(&mended, 0).next().is_none() {
            return Some(true);
        }
        Some(match read(self.rule, &mended) {
            Ok(_) => true,
            // A `!` there is a fault of its own, with a fix of its own.
            Err(failure) => failure.at > reached || next.is(self.text, "!"),
        })
    }

    /// What other languages write and the grammar does not take, with what is meant by it here.
    pub(super) fn foreign(&self, around: &Around, failure: &Failure) -> Option<Written> {
        let found = around.found.filter(|_| !around.at_next)?;
        let at = match found.kind {
            Kind::Word => found.start..found.end,
            Kind::Mark => self.marks(found),
            _ => return None,
        };
        let written = self.text.get(at.clone())?;
        // What the grammar took of the marks was a comparison.
        let began = at.start < found.start;
        let compares = |word: &str| matches!(word, "==" | "!=" | "<=" | ">=");
        let could = |meant: &str| match began {
            true => compares(meant),
            false if meant == "," => self.list_goes_on(around, failure),
            false => self.could(around, failure).any(|word| word == meant),
        };
        let (meant, safety) = foreign::meant(written, could)?;
        Some(Written { at, meant, safety })
    }

    /// Whether a list of names or references ends before a fault, and a comma would go on with it.
    fn list_goes_on(&self, around: &Around, failure: &Failure) -> bool {
        let listed =
            |rule: &Rule| matches!(rule, Rule::kw_except | Rule::on_scope | Rule::kw_when | Rule::except);
        let formula = failure.expected.contains(&Rule::kw_and);
        let name = |token: Token| {
            matches!(token.kind, Kind::Word | Kind::Quoted) && !is_reserved(token.text(self.text))
        };
        !formula && !around.at_start && around.before.is_some_and(name) && failure.expected.iter().any(listed)
    }

    /// The marks of formulas that a mark stands among.
    fn marks(&self, found: Token) -> Range<usize> {
        let own = found.text(self.text);
        if matches!(own, "&" | "|") {
            let behind = self.text.get(found.end..).is_some_and(|rest| rest.starts_with(own));
            return found.start..found.end + usize::from(behind);
        }
        let is_mark = |c: &char| matches!(c, '&' | '|' | '!' | '=' | '<' | '>' | ':' | '\u{ac}');
        let before = self.text.get(self.start..found.start).unwrap_or("");
        let before: usize =
            before.chars().rev().take_while(|c| *c != ':' && is_mark(c)).map(char::len_utf8).sum();
        let behind = self.text.get(found.start..).unwrap_or("");
        let mut behind: usize = behind.chars().take_while(is_mark).map(char::len_utf8).sum();
        // `==!x` compares with a negation.
        let all = self.text.get(found.start - before..found.start + behind).unwrap_or("");
        if found.is(self.text, "!") && all.len() > 1 && !all.starts_with("!=") {
            behind = 1;
            return found.start..found.start + behind;
        }
        found.start - before..found.start + behind
    }

    /// A word for what a name is, and the name: `user ann` for `user:ann`, `role reader` where only a role can stand.
    pub(super) fn of_kind(
        &self,
        found: Token,
        word: &str,
        failure: &Failure,
    ) -> Option<(String, Option<Remedy>)> {
        if found.kind == Kind::Quoted {
            return self.of_quoted(found, word, failure);
        }
        let mut behind = Scanner::new(self.text, found.end);
        let name = behind.next().filter(|next| !next.first && next.start > found.end)?;
        let written = name.text(self.text);
        let plain = name.kind == Kind::Quoted || name.kind == Kind::Word && !is_reserved(written);
        if !plain || written.contains([':', '*']) {
            return None;
        }
        let could = |rules: &[Rule]| failure.expected.iter().any(|rule| rules.contains(rule));
        let role = could(&[Rule::role_ref]) && word == "role";
        let principal = could(&[Rule::principal_ref, Rule::principals, Rule::identity_ref])
            && matches!(word, "user" | "service" | "group" | "role");
        let category = could(&[Rule::privilege_item, Rule::privilege_set]) && word == "category";
        let scope =
            could(&[Rule::scope, Rule::resource_ref]) && !is_reserved(word) && found.kind == Kind::Word;
        let at = found.end..name.start;
        if role || principal || category || scope && !word.contains([':', '*']) {
            // Which principal or privilege it is, both words say together; a type may be another one's name.
            let safety = if scope { Safety::Unsafe } else { Safety::Safe };
            let whole = format!("{word}:{written}");
            let edit = self.edit(at, ":", safety);
            let title = format!("write `{whole}`");
            return Some((title.clone(), edit.map(|edit| Remedy { title, ..edit })));
        }
        let kinds = ["role", "group", "user", "service", "category", "resource", "privilege"];
        if only_names(&failure.expected) && kinds.contains(&word) {
            let title = format!("write `{written}` alone");
            let edit = self.edit(found.start..name.start, "", Safety::Safe);
            return Some((
                format!("{title}: no other thing can stand here"),
                edit.map(|edit| Remedy { title, ..edit }),
            ));
        }
        None
    }

    /// `"user:ann"` for `user:ann`.
    fn of_quoted(&self, found: Token, word: &str, failure: &Failure) -> Option<(String, Option<Remedy>)> {
        let inside = word.trim_matches('"');
        let (kind, _) = inside.split_once(':')?;
        let could =
            failure.expected.iter().any(|rule| matches!(rule, Rule::principal_ref | Rule::principals));
        if !could || !matches!(kind, "user" | "service" | "group" | "role") || inside.contains(['\\', ' ']) {
            return None;
        }
        let title = format!("write `{inside}`");
        Some((format!("{title}, without quotes"), self.edit(found.start..found.end, inside, Safety::Safe)))
    }

    /// The word around a letter that no bare name has.
    pub(super) fn other_letters(&self, around: &Around) -> Option<(Range<usize>, &str)> {
        let found = around.found.filter(|found| found.kind == Kind::Mark)?;
        let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '@' | '+');
        if !found.text(self.text).starts_with(|c: char| !c.is_ascii() && c.is_alphanumeric()) {
            return None;
        }
        let before: usize = self
            .text
            .get(self.start..found.start)?
            .chars()
            .rev()
            .take_while(|c| is_letter(*c))
            .map(char::len_utf8)
            .sum();
        let behind = self.text.get(found.start..)?;
        let length = behind.find(|c| !is_letter(c)).unwrap_or(behind.len());
        let at = found.start - before..found.start + length;
        Some((at.clone(), self.text.get(at)?))
    }

    /// The word of `grant:`, which YAML would write.
    pub(super) fn with_colon<'w>(
        &self,
        around: &Around,
        failure: &Failure,
        word: &'w str,
    ) -> Option<&'w str> {
        let word = word.strip_suffix(':')?;
        self.could(around, failure).any(|could| could == word).then_some(word)
    }

    /// The finding with the edit that mends it, if there is one.
    pub(super) fn mended(&self, diagnostic: Diagnostic, around: &Around, failure: &Failure) -> Diagnostic {
        let Some(found) = around.found.filter(|_| !around.at_next) else { return diagnostic };
        let word = found.text(self.text);
        let remedy = self.of_foreign(around, failure).or_else(|| {
            if self.foreign(around, failure).is_some() {
                return None;
            }
            self.of_kind(found, word, failure)
                .and_then(|(_, remedy)| remedy)
                .or_else(|| self.of_mark(found, word, failure))
                .or_else(|| self.of_letters(around))
                .or_else(|| {
                    let is_word = found.kind == Kind::Word && !word.contains([':', '.']);
                    let (meant, safety) = self.meant(around, failure, word).filter(|_| is_word)?;
                    self.edit(found.start..found.end, meant, safety)
                })
                .or_else(|| {
                    let word = self.with_colon(around, failure, word)?;
                    self.edit(found.start..found.end, word, Safety::Safe)
                })
                .or_else(|| self.of_shouted(around))
                .or_else(|| self.of_comma(around, failure))
        });
        diagnostic.maybe_remedy(remedy)
    }

    fn of_foreign(&self, around: &Around, failure: &Failure) -> Option<Remedy> {
        let Written { at, meant, safety } = self.foreign(around, failure)?;
        match meant {
            "not" => self.of_not(around.found?),
            "and" | "or" => self.spaced(at, meant, safety),
            "," => self.edit(around.before?.end..at.end, meant, safety),
            _ => self.edit(at, meant, safety),
        }
    }

    fn of_letters(&self, around: &Around) -> Option<Remedy> {
        let (at, name) = self.other_letters(around)?;
        self.edit(at, format!("\"{name}\""), Safety::Safe)
    }

    /// For marks that stand for nothing here.
    fn of_mark(&self, found: Token, word: &str, failure: &Failure) -> Option<Remedy> {
        match word {
            "," if self.comma_in_block(found, failure) => {
                let blank =
                    self.text.get(found.end..).is_some_and(|rest| rest.starts_with(char::is_whitespace));
                let edit = vec![(found.start..found.end, if blank { "" } else { " " }.to_owned())];
                Some(Remedy { title: "take the comma out".to_owned(), ..self.edits(edit, Safety::Safe)? })
            }
            "'" | "\u{2018}" | "\u{201c}" => self.of_quotes(found),
            _ if word.starts_with("//") || word.starts_with("/*") => self.of_comment(found, word),
            _ => None,
        }
    }

    /// A word in place of marks, with blanks around it.
    fn spaced(&self, at: Range<usize>, word: &str, safety: Safety) -> Option<Remedy> {
        let before = self.text.get(..at.start)?.ends_with(char::is_whitespace);
        let behind = self.text.get(at.end..)?.starts_with(char::is_whitespace);
        let (before, behind) = (if before { "" } else { " " }, if behind { "" } else { " " });
        self.edit(at, format!("{before}{word}{behind}"), safety)
    }

    /// `!x` and `!(...)`. Of a comparison behind it other languages negate the first part and this one the whole.
    fn of_not(&self, found: Token) -> Option<Remedy> {
        let mut behind = Scanner::new(self.text, found.end);
        let next = behind.next()?;
        let alone = match next.text(self.text) {
            "(" => true,
            _ if next.kind != Kind::Word => return None,
            _ => !behind.next().is_some_and(|token| {
                matches!(token.text(self.text), "=" | "!" | "<" | ">" | "in" | "contains")
            }),
        };
        let safety = if alone { Safety::Safe } else { Safety::Unsafe };
        let text = if next.start == found.end { "not " } else { "not" };
        self.edit(found.start..found.end, text, safety)
    }

    /// Texts in other quotes, on one line.
    fn of_quotes(&self, found: Token) -> Option<Remedy> {
        let close = match found.text(self.text) {
            "\u{2018}" => '\u{2019}',
            "\u{201c}" => '\u{201d}',
            _ => '\'',
        };
        let rest = self.text.get(found.end..)?;
        let inside = rest.get(..rest.find(close)?)?;
        if inside.contains(['"', '\\', '\n', '#']) {
            return None;
        }
        let end = found.end + inside.len();
        let quotes = [found.start..found.end, end..end + close.len_utf8()];
        let edits = quotes.map(|at| (at, "\"".to_owned()));
        self.edits(edits.to_vec(), Safety::Safe)
    }

    /// `//`, and `/* ... */` on a line of its own or at the end of one.
    fn of_comment(&self, found: Token, word: &str) -> Option<Remedy> {
        let (Place::File | Place::Block(_)) = self.place else { return None };
        let rest = self.text.get(found.start..)?;
        if word.starts_with("/*") {
            let line = rest.get(..rest.find('\n').unwrap_or(rest.len()))?;
            let end = line.find("*/")?;
            let alone = line.get(end + 2..)?.trim().is_empty() && !line.starts_with("/*#");
            let edits = [(0..2, "#"), (end..end + 2, "")];
            let edits =
                edits.map(|(at, text)| (found.start + at.start..found.start + at.end, text.to_owned()));
            return alone.then(|| self.edits(edits.to_vec(), Safety::Safe))?;
        }
        let marks = rest.len() - rest.trim_start_matches('/').len();
        // One mark more would make a `##` of it, which documents.
        let mark = if rest.get(marks..)?.starts_with('#') { "# " } else { "#" };
        self.edit(found.start..found.start + marks, mark, Safety::Safe)
    }

    /// `NOT x`: a name, as it is written, and then something that can't follow one.
    fn of_shouted(&self, around: &Around) -> Option<Remedy> {
        let before = around.before?;
        let word = before.text(self.text);
        let meant = ["not", "and", "or"].into_iter().find(|meant| meant.eq_ignore_ascii_case(word))?;
        (meant != word).then(|| self.edit(before.start..before.end, meant, Safety::Safe))?
    }

    /// A comma between two names. Whether both were meant to be there is a guess.
    fn of_comma(&self, around: &Around, failure: &Failure) -> Option<Remedy> {
        let other =
            around.found.is_some_and(|it| instead_of(it.text(self.text), &failure.expected).is_some());
        if other || !super::expected::complete(&failure.expected) || !self.comma_missing(around) {
            return None;
        }
        let before = around.before?;
        self.edit(before.end..before.end, ",", Safety::Unsafe)
    }
}

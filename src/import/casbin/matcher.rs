//! The matcher of a casbin model > a tree.
//!
//! Enters: the text of an expression. Leaves: comparisons, calls, `&&` and `||`, each with its place in the text; anything else is named as
//! what cannot be read. Knows nothing of what fields mean.

use smol_str::SmolStr;
use std::ops::Range;

/// How deep parentheses may stand inside each other.
const MAX_NESTING: usize = 32;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expr {
    pub kind: Kind,
    /// Its bytes in the text.
    pub at: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Equal(Operand, Operand),
    Call(SmolStr, Vec<Operand>),
}

/// A side of a comparison, an argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// `r.x`.
    Request(SmolStr),
    /// `p.x`.
    Policy(SmolStr),
    /// A text in quotes.
    Text(SmolStr),
}

/// The part that cannot be read.
pub(super) type Unread = Range<usize>;

pub(super) fn parse(text: &str) -> Result<Expr, Unread> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let expr = parser.or()?;
    parser.blanks();
    if parser.at < text.len() { Err(parser.rest()) } else { Ok(expr) }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn blanks(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// From here to the end of what belongs together.
    fn rest(&self) -> Unread {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find("&&").into_iter().chain(rest.find("||")).min().unwrap_or(rest.len());
        let length = rest.get(..end).unwrap_or_default().trim_end().len();
        self.at..self.at + length.max(rest.chars().next().map_or(0, char::len_utf8))
    }

    fn takes(&mut self, word: &str) -> bool {
        self.blanks();
        let found = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn or(&mut self) -> Result<Expr, Unread> {
        self.joined("||", Self::and, Kind::Or)
    }

    fn and(&mut self) -> Result<Expr, Unread> {
        self.joined("&&", Self::term, Kind::And)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Expr, Unread>,
        join: fn(Vec<Expr>) -> Kind,
    ) -> Result<Expr, Unread> {
        self.blanks();
        let start = self.at;
        let first = part(self)?;
        let mut parts = vec![first];
        while self.takes(word) {
            parts.push(part(self)?);
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            last => {
                parts.extend(last);
                Ok(Expr { kind: join(parts), at: start..self.at })
            }
        }
    }

    fn term(&mut self) -> Result<Expr, Unread> {
        self.blanks();
        let start = self.at;
        if self.takes("(") {
            self.depth += 1;
            if self.depth > MAX_NESTING {
                return Err(start..self.text.len());
            }
            let inner = self.or()?;
            self.depth -= 1;
            return if self.takes(")") { Ok(inner) } else { Err(start..self.text.len()) };
        }
        let unread = self.rest();
        if let Some(name) = self.word() {
            if name.contains('.') {
                self.at = start;
            } else if self.takes("(") {
                let mut arguments = Vec::new();
                while !self.takes(")") {
                    if !arguments.is_empty() && !self.takes(",") {
                        return Err(unread);
                    }
                    arguments.push(self.operand().ok_or(unread.clone())?);
                }
                return Ok(Expr { kind: Kind::Call(name, arguments), at: start..self.at });
            } else {
                return Err(unread);
            }
        }
        let left = self.operand().ok_or(unread.clone())?;
        if !self.takes("==") {
            return Err(unread);
        }
        let right = self.operand().ok_or(unread)?;
        Ok(Expr { kind: Kind::Equal(left, right), at: start..self.at })
    }

    /// A name, with dots in it.
    fn word(&mut self) -> Option<SmolStr> {
        self.blanks();
        let rest = self.text.get(self.at..)?;
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
        let word = rest.get(..end).filter(|word| !word.is_empty())?;
        self.at += end;
        Some(word.into())
    }

    fn operand(&mut self) -> Option<Operand> {
        self.blanks();
        let rest = self.text.get(self.at..)?;
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let inner = rest.get(1..)?;
            let end = inner.find(quote)?;
            let text = inner.get(..end).filter(|text| !text.contains('\\'))?;
            self.at += end + 2;
            return Some(Operand::Text(text.into()));
        }
        let word = self.word()?;
        match word.split_once('.') {
            Some(("r", field)) if !field.contains('.') => Some(Operand::Request(field.into())),
            Some(("p", field)) if !field.contains('.') => Some(Operand::Policy(field.into())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn unread(text: &str, expected: &str) {
        let range = parse(text).expect_err("it is not read");
        assert_eq!(&text[range], expected, "{text}");
    }

    #[test]
    fn what_is_read() {
        let text =
            r#" g(r.sub, p.sub) && r.obj == p.obj && (r.act == p.act || p.act == "*") || r.sub == 'root'"#;
        let Kind::Or(parts) = parse(text).unwrap().kind else { panic!("an or") };
        let Kind::And(terms) = &parts[0].kind else { panic!("an and") };
        assert_eq!((parts.len(), terms.len()), (2, 3));
        assert!(matches!(&terms[0].kind, Kind::Call(name, arguments) if name == "g" && arguments.len() == 2));
        assert_eq!(parts[1].kind, Kind::Equal(Operand::Request("sub".into()), Operand::Text("root".into())));
        assert_eq!(&text[parts[1].at.clone()], "r.sub == 'root'");
    }

    #[test]
    fn what_is_not_is_named() {
        unread("r.sub == p.sub && r.sub.Age > 18", "r.sub.Age > 18");
        unread("r.sub == p.sub && !g(r.sub, p.sub)", "!g(r.sub, p.sub)");
        unread("r.sub in ('a', 'b')", "r.sub in ('a', 'b')");
        unread("r.sub == p.sub &&", "");
        unread("eval(p.rule) && x", "x");
        unread("r.sub == p.sub)", ")");
        unread(&"(".repeat(1000), &"(".repeat(1000 - MAX_NESTING));
    }
}

//! Text > words and marks, without grammar.
//!
//! The grammar is pest's. This only sees where tokens, lines and brackets are, which is what finding the end of a
//! broken statement takes, and it does so in one pass whatever the text.

/// What a token is, as far as it shows from its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword, a number, a reference, a wildcard: a run of the characters that these are made of.
    Word,
    /// A text in quotes.
    Quoted,
    /// A text in quotes that its line ends before the closing quote.
    Unclosed,
    /// `## ...`.
    Doc,
    /// Any other character.
    Mark,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// It is the first on its line, or follows a `;`.
    pub first: bool,
    /// How many bytes of blanks its line begins with.
    pub indent: usize,
}

impl Token {
    /// Its text.
    pub fn text(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }

    /// Whether it is this word or mark.
    pub fn is(self, text: &str, word: &str) -> bool {
        self.kind != Kind::Quoted && self.text(text) == word
    }
}

/// How far back the beginning of a line is looked for. Past that a token counts as in the middle of its line.
const LONGEST_INDENT: usize = 256;

/// Reads tokens from an offset on. Copying it is looking ahead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    first: bool,
    indent: usize,
}

impl<'t> Scanner<'t> {
    /// A scanner of `text` from `at` on, which lies between tokens.
    pub fn new(text: &'t str, at: usize) -> Scanner<'t> {
        let (first, indent) = line_before(text.as_bytes(), at);
        Scanner { text, at, first, indent }
    }

    /// The next token without taking it.
    pub fn peek(&self) -> Option<Token> {
        Scanner { ..*self }.next()
    }

    /// Passes over blanks, line ends, `;` and comments; the byte behind them.
    fn skip(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            let byte = *bytes.get(self.at)?;
            match byte {
                b'\n' => {
                    self.at += 1;
                    self.first = true;
                    self.indent = blanks(bytes, self.at);
                }
                b' ' | b'\t'..=b'\r' => self.at += 1,
                b';' => {
                    self.at += 1;
                    self.first = true;
                }
                b'#' if !self.at_doc() => self.at = line_end(bytes, self.at),
                _ => return Some(byte),
            }
        }
    }

    /// Exactly two marks are documentation.
    fn at_doc(&self) -> bool {
        let bytes = self.text.as_bytes();
        bytes.get(self.at + 1) == Some(&b'#') && bytes.get(self.at + 2) != Some(&b'#')
    }
}

impl Iterator for Scanner<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        #[cfg(test)]
        super::tests::count(1);
        let byte = self.skip()?;
        let bytes = self.text.as_bytes();
        let start = self.at;
        let kind = if is_word(byte) {
            self.at = start + bytes.iter().skip(start).take_while(|&&byte| is_word(byte)).count();
            Kind::Word
        } else if byte == b'"' {
            let (end, closed) = quote_end(bytes, start + 1);
            self.at = end;
            if closed { Kind::Quoted } else { Kind::Unclosed }
        } else if byte == b'#' {
            self.at = line_end(bytes, start);
            Kind::Doc
        } else {
            self.at =
                start + self.text.get(start..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            Kind::Mark
        };
        let token = Token { kind, start, end: self.at, first: self.first, indent: self.indent };
        self.first = false;
        Some(token)
    }
}

/// The characters of names, numbers, references and wildcards: `id_char` of the grammar, and `*`.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'/' | b'@' | b'+' | b'-' | b'*')
}

pub(super) fn line_end(bytes: &[u8], from: usize) -> usize {
    from + bytes.iter().skip(from).take_while(|&&byte| byte != b'\n').count()
}

fn blanks(bytes: &[u8], from: usize) -> usize {
    bytes.iter().skip(from).take_while(|&&byte| matches!(byte, b' ' | b'\t')).count()
}

/// The end of a quoted text whose inside begins at `from`, and whether it is closed on its line.
pub(super) fn quote_end(bytes: &[u8], from: usize) -> (usize, bool) {
    let mut escaped = false;
    for (at, &byte) in bytes.iter().enumerate().skip(from) {
        match byte {
            b'\n' => return (at, false),
            b'"' if !escaped => return (at + 1, true),
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    (bytes.len(), false)
}

/// Whether only blanks stand before `at` on its line, or a `;` before those; and the indentation of the line.
fn line_before(bytes: &[u8], at: usize) -> (bool, usize) {
    let near = at.saturating_sub(LONGEST_INDENT);
    let before = bytes.get(near..at).unwrap_or(&[]);
    let line = match before.iter().rposition(|&byte| byte == b'\n') {
        Some(newline) => near + newline + 1,
        None if near == 0 => 0,
        None => return (false, usize::MAX),
    };
    let indent = blanks(bytes, line);
    let first = match before.iter().rev().find(|&&byte| !matches!(byte, b' ' | b'\t' | b'\r')) {
        None => true,
        Some(&byte) => byte == b'\n' || byte == b';',
    };
    (first, indent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Kind, bool, usize)]) {
        let found: Vec<_> =
            Scanner::new(text, 0).map(|t| (t.text(text), t.kind, t.first, t.indent)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn tokens() {
        check(
            "a.b:c-*{\"x\\\"y\"",
            &[
                ("a.b:c-*", Kind::Word, true, 0),
                ("{", Kind::Mark, false, 0),
                ("\"x\\\"y\"", Kind::Quoted, false, 0),
            ],
        );
        check(
            "\"abc\n\"\\\\\" ü",
            &[
                ("\"abc", Kind::Unclosed, true, 0),
                ("\"\\\\\"", Kind::Quoted, true, 0),
                ("ü", Kind::Mark, false, 0),
            ],
        );
    }

    #[test]
    fn lines_and_comments() {
        check(
            "a # b\r\n  ## c\r\n\tx; y ### z\nw",
            &[
                ("a", Kind::Word, true, 0),
                ("## c\r", Kind::Doc, true, 2),
                ("x", Kind::Word, true, 1),
                ("y", Kind::Word, true, 1),
                ("w", Kind::Word, true, 0),
            ],
        );
    }

    #[test]
    fn resuming_in_a_line() {
        let text = "a\n  b c; d";
        let first = |at| Scanner::new(text, at).next().map(|t| (t.text(text), t.first, t.indent));
        assert_eq!(first(4), Some(("b", true, 2)));
        assert_eq!(first(5), Some(("c", false, 2)));
        assert_eq!(first(8), Some(("d", true, 2)));
        assert_eq!(first(10), None);
        let long = format!("{} x", "a ".repeat(400));
        assert_eq!(Scanner::new(&long, 801).next().map(|t| t.first), Some(false));
    }
}

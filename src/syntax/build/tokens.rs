//! Tokens > names, texts and references.

use super::{Builder, Node};
use crate::ast::{AttributeRef, AttributeRoot, Class, Name, PrincipalRef, PrincipalRefKind, ResourceRef};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use smol_str::SmolStr;
use std::borrow::Cow;

impl Builder<'_, '_> {
    /// A name, bare or in quotes.
    pub fn name(&mut self, node: &Node<'_>) -> Name {
        let text = node.as_str();
        self.name_of(text, node.as_span().start())
    }

    /// Names, between whatever else the nodes are.
    pub fn names(&mut self, node: Node<'_>) -> Vec<Name> {
        node.into_inner().map(|name| self.name(&name)).collect()
    }

    /// A text in quotes.
    pub fn string(&mut self, node: &Node<'_>) -> Spanned<String> {
        let value = self.unquote(node.as_str(), node.as_span().start()).into_owned();
        Spanned::new(value, self.span(node))
    }

    /// `text`, which stands at `at`, as a name.
    fn name_of(&mut self, text: &str, at: usize) -> Name {
        let span = self.place(at, at + text.len());
        if !text.starts_with('"') {
            return Name { text: SmolStr::new(text), span };
        }
        let unquoted = SmolStr::new(self.unquote(text, at));
        if unquoted.is_empty() {
            let fault = Diagnostic::new(Code::SyntaxError, span, "a name is empty");
            self.faults.push(fault.help("write a name between the quotes"));
        }
        Name { text: unquoted, span }
    }

    /// The text between the quotes of `quoted`, which stands at `at`, with its escapes undone.
    fn unquote<'q>(&mut self, quoted: &'q str, at: usize) -> Cow<'q, str> {
        unquote(quoted, |from, escape| {
            let span = self.place(at + from, at + from + escape.len());
            self.faults.push(
                Diagnostic::new(Code::InvalidEscape, span, format!("there is no escape `{escape}`")).help(
                    "the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{...}` with a character's number",
                ),
            );
        })
    }

    /// `KIND:ID`, either part perhaps in quotes.
    fn pair(&mut self, node: &Node<'_>) -> (Name, Name) {
        let (text, at) = (node.as_str(), node.as_span().start());
        let colon = if text.starts_with('"') { closing_quote(text) } else { text.find(':') };
        let colon = colon.unwrap_or(text.len());
        let (kind, id) = text.split_at(colon);
        (self.name_of(kind, at), self.name_of(id.strip_prefix(':').unwrap_or(id), at + colon + 1))
    }

    /// `type:id`.
    pub fn resource(&mut self, node: &Node<'_>) -> ResourceRef {
        let (ty, id) = self.pair(node);
        ResourceRef { ty, id, span: self.span(node) }
    }

    /// The type of `type:*`.
    pub fn scope_type(&mut self, node: &Node<'_>) -> Name {
        let text = node.as_str();
        self.name_of(text.strip_suffix(":*").unwrap_or(text), node.as_span().start())
    }

    /// The part behind the colon.
    pub fn behind_colon(&mut self, node: &Node<'_>) -> Name {
        self.pair(node).1
    }

    /// `user:x`, `anyone`, and so on.
    pub fn principal(&mut self, node: &Node<'_>) -> Option<PrincipalRef> {
        let span = self.span(node);
        let kind = match class(node.as_str()) {
            Some(class) => PrincipalRefKind::Class(class),
            None => {
                let (kind, name) = self.pair(node);
                match kind.text.as_str() {
                    "user" => PrincipalRefKind::User(name),
                    "service" => PrincipalRefKind::Service(name),
                    "group" => PrincipalRefKind::Group(name),
                    "role" => PrincipalRefKind::Role(name),
                    _ => return None,
                }
            }
        };
        Some(PrincipalRef { kind, span })
    }

    /// `principal.x`, `resource.x`, `context.x`.
    pub fn attribute_ref(&mut self, node: &Node<'_>) -> Option<AttributeRef> {
        let (text, start) = (node.as_str(), node.as_span().start());
        let (root, name) = text.split_once('.')?;
        let root = match root {
            "principal" => AttributeRoot::Principal,
            "resource" => AttributeRoot::Resource,
            "context" => AttributeRoot::Context,
            _ => return None,
        };
        let name = self.name_of(name, start + text.len() - name.len());
        Some(AttributeRef { root, name, span: self.span(node) })
    }
}

/// The class of a word.
pub(in crate::syntax) fn class(word: &str) -> Option<Class> {
    match word {
        "anyone" => Some(Class::Anyone),
        "authenticated" => Some(Class::Authenticated),
        "anonymous" => Some(Class::Anonymous),
        _ => None,
    }
}

/// Where the quoted text that `text` begins with ends.
pub(crate) fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some(end + 2)
}

/// What `quoted` says, its quotes taken off and its escapes undone. An escape that does not exist is handed to `wrong`
/// with its offset, and stays as it is.
pub(crate) fn unquote<'q>(quoted: &'q str, mut wrong: impl FnMut(usize, &str)) -> Cow<'q, str> {
    let inside = quoted.strip_prefix('"').unwrap_or(quoted);
    let inside = inside.strip_suffix('"').unwrap_or(inside);
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    let mut said = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((before, behind)) = rest.split_once('\\') {
        said.push_str(before);
        let (meant, length) = escape(behind);
        let taken = behind.get(..length).unwrap_or(behind);
        match meant {
            Some(meant) => said.push(meant),
            None => {
                let from = 1 + inside.len() - behind.len() - 1;
                wrong(from, quoted.get(from..from + 1 + taken.len()).unwrap_or("\\"));
                said.push('\\');
                said.push_str(taken);
            }
        }
        rest = behind.get(length..).unwrap_or("");
    }
    said.push_str(rest);
    Cow::Owned(said)
}

/// What the text behind a backslash stands for, and how many bytes of it belong to the escape.
fn escape(behind: &str) -> (Option<char>, usize) {
    let Some(first) = behind.chars().next() else { return (None, 0) };
    let simple = match first {
        '"' | '\\' => Some(first),
        'n' => Some('\n'),
        't' => Some('\t'),
        _ => None,
    };
    if simple.is_some() || first != 'u' {
        return (simple, first.len_utf8());
    }
    let digits = behind.strip_prefix("u{").and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
    match digits.filter(|digits| digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        Some(digits) => {
            let number = u32::from_str_radix(digits, 16).ok();
            (number.and_then(char::from_u32), digits.len() + 3)
        }
        None => (None, 1),
    }
}

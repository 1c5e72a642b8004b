//! Where a text of the DSL would have to be edited, so that it stays one and keeps its comments.
//!
//! Enters: a text, places in it and what is to change. Leaves: edits in ascending order, or `None` where it can't be done
//! with certainty. Knows nothing of what the text means.
//!
//! Quotes and comments end on their line, so every line can be read by itself, and what stands before a place is found
//! without reading the file from its start.

use super::build::unquote;
use super::scan::{Kind, Scanner, Token};
use super::words::is_reserved;
use crate::diagnostic::Form;
use std::ops::Range;

/// What is replaced, and by what.
pub(crate) type Piece = (Range<usize>, String);

/// How far back a token is looked for. Nobody edits by hand what has longer lines or comments.
const FARTHEST: usize = 16 << 10;

/// Another name at the place of one.
pub(crate) fn rename(text: &str, at: Range<usize>, names: [&str; 2], form: Form) -> Option<Vec<Piece>> {
    let [from, to] = names;
    let written = text.get(at.clone())?;
    if unquoted(written) != from {
        return None;
    }
    Some(vec![(at, formed(to, form))])
}

/// What replaces a name, as it is written.
pub(crate) fn formed(to: &str, form: Form) -> String {
    match form {
        Form::Name => name(to),
        Form::Text => quoted(to),
        Form::Verbatim => to.to_owned(),
    }
}

/// What a name or text says, with or without its quotes.
pub(crate) fn unquoted(written: &str) -> std::borrow::Cow<'_, str> {
    if written.starts_with('"') { unquote(written, |_, _| ()) } else { written.into() }
}

/// A name as it is written: in quotes where it has to be.
pub(crate) fn name(name: &str) -> String {
    if is_bare(name) { name.to_owned() } else { quoted(name) }
}

/// Whether a name may stand without quotes wherever one may stand.
pub(crate) fn is_bare(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./@+-".contains(&byte))
        && !is_reserved(name)
}

/// A text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Items taken out of a list, each with a comma. `None` if nothing would be left of the list.
pub(crate) fn drop_items(text: &str, items: &[Range<usize>]) -> Option<Vec<Piece>> {
    let mut items: Vec<Range<usize>> =
        items.iter().map(|at| item(text, at.clone())).collect::<Option<_>>()?;
    items.sort_by_key(|item| item.start);
    let mut runs: Vec<Range<usize>> = Vec::new();
    for item in items {
        match runs.last_mut() {
            Some(run) if follows(text, run.end, item.start) => run.end = item.end,
            _ => runs.push(item),
        }
    }
    let mut pieces = Vec::new();
    for run in runs {
        let comma = previous(text, run.start).filter(|before| before.is(text, ","));
        let taken = match comma {
            Some(comma) => comma.start..run.end,
            None => {
                let mut behind = Scanner::new(text, run.end);
                behind.next().filter(|next| next.is(text, ","))?;
                // A trailing comma goes on with nothing.
                let next = behind.next().filter(|next| matches!(next.kind, Kind::Word | Kind::Quoted))?;
                if is_reserved(next.text(text)) {
                    return None;
                }
                run.start..next.start
            }
        };
        pieces.extend(without_comments(text, taken)?);
    }
    Some(pieces)
}

/// The whole item that a place is the name of: the place of `category:x` is that of `x`.
fn item(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    let token = tokens_before(text, at.end)?.pop().filter(|token| token.end >= at.end)?;
    let mut start = token.start;
    if token.kind == Kind::Quoted
        && let Some(prefix) = previous(text, start)
        && prefix.end == start
        && prefix.text(text).ends_with(':')
    {
        start = prefix.start;
    }
    (matches!(token.kind, Kind::Word | Kind::Quoted) && start <= at.start && token.end == at.end)
        .then_some(start..token.end)
}

/// Whether only a comma stands between two places.
fn follows(text: &str, end: usize, start: usize) -> bool {
    let mut between = Scanner::new(text, end).take_while(|token| token.start < start);
    between.next().is_some_and(|token| token.is(text, ",")) && between.next().is_none()
}

/// Names put behind an item.
pub(crate) fn append(text: &str, behind: Range<usize>, names: &[String]) -> Option<Vec<Piece>> {
    let behind = item(text, behind)?;
    let names: String = names.iter().map(|added| format!(", {}", name(added))).collect();
    Some(vec![(behind.end..behind.end, names)])
}

/// A statement, entry, item or `@allow` taken out, with the `##` lines and `@allow`s before it.
pub(crate) fn remove(text: &str, at: Range<usize>) -> Option<Vec<Piece>> {
    let is_allow = text.get(at.clone())?.starts_with("@allow");
    let start = if is_allow { at.start } else { with_meta(text, at.start)? };
    let bytes = text.as_bytes();
    let blanks =
        |from: usize| bytes.iter().skip(from).take_while(|&&b| matches!(b, b' ' | b'\t' | b';')).count();
    let mut end = at.end + blanks(at.end);
    let line = text.get(..start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let begins_line = text.get(line..start)?.trim().is_empty();
    let rest = text.get(end..)?;
    let newline = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    let start = match (begins_line, newline > 0 || rest.is_empty()) {
        (true, true) => {
            end += newline;
            line
        }
        // What goes on behind it, or a comment, stays where it is.
        (true, false) | (false, false) => start,
        (false, true) => {
            end = at.end;
            let before = text.get(line..start)?;
            line + before.trim_end_matches([' ', '\t']).len()
        }
    };
    without_comments(text, start..end)
}

/// Where what stands before a declaration begins.
fn with_meta(text: &str, mut start: usize) -> Option<usize> {
    loop {
        let Some(before) = previous(text, start) else { return Some(start) };
        match before.kind {
            Kind::Doc => start = before.start,
            Kind::Quoted => match allow_before(text, before) {
                Some(allow) => start = allow,
                None => return Some(start),
            },
            _ => return Some(start),
        }
    }
}

/// Where the `@allow (...) "..."` begins that ends with a quoted text.
fn allow_before(text: &str, why: Token) -> Option<usize> {
    let mut token = previous(text, why.start).filter(|token| token.is(text, ")"))?;
    while !token.is(text, "(") {
        token = previous(text, token.start)
            .filter(|token| !token.is(text, "{") && !token.is(text, "}") && token.kind != Kind::Doc)?;
    }
    previous(text, token.start).filter(|token| token.is(text, "@allow")).map(|token| token.start)
}

/// Whether two places say the same but for blanks and comments.
pub(crate) fn says_the_same(one: (&str, Range<usize>), other: (&str, Range<usize>)) -> bool {
    let tokens = |(text, at): (&str, Range<usize>)| -> Vec<String> {
        let all = Scanner::new(text, at.start).take_while(|token| token.end <= at.end);
        all.map(|token| token.text(text).to_owned()).collect()
    };
    let one = tokens(one);
    !one.is_empty() && one == tokens(other)
}

/// A range without the comments in it; each keeps the end of its line. `None` if something in it is no token.
fn without_comments(text: &str, range: Range<usize>) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut from = range.start;
    let mut gap = range.start;
    let ends = Scanner::new(text, range.start).take_while(|token| token.start < range.end);
    let ends = ends.map(|token| (token.start, token.end)).chain([(range.end, range.end)]);
    for (start, end) in ends {
        // Between tokens, a `#` begins a comment.
        while let Some(mark) = text.get(gap..start)?.find('#') {
            let comment = gap + mark;
            let kept = text.get(from..comment)?.trim_end_matches([' ', '\t']).len();
            pieces.push((from..from + kept, String::new()));
            let behind = text.get(comment..start)?.find('\n').map_or(start, |newline| comment + newline + 1);
            (from, gap) = (behind, behind);
        }
        gap = end;
    }
    if range.end < from || gap > range.end {
        return None;
    }
    pieces.push((from..range.end, String::new()));
    pieces.retain(|(at, _)| !at.is_empty());
    Some(pieces)
}

/// The token before a place, on its line or one above.
fn previous(text: &str, at: usize) -> Option<Token> {
    let nearest = at.saturating_sub(FARTHEST);
    let mut at = at;
    while at > nearest {
        let mut tokens = tokens_before(text, at)?;
        if let Some(token) = tokens.pop() {
            return Some(token);
        }
        at = text.get(..at)?.rfind('\n')?;
    }
    None
}

/// The tokens that begin before a place, on its line.
fn tokens_before(text: &str, at: usize) -> Option<Vec<Token>> {
    let line = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    if at - line > FARTHEST {
        return None;
    }
    Some(Scanner::new(text, line).take_while(|token| token.start < at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, pieces: Option<Vec<Piece>>) -> Option<String> {
        let mut text = text.to_owned();
        for (at, with) in pieces?.into_iter().rev() {
            text.replace_range(at, &with);
        }
        Some(text)
    }

    /// The places of `<...>` in a text, and the text without the marks.
    fn marked(text: &str) -> (String, Vec<Range<usize>>) {
        let (mut plain, mut starts, mut places) = (String::new(), Vec::new(), Vec::new());
        for c in text.chars() {
            match c {
                '<' => starts.push(plain.len()),
                '>' => places.extend(starts.pop().map(|start| start..plain.len())),
                c => plain.push(c),
            }
        }
        (plain, places)
    }

    #[track_caller]
    fn drops(text: &str, expected: &str) {
        let (text, places) = marked(text);
        assert_eq!(applied(&text, drop_items(&text, &places)).as_deref(), Some(expected));
    }

    #[track_caller]
    fn removes(text: &str, expected: &str) {
        let (text, places) = marked(text);
        assert_eq!(applied(&text, remove(&text, places[0].clone())).as_deref(), Some(expected));
    }

    #[test]
    fn items_go_with_a_comma() {
        drops("grant <a>, b, c on x", "grant b, c on x");
        drops("grant a, <b>, c on x", "grant a, c on x");
        drops("grant a, b, <c> on x", "grant a, b on x");
        drops("grant <a>, <b>, c", "grant c");
        drops("grant a, <b>, <c>,\n", "grant a,\n");
        drops("grant <a>, b, <c>", "grant b");
        drops("grant category:<a>, category:<\"b c\">, d", "grant d");
        drops("grant a, # one\n  <b>, # two\n  c # three\n", "grant a # one\n, # two\n  c # three\n");
        drops("grant <a>, # one\n  b # two\n", "grant  # one\nb # two\n");
        drops("grant \"a, b # c\", <d>, e", "grant \"a, b # c\", e");
    }

    #[test]
    fn the_last_item_is_not_taken_out() {
        for text in ["grant <a> on x", "grant <a>,\n", "grant <a>, <b>"] {
            let (text, places) = marked(text);
            assert_eq!(drop_items(&text, &places), None, "{text}");
        }
    }

    #[test]
    fn statements_go_with_their_lines_and_what_documents_them() {
        removes("a\n<grant b>\nc\n", "a\nc\n");
        removes("a\r\n  <grant b>\r\nc\r\n", "a\r\nc\r\n");
        removes("role r { <grant b> }", "role r { }");
        removes("role r { <grant b> grant c }", "role r { grant c }");
        removes("role r {\n  grant c; <grant b>;\n}", "role r {\n  grant c;;\n}");
        removes("x\n## doc\n@allow(P0307, P0402) \"why\"\n## more\n<grant b>\ny", "x\ny");
        removes("x\n@allow(P0307) \"why\" <grant b>\ny", "x\ny");
        removes("x \"title\"\n<grant b>\ny", "x \"title\"\ny");
    }

    #[test]
    fn comments_stay() {
        removes("# one\n<grant b> # two\nc\n", "# one\n# two\nc\n");
        removes("# one\n<grant b, # two\n  c>\nd\n", "# one\n # two\nd\n");
        removes("## doc\n# one\n<grant b>\nd\n", "# one\nd\n");
    }

    #[test]
    fn names_are_quoted_where_they_have_to_be() {
        let (text, places) = marked("grant <\"a\\\"b\"> to x");
        let renamed = |to| applied(&text, rename(&text, places[0].clone(), ["a\"b", to], Form::Name));
        assert_eq!(renamed("plain").as_deref(), Some("grant plain to x"));
        assert_eq!(renamed("role").as_deref(), Some("grant \"role\" to x"));
        assert_eq!(renamed("a \\ \"b\"").as_deref(), Some("grant \"a \\\\ \\\"b\\\"\" to x"));
        assert_eq!(rename(&text, places[0].clone(), ["other", "x"], Form::Name), None);
    }
}

//! Where a text stops to be YAML > what to say of it: the place of the mistake, which may stand before, and the next step.
//!
//! Enters: the text, the place, what the parser missed and the bracket that is open there. Knows nothing of the tree.

use super::events::{Fault, Missed};
use std::ops::Range;

/// The words that begin the names of principals.
const KINDS: [&str; 4] = ["user", "group", "role", "service"];
/// The keys that stand behind others on one line.
const KEYS: [&str; 13] = [
    "to", "on", "when", "grant", "deny", "bypass", "from", "until", "only", "except", "assign", "requires",
    "inherits",
];
/// How much of a value a help repeats.
const LONGEST_SHOWN: usize = 60;
/// Over how many lines the end of a bracket is looked for.
const LINES: usize = 200;
/// How far back the beginning of a text in quotes is looked for.
const FARTHEST: usize = 4 << 10;

/// What to say of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// Where the mistake is.
    pub at: Range<usize>,
    /// What it is, if that is known better than by the parser.
    pub message: Option<String>,
    /// Where it showed.
    pub noticed: Option<usize>,
    /// What to do.
    pub help: Option<String>,
}

/// What to say of a fault; `open` is the innermost bracket that is open there.
pub(super) fn explain(text: &str, fault: &Fault, open: Option<usize>) -> Trouble {
    let here = character(text, fault.at);
    let plain =
        Trouble { at: here.clone(), message: None, noticed: None, help: fault.help.map(str::to_owned) };
    match fault.missed {
        Missed::Close => unclosed(text, fault.at, None),
        Missed::Separator | Missed::Colon => {
            if let Some((message, help)) = colon(text, fault.at, open.is_some()) {
                return Trouble { message: Some(message.to_owned()), help: Some(help), ..plain };
            }
            match open.filter(|&open| is_above(text, open, fault.at) && !closes(text, open)) {
                Some(open) => unclosed(text, open, Some(fault.at)),
                None => Trouble { help: separator(text, fault, open.is_some()), ..plain },
            }
        }
        Missed::Quote => quote(text, fault.at).unwrap_or(plain),
        Missed::Name => {
            let first = text.get(here).unwrap_or("");
            let first = if first == "`" { "a backtick".to_owned() } else { format!("`{first}`") };
            Trouble { help: Some(format!("put a text that starts with {first} in quotes")), ..plain }
        }
        Missed::Nothing => plain,
    }
}

/// The next step where something is missing between two things.
fn separator(text: &str, fault: &Fault, in_brackets: bool) -> Option<String> {
    let (start, line) = line_of(text, fault.at);
    let before = line.get(..fault.at - start).unwrap_or("").trim();
    Some(match in_brackets || fault.missed == Missed::Separator {
        true if KEYS.contains(&before) => format!("put a comma before `{before}`"),
        true => "put a comma between what stands in brackets".to_owned(),
        false => {
            "indent the line as those that it belongs to; a text that holds `: ` stands in quotes".to_owned()
        }
    })
}

/// Whether the bracket at a place is closed by lines that stand further to the right than its own, or by its own.
fn closes(text: &str, open: usize) -> bool {
    let (start, _) = line_of(text, open);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let Some(own) = text.get(start..).and_then(|rest| rest.lines().next()) else { return false };
    let inside = indent(own);
    let lines = text.get(start..).unwrap_or("").lines().enumerate().take(LINES);
    let mut depth = 0usize;
    for (at, line) in
        lines.take_while(|(at, line)| *at == 0 || line.trim().is_empty() || indent(line) > inside)
    {
        let from = if at == 0 { open - start } else { 0 };
        for mark in line.get(from..).unwrap_or("").bytes() {
            match mark {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return true;
            }
        }
    }
    false
}

fn unclosed(text: &str, open: usize, noticed: Option<usize>) -> Trouble {
    let at = character(text, open);
    let (bracket, close) = if text.get(at.clone()) == Some("[") { ("[", "]") } else { ("{", "}") };
    Trouble {
        at,
        message: Some(format!("this `{bracket}` is never closed")),
        noticed,
        help: Some(format!("close it with `{close}`")),
    }
}

/// What is wrong with a second `: ` in one value or line, and the next step.
fn colon(text: &str, at: usize, in_brackets: bool) -> Option<(&'static str, String)> {
    let (start, line) = line_of(text, at);
    let here = at - start;
    if !line.get(here..)?.starts_with(':') {
        return None;
    }
    let before = line.get(..here)?;
    // The value begins behind the key, the comma or the bracket before it.
    let from =
        [": ", ", ", "{", "["].iter().filter_map(|mark| Some(before.rfind(mark)? + mark.len())).max()?;
    let named = before.get(..from)?.trim_end().ends_with(':');
    let value = before.get(from..)?.trim();
    if let Some((_, word)) = value.rsplit_once(' ')
        && KEYS.contains(&word)
    {
        return Some(match in_brackets {
            true => ("a comma is missing", format!("put a comma before `{word}`")),
            false => ("two keys stand on one line", format!("begin a line with `{word}:`")),
        });
    }
    if !named {
        return None;
    }
    if KEYS.contains(&value) && !in_brackets {
        let help = format!("put `{value}:` on a line of its own, indented below its key");
        return Some(("two keys stand on one line", help));
    }
    let behind = line.get(here + 1..)?;
    let end = match in_brackets {
        true => behind.find([',', '}']).unwrap_or(behind.len()),
        false => behind.find(" #").unwrap_or(behind.len()),
    };
    let rest = behind.get(..end)?.trim();
    let blank = if KINDS.contains(&value) { "" } else { " " };
    let whole = format!("{value}:{blank}{rest}");
    let short = whole.len() <= LONGEST_SHOWN && !whole.contains(['"', '\\', '`']);
    let help = if short { format!("quote the value: `\"{whole}\"`") } else { "quote the value".to_owned() };
    Some(("a value holds `: `", help))
}

/// A text in quotes that goes on over lines where it was not meant to.
fn quote(text: &str, at: usize) -> Option<Trouble> {
    let mut from = at.saturating_sub(FARTHEST);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let near = text.get(from..at)?;
    let mut end = near.len();
    for line in near.split_inclusive('\n').rev() {
        end -= line.len();
        for mark in ['"', '\''] {
            let count = line.matches(mark).count();
            if count % 2 == 1 {
                let open = from + end + line.rfind(mark)?;
                return Some(Trouble {
                    at: open..open + 1,
                    message: Some("a text in quotes is not closed on its line".to_owned()),
                    noticed: Some(at).filter(|&at| at < text.len()),
                    help: Some(format!("close it with `{mark}`")),
                });
            }
        }
    }
    None
}

/// Whether a place stands on a line above another.
fn is_above(text: &str, first: usize, second: usize) -> bool {
    text.get(first..second).is_some_and(|between| between.contains('\n'))
}

/// The line of a place: where it begins, and its text.
fn line_of(text: &str, at: usize) -> (usize, &str) {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let line = text.get(start..).unwrap_or("");
    (start, line.lines().next().unwrap_or(""))
}

/// The character at a byte; nothing at the end of the file.
fn character(text: &str, at: usize) -> Range<usize> {
    let width = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    at..at + width
}

//! Values > YAML: what is short on one line in braces, the rest indented, and every scalar quoted where it would say something else
//! without.
//!
//! Enters: maps, lists and texts. Leaves: YAML 1.2, written so that a reader of 1.1 takes no name for a bool or a number.

/// How long a line in braces may be.
const WIDTH: usize = 110;

/// A value of YAML.
pub(super) enum Value {
    /// A scalar as it is written.
    Scalar(String),
    List(Vec<Item>),
    Map(Vec<Pair>),
    /// A text of several lines.
    Lines(Vec<String>),
    /// No value.
    Nothing,
}

/// An item of a list, and the comments above it.
pub(super) struct Item {
    pub comments: Vec<String>,
    pub value: Value,
}

/// A key with its value, and the comments above it.
pub(super) struct Pair {
    pub comments: Vec<String>,
    /// As it is written.
    pub key: String,
    pub value: Value,
}

impl Value {
    /// A text that is a text to every reader.
    pub fn text(text: &str) -> Value {
        Value::Scalar(scalar(text))
    }

    /// A text that may have several lines, each written on its own.
    pub fn lines(text: &str) -> Value {
        let printable = |line: &str| !line.contains(char::is_control) && line.trim_end() == line;
        let begins = text.starts_with(|c: char| !c.is_whitespace());
        if text.contains('\n') && begins && text.split('\n').all(printable) && !text.ends_with('\n') {
            return Value::Lines(text.split('\n').map(str::to_owned).collect());
        }
        Value::text(text)
    }

    /// One value for a list of one.
    pub fn one_or_list(mut values: Vec<Value>) -> Value {
        match (values.pop(), values.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                let all = values.into_iter().chain(last);
                Value::List(all.map(|value| Item { comments: Vec::new(), value }).collect())
            }
        }
    }

    pub fn map(pairs: Vec<Pair>) -> Value {
        if pairs.is_empty() { Value::Nothing } else { Value::Map(pairs) }
    }

    /// On one line, if no comment stands in it.
    fn flow(&self) -> Option<String> {
        let join = |parts: Option<Vec<String>>| Some(parts?.join(", "));
        Some(match self {
            // Without quotes it would end at these.
            Value::Scalar(text)
                if !text.starts_with(['"', '\'']) && text.contains([',', '[', ']', '{', '}']) =>
            {
                return None;
            }
            Value::Scalar(text) => text.clone(),
            Value::Lines(_) => return None,
            Value::Nothing => "null".to_owned(),
            Value::List(items) => {
                let items = items.iter().map(|item| item.value.flow().filter(|_| item.comments.is_empty()));
                format!("[{}]", join(items.collect())?)
            }
            Value::Map(pairs) => {
                let pairs = pairs.iter().map(|pair| {
                    let value = pair.value.flow().filter(|_| pair.comments.is_empty())?;
                    Some(format!("{}: {value}", pair.key))
                });
                format!("{{ {} }}", join(pairs.collect())?)
            }
        })
    }
}

impl Pair {
    pub fn new(key: &str, value: Value) -> Pair {
        Pair { comments: Vec::new(), key: key.to_owned(), value }
    }
}

/// Writes a map at the top of a file: each section on lines of its own, with a blank line between them.
pub(super) fn file(pairs: &[Pair]) -> String {
    let mut out = String::new();
    for (at, pair) in pairs.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        write_pair(pair, 0, true, &mut out);
    }
    out
}

fn write_pair(pair: &Pair, indent: usize, open: bool, out: &mut String) {
    comments(&pair.comments, indent, out);
    out.extend(std::iter::repeat_n(' ', indent));
    out.push_str(&pair.key);
    out.push(':');
    match &pair.value {
        Value::Nothing => out.push('\n'),
        Value::Scalar(text) => {
            out.push(' ');
            out.push_str(text);
            out.push('\n');
        }
        Value::Lines(lines) => {
            out.push_str(" |-\n");
            for line in lines {
                let indent = if line.is_empty() { 0 } else { indent + 2 };
                out.extend(std::iter::repeat_n(' ', indent));
                out.push_str(line);
                out.push('\n');
            }
        }
        value => {
            let room = WIDTH.saturating_sub(indent + pair.key.len() + 2);
            match value.flow().filter(|line| !open && line.len() <= room) {
                Some(line) => {
                    out.push(' ');
                    out.push_str(&line);
                    out.push('\n');
                }
                None => {
                    out.push('\n');
                    block(value, indent + 2, out);
                }
            }
        }
    }
}

fn block(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Map(pairs) => pairs.iter().for_each(|pair| write_pair(pair, indent, false, out)),
        Value::List(items) => items.iter().for_each(|item| write_item(item, indent, out)),
        other => {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(&other.flow().unwrap_or_default());
            out.push('\n');
        }
    }
}

fn write_item(item: &Item, indent: usize, out: &mut String) {
    comments(&item.comments, indent, out);
    out.extend(std::iter::repeat_n(' ', indent));
    out.push_str("- ");
    let room = WIDTH.saturating_sub(indent + 2);
    let line = match &item.value {
        Value::Scalar(text) => Some(text.clone()),
        value => value.flow().filter(|line| line.len() <= room),
    };
    match line {
        Some(line) => {
            out.push_str(&line);
            out.push('\n');
        }
        None => {
            let mut lines = String::new();
            block(&item.value, indent + 2, &mut lines);
            // The first line goes on behind the dash.
            out.push_str(lines.get(indent + 2..).unwrap_or_default());
        }
    }
}

fn comments(comments: &[String], indent: usize, out: &mut String) {
    for comment in comments {
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(comment);
        out.push('\n');
    }
}

/// A text as a scalar, in quotes where it has to be.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let special = |c: char| c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}');
    if text.contains(special) {
        return escaped(text);
    }
    match text.contains(['"', '\\']) {
        false => format!("\"{text}\""),
        true => format!("'{}'", text.replace('\'', "''")),
    }
}

/// Whether a text is one without quotes, in braces and outside of them, in YAML 1.1 too.
fn is_plain(text: &str) -> bool {
    let first = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let inner = |c: char| c.is_ascii_alphanumeric() || "_-./@+: *<>()=".contains(c);
    let word = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let is_word = word.iter().any(|word| text.eq_ignore_ascii_case(word));
    first && !is_word && text.chars().all(inner) && !text.contains(": ") && !text.ends_with([':', ' '])
}

fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

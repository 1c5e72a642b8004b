//! JSON whose keys keep their order, and its text.

use std::borrow::Cow;

/// A value of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Bool(bool),
    Number(u32),
    Text(Cow<'static, str>),
    List(Vec<Json>),
    Object(Vec<Pair>),
}

/// A key and its value.
pub(super) type Pair = (&'static str, Json);

impl From<&'static str> for Json {
    fn from(text: &'static str) -> Json {
        Json::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::Text(Cow::Owned(text))
    }
}

/// A list of texts.
pub(super) fn texts(of: impl IntoIterator<Item = &'static str>) -> Json {
    Json::List(of.into_iter().map(Json::from).collect())
}

/// The text of a value, a line for each value in it, with a line end behind it.
pub(super) fn text(value: &Json) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

/// Recurses as deep as the tables of shapes are nested.
fn write(value: &Json, depth: usize, out: &mut String) {
    match value {
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(value) => out.push_str(&value.to_string()),
        Json::Text(value) => quote(value, out),
        Json::List(values)
            if values.iter().all(|value| !matches!(value, Json::List(_) | Json::Object(_))) =>
        {
            out.push('[');
            for (at, value) in values.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                write(value, depth, out);
            }
            out.push(']');
        }
        Json::List(values) => {
            let each = values.iter().map(|value| (None, value));
            lines(each, ['[', ']'], depth, out);
        }
        Json::Object(pairs) => {
            let each = pairs.iter().map(|(key, value)| (Some(*key), value));
            lines(each, ['{', '}'], depth, out);
        }
    }
}

fn lines<'j>(
    each: impl Iterator<Item = (Option<&'static str>, &'j Json)>,
    [open, close]: [char; 2],
    depth: usize,
    out: &mut String,
) {
    out.push(open);
    for (at, (key, value)) in each.enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        indent(depth + 1, out);
        if let Some(key) = key {
            quote(key, out);
            out.push_str(": ");
        }
        write(value, depth + 1, out);
    }
    if out.ends_with(open) {
        out.push(close);
        return;
    }
    out.push('\n');
    indent(depth, out);
    out.push(close);
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::{Json, text, texts};

    #[test]
    fn what_is_written_is_json_in_the_order_given() {
        let value = Json::Object(vec![
            ("b", texts(["x\"\\", "\u{1}ä"])),
            ("a", Json::List(vec![Json::Object(vec![("n", Json::Number(7))]), Json::Object(Vec::new())])),
            ("c", Json::Bool(false)),
        ]);
        let written = text(&value);
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        let expected = serde_json::json!({ "b": ["x\"\\", "\u{1}ä"], "a": [{ "n": 7 }, {}], "c": false });
        assert_eq!(read, expected);
        assert!(written.find("\"b\"") < written.find("\"a\""), "{written}");
    }
}

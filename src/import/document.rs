//! A file of YAML or JSON > its values, with places.
//!
//! Enters: a text. Leaves: a value for each document, and what is wrong with the text. Also the few questions that every reader asks of a
//! map. Knows nothing of formats.

use super::finding::Report;
use crate::source::{Source, SourceId, Span};
use crate::yaml::plain::{self, Value};
use serde::de::IgnoredAny;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::ffi::OsStr;

/// The documents of a file; none if it cannot be read, which is reported.
pub(super) fn documents(id: SourceId, source: &Source, report: &mut Report) -> Vec<Value> {
    let mut text = Cow::Borrowed(source.text.as_str());
    if is_json(source) {
        if let Err(error) = serde_json::from_str::<IgnoredAny>(&text) {
            let at = place(&source.text, error.line(), error.column());
            // The reader says the place once more at the end.
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or_default();
            let help = match error.is_eof() {
                true => "the file ends in the middle; export it again",
                false => "correct it there, or export the file again",
            };
            report.error(Span::new(id, at..at), format!("the file is not JSON: {what}"), help);
            return Vec::new();
        }
        // YAML indents with blanks alone. In a text of JSON a tab is always an escape.
        if text.contains('\t') {
            text = Cow::Owned(text.replace('\t', " "));
        }
        if let Some(joined) = joined_surrogates(&text) {
            text = Cow::Owned(joined);
        }
    }
    let mut faults = Vec::new();
    let documents = plain::documents(id, &text, &mut faults);
    if faults.is_empty() {
        return documents;
    }
    if source.text.contains("{{") {
        for fault in &mut faults {
            fault.help = Some(
                "templates have to be rendered first: `helm template . | policyc import ...`".to_owned(),
            );
        }
    }
    report.faults(faults);
    Vec::new()
}

/// By its ending, and without one by its first character.
fn is_json(source: &Source) -> bool {
    match source.path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase).as_deref() {
        Some("json") => true,
        Some("yaml" | "yml") => false,
        _ => source.text.trim_start().starts_with(['{', '[']),
    }
}

/// The byte of a line and column, both from 1; the column counts bytes.
fn place(text: &str, line: usize, column: usize) -> usize {
    let starts = text.match_indices('\n').map(|(at, _)| at + 1);
    let start = std::iter::once(0).chain(starts).nth(line.saturating_sub(1)).unwrap_or(text.len());
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// JSON writes a character beyond 16 bits as two escapes, which YAML does not know. One takes their place, so that what stands behind it on
/// the line is told two columns early. `None` if there is nothing to do.
fn joined_surrogates(text: &str) -> Option<String> {
    let unit = |at: usize| {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut joined = String::new();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        let pair = unit(escape).zip(unit(escape + 6));
        let character = pair.and_then(|(high, low)| char::decode_utf16([high, low]).next()?.ok());
        // A pair of two ordinary escapes is decoded too, as its first character alone.
        match character.filter(|character| u32::from(*character) > 0xffff) {
            Some(character) => {
                joined.push_str(text.get(from..escape)?);
                joined.push_str(&format!("\\U{:08X}", u32::from(character)));
                from = escape + 12;
                at = from;
            }
            None => at = escape + 2,
        }
    }
    if from == 0 {
        return None;
    }
    joined.push_str(text.get(from..)?);
    Some(joined)
}

/// The texts of a list of texts; what else stands there is an error. Nothing is no texts.
pub(super) fn texts<'v>(
    value: Option<&'v Value>,
    what: &str,
    report: &mut Report,
) -> Vec<(&'v SmolStr, Span)> {
    let Some(value) = value else { return Vec::new() };
    let Some(list) = value.list() else {
        report.error(
            value.span,
            format!("`{what}` has to be a list, and is {}", value.noun()),
            format!("write `{what}: [...]`, also for one"),
        );
        return Vec::new();
    };
    let mut texts = Vec::with_capacity(list.len());
    for element in list {
        match element.text() {
            Some(text) => texts.push((text, element.span)),
            None => report.error(
                element.span,
                format!("`{what}` lists texts, and this is {}", element.noun()),
                "write a text there",
            ),
        }
    }
    texts
}

/// The text of a key that has to be there.
pub(super) fn text<'v>(of: &'v Value, key: &str, what: &str, report: &mut Report) -> Option<&'v SmolStr> {
    match of.get(key) {
        None => {
            report.error(of.span, format!("{what} has no `{key}`"), format!("add `{key}`"));
            None
        }
        Some(value) => match value.text().filter(|text| !text.is_empty()) {
            Some(text) => Some(text),
            None => {
                let found = if value.text().is_some() { "is empty" } else { "is no text" };
                report.error(
                    value.span,
                    format!("`{key}` of {what} {found}"),
                    format!("write a text behind `{key}`"),
                );
                None
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Format, Sources};

    /// The documents of a file, and what was said of it.
    fn read(path: &str, text: &str) -> (Vec<Value>, Vec<String>) {
        let mut sources = Sources::new();
        let id = sources.add(path, Format::Yaml, text);
        let mut report = Report::default();
        let documents = documents(id, sources.get(id).unwrap(), &mut report);
        let said = report.into_findings(&sources).into_iter().map(|finding| {
            let at = finding.place.map(|at| format!("{}:{} ", at.line, at.column)).unwrap_or_default();
            format!("{at}{}", finding.message)
        });
        (documents, said.collect())
    }

    #[track_caller]
    fn same_as_json(text: &str) {
        let (documents, said) = read("a.json", text);
        assert_eq!(said, Vec::<String>::new());
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        let read: Vec<_> = documents.iter().map(as_json).collect();
        assert_eq!(read, [expected]);
    }

    fn as_json(value: &Value) -> serde_json::Value {
        use crate::yaml::plain::Kind;
        match &value.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Scalar { text, quoted: true } => text.as_str().into(),
            Kind::Scalar { text, quoted: false } => serde_json::from_str(text).unwrap(),
            Kind::List(list) => list.iter().map(as_json).collect(),
            Kind::Map(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| (key.text.to_string(), as_json(value)));
                serde_json::Value::Object(pairs.collect())
            }
        }
    }

    #[test]
    fn json_is_read_as_json_is() {
        same_as_json(
            "{\n\t\"a\": [1, true, null, \"x\", -1.5e3],\n\t\"b\": {\t\"c\": \"\\u00e9\\n\\t\\/\\\"\\\\\"}\n}\n",
        );
        same_as_json(
            "[\"\\ud83d\\ude00 \\\\ud83d \\u0041\\u0042\", \"# no comment\", \"a: b\", \"- c\", \"\", \"*\", \"&x\"]",
        );
        same_as_json("{\"a\":1,\"b\":[],\"c\":{},\"d\":\"~\",\"e\":\"null\",\"f\":\"{{x}}\"}");
        // YAML has keys of up to 1,024 characters.
        let long = "k".repeat(1000);
        same_as_json(&format!("{{\"{long}\": \"{long}\"}}"));
        same_as_json("{\r\n  \"a\": \"x\",\r\n  \"b\": [\r\n    \"y\"\r\n  ]\r\n}\r\n");
    }

    #[test]
    fn what_is_no_json_or_yaml_has_a_place() {
        assert_eq!(read("a.json", "{\"a\": 1,\n}").1, ["2:1 the file is not JSON: key must be a string"]);
        assert_eq!(read("-", "[1, 2").1, ["1:5 the file is not JSON: EOF while parsing a list"]);
        let (_, said) = read("a.yaml", "a: [1, 2\nb: 3\n");
        assert!(said[0].contains("never closed"), "{said:?}");
        let (_, said) = read("a.json", "{\"a\": 1, \"a\": 2}");
        assert_eq!(said, ["1:10 the key `a` is written twice"]);
    }

    #[test]
    fn deep_and_repeated_values_are_refused() {
        let (_, said) = read("a.json", &"[".repeat(100_000));
        assert!(said[0].contains("EOF while parsing a list"), "{said:?}");
        let (_, said) = read("a.json", &format!("{}{}", "[".repeat(100), "]".repeat(100)));
        assert!(said[0].contains("nested deeper than 64 levels"), "{said:?}");
        let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for at in 1..9 {
            let before = vec![format!("*a{}", at - 1); 10].join(", ");
            laughs.push_str(&format!("a{at}: &a{at} [{before}]\n"));
        }
        let (documents, said) = read("a.yaml", &laughs);
        assert!(documents.is_empty() && said[0].contains("stand for more than"), "{said:?}");
    }

    #[test]
    fn a_file_may_hold_many_documents() {
        let (documents, said) = read("a.yaml", "---\na: 1\n---\n---\nb: &x 2\nc: *x\n...\n");
        assert_eq!(said, Vec::<String>::new());
        let maps: Vec<usize> = documents.iter().map(|document| document.pairs().len()).collect();
        assert_eq!(maps, [1, 0, 2]);
    }
}

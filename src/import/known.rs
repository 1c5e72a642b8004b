//! The file of `--privileges`: what there is besides what the source names, so that its wildcards have something to name.
//!
//! Enters: lines of text, or JSON as providers list their operations. Leaves: names. Which of them a format can use is its own business.

use super::document;
use super::finding::Report;
use crate::source::{SourceId, Sources, Span};
use crate::yaml::plain::{Kind, Value};
use smol_str::SmolStr;

/// The names of the file.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Each with its place, and whether it says of itself that it is about data.
    pub names: Vec<Name>,
}

/// A privilege that there is.
#[derive(Debug)]
pub(super) struct Name {
    pub text: SmolStr,
    pub span: Span,
    /// What the list says of it: an operation on data, or not.
    pub is_data: bool,
}

impl Known {
    pub fn read(sources: &Sources, id: SourceId, report: &mut Report) -> Known {
        let Some(source) = sources.get(id) else { return Known::default() };
        let mut names = Vec::new();
        if source.text.trim_start().starts_with(['{', '[']) {
            document::documents(id, source, report).iter().for_each(|value| collect(value, &mut names));
        } else {
            let mut start = 0;
            for line in source.text.split_inclusive('\n') {
                let text = line.split(" #").next().unwrap_or_default().trim();
                if !text.is_empty() && !text.starts_with('#') {
                    let (is_data, text) = match text.strip_prefix("data:") {
                        Some(rest) => (true, rest),
                        None => (false, text),
                    };
                    let at = start + (line.len() - line.trim_start().len());
                    names.push(Name { text: text.into(), span: Span::new(id, at..at), is_data });
                }
                start += line.len();
            }
        }
        if names.is_empty() && !report.has_errors() {
            let help =
                "write one privilege a line, or give the JSON in which the provider lists its operations";
            report.error(Span::new(id, 0..0), "the file of privileges names none", help);
        }
        names.retain(|name| {
            let is_pattern = name.text.contains('*');
            if is_pattern {
                let message = format!("`{}` is a wildcard, where privileges are listed", name.text);
                report.error(name.span, message, "write out the privileges that it stands for");
            }
            !is_pattern
        });
        Known { names }
    }
}

/// Texts of lists, and the names of what says whether it is about data.
fn collect(value: &Value, names: &mut Vec<Name>) {
    match &value.kind {
        Kind::List(list) => {
            for element in list {
                match element.text().filter(|text| !text.is_empty()) {
                    Some(text) => {
                        names.push(Name { text: text.clone(), span: element.span, is_data: false });
                    }
                    None => collect(element, names),
                }
            }
        }
        Kind::Map(pairs) => {
            if let (Some(data), Some(name)) =
                (value.get("isDataAction"), value.get("name").and_then(Value::text))
            {
                names.push(Name { text: name.clone(), span: value.span, is_data: data.is_true() });
            }
            pairs.iter().for_each(|(_, value)| collect(value, names));
        }
        _ => {}
    }
}

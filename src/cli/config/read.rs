//! The text of a configuration > settings, or the first fault and where it is.
//!
//! The only file that names the TOML crate. Knows nothing of files.

use super::super::levels;
use crate::diagnostic::{Level, Levels, Target, closest};
use clap::ValueEnum;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What `format` takes: the same as `check --format`.
pub(in crate::cli) type FileFormat = crate::cli::report::FindingsFormat;

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settings {
    /// As written.
    pub(super) paths: Vec<String>,
    pub(super) format: Option<FileFormat>,
    pub(super) levels: Levels,
}

/// What is wrong, and the byte where it is.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) text: String,
}

impl Fault {
    fn new(at: Range<usize>, text: impl Into<String>) -> Fault {
        Fault { at: at.start, text: text.into() }
    }
}

type Value<'t> = Spanned<DeValue<'t>>;

/// Reads a whole file.
pub(super) fn settings(text: &str) -> Result<Settings, Fault> {
    let table = DeTable::parse(text).map_err(|error| {
        let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
        Fault::new(error.span().unwrap_or_default(), format!("this is not TOML: {message}; correct the line"))
    })?;
    let mut settings = Settings::default();
    for (key, at, value) in in_order(table.get_ref()) {
        match key {
            "paths" => settings.paths = paths(value)?,
            "format" => settings.format = Some(format(value)?),
            "levels" => settings.levels = levels(value, text)?,
            other => {
                let known = ["format", "levels", "paths"];
                let next = match closest(other, known.into_iter()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    // A level that slipped out of its table is the likeliest stranger.
                    None if Target::parse(other).is_some() => "put it below `[levels]`".to_owned(),
                    None => format!("there are: {}", known.join(", ")),
                };
                return Err(Fault::new(at, format!("`{other}` is no setting; {next}")));
            }
        }
    }
    Ok(settings)
}

/// Entries by place, so that the first fault of the file is the one that is told.
fn in_order<'a, 't>(table: &'a DeTable<'t>) -> Vec<(&'a str, Range<usize>, &'a Value<'t>)> {
    let mut entries: Vec<_> =
        table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value)).collect();
    entries.sort_by_key(|(_, at, _)| at.start);
    entries
}

fn paths(value: &Value<'_>) -> Result<Vec<String>, Fault> {
    let wrong = |at| Fault::new(at, "`paths` must be a list of quoted paths; write `paths = [\"policies\"]`");
    let list = value.get_ref().as_array().ok_or_else(|| wrong(value.span()))?;
    if list.is_empty() {
        return Err(Fault::new(value.span(), "`paths` names no path; name one, or leave it out"));
    }
    let path = |item: &Value<'_>| match item.get_ref().as_str() {
        Some(path) if !path.is_empty() => Ok(path.to_owned()),
        _ => Err(wrong(item.span())),
    };
    list.iter().map(path).collect()
}

fn format(value: &Value<'_>) -> Result<FileFormat, Fault> {
    let variants = FileFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = variants.map(|variant| variant.get_name().to_owned()).collect();
    let Some(text) = value.get_ref().as_str() else {
        let text = format!("`format` must be one of these in quotes: {}", names.join(", "));
        return Err(Fault::new(value.span(), text));
    };
    FileFormat::from_str(text, false).map_err(|_| {
        let next = match closest(text, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are: {}", names.join(", ")),
        };
        Fault::new(value.span(), format!("`{text}` is no format; {next}"))
    })
}

fn levels(value: &Value<'_>, text: &str) -> Result<Levels, Fault> {
    let Some(table) = value.get_ref().as_table() else {
        let text = "`levels` must be a table; write `[levels]` and below it `P0701 = \"allow\"`";
        return Err(Fault::new(value.span(), text));
    };
    let mut levels = Levels::default();
    let mut seen: Vec<(Target, &str, usize)> = Vec::new();
    for (key, at, value) in in_order(table) {
        let fault = |text: String| Fault::new(at.clone(), text);
        let target = levels::target(key).map_err(fault)?;
        let level = level(value)?;
        if let Some((_, other, place)) = seen.iter().find(|(known, ..)| *known == target) {
            let line = text.get(..*place).map_or(0, |before| before.matches('\n').count()) + 1;
            let text = format!("`{key}` is set already, as `{other}` in line {line}; keep one of them");
            return Err(fault(text));
        }
        seen.push((target, key, at.start));
        levels.set(target, level).map_err(|error| fault(levels::always(error)))?;
    }
    Ok(levels)
}

fn level(value: &Value<'_>) -> Result<Level, Fault> {
    let names = Level::ALL.map(Level::name);
    let Some(text) = value.get_ref().as_str() else {
        return Err(Fault::new(value.span(), "a level must be \"allow\", \"warn\" or \"deny\", in quotes"));
    };
    Level::parse(text).ok_or_else(|| {
        let next = match closest(text, names.into_iter()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are: {}", names.join(", ")),
        };
        Fault::new(value.span(), format!("`{text}` is no level; {next}"))
    })
}

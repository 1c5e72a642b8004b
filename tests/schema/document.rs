//! YAML > the document that a validator sees: aliases resolved, texts without quotes typed by the core schema of YAML 1.2.
//!
//! Written apart from the reader, as an editor's parser is.

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The document of a text; an error for what is no one document of JSON.
pub fn document(text: &str) -> Result<Value, String> {
    let mut reading = Reading::default();
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        match event {
            Event::DocumentStart(..) => documents += 1,
            Event::Scalar(_, _, _, Some(_)) => return Err("a tag".to_owned()),
            Event::SequenceStart(_, _, Some(_)) | Event::MappingStart(_, _, Some(_)) => {
                return Err("a tag".to_owned());
            }
            Event::Scalar(text, style, anchor, None) => {
                reading.add(scalar(&text, style == ScalarStyle::Plain), anchor)?;
            }
            Event::SequenceStart(_, anchor, None) => {
                reading.open.push((Value::Array(Vec::new()), None, anchor));
            }
            Event::MappingStart(_, anchor, None) => {
                reading.open.push((Value::Object(Map::new()), None, anchor));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (value, _, anchor) = reading.open.pop().expect("what ends has begun");
                reading.add(value, anchor)?;
            }
            Event::Alias(anchor) => {
                let value =
                    reading.anchors.get(&anchor).cloned().ok_or("an alias of what is not complete")?;
                reading.add(value, 0)?;
            }
            _ => {}
        }
    }
    match documents {
        0 | 1 => Ok(reading.root.unwrap_or(Value::Null)),
        _ => Err("a second document".to_owned()),
    }
}

#[derive(Default)]
struct Reading {
    root: Option<Value>,
    /// What has begun: the value so far, the key that waits for its value, the anchor.
    open: Vec<(Value, Option<String>, usize)>,
    anchors: HashMap<usize, Value>,
}

impl Reading {
    fn add(&mut self, value: Value, anchor: usize) -> Result<(), String> {
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((Value::Array(items), ..)) => items.push(value),
            Some((Value::Object(map), key, _)) => match key.take() {
                Some(name) if map.contains_key(&name) => return Err(format!("`{name}` twice")),
                Some(name) => drop(map.insert(name, value)),
                None => *key = Some(name(value)?),
            },
            Some(_) => unreachable!("only lists and maps are open"),
        }
        Ok(())
    }
}

fn name(key: Value) -> Result<String, String> {
    match key {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(bool) => Ok(bool.to_string()),
        _ => Err("a key that is no text".to_owned()),
    }
}

fn scalar(text: &str, plain: bool) -> Value {
    if !plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
            let digits = text.strip_prefix('+').unwrap_or(text);
            serde_json::from_str::<serde_json::Number>(digits)
                .map_or_else(|_| Value::String(text.to_owned()), Value::Number)
        }
        _ => Value::String(text.to_owned()),
    }
}

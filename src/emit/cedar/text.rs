//! Strings and values > the text of Cedar and of JSON.

use crate::model::{PrincipalValue, Value};
use crate::terms::Network;
use smol_str::SmolStr;
use std::fmt::Write;

/// A string literal of Cedar.
pub(super) fn string(text: &str) -> String {
    quoted(text, |made, letter| {
        let _ = match letter {
            '\0' => write!(made, "\\0"),
            '\t' => write!(made, "\\t"),
            letter => write!(made, "\\u{{{:x}}}", u32::from(letter)),
        };
    })
}

/// A string of JSON.
pub(super) fn json(text: &str) -> String {
    quoted(text, |made, letter| {
        let mut units = [0; 2];
        for unit in letter.encode_utf16(&mut units) {
            let _ = write!(made, "\\u{unit:04x}");
        }
    })
}

/// Text in quotes; what is no printable letter goes through `escape`, so that a reviewer sees all that there is.
fn quoted(text: &str, escape: impl Fn(&mut String, char)) -> String {
    let mut made = String::with_capacity(text.len() + 2);
    made.push('"');
    for letter in text.chars() {
        match letter {
            '"' => made.push_str("\\\""),
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            letter if is_hidden(letter) => escape(&mut made, letter),
            letter => made.push(letter),
        }
    }
    made.push('"');
    made
}

/// Control characters, and those that turn the direction of a line or take no room.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A point in time as Cedar's `datetime` takes it; `None` where it has no such: finer than milliseconds, or outside the years 0 to 9999.
pub(super) fn datetime(microseconds: i64) -> Option<String> {
    const FIRST: i64 = -62_167_219_200_000_000;
    const BEHIND: i64 = 253_402_300_800_000_000;
    if microseconds % 1_000 != 0 || !(FIRST..BEHIND).contains(&microseconds) {
        return None;
    }
    let text = crate::terms::timestamp_text(microseconds);
    // Cedar writes fractions with three digits.
    Some(match text.strip_suffix("000Z") {
        Some(milliseconds) if text.contains('.') => format!("{milliseconds}Z"),
        _ => text,
    })
}

/// A value as an expression of Cedar; `None` where Cedar has no such value. Principals and sets of them are written by who knows the
/// record that they are parts of.
pub(super) fn literal(value: &Value) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::String(text) => string(text),
        Value::Timestamp(at) => format!("datetime({})", string(&datetime(*at)?)),
        Value::Ip(network) => format!("ip({})", string(&network.to_string())),
        Value::Principal(who) => super::names::Uid::of(who).to_string(),
        Value::Set(values) => {
            let values: Option<Vec<String>> = values.iter().map(literal).collect();
            format!("[{}]", values?.join(", "))
        }
    })
}

/// A value as entities carry it; `None` where Cedar has no such value. `whos`: whether an empty set is one of principals.
pub(super) fn json_value(value: &Value, whos: bool) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::String(text) => json(text),
        Value::Timestamp(at) => extension("datetime", &datetime(*at)?),
        Value::Ip(network) => ip(*network),
        Value::Principal(who) => {
            let (part, uid) = part(who);
            format!("{{{}: {uid}}}", json(part))
        }
        Value::Set(values) if whos => json_whos(values),
        Value::Set(values) => {
            let values: Option<Vec<String>> = values.iter().map(|value| json_value(value, false)).collect();
            format!("[{}]", values?.join(", "))
        }
    })
}

fn ip(network: Network) -> String {
    extension("ip", &network.to_string())
}

fn extension(function: &str, argument: &str) -> String {
    format!("{{\"__extn\": {{\"fn\": {}, \"arg\": {}}}}}", json(function), json(argument))
}

/// An entity as other entities refer to it.
pub(super) fn json_uid(ty: &str, id: &SmolStr) -> String {
    format!("{{\"type\": {}, \"id\": {}}}", json(ty), json(id))
}

/// The part of a record that holds a principal, and the reference.
fn part(who: &PrincipalValue) -> (&'static str, String) {
    let uid = super::names::Uid::of(who);
    let reference = format!("{{\"__entity\": {}}}", json_uid(&uid.ty, &uid.id));
    let part = match who {
        PrincipalValue::User(_) => "user",
        PrincipalValue::Service(_) => "service",
        PrincipalValue::Group(_) => "group",
    };
    (part, reference)
}

fn json_whos(values: &[Value]) -> String {
    let of = |wanted: &str| {
        let parts = values.iter().filter_map(|value| match value {
            Value::Principal(who) => Some(part(who)),
            _ => None,
        });
        let parts: Vec<String> = parts.filter(|(part, _)| *part == wanted).map(|(_, uid)| uid).collect();
        parts.join(", ")
    };
    let (users, services, groups) = (of("user"), of("service"), of("group"));
    format!("{{\"users\": [{users}], \"services\": [{services}], \"groups\": [{groups}]}}")
}

//! Text > values of attributes, as their declarations say.

use crate::evaluate::ValueKind;
use crate::model::{PrincipalValue, Value};
pub(super) use crate::resolve::times::parse_time;
use crate::terms::Network;
use jiff::Timestamp;

/// Reads a value. The elements of a set are separated by `|`; no text is the empty set. An error says what the value is
/// not and what to write: it follows "the value of `resource.x`".
pub(super) fn parse(text: &str, kind: &ValueKind) -> Result<Value, String> {
    let wrong = |what: &str| Err(format!("is no {what}: `{text}`"));
    match kind {
        ValueKind::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => wrong("bool; write `true` or `false`"),
        },
        ValueKind::Int => match text.parse() {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => wrong("integer of 64 bits; write digits"),
        },
        ValueKind::String => Ok(Value::String(text.into())),
        ValueKind::Timestamp => match parse_time(text) {
            Some(time) => Ok(Value::Timestamp(time)),
            None => wrong("timestamp; write `2027-01-31` or `2027-01-31T12:00:00Z`"),
        },
        ValueKind::Ip => match Network::parse(text) {
            Some(network) => Ok(Value::Ip(network)),
            None => wrong("address or network; write `10.1.2.3` or `10.0.0.0/8`"),
        },
        ValueKind::Principal => principal(text).map_or_else(
            || wrong("principal; write `user:x`, `service:x` or `group:x`"),
            |who| Ok(Value::Principal(who)),
        ),
        ValueKind::Enum(words) if words.iter().any(|word| word == text) => Ok(Value::String(text.into())),
        ValueKind::Enum(words) => {
            Err(format!("is none of its words: `{text}`; write one of {}", words.join(", ")))
        }
        ValueKind::Set(_) if text.is_empty() => Ok(Value::Set(Vec::new())),
        // As a policy writes it: taken as one word, it would be a set of something that nobody meant.
        ValueKind::Set(_) if text.starts_with('[') => wrong("set as it is written here; write `a|b`"),
        ValueKind::Set(inner) => {
            let mut elements = text
                .split('|')
                .map(|element| parse(element.trim(), inner))
                .collect::<Result<Vec<Value>, String>>()?;
            elements.sort();
            elements.dedup();
            Ok(Value::Set(elements))
        }
    }
}

fn principal(text: &str) -> Option<PrincipalValue> {
    let (kind, name) = text.split_once(':').filter(|(_, name)| !name.is_empty())?;
    match kind {
        "user" => Some(PrincipalValue::User(name.into())),
        "service" => Some(PrincipalValue::Service(name.into())),
        "group" => Some(PrincipalValue::Group(name.into())),
        _ => None,
    }
}

/// The present, in microseconds since 1970-01-01T00:00:00Z.
pub(super) fn now() -> i64 {
    Timestamp::now().as_microsecond()
}

/// What `--at` takes: a date, a timestamp, or `now`; in microseconds since 1970-01-01T00:00:00Z.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    match text {
        "now" => Ok(now()),
        _ => parse_time(text).ok_or_else(|| {
            format!("`{text}` is no time; write `2027-01-31`, `2027-01-31T12:00:00Z` or `now`")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value_text as text;

    #[track_caller]
    fn reads(kind: &ValueKind, given: &str, wanted: &str) {
        let value = parse(given, kind).expect("it is a value");
        assert_eq!(text(&value), wanted, "{given}");
        assert_eq!(parse(wanted, kind), Ok(value), "{given}");
    }

    #[track_caller]
    fn refuses(kind: &ValueKind, given: &str) {
        assert!(parse(given, kind).is_err(), "{kind:?} {given}");
    }

    #[test]
    fn values_are_read_as_declared() {
        reads(&ValueKind::Bool, "true", "true");
        reads(&ValueKind::Int, "-7", "-7");
        reads(&ValueKind::String, "a = b", "a = b");
        reads(&ValueKind::Timestamp, "2027-01-31", "2027-01-31T00:00:00Z");
        reads(&ValueKind::Timestamp, "2027-01-31T12:00:00+02:00", "2027-01-31T10:00:00Z");
        reads(&ValueKind::Ip, "10.0.0.0/8", "10.0.0.0/8");
        reads(&ValueKind::Principal, "group:a:b", "group:a:b");
        reads(&ValueKind::Enum(vec!["LIVE".into(), "TEST".into()]), "TEST", "TEST");
        reads(&ValueKind::Set(Box::new(ValueKind::Int)), "3 | 1|3", "1|3");
        reads(&ValueKind::Set(Box::new(ValueKind::String)), "", "");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        refuses(&ValueKind::Bool, "yes");
        refuses(&ValueKind::Int, "9223372036854775808");
        refuses(&ValueKind::Int, "1.5");
        for given in ["", "2027-13-01", "2027-02-30", "20270131", "2027-01-31T12:00:00", "tomorrow"] {
            refuses(&ValueKind::Timestamp, given);
        }
        refuses(&ValueKind::Ip, "10.1.2.3/8");
        refuses(&ValueKind::Principal, "role:x");
        refuses(&ValueKind::Principal, "user:");
        refuses(&ValueKind::Enum(vec!["LIVE".into()]), "live");
        refuses(&ValueKind::Set(Box::new(ValueKind::Int)), "1||2");
        refuses(&ValueKind::Set(Box::new(ValueKind::String)), "[\"a\", \"b\"]");
    }
}

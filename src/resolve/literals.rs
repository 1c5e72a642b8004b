//! Literals > typed values.
//!
//! Enters: a literal as written and the type that its place wants. Leaves: a [`Value`] of that type, or a finding. Knows
//! nothing of comparisons.

use crate::ast::{Literal, LiteralValue, Name, PrincipalRef, PrincipalRefKind};
use crate::diagnostic::{Change, Code, Diagnostic, Edit, Form, Safety};
use crate::model::{Network, PrincipalValue, Value, ValueType};
use crate::resolve::Resolver;
use crate::resolve::attributes::describe;
use crate::resolve::names::Kind;
use crate::resolve::report::listed;
use crate::resolve::times;
use crate::source::Span;
use smol_str::SmolStr;
use std::net::IpAddr;

/// A type that a literal has to have, and where that is said.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'t> {
    pub value_type: &'t ValueType,
    pub declared: Option<Span>,
}

/// What unquoted text that is no word can be.
enum Reading {
    Int(i64),
    Time(i64),
    Ip(Network),
    /// It looks like one of those and is none; the word says which.
    Broken(&'static str),
    Other,
}

fn reading(text: &str) -> Reading {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_or(Reading::Broken("an integer of 64 bits"), Reading::Int);
    }
    if times::looks_like_time(text) {
        return times::parse_time(text).map_or(Reading::Broken("a date or timestamp"), Reading::Time);
    }
    match Network::parse(text) {
        Some(network) => Reading::Ip(network),
        None if looks_like_ip(text) => Reading::Broken("an address or network"),
        None => Reading::Other,
    }
}

/// Whether the part before a prefix is an address, or has the four numbers of one.
fn looks_like_ip(text: &str) -> bool {
    let address = text.split_once('/').map_or(text, |(address, _)| address);
    let numbers =
        |text: &str| text.split('.').all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    address.parse::<IpAddr>().is_ok() || (address.split('.').count() == 4 && numbers(address))
}

/// What a literal is, for messages.
fn shape(literal: &Literal) -> String {
    match &literal.value {
        LiteralValue::Bool(value) => format!("the bool `{value}`"),
        LiteralValue::String(text) => format!("the string `\"{text}\"`"),
        LiteralValue::Bare(text) => match reading(text) {
            Reading::Int(_) => format!("the integer `{text}`"),
            Reading::Time(_) => format!("the timestamp `{text}`"),
            Reading::Ip(_) => format!("the address `{text}`"),
            Reading::Broken(_) | Reading::Other => format!("`{text}`"),
        },
        LiteralValue::Principal(_) => "a principal".to_owned(),
        LiteralValue::List(_) => "a list".to_owned(),
    }
}

/// Whether a literal can be read as a value of a type: a guess, for suggestions.
pub(super) fn fits(literal: &Literal, ty: &ValueType) -> bool {
    match (ty, &literal.value) {
        (ValueType::Bool, LiteralValue::Bool(_))
        | (ValueType::String, LiteralValue::String(_))
        | (ValueType::Principal, LiteralValue::Principal(_)) => true,
        (ValueType::Enum(words), LiteralValue::String(text)) => words.iter().any(|word| word == text),
        (ValueType::Enum(words), LiteralValue::Bare(text)) => words.contains(text),
        (ValueType::Timestamp, LiteralValue::String(text)) => times::parse_time(text).is_some(),
        (ValueType::Ip, LiteralValue::String(text)) => Network::parse(text).is_some(),
        (ty, LiteralValue::Bare(text)) => match reading(text) {
            Reading::Int(_) => *ty == ValueType::Int,
            Reading::Time(_) => *ty == ValueType::Timestamp,
            Reading::Ip(_) => *ty == ValueType::Ip,
            Reading::Broken(_) => false,
            Reading::Other => *ty == ValueType::String,
        },
        (ValueType::Set(element), LiteralValue::List(items)) => items.iter().all(|item| fits(item, element)),
        _ => false,
    }
}

impl Resolver<'_, '_> {
    /// The value of a literal; `None` after a reported fault.
    pub(super) fn value(&mut self, literal: &Literal, wanted: Wanted<'_>) -> Option<Value> {
        match (wanted.value_type, &literal.value) {
            (ValueType::Bool, LiteralValue::Bool(value)) => Some(Value::Bool(*value)),
            (ValueType::String, LiteralValue::String(text)) => Some(Value::String(SmolStr::new(text))),
            (ValueType::Enum(words), LiteralValue::String(text)) => self.word(text, literal, words, wanted),
            (ValueType::Timestamp, LiteralValue::String(text)) => times::parse_time(text)
                .map(Value::Timestamp)
                .or_else(|| self.unreadable_time(text, literal.span)),
            (ValueType::Ip, LiteralValue::String(text)) => {
                Network::parse(text).map(Value::Ip).or_else(|| self.unreadable_ip(text, literal.span))
            }
            (ValueType::Principal, LiteralValue::Principal(principal)) => self.principal_value(principal),
            (ValueType::Set(element), LiteralValue::List(items)) => {
                let wanted = Wanted { value_type: element, ..wanted };
                self.set(items, wanted)
            }
            (_, LiteralValue::Bare(text)) => self.bare(text, literal, wanted),
            _ => self.mismatch(literal, wanted),
        }
    }

    /// A set of a list's values; every one is looked at.
    pub(super) fn set(&mut self, items: &[Literal], wanted: Wanted<'_>) -> Option<Value> {
        let values: Vec<Option<Value>> = items.iter().map(|item| self.value(item, wanted)).collect();
        let mut values: Vec<Value> = values.into_iter().collect::<Option<_>>()?;
        values.sort();
        values.dedup();
        Some(Value::Set(values))
    }

    /// Unquoted text: what it can be read as decides its type. `1.2.3` reads as nothing and is a string, as it is in YAML.
    fn bare(&mut self, text: &SmolStr, literal: &Literal, wanted: Wanted<'_>) -> Option<Value> {
        match (wanted.value_type, reading(text)) {
            (ValueType::Int, Reading::Int(value)) => Some(Value::Int(value)),
            (ValueType::Timestamp, Reading::Time(value)) => Some(Value::Timestamp(value)),
            (ValueType::Ip, Reading::Ip(value)) => Some(Value::Ip(value)),
            (ValueType::Timestamp, Reading::Broken(_) | Reading::Other) => {
                self.unreadable_time(text, literal.span)
            }
            (ValueType::Ip, Reading::Broken(_) | Reading::Other) => self.unreadable_ip(text, literal.span),
            (ValueType::Enum(words), _) if words.contains(text) => Some(Value::String(text.clone())),
            (ValueType::Enum(words), Reading::Other) => self.word(text, literal, words, wanted),
            (ValueType::String, Reading::Other) => Some(Value::String(text.clone())),
            (_, Reading::Broken(what)) => {
                let help = format!("correct it, or put it in quotes if it is a text: `\"{text}\"`");
                self.report.say(Code::InvalidLiteral, literal.span, format!("`{text}` is not {what}"), help);
                None
            }
            _ => self.mismatch(literal, wanted),
        }
    }

    fn word(
        &mut self,
        text: &str,
        literal: &Literal,
        words: &[SmolStr],
        wanted: Wanted<'_>,
    ) -> Option<Value> {
        if let Ok(at) = words.binary_search_by(|word| word.as_str().cmp(text)) {
            return words.get(at).cloned().map(Value::String);
        }
        let known = words.iter().map(SmolStr::as_str);
        let meant = self.report.suggest(text, known.clone());
        let help = format!("write one of {}", listed(known));
        let message = format!("`{text}` is none of the words of `{}`", describe(wanted.value_type));
        let diagnostic = Diagnostic::new(Code::TypeMismatch, literal.span, message).help(help);
        // A word stands in quotes, whatever it is made of.
        let diagnostic = match &meant {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")).rename(
                Safety::Unsafe,
                literal.span,
                [text, meant],
                Form::Text,
            ),
            None => diagnostic,
        };
        self.report.push(with_declaration(diagnostic, wanted));
        None
    }

    /// Reports a literal of another type than its place wants.
    pub(super) fn mismatch<T>(&mut self, literal: &Literal, wanted: Wanted<'_>) -> Option<T> {
        let ty = describe(wanted.value_type);
        let message = format!("expected `{ty}`, found {}", shape(literal));
        let help = match (wanted.value_type, &literal.value) {
            (ValueType::Set(_), _) => "write a list: `[...]`".to_owned(),
            (ValueType::String | ValueType::Enum(_), LiteralValue::Bare(text)) => {
                format!("put it in quotes: `\"{text}\"`")
            }
            (ValueType::Int, LiteralValue::String(text)) if text.parse::<i64>().is_ok() => {
                format!("write it without quotes: `{text}`")
            }
            (ValueType::Bool, LiteralValue::String(text)) if text == "true" || text == "false" => {
                format!("write it without quotes: `{text}`")
            }
            (ValueType::Principal, _) => "write `user:x`, `service:x` or `group:x`".to_owned(),
            (ValueType::Bool, _) => "write `true` or `false`".to_owned(),
            (ValueType::Int, _) => "write a whole number such as `7`".to_owned(),
            (ValueType::Timestamp, _) => {
                "write a date such as `2027-01-31`, or a timestamp such as `2027-01-31T08:30:00Z`".to_owned()
            }
            (ValueType::Ip, _) => {
                "write an address such as `10.1.2.3`, or a network such as `10.0.0.0/8`".to_owned()
            }
            (ValueType::String, _) => "write a text in quotes".to_owned(),
            (ValueType::Enum(words), _) => {
                format!("write one of {}", listed(words.iter().map(SmolStr::as_str)))
            }
        };
        let diagnostic = Diagnostic::new(Code::TypeMismatch, literal.span, message).help(help);
        let diagnostic = match (wanted.value_type, &literal.value) {
            (ValueType::String, LiteralValue::Bare(text)) => {
                let quoted = Edit { span: literal.span, text: format!("\"{text}\"") };
                diagnostic.remedy(Safety::Safe, format!("write `\"{text}\"`"), Change::Write(vec![quoted]))
            }
            _ => diagnostic,
        };
        self.report.push(with_declaration(diagnostic, wanted));
        None
    }

    fn unreadable_time<T>(&mut self, text: &str, span: Span) -> Option<T> {
        let offset = format!("{text}Z");
        let message = format!("`{text}` is not a date or timestamp");
        let diagnostic = Diagnostic::new(Code::InvalidLiteral, span, message);
        self.report.push(match times::parse_time(&offset) {
            // It may as well have been meant in the time of a place.
            Some(_) => diagnostic.help(format!("say the offset: `{offset}`")).rename(
                Safety::Unsafe,
                span,
                [text, &offset],
                Form::Text,
            ),
            None => diagnostic
                .help("write a date such as `2027-01-31`, or a timestamp such as `2027-01-31T08:30:00Z`"),
        });
        None
    }

    fn unreadable_ip<T>(&mut self, text: &str, span: Span) -> Option<T> {
        let diagnostic = match network_around(text) {
            Some(network) => Diagnostic::new(
                Code::InvalidLiteral,
                span,
                format!("`{text}` has bits set behind its prefix"),
            )
            .help(format!("write `{network}`, or leave out the prefix"))
            .rename(Safety::Unsafe, span, [text, &network.to_string()], Form::Text),
            None => {
                let message = format!("`{text}` is not an address or network");
                Diagnostic::new(Code::InvalidLiteral, span, message)
                    .help("write an address such as `10.1.2.3`, or a network such as `10.0.0.0/8`")
            }
        };
        self.report.push(diagnostic);
        None
    }

    /// A date or timestamp that stands as a word of its own.
    pub(super) fn time(&mut self, text: &Name) -> Option<i64> {
        times::parse_time(&text.text).or_else(|| self.unreadable_time(&text.text, text.span))
    }

    fn principal_value(&mut self, principal: &PrincipalRef) -> Option<Value> {
        let (kind, name) = match &principal.kind {
            PrincipalRefKind::User(name) => (Kind::User, name),
            PrincipalRefKind::Service(name) => (Kind::Service, name),
            PrincipalRefKind::Group(name) => (Kind::Group, name),
            PrincipalRefKind::Role(_) | PrincipalRefKind::Class(_) => {
                let what = match &principal.kind {
                    PrincipalRefKind::Role(_) => "a role",
                    _ => "a class of principals",
                };
                let message = format!("{what} is no value: a `principal` is a user, a service or a group");
                let help = "name a user, a service or a group";
                self.report.say(Code::WrongPrincipal, principal.span, message, help);
                return None;
            }
        };
        self.names.find(kind, name, &mut self.report)?;
        let text = name.text.clone();
        Some(Value::Principal(match kind {
            Kind::User => PrincipalValue::User(text),
            Kind::Service => PrincipalValue::Service(text),
            _ => PrincipalValue::Group(text),
        }))
    }
}

fn with_declaration(diagnostic: Diagnostic, wanted: Wanted<'_>) -> Diagnostic {
    match wanted.declared {
        Some(span) => diagnostic.also(span, "its type is declared here"),
        None => diagnostic,
    }
}

/// The network of an address that has bits set behind its prefix.
fn network_around(text: &str) -> Option<Network> {
    let (address, prefix) = text.split_once('/')?;
    let (address, prefix): (IpAddr, u8) = (address.parse().ok()?, prefix.parse().ok()?);
    let width = if address.is_ipv4() { 32 } else { 128 };
    (prefix <= width).then(|| Network::cut(address, prefix))
}

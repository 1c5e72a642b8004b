//! A question and its answer > a test, ready to paste.
//!
//! Enters: a question, what it is to be answered, and in which form the policy is written. Leaves: a `test` block in that form. Asks
//! nothing.

use crate::convert::convert;
use crate::model::Value;
use crate::source::Format;
use crate::syntax::edit::{name, quoted};
use crate::syntax::layout::layout;
use crate::terms::{PrincipalKind, timestamp_text};
use crate::testing::{Question, root_word, value_text};

/// The block; `None` if the form cannot say it.
pub(super) fn test(question: &Question, granted: bool, format: Format) -> Option<String> {
    let title = match question.resource_text() {
        Some(resource) => format!("{}: {} on {resource}", question.who(), question.privilege),
        None => format!("{}: {}", question.who(), question.privilege),
    };
    let mut text = format!("test {} {{\n    as {}\n", quoted(&title), who(question));
    let settings: Vec<String> = question
        .attributes
        .iter()
        .map(|(root, name, value)| Some(format!("{}.{name} = {}", root_word(*root), literal(value)?)))
        .collect::<Option<_>>()?;
    if !settings.is_empty() {
        text.push_str(&format!("    with {}\n", settings.join(", ")));
    }
    if let Some(at) = question.at {
        text.push_str(&format!("    at {}\n", quoted(&timestamp_text(at))));
    }
    let word = if granted { "can" } else { "cannot" };
    text.push_str(&format!("    {word} {}", name(&question.privilege)));
    let places = question.resource.iter().map(|place| ("on", place));
    for (word, (ty, id)) in places.chain(question.ancestors.iter().map(|place| ("in", place))) {
        text.push_str(&format!(" {word} {}:{}", type_name(ty), name(id)));
    }
    text.push_str("\n}\n");
    match format {
        Format::Policy => layout(&text).ok(),
        Format::Yaml => convert(&text, Format::Policy).ok().map(|converted| converted.text),
    }
}

fn who(question: &Question) -> String {
    let identity = match &question.identity {
        Some((PrincipalKind::User, user)) => Some(format!("user:{}", name(user))),
        Some((PrincipalKind::Service, service)) => Some(format!("service:{}", name(service))),
        None => question.anonymous.then(|| "anonymous".to_owned()),
    };
    let groups = question.groups.iter().map(|group| format!("group:{}", name(group)));
    let roles = question.roles.iter().map(|role| format!("role:{}", name(role)));
    let all: Vec<String> = identity.into_iter().chain(groups).chain(roles).collect();
    if all.is_empty() { "authenticated".to_owned() } else { all.join(", ") }
}

/// These words begin principals and categories; as types they stand in quotes.
fn type_name(ty: &str) -> String {
    match ty {
        "user" | "group" | "role" | "service" | "category" => quoted(ty),
        ty => name(ty),
    }
}

fn literal(value: &Value) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Timestamp(_) | Value::Ip(_) => quoted(&value_text(value)),
        Value::Principal(_) => {
            let text = value_text(value);
            let (kind, named) = text.split_once(':')?;
            format!("{kind}:{}", name(named))
        }
        Value::Set(all) => {
            format!("[{}]", all.iter().map(literal).collect::<Option<Vec<_>>>()?.join(", "))
        }
    })
}

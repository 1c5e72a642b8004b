//! A question that has no answer > what to do about it.

use super::Failure;
use super::terminal::clean;
use crate::diagnostic::closest;
use crate::evaluate::RequestError;
use crate::policy::{NameKind, Policy};
use crate::testing::Question;

/// The most names that are listed where none is close.
const MAX_LISTED: usize = 8;

/// What to do when `word` is none of the names: the close one, or what there is if that is little.
pub(super) fn instead(word: &str, names: &[&str]) -> String {
    if let Some(name) = closest(word, names.iter().copied()) {
        return format!("did you mean `{}`?", clean(name));
    }
    match names.len() {
        0 => "the policy declares none, so leave it out".to_owned(),
        1..=MAX_LISTED => format!("there are: {}", clean(&names.join(", "))),
        many => format!("the policy declares {many} others: check the name"),
    }
}

/// An error of a request as one line with the next step.
pub(super) fn explain(error: &RequestError, policy: &Policy) -> String {
    let next = match error {
        RequestError::UnknownPrivilege(name) => instead(name, &policy.names(NameKind::Privilege)),
        RequestError::UnknownType(name) => instead(name, &policy.names(NameKind::Type)),
        RequestError::MissingResource(_) => "name it as `type:id`".to_owned(),
        RequestError::SuperfluousResource(_) => "leave the resource out".to_owned(),
        RequestError::WrongResourceType { .. } => "name a resource of a type on which it is asked".to_owned(),
        RequestError::WrongAncestors(_) => {
            "leave the ancestors out, or name those that the policy declares".to_owned()
        }
        RequestError::TooDeep => "name fewer ancestors".to_owned(),
        RequestError::TooManySupplied => "supply fewer groups and roles".to_owned(),
        RequestError::TooManyAttributes => "give fewer attributes".to_owned(),
        RequestError::UnknownAttribute(_) => "declare it in the policy, or leave it out".to_owned(),
        RequestError::WrongAttributeType(_) => {
            "write a value of the type that the policy declares".to_owned()
        }
        RequestError::AttributeWithoutResource(_) => "name the resource, or leave it out".to_owned(),
        RequestError::UnknownId => "resolve its name again".to_owned(),
    };
    format!("{}; {next}", clean(&error.to_string()))
}

/// Notes about names that a policy need not know, but that may be misspelled (DESIGN, section 2, step 1).
pub(super) fn undeclared(question: &Question, policy: &Policy) -> Vec<String> {
    let mut notes = Vec::new();
    let mut check = |word: &str, kind: NameKind, name: &str| {
        let names = policy.names(kind);
        if names.binary_search(&name).is_ok() {
            return;
        }
        let next = closest(name, names.iter().copied());
        let next = next.map(|name| format!("; did you mean `{}`?", clean(name))).unwrap_or_default();
        notes.push(format!("the policy does not declare {word} `{}`{next}", clean(name)));
    };
    match &question.identity {
        Some((crate::terms::PrincipalKind::User, name)) => check("user", NameKind::User, name),
        Some((crate::terms::PrincipalKind::Service, name)) => check("service", NameKind::Service, name),
        None => {}
    }
    question.groups.iter().for_each(|name| check("group", NameKind::Group, name));
    question.roles.iter().for_each(|name| check("role", NameKind::Role, name));
    notes
}

/// As [`explain`], for a command that can't go on.
pub(super) fn failure(error: &RequestError, policy: &Policy) -> Failure {
    Failure(explain(error, policy))
}

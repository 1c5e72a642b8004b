//! A question that tells two policies apart, small enough to become a test.
//!
//! Enters: a difference and its two policies. Leaves: a question that was asked of both.

use super::Example;
use crate::difference::{Change, Difference, Subject};
use crate::model::{PrincipalValue, Value};
use crate::policy::Policy;
use crate::terms::{AttributeRoot, PrincipalKind};
use crate::testing::Question;
use smol_str::SmolStr;

/// Changes that are looked at, and questions of them that are asked.
const LOOKED_AT: usize = 2_000;
const ASKED: usize = 50;

/// The simplest question with two answers: whatever values a request carries, of a resource that the policy knows, of the most general
/// subject. `None`: none of those that were asked can be written as a test.
pub(super) fn example(difference: &Difference, now: &Policy, then: &Policy) -> Option<Example> {
    let mut changes: Vec<Change<'_>> = difference.changes().take(LOOKED_AT).collect();
    changes.sort_by_key(|change| {
        let place = change.place.map(|place| (place.fresh.is_some(), place.ancestors.len(), &place.id));
        (change.condition.is_some(), change.example.len(), change.subject, place, change.privilege)
    });
    changes.into_iter().take(ASKED).find_map(|change| {
        let question = question(&change)?;
        let decisions = (question.decide(now).ok()?, question.decide(then).ok()?);
        (decisions.0.granted() != decisions.1.granted()).then_some(Example {
            question,
            now: decisions.0,
            then: decisions.1,
        })
    })
}

fn question(change: &Change<'_>) -> Option<Question> {
    let mut question = Question { privilege: change.privilege.into(), ..Question::default() };
    match change.subject {
        Subject::Anonymous => question.anonymous = true,
        Subject::Authenticated => {}
        Subject::Role(name) => question.roles.push(name.into()),
        Subject::Group(name) => question.groups.push(name.into()),
        Subject::User(name) => question.identity = Some((PrincipalKind::User, name.into())),
        Subject::Service(name) => question.identity = Some((PrincipalKind::Service, name.into())),
    }
    if let Some(place) = change.place {
        let named = |ty: &str, id: &str| (SmolStr::new(ty), named(id));
        question.resource = Some(named(&place.ty, &place.id));
        question.ancestors = place.ancestors.iter().map(|(ty, id)| named(ty, id)).collect();
    }
    for (name, value) in change.example {
        match (name.split_once('.'), value) {
            (None, Value::Timestamp(at)) => question.at = Some(*at),
            (Some((root, name)), value) => {
                let root = match root {
                    "principal" => AttributeRoot::Principal,
                    "resource" => AttributeRoot::Resource,
                    _ => AttributeRoot::Context,
                };
                question.attributes.push((root, name.into(), written(value)));
            }
            _ => return None,
        }
    }
    Some(question)
}

/// An id that can be written. One that stands for all that no policy names ends in stars.
fn named(id: &str) -> SmolStr {
    let (before, last) = id.rsplit_once('/').map_or(("", id), |(before, last)| (before, last));
    match last.bytes().all(|byte| byte == b'*') {
        false => id.into(),
        true if before.is_empty() => "example".into(),
        true => {
            let before: Vec<SmolStr> = before.split('/').map(named).collect();
            format!("{}/example", before.join("/")).into()
        }
    }
}

/// A value that can be written. One that stands for all that no policy names begins with what no name has.
fn written(value: &Value) -> Value {
    let name = |name: &SmolStr| if name.starts_with('\n') { SmolStr::new("example") } else { name.clone() };
    match value {
        Value::Principal(PrincipalValue::User(user)) => Value::Principal(PrincipalValue::User(name(user))),
        Value::Principal(PrincipalValue::Service(service)) => {
            Value::Principal(PrincipalValue::Service(name(service)))
        }
        Value::Principal(PrincipalValue::Group(group)) => {
            Value::Principal(PrincipalValue::Group(name(group)))
        }
        Value::Set(all) => Value::Set(all.iter().map(written).collect()),
        other => other.clone(),
    }
}

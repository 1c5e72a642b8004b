//! Words of the command line or of a table > parts of a question.

use super::values;
use crate::policy::{NameKind, Policy};
use crate::terms::{AttributeRoot, PrincipalKind};
use crate::testing::{Question, root_word};
use smol_str::SmolStr;

/// Sets who asks from `user:x`, `service:x`, `group:x`, `role:x`, `anonymous` or `authenticated`.
pub(super) fn ask_as(question: &mut Question, who: &str) -> Result<(), String> {
    let (kind, name) = match who.split_once(':') {
        Some(parts) => parts,
        None if who == "anonymous" => {
            question.anonymous = true;
            return Ok(());
        }
        None if who == "authenticated" => return Ok(()),
        None => (who, ""),
    };
    match kind {
        _ if name.is_empty() => return Err(not_somebody(who)),
        "user" => question.identity = Some((PrincipalKind::User, name.into())),
        "service" => question.identity = Some((PrincipalKind::Service, name.into())),
        "group" => question.groups.push(name.into()),
        "role" => question.roles.push(name.into()),
        _ => return Err(not_somebody(who)),
    }
    Ok(())
}

/// Adds a value from `root.name=value`, read as its declaration says. The resource has to be known by then.
pub(super) fn add_value(question: &mut Question, text: &str, policy: &Policy) -> Result<(), String> {
    let (path, value) =
        text.split_once('=').ok_or_else(|| format!("`{text}` is no value; write `resource.name=value`"))?;
    let (root, name) = attribute_path(path.trim())?;
    let ty = question.resource.as_ref().map(|(ty, _)| ty.as_str());
    if root == AttributeRoot::Resource {
        match ty {
            None => {
                return Err(format!(
                    "`{}` is an attribute of a resource, and none was given; name it",
                    path.trim()
                ));
            }
            // What is wrong is the type then, and that is told when the question is asked.
            Some(ty) if policy.names(NameKind::Type).binary_search(&ty).is_err() => return Ok(()),
            Some(_) => {}
        }
    }
    if question.attributes.iter().any(|(other, known, _)| (*other, known.as_str()) == (root, name)) {
        return Err(format!("`{}` has two values; leave one out", path.trim()));
    }
    let kind = policy.attribute(root, ty, name).ok_or_else(|| unknown_attribute(root, ty, name))?;
    let value =
        values::parse(value.trim(), &kind).map_err(|why| format!("the value of `{}` {why}", path.trim()))?;
    question.attributes.push((root, name.into(), value));
    Ok(())
}

/// Type and id of `type:id`.
pub(super) fn resource(text: &str) -> Result<(SmolStr, SmolStr), String> {
    match text.split_once(':') {
        Some((ty, "*")) => {
            Err(format!("`{text}` is every resource of type `{ty}`; ask about one of them, `{ty}:id`"))
        }
        Some((ty, id)) if !ty.is_empty() && !id.is_empty() => Ok((ty.into(), id.into())),
        _ => Err(format!("`{text}` is no resource; write `type:id`")),
    }
}

fn not_somebody(who: &str) -> String {
    format!(
        "`{who}` is nobody who asks; write `user:x`, `service:x`, `group:x`, `role:x`, `anonymous` or `authenticated`"
    )
}

/// Root and name of `resource.x`.
fn attribute_path(path: &str) -> Result<(AttributeRoot, &str), String> {
    let parts = path.split_once('.').and_then(|(root, name)| {
        let root = match root {
            "principal" => AttributeRoot::Principal,
            "resource" => AttributeRoot::Resource,
            "context" => AttributeRoot::Context,
            _ => return None,
        };
        (!name.is_empty()).then_some((root, name))
    });
    parts.ok_or_else(|| format!("`{path}` is no attribute; write `principal.x`, `resource.x` or `context.x`"))
}

fn unknown_attribute(root: AttributeRoot, ty: Option<&str>, name: &str) -> String {
    match (root, ty) {
        (AttributeRoot::Resource, Some(ty)) => {
            format!(
                "unknown attribute `resource.{name}`: the type `{ty}` declares none of this name; check its `resource` block"
            )
        }
        _ => {
            let root = root_word(root);
            format!(
                "unknown attribute `{root}.{name}`; declare it in the policy's `{root}` block, or leave it out"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_who(text: &str, wanted: Result<&str, ()>) {
        let mut question = Question::default();
        let result = ask_as(&mut question, text).map(|()| question.who());
        assert_eq!(result.map_err(drop), wanted.map(str::to_owned), "{text}");
    }

    #[test]
    fn who_asks_is_read_back_as_written() {
        for text in
            ["user:ann", "service:nightly", "group:Power Users", "role:a:b", "anonymous", "authenticated"]
        {
            check_who(text, Ok(text));
        }
        for text in ["", "ann", "user:", "user", "anyone", "robot:x", ":x", "Anonymous"] {
            check_who(text, Err(()));
        }
    }

    #[test]
    fn a_resource_is_split_at_its_first_colon() {
        assert!(resource("flow:*").is_err(), "a whole type");
        assert_eq!(resource("flow:a:b/c"), Ok(("flow".into(), "a:b/c".into())));
        for text in ["flow", "flow:", ":a", ""] {
            assert!(resource(text).is_err(), "{text}");
        }
    }
}

//! Names > the words of a message.
//!
//! Enters: names of the user's. Leaves: text. Must not know of any check.

use crate::model::{Class, Grantee, Instance, InstanceId, Model, PrincipalKind, PrivilegeId, RoleId, Scope};
use smol_str::SmolStr;
use std::fmt::Display;

/// How many names a message lists before it only counts the others.
const LISTED: usize = 5;

/// "`a`, `b` and `c`", or after the first five "and 7 more".
pub(super) fn list<I>(names: I) -> String
where
    I: ExactSizeIterator,
    I::Item: Display,
{
    let total = names.len();
    let shown = if total <= LISTED + 1 { total } else { LISTED };
    let mut text = String::new();
    for (at, name) in names.take(shown).enumerate() {
        let joint = match at {
            0 => "",
            at if at + 1 == total => " and ",
            _ => ", ",
        };
        text.push_str(joint);
        text.push_str(&format!("`{name}`"));
    }
    if shown < total {
        text.push_str(&format!(" and {} more", total - shown));
    }
    text
}

/// "`a`, `b` or `c`", "`a` and `b`, or `a` and `c`", or after the first five "or another".
pub(super) fn alternatives<S: AsRef<[SmolStr]>>(sets: &[S]) -> String {
    let single = sets.iter().all(|set| set.as_ref().len() == 1);
    let mut text = String::new();
    for (at, set) in sets.iter().take(LISTED).enumerate() {
        let last = at + 1 == sets.len();
        text.push_str(match (at, last, single) {
            (0, _, _) => "",
            (_, true, true) => " or ",
            (_, true, false) => ", or ",
            (_, false, _) => ", ",
        });
        text.push_str(&list(set.as_ref().iter()));
    }
    if sets.len() > LISTED {
        text.push_str(" or another");
    }
    text
}

/// `a > b > a`.
pub(super) fn path<I>(names: I) -> String
where
    I: Iterator,
    I::Item: Display,
{
    let names: Vec<String> = names.map(|name| name.to_string()).collect();
    names.join(" > ")
}

/// The name of a role.
pub(super) fn role(model: &Model, id: RoleId) -> &str {
    model.roles.get(id.index()).map_or("", |role| role.name.value.as_str())
}

/// The id of a privilege.
pub(super) fn privilege(model: &Model, id: PrivilegeId) -> &str {
    model.privileges.get(id.index()).map_or("", |privilege| privilege.name.value.as_str())
}

/// `user:ann`, `group:ops`, `anyone`.
pub(super) fn grantee(model: &Model, grantee: Grantee) -> String {
    match grantee {
        Grantee::Principal(id) => model.principals.get(id.index()).map_or(String::new(), |principal| {
            let kind = match principal.kind {
                PrincipalKind::User => "user",
                PrincipalKind::Service => "service",
            };
            format!("{kind}:{}", principal.name.value)
        }),
        Grantee::Group(id) => {
            model.groups.get(id.index()).map_or(String::new(), |group| format!("group:{}", group.name.value))
        }
        Grantee::Role(id) => format!("role:{}", role(model, id)),
        Grantee::Class(Class::Anyone) => "anyone".to_owned(),
        Grantee::Class(Class::Authenticated) => "authenticated".to_owned(),
        Grantee::Class(Class::Anonymous) => "anonymous".to_owned(),
    }
}

/// `folder:finance`.
pub(super) fn instance(model: &Model, id: InstanceId) -> String {
    let name = |instance: &Instance| {
        let ty = model.types.get(instance.ty.index()).map_or("", |ty| ty.name.value.as_str());
        format!("{ty}:{}", instance.id)
    };
    model.instances.get(id.index()).map_or(String::new(), name)
}

/// `folder:finance only`, `folder:*`; empty for no scope.
pub(super) fn scope(model: &Model, scope: Scope) -> String {
    match scope {
        Scope::Everywhere => String::new(),
        Scope::Type(id) => {
            model.types.get(id.index()).map_or(String::new(), |ty| format!("{}:*", ty.name.value))
        }
        Scope::Resource { instance: id, only: false } => instance(model, id),
        Scope::Resource { instance: id, only: true } => format!("{} only", instance(model, id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: &str) {
        assert_eq!(list(names.iter()), expected);
    }

    #[test]
    fn lists_stay_short() {
        check(&[], "");
        check(&["a"], "`a`");
        check(&["a", "b"], "`a` and `b`");
        check(&["a", "b", "c"], "`a`, `b` and `c`");
        check(&["a", "b", "c", "d", "e", "f"], "`a`, `b`, `c`, `d`, `e` and `f`");
        check(&["a", "b", "c", "d", "e", "f", "g"], "`a`, `b`, `c`, `d`, `e` and 2 more");
    }

    #[track_caller]
    fn check_alternatives(sets: &[&[&str]], expected: &str) {
        let sets: Vec<Vec<SmolStr>> =
            sets.iter().map(|set| set.iter().map(|&name| SmolStr::new(name)).collect()).collect();
        assert_eq!(alternatives(&sets), expected);
    }

    #[test]
    fn alternatives_read_as_a_choice() {
        check_alternatives(&[&["a"]], "`a`");
        check_alternatives(&[&["a"], &["b"]], "`a` or `b`");
        check_alternatives(&[&["a"], &["b"], &["c"]], "`a`, `b` or `c`");
        check_alternatives(&[&["a", "b"], &["a", "c"]], "`a` and `b`, or `a` and `c`");
        let many: Vec<&[&str]> = vec![&["a"]; 7];
        check_alternatives(&many, "`a`, `a`, `a`, `a`, `a` or another");
    }
}

//! Roles of Google Cloud: what they list, over the JSON itself, and who is bound to them.

use super::{Tally, holder, imported, policy, said, whole};
use crate::generate::{Dice, bytes};
use policyc::import::{Form, Imported};
use policyc::{Policy, Principal, Request};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ROLES: &str = include_str!("gcp/roles.json");
const POLICY: &str = include_str!("gcp/policy.json");
/// Random projects.
const PROJECTS: u64 = 500;

fn strings<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    value[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn gives(role: &Value, permission: &str) -> bool {
    role["deleted"] != true
        && role["stage"] != "DISABLED"
        && strings(role, "includedPermissions").contains(&permission)
}

/// Whether a member of a binding means somebody with an identity in a group.
fn is_meant(member: &str, identity: Option<&str>, group: Option<&str>, is_logged_in: bool) -> bool {
    match member {
        "allUsers" => true,
        "allAuthenticatedUsers" => is_logged_in,
        member => {
            Some(member) == identity
                || group.is_some_and(|group| member.strip_prefix("group:") == Some(group))
        }
    }
}

/// Every role by itself, and everybody with what the policy binds.
fn compare(policy: &Policy, roles: &[Value], bindings: &[Value]) -> Tally {
    let mut tally = Tally::default();
    let permissions: BTreeSet<&str> =
        roles.iter().flat_map(|role| strings(role, "includedPermissions")).collect();
    let bound = |identity: Option<&str>, group: Option<&str>, is_logged_in: bool, permission: &str| {
        bindings.iter().any(|binding| {
            let role = roles.iter().find(|role| role["name"] == binding["role"]).unwrap();
            let members = strings(binding, "members");
            gives(role, permission)
                && members.iter().any(|member| is_meant(member, identity, group, is_logged_in))
        })
    };
    let mut members: BTreeSet<&str> =
        bindings.iter().flat_map(|binding| strings(binding, "members")).collect();
    members.extend(["user:stranger", "serviceAccount:stranger", "group:strangers"]);
    for permission in permissions {
        for role in roles {
            let held = [role["name"].as_str().unwrap()];
            let expected = gives(role, permission) || bound(None, None, true, permission);
            tally.compare(policy, &Request::new(holder(&held), permission), expected, || {
                format!("{held:?} {permission}")
            });
        }
        for member in &members {
            let (who, identity, group) = match member.split_once(':') {
                Some(("user", name)) => (Principal::user(name), Some(*member), [""]),
                Some(("serviceAccount", name)) => (Principal::service(name), Some(*member), [""]),
                Some(("group", name)) => (Principal::somebody(), None, [name]),
                _ => continue,
            };
            let expected = bound(identity, Some(group[0]), true, permission);
            let request = Request::new(who.groups(&group), permission);
            tally.compare(policy, &request, expected, || format!("{member} {permission}"));
        }
        let request = Request::new(Principal::anonymous(), permission);
        tally.compare(policy, &request, bound(None, None, false, permission), || {
            format!("anonymous {permission}")
        });
    }
    tally
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap().clone()
}

#[test]
fn the_project_decides_as_its_roles_and_bindings() {
    let imported = imported(&Form::Gcp, &[("roles.json", ROLES), ("policy.json", POLICY)]);
    let tally = compare(&whole(&imported), &list(&parsed(ROLES)), &list(&parsed(POLICY)["bindings"]));
    tally.at_least("roles.json and policy.json", 100, 40);
    assert_eq!(
        said(&imported),
        [
            "note: roles.json:22:3 the role `organizations/7/roles/old` is disabled, so it grants nothing",
            "note: roles.json:23:3 the role `projects/shop/roles/gone` is deleted, so it grants nothing",
            "note: policy.json:7:100 `deleted:user:bob@shop.example?uid=7` has `roles/pubsub.editor` and is deleted, so it is nobody",
        ]
    );
}

#[test]
fn one_file_a_list_and_yaml_say_the_same() {
    let body =
        |imported: &Imported| imported.policy.as_ref().unwrap().split_once("\n\n").unwrap().1.to_owned();
    let expected = body(&imported(&Form::Gcp, &[("roles.json", ROLES)]));
    let single: Vec<String> = list(&parsed(ROLES)).iter().map(Value::to_string).collect();
    let files: Vec<(&str, &str)> = single.iter().map(|text| ("role.json", text.as_str())).collect();
    assert_eq!(body(&imported(&Form::Gcp, &files)), expected);
    let answer = json!({ "roles": parsed(ROLES) }).to_string();
    assert_eq!(body(&imported(&Form::Gcp, &[("answer.json", &answer)])), expected);
    let yaml: String = list(&parsed(ROLES))
        .iter()
        .map(|role| {
            let keys = role.as_object().unwrap().iter().map(|(key, value)| format!("{key}: {value}\n"));
            format!("---\n{}", keys.collect::<String>())
        })
        .collect();
    assert_eq!(body(&imported(&Form::Gcp, &[("roles.yaml", &yaml)])), expected);
}

#[test]
fn random_projects_decide_as_their_roles_and_bindings() {
    let permissions = ["a.b.get", "a.b.list", "c.d.update", "resourcemanager.projects.get", "x", "c.d.é"];
    let names = ["roles/a", "roles/b.c", "projects/p/roles/d", "e f"];
    let members = [
        "user:ann@x",
        "user:a b",
        "serviceAccount:ci@x",
        "group:g@x",
        "allUsers",
        "allAuthenticatedUsers",
        "deleted:user:z?uid=1",
    ];
    let mut tally = Tally::default();
    for seed in 0..PROJECTS {
        let bytes = bytes(seed, 2048);
        let mut dice = Dice::new(&bytes);
        let roles: Vec<Value> = dice
            .some(&names, 1, 4)
            .into_iter()
            .map(|name| json!({ "name": name, "includedPermissions": dice.some(&permissions, 0, 5), "stage": *dice.pick(&["GA", "BETA", "DISABLED"]), "deleted": dice.chance(10) }))
            .collect();
        let bindings: Vec<Value> = (0..dice.between(0, 4))
            .map(|_| json!({ "role": dice.pick(&roles)["name"], "members": dice.some(&members, 0, 4) }))
            .collect();
        let (text, policy) = (json!(roles).to_string(), json!({ "bindings": bindings }).to_string());
        let imported = imported(&Form::Gcp, &[("roles.json", &text), ("policy.json", &policy)]);
        tally.add(compare(&whole(&imported), &roles, &bindings));
    }
    tally.at_least("random projects", 15_000, 4_000);
}

#[test]
fn what_a_policy_cannot_say_is_left_out_and_told() {
    let roles = r#"[{ "name": "roles/a", "includedPermissions": ["a.b.get"] }]"#;
    for (binding, expected) in [
        (
            r#"{ "role": "roles/a", "members": ["domain:x.example"] }"#,
            "left out: p.json:1:49 `domain:x.example` has `roles/a`, and a policy has no such principal",
        ),
        (
            r#"{ "role": "roles/a", "members": ["projectOwner:x"] }"#,
            "left out: p.json:1:49 `projectOwner:x` has `roles/a`, and a policy has no such principal",
        ),
        (
            r#"{ "role": "roles/b", "members": ["user:ann"] }"#,
            "left out: p.json:1:16 a binding names `roles/b`, which is not in these files",
        ),
        (
            r#"{ "role": "roles/a", "condition": { "expression": "true" }, "members": ["user:ann"] }"#,
            "left out: p.json:1:50 a binding of `roles/a` holds under a condition, and conditions of Google Cloud are not read",
        ),
    ] {
        let text = format!("{{ \"bindings\": [{binding}] }}");
        let imported = imported(&Form::Gcp, &[("r.json", roles), ("p.json", &text)]);
        assert_eq!(said(&imported), [expected]);
        // Who was left out has nothing.
        assert!(
            !policy(&imported).decide(&Request::new(Principal::user("ann"), "a.b.get")).unwrap().granted()
        );
    }
}

#[test]
fn what_is_no_role_is_refused() {
    for (text, expected) in [
        (r#"{ "title": "x", "includedPermissions": [] }"#, "error: a.json:1:1 the role has no `name`"),
        (r#"{ "a": 1 }"#, "error: a.json:1:1 expected a role or an IAM policy, found a map"),
        (r#"7"#, "error: a.json:1:1 expected a role or an IAM policy, found a text"),
        (r#"{ "name": "x", "includedPermissions": ["a.*"] }"#, "error: a.json:1:40 `a.*` is no permission"),
        (
            r#"{ "name": "x", "includedPermisions": ["a"] }"#,
            "error: a.json:1:16 a role has no key `includedPermisions`",
        ),
        (
            r#"[{ "name": "x" }, { "name": "y", "title": "z" }]"#,
            "error: a.json:1:2 no role has `includedPermissions`",
        ),
        (
            r#"[{ "bindings": [] }, { "bindings": [] }]"#,
            "error: a.json:1:22 there is more than one IAM policy",
        ),
    ] {
        let imported = imported(&Form::Gcp, &[("a.json", text)]);
        assert!(said(&imported).iter().any(|line| line == expected), "{:#?}\n{text}", said(&imported));
        assert_eq!(imported.policy, None);
    }
}

//! Role definitions of Azure: actions less `notActions`, block by block, over the JSON itself.

use super::{Tally, holder, imported, imported_with, policy, said, whole};
use crate::generate::{Dice, bytes};
use policyc::import::{Form, Weight};
use policyc::{Policy, Request};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DEFINITIONS: &str = include_str!("azure/definitions.json");
/// Random sets of definitions.
const SETS: u64 = 500;

/// Whether a text is matched, in any case, tried at every place.
fn is_like(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skip| is_like(rest, &text[skip..])),
        Some((first, rest)) => {
            text.first().is_some_and(|other| other.eq_ignore_ascii_case(first)) && is_like(rest, &text[1..])
        }
    }
}

/// The list of a key, whichever way it is written.
fn list<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    let found = value.as_object().into_iter().flatten().find(|(known, _)| known.eq_ignore_ascii_case(key));
    found.and_then(|(_, list)| list.as_array()).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn blocks(definition: &Value) -> Vec<&Value> {
    let body = if definition["properties"].is_object() { &definition["properties"] } else { definition };
    body["permissions"].as_array().map_or_else(|| vec![body], |list| list.iter().collect())
}

fn name(definition: &Value) -> &str {
    let names = [&definition["properties"]["roleName"], &definition["roleName"], &definition["Name"]];
    names.into_iter().find_map(|name| name.as_str()).unwrap()
}

fn allows(definition: &Value, action: &str, is_data: bool) -> bool {
    let keys = if is_data { ["dataActions", "notDataActions"] } else { ["actions", "notActions"] };
    blocks(definition).into_iter().any(|block| {
        let [yes, no] = keys
            .map(|key| list(block, key).iter().any(|pattern| is_like(pattern.as_bytes(), action.as_bytes())));
        yes && !no
    })
}

/// Everything that is named without a wildcard, by small letters, as the policy calls it; and whether it is about data.
fn universe(definitions: &[Value], further: &[(&str, bool)]) -> Vec<(String, String, bool)> {
    let mut spelled: [BTreeMap<String, String>; 2] = Default::default();
    let mut meet = |is_data: bool, text: &str| {
        spelled[usize::from(is_data)].entry(text.to_lowercase()).or_insert_with(|| text.to_owned());
    };
    for block in definitions.iter().flat_map(blocks) {
        for (key, is_data) in
            [("actions", false), ("notActions", false), ("dataActions", true), ("notDataActions", true)]
        {
            list(block, key)
                .into_iter()
                .filter(|text| !text.contains('*'))
                .for_each(|text| meet(is_data, text));
        }
    }
    further.iter().for_each(|(text, is_data)| meet(*is_data, text));
    let [control, data] = spelled;
    let mut all: Vec<_> = control.iter().map(|(lower, text)| (lower.clone(), text.clone(), false)).collect();
    all.extend(data.into_iter().map(|(lower, text)| {
        let called = if control.contains_key(&lower) { format!("data:{text}") } else { text };
        (lower, called, true)
    }));
    all
}

/// Every role by itself, and every two.
fn compare(policy: &Policy, definitions: &[Value], universe: &[(String, String, bool)]) -> Tally {
    let mut tally = Tally::default();
    for (at, one) in definitions.iter().enumerate() {
        for other in &definitions[at..] {
            for (action, called, is_data) in universe {
                let expected = allows(one, action, *is_data) || allows(other, action, *is_data);
                let held = [name(one), name(other)];
                let request = Request::new(holder(&held), called);
                tally.compare(policy, &request, expected, || format!("{held:?} {called}"));
            }
        }
    }
    tally
}

fn definitions(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_definitions_decide_as_they_say() {
    let imported = imported(&Form::Azure, &[("definitions.json", DEFINITIONS)]);
    let definitions = definitions(DEFINITIONS);
    let universe = universe(&definitions, &[]);
    compare(&whole(&imported), &definitions, &universe).at_least("definitions.json", 400, 200);
    let text = imported.policy.clone().unwrap();
    for line in [
        "Microsoft.Authorization/*/delete, Microsoft.Authorization/*/write, Microsoft.Authorization/elevateAccess/Action,",
        "# assignableScopes: /subscriptions/11, /subscriptions/22/resourceGroups/shop",
        "## Blobs, and the containers that they are in.",
        "grant category:data-actions except Microsoft.Compute/virtualMachines/loginAsAdmin/action",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(
        said(&imported),
        [
            "note: definitions.json:7:35 `*` stands for 23 actions: those that these definitions name; the policy knows no others, and denies them",
            "note: both an action and a data action: `Microsoft.Compute/virtualMachines/read`",
        ]
    );
}

#[test]
fn one_definition_a_list_and_an_answer_say_the_same() {
    let body = |files: &[(&str, &str)]| {
        imported(&Form::Azure, files).policy.unwrap().split_once("\n\n").unwrap().1.to_owned()
    };
    let expected = body(&[("a.json", DEFINITIONS)]);
    let single: Vec<String> = definitions(DEFINITIONS).iter().map(Value::to_string).collect();
    let files: Vec<(&str, &str)> = single.iter().map(|text| ("one.json", text.as_str())).collect();
    assert_eq!(body(&files), expected);
    let answer = json!({ "value": definitions(DEFINITIONS) }).to_string();
    assert_eq!(body(&[("answer.json", &answer)]), expected);
}

/// What a provider lists, as `az provider operation list` prints it.
const OPERATIONS: &str = r#"[{ "name": "Microsoft.Web", "operations": [{ "name": "Microsoft.Web/register/action", "isDataAction": false }],
  "resourceTypes": [{ "name": "sites", "operations": [
    { "name": "Microsoft.Web/sites/Read", "isDataAction": false }, { "name": "Microsoft.Web/sites/Delete", "isDataAction": false },
    { "name": "Microsoft.Web/sites/secrets/read", "isDataAction": true } ] }] }]"#;

#[test]
fn wildcards_name_what_the_provider_lists() {
    let text = r#"[{ "roleName": "web", "permissions": [{ "actions": ["Microsoft.Web/*/read", "microsoft.web/sites/*"], "dataActions": ["Microsoft.Web/*"], "notActions": ["*/delete"] }] }]"#;
    let imported = imported_with(&Form::Azure, &[("web.json", text)], OPERATIONS);
    let further = [
        ("Microsoft.Web/register/action", false),
        ("Microsoft.Web/sites/Read", false),
        ("Microsoft.Web/sites/Delete", false),
        ("Microsoft.Web/sites/secrets/read", true),
    ];
    let definitions = definitions(text);
    compare(&whole(&imported), &definitions, &universe(&definitions, &further)).at_least("web.json", 4, 2);
}

fn random(dice: &mut Dice<'_>) -> Vec<Value> {
    let control = [
        "A.b/c/read",
        "A.b/c/write",
        "a.B/c/delete",
        "A.b/d/read",
        "E/c/read",
        "E/f/start/action",
        "A.B/C/READ",
    ];
    let data = ["A.b/c/blobs/read", "A.b/c/blobs/write", "E/c/read", "E/f/secrets/read"];
    let wild = [
        "*",
        "*/read",
        "A.b/*",
        "a.b/*/READ",
        "*/c/*",
        "E/*/action",
        "A.b/c/*",
        "A.b/*/*",
        "X/*",
        "*read",
        "A*d",
    ];
    let list = |dice: &mut Dice<'_>, named: &[&'static str], most: usize| -> Vec<&'static str> {
        let mut list = dice.some(named, 0, most);
        list.extend(dice.some(&wild, 0, 2));
        dice.shuffle(&mut list);
        list
    };
    (0..dice.between(1, 4))
        .map(|at| {
            let blocks: Vec<Value> = (0..dice.between(0, 3))
                .map(|_| {
                    json!({
                        "actions": list(dice, &control, 3), "notActions": list(dice, &control, 2),
                        "dataActions": list(dice, &data, 2), "notDataActions": list(dice, &data, 2),
                    })
                })
                .collect();
            json!({ "roleName": format!("role {at}"), "permissions": blocks })
        })
        .collect()
}

#[test]
fn random_definitions_decide_as_they_say() {
    let (mut tally, mut partial) = (Tally::default(), 0);
    let further = [("A.b/c/read", false), ("E/f/start/action", false), ("E/f/secrets/read", true)];
    for seed in 0..SETS {
        let bytes = bytes(seed, 4096);
        let mut dice = Dice::new(&bytes);
        let definitions = random(&mut dice);
        let text = json!(definitions).to_string();
        let (imported, universe) = match dice.chance(50) {
            true => (
                imported_with(
                    &Form::Azure,
                    &[("-", &text)],
                    "A.b/c/read\nE/f/start/action # starts\ndata:E/f/secrets/read\n",
                ),
                universe(&definitions, &further),
            ),
            false => (imported(&Form::Azure, &[("-", &text)]), universe(&definitions, &[])),
        };
        assert_eq!(imported.count(Weight::Error), 0, "seed {seed}: {:#?}\n{text}", said(&imported));
        assert_eq!(
            imported.counts.privileges,
            universe.iter().map(|(_, called, _)| called).collect::<BTreeSet<_>>().len()
        );
        // Wildcards that name nothing are told; what there is decides all the same.
        partial += usize::from(imported.count(Weight::LeftOut) > 0);
        tally.add(compare(&policy(&imported), &definitions, &universe));
    }
    println!("{partial} of {SETS} have a wildcard that names nothing");
    tally.at_least("random definitions", 15_000, 5_000);
}

#[test]
fn what_a_policy_cannot_say_is_left_out_and_told() {
    let conditional = r#"{ "roleName": "x", "permissions": [{ "actions": ["a/read"] }, { "actions": ["a/write"], "condition": "@Request[x] ForAnyOfAnyValues", "conditionVersion": "2.0" }] }"#;
    let imported = imported(&Form::Azure, &[("a.json", conditional)]);
    assert_eq!(
        said(&imported),
        [
            "left out: a.json:1:102 a block of `x` holds under a condition, and conditions of Azure are not read"
        ]
    );
    let text = policy(&imported);
    assert!(text.decide(&Request::new(holder(&["x"]), "a/write")).is_err(), "the block is not there");
    assert!(imported.policy.unwrap().contains("#   a.json:1: a block of `x` holds under a condition"));
}

#[test]
fn what_is_no_definition_is_refused() {
    for (text, expected) in [
        (r#"{ "roleName": "x" }"#, "error: a.json:1:1 the role `x` has no `permissions`"),
        (
            r#"{ "permissions": [] }"#,
            "error: a.json:1:1 expected a role definition, found a map without `roleName`",
        ),
        (r#""x""#, "error: a.json:1:1 expected a role definition, found a text without `roleName`"),
        (
            r#"{ "roleName": "x", "permissions": {} }"#,
            "error: a.json:1:35 `permissions` has to be a list, and is a map",
        ),
        (
            r#"{ "roleName": "x", "permissions": ["y"] }"#,
            "error: a.json:1:36 a block of permissions has to be a map, and this is a text",
        ),
        (
            r#"{ "roleName": "x", "permissions": [{ "actoins": [] }] }"#,
            "error: a.json:1:38 a block of permissions has no key `actoins`",
        ),
        (
            r#"{ "roleName": "x", "permissions": [{ "actions": "*" }] }"#,
            "error: a.json:1:49 `actions` has to be a list, and is a text",
        ),
        (
            r#"[{ "roleName": "x", "permissions": [] }, { "roleName": "x", "permissions": [] }]"#,
            "error: a.json:1:42 the role `x` is defined twice",
        ),
        (
            r#"{ "principalId": "1", "roleDefinitionId": "2" }"#,
            "left out: a.json:1:1 a role assignment is not imported: its scopes are resources of Azure",
        ),
    ] {
        let imported = imported(&Form::Azure, &[("a.json", text)]);
        assert_eq!(said(&imported).first().map(String::as_str), Some(expected), "{text}");
        assert_eq!(imported.policy, None);
    }
}

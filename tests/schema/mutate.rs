//! Documents with a part of a policy, and a change that mostly breaks them.

use arbtest::arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

/// Values that fit somewhere and not elsewhere.
fn values() -> Vec<Value> {
    let texts = [
        "",
        "x",
        "*",
        "a*",
        "a b*",
        "\"a*\"",
        "\"\"",
        "category:",
        "category:c",
        "category:\"\"",
        "user:a",
        "user:",
        "user:\"\"",
        "group:\"a b\"",
        "x:y",
        "anyone",
        "role:r",
        "t:i",
        "t:*",
        "t:a*",
        "t:\"a*\"",
        "t:\"\"",
        "t:",
        ":i",
        "\"a:b\":c",
        "\"a:b\":*",
        "\"\":c",
        "\"a",
        "t:i only",
        "path",
        "nearest",
        "deny",
        "grant",
        "grant to authenticated  when unlisted",
        "grant to x",
        "bool",
        "[string]",
        "\"A\" | \"B\"",
        "[[int]]",
        "+ -",
        "+x",
        " ",
        "2026-01-01",
        "2026-13-01T00:00:00Z",
        "1",
        "+1",
        "-1",
        "1x",
        "true",
        "default-deny",
        "P0307",
        "p0307",
        "unmet-requirement",
        "P9999",
        "P0001",
        "context.a",
        "not a",
        "(",
    ];
    let others = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(3),
        json!(-1),
        json!(1.5),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!(["t:i", "t:j"]),
        json!([true]),
        json!({ "only": "t:i" }),
        json!({ "only": "t:*" }),
        json!({ "a": 1 }),
        json!({ "context.a": true }),
        json!({ "code": "P0307", "why": "x" }),
        json!({ "grant": "a", "to": "anyone" }),
        json!({ "a": "+" }),
        json!({ "on": "t:i", "entries": [] }),
        json!({ "type": "bool" }),
        json!({ "title": "x" }),
        json!({ "": null }),
        json!({ "t:i": null }),
    ];
    texts.into_iter().map(|text| json!(text)).chain(others).collect()
}

const KEYS: [&str; 46] = [
    "policy",
    "resources",
    "principal",
    "context",
    "categories",
    "privileges",
    "roles",
    "groups",
    "users",
    "services",
    "instances",
    "assignments",
    "entries",
    "invariants",
    "exclusive",
    "limits",
    "tests",
    "matrices",
    "name",
    "default",
    "resolve",
    "doc",
    "allow",
    "in",
    "by",
    "attributes",
    "on",
    "only",
    "title",
    "requires",
    "grant",
    "deny",
    "bypass",
    "except",
    "to",
    "when",
    "from",
    "until",
    "can",
    "cannot",
    "never",
    "never-together",
    "as",
    "with",
    "at",
    "because",
];

/// One section of a document, with a few of its items.
pub fn excerpt(of: &Value, u: &mut Unstructured<'_>) -> Result<Value> {
    let mut all = of.clone();
    let Value::Object(sections) = &mut all else { return Ok(all) };
    let keep = u.choose_index(sections.len().max(1))?;
    let mut kept = Map::new();
    if let Some((name, section)) = std::mem::take(sections).into_iter().nth(keep) {
        let section = match section {
            Value::Array(items) => {
                let start = u.choose_index(items.len().max(1))?;
                Value::Array(items.into_iter().skip(start).take(2).collect())
            }
            Value::Object(pairs) => {
                let start = u.choose_index(pairs.len().max(1))?;
                Value::Object(pairs.into_iter().skip(start).take(2).collect())
            }
            other => other,
        };
        kept.insert(name, section);
    }
    Ok(Value::Object(kept))
}

/// Changes one value: drops, renames or adds a key, or puts something else in its place.
pub fn change(document: &mut Value, u: &mut Unstructured<'_>) -> Result<()> {
    let mut places = 0;
    count(document, &mut places);
    let at = u.choose_index(places)?;
    let Some(place) = find(document, &mut (at + 1)) else { return Ok(()) };
    let with = u.choose(&values())?.clone();
    let key = u.choose(&KEYS)?.to_string();
    match (u.int_in_range(0..=4)?, place) {
        (0, Value::Object(map)) if !map.is_empty() => {
            let name = map.keys().nth(u.choose_index(map.len())?).cloned().expect("a key");
            map.remove(&name);
        }
        (1, Value::Object(map)) if !map.is_empty() => {
            let name = map.keys().nth(u.choose_index(map.len())?).cloned().expect("a key");
            let value = map.remove(&name).expect("its value");
            map.insert(if u.ratio(1, 2)? { key } else { format!("{name}x") }, value);
        }
        (2, Value::Object(map)) => drop(map.insert(key, with)),
        (2, Value::Array(items)) => items.push(with),
        (_, place) => *place = with,
    }
    Ok(())
}

fn count(value: &Value, places: &mut usize) {
    *places += 1;
    match value {
        Value::Array(items) => items.iter().for_each(|item| count(item, places)),
        Value::Object(map) => map.values().for_each(|value| count(value, places)),
        _ => {}
    }
}

/// The value at a place, counted down from the top.
fn find<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    *left -= 1;
    if *left == 0 {
        return Some(value);
    }
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| find(item, left)),
        Value::Object(map) => map.values_mut().find_map(|value| find(value, left)),
        _ => None,
    }
}

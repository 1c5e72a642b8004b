//! No order of files or statements is left in a model.

use super::{Limits, resolved};
use crate::model::Model;

const STATEMENTS: [&str; 24] = [
    "policy p { resolve nearest }",
    "resource folder in folder, space by path { attribute live: bool attribute tags: [string] }",
    "resource space resource job in space",
    "principal { team: string } context { mfa: bool }",
    "category a on folder { a.x includes a.y  a.y  a.z requires any a and resource.live }",
    "category b { b.x b.y }",
    "privilege a.w in a includes a.x",
    "role r { grant a.*, b.x deny a.z on folder:q/r only }",
    "role s inherits r requires r { grant category:b on folder:x/y/z when context.mfa }",
    "group g in h group h disabled",
    "user u in g, h { team: \"t\" } user v service u",
    "folder:x/y { live: true tags: [\"b\", \"a\"] }",
    "job:one in space:x job:two",
    "grant a.x to user:u, service:u, group:g on folder:x",
    "grant a.x to service:u, group:g, user:u on folder:x",
    "on folder:m/n { deny a.* to anyone bypass a.x to role:s }",
    "assign s to user:v from 2027-01-01 on space:x",
    "assign s to user:v until 2027-01-01",
    "assign s to user:v when context.mfa assign r to role:s, authenticated on folder:*",
    "exclusive s, r",
    "limit 3 for role:s limit 2 for role:r",
    "never user:u can a.*, b.x on folder:k/l",
    "only role:s can b.x never together a.x, a.y",
    "grant b.* to user:u grant b.x, b.y to user:u",
];

/// The model as text, without places.
fn shown(model: &Model) -> String {
    let text = format!("{model:#?}");
    let mut kept = String::new();
    let mut inside = false;
    for line in text.lines() {
        let end = inside && line.trim_start().starts_with('}');
        inside = (inside || line.ends_with("Span {")) && !end;
        if !inside && !end {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[test]
fn every_order_gives_the_same_model() {
    let statements = STATEMENTS
        .map(|statement| statement.replace("from 2027-01-01 on space:x", "on space:x from 2027-01-01"));
    let resolved = |files: &[&str]| {
        let (_, model, found) = resolved(files, Limits::DEFAULT);
        assert!(found.is_empty(), "{found:#?}");
        shown(&model)
    };
    let expected = resolved(&[&statements.join("\n")]);
    assert!(!expected.contains("Span {") && !expected.contains("start:"));
    assert!(expected.contains("Timestamp") || expected.contains("1798761600000000"));
    let mut seed = 7_u64;
    for _ in 0..40 {
        let mut shuffled: Vec<&str> = statements.iter().map(String::as_str).collect();
        for at in (1..shuffled.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, (seed >> 33) as usize % (at + 1));
        }
        let (first, second) = shuffled.split_at(shuffled.len() / 3);
        assert_eq!(resolved(&[&first.join("\n"), &second.join("\n")]), expected);
    }
}

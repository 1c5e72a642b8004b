//! Every key of every section, with its places.

use super::{compact, items, show};
use crate::ast::{ItemKind, LiteralValue, RuleKind, TestStep};

/// The section as it is written and everything that was read of it.
macro_rules! shows {
    ($name:ident, $text:expr) => {
        #[test]
        fn $name() {
            let text = $text;
            insta::assert_snapshot!(format!("{}\n----\n{}", text.trim_end(), show(text)));
        }
    };
}

shows!(policy, "policy: invictus\n");
shows!(
    policy_map,
    "policy: { name: 'in victus', resolve: nearest, doc: About, allow: { code: P0307, why: so } }\n"
);
shows!(
    resources,
    "resources:\n  tenant:\n  folder: { in: folder, by: path }\n  flow:\n    in: [folder, \"tenant\"]\n    resolve: most-specific\n    doc: |\n      One\n      two\n"
);
shows!(
    categories,
    "categories:\n  flow:\n    on: [flow, folder]\n    title: \"Flow \\u0041\"\n    privileges:\n      flow.edit: Edit flow\n      flow.none:\n      flow.full: { title: All, includes: [flow.edit, '\"a*\"'], doc: D }\n  empty:\n"
);
shows!(
    privileges,
    "privileges:\n  trace.view: { category: flow, title: View, includes: flow.edit, doc: D }\n"
);
shows!(
    roles,
    "roles:\n  guest:\n  operator:\n    inherits: [reader]\n    requires: trained\n    grant: [flow.edit, access-*, category:flow]\n    deny: flow.delete\n    bypass: [\"*\"]\n"
);
shows!(role_except, "roles: { r: { grant: '*', except: [a, b*] } }\n");
shows!(
    role_entries,
    "roles:\n  r:\n    entries:\n      - { grant: a, except: b, on: folder:finance }\n      - { deny: a, on: flow:x, only: true, doc: D }\n      - on: flow:*\n        entries:\n          - grant: c\n          - { bypass: d, allow: [{ code: [P0307, unmet-requirement], why: w }] }\n"
);
shows!(
    groups,
    "groups:\n  ops:\n  Power Users: { in: ops, disabled: false }\n  paused: { in: [ops, 'x'], disabled: true }\n"
);
shows!(
    users,
    "users:\n  ann: { in: ops, attributes: { dept: sales, level: 3, on: true } }\nservices:\n  nightly: { in: [a, b], doc: D }\n"
);
shows!(
    instances,
    "instances:\n  flow:finance/ledger: { in: folder:finance, attributes: { logic-app: true } }\n  'flow:a b': { in: [tenant:x] }\n  tenant:a:b:\n"
);
shows!(
    assignments,
    "assignments:\n  - assign: operator\n    to: [user:ann, group:Power Users, 'service:n', role:r, anyone, authenticated, anonymous]\n    on: folder:finance\n    only: true\n    from: 2026-01-01\n    until: '2027-01-01'\n  - { assign: reader, to: 'group:\"a b\"', on: flow:*, doc: D }\n"
);
shows!(
    entries,
    "entries:\n  - { grant: a, to: anyone }\n  - { deny: [a, b], except: [c], to: [user:x], on: { only: folder:f } }\n  - on: flow:x\n    only: true\n    doc: D\n    entries:\n      - { bypass: \"*\", to: role:r }\n    assignments: { assign: reader, to: user:x }\n"
);
shows!(
    invariants,
    "invariants:\n  - { never: role:reader, can: [a, b] }\n  - { always: [user:root], can: '*', except: x-*, on: folder:f }\n  - { only: [role:a, user:b], can: c, on: { only: folder:f }, doc: D }\n  - { never-together: [a, b], except: c }\n"
);
shows!(exclusive, "exclusive:\n  - [a, b]\n  - { roles: [c, d], doc: D }\n");
shows!(exclusive_flat, "exclusive: [a, b]\n");
shows!(limits, "limits:\n  - { limit: 1, role: root, doc: D }\n");
shows!(
    tests,
    "tests:\n  - test: t one\n    at: 2026-01-01\n    with: { context.mfa: true, resource.n: [1, 'x'] }\n    as: [user:ann, role:r]\n    checks:\n      - { can: [a, b], except: c, on: flow:x, in: [folder:a, tenant:t], because: explicit-grant }\n      - { as: anonymous }\n      - { can: d, with: { principal.x: y }, as: user:z, at: 2027-01-01 }\n      - cannot: e\n"
);
shows!(
    matrices,
    "matrices:\n  - matrix: m\n    on: flow:x\n    with: { context.mfa: true }\n    roles: [a, b]\n    rows:\n      flow.edit: + -\n      flow.view: [\"-\", +]\n      category:c: '- +'\n      x*: \"+\\x20+\"\n"
);

#[test]
fn every_section_that_is_listed_is_read() {
    for section in crate::yaml::sections() {
        let found = super::codes(&format!("{section}: x\n"));
        assert!(!found.contains(&"yaml-unknown-key"), "{section}");
        assert!(found == ["yaml-shape"] || section == "policy", "{section}: {found:?}");
    }
}

#[test]
fn nothing_is_an_empty_file() {
    for text in [
        "",
        "\n\n",
        "# only a comment\n",
        "---\n",
        "---\n...\n",
        "~",
        "null\n",
        "{}",
        "roles:\n",
        "tests: []\n",
    ] {
        assert!(items(text).is_empty(), "{text:?}");
    }
}

#[test]
fn one_item_stands_for_a_list() {
    assert_eq!(items("limits: { limit: 1, role: r }\n").len(), 1);
    assert_eq!(items("assignments: { assign: r, to: user:x }\n").len(), 1);
}

#[test]
fn empty_lists_say_nothing() {
    let text = "groups: { g: { in: [] } }\nroles: { r: { inherits: [], requires: [], entries: [] } }\n";
    assert_eq!(items(text).len(), 2);
}

/// The kinds of values, as the attribute `x` has them.
#[track_caller]
fn value(written: &str) -> LiteralValue {
    let text = format!("users: {{ u: {{ attributes: {{ x: {written} }} }} }}\n");
    let ItemKind::Principal(mut user) = items(&text).remove(0).kind else { panic!("no user") };
    user.attributes.remove(0).1.value
}

#[test]
fn values_have_the_kind_that_their_form_says() {
    let string = |text: &str| LiteralValue::String(text.into());
    let bare = |text: &str| LiteralValue::Bare(text.into());
    assert_eq!(value("true"), LiteralValue::Bool(true));
    assert_eq!(value("FALSE"), LiteralValue::Bool(false));
    assert_eq!(value("'true'"), string("true"));
    assert_eq!(value("yes"), string("yes"));
    assert_eq!(value("on"), string("on"));
    assert_eq!(value("LIVE"), string("LIVE"));
    assert_eq!(value("3"), bare("3"));
    assert_eq!(value("-3"), bare("-3"));
    assert_eq!(value("'3'"), string("3"));
    assert_eq!(value("2026-01-01T00:00:00Z"), bare("2026-01-01T00:00:00Z"));
    assert_eq!(value("10.0.0.0/8"), bare("10.0.0.0/8"));
    assert_eq!(value("3 apples"), string("3 apples"));
    assert_eq!(value("-x"), string("-x"));
    assert_eq!(value("fe80::1"), string("fe80::1"));
    assert_eq!(value("'user:x'"), string("user:x"));
    assert_eq!(value("role:x"), string("role:x"));
    assert_eq!(value("anyone"), string("anyone"));
    assert!(matches!(value("user:x"), LiteralValue::Principal(_)));
    assert!(matches!(value("group:Power Users"), LiteralValue::Principal(_)));
    assert!(matches!(value("[1, [a]]"), LiteralValue::List(values) if values.len() == 2));
}

#[test]
fn a_block_keeps_its_line_ends_only_as_a_value() {
    let text = "users:\n  u:\n    doc: |\n      one\n      two\n    attributes:\n      x: |\n        one\n";
    let shown = show(text);
    assert!(shown.contains(r#"String("one\n")"#), "{shown}");
    assert!(shown.contains(r#"value: "one\ntwo""#), "{shown}");
}

#[test]
fn the_effects_of_a_role_are_a_rule_each() {
    let text = "roles: { r: { grant: a, deny: b, entries: [{ grant: c }] } }";
    let ItemKind::Role(role) = items(text).remove(0).kind else { panic!("no role") };
    let shown: Vec<String> = role.rules.iter().map(|rule| super::under(text, rule.span).to_owned()).collect();
    assert_eq!(shown, ["grant: a", "deny: b", "{ grant: c }"]);
}

#[test]
fn the_caller_of_a_step_comes_before_its_check() {
    let text = "tests: { test: t, checks: { can: a, at: 2026-01-01, as: user:x } }";
    let ItemKind::Test(test) = items(text).remove(0).kind else { panic!("no test") };
    assert!(matches!(test.steps.as_slice(), [TestStep::As(_), TestStep::At(_), TestStep::Check(_)]));
}

#[test]
fn aliases_stand_for_what_they_name() {
    let text = "groups: { a: &g { in: &list [x, y] }, b: *g, c: { in: *list } }\n";
    let shown = show(text);
    assert_eq!(shown.matches("groups: [x, y]").count(), 3, "{shown}");
    assert!(shown.contains("⟨b: *g⟩"), "{shown}");
}

#[test]
fn places_are_those_of_the_file_whatever_the_line_ends() {
    let text = "roles:\r\n  r:\r\n    grant: [ 'ä b',\r\n      c ]\r\n    deny: d\r\ngroups:\r\n  g:\r\n";
    let shown = show(text);
    assert!(shown.contains("Name(ä b⟨'ä b'⟩), Name(c)"), "{shown}");
    assert!(shown.contains("span: ⟨deny: d⟩"), "{shown}");
    assert!(shown.ends_with("span: ⟨g⟩ }"), "{shown}");
}

#[test]
fn json_is_yaml() {
    let text = r#"{"roles": {"r": {"grant": ["a", "x*", "category:c"]}}, "assignments": [{"assign": "r", "to": "user:u"}]}"#;
    let shown = show(text);
    assert!(shown.contains("Wildcard(x*⟨\"x*\"⟩), Category(c)"), "{shown}");
}

#[test]
fn a_quoted_type_may_hold_a_colon() {
    let text =
        r#"entries: [{ grant: a, to: anyone, on: '"a:b":c:d' }, { grant: a, to: anyone, on: '"a:b":*' }]"#;
    let shown = show(text);
    assert!(shown.contains(r#"ResourceRef { ty: a:b⟨"a:b"⟩, id: c:d,"#), "{shown}");
    assert!(shown.contains(r#"Type { ty: a:b⟨"a:b"⟩,"#), "{shown}");
}

#[test]
fn double_quotes_within_a_text_make_a_literal_name() {
    let text = r#"entries: { grant: ['"pods/*"', '"a\"b\u{41}"', '"a" "b"', 'category:"x y"'], to: anyone }"#;
    let ItemKind::Rule(rule) = items(text).remove(0).kind else { panic!("no rule") };
    let RuleKind::Entry(entry) = rule.kind else { panic!("no entry") };
    let shown: Vec<String> =
        entry.privileges.items.iter().map(|item| compact(text, &format!("{item:?}"))).collect();
    assert_eq!(
        shown,
        [
            r#"Name(pods/*⟨'"pods/*"'⟩)"#,
            r#"Name(a\"bA⟨'"a\"b\u{41}"'⟩)"#,
            r#"Name(\"a\" \"b\"⟨'"a" "b"'⟩)"#,
            r#"Category(x y⟨"x y"⟩)"#,
        ]
    );
}

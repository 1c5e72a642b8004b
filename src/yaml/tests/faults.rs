//! Every fault, and that it does not hide the next.

use super::{codes, fault, fault_help, messages, read};
use crate::diagnostic::Code::{
    InvalidEscape, InvalidLiteral, YamlAlias, YamlDocuments, YamlDuplicateKey, YamlMissingKey, YamlShape,
    YamlSyntax, YamlTag, YamlUnknownKey,
};

#[test]
fn syntax() {
    let text = "roles: { a: { grant: x } }\ngroups: { g: }\nusers: [ann\nservices: { s: }\n";
    let (file, diagnostics) = read(text);
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    assert_eq!(diagnostics.first().map(|fault| fault.code), Some(YamlSyntax));
    assert_eq!(file.items.len(), 2);
    assert!(file.salvaged.iter().any(|name| name == "s"), "{:?}", file.salvaged);
}

#[test]
fn what_is_cut_off_is_left_out_and_its_names_are_kept() {
    let text = "roles:\n  whole: { grant: x }\n  cut:\n    inherits: whole\n    grant: [a, b\n  later: { grant: x }\n";
    let (file, diagnostics) = read(text);
    assert_eq!(diagnostics.len(), 1, "{:?}", messages(&diagnostics));
    assert_eq!(file.items.len(), 1);
    for name in ["cut", "later"] {
        assert!(file.salvaged.iter().any(|salvaged| salvaged == name), "{name} in {:?}", file.salvaged);
    }
}

#[test]
fn syntax_help() {
    fault_help(
        "entries: { grant: *, to: anyone }\n",
        YamlSyntax,
        "*",
        "the file is not YAML: while scanning an anchor or alias, did not find expected alphabetic or numeric character",
        "put a text that starts with `*` or `&` in quotes",
    );
}

#[test]
fn duplicate_key() {
    let text = "roles:\n  a: { grant: x }\n  b:\n  'a': { grant: y }\n";
    let twice = fault(text, YamlDuplicateKey, "'a'", "the key `a` is written twice");
    assert_eq!(twice.secondary.len(), 1);
    assert_eq!(twice.secondary.first().map(|label| super::under(text, label.span)), Some("a"));
}

#[test]
fn duplicate_key_among_many() {
    let mut text = "groups:\n".to_owned();
    for n in 0..100 {
        text.push_str(&format!("  g{n}:\n"));
    }
    text.push_str("  g7:\n");
    fault(&text, YamlDuplicateKey, "g7", "the key `g7` is written twice");
    assert_eq!(read(&text).0.items.len(), 100);
}

#[test]
fn unknown_keys() {
    fault("roles: { r: { Grant: x } }\n", YamlUnknownKey, "Grant", "`Grant` is not a key of a role");
    let message = "`rolez` is not a key of a policy file";
    let (file, _) = read("rolez: { helper: { grant: x } }\n");
    assert!(file.salvaged.iter().any(|name| name == "helper"));
    fault("rolez: { helper: }\n", YamlUnknownKey, "rolez", message);
    fault_help(
        "groups: { g: { members: [x] } }\n",
        YamlUnknownKey,
        "members",
        "`members` is not a key of a group",
        "the members name the group, with `in`; known here: `in`, `disabled`, `doc`, `allow`",
    );
    fault_help(
        "users: { u: { roles: [x] } }\n",
        YamlUnknownKey,
        "roles",
        "`roles` is not a key of a user",
        "roles are given under `assignments`: `- { assign: ROLE, to: user:NAME }`; \
         known here: `in`, `attributes`, `doc`, `allow`",
    );
    fault_help(
        "roles: { r: { allow: [read] } }\n",
        YamlShape,
        "read",
        "expected a map with `code` and `why`, found `read`",
        "`allow` silences findings: `allow: [{ code: P0307, why: ... }]`; what somebody may do stands under `grant`",
    );
    // What was meant is not missing besides.
    fault_help(
        "entries: { Grant: a, to: anyone }",
        YamlUnknownKey,
        "Grant",
        "`Grant` is not a key of an entry",
        "did you mean `grant`? known here: `grant`, `deny`, `bypass`, `except`, `to`, `on`, `only`, `when`, `doc`, `allow`",
    );
}

#[test]
fn unknown_keys_at_every_place() {
    for text in [
        "policy: { name: p, x: 1 }",
        "resources: { a: { x: 1 } }",
        "categories: { a: { x: 1 } }",
        "categories: { a: { privileges: { p: { x: 1 } } } }",
        "privileges: { a: { category: c, x: 1 } }",
        "roles: { a: { x: 1 } }",
        "roles: { a: { entries: { grant: b, x: 1 } } }",
        "roles: { a: { entries: { grant: b, to: anyone } } }",
        "roles: { a: { entries: { on: t:i, entries: [], x: 1 } } }",
        "roles: { a: { entries: { on: t:i, entries: [], assignments: [] } } }",
        "groups: { a: { x: 1 } }",
        "users: { a: { x: 1 } }",
        "services: { a: { x: 1 } }",
        "instances: { t:a: { x: 1 } }",
        "assignments: { assign: r, to: anyone, x: 1 }",
        "assignments: { assign: r, to: anyone, grant: 1 }",
        "assignments: { on: t:i, assignments: [], x: 1 }",
        "entries: { grant: r, to: anyone, x: 1 }",
        "entries: { on: t:i, entries: [], x: 1 }",
        "entries: { grant: r, to: anyone, on: { only: t:i, x: 1 } }",
        "invariants: { never: anyone, can: a, x: 1 }",
        "exclusive: { roles: [a, b], x: 1 }",
        "limits: { limit: 1, role: r, x: 1 }",
        "tests: { test: t, checks: [], x: 1 }",
        "tests: { test: t, checks: [{ can: a, x: 1 }] }",
        "matrices: { matrix: m, roles: a, rows: {}, x: 1 }",
        "groups: { g: { allow: { code: P0307, why: w, x: 1 } } }",
        "x: 1",
    ] {
        assert_eq!(codes(text), ["yaml-unknown-key"], "{text}");
    }
}

#[test]
fn merge_keys() {
    let text = "groups: { a: &a { in: x }, b: { <<: *a } }\n";
    fault(text, YamlUnknownKey, "<<", "merge keys (`<<`) are not supported");
}

#[test]
fn tags() {
    fault("groups: { g: { in: !!str x } }\n", YamlTag, "!!str", "the value has the tag `!!str`");
    fault("groups: !env { g: }\n", YamlTag, "!env", "the value has the tag `!env`");
    fault("groups: { !x g: }\n", YamlTag, "!x", "the value has the tag `!x`");
}

#[test]
fn shapes() {
    let shape =
        |text: &str, underlined: &str, message: &str| drop(fault(text, YamlShape, underlined, message));
    shape("[a]", "[a]", "expected a map of sections such as `roles` at the top, found a list");
    shape("hello", "hello", "expected a map of sections such as `roles` at the top, found `hello`");
    shape("roles: [a]", "[a]", "expected a map of roles, found a list");
    shape("assignments: x", "x", "expected a list of assignments, found `x`");
    shape("assignments: [x]", "x", "expected a map for an assignment, found `x`");
    shape("roles: { r: { grant: { a: b } } }", "{ a: b }", "expected a list of privileges, found a map");
    shape("roles: { r: { grant: } }", "", "expected a list of privileges, found nothing");
    shape("roles: { r: { grant: [] } }", "[]", "expected a list of privileges, found an empty one");
    shape("roles: { r: { grant: [[a]] } }", "[a]", "expected a privilege, found a list");
    shape(
        "roles: { r: { grant: [a, ] } }\ngroups: { g: { in: [null] } }",
        "null",
        "expected a group, found nothing",
    );
    shape("roles: { r: { grant: true } }", "true", "expected a privilege, found `true`");
    shape("groups: { g: { disabled: yes } }", "yes", "expected `true` or `false`, found `yes`");
    shape("resources: { t: { by: name } }", "name", "expected `path`, found `name`");
    shape("roles: { ? [a] : b }", "[a]", "expected a text as key, found a list or map");
    shape("roles: { : b }", "", "expected a key, found nothing");
    shape("limits: { limit: one, role: r }", "one", "expected a whole number, found `one`");
    shape(
        "categories: { c: { requires: [a, b] } }",
        "[a, b]",
        "expected a formula of privileges, found a list",
    );
    shape("resources: { t: { attributes: { x: [a, b] } } }", "[a, b]", TYPE_LIST);
    shape(
        "matrices: { matrix: m, roles: a, rows: { p: '+ x' } }",
        "'+ x'",
        "expected marks such as \"+ -\", found `+ x`",
    );
    shape(
        "policy: { name: n, resolve: nearset }",
        "nearset",
        "expected `deny-overrides`, `nearest`, `most-specific` or `grant-overrides`, found `nearset`",
    );
    shape(
        "tests: { test: t, with: { mfa: true }, checks: [] }",
        "mfa",
        "expected an attribute such as `context.mfa`, found `mfa`",
    );
}

const TYPE_LIST: &str = "expected a type such as `bool` or `[string]`, found a list";

#[test]
fn references() {
    let principal = "expected a principal such as `user:ann` or `authenticated`, found ";
    fault_help(
        "assignments: { assign: r, to: ops }",
        YamlShape,
        "ops",
        &format!("{principal}`ops`"),
        "say what it is: `user:ops`, `service:ops`, `group:ops` or `role:ops`",
    );
    fault("assignments: { assign: r, to: 'user:' }", YamlShape, "'user:'", &format!("{principal}`user:`"));
    fault("assignments: { assign: r, to: x:y }", YamlShape, "x:y", &format!("{principal}`x:y`"));
    let resource = "expected a resource such as `folder:finance`, found ";
    fault("instances: { folder: }", YamlShape, "folder", &format!("{resource}`folder`"));
    fault("instances: { ':x': }", YamlShape, "':x'", &format!("{resource}`:x`"));
    fault_help(
        "entries: { deny: a, to: anyone, on: folder:f only }",
        YamlShape,
        "folder:f only",
        &format!("{resource}`folder:f only`"),
        "write `only: true` beside it",
    );
    fault(
        "entries: { deny: a, to: anyone, on: folder:f/* }",
        YamlShape,
        "folder:f/*",
        &format!("{resource}`folder:f/*`"),
    );
    fault(
        "tests: { test: t, checks: { can: a, on: flow:* } }",
        YamlShape,
        "flow:*",
        "expected one resource, found `flow:*`",
    );
    fault(
        "entries: { deny: a, to: anyone, on: flow:*, only: true }",
        YamlShape,
        "only: true",
        "`only` says nothing of `flow:*`",
    );
    fault(
        "instances: { t:a: { in: [t:b, t:c] } }",
        YamlShape,
        "t:c",
        "a resource lies in one resource, not in two",
    );
}

#[test]
fn combinations() {
    let two = fault(
        "entries: { grant: a, deny: b, to: anyone }",
        YamlShape,
        "deny",
        "an entry has one effect, not two",
    );
    assert_eq!(two.secondary.len(), 1);
    fault(
        "roles: { r: { grant: a, deny: b, except: c } }",
        YamlShape,
        "except",
        "`except` belongs to one effect, and the role has 2 here",
    );
    fault(
        "roles: { r: { except: c } }",
        YamlShape,
        "except",
        "`except` belongs to one effect, and the role has 0 here",
    );
    fault(
        "entries: { on: t:x, entries: [{ grant: a, to: anyone, on: t:y }] }",
        YamlShape,
        "on",
        "`on` stands in a block that has a scope already",
    );
    fault(
        "entries: { on: t:x, entries: [{ on: t:y, entries: [] }] }",
        YamlShape,
        "{ on: t:y, entries: [] }",
        "a block stands in another block",
    );
    fault(
        "invariants: { never: anyone, always: anyone, can: a }",
        YamlShape,
        "always",
        "an invariant makes one claim, not two",
    );
    fault_help(
        "invariants: { never: anyone, can: a, on: t:x, only: true }",
        YamlShape,
        "only",
        "an invariant makes one claim, not two",
        "for one resource without what is below it, write `on: { only: TYPE:ID }`",
    );
    fault(
        "invariants: { never-together: [a, b], on: t:x }",
        YamlShape,
        "on",
        "`on` means nothing beside `never-together`",
    );
    fault(
        "tests: { test: t, checks: { can: a, cannot: b } }",
        YamlShape,
        "cannot",
        "a check has `can` or `cannot`, not both",
    );
}

#[test]
fn missing_keys() {
    for (text, message) in [
        ("policy: { resolve: nearest }", "`policy` needs `name`"),
        ("privileges: { p: { title: t } }", "a privilege outside of `categories` needs `category`"),
        ("roles: { r: { entries: { on: t:x } } }", "an entry of a role needs `grant`, `deny` or `bypass`"),
        ("roles: { r: { entries: { entries: [] } } }", "a block of a role's entries needs `on`"),
        ("entries: { to: anyone }", "an entry needs `grant`, `deny` or `bypass`"),
        ("entries: { grant: a }", "an entry needs `to`"),
        ("entries: { grant: a, to: anyone, only: true }", "`only` in an entry needs `on`"),
        ("entries: { entries: [] }", "a block needs `on`"),
        ("entries: { grant: a, to: anyone, on: {} }", "a scope needs `only`"),
        ("assignments: { to: anyone }", "an assignment needs `assign`"),
        ("assignments: { assign: r }", "an assignment needs `to`"),
        ("invariants: { can: a }", "an invariant needs `never`, `always`, `only` or `never-together`"),
        ("invariants: { never: anyone }", "an invariant needs `can`"),
        ("exclusive: { doc: d }", "an item of `exclusive` needs `roles`"),
        ("limits: { limit: 1 }", "a limit needs `role`"),
        ("limits: { role: r }", "a limit needs `limit`"),
        ("tests: { checks: [] }", "a test needs `test`"),
        ("tests: { test: t }", "a test needs `checks`"),
        ("tests: { test: t, checks: { on: t:x } }", "a check needs `can` or `cannot`"),
        ("tests: { test: t, checks: {} }", "a check needs `can` or `cannot`"),
        ("tests: { test: t, checks: { can: a, in: t:x } }", "`in` in a check needs `on`"),
        ("tests: { test: t, with: {}, checks: [] }", "`with` needs an attribute"),
        ("matrices: { roles: a, rows: {} }", "a matrix needs `matrix`"),
        ("matrices: { matrix: m, rows: {} }", "a matrix needs `roles`"),
        ("matrices: { matrix: m, roles: a }", "a matrix needs `rows`"),
        ("groups: { g: { allow: { code: P0307 } } }", "an `allow` needs `why`"),
        ("groups: { g: { allow: { why: w } } }", "an `allow` needs `code`"),
        ("context: { x: { doc: d } }", "an attribute needs `type`"),
    ] {
        let (_, diagnostics) = read(text);
        assert_eq!(messages(&diagnostics), [format!("{YamlMissingKey} {message}")], "{text}");
    }
}

#[test]
fn names_that_the_language_cannot_say() {
    let shape =
        |text: &str, underlined: &str, message: &str| drop(fault(text, YamlShape, underlined, message));
    shape("groups: { g: { in: '' } }", "", "a name is empty");
    shape("groups: { '': }", "", "a name is empty");
    shape("instances: { 't:\"\"': }", "\"\"", "a name is empty");
    shape("roles: { r: { grant: 'a b*' } }", "'a b*'", "`a b*` is no wildcard");
    shape("context: { a b: bool }", "a b", "expected the name of an attribute, found `a b`");
    shape("users: { u: { attributes: { 1: x } } }", "1", "expected the name of an attribute, found `1`");
    shape(
        "tests: { test: t, with: { context.a b: 1 }, checks: [] }",
        "context.a b",
        "expected an attribute such as `context.mfa`, found `context.a b`",
    );
}

#[test]
fn a_reason_says_something() {
    fault(
        "groups: { g: { allow: { code: P0307, why: ' ' } } }",
        YamlShape,
        "' '",
        "expected a reason, found ` `",
    );
}

#[test]
fn aliases() {
    fault("groups: { g: { in: *x } }", YamlAlias, "*x", "the alias `*x` names nothing");
    fault("groups: &x { g: { in: *x } }", YamlAlias, "*x", "the alias `*x` stands inside of what it names");
    assert_eq!(codes("groups: { *x : }\nroles: { r: { grant: *a, deny: [b, *c] } }"), ["yaml-alias"; 3]);
}

#[test]
fn documents() {
    let text = "groups: { a: }\n---\ngroups: { b: }\n";
    fault(text, YamlDocuments, "---", "the file holds more than one YAML document");
    let (file, _) = read(text);
    assert_eq!(file.items.len(), 1);
    assert!(file.salvaged.iter().any(|name| name == "b"), "{:?}", file.salvaged);
}

#[test]
fn numbers_and_escapes() {
    fault(
        "limits: { limit: 99999999999, role: r }",
        InvalidLiteral,
        "99999999999",
        "the number `99999999999` is too large",
    );
    fault(r#"roles: { r: { grant: '"a\q"' } }"#, InvalidEscape, r"\q", r"there is no escape `\q`");
}

#[test]
fn every_fault_of_a_file_is_reported() {
    let text = "policy: { nam: x }\nroles:\n  r: { grnt: a, deny: {} }\n  r:\nentries:\n  - { grant: a }\n  - { to: ops }\ngroups: !g { g: { in: *no } }\n";
    assert_eq!(
        codes(text),
        [
            "yaml-unknown-key",
            "yaml-unknown-key",
            "yaml-shape",
            "yaml-duplicate-key",
            "yaml-missing-key",
            "yaml-missing-key",
            "yaml-shape",
            "yaml-tag",
            "yaml-alias",
        ]
    );
}

#[test]
fn a_fault_behind_an_alias_is_reported_once() {
    fault(
        "groups: { a: &x { inn: y }, b: *x, c: *x }",
        YamlUnknownKey,
        "inn",
        "`inn` is not a key of a group",
    );
}

#[test]
fn a_requirement_never_becomes_a_title() {
    let text = |value: &str| format!("categories:\n  c:\n    privileges:\n      a:\n      b: {value}\n");
    fault(&text("requires a"), YamlShape, "requires a", "expected a title, found `requires a`");
    fault(&text("includes a"), YamlShape, "includes a", "expected a title, found `includes a`");
    assert_eq!(read(&text("'requires a'")).1, []);
    assert_eq!(read(&text("requirements")).1, []);
}

#[test]
fn one_slip_is_one_fault() {
    let slips = [
        "tests: [{ test: t, as: anonymous, checks: [{ cn: a }] }]\n",
        "entries:\n  - deny: a\n to: anyone\n",
        "entries:\n  - deny: a\n  to: anyone\n    on: t:x\n",
    ];
    for text in slips {
        let found = read(text).1;
        assert_eq!(found.len(), 1, "{text}{:?}", messages(&found));
    }
}

#[test]
fn an_attribute_without_a_type_is_not_unknown_besides() {
    let (file, found) = read("resources: { doc: { attributes: { status: draft } } }\n");
    assert_eq!(found.len(), 1, "{:?}", messages(&found));
    assert!(file.salvaged.iter().any(|name| name == "status"), "{:?}", file.salvaged);
}

#[test]
fn a_role_is_its_own_principal() {
    let found = read("roles: { r: { entries: [{ deny: a, to: user:u }] } }\n").1;
    let help = found.first().and_then(|fault| fault.help.as_deref()).unwrap_or_default();
    assert!(help.starts_with("the role is the principal: leave `to` out"), "{help}");
}

/// The place, message and help of the one finding that a text is no YAML.
#[track_caller]
fn no_yaml(text: &str, place: &str, message: &str, help: &str) {
    let message = format!("the file is not YAML: {message}");
    fault_help(text, YamlSyntax, place, &message, help);
}

#[test]
fn open_brackets_are_reported_where_they_open() {
    for (text, bracket, close) in [
        ("entries:\n  - { grant: view, to: user:ann\n  - { deny: x, to: user:ann }\n", "{", "}"),
        ("entries: { grant: view\n", "{", "}"),
        ("roles:\n  a: { grant: [view, edit\n  b: x\n", "[", "]"),
    ] {
        no_yaml(
            text,
            bracket,
            &format!("this `{bracket}` is never closed"),
            &format!("close it with `{close}`"),
        );
    }
    let (_, found) = read("roles:\n  a: { grant: [view, edit\n  b: x\n");
    assert_eq!(found.first().map(|fault| fault.secondary.len()), Some(1), "where it showed: {found:?}");
}

#[test]
fn a_second_colon() {
    let value = "a value holds `: `";
    no_yaml("entries:\n  - grant: view\n    to: user: ann\n", ":", value, "quote the value: `\"user:ann\"`");
    no_yaml("entries:\n  - { grant: view, to: user: ann }\n", ":", value, "quote the value: `\"user:ann\"`");
    no_yaml(
        "entries:\n  - { grant: view,\n      to: user: ann }\n",
        ":",
        value,
        "quote the value: `\"user:ann\"`",
    );
    no_yaml("categories:\n  c: { title: a: b }\n", ":", value, "quote the value: `\"a: b\"`");
    no_yaml(
        "entries:\n  - { grant: view to: user:ann }\n",
        ":",
        "a comma is missing",
        "put a comma before `to`",
    );
    no_yaml(
        "roles:\n  a: grant: view\n",
        ":",
        "two keys stand on one line",
        "put `grant:` on a line of its own, indented below its key",
    );
}

#[test]
fn an_open_quote_is_reported_where_it_opens() {
    no_yaml(
        "roles:\n  a: \"x\n  b: y\n",
        "\"",
        "a text in quotes is not closed on its line",
        "close it with `\"`",
    );
}

//! Requirements and conditions: what may stand in them, and types.

use super::{check, check_whole, model};
use crate::model::{CompareOp, Formula, Operand, PrincipalValue, Value, ValueTest};

/// The condition of an entry on `flow.view`.
#[track_caller]
fn condition(text: &str) -> Formula {
    let model = model(&format!("deny flow.view to user:ann when {text}"));
    let entry = model.entries.into_iter().find(|entry| entry.in_role.is_none()).unwrap();
    entry.when.unwrap()
}

/// The findings in a condition of an entry on `flow.view`.
#[track_caller]
fn faults(text: &str, expected: &[&str]) {
    check(&format!("deny flow.view to user:ann when {text}"), expected);
}

/// The literal of a comparison, after its text was read as what the other side is.
#[track_caller]
fn literal(text: &str, expected: Value) {
    let Formula::Test(ValueTest::Compare { left, right, .. }) = condition(text) else {
        panic!("no comparison")
    };
    let found = [left, right].into_iter().find_map(|side| match side {
        Operand::Value(value) => Some(value),
        _ => None,
    });
    assert_eq!(found, Some(expected), "{text}");
}

#[test]
fn literals_take_the_type_of_the_other_side() {
    literal("resource.level == 3", Value::Int(3));
    literal("-9223372036854775808 < resource.level", Value::Int(i64::MIN));
    literal("resource.live != true", Value::Bool(true));
    literal("principal.team == \"a\"", Value::String("a".into()));
    literal("resource.state == \"LIVE\"", Value::String("LIVE".into()));
    literal("resource.born < 1970-01-02", Value::Timestamp(86_400_000_000));
    literal("resource.born < \"1970-01-02\"", Value::Timestamp(86_400_000_000));
    literal("resource.born >= 1970-01-01T00:00:01Z", Value::Timestamp(1_000_000));
    literal(
        "context.ip == \"fe80::1\"",
        Value::Ip("fe80::1".parse().map(crate::model::Network::host).unwrap()),
    );
    literal("context.ip in 10.0.0.0/8", Value::Ip(crate::model::Network::parse("10.0.0.0/8").unwrap()));
    literal("principal == user:ann", Value::Principal(PrincipalValue::User("ann".into())));
    literal("resource.owner == group:ops", Value::Principal(PrincipalValue::Group("ops".into())));
    let words = |words: &[&str]| Value::Set(words.iter().map(|word| Value::String((*word).into())).collect());
    literal("principal.team in [\"b\", \"a\", \"b\"]", words(&["a", "b"]));
    literal("resource.tags == [\"b\", \"a\"]", words(&["a", "b"]));
    literal("resource.tags contains \"a\"", Value::String("a".into()));
    literal("\"a\" in resource.tags", Value::String("a".into()));
    literal("[\"NEW\"] contains resource.state", words(&["NEW"]));
    literal(
        "principal in [service:nightly]",
        Value::Set(vec![Value::Principal(PrincipalValue::Service("nightly".into()))]),
    );
}

#[test]
fn attributes_and_who_asks_are_compared_by_type() {
    for fine in [
        "principal == resource.owner",
        "principal in resource.viewers",
        "resource.viewers contains principal",
        "resource.owner in resource.viewers",
        "context.ip in resource.net",
        "resource.net contains context.ip",
        "resource.born < principal.born",
        "principal.team in context.names",
        "has resource.tags",
        "not (context.mfa or resource.live) and has context.ip",
    ] {
        condition(fine);
    }
    let Formula::Test(ValueTest::Compare { left: Operand::Principal, op: CompareOp::Equal, .. }) =
        condition("principal == resource.owner")
    else {
        panic!("who asks stands on the left");
    };
}

#[test]
fn types_that_do_not_fit() {
    faults("resource.level == \"3\"", &["P0601 \"3\""]);
    faults("resource.level == 2027-01-01", &["P0601 2027-01-01"]);
    faults("resource.live == 1", &["P0601 1"]);
    faults("principal.team == 3", &["P0601 3"]);
    faults("principal.team == 2027-01-01", &["P0601 2027-01-01"]);
    faults("resource.state == \"live\"", &["P0601 \"live\""]);
    faults("principal == \"ann\"", &["P0601 \"ann\""]);
    faults("resource.born < 3", &["P0601 3"]);
    faults("context.ip == 3", &["P0601 3"]);
    faults("resource.tags == \"a\"", &["P0601 \"a\""]);
    faults("principal.team == [\"a\"]", &["P0601 [\"a\"]"]);
    faults("principal.team < \"a\"", &["P0601 principal.team"]);
    faults("resource.live < resource.live", &["P0601 resource.live"]);
    faults("principal.team == resource.level", &["P0601 principal.team == resource.level"]);
    faults("resource.state == principal.team", &["P0601 resource.state == principal.team"]);
    faults("principal.team in \"a\"", &["P0601 \"a\""]);
    faults("principal.team in principal.team", &["P0601 principal.team"]);
    faults("resource.tags in [\"a\"]", &["P0601 resource.tags"]);
    faults("principal.team contains \"a\"", &["P0601 principal.team"]);
    faults("resource.level in [1, \"a\", true]", &["P0601 \"a\"", "P0601 true"]);
    faults("principal in resource.tags", &["P0601 principal in resource.tags"]);
    faults("principal in group:ops", &["P0601 group:ops"]);
    faults("1 == 1", &["P0601 1 == 1"]);
    faults("principal == principal", &["P0601 principal == principal"]);
    faults("resource.level", &["P0601 resource.level"]);
    faults("not principal.team", &["P0601 principal.team"]);
}

#[test]
fn values_of_declarations_have_the_type_declared() {
    check("flow:a { live: \"yes\" }", &["P0601 \"yes\""]);
    check("flow:a { tags: [\"a\", 3] }", &["P0601 3"]);
    check("flow:a { level: 9223372036854775808 }", &["P0603 9223372036854775808"]);
    check("flow:a { born: \"yesterday\" }", &["P0603 \"yesterday\""]);
    check("flow:a { born: 2027-02-30 }", &["P0603 2027-02-30"]);
    check("flow:a { net: 10.1.2.3/8 }", &["P0603 10.1.2.3/8"]);
    check("flow:a { net: 300.1.2.3 }", &["P0603 300.1.2.3"]);
    check("flow:a { owner: user:bob }", &["P0204 bob"]);
    check("user x { team: 3 }", &["P0601 3"]);
    check(
        "flow:a { live: true level: -3 state: \"NEW\" owner: group:ops tags: [] net: 10.0.0.0/8 born: 2027-01-01 }",
        &[],
    );
}

#[test]
fn roles_and_classes_are_no_values() {
    use crate::ast::{Class, ItemKind, LiteralValue, PrincipalRefKind};
    let text =
        "resource t { attribute owner: principal } role r user u t:a { owner: user:u } t:b { owner: user:u }";
    let mut found = Vec::new();
    let mut file = crate::syntax::parse(crate::source::SourceId(0), text, &mut found);
    let mut kinds = [PrincipalRefKind::Class(Class::Anonymous)].to_vec();
    for item in &mut file.items {
        if let ItemKind::Role(role) = &item.kind {
            kinds.push(PrincipalRefKind::Role(role.name.clone()));
        }
        if let ItemKind::Instance(instance) = &mut item.kind
            && let Some((_, literal)) = instance.attributes.first_mut()
            && let LiteralValue::Principal(principal) = &mut literal.value
        {
            principal.kind = kinds.pop().unwrap();
        }
    }
    crate::resolve::resolve(vec![file], &mut found);
    let codes: Vec<_> = found.iter().map(|found| found.code.number()).collect();
    assert_eq!(codes, ["P0407", "P0407"]);
}

#[test]
fn what_is_said_of_types() {
    let state = "\"NEW\" | \"LIVE\"";
    check_whole(
        "deny flow.view to user:ann when resource.state == \"LIFE\"",
        "`LIFE` is none of the words of `\"LIVE\" | \"NEW\"`",
        &[state],
        "did you mean `LIVE`?",
    );
    check_whole(
        "deny flow.view to user:ann when resource.state == \"x\"",
        "`x` is none of the words of `\"LIVE\" | \"NEW\"`",
        &[state],
        "write one of `LIVE`, `NEW`",
    );
    check_whole(
        "flow:a { net: 10.1.2.3/8 }",
        "`10.1.2.3/8` has bits set behind its prefix",
        &[],
        "write `10.0.0.0/8`, or leave out the prefix",
    );
    check_whole(
        "flow:a { born: \"2027-01-01T08:00:00\" }",
        "`2027-01-01T08:00:00` is not a date or timestamp",
        &[],
        "say the offset: `2027-01-01T08:00:00Z`",
    );
    check_whole(
        "flow:a { level: \"3\" }",
        "expected `int`, found the string `\"3\"`",
        &["int"],
        "write it without quotes: `3`",
    );
    check_whole(
        "deny flow.view to user:ann when principal in group:ops",
        "`in` needs a list or a set on its right, and this is a single value",
        &[],
        "write a list: `[...]`",
    );
}

#[test]
fn attributes_of_resources_are_known_wherever_it_is_asked() {
    check("grant flow.view, folder.view to user:ann when resource.level == 3", &[]);
    check("grant flow.view, folder.view to user:ann when resource.live", &["P0207 resource.live"]);
    check("grant * to user:ann when resource.level == 3", &["P0207 resource.level"]);
    check("grant user.view to user:ann when resource.live", &["P0207 resource.live"]);
    check("role x { grant folder.view when resource.live }", &["P0207 resource.live"]);
    check("category c on folder { p requires resource.live }", &["P0207 resource.live"]);
    check("category c on flow { p requires resource.live }", &[]);
    check("category c on folder requires resource.live {}", &["P0207 resource.live"]);
    check("category c { p requires resource.live }", &["P0207 resource.live"]);
    check(
        "resource x { attribute level: string } category c on x, flow { p requires resource.level == 3 }",
        &["P0601 resource.level"],
    );
    check_whole(
        "grant flow.view, folder.view to user:ann when resource.live",
        "`folder`, on which `folder.view` is asked, has no attribute `live`",
        &["folder", "folder.view"],
        "declare `attribute live: TYPE` in `resource folder`",
    );
}

#[test]
fn conditions_of_assignments_are_decided_with_every_entry_of_the_role() {
    check("assign editor to user:ann when resource.live", &[]);
    check(
        "role x inherits editor { grant folder.view } assign x to user:ann when resource.live",
        &["P0207 resource.live"],
    );
    // Also with those that are given to the role elsewhere, before or after.
    check(
        "assign reader to user:ann when resource.live grant folder.view to role:reader",
        &["P0207 resource.live"],
    );
    check(
        "assign editor to user:ann when resource.live grant user.view to role:reader",
        &["P0207 resource.live"],
    );
    // A role without entries may come to have some: whatever is declared will do.
    check("role x assign x to user:ann when resource.live", &[]);
    check("role x assign x to user:ann when resource.nothing", &["P0207 resource.nothing"]);
    check("role x inherits y role y inherits x assign x to user:ann when resource.live", &[]);
}

#[test]
fn privileges_in_conditions() {
    faults("flow.edit", &["P0602 flow.edit"]);
    faults("context.mfa and any(flow.edit)", &["P0602 any(flow.edit)"]);
    faults("all category:flows or not flow.view", &["P0602 all category:flows", "P0602 flow.view"]);
    check_whole(
        "deny flow.view to user:ann when mfa",
        "a condition can't ask for the privilege `mfa`",
        &[],
        "did you mean `context.mfa`?",
    );
}

#[test]
fn requirements_negate_no_privilege() {
    let check_requirement = |formula: &str, expected: &[&str]| {
        check(&format!("privilege p in flows requires {formula}"), expected);
    };
    check_requirement("not flow.view", &["P0404 flow.view"]);
    check_requirement(
        "not (flow.view and (resource.live or flow.edit))",
        &["P0404 flow.view", "P0404 flow.edit"],
    );
    check_requirement("not any(flow.view)", &["P0404 any(flow.view)"]);
    check_requirement("not not flow.view", &["P0404 flow.view"]);
    check_requirement("flow.view and not resource.live", &[]);
}

#[test]
fn required_privileges_have_to_be_within_reach() {
    // On the same type, on one that it lies in, or without a resource.
    check("privilege p in flows requires flow.view and folder.view and user.view", &[]);
    check("privilege p in flows includes flow.view, folder.view, user.view", &[]);
    check("privilege p in folders requires flow.view", &["P0405 flow.view"]);
    check("privilege p in folders includes flow.view", &["P0405 flow.view"]);
    check("privilege p in users requires flow.view", &["P0405 flow.view"]);
    check("privilege p in users includes flow.view", &["P0405 flow.view"]);
    check("privilege p in flows requires job.run", &["P0405 job.run"]);
    check("privilege p in folders requires any(folder.view, flow.*)", &["P0405 flow.*"]);
    check("privilege p in folders requires all(flow.*, folder.view except flow.*)", &[]);
    check("category c on flow, job { p requires folder.view }", &["P0405 folder.view"]);
    check("category c on flow, folder { p requires folder.view }", &[]);
    check("category c on app requires flow.view {}", &["P0405 flow.view"]);
    // Through more than one level of types.
    check("resource step in job category steps on step { p requires q } category apps on app { q }", &[]);
    // What can't be known for a fault elsewhere is not said.
    check("resource y in nowhere category c on y { p requires flow.view }", &["P0206 nowhere"]);
    check("category c on nowhere { p requires flow.view }", &["P0206 nowhere"]);
}

#[test]
fn formulas_are_kept_as_written() {
    let model =
        model("category c on flow requires user.view { p requires any c and (q or resource.live) q }");
    let category = model.categories.iter().find(|category| category.name.value == "c").unwrap();
    assert!(matches!(category.requires, Some(Formula::Privilege(_))));
    assert!(category.requires_at.is_some());
    let p = model.privileges.iter().find(|privilege| privilege.name.value == "p").unwrap();
    let Some(Formula::And(parts)) = &p.requires else { panic!("`and` is the outermost") };
    assert!(matches!(parts.as_slice(), [Formula::Any(two), Formula::Or(_)] if two.len() == 2));
}

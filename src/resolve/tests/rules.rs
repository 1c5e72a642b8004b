//! Entries, assignments, constraints, invariants.

use super::{WORLD, check, check_whole, model, resolved};
use crate::model::{Class, Effect, Grantee, InvariantKind, RoleId, Scope};
use crate::resolve::limits::Limits;

#[test]
fn a_block_gives_its_scope() {
    let model = model(
        "on folder:a { grant flow.view to user:ann assign editor to group:ops deny flow.edit to anonymous }\n\
         role x { on flow:* { grant flow.view } grant flow.edit on app:a only }",
    );
    let scopes: Vec<Scope> = model.entries.iter().map(|entry| entry.scope).collect();
    assert_eq!(scopes.iter().filter(|scope| matches!(scope, Scope::Resource { only: false, .. })).count(), 2);
    assert_eq!(scopes.iter().filter(|scope| matches!(scope, Scope::Resource { only: true, .. })).count(), 1);
    assert_eq!(scopes.iter().filter(|scope| matches!(scope, Scope::Type(_))).count(), 1);
    assert!(matches!(model.assignments[0].scope, Scope::Resource { only: false, .. }));
}

#[test]
fn the_role_is_the_principal_of_its_entries() {
    let model = model("grant flow.delete to role:reader");
    let reader = RoleId(model.roles.iter().position(|role| role.name.value == "reader").unwrap() as u32);
    let of_reader: Vec<_> =
        model.entries.iter().filter(|entry| *entry.to == [Grantee::Role(reader)]).collect();
    assert_eq!(of_reader.iter().filter(|entry| entry.in_role == Some(reader)).count(), 1);
    assert_eq!(of_reader.iter().filter(|entry| entry.in_role.is_none()).count(), 1);
}

#[test]
fn grantees_are_sorted_and_distinct() {
    let model = model("bypass flow.view to anyone, role:reader, group:ops, user:ann, authenticated");
    let entry = model.entries.iter().find(|entry| entry.effect == Effect::Bypass).unwrap();
    assert_eq!(entry.to.len(), 5);
    assert!(entry.to.is_sorted());
    assert_eq!(entry.to.last(), Some(&Grantee::Class(Class::Authenticated)));
}

#[test]
fn periods() {
    let model = model("assign reader to user:ann from 1970-01-02 until 1970-01-03T00:00:00Z");
    assert_eq!(model.assignments[0].from, Some(86_400_000_000));
    assert_eq!(model.assignments[0].until, Some(2 * 86_400_000_000));
    check("assign reader to user:ann from 2027-01-02 until 2027-01-02", &["P0604 2027-01-02"]);
    check("assign reader to user:ann from 2027-01-02 until 2027-01-02T00:00:01Z", &[]);
    check("assign reader to user:ann from 2027-02-30", &["P0603 2027-02-30"]);
    check("assign reader to user:ann until 2027", &["P0603 2027"]);
    check_whole(
        "assign reader to user:ann from 2027-01-02 until 2026-01-01",
        "the period ends before it begins",
        &["2027-01-02"],
        "move `until` behind `from`",
    );
}

#[test]
fn a_rule_with_a_fault_says_no_more_than_was_written() {
    let rules = |text: &str| {
        let (_, model, found) = resolved(&[WORLD, text], Limits::DEFAULT);
        assert!(!found.is_empty());
        (model.entries.iter().filter(|entry| entry.in_role.is_none()).count(), model.assignments.len())
    };
    assert_eq!(rules("grant flow.view to user:ann on nowhere:x"), (0, 0));
    assert_eq!(rules("grant flow.view to user:bob"), (0, 0));
    assert_eq!(rules("deny flow.view to user:ann when context.x"), (0, 0));
    assert_eq!(rules("grant flow.view to user:ann when context.x"), (1, 0));
    assert_eq!(rules("assign reader to user:ann when context.x"), (0, 1));
    assert_eq!(rules("assign nobody to user:ann when context.x"), (0, 0));
    assert_eq!(rules("on nowhere:x { grant flow.view to user:ann assign reader to user:ann }"), (0, 0));
}

#[test]
fn invariants() {
    let model = model(
        "never together flow.view, flow.edit\nalways role:reader can flow.view on folder:a\n\
         only role:editor, user:ann can flow.*\nnever anonymous, anyone can *",
    );
    let kinds: Vec<_> = model.invariants.iter().map(|invariant| invariant.kind).collect();
    assert_eq!(
        kinds,
        [InvariantKind::Never, InvariantKind::Always, InvariantKind::Only, InvariantKind::Together]
    );
    assert!(model.invariants[3].who.is_empty());
    assert!(model.invariants[2].who.is_sorted());
    assert!(model.instances.iter().any(|instance| instance.id == "a"));
    // A claim with a fault would claim something else.
    let (_, model, _) = resolved(
        &[WORLD, "only role:reader, role:x can flow.view never user:ann can flow.view, y"],
        Limits::DEFAULT,
    );
    assert!(model.invariants.is_empty());
}

#[test]
fn constraints() {
    let model = model("exclusive reader, editor limit 2 for role:reader");
    assert!(model.exclusives[0].roles.is_sorted());
    assert_eq!((model.limits[0].count, model.limits[0].role), (2, model.exclusives[0].roles[1].0));
    check("exclusive reader, editor, reader", &["P0504 reader"]);
    // Fewer than two are for `validate` to report.
    let count = |text: &str| {
        let (_, model, found) = resolved(&[WORLD, text], Limits::DEFAULT);
        (model.exclusives.len(), found.len())
    };
    assert_eq!(count("exclusive reader, reader"), (1, 0));
    assert_eq!(count("exclusive reader, raeder"), (0, 1));
}

#[test]
fn the_second_scope_of_a_block() {
    use crate::ast::{ItemKind, RuleKind};
    let mut found = Vec::new();
    let id = crate::source::SourceId(0);
    let mut file = crate::syntax::parse(
        id,
        "resource a category c on a { p } user u on a:x { grant p to user:u } grant p to user:u on a:y",
        &mut found,
    );
    let inner = match file.items.pop().map(|item| item.kind) {
        Some(ItemKind::Rule(rule)) => rule,
        _ => panic!("an entry was written last"),
    };
    if let Some(ItemKind::Rule(rule)) = file.items.last_mut().map(|item| &mut item.kind)
        && let RuleKind::On(block) = &mut rule.kind
    {
        block.rules.push(inner);
    }
    crate::resolve::resolve(vec![file], &mut found);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code.number(), found[0].secondary.len()), ("P0001", 1));
}

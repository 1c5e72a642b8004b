//! Policies that keep and that break constraints.

use crate::validate::testing::{check, check_clean, report_files};

const ROLES: &str = "exclusive buyer, payer role buyer role payer role clerk ";

#[track_caller]
fn check_exclusive(policy: &str, expected: &str) {
    check(&format!("{ROLES}{policy}"), expected);
}

#[test]
fn two_assignments_to_one_user() {
    check_exclusive(
        "resource shop user ann user bob
         assign buyer to user:ann, user:bob on shop:a
         assign payer to user:ann until 2030-01-01
         assign clerk to user:bob",
        "P0501 <ann>: `user:ann` holds both `buyer` and `payer`, which are exclusive
           <exclusive buyer, payer>: declared exclusive here
           <assign buyer to user:ann, user:bob on shop:a>: `buyer` is given here
           <assign payer to user:ann until 2030-01-01>: `payer` is given here
           = take one of the two roles away",
    );
}

#[test]
fn those_with_the_same_assignments_share_a_finding() {
    check_exclusive(
        "group g group h user ann in g, h user bob in h, g service s in g, h
         assign buyer to group:g assign payer to group:h",
        "P0501 <ann>: `user:ann`, `user:bob` and `service:s` hold both `buyer` and `payer`, which are exclusive
           <exclusive buyer, payer>: declared exclusive here
           <assign buyer to group:g>: `buyer` is given here
           <assign payer to group:h>: `payer` is given here
           = take one of the two roles away",
    );
}

#[test]
fn a_group_that_brings_both_is_reported_alone() {
    check_exclusive(
        "group people group g in people group h in g user ann in h
         assign buyer to group:people assign payer to group:g",
        "P0501 <g>: `group:g` holds both `buyer` and `payer`, which are exclusive
           <exclusive buyer, payer>: declared exclusive here
           <assign buyer to group:people>: `buyer` is given here
           <assign payer to group:g>: `payer` is given here
           = take one of the two roles away",
    );
}

#[test]
fn a_class_counts_for_everybody_in_it() {
    check_exclusive(
        "user ann group g assign buyer to authenticated assign payer to user:ann assign clerk to group:g",
        "P0501 <ann>: `user:ann` holds both `buyer` and `payer`, which are exclusive
           <exclusive buyer, payer>: declared exclusive here
           <assign buyer to authenticated>: `buyer` is given here
           <assign payer to user:ann>: `payer` is given here
           = take one of the two roles away",
    );
    check_exclusive(
        "user ann group g assign buyer to anyone assign payer to anonymous",
        "P0501 <assign payer to anonymous>: `anonymous` holds both `buyer` and `payer`, which are exclusive
           <exclusive buyer, payer>: declared exclusive here
           <assign buyer to anyone>: `buyer` is given here
           <assign payer to anonymous>: `payer` is given here
           = take one of the two roles away",
    );
}

#[test]
fn disabled_groups_bring_nothing() {
    check_exclusive(
        "group off disabled group in-off in off user ann in off, in-off user bob
         assign payer to group:off, user:bob assign buyer to user:ann",
        "",
    );
}

#[test]
fn one_role_that_inherits_the_other_is_no_violation() {
    check_clean(
        "exclusive operator, admin role operator role admin inherits operator role chief inherits admin
         user ann user bob assign admin to user:ann, user:bob assign chief to user:bob",
    );
}

#[test]
fn being_given_the_inherited_role_besides_is_one() {
    check(
        "exclusive operator, admin role operator role admin inherits operator role helper inherits operator
         user ann assign admin to user:ann assign helper to user:ann",
        "P0501 <ann>: `user:ann` holds both `admin` and `operator`, which are exclusive
           <exclusive operator, admin>: declared exclusive here
           <assign admin to user:ann>: `admin` is given here
           <assign helper to user:ann>: `operator` is given here
           = take one of the two roles away",
    );
}

#[test]
fn a_role_that_brings_both_is_reported_alone() {
    check_exclusive(
        "role both inherits buyer, payer role more inherits both user ann assign more to user:ann",
        "P0501 <both>: role `both` brings both `buyer` and `payer`, which are exclusive
           <exclusive buyer, payer>: declared exclusive here
           <buyer>: brings `buyer`
           <payer>: brings `payer`
           = let the role inherit only one of the two",
    );
}

#[test]
fn a_role_assigned_to_a_role_is_held_too() {
    check_exclusive(
        "role head assign buyer to role:head assign payer to role:head",
        "P0501 <head>: role `head` brings both `buyer` and `payer`, which are exclusive
           <exclusive buyer, payer>: declared exclusive here
           <assign buyer to role:head>: brings `buyer`
           <assign payer to role:head>: brings `payer`
           = let the role inherit only one of the two",
    );
}

#[test]
fn more_holders_than_the_limit() {
    check(
        "limit 2 for role:root role root role super inherits root group g
         user ann user bob in g service s user eve
         assign root to user:ann, group:g assign super to service:s",
        "P0502 <limit 2 for role:root>: 3 hold `root`, and the limit is 2: `user:ann`, `user:bob` and `service:s`
           <assign root to user:ann, group:g>: `user:ann` holds it
           <assign root to user:ann, group:g>: `user:bob` holds it through `group:g`
           <assign super to service:s>: `service:s` holds it
           = take `root` away from 1 of them, or raise the limit",
    );
}

#[test]
fn as_many_holders_as_the_limit() {
    check_clean("limit 2 for role:root role root user ann user bob assign root to user:ann, user:bob");
    check_clean("limit 0 for role:root role root group g assign root to group:g");
}

#[test]
fn a_class_breaks_every_limit() {
    check(
        "limit 900 for role:root role root assign root to anonymous",
        "P0502 <limit 900 for role:root>: `root` is held by `anonymous`, and the limit is 900
           <assign root to anonymous>: given to everybody of the class here
           = assign the role to groups, users or services, which can be counted",
    );
}

#[test]
fn a_required_role_is_missing() {
    check(
        "role pilot requires licensed role licensed role captain inherits pilot group crew
         user ann user bob in crew user eve in crew
         assign captain to group:crew assign pilot to user:ann assign licensed to user:ann, user:eve",
        "P0503 <assign captain to group:crew> (`pilot` is given here): `user:bob` holds `pilot` without `licensed`, which it requires
           <licensed>: `pilot` requires `licensed` here
           = assign `licensed` to `user:bob` too",
    );
}

#[test]
fn every_member_of_a_class_must_hold_the_required_role() {
    check(
        "role pilot requires licensed role licensed user ann assign pilot to authenticated",
        "P0503 <assign pilot to authenticated> (`pilot` is given here): `authenticated` holds `pilot` without `licensed`, which it requires
           <licensed>: `pilot` requires `licensed` here
           = assign `licensed` to `authenticated` too",
    );
}

#[test]
fn a_group_without_members_is_nobody() {
    check_clean("role pilot requires licensed role licensed group crew assign pilot to group:crew");
}

#[test]
fn constraints_that_say_nothing() {
    check(
        "role a role b requires b role c inherits a requires a role d requires a exclusive d, a exclusive b",
        "P0504 <b>: role `b` requires itself, which can never be broken
           = remove the requirement
         P0504 <a>: role `d` requires `a`, and nobody may hold both
           <exclusive d, a>: declared exclusive here
           = drop one of the two constraints
         P0504 <exclusive b>: an `exclusive` of fewer than two roles can never be broken
           = name another role, or remove it",
    );
}

#[test]
fn a_required_role_that_inherits_the_other_can_be_held_with_it() {
    check_clean(
        "exclusive a, b role a requires b role b inherits a role c inherits b requires b
         user ann assign b to user:ann",
    );
}

#[test]
fn the_order_of_files_and_statements_changes_nothing() {
    let parts = [
        "exclusive buyer, payer role buyer role payer role pilot requires licensed role licensed",
        "user ann in g user bob in g, h group g group h limit 1 for role:buyer",
        "assign buyer to group:g",
        "assign payer to group:h assign pilot to user:bob",
        "role x inherits y {} role y inherits z, x {} role z inherits x {}",
    ];
    let messages = |order: &[usize]| {
        let files: Vec<&str> = order.iter().map(|&at| parts[at]).collect();
        let report = report_files(&files);
        let mut messages: Vec<String> = report
            .split("\nP")
            .map(|finding| finding.trim_start_matches('P').trim_end().to_owned())
            .collect();
        messages.sort();
        messages
    };
    let expected = messages(&[0, 1, 2, 3, 4]);
    assert_eq!(expected.len(), 4, "{expected:#?}");
    for order in [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3], [1, 2, 3, 4, 0]] {
        assert_eq!(messages(&order), expected);
    }
}

#[test]
fn a_hundred_thousand_users_and_twice_as_many_assignments() {
    let mut text = String::from("exclusive a, b role a role b role c limit 60000 for role:a\n");
    for at in 0..100_000 {
        let role = if at % 2 == 0 { "a" } else { "b" };
        text.push_str(&format!("user u{at} assign {role} to user:u{at} assign c to user:u{at}\n"));
    }
    text.push_str("assign a to user:u99999");
    let report = report_files(&[&text]);
    assert_eq!(report.matches("P0").count(), 1, "{report}");
    assert!(report.contains("`user:u99999` holds both"), "{report}");
}

//! Policies with and without unmet requirements.

use crate::validate::testing::{check, check_clean, report_files};

const WORLD: &str = "category access { access-cases  access-processes  access-users }
    category work requires any access {
        modify requires any(access-cases, access-processes)
        hire requires access-users
        close
    } ";

#[track_caller]
fn check_roles(roles: &str, expected: &str) {
    check(&format!("{WORLD}{roles}"), expected);
}

#[test]
fn the_smallest_sets_are_named() {
    check_roles(
        "role a { grant modify }",
        "P0307 <modify>: role `a` grants `modify`, but nothing it grants satisfies what `modify` needs
           <any(access-cases, access-processes)>: `modify` requires this
           <any access>: the category of `modify` requires this
           = grant `access-cases` or `access-processes` too, or silence it with `@allow(P0307) \"why\"`",
    );
}

#[test]
fn privileges_that_lack_the_same_share_a_finding() {
    check_roles(
        "role a { grant modify, hire bypass close grant access-cases }",
        "P0307 <hire>: role `a` grants `hire`, but nothing it grants satisfies what `hire` needs
           <access-users>: `hire` requires this
           = grant `access-users` too, or silence it with `@allow(P0307) \"why\"`",
    );
    check(
        "category c { p0  p1 requires p0  p2 requires p0  p3 requires p0 } role a { grant p1, p2 bypass p3 }",
        "P0307 <p1>: role `a` grants `p1`, `p2` and `p3`, but nothing it grants satisfies what they need
           <p0>: `p1` requires this
           = grant `p0` too, or silence it with `@allow(P0307) \"why\"`",
    );
}

#[test]
fn the_requirement_of_the_category_counts() {
    check_roles(
        "role a { grant close }",
        "P0307 <close>: role `a` grants `close`, but nothing it grants satisfies what `close` needs
           <any access>: the category of `close` requires this
           = grant `access-cases`, `access-processes` or `access-users` too, or silence it with `@allow(P0307) \"why\"`",
    );
}

#[test]
fn requirements_of_what_is_required_count() {
    check(
        "category c { a  b requires a  c requires b  d } role r { grant c } role s { grant c, b }",
        "P0307 <c>: role `r` grants `c`, but nothing it grants satisfies what `c` needs
           <b>: `c` requires this
           = grant `a` and `b` too, or silence it with `@allow(P0307) \"why\"`
         P0307 <c>: role `s` grants `b` and `c`, but nothing it grants satisfies what they need
           <b>: `c` requires this
           = grant `a` too, or silence it with `@allow(P0307) \"why\"`",
    );
}

#[test]
fn what_a_role_inherits_requires_or_is_assigned_counts() {
    check_roles(
        "role reader { grant access-cases }
         role a inherits reader { grant modify }
         role b requires reader { grant modify }
         role c { grant modify }
         role d inherits a, c { grant close }
         assign reader to role:c
         assign reader to user:u assign b to user:u user u",
        "",
    );
}

#[test]
fn entries_to_a_role_are_its_own() {
    check_roles(
        "role a {} role b { grant hire } grant access-users to role:b grant hire to role:a, role:b",
        "P0307 <hire>: role `a` grants `hire`, but nothing it grants satisfies what `hire` needs
           <access-users>: `hire` requires this
           <any access>: the category of `hire` requires this
           = grant `access-users` too, or silence it with `@allow(P0307) \"why\"`",
    );
}

#[test]
fn what_everybody_has_counts() {
    check_roles("role a { grant modify, hire } grant access-users, access-cases to authenticated", "");
    check_roles(
        "role a { grant modify, hire } role common { grant access-users } assign common to anyone
         role b inherits c {} role c { grant access-processes } assign b to authenticated",
        "",
    );
}

#[test]
fn a_default_grant_counts() {
    check_clean(
        "resource doc { default grant to authenticated when unlisted }
         category c on doc { view } category d on doc { edit requires view } role a { grant edit }",
    );
}

#[test]
fn scopes_and_conditions_do_not_matter() {
    check_clean(
        "resource doc { attribute open: bool } context { mfa: bool }
         category c on doc { view  edit requires view and resource.open }
         role a { grant edit on doc:a grant view on doc:b when context.mfa }",
    );
}

#[test]
fn what_is_included_has_to_be_granted() {
    check(
        "category c { full includes read, write  read  write } role a { grant full } role b { grant full except write }",
        "P0307 <full>: role `b` grants `full`, but nothing it grants satisfies what `full` needs
           <write>: `full` is effective only with this
           = grant `write` too, or silence it with `@allow(P0307) \"why\"`",
    );
}

#[test]
fn the_needs_of_what_is_included_count() {
    check(
        "category c { full includes read  read requires login  login } role a { grant full }",
        "P0307 <full>: role `a` grants `full` and `read`, but nothing it grants satisfies what they need
           <read>: `full` is effective only with this
           = grant `login` too, or silence it with `@allow(P0307) \"why\"`",
    );
}

#[test]
fn groups_and_users_are_free() {
    check_roles("group g user u grant modify to group:g, user:u", "");
}

#[test]
fn a_deny_grants_nothing() {
    check_roles(
        "role a { grant hire deny access-users }",
        "P0307 <hire>: role `a` grants `hire`, but nothing it grants satisfies what `hire` needs
           <access-users>: `hire` requires this
           <any access>: the category of `hire` requires this
           = grant `access-users` too, or silence it with `@allow(P0307) \"why\"`",
    );
}

#[test]
fn it_may_be_allowed_for_a_role_or_an_entry() {
    check_roles(
        "@allow(P0307) \"added by another role\" role a { grant modify, hire }
         role b {
             @allow(unmet-requirement) \"likewise\" grant modify
             grant close
         }",
        "P0307 <close>: role `b` grants `close`, but nothing it grants satisfies what `close` needs
           <any access>: the category of `close` requires this
           = grant `access-cases`, `access-processes` or `access-users` too, or silence it with `@allow(P0307) \"why\"`",
    );
}

#[test]
fn nothing_is_concluded_from_a_policy_with_faults() {
    let report = report_files(&[WORLD, "role a { grant modify, acess-cases }"]);
    assert!(report.contains("P0201") && !report.contains("P0307"), "{report}");
}

#[test]
fn cycles_are_not_reported_again() {
    let report =
        report_files(&["category c { a requires b  b requires a  d requires a } role r { grant a, d }"]);
    assert!(report.contains("P0303") && !report.contains("P0307"), "{report}");
}

#[test]
fn thousands_of_roles_and_privileges_are_decided_at_once() {
    let mut text = String::from("category access { open }\ncategory work requires any access {\n");
    (0..2000).for_each(|at| text.push_str(&format!("p{at}\n")));
    text.push_str("}\nrole base { grant open }\n");
    for at in 0..9000 {
        let inherits = if at == 7777 { "" } else { "inherits base" };
        text.push_str(&format!("role r{at} {inherits} {{ grant p{}, p{} }}\n", at % 2000, (at * 7) % 2000));
    }
    let report = report_files(&[&text]);
    assert_eq!(report.matches("P0307 <").count(), 1, "{report}");
    assert!(report.contains("role `r7777` grants `p1777` and `p439`"), "{report}");
}

#[test]
fn a_long_chain_of_requirements_does_not_exhaust_the_stack() {
    let mut text = String::from("category c {\n p0\n");
    (1..20_000).for_each(|at| text.push_str(&format!("p{at} requires p{}\n", at - 1)));
    text.push_str("}\nrole r { grant p19999 }\n");
    assert_eq!(report_files(&[&text]).matches("P0307 <p19999>").count(), 1);
}

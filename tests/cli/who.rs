//! `policyc who` and `policyc what`.

use super::Here;
use std::fs;
use std::path::Path;

/// policies/invictus with people.
fn invictus() -> Here {
    let here = Here::with(&[(
        "world.policy",
        "\
group ops
group finance in ops
user ann in ops
user eve
service nightly
assign non-admin to group:ops
assign operator to group:ops on folder:ops
assign folder-admin to user:eve on folder:finance
assign operator to service:nightly on folder:ops until 2027-01-01
",
    )]);
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/invictus");
    for name in ["privileges.policy", "roles.policy"] {
        here.write(name, fs::read_to_string(from.join(name)).unwrap());
    }
    here
}

#[test]
fn everybody_who_can_do_something() {
    let ran = invictus().run(&["who", "flow.delete"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    1 user, 2 roles can flow.delete

    role:folder-admin  everywhere
    role:system-admin  everywhere
    user:eve           folder:finance and below
    "#);
    let ran = invictus().run(&["who", "flow.view-status", "flow:ops/x", "--explain"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    1 user, 1 service, 2 groups, 4 roles can flow.view-status on flow:ops/x

    role:folder-admin
        grant at roles.policy:19:39 everywhere, by role:folder-admin
        grant at roles.policy:13:15 everywhere, by role:folder-admin > role:operator > role:reader
    role:operator
        grant at roles.policy:13:15 everywhere, by role:operator > role:reader
    role:reader
        grant at roles.policy:13:15 everywhere, by role:reader
    role:system-admin
        bypass at roles.policy:28:5 everywhere, by role:system-admin
    group:finance
        grant at roles.policy:13:15 on folder:ops, by group:finance > group:ops > role:operator > role:reader
    group:ops
        grant at roles.policy:13:15 on folder:ops, by group:ops > role:operator > role:reader
    user:ann
        grant at roles.policy:13:15 on folder:ops, by user:ann > group:ops > role:operator > role:reader
    service:nightly    when `time < 2027-01-01`
        grant at roles.policy:13:15 on folder:ops, by service:nightly > role:operator > role:reader
    "#);
}

#[test]
fn everything_that_somebody_can_do() {
    let ran = invictus().run(&["what", "user:ann"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    user:ann can do 6 privileges

      dashboard: settings.view

    folder:ops and below
      flow: flow.view-status, trace.view
      folder: folder.view

    folder:ops and below, when `resource.logic-app`
      flow: flow.resubmit

    when `context.synced-group`
      dashboard: users.add-ad
    "#);
    let ran = invictus().run(&["what", "user:eve", "on", "flow:finance/x", "--explain"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    user:eve can do 5 privileges on flow:finance/x

      flow.delete
          grant at roles.policy:19:39 on folder:finance, by user:eve > role:folder-admin
      flow.edit
          grant at roles.policy:19:39 on folder:finance, by user:eve > role:folder-admin
      flow.view-status
          grant at roles.policy:19:39 on folder:finance, by user:eve > role:folder-admin
          grant at roles.policy:13:15 on folder:finance, by user:eve > role:folder-admin > role:operator > role:reader
      trace.view
          grant at roles.policy:19:39 on folder:finance, by user:eve > role:folder-admin
          grant at roles.policy:13:15 on folder:finance, by user:eve > role:folder-admin > role:operator > role:reader

    when `resource.logic-app`
      flow.resubmit
          grant at roles.policy:19:39 on folder:finance, by user:eve > role:folder-admin
          grant at roles.policy:16:33 on folder:finance, by user:eve > role:folder-admin > role:operator
    "#);
    let ran = invictus().run(&["what", "anonymous"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"anonymous can do nothing"#);
}

#[test]
fn for_programs() {
    let ran =
        invictus().run(&["who", "flow.resubmit", "flow:ops/x", "--format", "json", "--explain"]).exits(0);
    let service = ran.out.lines().find(|line| line.contains("service:nightly")).unwrap();
    insta::assert_snapshot!(service, @r#"{"type":"entitlement","subjects":["service:nightly"],"privileges":[{"name":"flow.resubmit","category":"flow"}],"places":["flow:ops/x"],"condition":{"text":"`resource.logic-app` and `time < 2027-01-01`","alternatives":[["`resource.logic-app`","`time < 2027-01-01`"]]},"example":{"resource.logic-app":"true","time":"2026-12-31T23:59:59.999999Z"},"reasons":["inherited-grant"],"ways":[{"subject":"service:nightly","deciding":[{"effect":"grant","scope":"folder:ops","place":{"file":"roles.policy","line":16,"column":33},"path":[{"what":"service:nightly","place":null},{"what":"role:operator","place":{"file":"world.policy","line":9,"column":1}}]}]}]}"#);
    let ran = invictus().run(&["what", "role:non-admin", "--format", "json"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    {"type":"entitlement","subjects":["role:non-admin"],"privileges":[{"name":"settings.view","category":"dashboard"}],"places":[],"condition":null,"example":{},"reasons":["explicit-grant"]}
    {"type":"entitlement","subjects":["role:non-admin"],"privileges":[{"name":"users.add-ad","category":"dashboard"}],"places":[],"condition":{"text":"`context.synced-group`","alternatives":[["`context.synced-group`"]]},"example":{"context.synced-group":"true"},"reasons":["explicit-grant"]}
    "#);
}

#[test]
fn an_artifact_says_the_same() {
    let here = invictus();
    let source = here.run(&["what", "user:ann"]).exits(0).out;
    here.run(&["compile", "-o", "app.bin"]).exits(0);
    assert_eq!(here.run(&["what", "user:ann", "-p", "app.bin"]).exits(0).out, source);
}

#[test]
fn what_the_policy_does_not_know() {
    let here = invictus();
    here.run(&["who", "flow.delte"])
        .refuses(&["unknown privilege `flow.delte`", "did you mean `flow.delete`?"]);
    here.run(&["who", "flow.delete", "fold:x"]).refuses(&["unknown resource type `fold`"]);
    here.run(&["who", "flow.delete", "folder:x"]).refuses(&["`flow.delete`", "folder"]);
    here.run(&["who", "settings.edit", "folder:x"]).refuses(&["settings.edit", "leave the resource out"]);
    here.run(&["what", "ann"]).refuses(&["`ann` is nobody who asks"]);
    here.run(&["what", "user:ann", "on", "foldr:x"]).refuses(&["the policy has no type `foldr`", "`folder`"]);
    here.run(&["what", "user:ann", "on"]).refuses(&["write `on` and one resource"]);
    let ran = here.run(&["what", "user:anne"]).exits(0);
    assert_eq!(ran.err.trim_end(), "note: the policy does not declare user `anne`; did you mean `ann`?");
    here.write("broken.policy", "role r {");
    let ran = here.run(&["what", "user:ann"]).exits(1);
    assert!(ran.err.contains("nothing can be asked of it"), "{}", ran.err);
}

/// Who can under a condition alone can by an entry, and that is named.
#[test]
fn an_entry_with_a_condition_is_named() {
    let here = Here::with(&[(
        "a.policy",
        "context { mfa: bool }
category c { drop }
role dropper { grant drop when context.mfa }
user ann
user ben
assign dropper to user:ann
grant drop to user:ben when not context.mfa
",
    )]);
    let ran = here.run(&["who", "drop", "--explain"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    2 users, 1 role can drop

    role:dropper  when `context.mfa`
        grant at a.policy:3:16 everywhere, by role:dropper
    user:ann      when `context.mfa`
        grant at a.policy:3:16 everywhere, by user:ann > role:dropper
    user:ben      when `not context.mfa`
        grant at a.policy:7:1 everywhere, by user:ben
    "#);
}

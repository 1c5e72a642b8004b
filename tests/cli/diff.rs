//! `policyc diff`.

use super::{BAD, GOOD, Here};
use std::fs;
use std::path::Path;

/// What stands beside the roles of policies/invictus.
const WORLD: &str = "\
group ops
group finance in ops
user ann in ops
user bob in finance
user eve
service nightly
assign non-admin to group:ops
assign operator to group:ops on folder:ops
assign reader to group:finance on folder:finance
assign folder-admin to user:eve on folder:finance/invoices only
assign operator to service:nightly on folder:ops until 2027-01-01
flow:finance/ledger { logic-app: true }
";

/// A realistic edit: operators delete flows, non-admins view audits, finance operates, the nightly service ends earlier.
fn edit() -> Here {
    let here = Here::with::<&str>(&[]);
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/invictus");
    let read = |name: &str| fs::read_to_string(from.join(name)).unwrap();
    let privileges = read("privileges.policy");
    let roles = read("roles.policy");
    // What must stay true would refuse the edit.
    let roles = roles.split("# ---- what must stay true ----").next().unwrap();
    for side in ["before", "after"] {
        here.write(&format!("{side}/privileges.policy"), &privileges);
    }
    here.write("before/roles.policy", roles);
    here.write("before/world.policy", WORLD);
    let roles = roles.replace("{ grant flow.resubmit }", "{ grant flow.resubmit, flow.delete }").replace(
        "{ grant settings.view }",
        "{ grant settings.view  grant audits.view when context.synced-group }",
    );
    here.write("after/roles.policy", roles);
    let world = WORLD.replace("assign reader", "assign operator").replace("2027-01-01", "2026-07-01");
    here.write("after/world.policy", world);
    here
}

#[test]
fn people_see_what_is_put_together() {
    let ran = edit().run(&["diff", "before", "after"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    44 gained, 8 lost

    + role:operator can now flow.delete, everywhere
        and so 2 users, 1 service, 2 groups: group:finance, group:ops, user:ann, user:bob, service:nightly
        default-deny > inherited-grant
        new after/roles.policy:16:33 (grant)

    + role:non-admin can now audits.view
        when `context.synced-group`
        and so 2 users, 2 groups: group:finance, group:ops, user:ann, user:bob
        default-deny > explicit-grant
        new after/roles.policy:24:39 (grant)

    + group:finance can now flow.resubmit on folder:finance/invoices and below, another flow in folder:finance, another flow in another folder in folder:finance
        when `resource.logic-app`
        and so 1 user: user:bob
        default-deny > inherited-grant
        new after/world.policy:9:1 (role:operator)
        new after/roles.policy:16:33 (grant)

    + group:finance can now flow.resubmit on flow:finance/ledger
        when `resource.logic-app as declared`, or `resource.logic-app`
        and so 1 user: user:bob
        default-deny > inherited-grant
        new after/world.policy:9:1 (role:operator)
        new after/roles.policy:16:33 (grant)

    - service:nightly can no longer flow.view-status, folder.view, trace.view on folder:ops and below
        when `time >= 2026-07-01` and `time < 2027-01-01`
        inherited-grant > default-deny
        old before/world.policy:11:1 (role:operator)
        old before/roles.policy:16:24 (role:reader)
        old before/roles.policy:13:15 (grant)

    - service:nightly can no longer flow.resubmit on folder:ops and below
        when `resource.logic-app` and `time >= 2026-07-01` and `time < 2027-01-01`
        inherited-grant > default-deny
        old before/world.policy:11:1 (role:operator)
        old before/roles.policy:16:33 (grant)
    "#);
}

#[test]
fn a_pull_request_sees_a_table_and_folded_details() {
    let ran = edit().run(&["diff", "before", "after", "--format", "markdown"]).exits(0);
    insta::assert_snapshot!(ran.out, @r#"
    **Permissions: 44 gained, 8 lost**

    | | who | what | where | when |
    |---|---|---|---|---|
    | gains | `role:operator`, and so 2 users, 1 service, 2 groups | `flow.delete` | everywhere |  |
    | gains | `role:non-admin`, and so 2 users, 2 groups | `audits.view` |  | `context.synced-group` |
    | gains | `group:finance`, and so 1 user | `flow.resubmit` | `folder:finance/invoices and below`, `another flow in folder:finance`, `another flow in another folder in folder:finance` | `resource.logic-app` |
    | gains | `group:finance`, and so 1 user | `flow.resubmit` | `flow:finance/ledger` | `resource.logic-app as declared`, or `resource.logic-app` |
    | loses | `service:nightly` | `flow.view-status`, `folder.view`, `trace.view` | `folder:ops and below` | `time >= 2026-07-01` and `time < 2027-01-01` |
    | loses | `service:nightly` | `flow.resubmit` | `folder:ops and below` | `resource.logic-app` and `time >= 2026-07-01` and `time < 2027-01-01` |

    <details><summary>Details</summary>

    - `role:operator` can now `flow.delete`: everywhere
      - and so 2 users, 1 service, 2 groups: `group:finance`, `group:ops`, `user:ann`, `user:bob`, `service:nightly`
      - default-deny → inherited-grant
      - `new after/roles.policy:16:33 (grant)`

    - `role:non-admin` can now `audits.view`
      - when `context.synced-group`
      - and so 2 users, 2 groups: `group:finance`, `group:ops`, `user:ann`, `user:bob`
      - default-deny → explicit-grant
      - `new after/roles.policy:24:39 (grant)`

    - `group:finance` can now `flow.resubmit`: `folder:finance/invoices and below`, `another flow in folder:finance`, `another flow in another folder in folder:finance`
      - when `resource.logic-app`
      - and so 1 user: `user:bob`
      - default-deny → inherited-grant
      - `new after/world.policy:9:1 (role:operator)`
      - `new after/roles.policy:16:33 (grant)`

    - `group:finance` can now `flow.resubmit`: `flow:finance/ledger`
      - when `resource.logic-app as declared`, or `resource.logic-app`
      - and so 1 user: `user:bob`
      - default-deny → inherited-grant
      - `new after/world.policy:9:1 (role:operator)`
      - `new after/roles.policy:16:33 (grant)`

    - `service:nightly` can no longer `flow.view-status`, `folder.view`, `trace.view`: `folder:ops and below`
      - when `time >= 2026-07-01` and `time < 2027-01-01`
      - inherited-grant → default-deny
      - `old before/world.policy:11:1 (role:operator)`
      - `old before/roles.policy:16:24 (role:reader)`
      - `old before/roles.policy:13:15 (grant)`

    - `service:nightly` can no longer `flow.resubmit`: `folder:ops and below`
      - when `resource.logic-app` and `time >= 2026-07-01` and `time < 2027-01-01`
      - inherited-grant → default-deny
      - `old before/world.policy:11:1 (role:operator)`
      - `old before/roles.policy:16:33 (grant)`

    </details>
    "#);
}

#[test]
fn programs_read_one_object_for_each_group_and_change() {
    let lines = edit().run(&["diff", "before", "after", "--format", "json"]).exits(0).json();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).collect::<Vec<_>>();
    let summary = of("summary")[0];
    assert_eq!(lines[0], *summary, "it comes first");
    assert_eq!(summary["gains"]["categories"]["dashboard"], 5);
    let changes = of("change");
    let number = |of: &str| usize::try_from(summary[of]["total"].as_u64().unwrap()).unwrap();
    assert_eq!(changes.len(), number("gains") + number("losses"));
    let groups: u64 = of("group").iter().map(|group| group["changes"].as_u64().unwrap()).sum();
    assert_eq!(usize::try_from(groups).unwrap(), changes.len(), "every change is in one group");
    let group = of("group")[1];
    assert_eq!(group["subjects"], serde_json::json!(["role:non-admin"]));
    assert_eq!(group["condition"]["text"], "`context.synced-group`");
    assert_eq!(
        (&group["lines"][0]["side"], &group["lines"][0]["file"]),
        (&"new".into(), &"after/roles.policy".into())
    );
    let audits = changes.iter().find(|change| change["privilege"] == "audits.view").unwrap();
    let fields = ["change", "category", "old", "new"].map(|field| audits[field].as_str().unwrap());
    assert_eq!(fields, ["gain", "dashboard", "default-deny", "explicit-grant"]);
    assert_eq!(audits["place"], serde_json::Value::Null, "it is asked without a resource");
    assert_eq!(audits["example"]["context.synced-group"], "true");
}

#[test]
fn equal_meaning_is_no_difference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = Here::with::<&str>(&[]);
    for system in ["flow-software", "flowable", "flowrunner", "invictus"] {
        let (policy, twin) = (root.join("policies").join(system), root.join("tests/twins").join(system));
        let ran =
            here.run(&["diff", policy.to_str().unwrap(), twin.to_str().unwrap(), "--exit-code"]).exits(0);
        assert_eq!(ran.out, "no differences\n", "{system}");
    }
}

#[test]
fn artifacts_are_compared_with_sources() {
    let here = Here::with(&[("a.policy", GOOD)]);
    here.run(&["compile", "a.policy", "-o", "app.bin", "--strip"]).exits(0);
    here.run(&["diff", "app.bin", "a.policy", "--exit-code"]).exits(0).says("no differences");
    here.run(&["diff", "app.bin", "a.policy", "--format", "markdown"]).exits(0).says("no differences");
    here.run(&["diff", "app.bin", "a.policy", "--format", "json"]).exits(0).says("\"same\":true");
    here.run(&["diff", "app.bin", "a.policy", "--fail-on", "gain:system"])
        .refuses(&["`app.bin`", "`--strip`"]);
}

#[test]
fn gates_hold_back_what_they_name() {
    let here = edit();
    let run = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["diff", "before", "after"].iter().chain(arguments).copied().collect();
        here.run(&arguments)
    };
    run(&["--exit-code"]).exits(1);
    run(&["--fail-on", "gain"]).exits(1).warns("`--fail-on gain`");
    run(&["--fail-on", "gain:Dashboard"]).exits(1).warns("5 changes of this kind");
    run(&["--fail-on", "gain:folder"]).exits(0);
    run(&["--fail-on", "gain:folder", "--fail-on", "loss"]).exits(1).warns("`--fail-on loss`");
    run(&["--fail-on", "gain:nothing"]).refuses(&["`nothing`", "`--fail-on`"]);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let here = Here::with(&[("a.policy", GOOD), ("b.policy", BAD)]);
    here.run(&["diff", "a.policy", "b.policy"]).exits(1).warns("raeder").warns("nothing was compared");
    here.run(&["diff", "a.policy", "none"]).refuses(&["`none`"]);
    here.run(&["diff", "a.policy"]).exits(2);
    here.run(&["diff", "a.policy", "a.policy", "--fail-on", "change"]).exits(2).warns("`gain:CATEGORY`");
    here.run(&["diff", "a.policy", "a.policy", "--fail-on", "gain:"]).exits(2).warns("behind `gain:`");
}

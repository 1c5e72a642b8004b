//! `policyc can`.

use super::{BAD, GOOD, Here};

#[track_caller]
fn asks(arguments: &[&str], code: i32, answer: &str) {
    let here = Here::with(&[("a.policy", GOOD)]);
    let arguments: Vec<&str> = ["can"].iter().chain(arguments).copied().collect();
    let ran = here.run(&arguments).exits(code);
    assert_eq!(ran.out.lines().next(), Some(answer), "{arguments:?}");
}

#[track_caller]
fn refuses(arguments: &[&str], texts: &[&str]) {
    let here = Here::with(&[("a.policy", GOOD)]);
    let arguments: Vec<&str> = ["can"].iter().chain(arguments).copied().collect();
    here.run(&arguments).refuses(texts);
}

#[test]
fn every_kind_of_principal_may_ask() {
    let flow = "flow:finance/x";
    asks(&["user:ann", "flow.view", flow], 0, "yes: inherited-grant");
    asks(&["user:bob", "flow.view", flow], 1, "no: default-deny");
    asks(&["service:nightly", "flow.view", flow], 0, "yes: inherited-grant");
    asks(&["group:ops", "flow.view", flow], 0, "yes: inherited-grant");
    asks(&["role:reader", "flow.view", flow], 0, "yes: inherited-grant");
    asks(&["anonymous", "flow.view", flow], 1, "no: default-deny");
    asks(&["authenticated", "flow.view", flow], 1, "no: default-deny");
}

#[test]
fn roles_and_groups_are_supplied() {
    let question = ["user:bob", "flow.view", "flow:finance/x"];
    asks(&[&question[..], &["--group", "ops"]].concat(), 0, "yes: inherited-grant");
    asks(&[&question[..], &["--role", "admin", "--role", "reader"]].concat(), 0, "yes: inherited-grant");
}

#[test]
fn values_are_read_as_the_policy_declares_them() {
    let resubmit = |value| ["role:operator", "flow.resubmit", "flow:a/x", "--attr", value];
    asks(&resubmit("resource.logic-app=true"), 0, "yes: inherited-grant");
    asks(&resubmit("resource.logic-app=false"), 1, "no: missing-requirement");
    asks(&["user:ann", "system.restart", "--attr", "context.mfa=true"], 0, "yes: bypass");
    asks(&["user:ann", "system.restart"], 1, "no: default-deny");
    refuses(&resubmit("resource.logic-app=yes"), &["`resource.logic-app`", "write `true` or `false`"]);
    refuses(&resubmit("resource.state=LIFE"), &["LIVE", "DRAFT"]);
    refuses(&resubmit("resource.since=soon"), &["timestamp"]);
    refuses(&resubmit("resource.lgic-app=true"), &["unknown attribute `resource.lgic-app`"]);
    refuses(&resubmit("logic-app=true"), &["`resource.x`"]);
    refuses(&resubmit("resource.logic-app"), &["=value"]);
    refuses(&["user:ann", "system.restart", "--attr", "context.address=10.1.2.3/8"], &["10.0.0.0/8"]);
    refuses(&["user:ann", "system.restart", "--attr", "resource.logic-app=true"], &["none was given"]);
    refuses(
        &["user:ann", "system.restart", "--attr", "context.mfa=true", "--attr", "context.mfa=false"],
        &["two values"],
    );
}

#[test]
fn time_is_the_present_unless_it_is_said() {
    let view = |at| ["user:bob", "flow.view", "flow:finance/invoices/x", "--at", at];
    asks(&view("2026-12-31"), 0, "yes: inherited-grant");
    asks(&view("2026-12-31T23:59:59Z"), 0, "yes: inherited-grant");
    asks(&view("2027-01-01"), 1, "no: default-deny");
    asks(&view("2027-01-01T00:30:00+01:00"), 0, "yes: inherited-grant");
    refuses(&view("soon"), &["`soon` is no time"]);
    refuses(&view("2026-12-31T23:59:59"), &["is no time"]);
}

#[test]
fn unknown_names_in_the_question_are_refused_with_a_suggestion() {
    refuses(
        &["user:ann", "flow.veiw", "flow:a/x"],
        &["unknown privilege `flow.veiw`", "did you mean `flow.view`?"],
    );
    refuses(
        &["user:ann", "flow.view", "flwo:a/x"],
        &["unknown resource type `flwo`", "did you mean `flow`?"],
    );
    refuses(&["user:ann", "flow.view", "flwo:a/x", "--attr", "resource.a=1"], &["did you mean `flow`?"]);
    refuses(&["user:ann", "flow.view"], &["asked on a resource", "`type:id`"]);
    refuses(&["user:ann", "system.restart", "flow:a/x"], &["leave the resource out"]);
    refuses(&["user:ann", "folder.view", "flow:a/x"], &["not asked on resources of type `flow`"]);
    refuses(&["user:ann", "flow.view", "flow"], &["`flow` is no resource"]);
    refuses(&["ann", "flow.view", "flow:a/x"], &["`ann` is nobody who asks", "`user:x`"]);
    refuses(&["anyone", "flow.view", "flow:a/x"], &["`anyone` is nobody who asks"]);
}

#[test]
fn an_unknown_principal_is_fine_and_noted() {
    let here = Here::with(&[("a.policy", GOOD)]);
    let ran =
        here.run(&["can", "user:ane", "flow.view", "flow:a/x", "--group", "opps", "--role", "what"]).exits(1);
    let ran = ran.warns("note: the policy does not declare user `ane`; did you mean `ann`?");
    ran.warns("group `opps`; did you mean `ops`?").warns("role `what`\n");
    assert_eq!(here.run(&["can", "user:ann", "flow.view", "flow:a/x"]).exits(1).err, "");
}

#[test]
fn the_deciding_entry_is_told_with_its_place() {
    let here = Here::with(&[("p/a.policy", GOOD)]);
    let ran = here.run(&["can", "user:ann", "flow.view", "flow:finance/x", "-p", "p"]).exits(0);
    let line = 1 + GOOD.lines().position(|line| line.starts_with("role reader")).unwrap();
    ran.says(&format!(
        "grant at p/a.policy:{line}:15 on folder:finance, by user:ann > group:ops > role:reader"
    ));
    let ran = here.run(&["can", "user:ann", "flow.edit", "flow:finance/ledger", "-p", "p"]).exits(1);
    ran.says("no: explicit-deny").says("deny at p/a.policy:");
    here.run(&["can", "user:ann", "system.restart", "-p", "p"]).exits(1).says("for lack of: context.mfa");
}

#[test]
fn the_whole_story_is_told_on_demand() {
    let here = Here::with(&[("p/a.policy", GOOD)]);
    let question = ["can", "user:ann", "flow.view", "flow:finance/x", "-p", "p"];
    let ran = here.run(&[&question[..], &["--explain"]].concat()).exits(0);
    ran.says("asked: user:ann: flow.view on flow:finance/x").says("    group:ops  (p/a.policy:");
    let lines = here.run(&[&question[..], &["--explain", "--format", "json"]].concat()).exits(0).json();
    let [decision] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(decision["type"], "decision");
    assert_eq!((&decision["granted"], &decision["reason"]), (&true.into(), &"inherited-grant".into()));
    assert_eq!(decision["deciding"][0]["place"]["file"], "p/a.policy");
    assert!(decision["missingAttributes"].is_array());
}

#[test]
fn a_missing_requirement_names_what_is_missing() {
    let here = Here::with(&[("a.policy", GOOD), ("b.policy", "grant flow.edit to user:bob")]);
    here.run(&["can", "user:bob", "flow.edit", "flow:x/y"]).exits(1).says("missing: flow.view");
}

#[test]
fn ancestors_are_supplied_for_resources_that_the_policy_does_not_place() {
    let policy = "resource folder in folder resource doc in folder category c on doc { read }\n\
                  role reader { grant read }\nuser ann\nassign reader to user:ann on folder:top\n";
    let here = Here::with(&[("a.policy", policy)]);
    let question = ["can", "user:ann", "read", "doc:1"];
    here.run(&question).exits(1);
    here.run(&[&question[..], &["--in", "folder:low", "--in", "folder:top"]].concat()).exits(0);
    here.run(&[&question[..], &["--in", "folder"]].concat()).refuses(&["`folder` is no resource"]);
    here.run(&["can", "user:ann", "read", "--in", "folder:top"]).exits(2);
}

#[test]
fn a_policy_with_errors_answers_nothing() {
    let here = Here::with(&[("a.policy", BAD)]);
    let ran =
        here.run(&["can", "anonymous", "view"]).exits(1).warns("P0202").warns("nothing can be asked of it");
    assert_eq!(ran.out, "");
}

#[test]
fn an_artifact_answers_like_its_source() {
    let here = Here::with(&[("p/a.policy", GOOD)]);
    // Whatever its ending: it is known by how it begins.
    for artifact in ["app.bin", "app.policy", "app"] {
        here.run(&["compile", "p", "-o", artifact]).exits(0);
        let question = ["can", "user:ann", "flow.view", "flow:finance/x", "-p"];
        let from_source = here.run(&[&question[..], &["p"]].concat()).exits(0).out;
        assert_eq!(here.run(&[&question[..], &[artifact]].concat()).exits(0).out, from_source);
    }
    here.run(&["can", "user:ann", "flow.view", "flow:a/x", "-p", "app", "-p", "p"])
        .refuses(&["give it alone"]);
    let mut bytes = std::fs::read(here.path("app")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    here.write("damaged", &bytes);
    bytes.truncate(middle);
    here.write("short", &bytes);
    for name in ["damaged", "short"] {
        here.run(&["can", "user:ann", "flow.view", "flow:a/x", "-p", name])
            .refuses(&[name, "compile the policy again"]);
    }
}

#[test]
fn what_would_make_a_no_a_yes() {
    let here = Here::with(&[(
        "a.policy",
        "\
category doc { view  edit  drop requires view }
context { mfa: bool }
role reader { grant view when context.mfa }
role editor inherits reader { grant edit }
role keeper { grant * }
group ops
group guests
user ann in guests
assign reader to user:ann
assign keeper to group:ops
deny drop to group:guests
",
    )]);
    let no = |arguments: &[&str]| {
        let arguments = [&["can"], arguments, &["--explain", "--at", "2026-01-01"]].concat();
        here.run(&arguments).exits(1).out
    };
    insta::assert_snapshot!(no(&["user:ann", "view"]), @r#"
    no: default-deny
      asked: user:ann: view at 2026-01-01T00:00:00Z
      no entry has an opinion, and the default denies
      not decided, for lack of: context.mfa
      it would be a yes, for each of these by itself:
        when `context.mfa`
        with role:keeper, which gives 3 privileges there
        with group:ops, which gives 3 privileges there
    "#);
    insta::assert_snapshot!(no(&["user:ann", "edit"]), @r#"
    no: default-deny
      asked: user:ann: edit at 2026-01-01T00:00:00Z
      no entry has an opinion, and the default denies
      it would be a yes, for each of these by itself:
        with role:editor, which gives only that there
        with role:keeper, which gives 3 privileges there
        with group:ops, which gives 3 privileges there
    "#);
    // No role helps against a deny.
    insta::assert_snapshot!(no(&["user:ann", "drop"]), @r#"
    no: explicit-deny
      asked: user:ann: drop at 2026-01-01T00:00:00Z
      deny at a.policy:11:1 everywhere
        user:ann
        group:guests  (a.policy:8:13)
      no values, no single role and no single group would make it a yes
    "#);
    insta::assert_snapshot!(no(&["user:ann", "edit", "--format", "json"]), @r#"{"type":"decision","granted":false,"reason":"default-deny","undecided":false,"principal":"user:ann","privilege":"edit","resource":null,"deciding":[],"missing":[],"missingAttributes":[],"remedies":{"values":[],"roles":[{"name":"editor","privileges":1},{"name":"keeper","privileges":3}],"groups":[{"name":"ops","privileges":3}]}}"#);
}

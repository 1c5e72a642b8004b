//! `policyc test`.

use super::{BAD, GOOD, Here};

const HEADER: &str = "case,principal,roles,privilege,resource,context,expect,reason,basis\n";

#[track_caller]
fn table(rows: &str, code: i32, last: &str) -> super::Ran {
    let here = Here::with(&[("p/a.policy", GOOD), ("t.csv", &format!("{HEADER}{rows}"))]);
    here.run(&["compile", "p", "-o", "app.bin"]).exits(0);
    let ran = here.run(&["test", "app.bin", "--table", "t.csv"]).exits(code);
    assert_eq!(ran.out.lines().last(), Some(last), "{}", ran.out);
    ran
}

#[test]
fn blocks_and_matrices_are_run() {
    let here = Here::with(&[("a.policy", GOOD)]);
    let ran = here.run(&["test"]).exits(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("4 passed, 0 failed\n", ""));
}

#[test]
fn a_failing_check_is_told_with_its_place_and_why() {
    let test =
        "test \"wrong\" { as user:bob can flow.edit on flow:a/b can flow.view on flow:a/b because bypass }";
    let here = Here::with(&[("a.policy", GOOD), ("b.policy", test)]);
    let ran = here.run(&["test"]).exits(1).says("FAIL test \"wrong\"  b.policy:1:28");
    let ran = ran.says("expected grant, got deny (default-deny)").says("expected grant (bypass), got deny");
    assert_eq!(ran.out.lines().last(), Some("4 passed, 2 failed"));
}

#[test]
fn rows_are_judged_by_decision_and_by_reason_where_there_is_one() {
    table("a,user:ann,,flow.view,flow:finance/x,,grant,inherited-grant,why\n", 0, "1 passed, 0 failed");
    table("a,user:ann,,flow.view,flow:finance/x,,grant,,why\n", 0, "1 passed, 0 failed");
    table("a,user:ann,,flow.view,flow:finance/x,,grant,bypass,why\n", 1, "0 passed, 1 failed");
    table("a,user:ann,,flow.view,flow:finance/x,,deny,,why\n", 1, "0 passed, 1 failed");
    table(
        "a,role:operator,,flow.resubmit,flow:a/x,resource.logic-app=true; resource.state=LIVE,grant,,\n",
        0,
        "1 passed, 0 failed",
    );
    table("a,anonymous,reader|admin,flow.view,flow:a/x,,grant,inherited-grant,\n", 0, "1 passed, 0 failed");
    table("a,user:ann,,system.restart,,,deny,default-deny,\n", 0, "1 passed, 0 failed");
}

#[test]
fn a_row_that_can_t_be_read_fails_with_its_line() {
    let good = "x,user:ann,,flow.view,flow:finance/x,,grant,,\n";
    let rows = |bad: &str| {
        format!(
            "# a comment\n\n{good}# another\n\"two\nlines\",anonymous,,flow.view,flow:q/x,,deny,,\n{bad}\n{good}"
        )
    };
    let last = "3 passed, 1 failed";
    for (bad, why) in [
        ("b,user:ann,,flow.veiw,flow:a/x,,deny,,", "did you mean `flow.view`?"),
        ("b,ann,,flow.view,flow:a/x,,deny,,", "`ann` is nobody who asks"),
        ("b,user:ann,,,flow:a/x,,deny,,", "names no privilege"),
        ("b,user:ann,,flow.view,flow,,deny,,", "is no resource"),
        ("b,user:ann,,flow.view,,,deny,,", "asked on a resource"),
        ("b,user:ann,,flow.view,flow:a/x,,no,,", "write `grant` or `deny`"),
        ("b,user:ann,,flow.view,flow:a/x,,deny,because,", "`reason` is `because`"),
        ("b,user:ann,,flow.view,flow:a/x,resource.logic-app=7,deny,,", "is no bool"),
        ("b,user:ann,,flow.view,flow:a/x,context.x=7,deny,,", "unknown attribute `context.x`"),
        ("b,user:ann,,flow.view,flow:a/x,,deny", "7 cells"),
    ] {
        table(&rows(bad), 1, last).says(why).says("FAIL table \"b\"  t.csv:8:1");
    }
}

#[test]
fn optional_columns_may_come_in_any_order_or_not_at_all() {
    let here = Here::with(&[
        (
            "a.policy",
            "category c { view } role r { grant view } group g disabled group h assign r to group:g, group:h until 2027-01-01",
        ),
        ("plain.csv", "case,principal,privilege,resource,expect\n1,anonymous,view,,deny\n"),
        (
            "all.csv",
            "\u{feff}at, expect ,resource,privilege,principal,case,groups,mystery\r\n2026-01-01,grant,,view,user:x,1,g|h,?\r\n,deny,,view,user:x,2,g|h,?\r\n2027-01-01,deny,,view,user:x,3,h,?\r\n2026-01-01,deny,,view,user:x,4,g,?\r\n",
        ),
    ]);
    let ran = here.run(&["test", "--table", "plain.csv", "--table", "all.csv"]).exits(0);
    assert_eq!(ran.out, "5 passed, 0 failed\n");
}

#[test]
fn a_table_without_its_columns_is_exit_code_2() {
    let here = Here::with(&[
        ("a.policy", GOOD),
        ("lacks.csv", "case,principal,privilege,expect\n"),
        ("twice.csv", "case,principal,privilege,resource,expect,case\n"),
        ("empty.csv", ""),
    ]);
    here.run(&["test", "--table", "lacks.csv"]).refuses(&[
        "lacks.csv",
        "`resource`",
        "case, principal, privilege, expect",
    ]);
    here.run(&["test", "--table", "twice.csv"]).refuses(&["`case` twice"]);
    here.run(&["test", "--table", "empty.csv"]).refuses(&["empty.csv", "lacks the columns"]);
    here.run(&["test", "--table", "none.csv"]).refuses(&["none.csv", "no such file"]);
    here.write("latin.csv", b"case,principal,privilege,resource,expect\n\xe9,,,,\n");
    here.run(&["test", "--table", "latin.csv"]).refuses(&["latin.csv", "UTF-8"]);
}

#[test]
fn nothing_to_test_is_said_and_fine() {
    let here = Here::with(&[("a.policy", "category c { view }"), ("t.csv", HEADER)]);
    let ran = here.run(&["test"]).exits(0).warns("nothing to test");
    assert_eq!(ran.out, "0 passed, 0 failed\n");
    here.run(&["test", "--table", "t.csv"]).exits(0).warns("nothing to test");
}

#[test]
fn an_artifact_holds_no_tests() {
    let here = Here::with(&[("a.policy", GOOD)]);
    here.run(&["compile", "-o", "app.bin"]).exits(0);
    here.run(&["test", "app.bin"]).refuses(&["app.bin", "--table"]);
}

#[test]
fn a_policy_with_errors_is_not_tested() {
    let here = Here::with(&[("a.policy", BAD)]);
    let ran = here.run(&["test"]).exits(1).warns("P0202").warns("no test was run");
    assert_eq!(ran.out, "");
}

#[test]
fn json_is_a_line_for_each_case_and_a_summary() {
    let here = Here::with(&[
        ("a.policy", GOOD),
        (
            "t.csv",
            &format!(
                "{HEADER}ok,user:ann,,flow.view,flow:finance/x,,grant,,\nno,user:ann,,flow.view,flow:q/x,,grant,bypass,\nbad,user:ann,,x,,,grant,,\n"
            ),
        ),
    ]);
    let lines = here.run(&["test", "--table", "t.csv", "--format", "json"]).exits(1).json();
    assert_eq!(lines.len(), 8);
    let failed = &lines[5];
    for (key, wanted) in [
        ("type", "case"),
        ("suite", "table"),
        ("name", "no"),
        ("file", "t.csv"),
        ("principal", "user:ann"),
        ("resource", "flow:q/x"),
        ("expect", "grant"),
        ("expectReason", "bypass"),
        ("got", "deny"),
        ("gotReason", "default-deny"),
    ] {
        assert_eq!(failed[key], wanted, "{failed}");
    }
    assert_eq!((&failed["line"], &failed["passed"]), (&3.into(), &false.into()));
    assert!(lines[6]["error"].as_str().unwrap().contains("unknown privilege"), "{}", lines[6]);
    assert_eq!(lines[7]["type"], "summary");
    assert_eq!((&lines[7]["passed"], &lines[7]["failed"]), (&5.into(), &2.into()));
}

#[test]
fn a_test_that_lacks_a_time_says_how_to_give_one() {
    let policy = "category c { view }\nrole r { grant view }\nuser ann\n\
        assign r to user:ann until 2030-01-01\n";
    let test = "test \"t\" { as user:ann can view }\n";
    let here = Here::with(&[("a.policy", &format!("{policy}{test}"))]);
    here.run(&["test"])
        .exits(1)
        .says("not decided, for lack of: time")
        .says("say when it is asked, before the check: `at 2027-01-01`");
    let here = Here::with(&[
        ("a.policy", policy),
        ("b.yaml", "tests: [{ test: t, as: user:ann, checks: [{ can: view }] }]\n"),
    ]);
    here.run(&["test"]).exits(1).says("before the check: `at: 2027-01-01`");
    let here = Here::with(&[
        ("a.policy", policy),
        ("t.csv", "case,principal,privilege,resource,expect\nx,user:ann,view,,grant\n"),
    ]);
    here.run(&["test", "--table", "t.csv"]).exits(1).says("a column `at`, such as `2027-01-01`");
}

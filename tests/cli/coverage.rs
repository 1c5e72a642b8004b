//! `policyc test --coverage` and `--mutate`.

use super::{Here, Ran};

const POLICY: &str = "context { mfa: bool }
resource folder by path in folder
category flow on folder {
    view
    edit requires view
    drop requires context.mfa
}
role reader { grant view }
role editor inherits reader { grant edit, drop }
group contractors
group staff
assign editor to group:staff on folder:a
grant view, drop to group:contractors
deny drop to group:contractors on folder:ops
";
const TESTS: &str = "test \"staff\" {
    as group:staff
    can    view, edit on folder:a/b
    cannot view       on folder:b
}
";

fn here(tests: &str) -> Here {
    Here::with(&[("a.policy", POLICY), ("t/tests.policy", tests)])
}

fn lines(ran: &Ran) -> Vec<serde_json::Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_is_not_reached_is_told_with_its_line() {
    let ran = here(TESTS).run(&["test", "--coverage"]).exits(0);
    let expected = "3 passed, 0 failed
coverage: 2 of 4 entries (50 %), 1 of 1 assignment (100 %), 0 of 2 requirements (0 %); 42 % of all

  a.policy:5:19  the requirement is never missing
      edit requires view
  a.policy:6:19  no test comes to the requirement
      drop requires context.mfa
  a.policy:13:1  the entry decides in no test
      grant view, drop to group:contractors
  a.policy:14:1  the entry decides in no test
      deny drop to group:contractors on folder:ops

no test asks 2 of the 4 pairs of a role and a privilege that entries speak of:
  role:editor, category flow, 1 of 3: drop
  role:reader, category flow, 1 of 1: view
";
    assert_eq!(ran.out, expected);
    assert_eq!(ran.err, "");
}

#[test]
fn too_little_is_told_with_the_tests_that_would_help_most() {
    let here = here(TESTS);
    let ran = here.run(&["test", "--coverage", "--min", "80"]).exits(1);
    let ran = ran.says("coverage is 42 %, and `--min` wants 80 %: 3 more of 7; these would help most");
    let suggested: Vec<&str> = ran.out.split("  # reaches ").skip(1).collect();
    assert_eq!(suggested.len(), 3, "{}", ran.out);
    // They are tests, and with them it is enough.
    let pasted: String = suggested.iter().map(|one| one.split_once('\n').unwrap().1).collect();
    here.write("t/more.policy", pasted);
    here.run(&["test", "--coverage", "--min", "80"]).exits(0).says("0 failed");
    here.run(&["test", "--coverage", "--min", "0"]).exits(0);
}

#[test]
fn programs_get_all_of_it() {
    let ran = here(TESTS).run(&["test", "--coverage", "--format", "json", "--min", "100"]).exits(1);
    let all = lines(&ran);
    let of = |kind: &str| all.iter().filter(|line| line["type"] == kind).cloned().collect::<Vec<_>>();
    assert_eq!(of("summary").len(), 1);
    let uncovered = of("uncovered");
    assert_eq!(uncovered.len(), 4);
    assert_eq!(uncovered[0]["kind"], "requirement");
    assert_eq!((&uncovered[0]["file"], &uncovered[0]["line"]), (&"a.policy".into(), &5.into()));
    assert_eq!(uncovered[0]["seen"], serde_json::json!({ "true": true, "otherwise": false }));
    assert_eq!(uncovered[2]["text"], "grant view, drop to group:contractors");
    assert_eq!(of("unasked").len(), 2);
    assert!(of("suggestion").iter().all(|one| one["test"].as_str().unwrap().starts_with("test ")));
    let total = of("coverage");
    assert_eq!(total[0]["entries"], serde_json::json!({ "reached": 2, "total": 4, "percent": 50 }));
    assert_eq!(total[0]["all"]["percent"], 42);
}

/// What a privilege includes is looked at before what it requires, and the requirement is reached where that is granted.
#[test]
fn a_requirement_behind_what_is_included_counts() {
    let here = Here::with(&[(
        "a.policy",
        "context { mfa: bool }
category c { view full includes view requires context.mfa }
group staff grant full to group:staff
test \"t\" {
    as group:staff
    with context.mfa = true
    can full
    as group:staff
    with context.mfa = false
    cannot full
}
",
    )]);
    here.run(&["test", "--coverage", "--min", "100"]).exits(0).says("1 of 1 requirement (100 %)");
}

#[test]
fn the_rows_of_tables_count_too() {
    let here = here(TESTS);
    here.write(
        "t.csv",
        "case,principal,privilege,resource,expect,groups\na,authenticated,drop,folder:ops,deny,contractors\n",
    );
    let ran = here.run(&["test", "--coverage", "--table", "t.csv"]).exits(0);
    ran.says("coverage: 3 of 4 entries");
}

#[test]
fn yaml_gets_tests_in_yaml() {
    let here = Here::with(&[("a.policy", "category c { view drop }\ngroup ops\ngrant view to group:ops\n")]);
    let converted = here.run(&["convert", "--to", "yaml", "a.policy"]).exits(0).out;
    let here = Here::with(&[("a.yaml", converted.as_str())]);
    let ran = here.run(&["test", "--coverage", "--min", "100"]).exits(1).says("coverage: 0 of 1 entry (0 %)");
    let pasted = ran.out.split_once("# reaches 1 more\n").unwrap().1.replace("\n  ", "\n");
    here.write("b.yaml", pasted.trim_start());
    here.run(&["test", "--coverage", "--min", "100"]).exits(0).says("100 % of all");
}

#[test]
fn a_change_that_no_test_notices_is_told_with_one_that_does() {
    let here = here(TESTS);
    let ran = here.run(&["test", "--mutate"]).exits(0);
    let ran = ran.says("a.policy:14:1  without the deny every test still passes");
    let ran = ran.says("granted then: group:contractors: drop on folder:ops with context.mfa=true");
    let ran = ran.says("cannot drop on folder:ops");
    // Every test that is shown can be pasted, and notices what it is shown for.
    let survivors = ran.out.matches("every test still passes").count();
    assert!(survivors == 3, "{}", ran.out);
    let pasted: String = ran
        .out
        .split("a test that notices it:\n")
        .skip(1)
        .map(|rest| {
            rest.lines().take_while(|line| line.starts_with("      ")).collect::<Vec<_>>().join("\n") + "\n"
        })
        .collect();
    here.write("t/more.policy", pasted);
    let ran = here.run(&["test", "--mutate", "--min", "100"]).exits(0);
    assert!(!ran.out.contains("still passes"), "{}", ran.out);
}

#[test]
fn too_few_changes_noticed_fail_only_where_that_is_asked_for() {
    let here = here(TESTS);
    here.run(&["test", "--mutate"]).exits(0);
    here.run(&["test", "--mutate", "--min", "95"]).exits(1).says("and `--min` wants 95 %");
    let ran = here.run(&["test", "--mutate", "--format", "json"]).exits(0);
    let all = lines(&ran);
    let survivors = all.iter().filter(|line| line["type"] == "survivor").count();
    let total = all.iter().find(|line| line["type"] == "mutation").unwrap();
    assert_eq!(total["survived"], survivors);
    assert_eq!(total["tried"], total["possible"]);
}

#[test]
fn nothing_is_changed_while_a_test_fails() {
    let failing = "test \"t\" { as group:staff can drop on folder:b }";
    here(failing).run(&["test", "--mutate"]).exits(1).warns("mend the tests first");
    here(failing).run(&["test", "--coverage"]).exits(1).says("coverage: ");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let here = here(TESTS);
    here.run(&["compile", "a.policy", "-o", "app.bin"]).exits(0);
    here.write("t.csv", "case,principal,privilege,resource,expect\n");
    here.run(&["test", "--min", "50"]).exits(2).warns("add `--coverage` or `--mutate`");
    here.run(&["test", "--coverage", "--min", "101"]).exits(2);
    here.run(&["test", "--coverage", "--mutate"]).exits(2);
    here.run(&["test", "--coverage", "--format", "junit"])
        .exits(2)
        .warns("no place for what `--coverage` tells");
    here.run(&["test", "app.bin", "--table", "t.csv", "--coverage"]).exits(2).warns("is an artifact");
}

#[test]
fn the_tests_of_the_four_systems_reach_and_notice_everything() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for system in ["flow-software", "flowable", "flowrunner", "invictus"] {
        for from in ["policies", "tests/twins"] {
            let path = root.join(from).join(system);
            let path = path.to_str().unwrap();
            let here = Here::with::<&str>(&[]);
            here.run(&["test", path, "--coverage", "--min", "100"]).exits(0).says("100 % of all");
            here.run(&["test", path, "--mutate", "--min", "100"]).exits(0).says("noticed (100 %)");
        }
    }
}

//! `ci/comment.sh` and `ci/gitlab.sh`: one comment, kept and written anew.

use super::{AFTER, BEFORE, Ran, repository, root, run};
use crate::cli::Here;
use serde_json::{Value, json};
use std::fs;

const GITHUB: [(&str, &str); 5] = [
    ("GITHUB_TOKEN", "secret"),
    ("GITHUB_REPOSITORY", "team/policies"),
    ("GITHUB_API_URL", "https://api.example.org"),
    ("GITHUB_ACTIONS", "true"),
    ("POLICYC_PULL_REQUEST", "7"),
];
const LIST: &str = "https://api.example.org/repos/team/policies/issues/7/comments";
const MARKER: &str = "<!-- policyc: policy -->";

/// A report, and what the service answers to the first pages of comments.
fn prepared(state: &str, report: &str, pages: &[Value]) -> Here {
    let here = Here::with(&[("report.md", report), ("report.md.state", state)]);
    prepare(&here, pages);
    here
}

fn prepare(here: &Here, pages: &[Value]) {
    fs::create_dir_all(here.path("bin")).unwrap();
    fs::copy(root("tests/ci/curl.sh"), here.path("bin/curl")).unwrap();
    for (at, page) in pages.iter().enumerate() {
        here.write(&format!("fake/GET-{}.json", at + 1), page.to_string());
    }
}

fn comment(here: &Here, more: &[(&str, &str)]) -> Ran {
    let fake = here.path("fake").display().to_string();
    let variables: Vec<(&str, &str)> =
        GITHUB.iter().chain(more).copied().chain([("FAKE", fake.as_str())]).collect();
    run(here, "comment.sh", &["github", "report.md"], &variables)
}

fn requests(here: &Here) -> Vec<String> {
    let text = fs::read_to_string(here.path("fake/requests")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// What the last request that had something to say said.
fn said(here: &Here) -> String {
    let last = requests(here).len() - 1;
    let body = fs::read_to_string(here.path(&format!("fake/calls/{last}.body"))).unwrap();
    serde_json::from_str::<Value>(&body).unwrap()["body"].as_str().unwrap().to_owned()
}

fn by(login: &str, id: u32, body: &str) -> Value {
    json!({ "id": id, "user": { "login": login }, "body": body })
}

#[test]
fn the_first_report_is_a_new_comment() {
    let here = prepared("changed", "1 gained \"ä\" `$(touch made)`\n", &[]);
    comment(&here, &[]).exits(0);
    assert_eq!(requests(&here), [format!("GET {LIST}?per_page=100&page=1"), format!("POST {LIST}")]);
    assert_eq!(said(&here), format!("{MARKER}\n1 gained \"ä\" `$(touch made)`\n"));
    assert!(!here.path("made").exists());
}

#[test]
fn a_later_report_takes_the_place_of_the_first() {
    let others: Vec<Value> = (0..100).map(|id| by("somebody", id, "fine")).collect();
    let forged = by("somebody", 200, &format!("{MARKER}\nnothing changes"));
    let other_key = by("github-actions[bot]", 201, "<!-- policyc: second -->\nx");
    let own = by("github-actions[bot]", 202, &format!("{MARKER}\nbefore"));
    let here = prepared("changed", "after\n", &[json!(others), json!([forged, other_key, own])]);
    comment(&here, &[]).exits(0);
    let last = requests(&here).pop().unwrap();
    assert_eq!(last, "PATCH https://api.example.org/repos/team/policies/issues/comments/202");
    comment(&here, &[("POLICYC_COMMENT_KEY", "second")]).exits(0);
    assert!(requests(&here).pop().unwrap().ends_with("/comments/201"));
}

#[test]
fn where_nothing_changes_no_comment_is_begun() {
    let here = prepared("same", "Nobody gains\n", &[]);
    comment(&here, &[]).exits(0);
    assert_eq!(requests(&here).len(), 1);
    let own = by("github-actions[bot]", 3, &format!("{MARKER}\n1 gained"));
    let here = prepared("same", "Nobody gains\n", &[json!([own])]);
    comment(&here, &[]).exits(0);
    assert_eq!(said(&here), format!("{MARKER}\nNobody gains\n"));
}

#[test]
fn what_has_no_place_is_not_written() {
    for (state, more) in [
        ("changed", ("POLICYC_PULL_REQUEST", "")),
        ("changed", ("POLICYC_COMMENT", "false")),
        ("skipped", ("POLICYC_COMMENT", "true")),
    ] {
        let here = prepared(state, "x\n", &[]);
        comment(&here, &[more]).exits(0);
        assert_eq!(requests(&here), Vec::<String>::new(), "{more:?}");
    }
    let here = prepared("changed", "x\n", &[]);
    comment(&here, &[("POLICYC_PULL_REQUEST", "7/../8")]).exits(2);
}

#[test]
fn a_token_that_must_not_write_fails_nothing() {
    for denied in ["fake/no-GET", "fake/no-POST"] {
        let here = prepared("changed", "x\n", &[]);
        here.write(denied, "");
        let ran = comment(&here, &[]).exits(0);
        assert!(
            ran.out.starts_with("::warning::the report could not be written as a comment: "),
            "{}",
            ran.out
        );
    }
    let here = prepared("changed", "x\n", &[]);
    let ran = comment(&here, &[("GITHUB_TOKEN", "")]).exits(0);
    assert!(ran.out.contains("there is no token"), "{}", ran.out);
}

#[test]
fn the_token_is_no_argument() {
    let here = prepared("changed", "x\n", &[]);
    comment(&here, &[]).exits(0);
    for call in 0..2 {
        let read = |what: &str| fs::read_to_string(here.path(&format!("fake/calls/{call}.{what}"))).unwrap();
        assert!(!read("arguments").contains("secret"));
        assert_eq!(read("config"), "header = \"Authorization: Bearer secret\"\n");
    }
}

#[test]
fn a_long_report_is_cut_where_it_is_seen() {
    let lines = "ä line of the difference that is told\n".repeat(3_000);
    let report =
        format!("1 gained\n\n<details><summary>all</summary>\n\n```text\n{lines}```\n\n</details>\n");
    let here = prepared("changed", &report, &[]);
    let summary = here.path("summary.md").display().to_string();
    comment(&here, &[("GITHUB_STEP_SUMMARY", &summary)]).exits(0);
    let body = said(&here);
    assert!(body.len() <= 65_536 && body.len() > 64_000, "{}", body.len());
    let end = body.split("```\n\n</details>\n").nth(1).unwrap_or_default().trim();
    assert!(end.starts_with("**Cut off here:** ") && end.ends_with("shows all of them."), "{end:?}");
    assert_eq!(body.matches("<details>").count(), body.matches("</details>").count());
    assert_eq!(fs::read_to_string(summary).unwrap(), report, "the summary has room for all");
}

#[test]
fn a_line_that_is_too_long_alone_is_cut_too() {
    let here = prepared("changed", &format!("1 gained\n{}\nlast\n", "x".repeat(100_000)), &[]);
    comment(&here, &[]).exits(0);
    assert!(said(&here).starts_with(&format!("{MARKER}\n1 gained\n\n**Cut off here:** 2 more lines")));
}

#[test]
fn one_job_of_gitlab_does_all() {
    let here = repository(BEFORE, AFTER);
    let own =
        json!([{ "id": 9, "author": { "username": "policy-bot" }, "body": format!("{MARKER}\nbefore") }]);
    prepare(&here, &[own]);
    let fake = here.path("fake").display().to_string();
    let base = here.git(&["rev-parse", "main"]);
    let variables = [
        ("POLICYC_PATHS", "policies"),
        ("POLICYC_GITLAB_TOKEN", "secret"),
        ("CI_API_V4_URL", "https://gitlab.example.org/api/v4"),
        ("CI_PROJECT_ID", "5"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base),
        ("FAKE", &fake),
    ];
    run(&here, "gitlab.sh", &[], &variables).exits(0);
    let notes = "https://gitlab.example.org/api/v4/projects/5/merge_requests/7/notes";
    assert_eq!(requests(&here)[2], format!("PUT {notes}/9"));
    assert!(said(&here).contains("role:reader"));
    for report in ["check.xml", "test.xml"] {
        let text = fs::read_to_string(here.path(&format!("policyc-reports/{report}"))).unwrap();
        assert!(text.starts_with("<?xml"), "{text}");
    }
    // A failing test fails the job, and the rest is done all the same.
    here.write("policies/t.policy", "test \"t\" { as role:reader cannot view }\n");
    let ran = run(&here, "gitlab.sh", &[], &variables).exits(1);
    assert!(ran.out.contains("1 failed"), "{}", ran.out);
    assert_eq!(requests(&here).len(), 6);
}

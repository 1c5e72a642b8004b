//! `ci/diff.sh`: against which revision, and what it comes to.

use super::{AFTER, BEFORE, Ran, repository, root, run};
use crate::cli::Here;
use std::fs;

struct Compared {
    ran: Ran,
    report: String,
    state: String,
}

fn diff(here: &Here, variables: &[(&str, &str)]) -> Compared {
    let variables: Vec<(&str, &str)> =
        [("POLICYC_PATHS", "policies")].iter().chain(variables).copied().collect();
    let ran = run(here, "diff.sh", &["report.md"], &variables);
    let read = |name: &str| fs::read_to_string(here.path(name)).unwrap_or_default();
    Compared { ran, report: read("report.md"), state: read("report.md.state").trim_end().to_owned() }
}

#[track_caller]
fn changed(here: &Here, variables: &[(&str, &str)]) {
    let Compared { ran, report, state } = diff(here, variables);
    ran.exits(0);
    assert_eq!(state, "changed");
    assert!(report.starts_with("### Permissions since `") && report.contains("role:reader"), "{report}");
}

#[track_caller]
fn skipped(here: &Here, variables: &[(&str, &str)], why: &str) {
    let Compared { ran, report, state } = diff(here, variables);
    ran.exits(0);
    assert_eq!(state, "skipped", "{report}");
    assert!(report.contains(why), "{report}");
}

#[test]
fn the_base_is_named_or_is_that_of_the_pull_request() {
    let here = repository(BEFORE, AFTER);
    changed(&here, &[("POLICYC_BASE", "main")]);
    let first = here.git(&["rev-parse", "main"]);
    changed(&here, &[("POLICYC_BASE", &first)]);
    skipped(&here, &[], "this run has no base");
    // What the base gained meanwhile is none of this change.
    here.git(&["checkout", "--quiet", "main"]);
    here.write("policies/b.policy", "role other { grant edit }\n");
    here.commit("meanwhile");
    here.git(&["checkout", "--quiet", "feature"]);
    let compared = diff(&here, &[("POLICYC_BASE", "main")]);
    assert!(!compared.report.contains("other"), "{}", compared.report);
}

#[test]
fn a_checkout_without_history_fetches_what_it_needs() {
    let origin = repository(BEFORE, AFTER);
    let from = format!("file://{}", origin.path("").display());
    let here = Here::with::<&str>(&[]);
    here.git(&["clone", "--quiet", "--depth", "1", "--branch", "feature", &from, "."]);
    changed(&here, &[("GITHUB_BASE_REF", "main")]);
    let again = Here::with::<&str>(&[]);
    again.git(&["clone", "--quiet", "--depth", "1", "--branch", "feature", &from, "."]);
    changed(&again, &[("POLICYC_BASE", "main")]);
}

#[test]
fn a_base_is_data() {
    let here = repository(BEFORE, AFTER);
    let refused = |base: &str| diff(&here, &[("POLICYC_BASE", base)]).ran.exits(2).err;
    assert!(refused("--output=made").contains("`--output=made` is no revision"));
    assert!(refused("$(touch made)").contains("is no revision of this checkout"));
    diff(&here, &[("GITHUB_BASE_REF", "$(touch made)")]).ran.exits(2);
    assert!(!here.path("made").exists());
}

#[test]
fn nothing_changed() {
    let here = repository(BEFORE, "# other words\nrole reader { grant view }\ncategory doc { view  edit }\n");
    let Compared { ran, report, state } = diff(&here, &[("POLICYC_BASE", "main")]);
    ran.exits(0);
    assert_eq!(state, "same");
    assert!(report.contains("Nobody gains or loses anything since `"), "{report}");
}

#[test]
fn the_first_policy_has_nothing_to_be_compared_with() {
    let here = Here::with(&[("notes.txt", "")]);
    here.git(&["init", "--quiet", "--initial-branch", "main"]);
    here.commit("first");
    here.write("policies/a.policy", BEFORE);
    here.commit("second");
    skipped(&here, &[("POLICYC_BASE", "main~1")], "There is no policy in `");
    let variables = [("POLICYC_BASE", "main~1"), ("POLICYC_PATHS", "")];
    skipped(&here, &variables, "There is no policy in `");
}

#[test]
fn a_broken_base_does_not_fail_the_change_that_mends_it() {
    let here = repository("role reader { grant nothing }\n", BEFORE);
    skipped(&here, &[("POLICYC_BASE", "main")], "has errors, so there is nothing to compare with");
    let here = repository(BEFORE, "role reader { grant nothing }\n");
    let Compared { ran, report, .. } = diff(&here, &[("POLICYC_BASE", "main")]);
    assert!(ran.exits(1).err.contains("P0201"));
    assert!(report.contains("The policy has errors"), "{report}");
}

#[test]
fn a_gate_refuses_and_says_so_first() {
    let here = repository(BEFORE, AFTER);
    let gates = [("POLICYC_BASE", "main"), ("POLICYC_FAIL_ON", "loss\n gain:doc ")];
    let Compared { ran, report, state } = diff(&here, &gates);
    ran.exits(1);
    assert_eq!(state, "changed");
    assert!(report.contains("\n**Refused:** `--fail-on gain:doc`: 1 change of this kind\n"), "{report}");
    diff(&here, &[("POLICYC_BASE", "main"), ("POLICYC_FAIL_ON", "loss")]).ran.exits(0);
    diff(&here, &[("POLICYC_BASE", "main"), ("POLICYC_FAIL_ON", "some")]).ran.exits(2);
}

#[test]
fn a_report_gives_the_service_no_commands() {
    let here = repository(BEFORE, AFTER);
    let out = diff(&here, &[("POLICYC_BASE", "main"), ("GITHUB_ACTIONS", "true")]).ran.exits(0).out;
    let (first, rest) = out.split_once('\n').unwrap();
    let token = first.strip_prefix("::stop-commands::").unwrap();
    assert!(
        token.len() == 32 && rest.starts_with("### ") && rest.ends_with(&format!("\n::{token}::\n")),
        "{out}"
    );
}

#[test]
fn every_script_is_bash() {
    for script in ["check.sh", "comment.sh", "common.sh", "diff.sh", "gitlab.sh", "install.sh", "test.sh"] {
        let read =
            std::process::Command::new("bash").arg("-n").arg(root("ci").join(script)).status().unwrap();
        assert!(read.success(), "{script}");
    }
}

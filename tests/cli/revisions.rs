//! `policyc diff` between revisions of git.

use super::Here;

const BEFORE: &str = "category doc { view  edit }\nrole reader { grant view }\n";
const AFTER: &str = "category doc { view  edit }\nrole reader { grant view, edit }\n";
const GAIN: &str = "+ role:reader can now edit";

/// A repository with a policy in `policies`: on `main`, and with more in it on `feature`, which is checked out.
fn repository() -> Here {
    let here = Here::with(&[("policies/a.policy", BEFORE), ("notes.yaml", "no policy")]);
    here.git(&["init", "--quiet", "--initial-branch", "main"]);
    here.commit("first");
    here.git(&["checkout", "--quiet", "-b", "feature"]);
    here.write("policies/a.policy", AFTER);
    here.commit("second");
    here
}

/// What people see of `policyc diff` with these arguments.
#[track_caller]
fn gain(here: &Here, arguments: &str, cause: &str) {
    let arguments: Vec<&str> = std::iter::once("diff").chain(arguments.split(' ')).collect();
    let ran = here.run(&arguments).exits(0);
    assert!(ran.out.contains(GAIN) && ran.out.contains(cause), "{arguments:?}: {}", ran.out);
}

#[track_caller]
fn refused(here: &Here, arguments: &str, expected: &str) {
    let arguments: Vec<&str> = std::iter::once("diff").chain(arguments.split(' ')).collect();
    let ran = here.run(&arguments).exits(2);
    assert_eq!(ran.err.trim_end(), expected, "{arguments:?}");
}

#[test]
fn every_way_to_name_two_sides() {
    let here = repository();
    gain(&here, "main..feature -p policies", "new feature:policies/a.policy:2:15");
    gain(&here, "main... -p policies", "new HEAD:policies/a.policy:2:15");
    gain(&here, "main.. -p policies", "new HEAD:policies/a.policy:2:15");
    gain(&here, "HEAD~1 HEAD -p policies/a.policy", "new HEAD:policies/a.policy:2:15");
    gain(&here, "main -p policies", "new policies/a.policy:2:15");
    gain(&here, "main policies", "new policies/a.policy:2:15");
    gain(&here, "main:policies feature:policies/a.policy", "new feature:policies/a.policy:2:15");
    gain(&here, "main:policies policies", "new policies/a.policy:2:15");
    let ran = here.run(&["diff", "feature", "policies"]).exits(0);
    assert!(!ran.out.contains(GAIN), "{}", ran.out);
}

#[test]
fn what_is_not_committed_counts_and_stays() {
    let here = repository();
    here.git(&["checkout", "--quiet", "main"]);
    here.write("policies/a.policy", AFTER);
    let before = here.git(&["status", "--porcelain"]);
    gain(&here, "HEAD -p policies", "new policies/a.policy:2:15");
    let ran = here.run(&["diff", "main..HEAD", "-p", "policies", "--exit-code"]).exits(0);
    assert!(!ran.out.contains(GAIN), "{}", ran.out);
    assert_eq!(here.git(&["status", "--porcelain"]), before);
    assert_eq!(here.git(&["branch", "--show-current"]).trim(), "main");
}

#[test]
fn three_dots_leave_out_what_the_other_branch_gained() {
    let here = repository();
    here.git(&["checkout", "--quiet", "main"]);
    here.write("policies/b.policy", "role writer { grant edit }\n");
    here.commit("third");
    let ran = here.run(&["diff", "main..feature", "-p", "policies"]).exits(0);
    assert!(ran.out.contains("- role:writer"), "{}", ran.out);
    let ran = here.run(&["diff", "main...feature", "-p", "policies"]).exits(0);
    assert!(ran.out.contains(GAIN) && !ran.out.contains("writer"), "{}", ran.out);
}

#[test]
fn from_a_directory_further_down() {
    let here = repository();
    let run = |arguments: &[&str]| {
        here.command().current_dir(here.path("policies")).args(arguments).output().unwrap()
    };
    for arguments in [["diff", "main.."], ["diff", "main"], ["diff", "main:./"]] {
        let out = String::from_utf8(run(&arguments).stdout).unwrap();
        assert!(out.contains(GAIN), "{arguments:?}: {out}");
    }
}

#[test]
fn the_paths_of_the_configuration() {
    let here = repository();
    here.write("policyc.toml", "paths = [\"policies\"]\n");
    gain(&here, "main..HEAD", "new HEAD:policies/a.policy:2:15");
    gain(&here, "main", "new policies/a.policy:2:15");
}

#[test]
fn an_artifact_in_a_revision() {
    let here = repository();
    here.git(&["checkout", "--quiet", "main"]);
    here.run(&["compile", "policies", "-o", "app.bin"]).exits(0);
    here.commit("artifact");
    gain(&here, "HEAD:app.bin feature:policies", "new feature:policies/a.policy:2:15");
}

#[test]
fn what_is_hidden_and_the_files_of_directories_below() {
    let here = repository();
    here.write("policies/inner/b.yaml", "roles: { writer: { grant: edit } }\n");
    here.write("policies/.draft/c.policy", "garbage");
    here.commit("third");
    let ran = here.run(&["diff", "HEAD~1..HEAD", "-p", "policies"]).exits(0);
    assert!(ran.out.contains("+ role:writer can now edit"), "{}", ran.out);
    assert!(ran.out.contains("HEAD:policies/inner/b.yaml:1:"), "{}", ran.out);
}

#[cfg(unix)]
#[test]
fn links_lead_to_what_the_revision_has() {
    use std::os::unix::fs::symlink;
    let here = repository();
    here.write("shared/b.policy", "role writer { grant edit }\n");
    symlink("../shared", here.path("policies/shared")).unwrap();
    // A file counts once.
    symlink("a.policy", here.path("policies/again.policy")).unwrap();
    symlink(".", here.path("policies/circle")).unwrap();
    symlink("/nowhere", here.path("policies/away")).unwrap();
    here.commit("third");
    let ran = here.run(&["diff", "HEAD~1..HEAD", "-p", "policies"]).exits(0);
    assert!(ran.out.contains("+ role:writer can now edit"), "{}", ran.out);
    assert_eq!(
        ran.err.trim_end(),
        "note: the link `HEAD:policies/away` leads out of the revision and was not followed"
    );
    symlink("../../out.policy", here.path("policies/out.policy")).unwrap();
    here.commit("fourth");
    refused(
        &here,
        "main..HEAD -p policies",
        "error: `HEAD:policies/out.policy` is a link that leads out of the revision; compare directories",
    );
}

#[test]
fn names_that_mean_nothing() {
    let here = repository();
    refused(
        &here,
        "nope -p policies",
        "error: `nope` is no revision of git, and there is no such file or directory; check the name, or fetch it",
    );
    refused(
        &here,
        "nope policies",
        "error: cannot read `nope`: there is no such file or directory, and it is no revision of git; check the name",
    );
    refused(&here, "main..HEAD policies", "error: `main..HEAD` names two revisions; give it alone");
    refused(
        &here,
        "main..HEAD -p gone",
        "error: there is no `gone` in `main`; say with `-p` where the policy is",
    );
    refused(
        &here,
        "policies",
        "error: say what `policies` is compared with: `policyc diff OLD policies`, or a revision of git, \
         as in `policyc diff HEAD -p policies`",
    );
    here.write("feature/b.policy", BEFORE);
    refused(
        &here,
        "main feature",
        "error: `feature` is a path and a revision of git; write `./feature`, or the revision in another way, \
         as `feature^0`",
    );
    // The one before is broken: nothing is compared.
    here.write("policies/a.policy", "role r {");
    here.commit("broken");
    let ran = here.run(&["diff", "HEAD..main", "-p", "policies"]).exits(1);
    assert!(
        ran.err.contains("HEAD:policies/a.policy:1:8") && ran.err.contains("nothing was compared"),
        "{}",
        ran.err
    );
}

#[test]
fn outside_of_a_repository() {
    let here = Here::with(&[("a.policy", BEFORE)]);
    let ran = here
        .command()
        .args(["diff", "main.."])
        .env("GIT_CEILING_DIRECTORIES", here.path(".."))
        .output()
        .unwrap();
    let err = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(err.trim_end(), "error: `.` is in no repository of git; go to one, or compare directories");
}

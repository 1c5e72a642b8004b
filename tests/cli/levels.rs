//! Levels of findings, from the command line and from policyc.toml.

use super::{GOOD, Here, Ran};

/// One error that leaves a policy to decide with (P0307).
const UNMET: &str = "\
category access { access-cases }
category work { modify requires any access }
role operator { grant modify }
role reader { grant access-cases }
assign operator to user:ann
assign reader to user:bob
@allow(P0714) \"later\"
user ann
user bob
";
/// The last line about it when nothing is left to find.
const CLEAN: &str =
    "no problems in 1 file (2 privileges, 2 roles, 2 users, 2 entries, 2 assignments, 1 formula)";
/// The last line about a P0701 that is an error.
const DENIED: &str = "1 error in 1 file; for more: policyc explain P0701";
/// One warning (P0701).
const UNUSED: &str = "\
category c { edit }
@allow(P0402) \"none\"
role r { grant edit }
assign r to user:ann
user ann
";
const NOTHING: &str = "no problems in 1 file (1 privilege, 1 role, 1 user, 1 entry, 1 assignment)";

#[track_caller]
fn check(policy: &str, options: &str, code: i32, last: &str) -> Ran {
    let here = Here::with(&[("a.policy", policy)]);
    ends(&here, &format!("check {options}"), code, last)
}

/// Runs words; the last line of the output is `last`.
#[track_caller]
fn ends(here: &Here, words: &str, code: i32, last: &str) -> Ran {
    let ran = here.run(&words.split_whitespace().collect::<Vec<_>>()).exits(code);
    assert_eq!(ran.out.lines().last(), Some(last), "{words}\n{}", ran.out);
    ran
}

#[test]
fn deny_fails_and_allow_silences() {
    check(UNUSED, "", 0, "1 warning in 1 file");
    for what in ["P0701", "p0701", "unused-allow", "P07", "warnings"] {
        check(UNUSED, &format!("--deny {what}"), 1, DENIED).says("error P0701");
        check(UNUSED, &format!("--allow {what}"), 0, NOTHING);
    }
}

#[test]
fn the_later_counts_and_the_specific_beats_the_broad() {
    check(UNUSED, "--deny P0701 --warn unused-allow", 0, "1 warning in 1 file");
    check(UNUSED, "--warn P0701 --deny P0701", 1, DENIED);
    check(UNUSED, "--warn P0701 --deny warnings --allow P07", 0, "1 warning in 1 file");
    check(UNUSED, "--deny P07 --allow warnings", 1, DENIED);
    check(UNUSED, "--deny P0701 --deny P0402 --warn P0701", 0, "1 warning in 1 file");
}

#[test]
fn what_can_t_be_set_is_wrong_usage() {
    let here = Here::with(&[("a.policy", GOOD)]);
    here.run(&["check", "--allow", "role-cycle"]).refuses(&[
        "--allow role-cycle",
        "P0301",
        "always an error",
    ]);
    here.run(&["check", "--warn", "P00"]).refuses(&["everything in P00 is always an error"]);
    here.run(&["check", "--deny", "rol-cycle"]).refuses(&["`rol-cycle`", "did you mean `role-cycle`?"]);
    here.run(&["check", "--deny", "07xx"]).refuses(&["`07xx`", "did you mean `P07`?"]);
    here.run(&["check", "--deny", "everything"]).refuses(&["`everything`", "`warnings`"]);
    here.run(&["check", "--config", "x", "--no-config"]).exits(2).warns("--no-config");
    here.run(&["check", "--config", "x.toml"]).refuses(&["`x.toml`", "no such file"]);
}

#[test]
fn an_error_that_is_lowered_lets_every_command_go_on() {
    let here = Here::with(&[("a.policy", UNMET)]);
    let can = ["can", "user:ann", "modify"];
    here.run(&["check"]).exits(1).says("error P0307");
    here.run(&["compile", "-o", "a.bin"]).exits(1);
    here.run(&can).exits(1).warns("nothing can be asked of it");
    here.write("policyc.toml", "[levels]\nunmet-requirement = \"warn\"\n");
    ends(&here, "check", 0, "levels from policyc.toml").says("1 warning in 1 file");
    here.run(&["compile", "-o", "a.bin"]).exits(0).warns("warning P0307");
    here.run(&can).exits(1).says("no: missing-requirement");
    here.run(&["test"]).exits(0).says("0 passed, 0 failed");
    for command in [&["check"][..], &["compile", "-o", "b.bin"], &can, &["test"]] {
        here.run(&[command, &["--no-config"]].concat()).exits(1);
    }
    check(UNMET, "--warn P0307", 0, "1 warning in 1 file");
    check(UNMET, "--allow P03 --deny warnings", 0, CLEAN);
}

#[test]
fn every_command_refuses_what_the_file_denies() {
    let here = Here::with(&[("a.policy", UNUSED), ("policyc.toml", "levels.warnings = 'deny'")]);
    ends(&here, "check", 1, "levels from policyc.toml").says("error P0701");
    here.run(&["compile", "-o", "a.bin"]).exits(1).warns("nothing was written");
    here.run(&["can", "anonymous", "edit"]).exits(1).warns("nothing can be asked of it");
    here.run(&["test"]).exits(1).warns("no test was run");
}

#[test]
fn the_command_line_beats_the_file() {
    let here = Here::with(&[
        ("a.policy", UNUSED),
        ("policyc.toml", "format = 'json'\n[levels]\nP0701 = 'deny'\nwarnings = 'deny'\n"),
    ]);
    assert_eq!(here.run(&["check"]).exits(1).json()[0]["severity"], "error");
    ends(&here, "check --format human", 1, "levels from policyc.toml");
    // What the file says no longer changes anything, so nothing is said of it.
    ends(&here, "check --format human --warn P07", 0, "1 warning in 1 file");
    ends(&here, "check --format human --deny P0701", 1, DENIED);
    here.write("policyc.toml", "levels.P0701 = 'allow'");
    ends(&here, "check --deny warnings", 0, "levels from policyc.toml").says("no problems in 1 file");
    ends(&here, "check --deny P0701", 1, DENIED);
    ends(&here, "check --no-config --deny warnings", 1, DENIED);
}

#[test]
fn allow_in_source_is_strongest_and_counts_as_used() {
    let allowed = UNMET.replace("role operator", "@allow(P0307) \"later\"\nrole operator");
    for options in ["", "--deny P0307", "--warn P0307", "--allow P0307", "--deny warnings"] {
        check(&allowed, options, 0, CLEAN);
    }
}

#[test]
fn a_denied_warning_hides_nothing() {
    // Lints, and invariants, which are checked on the artifact, come after the entry without effect.
    let policy = "\
resource folder
resource flow in folder
category folder on folder { delete }
group ops
role reader { grant delete }
role idle { grant delete on folder:x }
assign reader to group:ops
grant delete to group:ops on flow:nightly
never anonymous can delete
";
    let here = Here::with(&[("a.policy", policy)]);
    let findings = |options: &[&str]| {
        let ran = here.run(&[&["check", "--format", "json"], options].concat());
        let all = ran.json();
        all.iter().filter_map(|line| Some(line.get("code")?.as_str()?.to_owned())).collect::<Vec<_>>()
    };
    let plain = findings(&[]);
    assert_eq!(plain, ["P0702", "P0402", "P0715"]);
    assert_eq!(findings(&["--deny", "warnings"]), plain);
    here.write("a.policy", policy.replace("never anonymous", "never role:reader"));
    let plain = findings(&[]);
    assert_eq!(plain, ["P0402", "P0801"]);
    assert_eq!(findings(&["--deny", "warnings"]), plain);
}

#[test]
fn the_nearest_file_from_the_first_path_upward() {
    let here = Here::with(&[
        ("top/policyc.toml", "levels.P0701 = 'deny'"),
        ("top/a/b/x.policy", UNUSED),
        ("top/near/policyc.toml", "levels.P0701 = 'allow'"),
        ("top/near/deep/x.policy", UNUSED),
    ]);
    for path in ["top/a", "top/a/b/x.policy", "top/a/../a/b"] {
        here.run(&["check", path]).exits(1).says("levels from top/policyc.toml");
    }
    for path in ["top/near", "top/near/deep", "top/near/deep/x.policy"] {
        ends(&here, &format!("check {path}"), 0, "levels from top/near/policyc.toml");
    }
    // The first path says where to search, whatever the others are.
    here.write("top/a/empty.policy", "");
    ends(&here, "check top/near/deep top/a/empty.policy", 0, "levels from top/near/policyc.toml");
    ends(&here, "check top/a/empty.policy top/near/deep", 1, "levels from top/policyc.toml");
    ends(&here, "check top/near --config top/policyc.toml", 1, "levels from top/policyc.toml");
    let output = super::command(&here.path("top/a/b")).arg("check").output().unwrap();
    Ran::new(&["check"], output).exits(1).says("levels from ../../policyc.toml");
}

#[test]
fn paths_of_the_file_are_relative_to_it_and_for_want_of_others() {
    let here = Here::with(&[
        ("policyc.toml", "paths = ['policies', 'more.policy']"),
        ("policies/a.policy", UNUSED),
        ("more.policy", "# nothing\n"),
        ("stray.policy", "no policy"),
        ("sub/notes.txt", ""),
    ]);
    ends(&here, "check", 0, "1 warning in 2 files").says("policies/a.policy:2:");
    here.run(&["check", "."]).exits(1).says("stray.policy");
    here.run(&["compile", "-o", "a.bin"]).exits(0);
    here.run(&["test"]).exits(0);
    here.run(&["can", "anonymous", "edit"]).exits(1).says("no: default-deny");
    here.run(&["can", "anonymous", "edit", "-p", "a.bin"]).exits(1).says("no: default-deny");
    let output = super::command(&here.path("sub")).arg("check").output().unwrap();
    Ran::new(&["check"], output).exits(0).says("../policies/a.policy:2:");
    ends(&here, "check --config sub/../policyc.toml", 0, "1 warning in 2 files");
    here.write("policyc.toml", "paths = ['polices']");
    here.run(&["check"]).refuses(&["`polices`", "correct `polices` in the `paths` of policyc.toml"]);
    here.run(&["check", "policies"]).exits(0);
}

#[test]
fn a_faulty_file_stops_every_command_at_its_place() {
    let here = Here::with(&[("a.policy", GOOD)]);
    for (text, says) in [
        (
            "format = 'json'\n[levels]\n  unused-alow = 'deny'\n",
            "policyc.toml:3:3: no code or block is called",
        ),
        ("[levels]\nP0701 = 'off'\n", "policyc.toml:2:9: `off` is no level; there are: allow, warn, deny"),
        ("[levels]\nrole-cycle = 'warn'\n", "policyc.toml:2:1: P0301 (role-cycle) is always an error"),
        ("[level]\n", "policyc.toml:1:2: `level` is no setting; did you mean `levels`?"),
        ("format = 'jsno'\n", "policyc.toml:1:10: `jsno` is no format; did you mean `json`?"),
        ("format =\n", "policyc.toml:1:9: this is not TOML"),
    ] {
        here.write("policyc.toml", text);
        for command in [&["check"][..], &["compile", "-o", "b"], &["can", "anonymous", "x"], &["test"]] {
            here.run(command).refuses(&[says]);
        }
        here.run(&["check", "--no-config"]).exits(0);
    }
    here.write("policyc.toml", b"format = '\xff'");
    here.run(&["check"]).refuses(&["`policyc.toml`", "UTF-8"]);
    here.write("policyc.toml", vec![b'#'; (1 << 20) + 1]);
    here.run(&["check"]).refuses(&["`policyc.toml`", "larger than 1 MiB"]);
}

#[test]
fn a_configuration_that_is_no_file_is_refused() {
    let here = Here::with(&[("a.policy", GOOD), ("policyc.toml/keep", "")]);
    let ran = here.run(&["check"]).exits(2);
    assert!(
        ran.err.contains("`policyc.toml`: it is a directory; rename it, or say `--no-config`"),
        "{}",
        ran.err
    );
    here.run(&["check", "--no-config"]).exits(0);
}

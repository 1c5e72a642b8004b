//! `policyc compile`.

use super::{BAD, GOOD, Here};
use std::fs;

#[test]
fn the_artifact_is_written_and_told_of() {
    let here = Here::with(&[("a.policy", GOOD)]);
    here.run(&["compile", "-o", "app.bin"]).exits(0).says("wrote app.bin: ").says("4 roles");
    assert_eq!(here.names(), ["a.policy", "app.bin"]);
    let bytes = fs::read(here.path("app.bin")).unwrap();
    assert!(policyc::Policy::load(bytes.clone()).is_ok());
    // The same policy gives the same bytes.
    here.run(&["compile", "a.policy", "--output", "again.bin"]).exits(0);
    assert_eq!(fs::read(here.path("again.bin")).unwrap(), bytes);
    let lines = here.run(&["compile", "-o", "app.bin", "--format", "json"]).exits(0).json();
    assert_eq!(lines[0]["type"], "artifact");
    assert_eq!(lines[0]["bytes"], bytes.len());
}

#[test]
fn a_stripped_artifact_is_smaller_and_decides_alike() {
    let here = Here::with(&[("a.policy", GOOD)]);
    here.run(&["compile", "-o", "full"]).exits(0);
    here.run(&["compile", "-o", "stripped", "--strip"]).exits(0);
    let size = |name: &str| fs::metadata(here.path(name)).unwrap().len();
    assert!(size("stripped") < size("full"));
    for artifact in ["full", "stripped"] {
        here.run(&["can", "group:ops", "flow.view", "flow:finance/x", "-p", artifact]).exits(0).says("yes");
    }
}

#[test]
fn a_policy_with_errors_leaves_the_old_artifact_whole() {
    let here = Here::with(&[("p/a.policy", BAD), ("app.bin", "old")]);
    let ran =
        here.run(&["compile", "p", "-o", "app.bin"]).exits(1).warns("P0202").warns("nothing was written");
    assert_eq!(ran.out, "");
    assert_eq!(fs::read_to_string(here.path("app.bin")).unwrap(), "old");
    assert_eq!(here.names(), ["app.bin", "p"]);
    let ran = here.run(&["compile", "p", "-o", "new.bin", "--format", "json"]).exits(1);
    assert_eq!(super::json(&ran.err).len(), 2);
    assert_eq!(here.names(), ["app.bin", "p"]);
}

#[test]
fn warnings_are_shown_and_stop_nothing() {
    let here =
        Here::with(&[("a.policy", "category c { edit }\n@allow(P0402) \"none\"\nrole r { grant edit }\n")]);
    here.run(&["compile", "-o", "app.bin"]).exits(0).warns("P0701").says("wrote app.bin");
}

#[test]
fn what_can_t_be_written_is_exit_code_2() {
    let here = Here::with(&[("p/a.policy", GOOD)]);
    here.run(&["compile", "p", "-o", "no/such/app.bin"])
        .refuses(&["no/such/app.bin", "directory does not exist"]);
    here.run(&["compile", "p", "-o", "p"]).refuses(&["`p`", "it is a directory"]);
    here.run(&["compile", "p", "-o", "p/a.policy"]).refuses(&["p/a.policy", "is a source"]);
    assert_eq!(fs::read_to_string(here.path("p/a.policy")).unwrap(), GOOD);
    here.run(&["compile", "p", "-o", "p/a.policy/app.bin"]).exits(2);
    here.run(&["compile", "p"]).exits(2).warns("--output");
    assert_eq!(here.names(), ["p"]);
}

#[cfg(unix)]
#[test]
fn devices_are_written_to_and_links_followed() {
    let here = Here::with(&[("p/a.policy", GOOD), ("target.bin", "old")]);
    here.run(&["compile", "p", "-o", "/dev/null"]).exits(0);
    std::os::unix::fs::symlink("target.bin", here.path("link.bin")).unwrap();
    here.run(&["compile", "p", "-o", "link.bin"]).exits(0);
    assert!(fs::symlink_metadata(here.path("link.bin")).unwrap().is_symlink());
    assert!(policyc::Policy::load(fs::read(here.path("target.bin")).unwrap()).is_ok());
}

#[cfg(unix)]
#[test]
fn others_may_read_what_the_umask_lets_them() {
    use std::os::unix::fs::PermissionsExt;
    let here = Here::with(&[("p/a.policy", GOOD), ("open.bin", ""), ("closed.bin", "")]);
    let set =
        |name: &str, mode| fs::set_permissions(here.path(name), fs::Permissions::from_mode(mode)).unwrap();
    let mode = |name: &str| fs::metadata(here.path(name)).unwrap().permissions().mode() & 0o777;
    set("closed.bin", 0o600);
    here.write("plain", "");
    for name in ["new.bin", "closed.bin"] {
        here.run(&["compile", "p", "-o", name]).exits(0);
    }
    assert_eq!(mode("new.bin"), mode("plain"));
    assert_eq!(mode("closed.bin"), 0o600);
}

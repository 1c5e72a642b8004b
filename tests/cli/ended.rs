//! `policyc check --at`: assignments that have ended, or end soon.

use super::Here;

const POLICY: &str = "\
category c { view }
role auditor { grant view }
user ann
user bob
assign auditor to user:ann until 2026-06-30
@allow(P0717) \"over by then\"
assign auditor to user:bob until 2026-07-15
";

#[track_caller]
fn check(at: &str, last: &str) -> String {
    let here = Here::with(&[("a.policy", POLICY)]);
    let arguments: Vec<&str> = ["check"].into_iter().chain(at.split_whitespace()).collect();
    let ran = here.run(&arguments).exits(0);
    assert_eq!(ran.out.lines().last(), Some(last), "{}", ran.out);
    ran.out
}

const NOTHING: &str =
    "no problems in 1 file (1 privilege, 1 role, 2 users, 1 entry, 2 assignments, 2 formulas)";

#[test]
fn the_time_is_looked_from_only_when_it_is_given() {
    check("", NOTHING);
    check("--at 2026-05-01", NOTHING);
    let text = check("--at 2026-06-29T23:59:59Z", "1 warning in 1 file");
    assert!(text.contains("P0717 expiring-assignment") && text.contains("ends on 2026-06-30"), "{text}");
    let text = check("--at 2026-07-01", "1 warning in 1 file");
    assert!(text.contains("P0716 expired-assignment") && text.contains("ended on 2026-06-30"), "{text}");
}

#[test]
fn the_present_is_a_time_and_so_is_nothing_else() {
    let here = Here::with(&[("a.policy", POLICY)]);
    here.run(&["check", "--at", "now"]).exits(0).says("P0716");
    here.run(&["check", "--at", "soon"]).refuses(&["`soon` is no time", "2027-01-31", "`now`"]);
}

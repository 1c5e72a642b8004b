//! `policyc check`.

use super::{BAD, GOOD, Here};
use std::time::{Duration, Instant};

#[test]
fn a_good_policy_has_no_problems() {
    let here = Here::with(&[("a.policy", GOOD)]);
    let ran = here.run(&["check"]).exits(0).says("no problems in 1 file (").says("4 roles");
    assert_eq!(ran.err, "");
    assert_eq!(here.run(&["check", "a.policy"]).exits(0).out, ran.out);
    assert_eq!(here.run(&["check", "."]).exits(0).out, ran.out);
}

#[test]
fn errors_are_exit_code_1_with_a_tally() {
    let here = Here::with(&[("a.policy", GOOD), ("b.policy", BAD)]);
    let ran = here.run(&["check", "b.policy"]).exits(1).says("P0202 unknown-role").says("b.policy:3:8");
    assert_eq!(ran.out.lines().last(), Some("1 error in 1 file; for more: policyc explain P0202"));
    assert_eq!(ran.err, "");
}

#[test]
fn warnings_fail_a_check_only_when_denied() {
    let here =
        Here::with(&[("a.policy", "category c { edit }\n@allow(P0402) \"none\"\nrole r { grant edit }\n")]);
    let ran = here.run(&["check"]).exits(0).says("warning P0701 unused-allow");
    assert_eq!(ran.out.lines().last(), Some("1 warning in 1 file"));
    let ran = here.run(&["check", "--deny", "warnings"]).exits(1).says("error P0701 unused-allow");
    assert_eq!(ran.out.lines().last(), Some("1 error in 1 file; for more: policyc explain P0701"));
    here.run(&["check", "--deny", "everything"]).exits(2);
}

#[test]
fn json_is_a_line_for_each_finding_and_a_summary() {
    let here = Here::with(&[("a.policy", BAD)]);
    let lines = here.run(&["check", "--format", "json"]).exits(1).json();
    let [finding, summary] = lines.as_slice() else { panic!("{lines:?}") };
    for (key, wanted) in [
        ("type", "finding"),
        ("code", "P0202"),
        ("name", "unknown-role"),
        ("severity", "error"),
        ("file", "a.policy"),
    ] {
        assert_eq!(finding[key], wanted, "{finding}");
    }
    let start = BAD.find("raeder").unwrap();
    for (key, wanted) in
        [("line", 3), ("column", 8), ("endLine", 3), ("endColumn", 14), ("start", start), ("end", start + 6)]
    {
        assert_eq!(finding[key], wanted, "{key}: {finding}");
    }
    for key in ["message", "label", "related", "help"] {
        assert!(finding.get(key).is_some(), "{key}: {finding}");
    }
    assert_eq!(summary["type"], "summary");
    assert_eq!((&summary["errors"], &summary["warnings"]), (&1.into(), &0.into()));
    assert_eq!((&summary["files"], &summary["omitted"]), (&1.into(), &0.into()));
}

#[test]
fn json_of_a_good_policy_counts_what_is_in_it() {
    let here = Here::with(&[("a.policy", GOOD)]);
    let lines = here.run(&["check", "--format", "json"]).exits(0).json();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["policy"]["roles"], 4);
}

#[test]
fn a_byte_order_mark_and_line_ends_of_windows_change_nothing() {
    let here = Here::with(&[("a.policy", BAD)]);
    let plain = here.run(&["check"]).exits(1).out;
    here.write("a.policy", format!("\u{feff}{BAD}").replace('\n', "\r\n"));
    assert_eq!(here.run(&["check"]).exits(1).out, plain);
}

#[test]
fn what_is_not_utf_8_is_shown_where_it_is() {
    let here = Here::with(&[
        ("a.policy", b"category c { edit }\n# caf\xe9\nrole r { grant edit }\nrole \"caf\xe9\"\n".as_slice()),
        (
            "b.policy",
            "assign r to anyone\nassign q to anyone\nassign \"café\" to anyone\nrole s {".as_bytes(),
        ),
    ]);
    let ran = here.run(&["check"]).exits(1).says("P0003 not-utf8").says("a.policy:2:6").says("0xe9");
    // Faults of the other file are reported besides; the role that may be declared in this one is none.
    let ran = ran.says("unknown role `q`").says("b.policy:4");
    assert_eq!(ran.out.matches("unknown-role").count(), 1, "{}", ran.out);
    // In another encoding nothing that it declares can be known.
    let wide: Vec<u8> = "role q".encode_utf16().flat_map(u16::to_le_bytes).chain([0xff]).collect();
    let here = Here::with(&[("a.policy", wide.as_slice()), ("b.policy", b"assign q to anyone\n".as_slice())]);
    let ran = here.run(&["check"]).exits(1).says("P0003 not-utf8");
    assert!(!ran.out.contains("unknown-role"), "{}", ran.out);
}

#[test]
fn a_file_beyond_the_limit_is_not_read() {
    let here = Here::with(&[("a.policy", GOOD)]);
    let file = std::fs::File::create(here.path("b.policy")).unwrap();
    file.set_len(policyc::load::MAX_FILE_BYTES + 1).unwrap();
    here.run(&["check"])
        .exits(1)
        .says("P0902 file-too-large")
        .says("b.policy:1:1")
        .says("1 error in 2 files");
}

#[test]
fn garbage_of_50_megabytes_is_refused_in_seconds() {
    let here = Here::with(&[("a.policy", "grnt ]x[ !! to user ann on on\n".repeat(50_000_000 / 30))]);
    for format in ["human", "json"] {
        let begin = Instant::now();
        let ran = here.run(&["check", "--format", format]).exits(1);
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(60), "{took:?}");
        assert!(ran.out.lines().count() <= 10_001, "{}", ran.out.lines().count());
    }
}

#[test]
fn one_long_line_is_cut_around_its_fault() {
    let padding = "grant view to anyone ".repeat(10_000);
    let here = Here::with(&[(
        "a.policy",
        format!("category c {{ view }} {padding} grant veiw to anyone {padding}"),
    )]);
    let ran = here.run(&["check"]).exits(1).says("grant veiw to anyone").says("unknown-privilege");
    assert!(ran.out.lines().all(|line| line.chars().count() <= 130), "{}", ran.out);
}

#[test]
fn people_see_a_hundred_findings_and_programs_all() {
    let many: String = (0..150).map(|at| format!("assign missing{at} to anyone\n")).collect();
    let here = Here::with(&[("a.policy", many)]);
    let ran = here.run(&["check"]).exits(1).says("and 50 more findings").says("150 errors in 1 file");
    assert_eq!(ran.out.matches("error P0202").count(), 100);
    assert_eq!(here.run(&["check", "--format", "json"]).exits(1).json().len(), 151);
}

#[test]
fn names_can_t_steer_the_terminal() {
    let here = Here::with(&[("a.policy", "category c { view }\nassign \"\u{1b}[2J\u{202e}x\" to anyone\n")]);
    for format in ["human", "json"] {
        let ran = here.run(&["check", "--format", format]).exits(1);
        assert!(!ran.out.contains('\u{1b}'), "{}", ran.out);
    }
}

#[test]
fn color_is_for_terminals_and_on_demand() {
    let here = Here::with(&[("a.policy", BAD)]);
    assert!(!here.run(&["check"]).exits(1).out.contains('\u{1b}'));
    assert!(here.run(&["check", "--color", "always"]).exits(1).out.contains('\u{1b}'));
    assert!(!here.run(&["check", "--color", "never"]).exits(1).out.contains('\u{1b}'));
}

#[test]
fn what_was_refused_has_no_other_faults() {
    for rule in [
        "deny edit to anyone when true",
        "on t:x { deny edit to anyone on t:y }",
        "privilege close in c requires category:c",
        "privilege close in c requires edit or category:c",
    ] {
        let text = format!("resource t\ncategory c on t {{ edit }}\n{rule}\n");
        let ran = Here::with(&[("a.policy", text)]).run(&["check"]).exits(1).says("P0001");
        assert_eq!(
            ran.out.lines().last(),
            Some("1 error in 1 file; for more: policyc explain P0001"),
            "{rule}\n{}",
            ran.out
        );
    }
}

//! `policyc explain`.

use super::Here;
use policyc::diagnostic::Code;

#[test]
fn a_page_is_printed_by_number_and_by_name() {
    let here = Here::with::<&str>(&[]);
    let page = Code::RoleCycle.page();
    for name in ["P0301", "p0301", "role-cycle", "P0301 role-cycle"] {
        let ran = here.run(&["explain", name]).exits(0);
        assert_eq!((ran.out.as_str(), ran.err.as_str()), (page, ""));
    }
}

#[test]
fn an_unknown_code_is_answered_with_the_closest_one() {
    let here = Here::with::<&str>(&[]);
    let list = "`policyc explain --list` shows all";
    for (given, meant) in
        [("role-cicle", "`role-cycle`"), ("Role-Cycle", "`role-cycle`"), ("p301", "`P0301`")]
    {
        here.run(&["explain", given]).refuses(&[given, "did you mean", meant, list]);
    }
    for given in ["P0399", "elephants", "", "\u{1b}[2J"] {
        let ran = here.run(&["explain", given]).refuses(&["no code is called", list]);
        assert!(!ran.err.contains("did you mean") && !ran.err.contains('\u{1b}'), "{}", ran.err);
    }
}

#[test]
fn the_list_has_a_line_for_each_code() {
    let here = Here::with::<&str>(&[]);
    let ran = here.run(&["explain", "--list"]).exits(0);
    assert_eq!(ran.out.lines().count(), Code::ALL.len());
    for (line, code) in ran.out.lines().zip(Code::ALL) {
        let words: Vec<&str> = line.split_whitespace().take(3).collect();
        assert_eq!(words, [code.number(), code.name(), code.severity().name()]);
        assert!(line.ends_with(code.summary()), "{line}");
    }
    here.run(&["explain"]).exits(2).warns("<CODE>");
    here.run(&["explain", "P0301", "--list"]).exits(2);
}

#[test]
fn a_check_says_once_where_to_read_on() {
    let bad = "role a inherits a\nassign b to anyone\n";
    let here = Here::with(&[("a.policy", bad)]);
    let ran = here.run(&["check"]).exits(1);
    let [number] = ran.out.matches("policyc explain ").collect::<Vec<_>>()[..] else { panic!("{}", ran.out) };
    let first = ran.out.split("error ").nth(1).unwrap().get(..5).unwrap();
    assert!(ran.out.ends_with(&format!("; for more: {number}{first}\n")), "{}", ran.out);
    let ran = here.run(&["check", "--format", "json"]).exits(1);
    assert!(!ran.out.contains("explain"), "{}", ran.out);
}

//! What counts as reached.

use super::*;
use crate::source::Format;
use crate::testing::Expected;

/// What is not reached by the tests of a policy: line, kind and sides; and the totals.
fn covered(text: &str) -> (Vec<String>, Totals) {
    with(text, |coverage, line| {
        let lack = |lack: &Lack| {
            let sides = match lack.kind {
                Kind::Entry | Kind::Assignment => String::new(),
                _ => format!(" {:?}", lack.seen),
            };
            format!("{} {}{sides}", line(lack.span), lack.kind.name())
        };
        (coverage.lacks().iter().map(lack).collect(), coverage.totals())
    })
}

fn with<T>(text: &str, tell: impl FnOnce(&Coverage<'_>, &dyn Fn(Span) -> usize) -> T) -> T {
    let mut sources = Sources::new();
    sources.add("a.policy", Format::Policy, text);
    let compiled = crate::compile(&sources);
    let policy = compiled.policy.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let model = &compiled.model;
    let mut coverage = Coverage::new(&policy, model, &sources);
    let tests = model.tests.iter().flat_map(|test| &test.checks);
    for check in tests.chain(model.matrices.iter().flat_map(|matrix| &matrix.checks)) {
        coverage.add(&Expected::of_check(check, model).unwrap().question);
    }
    tell(&coverage, &|span: Span| sources.get(span.source).unwrap().line_column(span.start).0)
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(covered(text).0, expected);
}

#[test]
fn an_entry_counts_where_it_decides() {
    let text = "category c { view drop }
        role reader { grant view } group staff
        grant view, drop to authenticated
        deny drop to group:staff
        grant drop to role:reader
        test \"t\" { as role:reader, group:staff CHECK }";
    let asked = |check: &str| text.replace("CHECK", check);
    check(&asked("can view"), &["4 entry", "5 entry"]);
    // The deny wins, so neither grant decides.
    check(&asked("cannot drop"), &["2 entry", "3 entry", "5 entry"]);
    check(&asked("can view cannot drop"), &["5 entry"]);
}

#[test]
fn an_assignment_counts_where_an_entry_comes_through_it() {
    let text = "resource folder by path in folder category c on folder { view }
        role reader { grant view } role writer { grant view } user ann
        assign reader to user:ann on folder:a
        assign writer to user:ann on folder:b
        test \"t\" { as user:ann can view on folder:a/x }";
    check(text, &["2 entry", "4 assignment"]);
    let text = text.replace("as user:ann", "as role:writer");
    check(&text, &["2 entry", "3 assignment", "4 assignment"]);
}

#[test]
fn a_requirement_counts_from_both_sides_and_each_formula_by_itself() {
    let text = "category menu { open }
        category c requires open {
            view
            drop requires view
        }
        role reader { grant open, view } @allow(P0307) \"tested\" role opener { grant open, drop } @allow(P0307) \"tested\" role viewer { grant view, drop }
        test \"t\" { CHECK }";
    let asked = |check: &str| covered(&text.replace("CHECK", check)).0;
    let entries = |lacks: Vec<String>| -> Vec<String> {
        lacks.into_iter().filter(|lack| !lack.contains("entry")).collect()
    };
    assert_eq!(
        entries(asked("as anonymous cannot view")),
        ["2 requirement [false, false]", "4 requirement [false, false]"]
    );
    assert_eq!(
        entries(asked("as role:reader can view")),
        ["2 requirement [true, false]", "4 requirement [false, false]"]
    );
    // The category's is satisfied and its own missing.
    assert_eq!(
        entries(asked("as role:opener cannot drop")),
        ["2 requirement [true, false]", "4 requirement [false, true]"]
    );
    // The viewer may not even view without the menu, so both are missing.
    assert_eq!(
        entries(asked("as role:viewer cannot drop as role:opener, role:reader can drop")),
        Vec::<String>::new()
    );
}

#[test]
fn a_condition_has_two_outcomes() {
    let text = "context { mfa: bool } category c { view }
        role reader { grant view when context.mfa } user ann
        assign reader to user:ann until 2030-01-01
        test \"t\" { CHECK }";
    let asked = |check: &str| covered(&text.replace("CHECK", check));
    let (lacks, totals) = asked("as role:reader with context.mfa = true can view");
    assert_eq!(lacks, ["2 condition [true, false]", "3 assignment", "3 condition [false, false]"]);
    assert_eq!(totals.outcomes, Share { reached: 1, total: 4 });
    // What lies behind an assignment that does not hold is not looked at.
    let (lacks, _) = asked("as user:ann with context.mfa = true cannot view");
    assert_eq!(lacks, ["2 entry", "2 condition [false, false]", "3 assignment", "3 condition [false, true]"]);
    let (lacks, totals) = asked(
        "as user:ann at 2031-01-01 cannot view at 2029-01-01 cannot view with context.mfa = true can view",
    );
    assert_eq!(lacks, Vec::<String>::new());
    assert_eq!(totals.all().percent(), 100);
}

#[test]
fn what_a_decision_needs_is_reached_too() {
    let text = "category c { view drop requires view }
        role reader { grant view }
        role dropper inherits reader { grant drop }
        test \"t\" { as role:dropper can drop }";
    check(text, &["1 requirement [true, false]"]);
}

#[test]
fn nothing_to_reach_is_all_of_it() {
    let (lacks, totals) = covered("category c { view }");
    assert!(lacks.is_empty());
    assert_eq!(totals.all().percent(), 100);
    assert_eq!(Share { reached: 199, total: 200 }.percent(), 99, "all is 100, and nothing less");
}

#[test]
fn decisions_nobody_asks_are_told_by_role_and_category() {
    let text = "category c { view drop } category d { move }
        role reader { grant view } role heir inherits reader { grant drop, move }
        test \"t\" { as role:heir can view, move }";
    with(text, |coverage, _| {
        let told: Vec<String> = coverage
            .unasked()
            .iter()
            .map(|one| format!("{} {} {} of {}", one.role, one.category, one.privileges.join(" "), one.of))
            .collect();
        assert_eq!(told, ["heir c drop of 2", "reader c view of 1"]);
        assert_eq!(coverage.totals().decisions, Share { reached: 2, total: 4 });
    });
}

#[test]
fn suggestions_reach_what_they_say() {
    let text = "context { mfa: bool, n: int } resource folder by path in folder resource file in folder
        category c on file { view drop requires view edit }
        role reader { grant view on folder:a grant edit when context.mfa and context.n > 3 }
        role dropper inherits reader { grant drop on folder:a/b }
        user ann assign dropper to user:ann on folder:a/b from 2027-01-01
        grant view to authenticated on file:x only";
    with(text, |coverage, _| {
        let before = coverage.lacks().len();
        assert!(before >= 8, "{before}");
        let chosen = coverage.suggestions(20);
        let mut after = again(coverage);
        let reached = |coverage: &Coverage<'_>| coverage.marks.count();
        for (question, reaches) in &chosen {
            let before = reached(&after);
            after.add(question);
            assert_eq!(reached(&after) - before, *reaches, "{}", question.text());
        }
        let left: Vec<Lack> = after.lacks();
        let entries = left.iter().filter(|lack| lack.kind == Kind::Entry).count();
        assert_eq!(entries, 0, "{left:?}");
        assert!(left.len() * 2 < before, "{} of {before} are left: {left:?}", left.len());
    });
}

/// The same, of no question yet.
fn again<'m>(coverage: &Coverage<'m>) -> Coverage<'m> {
    Coverage {
        policy: coverage.policy,
        model: coverage.model,
        required: coverage.required.clone(),
        entries: coverage.entries.clone(),
        assignments: coverage.assignments.clone(),
        marks: Marks::of(coverage.model),
        asked: BTreeSet::new(),
    }
}

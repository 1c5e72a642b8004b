//! Limits: one beyond each is what the book says, hostile policies are done with soon, and the book's table has every limit with
//! its number.

use crate::architecture::{code, is_test, sources};
use crate::cli::Here;
use policyc::diagnostic::Code;
use policyc::load::{InputError, MAX_ARTIFACT_BYTES, MAX_DEPTH, MAX_FILE_BYTES, MAX_FILES, read};
use policyc::source::{Format, Sources};
use policyc::{Compiled, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PAGE: &str = include_str!("../book/src/limits.md");

/// The rows of the page's table: a name in the sources, and the number it should have.
fn rows() -> BTreeMap<String, u64> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let number = cells[2].replace(',', "");
        let (number, unit) = number.split_once(' ').unwrap_or((&number, ""));
        let unit = match unit {
            "" => 1,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            other => panic!("what is {other}?"),
        };
        let name = cells[4].trim_matches('`').to_owned();
        (name, number.parse::<u64>().unwrap_or_else(|_| panic!("no number in {row}")) * unit)
    })
    .collect()
}

/// The number that `1 << 20` or `1_000` is.
fn number(text: &str) -> u64 {
    let plain = |text: &str| text.trim().replace('_', "").parse::<u64>().unwrap();
    match text.split_once("<<") {
        Some((base, shift)) => plain(base) << plain(shift),
        None => plain(text),
    }
}

/// `path: NAME` of each constant that is called a maximum, and each field of the limits on names, with its number.
fn limits() -> BTreeMap<String, u64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    sources(&root, &mut all);
    let mut found = BTreeMap::new();
    for path in all.iter().filter(|path| !is_test(path)) {
        let place = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let code = code(path);
        for line in code.lines().filter(|line| line.contains("const MAX_")) {
            let (name, rest) = line.split_once("const ").unwrap().1.split_once(':').unwrap();
            if let Some((_, value)) = rest.split_once(" = ").filter(|(_, value)| !value.starts_with('(')) {
                found.insert(format!("{place}: {name}"), number(value.trim_end_matches(';')));
            }
        }
        if place == "resolve/limits.rs" {
            let fields = code.split("DEFAULT: Limits = Limits {").nth(1).unwrap().lines();
            for (name, value) in fields.filter_map(|line| line.trim().trim_end_matches(',').split_once(": "))
            {
                found.insert(format!("{place}: {name}"), number(value));
            }
        }
    }
    found
}

#[test]
fn the_book_has_every_limit_with_its_number() {
    let (page, limits) = (rows(), limits());
    let missing: Vec<_> = limits.iter().filter(|(name, _)| !page.contains_key(*name)).collect();
    assert!(missing.is_empty(), "not in book/src/limits.md: {missing:#?}");
    for (name, number) in &page {
        let (path, constant) = name.split_once(": ").unwrap();
        let found = limits.get(name).copied().or_else(|| {
            let text =
                fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path)).ok()?;
            let line = text.lines().find(|line| line.contains(&format!("const {constant}:")))?;
            Some(self::number(line.split_once(" = ")?.1.trim_end_matches(';')))
        });
        assert_eq!(found, Some(*number), "{name}");
    }
}

#[track_caller]
fn compiled(text: &str) -> Compiled {
    let mut sources = Sources::new();
    sources.add("limits.policy", Format::Policy, text);
    let start = Instant::now();
    let compiled = compile(&sources);
    // What is built without optimization and beside other tests gets its time.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    compiled
}

fn errors(text: &str) -> BTreeSet<Code> {
    let errors = compiled(text).diagnostics.into_iter();
    errors
        .filter(|finding| finding.code.severity() == policyc::diagnostic::Severity::Error)
        .map(|finding| finding.code)
        .collect()
}

#[track_caller]
fn at_and_beyond(limit: usize, text: impl Fn(usize) -> String, code: Code) {
    assert_eq!(errors(&text(limit)), BTreeSet::new());
    assert_eq!(errors(&text(limit + 1)), BTreeSet::from([code]));
}

/// Lines made from numbers.
fn lines(numbers: std::ops::Range<usize>, line: impl Fn(usize) -> String) -> String {
    numbers.fold(String::new(), |mut text, at| {
        writeln!(text, "{}", line(at)).unwrap();
        text
    })
}

#[test]
fn directories() {
    let deep = |levels: usize| "d/".repeat(levels) + "a.policy";
    let here = Here::with(
        &[(deep(MAX_DEPTH), "")].iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>(),
    );
    assert!(read(&[here.path("")]).is_ok());
    let here = Here::with(&[(deep(MAX_DEPTH + 1).as_str(), "")]);
    assert!(matches!(read(&[here.path("")]), Err(InputError::TooDeep(_))));
}

#[test]
fn files() {
    let here = Here::with(&[("p/0.policy", "")]);
    (1..=MAX_FILES).for_each(|at| fs::write(here.path(&format!("p/{at}.policy")), "").unwrap());
    assert_eq!(read(&[here.path("p")]).unwrap_err(), InputError::TooManyFiles(here.path("p")));
}

/// A file of that length that takes no room.
fn sparse(here: &Here, name: &str, begin: &[u8], length: u64) -> PathBuf {
    here.write(name, begin);
    let file = fs::OpenOptions::new().write(true).open(here.path(name)).unwrap();
    file.set_len(length).unwrap();
    here.path(name)
}

#[test]
fn large_files() {
    let here = Here::with(&[("a.policy", "")]);
    let artifact = sparse(&here, "a.bin", &policyc::policy::MAGIC, MAX_ARTIFACT_BYTES + 1);
    let Err(InputError::Unreadable(_, why)) = read(&[artifact]) else { panic!("it is too large") };
    assert_eq!(why, "it is larger than 4 GiB");
    sparse(&here, "t.csv", b"", MAX_FILE_BYTES + 1);
    here.run(&["test", "--table", "t.csv"]).refuses(&["larger than 64 MiB"]);
}

#[test]
fn decisions_of_one_decision() {
    // Each takes twice as many as the one before, and one: 2^15 - 1 of them for the fifteenth.
    let doubling = |steps: usize| {
        let steps = lines(1..steps, |at| format!("p{at} includes p{} requires p{}", at - 1, at - 1));
        format!("category c {{ p0 {steps} }} user u grant p0 to user:u")
    };
    assert_eq!(errors(&doubling(16)), BTreeSet::new());
    assert_eq!(errors(&doubling(17)), BTreeSet::from([Code::RequirementTooWide]));
}

#[test]
fn ways_of_roles_to_roles() {
    let star = |count: usize| {
        let roles = lines(0..count, |at| format!("role r{at} assign r{at} to role:top"));
        format!("category c {{ a }} role top {{ grant a }} {roles}")
    };
    at_and_beyond(4096, star, Code::TooMany);
    // A chain of n has n (n - 1) / 2.
    let chain = |count: usize| {
        let roles = lines(1..count, |at| format!("role r{at} assign r{} to role:r{at}", at - 1));
        format!("category c {{ a }} role r0 {{ grant a }} {roles}")
    };
    at_and_beyond(1448, chain, Code::TooMany);
}

#[test]
fn roles_inherited() {
    // A chain of n has n (n + 1) / 2, and as many entries of the first.
    let chain = |count: usize| {
        lines(0..1, |_| "role r0".into()) + &lines(1..count, |at| format!("role r{at} inherits r{}", at - 1))
    };
    at_and_beyond(2895, chain, Code::TooMany);
}

#[test]
fn what_unmet_privileges_lack_is_worked_out_up_to_a_limit() {
    let text = |privileges: usize| {
        let all = lines(0..privileges, |at| format!("p{at} requires z"));
        format!("category c {{ z {all} }} role r {{ grant p* }} role s {{ grant p* }}")
    };
    let helps = |text: &str| -> BTreeSet<String> {
        let unmet =
            compiled(text).diagnostics.into_iter().filter(|finding| finding.code == Code::UnmetRequirement);
        unmet
            .filter_map(|finding| finding.help)
            .map(|help| help.split(" too").next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(helps(&text(4096)), BTreeSet::from(["grant `z`".to_owned()]));
    let both = BTreeSet::from(["grant `z`".to_owned(), "grant what is required".to_owned()]);
    assert_eq!(helps(&text(4097)), both);
}

#[test]
fn hostile_policies_are_done_with_soon() {
    // Every one of these took from five seconds to minutes, or most of a gigabyte, before there was a limit.
    let names = |count: usize| lines(0..count, |at| format!("z{at:x}"));
    let users = lines(0..1_500, |at| format!("user u{at} assign r to user:u{at}"));
    let only = "only role:r can a\n".repeat(1_500);
    compiled(&format!("category c {{ a b }} role r {{ grant b }} {users} {only}"));
    let chain = lines(1..1_400, |at| format!("role r{at} assign r{at} to role:r{}", at - 1));
    let only = only.replace("role:r", "role:r0");
    compiled(&format!("category c {{ a b }} role r0 {chain} {only}"));
    let choices: Vec<String> = (0..40).map(|at| format!("(y{at} or y{})", at + 40)).collect();
    let needs = lines(0..300, |at| format!("q{at} requires {}", choices.join(" and ")));
    let (given, roles) =
        (lines(0..80, |at| format!("y{at}")), lines(0..1_500, |at| format!("role r{at} {{ grant q* }}")));
    compiled(&format!("category c {{ {needs} {given} }} {roles}"));
    let wildcards = lines(0..8_000, |at| format!("*{}*{}*,", at / 90, at % 90));
    let found = errors(&format!("category c {{ {} }} user u grant {wildcards} zz to user:u", names(12_000)));
    assert!(found.contains(&Code::TooMany), "{found:?}");
    let long = lines(0..100, |at| format!("z{at}{}", "a".repeat(5_000)));
    let wildcards = lines(0..20_000, |at| format!("*{at}b*,"));
    let found = errors(&format!("category c {{ {long} }} user u grant {wildcards} z to user:u"));
    assert!(found.contains(&Code::TooMany), "{found:?}");
    let questions = format!("test \"t\" {{ as user:u {} }}", "can z*\n".repeat(10_000));
    let found = errors(&format!("category c {{ {} }} user u {questions}", names(12_000)));
    assert_eq!(found, BTreeSet::from([Code::TooMany]));
    let pairs = "never together z*\n".repeat(3);
    let found = errors(&format!("category c {{ {} }} user u {pairs}", names(6_000)));
    assert_eq!(found, BTreeSet::new(), "privileges that are all alike are one");
    let grants = lines(0..3_000, |at| format!("user u{at} grant z{at:x} to user:u{at}"));
    let found = errors(&format!("category c {{ {} }} {grants} never together z*", names(3_000)));
    assert_eq!(found, BTreeSet::from([Code::InvariantUndecided]));
}

/// A file of 100,000 faults: it is done with soon, what is printed has an end, and the number is right.
#[track_caller]
fn many_faults(name: &str, text: &str, listed: usize) {
    let here = Here::with(&[(name, text)]);
    let start = Instant::now();
    let ran = here.run(&["check", "--format", "json"]).exits(1);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let lines = ran.json();
    let last = lines.last().unwrap();
    assert_eq!((&last["errors"], &last["omitted"]), (&100_000.into(), &(100_000 - listed).into()), "{name}");
    let rest = format!("and {},{:03} more findings", (100_000 - listed) / 1_000, (100_000 - listed) % 1_000);
    for format in ["short", "github", "sarif", "junit"] {
        let ran = here.run(&["check", "--format", format]).exits(1).says(&rest);
        assert!(ran.out.len() < 20 << 20, "{format}: {}", ran.out.len());
    }
    let ran = here.run(&["check"]).exits(1).says("and 99,900 more findings; fix these first");
    assert!(ran.out.lines().last().unwrap().starts_with("100,000 errors in 1 file"), "{}", ran.out);
    assert!(ran.out.len() < 200_000, "{}", ran.out.len());
}

#[test]
fn a_hundred_thousand_syntax_errors() {
    many_faults("a.policy", &lines(0..100_000, |at| format!("role r{at} {{ grant grant }}")), 1_000);
    let text = "roles:\n".to_owned() + &lines(0..100_000, |at| format!("  r{at}: {{ grnt: x }}"));
    many_faults("a.yaml", &text, 1_000);
}

#[test]
fn a_hundred_thousand_unknown_names() {
    let text = "user ann\n".to_owned() + &lines(0..100_000, |at| format!("assign missing{at} to user:ann"));
    many_faults("a.policy", &text, 10_000);
    let text = "users: { ann: {} }\nassignments:\n".to_owned()
        + &lines(0..100_000, |at| format!("- {{ assign: missing{at}, to: user:ann }}"));
    many_faults("a.yaml", &text, 10_000);
}

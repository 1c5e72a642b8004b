//! Every code has a policy that must be reported and the closest one that must not, a page in the book, and a place that
//! reports it.
//!
//! Both lie in `cases/diagnostics/NUMBER-NAME/`, as `report` and `near`, with `.policy` or `.yaml`. In the first one a comment
//! below a line marks where each finding begins, `# ^ P0301` (or `#< P0301` for the first column), and nothing else is found;
//! in the second nothing is found at all. What would be unreadable as a file, or can't be one, is built here.

mod catalog;

use policyc::diagnostic::{Code, Diagnostic};
use policyc::load::{self, MAX_FILE_BYTES};
use policyc::source::{Format, Source, Sources};
use policyc::{Compiled, Options};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A file, a line and a column, and the number of a code.
type Place = (String, usize, usize, &'static str);

#[test]
fn every_code_has_a_case_that_is_reported_and_one_that_is_not() {
    let mut faults = String::new();
    let reporting = catalog::reporting_code();
    for &code in Code::ALL {
        let written = directory(code).is_dir();
        let is_built = built(code, true).is_some();
        if usize::from(written) + usize::from(is_built) != 1 {
            let _ = writeln!(faults, "{code} {} must have its cases in one place", code.name());
        }
        if written {
            faults += &check_report(code);
            faults += &check_near(code);
        } else if is_built {
            faults += &check_built(code);
        }
        faults += &catalog::check_page(code, example(code).as_deref());
        faults += &catalog::check_reported(code, &reporting);
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn every_case_belongs_to_a_code() {
    let known: BTreeSet<PathBuf> = Code::ALL.iter().map(|&code| directory(code)).collect();
    for entry in fs::read_dir(cases()).unwrap() {
        let path = entry.unwrap().path();
        assert!(known.contains(&path), "{} is no code", path.display());
        let mut names: Vec<String> = fs::read_dir(&path)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let ends: Vec<&str> =
            names.iter().map(|name| name.split_once('.').map_or("", |(stem, _)| stem)).collect();
        assert_eq!(ends, ["near", "report"], "{}", path.display());
    }
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/diagnostics")
}

fn directory(code: Code) -> PathBuf {
    cases().join(format!("{}-{}", code.number(), code.name()))
}

fn read(code: Code, stem: &str) -> Sources {
    let mut sources = Sources::new();
    for (extension, format) in [("policy", Format::Policy), ("yaml", Format::Yaml)] {
        let path = directory(code).join(format!("{stem}.{extension}"));
        if let Ok(text) = fs::read_to_string(&path) {
            sources.add(format!("{stem}.{extension}"), format, text);
        }
    }
    sources
}

/// The case that is reported, as the page shows it: a block of Markdown without the marks.
fn example(code: Code) -> Option<String> {
    let sources = read(code, "report");
    let (_, source) = sources.iter().next()?;
    let language = if source.format == Format::Yaml { "yaml" } else { "policy" };
    let lines: String = source
        .text
        .lines()
        .filter(|line| mark(line).is_none())
        .fold(String::new(), |text, line| text + line + "\n");
    Some(format!("```{language}\n{lines}```"))
}

fn check_report(code: Code) -> String {
    let sources = read(code, "report");
    let mut found = compile(&sources).diagnostics;
    found.retain(|finding| counts(code, finding.code));
    let expected: BTreeSet<Place> = sources.iter().flat_map(|(_, source)| marks(source)).collect();
    let places: BTreeSet<Place> = found.iter().map(|finding| place(&sources, finding)).collect();
    let mut faults = String::new();
    if !expected.iter().any(|mark| mark.3 == code.number()) {
        let _ = writeln!(faults, "{code}: the report case has no mark of its own code");
    }
    for (file, line, column, number) in expected.difference(&places) {
        let _ = writeln!(faults, "{code}: {number} is missing at {file}:{line}:{column}");
    }
    for finding in &found {
        if finding.help.is_none() {
            let _ = writeln!(faults, "{code}: no help: {}", shown(&sources, finding));
        }
        let place = place(&sources, finding);
        if !expected.contains(&place) {
            let _ = writeln!(faults, "{code}: not marked: {}", shown(&sources, finding));
        }
    }
    if places.len() < found.len() {
        let _ = writeln!(faults, "{code}: something is reported twice at one place");
    }
    faults
}

fn check_near(code: Code) -> String {
    let sources = read(code, "near");
    let compiled = compile(&sources);
    let mut faults = String::new();
    for finding in compiled.diagnostics.iter().filter(|finding| counts(code, finding.code)) {
        let _ = writeln!(faults, "{code}: near: {}", shown(&sources, finding));
    }
    if compiled.policy.is_none() {
        let _ = writeln!(faults, "{code}: near: no policy comes out");
    }
    faults
}

/// Whether a finding counts in the case of a code. Lints are looked for in each other's cases alone: the others are too small
/// to use all that they declare.
fn counts(case: Code, found: Code) -> bool {
    let is_lint = |code: Code| code.number().starts_with("P07") && code != Code::UnusedAllow;
    !is_lint(found) || is_lint(case)
}

/// As `policyc check --at 2026-07-01` does.
fn compile(sources: &Sources) -> Compiled {
    const JULY: i64 = 1_782_864_000_000_000;
    policyc::compile_with(sources, &Options { at: Some(JULY), ..Options::default() })
}

fn place(sources: &Sources, finding: &Diagnostic) -> Place {
    let source = sources.get(finding.primary.span.source).unwrap();
    let (line, column) = source.line_column(finding.primary.span.start);
    (source.path.display().to_string(), line, column, finding.code.number())
}

fn shown(sources: &Sources, finding: &Diagnostic) -> String {
    let (file, line, column, number) = place(sources, finding);
    format!("{file}:{line}:{column}: {number} {}", finding.message)
}

/// The marks of a file. Each is below the line that it speaks of, or below another mark.
fn marks(source: &Source) -> Vec<Place> {
    let mut marks = Vec::new();
    let mut marked = 0;
    for (at, line) in source.text.lines().enumerate() {
        let Some((column, number)) = mark(line) else {
            marked = at + 1;
            continue;
        };
        let code = Code::parse(&format!("P{}", number.trim())).unwrap();
        marks.push((source.path.display().to_string(), marked, column, code.number()));
    }
    marks
}

/// The column that a line marks, and the digits of the code.
fn mark(line: &str) -> Option<(usize, &str)> {
    if !line.trim_start().starts_with('#') {
        return None;
    }
    let below = line.split_once("^ P").map(|(before, number)| (before.chars().count() + 1, number));
    below.or_else(|| line.split_once("< P").map(|(_, number)| (1, number)))
}

/// A case that is no file of this repository.
enum Built {
    Policy(String),
    /// A file as it lies on disk.
    Bytes(Vec<u8>),
}

/// The case that must be reported, or the near miss.
fn built(code: Code, report: bool) -> Option<Built> {
    let beyond = |limit: usize| if report { limit + 1 } else { limit };
    Some(match code {
        Code::NotUtf8 => {
            Built::Bytes(if report { b"role caf\xe9".to_vec() } else { "role \"café\"".into() })
        }
        Code::FileTooLarge => {
            let limit = usize::try_from(MAX_FILE_BYTES).unwrap();
            Built::Bytes(vec![b'\n'; beyond(limit)])
        }
        Code::NestingTooDeep => Built::Policy(nested(if report { 300 } else { 30 })),
        Code::TooMany => {
            let types = (0..beyond(4096)).map(|at| format!("resource t{at}\n"));
            Built::Policy(types.collect())
        }
        Code::RequirementTooWide => Built::Policy(chain(if report { 80 } else { 60 })),
        Code::InvariantUndecided => Built::Policy(folders(if report { 40 } else { 4 })),
        _ => return None,
    })
}

fn check_built(code: Code) -> String {
    let mut faults = String::new();
    let of_case = |report| {
        let mut found = findings(built(code, report).unwrap());
        found.retain(|&found| counts(code, found));
        found
    };
    let report = of_case(true);
    if !report.iter().all(|&found| found == code) || report.is_empty() {
        let _ = writeln!(faults, "{code}: found {report:?}");
    }
    let near = of_case(false);
    if !near.is_empty() {
        let _ = writeln!(faults, "{code}: near: found {near:?}");
    }
    faults
}

fn findings(built: Built) -> Vec<Code> {
    let diagnostics = match built {
        Built::Policy(text) => {
            let mut sources = Sources::new();
            sources.add("built.policy", Format::Policy, text);
            compile(&sources).diagnostics
        }
        Built::Bytes(bytes) => {
            let directory = tempfile::TempDir::new().unwrap();
            fs::write(directory.path().join("built.policy"), bytes).unwrap();
            load::read_sources(&[directory.path().to_owned()]).unwrap().compile().diagnostics
        }
    };
    diagnostics.iter().map(|finding| finding.code).collect()
}

fn nested(depth: usize) -> String {
    let (open, close) = ("(".repeat(depth), ")".repeat(depth));
    format!("category doc {{ view  edit requires {open}view{close} }}")
}

fn chain(length: usize) -> String {
    let links = (1..length).map(|at| format!("p{at} requires p{}\n", at - 1));
    format!("category doc {{\n p0\n{} }}", links.collect::<String>())
}

/// So many folders of which none says what it lies in, and a privilege that needs others: a request could put them into each other in any
/// order.
fn folders(count: usize) -> String {
    let grants: String =
        (0..count).map(|at| format!("grant see, open, edit to user:u on folder:f{at}\n")).collect();
    let types = "resource folder in folder\ncategory folder on folder { see open requires see edit requires open }\nuser u\n";
    format!("{types}{grants}never anonymous can edit\n")
}

//! `policyc test`: the questions of test blocks, matrices and tables, against the decisions they expect.

use super::measure::Measured;
use super::report::{self, Case, Cases, Findings, FindingsFormat, TestOutcome, Tested};
use super::table;
use super::terminal::{Stream, Terminal, clean};
use super::{Failure, Format, Outcome, config, suggest};
use crate::evaluate::{Decision, RequestError};
use crate::load::{self, Input};
use crate::model::Model;
use crate::policy::Policy;
use crate::source::Sources;
use crate::terms::Reason;
use crate::testing::{self, Expected, Question, Verdict};
use clap::ValueEnum;
use serde::Serialize;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  policyc test                                     the test and matrix blocks of the policy in this directory
  policyc test policies --table cases.csv          and the rows of a decision table
  policyc test app.bin --table cases.csv           a table against an artifact
  policyc test --format junit > tests.xml          for a test reporter
  policyc test --coverage --min 80                 what the tests do not reach; fails below 80 %
  policyc test --mutate                            changes of the policy that the tests do not notice

A decision table is CSV with the columns case, principal, privilege, resource and expect (`grant` or `deny`), and if
wanted roles and groups (`a|b`), context (`resource.x=v;context.y=w`), at, and reason. Lines that start with `#` are comments.
Tests have no time unless they say one.

Exit codes: 0 all passed; 1 one failed, the policy has errors, or less is reached than `--min` wants; 2 wrong usage or unreadable input.";

/// Run the tests of a policy, and decision tables
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Files or directories that form one policy, or an artifact [default: the current directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A decision table; repeatable
    #[arg(long = "table", value_name = "FILE.csv")]
    tables: Vec<PathBuf>,
    /// For whom the results are
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    format: TestFormat,
    /// Tell which entries, assignments, requirements and conditions no test reaches, and which decisions no test asks
    #[arg(long, conflicts_with = "mutate")]
    coverage: bool,
    /// Change the policy one rule at a time, and tell which changes no test notices
    #[arg(long)]
    mutate: bool,
    /// With `--coverage` or `--mutate`: the least share that the tests must reach or notice
    #[arg(long = "min", value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    least: Option<u8>,
    #[command(flatten)]
    config: config::Args,
}

impl Args {
    /// Whether more is asked than whether the tests pass.
    fn measures(&self) -> bool {
        self.coverage || self.mutate
    }

    /// What does not go together, beyond what the arguments themselves can say.
    fn check(&self) -> Result<(), Failure> {
        if self.least.is_some() && !self.measures() {
            return Err(Failure(
                "`--min` is a share of something; add `--coverage` or `--mutate`".to_owned(),
            ));
        }
        if self.measures() && self.format == TestFormat::Junit {
            let what = if self.coverage { "--coverage" } else { "--mutate" };
            return Err(Failure(format!(
                "a JUnit document has no place for what `{what}` tells; take `--format human` or `json`"
            )));
        }
        Ok(())
    }
}

/// For whom test results are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TestFormat {
    /// For people: what failed
    Human,
    /// For programs: one JSON object per line
    Json,
    /// For test reporters: one JUnit XML document
    Junit,
}

impl From<Format> for TestFormat {
    fn from(format: Format) -> TestFormat {
        match format {
            Format::Human => TestFormat::Human,
            Format::Json => TestFormat::Json,
        }
    }
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    args.check()?;
    let config = args.config.load(&args.paths)?;
    let (policy, blocks) = match load::read(&config.paths(&args.paths)?)? {
        Input::Artifact(_, path) if args.tables.is_empty() => {
            let path = path.display();
            return Err(Failure(format!(
                "`{path}` is an artifact, and holds no tests; give a `--table`, or the source files"
            )));
        }
        Input::Artifact(_, path) if args.measures() => {
            let path = path.display();
            return Err(Failure(format!(
                "`{path}` is an artifact; what tests reach is told of source files, so give these"
            )));
        }
        Input::Artifact(policy, _) => (*policy, None),
        Input::Source(loaded) => {
            let compiled = loaded.compile_telling(&config.options(), &terminal.progress.compiling());
            match compiled.policy {
                Some(policy) => (policy, Some((compiled.model, loaded.sources))),
                None => {
                    let findings = Findings::new(&loaded.sources, &compiled.diagnostics);
                    refuse(args.format, &findings, terminal);
                    return Ok(Outcome::No);
                }
            }
        }
    };
    let mut run = Run::new(&policy, args.format, &mut terminal.out);
    terminal.progress.at("running the tests");
    run.asked = args.measures().then(Vec::new);
    if let Some((model, sources)) = &blocks {
        run.blocks(model, sources);
    }
    for path in &args.tables {
        let file = path.to_string_lossy();
        table::read(path, &policy, |row| run.row(row, &file))?;
    }
    let (passed, failed, cases, asked) = (run.passed, run.failed, run.cases, run.asked);
    if passed + failed == 0 {
        terminal
            .err
            .line("nothing to test: the policy has no `test` or `matrix` block, and no table has a row");
    }
    match args.format {
        TestFormat::Junit => cases.write(&mut terminal.out),
        TestFormat::Human => finish(args.format, passed, failed, &mut terminal.out),
        TestFormat::Json => {}
    }
    let mut enough = true;
    if let (Some(asked), Some((model, sources))) = (asked, &blocks) {
        let format = if args.format == TestFormat::Json { Format::Json } else { Format::Human };
        let (policy, least) = (&policy, args.least);
        let measured = Measured { policy, model, sources, asked: &asked, least, format };
        terminal.progress.at(if args.coverage {
            "measuring what the tests reach"
        } else {
            "changing the policy and testing it"
        });
        if args.coverage {
            enough = measured.coverage(&mut terminal.out);
        } else if failed == 0 {
            enough = measured.mutation(&mut terminal.out);
        } else {
            terminal.err.line("nothing was changed: a change is noticed by a test that passes without it; mend the tests first");
        }
    }
    // Programs find the totals in the last line, whatever else is told.
    if args.format == TestFormat::Json {
        finish(args.format, passed, failed, &mut terminal.out);
    }
    Ok(if failed == 0 && enough { Outcome::Fine } else { Outcome::No })
}

/// Runs the blocks of a policy and reports those that fail, for people at most `most` of them; how many cases passed and failed.
pub(super) fn failing_blocks(
    policy: &Policy,
    (model, sources): (&Model, &Sources),
    format: Format,
    most: usize,
    out: &mut Stream,
) -> (usize, usize) {
    let format = TestFormat::from(format);
    let mut run = Run { most, only_failed: true, ..Run::new(policy, format, out) };
    run.blocks(model, sources);
    let (passed, failed) = (run.passed, run.failed);
    if failed > most && format == TestFormat::Human {
        out.line(&format!("and {} more failed\n", failed - most));
    }
    (passed, failed)
}

/// Runs the blocks of a policy, or a table that is at hand; how many cases passed and failed.
#[cfg(any(test, fuzzing))]
pub(super) fn run_here(policy: &Policy, from: Here<'_>, format: Format, out: &mut Stream) -> (usize, usize) {
    let format = TestFormat::from(format);
    let mut run = Run::new(policy, format, out);
    let refused = match from {
        Here::Blocks(model, sources) => {
            run.blocks(model, sources);
            None
        }
        Here::Table(bytes) => {
            let path = std::path::Path::new("table.csv");
            table::rows(bytes.to_vec(), path, policy, &mut |row| run.row(row, "table.csv")).err()
        }
    };
    let (passed, failed) = (run.passed, run.failed);
    match refused {
        None => finish(format, passed, failed, out),
        Some(Failure(message)) => out.line(&clean(&message)),
    }
    (passed, failed)
}

/// What [`run_here`] runs.
#[cfg(any(test, fuzzing))]
pub(super) enum Here<'a> {
    Blocks(&'a Model, &'a Sources),
    Table(&'a [u8]),
}

/// Says why no test was run. A reporter that waits for a document gets the findings as one.
fn refuse(format: TestFormat, findings: &Findings<'_>, terminal: &mut Terminal) {
    let format = match format {
        TestFormat::Human => Format::Human,
        TestFormat::Json => Format::Json,
        TestFormat::Junit => {
            report::findings(&mut terminal.out, FindingsFormat::Junit, findings);
            Format::Human
        }
    };
    report::refusal(&mut terminal.err, format, findings, "no test was run");
}

/// The last line.
fn finish(format: TestFormat, passed: usize, failed: usize, out: &mut Stream) {
    #[derive(Serialize)]
    struct Summary {
        r#type: &'static str,
        passed: usize,
        failed: usize,
    }
    match format {
        TestFormat::Json => report::object(out, &Summary { r#type: "summary", passed, failed }),
        TestFormat::Human | TestFormat::Junit => {
            if failed > report::MAX_DRAWN {
                out.line(&format!("and {} more failed\n", failed - report::MAX_DRAWN));
            }
            let text = format!("{passed} passed, {failed} failed");
            let text = if failed == 0 { out.style.good(&text) } else { out.style.bad(&text) };
            out.line(&text);
        }
    }
}

/// Where a case stands.
struct Place<'a> {
    suite: &'static str,
    name: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
}

struct Run<'a> {
    policy: &'a Policy,
    format: TestFormat,
    out: &'a mut Stream,
    /// What a document is made of at the end.
    cases: Cases,
    passed: usize,
    failed: usize,
    /// How many that fail are drawn.
    most: usize,
    /// Whether programs hear only of those that fail.
    only_failed: bool,
    /// What was asked, where more is told of it.
    asked: Option<Vec<Expected>>,
}

impl<'a> Run<'a> {
    fn new(policy: &'a Policy, format: TestFormat, out: &'a mut Stream) -> Run<'a> {
        let cases = Cases::default();
        let (most, only_failed, asked) = (report::MAX_DRAWN, false, None);
        Run { policy, format, out, cases, passed: 0, failed: 0, most, only_failed, asked }
    }

    fn blocks(&mut self, model: &Model, sources: &Sources) {
        for case in testing::cases(self.policy, model) {
            let source = sources.get(case.span.source);
            let file = source.map(|source| source.path.to_string_lossy()).unwrap_or_default();
            let (line, column) = source.map_or((1, 1), |source| source.line_column(case.span.start));
            let place = Place { suite: case.suite.name(), name: case.name, file: &file, line, column };
            let asked = case.expected.zip(case.came);
            let asked = asked.ok_or_else(|| "the test names what the policy does not have".to_owned());
            self.case(&place, asked);
        }
    }

    fn row(&mut self, row: table::Row, file: &str) {
        let place = Place { suite: "table", name: &row.name, file, line: row.line, column: 1 };
        let ask = |expected: Expected| {
            let came = expected.question.decide(self.policy);
            (expected, came)
        };
        self.case(&place, row.content.map(ask));
    }

    /// Compares and reports.
    fn case(&mut self, place: &Place<'_>, asked: Result<Asked, String>) {
        if let (Some(all), Ok((expected, _))) = (&mut self.asked, &asked) {
            all.push(expected.clone());
        }
        let judged = Judged::of(asked, self.policy);
        match judged.passed {
            true => self.passed += 1,
            false => self.failed += 1,
        }
        match self.format {
            TestFormat::Json if judged.passed && self.only_failed => {}
            TestFormat::Json => self.write(place, &judged),
            TestFormat::Junit => self.cases.add(judged.tested(place, self.policy)),
            TestFormat::Human if !judged.passed && self.failed <= self.most => self.tell(place, &judged),
            TestFormat::Human => {}
        }
    }

    fn tell(&mut self, place: &Place<'_>, judged: &Judged) {
        let title = self.out.style.bad("FAIL");
        let position = format!("{}:{}:{}", clean(place.file), place.line, place.column);
        let position = self.out.style.dim(&position);
        self.out.line(&format!("{title} {} {}  {position}", place.suite, title_of(place.name)));
        if let Some(expected) = &judged.expected {
            self.out.line(&format!("  asked: {}", clean(&expected.question.text())));
        }
        if let Some(error) = &judged.error {
            self.out.line(&format!("  {}", clean(error)));
        }
        if let Some(difference) = judged.difference() {
            self.out.line(&format!("  {difference}"));
        }
        judged.story(self.policy, place).iter().for_each(|line| self.out.line(&format!("  {line}")));
        self.out.line("");
    }

    fn write(&mut self, place: &Place<'_>, judged: &Judged) {
        let expected = judged.expected.as_ref();
        let question = expected.map(|expected| &expected.question);
        let case = Case {
            r#type: "case",
            suite: place.suite,
            name: place.name,
            file: place.file,
            line: place.line,
            column: place.column,
            passed: judged.passed,
            principal: question.map(Question::who),
            privilege: question.map(|question| question.privilege.as_str()),
            resource: question.and_then(Question::resource_text),
            expect: expected.map(|expected| effect(expected.granted)),
            expect_reason: expected.and_then(|expected| expected.reason).map(Reason::name),
            got: judged.decision.map(|decision| effect(decision.granted())),
            got_reason: judged.decision.map(|decision| decision.reason().name()),
            error: judged.error.as_deref(),
        };
        report::object(self.out, &case);
    }
}

/// A question with what was expected, and the answer.
type Asked = (Expected, Result<Decision, RequestError>);

/// What came of a case.
struct Judged {
    expected: Option<Expected>,
    decision: Option<Decision>,
    /// Why it could not be read, or not be decided.
    error: Option<String>,
    passed: bool,
}

impl Judged {
    fn of(asked: Result<Asked, String>, policy: &Policy) -> Judged {
        let (expected, came) = match asked {
            Ok(asked) => asked,
            Err(error) => {
                return Judged { expected: None, decision: None, error: Some(error), passed: false };
            }
        };
        let passed = expected.verdict(&came) == Verdict::Passed;
        let (decision, error) = match came {
            Ok(decision) => (Some(decision), None),
            Err(error) => (None, Some(suggest::explain(&error, policy))),
        };
        Judged { expected: Some(expected), decision, error, passed }
    }

    /// `expected deny, got grant (direct-grant)`.
    fn difference(&self) -> Option<String> {
        Some(self.expected.as_ref()?.against(self.decision?))
    }

    /// What led to the decision, where there is one.
    fn story(&self, policy: &Policy, place: &Place<'_>) -> Vec<String> {
        let expected = self.expected.as_ref().filter(|_| self.decision.is_some());
        let Some(story) = expected.and_then(|expected| expected.question.explain(policy).ok()) else {
            return Vec::new();
        };
        let mut lines = report::short_story(&story);
        lines.extend(time_is_said(&story.missing_attributes, place));
        lines
    }

    /// As a document tells it.
    fn tested<'a>(&self, place: &Place<'a>, policy: &Policy) -> Tested<'a> {
        let question = self.expected.as_ref().map(|expected| expected.question.text());
        // The name of a block is that of its suite; a row has a name of its own.
        let (suite, own) = match place.suite {
            "table" => (format!("table {}", place.file), Some(place.name)),
            suite => (format!("{suite} {}", title_of(place.name)), None),
        };
        let parts: Vec<&str> =
            own.into_iter().filter(|own| !own.is_empty()).chain(question.as_deref()).collect();
        // Reporters tell cases apart by name, and a question may be asked twice.
        let name = format!("{} ({}:{})", parts.join(", "), place.line, place.column);
        let outcome = match (&self.error, self.difference()) {
            (Some(error), _) => TestOutcome::NotAsked(error.clone()),
            (None, Some(difference)) if !self.passed => {
                TestOutcome::Failed(difference, self.story(policy, place))
            }
            _ => TestOutcome::Passed,
        };
        Tested { suite, name, file: place.file, line: place.line, outcome }
    }
}

/// How a time is given where one is missing.
fn time_is_said(missing: &[String], place: &Place<'_>) -> Option<String> {
    missing.iter().find(|what| *what == "time")?;
    let yaml = [".yaml", ".yml"].iter().any(|ending| place.file.ends_with(ending));
    let said = match place.suite {
        "table" => "give the row a time in a column `at`, such as `2027-01-01`",
        "matrix" => "ask in a test, which can say when: `at 2027-01-01`",
        _ if yaml => "say when it is asked, before the check: `at: 2027-01-01`",
        _ => "say when it is asked, before the check: `at 2027-01-01`",
    };
    Some(said.to_owned())
}

fn effect(granted: bool) -> &'static str {
    if granted { "grant" } else { "deny" }
}

fn title_of(name: &str) -> String {
    if name.is_empty() { "without a name".to_owned() } else { format!("\"{}\"", clean(name)) }
}

//! A state of the files > a block for people, or lines for programs.
//!
//! Enters: what a look came to. Leaves: text, and the memory of what was said: a state that was told is not told again, and what is
//! good is compared with.

use crate::Options;
use crate::cli::Format;
use crate::cli::progress::Progress;
use crate::cli::report::{self, Findings, Totals, object};
use crate::cli::terminal::{Stream, Terminal, clean};
use crate::cli::test::failing_blocks;
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::difference::Difference;
use crate::load::{Input, InputError, Loaded};
use crate::model::Model;
use crate::policy::Policy;
use crate::source::Sources;
use crate::testing::{Verdict, cases};
use crate::watch::{Sight, Watching, key};
use jiff::{Timestamp, Zoned};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

/// Findings and failed tests that people see of one state.
const MAX_DRAWN: usize = 5;

/// A state without errors and without failed tests.
struct Good {
    policy: Policy,
    run: u64,
    /// When it was told.
    time: String,
}

/// What was told last.
#[derive(PartialEq)]
enum Told {
    /// The files of this key, compiled so.
    State(u128, Options),
    /// Why there are none.
    Failure(String),
}

/// What names a warning that stays the same while the lines around it move.
type Known = (Code, String, PathBuf);

pub(super) struct Teller<'t> {
    format: Format,
    out: &'t mut Stream,
    err: &'t mut Stream,
    progress: &'t Progress,
    runs: u64,
    told: Option<Told>,
    watching: Option<Watching>,
    good: Option<Good>,
    /// Warnings of the state that was told last.
    warnings: BTreeSet<Known>,
}

/// How many tests pass and fail.
#[derive(Clone, Copy, Serialize)]
struct Tests {
    passed: usize,
    failed: usize,
}

impl Tests {
    fn of(policy: &Policy, model: &Model) -> Tests {
        let (mut passed, mut failed) = (0, 0);
        for case in cases(policy, model) {
            *(if case.verdict == Verdict::Passed { &mut passed } else { &mut failed }) += 1;
        }
        Tests { passed, failed }
    }
}

/// A state that was compiled.
struct Checked<'a> {
    sources: &'a Sources,
    diagnostics: Vec<Diagnostic>,
    model: Model,
    policy: Option<Policy>,
    /// `None`: there is no policy.
    tests: Option<Tests>,
    /// To the last good state; `None`: there is none, or no policy.
    difference: Option<Difference>,
}

impl Checked<'_> {
    fn is_good(&self) -> bool {
        self.tests.is_some_and(|tests| tests.failed == 0)
    }
}

/// The last line about a state.
#[derive(Serialize)]
struct Run<'a> {
    r#type: &'static str,
    run: u64,
    at: String,
    /// `good`, `failing`, `broken` or `unreadable`.
    state: &'static str,
    error: Option<&'a str>,
    errors: Option<usize>,
    warnings: Option<usize>,
    files: Option<usize>,
    tests: Option<Tests>,
    /// The run with which it is compared.
    since: Option<u64>,
    gains: Option<Totals>,
    losses: Option<Totals>,
    digest: Option<String>,
    milliseconds: u128,
}

/// How changes are noticed.
#[derive(Serialize)]
struct Watched {
    r#type: &'static str,
    events: bool,
    /// Why the system does not tell of changes.
    why: Option<String>,
}

impl<'t> Teller<'t> {
    pub(super) fn new(format: Format, terminal: &'t mut Terminal) -> Teller<'t> {
        let Terminal { out, err, progress } = terminal;
        let (told, watching, good) = (None, None, None);
        Teller { format, out, err, progress, runs: 0, told, watching, good, warnings: BTreeSet::new() }
    }

    /// Says what is watched.
    pub(super) fn begin(&mut self, paths: &[PathBuf]) {
        if self.format == Format::Human {
            let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            let names = if names.is_empty() { "the current directory".to_owned() } else { names.join(", ") };
            self.err.line(&format!("watching {}; Ctrl-C ends it", clean(&names)));
            self.err.send();
        }
    }

    /// Says how changes are noticed, where that is news.
    pub(super) fn watching(&mut self, watching: &Watching) {
        if self.watching.as_ref() == Some(watching) {
            return;
        }
        let is_first = self.watching.is_none();
        self.watching = Some(watching.clone());
        let by_events = *watching == Watching::Events;
        match self.format {
            Format::Json => {
                let why = match watching {
                    Watching::Polling { why, .. } => Some(why.clone()),
                    Watching::Events => None,
                };
                object(self.out, &Watched { r#type: "watching", events: by_events, why });
            }
            // That is what everybody expects.
            Format::Human if is_first && by_events => {}
            Format::Human => {
                let title = self.err.style.warn("note:");
                self.err.line(&format!("{title} changes are noticed {}", clean(&watching.to_string())));
            }
        }
    }

    /// Sends what was said. Whether somebody may still hear the rest.
    pub(super) fn send(&mut self) -> bool {
        self.err.send();
        self.out.send()
    }

    /// Tells what a look came to, unless that was told.
    pub(super) fn take(&mut self, sight: Sight, options: &Options) {
        match sight {
            Sight::Same => {}
            Sight::Whole(Input::Artifact(_, path)) => self.fail(&InputError::SourceNeeded(path).to_string()),
            Sight::Whole(input) => {
                // The time of `now` is another one at each look, and no news.
                let of = Options { at: None, ..options.clone() };
                let now = Told::State(key(&input), of);
                if self.told.as_ref() == Some(&now) {
                    return;
                }
                self.told = Some(now);
                if let Input::Source(loaded) = input {
                    self.state(&loaded, options);
                }
            }
            Sight::Changing => self.fail("the files change whenever they are read; write them less often"),
            Sight::Failed(error) => self.fail(&error.to_string()),
        }
    }

    /// Tells why there is nothing to look at.
    pub(super) fn fail(&mut self, why: &str) {
        let now = Told::Failure(why.to_owned());
        if self.told.as_ref() == Some(&now) {
            return;
        }
        self.told = Some(now);
        self.runs += 1;
        match self.format {
            Format::Json => {
                let run = Run { error: Some(why), ..self.run("unreadable", Instant::now()) };
                object(self.out, &run);
            }
            Format::Human => {
                let why = self.out.style.bad(&clean(why));
                let good = self.last_good();
                self.title(&format!("{why}{good}"));
            }
        }
    }

    /// Compiles, tests, compares and tells.
    fn state(&mut self, loaded: &Loaded, options: &Options) {
        let start = Instant::now();
        self.runs += 1;
        let compiled = loaded.compile_telling(options, &self.progress.compiling());
        let Compiled { model, policy, diagnostics, .. } = compiled;
        self.progress.at("testing and comparing");
        let tests = policy.as_ref().map(|policy| Tests::of(policy, &model));
        let compared = policy.as_ref().zip(self.good.as_ref());
        let difference = compared.map(|(policy, good)| Difference::between(&good.policy, policy));
        let sources = &loaded.sources;
        let checked = Checked { sources, diagnostics, model, policy, tests, difference };
        match self.format {
            Format::Human => self.tell_people(&checked),
            Format::Json => self.tell_programs(&checked, start),
        }
        self.progress.rest();
        if checked.is_good()
            && let Some(policy) = checked.policy
        {
            self.good = Some(Good { policy, run: self.runs, time: time() });
        }
    }

    fn tell_people(&mut self, checked: &Checked<'_>) {
        let sources = checked.sources;
        let fresh = self.fresh(sources, &checked.diagnostics);
        self.headline(&Findings::new(sources, &checked.diagnostics), checked.tests);
        report::first_findings(self.out, &Findings::new(sources, &fresh), MAX_DRAWN);
        self.failed_tests(checked);
        if let (Some(difference), Some(good)) = (&checked.difference, &self.good) {
            report::difference_since(self.out, &good.time, difference);
        }
    }

    fn tell_programs(&mut self, checked: &Checked<'_>, start: Instant) {
        let Checked { sources, diagnostics, policy, tests, difference, .. } = checked;
        let findings = Findings::new(sources, diagnostics);
        report::findings(self.out, self.format, &findings);
        self.failed_tests(checked);
        if let Some(difference) = difference {
            report::difference_in_parts(self.out, difference);
        }
        let state = match tests {
            None => "broken",
            Some(tests) if tests.failed > 0 => "failing",
            Some(_) => "good",
        };
        let run = Run {
            errors: Some(findings.errors),
            warnings: Some(findings.warnings),
            files: Some(sources.len()),
            tests: *tests,
            since: difference.as_ref().and(self.good.as_ref()).map(|good| good.run),
            gains: difference.as_ref().map(|difference| Totals::of(difference.gains())),
            losses: difference.as_ref().map(|difference| Totals::of(difference.losses())),
            digest: policy.as_ref().map(|policy| policy.digest().to_string()),
            ..self.run(state, start)
        };
        object(self.out, &run);
    }

    fn failed_tests(&mut self, checked: &Checked<'_>) {
        if let Some(policy) = &checked.policy
            && !checked.is_good()
        {
            failing_blocks(policy, (&checked.model, checked.sources), self.format, MAX_DRAWN, self.out);
        }
    }

    /// A run of which nothing is known but when it was.
    fn run<'a>(&self, state: &'static str, start: Instant) -> Run<'a> {
        // Whole milliseconds, which is what anybody needs.
        let now = Timestamp::now();
        let at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now).to_string();
        Run {
            r#type: "run",
            run: self.runs,
            at,
            state,
            error: None,
            errors: None,
            warnings: None,
            files: None,
            tests: None,
            since: None,
            gains: None,
            losses: None,
            digest: None,
            milliseconds: start.elapsed().as_millis(),
        }
    }

    /// What people have to look at: errors, and warnings that were not there before.
    fn fresh(&mut self, sources: &Sources, diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
        let known = |finding: &Diagnostic| {
            let path = sources.get(finding.primary.span.source).map(|source| source.path.clone());
            (finding.code, finding.message.clone(), path.unwrap_or_default())
        };
        let is_fresh = |finding: &&Diagnostic| {
            finding.severity == Severity::Error || !self.warnings.contains(&known(finding))
        };
        let fresh = diagnostics.iter().filter(is_fresh).cloned().collect();
        // While there are errors, warnings come and go for other reasons.
        if diagnostics.iter().all(|finding| finding.severity == Severity::Warning) {
            self.warnings = diagnostics.iter().map(known).collect();
        }
        fresh
    }

    /// `[14:03:22] no problems in 3 files, 12 tests passed`.
    fn headline(&mut self, findings: &Findings<'_>, tests: Option<Tests>) {
        let style = self.out.style;
        let tally = findings.tally(style);
        let rest = match tests {
            None => self.last_good(),
            Some(Tests { passed: 0, failed: 0 }) => ", no tests".to_owned(),
            Some(Tests { passed, failed: 0 }) => {
                format!(", {}", style.good(&format!("{} passed", report::count(passed, "test"))))
            }
            Some(Tests { passed, failed }) => {
                let text = format!("{failed} of {} failed", report::count(passed + failed, "test"));
                format!(", {}", style.bad(&text))
            }
        };
        self.title(&format!("{tally}{rest}"));
    }

    /// What is compared with once there is something to compare.
    fn last_good(&self) -> String {
        match &self.good {
            Some(good) => format!("; last good at {}", good.time),
            None => "; not good so far".to_owned(),
        }
    }

    fn title(&mut self, text: &str) {
        if self.runs > 1 {
            self.out.line("");
        }
        let time = self.out.style.dim(&format!("[{}]", time()));
        self.out.line(&format!("{time} {text}"));
    }
}

/// The time where the user is.
fn time() -> String {
    Zoned::now().strftime("%H:%M:%S").to_string()
}

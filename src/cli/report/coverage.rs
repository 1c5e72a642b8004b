//! What tests reach of a policy, and which changes of it they miss > lines for people, or one JSON object per line.

use super::count;
use super::json::object;
use crate::cli::terminal::{Stream, clean};
use crate::mutate::{Change, Mutation};
use crate::source::{Sources, Span};
use crate::testing::{Coverage, Kind, Lack, Share, Totals};
use serde::Serialize;

/// What is not reached, pairs of roles and categories, and changes that survive, of which so many are told to people each.
const TOLD: usize = 50;
/// Privileges of a role and a category that are named to people.
const NAMED: usize = 6;

/// A test to paste, and what it is good for.
#[derive(Serialize)]
pub(in crate::cli) struct Suggestion {
    pub(in crate::cli) r#type: &'static str,
    /// How much it reaches that no test does.
    pub(in crate::cli) reaches: usize,
    pub(in crate::cli) test: String,
}

/// A change that no test notices.
pub(in crate::cli) struct Survivor<'a> {
    pub(in crate::cli) change: &'a Change,
    /// Who would gain or lose what, in words; nothing where no question was found that can be written.
    pub(in crate::cli) effect: Option<String>,
    /// A test that notices it.
    pub(in crate::cli) test: Option<String>,
}

/// Where something is written, with its line.
struct Written<'a> {
    file: String,
    line: usize,
    column: usize,
    text: &'a str,
}

impl<'a> Written<'a> {
    fn of(span: Span, sources: &'a Sources) -> Written<'a> {
        let Some(source) = sources.get(span.source) else {
            return Written { file: String::new(), line: 1, column: 1, text: "" };
        };
        let (line, column) = source.line_column(span.start);
        let (before, behind) = source.text.split_at_checked(span.start as usize).unwrap_or_default();
        let begin = before.rfind('\n').map_or(0, |end| end + 1);
        let end = before.len() + behind.find('\n').unwrap_or(behind.len());
        let text = source.text.get(begin..end).unwrap_or_default().trim();
        Written { file: source.path.to_string_lossy().into_owned(), line, column, text }
    }

    fn place(&self) -> String {
        format!("{}:{}:{}", clean(&self.file), self.line, self.column)
    }

    /// At most a line of it.
    fn shown(&self) -> String {
        const MOST: usize = 100;
        match self.text.char_indices().nth(MOST) {
            Some((at, _)) => format!("{}...", clean(self.text.get(..at).unwrap_or_default())),
            None => clean(self.text).into_owned(),
        }
    }
}

/// `41 of 57 entries (72 %)`.
fn share(share: Share, noun: &str) -> String {
    let nouns = count(share.total, noun);
    format!("{} of {nouns} ({} %)", super::thousands(share.reached), share.percent())
}

/// `coverage: 41 of 57 entries (72 %), 5 of 8 requirements (62 %), ...`; kinds of which there is nothing are left out.
pub(in crate::cli) fn coverage_line(totals: &Totals) -> String {
    let all = [
        (totals.entries, "entry"),
        (totals.assignments, "assignment"),
        (totals.requirements, "requirement"),
        (totals.outcomes, "outcome"),
    ];
    let told = all.into_iter().filter(|(share, _)| share.total > 0).map(|(one, noun)| match noun {
        "outcome" => {
            let text = share(one, noun);
            text.replacen("outcome ", "outcome of a condition ", 1).replacen(
                "outcomes ",
                "outcomes of conditions ",
                1,
            )
        }
        noun => share(one, noun),
    });
    let told: Vec<String> = told.collect();
    match told.is_empty() {
        true => "coverage: the policy has no rule that a test could reach".to_owned(),
        false => format!("coverage: {}; {} % of all", told.join(", "), totals.all().percent()),
    }
}

/// Why something counts as not reached.
fn why(lack: &Lack) -> &'static str {
    match (lack.kind, lack.seen) {
        (Kind::Entry, _) => "the entry decides in no test",
        (Kind::Assignment, _) => "no entry that decides comes through the assignment",
        (Kind::Requirement, [false, false]) => "no test comes to the requirement",
        (Kind::Requirement, [false, true]) => "the requirement is never satisfied",
        (Kind::Requirement, _) => "the requirement is never missing",
        (Kind::Condition, [false, false]) => "no test comes to the condition",
        (Kind::Condition, [false, true]) => "the condition is never true",
        (Kind::Condition, _) => "the condition is never anything but true",
    }
}

pub(in crate::cli) fn coverage_for_people(
    out: &mut Stream,
    coverage: &Coverage<'_>,
    totals: &Totals,
    sources: &Sources,
) {
    out.line(&coverage_line(totals));
    let lacks = coverage.lacks();
    if !lacks.is_empty() {
        out.line("");
    }
    for lack in lacks.iter().take(TOLD) {
        let written = Written::of(lack.span, sources);
        let place = out.style.dim(&written.place());
        out.line(&format!("  {place}  {}", why(lack)));
        out.line(&format!("      {}", written.shown()));
    }
    if lacks.len() > TOLD {
        out.line(&format!("  and {} more; `--format json` has all", lacks.len() - TOLD));
    }
    let Share { reached, total } = totals.decisions;
    if reached == total {
        return;
    }
    let pairs = count(total, "pair");
    let missing = super::thousands(total - reached);
    out.line(&format!(
        "\nno test asks {missing} of the {pairs} of a role and a privilege that entries speak of:"
    ));
    let unasked = coverage.unasked();
    for one in unasked.iter().take(TOLD) {
        let mut named: Vec<&str> = one.privileges.iter().take(NAMED).copied().collect();
        let more = format!("{} more", one.privileges.len().saturating_sub(NAMED));
        if one.privileges.len() > NAMED {
            named.push(&more);
        }
        let (role, category) = (clean(one.role), clean(one.category));
        let counts = format!("{} of {}", one.privileges.len(), one.of);
        out.line(&format!("  role:{role}, category {category}, {counts}: {}", clean(&named.join(", "))));
    }
    if unasked.len() > TOLD {
        let more = count(unasked.len() - TOLD, "role and category");
        out.line(&format!("  and {}; `--format json` has all", more.replace("categorys", "categories")));
    }
}

pub(in crate::cli) fn coverage_as_json(
    out: &mut Stream,
    coverage: &Coverage<'_>,
    totals: &Totals,
    sources: &Sources,
) {
    #[derive(Serialize)]
    struct Uncovered<'a> {
        r#type: &'static str,
        kind: &'static str,
        file: String,
        line: usize,
        column: usize,
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        seen: Option<Seen>,
        message: &'static str,
    }
    #[derive(Serialize)]
    struct Seen {
        r#true: bool,
        otherwise: bool,
    }
    #[derive(Serialize)]
    struct Unasked<'a> {
        r#type: &'static str,
        role: &'a str,
        category: &'a str,
        privileges: Vec<&'a str>,
        of: usize,
    }
    for lack in coverage.lacks() {
        let Written { file, line, column, text } = Written::of(lack.span, sources);
        let two = matches!(lack.kind, Kind::Requirement | Kind::Condition);
        let seen = two.then_some(Seen { r#true: lack.seen[0], otherwise: lack.seen[1] });
        let (kind, message) = (lack.kind.name(), why(&lack));
        object(out, &Uncovered { r#type: "uncovered", kind, file, line, column, text, seen, message });
    }
    for one in coverage.unasked() {
        let (role, category, privileges, of) = (one.role, one.category, one.privileges, one.of);
        object(out, &Unasked { r#type: "unasked", role, category, privileges, of });
    }
    #[derive(Serialize)]
    struct Count {
        reached: usize,
        total: usize,
        percent: usize,
    }
    #[derive(Serialize)]
    struct All {
        r#type: &'static str,
        entries: Count,
        assignments: Count,
        requirements: Count,
        outcomes: Count,
        decisions: Count,
        all: Count,
    }
    let of = |share: Share| Count { reached: share.reached, total: share.total, percent: share.percent() };
    let all = All {
        r#type: "coverage",
        entries: of(totals.entries),
        assignments: of(totals.assignments),
        requirements: of(totals.requirements),
        outcomes: of(totals.outcomes),
        decisions: of(totals.decisions),
        all: of(totals.all()),
    };
    object(out, &all);
}

/// Which of how many changes were noticed, and what is not counted.
pub(in crate::cli) fn mutation_line(mutation: &Mutation) -> String {
    let [by_tests, by_invariants, by_compiler] = mutation.noticed();
    let survived = mutation.survivors().count();
    let noticed = by_tests + by_invariants + by_compiler;
    let share = Share { reached: noticed, total: noticed + survived };
    let by: Vec<String> = [(by_tests, "tests"), (by_invariants, "invariants"), (by_compiler, "the compiler")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, by)| format!("{} by {by}", super::thousands(number)))
        .collect();
    let by = if by.is_empty() { String::new() } else { format!(": {}", by.join(", ")) };
    let total = count(share.total, "change");
    let reached = super::thousands(noticed);
    let mut line = format!("mutation: {reached} of {total} noticed ({} %){by}", share.percent());
    for (number, one, more) in [
        (mutation.same(), "changes no decision and does not count", "change no decision and do not count"),
        (
            mutation.unclear(),
            "could not be compared and does not count",
            "could not be compared and do not count",
        ),
    ] {
        if number > 0 {
            let what = if number == 1 { one } else { more };
            line.push_str(&format!("; {} {what}", super::thousands(number)));
        }
    }
    let left = mutation.possible - mutation.tried.len();
    if left > 0 {
        let (left, all) = (super::thousands(left), super::thousands(mutation.possible));
        line.push_str(&format!(
            "; {left} of {all} were not tried, evenly chosen, as the policy is too large for all"
        ));
    }
    line
}

pub(in crate::cli) fn mutation_for_people(
    out: &mut Stream,
    mutation: &Mutation,
    survivors: &[Survivor<'_>],
    sources: &Sources,
) {
    out.line(&mutation_line(mutation));
    for one in survivors.iter().take(TOLD) {
        let written = Written::of(one.change.span, sources);
        let place = out.style.dim(&written.place());
        out.line(&format!("\n  {place}  {} every test still passes", clean(&one.change.what.to_string())));
        out.line(&format!("      {}", written.shown()));
        if let Some(effect) = &one.effect {
            out.line(&format!("    {}", clean(effect)));
        }
        if one.test.is_some() {
            out.line("    a test that notices it:");
        }
        for line in one.test.iter().flat_map(|test| test.lines()) {
            out.line(&format!("      {}", clean(line)));
        }
    }
    if survivors.len() > TOLD {
        out.line(&format!("\n  and {} more; `--format json` has all", survivors.len() - TOLD));
    }
}

pub(in crate::cli) fn mutation_as_json(
    out: &mut Stream,
    mutation: &Mutation,
    survivors: &[Survivor<'_>],
    sources: &Sources,
) {
    #[derive(Serialize)]
    struct Survived<'a> {
        r#type: &'static str,
        change: String,
        file: String,
        line: usize,
        column: usize,
        text: &'a str,
        effect: Option<&'a str>,
        test: Option<&'a str>,
    }
    for one in survivors {
        let Written { file, line, column, text } = Written::of(one.change.span, sources);
        let (effect, test) = (one.effect.as_deref(), one.test.as_deref());
        let change = one.change.what.to_string();
        object(out, &Survived { r#type: "survivor", change, file, line, column, text, effect, test });
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct All {
        r#type: &'static str,
        by_tests: usize,
        by_invariants: usize,
        by_compiler: usize,
        survived: usize,
        same: usize,
        unclear: usize,
        tried: usize,
        possible: usize,
        percent: usize,
    }
    let [by_tests, by_invariants, by_compiler] = mutation.noticed();
    let reached = by_tests + by_invariants + by_compiler;
    let survived = survivors.len();
    let all = All {
        r#type: "mutation",
        by_tests,
        by_invariants,
        by_compiler,
        survived,
        same: mutation.same(),
        unclear: mutation.unclear(),
        tried: mutation.tried.len(),
        possible: mutation.possible,
        percent: Share { reached, total: reached + survived }.percent(),
    };
    object(out, &all);
}

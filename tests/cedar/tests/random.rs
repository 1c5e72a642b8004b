//! Random policies and requests: policyc, the reference evaluator and Cedar give one answer.
//!
//! The generator knows nothing of Cedar. What Cedar can't say is taken out of a policy, clause by clause, until the rest can be exported; what
//! was taken out is counted by its name. The cases are the same in every run; `POLICYC_CASES=2000` asks for more policies than the
//! constant, `POLICYC_FIRST=n` begins at another one.

use cedar::generate::{Dice, Policy as Written, bytes, question, shrink, text};
use cedar::reference::{Given, Question, decide};
use cedar::{Judge, Verdict};
use policyc::emit::cedar::{Refusal, export};
use policyc::source::{Format, Sources};
use policyc::{Compiled, Reason, compile};
use std::collections::BTreeMap;
use std::time::Instant;

/// Policies in a run, unless more are asked for.
const POLICIES: u64 = 400;
/// Questions about each.
const QUESTIONS: usize = 60;
/// Random bytes behind each policy and its questions.
const BYTES: usize = 16_384;

/// What was compared and what was not.
#[derive(Debug, Default)]
struct Tally {
    policies: usize,
    /// Exported as they were thrown.
    whole: usize,
    compared: usize,
    granted: usize,
    /// How often each reason decided.
    reasons: BTreeMap<&'static str, usize>,
    /// Questions that do not fit the policy, and how many of them Cedar refuses too.
    faults: usize,
    refused_by_both: usize,
    /// Of the policies as thrown, how many have a construct of this kind that Cedar can't say.
    refused: BTreeMap<String, usize>,
}

/// The constructs that Cedar can't say, without the names of the policy.
const UNSAYABLE: [&str; 3] = ["a condition", "how … resolves entries", "what … needs"];

impl Tally {
    /// A run that compares little proves little.
    fn judge(&self, count: usize) {
        let of = |part: usize, whole: usize| part * 100 / whole.max(1);
        assert!(of(self.policies, count) >= 97, "only {} of {count} policies were compared", self.policies);
        assert!(of(self.whole, self.policies) >= 55, "only {} policies were exported as a whole", self.whole);
        assert!(self.compared >= 50 * self.policies, "only {} questions were compared", self.compared);
        assert!((25..=75).contains(&of(self.granted, self.compared)), "{} were granted", self.granted);
        for reason in Reason::ALL {
            let count = self.reasons.get(reason.name()).copied().unwrap_or(0);
            assert!(
                of(100 * count, self.compared) >= 100,
                "{reason} is the reason of only {count} decisions"
            );
        }
        let unsayable: Vec<&str> = self.refused.keys().map(String::as_str).collect();
        assert_eq!(unsayable, UNSAYABLE, "what Cedar can't say");
    }
}

fn sources(statements: &[String]) -> Sources {
    let mut sources = Sources::new();
    sources.add("random.policy", Format::Policy, text(statements));
    sources
}

/// The kind of a refused construct: its name without the names of the policy.
fn kind(refusal: &Refusal) -> String {
    let words: Vec<&str> = refusal.construct.split('`').step_by(2).map(str::trim).collect();
    words.join(" … ")
}

/// Cedar's times are milliseconds: what is a microsecond beside a bound becomes a millisecond beside it, for all who are asked.
fn in_milliseconds(question: &mut Question) {
    fn rounded(at: i64) -> i64 {
        let rest = at.rem_euclid(1_000);
        at - rest + if rest == 1 { 1_000 } else { 0 }
    }
    fn round(given: &mut Given) {
        match given {
            Given::Timestamp(at) => *at = rounded(*at),
            Given::Set(values) => values.iter_mut().for_each(round),
            _ => {}
        }
    }
    question.at = question.at.map(rounded);
    question.attributes.iter_mut().for_each(|(_, _, given)| round(given));
}

/// Statements that can be exported: these, less what can't; and the kinds of what was taken out.
fn exportable(statements: &[String]) -> Option<(Vec<String>, Vec<String>)> {
    let mut statements = statements.to_vec();
    let mut kinds = Vec::new();
    for _ in 0..200 {
        let sources = sources(&statements);
        let compiled = compile(&sources);
        compiled.policy.as_ref()?;
        let Err(refusals) = export(&compiled.model, &sources) else { return Some((statements, kinds)) };
        if kinds.is_empty() {
            kinds = refusals.iter().map(kind).collect();
            kinds.sort();
            kinds.dedup();
        }
        let smaller = less(&statements, &refusals[0]);
        statements = smaller.into_iter().find(|smaller| compile(&self::sources(smaller)).policy.is_some())?;
    }
    None
}

/// Ways to do without what a refusal is about, the smallest loss first.
fn less(statements: &[String], refusal: &Refusal) -> Vec<Vec<String>> {
    let span = refusal.span.expect("random policies are small");
    let mut offset = span.start as usize;
    let at = statements
        .iter()
        .position(|statement| {
            let inside = offset <= statement.len();
            if !inside {
                offset -= statement.len() + 1;
            }
            inside
        })
        .expect("the statement");
    let statement = &statements[at];
    let mut found = Vec::new();
    let mut with = |index: usize, changed: String| {
        let mut smaller = statements.to_vec();
        smaller[index] = changed;
        found.push(smaller);
    };
    let unresolved = |text: &str| text.replace("resolve nearest", "").replace("resolve most-specific", "");
    if refusal.construct.starts_with("how ") {
        for index in [Some(at), statements.iter().position(|text| text.starts_with("policy p"))] {
            let Some(index) = index else { continue };
            if unresolved(&statements[index]) != statements[index] {
                with(index, unresolved(&statements[index]));
            }
        }
        return found;
    }
    let start = statement[..offset].rfind('\n').map_or(0, |at| at + 1);
    let end = statement[offset..].find('\n').map_or(statement.len(), |at| offset + at);
    let line = &statement[start..end];
    for clause in [" includes ", " requires ", " when "] {
        if let Some(cut) = line.find(clause) {
            for tail in ["", " {", " }"] {
                with(at, format!("{}{}{tail}{}", &statement[..start], &line[..cut], &statement[end..]));
            }
        }
    }
    with(at, format!("{}{}", &statement[..start], &statement[end..]));
    with(at, String::new());
    found
}

/// What all three say.
enum Answer {
    Decided(Reason),
    /// The question does not fit the policy; whether Cedar says so too.
    Fault(bool),
}

/// The one answer, or how the three differ.
///
/// Cedar's schema knows neither the words of enums nor which ancestors are possible, so it may decide what does not fit the policy.
fn answer(compiled: &Compiled, judge: &Judge<'_>, question: &Question) -> Result<Answer, String> {
    let policy = compiled.policy.as_ref().expect("it compiled");
    let own = question.with_request(|request| policy.decide(request));
    let reference = decide(&compiled.model, question);
    let verdict = judge.ask(question);
    match (&own, &reference, &verdict) {
        (Ok(own), Ok(reference), Verdict::Allow | Verdict::Deny)
            if own.reason() == reference.reason && (verdict == Verdict::Allow) == own.granted() =>
        {
            Ok(Answer::Decided(own.reason()))
        }
        (Err(_), Err(_), _) => Ok(Answer::Fault(matches!(verdict, Verdict::NoRequest(_)))),
        _ => Err(format!("policyc: {own:?}\nreference: {reference:?}\nCedar: {verdict:?}")),
    }
}

fn differs(statements: &[String], question: &Question) -> Option<String> {
    let sources = sources(statements);
    let compiled = compile(&sources);
    compiled.policy.as_ref()?;
    let cedar = export(&compiled.model, &sources).ok()?;
    let judge = match Judge::load(&compiled.model, &cedar) {
        Ok(judge) => judge,
        Err(error) => return Some(format!("{error}\n{}\n{}", cedar.policies, cedar.schema)),
    };
    let difference = answer(&compiled, &judge, question).err()?;
    Some(format!("{difference}\n\n{}\n{}", cedar.policies, cedar.entities))
}

/// Fails with the smallest policy and question that still disagree.
#[track_caller]
fn report(seed: u64, statements: &[String], question: &Question) -> ! {
    let fails = |statements: &[String], question: &Question| differs(statements, question).is_some();
    let (statements, question) = shrink(statements, question, &fails);
    let difference = differs(&statements, &question).unwrap_or_default();
    panic!("seed {seed}:\n{}\n{question}\n\n{difference}", text(&statements));
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn three_evaluators_give_one_answer() {
    let mut tally = Tally::default();
    let (first, count) = (number("POLICYC_FIRST", 0), number("POLICYC_CASES", POLICIES));
    let start = Instant::now();
    for seed in first..first + count {
        let bytes = bytes(seed, BYTES);
        let mut dice = Dice::new(&bytes);
        let written = Written::random(&mut dice);
        let mut questions: Vec<Question> =
            (0..QUESTIONS).map(|_| question(&mut dice, &written.vocabulary)).collect();
        questions.iter_mut().for_each(in_milliseconds);
        let Some((statements, kinds)) = exportable(&written.statements) else { continue };
        let sources = sources(&statements);
        let compiled = compile(&sources);
        let cedar = export(&compiled.model, &sources).expect("it can be exported");
        let judge = match Judge::load(&compiled.model, &cedar) {
            Ok(judge) => judge,
            Err(_) => report(seed, &statements, &questions[0]),
        };
        tally.policies += 1;
        tally.whole += usize::from(kinds.is_empty());
        for kind in kinds {
            *tally.refused.entry(kind).or_default() += 1;
        }
        for question in &questions {
            match answer(&compiled, &judge, question) {
                Err(_) => report(seed, &statements, question),
                Ok(Answer::Decided(reason)) => {
                    tally.compared += 1;
                    tally.granted += usize::from(reason.grants());
                    *tally.reasons.entry(reason.name()).or_default() += 1;
                }
                Ok(Answer::Fault(by_both)) => {
                    tally.faults += 1;
                    tally.refused_by_both += usize::from(by_both);
                }
            }
        }
    }
    println!("{tally:#?}, {:.1} s", start.elapsed().as_secs_f64());
    tally.judge(count as usize);
}

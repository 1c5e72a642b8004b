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
use policyc::{Compiled, compile};
use std::collections::BTreeMap;
use std::time::Instant;

/// Policies in a run, unless more are asked for.
const POLICIES: u64 = 600;
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
    /// Questions that policyc has no answer to.
    faults: usize,
    cycles: usize,
    /// Of the policies as thrown, how many have a construct of this kind that Cedar can't say.
    refused: BTreeMap<String, usize>,
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

/// How the three differ, if they do; else the answer.
fn disagreement(compiled: &Compiled, judge: &Judge<'_>, question: &Question) -> Result<Option<bool>, String> {
    let policy = compiled.policy.as_ref().expect("it compiled");
    let own = question.with_request(|request| policy.decide(request));
    let reference = decide(&compiled.model, question);
    let verdict = judge.ask(question);
    match (&own, &reference, &verdict) {
        (Ok(own), Ok(reference), Verdict::Allow | Verdict::Deny)
            if own.reason() == reference.reason && (verdict == Verdict::Allow) == own.granted() =>
        {
            Ok(Some(own.granted()))
        }
        (Err(_), Err(_), Verdict::NoRequest(_)) | (Ok(_), Ok(_), Verdict::Cycle) => Ok(None),
        // Cedar's schema knows neither the words of enums nor which ancestors are possible; it may have an answer of its own.
        (Err(_), Err(_), _) => Ok(None),
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
    let difference = disagreement(&compiled, &judge, question).err()?;
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
            let fault = decide(&compiled.model, question).is_err();
            match disagreement(&compiled, &judge, question) {
                Err(_) => report(seed, &statements, question),
                Ok(Some(granted)) => {
                    tally.compared += 1;
                    tally.granted += usize::from(granted);
                }
                Ok(None) if fault => tally.faults += 1,
                Ok(None) => tally.cycles += 1,
            }
        }
    }
    println!("{tally:#?}, {:.1} s", start.elapsed().as_secs_f64());
}

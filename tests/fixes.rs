//! What holds for every fix: it keeps comments, it is done in one go, and a safe one changes no decision.

use crate::generate::{Dice, Policy as Written, bytes, question, text};
use crate::reference::decide;
use policyc::Options;
use policyc::diagnostic::{Code, Safety};
use policyc::load::{Fixed, Loaded};
use policyc::source::{Format, Sources};
use policyc::{Compiled, compile};
use std::fs;
use std::path::Path;

/// Random policies, and questions about each.
const POLICIES: u64 = 600;
const QUESTIONS: usize = 60;

fn fixed(sources: &Sources, guesses: bool) -> Fixed {
    Loaded { sources: sources.clone(), findings: Vec::new() }.fixed(&Options::default(), guesses)
}

fn errors(compiled: &Compiled) -> usize {
    compiled.diagnostics.iter().filter(|found| found.severity.name() == "error").count()
}

/// The comments of a text: in the cases a `#` stands nowhere else.
fn comments(sources: &Sources) -> Vec<String> {
    let lines = sources.iter().flat_map(|(_, source)| source.text.lines());
    let comments = lines.filter_map(|line| line.find('#').and_then(|at| line.get(at..)));
    comments.filter(|comment| !comment.starts_with("## ")).map(str::to_owned).collect()
}

/// Fixes some files and holds the outcome against what must hold of all.
#[track_caller]
fn check(name: &str, sources: &Sources) -> [Fixed; 2] {
    let before = compile(sources);
    [false, true].map(|guesses| {
        let fixed = fixed(sources, guesses);
        let again = self::fixed(&fixed.loaded.sources, guesses);
        assert_eq!((again.fixes, again.changed.len()), (0, 0), "{name}: a second run changes something");
        assert!(errors(&fixed.compiled) <= errors(&before), "{name}: more errors than before");
        if fixed.more_errors.is_none() {
            let offered = fixed.compiled.diagnostics.iter().filter_map(|found| found.fix.as_ref());
            let left = offered.filter(|fix| guesses || fix.safety == Safety::Safe).count();
            assert_eq!(left, 0, "{name}: a fix is left");
        }
        assert_eq!(fixed.changed.is_empty(), fixed.fixes == 0, "{name}");
        fixed
    })
}

fn cases() -> Vec<(String, Sources)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/diagnostics");
    let mut found = Vec::new();
    for directory in fs::read_dir(root).unwrap() {
        for stem in ["report", "near"] {
            let directory = directory.as_ref().unwrap().path();
            let mut sources = Sources::new();
            for (ending, format) in [("policy", Format::Policy), ("yaml", Format::Yaml)] {
                if let Ok(text) = fs::read_to_string(directory.join(format!("{stem}.{ending}"))) {
                    sources.add(format!("{stem}.{ending}"), format, text);
                }
            }
            found.push((format!("{} {stem}", directory.file_name().unwrap().display()), sources));
        }
    }
    found
}

#[test]
fn every_case_is_fixed_in_one_go_and_keeps_its_comments() {
    let mut fixes = [0, 0];
    for (name, sources) in cases() {
        let both = check(&name, &sources);
        for (count, fixed) in fixes.iter_mut().zip(&both) {
            *count += fixed.fixes;
            // A comment that was begun with other marks is one more.
            let kept = comments(&fixed.loaded.sources);
            let mut rest = kept.iter();
            let lost: Vec<String> =
                comments(&sources).into_iter().filter(|comment| !rest.any(|kept| kept == comment)).collect();
            assert!(lost.is_empty(), "{name}: {lost:?} of {kept:?}");
        }
    }
    assert!(fixes[0] >= 4 && fixes[1] >= 13, "few cases have a fix: {fixes:?}");
}

/// For some of the roles an heir that grants all of it again, held by the same.
fn with_heirs(statements: &[String]) -> Vec<String> {
    let mut all = statements.to_vec();
    for statement in statements {
        let Some(at) = statement.find("role ").filter(|&at| at == 0 || statement[..at].ends_with('\n'))
        else {
            continue;
        };
        let rest = &statement[at + 5..];
        let (Some(name), Some(brace)) = (rest.split_whitespace().next(), rest.find('{')) else { continue };
        if name.starts_with('"') {
            continue;
        }
        let allows = &statement[..at];
        all.push(format!("{allows}role heir-of-{name} inherits {name} {}", &rest[brace..]));
        let held = format!("assign {name} to ");
        let assigned = statements.iter().filter(|other| other.contains(&held));
        all.extend(assigned.map(|other| other.replace(&held, &format!("assign heir-of-{name} to "))));
    }
    all
}

/// How many findings say that something is covered.
fn shadowed(compiled: &Compiled) -> usize {
    compiled.diagnostics.iter().filter(|found| found.code == Code::ShadowedEntry).count()
}

#[test]
fn safe_fixes_change_no_decision_and_no_fix_an_answer() {
    let (mut policies, mut entries, mut grants, mut covered, mut beaten) = (0, 0, 0, 0, 0);
    for seed in 0..POLICIES {
        let bytes = bytes(seed, 16_384);
        let mut dice = Dice::new(&bytes);
        let written = Written::random(&mut dice);
        let mut sources = Sources::new();
        sources.add("random.policy", Format::Policy, text(&with_heirs(&written.statements)));
        let before = compile(&sources);
        let Some(policy) = &before.policy else { continue };
        let [fixed, guessed] = check(&format!("seed {seed}"), &sources);
        covered += shadowed(&before) - shadowed(&fixed.compiled);
        beaten +=
            before.diagnostics.iter().filter(|it| it.message.contains("wherever this grants it")).count();
        let after = fixed.compiled.policy.as_ref().expect("it still compiles");
        for _ in 0..QUESTIONS {
            let question = question(&mut dice, &written.vocabulary);
            let told = |compiled: &Compiled| {
                let answer = decide(&compiled.model, &question).ok()?;
                Some((answer.reason, answer.missing, answer.wanted))
            };
            let (one, other) = (told(&before), told(&fixed.compiled));
            let decided =
                |policy: &policyc::Policy| question.with_request(|request| policy.decide(request).ok());
            let same = one == other && decided(policy) == decided(after);
            let text =
                |sources: &Sources| sources.iter().map(|(_, source)| source.text.clone()).collect::<String>();
            assert!(
                same,
                "seed {seed}: {question:?}\n{one:?}\n{other:?}\n{}---\n{}",
                text(&sources),
                text(&fixed.loaded.sources)
            );
            let granted =
                |compiled: &Compiled| Some(decide(&compiled.model, &question).ok()?.reason.grants());
            // What others cover may be taken out: the answer stays, if not its reason.
            let (one_granted, other) = (granted(&before), granted(&guessed.compiled));
            assert!(
                one_granted == other,
                "seed {seed}: {question:?}\n{one_granted:?}\n{other:?}\n{}---\n{}",
                text(&sources),
                text(&guessed.loaded.sources)
            );
            grants += usize::from(one.is_some_and(|(reason, ..)| reason.grants()));
        }
        policies += 1;
        entries += before.model.entries.len() - fixed.compiled.model.entries.len();
    }
    let enough = policies > 200 && entries > policies && grants > policies && covered > 0 && beaten > 20;
    assert!(
        enough,
        "{policies} policies, {entries} entries taken out, {grants} grants, {covered} covered, {beaten} beaten"
    );
}

//! What holds for every policy: the evaluator agrees with the reference, and an artifact means what its policy means.
//!
//! The cases are the same in every run. `POLICYC_CASES=20000` asks for more policies than the constant, `POLICYC_FIRST=n`
//! begins at another one.

use crate::damage::sealed;
use crate::generate::{Dice, Policy as Written, bytes, question, shrink, text};
use crate::reference::{Answer, Asker, Question, decide, faults};
use policyc::evaluate::Explanation;
use policyc::model::{Model, Reason, Strategy};
use policyc::source::{Format, Sources};
use policyc::terms::AttributeRoot;
use policyc::{Compiled, Decision, Policy, RequestError, Session, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::mem::discriminant;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Policies in a run, unless more are asked for.
const POLICIES: u64 = 8_000;
/// Questions about each.
const QUESTIONS: usize = 60;
/// Random bytes behind each policy and its questions.
const BYTES: usize = 16_384;

/// The number that an environment variable gives, or this one.
fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// A random policy that compiles, and questions about it.
struct Case {
    seed: u64,
    written: Written,
    compiled: Compiled,
    sources: Sources,
    questions: Vec<Question>,
}

fn sources(statements: &[String]) -> Sources {
    let mut sources = Sources::new();
    sources.add("random.policy", Format::Policy, text(statements));
    sources
}

/// The case of a seed, or what the compiler has against its policy.
fn case(seed: u64) -> Result<Case, String> {
    let bytes = bytes(seed, BYTES);
    let mut dice = Dice::new(&bytes);
    let written = Written::random(&mut dice);
    let questions = (0..QUESTIONS).map(|_| question(&mut dice, &written.vocabulary)).collect();
    let sources = sources(&written.statements);
    let compiled = compile(&sources);
    if compiled.policy.is_none() {
        let findings: Vec<String> = compiled
            .diagnostics
            .iter()
            .filter(|d| d.severity == policyc::diagnostic::Severity::Error)
            .map(|d| format!("{} {} at `{}`", d.code, d.message, sources.slice(d.primary.span)))
            .collect();
        return Err(format!("seed {seed}:\n{}\n{}", findings.join("\n"), written.text()));
    }
    Ok(Case { seed, written, compiled, sources, questions })
}

/// Every case of a run. Few may be refused by the compiler: the generator writes what is valid, but for accidents that
/// would be dear to avoid.
fn cases(count: u64) -> impl Iterator<Item = Case> {
    let first = number("POLICYC_FIRST", 0);
    (first..first + count).filter_map(|seed| case(seed).ok())
}

/// How the policy's answer differs from the reference's, asked in any way that there is, if it does.
pub fn disagreement(
    sources: &Sources,
    model: &Model,
    policy: &Policy,
    question: &Question,
) -> Option<String> {
    let expected = decide(model, question);
    let asked = catch_unwind(AssertUnwindSafe(|| {
        question.with_request(|request| {
            (policy.decide(request), policy.is_allowed(request), policy.explain(request))
        })
    }));
    let Ok((decision, allowed, explanation)) = asked else { return Some("the policy panics".to_string()) };
    match (&expected, &decision, &explanation) {
        (Ok(answer), Ok(decision), Ok(explanation)) => {
            let told = explanation.missing_attributes.iter().cloned().collect::<BTreeSet<String>>();
            let same = answer.reason == decision.reason()
                && answer.undecided() == decision.undecided()
                && allowed == answer.reason.grants()
                && explanation.decision == *decision
                && told == answer.missing
                && same_wanted(answer, explanation)
                && same_entries(sources, model, answer, explanation);
            if !same {
                return Some(format!("reference: {answer:?}\npolicy:    {decision:?}, {explanation:?}"));
            }
            other_ways_disagree(policy, question)
        }
        (Err(_), Err(error), Err(again)) if error == again && !allowed => {
            let possible = faults(model, question);
            if !possible.iter().any(|fault| same_fault(fault, error)) {
                return Some(format!("reference: one of {possible:?}\npolicy:    {error:?}"));
            }
            other_ways_disagree(policy, question)
        }
        _ => Some(format!(
            "reference: {expected:?}\npolicy:    {decision:?}, allowed {allowed}, {explanation:?}"
        )),
    }
}

/// How sessions and ids answer otherwise than names do, if they do. Every way is asked twice: the first answer is found, the
/// second remembered.
fn other_ways_disagree(policy: &Policy, question: &Question) -> Option<String> {
    let expected = question.with_request(|request| policy.decide(request).ok());
    let Some(privilege) = policy.privilege(&question.privilege) else {
        return expected.map(|_| "a privilege without an id is decided".to_string());
    };
    let mut found = Vec::new();
    let mut compare = |what: &str, answer: Option<Decision>| {
        if answer != expected {
            found.push(format!("{what}: {answer:?}, by names: {expected:?}"));
        }
    };
    let node = question.resource.as_ref().map(|(ty, id)| policy.resource(ty, id));
    let declared = question.ancestors.is_empty();
    question.with_parts(|principal, resource, attributes| {
        let session = policy.session(&principal).ok();
        let session = session.map(|session| question.at.map_or(session.clone(), |at| session.at(at)));
        let own = session.as_ref().and_then(|session| match &resource {
            Some(resource) => session.on(resource).ok()?.with(attributes).ok(),
            None => session.clone().with(attributes).ok(),
        });
        for _ in 0..2 {
            compare("session", own.as_ref().and_then(|own| own.decide(privilege).ok()));
        }
        if let (Some(own), Some(expected)) = (&own, expected) {
            let listed = own.privileges().any(|held| held == privilege);
            compare("listed", Some(expected).filter(|expected| listed == expected.granted()));
        }
        let of_resource = question.attributes.iter().any(|(root, ..)| *root == AttributeRoot::Resource);
        if let (Some(resource), false) = (&resource, of_resource) {
            let session = session.as_ref().and_then(|session| session.clone().with(attributes).ok());
            let ask = |session: &Session<'_>| session.decide_on(privilege, resource).ok();
            compare("session asked on a resource", session.as_ref().and_then(ask));
            if let (Some(Some(node)), true) = (node, declared) {
                let ask = |session: &Session<'_>| session.decide_on_id(privilege, node).ok();
                compare("session asked on an id", session.as_ref().and_then(ask));
                let ask = |session: &Session<'_>| session.on_id(node).ok()?.decide(privilege).ok();
                compare("session on an id", session.as_ref().and_then(ask));
            }
        }
    });
    let bare = question.groups.is_empty() && question.roles.is_empty() && question.attributes.is_empty();
    if let (Asker::Known(kind, name), true, None) = (&question.asker, bare && declared, question.at)
        && let Some(who) = policy.principal(*kind, name)
        && node.is_none_or(|node| node.is_some())
    {
        for _ in 0..2 {
            compare("ids", policy.decide_ids(who, privilege, node.flatten()).ok());
        }
    }
    compare("names again", question.with_request(|request| policy.decide(request).ok()));
    found.into_iter().next()
}

/// Whether the explanation tells the smallest sets that a requirement lacks; it may leave some out of very many.
fn same_wanted(answer: &Answer, explanation: &Explanation) -> bool {
    let Some(wanted) = answer.wanted.as_ref().filter(|_| explanation.included.is_none()) else { return true };
    let told: BTreeSet<BTreeSet<String>> =
        explanation.missing.iter().map(|set| set.iter().cloned().collect()).collect();
    told == *wanted || (told.len() >= 50 && told.is_subset(wanted))
}

/// Whether the explanation names the entries that decided, where entries did.
fn same_entries(sources: &Sources, model: &Model, answer: &Answer, explanation: &Explanation) -> bool {
    if answer.deciding.is_empty() {
        return true;
    }
    let told: BTreeSet<(usize, usize)> = explanation
        .deciding
        .iter()
        .filter_map(|entry| entry.place.as_ref())
        .map(|place| (place.line as usize, place.column as usize))
        .collect();
    let place = |id: &policyc::model::EntryId| {
        let span = model.entries[id.index()].span;
        sources.get(span.source).map(|source| source.line_column(span.start))
    };
    told == answer.deciding.iter().filter_map(place).collect()
}

/// The same kind of fault; of the privilege or type also the same name.
fn same_fault(one: &RequestError, other: &RequestError) -> bool {
    match one {
        RequestError::UnknownPrivilege(_)
        | RequestError::UnknownType(_)
        | RequestError::MissingResource(_)
        | RequestError::SuperfluousResource(_)
        | RequestError::WrongResourceType { .. } => one == other,
        _ => discriminant(one) == discriminant(other),
    }
}

/// Fails with the smallest policy and question that still disagree.
#[track_caller]
fn report(case: &Case, question: &Question) {
    let fails = |statements: &[String], question: &Question| {
        let sources = sources(statements);
        let compiled = compile(&sources);
        let policy = compiled.policy.as_ref();
        policy.is_some_and(|policy| disagreement(&sources, &compiled.model, policy, question).is_some())
    };
    let (statements, question) = shrink(&case.written.statements, question, &fails);
    let sources = sources(&statements);
    let compiled = compile(&sources);
    let policy = compiled.policy.expect("a smaller policy compiles");
    let difference = disagreement(&sources, &compiled.model, &policy, &question);
    panic!(
        "seed {}: evaluator and reference disagree\n\n{}\n{question}\n\n{}\n",
        case.seed,
        text(&statements),
        difference.unwrap_or_default()
    );
}

#[test]
fn evaluator_agrees_with_reference() {
    let mut asked = 0;
    let mut policies = 0;
    for case in cases(number("POLICYC_CASES", POLICIES)) {
        let policy = case.compiled.policy.as_ref().unwrap();
        for question in &case.questions {
            if disagreement(&case.sources, &case.compiled.model, policy, question).is_some() {
                report(&case, question);
            }
            asked += 1;
        }
        policies += 1;
    }
    println!("{asked} questions about {policies} policies");
    assert!(policies > 0);
}

#[test]
fn a_reloaded_and_a_stripped_artifact_decide_alike() {
    for case in cases(POLICIES / 10) {
        let policy = case.compiled.policy.as_ref().unwrap();
        let reloaded = Policy::load(policy.as_bytes().to_vec()).unwrap();
        let stripped = policy.strip();
        let both = Policy::load(stripped.as_bytes().to_vec()).unwrap();
        assert_eq!(reloaded.as_bytes(), policy.as_bytes());
        assert!(stripped.is_stripped() && both.is_stripped() && !reloaded.is_stripped());
        for question in &case.questions {
            let expected = question.with_request(|request| policy.decide(request));
            for other in [&reloaded, &stripped, &both] {
                let actual = question.with_request(|request| other.decide(request));
                assert_eq!(actual, expected, "seed {}\n{}\n{question}", case.seed, case.written.text());
            }
        }
    }
}

/// The artifact as it would be if its ledgers took too much room.
fn without_ledgers(policy: &Policy) -> Policy {
    /// The number of the section `LedgerOf`, as the page of the artifact has it.
    const LEDGER_OF: usize = 16;
    let mut bytes = policy.as_bytes().to_vec();
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let (start, length) = (word(32 + 8 * LEDGER_OF), word(36 + 8 * LEDGER_OF));
    let refers = &mut bytes[start..start + length];
    assert!(refers.chunks(4).all(|place| place != [0; 4]), "so small a policy has a ledger for everybody");
    refers.fill(0);
    Policy::load(sealed(bytes)).unwrap()
}

#[test]
fn ledgers_and_entries_decide_alike() {
    for case in cases(POLICIES / 4) {
        let policy = case.compiled.policy.as_ref().unwrap();
        let by_entries = without_ledgers(policy);
        for question in &case.questions {
            let expected = question.with_request(|request| by_entries.decide(request));
            let actual = question.with_request(|request| policy.decide(request));
            assert_eq!(actual, expected, "seed {}\n{}\n{question}", case.seed, case.written.text());
        }
    }
}

#[test]
fn the_order_of_statements_and_files_means_nothing() {
    for case in cases(POLICIES / 10) {
        let mut statements = case.written.statements.clone();
        Dice::new(&bytes(!case.seed, 4_096)).shuffle(&mut statements);
        let (front, back) = statements.split_at(statements.len() / 2);
        let mut sources = Sources::new();
        sources.add("z.policy", Format::Policy, text(front));
        sources.add("a.policy", Format::Policy, text(back));
        let shuffled = compile(&sources).policy.expect("the same statements");
        let policy = case.compiled.policy.as_ref().unwrap();
        assert!(
            policy.strip().as_bytes() == shuffled.strip().as_bytes(),
            "seed {}: the artifact differs when statements are shuffled\n{}\n--- shuffled\n{}",
            case.seed,
            case.written.text(),
            text(&statements)
        );
    }
}

#[test]
fn compiling_twice_gives_the_same_bytes() {
    for case in cases(POLICIES / 20) {
        let again = compile(&case.sources).policy.unwrap();
        let policy = case.compiled.policy.as_ref().unwrap();
        assert!(policy.as_bytes() == again.as_bytes(), "seed {}\n{}", case.seed, case.written.text());
    }
}

/// A generator that rarely reaches something proves nothing about it.
#[test]
fn random_cases_reach_every_kind_of_decision() {
    const COUNT: u64 = 200;
    let mut refused = Vec::new();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut strategies: BTreeMap<String, usize> = BTreeMap::new();
    let (mut undecided, mut errors, mut asked) = (0, 0, 0);
    for seed in 0..COUNT {
        let case = match case(seed) {
            Ok(case) => case,
            Err(findings) => {
                refused.push(findings);
                continue;
            }
        };
        for question in &case.questions {
            asked += 1;
            let Ok(answer) = decide(&case.compiled.model, question) else {
                errors += 1;
                continue;
            };
            *reasons.entry(answer.reason.name()).or_default() += 1;
            undecided += usize::from(answer.undecided());
            if let Some(strategy) = decisive(&case.compiled.model, question, &answer) {
                *strategies.entry(strategy).or_default() += 1;
            }
        }
    }
    println!("of {COUNT} policies {} refused; of {asked} questions", refused.len());
    println!("  {reasons:?}, {errors} errors, {undecided} undecided");
    println!("  decided otherwise by another strategy: {strategies:?}");
    assert!(refused.len() <= COUNT as usize / 20, "{} refused, such as {}", refused.len(), refused[0]);
    for reason in Reason::ALL {
        let count = reasons.get(reason.name()).copied().unwrap_or(0);
        assert!(count * 100 >= asked * 2, "{reason} is the reason of only {count} decisions of {asked}");
    }
    for strategy in STRATEGIES {
        let count = strategies.get(&format!("{strategy:?}")).copied().unwrap_or(0);
        assert!(count * 1_000 >= asked * 2, "{strategy:?} matters in only {count} decisions of {asked}");
    }
    assert!(undecided * 100 >= asked * 5, "only {undecided} decisions of {asked} are undecided");
    assert!(
        errors * 100 >= asked && errors * 100 <= asked * 15,
        "{errors} questions of {asked} have no answer"
    );
}

const STRATEGIES: [Strategy; 4] =
    [Strategy::DenyOverrides, Strategy::Nearest, Strategy::MostSpecific, Strategy::GrantOverrides];

/// The strategy of the type asked about, if another one would have decided otherwise.
fn decisive(model: &Model, question: &Question, answer: &Answer) -> Option<String> {
    let own = question
        .resource
        .as_ref()
        .and_then(|(name, _)| model.types.iter().find(|ty| ty.name.value == *name).and_then(|ty| ty.resolve));
    let strategy = own.unwrap_or(model.resolve);
    let otherwise = STRATEGIES.into_iter().any(|other| {
        let mut changed = model.clone();
        changed.resolve = if question.resource.is_none() { other } else { changed.resolve };
        for ty in &mut changed.types {
            if question.resource.as_ref().is_some_and(|(name, _)| ty.name.value == *name) {
                ty.resolve = Some(other);
            }
        }
        decide(&changed, question).is_ok_and(|changed| changed.reason != answer.reason)
    });
    otherwise.then(|| format!("{strategy:?}"))
}

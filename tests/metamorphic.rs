//! What a change of a policy must not do to its decisions: random policies, changed in ways whose effect is known without knowing the
//! decisions.
//!
//! The order of statements and files, the two forms and the layout stand in `properties`, `convert` and `layout`. Here are names,
//! roles in two parts, and rules that are added.

use crate::generate::{Dice, Policy as Written, bytes, question, text};
use crate::reference::{Asker, Given, Question};
use policyc::convert::convert;
use policyc::few::Few;
use policyc::lower::lower;
use policyc::model::{
    DefaultRule, Effect, Entry, Formula, Grantee, Model, PrivilegeId, RoleId, Scope, Strategy,
};
use policyc::source::{Format, Sources, Span, Spanned};
use policyc::syntax::layout::layout;
use policyc::{Compiled, Policy, compile};
use std::collections::BTreeSet;

/// Policies of each test, and questions about each of them.
const POLICIES: u64 = 400;
const QUESTIONS: usize = 40;

struct Case {
    seed: u64,
    written: Written,
    compiled: Compiled,
    sources: Sources,
    questions: Vec<Question>,
    /// For choices of the test.
    more: Vec<u8>,
}

impl Case {
    fn policy(&self) -> &Policy {
        self.compiled.policy.as_ref().unwrap()
    }
}

fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("random.policy", Format::Policy, text);
    sources
}

fn cases() -> impl Iterator<Item = Case> {
    (0..POLICIES).filter_map(|seed| {
        let bytes_of = bytes(seed.wrapping_mul(31) ^ 0x006d_6574, 16_384);
        let mut dice = Dice::new(&bytes_of);
        let written = Written::random(&mut dice);
        let questions = (0..QUESTIONS).map(|_| question(&mut dice, &written.vocabulary)).collect();
        let sources = sources(&written.text());
        let compiled = compile(&sources);
        compiled.policy.as_ref()?;
        Some(Case { seed, written, compiled, sources, questions, more: bytes(!seed, 4_096) })
    })
}

fn granted(policy: &Policy, question: &Question) -> Option<bool> {
    question.with_request(|request| policy.decide(request)).ok().map(|decision| decision.granted())
}

/// The policy of a changed model. Its lists may lack their order: decisions do not hang on it.
fn lowered(model: &Model, sources: &Sources) -> Policy {
    lower(model, sources, &mut Vec::new()).expect("a model that was valid before")
}

/// Names in the reverse of their order, of roles, groups, users and services. Nothing else is written as they are.
fn renamed(name: &str) -> Option<String> {
    let (kind, number) = name.split_at_checked(1)?;
    let number: usize = number.parse().ok().filter(|_| "rgus".contains(kind))?;
    Some(format!("z{}{kind}", 999 - number))
}

/// A text with other names, word by word.
fn renamed_text(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if is_word(c) {
            word.push(c);
            continue;
        }
        out.push_str(&renamed(&word).unwrap_or_else(|| word.clone()));
        word.clear();
        out.push(c);
    }
    out
}

fn renamed_given(given: &Given) -> Given {
    let new = |name: &String| renamed(name).unwrap_or_else(|| name.clone());
    match given {
        Given::Principal(kind, name) => Given::Principal(*kind, new(name)),
        Given::Group(name) => Given::Group(new(name)),
        Given::String(text) => Given::String(new(text)),
        Given::Set(all) => Given::Set(all.iter().map(renamed_given).collect()),
        other => other.clone(),
    }
}

fn renamed_question(question: &Question) -> Question {
    let new = |name: &String| renamed(name).unwrap_or_else(|| name.clone());
    let mut question = question.clone();
    if let Asker::Known(_, name) = &mut question.asker {
        *name = new(name);
    }
    for name in question.groups.iter_mut().chain(&mut question.roles) {
        *name = new(name);
    }
    for (_, _, given) in &mut question.attributes {
        *given = renamed_given(given);
    }
    question
}

#[test]
fn other_names_give_the_same_decisions() {
    let mut asked = 0;
    for case in cases() {
        let text = renamed_text(&case.written.text());
        let other = compile(&sources(&text));
        let other = other.policy.unwrap_or_else(|| panic!("seed {}\n{text}", case.seed));
        for question in &case.questions {
            let expected = question.with_request(|request| case.policy().decide(request));
            let renamed = renamed_question(question);
            let actual = renamed.with_request(|request| other.decide(request));
            assert_eq!(
                actual.as_ref().ok(),
                expected.as_ref().ok(),
                "seed {}\n{text}\n{renamed}\nbefore: {question}",
                case.seed
            );
            asked += usize::from(expected.is_ok());
        }
    }
    assert!(asked > 5_000, "{asked} questions have an answer");
}

/// Moves some entries of a role to a new one. Returns the new role, if any were moved.
fn split(model: &mut Model, role: RoleId, dice: &mut Dice<'_>) -> Option<RoleId> {
    let new = RoleId::at(model.roles.len());
    let mut moved = false;
    for entry in &mut model.entries {
        if *entry.to == [Grantee::Role(role)] && dice.chance(50) {
            entry.to = Few::One(Grantee::Role(new));
            entry.in_role = entry.in_role.map(|_| new);
            moved = true;
        }
    }
    let mut part = model.roles[role.index()].clone();
    part.name = Spanned::new("part".into(), Span::default());
    (part.inherits, part.requires) = (Vec::new(), Vec::new());
    model.roles.push(part);
    moved.then_some(new)
}

#[test]
fn a_role_in_two_parts_is_the_same_role() {
    let mut splits = 0;
    for case in cases().filter(|case| !case.compiled.model.roles.is_empty()) {
        let mut dice = Dice::new(&case.more);
        let role = RoleId::at(dice.below(case.compiled.model.roles.len()));
        let mut model = case.compiled.model.clone();
        let Some(part) = split(&mut model, role, &mut dice) else { continue };
        splits += 1;
        let name = model.roles[role.index()].name.value.to_string();
        // Inherited: who holds the role has the other part through it.
        let mut inherited = model.clone();
        inherited.roles[role.index()].inherits.push((part, Span::default()));
        // Held together: wherever the role is assigned or inherited, its other part is too.
        let mut together = model;
        for assignment in together.assignments.clone() {
            if assignment.role == role {
                together.assignments.push(policyc::model::Assignment { role: part, ..assignment });
            }
        }
        for heir in &mut together.roles {
            if heir.inherits.iter().any(|(inherited, _)| *inherited == role) {
                heir.inherits.push((part, Span::default()));
            }
        }
        let (inherited, together) = (lowered(&inherited, &case.sources), lowered(&together, &case.sources));
        for question in &case.questions {
            let expected = question.with_request(|request| case.policy().decide(request));
            let actual = question.with_request(|request| inherited.decide(request));
            assert_eq!(
                actual,
                expected,
                "seed {}, inherited\n{}\n{question}",
                case.seed,
                case.written.text()
            );
            let mut both = question.clone();
            if both.roles.contains(&name) {
                both.roles.push("part".to_owned());
            }
            let actual = both.with_request(|request| together.decide(request));
            assert_eq!(actual, expected, "seed {}, together\n{}\n{question}", case.seed, case.written.text());
        }
    }
    assert!(splits > POLICIES as usize / 4, "only {splits} roles were split");
}

/// A random entry of a model, without a condition, at a place that is scoped already, so that `when unlisted` says what it said.
fn entry(model: &Model, effect: Effect, dice: &mut Dice<'_>) -> Option<Entry> {
    let listed: Vec<Scope> = model
        .entries
        .iter()
        .map(|entry| entry.scope)
        .chain(model.assignments.iter().map(|assignment| assignment.scope))
        .chain([Scope::Everywhere])
        .collect();
    let mut to: Vec<Grantee> = (0..model.roles.len()).map(|at| Grantee::Role(RoleId::at(at))).collect();
    to.extend(model.entries.iter().flat_map(|entry| entry.to.iter().copied()));
    if model.privileges.is_empty() || to.is_empty() {
        return None;
    }
    let privilege = PrivilegeId::at(dice.below(model.privileges.len()));
    let mut privileges = BTreeSet::from([privilege]);
    let mut open = vec![privilege];
    while let Some(next) = open.pop() {
        let included = model.privileges[next.index()].includes.iter().map(|(included, _)| *included);
        open.extend(included.filter(|included| privileges.insert(*included)));
    }
    Some(Entry {
        effect,
        privileges: privileges.into_iter().collect(),
        to: Few::One(*dice.pick(&to)),
        scope: *dice.pick(&listed),
        when: None,
        in_role: None,
        span: Span::default(),
        named: Vec::new(),
    })
}

/// The privileges whose decisions read those of `from`: what they require or include, over however many steps.
fn readers(model: &Model, from: &[PrivilegeId]) -> BTreeSet<PrivilegeId> {
    let reads = |at: usize, known: &BTreeSet<PrivilegeId>| {
        let privilege = &model.privileges[at];
        let category = &model.categories[privilege.category.index()];
        let mut open: Vec<&Formula> = privilege.requires.iter().chain(&category.requires).collect();
        let mut found = privilege.includes.iter().any(|(included, _)| known.contains(included));
        while let Some(formula) = open.pop() {
            match formula {
                Formula::And(parts) | Formula::Or(parts) => open.extend(parts),
                Formula::Not(part) => open.push(part),
                Formula::Privilege(one) => found |= known.contains(one),
                Formula::Any(all) | Formula::All(all) => found |= all.iter().any(|one| known.contains(one)),
                Formula::Test(_) => {}
            }
        }
        found
    };
    let mut known: BTreeSet<PrivilegeId> = from.iter().copied().collect();
    loop {
        let more: Vec<PrivilegeId> = (0..model.privileges.len())
            .filter(|&at| !known.contains(&PrivilegeId::at(at)) && reads(at, &known))
            .map(PrivilegeId::at)
            .collect();
        if more.is_empty() {
            return known;
        }
        known.extend(more);
    }
}

/// Adds an entry to every policy under every strategy. What was granted and is not, or the reverse, as `wrong` says, is a failure; so
/// is a change of a privilege that does not read what the entry names.
fn adding(effects: &[Effect], wrong: (bool, bool)) {
    let mut changed = 0;
    for case in cases() {
        let mut dice = Dice::new(&case.more);
        let Some(entry) = entry(&case.compiled.model, *dice.pick(effects), &mut dice) else { continue };
        for strategy in
            [Strategy::DenyOverrides, Strategy::Nearest, Strategy::MostSpecific, Strategy::GrantOverrides]
        {
            let mut model = case.compiled.model.clone();
            model.resolve = strategy;
            model.types.iter_mut().for_each(|ty| ty.resolve = Some(strategy));
            let before = lowered(&model, &case.sources);
            let readers = readers(&model, &entry.privileges);
            model.entries.push(entry.clone());
            let after = lowered(&model, &case.sources);
            for question in &case.questions {
                let (Some(old), Some(new)) = (granted(&before, question), granted(&after, question)) else {
                    continue;
                };
                let named = model.privileges.iter().position(|one| one.name.value == question.privilege);
                let reads = named.is_some_and(|at| readers.contains(&PrivilegeId::at(at)));
                changed += usize::from(old != new);
                assert!(
                    (old, new) != wrong && (old == new || reads),
                    "seed {}, {strategy:?}: {old} became {new} by {entry:#?}\n{}\n{question}",
                    case.seed,
                    case.written.text()
                );
            }
        }
    }
    assert!(changed > 50, "only {changed} decisions changed");
}

#[test]
fn a_grant_takes_nothing_away_under_any_strategy() {
    adding(&[Effect::Grant, Effect::Bypass], (true, false));
}

#[test]
fn a_deny_gives_nothing_under_any_strategy() {
    adding(&[Effect::Deny], (false, true));
}

/// The one way in which a grant takes something away: the resource is listed by it, and what was granted by default no longer is.
/// That goes for privileges that the grant does not name, and for everybody.
#[test]
fn a_grant_takes_away_what_was_granted_while_unlisted() {
    let text = |grant: &str| {
        format!(
            "policy p {{ default grant to authenticated when unlisted }} resource app category c on app {{ open close }}
             user ann user ben {grant}"
        )
    };
    let policy = |grant: &str| compile(&sources(&text(grant))).policy.unwrap();
    let (before, after) = (policy(""), policy("grant open to user:ann on app:a"));
    let asked = |name: &str, privilege: &str| {
        let mut question =
            Question::new(Asker::Known(policyc::model::PrincipalKind::User, name.to_owned()), privilege);
        question.resource = Some(("app".to_owned(), "a".to_owned()));
        (granted(&before, &question).unwrap(), granted(&after, &question).unwrap())
    };
    assert_eq!(asked("ann", "open"), (true, true));
    assert_eq!(asked("ann", "close"), (true, false), "another privilege");
    assert_eq!(asked("ben", "open"), (true, false), "another user");
}

/// Removing an entry is adding it, seen from behind: a grant less gives nothing but what is unlisted again.
#[test]
fn a_grant_less_gives_what_is_unlisted_again_and_nothing_else() {
    for case in cases() {
        let mut model = case.compiled.model.clone();
        let conditional =
            |default: &DefaultRule| matches!(default, DefaultRule::Grant { when_unlisted: true, .. });
        let defaults = model.types.iter().filter_map(|ty| ty.default.as_ref()).chain([&model.default]);
        if defaults.into_iter().any(conditional) {
            continue;
        }
        let mut dice = Dice::new(&case.more);
        let grants: Vec<usize> =
            (0..model.entries.len()).filter(|&at| model.entries[at].effect != Effect::Deny).collect();
        if grants.is_empty() {
            continue;
        }
        model.entries.remove(*dice.pick(&grants));
        let fewer = lowered(&model, &case.sources);
        for question in &case.questions {
            let (old, new) = (granted(case.policy(), question), granted(&fewer, question));
            assert!(
                (old, new) != (Some(false), Some(true)),
                "seed {}\n{}\n{question}",
                case.seed,
                case.written.text()
            );
        }
    }
}

/// A resource that nothing names and that carries nothing is decided as one that the policy does not know.
#[test]
fn a_resource_that_is_declared_and_no_more_is_decided_as_before() {
    let mut asked = 0;
    for case in cases() {
        let (model, id) = (&case.compiled.model, "declared");
        let Some(ty) = model.types.iter().position(|ty| ty.by_path) else { continue };
        let name = model.types[ty].name.value.to_string();
        let text = format!("{}{name}:{id}\n", case.written.text());
        let more = compile(&sources(&text));
        let more = more.policy.unwrap_or_else(|| panic!("seed {}\n{text}", case.seed));
        for question in &case.questions {
            let mut question = question.clone();
            (question.resource, question.ancestors) = (Some((name.clone(), id.to_owned())), Vec::new());
            let expected = question.with_request(|request| case.policy().decide(request));
            let actual = question.with_request(|request| more.decide(request));
            assert_eq!(actual, expected, "seed {}\n{}\n{question}", case.seed, case.written.text());
            asked += usize::from(expected.is_ok());
        }
    }
    assert!(asked > 500, "{asked} questions have an answer");
}

#[test]
fn the_digest_names_the_meaning_once_places_are_gone() {
    for case in cases().take(100) {
        let expected = case.policy().strip().digest();
        assert_eq!(case.policy().strip().strip().digest(), expected, "stripped twice");
        assert_ne!(case.policy().digest(), expected, "places are in the digest");
        let written = case.written.text();
        let laid_out = layout(&written).unwrap();
        let mut shuffled = case.written.statements.clone();
        Dice::new(&case.more).shuffle(&mut shuffled);
        let mut texts = vec![
            ("laid out", Format::Policy, laid_out),
            ("shuffled", Format::Policy, text(&shuffled)),
            ("commented", Format::Policy, format!("# nothing\n\n{written}# nothing")),
        ];
        if let Ok(yaml) = convert(&written, Format::Policy) {
            let back = convert(&yaml.text, Format::Yaml).unwrap().text;
            texts.push(("in YAML", Format::Yaml, yaml.text));
            texts.push(("there and back", Format::Policy, back));
        }
        for (how, format, text) in texts {
            let mut sources = Sources::new();
            sources.add("another/place", format, text.as_str());
            let policy =
                compile(&sources).policy.unwrap_or_else(|| panic!("seed {}: {how}\n{text}", case.seed));
            assert_eq!(policy.strip().digest(), expected, "seed {}: {how}\n{text}", case.seed);
        }
    }
}

//! Random questions about a random policy.

use super::dice::Dice;
use super::vocabulary::{ATTRIBUTES, IDS, Kind, Vocabulary};
use crate::reference::{Asker, Given, Question};
use policyc::model::{AttributeRoot, Network, PrincipalKind};

/// The dates of `formula::DATES` in microseconds; a condition writes 12:30 at +02:00 too.
const INSTANTS: [i64; 4] =
    [1_709_251_200_000_000, 1_735_689_600_000_000, 1_735_727_400_000_000, 1_781_481_600_000_000];

/// Throws a question. About one in twenty names something that does not exist or does not fit.
pub fn question(dice: &mut Dice<'_>, vocabulary: &Vocabulary) -> Question {
    let at = dice.below(vocabulary.privileges.len());
    let privilege = &vocabulary.privileges[at];
    let mut question = Question::new(asker(dice, vocabulary), privilege.name.clone());
    if dice.chance(15) {
        question.groups = dice.some(&with_stranger(&vocabulary.groups), 1, 2);
    }
    if dice.chance(20) {
        question.roles = dice.some(&with_stranger(&vocabulary.roles), 1, 2);
    }
    let on = &vocabulary.categories[privilege.category].on;
    let ty = (!on.is_empty()).then(|| *dice.pick(on));
    if let Some(ty) = ty {
        let id = resource(dice, vocabulary, ty);
        question.ancestors = ancestors(dice, vocabulary, ty, &id);
        question.resource = Some((vocabulary.types[ty].name.to_string(), id));
    }
    attributes(dice, vocabulary, ty, &mut question);
    if dice.chance(75) {
        let offset = *dice.pick(&[0, -1, 1, 86_400_000_000, -3_600_000_000]);
        question.at = Some(dice.pick(&INSTANTS) + offset);
    }
    if dice.chance(5) {
        spoil(dice, vocabulary, &mut question);
    }
    question
}

fn with_stranger(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.push("stranger".to_string());
    names
}

fn asker(dice: &mut Dice<'_>, vocabulary: &Vocabulary) -> Asker {
    match dice.below(20) {
        0..=13 => match dice.pick(&vocabulary.principals).split_once(':') {
            Some(("service", name)) => Asker::Known(PrincipalKind::Service, name.to_string()),
            Some((_, name)) => Asker::Known(PrincipalKind::User, name.to_string()),
            None => Asker::Somebody,
        },
        14 => Asker::Known(PrincipalKind::User, "stranger".to_string()),
        // A service of a user's name is somebody else.
        15 => Asker::Known(PrincipalKind::Service, "u0".to_string()),
        16 => Asker::Somebody,
        _ => Asker::Anonymous,
    }
}

fn resource(dice: &mut Dice<'_>, vocabulary: &Vocabulary, ty: usize) -> String {
    let declared = vocabulary.declared.iter().map(|d| (d.ty, d.id));
    let known: Vec<&str> = declared
        .chain(vocabulary.mentioned.iter().copied())
        .filter(|&(other, _)| other == ty)
        .map(|(_, id)| id)
        .collect();
    match dice.below(10) {
        0..=4 if !known.is_empty() => dice.pick(&known).to_string(),
        5 => format!("{}/new", dice.pick(&IDS)),
        6 => "new".to_string(),
        7 => dice.pick(&["", "/", "a//b", "a/", "/a", "new/b/c"]).to_string(),
        _ => dice.pick(&IDS).to_string(),
    }
}

/// Ancestors: mostly a chain that fits a resource which the policy does not place, else what the policy says itself.
fn ancestors(dice: &mut Dice<'_>, vocabulary: &Vocabulary, ty: usize, id: &str) -> Vec<(String, String)> {
    if !dice.chance(60) {
        return Vec::new();
    }
    let mut chain = Vec::new();
    let (mut ty, mut id) = (ty, id.to_string());
    while chain.len() < 6 {
        let known = &vocabulary.types[ty];
        let parent = vocabulary.declared.iter().find(|d| d.ty == ty && d.id == id).and_then(|d| d.parent);
        let next = if known.by_path {
            id.rsplit_once('/').filter(|(above, _)| !above.is_empty()).map(|(above, _)| above.to_string())
        } else {
            parent.map(|(_, id)| id.to_string())
        };
        let free = !known.by_path && parent.is_none();
        if known.parents.is_empty() || (!free && next.is_none()) || (!chain.is_empty() && dice.chance(25)) {
            break;
        }
        let above = match parent {
            Some((above, _)) if !known.by_path => above,
            _ => *dice.pick(&known.parents),
        };
        id = next
            .unwrap_or_else(|| if dice.chance(80) { dice.pick(&IDS).to_string() } else { "new".to_string() });
        ty = above;
        chain.push((vocabulary.types[ty].name.to_string(), id.clone()));
    }
    chain
}

fn attributes(dice: &mut Dice<'_>, vocabulary: &Vocabulary, ty: Option<usize>, question: &mut Question) {
    let percent = *dice.pick(&[60, 90, 30, 100, 0]);
    let of_resource = ty.map(|ty| vocabulary.types[ty].attributes.clone()).unwrap_or_default();
    for (root, attributes) in [
        (AttributeRoot::Resource, &of_resource),
        (AttributeRoot::Principal, &vocabulary.of_principals),
        (AttributeRoot::Context, &vocabulary.of_context),
    ] {
        for &(name, kind) in attributes {
            if dice.chance(percent) {
                question.attributes.push((root, name.to_string(), value(dice, vocabulary, kind)));
            }
        }
    }
    dice.shuffle(&mut question.attributes);
    if !question.attributes.is_empty() && dice.chance(4) {
        let (root, name, _) = dice.pick(&question.attributes).clone();
        let kind = ATTRIBUTES.iter().find(|(known, _)| *known == name).map_or(Kind::Bool, |&(_, kind)| kind);
        question.attributes.push((root, name, value(dice, vocabulary, kind)));
    }
}

fn value(dice: &mut Dice<'_>, vocabulary: &Vocabulary, kind: Kind) -> Given {
    let set = |dice: &mut Dice<'_>, kind| {
        Given::Set((0..dice.between(0, 3)).map(|_| value(dice, vocabulary, kind)).collect())
    };
    match kind {
        Kind::Bool => Given::Bool(dice.chance(60)),
        Kind::Int => Given::Int(*dice.pick(&[0, 1, -1, 2, i64::MIN, i64::MAX])),
        Kind::Text => Given::String(dice.pick(&["a", "b", "", "a \"b\"", "c"]).to_string()),
        Kind::Time => Given::Timestamp(dice.pick(&INSTANTS) + *dice.pick(&[0, -1, 1])),
        Kind::Address => {
            let text = *dice.pick(&[
                "10.0.0.1",
                "10.1.2.3",
                "10.1.0.0/16",
                "192.168.0.1",
                "2001:db8::1",
                "::ffff:10.0.0.1",
                "0.0.0.0/0",
            ]);
            Given::Ip(Network::parse(text).unwrap())
        }
        Kind::Who => who(dice, vocabulary),
        Kind::Word => Given::String(dice.pick(&["A", "B", "C"]).to_string()),
        Kind::Ints => set(dice, Kind::Int),
        Kind::Texts => set(dice, Kind::Text),
        Kind::Addresses => set(dice, Kind::Address),
        Kind::Whos => set(dice, Kind::Who),
        Kind::Words => set(dice, Kind::Word),
    }
}

fn who(dice: &mut Dice<'_>, vocabulary: &Vocabulary) -> Given {
    let mut names = vocabulary.principals.clone();
    names.extend(vocabulary.groups.iter().map(|group| format!("group:{group}")));
    names.extend(["user:stranger", "service:u0", "group:stranger"].map(String::from));
    match dice.pick(&names).split_once(':') {
        Some(("service", name)) => Given::Principal(PrincipalKind::Service, name.to_string()),
        Some(("group", name)) => Given::Group(name.to_string()),
        Some((_, name)) => Given::Principal(PrincipalKind::User, name.to_string()),
        None => Given::Group(String::new()),
    }
}

/// Makes a question one that does not fit, mostly.
fn spoil(dice: &mut Dice<'_>, vocabulary: &Vocabulary, question: &mut Question) {
    let any_type = vocabulary.types[dice.below(vocabulary.types.len())].name.to_string();
    match dice.below(9) {
        0 => question.privilege = "no.such".to_string(),
        1 => question.resource = Some(("thing".to_string(), "a".to_string())),
        2 => question.resource = None,
        3 => question.resource = Some((any_type, "a".to_string())),
        4 => question.ancestors.push((any_type, "a/b".to_string())),
        5 => question.ancestors.push(("thing".to_string(), "a".to_string())),
        6 => {
            let root =
                *dice.pick(&[AttributeRoot::Principal, AttributeRoot::Resource, AttributeRoot::Context]);
            question.attributes.push((root, "nothing".to_string(), Given::Int(0)));
        }
        7 => {
            if let Some((_, _, value)) = question.attributes.first_mut() {
                *value = match value {
                    Given::Int(_) => Given::Timestamp(0),
                    Given::String(_) => Given::Set(vec![Given::String("a".to_string())]),
                    Given::Set(_) => Given::Set(vec![Given::Int(1), Given::Bool(true)]),
                    _ => Given::String("Z".to_string()),
                };
            }
        }
        _ => question.ancestors.clear(),
    }
}

//! Random conditions and requirements.

use super::dice::Dice;
use super::vocabulary::{Attribute, Kind, Vocabulary, quote};

/// Points in time that conditions, bounds and questions share; later questions stand around them.
pub const DATES: [&str; 3] = ["2024-03-01", "2025-01-01", "2026-06-15"];

/// An attribute and whose it is.
type Readable = (&'static str, Attribute);

/// A value of a kind as the DSL writes it.
pub fn literal(dice: &mut Dice<'_>, vocabulary: &Vocabulary, kind: Kind) -> String {
    match kind {
        Kind::Bool => dice.pick(&["true", "false"]).to_string(),
        Kind::Int => dice.pick(&["0", "1", "-1", "2"]).to_string(),
        Kind::Text => dice.pick(&["\"a\"", "\"b\"", "\"\"", "\"a \\\"b\\\"\""]).to_string(),
        Kind::Time => {
            let date = dice.pick(&DATES);
            match dice.below(3) {
                0 => (*date).to_string(),
                1 => format!("{date}T00:00:00Z"),
                _ => format!("{date}T12:30:00+02:00"),
            }
        }
        Kind::Address => dice
            .pick(&[
                "10.0.0.1",
                "10.0.0.0/8",
                "10.1.0.0/16",
                "192.168.0.1",
                "\"2001:db8::1\"",
                "\"2001:db8::/32\"",
            ])
            .to_string(),
        Kind::Who => {
            let mut whos = vocabulary.principals.clone();
            whos.extend(vocabulary.groups.iter().map(|group| format!("group:{group}")));
            // The first principals carry values before any is declared.
            if whos.is_empty() { "user:u0".to_string() } else { dice.pick(&whos).clone() }
        }
        Kind::Word => dice.pick(&["\"A\"", "\"B\"", "\"C\""]).to_string(),
        Kind::Ints => list(dice, vocabulary, Kind::Int, 0),
        Kind::Texts => list(dice, vocabulary, Kind::Text, 0),
        Kind::Addresses => list(dice, vocabulary, Kind::Address, 0),
        Kind::Whos => list(dice, vocabulary, Kind::Who, 0),
        Kind::Words => list(dice, vocabulary, Kind::Word, 0),
    }
}

fn list(dice: &mut Dice<'_>, vocabulary: &Vocabulary, kind: Kind, least: usize) -> String {
    let values: Vec<String> = (0..dice.between(least, 3)).map(|_| literal(dice, vocabulary, kind)).collect();
    format!("[{}]", values.join(", "))
}

/// A condition over these attributes.
pub fn condition(
    dice: &mut Dice<'_>,
    vocabulary: &Vocabulary,
    readable: &[Readable],
    depth: usize,
) -> String {
    match if depth == 0 { 0 } else { dice.below(6) } {
        0..=2 => test(dice, vocabulary, readable),
        3 => joined(dice, vocabulary, readable, depth, " and "),
        4 => joined(dice, vocabulary, readable, depth, " or "),
        _ => format!("not ({})", condition(dice, vocabulary, readable, depth - 1)),
    }
}

fn joined(
    dice: &mut Dice<'_>,
    vocabulary: &Vocabulary,
    readable: &[Readable],
    depth: usize,
    word: &str,
) -> String {
    let parts: Vec<String> =
        (0..dice.between(2, 3)).map(|_| condition(dice, vocabulary, readable, depth - 1)).collect();
    format!("({})", parts.join(word))
}

/// One test. Attributes of resources are chosen more often, as few conditions may read one.
fn test(dice: &mut Dice<'_>, vocabulary: &Vocabulary, readable: &[Readable]) -> String {
    if readable.is_empty() || dice.chance(8) {
        let who = dice.pick(&vocabulary.principals);
        return match dice.below(3) {
            0 => format!("principal == {who}"),
            1 => format!("principal != {who}"),
            _ => format!("principal in {}", list(dice, vocabulary, Kind::Who, 1)),
        };
    }
    let of_resource: Vec<Readable> =
        readable.iter().copied().filter(|(root, _)| *root == "resource").collect();
    let from = if !of_resource.is_empty() && dice.chance(50) { of_resource.as_slice() } else { readable };
    let &(root, (name, kind)) = dice.pick(from);
    let left = format!("{root}.{name}");
    if dice.chance(6) {
        return format!("has {left}");
    }
    let others: Vec<String> = readable
        .iter()
        .filter(|(other, attribute)| attribute.1 == kind && (*other, attribute.0) != (root, name))
        .map(|(other, attribute)| format!("{other}.{}", attribute.0))
        .collect();
    let right = if !others.is_empty() && dice.chance(30) {
        dice.pick(&others).clone()
    } else {
        literal(dice, vocabulary, kind)
    };
    comparison(dice, vocabulary, kind, &left, &right)
}

fn comparison(dice: &mut Dice<'_>, vocabulary: &Vocabulary, kind: Kind, left: &str, right: &str) -> String {
    let equality = *dice.pick(&["==", "!="]);
    let order = *dice.pick(&["<", "<=", ">", ">=", "==", "!="]);
    match kind {
        Kind::Bool => match dice.below(3) {
            0 => left.to_string(),
            1 => format!("not {left}"),
            _ => format!("{left} {equality} {right}"),
        },
        Kind::Int | Kind::Time => match dice.below(4) {
            0 => format!("{left} in {}", list(dice, vocabulary, kind, 1)),
            _ => format!("{left} {order} {right}"),
        },
        Kind::Text | Kind::Word => match dice.below(3) {
            0 => format!("{left} in {}", list(dice, vocabulary, kind, 1)),
            _ => format!("{left} {equality} {right}"),
        },
        Kind::Address => match dice.below(4) {
            0 => format!("{left} in {}", list(dice, vocabulary, kind, 1)),
            1 => format!("{left} {equality} {right}"),
            _ => format!("{left} in {right}"),
        },
        Kind::Who => match dice.below(4) {
            0 => format!("{left} in {}", list(dice, vocabulary, kind, 1)),
            1 => format!("principal {equality} {left}"),
            2 => format!("{left} {equality} principal"),
            _ => format!("{left} {equality} {right}"),
        },
        Kind::Whos => match dice.below(3) {
            0 => format!("principal in {left}"),
            1 => format!("{left} contains principal"),
            _ => format!("{left} contains {}", literal(dice, vocabulary, Kind::Who)),
        },
        Kind::Ints => format!("{left} contains {}", literal(dice, vocabulary, Kind::Int)),
        Kind::Texts => format!("{left} contains {}", literal(dice, vocabulary, Kind::Text)),
        Kind::Addresses => format!("{left} contains {}", literal(dice, vocabulary, Kind::Address)),
        Kind::Words => format!("{left} contains {}", literal(dice, vocabulary, Kind::Word)),
    }
}

/// A requirement over these privileges and attributes; `None` when there are neither.
pub fn requirement(
    dice: &mut Dice<'_>,
    vocabulary: &Vocabulary,
    privileges: &[usize],
    readable: &[Readable],
) -> Option<String> {
    if privileges.is_empty() && readable.is_empty() {
        return None;
    }
    Some(required(dice, vocabulary, privileges, readable, 2))
}

fn required(
    dice: &mut Dice<'_>,
    vocabulary: &Vocabulary,
    privileges: &[usize],
    readable: &[Readable],
    depth: usize,
) -> String {
    let form = if depth == 0 { dice.below(5) } else { dice.below(7) };
    match form {
        0 if !readable.is_empty() => condition(dice, vocabulary, readable, 1),
        0..=2 if !privileges.is_empty() => quote(&vocabulary.privileges[*dice.pick(privileges)].name),
        3..=4 if !privileges.is_empty() => quantified(dice, vocabulary, privileges),
        0..=4 => condition(dice, vocabulary, readable, 1),
        _ => {
            let word = if form == 5 { " and " } else { " or " };
            let parts: Vec<String> =
                (0..2).map(|_| required(dice, vocabulary, privileges, readable, depth - 1)).collect();
            format!("({})", parts.join(word))
        }
    }
}

fn quantified(dice: &mut Dice<'_>, vocabulary: &Vocabulary, privileges: &[usize]) -> String {
    let word = dice.pick(&["any", "all"]);
    let whole: Vec<usize> = (0..vocabulary.categories.len())
        .filter(|&category| {
            let mut members =
                (0..vocabulary.privileges.len()).filter(|&p| vocabulary.privileges[p].category == category);
            // The category that is being written has more to come.
            category + 1 < vocabulary.categories.len()
                && members.clone().next().is_some()
                && members.all(|p| privileges.contains(&p))
        })
        .collect();
    if !whole.is_empty() && dice.chance(40) {
        let name = &vocabulary.categories[*dice.pick(&whole)].name;
        return if dice.chance(50) { format!("{word} {name}") } else { format!("{word} category:{name}") };
    }
    let names: Vec<String> =
        dice.some(privileges, 1, 3).iter().map(|&p| quote(&vocabulary.privileges[p].name)).collect();
    format!("{word} ({})", names.join(", "))
}

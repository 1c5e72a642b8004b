//! Words and marks that other languages write > those of this one.
//!
//! The one table of them. Which row counts is said by what could stand at the place of a fault, so a row holds wherever its
//! meaning has a place. Knows nothing of texts.

use crate::diagnostic::{Safety, closest};

/// What is written elsewhere, what it is here, and whether it can mean nothing else. Who may do what is a guess.
struct Row(&'static [&'static str], &'static str, Safety);

use Safety::{Safe, Unsafe};

/// A row before another one with the same word is tried first.
const TABLE: &[Row] = &[
    // Formulas.
    Row(&["&&", "&"], "and", Safe),
    Row(&["||", "|"], "or", Safe),
    Row(&["!", "\u{ac}"], "not", Safe),
    Row(&["=", "===", "is", "equals", "eq"], "==", Safe),
    Row(&["<>", "!==", "/=", "ne"], "!=", Safe),
    Row(&["=<"], "<=", Safe),
    Row(&["=>"], ">=", Safe),
    Row(&["includes", "include", "contain"], "contains", Safe),
    Row(&["exists"], "has", Safe),
    Row(&["True", "TRUE", "yes", "Yes", "YES"], "true", Safe),
    Row(&["False", "FALSE", "no", "No", "NO"], "false", Safe),
    // What sets.
    Row(&["=", ":=", "=>", "is"], ":", Safe),
    Row(&["==", ":=", ":", "is"], "=", Safe),
    // Effects and checks.
    Row(&["allow", "allows", "permit", "permits", "can", "may", "give", "gives"], "grant", Unsafe),
    Row(&["forbid", "forbids", "disallow", "prohibit", "reject", "refuse"], "deny", Unsafe),
    Row(&["override", "superuser", "sudo"], "bypass", Unsafe),
    Row(&["allow", "allows", "permit", "permits", "may", "grant", "expect"], "can", Unsafe),
    Row(&["cant", "deny", "forbid", "forbids", "denied"], "cannot", Unsafe),
    // Lists.
    Row(&["and", "&", "|", ";"], ",", Unsafe),
    // Clauses.
    Row(&["if", "where", "provided"], "when", Safe),
    Row(&["extends", "extend", "inherit", "isa"], "inherits", Safe),
    Row(&["require", "needs", "need"], "requires", Safe),
    Row(&["include", "implies", "imply"], "includes", Safe),
    Row(&["minus", "without", "excluding"], "except", Safe),
    Row(&["till", "expires"], "until", Safe),
    Row(&["since", "starting"], "from", Safe),
    Row(&["for"], "to", Unsafe),
    Row(&["in", "at", "within"], "on", Unsafe),
    Row(&["on", "under", "of", "member", "memberOf"], "in", Unsafe),
    // What is declared.
    Row(&["permission", "action"], "privilege", Safe),
    Row(&["type", "entity"], "resource", Unsafe),
    Row(&["attr", "property", "field"], "attribute", Safe),
    Row(&["team"], "group", Unsafe),
    Row(&["testcase"], "test", Safe),
    Row(&["bind"], "assign", Unsafe),
    // Classes.
    Row(&["everyone", "everybody", "all", "any", "*", "public", "user:*", "role:*"], "anyone", Unsafe),
    Row(&["logged-in", "loggedin", "signed-in"], "authenticated", Unsafe),
    Row(&["guest", "guests", "unauthenticated"], "anonymous", Unsafe),
    // Types.
    Row(&["boolean", "Boolean", "Bool"], "bool", Safe),
    Row(&["integer", "number", "long", "Long"], "int", Safe),
    Row(&["str", "text", "String"], "string", Safe),
    Row(&["datetime", "date", "time"], "timestamp", Safe),
    Row(&["ipaddr", "address", "cidr"], "ip", Safe),
    Row(&["user"], "principal", Unsafe),
];

/// What a word or mark of another language is here, of what could stand at its place.
pub(super) fn meant(written: &str, could: impl Fn(&str) -> bool) -> Option<(&'static str, Safety)> {
    let row = TABLE.iter().find(|Row(words, meant, _)| words.contains(&written) && could(meant))?;
    Some((row.1, row.2))
}

/// As [`meant`], for a word that is written elsewhere but for a slip.
pub(super) fn nearly(written: &str, could: impl Fn(&str) -> bool) -> Option<&'static str> {
    let words =
        TABLE.iter().filter(|Row(_, meant, _)| could(meant)).flat_map(|Row(words, ..)| words.iter().copied());
    let word = closest(written, words.filter(|word| word.len() > 3 && word.get(..1) == written.get(..1)))?;
    meant(word, could).map(|(meant, _)| meant)
}

/// What to know about a word that other languages begin with and that nothing here stands for.
pub(super) fn note(written: &str) -> Option<&'static str> {
    Some(match written {
        "import" | "include" | "use" | "using" | "require" => {
            "leave it out: all files of a directory form one policy"
        }
        "package" | "module" | "namespace" => "a policy has one name: `policy NAME`",
        "permissions" | "privileges" | "actions" => "privileges stand in a category: `category NAME { ... }`",
        "revoke" | "remove" => "nothing takes a grant back: take it out of the policy, or write `deny`",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_reached() {
        for (at, Row(words, meaning, safety)) in TABLE.iter().enumerate() {
            assert!(!words.is_empty(), "{meaning}");
            for word in *words {
                assert_eq!(meant(word, |could| could == *meaning), Some((*meaning, *safety)), "{word}");
                assert_ne!(word, meaning);
                let twice = TABLE.iter().skip(at + 1).any(|row| row.1 == *meaning);
                assert!(!twice, "{meaning} has two rows");
            }
        }
        assert_eq!(meant("view", |_| true), None);
    }
}

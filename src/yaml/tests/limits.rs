//! What hostile files do: nothing but a fault, and soon.

use super::{codes, fault, read};
use crate::diagnostic::Code::{NestingTooDeep, YamlAlias};
use crate::yaml::{DEPTH, FAULTS};
use std::time::{Duration, Instant};

const DEEP: &str = "lists and maps are nested deeper than 64 levels";

/// A value of so many lists in each other, as the value of an attribute.
fn nested(levels: usize) -> String {
    format!("users: {{ u: {{ attributes: {{ x: {}{} }} }} }}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    // Four maps stand around the lists.
    assert_eq!(codes(&nested(DEPTH - 4)), [] as [&str; 0]);
    fault(&nested(DEPTH - 3), NestingTooDeep, "[", DEEP);
}

#[test]
fn deep_nesting_is_refused_at_once() {
    fault(&nested(100_000), NestingTooDeep, "[", DEEP);
    fault(&"[".repeat(100_000), NestingTooDeep, "[", DEEP);
    fault(&"{a: ".repeat(100_000), NestingTooDeep, "{", DEEP);
    fault(&"- ".repeat(100_000), NestingTooDeep, "-", DEEP);
    fault(&"? ".repeat(100_000), NestingTooDeep, "?", DEEP);
    let stairs: String = (0..1000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    assert_eq!(codes(&stairs), ["yaml-unknown-key", "nesting-too-deep"]);
}

#[test]
fn depth_counts_through_aliases() {
    let mut text = "users:\n  u0: { attributes: { x: &a0 [1] } }\n".to_owned();
    for n in 1..DEPTH {
        text.push_str(&format!("  u{n}: {{ attributes: {{ x: &a{n} [*a{}] }} }}\n", n - 1));
    }
    let (_, diagnostics) = read(&text);
    assert!(!diagnostics.is_empty() && diagnostics.iter().all(|fault| fault.code == NestingTooDeep));
    assert_eq!(super::under(&text, diagnostics[0].primary.span), "*a59");
}

#[test]
fn a_bomb_of_aliases_is_refused_before_it_expands() {
    let mut text = "groups:\n  g0: { in: &a0 [x, x, x, x, x, x, x, x, x, x] }\n".to_owned();
    for n in 1..30 {
        let members = vec![format!("*a{}", n - 1); 10].join(", ");
        text.push_str(&format!("  g{n}: {{ in: &a{n} [{members}] }}\n"));
    }
    let start = Instant::now();
    let (file, diagnostics) = read(&text);
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(diagnostics.iter().map(|fault| fault.code).collect::<Vec<_>>(), [YamlAlias]);
    assert_eq!(diagnostics[0].message, "the aliases of the file stand for more than 1000000 values");
    assert!(file.items.is_empty());
    assert!(file.salvaged.iter().any(|name| name == "g7"));
}

#[test]
fn a_list_that_is_used_often_is_no_bomb() {
    let mut text = "assignments:\n- { assign: r, to: &all [user:a, user:b, user:c] }\n".to_owned();
    for _ in 0..1000 {
        text.push_str("- { assign: r, to: *all }\n");
    }
    assert_eq!(super::items(&text).len(), 1001);
}

#[test]
fn faults_are_reported_up_to_a_limit() {
    let text: String = (0..10_000).map(|n| format!("k{n}: x\n")).collect();
    let (_, diagnostics) = read(&text);
    assert_eq!(diagnostics.len(), FAULTS + 1);
    let last = diagnostics.last().expect("there are faults");
    assert_eq!((last.code.name(), last.number), ("too-many", 10_000 - FAULTS));
    let text: String = (0..FAULTS).map(|n| format!("k{n}: x\n")).collect();
    assert_eq!(read(&text).1.len(), FAULTS);
}

/// A text with most of the language in it.
const RICH: &str = "# ä\npolicy: { name: \"p\\u0041\", default: deny }\nresources:\n  folder: { in: folder, by: path, attributes: { a: [string], b: '\"X\" | \"Y\"' } }\nroles:\n  r: &r\n    grant: ['a*', \"b\\n\", category:ü]\n    entries:\n    - { deny: a, on: folder:x, only: true, when: 'context.mfa' }\n  s: *r\nusers: { u: { attributes: { x: |\n      line\n      two\n  , y: [1, -2, user:ann] } } }\ntests:\n  - test: >-\n      one\n      two\n    checks: [{ can: a, on: folder:é, because: x }]\nmatrices: [{ matrix: m, roles: [r], rows: { a: + } }]\n? complex\n: value\n";

#[test]
fn no_cut_and_no_change_panics() {
    for (end, _) in RICH.char_indices() {
        read(&RICH[..end]);
        read(&RICH[end..]);
    }
    arbtest::arbtest(|u| {
        let mut text: Vec<char> = RICH.chars().collect();
        for _ in 0..u.int_in_range(1..=8)? {
            let at = u.choose_index(text.len())?;
            let with = *u.choose(&[
                '\n', ' ', ':', '-', '[', ']', '{', '}', '&', '*', '\'', '"', '|', '?', '!', '\r', '~', 'ß',
            ])?;
            match u.int_in_range(0..=2)? {
                0 => text[at] = with,
                1 => text.insert(at, with),
                _ => drop(text.drain(at..(at + 10).min(text.len()))),
            }
            if text.is_empty() {
                return Ok(());
            }
        }
        read(&text.into_iter().collect::<String>());
        Ok(())
    })
    .budget_ms(2_000);
}

#[test]
fn a_large_file_is_read_in_linear_time() {
    let line = "- { assign: reader, to: [user:ann, group:ops], on: folder:finance/invoices, only: true }\n";
    let text = format!("assignments:\n{}", line.repeat(20_000));
    assert_eq!(super::items(&text).len(), 20_000);
    let mut users = "users:\n".to_owned();
    for n in 0..20_000 {
        users.push_str(&format!("  u{n}: {{ in: ops }}\n"));
    }
    assert_eq!(super::items(&users).len(), 20_000);
}

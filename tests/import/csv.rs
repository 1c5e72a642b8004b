//! A matrix of roles and privileges.

use super::{Tally, holder, imported, imported_with, said, whole};
use crate::generate::{Dice, bytes};
use policyc::import::{Form, Imported, MatrixOptions};
use policyc::{Policy, Request};
use std::collections::BTreeMap;

const WAREHOUSE: &str = include_str!("csv/warehouse.csv");
/// Random matrices.
const MATRICES: u64 = 400;

/// What a cell says: granted, denied, or nothing.
type Cell = Option<bool>;

fn form(transposed: bool) -> Form {
    Form::Matrix(MatrixOptions { transposed, separator: None })
}

/// Somebody with two roles: granted if one of them grants it and none denies it.
fn compare(
    policy: &Policy,
    roles: &[String],
    privileges: &[String],
    cell: &dyn Fn(usize, usize) -> Cell,
) -> Tally {
    let mut tally = Tally::default();
    for (a, one) in roles.iter().enumerate() {
        for (b, other) in roles.iter().enumerate().skip(a) {
            for (p, privilege) in privileges.iter().enumerate() {
                let said = [cell(a, p), cell(b, p)];
                let expected = said.contains(&Some(true)) && !said.contains(&Some(false));
                let held = [one.as_str(), other.as_str()];
                let request = Request::new(holder(&held), privilege);
                tally.compare(policy, &request, expected, || format!("{held:?} {privilege}"));
            }
        }
    }
    tally
}

/// The cells of a table without line ends in them, by hand.
fn cells(text: &str) -> Vec<Vec<String>> {
    let row = |line: &str| {
        let mut row = vec![String::new()];
        let mut quoted = false;
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '"' if quoted && characters.peek() == Some(&'"') => {
                    row.last_mut().unwrap().push(characters.next().unwrap())
                }
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(String::new()),
                character => row.last_mut().unwrap().push(character),
            }
        }
        row
    };
    text.lines().map(row).collect()
}

#[test]
fn the_warehouse_decides_as_its_matrix() {
    let table = cells(WAREHOUSE);
    let privileges = table[0][1..].to_vec();
    let roles: Vec<String> = table[1..].iter().map(|row| row[0].clone()).collect();
    let cell = |role: usize, privilege: usize| match table[role + 1][privilege + 1].to_lowercase().as_str() {
        "x" | "yes" | "1" | "+" | "✓" | "true" | "allow" => Some(true),
        "deny" | "denied" => Some(false),
        "" | "no" | "0" | "false" | "-" => None,
        other => panic!("{other}"),
    };
    let imported = imported(&form(false), &[("warehouse.csv", WAREHOUSE)]);
    assert_eq!(imported.findings, []);
    let tally = compare(&whole(&imported), &roles, &privileges, &cell);
    tally.at_least("warehouse.csv", 280, 100);
}

/// The same table as spreadsheets of other countries write it, and turned around.
#[test]
fn separators_quotes_marks_and_the_other_way_round_say_the_same() {
    let expected = imported(&form(false), &[("a.csv", WAREHOUSE)]).policy;
    let table = cells(WAREHOUSE);
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let written = |rows: &[Vec<String>], separator: &str, end: &str| {
        let lines = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(separator) + end);
        lines.collect::<String>()
    };
    for (separator, end) in [(";", "\r\n"), ("\t", "\n"), ("|", "\n")] {
        let text = format!("\u{feff}{}{separator}{separator}{end}", written(&table, separator, end));
        assert_eq!(imported(&form(false), &[("a.csv", &text)]).policy, expected, "{text}");
    }
    let turned: Vec<Vec<String>> =
        (0..table[0].len()).map(|column| table.iter().map(|row| row[column].clone()).collect()).collect();
    assert_eq!(imported(&form(true), &[("a.csv", &written(&turned, ",", "\n"))]).policy, expected);
}

/// The text of a table, its roles and privileges, and what each cell says.
type Table = (String, Vec<String>, Vec<String>, BTreeMap<(usize, usize), Cell>);

fn random(dice: &mut Dice<'_>) -> Table {
    let words: [(&str, Cell); 14] = [
        ("x", Some(true)),
        ("Yes", Some(true)),
        ("1", Some(true)),
        ("ALLOW", Some(true)),
        ("granted", Some(true)),
        ("deny", Some(false)),
        ("Forbidden", Some(false)),
        ("", None),
        ("", None),
        ("no", None),
        ("-", None),
        ("0", None),
        ("false", None),
        ("N", None),
    ];
    let names = [
        "a",
        "b c",
        "d;e",
        "role",
        "grant",
        "\"q\"",
        "ü",
        "a.b",
        "a.b:",
        "x/y",
        "*",
        "a*",
        "user:x",
        "category:z",
        "-",
        "1",
    ];
    let roles: Vec<String> = dice.some(&names, 1, 5).into_iter().map(str::to_owned).collect();
    let privileges: Vec<String> = dice.some(&names, 1, 8).into_iter().map(str::to_owned).collect();
    let separator = *dice.pick(&[",", ";", "\t"]);
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let mut text = String::from("\"\"");
    privileges.iter().for_each(|name| text.push_str(&format!("{separator}{}", quoted(name))));
    let mut cells = BTreeMap::new();
    for (r, role) in roles.iter().enumerate() {
        text.push_str(&format!("\n{}", quoted(role)));
        for p in 0..privileges.len() {
            let (word, cell) = *dice.pick(&words);
            text.push_str(&format!("{separator}{word}"));
            cells.insert((r, p), cell);
        }
    }
    (text, roles, privileges, cells)
}

#[test]
fn random_matrices_decide_as_they_say() {
    let mut tally = Tally::default();
    for seed in 0..MATRICES {
        let bytes = bytes(seed, 1024);
        let (text, roles, privileges, cells) = random(&mut Dice::new(&bytes));
        let imported = imported(&form(false), &[("a.csv", &text)]);
        if imported.counts.entries == 0 && imported.policy.is_none() {
            panic!("seed {seed}: {:?}\n{text}", said(&imported));
        }
        tally.add(compare(&whole(&imported), &roles, &privileges, &|r, p| cells[&(r, p)]));
    }
    tally.at_least("random matrices", 10_000, 2_000);
}

/// What a table that is not what it has to be is told.
fn refused(text: &str) -> Imported {
    let imported = imported(&form(false), &[("a.csv", text)]);
    assert_eq!(imported.policy, None, "{text}");
    imported
}

#[test]
fn a_cell_that_says_nothing_known_is_an_error_with_its_place() {
    let imported = refused("role,read,write\nann,x,maybe\nbob,,dney\n");
    assert_eq!(
        said(&imported),
        ["error: a.csv:2:1 cell C2 holds `maybe`", "error: a.csv:3:1 cell C3 holds `dney`"]
    );
    assert!(imported.findings[0].help.contains("`deny`"), "{:?}", imported.findings);
}

#[test]
fn tables_that_are_none_are_refused() {
    for (text, expected) in [
        ("", "error: a.csv:1:1 the table is empty"),
        ("role,read\n", "error: a.csv:1:1 the table has a header and no rows"),
        ("role\nann\n", "error: a.csv:1:1 the first row names no privilege"),
        ("role,read,read\nann,x,x\n", "error: a.csv:1:1 the columns B and C have the same name, `read`"),
        ("role,read\nann,x\n\nann,\n", "error: a.csv:4:1 rows 2 and 4 are both `ann`"),
        ("role,read\n,x\n", "error: a.csv:2:1 row 2 has marks and names no role"),
        ("role,read\nann,x,x\n", "error: a.csv:2:1 row 2 has 3 cells, and the first row has 2"),
        ("role,,read\nann,x,x\n", "error: a.csv:2:1 cell B2 holds `x`, and its column has no name"),
    ] {
        assert_eq!(said(&refused(text)).first().map(String::as_str), Some(expected), "{text}");
    }
}

#[test]
fn further_privileges_are_declared() {
    let imported =
        imported_with(&form(false), &[("a.csv", "role,read\nann,x\n")], "# all\nread\nwrite # later\n");
    let policy = whole(&imported);
    let write = policy.decide(&Request::new(holder(&["ann"]), "write")).unwrap();
    assert!(!write.granted());
    assert!(policy.decide(&Request::new(holder(&["ann"]), "later")).is_err());
}

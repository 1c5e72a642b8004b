//! Whatever goes wrong, the message ends with what to do next, and the exit code says what kind of end it was.

use super::{BAD, GOOD, Here};
use std::fmt::Write;

/// Every way to be refused that a line of a terminal can be.
const REFUSED: &[&str] = &[
    // Where the policy is.
    "check nowhere",
    "check empty",
    "check notes.txt",
    "check good.bin",
    "check /dev/null",
    "check no/such/a.policy",
    "test damaged.bin",
    "test newer.bin",
    "test cut.bin",
    "test good.bin",
    "test good.bin good",
    "can user:ann flow.view flow:x -p nowhere",
    "compile good",
    // Options and their values.
    "chekc",
    "check --frmat json",
    "check --format xml good",
    "check --color blue good",
    "check --deny P9999 good",
    "check --allow P0301 good",
    "check --at soon good",
    "check --unsafe-fixes good",
    "check --config nowhere.toml good",
    "check --config broken.toml good",
    "check --config unknown.toml good",
    "check --config level.toml good",
    "check --config dir good",
    "check --config paths.toml",
    "check --config good.bin good",
    "test --min 80 good",
    "test --min 101 --coverage good",
    "test --coverage --mutate good",
    "test --coverage --format junit good",
    "test --table nowhere.csv good",
    "test --table columns.csv good",
    "test --table twice.csv good",
    "test --table binary.csv good",
    "test --table good good",
    // Questions.
    "can user:ann",
    "can ann flow.view -p good",
    "can user:ann flow.veiw flow:x -p good",
    "can user:ann frobnicate flow:x -p good",
    "can user:ann flow.view -p good",
    "can user:ann flow.view flow -p good",
    "can user:ann flow.view flow:* -p good",
    "can user:ann flow.view folder:x -p good",
    "can user:ann flow.view thing:x -p good",
    "can user:ann system.restart flow:x -p good",
    "can user:ann flow.view flow:x --attr state -p good",
    "can user:ann flow.view flow:x --attr resource.state=OPEN -p good",
    "can user:ann flow.view flow:x --attr resource.level=high -p good",
    "can user:ann flow.view flow:x --attr resource.none=1 -p good",
    "can user:ann flow.view flow:x --attr context.none=1 -p good",
    "can user:ann system.restart --attr resource.level=1 -p good",
    "can user:ann flow.view flow:x --attr context.mfa=true --attr context.mfa=false -p good",
    "can user:ann flow.view flow:x --at yesterday -p good",
    "can user:ann flow.view flow:x --in folder -p good",
    "can user:ann flow.view flow:finance/ledger --in folder:legal -p good",
    "who flow.veiw -p good",
    "who flow.view folder -p good",
    "who flow.view thing:x -p good",
    "what nobody -p good",
    "what user:ann on -p good",
    "what user:ann on thing:x -p good",
    "matrix folder folder:x -p good",
    "matrix on thing:x -p good",
    "matrix --category flwo -p good",
    "matrix --category frobnicate -p good",
    "matrix --category flow -p stripped.bin",
    "graph",
    "graph pictures -p good",
    "graph roles --around reedar -p good",
    "graph roles --category flow -p good",
    "graph privileges --category flwo -p good",
    "explain",
    "explain P9999",
    "explain role-cycel",
    "completions tcl",
    "man chekc",
    // What is written.
    "compile good -o dir",
    "compile good -o good/a.policy",
    "compile good -o no/such/x.bin",
    "compile good -o /dev/full",
    "compile good -o closed/x.bin",
    "matrix -p good -o closed/x.html",
    "man -o closed/man",
    "man -o notes.txt",
    "init good/../there",
    "init notes.txt",
    "init --from nothing",
    "convert --to yaml good many",
    "convert --to policy good",
    "convert --to yaml good -o there2",
    "convert --to yaml good -o notes.txt",
    "convert --to cedar good",
    "fmt - good",
    "import csv nowhere.csv",
    "import csv dir",
    "import csv m.csv -o there/policyc.toml",
    "import csv m.csv --format json",
    "import tsv m.csv",
    "import csv",
    "import csv m.csv -o closed/x.policy",
    // Differences.
    "diff good",
    "diff good nowhere",
    "diff good empty",
    "diff HEAD",
    "diff main..HEAD -p good",
    "diff main..HEAD good",
    "diff HEAD:good good",
    "diff good bad2 --fail-on win",
    "diff good bad2 --fail-on gain:",
    "diff good many --fail-on gain:flwo",
    "diff good stripped.bin --fail-on gain:flow",
    "watch nowhere",
    "watch good.bin",
];

fn here() -> Here {
    let files = [
        ("good/a.policy", GOOD),
        ("bad/a.policy", BAD),
        ("empty/notes.txt", ""),
        ("notes.txt", "x"),
        ("many/a.policy", "role a\n"),
        ("many/b.policy", "role b\n"),
        ("dir/inner/x", ""),
        ("there/policyc.toml", "paths = [\"x\"]\n"),
        ("there2/a.yaml", "roles: {}\n"),
        ("broken.toml", "paths = [\n"),
        ("unknown.toml", "path = ['a']\n"),
        ("level.toml", "[levels]\nP0301 = 'allow'\n"),
        ("paths.toml", "paths = ['gone']\n"),
        ("columns.csv", "case,principal\n1,user:ann\n"),
        ("twice.csv", "case,case,principal,privilege,resource,expect\n"),
        ("m.csv", "role,a,b\nx,1,\n"),
    ];
    let here = Here::with(&files);
    here.write("binary.csv", b"case,\xff\n");
    here.run(&["compile", "good", "-o", "good.bin"]).exits(0);
    here.run(&["compile", "good", "--strip", "-o", "stripped.bin"]).exits(0);
    let good = std::fs::read(here.path("good.bin")).unwrap();
    let mut newer = good.clone();
    // The version stands behind the magic.
    newer[8] = 99;
    here.write("newer.bin", newer);
    here.write("cut.bin", &good[..good.len() / 2]);
    let mut damaged = good;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    here.write("damaged.bin", damaged);
    // A file where a directory would have to be: closed to everybody, the superuser too.
    here.write("closed", "");
    here
}

/// The message of clap, which says how to find out more, or one line with the next step behind a semicolon or as a question.
fn says_what_to_do(err: &str) -> bool {
    let last = err.trim_end().lines().last().unwrap_or_default();
    let asked = err.starts_with("Usage:") || err.contains("\nUsage:") && err.contains("Commands:");
    // Where nothing was given, what to give is all there is to say.
    let first = err.starts_with("error: write ") || err.starts_with("error: say ");
    last.contains("try '--help'") || asked || first || last.contains("; ") || last.contains("did you mean")
}

#[test]
fn every_refusal_says_what_to_do_next() {
    let here = here();
    let mut all = String::new();
    let mut silent = Vec::new();
    for line in REFUSED {
        // A shell's words, none of which has a blank.
        let arguments: Vec<&str> = line.split(' ').collect();
        let ran = here.run(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "policyc {line}\n{}", ran.err);
        assert!(ran.err.starts_with("error: ") || ran.err.contains("Usage:"), "policyc {line}\n{}", ran.err);
        if !says_what_to_do(&ran.err) {
            silent.push(format!("policyc {line}\n{}", ran.err));
        }
        let first: String =
            ran.err.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        let _ = write!(all, "$ policyc {line}\n{first}\n\n");
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
    insta::assert_snapshot!(all);
}

/// A policy with errors is told as such by whoever needs one, and the last line says what that means.
#[test]
fn a_policy_with_errors_says_where_to_read_on() {
    let here = here();
    for line in [
        "check bad",
        "test bad",
        "compile bad -o x",
        "can user:ann view -p bad",
        "matrix -p bad",
        "graph roles -p bad",
    ] {
        let ran = here.run(&line.split(' ').collect::<Vec<_>>()).exits(1);
        let told = format!("{}{}", ran.out, ran.err);
        assert!(told.contains("help: ") || told.contains("did you mean"), "policyc {line}\n{told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_the_output_is_told() {
    let here = here();
    for line in [
        "check good",
        "matrix -p good",
        "explain P0301",
        "schema",
        "convert --to yaml good",
        "completions bash",
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = here.command().args(line.split(' ')).stdout(full).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "policyc {line}: {err}");
        assert!(err.ends_with("; make room for it\n"), "policyc {line}: {err}");
    }
}

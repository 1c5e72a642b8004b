//! What a release is made of: an archive that holds what it should and whose command runs, and the version that is said everywhere.

use super::{root, run};
use crate::cli::Here;
use std::fs;
use std::path::Path;
use std::process::Command;

const TARGET: &str = "x86_64-unknown-linux-gnu";
const BINARY: &str = env!("CARGO_BIN_EXE_policyc");

fn pack(here: &Here, target: &str) -> String {
    let out = here.path("dist");
    let time = [("SOURCE_DATE_EPOCH", "1700000000")];
    let ran = run(here, "release.sh", &["pack", target, BINARY, out.to_str().unwrap()], &time).exits(0);
    ran.out.trim_end().to_owned()
}

fn shell(line: &str, at: &Path) -> String {
    let output = Command::new("bash").args(["-c", line]).current_dir(at).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_archive_holds_the_command_and_what_belongs_to_it() {
    let here = Here::with::<&str>(&[]);
    let archive = pack(&here, TARGET);
    let name = format!("policyc-{}-{TARGET}", env!("CARGO_PKG_VERSION"));
    assert!(archive.ends_with(&format!("dist/{name}.tar.gz")), "{archive}");
    let first = fs::read(&archive).unwrap();
    if Command::new("sha256sum").arg("--version").output().is_ok() {
        shell("sha256sum --check ./*.sha256", &here.path("dist"));
    }
    shell(&format!("tar -xzf dist/{name}.tar.gz"), &here.path(""));
    for file in [
        "policyc",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "man/policyc.1",
        "man/policyc-check.1",
        "completions/policyc.bash",
        "completions/_policyc",
        "completions/policyc.fish",
        "completions/_policyc.ps1",
        "completions/policyc.elv",
        "schema/policyc.schema.json",
    ] {
        assert!(fs::metadata(here.path(&name).join(file)).is_ok_and(|file| file.len() > 0), "{file}");
    }
    let policies = root("policies/invictus");
    let tests = shell(&format!("./policyc test '{}'", policies.display()), &here.path(&name));
    assert!(tests.contains(" passed, 0 failed"), "{tests}");
    // The same files are the same archive.
    if shell("tar --version", &here.path("")).contains("GNU") {
        assert!(fs::read(pack(&here, TARGET)).unwrap() == first, "the archive differs");
    }
}

#[test]
fn windows_gets_a_zip() {
    if Command::new("zip").arg("-v").output().is_err() {
        println!("LEFT OUT: there is no zip here");
        return;
    }
    let here = Here::with::<&str>(&[]);
    let archive = pack(&here, "x86_64-pc-windows-msvc");
    assert!(archive.ends_with(".zip"), "{archive}");
    assert!(fs::read(archive).unwrap().starts_with(b"PK"));
}

#[test]
fn a_tag_is_that_of_the_version() {
    let version = env!("CARGO_PKG_VERSION");
    let changes = fs::read_to_string(root("CHANGELOG.md")).unwrap();
    let here = Here::with(&[
        ("ci/release.sh", fs::read(root("ci/release.sh")).unwrap()),
        ("Cargo.toml", fs::read(root("Cargo.toml")).unwrap()),
        ("CHANGELOG.md", b"# Changelog\n\n## [Unreleased]\n\n- x\n".to_vec()),
    ]);
    let run = |arguments: &[&str]| {
        let output =
            Command::new("bash").arg(here.path("ci/release.sh")).args(arguments).output().expect("bash");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let tag = format!("v{version}");
    for (arguments, says) in [
        (&["check", "v99.0.0"][..], "make them one"),
        (&["check", &tag], "give what is unreleased its title"),
        (&[], "write `release.sh check TAG`"),
    ] {
        let (code, text) = run(arguments);
        assert!(code == Some(2) && text.contains(says), "{arguments:?}: {text}");
    }
    // As it is on the day of the release.
    let title = format!("## [Unreleased]\n\n## [{version}] - 2027-01-01");
    here.write("CHANGELOG.md", changes.replacen("## [Unreleased]", &title, 1));
    assert_eq!(run(&["check", &tag]).0, Some(0));
    let (code, notes) = run(&["notes"]);
    assert!(code == Some(0) && notes.contains("### Added") && !notes.contains("\n## "), "{notes}");
}

/// Targets, scripts and packages that the workflows name are there.
#[test]
fn the_workflows_run_scripts_that_exist() {
    for file in ["release.yml", "ci.yml"] {
        let text = fs::read_to_string(root(".github/workflows").join(file)).unwrap();
        let words = text.split([' ', '(', '\n', '"']);
        let scripts: Vec<&str> = words.filter(|word| word.starts_with("ci/") || *word == ".ci/run").collect();
        assert!(!scripts.is_empty(), "{file}");
        for script in scripts {
            assert!(root(script).is_file(), "{file}: {script}");
        }
        // Text of an event reaches scripts as a variable: in a line that is run it could be a command.
        for line in text.lines().filter(|line| line.contains("${{")) {
            let key = line.trim().split(':').next().unwrap_or_default();
            let known = ["runs-on", "TARGET", "TAG", "GH_TOKEN", "name", "group"];
            assert!(known.contains(&key), "{file}: {line}");
        }
    }
}

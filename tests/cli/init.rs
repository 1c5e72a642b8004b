//! `policyc init`, `completions` and `man`: what a newcomer runs first.

use super::Here;
use std::process::Command;

const SYSTEMS: [&str; 4] = ["flowable", "flowrunner", "flow-software", "invictus"];

fn empty() -> Here {
    Here::with::<&str>(&[])
}

/// No findings, the layout of `fmt`, tests that pass.
#[track_caller]
fn is_good(here: &Here, directory: &str) {
    for arguments in [&["check", "--deny", "warnings"][..], &["fmt", "--check"], &["test"]] {
        let output = super::command(&here.path(directory)).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
}

#[test]
fn what_is_written_has_no_findings_and_passes_its_tests() {
    let here = empty();
    here.run(&["init"])
        .exits(0)
        .says("wrote policies/app.policy")
        .says("next: policyc check && policyc test");
    is_good(&here, "");
    for system in SYSTEMS {
        here.run(&["init", system, "--from", system]).exits(0).says("next: cd ");
        is_good(&here, system);
    }
}

#[test]
fn the_tests_that_are_written_notice_every_change() {
    let here = empty();
    here.run(&["init"]).exits(0);
    here.run(&["test", "--mutate", "--min", "100"]).exits(0);
}

#[test]
fn what_is_there_stays() {
    let here = Here::with(&[("policyc.toml", "paths = []\n")]);
    here.run(&["init"]).refuses(&["`policyc.toml` is there already", "name another directory"]);
    assert_eq!(here.names(), ["policyc.toml"]);
    here.run(&["init", "a", "--ci", "gitlab"]).exits(0);
    here.run(&["init", "a", "--from", "invictus"]).refuses(&["policies/tests.policy", "are there already"]);
    here.write("b", "a file");
    here.run(&["init", "b"]).refuses(&["cannot write `b/policies/app.policy`", "name another directory"]);
}

/// The commands of a file for pipelines: what follows one of these keys, as far as it begins with `policyc`.
fn commands(here: &Here, file: &str, keys: &[&str]) -> Vec<String> {
    let text = std::fs::read_to_string(here.path(file)).unwrap();
    let values = text.lines().filter_map(|line| keys.iter().find_map(|key| line.trim().strip_prefix(key)));
    let found: Vec<String> = values.filter(|value| value.contains("policyc")).map(str::to_owned).collect();
    assert!(text.contains("policyc") && !text.contains("VERSION"), "{text}");
    found.into_iter().filter(|line| !line.starts_with("cargo install ")).collect()
}

/// Runs a line as a pipeline would.
#[track_caller]
fn runs(here: &Here, line: &str) {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_policyc")).parent().unwrap();
    let output = Command::new("bash")
        .args(["-e", "-o", "pipefail", "-c", line])
        .current_dir(here.path(""))
        .env("PATH", format!("{}:{}", binary.display(), std::env::var("PATH").unwrap()))
        .env("GITHUB_BASE_REF", "main")
        .env("GITHUB_STEP_SUMMARY", here.path("summary.md"))
        .env("CI_MERGE_REQUEST_DIFF_BASE_SHA", "main")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", here.path(""))
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
}

#[cfg(unix)]
#[test]
fn what_is_written_for_pipelines_runs() {
    for (service, file, keys, count) in [
        ("github", ".github/workflows/policy.yml", &["run: "][..], 3),
        ("gitlab", ".gitlab-ci.yml", &["- "], 3),
        ("pre-commit", ".pre-commit-config.yaml", &["entry: "], 3),
    ] {
        let here = empty();
        here.run(&["init", "--ci", service]).exits(0).says(file);
        here.git(&["init", "--quiet", "--initial-branch", "main"]);
        here.commit("first");
        here.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        let commands: Vec<String> =
            commands(&here, file, keys).into_iter().filter(|line| !line.starts_with("id:")).collect();
        assert_eq!(commands.len(), count, "{commands:?}");
        for line in &commands {
            runs(&here, line);
        }
    }
}

/// The names of all commands, as the help lists them.
fn names() -> Vec<String> {
    names_of(&["--help"])
}

/// The names of the commands that a help lists.
fn names_of(arguments: &[&str]) -> Vec<String> {
    let help = empty().run(arguments).exits(0).out;
    let list = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !["", "help"].contains(name)).map(str::to_owned).collect()
}

#[test]
fn every_shell_completes_every_command() {
    let names = names();
    assert!(names.len() > 15, "{names:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = empty().run(&["completions", shell]).exits(0).out;
        for name in &names {
            assert!(script.contains(name.as_str()), "{shell} does not know {name}");
        }
    }
    empty().run(&["completions", "tcsh"]).exits(2).warns("possible values: bash");
}

#[cfg(unix)]
#[test]
fn bash_completes_a_command_and_an_option() {
    let here = empty();
    let script = here.run(&["completions", "bash"]).exits(0).out;
    here.write("policyc.bash", script);
    let complete = |words: &str, current: usize| {
        let last = words.split(' ').nth(current).unwrap();
        let line = format!(
            "source policyc.bash; COMP_WORDS=({words}); COMP_CWORD={current}; _policyc policyc {last} ''; echo ${{COMPREPLY[*]}}"
        );
        let output = Command::new("bash").args(["-c", &line]).current_dir(here.path("")).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(complete("policyc comp", 1), "compile completions");
    assert_eq!(complete("policyc check --unsafe", 2), "--unsafe-fixes");
}

#[test]
fn man_has_a_page_for_every_command() {
    let here = empty();
    let names = names();
    let formats = names_of(&["import", "--help"]);
    assert_eq!(formats.len(), 5, "{formats:?}");
    let count = names.len() + formats.len() + 1;
    here.run(&["man", "-o", "man1"]).exits(0).says(&format!("wrote {count} pages into man1"));
    let whole = here.run(&["man"]).exits(0).out;
    assert_eq!(std::fs::read_to_string(here.path("man1/policyc.1")).unwrap(), whole);
    for name in names {
        let page = here.run(&["man", &name]).exits(0).out;
        assert!(page.contains(&format!(".TH policyc-{name} 1")), "{page}");
        assert!(page.contains("Exit codes"), "{name} has no exit codes:\n{page}");
        assert!(whole.contains(&format!("policyc\\-{name}(1)")), "{name} is not in the page of policyc");
        assert_eq!(std::fs::read_to_string(here.path(&format!("man1/policyc-{name}.1"))).unwrap(), page);
    }
    for format in formats {
        let page = here.run(&["man", &format!("import-{format}")]).exits(0).out;
        assert!(
            page.contains(&format!(".TH policyc-import-{format} 1")) && page.contains("\\-\\-partial"),
            "{page}"
        );
    }
    here.run(&["man", "chek"]).refuses(&["`chek`", "did you mean `check`"]);
}

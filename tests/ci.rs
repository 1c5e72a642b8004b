//! What teams put into their pipelines: the scripts do what they say with a real repository and a curl that only keeps what it
//! is given; the files of the services are of the form that these read.

mod comment;
mod diff;
mod files;
mod release;

use crate::cli::Here;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const BEFORE: &str = "category doc { view  edit }\nrole reader { grant view }\n";
pub const AFTER: &str = "category doc { view  edit }\nrole reader { grant view, edit }\n";
const TEST: &str = "test \"t\" { as role:reader can view }\n";

/// A file of this repository.
pub fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What a script came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}

/// Runs a script of `ci/` with nothing in its environment but what is given and the way to the tools.
pub fn run(here: &Here, script: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let binary = Path::new(env!("CARGO_BIN_EXE_policyc")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{}:{path}", here.path("bin").display(), binary.display());
    let output = Command::new("bash")
        .arg(root("ci").join(script))
        .args(arguments)
        .current_dir(here.path(""))
        .env_clear()
        .env("PATH", path)
        .env("HOME", here.path(""))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs(variables.iter().copied())
        .output()
        .expect("bash");
    Ran {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A repository with a policy on `main`, and a change of it on `feature`, which is checked out.
pub fn repository(before: &str, after: &str) -> Here {
    let here = Here::with(&[("policies/a.policy", before)]);
    here.git(&["init", "--quiet", "--initial-branch", "main"]);
    here.commit("first");
    here.git(&["checkout", "--quiet", "-b", "feature"]);
    here.write("policies/a.policy", after);
    here.git(&["commit", "--quiet", "--all", "--allow-empty", "--message", "second"]);
    here
}

#[test]
fn paths_are_data() {
    let here = Here::with(&[("-p a/x y.policy", BEFORE), ("$(touch made)/b.policy", TEST), ("t.csv", "bad")]);
    let paths = "\n  -p a/x y.policy \n\n$(touch made)";
    let checked = run(&here, "check.sh", &["github"], &[("POLICYC_PATHS", paths)]).exits(0);
    assert!(checked.out.contains("::warning file=-p a/x y.policy,line=1,"), "{}", checked.out);
    let denied = [("POLICYC_PATHS", paths), ("POLICYC_DENY_WARNINGS", "true")];
    run(&here, "check.sh", &[], &denied).exits(1);
    let tested = run(&here, "test.sh", &[], &[("POLICYC_PATHS", paths)]).exits(0);
    assert!(tested.out.contains("1 passed"), "{}", tested.out);
    assert!(!here.path("made").exists());
}

#[test]
fn tables_are_run_beside_the_tests() {
    let table = "case,principal,privilege,resource,expect\n1,role:reader,edit,,grant\n";
    let here = Here::with(&[("p/a.policy", BEFORE), ("a b.csv", table)]);
    let variables = [("POLICYC_PATHS", "p"), ("POLICYC_TABLES", "a b.csv\n")];
    let tested = run(&here, "test.sh", &["junit"], &variables).exits(1);
    assert!(tested.out.contains("failures=\"1\""), "{}", tested.out);
}

#[test]
fn what_a_build_depends_on_has_one_name() {
    let here = Here::with::<&str>(&[]);
    let key = run(&here, "install.sh", &["key"], &[]).exits(0).out;
    assert!(key.len() == 41 && key.trim_end().bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    assert_eq!(key, run(&here, "install.sh", &["key"], &[]).out);
    run(&here, "install.sh", &[], &[]).exits(2);
    // What is there already is not built anew.
    here.write("root/bin/policyc", "");
    Command::new("chmod").arg("+x").arg(here.path("root/bin/policyc")).status().unwrap();
    run(&here, "install.sh", &["build", here.path("root").to_str().unwrap()], &[]).exits(0);
}

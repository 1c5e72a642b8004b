//! The command from outside: what it prints, and the exit code.

mod can;
mod check;
mod compile;
mod convert;
mod coverage;
mod diff;
mod drawn;
mod ended;
mod explain;
mod fix;
mod fmt;
mod formats;
mod graph;
mod import;
mod init;
#[cfg(unix)]
mod interrupt;
mod levels;
mod matrix;
mod mistakes;
#[cfg(unix)]
mod next;
#[cfg(unix)]
mod plain;
#[cfg(unix)]
mod progress;
#[cfg(unix)]
mod pty;
mod reviewed;
mod revisions;
mod table;
mod usage;
mod watch;
mod who;
mod xml;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A directory of files in which the command runs.
pub struct Here {
    directory: TempDir,
}

impl Here {
    /// Writes the files, each with the directories above it.
    pub fn with<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Here {
        let here = Here { directory: TempDir::new().unwrap() };
        for (path, content) in files {
            here.write(path, content);
        }
        here
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// Every file and directory, hidden ones too.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// What git prints, which knows nothing of the machine's own settings.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let who = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"];
        let asked = Command::new("git")
            .args(who)
            .args(arguments)
            .current_dir(self.path(""))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", self.path(""))
            .output()
            .unwrap();
        assert!(asked.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&asked.stderr));
        String::from_utf8(asked.stdout).unwrap().trim_end().to_owned()
    }

    /// Commits all there is, and gives the short name of the commit.
    #[track_caller]
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "--short", "HEAD"])
    }

    pub fn command(&self) -> Command {
        command(self.directory.path())
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command().args(arguments).output().unwrap();
        Ran::new(arguments, output)
    }
}

/// The command, apart from what the tests' own surroundings say.
pub fn command(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_policyc"));
    command
        .current_dir(directory)
        .env_remove("COLUMNS")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("CLICOLOR")
        .env_remove("RUST_BACKTRACE");
    command
}

/// What came of a run.
pub struct Ran {
    pub arguments: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn new(arguments: &[&str], output: Output) -> Ran {
        Ran {
            arguments: arguments.join(" "),
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        let Ran { arguments, out, err, .. } = &self;
        assert_eq!(self.code, Some(code), "policyc {arguments}\n--- out\n{out}--- err\n{err}");
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Ran {
        assert!(self.out.contains(text), "{text:?} is not in the output:\n{}", self.out);
        self
    }

    #[track_caller]
    pub fn warns(self, text: &str) -> Ran {
        assert!(self.err.contains(text), "{text:?} is not in the error output:\n{}", self.err);
        self
    }

    /// Exit code 2, one line that says all of `texts`, and nothing else.
    #[track_caller]
    pub fn refuses(self, texts: &[&str]) -> Ran {
        let ran = self.exits(2);
        assert_eq!(ran.out, "", "nothing belongs on the standard output");
        assert_eq!(ran.err.lines().count(), 1, "one line says it: {}", ran.err);
        texts.iter().fold(ran, |ran, text| ran.warns(text))
    }

    /// The lines of the output as JSON.
    #[track_caller]
    pub fn json(&self) -> Vec<serde_json::Value> {
        json(&self.out)
    }
}

#[track_caller]
pub fn json(text: &str) -> Vec<serde_json::Value> {
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(parse).collect()
}

/// A policy about which nothing is found.
pub const GOOD: &str = "\
policy office
resource folder in folder by path { attribute owner: principal attribute level: int attribute tags: [string] }
resource flow in folder by path {
    attribute logic-app: bool
    attribute state: \"LIVE\" | \"DRAFT\"
    attribute since: timestamp
}
context { mfa: bool  address: ip }
category flow on flow {
    flow.view
    flow.resubmit requires resource.logic-app
    flow.edit requires flow.view
}
category folder on folder { folder.view }
category system { system.restart }
role reader { grant flow.view, folder.view }
role operator inherits reader { grant flow.resubmit }
role admin { bypass system.restart when context.mfa }
role caretaker {
    grant folder.view when resource.owner == principal or resource.level > 3 or resource.tags contains \"open\"
    grant flow.view
    grant flow.edit when resource.state == \"DRAFT\" and resource.since < 2026-01-01 and context.address in 10.0.0.0/8
}
group ops
user ann in ops
user bob
service nightly
assign reader to group:ops on folder:finance
assign operator to user:bob on folder:finance/invoices until 2027-01-01
assign admin to user:ann
assign caretaker to service:nightly on folder:finance
deny flow.edit to user:ann on flow:finance/ledger
flow:finance/ledger { logic-app: true }
test \"members of ops view, nobody edits\" {
    as group:ops
    can flow.view on flow:finance/ledger because inherited-grant
    cannot flow.edit on flow:finance/ledger because default-deny
}
matrix \"who restarts\" {
    with context.mfa = true
    roles reader, admin
    system.restart - +
}
";

/// A policy with a misspelled role.
pub const BAD: &str = "\
category c { edit view }
role reader { grant view }
assign raeder to anyone
";

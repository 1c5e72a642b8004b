//! git, asked: what a name means, which files a commit has, what they hold. Nothing is checked out, and nothing is written.

use crate::cli::Failure;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

/// A repository, by a directory in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Git {
    /// Where it is asked.
    directory: PathBuf,
    /// What git calls the top of the working tree.
    top: String,
}

/// A thing in the tree of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub kind: Kind,
    /// The name of what it holds.
    pub object: String,
    /// In bytes.
    pub size: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Link,
    /// A commit of another repository.
    Submodule,
}

impl Git {
    /// The repository that `path` lies in, or would if it were there, and where in it: from its top, with `/`.
    pub fn around(path: &Path) -> Result<(Git, String), Failure> {
        let here =
            |path: &Path| if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() };
        let is_directory = |path: &&Path| here(path).is_dir();
        let directory = path.ancestors().find(is_directory).unwrap_or(Path::new(""));
        let rest = path.strip_prefix(directory).unwrap_or(Path::new(""));
        let directory = here(directory);
        let mut git = Git { directory, top: String::new() };
        let asked = git.ask(&["rev-parse", "--show-toplevel", "--show-prefix"])?;
        if !asked.status.success() {
            let (place, said) = (git.directory.display(), said(&asked));
            return Err(Failure(match said.starts_with("not a git repository") {
                true => format!("`{place}` is in no repository of git; go to one, or compare directories"),
                false => format!(
                    "git cannot read the repository around `{place}`: {said}; mend that, or compare directories"
                ),
            }));
        }
        let text = text(asked.stdout)?;
        let (top, prefix) = text.split_once('\n').unwrap_or((&text, ""));
        git.top = top.to_owned();
        let prefix = prefix.trim_end_matches('\n');
        let place = normal(&Path::new(prefix).join(rest)).ok_or_else(|| {
            Failure(format!("`{}` lies outside of the repository; give a path in it", path.display()))
        })?;
        Ok((git, place))
    }

    /// Whether both are the same repository.
    pub fn is(&self, other: &Git) -> bool {
        self.top == other.top
    }

    /// The commit that a name means, if it means one.
    pub fn commit(&self, name: &str) -> Result<Option<String>, Failure> {
        let wanted = format!("{name}^{{commit}}");
        let asked = self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
        if !asked.status.success() {
            return Ok(None);
        }
        Ok(Some(text(asked.stdout)?.trim().to_owned()))
    }

    /// The commit that two have in common.
    pub fn base(&self, first: &str, second: &str) -> Result<Option<String>, Failure> {
        let asked = self.ask(&["merge-base", first, second])?;
        Ok(asked.status.success().then_some(text(asked.stdout)?.trim().to_owned()))
    }

    /// Everything in a commit, by its path from the top.
    pub fn tree(&self, commit: &str) -> Result<BTreeMap<String, Entry>, Failure> {
        let asked = self.ask(&["ls-tree", "-r", "-z", "-l", "--full-tree", commit])?;
        if !asked.status.success() {
            return Err(Failure(format!(
                "git cannot list `{commit}`: {}; `git fsck` tells more",
                said(&asked)
            )));
        }
        let listed = text(asked.stdout)?;
        let entries = listed.split_terminator('\0').map(|line| {
            entry(line).ok_or_else(|| {
                Failure(format!("git listed `{line}`, which was not understood; compare directories"))
            })
        });
        entries.collect()
    }

    /// What objects hold, in their order.
    pub fn read(&self, objects: &[&str]) -> Result<Vec<Vec<u8>>, Failure> {
        let failed = |error: std::io::Error| {
            Failure(format!("cannot read from git: {error}; try again, or compare directories"))
        };
        let mut command = self.command(&["cat-file", "--batch"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(missing)?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
            return Err(Failure(
                "cannot read from git: it gives no output; try again, or compare directories".to_owned(),
            ));
        };
        let held = thread::scope(|scope| {
            // git answers while it is asked: who only asked would wait for ever.
            scope.spawn(move || {
                // Where git went away, reading tells.
                let _ = objects.iter().try_for_each(|object| writeln!(stdin, "{object}"));
            });
            let mut answers = BufReader::new(stdout);
            objects.iter().map(|object| answer(&mut answers, object)).collect()
        });
        child.wait().map_err(failed)?;
        held
    }

    fn ask(&self, arguments: &[&str]) -> Result<Output, Failure> {
        self.command(arguments).stdin(Stdio::null()).output().map_err(missing)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.directory).arg("--no-pager").args(arguments);
        // Another process of git shall not have to wait for this one, and what it says is in English.
        command.env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
        command
    }
}

fn missing(error: std::io::Error) -> Failure {
    Failure(format!("cannot run git: {error}; install it, or compare directories"))
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| {
        Failure("git named a path that is not UTF-8; policies can be compared as directories".to_owned())
    })
}

/// The first line of what git complained of.
fn said(asked: &Output) -> String {
    let complaint = String::from_utf8_lossy(&asked.stderr);
    let first = complaint.lines().next().unwrap_or("it says nothing");
    first.strip_prefix("fatal: ").unwrap_or(first).to_owned()
}

/// `100644 blob OBJECT    SIZE<tab>PATH`.
fn entry(line: &str) -> Option<(String, Entry)> {
    let (about, path) = line.split_once('\t')?;
    let mut about = about.split_ascii_whitespace();
    let (mode, _, object, size) = (about.next()?, about.next()?, about.next()?, about.next()?);
    let kind = match mode {
        "120000" => Kind::Link,
        "160000" => Kind::Submodule,
        _ => Kind::File,
    };
    Some((path.to_owned(), Entry { kind, object: object.to_owned(), size: size.parse().unwrap_or(0) }))
}

/// One answer of `git cat-file --batch`: `OBJECT blob SIZE`, a line end, so many bytes, a line end.
fn answer(answers: &mut impl BufRead, object: &str) -> Result<Vec<u8>, Failure> {
    let failed = || Failure(format!("git cannot read the object {object}; `git fsck` tells more"));
    let mut head = String::new();
    answers.read_line(&mut head).map_err(|_| failed())?;
    let size: Option<u64> = head
        .strip_prefix(object)
        .and_then(|rest| rest.strip_prefix(" blob "))
        .and_then(|size| size.trim_end().parse().ok());
    let size = size.ok_or_else(failed)?;
    let mut held = Vec::new();
    answers.by_ref().take(size + 1).read_to_end(&mut held).map_err(|_| failed())?;
    if held.pop() != Some(b'\n') || held.len() as u64 != size {
        return Err(failed());
    }
    Ok(held)
}

/// A path from the top without `.` and `..`, with `/`; `None` if it leads out of the top.
pub(super) fn normal(path: &Path) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

//! The two operands > what is compared: paths, or revisions of git and places in them.

use super::git::Git;
use crate::cli::{Failure, config};
use std::path::{Path, PathBuf};

/// What is before or after.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Files, directories, or an artifact.
    Paths(Vec<PathBuf>),
    /// A commit.
    Revision {
        git: Git,
        /// As it was written.
        name: String,
        commit: String,
        /// From the top.
        places: Vec<String>,
    },
}

/// What the command line says.
pub(super) struct Operands<'a> {
    pub old: &'a Path,
    pub new: Option<&'a Path>,
    /// Where the policy is in a revision, and in the working tree where nothing else says.
    pub paths: &'a [PathBuf],
    pub config: &'a config::Args,
}

impl Operands<'_> {
    /// Before and after.
    pub fn sides(&self) -> Result<(Side, Side), Failure> {
        let Some(new) = self.new else { return self.lone() };
        let (first, second) = (Operand::of(self.old)?, Operand::of(new)?);
        // A revision is read where the other side lies, unless something else is said.
        let beside = |other: &Operand| match other {
            Operand::Path(path) if self.paths.is_empty() => vec![path.clone()],
            _ => self.paths.to_vec(),
        };
        let (at_first, at_second) = (beside(&second), beside(&first));
        Ok((self.side(first, at_first)?, self.side(second, at_second)?))
    }

    /// `A..B`, `A...B`, or a revision that is compared with the working tree.
    fn lone(&self) -> Result<(Side, Side), Failure> {
        let operand = self.old.to_str().unwrap_or_default();
        let or_head = |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
        if !self.old.exists()
            && let Some((first, second)) = operand.split_once("..")
        {
            let common = second.strip_prefix('.');
            let (first, second) = (or_head(first), or_head(common.unwrap_or(second)));
            let mut old = self.revision(first.clone(), self.paths.to_vec())?;
            let new = self.revision(second.clone(), self.paths.to_vec())?;
            if let (Some(_), Side::Revision { git, commit, name, .. }, Side::Revision { commit: other, .. }) =
                (common, &mut old, &new)
            {
                let base = git.base(commit, other)?.ok_or_else(|| {
                    Failure(format!(
                        "`{first}` and `{second}` have no commit in common; write `{first}..{second}`"
                    ))
                })?;
                *name = short(&base);
                *commit = base;
            }
            return Ok((old, new));
        }
        let old = match Operand::of(self.old) {
            Ok(Operand::Path(path)) => {
                let path = path.display();
                return Err(Failure(format!(
                    "say what `{path}` is compared with: `policyc diff OLD {path}`, or a revision of git, as in `policyc diff HEAD -p {path}`"
                )));
            }
            Ok(Operand::Inside(name, place)) => self.side(Operand::Inside(name, place), Vec::new())?,
            // Alone it can only be a revision, whatever else has its name.
            Ok(Operand::Revision(name)) => self.revision(name, self.paths.to_vec())?,
            Err(_) => self.revision(operand.to_owned(), self.paths.to_vec())?,
        };
        Ok((old, Side::Paths(self.working()?)))
    }

    fn side(&self, operand: Operand, paths: Vec<PathBuf>) -> Result<Side, Failure> {
        match operand {
            Operand::Path(path) => Ok(Side::Paths(vec![path])),
            Operand::Revision(name) => self.revision(name, paths),
            Operand::Inside(name, place) => {
                let (git, _) = Git::around(Path::new(""))?;
                let commit = commit(&git, &name)?;
                Ok(Side::Revision { git, name, commit, places: vec![place] })
            }
        }
    }

    /// The paths of the working tree.
    fn working(&self) -> Result<Vec<PathBuf>, Failure> {
        self.config.load(self.paths)?.paths(self.paths)
    }

    fn revision(&self, name: String, paths: Vec<PathBuf>) -> Result<Side, Failure> {
        let mut paths = if paths.is_empty() { self.working()? } else { paths };
        if paths.is_empty() {
            paths.push(PathBuf::new());
        }
        let mut found: Option<Git> = None;
        let mut places = Vec::with_capacity(paths.len());
        for path in &paths {
            let (git, place) = Git::around(path)?;
            if found.as_ref().is_some_and(|first| !first.is(&git)) {
                let path = path.display();
                return Err(Failure(format!(
                    "`{path}` is in another repository than the path before; give them one by one"
                )));
            }
            found.get_or_insert(git);
            places.push(place);
        }
        let Some(git) = found else {
            return Err(Failure(format!("there is no policy in `{name}`; say with `-p` where it is")));
        };
        let commit = commit(&git, &name)?;
        Ok(Side::Revision { git, name, commit, places })
    }
}

/// How much of the name of a commit tells it from others in one repository.
fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}

fn commit(git: &Git, name: &str) -> Result<String, Failure> {
    git.commit(name)?.ok_or_else(|| {
        Failure(format!(
            "`{name}` is no revision of git, and there is no such file or directory; check the name, or fetch it"
        ))
    })
}

/// What an operand names.
enum Operand {
    Path(PathBuf),
    Revision(String),
    /// `REVISION:PATH`, the path from the top.
    Inside(String, String),
}

impl Operand {
    fn of(path: &Path) -> Result<Operand, Failure> {
        let text = path.to_str().unwrap_or_default();
        if path.exists() {
            // `./main` and `main/` can be no revision.
            let plain = !text.starts_with(['.', '/']) && !text.ends_with('/') && path.is_relative();
            if plain && matches!(Git::around(Path::new("")), Ok((git, _)) if git.commit(text)?.is_some()) {
                return Err(Failure(format!(
                    "`{text}` is a path and a revision of git; write `./{text}`, or the revision in another way, as `{text}^0`"
                )));
            }
            return Ok(Operand::Path(path.to_owned()));
        }
        if text.contains("..") && !text.contains('/') {
            return Err(Failure(format!("`{text}` names two revisions; give it alone")));
        }
        if let Some((name, place)) = text.split_once(':') {
            let (_, here) = Git::around(Path::new(""))?;
            // As git has it: from the top, unless it begins with a dot.
            let from = if place.starts_with("./") || place.starts_with("../") { here } else { String::new() };
            let place = super::git::normal(&Path::new(&from).join(place)).ok_or_else(|| {
                Failure(format!("`{place}` leads out of the repository; give a path in it"))
            })?;
            return Ok(Operand::Inside(name.to_owned(), place));
        }
        match Git::around(Path::new("")) {
            Ok((git, _)) if git.commit(text)?.is_some() => Ok(Operand::Revision(text.to_owned())),
            _ => Err(Failure(format!(
                "cannot read `{text}`: there is no such file or directory, and it is no revision of git; check the name"
            ))),
        }
    }
}

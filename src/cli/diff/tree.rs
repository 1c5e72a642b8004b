//! The tree of a commit > the policy files at a place of it, by the rules that hold for directories: what is hidden is passed over,
//! links are followed, a file counts once.

use super::git::{Entry, Git, Kind, normal};
use crate::cli::Failure;
use crate::load::{Loaded, MAX_DEPTH, MAX_FILE_BYTES, MAX_FILES};
use crate::policy::Policy;
use crate::policy::layout::MAGIC;
use crate::source::Format;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How many links one may lead through.
const MAX_LINKS: usize = 40;

/// A commit that is searched.
pub(super) struct Tree<'g> {
    git: &'g Git,
    /// As the user names it; stands before each path in reports.
    name: &'g str,
    entries: BTreeMap<String, Entry>,
    /// Paths as they are shown, and where they really are.
    found: BTreeMap<String, (String, Format)>,
    seen: BTreeSet<String>,
    /// What was passed over, to be told.
    pub notes: Vec<String>,
}

/// What stands at places of a commit.
pub(super) enum Held {
    Source(Loaded),
    Artifact(Box<Policy>),
}

impl<'g> Tree<'g> {
    pub fn new(git: &'g Git, name: &'g str, commit: &str) -> Result<Tree<'g>, Failure> {
        let entries = git.tree(commit)?;
        let (found, seen) = (BTreeMap::new(), BTreeSet::new());
        Ok(Tree { git, name, entries, found, seen, notes: Vec::new() })
    }

    /// The policy at places of the commit.
    pub fn read(&mut self, places: &[String]) -> Result<Held, Failure> {
        if let [place] = places
            && let Some(policy) = self.artifact(place)?
        {
            return Ok(Held::Artifact(Box::new(policy)));
        }
        for place in places {
            self.place(place)?;
        }
        let files: Vec<(&String, &(String, Format))> = self.found.iter().collect();
        let mut once = BTreeSet::new();
        let files: Vec<_> = files.into_iter().filter(|(_, (real, _))| once.insert(real)).collect();
        let small = |real: &str| self.entries.get(real).filter(|entry| entry.size <= MAX_FILE_BYTES);
        let objects: Vec<&str> = files
            .iter()
            .filter_map(|(_, (real, _))| small(real).map(|entry| entry.object.as_str()))
            .collect();
        let mut held = self.git.read(&objects)?.into_iter();
        let mut loaded = Loaded::default();
        for (shown, (real, format)) in files {
            let bytes = small(real).and_then(|_| held.next());
            loaded.add(PathBuf::from(format!("{}:{shown}", self.name)), *format, bytes);
        }
        Ok(Held::Source(loaded))
    }

    /// The artifact at a place, if one lies there.
    fn artifact(&self, place: &str) -> Result<Option<Policy>, Failure> {
        let Some(entry) = self.entries.get(place).filter(|entry| entry.kind == Kind::File) else {
            return Ok(None);
        };
        let bytes = self.git.read(&[&entry.object])?.pop().unwrap_or_default();
        if !bytes.starts_with(&MAGIC) {
            return Ok(None);
        }
        let failed =
            |error| Failure(format!("cannot use `{}:{place}`: {error}; compile the policy again", self.name));
        Policy::load(bytes).map(Some).map_err(failed)
    }

    /// Takes what stands at a place that somebody named.
    fn place(&mut self, place: &str) -> Result<(), Failure> {
        let name = self.name;
        match self.entries.get(place).map(|entry| entry.kind) {
            Some(Kind::File | Kind::Link) => {
                let format = Format::of(Path::new(place)).ok_or_else(|| {
                    Failure(format!(
                        "cannot tell what `{name}:{place}` is: policies end in .policy, .yaml or .yml, and it is no artifact; name one of these"
                    ))
                })?;
                match self.target(place)? {
                    Some(real) if self.entries.contains_key(&real) => {
                        self.found.insert(place.to_owned(), (real, format));
                        Ok(())
                    }
                    _ => Err(self.leads_out(place)),
                }
            }
            Some(Kind::Submodule) => Err(Failure(format!(
                "`{name}:{place}` is a repository of its own; compare its revisions there"
            ))),
            None if self.is_directory(place) => {
                let before = self.found.len();
                self.directory(place, place, 0)?;
                if self.found.len() == before {
                    return Err(Failure(format!(
                        "no policy in `{name}:{place}`: no file there ends in .policy, .yaml or .yml; say with `-p` where it is"
                    )));
                }
                Ok(())
            }
            None => {
                Err(Failure(format!("there is no `{place}` in `{name}`; say with `-p` where the policy is")))
            }
        }
    }

    /// Takes the policy files of a directory and of those in it.
    fn directory(&mut self, real: &str, shown: &str, depth: usize) -> Result<(), Failure> {
        if !self.seen.insert(real.to_owned()) {
            return Ok(());
        }
        let below: Vec<(String, Kind)> =
            self.below(real).map(|(path, entry)| (path.to_owned(), entry.kind)).collect();
        let start = if real.is_empty() { 0 } else { real.len() + 1 };
        for (path, kind) in below {
            let inside = path.get(start..).unwrap_or_default();
            if inside.split('/').any(|part| part.starts_with('.')) {
                continue;
            }
            let name = if shown.is_empty() { inside.to_owned() } else { format!("{shown}/{inside}") };
            if depth + inside.matches('/').count() > MAX_DEPTH {
                return Err(Failure(format!(
                    "directories deeper than {MAX_DEPTH} at `{}:{name}`",
                    self.name
                )));
            }
            match (kind, Format::of(Path::new(&name))) {
                (Kind::File, Some(format)) => {
                    self.found.insert(name, (path, format));
                }
                (Kind::File, None) => {}
                (Kind::Link, format) => self.link(&path, name, format, depth)?,
                (Kind::Submodule, _) => {
                    self.notes
                        .push(format!("`{}:{name}` is a repository of its own and was not read", self.name));
                }
            }
            if self.found.len() > MAX_FILES {
                return Err(Failure(format!(
                    "more than {MAX_FILES} policy files in `{}:{shown}`",
                    self.name
                )));
            }
        }
        Ok(())
    }

    /// Takes what a link in a directory leads to.
    fn link(
        &mut self,
        path: &str,
        shown: String,
        format: Option<Format>,
        depth: usize,
    ) -> Result<(), Failure> {
        let Some(real) = self.target(path)? else {
            if format.is_some() {
                return Err(self.leads_out(&shown));
            }
            self.notes.push(format!(
                "the link `{}:{shown}` leads out of the revision and was not followed",
                self.name
            ));
            return Ok(());
        };
        match (self.entries.contains_key(&real), format) {
            (true, Some(format)) => {
                self.found.insert(shown, (real, format));
                Ok(())
            }
            (true, None) => Ok(()),
            (false, _) => self.directory(&real, &shown, depth + 1),
        }
    }

    /// The file or directory that a path leads to; `None`: it is not in the commit.
    fn target(&self, path: &str) -> Result<Option<String>, Failure> {
        let mut path = path.to_owned();
        for _ in 0..MAX_LINKS {
            let Some(entry) = self.entries.get(&path) else {
                return Ok(self.is_directory(&path).then_some(path));
            };
            match entry.kind {
                Kind::File => return Ok(Some(path)),
                Kind::Submodule => return Ok(None),
                Kind::Link => {}
            }
            let held = self.git.read(&[&entry.object])?.pop().unwrap_or_default();
            let above = Path::new(&path).parent().unwrap_or(Path::new(""));
            let Some(next) = String::from_utf8(held).ok().and_then(|held| normal(&above.join(held))) else {
                return Ok(None);
            };
            path = next;
        }
        Ok(None)
    }

    fn leads_out(&self, shown: &str) -> Failure {
        Failure(format!(
            "`{}:{shown}` is a link that leads out of the revision; compare directories",
            self.name
        ))
    }

    fn is_directory(&self, place: &str) -> bool {
        place.is_empty() || self.below(place).next().is_some()
    }

    /// Everything below a directory, however deep.
    fn below(&self, directory: &str) -> impl Iterator<Item = (&str, &Entry)> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let from = self.entries.range(prefix.clone()..);
        from.take_while(move |(path, _)| path.starts_with(&prefix))
            .map(|(path, entry)| (path.as_str(), entry))
    }
}

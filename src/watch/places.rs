//! Paths > what is there, by the names and stamps of files, and which directories have to be watched. Opens no file.

use crate::load::{InputError, Survey};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What tells two states of a file apart without reading it. The times are compared for being equal and for nothing else, so that
/// no clock has to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    identity: Identity,
    /// When the system last changed anything about it; nobody can set it back.
    changed: (i64, i64),
}

/// Which file it is, whatever its name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    number: (u64, u64),
    created: Option<SystemTime>,
}

impl Identity {
    fn of(metadata: &Metadata) -> Identity {
        #[cfg(unix)]
        let number = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let number = (0, 0);
        // A number is given again to the next file; the time of birth is not.
        Identity { number, created: metadata.created().ok() }
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        #[cfg(unix)]
        let changed = {
            use std::os::unix::fs::MetadataExt;
            (metadata.ctime(), metadata.ctime_nsec())
        };
        #[cfg(not(unix))]
        let changed = (0, 0);
        Stamp {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            identity: Identity::of(metadata),
            changed,
        }
    }
}

/// A state of the files, as far as it shows without reading them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    files: Vec<(PathBuf, Option<Stamp>)>,
    faults: Vec<InputError>,
}

impl State {
    /// Adds the state of other files.
    pub(super) fn add(&mut self, other: State) {
        self.files.extend(other.files);
        self.faults.extend(other.faults);
    }
}

/// The directories to watch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places(BTreeMap<PathBuf, Place>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    identity: Option<Identity>,
    /// The names that matter there; `None`: all.
    only: Option<BTreeSet<OsString>>,
}

/// Looks at `paths`: the state of what is there, and where changes to it can be heard.
pub(super) fn look(paths: &[PathBuf]) -> (State, Places) {
    let Survey { files, directories, faults } = crate::load::survey(paths);
    let mut places = Places::default();
    paths.iter().for_each(|path| places.add_above(path));
    let stamped = |path: PathBuf| {
        let own = fs::symlink_metadata(&path).ok();
        let metadata = match own {
            Some(own) if own.is_symlink() => {
                places.add_target(&path);
                fs::metadata(&path).ok()
            }
            own => own,
        };
        let stamp = metadata.as_ref().map(Stamp::of);
        (path, stamp)
    };
    let files = files.into_iter().map(stamped).collect();
    for directory in directories {
        places.add(directory, None);
    }
    places.identify();
    (State { files, faults }, places)
}

impl Places {
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }

    /// Whether watching the others without it would miss policies: it holds them itself.
    pub(super) fn needs(&self, path: &Path) -> bool {
        let is_whole = |place: &Place| place.only.is_none();
        self.0.get(path).is_some_and(is_whole) || !self.0.values().any(is_whole)
    }

    /// Whether it is one of the directories.
    pub(super) fn holds(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }

    /// Whether what happens at the path may change the policy.
    pub(super) fn concerns(&self, path: &Path) -> bool {
        if self.holds(path) {
            return true;
        }
        let Some(place) = path.parent().and_then(|parent| self.0.get(parent)) else { return false };
        let name = path.file_name();
        place.only.as_ref().is_none_or(|only| name.is_none_or(|name| only.contains(name)))
    }

    /// Adds the places of other files.
    pub(super) fn join(&mut self, other: Places) {
        for (path, Place { identity, only }) in other.0 {
            let place = self.0.entry(path).or_insert_with(|| Place { identity, only: Some(BTreeSet::new()) });
            match (&mut place.only, only) {
                (Some(names), Some(more)) => names.extend(more),
                (names, _) => *names = None,
            }
        }
    }

    #[cfg(test)]
    pub(super) fn of_directory(path: &Path) -> Places {
        let mut places = Places::default();
        places.add(path.to_owned(), None);
        places
    }

    /// Adds a directory in which `name` matters; without a name, all of them.
    fn add(&mut self, directory: PathBuf, name: Option<OsString>) {
        // One place has one spelling, so that names of it in events are found.
        let Ok(directory) = std::path::absolute(directory) else { return };
        match (self.0.entry(directory), name) {
            (place, None) => place.or_default().only = None,
            (Entry::Vacant(place), Some(name)) => {
                place.insert(Place { identity: None, only: Some(BTreeSet::from([name])) });
            }
            (Entry::Occupied(mut place), Some(name)) => {
                if let Some(only) = &mut place.get_mut().only {
                    only.insert(name);
                }
            }
        }
    }

    /// Adds where it shows that `path` becomes another file or directory: what holds it, and what holds the links on the way to it.
    /// While the way ends before it, where it would go on.
    fn add_above(&mut self, path: &Path) {
        let Ok(whole) = std::path::absolute(path) else { return };
        let mut is_last = true;
        for part in whole.ancestors() {
            let (Some(parent), Some(name)) = (part.parent(), part.file_name()) else { break };
            let metadata = fs::symlink_metadata(part).ok();
            let is_link = metadata.as_ref().is_some_and(Metadata::is_symlink);
            let is_next = metadata.is_none() && parent.is_dir();
            if is_last || is_link || is_next {
                self.add(parent.to_owned(), Some(name.to_owned()));
            }
            if is_link {
                self.add_target(part);
            }
            is_last = false;
        }
    }

    /// Adds where the file lies that a link leads to.
    fn add_target(&mut self, link: &Path) {
        let Ok(target) = fs::canonicalize(link) else { return };
        if let (Some(parent), Some(name)) = (target.parent(), target.file_name()) {
            self.add(parent.to_owned(), Some(name.to_owned()));
        }
    }

    /// Notes which directories these are, and forgets those that are none.
    fn identify(&mut self) {
        self.0.retain(|path, place| {
            let metadata = fs::metadata(path).ok().filter(Metadata::is_dir);
            place.identity = metadata.as_ref().map(Identity::of);
            place.identity.is_some()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::write;

    #[track_caller]
    fn names(path: &Path, root: &Path) -> Vec<String> {
        let (_, places) = look(&[path.to_owned()]);
        let inner = places.paths().filter_map(|path| path.strip_prefix(root).ok());
        inner.map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn directories_of_policies_are_watched_and_hidden_ones_are_not() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        fs::create_dir_all(root.join("p/inner")).unwrap();
        fs::create_dir_all(root.join("p/.git/objects")).unwrap();
        write(root.join("p/a.policy"), "").unwrap();
        assert_eq!(names(&root.join("p"), &root), ["", "p", "p/inner"]);
        assert_eq!(names(&root.join("p/a.policy"), &root), ["p"]);
        assert!(look(&[root.join("p/a.policy")]).1.needs(&root.join("p")));
        let (_, places) = look(&[root.join("p")]);
        assert!(places.needs(&root.join("p")) && !places.needs(&root));
        assert!(places.concerns(&root.join("p")) && places.concerns(&root.join("p/inner/x")));
        assert!(!places.concerns(&root.join("other")) && !places.concerns(&root.join("p/.git/objects/x")));
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn what_is_not_there_is_waited_for_where_its_way_ends() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        assert_eq!(names(&root.join("a/b/c"), &root), [""]);
        fs::create_dir_all(root.join("a/b")).unwrap();
        assert_eq!(names(&root.join("a/b/c"), &root), ["a/b"]);
        fs::remove_dir_all(&root).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_are_watched_where_they_stand_and_where_they_lead() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        fs::create_dir_all(root.join("releases/1")).unwrap();
        write(root.join("releases/1/a.policy"), "").unwrap();
        std::os::unix::fs::symlink("releases/1", root.join("current")).unwrap();
        assert_eq!(names(&root.join("current/a.policy"), &root), ["", "current", "releases"]);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn every_write_shows_in_the_state() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a.policy");
        let state = || look(&[root.path().to_owned()]).0;
        let empty = state();
        write(&file, "one").unwrap();
        let one = state();
        assert_ne!(empty, one);
        assert_eq!(one, state());
        let kept = fs::metadata(&file).unwrap().modified().unwrap();
        // As long, and the time set back.
        let beside = root.path().join("beside");
        write(&beside, "two").unwrap();
        fs::File::options().write(true).open(&beside).unwrap().set_modified(kept).unwrap();
        fs::rename(&beside, &file).unwrap();
        assert_ne!(one, state());
    }
}

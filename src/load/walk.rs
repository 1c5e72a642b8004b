//! Paths > policy files. Enters: files and directories. Leaves: files in the order of their paths, each once. Opens none
//! of them.

use super::{InputError, MAX_DEPTH, MAX_FILES};
use crate::source::Format;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// What a walk comes upon.
#[derive(Default)]
struct Found {
    files: Vec<(PathBuf, Format)>,
    /// Those whose children were asked for.
    directories: Vec<PathBuf>,
}

/// All policy files of `paths`; of the current directory if there are none.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Format)>, InputError> {
    let mut all = Found::default();
    if paths.is_empty() {
        directory(Path::new(""), &mut all)?;
    }
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| InputError::of(path, &error))?;
        let path = plain(path);
        if metadata.is_dir() {
            directory(&path, &mut all)?;
        } else if metadata.is_file() {
            let format = Format::of(&path).ok_or_else(|| InputError::UnknownEnding(path.clone()))?;
            all.files.push((path, format));
        } else {
            return Err(InputError::NeitherFileNorDirectory(path));
        }
    }
    let mut found = all.files;
    // Sorted before the doubles go, so that the order of the arguments decides nothing.
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut seen = BTreeSet::new();
    let mut files = Vec::with_capacity(found.len());
    for (path, format) in found {
        let real = fs::canonicalize(&path).map_err(|error| InputError::of(&path, &error))?;
        if seen.insert(real) {
            files.push((path, format));
        }
    }
    Ok(files)
}

/// What is at `paths`, unread, as far as it can be seen: where [`files`] would stop, this goes on.
#[cfg(feature = "watch")]
pub(crate) fn survey(paths: &[PathBuf]) -> super::Survey {
    let mut all = Found::default();
    let mut faults = Vec::new();
    let mut named = Vec::new();
    let here = [PathBuf::new()];
    for path in if paths.is_empty() { &here[..] } else { paths } {
        match fs::metadata(self::here(path)) {
            Ok(metadata) if metadata.is_dir() => faults.extend(directory(&plain(path), &mut all).err()),
            Ok(_) => named.push(path.clone()),
            Err(error) => faults.push(InputError::of(path, &error)),
        }
    }
    let mut files: Vec<PathBuf> = all.files.into_iter().map(|(path, _)| path).chain(named).collect();
    files.sort();
    files.dedup();
    super::Survey { files, directories: all.directories, faults }
}

/// Adds the policy files below `root`; it must hold at least one. The empty path is the current directory.
fn directory(root: &Path, found: &mut Found) -> Result<(), InputError> {
    let before = found.files.len();
    let mut seen = BTreeSet::new();
    let mut pending = vec![(root.to_owned(), 0)];
    while let Some((path, depth)) = pending.pop() {
        let opened = here(&path);
        let real = fs::canonicalize(opened).map_err(|error| InputError::of(opened, &error))?;
        // A link may lead back to a directory above it.
        if !seen.insert(real) {
            continue;
        }
        if depth > MAX_DEPTH {
            return Err(InputError::TooDeep(path));
        }
        found.directories.push(opened.to_owned());
        let mut inner = Vec::new();
        for child in children(opened, &path)? {
            sort_child(child, &mut found.files, &mut inner)?;
            if found.files.len() > MAX_FILES {
                return Err(InputError::TooManyFiles(here(root).to_owned()));
            }
        }
        // The last one pushed is the first one visited.
        pending.extend(inner.into_iter().rev().map(|child| (child, depth + 1)));
    }
    if found.files.len() == before {
        return Err(InputError::NoPolicy(here(root).to_owned()));
    }
    Ok(())
}

/// The path as the system wants it; reports show names in the current directory without `./`.
fn here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// A path without its `.`, so that `.` and `./policies` are shown as the same files are without them.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|component| *component != Component::CurDir).collect()
}

/// What is in a directory and not hidden, by name.
fn children(opened: &Path, shown: &Path) -> Result<Vec<PathBuf>, InputError> {
    let failed = |error| InputError::of(opened, &error);
    let mut children = Vec::new();
    for entry in fs::read_dir(opened).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if !name.as_encoded_bytes().starts_with(b".") {
            children.push(shown.join(name));
        }
    }
    children.sort();
    Ok(children)
}

/// Puts a child where it belongs; what is neither a directory nor has a policy's ending is passed over.
fn sort_child(
    path: PathBuf,
    found: &mut Vec<(PathBuf, Format)>,
    directories: &mut Vec<PathBuf>,
) -> Result<(), InputError> {
    let format = Format::of(&path);
    match (fs::metadata(&path), format) {
        (Ok(metadata), _) if metadata.is_dir() => directories.push(path),
        (Ok(metadata), Some(format)) if metadata.is_file() => found.push((path, format)),
        (Ok(_), Some(_)) => return Err(InputError::NeitherFileNorDirectory(path)),
        (Err(error), Some(_)) => return Err(InputError::of(&path, &error)),
        (_, None) => {}
    }
    Ok(())
}

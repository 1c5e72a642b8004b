//! Bytes > files, each as a whole or not at all, and those of one command all or none.
//!
//! Enters: paths and what they are to hold. Leaves: the files, or what was there before; also when the process is ended by a signal.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::{NamedTempFile, TempPath};

/// What lies in the file system that is not there to stay: there is one of it, as a signal is one for the whole process.
static BEGUN: Mutex<Unfinished> =
    Mutex::new(Unfinished { files: BTreeSet::new(), directories: Vec::new(), is_done: false });

struct Unfinished {
    /// Files beside the places for which they are meant.
    files: BTreeSet<PathBuf>,
    /// Directories that were made for them, the outer before the inner.
    directories: Vec<PathBuf>,
    /// Whether files came to their places.
    is_done: bool,
}

/// What was begun when a process was told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// No file.
    Nothing,
    /// Files that are gone again.
    Removed,
    /// Files that are in their places.
    Done,
}

fn unfinished() -> MutexGuard<'static, Unfinished> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Unfinished {
    fn remove(&mut self) {
        for file in std::mem::take(&mut self.files) {
            // It may be gone already, and nobody is left to be told.
            let _ = fs::remove_file(file);
        }
        for directory in std::mem::take(&mut self.directories).iter().rev() {
            // What others put there in the meantime keeps it.
            let _ = fs::remove_dir(directory);
        }
    }
}

/// Takes away what is not finished. From then on nothing is begun or finished: whoever tries waits, until the process ends.
pub(super) fn abandon() -> Begun {
    let mut unfinished = unfinished();
    let begun = match (unfinished.is_done, unfinished.files.is_empty()) {
        (true, _) => Begun::Done,
        (false, true) => Begun::Nothing,
        (false, false) => Begun::Removed,
    };
    unfinished.remove();
    std::mem::forget(unfinished);
    begun
}

/// The new content of a file, written beside it.
pub(super) struct Staged {
    /// Taken when it comes to its place.
    file: Option<TempPath>,
    path: PathBuf,
}

impl Staged {
    /// Writes all bytes beside `path`, which stays as it is. Dropped, nothing is left of them.
    pub(super) fn new(path: &Path, bytes: &[u8]) -> io::Result<Staged> {
        // Beside its place, as only a rename within a file system is one step.
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        builder.prefix(".policyc-");
        let permissions = permissions(path);
        if let Some(permissions) = &permissions {
            builder.permissions(permissions.clone());
        }
        let file = begin(&builder, directory.unwrap_or(Path::new(".")))?;
        let (mut content, file) = file.into_parts();
        let staged = Staged { file: Some(file), path: path.to_owned() };
        content.write_all(bytes)?;
        // Else a crash may leave the name with an empty file behind it.
        content.sync_all()?;
        Ok(staged)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            let mut unfinished = unfinished();
            unfinished.files.remove(&*file);
            drop(file);
        }
    }
}

fn begin(builder: &tempfile::Builder<'_, '_>, directory: &Path) -> io::Result<NamedTempFile> {
    let mut unfinished = unfinished();
    let file = builder.tempfile_in(directory)?;
    unfinished.files.insert(file.path().to_owned());
    Ok(file)
}

/// Makes a directory and those above it. Unless files come to their places, they go again.
pub(super) fn directory(path: &Path) -> io::Result<()> {
    let mut unfinished = unfinished();
    let missing = path.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists());
    let mut missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
    missing.reverse();
    fs::create_dir_all(path)?;
    unfinished.directories.append(&mut missing);
    Ok(())
}

/// Why files did not come to their places.
pub(super) struct NotPlaced {
    /// The first that did not; those before it did.
    pub(super) path: PathBuf,
    pub(super) at: usize,
    pub(super) error: io::Error,
}

/// Puts all of them in the places of what is there. A signal waits for the last one.
pub(super) fn place(mut all: Vec<Staged>) -> Result<(), NotPlaced> {
    // Dropped before what is left of `all`, which needs it then.
    let mut unfinished = unfinished();
    for (at, staged) in all.iter_mut().enumerate() {
        let Some(file) = staged.file.take() else { continue };
        let name = file.to_path_buf();
        if let Err(error) = file.persist(&staged.path) {
            unfinished.files.remove(&name);
            return Err(NotPlaced { path: std::mem::take(&mut staged.path), at, error: error.error });
        }
        unfinished.files.remove(&name);
        unfinished.is_done = true;
    }
    unfinished.directories.clear();
    Ok(())
}

/// Takes away what a command that failed did not finish.
pub(super) fn tidy() {
    unfinished().remove();
}

/// Those of a new file, which the umask narrows, or of the file that is replaced; a temporary file's own shut out everybody else.
#[cfg(unix)]
fn permissions(path: &Path) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    let old = fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o777);
    Some(Permissions::from_mode(old.unwrap_or(0o666)))
}

#[cfg(not(unix))]
fn permissions(_path: &Path) -> Option<Permissions> {
    None
}

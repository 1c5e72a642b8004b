//! Bytes > a file, as a whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The new content of a file, written beside it.
pub(super) struct Staged {
    file: NamedTempFile,
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
        let mut file = builder.tempfile_in(directory.unwrap_or(Path::new(".")))?;
        file.write_all(bytes)?;
        // Else a crash may leave the name with an empty file behind it.
        file.as_file().sync_all()?;
        Ok(Staged { file, path: path.to_owned() })
    }

    /// Puts the bytes in the place of what is there.
    pub(super) fn persist(self) -> io::Result<()> {
        self.file.persist(&self.path).map(drop).map_err(|error| error.error)
    }
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

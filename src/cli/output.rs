//! Where a command writes what it was asked for: the standard output, or a file, which is written as a whole or not at all.

use super::replace::{self, Staged};
use super::terminal::{Color, Stream, Style, Terminal, captured, clean};
use super::{Failure, report};
use crate::load;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes to the file, and says so, or to the standard output. A file that is a source of the policy is refused.
pub(super) fn deliver<'s>(
    file: Option<&Path>,
    sources: impl Iterator<Item = &'s Path>,
    terminal: &mut Terminal,
    write: impl FnOnce(&mut Stream) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Some(file) = file else { return write(&mut terminal.out) };
    let target = Target::of(file, sources)?;
    let (written, bytes) = captured(Style::plain(Color::Never), write);
    written?;
    target.write(&bytes)?;
    let size = report::count(bytes.len(), "byte");
    terminal.out.line(&format!("wrote {}: {size}", clean(&file.to_string_lossy())));
    Ok(())
}

/// A file that is to be written.
pub(super) struct Target {
    /// As it was named.
    named: PathBuf,
    kind: Kind,
}

enum Kind {
    /// A file, there or not; links are followed.
    File(PathBuf),
    /// A device or a pipe, which nothing may replace.
    Device,
}

impl Target {
    /// Refuses what can be no file of its own: a directory, or one of the sources.
    pub(super) fn of<'s>(
        path: &Path,
        mut sources: impl Iterator<Item = &'s Path>,
    ) -> Result<Target, Failure> {
        let kind = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                let path = path.display();
                return Err(Failure(format!("cannot write `{path}`: it is a directory; name a file in it")));
            }
            Ok(metadata) if !metadata.is_file() => Kind::Device,
            Ok(_) => {
                let real = fs::canonicalize(path).map_err(|error| unwritable(path, &error))?;
                let overwrites = |source: &Path| fs::canonicalize(source).is_ok_and(|source| source == real);
                if sources.any(overwrites) {
                    let path = path.display();
                    let text =
                        format!("cannot write `{path}`: it is a source of this policy; name another file");
                    return Err(Failure(text));
                }
                Kind::File(real)
            }
            Err(_) => Kind::File(path.to_owned()),
        };
        Ok(Target { named: path.to_owned(), kind })
    }

    /// Writes all bytes, or leaves what is there.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match &self.kind {
            Kind::Device => {
                File::options().write(true).open(&self.named).and_then(|mut device| device.write_all(bytes))
            }
            Kind::File(path) => {
                Staged::new(path, bytes).and_then(|file| replace::place(vec![file]).map_err(|not| not.error))
            }
        };
        written.map_err(|error| unwritable(&self.named, &error))
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "its directory does not exist".to_owned(),
        _ => load::reason(error),
    };
    Failure(format!("cannot write `{}`: {reason}; give another file with `-o`", path.display()))
}

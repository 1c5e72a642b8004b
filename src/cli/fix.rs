//! Fixed texts > files. Enters: what was loaded and what it became. Leaves: every changed file replaced, or none.

use super::Failure;
use super::replace::Staged;
use crate::load::{self, Fixed};
use crate::source::Sources;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes what was changed. All files are written beside their places before the first one is replaced, so that what can't
/// be written keeps the others as they are: they are one policy.
pub(super) fn write(before: &Sources, fixed: &Fixed) -> Result<(), Failure> {
    let mut staged = Vec::with_capacity(fixed.changed.len());
    for &id in &fixed.changed {
        let (Some(old), Some(new)) = (before.get(id), fixed.loaded.sources.get(id)) else { continue };
        staged.push((stage(&old.path, &old.text, &new.text)?, &old.path));
    }
    let mut written: Vec<&PathBuf> = Vec::new();
    for (file, path) in staged {
        if let Err(error) = file.persist() {
            let done: String =
                written.iter().map(|path| format!("; `{}` is fixed", path.display())).collect();
            return Err(Failure(format!("{}{done}", unwritable(path, &load::reason(&error)))));
        }
        written.push(path);
    }
    Ok(())
}

fn stage(path: &Path, old: &str, new: &str) -> Result<Staged, Failure> {
    let failed = |error: io::Error| nothing(path, &load::reason(&error));
    // A link stays one: what it leads to is written.
    let real = fs::canonicalize(path).map_err(failed)?;
    let content = fs::read(&real).map_err(failed)?;
    let text = content.strip_prefix(BYTE_ORDER_MARK.as_bytes());
    if text.unwrap_or(&content) != old.as_bytes() {
        return Err(nothing(path, "it was changed in the meantime"));
    }
    // A rename would replace it all the same.
    if fs::metadata(&real).map_err(failed)?.permissions().readonly() {
        return Err(nothing(path, "it may only be read"));
    }
    let mark = if text.is_some() { BYTE_ORDER_MARK } else { "" };
    Staged::new(&real, format!("{mark}{new}").as_bytes()).map_err(failed)
}

fn nothing(path: &Path, reason: &str) -> Failure {
    Failure(format!("{}, and no file was changed; see to it and try again", unwritable(path, reason)))
}

fn unwritable(path: &Path, reason: &str) -> String {
    format!("cannot write `{}`: {reason}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_in_the_meantime_stays() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.policy");
        let content = |text: &str| fs::write(&path, text).expect("a file");
        content("\u{feff}group a\n");
        stage(&path, "group a\n", "group b\n")
            .and_then(|file| file.persist().map_err(|_| unreachable()))
            .expect("written");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "\u{feff}group b\n");
        content("group c\n");
        let Err(Failure(message)) = stage(&path, "group b\n", "group d\n") else { panic!("it was written") };
        assert!(message.contains("it was changed in the meantime"), "{message}");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "group c\n");
    }

    fn unreachable() -> Failure {
        Failure("the file could not be replaced".to_owned())
    }
}

//! New texts > files. Enters: files, what they held and what they are to hold. Leaves: every one of them replaced, or none.

use super::Failure;
use super::replace::{self, Staged};
use crate::load;
use std::fs;
use std::io;
use std::path::Path;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file with another text.
pub(super) struct Change<'a> {
    pub(super) path: &'a Path,
    pub(super) old: &'a str,
    pub(super) new: &'a str,
}

/// Writes what was changed. All files are written beside their places before the first one is replaced, so that what can't
/// be written keeps the others as they are: they are one policy. `done` says what was done with those that were written before
/// a failure.
pub(super) fn write<'a>(changes: impl Iterator<Item = Change<'a>>, done: &str) -> Result<(), Failure> {
    let mut paths: Vec<&Path> = Vec::new();
    let staged = changes.map(|change| {
        paths.push(change.path);
        stage(change.path, change.old, change.new)
    });
    let staged: Vec<Staged> = staged.collect::<Result<_, Failure>>()?;
    replace::place(staged).map_err(|not| {
        let written = paths.iter().take(not.at);
        let done: String = written.map(|path| format!("; `{}` is {done}", path.display())).collect();
        let path = paths.get(not.at).copied().unwrap_or(&not.path);
        Failure(format!("{}{done}; see to it and try again", unwritable(path, &load::reason(&not.error))))
    })
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
            .and_then(|file| replace::place(vec![file]).map_err(|_| unreachable()))
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

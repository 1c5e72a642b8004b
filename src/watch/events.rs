//! File events; the one file that names notify.
//!
//! A watch on a file dies with the first save by rename, so directories are watched: each directory of the policy and its parent,
//! and the directory of each file. What an event says is not looked at: contents decide.

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};

/// A running watch; it ends when dropped.
#[derive(Debug)]
pub(super) struct Events {
    _watcher: RecommendedWatcher,
}

impl Events {
    /// Calls `changed` for every change at or beside `paths`.
    pub(super) fn watch(
        paths: &[PathBuf],
        changed: impl Fn() + Send + 'static,
    ) -> Result<Events, notify::Error> {
        let mut watcher = notify::recommended_watcher(move |event: Result<Event, notify::Error>| {
            // Reading the files is an event too; what went wrong with watching is a reason to look.
            if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                changed();
            }
        })?;
        for (path, mode) in watched(paths) {
            watcher.watch(&path, mode)?;
        }
        Ok(Events { _watcher: watcher })
    }
}

/// What is to be watched, sorted, each once.
fn watched(paths: &[PathBuf]) -> Vec<(PathBuf, RecursiveMode)> {
    let here = [PathBuf::from(".")];
    let mut found = Vec::new();
    for path in if paths.is_empty() { &here[..] } else { paths } {
        if path.is_dir() {
            found.push((path.clone(), RecursiveMode::Recursive));
        }
        let parent = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
        if path != Path::new(".") {
            found.push((parent.to_path_buf(), RecursiveMode::NonRecursive));
        }
    }
    found.sort_by(|a, b| {
        (&a.0, a.1 == RecursiveMode::NonRecursive).cmp(&(&b.0, b.1 == RecursiveMode::NonRecursive))
    });
    found.dedup_by(|again, first| again.0 == first.0);
    found
}

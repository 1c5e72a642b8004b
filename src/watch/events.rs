//! File events; the one file that names notify.
//!
//! Enters: places. Leaves: a signal for each change there. What an event says is hardly looked at: contents decide.

use super::places::Places;
use super::signal::Signal;
use notify::event::{EventKind, ModifyKind};
use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::Path;
use std::sync::Arc;

/// A running watch; it ends when dropped.
pub(super) type Watch = Box<dyn Send>;

/// Watches directories, each alone: a watch on a file dies with the first save by rename, and one that descends by itself would
/// follow what is hidden and no links.
///
/// # Errors
///
/// Why the system will not tell, as for a person.
pub(super) fn watch(places: &Places, signal: &Arc<Signal>) -> Result<Watch, String> {
    let mut watcher = {
        let (places, signal) = (places.clone(), Arc::clone(signal));
        notify::recommended_watcher(move |event| hear(event, &places, &signal))
            .map_err(|error| reason(&error))?
    };
    for path in places.paths() {
        match watcher.watch(path, RecursiveMode::NonRecursive) {
            // It went between the look and the watch: there is going to be another look.
            Err(_) if !path.is_dir() => signal.lost(),
            // Who may pass through a directory need not be allowed to watch it; what changes there is found by looking.
            Err(error) if !matches!(error.kind, ErrorKind::MaxFilesWatch) && !places.needs(path) => {}
            Err(error) => return Err(reason(&error)),
            Ok(()) => {}
        }
    }
    Ok(Box::new(watcher) as Box<RecommendedWatcher>)
}

fn reason(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => "the system's limit of watches is reached".to_owned(),
        ErrorKind::Io(error) => crate::load::reason(error),
        _ => error.to_string(),
    }
}

fn hear(event: Result<Event, notify::Error>, places: &Places, signal: &Signal) {
    let Ok(event) = event else { return signal.lost() };
    // Events that were dropped, for there were too many.
    if event.need_rescan() {
        return signal.lost();
    }
    // Reading the files is an event too.
    if matches!(event.kind, EventKind::Access(_)) {
        return;
    }
    let moves = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
    if moves && event.paths.iter().any(|path| places.holds(path)) {
        return signal.lost();
    }
    let concerns = |path: &Path| places.concerns(path);
    if event.paths.is_empty() || event.paths.iter().any(|path| concerns(path)) {
        signal.changed();
    }
}

#[cfg(test)]
mod tests {
    use super::super::signal::Woken;
    use super::*;
    use notify::event::{AccessKind, CreateKind, Flag, RemoveKind};
    use std::time::Duration;

    /// Whether an event wakes, and whether the watch counts as blind afterwards.
    #[track_caller]
    fn heard(event: Result<Event, notify::Error>) -> (bool, bool) {
        let places = Places::of_directory(Path::new("/policies"));
        let (signal, woken) = Signal::new();
        hear(event, &places, &signal);
        (signal.wait(&woken, Duration::ZERO) == Woken::Changed, signal.take_lost())
    }

    #[test]
    fn a_queue_that_ran_over_means_looking_at_everything() {
        assert_eq!(heard(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan))), (true, true));
        assert_eq!(heard(Err(notify::Error::generic("lost"))), (true, true));
    }

    #[test]
    fn a_watched_directory_that_goes_makes_blind() {
        let gone = Event::new(EventKind::Remove(RemoveKind::Folder)).add_path("/policies".into());
        assert_eq!(heard(Ok(gone)), (true, true));
    }

    #[test]
    fn reading_is_no_change() {
        let read = Event::new(EventKind::Access(AccessKind::Read)).add_path("/policies/a.policy".into());
        assert_eq!(heard(Ok(read)), (false, false));
        let created = Event::new(EventKind::Create(CreateKind::File)).add_path("/policies/a.policy".into());
        assert_eq!(heard(Ok(created)), (true, false));
        let elsewhere = Event::new(EventKind::Create(CreateKind::File)).add_path("/else/a.policy".into());
        assert_eq!(heard(Ok(elsewhere)), (false, false));
    }
}

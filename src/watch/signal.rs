//! What wakes the worker. However much happens, it takes one place: what happened is found in the files.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// The end that calls.
#[derive(Debug)]
pub(super) struct Signal {
    wake: SyncSender<()>,
    /// The watch may no longer see everything.
    lost: AtomicBool,
    /// Somebody asks for another attempt whatever the files say.
    again: AtomicBool,
    stop: AtomicBool,
}

/// Why the worker woke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// Something may have changed.
    Changed,
    /// Nothing was heard for that long.
    Quiet,
    /// There is nothing more to do.
    Stopped,
}

impl Signal {
    pub(super) fn new() -> (Signal, Receiver<()>) {
        let (wake, woken) = sync_channel(1);
        let off = || AtomicBool::new(false);
        (Signal { wake, lost: off(), again: off(), stop: off() }, woken)
    }

    /// Something may have changed.
    pub(super) fn changed(&self) {
        // If there is no place, the worker has yet to wake for the one before, and will see this too.
        let _ = self.wake.try_send(());
    }

    /// Something may have changed, and the watch may be blind from here on.
    pub(super) fn lost(&self) {
        self.lost.store(true, Ordering::Release);
        self.changed();
    }

    /// Another attempt is wanted.
    pub(super) fn again(&self) {
        self.again.store(true, Ordering::Release);
        self.changed();
    }

    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.changed();
    }

    pub(super) fn take_lost(&self) -> bool {
        self.lost.swap(false, Ordering::AcqRel)
    }

    pub(super) fn take_again(&self) -> bool {
        self.again.swap(false, Ordering::AcqRel)
    }

    pub(super) fn wait(&self, woken: &Receiver<()>, longest: Duration) -> Woken {
        let heard = woken.recv_timeout(longest);
        match heard {
            _ if self.stop.load(Ordering::Acquire) => Woken::Stopped,
            Ok(()) => Woken::Changed,
            Err(RecvTimeoutError::Timeout) => Woken::Quiet,
            Err(RecvTimeoutError::Disconnected) => Woken::Stopped,
        }
    }
}

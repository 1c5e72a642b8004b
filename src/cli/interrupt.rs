//! Ctrl-C and its like: files that were begun are taken away, and the process ends as the system expects it.
//!
//! Enters: signals. Leaves: no half of anything. Signals that whoever started the process told it to ignore, as `nohup` does, stay
//! ignored where that can be seen.

use super::progress::Progress;
use super::replace::{self, Begun};

/// What is done at a signal.
pub(super) type Handler = Box<dyn FnMut(Signal) + Send>;

/// A signal that ends processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signal(i32);

/// Ends the process at a signal, after what it has begun to write is gone. Where no handler can be set, the system ends it.
pub(super) fn tidy(progress: Progress) {
    let handler: Handler = Box::new(move |signal| {
        // Nothing is begun or finished any more while this is held, which is until the end.
        let begun = replace::abandon();
        progress.rest();
        let what = match begun {
            Begun::Nothing => "interrupted",
            Begun::Removed => "interrupted; no file was changed",
            Begun::Done => "interrupted; the files were written before",
        };
        // Nobody may be there to read it.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{what}\n").as_bytes());
        signal.end();
    });
    let _ = system::set(handler);
}

/// Has the handler run at each signal.
pub(super) fn on_signal(handler: Handler) -> Result<(), String> {
    system::set(handler)
}

#[cfg(unix)]
mod system {
    use super::{Handler, Signal};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::thread;

    pub(super) fn set(mut handler: Handler) -> Result<(), String> {
        let ignored = ignored();
        let wanted =
            [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| (ignored >> (signal - 1)) & 1 == 0);
        let mut signals = Signals::new(wanted).map_err(|error| crate::load::reason(&error))?;
        let run = move || signals.forever().for_each(|signal| handler(Signal(signal)));
        thread::Builder::new().spawn(run).map(drop).map_err(|error| crate::load::reason(&error))
    }

    /// The signals that were ignored when the process began, a bit each. Only Linux tells.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }

    impl Signal {
        /// Ends the process by the signal itself, so that a shell that runs it in a loop ends too.
        pub(in crate::cli) fn end(self) {
            let _ = signal_hook::low_level::emulate_default_handler(self.0);
            std::process::exit(128 + self.0);
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::{Handler, Signal};

    /// The number that Ctrl-C has elsewhere.
    const INTERRUPTED: i32 = 2;

    pub(super) fn set(mut handler: Handler) -> Result<(), String> {
        ctrlc::set_handler(move || handler(Signal(INTERRUPTED))).map_err(|error| error.to_string())
    }

    impl Signal {
        pub(in crate::cli) fn end(self) {
            std::process::exit(128 + self.0);
        }
    }
}

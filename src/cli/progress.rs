//! What a command is at, told while it takes long.
//!
//! Enters: what is being done, at the borders of phases. Leaves: a line on the error stream, and only if that is a terminal that a person
//! may look at: after a second of silence, gone again before anything else is printed. Knows nothing of what the work is.

use super::terminal::{is_dumb, is_set, width_of_terminal};
use crate::compile::Phase;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long nothing is to be seen before the line appears. Seconds are counted in the line, so it changes as often.
const SILENCE: Duration = Duration::from_secs(1);

/// A line about what is being done. Clones are the same line.
#[derive(Clone, Default)]
pub(super) struct Progress(Option<Arc<Shared>>);

struct Shared {
    line: Mutex<Line>,
    changed: Condvar,
}

struct Line {
    /// What is being done; `None`: nothing that is worth a word.
    work: Option<&'static str>,
    /// Since when the command runs.
    start: Instant,
    /// Since when nothing was printed.
    silent: Instant,
    /// How many columns of the line are on the terminal.
    shown: usize,
    /// Whether nothing is being printed, and what was printed ended its line.
    is_free: bool,
    /// Whether there is a thread that draws.
    is_drawn: bool,
    width: usize,
}

impl Progress {
    /// Of a command that begins now. Nobody is told where nobody looks: into a file, a pipe or the log of a pipeline.
    pub(super) fn new() -> Progress {
        let is_watched = io::stderr().is_terminal() && !is_dumb() && !is_set("CI");
        if !is_watched {
            return Progress(None);
        }
        let now = Instant::now();
        let width = width_of_terminal();
        let line =
            Line { work: None, start: now, silent: now, shown: 0, is_free: true, is_drawn: false, width };
        Progress(Some(Arc::new(Shared { line: Mutex::new(line), changed: Condvar::new() })))
    }

    /// Says what is done from now on.
    pub(super) fn at(&self, work: &'static str) {
        self.set(Some(work));
    }

    /// Says that nothing is done that anybody waits for.
    pub(super) fn rest(&self) {
        self.set(None);
    }

    /// As [`Progress::at`], for the phases of compiling.
    pub(super) fn compiling(&self) -> impl Fn(Phase) + '_ {
        |phase| {
            self.at(match phase {
                Phase::Parse => "reading the policy",
                Phase::Resolve => "looking up names",
                Phase::Validate => "checking the rules",
                Phase::Lower => "compiling",
                Phase::Prove => "proving claims",
            });
        }
    }

    /// As [`Progress::at`], while the standard input is read. Whoever types it waits for nothing.
    pub(super) fn waiting_for_input(&self) {
        let is_typed = io::stdin().is_terminal();
        self.set((!is_typed).then_some("reading the standard input"));
    }

    fn set(&self, work: Option<&'static str>) {
        let Some(shared) = &self.0 else { return };
        let mut line = shared.lock();
        if line.work.is_none() {
            line.start = Instant::now();
            line.silent = line.start;
        }
        line.work = work;
        if work.is_none() {
            line.erase();
        } else if !line.is_drawn {
            let drawing = Arc::clone(shared);
            // Where no thread is to be had, the work is done in silence.
            line.is_drawn = thread::Builder::new().spawn(move || drawing.draw()).is_ok();
        }
        shared.changed.notify_one();
    }

    /// Prints beside the line, which is gone meanwhile; `bytes` are what is printed. Nothing is locked by then: a pager may take long.
    pub(super) fn beside<T>(&self, bytes: &[u8], print: impl FnOnce() -> T) -> T {
        let Some(shared) = &self.0 else { return print() };
        let mut line = shared.lock();
        line.erase();
        line.is_free = false;
        drop(line);
        let printed = print();
        let mut line = shared.lock();
        line.silent = Instant::now();
        line.is_free = bytes.last().is_none_or(|&last| last == b'\n');
        printed
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws for as long as the process runs.
    fn draw(&self) {
        let mut line = self.lock();
        loop {
            let silent = line.silent.elapsed();
            line = if line.work.is_none() {
                self.changed.wait(line).unwrap_or_else(PoisonError::into_inner)
            } else {
                if silent >= SILENCE {
                    line.draw();
                }
                // Until the second is full.
                let past = if silent < SILENCE { silent } else { line.start.elapsed() };
                let part = Duration::from_nanos(u64::from(past.subsec_nanos()));
                let wait = SILENCE.saturating_sub(part).max(Duration::from_millis(10));
                self.changed.wait_timeout(line, wait).unwrap_or_else(PoisonError::into_inner).0
            };
        }
    }
}

impl Line {
    fn draw(&mut self) {
        let Some(work) = self.work.filter(|_| self.is_free) else { return };
        let seconds = self.start.elapsed().as_secs();
        // The last column stays free: some terminals begin a new line behind it.
        let text: String =
            format!("{work}... {seconds} s").chars().take(self.width.saturating_sub(1)).collect();
        let rest = " ".repeat(self.shown.saturating_sub(text.len()));
        put(&format!("\r{text}{rest}"));
        self.shown = text.len().max(self.shown);
    }

    /// Blanks instead of a code for erasing: every terminal has them.
    fn erase(&mut self) {
        if self.shown > 0 {
            put(&format!("\r{}\r", " ".repeat(self.shown)));
            self.shown = 0;
        }
    }
}

/// Whoever can't be told has to wait without a word.
fn put(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes());
    let _ = err.flush();
}

//! Work on two cores, the same result as on one.
//!
//! Enters: work. Leaves: what comes of it, in the order of the work whoever did it. Knows nothing of what the work is.

use std::thread;

/// How many threads can work at a time.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What comes of two pieces of work; the second is done by another thread if it is worth one and there is one.
pub(crate) fn both<A, B: Send>(
    is_worth_it: bool,
    first: impl FnOnce() -> A,
    second: impl Fn() -> B + Sync,
) -> (A, B) {
    if !is_worth_it || cores() < 2 {
        return (first(), second());
    }
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, &second);
        let first = first();
        // Where no thread is to be had, this one does it all.
        let second = other.map_or_else(|_| second(), join);
        (first, second)
    })
}

/// What comes of a thread. If it panicked, this one does.
pub(crate) fn join<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

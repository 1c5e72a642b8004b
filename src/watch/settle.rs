//! When a burst of changes is over: a pure function of times.

use std::time::{Duration, Instant};

/// Quiet that ends a burst.
const QUIET: Duration = Duration::from_millis(40);
/// The longest that a burst may put off a reload.
const PATIENCE: Duration = Duration::from_millis(500);

/// A burst of changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settling {
    first: Instant,
    last: Instant,
}

impl Settling {
    /// The first change.
    pub(super) fn begin(now: Instant) -> Settling {
        Settling { first: now, last: now }
    }

    /// One more.
    pub(super) fn change(&mut self, now: Instant) {
        self.last = now;
    }

    /// How long to wait for another before it is over; zero: it is.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        let quiet = (self.last + QUIET).saturating_duration_since(now);
        quiet.min((self.first + PATIENCE).saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_ends_with_quiet() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut burst = Settling::begin(start);
        burst.change(at(30));
        assert_eq!(burst.wait(at(30)), QUIET);
        assert_eq!(burst.wait(at(60)), Duration::from_millis(10));
        assert_eq!(burst.wait(at(70)), Duration::ZERO);
    }

    #[test]
    fn an_endless_burst_ends_with_patience() {
        let start = Instant::now();
        let mut burst = Settling::begin(start);
        burst.change(start + Duration::from_millis(499));
        assert_eq!(burst.wait(start + Duration::from_millis(499)), Duration::from_millis(1));
        assert_eq!(burst.wait(start + PATIENCE), Duration::ZERO);
    }
}

//! When a burst of changes is over: a pure function of times.

use std::time::{Duration, Instant};

/// How long a burst may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Quiet that ends it.
    pub(super) quiet: Duration,
    /// The longest that it may put off a reload.
    pub(super) patience: Duration,
}

/// A burst of changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settling {
    pace: Pace,
    first: Instant,
    last: Instant,
}

impl Settling {
    /// The first change.
    pub(super) fn begin(pace: Pace, now: Instant) -> Settling {
        Settling { pace, first: now, last: now }
    }

    /// One more.
    pub(super) fn change(&mut self, now: Instant) {
        self.last = self.last.max(now);
    }

    /// How long to wait for another before it is over; zero: it is.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        let left =
            |since: Instant, whole: Duration| whole.saturating_sub(now.saturating_duration_since(since));
        left(self.last, self.pace.quiet).min(left(self.first, self.pace.patience))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { quiet: Duration::from_millis(40), patience: Duration::from_millis(500) };

    #[test]
    fn a_burst_ends_with_quiet() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut burst = Settling::begin(PACE, start);
        burst.change(at(30));
        assert_eq!(burst.wait(at(30)), PACE.quiet);
        assert_eq!(burst.wait(at(60)), Duration::from_millis(10));
        assert_eq!(burst.wait(at(70)), Duration::ZERO);
        assert_eq!(burst.wait(at(7_000)), Duration::ZERO);
    }

    #[test]
    fn an_endless_burst_ends_with_patience() {
        let start = Instant::now();
        let mut burst = Settling::begin(PACE, start);
        burst.change(start + Duration::from_millis(499));
        assert_eq!(burst.wait(start + Duration::from_millis(499)), Duration::from_millis(1));
        assert_eq!(burst.wait(start + PACE.patience), Duration::ZERO);
    }

    #[test]
    fn a_time_before_the_last_changes_nothing() {
        let start = Instant::now();
        let later = start + Duration::from_millis(20);
        let mut burst = Settling::begin(PACE, later);
        burst.change(start);
        assert_eq!(burst.wait(start), PACE.quiet);
        assert_eq!(burst.wait(later), PACE.quiet);
    }

    #[test]
    fn the_longest_times_do_not_overflow() {
        let start = Instant::now();
        let burst = Settling::begin(Pace { quiet: Duration::MAX, patience: Duration::MAX }, start);
        assert_eq!(burst.wait(start), Duration::MAX);
    }
}

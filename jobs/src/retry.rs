//! Trying again: after which attempt how long to wait, as tables, and the waiting itself.
//!
//! There is no jitter: the ledger and the claims let one process begin, however many wake at the same time.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How long to wait after each attempt that failed: the last attempt, counted from 1, for which a wait holds, and the wait. The
/// attempt after the last of them is not repeated.
#[derive(Clone, Copy, Debug)]
pub struct Backoff(&'static [(i32, TimeDelta)]);

/// The mark of a wait that holds for every further attempt.
const ALL_FURTHER: i32 = i32::MAX;

/// After a failed run of a job, for about a day. Attempts that were killed count, so that a run which takes the whole process
/// down with it does not do so for ever.
///
/// | failed attempt | wait | since the first, at least |
/// |---|---|---|
/// | 1 | 1 minute | 1 minute |
/// | 2 | 5 minutes | 6 minutes |
/// | 3 | 15 minutes | 21 minutes |
/// | 4 | 30 minutes | 51 minutes |
/// | 5 | 1 hour | 1 h 51 |
/// | 6 | 2 hours | 3 h 51 |
/// | 7 to 11 | 4 hours each | 23 h 51 |
/// | 12 | none: failed for good | |
pub const RUN: Backoff = Backoff(&[
    (1, TimeDelta::minutes(1)),
    (2, TimeDelta::minutes(5)),
    (3, TimeDelta::minutes(15)),
    (4, TimeDelta::minutes(30)),
    (5, TimeDelta::hours(1)),
    (6, TimeDelta::hours(2)),
    (11, TimeDelta::hours(4)),
]);

/// After a failed attempt to send a mail, for three days.
///
/// | failed attempt | wait |
/// |---|---|
/// | 1 | 1 minute |
/// | 2 | 5 minutes |
/// | 3 | 15 minutes |
/// | 4 | 1 hour |
/// | 5 to 22 | 4 hours |
/// | 23 | none: given up |
pub const MAIL: Backoff = Backoff(&[
    (1, TimeDelta::minutes(1)),
    (2, TimeDelta::minutes(5)),
    (3, TimeDelta::minutes(15)),
    (4, TimeDelta::hours(1)),
    (22, TimeDelta::hours(4)),
]);

/// While a service waits for its database: 1, 2, 4, 8 and 16 seconds, then 30 seconds each time.
pub const DATABASE: Backoff = Backoff(&[
    (1, TimeDelta::seconds(1)),
    (2, TimeDelta::seconds(2)),
    (3, TimeDelta::seconds(4)),
    (4, TimeDelta::seconds(8)),
    (5, TimeDelta::seconds(16)),
    (ALL_FURTHER, TimeDelta::seconds(30)),
]);

/// While the end of a run cannot be recorded: 1 to 5 seconds. Later its lease has run out, and another worker does the run again.
pub const END_OF_RUN: Backoff = Backoff(&[
    (1, TimeDelta::seconds(1)),
    (2, TimeDelta::seconds(2)),
    (3, TimeDelta::seconds(3)),
    (4, TimeDelta::seconds(4)),
    (5, TimeDelta::seconds(5)),
]);

/// While the end of an attempt at a mail cannot be recorded: from a tenth of a second, doubled up to 5 seconds. It ends with the
/// claim.
pub const END_OF_ATTEMPT: Backoff = Backoff(&[
    (1, TimeDelta::milliseconds(100)),
    (2, TimeDelta::milliseconds(200)),
    (3, TimeDelta::milliseconds(400)),
    (4, TimeDelta::milliseconds(800)),
    (5, TimeDelta::milliseconds(1_600)),
    (6, TimeDelta::milliseconds(3_200)),
    (ALL_FURTHER, TimeDelta::seconds(5)),
]);

impl Backoff {
    /// Returns the wait after the failed attempt number `attempt`, counted from 1. `None` if it was the last.
    #[must_use]
    pub fn after(self, attempt: i32) -> Option<TimeDelta> {
        self.0.iter().find(|(last, _)| attempt <= *last).map(|(_, wait)| *wait)
    }

    /// How many attempts there are at most.
    #[must_use]
    pub const fn attempts(self) -> i32 {
        match self.0 {
            [.., (last, _)] => last.saturating_add(1),
            [] => 1,
        }
    }
}

/// The attempts at one thing, in a loop that asks [`Self::again`] after each that failed.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    backoff: Backoff,
    attempt: i32,
    until: Option<Instant>,
}

impl Retry {
    /// Begins with the first attempt.
    #[must_use]
    pub const fn new(backoff: Backoff) -> Self {
        Self { backoff, attempt: 1, until: None }
    }

    /// The same, with no attempt at or after `until`.
    #[must_use]
    pub const fn until(self, until: Instant) -> Self {
        Self { until: Some(until), ..self }
    }

    /// The number of this attempt, counted from 1.
    #[must_use]
    pub const fn attempt(&self) -> i32 {
        self.attempt
    }

    /// Returns how long the next attempt is away. `None` if there is no further one.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        let wait = self.backoff.after(self.attempt)?.to_std().ok()?;
        self.until.is_none_or(|until| Instant::now() + wait < until).then_some(wait)
    }

    /// Waits for the next attempt. Returns false, at once, if there is no further one.
    pub async fn again(&mut self) -> bool {
        let Some(wait) = self.wait() else { return false };
        self.attempt = self.attempt.saturating_add(1);
        sleep(wait).await;
        true
    }

    /// As [`Self::again`], and false as soon as `stop` is cancelled.
    pub async fn again_unless(&mut self, stop: &CancellationToken) -> bool {
        tokio::select! {
            again = self.again() => again,
            () = stop.cancelled() => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(backoff: Backoff, most: usize) -> Vec<TimeDelta> {
        (1..).map_while(|attempt| backoff.after(attempt)).take(most).collect()
    }

    #[test]
    fn a_run_is_attempted_for_about_a_day() {
        let waits = waits(RUN, 100);
        assert_eq!(waits.len() + 1, usize::try_from(RUN.attempts()).unwrap());
        assert_eq!((RUN.attempts(), RUN.after(12)), (12, None));
        assert_eq!(waits.iter().sum::<TimeDelta>(), TimeDelta::minutes(23 * 60 + 51));
    }

    #[test]
    fn a_mail_is_attempted_for_three_days() {
        assert_eq!(waits(MAIL, 100).iter().sum::<TimeDelta>(), TimeDelta::hours(72) + TimeDelta::minutes(81));
        assert_eq!((MAIL.after(0), MAIL.after(23)), (Some(TimeDelta::minutes(1)), None));
    }

    #[test]
    fn the_database_is_asked_at_least_twice_a_minute_without_end() {
        let seconds: Vec<_> = waits(DATABASE, 7).iter().map(TimeDelta::num_seconds).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(DATABASE.after(i32::MAX), Some(TimeDelta::seconds(30)));
    }

    #[test]
    fn waits_never_become_shorter() {
        for backoff in [RUN, MAIL, DATABASE, END_OF_RUN, END_OF_ATTEMPT] {
            assert!(waits(backoff, 50).is_sorted(), "{backoff:?}");
        }
    }

    #[tokio::test]
    async fn there_is_no_attempt_after_the_last_or_after_the_end() {
        let mut once = Retry::new(Backoff(&[]));
        assert!(!once.again().await);
        let mut over = Retry::new(DATABASE).until(Instant::now());
        assert!(!over.again().await);
        assert_eq!((once.attempt(), over.attempt()), (1, 1));
    }

    #[tokio::test]
    async fn each_attempt_has_its_number_until_it_is_stopped() {
        const NOW: Backoff = Backoff(&[(2, TimeDelta::zero())]);
        let stop = CancellationToken::new();
        let mut retry = Retry::new(NOW);
        assert!(retry.again_unless(&stop).await && retry.again_unless(&stop).await);
        assert_eq!((retry.attempt(), retry.wait()), (3, None));
        let mut stopped = Retry::new(DATABASE);
        stop.cancel();
        assert!(!stopped.again_unless(&stop).await);
    }
}

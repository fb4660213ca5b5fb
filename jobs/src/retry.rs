//! Retries: tables of how long to wait after which attempt, and the waiting itself.
//!
//! There is no jitter, because the ledger and the claims let only one process start, however many wake at the same time.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How long to wait after each failed attempt. Each pair is the last attempt, counted from 1, that a wait applies to, and the
/// wait. The attempt after the last pair is not repeated.
#[derive(Clone, Copy, Debug)]
pub struct Backoff(&'static [(i32, TimeDelta)]);

/// Marks a wait that applies to every further attempt.
const ALL_FURTHER: i32 = i32::MAX;

/// After a failed run of a job, for about a day. Killed attempts count, so that a run that crashes the whole process does not
/// do so for ever.
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
/// | 12 | none: the run has failed | |
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
/// | 23 | none: the mail is refused |
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

/// While the outcome of a run cannot be recorded: 1 to 5 seconds. After that its lease has expired, and another worker repeats
/// the run.
pub const END_OF_RUN: Backoff = Backoff(&[
    (1, TimeDelta::seconds(1)),
    (2, TimeDelta::seconds(2)),
    (3, TimeDelta::seconds(3)),
    (4, TimeDelta::seconds(4)),
    (5, TimeDelta::seconds(5)),
]);

/// While the outcome of an attempt to send a mail cannot be recorded: from a tenth of a second, doubled up to 5 seconds, until
/// the claim expires.
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

    /// Returns the maximum number of attempts.
    #[must_use]
    pub const fn attempts(self) -> i32 {
        match self.0 {
            [.., (last, _)] => last.saturating_add(1),
            [] => 1,
        }
    }
}

/// The attempts of one operation. A loop calls [`Self::again`] after each failed attempt.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    backoff: Backoff,
    attempt: i32,
    until: Option<Instant>,
}

impl Retry {
    /// Starts with attempt 1.
    #[must_use]
    pub const fn new(backoff: Backoff) -> Self {
        Self { backoff, attempt: 1, until: None }
    }

    /// Makes no attempt at or after `until`.
    #[must_use]
    pub const fn until(self, until: Instant) -> Self {
        Self { until: Some(until), ..self }
    }

    /// The number of this attempt, counted from 1.
    #[must_use]
    pub const fn attempt(&self) -> i32 {
        self.attempt
    }

    /// Returns the time until the next attempt. `None` if there is no further attempt.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        let wait = self.backoff.after(self.attempt)?.to_std().ok()?;
        self.until.is_none_or(|until| Instant::now() + wait < until).then_some(wait)
    }

    /// Waits for the next attempt. Returns false immediately if there is no further attempt.
    pub async fn again(&mut self) -> bool {
        let Some(wait) = self.wait() else { return false };
        self.attempt = self.attempt.saturating_add(1);
        sleep(wait).await;
        true
    }

    /// Like [`Self::again`], but also returns false as soon as `stop` is cancelled.
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
    fn retries_the_database_every_30_seconds_for_ever() {
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
    async fn no_attempt_after_the_last_or_the_deadline() {
        let mut once = Retry::new(Backoff(&[]));
        assert!(!once.again().await);
        let mut over = Retry::new(DATABASE).until(Instant::now());
        assert!(!over.again().await);
        assert_eq!((once.attempt(), over.attempt()), (1, 1));
    }

    #[tokio::test]
    async fn numbers_attempts_until_stopped() {
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

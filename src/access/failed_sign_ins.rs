//! Failed sign-ins in the audit log: at most one event per second, with the number of attempts, so that a flood of them does
//! not fill the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use entity::actor::Actor;
use entity::clock::Clock;
use entity::store::audit::{Event, record_alone};
use entity::value::Action;
use sea_orm::DatabaseConnection;
use serde_json::json;
use tokio_util::task::TaskTracker;

/// The least time between two events.
const APART: TimeDelta = TimeDelta::seconds(1);

/// Counts failed sign-ins, and writes them outside of the requests. Clones share everything.
#[derive(Clone, Debug, Default)]
pub(super) struct FailedSignInLog {
    writes: TaskTracker,
    seen: Arc<Mutex<SignInCounts>>,
}

#[derive(Debug, Default)]
struct SignInCounts {
    written: Option<DateTime<Utc>>,
    waiting: Option<UnwrittenFailures>,
    /// Whether a task is waiting to write the counted ones.
    due: bool,
}

/// Failed sign-ins that are not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct UnwrittenFailures {
    attempts: u64,
    /// The time of the first of them.
    since: DateTime<Utc>,
    /// The last failed request.
    request: String,
}

impl SignInCounts {
    fn note(&mut self, now: DateTime<Utc>, request: &str) {
        let waiting =
            self.waiting.get_or_insert_with(|| UnwrittenFailures { attempts: 0, since: now, request: String::new() });
        waiting.attempts += 1;
        request.clone_into(&mut waiting.request);
    }

    /// Returns the counted ones if an event may be written now. After the clock was set back one may.
    fn take_due(&mut self, now: DateTime<Utc>) -> Option<UnwrittenFailures> {
        let too_soon = self.written.is_some_and(|written| (TimeDelta::zero()..APART).contains(&(now - written)));
        let due_now = self.waiting.take_if(|_| !too_soon)?;
        self.written = Some(now);
        Some(due_now)
    }
}

impl FailedSignInLog {
    /// Counts one.
    pub(super) fn note(&self, db: &DatabaseConnection, clock: &Clock, request: &str) {
        let mut seen = self.seen();
        seen.note(clock.now(), request);
        if let Some(due_now) = seen.take_due(clock.now()) {
            self.write(db, due_now);
        } else if !std::mem::replace(&mut seen.due, true) {
            let (refusals, db, clock) = (self.clone(), db.clone(), clock.clone());
            tokio::spawn(async move { refusals.write_later(&db, &clock).await });
        }
    }

    /// Writes the counted ones as soon as an event may be written, until there are none. An event that was written meanwhile
    /// delays the next one.
    async fn write_later(&self, db: &DatabaseConnection, clock: &Clock) {
        loop {
            tokio::time::sleep(APART.to_std().unwrap_or_default()).await;
            let mut seen = self.seen();
            if let Some(due_now) = seen.take_due(clock.now()) {
                self.write(db, due_now);
            }
            if seen.waiting.is_none() {
                seen.due = false;
                return;
            }
        }
    }

    /// Waits until everything that was counted is written.
    pub(super) async fn flush(&self, db: &DatabaseConnection) {
        let waiting = self.seen().waiting.take();
        if let Some(waiting) = waiting {
            self.write(db, waiting);
        }
        self.writes.close();
        self.writes.wait().await;
        self.writes.reopen();
    }

    fn write(&self, db: &DatabaseConnection, waiting: UnwrittenFailures) {
        let UnwrittenFailures { attempts, since, request } = waiting;
        let after = Some(json!({ "attempts": attempts }));
        let event =
            Event { after, request_id: Some(request), ..Event::new(since, Actor::Anonymous, Action::SignInRefused) };
        let db = db.clone();
        self.writes.spawn(async move {
            if let Err(cause) = record_alone(&db, &event).await {
                tracing::warn!(%cause, "failed sign-ins could not be recorded");
            }
        });
    }

    fn seen(&self) -> MutexGuard<'_, SignInCounts> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_700_000_000_000 + millis).unwrap()
    }

    #[test]
    fn one_event_per_second_counts_every_attempt() {
        // An attempt every 10 ms for ten seconds, and the task that checks one second after an attempt had to wait.
        let (mut seen, mut events, mut looks) = (SignInCounts::default(), Vec::new(), Vec::new());
        for millis in (0..10_000).step_by(10) {
            if looks.first() == Some(&millis) {
                looks.remove(0);
                events.extend(seen.take_due(at(millis)).map(|due_now| (millis, due_now.attempts)));
            }
            seen.note(at(millis), "0");
            match seen.take_due(at(millis)) {
                Some(due_now) => events.push((millis, due_now.attempts)),
                None if looks.is_empty() => looks.push(millis + 1_000),
                None => {}
            }
        }
        let far_apart = events.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 1_000);
        assert!(far_apart && events.len() == 10, "{events:?}");
        let waiting = seen.waiting.map_or(0, |waiting| waiting.attempts);
        assert_eq!(events.iter().map(|event| event.1).sum::<u64>() + waiting, 1_000);
    }

    #[test]
    fn a_clock_that_is_set_back_delays_no_event() {
        let mut seen = SignInCounts::default();
        for (millis, written) in [(5_000, true), (5_999, false), (0, true), (10, false)] {
            seen.note(at(millis), "0");
            assert_eq!(seen.take_due(at(millis)).is_some(), written, "{millis}");
        }
    }
}

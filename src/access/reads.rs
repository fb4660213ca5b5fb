//! Reads in the audit log. The first time that a caller reads a record, an event is written before the record is shown. Reads
//! of the same records by the same caller within [`WINDOW`] are counted, and written as one event with the number of requests.
//! So repeated requests do not fill the log, and it still says who read what, how often and when.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::actor::Actor;
use entity::clock::Clock;
use entity::id::{DeliveryId, PersonId, ReportId};
use entity::store::audit::{Event, record_alone};
use entity::value::Action;
use sea_orm::{DatabaseConnection, DbErr};
use serde_json::{Value as Json, json};
use tokio_util::task::TaskTracker;

/// The period in which repeated reads are counted before they are written.
pub const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// The interval between two checks for windows that have ended.
const SWEEP: Duration = Duration::from_secs(15);
/// The most callers that are remembered; each read of a further caller is recorded.
const MOST_CALLERS: usize = 1_000;
/// The most records that are remembered of one caller; further ones are recorded each time.
const MOST_ITEMS: usize = 1_000;

/// Something that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// Who received a mail, and its outcome.
    Listed(DeliveryId),
    /// The text of a mail.
    Text(DeliveryId),
    /// The gap changes in a report.
    Report(ReportId),
    /// All data held on a person.
    Subject(PersonId),
}

/// What one request read.
#[derive(Clone, Debug)]
pub struct Read {
    /// The event that is recorded the first time.
    pub event: Event,
    /// The records that were read.
    pub items: BTreeSet<Item>,
}

/// Returns the object of an event about `items`, if it is a single one, and the ids of its mails and reports.
#[must_use]
pub fn describe(items: &BTreeSet<Item>) -> (Option<String>, Json) {
    let (mut listed, mut texts, mut reports, mut objects) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
    let mut is_mail = false;
    for item in items {
        match item {
            Item::Listed(id) => listed.push(id.0),
            Item::Text(id) => texts.push(id.0),
            Item::Report(id) => reports.push(id.0),
            Item::Subject(_) => {}
        }
        is_mail |= !matches!(item, Item::Subject(_));
        objects.insert(match item {
            Item::Listed(id) | Item::Text(id) => format!("delivery:{id}"),
            Item::Report(id) => format!("report:{id}"),
            Item::Subject(id) => format!("person:{id}"),
        });
    }
    // One record is found by its object, several by their ids.
    let object = objects.pop_first().filter(|_| objects.is_empty());
    let after = if is_mail { json!({ "listed": listed, "texts": texts, "reports": reports }) } else { json!({}) };
    (object, after)
}

/// The reads of all callers. Clones share them.
#[derive(Clone, Debug)]
pub struct ReadLog {
    db: DatabaseConnection,
    clock: Clock,
    writes: TaskTracker,
    state: Arc<Mutex<ReadLogState>>,
}

/// Whose reads a window counts, and of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct WindowKey {
    actor: Actor,
    action: Action,
}

#[derive(Debug, Default)]
struct ReadLogState {
    windows: HashMap<WindowKey, Window>,
    /// Whether a task is waiting to write windows that have ended.
    sweeping: bool,
}

/// What one caller has read since `begun`.
#[derive(Clone, Debug)]
struct Window {
    begun: DateTime<Utc>,
    recorded: BTreeSet<Item>,
    again: Option<Again>,
}

/// Repeated reads that are not in the log yet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Again {
    items: BTreeSet<Item>,
    requests: u64,
    since: DateTime<Utc>,
    last: DateTime<Utc>,
    request_id: Option<String>,
}

impl Window {
    fn begin(now: DateTime<Utc>) -> Self {
        Self { begun: now, recorded: BTreeSet::new(), again: None }
    }

    /// Whether the window is open. A clock that was set back closes every window.
    fn is_open(&self, now: DateTime<Utc>) -> bool {
        (TimeDelta::zero()..WINDOW).contains(&(now - self.begun))
    }

    fn add(&mut self, again: Again) {
        let Again { items, requests, since, last, request_id } = again;
        match &mut self.again {
            None => self.again = Some(Again { items, requests, since, last, request_id }),
            Some(known) => {
                known.items.extend(items);
                known.requests += requests;
                known.since = known.since.min(since);
                if last >= known.last {
                    (known.last, known.request_id) = (last, request_id);
                }
            }
        }
    }
}

impl Again {
    fn event(&self, key: WindowKey) -> Event {
        let WindowKey { actor, action } = key;
        let Self { items, requests, since, last, request_id } = self;
        let (object, mut after) = describe(items);
        after["requests"] = json!(requests);
        after["since"] = json!(since.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        let request_id = request_id.clone();
        Event { object, after: Some(after), request_id, ..Event::new(*last, actor, action) }
    }
}

impl ReadLog {
    /// Creates a log in `db`.
    #[must_use]
    pub fn new(db: DatabaseConnection, clock: Clock) -> Self {
        Self { db, clock, writes: TaskTracker::new(), state: Arc::default() }
    }

    /// Records a read, or counts it if the same caller has read the same records within [`WINDOW`]. The caller of this function
    /// shows what was read only after it returns.
    ///
    /// # Errors
    ///
    /// Database errors. What was read must not be shown then.
    pub async fn record(&self, read: Read) -> Result<(), DbErr> {
        let Read { event, items } = read;
        let caller = WindowKey { actor: event.actor, action: event.action };
        let over = {
            let mut state = self.state();
            match state.windows.get_mut(&caller) {
                Some(window) if window.is_open(event.at) && items.is_subset(&window.recorded) => {
                    let Event { at, request_id, .. } = event;
                    window.add(Again { items, requests: 1, since: at, last: at, request_id });
                    self.sweep_later(&mut state);
                    return Ok(());
                }
                Some(window) if !window.is_open(event.at) => state.windows.remove(&caller),
                _ => None,
            }
        };
        if let Some(window) = over {
            self.write(caller, window).await?;
        }
        record_alone(&self.db, &event).await?;
        self.remember(caller, event.at, items);
        Ok(())
    }

    /// Waits until everything that was counted is written.
    pub async fn flush(&self) {
        let counted = take_if(&mut self.state(), |window| window.again.is_some());
        for (caller, window) in counted {
            if let Err(cause) = self.write(caller, window).await {
                tracing::warn!(%cause, "repeated reads could not be recorded");
            }
        }
        self.writes.close();
        self.writes.wait().await;
        self.writes.reopen();
    }

    fn remember(&self, caller: WindowKey, now: DateTime<Utc>, items: BTreeSet<Item>) {
        let mut state = self.state();
        if state.windows.len() >= MOST_CALLERS && !state.windows.contains_key(&caller) {
            state.windows.retain(|_, window| window.is_open(now) || window.again.is_some());
            if state.windows.len() >= MOST_CALLERS {
                return;
            }
        }
        let window = state.windows.entry(caller).or_insert_with(|| Window::begin(now));
        if window.recorded.len() + items.len() <= MOST_ITEMS {
            window.recorded.extend(items);
        }
    }

    /// Writes the counts of a window, in a task of its own, so that no count is lost if the request is cancelled. If they
    /// cannot be written, they are kept.
    async fn write(&self, caller: WindowKey, window: Window) -> Result<(), DbErr> {
        let Some(again) = window.again.clone() else { return Ok(()) };
        let log = self.clone();
        let task = self.writes.spawn(async move {
            let written = record_alone(&log.db, &again.event(caller)).await;
            if written.is_err() {
                // The window counts as closed, so that the next read tries again.
                log.state().windows.entry(caller).or_insert(Window { again: None, ..window }).add(again);
            }
            written.map(drop)
        });
        task.await.unwrap_or_else(|stopped| Err(DbErr::Custom(format!("recording was stopped: {stopped}"))))
    }

    /// Starts the task that writes windows that have ended, for callers who do not come back.
    fn sweep_later(&self, state: &mut ReadLogState) {
        if std::mem::replace(&mut state.sweeping, true) {
            return;
        }
        let log = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let now = log.clock.now();
                let over = take_if(&mut log.state(), |window| !window.is_open(now));
                for (caller, window) in over {
                    if let Err(cause) = log.write(caller, window).await {
                        tracing::warn!(%cause, "repeated reads could not be recorded; retrying");
                    }
                }
                let mut state = log.state();
                if state.windows.values().all(|window| window.again.is_none()) {
                    state.sweeping = false;
                    return;
                }
            }
        });
    }

    fn state(&self) -> MutexGuard<'_, ReadLogState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes and returns the windows for which `is_so` holds.
fn take_if(state: &mut ReadLogState, is_so: impl Fn(&Window) -> bool) -> Vec<(WindowKey, Window)> {
    state.windows.extract_if(|_, window| is_so(window)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn again(item: Item, seconds: i64, request: &str) -> Again {
        let (items, request_id) = (BTreeSet::from([item]), Some(request.to_owned()));
        Again { items, requests: 1, since: at(seconds), last: at(seconds), request_id }
    }

    #[test]
    fn repeated_reads_are_one_event_with_count_and_times() {
        let mut window = Window::begin(at(0));
        window.add(again(Item::Listed(DeliveryId(7)), 10, "a"));
        window.add(again(Item::Text(DeliveryId(7)), 30, "b"));
        window.add(again(Item::Listed(DeliveryId(7)), 20, "c"));
        let event =
            window.again.unwrap().event(WindowKey { actor: Actor::Person(PersonId(4)), action: Action::ReportRead });
        assert_eq!((event.at, event.object.as_deref()), (at(30), Some("delivery:7")));
        assert_eq!(event.request_id.as_deref(), Some("b"));
        let after =
            json!({ "listed": [7], "texts": [7], "reports": [], "requests": 3, "since": "2023-11-14T22:13:30Z" });
        assert_eq!(event.after, Some(after));
    }

    #[test]
    fn a_window_ends_after_five_minutes_or_a_clock_change() {
        let window = Window::begin(at(0));
        assert!(window.is_open(at(0)) && window.is_open(at(299)));
        assert!(!window.is_open(at(300)) && !window.is_open(at(-1)));
    }
}

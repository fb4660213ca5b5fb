//! Turns at the processors. Few computations run at a time: one of today's coverage, which every caller waits for and which uses
//! every processor, and as many of other days and other policies, which keep one processor busy each, as leave one free. Of the latter each caller has one at a
//! time and the callers take turns, so that no caller's work can fill them all.
//!
//! `http::Budgets` is not used, because it refuses a request too many: the days of one query come at once by design, and must
//! wait for each other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use entity::actor::Actor;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::super::error::ApiError;

/// A turn. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _one: OwnedSemaphorePermit,
}

/// The turns of all callers.
#[derive(Debug)]
pub(super) struct Turns {
    today: Arc<Semaphore>,
    others: Arc<Semaphore>,
    /// One turn for each caller that has one or waits for one.
    callers: Mutex<HashMap<Actor, Weak<Semaphore>>>,
}

impl Default for Turns {
    /// As many as leave one processor free, but at least one.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new(processors.saturating_sub(1).max(1))
    }
}

impl Turns {
    /// Creates this many turns for other days and policies.
    pub(super) fn new(others: usize) -> Self {
        let (today, others) = (Arc::new(Semaphore::new(1)), Arc::new(Semaphore::new(others)));
        Self { today, others, callers: Mutex::default() }
    }

    /// Waits for a turn for today's coverage.
    ///
    /// # Errors
    ///
    /// [`ApiError::internal`], which cannot happen: the turns are never closed.
    pub(super) async fn today(&self) -> Result<Turn, ApiError> {
        acquire(&self.today).await
    }

    /// Waits for a turn for another day or policy. The caller must have its [own](Self::own) turn.
    ///
    /// # Errors
    ///
    /// As [`today`](Self::today).
    pub(super) async fn other(&self) -> Result<Turn, ApiError> {
        acquire(&self.others).await
    }

    /// Waits for the one turn that a caller has at a time.
    ///
    /// # Errors
    ///
    /// As [`today`](Self::today).
    pub(super) async fn own(&self, caller: Actor) -> Result<Turn, ApiError> {
        let own = {
            let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
            match callers.get(&caller).and_then(Weak::upgrade) {
                Some(own) => own,
                None => {
                    callers.retain(|_, own| own.strong_count() > 0);
                    let own = Arc::new(Semaphore::new(1));
                    callers.insert(caller, Arc::downgrade(&own));
                    own
                }
            }
        };
        acquire(&own).await
    }
}

async fn acquire(turns: &Arc<Semaphore>) -> Result<Turn, ApiError> {
    Arc::clone(turns).acquire_owned().await.map(|one| Turn { _one: one }).map_err(ApiError::internal)
}

/// Runs a computation off the threads that answer requests. The turns end when it has finished, and not when its caller is
/// cancelled, because that does not free the processor.
///
/// # Errors
///
/// [`ApiError::internal`] if it panicked.
pub(crate) async fn run<T: Send + 'static>(
    turns: impl Send + 'static,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let work = move || {
        let _turns = turns;
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use entity::id::PersonId;
    use futures_util::FutureExt as _;

    use super::*;

    fn caller(id: i64) -> Actor {
        Actor::Person(PersonId(id))
    }

    /// The turns for a caller's work on another day, if they are free.
    fn both(turns: &Turns, id: i64) -> Option<(Turn, Turn)> {
        let own = turns.own(caller(id)).now_or_never()?.unwrap();
        Some((own, turns.other().now_or_never()?.unwrap()))
    }

    #[test]
    fn one_caller_has_one_turn() {
        let turns = Turns::new(2);
        let first = both(&turns, 1).unwrap();
        for _ in 0..10 {
            assert!(both(&turns, 1).is_none());
        }
        let second = both(&turns, 2).expect("a turn is left for another caller");
        assert!(both(&turns, 3).is_none(), "as many as leave a processor free");
        assert!(turns.today().now_or_never().is_some(), "today waits for none of them");
        drop(first);
        assert!(both(&turns, 1).is_some());
        drop(second);
    }

    #[test]
    fn other_days_leave_a_processor_free() {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = Turns::default();
        let taken: Vec<_> = (0..2 * processors).map_while(|_| turns.other().now_or_never()).collect();
        assert_eq!(taken.len(), (processors - 1).max(1));
    }

    #[tokio::test]
    async fn a_caller_with_many_days_lets_others_in() {
        let turns = Arc::new(Turns::new(1));
        let running = both(&turns, 1).unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        // The days of the first caller came before the day of the second.
        let tasks = [1, 1, 1, 2].map(|id| {
            let (turns, order) = (Arc::clone(&turns), Arc::clone(&order));
            Box::pin(async move {
                let _own = turns.own(caller(id)).await.unwrap();
                let _other = turns.other().await.unwrap();
                order.lock().unwrap().push(id);
            })
        });
        let mut all = Box::pin(futures_util::future::join_all(tasks));
        assert!(futures_util::poll!(all.as_mut()).is_pending());
        drop(running);
        all.await;
        assert_eq!(*order.lock().unwrap(), [2, 1, 1, 1]);
    }

    #[test]
    fn callers_who_have_no_turn_are_forgotten() {
        let turns = Turns::new(1);
        for id in 0..1_000 {
            drop(turns.own(caller(id)).now_or_never());
        }
        assert_eq!(turns.callers.lock().unwrap().len(), 1);
    }
}

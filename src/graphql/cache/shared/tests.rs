use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use entity::id::PersonId;
use futures_util::FutureExt as _;
use tokio::sync::Semaphore;

use super::*;

const READER: Actor = Actor::Person(PersonId(1));
const WRITER: Actor = Actor::Person(PersonId(2));

/// A database whose reads finish when the test allows it.
struct Database {
    version: AtomicI64,
    readings: AtomicUsize,
    looks: AtomicUsize,
    /// Reads that may finish.
    ends: Semaphore,
}

impl VersionedSource for Arc<Database> {
    type Value = i64;

    async fn version(&self) -> Result<i64, ApiError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        Ok(self.version.load(Ordering::SeqCst))
    }

    async fn read(&self, _: Option<Arc<i64>>) -> Result<(i64, i64), ApiError> {
        self.readings.fetch_add(1, Ordering::SeqCst);
        // One point in time of the database, however long the read takes.
        let version = self.version.load(Ordering::SeqCst);
        self.ends.acquire().await.unwrap().forget();
        Ok((version, version))
    }
}

struct Test {
    shared: Arc<Shared<Arc<Database>>>,
    database: Arc<Database>,
    clock: Clock,
}

impl Test {
    /// Version 1 is cached.
    async fn begin() -> Self {
        let clock = Clock::fixed("2026-11-16T09:00:00Z".parse().unwrap());
        let (version, readings, looks) = (AtomicI64::new(1), AtomicUsize::new(0), AtomicUsize::new(0));
        let database = Arc::new(Database { version, readings, looks, ends: Semaphore::new(1) });
        let shared = Arc::new(Shared::new(Arc::clone(&database), clock.clone()));
        let test = Self { shared, database, clock };
        assert_eq!(test.value(READER).await, 1);
        test.counted();
        test
    }

    /// The value for a caller that queries the version now.
    fn value(&self, caller: Actor) -> impl Future<Output = i64> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        async move {
            let seen = shared.query_version().await.unwrap();
            *shared.get(caller, seen).await.unwrap()
        }
    }

    /// A caller that waits. It has queried the version when this returns.
    async fn waiting(&self, caller: Actor) -> tokio::task::JoinHandle<i64> {
        let mut value = Box::pin(self.value(caller));
        assert_eq!(futures_util::poll!(value.as_mut()), std::task::Poll::Pending, "it waits");
        tokio::spawn(value)
    }

    fn change(&self) {
        self.database.version.fetch_add(1, Ordering::SeqCst);
    }

    fn end_readings(&self, number: usize) {
        self.database.ends.add_permits(number);
    }

    /// The number of reads since the last call, and of version queries.
    fn counted(&self) -> (usize, usize) {
        (self.database.readings.swap(0, Ordering::SeqCst), self.database.looks.swap(0, Ordering::SeqCst))
    }

    fn pass(&self, time: TimeDelta) {
        self.clock.set(self.clock.now() + time);
    }

    /// Waits until a read has begun.
    async fn reading(&self) {
        while self.database.readings.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn an_unchanged_value_is_not_read_again() {
    let test = Test::begin().await;
    for _ in 0..10 {
        assert_eq!(test.value(READER).now_or_never(), Some(1));
    }
    assert_eq!(test.counted(), (0, 10));
}

#[tokio::test]
async fn readers_share_the_next_reading() {
    let test = Test::begin().await;
    test.pass(GRACE);
    test.change();
    let first = test.waiting(READER).await;
    test.reading().await;
    // Sixteen readers arrive while it runs, each after another change: each would begin a read of its own.
    let mut others = Vec::new();
    for _ in 0..16 {
        test.change();
        others.push(test.waiting(READER).await);
    }
    test.end_readings(20);
    assert_eq!(first.await.unwrap(), 2);
    for other in others {
        assert_eq!(other.await.unwrap(), 18, "as of a moment after it asked");
    }
    assert_eq!(test.counted().0, 2, "the one that ran, and one for all who came meanwhile");
}

#[tokio::test]
async fn a_waiting_reader_accepts_the_version_it_saw() {
    let test = Test::begin().await;
    test.pass(GRACE);
    test.change();
    let first = test.waiting(READER).await;
    test.reading().await;
    let others = [test.waiting(READER).await, test.waiting(READER).await];
    test.end_readings(20);
    assert_eq!(first.await.unwrap(), 2);
    for other in others {
        assert_eq!(other.await.unwrap(), 2);
    }
    assert_eq!(test.counted().0, 1, "nothing has changed since it was begun");
}

#[tokio::test]
async fn the_last_value_is_served_under_a_second() {
    let test = Test::begin().await;
    test.pass(GRACE - TimeDelta::milliseconds(1));
    test.change();
    let first = test.waiting(READER).await;
    test.reading().await;
    assert_eq!(test.value(READER).now_or_never(), Some(1), "it was current less than a second ago");
    test.pass(TimeDelta::milliseconds(1));
    let late = test.waiting(READER).await;
    test.end_readings(1);
    assert_eq!((first.await.unwrap(), late.await.unwrap()), (2, 2));
    assert_eq!(test.counted().0, 1);
}

#[tokio::test]
async fn the_reader_that_finds_a_change_waits() {
    let test = Test::begin().await;
    test.change();
    test.end_readings(1);
    assert_eq!(test.value(READER).await, 2, "also within the second");
}

#[tokio::test]
async fn a_caller_sees_its_own_change() {
    let test = Test::begin().await;
    test.change();
    let first = test.waiting(READER).await;
    test.reading().await;
    assert_eq!(test.value(WRITER).now_or_never(), Some(1), "another caller's change");
    test.change();
    test.shared.changed_by(WRITER);
    let own = test.waiting(WRITER).await;
    assert_eq!(test.value(READER).now_or_never(), Some(1));
    test.end_readings(2);
    assert_eq!((first.await.unwrap(), own.await.unwrap()), (2, 3));
}

#[tokio::test]
async fn an_older_version_query_begins_no_second_reading() {
    let test = Test::begin().await;
    let seen = test.shared.query_version().await.unwrap();
    test.change();
    test.end_readings(1);
    assert_eq!(test.value(READER).await, 2);
    test.counted();
    assert_eq!(*test.shared.get(READER, seen).await.unwrap(), 2);
    assert_eq!(test.counted(), (0, 0));
}

#[tokio::test]
async fn an_older_version_of_a_restored_copy_is_read() {
    let test = Test::begin().await;
    test.database.version.store(0, Ordering::SeqCst);
    test.end_readings(1);
    assert_eq!(test.value(READER).await, 0);
}

#[tokio::test]
async fn a_reading_goes_on_without_its_caller() {
    let test = Test::begin().await;
    test.pass(GRACE);
    test.change();
    test.waiting(READER).await.abort();
    test.reading().await;
    let next = test.waiting(READER).await;
    test.end_readings(1);
    assert_eq!(next.await.unwrap(), 2);
    assert_eq!(test.counted().0, 1);
}

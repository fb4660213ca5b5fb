use entity::id::PersonId;
use futures_util::FutureExt as _;

use super::*;

const CALLER: Actor = Actor::Person(PersonId(1));
const OTHER: Actor = Actor::Person(PersonId(2));

fn day(of_november: u32) -> Day {
    Day::new(2026, 11, of_november).unwrap()
}

const TODAY: u32 = 16;

/// A cache over an empty database: coverage is empty, and everything else works as usual.
async fn cache() -> (CoverageCache, Arc<ReferenceData>) {
    let db = entity::store::connect("sqlite::memory:").await.unwrap();
    migration::migrate(&db).await.unwrap();
    let cache = CoverageCache::new(db, Clock::fixed("2026-11-16T09:00:00Z".parse().unwrap()));
    let known = cache.known(CALLER, None).await.unwrap();
    (cache, known)
}

async fn coverage(cache: &CoverageCache, known: &Arc<ReferenceData>, of_november: u32) -> Arc<Coverage> {
    cache.coverage(CALLER, known, day(of_november), day(TODAY)).await.unwrap()
}

#[tokio::test]
async fn other_days_never_push_todays_answer_out() {
    let (cache, known) = cache().await;
    let today = coverage(&cache, &known, TODAY).await;
    let published = async || cache.published(CALLER, None, &known, &today, day(TODAY)).await.unwrap();
    let shown = published().await;
    let first = coverage(&cache, &known, 1).await;
    for of_november in 1..=TODAY - 1 {
        let coverage = coverage(&cache, &known, of_november).await;
        cache.published(CALLER, None, &known, &coverage, day(TODAY)).await.unwrap();
    }
    assert!(Arc::ptr_eq(&today, &coverage(&cache, &known, TODAY).await));
    assert!(Arc::ptr_eq(&shown, &published().await));
    assert!(!Arc::ptr_eq(&first, &coverage(&cache, &known, 1).await), "other days make room for each other");
}

#[tokio::test]
async fn today_does_not_wait_for_other_days() {
    let (cache, known) = cache().await;
    let mut busy = Vec::new();
    while let Some(turn) = cache.0.turns.other().now_or_never() {
        busy.push(turn.unwrap());
    }
    let mut yesterday = Box::pin(coverage(&cache, &known, TODAY - 1));
    assert!(futures_util::poll!(yesterday.as_mut()).is_pending());
    coverage(&cache, &known, TODAY).await;
    assert!(futures_util::poll!(yesterday.as_mut()).is_pending());
    drop(busy);
    yesterday.await;
}

#[tokio::test]
async fn one_callers_days_are_computed_in_turn() {
    let (cache, known) = cache().await;
    let own = cache.0.turns.own(CALLER).await.unwrap();
    let mut days: Vec<_> = (1..TODAY).map(|on| Box::pin(coverage(&cache, &known, on))).collect();
    for day in &mut days {
        assert!(futures_util::poll!(day.as_mut()).is_pending());
    }
    // A caller who asks for one of these days does not wait for the caller who asked before.
    cache.coverage(OTHER, &known, day(7), day(TODAY)).await.unwrap();
    // Meanwhile none of the caller's own days was computed: each waits for the turn.
    for day in &mut days {
        assert!(futures_util::poll!(day.as_mut()).is_pending());
    }
    drop(own);
    futures_util::future::join_all(days).await;
}

#[tokio::test]
async fn a_cancelled_caller_takes_no_turn() {
    let (cache, known) = cache().await;
    let own = cache.0.turns.own(CALLER).await.unwrap();
    for on in 1..TODAY {
        let mut gone = Box::pin(coverage(&cache, &known, on));
        assert!(futures_util::poll!(gone.as_mut()).is_pending());
    }
    drop(own);
    let own = cache.0.turns.own(CALLER).now_or_never();
    assert!(own.is_some(), "none of them took the turn");
}

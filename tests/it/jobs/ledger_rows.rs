//! The job ledger on its own.

use chrono::TimeDelta;
use entity::store::run::{ClaimRequest, RunFilter};

use super::*;
use crate::harness::both;

fn bid<'a>(period: &'a str, holder: &'a str, now: DateTime<Utc>) -> ClaimRequest<'a> {
    ClaimRequest { job: COVERAGE, period, holder, now, lease_until: now + TimeDelta::minutes(2) }
}

both!(
    async fn only_one_of_many_claims_succeeds(world: World) {
        let now = world.clock.now();
        let other = entity::store::connect(&world.url).await.expect("a pool of its own");
        let bidders: Vec<_> = (0..16)
            .map(|n| {
                let db = if n % 2 == 0 { world.db.clone() } else { other.clone() };
                tokio::spawn(async move {
                    ledger::claim(&db, bid("2026-11-16", &format!("holder {n}"), now))
                        .await
                        .expect("the ledger answers")
                })
            })
            .collect();
        let mut won = Vec::new();
        for bidder in bidders {
            won.extend(bidder.await.unwrap());
        }
        assert_eq!(won.len(), 1);
        assert_eq!(row(&world, COVERAGE, "2026-11-16").await, won[0]);
    }
);

both!(
    async fn a_stale_worker_cannot_record_an_outcome(world: World) {
        let (db, now) = (&world.db, world.clock.now());
        let stale = ledger::claim(db, bid("2026-11-16", "stale", now)).await.unwrap().unwrap().lease().unwrap();
        let later = now + TimeDelta::minutes(3);
        let fresh = ledger::claim(db, bid("2026-11-16", "fresh", later)).await.unwrap().unwrap();
        assert!(!ledger::renew(db, &stale, later + TimeDelta::hours(1)).await.unwrap());
        assert!(!ledger::done(db, &stale, later, "x").await.unwrap());
        assert!(!ledger::fail(db, &stale, later, "x").await.unwrap());
        assert!(!ledger::retry(db, &stale, later, "x").await.unwrap());
        assert!(!ledger::reschedule(db, &stale, later, "x").await.unwrap());
        assert!(!ledger::release(db, &stale, later).await.unwrap());
        assert_eq!(row(&world, COVERAGE, "2026-11-16").await, fresh);
        assert!(ledger::done(db, &fresh.lease().unwrap(), later, "x").await.unwrap());
        assert!(!ledger::done(db, &fresh.lease().unwrap(), later, "y").await.unwrap(), "done is done");
    }
);

both!(
    async fn fractions_of_a_second_compare_correctly(world: World) {
        let (db, now) = (&world.db, instant("2026-11-16T05:00:00.250Z"));
        let held = ClaimRequest { lease_until: instant("2026-11-16T05:02:00.100001Z"), ..bid("2026-11-16", "a", now) };
        ledger::claim(db, held).await.unwrap().unwrap();
        for (at, free) in [
            ("2026-11-16T05:02:00Z", false),
            ("2026-11-16T05:02:00.100Z", false),
            ("2026-11-16T05:02:00.100001Z", false),
            ("2026-11-16T05:02:00.1001Z", true),
            ("2026-11-16T05:02:01Z", true),
        ] {
            assert_eq!(!ledger::due(db, COVERAGE, instant(at), 10).await.unwrap().is_empty(), free, "{at}");
        }
    }
);

both!(
    async fn only_finished_or_waiting_runs_can_be_requested(world: World) {
        let (db, now) = (&world.db, world.clock.now());
        let asked = ledger::request(db, COVERAGE, "2026-11-16").await.unwrap();
        assert_eq!((asked.state, asked.attempts), (RunState::Requested, 0));
        assert_eq!(ledger::request(db, COVERAGE, "2026-11-16").await.unwrap(), asked);
        let running = ledger::claim(db, bid("2026-11-16", "a", now)).await.unwrap().unwrap();
        assert_eq!(ledger::request(db, COVERAGE, "2026-11-16").await.unwrap(), running);
        ledger::done(db, &running.lease().unwrap(), now, "Done.").await.unwrap();
        assert_eq!(ledger::claim(db, bid("2026-11-16", "b", now)).await.unwrap(), None, "what is done is not claimed");
        let asked = ledger::request(db, COVERAGE, "2026-11-16").await.unwrap();
        assert_eq!((asked.state, asked.attempts, asked.finished_at), (RunState::Requested, 0, None));
        let running = ledger::claim(db, bid("2026-11-16", "c", now)).await.unwrap().unwrap();
        ledger::retry(db, &running.lease().unwrap(), now + TimeDelta::hours(4), "Later.").await.unwrap();
        assert_eq!(ledger::claim(db, bid("2026-11-16", "d", now)).await.unwrap(), None, "it waits");
        assert_eq!(ledger::request(db, COVERAGE, "2026-11-16").await.unwrap().state, RunState::Requested);
        assert!(ledger::claim(db, bid("2026-11-16", "e", now)).await.unwrap().is_some());
    }
);

both!(
    async fn pages_of_runs_are_newest_first(world: World) {
        let db = &world.db;
        for n in 1..=7 {
            ledger::request(db, COVERAGE, &format!("2026-11-0{n}")).await.unwrap();
        }
        ledger::request(db, GAP_REPORT, "2026-W45").await.unwrap();
        let filter = RunFilter { job: Some(COVERAGE.to_owned()), state: None };
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = ledger::list(db, &filter, after, 3).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            seen.extend(page.into_iter().map(|row| row.period));
        }
        let expected: Vec<_> = (1..=7).rev().map(|n| format!("2026-11-0{n}")).collect();
        assert_eq!(seen, expected);
        assert_eq!(ledger::count(db, &filter).await.unwrap(), 7);
        let done = RunFilter { job: None, state: Some(RunState::Done) };
        assert!(ledger::list(db, &done, None, 10).await.unwrap().is_empty());
        assert_eq!(ledger::count(db, &RunFilter::default()).await.unwrap(), 8);
    }
);

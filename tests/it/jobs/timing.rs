//! Runs that are woken twice, late, after an outage, and across both clock changes.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use futures_util::future::join;

use super::*;
use crate::harness::both;

/// Returns the started runs by name. A report waits only for its Monday's coverage, so it may overtake a later day's.
fn sorted(diary: &Diary) -> Vec<String> {
    let mut runs = diary.runs();
    runs.sort();
    runs
}

both!(
    async fn repeated_wake_ups_run_a_period_once(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let diary = Diary::default();
        let runner = runner(&world, vec![easy(COVERAGE, &diary), easy(GAP_REPORT, &diary)]);
        wake(&world, &runner, "2026-11-16T04:59:00Z").await;
        assert_eq!(diary.runs(), [""; 0]);
        for at in ["2026-11-16T05:00:00Z", "2026-11-16T05:00:00Z", "2026-11-16T05:01:00Z"] {
            wake(&world, &runner, at).await;
        }
        assert_eq!(diary.runs(), ["coverage 2026-11-16"]);
        for at in ["2026-11-16T06:59:00Z", "2026-11-16T07:00:00Z", "2026-11-16T07:00:00Z"] {
            wake(&world, &runner, at).await;
        }
        assert_eq!(diary.runs(), ["coverage 2026-11-16", "gap-report 2026-W47"]);
        let row = row(&world, GAP_REPORT, "2026-W47").await;
        assert_eq!((row.state, row.attempts, row.holder, row.lease_until), (RunState::Done, 1, None, None));
        assert_eq!(row.finished_at, Some(instant("2026-11-16T07:00:00Z")));
        assert_eq!(row.outcome.as_deref(), Some("All of it."));
    }
);

both!(
    async fn overlapping_ticks_start_a_period_once(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let diary = Diary::default();
        let runner = runner(&world, vec![easy(COVERAGE, &diary)]);
        let (one, two) = join(runner.tick(), runner.tick()).await;
        assert!(one.unwrap() + two.unwrap() >= 1);
        over(&runner).await;
        assert_eq!(diary.runs(), ["coverage 2026-11-16"]);
    }
);

both!(
    async fn nothing_is_owed_before_the_first_import(world: World) {
        let diary = Diary::default();
        let runner = runner(&world, vec![easy(COVERAGE, &diary), easy(GAP_REPORT, &diary)]);
        wake(&world, &runner, "2026-11-16T09:00:00Z").await;
        assert!(rows(&world).await.is_empty());
        // A Tuesday: the Monday of the week was before the service started.
        first_import(&world, "2026-11-17T09:00:00Z").await;
        wake(&world, &runner, "2026-11-17T09:01:00Z").await;
        assert_eq!(diary.runs(), ["coverage 2026-11-17"]);
    }
);

both!(
    async fn a_late_runner_reports_after_coverage(world: World) {
        first_import(&world, "2026-11-13T09:00:00Z").await;
        let diary = Diary::default();
        let runner = runner(&world, vec![easy(GAP_REPORT, &diary), easy(COVERAGE, &diary)]);
        wake(&world, &runner, "2026-11-16T16:20:00Z").await;
        wake(&world, &runner, "2026-11-16T16:21:00Z").await;
        assert_eq!(diary.runs(), ["coverage 2026-11-16", "gap-report 2026-W47"]);
    }
);

both!(
    async fn a_long_outage_loses_no_monday(world: World) {
        first_import(&world, "2026-10-26T03:00:00Z").await;
        let diary = Diary::default();
        let before = runner(&world, vec![easy(COVERAGE, &diary), easy(GAP_REPORT, &diary)]);
        wake(&world, &before, "2026-11-06T12:00:00Z").await;
        wake(&world, &before, "2026-11-06T12:01:00Z").await;
        assert_eq!(
            sorted(&diary),
            ["coverage 2026-10-26", "coverage 2026-11-02", "coverage 2026-11-06", "gap-report 2026-W45"]
        );
        let diary = Diary::default();
        let after = runner(&world, vec![easy(COVERAGE, &diary), easy(GAP_REPORT, &diary)]);
        wake(&world, &after, "2026-11-17T12:00:00Z").await;
        wake(&world, &after, "2026-11-17T12:01:00Z").await;
        assert_eq!(
            sorted(&diary),
            ["coverage 2026-11-09", "coverage 2026-11-16", "coverage 2026-11-17", "gap-report 2026-W47"]
        );
    }
);

both!(
    async fn local_time_decides_across_clock_changes(world: World) {
        first_import(&world, "2026-03-01T12:00:00Z").await;
        let diary = Diary::default();
        let runner = runner(&world, vec![easy(COVERAGE, &diary), easy(GAP_REPORT, &diary)]);
        for (from, until) in
            [("2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z"), ("2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z")]
        {
            let mut now = instant(from);
            while now < instant(until) {
                wake(&world, &runner, &now.to_rfc3339()).await;
                now += TimeDelta::minutes(30);
            }
        }
        for (run, at) in [
            ("coverage 2026-03-28", "2026-03-28T05:00:00Z"),
            ("coverage 2026-03-29", "2026-03-29T04:00:00Z"),
            ("coverage 2026-03-30", "2026-03-30T04:00:00Z"),
            ("gap-report 2026-W14", "2026-03-30T06:00:00Z"),
            ("coverage 2026-10-24", "2026-10-24T04:00:00Z"),
            ("coverage 2026-10-25", "2026-10-25T05:00:00Z"),
            ("coverage 2026-10-26", "2026-10-26T05:00:00Z"),
            ("gap-report 2026-W44", "2026-10-26T07:00:00Z"),
        ] {
            assert_eq!(diary.once(run), instant(at), "{run}");
        }
    }
);

both!(
    async fn two_processes_run_each_period_once(world: World) {
        first_import(&world, "2026-10-19T03:00:00Z").await;
        let diary = Diary::default();
        let slow = |name| {
            scripted(name, &diary, |_, _| async {
                tokio::task::yield_now().await;
                done()
            })
        };
        let mut runners = Vec::new();
        for _ in 0..2 {
            let db = entity::store::connect(&world.url).await.expect("a pool of its own");
            runners.push(runner_on(&db, &world, &TABLE, vec![slow(COVERAGE), slow(GAP_REPORT)]));
        }
        // The clocks go back on the Sunday between the weeks.
        for hour in 0..14 * 24 {
            world.clock.set(instant("2026-10-19T00:00:00Z") + TimeDelta::hours(hour));
            let (one, two) = join(runners[0].tick(), runners[1].tick()).await;
            one.expect("the ledger answers");
            two.expect("the ledger answers");
            join(over(&runners[0]), over(&runners[1])).await;
        }
        let mut times = BTreeMap::new();
        for run in diary.runs() {
            *times.entry(run).or_insert(0) += 1;
        }
        let days = (0..14).map(|n| format!("coverage {}", day("2026-10-19").plus_days(n)));
        let expected: BTreeMap<_, _> = days
            .chain(["gap-report 2026-W43".to_owned(), "gap-report 2026-W44".to_owned()])
            .map(|run| (run, 1))
            .collect();
        assert_eq!(times, expected);
        assert!(rows(&world).await.iter().all(|row| row.state == RunState::Done && row.attempts == 1));
    }
);

both!(
    async fn the_alarm_clock_wakes_the_runner(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        world.clock.set(instant("2026-11-16T04:59:00Z"));
        let (diary, ran) = (Diary::default(), Arc::new(tokio::sync::Notify::new()));
        let rang = ran.clone();
        let job = scripted(COVERAGE, &diary, move |_, _| {
            rang.notify_one();
            async { done() }
        });
        let runner = runner(&world, vec![job]);
        let stop = tokio_util::sync::CancellationToken::new();
        let limit = Duration::from_secs(5);
        let work = tokio::spawn({
            let (runner, stop) = (runner.clone(), stop.clone());
            async move { runner.work("* * * * * *", stop, limit).await }
        });
        // The only test with the real clock: a real ticker that fires every second.
        tokio::time::timeout(limit, async {
            // Not due yet, so that the tick at the start finds nothing.
            assert!(tokio::time::timeout(Duration::from_millis(300), ran.notified()).await.is_err());
            world.clock.set(instant("2026-11-16T05:00:00Z"));
            ran.notified().await;
        })
        .await
        .expect("the alarm rings within five seconds");
        stop.cancel();
        assert!(work.await.unwrap().unwrap().in_time);
        assert_eq!(diary.runs(), ["coverage 2026-11-16"]);
    }
);

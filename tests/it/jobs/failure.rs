//! Jobs that fail, panic, take too long, or are not finished yet.

use std::sync::atomic::{AtomicU32, Ordering};

use ::jobs::retry;
use chrono::TimeDelta;

use super::*;
use crate::harness::both;

const RUN: &str = "2026-11-16";

both!(
    async fn a_panicking_job_is_recorded_and_tried_again(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let (diary, calls) = (Diary::default(), AtomicU32::new(0));
        let job = scripted(COVERAGE, &diary, move |_, _| {
            let first = calls.fetch_add(1, Ordering::SeqCst) == 0;
            async move {
                assert!(!first, "Jo Bloggs has no unit");
                done()
            }
        });
        let runner = runner(&world, vec![job]);
        wake(&world, &runner, "2026-11-16T05:00:00Z").await;
        let failed = row(&world, COVERAGE, RUN).await;
        assert_eq!(failed.state, RunState::Retrying);
        assert_eq!(failed.not_before, Some(instant("2026-11-16T05:01:00Z")));
        let outcome = failed.outcome.unwrap();
        assert!(outcome.contains("programming error") && !outcome.contains("Bloggs"), "{outcome}");
        wake(&world, &runner, "2026-11-16T05:01:00Z").await;
        let row = row(&world, COVERAGE, RUN).await;
        assert_eq!((row.state, row.attempts), (RunState::Done, 2));
    }
);

both!(
    async fn a_failing_job_backs_off_and_gives_up(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let diary = Diary::default();
        let job = scripted(COVERAGE, &diary, |_, _| async { Err(JobError::Retry("The sun shone.".to_owned())) });
        let runner = runner(&world, vec![job]);
        let mut now = instant("2026-11-16T05:00:00Z");
        wake(&world, &runner, &now.to_rfc3339()).await;
        for attempt in 1..retry::RUN.attempts() {
            let wait = retry::RUN.after(attempt).expect("a wait before the last attempt");
            let waiting = row(&world, COVERAGE, RUN).await;
            assert_eq!((waiting.state, waiting.attempts), (RunState::Retrying, attempt));
            assert_eq!(waiting.not_before, Some(now + wait));
            let begun = diary.runs().len();
            world.clock.set(now + wait - TimeDelta::microseconds(1));
            assert_eq!(runner.tick().await.unwrap(), 0, "attempt {attempt}");
            now += wait;
            wake(&world, &runner, &now.to_rfc3339()).await;
            assert_eq!(diary.runs().len(), begun + 1);
        }
        let row = row(&world, COVERAGE, RUN).await;
        assert_eq!((row.state, row.attempts, row.finished_at), (RunState::Failed, retry::RUN.attempts(), Some(now)));
        assert!(row.outcome.unwrap().contains("The sun shone."));
        world.clock.set(now + TimeDelta::minutes(1));
        assert_eq!(runner.tick().await.unwrap(), 0);
    }
);

both!(
    async fn a_failed_job_runs_again_only_on_request(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let (diary, calls) = (Diary::default(), AtomicU32::new(0));
        let job = scripted(COVERAGE, &diary, move |_, _| {
            let first = calls.fetch_add(1, Ordering::SeqCst) == 0;
            async move { if first { Err(JobError::Fail("There is no policy.".to_owned())) } else { done() } }
        });
        let runner = runner(&world, vec![job]);
        wake(&world, &runner, "2026-11-16T05:00:00Z").await;
        wake(&world, &runner, "2026-11-16T23:00:00Z").await;
        assert_eq!(row(&world, COVERAGE, RUN).await.state, RunState::Failed);
        assert_eq!(diary.runs().len(), 1);
        let asked = ledger::request(&world.db, COVERAGE, RUN).await.unwrap();
        assert_eq!((asked.state, asked.attempts), (RunState::Requested, 0));
        wake(&world, &runner, "2026-11-16T23:01:00Z").await;
        let row = row(&world, COVERAGE, RUN).await;
        assert_eq!((row.state, row.attempts), (RunState::Done, 1));
    }
);

both!(
    async fn a_job_over_its_limit_is_retried(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let diary = Diary::default();
        let table = [Entry { limit: Duration::from_millis(20), ..TABLE[0] }];
        let job = scripted(COVERAGE, &diary, |_, _| std::future::pending());
        let runner = runner_on(&world.db, &world, &table, vec![job]);
        wake(&world, &runner, "2026-11-16T05:00:00Z").await;
        let row = row(&world, COVERAGE, RUN).await;
        assert_eq!((row.state, row.not_before), (RunState::Retrying, Some(instant("2026-11-16T05:01:00Z"))));
        assert!(row.outcome.unwrap().contains("longer than its limit"));
    }
);

both!(
    async fn an_unfinished_job_continues_without_a_failed_attempt(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let (diary, calls) = (Diary::default(), AtomicU32::new(0));
        let job = scripted(COVERAGE, &diary, move |ctx, _| {
            let call = calls.fetch_add(1, Ordering::SeqCst);
            async move {
                match call {
                    0 => Err(JobError::Retry("Not now.".to_owned())),
                    1 => Ok(JobOutcome::ContinueLater {
                        not_before: ctx.now + TimeDelta::minutes(30),
                        text: "9 of 10 mails are sent.".to_owned(),
                    }),
                    2 => Ok(JobOutcome::ContinueLater {
                        not_before: ctx.now - TimeDelta::days(1),
                        text: "Soon.".to_owned(),
                    }),
                    _ => done(),
                }
            }
        });
        let runner = runner(&world, vec![job]);
        wake(&world, &runner, "2026-11-16T05:00:00Z").await;
        wake(&world, &runner, "2026-11-16T05:01:00Z").await;
        let waiting = row(&world, COVERAGE, RUN).await;
        assert_eq!((waiting.state, waiting.attempts), (RunState::Retrying, 0));
        assert_eq!(waiting.outcome.as_deref(), Some("9 of 10 mails are sent."));
        wake(&world, &runner, "2026-11-16T05:30:59Z").await;
        assert_eq!(diary.runs().len(), 2);
        wake(&world, &runner, "2026-11-16T05:31:00Z").await;
        // `ContinueLater` in the past means the next minute, never a loop.
        assert_eq!(diary.runs().len(), 3);
        assert_eq!(row(&world, COVERAGE, RUN).await.not_before, Some(instant("2026-11-16T05:32:00Z")));
        wake(&world, &runner, "2026-11-16T05:32:00Z").await;
        let row = row(&world, COVERAGE, RUN).await;
        assert_eq!((row.state, row.attempts), (RunState::Done, 1));
    }
);

both!(
    async fn a_failing_period_does_not_block_others(world: World) {
        first_import(&world, "2026-11-09T03:00:00Z").await;
        let diary = Diary::default();
        let job = scripted(COVERAGE, &diary, |_, about| async move {
            if about == period("2026-11-09") { Err(JobError::Retry("Not this one.".to_owned())) } else { done() }
        });
        let runner = runner(&world, vec![job]);
        wake(&world, &runner, "2026-11-17T05:00:00Z").await;
        assert_eq!(diary.runs(), ["coverage 2026-11-09", "coverage 2026-11-16", "coverage 2026-11-17"]);
    }
);

both!(
    async fn a_report_waits_for_mondays_coverage(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let (diary, calls) = (Diary::default(), AtomicU32::new(0));
        let coverage = scripted(COVERAGE, &diary, move |_, _| {
            let first = calls.fetch_add(1, Ordering::SeqCst) == 0;
            async move {
                Err(if first { JobError::Retry("Not yet.".to_owned()) } else { JobError::Fail("Never.".to_owned()) })
            }
        });
        let runner = runner(&world, vec![coverage, easy(GAP_REPORT, &diary)]);
        wake(&world, &runner, "2026-11-16T07:00:00Z").await;
        assert_eq!(diary.runs(), ["coverage 2026-11-16"]);
        wake(&world, &runner, "2026-11-16T07:01:00Z").await;
        wake(&world, &runner, "2026-11-16T07:02:00Z").await;
        assert_eq!(diary.runs(), ["coverage 2026-11-16", "coverage 2026-11-16", "gap-report 2026-W47"]);
    }
);

both!(
    async fn a_midweek_report_waits_for_thursdays_coverage(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let (diary, calls) = (Diary::default(), AtomicU32::new(0));
        let coverage = scripted(COVERAGE, &diary, move |_, about| {
            let fails = about == period("2026-11-19") && calls.fetch_add(1, Ordering::SeqCst) == 0;
            async move { if fails { Err(JobError::Retry("Not yet.".to_owned())) } else { done() } }
        });
        let runner = runner(&world, vec![coverage, easy(MIDWEEK_REPORT, &diary)]);
        wake(&world, &runner, "2026-11-19T07:00:00Z").await;
        let before = ["coverage 2026-11-16", "coverage 2026-11-19"];
        assert_eq!(diary.runs(), before, "Monday's coverage is not what it waits for");
        wake(&world, &runner, "2026-11-19T07:01:00Z").await;
        wake(&world, &runner, "2026-11-19T07:02:00Z").await;
        assert_eq!(diary.runs()[2..], ["coverage 2026-11-19", "midweek-report 2026-W47"]);
    }
);

both!(
    async fn an_invalid_requested_period_is_refused(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        ledger::request(&world.db, COVERAGE, "2026-02-31").await.unwrap();
        let diary = Diary::default();
        let runner = runner(&world, vec![easy(COVERAGE, &diary)]);
        wake(&world, &runner, "2026-11-16T05:00:00Z").await;
        assert_eq!(row(&world, COVERAGE, "2026-02-31").await.state, RunState::Failed);
        assert_eq!(diary.runs(), ["coverage 2026-11-16"]);
    }
);

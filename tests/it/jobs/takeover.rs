//! Processes that are killed at any moment, lost leases, and requested runs.

use std::sync::atomic::{AtomicBool, Ordering};

use ::jobs::retry;
use ::jobs::runner::RunNowError;
use chrono::TimeDelta;
use entity::clock::Clock;
use tokio::sync::Notify;

use super::*;
use crate::harness::{both, within};

const RUN: &str = "2026-11-16";

/// Creates a runner with heartbeats every 25 ms of real time.
fn short_lease(world: &World, jobs: Vec<Box<dyn Job>>) -> Runner {
    let (db, clock, lease) = (world.db.clone(), world.clock.clone(), TimeDelta::milliseconds(100));
    Runner::with_lease(db, clock, London, &TABLE, jobs, lease).expect("the jobs are in the table")
}

/// A whole process with its own runtime, pool and runner. It starts due runs, and is killed while the job waits.
async fn killed_while_it_runs(world: &World, job: Box<dyn Job>, begun: Arc<Notify>) {
    let process = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (url, clock): (String, Clock) = (world.url.clone(), world.clock.clone());
    process.spawn(async move {
        let db = entity::store::connect(&url).await.expect("a pool of its own");
        let runner = Runner::new(db, clock, London, &TABLE, vec![job]).expect("the job is in the table");
        runner.tick().await.expect("the ledger answers");
        std::future::pending::<()>().await;
    });
    begun.notified().await;
    process.shutdown_background();
}

both!(
    async fn a_killed_run_is_taken_over(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        world.clock.set(instant("2026-11-16T05:00:00Z"));
        let (diary, begun) = (Diary::default(), Arc::new(Notify::new()));
        let bell = begun.clone();
        let endless = scripted(COVERAGE, &diary, move |_, _| {
            bell.notify_one();
            std::future::pending()
        });
        killed_while_it_runs(&world, endless, begun).await;
        let left = row(&world, COVERAGE, RUN).await;
        assert_eq!((left.state, left.lease_until), (RunState::Running, Some(instant("2026-11-16T05:02:00Z"))));

        let runner = runner(&world, vec![easy(COVERAGE, &diary)]);
        wake(&world, &runner, "2026-11-16T05:02:00Z").await;
        assert_eq!(diary.runs().len(), 1, "the lease still holds");
        wake(&world, &runner, "2026-11-16T05:02:00.000001Z").await;
        assert_eq!(diary.runs().len(), 2);
        let row = row(&world, COVERAGE, RUN).await;
        assert_eq!((row.state, row.attempts), (RunState::Done, 2));
    }
);

both!(
    async fn recorded_work_is_not_repeated_after_a_kill(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        world.clock.set(instant("2026-11-16T05:00:00Z"));
        let (diary, begun) = (Diary::default(), Arc::new(Notify::new()));
        let bell = begun.clone();
        let killed_after_commit = scripted(COVERAGE, &diary, move |ctx, _| {
            let bell = bell.clone();
            async move {
                let txn = entity::store::begin_write(&ctx.db).await?;
                ctx.done_within(&txn, "Stored.").await?;
                txn.commit().await?;
                bell.notify_one();
                std::future::pending().await
            }
        });
        killed_while_it_runs(&world, killed_after_commit, begun).await;
        let runner = runner(&world, vec![easy(COVERAGE, &diary)]);
        wake(&world, &runner, "2026-11-16T06:00:00Z").await;
        assert_eq!(diary.runs().len(), 1);
        let row = row(&world, COVERAGE, RUN).await;
        assert_eq!((row.state, row.outcome.as_deref()), (RunState::Done, Some("Stored.")));
    }
);

both!(
    async fn a_rollback_leaves_the_run_not_done(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let diary = Diary::default();
        let job = scripted(COVERAGE, &diary, |ctx, _| async move {
            let txn = entity::store::begin_write(&ctx.db).await?;
            ctx.done_within(&txn, "Stored.").await?;
            txn.rollback().await?;
            Err(JobError::Retry("The commit failed.".to_owned()))
        });
        let runner = runner(&world, vec![job]);
        wake(&world, &runner, "2026-11-16T05:00:00Z").await;
        assert_eq!(row(&world, COVERAGE, RUN).await.state, RunState::Retrying);
    }
);

both!(
    async fn a_run_that_always_crashes_is_given_up(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let mut now = instant("2026-11-16T05:00:00Z");
        for n in 0..retry::RUN.attempts() {
            let holder = format!("killed {n}");
            let bid = ledger::ClaimRequest {
                job: COVERAGE,
                period: RUN,
                holder: &holder,
                now,
                lease_until: now + TimeDelta::minutes(2),
            };
            assert!(ledger::claim(&world.db, bid).await.unwrap().is_some());
            now += TimeDelta::minutes(3);
        }
        let diary = Diary::default();
        let runner = runner(&world, vec![easy(COVERAGE, &diary)]);
        wake(&world, &runner, &now.to_rfc3339()).await;
        assert_eq!(diary.runs(), [""; 0]);
        assert_eq!(row(&world, COVERAGE, RUN).await.state, RunState::Failed);
    }
);

/// Records that it is dropped.
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

both!(
    async fn a_worker_without_its_lease_records_nothing(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        world.clock.set(instant("2026-11-16T05:00:00Z"));
        let (diary, begun, dropped) = (Diary::default(), Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let (bell, gone) = (begun.clone(), dropped.clone());
        let job = scripted(COVERAGE, &diary, move |_, _| {
            bell.notify_one();
            let guard = Dropped(gone.clone());
            async move {
                let _guard = guard;
                std::future::pending().await
            }
        });
        // The clock for the lease does not move.
        let runner = short_lease(&world, vec![job]);
        runner.tick().await.unwrap();
        begun.notified().await;
        let later = instant("2026-11-16T05:10:00Z");
        let bid = ledger::ClaimRequest {
            job: COVERAGE,
            period: RUN,
            holder: "another",
            now: later,
            lease_until: later + TimeDelta::minutes(2),
        };
        assert!(ledger::claim(&world.db, bid).await.unwrap().is_some());
        over(&runner).await;
        assert!(dropped.load(Ordering::SeqCst));
        let row = row(&world, COVERAGE, RUN).await;
        assert_eq!((row.state, row.holder.as_deref(), row.attempts), (RunState::Running, Some("another"), 2));
    }
);

both!(
    async fn heartbeats_keep_the_lease_of_a_long_run(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        world.clock.set(instant("2026-11-16T05:00:00Z"));
        let (diary, finish) = (Diary::default(), Arc::new(Notify::new()));
        let gate = finish.clone();
        let job = scripted(COVERAGE, &diary, move |_, _| {
            let gate = gate.clone();
            async move {
                gate.notified().await;
                done()
            }
        });
        let long = short_lease(&world, vec![job]);
        long.tick().await.unwrap();
        let later = instant("2026-11-16T05:00:00.090Z");
        world.clock.set(later);
        // The next heartbeat renews the lease from the current time of the clock.
        let renewed = async {
            while row(&world, COVERAGE, RUN).await.lease_until != Some(later + TimeDelta::milliseconds(100)) {
                tokio::task::yield_now().await;
            }
        };
        within("a heartbeat renews the lease", renewed).await;
        let other = runner(&world, vec![easy(COVERAGE, &diary)]);
        wake(&world, &other, "2026-11-16T05:00:00.150Z").await;
        finish.notify_one();
        over(&long).await;
        assert_eq!(diary.runs().len(), 1);
        assert_eq!(row(&world, COVERAGE, RUN).await.state, RunState::Done);
    }
);

both!(
    async fn a_requested_run_repeats_a_finished_one(world: World) {
        first_import(&world, "2026-11-16T03:00:00Z").await;
        let diary = Diary::default();
        let runner = runner(&world, vec![easy(COVERAGE, &diary), easy(GAP_REPORT, &diary)]);
        wake(&world, &runner, "2026-11-16T05:00:00Z").await;
        let again = runner.run_now(COVERAGE, period(RUN)).await.expect("it is run");
        assert_eq!((again.state, again.attempts), (RunState::Done, 1));
        // A run that is not due, and before its coverage.
        runner.run_now(GAP_REPORT, period("2026-W20")).await.expect("it is run");
        assert_eq!(diary.runs(), ["coverage 2026-11-16", "coverage 2026-11-16", "gap-report 2026-W20"]);
    }
);

both!(
    async fn a_run_active_elsewhere_is_not_started(world: World) {
        let now = world.clock.now();
        let bid = ledger::ClaimRequest {
            job: COVERAGE,
            period: RUN,
            holder: "x",
            now,
            lease_until: now + TimeDelta::minutes(2),
        };
        ledger::claim(&world.db, bid).await.unwrap().expect("the first to claim has it");
        let diary = Diary::default();
        let runner = runner(&world, vec![easy(COVERAGE, &diary)]);
        assert!(matches!(runner.run_now(COVERAGE, period(RUN)).await, Err(RunNowError::Busy(..))));
        assert!(matches!(runner.run_now(COVERAGE, period("2026-W47")).await, Err(RunNowError::WrongPeriod(..))));
        let to_come = runner.run_now(COVERAGE, period("2031-01-01")).await;
        assert!(matches!(to_come, Err(RunNowError::NotStarted(..))), "what is to come is not known");
        assert!(matches!(runner.run_now("tea", period(RUN)).await, Err(RunNowError::UnknownJob(..))));
        world.clock.set(now + TimeDelta::minutes(3));
        assert_eq!(runner.run_now(COVERAGE, period(RUN)).await.unwrap().state, RunState::Done);
    }
);

both!(
    async fn a_requested_report_of_any_week_is_sent(world: World) {
        first_import(&world, "2026-11-01T03:00:00Z").await;
        ledger::request(&world.db, GAP_REPORT, "2026-W20").await.unwrap();
        let diary = Diary::default();
        let runner = runner(&world, vec![easy(GAP_REPORT, &diary)]);
        wake(&world, &runner, "2026-11-15T12:00:00Z").await;
        assert_eq!(diary.runs(), ["gap-report 2026-W20", "gap-report 2026-W46"]);
    }
);

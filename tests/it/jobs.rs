//! Scheduled jobs run once per period, even if processes are killed. The jobs here are the tests' own.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::jobs::runner::{Job, JobError, JobOutcome, RunContext, Runner};
use ::jobs::schedule::{Entry, Every, Period, TABLE};
use chrono::{DateTime, Utc};
use chrono_tz::Europe::London;
use entity::json_column::ImportedFiles;
use entity::store::run::{self as ledger, COVERAGE, GAP_REPORT, MIDWEEK_REPORT};
use entity::table::{import_batch, job_run};
use entity::value::{ImportState, RunState};
use futures_util::future::BoxFuture;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, DatabaseConnection, EntityTrait as _};

use crate::harness::{World, day, instant};

mod failure;
mod ledger_rows;
mod one_transaction;
mod stop;
mod takeover;
mod timing;

/// Records the runs in the order in which they started: job, period and clock time.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<Note>>>);

type Note = (String, DateTime<Utc>);

impl Diary {
    fn note(&self, what: String, when: DateTime<Utc>) {
        self.0.lock().unwrap().push((what, when));
    }

    /// Returns the runs as `job period`, in the order in which they started.
    fn runs(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(what, _)| what.clone()).collect()
    }

    /// Returns when `run` started. It must have started exactly once.
    fn once(&self, run: &str) -> DateTime<Utc> {
        let begun: Vec<_> = self.0.lock().unwrap().iter().filter(|(what, _)| what == run).map(|(_, at)| *at).collect();
        assert_eq!(begun.len(), 1, "{run} began {} times", begun.len());
        begun[0]
    }
}

type Act = Box<dyn Fn(RunContext, Period) -> BoxFuture<'static, Result<JobOutcome, JobError>> + Send + Sync>;

/// A job that writes to the diary and then does what the test says.
struct Scripted {
    name: &'static str,
    diary: Diary,
    act: Act,
}

#[async_trait::async_trait]
impl Job for Scripted {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn run(&self, ctx: &RunContext, period: Period) -> Result<JobOutcome, JobError> {
        self.diary.note(format!("{} {period}", self.name), ctx.now);
        (self.act)(ctx.clone(), period).await
    }
}

fn scripted<F>(
    name: &'static str,
    diary: &Diary,
    act: impl Fn(RunContext, Period) -> F + Send + Sync + 'static,
) -> Box<dyn Job>
where
    F: Future<Output = Result<JobOutcome, JobError>> + Send + 'static,
{
    Box::new(Scripted { name, diary: diary.clone(), act: Box::new(move |ctx, period| Box::pin(act(ctx, period))) })
}

/// A job that is done at once.
fn easy(name: &'static str, diary: &Diary) -> Box<dyn Job> {
    scripted(name, diary, |_, _| async { done() })
}

fn done() -> Result<JobOutcome, JobError> {
    Ok(JobOutcome::Done("All of it.".to_owned()))
}

fn period(text: &str) -> Period {
    let [days, weeks] = [TABLE[0].every, Every::Week];
    days.parse(text).or_else(|_| weeks.parse(text)).expect("a period")
}

fn runner(world: &World, jobs: Vec<Box<dyn Job>>) -> Runner {
    runner_on(&world.db, world, &TABLE, jobs)
}

fn runner_on(db: &DatabaseConnection, world: &World, table: &[Entry], jobs: Vec<Box<dyn Job>>) -> Runner {
    Runner::new(db.clone(), world.clock.clone(), London, table, jobs).expect("the jobs are in the table")
}

/// Wakes a runner at an instant and waits until all runs that it started have ended.
async fn wake(world: &World, runner: &Runner, at: &str) {
    world.clock.set(instant(at));
    runner.tick().await.expect("the ledger answers");
    over(runner).await;
}

/// Waits until no run is active. A run that never ends fails the test instead of blocking it.
async fn over(runner: &Runner) {
    tokio::time::timeout(Duration::from_secs(30), runner.idle()).await.expect("the runs come to an end");
}

/// Starts the service: the first import was applied at this instant.
async fn first_import(world: &World, at: &str) {
    import_batch::ActiveModel {
        as_at: Set(day(&at[..10])),
        finished_at: Set(instant(at)),
        state: Set(ImportState::Applied),
        forced: Set(false),
        files: Set(ImportedFiles::default()),
        refusal: Set(None),
        ..Default::default()
    }
    .insert(&world.db)
    .await
    .expect("the import is recorded");
}

async fn row(world: &World, job: &str, period: &str) -> job_run::Model {
    ledger::find(&world.db, job, period).await.expect("the ledger answers").expect("the ledger knows the run")
}

async fn rows(world: &World) -> Vec<job_run::Model> {
    job_run::Entity::find().all(&world.db).await.expect("the ledger answers")
}

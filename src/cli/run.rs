//! `psn run`: a job now, because somebody asks for it, and the list of jobs and runs.

use clap::Subcommand;
use entity::clock::Clock;
use entity::period::{Day, IsoWeek};
use entity::store::retention::Kind;
use entity::store::run::{self as ledger, COVERAGE, Filter, GAP_REPORT, RETENTION};
use entity::table::job_run::Model;
use entity::value::RunState;
use jobs::report::Preview;
use jobs::runner::RunNowError;
use jobs::schedule::{Period, TABLE, render};

use super::{Stop, say};
use crate::app::App;
use crate::config::Settings;

/// How many runs the list shows.
const SHOWN: u64 = 20;

/// What `psn run` takes besides the settings.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which job, or the list.
    #[command(subcommand)]
    pub what: What,
}

/// What can be run.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Compute one day's coverage and store it as a new snapshot.
    Coverage {
        /// The day, as 2026-11-16
        #[arg(long, value_name = "DAY")]
        as_of: Day,
    },
    /// Build one week's gap report and send what is not sent yet.
    GapReport {
        /// The week, as 2026-W48
        #[arg(long, value_name = "WEEK")]
        week: IsoWeek,
        /// Show who would get what; write and send nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove what is held beyond its period, as of today.
    Retention {
        /// Show what would go; write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// List the jobs, and what became of their last runs.
    List,
}

/// Does it.
///
/// # Errors
///
/// [`Stop::Failed`] when the run failed or waits for another attempt; [`Stop::Refused`] when it was not begun.
pub async fn run(args: Args, settings: Settings, clock: Clock) -> Result<(), Stop> {
    let app = App::open_migrated(settings, clock).await?;
    let done = match args.what {
        What::Coverage { as_of } => run_now(&app, COVERAGE, Period::Day(as_of)).await,
        What::GapReport { week, dry_run: false } => run_now(&app, GAP_REPORT, Period::Week(week)).await,
        What::GapReport { week, dry_run: true } => preview(&app, week).await,
        What::Retention { dry_run: false } => run_now(&app, RETENTION, Period::Day(app.today())).await,
        What::Retention { dry_run: true } => beyond(&app).await,
        What::List => list(&app).await,
    };
    app.close().await;
    done
}

async fn run_now(app: &App, job: &str, period: Period) -> Result<(), Stop> {
    // A run about nothing would be done for good, and the period's own run would find it so.
    let imported = ledger::first_import(&app.db).await;
    if job != RETENTION
        && imported.map_err(|error| Stop::Failed(format!("the imports cannot be read: {error}")))?.is_none()
    {
        return Err(Stop::Refused(
            "there is nothing to compute yet: import a board's files first (psn import)".to_owned(),
        ));
    }
    let run = app.runner()?.run_now(job, period).await.map_err(|error| match error {
        RunNowError::UnknownJob(..) | RunNowError::WrongPeriod(..) | RunNowError::ToCome(_) => {
            Stop::Refused(error.to_string())
        }
        RunNowError::Busy(..) | RunNowError::Stopping | RunNowError::Database(_) => Stop::Failed(error.to_string()),
    })?;
    let outcome = run.outcome.clone().unwrap_or_default();
    match run.state {
        RunState::Done => say(format!("{job} {period}: {outcome}")),
        RunState::Failed => Err(Stop::Failed(format!("{job} {period} failed: {outcome}"))),
        RunState::Requested | RunState::Running | RunState::Retrying => {
            let next = run.not_before.map_or_else(String::new, |at| format!(" at {}", at.format("%Y-%m-%d %H:%M UTC")));
            Err(Stop::Failed(format!("{job} {period} is not finished: {outcome}. A worker goes on with it{next}")))
        }
    }
}

async fn preview(app: &App, week: IsoWeek) -> Result<(), Stop> {
    let mails = app.gap_report()?.dry_run(&app.db, week).await.map_err(|error| Stop::Failed(error.to_string()))?;
    for Preview { recipient, address, units, rendered } in &mails {
        say(address.as_deref().unwrap_or(&format!("NOBODY ({recipient})")))?;
        say(format!("  {}", rendered.subject))?;
        for (code, why) in units {
            say(format!("  {code}: {why}"))?;
        }
    }
    let addressed = mails.iter().filter(|mail| mail.address.is_some()).count();
    let nobody = mails.len() - addressed;
    say(format!("Mails for {week}: {addressed}; units with nobody to write to: {nobody}. Nothing was written or sent."))
}

async fn beyond(app: &App) -> Result<(), Stop> {
    let all = app.retention().dry_run(&app.db, app.today()).await;
    let all = all.map_err(|error| Stop::Failed(format!("what is held cannot be read: {error}")))?;
    say(format!("{:<13}  {:>4}  {:<10}  {:>8}  {:<10}  WHAT HAPPENS", "KIND", "DAYS", "BEFORE", "ROWS", "OLDEST"))?;
    for (kind, cut, found) in all {
        let days = Kind::days(kind, &app.settings.retention.periods());
        let oldest = found.oldest.map_or_else(|| "-".to_owned(), |day| day.to_string());
        say(format!("{:<13}  {days:>4}  {cut}  {:>8}  {oldest:<10}  {}", kind.word(), found.rows, kind.meaning()))?;
    }
    say("Nothing was written.")
}

async fn list(app: &App) -> Result<(), Stop> {
    let zone = app.settings.board_zone;
    say(render(&TABLE, zone))?;
    let runs = ledger::list(&app.db, &Filter::default(), None, SHOWN)
        .await
        .map_err(|error| Stop::Failed(format!("the ledger of the jobs cannot be read: {error}")))?;
    if runs.is_empty() {
        return say("No run yet.");
    }
    for Model { job, period, state, attempts, finished_at, not_before, outcome, .. } in runs {
        let at = finished_at.or(not_before);
        let at = at.map_or_else(String::new, |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string());
        let outcome = outcome.unwrap_or_default();
        say(format!("{job:<10}  {period:<10}  {state:<9}  {at:<16}  attempts {attempts}  {outcome}"))?;
    }
    Ok(())
}

//! `psn run`: runs a job now, and lists jobs and runs.

use clap::Subcommand;
use entity::clock::{Clock, day_of};
use entity::period::{Day, IsoWeek};
use entity::store::retention::Kind;
use entity::store::run::{self as ledger, COVERAGE, REGISTER_MAIL, RETENTION, RunFilter, job_of};
use entity::store::{report, snapshot};
use entity::table::job_run::Model;
use entity::value::{ReportKind, RunState};
use jobs::register_mail::LetterPreview;
use jobs::report::{Preview, ReportError};
use jobs::runner::RunNowError;
use jobs::schedule::{Period, TABLE, render};
use jobs::snapshot::is_current;
use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;

use super::say;
use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;

/// The maximum number of runs in the list.
const SHOWN: u64 = 20;

/// The arguments of `psn run`.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// The job, or the list.
    #[command(subcommand)]
    pub command: RunCommand,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum RunCommand {
    /// Compute one day's coverage and store it as a new snapshot.
    Coverage {
        /// Date, such as 2026-11-16
        #[arg(long, value_name = "DAY")]
        as_of: Day,
    },
    /// Build one week's gap report and send the mails that are not sent yet.
    GapReport {
        /// Week, such as 2026-W48
        #[arg(long, value_name = "WEEK")]
        week: IsoWeek,
        /// Show who would receive which report; write and send nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Send what has become worse since one week's gap report to the recipients who chose to receive it.
    MidweekReport {
        /// Week, such as 2026-W48; available from its Thursday
        #[arg(long, value_name = "WEEK")]
        week: IsoWeek,
        /// Show who would receive which report; write and send nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Make and send today's mails of the register.
    RegisterMail {
        /// Show who would receive which mail; write and send nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove data whose retention period has ended, as of today.
    Retention {
        /// Show what would be removed; write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// List the jobs and the outcomes of their last runs.
    List,
}

/// Runs the command.
///
/// # Errors
///
/// [`ExitError::Failed`] if the run failed or waits for another attempt; [`ExitError::Refused`] if it was not started.
pub async fn run(args: RunArgs, settings: Settings, clock: Clock, stop: CancellationToken) -> Result<(), ExitError> {
    let app = App::open_migrated(settings, clock).await?;
    let done = match args.command {
        RunCommand::Coverage { as_of } => run_now(&app, COVERAGE, Period::Day(as_of), &stop).await,
        RunCommand::GapReport { week, dry_run } => report_now(&app, ReportKind::Weekly, week, dry_run, &stop).await,
        RunCommand::MidweekReport { week, dry_run } => {
            report_now(&app, ReportKind::Midweek, week, dry_run, &stop).await
        }
        RunCommand::RegisterMail { dry_run: false } => {
            run_now(&app, REGISTER_MAIL, Period::Day(app.today()), &stop).await
        }
        RunCommand::RegisterMail { dry_run: true } => register_mail_dry_run(&app).await,
        RunCommand::Retention { dry_run: false } => run_now(&app, RETENTION, Period::Day(app.today()), &stop).await,
        RunCommand::Retention { dry_run: true } => retention_dry_run(&app).await,
        RunCommand::List => list(&app).await,
    };
    app.close().await;
    done
}

async fn report_now(
    app: &App,
    kind: ReportKind,
    week: IsoWeek,
    dry_run: bool,
    stop: &CancellationToken,
) -> Result<(), ExitError> {
    if dry_run { preview(app, kind, week).await } else { run_now(app, job_of(kind), Period::Week(week), stop).await }
}

async fn run_now(app: &App, job: &str, period: Period, stop: &CancellationToken) -> Result<(), ExitError> {
    if job != RETENTION {
        refuse_before_first_import(app, period).await?;
    }
    let runner = app.runner()?;
    let stopped = async {
        stop.cancelled().await;
        // The run ends within this time, or is left to the next worker.
        runner.drain(app.settings.shutdown_limit()).await;
    };
    let run = tokio::select! {
        run = runner.run_now(job, period) => run,
        () = stopped => return Err(ExitError::Interrupted),
    };
    let run = run.map_err(|error| match error {
        RunNowError::UnknownJob(..) | RunNowError::WrongPeriod(..) | RunNowError::NotStarted(..) => {
            ExitError::Refused(error.to_string())
        }
        RunNowError::Stopping => ExitError::Interrupted,
        RunNowError::Busy(..) | RunNowError::Database(_) => ExitError::Failed(error.to_string()),
    })?;
    if stop.is_cancelled() && run.state != RunState::Done {
        return Err(ExitError::Interrupted);
    }
    let outcome = run.outcome.clone().unwrap_or_default();
    match run.state {
        RunState::Done => say(format!("{job} {period}: {outcome}")),
        RunState::Failed => Err(ExitError::Failed(format!("{job} {period} failed: {outcome}"))),
        // Its run of the day continues until the day is over.
        RunState::Retrying if job == REGISTER_MAIL && run.attempts == 0 => say(format!("{job} {period}: {outcome}")),
        RunState::Requested | RunState::Running | RunState::Retrying => {
            let next = run.not_before.map_or_else(String::new, |at| format!(" at {}", at.format("%Y-%m-%d %H:%M UTC")));
            Err(ExitError::Failed(format!(
                "{job} {period} is not finished: {outcome}. A worker will continue it{next}"
            )))
        }
    }
}

/// Refuses a period before the first import, by the same rule as the API.
pub(super) async fn refuse_before_first_import(app: &App, period: Period) -> Result<(), ExitError> {
    let imported = ledger::first_import(&app.db).await;
    let imported = imported.map_err(|error| ExitError::Failed(format!("the imports cannot be read: {error}")))?;
    let imported = imported.map(|at| day_of(at, app.settings.board_zone));
    let last = match period {
        // A day's coverage is computed from what the files say about the past, and no mail is sent about it.
        Period::Day(day) => imported.map_or(day, |first| day.max(first)),
        Period::Week(week) => week.monday().plus_days(6),
    };
    ledger::refuse_before_first_import(&period.to_string(), last, imported).map_err(ExitError::Refused)
}

/// Returns the mails that a run would send.
///
/// # Errors
///
/// [`ExitError::Refused`] for a week before the first import, or a report whose date is in the future; [`ExitError::Failed`] if
/// the mails could not be built.
pub(super) async fn mails(app: &App, kind: ReportKind, week: IsoWeek) -> Result<Vec<Preview>, ExitError> {
    refuse_before_first_import(app, Period::Week(week)).await?;
    app.gap_report(kind)?.dry_run(&app.db, week).await.map_err(|error| match error {
        ReportError::NoSnapshot(day) if day > app.today() => {
            let job = job_of(kind);
            ExitError::Refused(format!(
                "{job} {week} shows the coverage of {day}. Run this command on that day or later."
            ))
        }
        error => ExitError::Failed(error.to_string()),
    })
}

async fn preview(app: &App, kind: ReportKind, week: IsoWeek) -> Result<(), ExitError> {
    let mails = mails(app, kind, week).await?;
    for Preview { recipient, address, units, rendered } in &mails {
        say(address.as_deref().unwrap_or(&format!("NO RECIPIENT ({recipient})")))?;
        say(format!("  {}", rendered.subject))?;
        for (code, why) in units {
            say(format!("  {code}: {why}"))?;
        }
    }
    let addressed = mails.iter().filter(|mail| mail.address.is_some()).count();
    let without_recipient = mails.len() - addressed;
    if is_out_of_date(app, kind, week).await.map_err(|error| ExitError::Failed(error.to_string()))? {
        say(format!(
            "The data has changed since the snapshot of {}. A run takes a new snapshot first, so its figures can differ.",
            kind.day(week)
        ))?;
    }
    say(format!(
        "Mails for {week}: {addressed}; without a recipient: {without_recipient}. Nothing was written or sent."
    ))
}

/// Whether a run would take a new snapshot before it builds the week's report.
async fn is_out_of_date(app: &App, kind: ReportKind, week: IsoWeek) -> Result<bool, DbErr> {
    if report::find(&app.db, week, kind).await?.is_some() {
        return Ok(false);
    }
    match snapshot::newest_of(&app.db, kind.day(week)).await? {
        Some(newest) => Ok(!is_current(&app.db, &newest).await?),
        None => Ok(true),
    }
}

async fn register_mail_dry_run(app: &App) -> Result<(), ExitError> {
    let mails = app.register_mail()?.dry_run(&app.db, app.clock.now()).await;
    let mails = mails.map_err(|error| ExitError::Failed(error.to_string()))?;
    for LetterPreview { address, subject, .. } in &mails {
        say(address.as_deref().unwrap_or("NO ADDRESS"))?;
        say(format!("  {subject}"))?;
    }
    say(format!("Mails: {}. Nothing was written or sent.", mails.len()))
}

async fn retention_dry_run(app: &App) -> Result<(), ExitError> {
    let all = app.retention().dry_run(&app.db, app.today()).await;
    let all = all.map_err(|error| ExitError::Failed(format!("the data to remove cannot be read: {error}")))?;
    say(format!("{:<16}  {:>5}  {:<10}  {:>8}  {:<10}  WHAT HAPPENS", "KIND", "DAYS", "BEFORE", "ROWS", "OLDEST"))?;
    for (kind, cut, found) in all {
        let days = Kind::days(kind, &app.settings.retention.periods());
        let days = days.map_or_else(|| "-".to_owned(), |days| days.to_string());
        let oldest = found.oldest.map_or_else(|| "-".to_owned(), |day| day.to_string());
        say(format!("{:<16}  {days:>5}  {cut}  {:>8}  {oldest:<10}  {}", kind.as_str(), found.rows, kind.meaning()))?;
    }
    say("Nothing was written.")
}

async fn list(app: &App) -> Result<(), ExitError> {
    let zone = app.settings.board_zone;
    say(render(&TABLE, zone))?;
    let runs = ledger::list(&app.db, &RunFilter::default(), None, SHOWN)
        .await
        .map_err(|error| ExitError::Failed(format!("the runs cannot be read: {error}")))?;
    if runs.is_empty() {
        return say("No runs yet.");
    }
    for Model { job, period, state, attempts, finished_at, not_before, outcome, .. } in runs {
        let at = finished_at.or(not_before);
        let at = at.map_or_else(String::new, |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string());
        let outcome = outcome.unwrap_or_default();
        say(format!("{job:<14}  {period:<10}  {state:<9}  {at:<16}  attempts {attempts}  {outcome}"))?;
    }
    Ok(())
}

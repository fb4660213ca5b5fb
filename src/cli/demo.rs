//! `psn demo`: a whole board to look at, from files to mails to the API, with one command.
//!
//! It goes the way that everybody's files go: the same import, the same snapshots, the same report, into a database of its own
//! and no other. Whatever is there already is left alone, so that it can be stopped at any moment and run again.

mod board;
mod ground;
pub mod links;

use entity::clock::Clock;
use entity::coverage::change::is_gap;
use entity::period::{Day, IsoWeek};
use entity::store::run::{self as ledger, COVERAGE, GAP_REPORT};
use entity::store::{report, snapshot, tree};
use entity::table::{delivery, snapshot_team, snapshot_unit};
use entity::value::{DeliveryState, RunState, Status};
use jobs::import::{self, Allowances, Mapping, Mode, Progress};
use jobs::runner::{RunNowError, Runner};
use jobs::schedule::Period;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::progress::Steps;
use super::{Stop, say, serve};
use crate::app::App;
use crate::config::Settings;
use board::State;
use ground::Ground;

/// Weekly snapshots that the demonstration begins with, this week's among them.
const WEEKS: i64 = 10;

/// What `psn demo` takes besides the settings: nothing.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {}

/// Prepares the demonstration, prints what there is, and serves it until `stop` is cancelled.
///
/// # Errors
///
/// [`Stop::Refused`] for an address that other machines reach, or a database that it did not make itself; [`Stop::Failed`]
/// for whatever goes wrong on the way. What was finished stays.
pub async fn run(args: Args, mut settings: Settings, clock: Clock, stop: CancellationToken) -> Result<(), Stop> {
    let Args {} = args;
    if !settings.bind.ip().is_loopback() {
        let bind = settings.bind;
        return Err(Stop::Refused(format!(
            "the demonstration is for this machine only: {bind} is reached from others"
        )));
    }
    if let Some(why) = settings.production() {
        return Err(Stop::Refused(format!("the demonstration is for this machine only, and {why}")));
    }
    if settings.mail.forget_server() {
        say("SMTP_URL is not used: the demonstration writes its mails into a folder and sends none.")?;
    }
    let bind = settings.bind;
    let listener = TcpListener::bind(bind).await.map_err(|error| {
        Stop::Failed(format!(
            "{bind} cannot be listened on ({error}): stop what uses it, or choose another with --bind"
        ))
    })?;
    let app = App::open(settings, clock).await?;
    // Making the tables is writing, too.
    ground::look(&app).await?;
    migration::migrate(&app.db).await.map_err(|error| app.migration_failed(&error))?;
    let runner = app.runner()?;
    let asked_to_stop = async {
        stop.cancelled().await;
        // A running job comes to its end and nothing new begins; an import that is dropped has written nothing.
        runner.drain(app.settings.shutdown_limit()).await;
    };
    let prepared = tokio::select! {
        prepared = prepare(&app, &runner) => Some(prepared),
        () = asked_to_stop => None,
    };
    match prepared {
        Some(prepared) if !stop.is_cancelled() => say(prepared?)?,
        Some(_) | None => return say("Stopped. Run it again and it goes on from here."),
    }
    let at = listener.local_addr().map_err(|error| Stop::Failed(format!("the listener is gone: {error}")))?;
    let gate = app.gate()?.with_links();
    let links = links::make(&app, &gate).await.map_err(failed("the links to sign in with could not be made"))?;
    say(links.shown(at))?;
    let served = serve::serve_on(listener, &app, gate, true, stop).await;
    app.close().await;
    served
}

/// Does what is not done yet, and says what there is.
///
/// # Errors
///
/// As [`run`].
pub async fn prepare(app: &App, runner: &Runner) -> Result<String, Stop> {
    let monday = app.today().monday();
    let steps = Steps::new();
    let prepared = fill(app, runner, monday, &steps).await;
    drop(steps);
    prepared?;
    summary(app, monday).await.map_err(failed("what there is cannot be read"))
}

async fn fill(app: &App, runner: &Runner, monday: Day, steps: &Steps) -> Result<(), Stop> {
    import_board(app, monday, steps).await?;
    for week in (0..WEEKS).rev() {
        let day = monday.plus_days(-7 * week);
        steps.step(&format!("computing the coverage of {day}"));
        run_once(app, runner, COVERAGE, Period::Day(day)).await?;
    }
    // Last week's first, so that this week's say what has changed since.
    for (week, what) in [(monday.plus_days(-7), "last week's"), (monday, "this week's")] {
        steps.step(&format!("building {what} gap reports and writing the mails"));
        run_once(app, runner, GAP_REPORT, Period::Week(IsoWeek::of(week))).await?;
    }
    Ok(())
}

/// Runs a job for a period that the ledger does not know as ended.
async fn run_once(app: &App, runner: &Runner, job: &str, period: Period) -> Result<(), Stop> {
    let known = ledger::find(&app.db, job, &period.to_string()).await.map_err(failed("the ledger cannot be read"))?;
    if known.is_some_and(|run| matches!(run.state, RunState::Done | RunState::Failed)) {
        return Ok(());
    }
    let run = runner.run_now(job, period).await.map_err(|error| match error {
        RunNowError::Busy(..) => Stop::Failed(format!(
            "{error}. If a demonstration was killed in the middle, run it again in two minutes: then it is taken over"
        )),
        error => Stop::Failed(error.to_string()),
    })?;
    match run.state {
        RunState::Failed => Err(Stop::Failed(format!("{job} {period} failed: {}", run.outcome.unwrap_or_default()))),
        RunState::Requested | RunState::Running | RunState::Retrying | RunState::Done => Ok(()),
    }
}

/// Imports both states of the board into an empty database, their days moved by whole weeks so that the present one is this
/// week's. Goes on where it was stopped.
async fn import_board(app: &App, monday: Day, steps: &Steps) -> Result<(), Stop> {
    let done = match ground::look(app).await? {
        Ground::Ours { imports } => imports,
        Ground::Empty => 0,
    };
    for state in State::ALL.into_iter().skip(done) {
        let request = import::Request {
            sources: state.sources(),
            as_at: monday.plus_days(-state.days_before()),
            mapping: Mapping::default(),
            mode: Mode::Apply,
            allow: Allowances::default(),
            ends_employers: Vec::new(),
            list_changes: 0,
            shift_days: monday.days_since(board::as_at()),
            zone: app.settings.board_zone,
            sheet: None,
        };
        let outcome = import::run(&app.db, request, app.clock.now(), steps)
            .await
            .map_err(failed("the board could not be imported"))?;
        match (outcome.refusal, outcome.batch) {
            (None, Some(batch)) => ground::mark(app, batch).await?,
            (None, None) => return Err(Stop::Failed("the board was imported and no import was recorded".to_owned())),
            (Some(refusal), _) => return Err(Stop::Failed(format!("the board was refused: {refusal}"))),
        }
    }
    Ok(())
}

/// The mails first, for they are many, and the figures last, where they stay on the screen.
async fn summary(app: &App, monday: Day) -> Result<String, DbErr> {
    let db = &app.db;
    let Some(newest) = snapshot::newest_of(db, monday).await? else { return Ok(format!("{monday}: no snapshot.")) };
    let mut lines = Vec::new();
    let mut sent = 0;
    if let Some(report) = report::find(db, IsoWeek::of(monday)).await? {
        let mails = delivery::Entity::find()
            .filter(delivery::Column::ReportId.eq(report.id))
            .order_by_asc(delivery::Column::Id)
            .all(db)
            .await?;
        sent = mails.iter().filter(|mail| mail.state == DeliveryState::Sent).count();
        lines.push(format!("Mails of {}:", report.week));
        lines.extend(mails.iter().map(|mail| {
            let address = mail.address.as_deref().unwrap_or("nobody");
            let place = mail.stored_at.as_deref().unwrap_or(mail.state.word());
            format!("  {address} -> {place}")
        }));
        lines.push(String::new());
    }
    let whole = snapshot_unit::Entity::find_by_id((newest.id, root_id(app).await?)).one(db).await?;
    let statuses: Vec<Status> = snapshot_team::Entity::find()
        .filter(snapshot_team::Column::SnapshotId.eq(newest.id))
        .select_only()
        .column(snapshot_team::Column::Status)
        .into_tuple()
        .all(db)
        .await?;
    let count = |wanted: fn(Status) -> bool| statuses.iter().filter(|status| wanted(**status)).count();
    let at_risk = count(|status| status == Status::AtRisk);
    let covered = at_risk + count(|status| status == Status::Covered);
    let gaps = count(is_gap);
    let others = statuses.len() - covered - gaps;
    lines.push(format!("{} on {monday}:", whole.as_ref().map_or("The board", |whole| &whole.unit_name)));
    lines.push(format!("  {:>6} people", whole.map_or(0, |whole| whole.headcount)));
    lines.push(format!("  {:>6} teams", statuses.len()));
    lines.push(format!("  {covered:>6} covered, {at_risk} of them at risk"));
    lines.push(format!("  {gaps:>6} with a gap"));
    lines.push(format!("  {others:>6} exempt, or with nobody at work"));
    lines.push(format!("  {sent:>6} mails written into {}", app.settings.mail.mail_folder.display()));
    Ok(lines.join("\n"))
}

async fn root_id(app: &App) -> Result<entity::id::UnitId, DbErr> {
    let root = tree::root(&app.db, app.today()).await?;
    root.map(|root| root.id).ok_or_else(|| DbErr::RecordNotFound("the root unit".to_owned()))
}

fn failed<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Stop {
    move |error| Stop::Failed(format!("{what}: {error}"))
}

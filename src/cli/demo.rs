//! `psn demo`: a whole board to look at, from files to mails to the API, with one command.
//!
//! It goes the way that everybody's files go: the same import, the same snapshots, the same report. Whatever is there already
//! is left alone, so that it can be stopped at any moment and run again.

mod board;

use std::time::Duration;

use entity::clock::Clock;
use entity::coverage::change::is_gap;
use entity::period::{Day, IsoWeek};
use entity::store::{report, snapshot};
use entity::table::{delivery, snapshot_team, snapshot_unit, unit};
use entity::value::{DeliveryState, Status};
use indicatif::{ProgressBar, ProgressStyle};
use jobs::import::{self, Mapping, Mode, Progress};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Stop, say, serve};
use crate::app::App;
use crate::config::Settings;

/// Weekly snapshots that the demonstration begins with, this week's among them.
const WEEKS: i64 = 8;

/// What `psn demo` takes besides the settings: nothing.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {}

/// Prepares the demonstration, prints what there is, and serves it until `stop` is cancelled.
///
/// # Errors
///
/// [`Stop::Refused`] for an address that other machines reach, or a database that holds another board; [`Stop::Failed`] for
/// whatever goes wrong on the way. What was finished stays.
pub async fn run(args: Args, mut settings: Settings, clock: Clock, stop: CancellationToken) -> Result<(), Stop> {
    let Args {} = args;
    if !settings.bind.ip().is_loopback() {
        let bind = settings.bind;
        return Err(Stop::Refused(format!(
            "the demonstration is for this machine only: {bind} is reached from others"
        )));
    }
    if settings.smtp_url.take().is_some() {
        say("SMTP_URL is not used: the demonstration writes its mails into a folder and sends none.")?;
    }
    let bind = settings.bind;
    let listener = TcpListener::bind(bind).await.map_err(|error| {
        Stop::Failed(format!(
            "{bind} cannot be listened on ({error}): stop what uses it, or choose another with --bind"
        ))
    })?;
    let app = App::open_migrated(settings, clock).await?;
    let prepared = tokio::select! {
        prepared = prepare(&app) => prepared,
        () = stop.cancelled() => return say("Stopped. Run it again and it goes on from here."),
    };
    say(prepared?)?;
    let at = listener.local_addr().map_err(|error| Stop::Failed(format!("the listener is gone: {error}")))?;
    say(format!("\nOpen http://{at}/playground (Ctrl-C stops it)."))?;
    serve::serve_on(listener, &app, true, stop).await
}

/// Does what is not done yet, and says what there is.
///
/// # Errors
///
/// As [`run`].
pub async fn prepare(app: &App) -> Result<String, Stop> {
    let monday = app.today().monday();
    let steps = Steps::new();
    let prepared = fill(app, monday, &steps).await;
    steps.0.finish_and_clear();
    prepared?;
    summary(app, monday).await.map_err(failed("what there is cannot be read"))
}

async fn fill(app: &App, monday: Day, steps: &Steps) -> Result<(), Stop> {
    import_board(app, monday, steps).await?;
    for week in (0..WEEKS).rev() {
        let day = monday.plus_days(-7 * week);
        steps.step(&format!("computing the coverage of {day}"));
        if snapshot::newest_of(&app.db, day).await.map_err(failed("the snapshots cannot be read"))?.is_none() {
            jobs::snapshot::take(&app.db, day, app.clock.now()).await.map_err(failed("no snapshot could be stored"))?;
        }
    }
    steps.step("building this week's gap reports and writing the mails");
    let sent = app.gap_report()?.run(&app.db, IsoWeek::of(monday), app.clock.now()).await;
    sent.map_err(failed("the gap reports could not be made"))?;
    Ok(())
}

/// Imports the board into an empty database, its days moved by whole weeks so that its as-at day is this week's.
async fn import_board(app: &App, monday: Day, steps: &Steps) -> Result<(), Stop> {
    let root = unit::Entity::find().filter(unit::Column::ParentId.is_null()).one(&app.db).await;
    match root.map_err(failed("the units cannot be read"))? {
        Some(root) if root.code == board::ROOT => return Ok(()),
        Some(root) => {
            return Err(Stop::Refused(format!(
                "{} holds another board ({}): name an empty database with --database-url",
                app.settings.database_url, root.name
            )));
        }
        None => {}
    }
    let as_at = board::as_at();
    let request = import::Request {
        sources: board::sources(),
        as_at: monday,
        mapping: Mapping::default(),
        mode: Mode::Apply,
        force: false,
        shift_days: monday.days_since(as_at),
    };
    let outcome = import::run(&app.db, request, app.clock.now(), steps)
        .await
        .map_err(failed("the board could not be imported"))?;
    match outcome.refusal {
        None => Ok(()),
        Some(refusal) => Err(Stop::Failed(format!("the board was refused: {refusal}"))),
    }
}

async fn summary(app: &App, monday: Day) -> Result<String, DbErr> {
    let db = &app.db;
    let Some(newest) = snapshot::newest_of(db, monday).await? else { return Ok(format!("{monday}: no snapshot.")) };
    let whole = snapshot_unit::Entity::find_by_id((newest.id, root_id(app).await?)).one(db).await?;
    let teams = || snapshot_team::Entity::find().filter(snapshot_team::Column::SnapshotId.eq(newest.id));
    let gaps = Status::ALL.iter().copied().filter(|status| is_gap(*status));
    let gaps = teams().filter(snapshot_team::Column::Status.is_in(gaps)).count(db).await?;
    let at_risk = teams().filter(snapshot_team::Column::Status.eq(Status::AtRisk)).count(db).await?;
    let covered =
        teams().filter(snapshot_team::Column::Status.is_in([Status::Covered, Status::AtRisk])).count(db).await?;
    let mut lines = vec![
        format!("{} on {monday}:", whole.as_ref().map_or("The board", |whole| &whole.unit_name)),
        format!("  {:>6} people", whole.map_or(0, |whole| whole.headcount)),
        format!("  {:>6} teams", teams().count(db).await?),
        format!("  {covered:>6} covered, {at_risk} of them at risk"),
        format!("  {gaps:>6} with a gap"),
    ];
    if let Some(report) = report::find(db, IsoWeek::of(monday)).await? {
        let mails = delivery::Entity::find()
            .filter(delivery::Column::ReportId.eq(report.id))
            .order_by_asc(delivery::Column::Id)
            .all(db)
            .await?;
        let sent = mails.iter().filter(|mail| mail.state == DeliveryState::Sent).count();
        lines.push(format!("  {sent:>6} mails written for {}:", report.week));
        lines.extend(mails.iter().map(|mail| {
            let address = mail.address.as_deref().unwrap_or("nobody");
            let place = mail.stored_at.as_deref().unwrap_or(mail.state.word());
            format!("         {address} -> {place}")
        }));
    }
    Ok(lines.join("\n"))
}

async fn root_id(app: &App) -> Result<entity::id::UnitId, DbErr> {
    let root = unit::Entity::find().filter(unit::Column::ParentId.is_null()).one(&app.db).await?;
    root.map(|root| root.id).ok_or_else(|| DbErr::RecordNotFound("the root unit".to_owned()))
}

fn failed<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Stop {
    move |error| Stop::Failed(format!("{what}: {error}"))
}

/// Which step is running, on a terminal.
struct Steps(ProgressBar);

impl Steps {
    fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }
}

impl Progress for Steps {
    fn step(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }
}

//! `psn demo`: a whole demonstration board, from files to mails to the API, with one command.
//!
//! It uses the same import, snapshots and report as real files, in its own database only. Existing data is kept, so that it can
//! be stopped at any time and run again.

mod assets;
mod board;
mod database_state;
pub mod links;
mod nominations;
pub mod summary;

use std::io::ErrorKind;
use std::net::SocketAddr;

use entity::clock::Clock;
use entity::period::{Day, IsoWeek};
use entity::store::run::{self as ledger, COVERAGE, GAP_REPORT, REGISTER_MAIL};
use entity::value::RunState;
use jobs::import::{self, Allowances, Mapping, Mode, Progress};
use jobs::report::coordinator::Coordinator;
use jobs::runner::{RunNowError, Runner};
use jobs::schedule::Period;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::progress::Steps;
use super::{say, serve};
use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;
use crate::http::{Assets, DEMO_MAILS, SCHEMA_ADDRESS};
use board::BoardState;
use database_state::DatabaseState;
use links::Links;
use summary::Summary;

/// The number of weekly snapshots that the demonstration starts with, including this week's.
const WEEKS: i64 = 10;

/// The arguments of `psn demo`.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct DemoArgs {
    /// Port to serve on, on this machine. Defaults to the port of BIND.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// Also print a link for every role, the location of each mail, and the log
    #[arg(long, short)]
    pub verbose: bool,
}

/// Prepares the demonstration, prints a summary, and serves it until `stop` is cancelled.
///
/// # Errors
///
/// [`ExitError::Refused`] for an address that other machines can reach, or a database that it did not create itself;
/// [`ExitError::Failed`] for other failures. Finished steps are kept.
pub async fn run(
    args: DemoArgs,
    mut settings: Settings,
    clock: Clock,
    stop: CancellationToken,
) -> Result<(), ExitError> {
    let DemoArgs { port, verbose } = args;
    if let Some(port) = port {
        settings.bind.set_port(port);
    }
    if !settings.bind.ip().is_loopback() {
        let bind = settings.bind;
        return Err(ExitError::Refused(format!(
            "the demonstration is for this machine only, and other machines can reach {bind}"
        )));
    }
    if let Some(why) = settings.production() {
        return Err(ExitError::Refused(format!("the demonstration is for this machine only, and {why}")));
    }
    if settings.mail.forget_server() {
        say("SMTP_URL is ignored: the demonstration writes its mails to a folder and sends none.")?;
    }
    let listener = listen(settings.bind).await?;
    let at = listener.local_addr().map_err(|error| ExitError::Failed(format!("the listener has failed: {error}")))?;
    // The mails link to the pages of this process, which answers to no other address.
    settings.base_url.get_or_insert_with(|| format!("http://{at}"));
    settings.mail.default_coordinator(coordinator());
    let app = App::open(settings, clock).await?;
    // Before the tables are created, because that writes to the database.
    database_state::inspect(&app).await?;
    migration::migrate(&app.db).await.map_err(|error| app.migration_failed(&error))?;
    let runner = app.runner()?;
    let stopped = async {
        stop.cancelled().await;
        // A running job finishes and no new one starts; a dropped import has written nothing.
        runner.drain(app.settings.shutdown_limit()).await;
    };
    let prepared = tokio::select! {
        prepared = prepare_with_assets(&app, &runner) => Some(prepared),
        () = stopped => None,
    };
    let (assets, summary) = match prepared {
        Some(prepared) if !stop.is_cancelled() => prepared?,
        Some(_) | None => return say(STOPPED),
    };
    let assets = match assets {
        Ok(assets) => assets,
        Err(left_out) => {
            say(left_out)?;
            Assets::embedded()
        }
    };
    let authenticator = app.authenticator()?.with_links();
    let links = links::make(&app, &authenticator).await.map_err(failed("the sign-in links could not be created"))?;
    if verbose {
        say(summary.in_full())?;
        say(links.in_full(at))?;
    }
    say(begin_here(&summary, &links, at))?;
    let served = serve::serve_on(listener, &app, authenticator, assets, true, stop).await;
    if served.is_ok() {
        say(STOPPED)?;
    }
    app.close().await;
    served
}

/// The made-up coordinator of the made-up board. The telephone number is from a range reserved for drama.
fn coordinator() -> Coordinator {
    Coordinator {
        name: Some("Peer Support Network team".to_owned()),
        email: "peer.support@ggc.example".parse().ok(),
        phone: Some("0141 496 0000".to_owned()),
    }
}

/// The last line.
const STOPPED: &str = "Stopped. Run `psn demo` again to continue.";

async fn listen(bind: SocketAddr) -> Result<TcpListener, ExitError> {
    TcpListener::bind(bind).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            let (port, other) = (bind.port(), bind.port().checked_add(1).unwrap_or(8080));
            ExitError::Failed(format!(
                "port {port} is in use: stop the program that uses it, or choose another port, for example `psn demo --port {other}`"
            ))
        }
        _ => ExitError::Failed(format!("{bind} cannot be listened on ({error}): choose another port with --port")),
    })
}

/// Returns which links to open first and for which role, where the mails are, and how to stop: ten lines at most.
#[must_use]
pub fn begin_here(summary: &Summary, links: &Links, at: SocketAddr) -> String {
    let (mails, weeks) = (summary.mails.len(), summary.weeks());
    let (token, given) = (links.token.reveal(), links.dashboard_unit());
    format!(
        "{}\n\
         Open one of these links first. Each link works once, within an hour:\n\
         {}\n\
         {mails} mails of {weeks} weeks, as text and as HTML: http://{at}{DEMO_MAILS}\n\
         API token for http://{at}/graphql and {SCHEMA_ADDRESS} (dashboard of {given}): {token}\n\
         Press Ctrl-C to stop; run it again to continue. --verbose lists every role and mail, and the log.",
        summary.in_one_line(),
        links.first(at),
    )
}

/// Prepares the board, and at the same time the files of the playground and the pages.
async fn prepare_with_assets(app: &App, runner: &Runner) -> Result<(Result<Assets, String>, Summary), ExitError> {
    // First, so that its one line comes before the progress of the other.
    let assets = async { Ok::<_, ExitError>(assets::assets().await) };
    tokio::try_join!(assets, prepare(app, runner))
}

/// Does the steps that are not done yet, and returns a summary.
///
/// # Errors
///
/// As [`run`].
pub async fn prepare(app: &App, runner: &Runner) -> Result<Summary, ExitError> {
    let monday = app.today().monday();
    let steps = Steps::new();
    let prepared = fill(app, runner, monday, &steps).await;
    drop(steps);
    prepared?;
    Summary::read(app, monday).await.map_err(failed("the summary cannot be read"))
}

async fn fill(app: &App, runner: &Runner, monday: Day, steps: &Steps) -> Result<(), ExitError> {
    import_board(app, monday, steps).await?;
    steps.step("making nominations");
    nominations::make(app, app.today()).await?;
    for week in (0..WEEKS).rev() {
        let day = monday.plus_days(-7 * week);
        steps.step(&format!("computing the coverage of {day}"));
        run_once(app, runner, COVERAGE, Period::Day(day)).await?;
    }
    // Last week's first, so that this week's mails can say what has changed since.
    for (week, what) in [(monday.plus_days(-7), "last week's"), (monday, "this week's")] {
        steps.step(&format!("building {what} gap reports and writing the mails"));
        run_once(app, runner, GAP_REPORT, Period::Week(IsoWeek::containing(week))).await?;
    }
    steps.step("writing the mails about nominations");
    let (today, found) = (Period::Day(app.today()), failed("the ledger cannot be read"));
    // The day's run continues until the day is over, so it is not done when it was here before.
    if ledger::find(&app.db, REGISTER_MAIL, &today.to_string()).await.map_err(found)?.is_none() {
        run_once(app, runner, REGISTER_MAIL, today).await?;
    }
    Ok(())
}

/// Runs a job for a period unless the ledger says that it has ended.
async fn run_once(app: &App, runner: &Runner, job: &str, period: Period) -> Result<(), ExitError> {
    let known = ledger::find(&app.db, job, &period.to_string()).await.map_err(failed("the ledger cannot be read"))?;
    if known.is_some_and(|run| matches!(run.state, RunState::Done | RunState::Failed)) {
        return Ok(());
    }
    let run = runner.run_now(job, period).await.map_err(|error| match error {
        RunNowError::Busy(..) => ExitError::Failed(format!(
            "{error}. If a demonstration was killed while running, run it again in two minutes to take it over"
        )),
        error => ExitError::Failed(error.to_string()),
    })?;
    match run.state {
        RunState::Failed => {
            Err(ExitError::Failed(format!("{job} {period} failed: {}", run.outcome.unwrap_or_default())))
        }
        RunState::Requested | RunState::Running | RunState::Retrying | RunState::Done => Ok(()),
    }
}

/// Imports both states of the board into an empty database, with their dates moved by whole weeks so that the present one is
/// this week's. Continues if it was stopped.
async fn import_board(app: &App, monday: Day, steps: &Steps) -> Result<(), ExitError> {
    let done = match database_state::inspect(app).await? {
        DatabaseState::Demonstration { imports } => imports,
        DatabaseState::Empty => 0,
    };
    for state in BoardState::ALL.into_iter().skip(done) {
        let request = import::ImportRequest {
            sources: state.sources(),
            as_at: monday.plus_days(-state.days_before()),
            mapping: Mapping::default(),
            mode: Mode::Apply,
            allow: Allowances::default(),
            ends_employers: Vec::new(),
            take_over: false,
            list_changes: 0,
            shift_days: monday.days_since(board::as_at()),
            zone: app.settings.board_zone,
            sheet: None,
        };
        let outcome = import::run(&app.db, request, app.clock.now(), steps)
            .await
            .map_err(failed("the board could not be imported"))?;
        match (outcome.refusal, outcome.batch) {
            (None, Some(batch)) => database_state::mark(app, batch).await?,
            (None, None) => {
                return Err(ExitError::Failed("the board was imported, but no import was recorded".to_owned()));
            }
            (Some(refusal), _) => return Err(ExitError::Failed(format!("the board was refused: {refusal}"))),
        }
    }
    Ok(())
}

fn failed<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> ExitError {
    move |error| ExitError::Failed(format!("{what}: {error}"))
}

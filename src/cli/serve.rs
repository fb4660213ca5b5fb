//! `psn serve`: the API and the playground.

use std::time::Duration;

use entity::clock::Clock;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::access::Authenticator;
use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;
use crate::http::{self, Assets, Connections};

/// How long the last notes about who was here get at least.
const LEAST: Duration = Duration::from_secs(2);

/// What `psn serve` takes besides the settings.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {
    /// Serve only; another process runs the jobs
    #[arg(long)]
    pub no_jobs: bool,
}

/// Serves until `stop` is cancelled.
///
/// # Errors
///
/// An address that is refused or taken, and a database that cannot be used.
pub async fn run(args: Args, settings: Settings, clock: Clock, stop: CancellationToken) -> Result<(), ExitError> {
    let Args { no_jobs } = args;
    settings.refuse_open_address()?;
    settings.refuse_unsafe()?;
    if !no_jobs {
        settings.refuse_mail_into_folder()?;
    }
    let bind = settings.bind;
    let listener = TcpListener::bind(bind).await.map_err(|error| {
        ExitError::Failed(format!(
            "{bind} cannot be listened on ({error}): stop what uses it, or choose another with --bind"
        ))
    })?;
    let app = App::open(settings, clock).await?;
    let served = serve_on(listener, &app, app.gate()?, Assets::embedded(), !no_jobs, stop).await;
    app.close().await;
    served
}

/// Serves on a listener that is open already, behind `gate` and with the files in `assets`, and runs the jobs beside it where `with_jobs` says so. Requests
/// are answered at once: while the database is away they are told so, and `/health/ready` says 503.
///
/// # Errors
///
/// As [`run`].
pub async fn serve_on(
    listener: TcpListener,
    app: &App,
    gate: Authenticator,
    assets: Assets,
    with_jobs: bool,
    stop: CancellationToken,
) -> Result<(), ExitError> {
    let at = listener.local_addr().map_err(|error| ExitError::Failed(format!("the listener is gone: {error}")))?;
    if gate.links() && !at.ip().is_loopback() {
        return Err(ExitError::Refused(format!(
            "links that sign in without a password are for this machine only, and {at} is reached from others"
        )));
    }
    let router = app.router_with(&gate, assets)?;
    tracing::info!("serving http://{at}/graphql, with the playground at http://{at}/playground");
    let limit = app.settings.shutdown_limit();
    let connections = Connections::from(&app.settings.http);
    let site = async {
        let served = http::serve(listener, router, connections, stop.clone(), limit).await;
        if tokio::time::timeout(limit.max(LEAST), gate.settle()).await.is_err() {
            tracing::warn!(
                "the last uses of tokens and sessions, refusals or repeated reads could not be noted in time"
            );
        }
        served.map_err(|error| ExitError::Failed(format!("serving {at} failed: {error}")))
    };
    let behind = async { if with_jobs { app.work(&stop).await } else { app.migrate_when_reached(&stop).await } };
    tokio::try_join!(site, behind)?;
    tracing::info!("stopped");
    Ok(())
}

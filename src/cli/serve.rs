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

/// The minimum time for recording the last uses of tokens and sessions at shutdown.
const LEAST: Duration = Duration::from_secs(2);

/// The arguments of `psn serve`.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ServeArgs {
    /// Do not run the jobs; another process runs them
    #[arg(long)]
    pub no_jobs: bool,
}

/// Serves until `stop` is cancelled.
///
/// # Errors
///
/// An error if the address is refused or in use, or the database cannot be used.
pub async fn run(args: ServeArgs, settings: Settings, clock: Clock, stop: CancellationToken) -> Result<(), ExitError> {
    let ServeArgs { no_jobs } = args;
    settings.refuse_open_address()?;
    settings.refuse_unsafe()?;
    if !no_jobs {
        settings.refuse_mail_into_folder()?;
    }
    let bind = settings.bind;
    let listener = TcpListener::bind(bind).await.map_err(|error| {
        ExitError::Failed(format!(
            "{bind} cannot be listened on ({error}): stop the program that uses it, or choose another address with --bind"
        ))
    })?;
    let app = App::open(settings, clock).await?;
    let served = serve_on(listener, &app, app.authenticator()?, Assets::embedded(), !no_jobs, stop).await;
    app.close().await;
    served
}

/// Serves on an open listener, with the authenticator `gate` and the files in `assets`, and also runs the jobs if `with_jobs`
/// is set. Requests are answered at once: while the database is unreachable they get an error, and `/health/ready` returns 503.
///
/// # Errors
///
/// As [`run`].
pub async fn serve_on(
    listener: TcpListener,
    app: &App,
    authenticator: Authenticator,
    assets: Assets,
    with_jobs: bool,
    stop: CancellationToken,
) -> Result<(), ExitError> {
    let at = listener.local_addr().map_err(|error| ExitError::Failed(format!("the listener has failed: {error}")))?;
    if authenticator.links() && !at.ip().is_loopback() {
        return Err(ExitError::Refused(format!(
            "sign-in links without a password are for this machine only, and other machines can reach {at}"
        )));
    }
    let router = app.router_with(&authenticator, assets)?;
    tracing::info!("serving http://{at}/graphql, with the playground at http://{at}/playground");
    let limit = app.settings.shutdown_limit();
    let connections = Connections::from(&app.settings.http);
    let site = async {
        let served = http::serve(listener, router, connections, stop.clone(), limit).await;
        if tokio::time::timeout(limit.max(LEAST), authenticator.flush()).await.is_err() {
            tracing::warn!(
                "last uses of tokens and sessions, refusals or repeated reads could not be recorded in time"
            );
        }
        served.map_err(|error| ExitError::Failed(format!("serving {at} failed: {error}")))
    };
    let background = async { if with_jobs { app.work(&stop).await } else { app.migrate_when_reached(&stop).await } };
    tokio::try_join!(site, background)?;
    tracing::info!("stopped");
    Ok(())
}

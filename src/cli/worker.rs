//! `psn worker`: runs only the jobs, without serving the API.

use entity::clock::Clock;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;

/// The arguments of `psn worker`: none.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct WorkerArgs {}

/// Runs the jobs that are due until `stop` is cancelled.
///
/// # Errors
///
/// An error if the database or a mail setting cannot be used.
pub async fn run(args: WorkerArgs, settings: Settings, clock: Clock, stop: CancellationToken) -> Result<(), ExitError> {
    let WorkerArgs {} = args;
    let app = App::open(settings, clock).await?;
    tracing::info!("worker started; due jobs run every minute");
    let worked = app.work(&stop).await;
    app.close().await;
    tracing::info!("stopped");
    worked
}

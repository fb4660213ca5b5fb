//! `psn worker`: the jobs alone, for a machine that serves nothing.

use entity::clock::Clock;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;

/// What `psn worker` takes besides the settings: nothing.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {}

/// Runs what is owed until `stop` is cancelled.
///
/// # Errors
///
/// A database or a mail setting that cannot be used.
pub async fn run(args: Args, settings: Settings, clock: Clock, stop: CancellationToken) -> Result<(), ExitError> {
    let Args {} = args;
    let app = App::open(settings, clock).await?;
    tracing::info!("working: each minute what is owed is run");
    let worked = app.work(&stop).await;
    app.close().await;
    tracing::info!("stopped");
    worked
}

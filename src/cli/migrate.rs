//! `psn migrate`: brings the tables up to date. `psn serve` and `psn worker` also do this when they start.

use entity::clock::Clock;

use super::say;
use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;

/// The arguments of `psn migrate`: none.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct MigrateArgs {}

/// Brings the tables up to date and prints the number of steps.
///
/// # Errors
///
/// An error if the database is unreachable, newer than this version of psn, or fails.
pub async fn run(args: MigrateArgs, settings: Settings, clock: Clock) -> Result<(), ExitError> {
    let MigrateArgs {} = args;
    let app = App::open(settings, clock).await?;
    let steps = migration::migrate(&app.db).await.map_err(|error| app.migration_failed(&error))?;
    app.close().await;
    match steps {
        0 => say("The tables are already up to date."),
        1 => say("The tables are up to date after 1 step."),
        steps => say(format_args!("The tables are up to date after {steps} steps.")),
    }
}

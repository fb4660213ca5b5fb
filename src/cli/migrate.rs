//! `psn migrate`: brings the tables up to date. `psn serve` and `psn worker` do so by themselves.

use entity::clock::Clock;

use super::say;
use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;

/// What `psn migrate` takes besides the settings: nothing.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {}

/// Brings the tables up to date and says how many steps that took.
///
/// # Errors
///
/// A database that is away, newer than this psn, or refuses.
pub async fn run(args: Args, settings: Settings, clock: Clock) -> Result<(), ExitError> {
    let Args {} = args;
    let app = App::open(settings, clock).await?;
    let steps = migration::migrate(&app.db).await.map_err(|error| app.migration_failed(&error))?;
    app.close().await;
    match steps {
        0 => say("the tables are up to date already"),
        1 => say("the tables are up to date after 1 step"),
        steps => say(format_args!("the tables are up to date after {steps} steps")),
    }
}

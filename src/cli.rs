//! The command line: one file per subcommand, each with its arguments and a `run` function.

pub mod audit;
pub mod check;
pub mod demo;
pub mod export;
pub mod grant;
pub mod import;
pub mod migrate;
pub mod operations;
mod output;
pub mod person;
mod progress;
pub mod report;
pub mod run;
pub mod schema;
pub mod serve;
pub mod token;
pub mod worker;

use clap::builder::Resettable;
use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use entity::clock::Clock;
use tokio_util::sync::CancellationToken;

pub use self::output::say;
use self::output::{not_done, when};
use crate::app::App;
use crate::config::{DEFAULT_LOG, Settings};
use crate::error::ExitError;

/// Peer Support Network: shows which teams have Peer Supporters and which have gaps, and reports gaps to managers.
#[derive(Debug, Parser)]
#[command(name = "psn", version, about, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// The settings, which are the same for every command.
    #[command(flatten)]
    pub settings: Settings,
    /// The subcommand.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Parses the command line and the environment. An empty variable counts as unset: `SMTP_URL=` in a file of variables means
    /// that there is no mail server. Ends the process if they are not valid, or for `--help`.
    #[must_use]
    pub fn from_args_and_env() -> Self {
        let command = without_empty_variables(Self::command());
        let parsed = Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit());
        parsed.quiet_demonstration()
    }

    /// Makes the demonstration log errors only, unless --verbose or LOG is set: among log lines no one would find the ten lines
    /// that it prints.
    #[must_use]
    pub fn quiet_demonstration(mut self) -> Self {
        if matches!(&self.command, Command::Demo(args) if !args.verbose) && self.settings.log == DEFAULT_LOG {
            "error".clone_into(&mut self.settings.log);
        }
        self
    }
}

fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    command
        .mut_args(|arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg })
        .mut_subcommands(without_empty_variables)
}

/// The subcommands of psn.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a demonstration with a made-up board: import, snapshots, mails in a folder, API and playground.
    Demo(demo::DemoArgs),
    /// Import a board's files; without --apply, only show what would change.
    Import(Box<import::ImportArgs>),
    /// Serve the API and the playground, and run the jobs.
    Serve(serve::ServeArgs),
    /// Run the jobs only.
    Worker(worker::WorkerArgs),
    /// Run a job now, or list the jobs and their runs.
    Run(run::RunArgs),
    /// Preview a week's mails before they are sent.
    Report(report::ReportArgs),
    /// Make, list and revoke API tokens for front ends and scripts.
    Token(token::TokenArgs),
    /// Add, list and withdraw roles that people have in addition to those that follow from the imported data.
    Grant(grant::GrantArgs),
    /// Export the data held on a person, or erase their name and contact details.
    Person(person::PersonArgs),
    /// Bring the database tables up to date.
    Migrate(migrate::MigrateArgs),
    /// Check the configuration, the database, the mail server and the identity provider.
    Check(check::CheckArgs),
    /// Print the schema of the API.
    Schema(schema::SchemaArgs),
    /// Print the persisted operations, to which dashboards can be restricted.
    Operations(operations::OperationsArgs),
    /// Export one day's coverage as coverage.csv, rollup.csv, standing.csv, layers.csv and not_counting.csv; with --published,
    /// only what may be shared.
    Export(export::ExportArgs),
    /// Verify that no event of the audit log was changed or removed, or list its events.
    Audit(audit::AuditArgs),
}

impl Command {
    /// Whether the command runs until it is stopped, so that stopping it is not an error.
    #[must_use]
    pub const fn is_service(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Worker(_) | Self::Demo(_))
    }
}

/// Runs the command, until it is done or `stop` is cancelled.
///
/// # Errors
///
/// Why the command ended early.
pub async fn run(cli: Cli, stop: CancellationToken) -> Result<(), ExitError> {
    let Cli { settings, command } = cli;
    let clock = Clock::wall();
    match command {
        Command::Serve(args) => serve::run(args, settings, clock, stop).await,
        Command::Demo(args) => demo::run(args, settings, clock, stop).await,
        Command::Worker(args) => worker::run(args, settings, clock, stop).await,
        Command::Run(args) => run::run(args, settings, clock, stop).await,
        // All writes of these commands are in transactions: a dropped one is rolled back.
        once => tokio::select! {
            done = once_only(once, settings, clock) => done,
            () = stop.cancelled() => Err(ExitError::Interrupted),
        },
    }
}

/// Runs a command that ends by itself.
async fn once_only(command: Command, settings: Settings, clock: Clock) -> Result<(), ExitError> {
    match command {
        Command::Serve(_) | Command::Demo(_) | Command::Worker(_) | Command::Run(_) => Ok(()),
        Command::Import(args) => {
            let opened = if args.apply {
                App::begin_migrated(settings, clock).await
            } else {
                App::open_migrated(settings, clock).await
            };
            let app = opened?;
            let done = import::run(&args, &app.db, app.clock.now(), app.today(), app.settings.board_zone).await;
            app.close().await;
            done
        }
        Command::Report(args) => report::run(args, settings, clock).await,
        Command::Token(args) => token::run(args, settings, clock).await,
        Command::Grant(args) => grant::run(args, settings, clock).await,
        Command::Person(args) => {
            let app = App::open_migrated(settings, clock).await?;
            let done = person::run(args, &app).await;
            app.close().await;
            done
        }
        Command::Migrate(args) => migrate::run(args, settings, clock).await,
        Command::Check(args) => check::run(args, &settings).await,
        Command::Schema(args) => schema::run(args),
        Command::Operations(args) => operations::run(args, &settings),
        Command::Export(args) => {
            let app = App::open_migrated(settings, clock).await?;
            let limit = app.settings.privacy.small_number_limit;
            let done = export::run(args, &app.db, limit, app.clock.now(), app.today()).await;
            app.close().await;
            done
        }
        Command::Audit(args) => audit::run(args, settings, clock).await,
    }
}

//! `psn token`: API tokens for front ends and scripts.

use clap::Subcommand;
use entity::clock::Clock;
use entity::id::ApiTokenId;
use entity::store::access::token;
use entity::value::AccessRole;

use super::{not_done, say, when};
use crate::access::manage::{self, TokenWish};
use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;

/// The maximum number of tokens in the list.
const SHOWN: u64 = 1_000;

/// The arguments of `psn token`.
#[derive(Debug, clap::Args)]
pub struct TokenArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it. It is shown only once.
    Make {
        /// Name of the token, such as "Ward 7 dashboard"
        #[arg(long)]
        name: String,
        /// Role: dashboard, coordinator, auditor or admin
        #[arg(long, default_value = "dashboard", value_parser = role)]
        role: AccessRole,
        /// Codes of the units whose figures a dashboard may see, including all units below them
        #[arg(long = "unit", value_name = "CODE", num_args = 1..)]
        units: Vec<String>,
        /// Allow a dashboard to see names of people
        #[arg(long)]
        names: bool,
        /// Allow a dashboard to explore: introspection, the playground, and queries that are not persisted operations
        #[arg(long)]
        explore: bool,
        /// Validity in days
        #[arg(long, default_value_t = 90, allow_negative_numbers = true)]
        days: i64,
    },
    /// List the tokens and when each was last used.
    List,
    /// Revoke a token. It becomes invalid at once.
    Revoke {
        /// Number of the token in the list
        id: i64,
    },
}

/// Runs the command.
///
/// # Errors
///
/// [`ExitError::Refused`] for an invalid request, [`ExitError::Failed`] for other errors.
pub async fn run(args: TokenArgs, settings: Settings, clock: Clock) -> Result<(), ExitError> {
    let app = App::open_migrated(settings, clock).await?;
    let done = match args.command {
        TokenCommand::Make { name, role, units, names, explore, days } => {
            make(&app, TokenWish { name, role, units, names, explore, days }).await
        }
        TokenCommand::List => list(&app).await,
        TokenCommand::Revoke { id } => {
            let revoked = manage::revoke_token(&app.db, &app.operator(), ApiTokenId(id)).await.map_err(not_done);
            revoked.and_then(|token| say(format!("Token {id} ({}) is revoked.", token.name)))
        }
    };
    app.close().await;
    done
}

async fn make(app: &App, wish: TokenWish) -> Result<(), ExitError> {
    let (token, secret) = manage::make_token(&app.db, &app.operator(), wish).await.map_err(not_done)?;
    // Only the secret goes to standard output, on its own line.
    let until = when(app, token.expires_at);
    note(&format!(
        "Token {} ({}) is valid until {until}. It is shown only once. Send it as `Authorization: Bearer …`:",
        token.id, token.name
    ));
    say(secret.reveal())
}

async fn list(app: &App) -> Result<(), ExitError> {
    let failed = |error| ExitError::Failed(format!("the tokens cannot be read: {error}"));
    let tokens = token::newest(&app.db, SHOWN).await.map_err(failed)?;
    if tokens.is_empty() {
        return say("No tokens yet.");
    }
    let now = app.clock.now();
    for token in tokens {
        let state = match token.revoked_at {
            Some(at) => format!("revoked {}", when(app, at)),
            None if token.is_valid(now) => format!("valid until {}", when(app, token.expires_at)),
            None => format!("expired {}", when(app, token.expires_at)),
        };
        let used = token.last_used_at.map_or("never".to_owned(), |at| when(app, at));
        let names = if token.names { ", names" } else { "" };
        let explore = if token.explore { ", explore" } else { "" };
        say(format!("{:>4}  {}{names}{explore}  {state}  last used {used}  {}", token.id, token.role, token.name))?;
    }
    Ok(())
}

/// Prints a line for the user to standard error.
fn note(line: &str) {
    use std::io::Write as _;
    // Standard error may be closed; the output does not need it.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn role(word: &str) -> Result<AccessRole, String> {
    let role = word.to_ascii_uppercase().replace('-', "_").parse::<AccessRole>();
    role.map_err(|_| "it must be dashboard, coordinator, auditor or admin".to_owned())
}

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

/// The most tokens that the list shows.
const SHOWN: u64 = 1_000;

/// What `psn token` takes besides the settings.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is to be done.
    #[command(subcommand)]
    pub what: What,
}

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Make a token, and print it: it is shown this once.
    Make {
        /// What it is for: "Ward 7 dashboard"
        #[arg(long)]
        name: String,
        /// dashboard, coordinator, auditor or admin
        #[arg(long, default_value = "dashboard", value_parser = role)]
        role: AccessRole,
        /// Codes of the units whose figures a dashboard sees, with all below them
        #[arg(long = "unit", value_name = "CODE", num_args = 1..)]
        units: Vec<String>,
        /// Let a dashboard see names of people too
        #[arg(long)]
        names: bool,
        /// Let a dashboard explore: introspection, the playground, and queries that are not persisted operations
        #[arg(long)]
        explore: bool,
        /// For how many days it is good
        #[arg(long, default_value_t = 90, allow_negative_numbers = true)]
        days: i64,
    },
    /// List the tokens and when each was last used.
    List,
    /// Revoke a token: it opens nothing any more from this moment on.
    Revoke {
        /// Its number in the list
        id: i64,
    },
}

/// Does it.
///
/// # Errors
///
/// [`ExitError::Refused`] for what cannot be done so, [`ExitError::Failed`] for whatever goes wrong.
pub async fn run(args: Args, settings: Settings, clock: Clock) -> Result<(), ExitError> {
    let app = App::open_migrated(settings, clock).await?;
    let done = match args.what {
        What::Make { name, role, units, names, explore, days } => {
            make(&app, TokenWish { name, role, units, names, explore, days }).await
        }
        What::List => list(&app).await,
        What::Revoke { id } => {
            let revoked = manage::revoke_token(&app.db, &app.operator(), ApiTokenId(id)).await.map_err(not_done);
            revoked.and_then(|token| say(format!("Token {id} ({}) opens nothing any more.", token.name)))
        }
    };
    app.close().await;
    done
}

async fn make(app: &App, wish: TokenWish) -> Result<(), ExitError> {
    let (token, secret) = manage::make_token(&app.db, &app.operator(), wish).await.map_err(not_done)?;
    // The secret has a line, and standard output, to itself.
    let until = when(app, token.expires_at);
    tell(&format!(
        "Token {} ({}) is good until {until}. It is shown this once; send it as `Authorization: Bearer …`:",
        token.id, token.name
    ));
    say(secret.reveal())
}

async fn list(app: &App) -> Result<(), ExitError> {
    let failed = |error| ExitError::Failed(format!("the tokens cannot be read: {error}"));
    let tokens = token::newest(&app.db, SHOWN).await.map_err(failed)?;
    if tokens.is_empty() {
        return say("No token yet.");
    }
    let now = app.clock.now();
    for token in tokens {
        let state = match token.revoked_at {
            Some(at) => format!("revoked {}", when(app, at)),
            None if token.is_valid(now) => format!("good until {}", when(app, token.expires_at)),
            None => format!("expired {}", when(app, token.expires_at)),
        };
        let used = token.last_used_at.map_or("never".to_owned(), |at| when(app, at));
        let names = if token.names { ", names" } else { "" };
        let explore = if token.explore { ", explore" } else { "" };
        say(format!("{:>4}  {}{names}{explore}  {state}  last used {used}  {}", token.id, token.role, token.name))?;
    }
    Ok(())
}

/// For whoever types, beside the answer.
fn tell(line: &str) {
    use std::io::Write as _;
    // Standard error may be closed; the answer does not need it.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn role(word: &str) -> Result<AccessRole, String> {
    let role = word.to_ascii_uppercase().replace('-', "_").parse::<AccessRole>();
    role.map_err(|_| "it is dashboard, coordinator, auditor or admin".to_owned())
}

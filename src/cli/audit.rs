//! `psn audit`: verifies the audit log, and lists its events.

use std::str::FromStr;

use clap::Subcommand;
use entity::actor::Actor;
use entity::clock::{Clock, first_instant};
use entity::id::AuditEventId;
use entity::period::Day;
use entity::store::audit::{self, AuditFilter, Head, Verified};
use entity::table::audit_event::Model;
use entity::value::Action;

use super::say;
use crate::app::App;
use crate::config::Settings;
use crate::error::ExitError;

/// The arguments of `psn audit`.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// The subcommands. They only read the log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Verify every event: that none was changed, removed or inserted, and that the log ends where it should.
    Verify {
        /// An end of the log that an earlier check printed, such as 12:5f70…. The log must still contain it. The owner of the
        /// database could write a whole new log, and only an end that is kept elsewhere reveals that.
        #[arg(long, value_name = "END")]
        expect: Option<Expected>,
    },
    /// List events, newest first.
    List {
        /// Only events from this date on, in board time, such as 2026-11-16
        #[arg(long, value_name = "DAY")]
        since: Option<Day>,
        /// Only events of this action, such as SIGN_IN
        #[arg(long, value_name = "WORD")]
        action: Option<Action>,
        /// Only events of this actor, such as person:12, token:3, operator or worker
        #[arg(long, value_name = "WHO")]
        actor: Option<Actor>,
        /// Only events about this object, such as import:3
        #[arg(long, value_name = "WHAT")]
        object: Option<String>,
        /// Maximum number of events
        #[arg(long, value_name = "N", default_value_t = 100)]
        most: u64,
    },
}

/// An end of the log that was kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected(Head);

impl FromStr for Expected {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.split_once(':').and_then(|(id, hash)| Some((id.parse().ok()?, hash)));
        let (id, hash) = parsed
            .filter(|(id, hash)| {
                *id >= 0_i64 && hash.len() == 64 && hash.chars().all(|digit| digit.is_ascii_hexdigit())
            })
            .ok_or("it must be a number, a colon and 64 hexadecimal digits, as `psn audit verify` prints it")?;
        Ok(Self(Head { id: AuditEventId(id), hash: hash.to_ascii_lowercase() }))
    }
}

/// Runs the command.
///
/// # Errors
///
/// [`ExitError::Failed`] if the log is broken or cannot be read.
pub async fn run(args: AuditArgs, settings: Settings, clock: Clock) -> Result<(), ExitError> {
    let app = App::open_migrated(settings, clock).await?;
    let done = match args.command {
        AuditCommand::Verify { expect } => verify(&app, expect).await,
        AuditCommand::List { since, action, actor, object, most } => {
            let since = since.map(|day| first_instant(day, app.settings.board_zone));
            list(&app, &AuditFilter { actor, action, object, since, until: None }, most).await
        }
    };
    app.close().await;
    done
}

async fn verify(app: &App, expect: Option<Expected>) -> Result<(), ExitError> {
    let unreadable = |error| ExitError::Failed(format!("the audit log cannot be read: {error}"));
    let Verified { sound, head, broken } = audit::verify(&app.db).await.map_err(unreadable)?;
    if let Some(broken) = broken {
        return Err(ExitError::Failed(format!(
            "the audit log is broken: {broken}; the {sound} events before are intact. Keep the database as it is and find out \
             who had access to it"
        )));
    }
    let expected = expect.map(|Expected(expected)| expected);
    if let Some(expected) = &expected {
        let found = audit::hash_of(&app.db, expected.id).await.map_err(unreadable)?;
        if found.is_none_or(|hash| hash != expected.hash) {
            return Err(ExitError::Failed(format!(
                "the audit log is consistent, but it does not contain the expected end {expected}: it was rewritten"
            )));
        }
    }
    let found = expected.map_or_else(String::new, |expected| format!(" It contains the expected end {expected}."));
    let head = head.map(|head| head.to_string()).unwrap_or_default();
    tracing::info!(head, "audit log verified");
    say(format!(
        "The audit log is intact: {sound} events.{found} It ends with\n{head}\nKeep this end elsewhere, for --expect."
    ))
}

async fn list(app: &App, filter: &AuditFilter, most: u64) -> Result<(), ExitError> {
    let events = audit::list(&app.db, filter, most.saturating_add(1))
        .await
        .map_err(|error| ExitError::Failed(format!("the audit log cannot be read: {error}")))?;
    if events.is_empty() {
        return say("No matching events.");
    }
    let shown = usize::try_from(most).unwrap_or(usize::MAX);
    let more = events.len() > shown;
    for Model { id, at, actor, action, object, before, after, request_id, .. } in events.into_iter().take(shown) {
        let at = at.with_timezone(&app.settings.board_zone).format("%Y-%m-%d %H:%M:%S");
        let mut line = format!("{id:>6}  {at}  {actor:<12}  {action:<18}  {}", object.unwrap_or_default());
        line += &match (before, after) {
            (None, None) => String::new(),
            (None, Some(after)) => format!("  {after}"),
            (Some(before), None) => format!("  {before} -> gone"),
            (Some(before), Some(after)) => format!("  {before} -> {after}"),
        };
        if let Some(request) = request_id {
            line += &format!("  request {request}");
        }
        say(line.trim_end())?;
    }
    if more {
        say(format!("... and older events: --most {} shows as many again", most.saturating_mul(2)))?;
    }
    Ok(())
}

//! `psn person`: exports the data held on a person, and erases people.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use entity::store::audit::AuditContext;
use entity::store::erasure::{self, EraseError};
use entity::store::subject::{self, SubjectKey};
use entity::table::person;
use entity::value::ErasureReason;
use jobs::output::owner_only;

use super::say;
use crate::app::App;
use crate::error::ExitError;

/// The arguments of `psn person`.
#[derive(Debug, clap::Args)]
pub struct PersonArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub command: PersonCommand,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Export all data held on a person as one JSON document.
    Export {
        /// The person.
        #[command(flatten)]
        person: PersonSelector,
        /// File to write. Defaults to standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Erase a person's name and contact details; without --yes, only show what would be erased.
    Erase {
        /// The person.
        #[command(flatten)]
        person: PersonSelector,
        /// Reason: REQUESTED, NOT_NEEDED, UNLAWFUL or LEGAL_DUTY
        #[arg(long, value_name = "WORD", default_value = "REQUESTED", value_parser = reason)]
        reason: ErasureReason,
        /// Erase the data. This cannot be undone
        #[arg(long)]
        yes: bool,
    },
}

/// Identifies a person.
#[derive(Clone, Debug, clap::Args)]
pub struct PersonSelector {
    /// Employee number
    #[arg(long, value_name = "NUMBER", conflicts_with = "email")]
    pub number: Option<String>,
    /// Employer, if several people have that number or the person was erased
    #[arg(long, value_name = "EMPLOYER", requires = "number")]
    pub employer: Option<String>,
    /// Work email address, instead of the number
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
}

/// Runs the command.
///
/// # Errors
///
/// [`ExitError::Refused`] if not exactly one person matches; [`ExitError::Failed`] if the database fails or a file cannot be
/// written.
pub async fn run(args: PersonArgs, app: &App) -> Result<(), ExitError> {
    match args.command {
        PersonCommand::Export { person, out } => export(app, person, out).await,
        PersonCommand::Erase { person, reason, yes } => erase(app, person, reason, yes).await,
    }
}

/// Parses a reason that a user can give; RETENTION is only for the nightly job.
fn reason(word: &str) -> Result<ErasureReason, String> {
    let known = word.parse().ok().filter(|reason| *reason != ErasureReason::Retention);
    known.ok_or_else(|| "it must be REQUESTED, NOT_NEEDED, UNLAWFUL or LEGAL_DUTY".to_owned())
}

async fn find(app: &App, selector: PersonSelector) -> Result<person::Model, ExitError> {
    let wanted = match selector {
        PersonSelector { number: Some(number), employer, .. } => SubjectKey::Number { number, employer },
        PersonSelector { email: Some(address), .. } => SubjectKey::Address(address),
        PersonSelector { .. } => {
            return Err(ExitError::Refused(
                "identify the person with --number NUMBER (and --employer if several people have it), or with --email ADDRESS"
                    .to_owned(),
            ));
        }
    };
    let mut found = subject::find(&app.db, &wanted).await.map_err(failed)?;
    match (found.pop(), found.is_empty()) {
        (Some(person), true) => Ok(person),
        (Some(_), false) => Err(ExitError::Refused("more than one person matches: add --employer".to_owned())),
        (None, _) => Err(ExitError::Refused(
            "no person on file matches; to find an erased person, use --employer and --number".to_owned(),
        )),
    }
}

fn failed(error: sea_orm::DbErr) -> ExitError {
    ExitError::Failed(format!("the database failed: {error}"))
}

async fn export(app: &App, selector: PersonSelector, out: Option<PathBuf>) -> Result<(), ExitError> {
    let person = find(app, selector).await?;
    let periods = app.settings.retention.periods();
    let by = AuditContext::operator(app.clock.now());
    let document = subject::export(&app.db, person.id, &periods, &by).await.map_err(failed)?;
    let document = document.ok_or_else(|| ExitError::Failed("the person was removed in the meantime".to_owned()))?;
    let text = serde_json::to_string_pretty(&document.json())
        .map_err(|error| ExitError::Failed(format!("the document cannot be written: {error}")))?;
    let Some(path) = out else { return say(text) };
    owner_only::Replacement::begin(&path)
        .and_then(|mut file| {
            file.write_all((text + "\n").as_bytes())?;
            file.put_in_place()
        })
        .map_err(|error| ExitError::Failed(format!("{} cannot be written: {error}", path.display())))?;
    say(format!("{} ({} records on person:{})", path.display(), document.records(), person.id))
}

async fn erase(app: &App, selector: PersonSelector, reason: ErasureReason, yes: bool) -> Result<(), ExitError> {
    let person = find(app, selector).await?;
    let by = AuditContext::operator(app.clock.now());
    let erased = if yes {
        erasure::erase(&app.db, person.id, reason, &by).await
    } else {
        erasure::dry_run(&app.db, person.id, &by).await
    };
    let erased = erased.map_err(|error| match error {
        EraseError::Unknown | EraseError::Already(_) => ExitError::Refused(error.to_string()),
        EraseError::Database(error) => failed(error),
    })?;
    say(format!("{} person:{}", if yes { "Erased" } else { "Would erase" }, person.id))?;
    for line in erased.lines() {
        say(format!("  {line}"))?;
    }
    if !yes {
        return say("Nothing was written. Add --yes to erase the data. This cannot be undone.");
    }
    let files = jobs::retention::remove_files(&app.db).await.map_err(failed)?;
    say(format!("Mail files removed: {files}. Past coverage figures are unchanged."))
}

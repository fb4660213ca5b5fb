//! `psn person`: what is held on one person, and erasing them.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use entity::store::audit::By;
use entity::store::erasure::{self, EraseError};
use entity::store::subject::{self, SubjectKey};
use entity::table::person;
use entity::value::ErasureReason;
use jobs::output::owner_only;

use super::say;
use crate::app::App;
use crate::error::ExitError;

/// What `psn person` takes besides the settings.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is to be done.
    #[command(subcommand)]
    pub what: What,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Write everything that is held on a person as one JSON document.
    Export {
        /// Whose.
        #[command(flatten)]
        whom: Whose,
        /// The file to write; without one it is printed
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Erase a person's name and contact; without --yes only say what would go.
    Erase {
        /// Whose.
        #[command(flatten)]
        whom: Whose,
        /// Why: REQUESTED, NOT_NEEDED, UNLAWFUL or LEGAL_DUTY
        #[arg(long, value_name = "WORD", default_value = "REQUESTED", value_parser = reason)]
        reason: ErasureReason,
        /// Do it: it cannot be taken back
        #[arg(long)]
        yes: bool,
    },
}

/// Who is meant.
#[derive(Clone, Debug, clap::Args)]
pub struct Whose {
    /// Employee number
    #[arg(long, value_name = "NUMBER", conflicts_with = "email")]
    pub number: Option<String>,
    /// Employer, where several have that number, or where the person was erased
    #[arg(long, value_name = "EMPLOYER", requires = "number")]
    pub employer: Option<String>,
    /// Work e-mail, in place of the number
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
}

/// Does it.
///
/// # Errors
///
/// [`ExitError::Refused`] where it is not clear who is meant; [`ExitError::Failed`] when the database refused or a file cannot be written.
pub async fn run(args: Args, app: &App) -> Result<(), ExitError> {
    match args.what {
        What::Export { whom, out } => export(app, whom, out).await,
        What::Erase { whom, reason, yes } => erase(app, whom, reason, yes).await,
    }
}

/// The reasons that a person can have; RETENTION is the nightly job's own.
fn reason(word: &str) -> Result<ErasureReason, String> {
    let known = word.parse().ok().filter(|reason| *reason != ErasureReason::Retention);
    known.ok_or_else(|| "it is REQUESTED, NOT_NEEDED, UNLAWFUL or LEGAL_DUTY".to_owned())
}

async fn one(app: &App, whose: Whose) -> Result<person::Model, ExitError> {
    let whom = match whose {
        Whose { number: Some(number), employer, .. } => SubjectKey::Number { number, employer },
        Whose { email: Some(address), .. } => SubjectKey::Address(address),
        Whose { .. } => {
            return Err(ExitError::Refused(
                "say who is meant: --number NUMBER (with --employer where several have it), or --email ADDRESS"
                    .to_owned(),
            ));
        }
    };
    let mut found = subject::find(&app.db, &whom).await.map_err(failed)?;
    match (found.pop(), found.is_empty()) {
        (Some(person), true) => Ok(person),
        (Some(_), false) => Err(ExitError::Refused("more than one person fits: add --employer".to_owned())),
        (None, _) => Err(ExitError::Refused(
            "nobody on file fits; somebody who was erased is found by --employer and --number".to_owned(),
        )),
    }
}

fn failed(error: sea_orm::DbErr) -> ExitError {
    ExitError::Failed(format!("the database refused: {error}"))
}

async fn export(app: &App, whose: Whose, out: Option<PathBuf>) -> Result<(), ExitError> {
    let person = one(app, whose).await?;
    let periods = app.settings.retention.periods();
    let by = By::operator(app.clock.now());
    let document = subject::export(&app.db, person.id, &periods, &by).await.map_err(failed)?;
    let document = document.ok_or_else(|| ExitError::Failed("the person has just been removed".to_owned()))?;
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

async fn erase(app: &App, whose: Whose, reason: ErasureReason, yes: bool) -> Result<(), ExitError> {
    let person = one(app, whose).await?;
    let by = By::operator(app.clock.now());
    let gone = if yes {
        erasure::erase(&app.db, person.id, reason, &by).await
    } else {
        erasure::dry_run(&app.db, person.id, &by).await
    };
    let gone = gone.map_err(|error| match error {
        EraseError::Unknown | EraseError::Already(_) => ExitError::Refused(error.to_string()),
        EraseError::Database(error) => failed(error),
    })?;
    say(format!("{} person:{}", if yes { "Erased" } else { "Would erase" }, person.id))?;
    for line in gone.lines() {
        say(format!("  {line}"))?;
    }
    if !yes {
        return say("Nothing was written. Add --yes to do it; it cannot be taken back.");
    }
    let files = jobs::retention::remove_files(&app.db).await.map_err(failed)?;
    say(format!("Files of mails removed: {files}. Past coverage is as it was."))
}

//! `psn import`: imports a board's files, first as a dry run, then with `--apply`.

mod changes;
mod files;
mod list_file;
mod rejects;
mod summary;
pub mod undo;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::period::Day;
use jobs::import::{Allowance, ImportError, ImportRequest, Mapping, Mode};
use sea_orm::DatabaseConnection;

use super::progress::Steps;
use super::say;
use crate::error::ExitError;
use files::{Gathered, gather, read};
use summary::printable;

/// The maximum size of a mapping file, in bytes.
const MOST_MAPPING_BYTES: u64 = 1 << 20;

/// Imports a board's files; without --apply, it only shows what would change.
#[derive(clap::Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ImportArgs {
    /// The subcommand, if it is not an import.
    #[command(subcommand)]
    pub other: Option<Other>,
    /// Folder with any of units.csv, staff.csv, courses.csv, training.csv, supporters.csv, unavailability.csv, managers.csv,
    /// policies.csv, exemptions.csv and links.csv. Files with similar names are listed but not imported.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Date that the files describe, such as 2026-11-16.
    #[arg(long, value_name = "DAY", required = true)]
    pub as_at: Option<Day>,
    /// Write the changes that the dry run shows: all of them or none.
    #[arg(long)]
    pub apply: bool,
    /// Allow what a refusal names, with the number that it gives: rejected=N rows, changed=N or ended=N posts, older files, or
    /// an empty full list. Repeat it for several.
    #[arg(long, value_name = "WHAT")]
    pub allow: Vec<Allowance>,
    /// End all posts of an employer that is no longer in any file, on the day before --as-at. Repeat it for several.
    #[arg(long, value_name = "NAME")]
    pub ends_employer: Vec<String>,
    /// Give the roles that supporters.csv names back from the register to the file. Roles that the person declined, withdrew
    /// from, paused or gave up stay in the register.
    #[arg(long)]
    pub take_over: bool,
    /// TOML file that translates the headers, words and course columns of another system's export.
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Save every rejected row as CSV: its cells under its own header, then what is wrong. Correct the rows and import them again.
    /// With several files, each has its own block in FILE, after an empty line.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Save every change as CSV: what changed, from and to.
    #[arg(long, value_name = "FILE")]
    pub changes: Option<PathBuf>,
    /// Sheet of Excel workbooks to read. Defaults to the first sheet with a matching header.
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// Units, instead of DIR/units.csv. This and the files below may be CSV files or Excel workbooks (.xlsx, .xlsm, .ods).
    #[arg(long, value_name = "FILE")]
    pub units: Option<PathBuf>,
    /// Posts and people. Repeat it for each employer's file.
    #[arg(long, value_name = "FILE")]
    pub staff: Vec<PathBuf>,
    /// Employee numbers of the same person.
    #[arg(long, value_name = "FILE")]
    pub links: Option<PathBuf>,
    /// Training modules.
    #[arg(long, value_name = "FILE")]
    pub courses: Option<PathBuf>,
    /// Course records.
    #[arg(long, value_name = "FILE")]
    pub training: Option<PathBuf>,
    /// Peer Supporters, Trainers and Wellbeing Champions.
    #[arg(long, value_name = "FILE")]
    pub supporters: Option<PathBuf>,
    /// Absences.
    #[arg(long, value_name = "FILE")]
    pub unavailability: Option<PathBuf>,
    /// Senior managers and coordinators of units.
    #[arg(long, value_name = "FILE")]
    pub managers: Option<PathBuf>,
    /// Policies.
    #[arg(long, value_name = "FILE")]
    pub policies: Option<PathBuf>,
    /// Exemptions.
    #[arg(long, value_name = "FILE")]
    pub exemptions: Option<PathBuf>,
}

/// The subcommands of `psn import`.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Other {
    /// Undo the last applied import, if nothing has changed since.
    Undo(undo::UndoArgs),
}

/// Runs the command and prints a summary.
///
/// # Errors
///
/// [`ExitError::Refused`] if the import is refused, for an as-at date after `today`, and for a file of which every row was
/// rejected (some rejected rows are not an error); [`ExitError::Failed`] if the database or the disk fails.
pub async fn run(
    args: &ImportArgs,
    db: &DatabaseConnection,
    now: DateTime<Utc>,
    today: Day,
    zone: Tz,
) -> Result<(), ExitError> {
    if let Some(Other::Undo(args)) = &args.other {
        return undo::run(args, db, now).await;
    }
    let Some(as_at) = args.as_at else {
        return Err(ExitError::Refused(
            "--as-at is missing: give the date that the files describe, such as 2026-11-16".to_owned(),
        ));
    };
    let Gathered { sources, inputs, passed_over, proposed } = gather(args)?;
    let mapping = match &args.mapping {
        None => Mapping::default(),
        Some(path) => {
            let text = String::from_utf8(read(path, MOST_MAPPING_BYTES)?)
                .map_err(|_| ExitError::Refused(format!("{} is not UTF-8 text", path.display())))?;
            Mapping::parse(&text).map_err(|error| ExitError::Refused(error.to_string()))?
        }
    };
    if as_at > today {
        return Err(ExitError::Refused(format!(
            "the files cannot describe {as_at}, because today is {today}. --as-at must be today or an earlier date"
        )));
    }
    // Before anything is written: an applied import must not end with an error.
    if args.changes.is_some() && args.changes == args.rejects {
        return Err(ExitError::Refused(
            "--rejects and --changes name the same file: choose another name for one of them".to_owned(),
        ));
    }
    let rejects = args.rejects.as_deref().map(|path| list_file::open(path, &inputs, "rejects", rejects::is_header));
    let rejects = rejects.transpose()?;
    let changed = args.changes.as_deref().map(|path| list_file::open(path, &inputs, "changes", changes::is_header));
    let changed = changed.transpose()?;
    // The rows are read again for the list of rejected rows.
    let read_again = if rejects.is_some() { sources.clone() } else { Vec::new() };
    let mode = if args.apply { Mode::Apply } else { Mode::DryRun };
    let request = ImportRequest {
        sources,
        as_at,
        mapping: mapping.clone(),
        mode,
        allow: args.allow.iter().copied().collect(),
        ends_employers: args.ends_employer.clone(),
        take_over: args.take_over,
        shift_days: 0,
        zone,
        sheet: args.sheet.clone(),
        list_changes: match (&changed, mode) {
            (Some(_), _) => usize::MAX,
            (None, Mode::DryRun) => changes::SHOWN,
            (None, Mode::Apply) => 0,
        },
    };
    let outcome = jobs::import::run(db, request, now, &Steps::new()).await;
    let outcome = outcome.map_err(|error| match error {
        ImportError::Twice(_) => ExitError::Refused(error.to_string()),
        ImportError::Database(error) => ExitError::Failed(format!("the database failed: {error}")),
    })?;
    let saved = rejects
        .map(|file| rejects::save(&read_again, &mapping, args.sheet.as_deref(), &outcome.rejects, file))
        .transpose();
    let listed = changed.map(|file| changes::save(&outcome.change_list, file)).transpose();
    say(summary::render_summary(&outcome, &passed_over, &proposed, args))?;
    if let Err(error) = listed {
        return Err(ExitError::Failed(format!(
            "the changes could not be saved ({error}); the rest of the import is as shown above"
        )));
    }
    if let Err(error) = saved {
        return Err(ExitError::Failed(format!(
            "the rejects could not be saved ({error}); the rest of the import is as shown above"
        )));
    }
    if let Some(refusal) = outcome.refusal {
        return Err(ExitError::Refused(format!("the import is refused, and nothing was written. {refusal}")));
    }
    match outcome.files.iter().map(|file| &file.imported).find(|file| file.rows > 0 && file.rejected == file.rows) {
        Some(file) => Err(ExitError::Refused(format!("every row of {} was rejected", printable(&file.file)))),
        None => Ok(()),
    }
}

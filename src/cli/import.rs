//! `psn import`: a board's files, first as a dry run, then with `--apply`.

mod changes;
mod list_file;
pub mod undo;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::period::Day;
use jobs::import::{Allowance, FileKind, ImportError, Mapping, Mode, Outcome, Reject, Request, Source};
use jobs::safe_csv;
use sea_orm::DatabaseConnection;

use super::progress::Steps;
use super::{Stop, say};

/// How many rejects are printed; the rest is saved with `--rejects`.
const SHOWN: usize = 20;

/// The columns of the file that `--rejects` saves.
const REJECTS_HEADER: [&str; 5] = ["File", "Line", "Column", "Value", "What is wrong"];

/// Imports a board's files; without --apply it only says what would change.
#[derive(clap::Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    /// What is to be done instead of an import.
    #[command(subcommand)]
    pub other: Option<Other>,
    /// Folder with any of units.csv, staff.csv, courses.csv, training.csv, supporters.csv, unavailability.csv, managers.csv,
    /// policies.csv and exemptions.csv.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The day that the files describe, as 2026-11-16.
    #[arg(long, value_name = "DAY", required = true)]
    pub as_at: Option<Day>,
    /// Write what the dry run shows, everything or nothing.
    #[arg(long)]
    pub apply: bool,
    /// Take what a refusal names, with the number that it gives: rejected=N rows, changed=N or ended=N posts, older files, or
    /// an empty full list. Repeat it for several.
    #[arg(long, value_name = "WHAT")]
    pub allow: Vec<Allowance>,
    /// End all posts of an employer, which no file names any more, on the day before --as-at. Repeat it for several.
    #[arg(long, value_name = "NAME")]
    pub ends_employer: Vec<String>,
    /// TOML file that says which of their headers and words are which of ours.
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Save every rejected row as CSV.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Save every change as CSV: what, from, to.
    #[arg(long, value_name = "FILE")]
    pub changes: Option<PathBuf>,
    /// Sheet of Excel workbooks to read. Defaults to the first sheet with a header that fits.
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// Units, in place of DIR/units.csv. This and the files below may be CSV files or Excel workbooks (.xlsx, .xlsm, .ods).
    #[arg(long, value_name = "FILE")]
    pub units: Option<PathBuf>,
    /// Posts and people.
    #[arg(long, value_name = "FILE")]
    pub staff: Option<PathBuf>,
    /// Employee numbers that are one person.
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
    /// Days away.
    #[arg(long, value_name = "FILE")]
    pub unavailability: Option<PathBuf>,
    /// Who answers for a unit.
    #[arg(long, value_name = "FILE")]
    pub managers: Option<PathBuf>,
    /// Policies.
    #[arg(long, value_name = "FILE")]
    pub policies: Option<PathBuf>,
    /// Exemptions.
    #[arg(long, value_name = "FILE")]
    pub exemptions: Option<PathBuf>,
}

/// What `psn import` does besides importing.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Other {
    /// Take the last import that was applied back whole, as long as nothing was changed after it.
    Undo(undo::Args),
}

/// Runs the command and prints what it finds.
///
/// # Errors
///
/// [`Stop::Refused`] for files that cannot be taken as a whole, an as-at day after `today`, and a file of which every row was
/// rejected (some rejected rows are no error); [`Stop::Failed`] when the database or the disk does not do its part.
pub async fn run(args: &Args, db: &DatabaseConnection, now: DateTime<Utc>, today: Day, zone: Tz) -> Result<(), Stop> {
    if let Some(Other::Undo(args)) = &args.other {
        return undo::run(args, db, now).await;
    }
    let Some(as_at) = args.as_at else {
        return Err(Stop::Refused(
            "--as-at is missing: name the day that the files describe, as 2026-11-16".to_owned(),
        ));
    };
    let Gathered { sources, inputs, passed_over } = gather(args)?;
    let mapping = match &args.mapping {
        None => Mapping::default(),
        Some(path) => {
            let text = String::from_utf8(read(path)?)
                .map_err(|_| Stop::Refused(format!("{} is not UTF-8 text", path.display())))?;
            Mapping::parse(&text).map_err(|error| Stop::Refused(error.to_string()))?
        }
    };
    if as_at > today {
        return Err(Stop::Refused(format!(
            "the files cannot describe {as_at}: today is {today}. --as-at takes today or an earlier day; import the files on their \
             day"
        )));
    }
    // Before anything is written: an import that was applied must not end in a failure.
    if args.changes.is_some() && args.changes == args.rejects {
        return Err(Stop::Refused(
            "--rejects and --changes name the same file: choose another name for one".to_owned(),
        ));
    }
    let rejects = args.rejects.as_deref().map(|path| list_file::open(path, &inputs, &REJECTS_HEADER, "rejects"));
    let rejects = rejects.transpose()?;
    let changed = args.changes.as_deref().map(|path| list_file::open(path, &inputs, &changes::HEADER, "changes"));
    let changed = changed.transpose()?;
    let mode = if args.apply { Mode::Apply } else { Mode::DryRun };
    let request = Request {
        sources,
        as_at,
        mapping,
        mode,
        allow: args.allow.iter().copied().collect(),
        ends_employers: args.ends_employer.clone(),
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
        ImportError::Twice(_) => Stop::Refused(error.to_string()),
        ImportError::Database(error) => Stop::Failed(format!("the database did not answer as it should: {error}")),
    })?;
    let saved = rejects.map(|mut file| rejects_csv(&outcome.rejects).map(|csv| file.write_all(&csv))).transpose()?;
    let listed = changed.map(|file| changes::save(&outcome.change_list, file)).transpose();
    say(told(&outcome, &passed_over, args))?;
    if let Err(error) = listed {
        return Err(Stop::Failed(format!("the changes could not be saved ({error}); all else is as said above")));
    }
    if let Some(Err(error)) = saved {
        return Err(Stop::Failed(format!("the rejects could not be saved ({error}); all else is as said above")));
    }
    if let Some(refusal) = outcome.refusal {
        return Err(Stop::Refused(format!("the import is refused, and nothing was written. {refusal}")));
    }
    match outcome.files.iter().find(|file| file.rows > 0 && file.rejected == file.rows) {
        Some(file) => Err(Stop::Refused(format!("every row of {} was rejected", printable(&file.file)))),
        None => Ok(()),
    }
}

/// The files to import, and those in the folder that are none of the nine.
struct Gathered {
    sources: Vec<Source>,
    /// Where they lie.
    inputs: Vec<PathBuf>,
    passed_over: Vec<String>,
}

fn gather(args: &Args) -> Result<Gathered, Stop> {
    let mut paths: Vec<(FileKind, PathBuf)> = Vec::new();
    let mut passed_over = Vec::new();
    if let Some(dir) = &args.dir {
        let unreadable = |error| Stop::Refused(format!("cannot read the folder {}: {error}", dir.display()));
        for entry in std::fs::read_dir(dir).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            match FileKind::ALL.into_iter().find(|kind| kind.file_name().eq_ignore_ascii_case(&name)) {
                Some(kind) => paths.push((kind, entry.path())),
                None if entry.path().is_file() => passed_over.push(name),
                None => {}
            }
        }
        passed_over.sort_unstable();
        if paths.is_empty() {
            let names = FileKind::ALL.map(FileKind::file_name).join(", ");
            return Err(Stop::Refused(format!("{} has none of {names}", dir.display())));
        }
    }
    for kind in FileKind::ALL {
        if let Some(path) = single(args, kind) {
            paths.retain(|(known, _)| *known != kind);
            paths.push((kind, path.clone()));
        }
    }
    if paths.is_empty() && args.ends_employer.is_empty() {
        return Err(Stop::Refused("name a folder with --dir, or files as in --staff staff.csv".to_owned()));
    }
    let inputs = paths.iter().map(|(_, path)| path.clone()).collect();
    let source = |(kind, path): (FileKind, PathBuf)| {
        let name = path.file_name().map_or_else(|| kind.file_name(), |name| name.to_string_lossy().into_owned());
        Ok(Source { kind, name, bytes: Cow::Owned(read(&path)?) })
    };
    Ok(Gathered { sources: paths.into_iter().map(source).collect::<Result<_, Stop>>()?, inputs, passed_over })
}

fn single(args: &Args, kind: FileKind) -> Option<&PathBuf> {
    match kind {
        FileKind::Units => args.units.as_ref(),
        FileKind::Staff => args.staff.as_ref(),
        FileKind::Links => args.links.as_ref(),
        FileKind::Courses => args.courses.as_ref(),
        FileKind::Training => args.training.as_ref(),
        FileKind::Supporters => args.supporters.as_ref(),
        FileKind::Unavailability => args.unavailability.as_ref(),
        FileKind::Managers => args.managers.as_ref(),
        FileKind::Policies => args.policies.as_ref(),
        FileKind::Exemptions => args.exemptions.as_ref(),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    std::fs::read(path).map_err(|error| Stop::Refused(format!("cannot read {}: {error}", path.display())))
}

/// The rejects as CSV that no spreadsheet runs.
///
/// # Errors
///
/// None in practice: it is written to memory.
fn rejects_csv(rejects: &[Reject]) -> Result<Vec<u8>, Stop> {
    let failed = |error: csv::Error| Stop::Failed(format!("cannot write the rejects: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(REJECTS_HEADER).map_err(failed)?;
    for Reject { file, line, column, value, sentence, .. } in rejects {
        let line = line.map(|line| line.to_string()).unwrap_or_default();
        let cells = [file, line.as_str(), column.unwrap_or_default(), value.as_deref().unwrap_or_default(), sentence];
        writer.write_record(cells.map(safe_csv::cell).iter().map(|cell| cell.as_bytes())).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| failed(error.into_error().into()))
}

/// Everything there is to say, ending in the next step.
fn told(outcome: &Outcome, passed_over: &[String], args: &Args) -> String {
    let Outcome { batch, files, rejects, kept, notices, refusal, changes, change_list: _, rows_changed: _ } = outcome;
    let mut text = String::new();
    let mut line = |said: String| {
        text.push_str(&said);
        text.push('\n');
    };
    if !files.is_empty() {
        line(format!(
            "{:<24}{:>9}{:>9}{:>9}{:>9}{:>11}{:>10}",
            "file", "rows", "added", "changed", "ended", "unchanged", "rejected"
        ));
        for file in files {
            line(format!(
                "{:<24}{:>9}{:>9}{:>9}{:>9}{:>11}{:>10}",
                printable(&file.file),
                file.rows,
                file.added,
                file.changed,
                file.ended,
                file.unchanged,
                file.rejected
            ));
        }
    }
    if !rejects.is_empty() {
        line(format!("\nRejected ({}):", rejects.len()));
        for reject in rejects.iter().take(SHOWN) {
            line(format!("  {}", told_reject(reject)));
        }
        if rejects.len() > SHOWN && args.rejects.is_none() {
            line(format!("  … and {} more; save them all with --rejects FILE.csv", rejects.len() - SHOWN));
        }
        if let Some(path) = &args.rejects {
            line(format!("  All of them are in {}.", path.display()));
        }
    }
    if !kept.is_empty() {
        line(format!("\nKept with a notice, the cell left blank ({}):", kept.len()));
        for cell in kept.iter().take(SHOWN) {
            line(format!("  {}", told_reject(cell)));
        }
        if kept.len() > SHOWN {
            line(format!("  … and {} more", kept.len() - SHOWN));
        }
    }
    if !notices.is_empty() {
        line("\nTo know:".to_owned());
        for notice in notices {
            let place = notice.line.map(|line| format!(" line {line}")).unwrap_or_default();
            line(format!("  {}{place}: {}", printable(&notice.file), printable(&notice.sentence)));
        }
    }
    for file in files.iter().filter(|file| !file.ignored_columns.is_empty()) {
        line(format!(
            "\nIgnored columns of {}: {}",
            printable(&file.file),
            printable(&file.ignored_columns.join(", "))
        ));
        if !file.not_asked_for.is_empty() {
            let columns = printable(&file.not_asked_for.join(", "));
            line(format!("  Not asked for, and better left out of the file: {columns}"));
        }
    }
    if !passed_over.is_empty() {
        line(format!("\nIgnored files of the folder: {}", printable(&passed_over.join(", "))));
    }
    text.push_str(&changes::told(outcome, args.changes.as_deref()));
    let end = match (batch, refusal, changes) {
        (_, Some(_), _) => return text,
        (None, None, true) => "\nNothing was written. Run again with --apply.".to_owned(),
        (None, None, false) => "\nNothing was written, and nothing would change.".to_owned(),
        (Some(batch), None, true) => format!("\nApplied as import {batch}."),
        (Some(batch), None, false) => format!("\nRecorded as import {batch}; nothing had changed."),
    };
    text.push_str(&end);
    text.push('\n');
    text
}

fn told_reject(reject: &Reject) -> String {
    let Reject { file, line, column, value, sentence, .. } = reject;
    let mut text = printable(file);
    if let Some(line) = line {
        let _ = write!(text, " line {line}");
    }
    if let Some(column) = column {
        let _ = write!(text, ", {column}");
    }
    if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
        let _ = write!(text, " '{}'", printable(value));
    }
    let _ = write!(text, ": {}", printable(sentence));
    text
}

/// Text from a file on one line of a terminal, which obeys control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

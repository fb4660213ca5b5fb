//! `psn export`: one day's coverage as the four files at the end of IMPORT.md, and one with the reasons why allocations do not
//! count.

mod rows;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args as ClapArgs;
use entity::actor::Actor;
use entity::coverage::disclosure::Limit;
use entity::coverage::{Coverage, Index, Question, compute};
use entity::data_age;
use entity::id::PersonId;
use entity::period::Day;
use entity::store::audit::{self, Event};
use entity::store::{published, roster};
use entity::table::person;
use entity::value::Action;
use jobs::output::owner_only;
use jobs::output::safe_csv::{cell, with_bom};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use self::rows::{CsvRow, Exported, Publication, standing_rows};
use super::say;
use crate::error::ExitError;

/// The maximum number of IDs in one query; both engines accept more.
const IDS_PER_QUERY: usize = 5_000;

/// Export one day's coverage as coverage.csv, rollup.csv, standing.csv, layers.csv and not_counting.csv.
///
/// The figures are exact and standing.csv is about single people, so these files are only for the service administrator. With
/// --published, only what may be shared is written: no standing.csv, Level 1 in bands, and small numbers are `hidden`.
#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// The date, such as 2026-11-16
    #[arg(long, value_name = "DAY")]
    pub as_of: Day,
    /// Folder to write to; it is created if it does not exist
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write only what may be shared: no standing.csv, Level 1 in bands, small numbers hidden
    #[arg(long)]
    pub published: bool,
}

/// Computes the coverage, writes the files, replacing existing ones, and prints their names. The export is recorded in the
/// audit log first: an export that cannot be recorded is not written.
///
/// # Errors
///
/// [`ExitError::Failed`] if the data cannot be read, the export cannot be recorded or a file cannot be written;
/// [`ExitError::Refused`] if the files to share would be next to one that must not be shared.
pub async fn run(
    args: ExportArgs,
    db: &DatabaseConnection,
    limit: Limit,
    now: DateTime<Utc>,
    today: Day,
) -> Result<(), ExitError> {
    let ExportArgs { as_of, out, published } = args;
    let facts =
        roster::load(db).await.map_err(|error| ExitError::Failed(format!("the data cannot be read: {error}")))?;
    facts.check_complete(as_of).map_err(|error| ExitError::Refused(error.to_string()))?;
    let coverage = compute(&facts.index, &Question { day: as_of, today: Some(today), what_if: None });
    let people = supporters(db, &facts.index)
        .await
        .map_err(|error| ExitError::Failed(format!("the people cannot be read: {error}")))?;
    owner_only::create_dir(&out)
        .map_err(|error| ExitError::Failed(format!("{} cannot be created: {error}", out.display())))?;
    let publication = match published {
        true => {
            let (_, disclosure) = published::published_on(db, &facts.index, &coverage)
                .await
                .map_err(|error| ExitError::Failed(format!("the earlier publications cannot be read: {error}")))?;
            Some(Publication { disclosure, limit })
        }
        false => None,
    };
    let day = Exported { index: &facts.index, coverage: &coverage, published: publication };
    let mut files = vec![
        ("coverage.csv", day.coverage_rows()),
        ("rollup.csv", day.rollup_rows()),
        ("layers.csv", day.layer_rows()),
        ("not_counting.csv", day.not_counting_rows()),
    ];
    if published {
        let single = out.join("standing.csv");
        if single.exists() {
            return Err(ExitError::Refused(format!(
                "{} is about single people and must not be shared: choose another folder",
                single.display()
            )));
        }
    } else {
        files.push(("standing.csv", standing_rows(&facts.index, &coverage, &people)));
    }
    let counts = files.iter().map(|(name, rows)| (name.to_string(), json!(rows.len() - 1)));
    let event = Event {
        object: Some(format!("coverage:{as_of}")),
        after: Some(json!({ "published": published, "rows": serde_json::Map::from_iter(counts) })),
        ..Event::new(now, Actor::Operator, Action::CoverageExported)
    };
    audit::record_alone(db, &event).await.map_err(|error| {
        ExitError::Failed(format!("the export cannot be recorded in the audit log, so nothing was written: {error}"))
    })?;
    for (name, rows) in files {
        let path = out.join(name);
        write(&path, &rows)
            .map_err(|error| ExitError::Failed(format!("{} cannot be written: {error}", path.display())))?;
        say(format!("{} ({} rows)", path.display(), rows.len() - 1))?;
    }
    match age_of_lists(&coverage, &facts.index, today) {
        Some(sentence) => say(sentence),
        None => Ok(()),
    }
}

/// Describes the age of the oldest staff list behind the figures; `None` if there is no list.
fn age_of_lists(coverage: &Coverage, index: &Index, today: Day) -> Option<String> {
    let (as_at, employer) = coverage.units.iter().filter_map(|unit| unit.oldest_list).min()?;
    let employer = employer.map_or_else(String::new, |employer| format!("{}, ", index.roster().words.get(employer)));
    let days = today.days_since(as_at);
    Some(if data_age::is_old(days) {
        format!("Warning: these figures are based on staff lists up to {days} days old ({employer}as at {as_at}).")
    } else {
        format!("The oldest staff list behind these figures is as at {as_at}.")
    })
}

fn write(path: &Path, rows: &[CsvRow]) -> csv::Result<()> {
    let mut writer = csv::Writer::from_writer(with_bom(owner_only::Replacement::begin(path)?)?);
    for row in rows {
        writer.write_record(row.iter().map(|text| cell(text).into_owned()))?;
    }
    writer.into_inner().map_err(|error| error.into_error())?.put_in_place()?;
    Ok(())
}

/// Returns employer and employee number of all people with a Peer Supporter allocation.
async fn supporters(
    db: &DatabaseConnection,
    index: &Index,
) -> Result<HashMap<PersonId, (String, String)>, sea_orm::DbErr> {
    let roster = index.roster();
    let mut ids: Vec<_> = roster.allocations.iter().map(|row| row.filed_for).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut people = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(IDS_PER_QUERY) {
        let rows = person::Entity::find().filter(person::Column::Id.is_in(ids.iter().copied())).all(db).await?;
        people.extend(rows.into_iter().map(|row| (row.id, (row.employer, row.number))));
    }
    Ok(people)
}

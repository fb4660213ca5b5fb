//! What readers who do not answer for a unit see over a year: a snapshot each week of the demonstration's board, in which Level 1
//! grows, and the share of units whose band of Level 1, and whose reasons why allocations do not count, are hidden from them.
//!
//! `cargo bench -p jobs --bench level1` prints a Markdown table. It needs no server and takes about a minute.

#[path = "level1/bounds.rs"]
mod bounds;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use entity::coverage::disclosure::Limit;
use entity::coverage::level1::is_large_enough;
use entity::id::{CompletionId, CourseId, PersonId, SnapshotId, UnitId};
use entity::period::Day;
use entity::store::{begin_write, facts};
use entity::table::{completion, course, post, snapshot_unit, unit};
use entity::value::Level;
use jobs::import::{self, FileKind, ImportRequest, Mapping, Mode, NoProgress, SourceFile};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};

type Failure = Box<dyn Error>;

/// Weeks of the year.
const WEEKS: i64 = 52;
/// Of 100 people without Level 1, so many complete it each week.
const PERCENT_A_WEEK: i64 = 6;
/// Rows of one INSERT.
const ROWS: usize = 5_000;
/// The levels of the board's tree that the table shows; a unit without units below it is a team.
const LEVELS: [&str; 4] = ["Board", "HSCP", "Sector", "Service"];

fn main() -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(simulate())
}

async fn simulate() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let db = entity::store::connect(&format!("sqlite:{}", folder.path().join("psn.db").display())).await?;
    migration::migrate(&db).await?;
    let monday = Day::new(2026, 11, 16).ok_or("no such day")?;
    let now: DateTime<Utc> = "2026-11-16T05:00:00Z".parse()?;
    import_board(&db, monday, now).await?;
    let units = unit::Entity::find().all(&db).await?;
    let levels: HashMap<UnitId, String> =
        units.into_iter().filter_map(|unit| unit.level.map(|level| (unit.id, level))).collect();
    let staff: HashSet<PersonId> =
        post::Entity::find().all(&db).await?.into_iter().map(|post| post.person_id).collect();
    let level1 = course::Entity::find().filter(course::Column::Level.eq(Level::One)).one(&db).await?;
    let level1 = level1.ok_or("the board has no Level 1 course")?.id;

    let names = LEVELS.iter().map(|level| format!(" {level} |"));
    let names = names.chain([" Team |".to_owned()]).collect::<String>();
    println!("Hidden of all units of a level: the band of Level 1 / a reason why allocations do not count.\n");
    println!("| week | Level 1 |{names} counts that follow from all bands together |");
    println!("|---|---|{}---|", "---|".repeat(LEVELS.len() + 1));
    for week in 0..WEEKS {
        let (day, at) = (monday.plus_days(7 * week), now + TimeDelta::weeks(week));
        if week > 0 {
            train(&db, &staff, level1, week, day).await?;
        }
        let taken = jobs::snapshot::take_snapshot(&db, day, Limit::default(), at).await?;
        let line = line(&db, taken.snapshot.id, &levels).await?;
        println!("| {} {line}", week + 1);
    }
    Ok(())
}

/// One week's row of the table.
async fn line(
    db: &DatabaseConnection,
    snapshot: SnapshotId,
    levels: &HashMap<UnitId, String>,
) -> Result<String, Failure> {
    let rows = snapshot_unit::Entity::find().filter(snapshot_unit::Column::SnapshotId.eq(snapshot)).all(db).await?;
    let with_units_below: HashSet<UnitId> = rows.iter().filter_map(|row| row.parent_id).collect();
    let root = rows.iter().find(|row| row.parent_id.is_none()).ok_or("a snapshot without a root")?;
    let mut line = format!("| {} of {} |", root.level1_done, root.headcount);
    let is_at = |row: &snapshot_unit::Model, level: &str| match level {
        "Team" => !with_units_below.contains(&row.unit_id),
        level => with_units_below.contains(&row.unit_id) && levels.get(&row.unit_id).is_some_and(|own| own == level),
    };
    for level in LEVELS.into_iter().chain(["Team"]) {
        let units: Vec<_> = rows.iter().filter(|row| row.headcount > 0 && is_at(row, level)).collect();
        let no_band = units.iter().filter(|row| !is_large_enough(count(row.headcount), Limit::default())).count();
        let no_reason = units.iter().filter(|row| row.standing_hidden != 0).count();
        line += &format!(" {no_band} / {no_reason} of {} |", units.len());
    }
    Ok(format!("{line} {} |", bounds::counts_that_follow(&rows, Limit::default())))
}

fn count(stored: i32) -> u32 {
    u32::try_from(stored).unwrap_or(0)
}

/// Some of those without Level 1 complete it in the week before `day`: the same ones each time this is run.
async fn train(
    db: &DatabaseConnection,
    staff: &HashSet<PersonId>,
    level1: CourseId,
    week: i64,
    day: Day,
) -> Result<(), Failure> {
    let done = completion::Entity::find().all(db).await?;
    let last = done.iter().map(|row| row.id.0).max().unwrap_or(0);
    let done: HashSet<PersonId> = done.into_iter().map(|row| row.person_id).collect();
    let mut new: Vec<_> = staff.difference(&done).copied().collect();
    new.sort_unstable();
    new.retain(|person| (person.0 * 7_919 + week * 104_729) % 100 < PERCENT_A_WEEK);
    let rows = (last + 1..).zip(new).map(|(id, person)| completion::ActiveModel {
        id: Set(CompletionId(id)),
        person_id: Set(person),
        course_id: Set(level1),
        completed_on: Set(day.plus_days(-3)),
        valid_to: Set(None),
    });
    let rows: Vec<_> = rows.collect();
    let txn = begin_write(db).await?;
    for rows in rows.chunks(ROWS) {
        completion::Entity::insert_many(rows.to_vec()).exec_without_returning(&txn).await?;
    }
    facts::bump_data_version(&txn).await?;
    txn.commit().await?;
    Ok(())
}

async fn import_board(db: &DatabaseConnection, as_at: Day, now: DateTime<Utc>) -> Result<(), Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/cli/demo/board");
    let mut sources = Vec::new();
    for kind in FileKind::ALL.into_iter().filter(|kind| folder.join(kind.file_name()).exists()) {
        let bytes = Cow::Owned(std::fs::read(folder.join(kind.file_name()))?);
        sources.push(SourceFile { kind, name: kind.file_name(), bytes });
    }
    let mapping = Mapping::default();
    let request = ImportRequest {
        sources,
        as_at,
        mapping,
        mode: Mode::Apply,
        allow: import::Allowances::default(),
        ends_employers: Vec::new(),
        take_over: false,
        list_changes: 0,
        shift_days: 0,
        zone: chrono_tz::Europe::London,
        sheet: None,
    };
    match import::run(db, request, now, &NoProgress).await?.refusal {
        Some(refusal) => Err(refusal.into()),
        None => Ok(()),
    }
}

//! How long the next answer about a team takes after one change, beside reading and computing everything, and how much memory
//! the versions of the data take.
//!
//! `cargo bench -p jobs --bench change -- board` prints a Markdown table for the sizes named (`demo`, `board`, `nation`), on
//! SQLite. Each size runs in a process of its own, so that its memory is its own.

mod board;
#[path = "board/sqlite.rs"]
mod sqlite;

use std::error::Error;
use std::process::Command;
use std::time::Instant;

use board::{SIZES, Size};
use entity::coverage::roster::UnitIx;
use entity::coverage::{Coverage, FactChange, Question, TeamRow, compute, update};
use entity::id::AllocationId;
use entity::json_column::Touched;
use entity::period::Day;
use entity::store::roster::{self, LoadedRoster};
use entity::store::{begin_write, facts};
use entity::table::allocation;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};
use sqlite::{import_board, median, milliseconds};

type Failure = Box<dyn Error + Send + Sync>;

/// Changes that are measured.
const CHANGES: usize = 51;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if let [marker, size] = args.as_slice()
        && marker == "measure"
    {
        let size = SIZES.into_iter().find(|known| known.name == size).ok_or("no such size")?;
        return tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(size));
    }
    println!(
        "| size | posts | teams | answer after a change (median) | of it reading | everything read and computed | memory with one version | with two |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for size in SIZES.iter().filter(|size| args.iter().any(|name| name == size.name)) {
        let done = Command::new(std::env::current_exe()?).args(["measure", size.name]).status()?;
        if !done.success() {
            return Err(format!("{} failed", size.name).into());
        }
    }
    Ok(())
}

async fn measure(size: Size) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let db = import_board(size, folder.path()).await?;
    let day = Day::new(2026, 11, 16).ok_or("no such day")?;
    let question = Question { day, today: Some(day), what_if: None };

    let begun = Instant::now();
    let mut held = roster::load(&db).await?;
    let mut coverage = compute(&held.index, &question);
    let everything = begun.elapsed();
    let one_version = memory_mib();

    let mut two_versions = 0;
    let (mut whole, mut reading) = (Vec::new(), Vec::new());
    for number in 0..CHANGES {
        let place = number * 97 % held.index.roster().allocations.len();
        let unit = change(&db, &held, place, number).await?;
        let begun = Instant::now();
        let after = roster::load_changes(&db, &held).await?.ok_or("everything must be read")?;
        reading.push(begun.elapsed());
        let extent = after.changes_since(held.version).ok_or("an unknown change")?;
        let change = FactChange { before: &held.index, after: &after.index, extent: &extent };
        let updated = update(&coverage, &change, &question);
        let status = row(&after, &updated, unit).map(|row| row.status);
        whole.push(begun.elapsed());
        std::hint::black_box(status);
        two_versions = two_versions.max(memory_mib());
        (held, coverage) = (after, updated);
    }
    let fresh = roster::load(&db).await?;
    if compute(&fresh.index, &question) != coverage {
        return Err("the coverage after the changes is not that from nothing".into());
    }
    println!(
        "| {} | {} | {} | {} | {} | {} | {one_version} MiB | {two_versions} MiB |",
        size.name,
        size.posts,
        size.teams,
        milliseconds(median(whole)),
        milliseconds(median(reading)),
        milliseconds(everything)
    );
    Ok(())
}

/// Changes the share of an allocation, as a command does, and returns its unit.
async fn change(db: &DatabaseConnection, held: &LoadedRoster, place: usize, number: usize) -> Result<UnitIx, Failure> {
    let allocation = &held.index.roster().allocations[place];
    let AllocationId(id) = allocation.id;
    let txn = begin_write(db).await?;
    allocation::Entity::update_many()
        .col_expr(allocation::Column::Share, Expr::value(i32::try_from(100 + number)?))
        .filter(allocation::Column::Id.eq(id))
        .exec(&txn)
        .await?;
    facts::bump_data_version_touching(&txn, &Touched::person(allocation.filed_for)).await?;
    txn.commit().await?;
    Ok(allocation.unit)
}

fn row<'a>(held: &LoadedRoster, coverage: &'a Coverage, unit: UnitIx) -> Option<&'a TeamRow> {
    let code = |unit: UnitIx| &held.index.roster().units[unit.at()].code;
    let place = coverage.teams.binary_search_by(|row| code(row.unit).cmp(code(unit))).ok()?;
    Some(&coverage.teams[place])
}

/// The memory that this process holds now, in MiB (Linux; 0 elsewhere).
fn memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}

//! The `retention` job: removes what is held beyond its period, and what is left of people who were erased.
//!
//! It goes on in chunks, each in a transaction of its own with its line in the audit log, so it holds no lock for long. A run that
//! was killed has done some of them, and the next one does the rest. Counting goes by the same questions as removing, so a
//! dry run tells what a run would do, and writes nothing.

use std::fmt;
use std::io;

use chrono::{DateTime, Utc};
use entity::id::{DeliveryId, PersonId};
use entity::period::Day;
use entity::store::audit::By;
use entity::store::erasure::{self, EraseError, StoredMail};
use entity::store::retention::{self, Beyond, Kind, Periods};
use entity::store::run::RETENTION;
use entity::value::ErasureReason;
use sea_orm::{DatabaseConnection, DbErr};
use tokio_util::sync::CancellationToken;

use crate::runner::{Job, JobError, Outcome, RunContext};
use crate::schedule::Period;

/// Rows of one transaction.
const CHUNK: u64 = 1_000;

/// The job `retention`.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// How long each kind of data is kept.
    pub periods: Periods,
}

/// What a run removed, or would remove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Rows of each kind, in the order of [`Kind::ALL`].
    pub rows: Vec<(Kind, u64)>,
    /// Addresses and files of mails to people who were erased.
    pub left_over: u64,
    /// Files that could not be removed; their mails are as they were.
    pub stuck: u64,
    /// Whether it stopped before the end because the process stops.
    pub cut_short: bool,
}

/// One sentence without personal data, for the ledger.
impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, left_over, stuck, cut_short } = self;
        f.write_str("Removed")?;
        for (at, (kind, rows)) in rows.iter().enumerate() {
            write!(f, "{} {kind} {rows}", if at == 0 { ":" } else { "," })?;
        }
        write!(f, "; left over from erased people: {left_over}")?;
        if *stuck > 0 {
            write!(f, "; files that could not be removed: {stuck}")?;
        }
        if *cut_short {
            f.write_str("; stopped before the end")?;
        }
        Ok(())
    }
}

impl Retention {
    /// What a run about `day` would find, a kind each, and how many files of mails to erased people; writes nothing.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn dry_run(&self, db: &DatabaseConnection, day: Day) -> Result<Vec<(Kind, Day, Beyond)>, DbErr> {
        let mut all = Vec::with_capacity(Kind::ALL.len());
        for kind in Kind::ALL {
            let cut = kind.cut(&self.periods, day);
            all.push((kind, cut, retention::found(db, kind, cut).await?));
        }
        Ok(all)
    }

    /// Removes what is beyond its period on `day`, until `stop` is cancelled.
    ///
    /// # Errors
    ///
    /// What the database said; what was removed before stays so.
    pub async fn remove(
        &self,
        db: &DatabaseConnection,
        day: Day,
        now: DateTime<Utc>,
        stop: &CancellationToken,
    ) -> Result<Removed, DbErr> {
        let by = By::worker(now);
        let mut removed = Removed { left_over: erasure::forget_late(db).await?, ..Removed::default() };
        left_over_files(db, &mut removed).await?;
        for kind in Kind::ALL {
            let cut = kind.cut(&self.periods, day);
            let rows = match kind {
                Kind::Mails => mails(db, cut, &by, stop, &mut removed.stuck).await?,
                Kind::Rejects | Kind::Runs | Kind::SignIns | Kind::Snapshots | Kind::WeeklySnapshots => {
                    rows(db, kind, cut, &by, stop).await?
                }
                Kind::Absences => absences(db, cut, &by, stop).await?,
                Kind::People => people(db, cut, &by, stop).await?,
            };
            removed.rows.push((kind, rows));
        }
        // Of people who were erased just now.
        left_over_files(db, &mut removed).await?;
        removed.cut_short = stop.is_cancelled();
        Ok(removed)
    }
}

/// Chunk after chunk until one finds nothing.
async fn rows(db: &DatabaseConnection, kind: Kind, cut: Day, by: &By, stop: &CancellationToken) -> Result<u64, DbErr> {
    let mut rows = 0;
    while !stop.is_cancelled() {
        let some = match kind {
            Kind::Rejects => retention::remove_rejects(db, cut, CHUNK, by).await?,
            Kind::Runs => retention::remove_runs(db, cut, CHUNK, by).await?,
            Kind::SignIns => retention::remove_sign_ins(db, cut, CHUNK, by).await?,
            Kind::Snapshots | Kind::WeeklySnapshots => retention::remove_snapshots(db, kind, cut, by).await?,
            Kind::Mails | Kind::Absences | Kind::People => 0,
        };
        if some == 0 {
            break;
        }
        rows += some;
    }
    Ok(rows)
}

/// A mail's file goes before its row says so: killed between the two, the next run finds no file and goes on.
async fn mails(
    db: &DatabaseConnection,
    cut: Day,
    by: &By,
    stop: &CancellationToken,
    stuck: &mut u64,
) -> Result<u64, DbErr> {
    let (mut rows, mut after) = (0, DeliveryId(0));
    while !stop.is_cancelled() {
        let some = retention::mails(db, cut, after, CHUNK).await?;
        let Some((last, _)) = some.last() else { break };
        after = *last;
        let mut gone = Vec::with_capacity(some.len());
        for (id, path) in some {
            match path {
                Some(path) if !remove_file(&path).await => *stuck += 1,
                Some(_) | None => gone.push(id),
            }
        }
        rows += retention::remove_mails(db, &gone, by).await?;
    }
    Ok(rows)
}

async fn absences(db: &DatabaseConnection, cut: Day, by: &By, stop: &CancellationToken) -> Result<u64, DbErr> {
    let (mut rows, mut after) = (0, PersonId(0));
    while !stop.is_cancelled() {
        let (some, last) = retention::remove_absences(db, cut, after, by).await?;
        rows += some;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    Ok(rows)
}

async fn people(db: &DatabaseConnection, cut: Day, by: &By, stop: &CancellationToken) -> Result<u64, DbErr> {
    let (mut rows, mut after) = (0, PersonId(0));
    loop {
        let some = retention::left(db, cut, after, CHUNK).await?;
        let Some(last) = some.last() else { return Ok(rows) };
        after = *last;
        for id in some {
            if stop.is_cancelled() {
                return Ok(rows);
            }
            match erasure::erase(db, id, ErasureReason::Retention, by).await {
                Ok(_) => rows += 1,
                // By somebody else, in the meantime.
                Err(EraseError::Unknown | EraseError::Already(_)) => {}
                Err(EraseError::Database(error)) => return Err(error),
            }
        }
    }
}

/// Removes the files of mails to everybody who was erased. How many; those that could not be removed are not counted.
///
/// # Errors
///
/// What the database said.
pub async fn remove_files(db: &DatabaseConnection) -> Result<u64, DbErr> {
    let mut removed = Removed::default();
    left_over_files(db, &mut removed).await?;
    Ok(removed.left_over)
}

async fn left_over_files(db: &DatabaseConnection, removed: &mut Removed) -> Result<(), DbErr> {
    let mut after = DeliveryId(0);
    loop {
        let some = erasure::files(db, after, CHUNK).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = last.id;
        for StoredMail { id, path } in some {
            if remove_file(&path).await {
                erasure::forget_file(db, id).await?;
                removed.left_over += 1;
            } else {
                removed.stuck += 1;
            }
        }
    }
}

/// Whether the file is gone, now or before.
async fn remove_file(path: &str) -> bool {
    match tokio::fs::remove_file(path).await {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => {
            tracing::warn!(%error, "could not remove a mail file; the next run will try again");
            false
        }
    }
}

#[async_trait::async_trait]
impl Job for Retention {
    fn name(&self) -> &'static str {
        RETENTION
    }

    async fn run(&self, ctx: &RunContext, period: Period) -> Result<Outcome, JobError> {
        let removed = self.remove(&ctx.db, period.first_day(), ctx.now, &ctx.stopping).await?;
        let text = removed.to_string();
        if removed.cut_short {
            Ok(Outcome::Again { not_before: ctx.now, text })
        } else if removed.stuck > 0 {
            Err(JobError::Retry(format!("{text}. Check that psn may write to the mail folder.")))
        } else {
            Ok(Outcome::Done(text))
        }
    }
}

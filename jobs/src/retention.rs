//! The `retention` job: removes data past its retention period, and data left over from erased people.
//!
//! It works in chunks, each in a transaction of its own with an audit event, so that it holds no lock for long. A run
//! that was killed has removed some chunks, and the next run removes the rest. Counting uses the same conditions as
//! removing, so a dry run reports exactly what a run would remove, and writes nothing.

use std::fmt;
use std::io;

use chrono::{DateTime, Utc};
use entity::id::{DeliveryId, PersonId};
use entity::period::Day;
use entity::store::audit::AuditContext;
use entity::store::erasure::{self, EraseError, StoredMail};
use entity::store::retention::{self, ExpiredRows, Kind, Periods};
use entity::store::run::RETENTION;
use entity::value::ErasureReason;
use sea_orm::{DatabaseConnection, DbErr};
use tokio_util::sync::CancellationToken;

use crate::runner::{Job, JobError, JobOutcome, RunContext};
use crate::schedule::Period;

/// Rows per transaction.
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
    /// Addresses and mail files of erased people.
    pub left_over: u64,
    /// Files that could not be removed. Their mails are unchanged.
    pub stuck: u64,
    /// Whether it stopped early because the process is stopping.
    pub cut_short: bool,
}

/// One sentence without personal data, for the job ledger.
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
    /// Returns what a run for `day` would remove: each kind, its cut-off day and its rows. Writes nothing.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn dry_run(&self, db: &DatabaseConnection, day: Day) -> Result<Vec<(Kind, Day, ExpiredRows)>, DbErr> {
        let mut all = Vec::with_capacity(Kind::ALL.len());
        for kind in Kind::ALL {
            let cutoff = kind.cutoff(&self.periods, day);
            all.push((kind, cutoff, retention::count_expired(db, kind, cutoff).await?));
        }
        Ok(all)
    }

    /// Removes data that is past its retention period on `day`, until `stop` is cancelled.
    ///
    /// # Errors
    ///
    /// If the database fails. Chunks that were already removed stay removed.
    pub async fn remove(
        &self,
        db: &DatabaseConnection,
        day: Day,
        now: DateTime<Utc>,
        stop: &CancellationToken,
    ) -> Result<Removed, DbErr> {
        let by = AuditContext::worker(now);
        let mut removed = Removed { left_over: erasure::forget_late(db).await?, ..Removed::default() };
        remove_left_over_files(db, &mut removed).await?;
        for kind in Kind::ALL {
            let cutoff = kind.cutoff(&self.periods, day);
            let rows = match kind {
                Kind::Mails => remove_mails(db, cutoff, &by, stop, &mut removed.stuck).await?,
                Kind::Rejects
                | Kind::Runs
                | Kind::SignIns
                | Kind::Snapshots
                | Kind::WeeklySnapshots
                | Kind::Nominations
                | Kind::CommandKeys => remove_rows(db, kind, cutoff, &by, stop).await?,
                Kind::Absences => remove_absences(db, cutoff, &by, stop).await?,
                Kind::People => remove_people(db, cutoff, &by, stop).await?,
            };
            removed.rows.push((kind, rows));
        }
        // Files of people that this run has just erased.
        remove_left_over_files(db, &mut removed).await?;
        removed.cut_short = stop.is_cancelled();
        Ok(removed)
    }
}

/// Removes chunks until none is left.
async fn remove_rows(
    db: &DatabaseConnection,
    kind: Kind,
    cutoff: Day,
    by: &AuditContext,
    stop: &CancellationToken,
) -> Result<u64, DbErr> {
    let mut rows = 0;
    while !stop.is_cancelled() {
        let some = match kind {
            Kind::Rejects => retention::remove_rejects(db, cutoff, CHUNK, by).await?,
            Kind::Runs => retention::remove_runs(db, cutoff, CHUNK, by).await?,
            Kind::SignIns => retention::remove_sign_ins(db, cutoff, CHUNK, by).await?,
            Kind::Snapshots | Kind::WeeklySnapshots => retention::remove_snapshots(db, kind, cutoff, by).await?,
            // The day itself: each policy says how long a nomination is kept.
            Kind::Nominations => retention::remove_nominations(db, cutoff, by).await?,
            Kind::CommandKeys => retention::remove_command_keys(db, cutoff, CHUNK, by).await?,
            Kind::Mails | Kind::Absences | Kind::People => 0,
        };
        if some == 0 {
            break;
        }
        rows += some;
    }
    Ok(rows)
}

/// Removes a mail's file before its row is changed: if the process is killed in between, the next run finds no file and
/// continues.
async fn remove_mails(
    db: &DatabaseConnection,
    cutoff: Day,
    by: &AuditContext,
    stop: &CancellationToken,
    stuck: &mut u64,
) -> Result<u64, DbErr> {
    let (mut rows, mut after) = (0, DeliveryId(0));
    while !stop.is_cancelled() {
        let some = retention::mails(db, cutoff, after, CHUNK).await?;
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

async fn remove_absences(
    db: &DatabaseConnection,
    cutoff: Day,
    by: &AuditContext,
    stop: &CancellationToken,
) -> Result<u64, DbErr> {
    let (mut rows, mut after) = (0, PersonId(0));
    while !stop.is_cancelled() {
        let (some, last) = retention::remove_absences(db, cutoff, after, by).await?;
        rows += some;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    Ok(rows)
}

async fn remove_people(
    db: &DatabaseConnection,
    cutoff: Day,
    by: &AuditContext,
    stop: &CancellationToken,
) -> Result<u64, DbErr> {
    let (mut rows, mut after) = (0, PersonId(0));
    loop {
        let some = retention::leavers(db, cutoff, after, CHUNK).await?;
        let Some(last) = some.last() else { return Ok(rows) };
        after = *last;
        for id in some {
            if stop.is_cancelled() {
                return Ok(rows);
            }
            match erasure::erase(db, id, ErasureReason::Retention, by).await {
                Ok(_) => rows += 1,
                // Erased by someone else in the meantime.
                Err(EraseError::Unknown | EraseError::Already(_)) => {}
                Err(EraseError::Database(error)) => return Err(error),
            }
        }
    }
}

/// Removes the mail files of all erased people. Returns how many were removed.
///
/// # Errors
///
/// If the database fails.
pub async fn remove_files(db: &DatabaseConnection) -> Result<u64, DbErr> {
    let mut removed = Removed::default();
    remove_left_over_files(db, &mut removed).await?;
    Ok(removed.left_over)
}

async fn remove_left_over_files(db: &DatabaseConnection, removed: &mut Removed) -> Result<(), DbErr> {
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

/// Removes a file. Returns whether it no longer exists.
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

    async fn run(&self, ctx: &RunContext, period: Period) -> Result<JobOutcome, JobError> {
        let removed = self.remove(&ctx.db, period.first_day(), ctx.now, &ctx.stopping).await?;
        let text = removed.to_string();
        if removed.cut_short {
            Ok(JobOutcome::ContinueLater { not_before: ctx.now, text })
        } else if removed.stuck > 0 {
            Err(JobError::Retry(format!("{text}. Check that psn may write to the mail folder.")))
        } else {
            Ok(JobOutcome::Done(text))
        }
    }
}

//! Retention of snapshots: those of each day for some months, then one per week, and those that a report shows for as
//! long as the report.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _};
use sea_orm::{QueryOrder as _, QuerySelect as _};

use super::Kind;
use super::rows::{ExpiredRows, recorded};
use crate::id::SnapshotId;
use crate::period::Day;
use crate::store::audit::AuditContext;
use crate::store::begin_write;
use crate::table::{report, snapshot, snapshot_team, snapshot_unit};

/// Returns all snapshots except one per week: the newest revision of Monday, or of the last stored day if Monday has
/// none. The weekly trend shows that one.
///
/// `rows` must be sorted by day and then by revision.
fn all_but_one_per_week(rows: &[(SnapshotId, Day)]) -> Vec<(SnapshotId, Day)> {
    let weeks = rows.chunk_by(|a, b| a.1.monday() == b.1.monday());
    weeks
        .flat_map(|week| {
            let monday = week.iter().rposition(|(_, day)| *day == day.monday());
            let stays = monday.unwrap_or(week.len() - 1);
            week.iter().enumerate().filter(move |(at, _)| *at != stays).map(|(_, row)| *row)
        })
        .collect()
}

/// Returns the expired snapshots of a kind, oldest first. The newest snapshot never expires.
async fn expired(db: &impl ConnectionTrait, kind: Kind, cutoff: Day) -> Result<Vec<(SnapshotId, Day)>, DbErr> {
    let newest: Option<SnapshotId> = snapshot::Entity::find()
        .select_only()
        .column(snapshot::Column::Id)
        .order_by_desc(snapshot::Column::Day)
        .order_by_desc(snapshot::Column::Revision)
        .into_tuple()
        .one(db)
        .await?;
    let rows: Vec<(SnapshotId, Day)> = snapshot::Entity::find()
        .select_only()
        .columns([snapshot::Column::Id, snapshot::Column::Day])
        .filter(snapshot::Column::Day.lt(cutoff))
        .order_by_asc(snapshot::Column::Day)
        .order_by_asc(snapshot::Column::Revision)
        .into_tuple()
        .all(db)
        .await?;
    let pinned: Vec<(SnapshotId, Option<SnapshotId>)> = report::Entity::find()
        .select_only()
        .columns([report::Column::SnapshotId, report::Column::PreviousSnapshotId])
        .into_tuple()
        .all(db)
        .await?;
    let stays: BTreeSet<SnapshotId> =
        pinned.into_iter().flat_map(|(shown, before)| [Some(shown), before]).chain([newest]).flatten().collect();
    let rows = if kind == Kind::Snapshots { all_but_one_per_week(&rows) } else { rows };
    Ok(rows.into_iter().filter(|(id, _)| !stays.contains(id)).collect())
}

/// Counts the snapshots of a kind from before `cutoff`. Changes nothing.
pub(super) async fn count_expired(db: &impl ConnectionTrait, kind: Kind, cutoff: Day) -> Result<ExpiredRows, DbErr> {
    let all = expired(db, kind, cutoff).await?;
    Ok(ExpiredRows { rows: all.len() as u64, oldest: all.first().map(|(_, day)| *day) })
}

/// Removes a few snapshots from before `cutoff` with their rows. Returns the number of snapshots.
pub async fn remove_snapshots(
    db: &DatabaseConnection,
    kind: Kind,
    cutoff: Day,
    by: &AuditContext,
) -> Result<u64, DbErr> {
    /// Number of snapshots per transaction: each has a row per team and per unit.
    const FEW: usize = 5;
    let txn = begin_write(db).await?;
    let all = expired(&txn, kind, cutoff).await?;
    let some = || all.iter().take(FEW).map(|(id, _)| *id);
    snapshot_team::Entity::delete_many().filter(snapshot_team::Column::SnapshotId.is_in(some())).exec(&txn).await?;
    snapshot_unit::Entity::delete_many().filter(snapshot_unit::Column::SnapshotId.is_in(some())).exec(&txn).await?;
    let gone = snapshot::Entity::delete_many().filter(snapshot::Column::Id.is_in(some())).exec(&txn).await?;
    recorded(txn, kind, gone.rows_affected, by).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, day: &str) -> (SnapshotId, Day) {
        (SnapshotId(id), day.parse().unwrap())
    }

    #[test]
    fn mondays_newest_or_the_weeks_last_snapshot_stays() {
        let rows = [
            row(0, "2026-11-14"),
            row(1, "2026-11-15"),
            row(2, "2026-11-16"),
            row(3, "2026-11-16"),
            row(4, "2026-11-17"),
            row(5, "2026-11-24"),
            row(6, "2026-11-24"),
            row(7, "2026-11-29"),
            row(8, "2026-11-29"),
        ];
        let gone: Vec<_> = all_but_one_per_week(&rows).into_iter().map(|(id, _)| id.0).collect();
        assert_eq!(gone, [0, 2, 4, 5, 6, 7]);
    }
}

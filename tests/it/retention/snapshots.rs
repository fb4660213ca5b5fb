//! Each day's snapshot stays for its period, then one per week; a snapshot that a report shows stays as long as the
//! report.

use entity::id::{ReportId, SnapshotId};
use entity::store::retention::Kind;
use entity::table::{report, snapshot, snapshot_team, snapshot_unit};
use sea_orm::{DatabaseConnection, EntityTrait as _, IntoActiveModel as _, QueryOrder as _};

use super::{planned, recorded, rows_removed, run};
use crate::harness::{both, instant};
use crate::report::take_snapshot;

/// Returns the ids of the snapshots, after checking that each has all of its rows and a removed snapshot has none.
async fn kept(db: &DatabaseConnection) -> Vec<i64> {
    let heads = snapshot::Entity::find().order_by_asc(snapshot::Column::Id).all(db).await.unwrap();
    let ids: Vec<i64> = heads.iter().map(|head| head.id.0).collect();
    let teams = snapshot_team::Entity::find().all(db).await.unwrap();
    let units = snapshot_unit::Entity::find().all(db).await.unwrap();
    assert_eq!((teams.len(), units.len()), (ids.len() * 2, ids.len() * 3));
    assert!(teams.iter().all(|row| ids.contains(&row.snapshot_id.0)));
    ids
}

both!(
    async fn after_its_period_one_snapshot_per_week_stays(world: World) {
        let days = [
            ("2026-11-09", 1), // 1: Monday, as the report shows it
            ("2026-11-09", 2), // 2: Monday's newest
            ("2026-11-10", 1), // 3
            ("2026-11-16", 1), // 4: Monday
            ("2026-11-18", 1), // 5
            ("2026-11-24", 1), // 6: of a week without a Monday
            ("2026-11-25", 1), // 7: the last of it
            ("2026-11-30", 1), // 8: Monday
            ("2026-12-01", 1), // 9: the newest of all
        ];
        for (id, (on, revision)) in (1..).zip(days) {
            take_snapshot(&world.db, id, on, revision, 2).await;
        }
        let head = report::Model {
            id: ReportId(1),
            week: "2026-W46".to_owned(),
            kind: entity::value::ReportKind::Weekly,
            snapshot_id: SnapshotId(1),
            previous_snapshot_id: None,
            built_at: instant("2026-11-09T07:00:00Z"),
        };
        report::Entity::insert(head.into_active_model()).exec_without_returning(&world.db).await.unwrap();

        // 100 days after 10 November.
        assert_eq!(rows_removed(&run(&world, "2027-02-18").await, Kind::Snapshots), 0);
        assert_eq!(rows_removed(&run(&world, "2027-02-19").await, Kind::Snapshots), 1);
        assert_eq!(kept(&world.db).await, [1, 2, 4, 5, 6, 7, 8, 9]);
        assert_eq!(planned(&world, "2027-06-01").await[6], (Kind::Snapshots, 2));
        assert_eq!(rows_removed(&run(&world, "2027-06-01").await, Kind::Snapshots), 2);
        assert_eq!(kept(&world.db).await, [1, 2, 4, 7, 8, 9]);
        assert_eq!(recorded(&world, Kind::Snapshots).await, 2);

        // Ten years later.
        assert_eq!(rows_removed(&run(&world, "2036-11-06").await, Kind::WeeklySnapshots), 0);
        assert_eq!(rows_removed(&run(&world, "2036-11-10").await, Kind::WeeklySnapshots), 1);
        assert_eq!(rows_removed(&run(&world, "2040-01-01").await, Kind::WeeklySnapshots), 3);
        assert_eq!(kept(&world.db).await, [1, 9], "what a report shows, and the newest");
    }
);

//! Midweek reports have figures of a Thursday, and that there is one says that something became worse.

use entity::id::{DeliveryId, ReportId};
use entity::table::{delivery, report};
use entity::value::{AccessRole, ReportKind};
use psn::graphql::persisted::Persisted;
use sea_orm::{DatabaseConnection, EntityTrait as _};
use serde_json::{Value, json};

use super::board::{self, insert};
use super::{closed, data, history};
use crate::harness::{Pass, World, both, day};

/// Stores a midweek report of Thursday, 12 November, with a mail to person 2.
async fn midweek_report(db: &DatabaseConnection) {
    history::reports(db).await;
    let weekly = report::Entity::find_by_id(ReportId(1)).one(db).await.unwrap().unwrap();
    let thursday = history::store(db, day("2026-11-12")).await;
    let previous_snapshot_id = Some(weekly.snapshot_id);
    let (id, kind) = (ReportId(3), ReportKind::Midweek);
    let row = report::Model { id, kind, snapshot_id: thursday, previous_snapshot_id, ..weekly };
    insert::<report::Entity>(db, [row]).await;
    let mail = delivery::Entity::find_by_id(DeliveryId(1)).one(db).await.unwrap().unwrap();
    let message_id = "midweek@board.example".to_owned();
    insert::<delivery::Entity>(db, [delivery::Model { id: DeliveryId(9), report_id: Some(id), message_id, ..mail }])
        .await;
}

/// The weeks of the midweek reports that the holder sees.
async fn weeks(world: &World, pass: &Pass) -> Vec<Value> {
    let site = pass.with(closed(world, world.db.clone(), Persisted::default()));
    let answer = data(&site, "{ gapReports(kind: MIDWEEK) { nodes { week changes { totalCount } } } }").await;
    answer["gapReports"]["nodes"].as_array().unwrap().iter().map(|node| node["week"].clone()).collect()
}

both!(
    async fn midweek_reports_are_for_their_recipients(world: World) {
        board::organisation(&world.db).await;
        midweek_report(&world.db).await;
        assert_eq!(weeks(&world, &world.admin).await, [json!("2026-W46")], "sees every mail");
        assert_eq!(weeks(&world, &world.person(2).await).await, [json!("2026-W46")], "was sent one");
        let token = world.token(AccessRole::Dashboard, &[2, 3], false).await;
        assert_eq!(weeks(&world, &token).await, [Value::Null; 0], "sees figures of today and Mondays only");
    }
);

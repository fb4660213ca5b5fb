//! The audit log: every action records its event, events cannot be changed or removed, and tampering is detected.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod api;
mod chain;
mod commands;
mod reads;

use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::audit::Event;
use entity::store::is_postgres;
use entity::table::audit_event;
use entity::value::Action;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, EntityTrait as _, QueryOrder as _};
use serde_json::Value;

use crate::harness::instant;

/// A sign-in of person `number`.
fn sign_in(number: i64) -> Event {
    Event {
        at: instant("2026-11-16T09:00:00.000001Z"),
        actor: Actor::Person(PersonId(number)),
        action: Action::SignIn,
        object: Some(format!("person:{number}")),
        before: None,
        after: Some(serde_json::json!({ "roles": ["STAFF"], "b": 1, "a": 2 })),
        request_id: Some("00ff".to_owned()),
    }
}

/// Returns every event as actor, action and object, with the values before and after.
async fn recorded_events(db: &DatabaseConnection) -> Vec<(String, String, Option<String>, Value, Value)> {
    let rows = audit_event::Entity::find().order_by_asc(audit_event::Column::Id).all(db).await.unwrap();
    let read = |text: Option<String>| text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    rows.into_iter().map(|row| (row.actor, row.action, row.object, read(row.before), read(row.after))).collect()
}

/// Makes every further event impossible, as the owner of the database could.
async fn break_it(db: &DatabaseConnection) {
    let trigger = if is_postgres(db) { "audit_head_refuse ON audit_head" } else { "audit_head_no_delete" };
    db.execute_unprepared(&format!("DROP TRIGGER {trigger}")).await.unwrap();
    db.execute_unprepared("DELETE FROM audit_head").await.unwrap();
}

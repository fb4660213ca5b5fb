//! The pages in a browser: through the real router, as each role.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod browser;
mod docs;
mod home;
pub(crate) mod html;
mod problem;
mod team;
mod unit;

use axum::Router;
use entity::table::appointment;
use sea_orm::ConnectionTrait as _;

use crate::access::request;
use crate::graphql::board;
use crate::harness::{Pass, World};
use crate::site::Answer;

/// Requests a page as a browser does.
async fn page(router: &Router, pass: &Pass, address: &str) -> Answer {
    let headers = [("accept", "text/html,*/*;q=0.8"), (pass.0.as_str(), pass.1.to_str().unwrap())];
    let answer = request(router, "GET", address, &headers, "").await;
    if answer.header("content-type").starts_with("text/html") {
        html::assert_sound(&answer.text);
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    answer
}

/// Changes the board and invalidates the caches.
async fn change(world: &World, sql: &str) {
    world.db.execute_unprepared(sql).await.unwrap();
    board::changed(&world.db).await;
}

/// Makes person 2, senior manager of NORTH, responsible for another unit too.
async fn appoint_to(world: &World, unit: i64) {
    use entity::id::{AppointmentId, PersonId, UnitId};
    let second = appointment::Model {
        id: AppointmentId(20),
        unit_id: UnitId(unit),
        person_id: PersonId(2),
        role: entity::value::AppointmentRole::SeniorManager,
        valid_from: None,
        valid_to: None,
        delegate_id: None,
        delegate_from: None,
        delegate_to: None,
    };
    board::insert::<appointment::Entity>(&world.db, [second]).await;
    board::changed(&world.db).await;
}

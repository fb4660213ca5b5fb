//! The API from outside: questions by HTTP to the real router over a small board, on both databases.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod answers;
pub(crate) mod board;
mod changes;
pub(crate) mod contract;
pub(crate) mod history;
mod hostile_input;
mod link;
mod lists;
mod load;
mod mails;
mod midweek;
mod pages;
mod person;
mod refusals;
mod report_settings;
mod round_trips;
mod runs;
mod staff_lists;
mod statements;
mod unproven;

use std::time::Duration;

use axum::Router;
use psn::access::Authenticator;
use psn::graphql::limits::Limits;
use psn::graphql::persisted::Persisted;
use psn::http::{Assets, Budgets, Hosts, Site, Transport, router};
use psn::pages::Pages;
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};

use crate::harness::World;
use crate::site::{LAVISH, ask_with};

/// The site over the world's database and clock, in Glasgow, as an ADMIN meets it.
pub(crate) fn site(world: &World) -> Router {
    site_over(world, world.db.clone())
}

fn site_over(world: &World, db: DatabaseConnection) -> Router {
    world.admin.with(closed(world, db, Persisted::default()))
}

/// The site with persisted operations, as somebody meets it who shows nothing.
pub(crate) fn closed(world: &World, db: DatabaseConnection, persisted: Persisted) -> Router {
    // The gate asks the database by a connection of its own, which tests that count statements do not watch.
    closed_behind(world.authenticator(), world, db, persisted)
}

/// The same, behind a gate of its own.
pub(crate) fn closed_behind(
    authenticator: Authenticator,
    world: &World,
    db: DatabaseConnection,
    persisted: Persisted,
) -> Router {
    let schema = psn::graphql::schema(
        db.clone(),
        world.clock.clone(),
        chrono_tz::Europe::London,
        Default::default(),
        Default::default(),
    );
    let limits = Limits::new(&psn::graphql::sdl(), 50_000).unwrap();
    let budgets = Budgets::new(LAVISH, world.clock.clone());
    let (query_limit, hosts) = (Duration::from_secs(20), Hosts::Any);
    let (transport, pages) = (Transport::default(), Pages::read().unwrap());
    router(Site {
        schema,
        limits,
        query_limit,
        budgets,
        persisted,
        pages,
        assets: Assets::embedded(),
        hosts,
        authenticator,
        transport,
        db,
    })
}

/// The answer as it is, errors and all.
pub(crate) async fn answer(site: &Router, query: &str, variables: Value) -> Value {
    ask_with(site, &json!({ "query": query, "variables": variables })).await.json()
}

/// The data of an answer without errors.
pub(crate) async fn data(site: &Router, query: &str) -> Value {
    let answer = answer(site, query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{query}");
    answer["data"].clone()
}

/// The data of an answer as text for a stored snapshot, sorted by key: the engine puts a field down when it is ready, and
/// which of two that ask the database is ready first is a matter of luck.
async fn shown(site: &Router, query: &str) -> String {
    let mut data = data(site, query).await;
    data.sort_all_objects();
    serde_json::to_string_pretty(&data).unwrap()
}

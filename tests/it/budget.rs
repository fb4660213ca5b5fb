//! Query costs and budgets: shown in every answer, and enforced before execution.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Variables;
use axum::Router;
use axum::http::StatusCode;
use chrono::TimeDelta;
use clap::Parser as _;
use entity::clock::Clock;
use entity::value::AccessRole;
use psn::cli::Cli;
use psn::graphql::limits::Limits;
use psn::graphql::persisted::Persisted;
use psn::http::{BudgetLimits, Budgets};
use sea_orm::DatabaseConnection;
use serde_json::json;

use crate::graphql::board;
use crate::harness::{Engine, World, instant, within};
use crate::site::{Answer, ask, ask_with, bare, closed_with, empty, post, seen_by, send};

const NOON: &str = "2026-11-16T12:00:00Z";

/// Returns a router without credentials, and its database.
async fn closed_on(limits: BudgetLimits, clock: &Clock, query_limit: Duration) -> (DatabaseConnection, Router) {
    let db = empty().await;
    let closed = closed_with(&db, query_limit, Budgets::new(limits, clock.clone()), Persisted::default());
    (db, closed)
}

/// Returns a router for one caller, whose budget refills by 10 per second.
async fn site_of(capacity: u64) -> (Router, Clock) {
    let clock = Clock::fixed(instant(NOON));
    let limits = BudgetLimits { capacity, refill_per_second: 10, at_once: 8 };
    let (db, closed) = closed_on(limits, &clock, Duration::from_secs(10)).await;
    (seen_by(&db, &closed, AccessRole::Admin).await, clock)
}

fn spent(answer: &Answer, seconds: &str) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "BUDGET_SPENT"),
        "{}",
        answer.text
    );
    assert_eq!(answer.header("retry-after"), seconds);
    assert!(answer.json().get("data").is_none());
}

#[tokio::test]
async fn every_answer_shows_cost_limit_and_budget() {
    let (router, clock) = site_of(60_000).await;
    let answer = ask(&router, "{items(first:20){name}}").await;
    let budget = |left: u64| json!({"left": left, "capacity": 60_000, "refillPerSecond": 10});
    let id = answer.header("x-request-id");
    let cost = json!({"asked": 40, "limit": 50_000, "budget": budget(59_960)});
    assert_eq!(answer.json()["extensions"], json!({"requestId": id, "cost": cost}));

    // Executed with errors, and refused by the engine's own rules: the cost was known and is charged.
    let answer = ask(&router, "{version missing}").await;
    assert_eq!(answer.json()["extensions"]["cost"], json!({"asked": 2, "limit": 50_000, "budget": budget(59_958)}));
    let answer = ask(&router, "{nowhere}").await;
    assert_eq!(answer.json()["extensions"]["cost"]["asked"], 1);

    // Refused for its cost: the cost is shown, and only the one unit of the request is charged.
    let answer = ask(&router, "{items(first:50000){name}}").await;
    assert_eq!(answer.code(), "QUERY_TOO_COSTLY");
    assert_eq!(
        answer.json()["extensions"]["cost"],
        json!({"asked": 100_000, "limit": 50_000, "budget": budget(59_956)})
    );

    // Refused before the cost was known.
    for refused in [
        ask(&router, "{").await,
        ask_with(&router, &json!({"query": 5})).await,
        send(&router, post("text/html", "{}")).await,
    ] {
        assert_eq!(
            refused.json()["extensions"],
            json!({"requestId": refused.header("x-request-id")}),
            "{}",
            refused.text
        );
    }
    clock.set(clock.now() + TimeDelta::hours(1));
    assert_eq!(ask(&router, "{version}").await.json()["extensions"]["cost"]["budget"]["left"], 59_999);
}

#[tokio::test]
async fn a_spent_budget_refuses_before_execution_and_refills() {
    let (router, clock) = site_of(100).await;
    assert_eq!(ask(&router, "{items(first:40){name}}").await.status, StatusCode::OK);
    // 20 units are left, of which one is charged for the request.
    let change = "mutation{a:change b:change c:change d:change e:change}";
    spent(&ask(&router, "{items(first:12){name}}").await, "1");
    spent(&ask(&router, "{items(first:25){name}}").await, "4");
    let refused = ask(&router, "{items(first:10){broken}}").await;
    spent(&refused, "1");
    assert_eq!(refused.json()["extensions"]["cost"]["budget"]["left"], 17);
    assert_eq!(refused.json()["errors"][0]["extensions"]["requestId"], refused.header("x-request-id"));
    let plain = send(&router, post("application/json", json!({"query": "{items(first:40){name}}"}).to_string())).await;
    spent(&plain, "7");
    assert_eq!(ask(&router, change).await.json()["data"]["e"], true);
    clock.set(clock.now() + TimeDelta::seconds(4));
    assert_eq!(ask(&router, "{items(first:20){name}}").await.status, StatusCode::OK);
}

#[tokio::test]
async fn refused_requests_are_charged() {
    let (router, clock) = site_of(5).await;
    for broken in ["{", "{nowhere}", "{version version", "query($n:Int!){number(n:$n)}", "{items(first:50000){name}}"] {
        assert!(ask(&router, broken).await.status.is_client_error());
    }
    spent(&ask(&router, "{").await, "1");
    spent(&ask(&router, "{version}").await, "1");
    clock.set(clock.now() + TimeDelta::milliseconds(100));
    assert_eq!(ask(&router, "{version}").await.status, StatusCode::OK);
}

#[tokio::test]
async fn each_person_and_token_has_its_own_budget() {
    let world = World::new(Engine::Sqlite).await;
    board::organisation(&world.db).await;
    let limits = BudgetLimits { capacity: 10, refill_per_second: 1, at_once: 8 };
    let budgets = Budgets::new(limits, world.clock.clone());
    let closed = closed_with(&world.db, Duration::from_secs(10), budgets, Persisted::default());
    let callers = [
        world.person(4).await,
        world.person(5).await,
        world.token(AccessRole::Dashboard, &[], false).await,
        world.token(AccessRole::Dashboard, &[], false).await,
    ];
    for caller in &callers {
        assert_eq!(ask(&caller.with(closed.clone()), "{items(first:5){name}}").await.status, StatusCode::OK);
        spent(&ask(&caller.with(closed.clone()), "{version}").await, "1");
    }
    // Another browser of the same person is the same caller.
    spent(&ask(&world.person(4).await.with(closed), "{version}").await, "1");
}

/// Sends requests until the answer has this status, yielding to the runtime between them.
async fn until(router: &Router, status: StatusCode) -> Answer {
    let asking = async {
        loop {
            let answer = ask(router, "{version}").await;
            if answer.status == status {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    within(&format!("an answer of {status}"), asking).await
}

#[tokio::test]
async fn concurrent_requests_per_caller_are_limited() {
    let clock = Clock::fixed(instant(NOON));
    let limits = BudgetLimits { capacity: 1_000_000_000, refill_per_second: 1, at_once: 1 };
    let (db, closed) = closed_on(limits, &clock, Duration::from_secs(10)).await;
    let router = seen_by(&db, &closed, AccessRole::Admin).await;
    let asking = router.clone();
    let running = tokio::spawn(async move { ask(&asking, "{never}").await });
    let refused = until(&router, StatusCode::TOO_MANY_REQUESTS).await;
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("TOO_MANY_AT_ONCE", "1"));
    assert_eq!(ask(&seen_by(&db, &closed, AccessRole::Admin).await, "{version}").await.status, StatusCode::OK);
    // A client that disconnects releases its permit.
    running.abort();
    until(&router, StatusCode::OK).await;

    // So does a query that took too long, and one that panicked.
    let (db, closed) = closed_on(limits, &clock, Duration::from_millis(20)).await;
    let router = seen_by(&db, &closed, AccessRole::Admin).await;
    assert_eq!(ask(&router, "{never}").await.code(), "QUERY_TIMEOUT");
    until(&router, StatusCode::OK).await;
    assert_eq!(ask(&router, "{panics}").await.code(), "INTERNAL");
    until(&router, StatusCode::OK).await;
}

#[test]
fn polling_the_examples_never_spends_the_budget() {
    let settings = Cli::try_parse_from(["psn", "serve"]).unwrap().settings;
    let limits = Limits::new(&psn::graphql::sdl(), settings.query.query_cost).unwrap();
    let cost = |text: &str, variables: Variables| {
        let document = Arc::new(Limits::read(text).unwrap());
        limits.admit(document, None, &variables).unwrap().cost
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/assets/playground/examples");
    let mut all = cost(include_str!("introspection.graphql"), Variables::default());
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    for file in files.filter(|path| path.extension().is_some_and(|ending| ending == "graphql")) {
        // The values of an example's variables are in a file next to it.
        let variables = std::fs::read_to_string(file.with_extension("json")).ok();
        let variables = variables.map(|text| serde_json::from_str(&text).unwrap()).unwrap_or_default();
        all += cost(&std::fs::read_to_string(&file).unwrap(), variables);
    }
    let clock = Clock::fixed(instant(NOON));
    let budgets = Budgets::new(BudgetLimits::from(&settings.query), clock.clone());
    for _ in 0..24 * 360 {
        assert!(budgets.spend(&1, all).is_ok(), "{all} every 10 seconds");
        clock.set(clock.now() + TimeDelta::seconds(10));
    }
}

#[tokio::test]
async fn introspection_and_typename_have_a_cost() {
    let router = bare().await;
    let asked = async |query: &str| ask(&router, query).await.json()["extensions"]["cost"]["asked"].as_u64().unwrap();
    assert_eq!(asked("{__typename a:__typename}").await, 2);
    assert!(asked(include_str!("introspection.graphql")).await > 100);
}

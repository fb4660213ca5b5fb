//! Every error code is returned by some request and explained in docs/api-guide.md.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use entity::clock::Clock;
use entity::value::AccessRole;
use futures_util::stream;
use psn::config::AllowList;
use psn::graphql::error::{Code, codes_markdown};
use psn::graphql::persisted::Persisted;
use psn::http::{BudgetLimits, Budgets, Transport};
use sea_orm::DatabaseConnection;
use serde_json::json;

use crate::harness::{Engine, World, instant};
use crate::site::{
    Answer, LAVISH, ask, ask_with, bare, bare_with, closed, closed_with, empty, post, seen_by, send, site,
};
use crate::{documents, graphql, host, register};

const JSON: &str = "application/json";

/// A site on which a limit is reached.
async fn site_on(limits: BudgetLimits) -> Router {
    let db = empty().await;
    let budgets = Budgets::new(limits, Clock::fixed(instant("2026-11-16T12:00:00Z")));
    seen_by(&db, &closed_with(&db, Duration::from_secs(10), budgets, Persisted::default()), AccessRole::Admin).await
}

async fn as_role(role: AccessRole, query: &str) -> Answer {
    let db = empty().await;
    ask(&seen_by(&db, &closed(&db, Duration::from_secs(10)), role).await, query).await
}

async fn a_dashboard_with_a_list() -> Answer {
    let world = World::new(Engine::Sqlite).await;
    std::fs::write(world.folder.path().join("a.graphql"), "{ version }").unwrap();
    let persisted = Persisted::read(world.folder.path(), AllowList::Dashboards).unwrap();
    let closed = graphql::closed(&world, world.db.clone(), persisted);
    ask(&seen_by(&world.db, &closed, AccessRole::Dashboard).await, "{version}").await
}

async fn with_the_database(away: DatabaseConnection) -> Answer {
    let db = empty().await;
    let pass = crate::harness::token_pass(&db, AccessRole::Admin, &[], true).await;
    away.clone().close().await.unwrap();
    // Authentication is the first to use it.
    ask(&pass.with(closed(&away, Duration::from_secs(10))), "{one}").await
}

async fn a_body_that_never_comes() -> Answer {
    let router = bare_with(Transport { body_limit: Duration::from_millis(1), ..Transport::default() }).await;
    send(&router, post(JSON, Body::from_stream(stream::pending::<Result<String, Infallible>>()))).await
}

/// Sends a request whose answer has the code, and returns the answer. A new code does not compile without one.
async fn answer_with(code: Code) -> Answer {
    let router = bare().await;
    let ask_bare = async |query: &str| ask(&router, query).await;
    match code {
        Code::BadRequest => send(&router, post(JSON, "")).await,
        Code::HostRefused => host::ask_of(&host::served(&[]).await, "evil.example").await,
        Code::BatchRefused => send(&router, post(JSON, "[]")).await,
        Code::MethodNotAllowed => send(&router, Request::put("/graphql").body(Body::empty()).unwrap()).await,
        Code::NotAcceptable => send(&router, post("text/csv", "{}")).await,
        Code::UnsupportedMediaType => send(&router, Request::post("/graphql").body(Body::empty()).unwrap()).await,
        Code::PayloadTooLarge => send(&router, post(JSON, " ".repeat(300_000))).await,
        Code::RequestTimeout => a_body_that_never_comes().await,
        Code::ParseFailed => ask_bare("{").await,
        Code::ValidationFailed => ask_bare("{nothing}").await,
        Code::OperationUnknown => ask_bare("query a{version} query b{version}").await,
        Code::QueryTooLong => ask_bare(&"#".repeat(40_000)).await,
        Code::QueryTooDeep => ask_bare(&"{".repeat(100)).await,
        Code::QueryTooBroad => ask_bare(&format!("{{{}}}", "version ".repeat(60))).await,
        Code::QueryTooCostly => ask_bare("{items(first:100000){name}}").await,
        Code::QueryTimeout => ask(&site(&empty().await, Duration::from_millis(20)).await, "{never}").await,
        Code::BudgetSpent => {
            let router = site_on(BudgetLimits { capacity: 1, ..LAVISH }).await;
            ask(&router, "{version}").await;
            ask(&router, "{version}").await
        }
        Code::TooManyAtOnce => ask(&site_on(BudgetLimits { at_once: 0, ..LAVISH }).await, "{version}").await,
        Code::OperationNotListed => a_dashboard_with_a_list().await,
        Code::PersistedQueryNotSupported => ask_with(&router, &json!({"documentId": "Version"})).await,
        Code::IntrospectionRefused => as_role(AccessRole::Staff, "{__schema{queryType{name}}}").await,
        Code::BadInput => ask_bare("{number(n:3000000000)}").await,
        Code::Unauthenticated => ask(&closed(&empty().await, Duration::from_secs(10)), "{version}").await,
        Code::Forbidden => {
            let world = World::new(Engine::Sqlite).await;
            let closed = graphql::closed(&world, world.db.clone(), Persisted::default());
            let change = "mutation{requestRun(input:{job:COVERAGE,period:\"2026-11-16\"}){__typename}}";
            ask(&seen_by(&world.db, &closed, AccessRole::Dashboard).await, change).await
        }
        Code::NotFound => ask_bare("{missing}").await,
        Code::Unavailable => with_the_database(empty().await).await,
        Code::TryAgain => a_command_while_the_facts_are_locked().await,
        Code::Internal => ask_bare("{internal}").await,
    }
}

async fn a_command_while_the_facts_are_locked() -> Answer {
    let world = World::new(Engine::Sqlite).await;
    graphql::board::organisation(&world.db).await;
    let site = register::as_person(&world, register::NOMINEE).await;
    let lock = entity::store::begin_write(&world.db).await.unwrap();
    let nominate = "mutation{nominate(input:{items:[{role:PEER_SUPPORTER,unitCode:\"N2\"}]}){__typename}}";
    let answer = ask(&site, nominate).await;
    lock.rollback().await.unwrap();
    answer
}

#[tokio::test]
async fn every_code_is_returned_with_a_request_id() {
    for code in Code::ALL {
        let answer = answer_with(*code).await;
        assert_eq!(answer.code(), code.as_str(), "{}", answer.text);
        let (body, id) = (answer.json(), answer.header("x-request-id"));
        assert_eq!(body["errors"][0]["extensions"]["requestId"], id, "{code:?}");
        assert_eq!(body["extensions"]["requestId"], id, "{code:?}");
    }
}

#[test]
fn codes_table_is_current() {
    documents::holds("docs/api-guide.md", "codes", &codes_markdown(), "codes_table_is_current");
}

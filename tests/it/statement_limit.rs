//! A statement that takes too long is cancelled in the database itself, and not only by the request that waits for it.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::time::Duration;

use axum::http::StatusCode;
use entity::store::DatabaseOptions;
use sea_orm::{ConnectionTrait as _, DbErr, FromQueryResult, Statement, TransactionTrait as _};

use crate::harness::{Engine, World, both};
use crate::site::{ask, site};

const LIMIT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(20);

/// A statement that would run for minutes: PostgreSQL sleeps, SQLite counts.
const ENDLESS: [&str; 2] = [
    "SELECT pg_sleep(600)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) SELECT count(*) AS i FROM n",
];

fn endless(world: &World) -> &'static str {
    ENDLESS[usize::from(!world.url.starts_with("postgres"))]
}

async fn limited(world: &World) -> sea_orm::DatabaseConnection {
    let options = DatabaseOptions { statement_limit: Some(LIMIT), ..DatabaseOptions::default() };
    entity::store::connect_with(&world.url, &options).await.unwrap()
}

both!(
    async fn slow_statement_is_cancelled_and_connection_reused(world: World) {
        let db = limited(&world).await;
        // On a new connection, on a used one, and within a transaction.
        for _ in 0..2 {
            let ended = tokio::time::timeout(LONG, db.execute_unprepared(endless(&world))).await.expect("it ends");
            assert!(entity::store::is_timeout(&ended.as_ref().unwrap_err().clone()), "{ended:?}");
            db.execute_unprepared("SELECT 1").await.unwrap();
        }
        let txn = db.begin().await.unwrap();
        let ended = tokio::time::timeout(LONG, txn.execute_unprepared(endless(&world))).await.expect("it ends");
        assert!(ended.is_err_and(|error: DbErr| entity::store::is_timeout(&error)));
        txn.rollback().await.unwrap();
    }
);

both!(
    async fn jobs_and_imports_have_no_statement_limit(world: World) {
        // As long as the limit above, and then some, on a connection without one.
        let work = match world.url.starts_with("postgres") {
            true => "SELECT pg_sleep(0.3)",
            false => {
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) AS i FROM n"
            }
        };
        world.db.execute_unprepared(work).await.unwrap();
    }
);

#[derive(FromQueryResult)]
struct Count {
    running: i64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
async fn query_waiting_for_a_lock_ends_in_postgresql() {
    let world = World::new(Engine::Postgres).await;
    world.db.execute_unprepared("CREATE TABLE person_of_jean_at_board_example (email text)").await.unwrap();
    let lock = world.db.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE person_of_jean_at_board_example IN ACCESS EXCLUSIVE MODE").await.unwrap();

    // The request's own limit comes first, so that it is the one that answers.
    let answer = ask(&site(&limited(&world).await, LIMIT / 2).await, "{people}").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "QUERY_TIMEOUT"));
    let waits = Statement::from_string(
        sea_orm::DatabaseBackend::Postgres,
        "SELECT count(*) AS running FROM pg_stat_activity \
         WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT email FROM person_of_jean%'",
    );
    let gone = async {
        while Count::find_by_statement(waits.clone()).one(&world.db).await.unwrap().unwrap().running > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, gone).await.expect("PostgreSQL gives the statement up");
    lock.rollback().await.unwrap();
}

//! Writes that fail midway: a full disk, a statement timeout, an interrupted task. The next write works, nothing holds the
//! write lock, and readiness reports a database that is not writable.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::future::{Future as _, poll_fn};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use chrono::TimeDelta;
use entity::store::{DatabaseOptions, begin_write};
use entity::value::DeliveryState;
use psn::http::{ProbeTimes, Transport};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, DbErr, FromQueryResult,
    Statement,
};

use crate::harness::{Engine, World, skipped};
use crate::report::{by_smtp, counted, holding, many_mails, now, ready, rows, week};
use crate::site::{closed_to, get};

const LONG: Duration = Duration::from_secs(30);

/// A disk of 16 MB in memory, which is removed with the test.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts it. `None`, with a message, if this user may not mount one.
    fn mount(folder: &Path) -> Option<Self> {
        let place = folder.join("disk");
        std::fs::create_dir(&place).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(&place).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(place));
        }
        skipped("no small disk can be mounted (run as root)");
        None
    }

    /// Uses all the free space.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        for size in [1 << 20, 4096, 1] {
            while std::io::Write::write_all(&mut file, &vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Opens another pool over the world's database, which waits only briefly for the write lock.
async fn impatient(world: &World) -> DatabaseConnection {
    let mut options = ConnectOptions::new(&world.url);
    options.sqlx_logging(false).max_connections(1);
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.busy_timeout(Duration::from_millis(500)));
    Database::connect(options).await.unwrap()
}

#[derive(FromQueryResult)]
struct Count {
    rows: i64,
}

async fn count(db: &DatabaseConnection) -> i64 {
    let sql = Statement::from_string(sea_orm::DatabaseBackend::Sqlite, "SELECT count(*) AS rows FROM scratch");
    Count::find_by_statement(sql).one(db).await.unwrap().unwrap().rows
}

async fn add(txn: &DatabaseTransaction) -> Result<(), DbErr> {
    txn.execute_unprepared("INSERT INTO scratch (text) VALUES ('kept')").await.map(|_| ())
}

/// Checks that others see what is committed on `db`, and not what is rolled back, and that neither leaves the write lock held.
async fn works(world: &World, db: &DatabaseConnection, fault: &str) {
    let other = impatient(world).await;
    let before = count(&other).await;
    let txn = begin_write(db).await.unwrap();
    add(&txn).await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(count(&other).await, before + 1, "{fault}: committed");
    let txn = begin_write(db).await.unwrap();
    add(&txn).await.unwrap();
    txn.rollback().await.unwrap();
    let txn = begin_write(&other).await.unwrap_or_else(|error| panic!("{fault}: the write lock is held: {error}"));
    add(&txn).await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(count(&other).await, before + 2, "{fault}: rolled back");
}

/// The ways to end a transaction after one of its statements has failed.
const ENDS: [&str; 3] = ["drop", "rollback", "commit"];

async fn end(txn: DatabaseTransaction, how: &str) {
    // SQLite has already rolled it back, so the other two fail, which is fine.
    match how {
        "rollback" => _ = txn.rollback().await,
        "commit" => _ = txn.commit().await,
        _ => drop(txn),
    }
}

async fn scratch() -> World {
    let world = World::new(Engine::Sqlite).await;
    world.db.execute_unprepared("CREATE TABLE scratch (text TEXT)").await.unwrap();
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_disk_leaves_no_lock() {
    let world = scratch().await;
    let db = entity::store::connect(&world.url).await.unwrap();
    for how in ENDS {
        // Twice: the first failure leaves the connection in an unknown state, the second would leave its savepoint open.
        for _ in 0..2 {
            let txn = begin_write(&db).await.unwrap();
            txn.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
            let grown = "INSERT INTO scratch (text) VALUES (hex(zeroblob(1000000)))";
            let error = txn.execute_unprepared(grown).await.unwrap_err();
            assert!(error.to_string().contains("full") && entity::store::is_unavailable(&error), "{error}");
            end(txn, how).await;
        }
        works(&world, &db, how).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn timed_out_write_leaves_no_lock() {
    let world = scratch().await;
    let limit = DatabaseOptions { statement_limit: Some(Duration::from_millis(200)), ..DatabaseOptions::default() };
    let db = entity::store::connect_with(&world.url, &limit).await.unwrap();
    let endless = "INSERT INTO scratch (text) WITH RECURSIVE n(i) AS \
                   (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) SELECT i FROM n WHERE i < 0";
    for how in ENDS {
        for _ in 0..2 {
            let txn = begin_write(&db).await.unwrap();
            let error = txn.execute_unprepared(endless).await.unwrap_err();
            assert!(entity::store::is_timeout(&error), "{error}");
            end(txn, how).await;
        }
        works(&world, &db, how).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interrupted_task_leaves_no_lock() {
    let world = scratch().await;
    let db = entity::store::connect(&world.url).await.unwrap();
    for steps in 0..150 {
        let mut write = Box::pin(async {
            let txn = begin_write(&db).await?;
            add(&txn).await?;
            txn.commit().await
        });
        for _ in 0..steps {
            if let Poll::Ready(done) = poll_fn(|cx| Poll::Ready(write.as_mut().poll(cx))).await {
                done.unwrap();
                break;
            }
            std::thread::yield_now();
        }
        drop(write);
        if steps % 10 == 0 {
            works(&world, &db, "interrupted").await;
        }
    }
    works(&world, &db, "interrupted").await;
}

/// Returns the router over `db`, which tries a write at every readiness request.
fn watched(db: &DatabaseConnection, patience: Duration) -> Router {
    let probe = ProbeTimes { fresh: Duration::ZERO, patience };
    closed_to(db, Duration::from_secs(10), Transport { probe, ..Transport::default() })
}

async fn readiness(router: &Router) -> (StatusCode, String) {
    let answer = get(router, "/health/ready").await;
    (answer.status, answer.json()["writes"].as_str().unwrap_or_default().to_owned())
}

const READY: (StatusCode, &str) = (StatusCode::OK, "ok");
const FAILING: (StatusCode, &str) = (StatusCode::SERVICE_UNAVAILABLE, "failing");

fn is((status, writes): &(StatusCode, String), expected: (StatusCode, &str)) -> bool {
    (*status, writes.as_str()) == expected
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_wait_for_a_full_disk_and_go_out_once() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path()) else { return };
    let world = World::on_disk(&disk.0).await;
    ready(&world).await;
    many_mails(&world.db, 12).await;
    let router = watched(&world.db, LONG);
    assert!(is(&readiness(&router).await, READY));

    let listener = holding().await;
    let job = by_smtp(&listener);
    let run = {
        let (db, job) = (world.db.clone(), job.clone());
        tokio::spawn(async move { job.run(&db, week("2026-W47"), now()).await })
    };
    listener.has(4).await;
    // Otherwise there would be free space in the write-ahead log.
    world.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    disk.fill();
    listener.release();
    let found = readiness(&router).await;
    assert!(is(&found, FAILING), "{found:?}");
    // The others see the full disk too, and retry or give up.
    for how in ENDS.iter().cycle().take(12) {
        let Ok(txn) = begin_write(&world.db).await else { continue };
        let grown = "INSERT INTO write_probe (id, writes) SELECT 5, length(hex(randomblob(1000000)))";
        let _ = txn.execute_unprepared(grown).await;
        end(txn, how).await;
    }
    let sent = async || rows(&world.db).await.iter().filter(|row| row.state == DeliveryState::Sent).count();
    assert_eq!(sent().await, 0, "no acceptance can be recorded");
    assert_eq!(listener.messages().len(), 4, "no further mail is begun");

    disk.free();
    let outcome = tokio::time::timeout(LONG, run).await.expect("it continues").unwrap().unwrap();
    assert!(outcome.sent_now >= 4, "what was taken is recorded: {outcome}");
    let found = readiness(&router).await;
    assert!(is(&found, READY), "{found:?}");
    let outcome = job.run(&world.db, week("2026-W47"), now() + TimeDelta::minutes(30)).await.unwrap();
    assert_eq!((outcome.sent, outcome.waiting), (12, 0));
    let messages = listener.messages();
    assert!(messages.len() == 8 && counted(&messages).values().all(|times| *times == 1), "{:?}", counted(&messages));
    let txn = begin_write(&impatient(&world).await).await.expect("the write lock is free");
    txn.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_held_write_lock_is_not_ready() {
    let world = scratch().await;
    let (impatient_one, patient) = (watched(&world.db, Duration::ZERO), watched(&world.db, Duration::from_secs(600)));
    assert!(is(&readiness(&patient).await, READY));
    let lock = begin_write(&world.db).await.unwrap();
    let found = readiness(&impatient_one).await;
    assert!(is(&found, FAILING), "{found:?}");
    // A large import holds it too.
    let found = readiness(&patient).await;
    assert!(is(&found, READY), "{found:?}");
    lock.rollback().await.unwrap();
}

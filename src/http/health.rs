//! Is it alive, is it ready: two answers for whoever watches over the service.

mod probe;

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use entity::store::{is_unavailable, staff_list};
use sea_orm::DatabaseConnection;
use serde_json::json;

pub use probe::ProbeTimes;
pub(super) use probe::WriteProbe;

/// A ready database answers within this.
const WAIT: Duration = Duration::from_secs(1);

/// What a readiness check finds. Clients see these words and nothing of the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// The database answers, its tables are up to date, and it takes writes.
    Ready,
    /// The database does not answer.
    DatabaseAway,
    /// The database answers, and its tables are older or newer than this psn.
    MigrationPending,
    /// The database answers and takes no writes: its disk is full, or its write lock is held.
    NotWritable,
}

impl Readiness {
    /// Asks the database one small question and, at most every few seconds, makes it commit one small write.
    pub(super) async fn of(db: &DatabaseConnection, probe: &WriteProbe) -> Self {
        match tokio::time::timeout(WAIT, pending(db)).await {
            Ok(Ok(0)) if probe.is_writable(WAIT).await => Self::Ready,
            Ok(Ok(0)) => Self::NotWritable,
            Ok(Ok(_) | Err(migration::MigrateError::NewerDatabase(_))) => Self::MigrationPending,
            Ok(Err(migration::MigrateError::Database(_))) | Err(_) => Self::DatabaseAway,
        }
    }
}

/// The steps that are missing; asked once more if the connection was broken.
async fn pending(db: &DatabaseConnection) -> Result<usize, migration::MigrateError> {
    match migration::pending(db).await {
        Err(migration::MigrateError::Database(cause)) if is_unavailable(&cause) => migration::pending(db).await,
        answer => answer,
    }
}

/// `GET /health/live`: the process answers; nothing else is asked.
pub(super) async fn live() -> Response {
    Json(json!({ "status": "live" })).into_response()
}

/// `GET /health/ready`: 200 when requests can be answered, else 503 with the part that is missing.
pub(super) async fn ready(State((db, probe)): State<(DatabaseConnection, WriteProbe)>) -> Response {
    let (status, database, migrations, writes) = match Readiness::of(&db, &probe).await {
        Readiness::Ready => (StatusCode::OK, "ok", "ok", "ok"),
        Readiness::DatabaseAway => (StatusCode::SERVICE_UNAVAILABLE, "away", "unknown", "unknown"),
        Readiness::MigrationPending => (StatusCode::SERVICE_UNAVAILABLE, "ok", "pending", "unknown"),
        Readiness::NotWritable => (StatusCode::SERVICE_UNAVAILABLE, "ok", "ok", "failing"),
    };
    // How old the staff lists are does not make the service less ready; a watcher may want to know.
    let oldest = match status {
        StatusCode::OK => tokio::time::timeout(WAIT, staff_list::oldest(&db)).await.ok().and_then(Result::ok).flatten(),
        _ => None,
    };
    let oldest = oldest.map(|list| list.as_at.to_string());
    let word = if status.is_success() { "ready" } else { "not ready" };
    let parts = json!({
        "status": word, "database": database, "migrations": migrations, "writes": writes, "oldestStaffList": oldest
    });
    (status, Json(parts)).into_response()
}

//! Health checks for monitoring: liveness and readiness.

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

/// The time within which a ready database responds.
const WAIT: Duration = Duration::from_secs(1);

/// The result of a readiness check. Clients see only these words, not the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// The database responds, its tables are up to date, and it accepts writes.
    Ready,
    /// The database does not respond.
    DatabaseAway,
    /// The database responds, but its tables are older or newer than this version of psn.
    MigrationPending,
    /// The database responds but does not accept writes: its disk is full, or its write lock is held.
    NotWritable,
}

impl Readiness {
    /// Sends the database a small query and, at most every few seconds, commits a small write.
    pub(super) async fn check(db: &DatabaseConnection, probe: &WriteProbe) -> Self {
        match tokio::time::timeout(WAIT, pending(db)).await {
            Ok(Ok(0)) if probe.is_writable(WAIT).await => Self::Ready,
            Ok(Ok(0)) => Self::NotWritable,
            Ok(Ok(_) | Err(migration::MigrateError::NewerDatabase(_))) => Self::MigrationPending,
            Ok(Err(migration::MigrateError::Database(_))) | Err(_) => Self::DatabaseAway,
        }
    }
}

/// Returns the number of missing migration steps. Tries once more if the connection was broken.
async fn pending(db: &DatabaseConnection) -> Result<usize, migration::MigrateError> {
    match migration::pending(db).await {
        Err(migration::MigrateError::Database(cause)) if is_unavailable(&cause) => migration::pending(db).await,
        answer => answer,
    }
}

/// `GET /health/live`: the process responds. Nothing else is checked.
pub(super) async fn live() -> Response {
    Json(json!({ "status": "live" })).into_response()
}

/// `GET /health/ready`: 200 if requests can be answered, otherwise 503 with the failing part.
pub(super) async fn ready(State((db, probe)): State<(DatabaseConnection, WriteProbe)>) -> Response {
    let (status, database, migrations, writes) = match Readiness::check(&db, &probe).await {
        Readiness::Ready => (StatusCode::OK, "ok", "ok", "ok"),
        Readiness::DatabaseAway => (StatusCode::SERVICE_UNAVAILABLE, "away", "unknown", "unknown"),
        Readiness::MigrationPending => (StatusCode::SERVICE_UNAVAILABLE, "ok", "pending", "unknown"),
        Readiness::NotWritable => (StatusCode::SERVICE_UNAVAILABLE, "ok", "ok", "failing"),
    };
    // Old staff lists do not make the service less ready, but monitoring may want to show their age.
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

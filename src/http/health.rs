//! Is it alive, is it ready: two answers for whoever watches over the service.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use entity::store::staff_list;
use sea_orm::DatabaseConnection;
use serde_json::json;

/// A ready database answers within this.
const WAIT: Duration = Duration::from_secs(1);

/// What a readiness check finds. Clients see these words and nothing of the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// The database answers and its tables are up to date.
    Ready,
    /// The database does not answer.
    DatabaseAway,
    /// The database answers, and its tables are older or newer than this psn.
    MigrationPending,
}

impl Readiness {
    /// Asks the database one small question.
    pub async fn of(db: &DatabaseConnection) -> Self {
        match tokio::time::timeout(WAIT, migration::pending(db)).await {
            Ok(Ok(0)) => Self::Ready,
            Ok(Ok(_) | Err(migration::MigrateError::NewerDatabase(_))) => Self::MigrationPending,
            Ok(Err(migration::MigrateError::Database(_))) | Err(_) => Self::DatabaseAway,
        }
    }
}

/// `GET /health/live`: the process answers; nothing else is asked.
pub(super) async fn live() -> Response {
    Json(json!({ "status": "live" })).into_response()
}

/// `GET /health/ready`: 200 when requests can be answered, else 503 with the part that is missing.
pub(super) async fn ready(State(db): State<DatabaseConnection>) -> Response {
    let (status, database, migrations) = match Readiness::of(&db).await {
        Readiness::Ready => (StatusCode::OK, "ok", "ok"),
        Readiness::DatabaseAway => (StatusCode::SERVICE_UNAVAILABLE, "away", "unknown"),
        Readiness::MigrationPending => (StatusCode::SERVICE_UNAVAILABLE, "ok", "pending"),
    };
    // How old the staff lists are does not make the service less ready; a watcher may want to know.
    let oldest = match status {
        StatusCode::OK => tokio::time::timeout(WAIT, staff_list::oldest(&db)).await.ok().and_then(Result::ok).flatten(),
        _ => None,
    };
    let oldest = oldest.map(|list| list.as_at.to_string());
    let word = if status.is_success() { "ready" } else { "not ready" };
    (status, Json(json!({ "status": word, "database": database, "migrations": migrations, "oldestStaffList": oldest })))
        .into_response()
}

//! The `coverage` job: computes one day's coverage from the facts on file and stores it as a snapshot.

use chrono::{DateTime, Utc};
use entity::coverage::compute;
use entity::period::Day;
use entity::store::roster::{self, LoadError};
use entity::store::snapshot;
use entity::value::Status;
use sea_orm::{DatabaseConnection, DbErr};

/// Why no snapshot was stored. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The facts could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The snapshot could not be written.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The computation stopped; what stopped it is in the log.
    #[error("the computation stopped")]
    Computation,
}

/// What was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The snapshot.
    pub snapshot: entity::table::snapshot::Model,
    /// Team rows.
    pub teams: usize,
    /// Of them COVERED or AT_RISK.
    pub covered: usize,
    /// Of them with a gap that somebody is to close.
    pub gaps: usize,
}

/// Computes and stores the coverage of `day` as its newest revision.
///
/// # Errors
///
/// [`SnapshotError`]; all of them are worth another try.
pub async fn take(db: &DatabaseConnection, day: Day, now: DateTime<Utc>) -> Result<Taken, SnapshotError> {
    let facts = roster::load(db).await?;
    let (facts, coverage) = tokio::task::spawn_blocking(move || {
        let coverage = compute(&facts.index, day, None);
        (facts, coverage)
    })
    .await
    .map_err(|_| SnapshotError::Computation)?;
    let snapshot = snapshot::write(db, &facts.index, &coverage, now).await?;
    let count = |wanted: fn(Status) -> bool| coverage.teams.iter().filter(|team| wanted(team.status)).count();
    Ok(Taken {
        snapshot,
        teams: coverage.teams.len(),
        covered: count(|status| matches!(status, Status::Covered | Status::AtRisk)),
        gaps: count(entity::coverage::change::is_gap),
    })
}

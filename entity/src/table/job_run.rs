//! The ledger: one row a job and period. Whoever holds its lease runs it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::JobRunId;
use crate::value::RunState;

/// The ledger: one row a job and period. Whoever holds its lease runs it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_run")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: JobRunId,
    /// The job's name: coverage, gap-report, midweek-report, retention, audit-check.
    pub job: String,
    /// What the run is about: 2026-11-23, 2026-W48.
    pub period: String,
    /// Where it stands.
    pub state: RunState,
    /// How often it was begun.
    pub attempts: i32,
    /// Who holds the lease; a process's own random name.
    pub holder: Option<String>,
    /// Until when; after it another may take over.
    pub lease_until: Option<DateTime<Utc>>,
    /// When the next attempt is due.
    pub not_before: Option<DateTime<Utc>>,
    /// When the last attempt began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was done or failed.
    pub finished_at: Option<DateTime<Utc>>,
    /// What it did, or why it failed, in one sentence without personal data.
    pub outcome: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

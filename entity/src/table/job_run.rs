//! The ledger: one row per job and period. The worker that holds its lease runs it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::JobRunId;
use crate::value::RunState;

/// The ledger: one row per job and period. The worker that holds its lease runs it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_run")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: JobRunId,
    /// The job's name: coverage, gap-report, midweek-report, register-mail, retention, audit-check.
    pub job: String,
    /// The period of the run: 2026-11-23 or 2026-W48.
    pub period: String,
    /// Its state.
    pub state: RunState,
    /// Number of times it was begun.
    pub attempts: i32,
    /// The holder of the lease: a random name of the process.
    pub holder: Option<String>,
    /// End of the lease; afterwards another worker may take over.
    pub lease_until: Option<DateTime<Utc>>,
    /// When the next attempt is due.
    pub not_before: Option<DateTime<Utc>>,
    /// When the last attempt began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was done or failed permanently.
    pub finished_at: Option<DateTime<Utc>>,
    /// What it did, or why it failed, in one sentence without personal data.
    pub outcome: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

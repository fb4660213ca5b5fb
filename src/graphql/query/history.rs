//! How the network is run: snapshots, reports and mails, runs of jobs, imports. Newest first.

use async_graphql::{Context, Object};
use entity::store::run;
use entity::table::{import_batch, job_run, report, snapshot};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait as _, Cursor, EntityTrait as _, QueryFilter as _, QueryTrait as _, Select};

use super::super::access::Scope;
use super::super::error::ApiError;
use super::super::object::enums::{ImportState, Job, ReportKind, RunState};
use super::super::object::import::ImportBatch;
use super::super::object::job_run::JobRun;
use super::super::object::report::GapReport;
use super::super::object::snapshot::Snapshot;
use super::super::page::{Listed, Page, Total, rows};
use super::super::request_state::db;
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct HistoryQuery;

#[Object]
impl HistoryQuery {
    /// Snapshots, newest day first, then newest revision first. Empty if none is stored yet, or if the viewer does not have the
    /// right FIGURES.
    async fn snapshots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Snapshot>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let select = snapshot::Entity::find().filter(Scope::from_context(ctx).await?.rows(Right::Figures));
        let total = total(&select);
        let mut cursor = select.cursor_by((snapshot::Column::Day, snapshot::Column::Revision));
        cursor.desc();
        let slice = rows::read(db(ctx)?, &page, "snapshots", cursor, |row| (row.day, row.revision)).await?;
        Ok(slice.listed(total, Snapshot))
    }

    /// Gap reports of one kind, newest week first, whenever they were built. Empty if there is none yet, or if the viewer does
    /// not have the right REPORTS.
    async fn gap_reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only reports of this kind. Defaults to WEEKLY.")] kind: Option<ReportKind>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<GapReport>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        // Of one kind only: the cursor is a week, which has one report of each kind.
        let kind = kind.map_or(entity::value::ReportKind::Weekly, Into::into);
        let select = report::Entity::find()
            .filter(Scope::from_context(ctx).await?.reports())
            .filter(report::Column::Kind.eq(kind));
        let total = total(&select);
        let cursor = newest_first(select.cursor_by(report::Column::Week));
        let slice = rows::read(db(ctx)?, &page, "gap-reports", cursor, |row| row.week.clone()).await?;
        Ok(slice.listed(total, GapReport))
    }

    /// Runs of the jobs, newest first. Empty if there is none yet, or if the viewer does not have the right RUNS.
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments: two filters and Relay's four")]
    async fn job_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only runs of this job.")] job: Option<Job>,
        #[graphql(desc = "Only runs in this state.")] state: Option<RunState>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<JobRun>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let filter = Condition::all()
            .add(Scope::from_context(ctx).await?.rows(Right::Runs))
            .add_option(job.map(|job| job_run::Column::Job.eq(job.stored())))
            .add_option(state.map(|state| job_run::Column::State.eq(entity::value::RunState::from(state))));
        let select = job_run::Entity::find().filter(filter);
        let total = total(&select);
        let cursor = newest_first(select.cursor_by(job_run::Column::Id));
        let slice = rows::read(db(ctx)?, &page, "job-runs", cursor, |row| row.id.0).await?;
        Ok(slice.listed(total, JobRun))
    }

    /// Imports of the board's files, newest first. Empty if there is none yet, or if the viewer does not have the right RUNS.
    async fn import_batches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only imports with this result.")] state: Option<ImportState>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<ImportBatch>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let filter = Condition::all()
            .add(Scope::from_context(ctx).await?.rows(Right::Runs))
            .add_option(state.map(|state| import_batch::Column::State.eq(entity::value::ImportState::from(state))));
        let select = import_batch::Entity::find().filter(filter);
        let total = total(&select);
        let cursor = newest_first(select.cursor_by(import_batch::Column::Id));
        let slice = rows::read(db(ctx)?, &page, "import-batches", cursor, |row| row.id.0).await?;
        Ok(slice.listed(total, ImportBatch))
    }
}

impl Job {
    /// The job's name in the ledger.
    pub(crate) const fn stored(self) -> &'static str {
        match self {
            Self::Coverage => run::COVERAGE,
            Self::GapReport => run::GAP_REPORT,
            Self::MidweekReport => run::MIDWEEK_REPORT,
            Self::Retention => run::RETENTION,
        }
    }
}

pub(super) fn total<E: sea_orm::EntityTrait>(select: &Select<E>) -> Total {
    Total::Rows(Box::new(select.as_query().clone()))
}

pub(super) fn newest_first<S: sea_orm::SelectorTrait>(mut cursor: Cursor<S>) -> Cursor<S> {
    cursor.desc();
    cursor
}

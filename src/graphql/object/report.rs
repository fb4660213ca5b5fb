//! Gap reports: which snapshots one compares, and what became of its mails.

use async_graphql::{Context, ID, Object};
use entity::table::report;

use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::loader::Rows;
use super::super::loader::children::{ChildTotal, DeliveriesOf};
use super::super::page::rows::trimmed;
use super::super::page::{Listed, Page, Total};
use super::super::scalar::{Instant, Week};
use super::delivery::Delivery;
use super::snapshot::Snapshot;
use super::word::DeliveryState;

/// One week's gap report.
#[derive(Clone, Debug)]
pub(crate) struct GapReport(pub(crate) report::Model);

/// One week's gap report, of which every senior manager gets the part that they answer for.
#[Object]
impl GapReport {
    /// Opaque; finds the report again with `node`.
    pub(crate) async fn id(&self) -> ID {
        NodeId::GapReport(self.0.id).encode()
    }

    /// The week that it is about.
    async fn week(&self) -> Result<Week, ApiError> {
        self.0.week.parse().map(Week).map_err(ApiError::internal)
    }

    /// When it was built.
    async fn built_at(&self) -> Instant {
        Instant(self.0.built_at)
    }

    /// The snapshot whose figures it shows.
    async fn snapshot(&self, ctx: &Context<'_>) -> Result<Option<Snapshot>, ApiError> {
        let row = Rows::of(ctx)?.load_one(self.0.snapshot_id).await?;
        Ok(row.map(|row| Snapshot((*row).clone())))
    }

    /// The snapshot that was mailed last before, with which it compares. Null for the first report.
    async fn previous_snapshot(&self, ctx: &Context<'_>) -> Result<Option<Snapshot>, ApiError> {
        let Some(id) = self.0.previous_snapshot_id else { return Ok(None) };
        let row = Rows::of(ctx)?.load_one(id).await?;
        Ok(row.map(|row| Snapshot((*row).clone())))
    }

    /// Its mails, one a recipient, in the order in which they were made.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that stand here.")] state: Option<DeliveryState>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Delivery>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let (span, bounds) = page.span("deliveries")?;
        let state = state.map(Into::into);
        let report = self.0.id;
        let rows = Rows::of(ctx)?.load_one(DeliveriesOf { report, state, span }).await?.unwrap_or_default();
        let slice = trimmed(&page, "deliveries", rows, bounds, |row| row.id.0)?;
        Ok(slice.listed(Total::Children(ChildTotal::Deliveries(report, state)), Delivery))
    }
}

//! Pages of the rows that belong to the rows of a page: deliveries of reports, rejected rows of imports.

use std::collections::HashMap;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use entity::id::{DeliveryId, ImportBatchId, PersonId, ReportId};
use entity::json_column::MailUnits;
use entity::table::{delivery, import_reject};
use entity::value::{DeliveryKind, DeliveryState};
use sea_orm::sea_query::Condition;
use sea_orm::{
    ColumnTrait, DerivePartialModel, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};

use super::{Load, Rows, distinct};
use crate::graphql::access::MailsOf;
use crate::graphql::error::ApiError;
use crate::graphql::page::Count;
use crate::graphql::page::rows::first_of_each;
use crate::graphql::page::span::Span;

/// The columns that a list of deliveries shows. The rendered parts are long and are read only when requested.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "delivery::Entity")]
pub(crate) struct DeliveryRow {
    pub(crate) id: DeliveryId,
    /// `None` for a mail of the register, which is in no list.
    pub(crate) report_id: Option<ReportId>,
    pub(crate) kind: DeliveryKind,
    pub(crate) person_id: Option<PersonId>,
    pub(crate) address: Option<String>,
    pub(crate) units: MailUnits,
    pub(crate) subject: String,
    pub(crate) message_id: String,
    pub(crate) state: DeliveryState,
    pub(crate) attempts: i32,
    pub(crate) next_attempt_at: Option<DateTime<Utc>>,
    pub(crate) accepted_at: Option<DateTime<Utc>>,
    pub(crate) last_error: Option<String>,
}

/// A page of a report's deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DeliveriesOf {
    pub(crate) report: ReportId,
    pub(crate) kind: DeliveryKind,
    pub(crate) state: Option<DeliveryState>,
    pub(crate) whose: MailsOf,
    pub(crate) span: Span,
}

impl Load<DeliveriesOf> for Rows {
    type Value = Vec<DeliveryRow>;

    /// One statement for each different page.
    async fn load(&self, keys: &[DeliveriesOf]) -> Result<HashMap<DeliveriesOf, Self::Value>, ApiError> {
        let mut pages: HashMap<_, Vec<ReportId>> = HashMap::new();
        for key in keys {
            pages.entry((key.kind, key.state, key.whose, key.span)).or_default().push(key.report);
        }
        let mut found: HashMap<_, _> = keys.iter().map(|key| (*key, Vec::new())).collect();
        for ((kind, state, whose, span), reports) in pages {
            let wanted = delivery::Entity::find()
                .filter(delivery::Column::ReportId.is_in(reports))
                .filter(delivery::Column::Kind.eq(kind))
                .filter(Condition::all().add_option(state.map(|state| delivery::Column::State.eq(state))))
                .filter(whose.condition())
                .filter(span.condition(delivery::Column::Id));
            let ids = first_of_each(wanted.into_query(), "report_id", span.from, span.limit);
            let rows: Vec<DeliveryRow> = delivery::Entity::find()
                .filter(delivery::Column::Id.in_subquery(ids))
                .order_by_asc(delivery::Column::Id)
                .into_partial_model()
                .all(self.db()?)
                .await?;
            for row in rows {
                if let Some(report) = row.report_id {
                    found.entry(DeliveriesOf { report, kind, state, whose, span }).or_default().push(row);
                }
            }
        }
        Ok(found)
    }
}

/// The plain-text part of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TextOf(pub(crate) DeliveryId);

impl Load<TextOf> for Rows {
    type Value = String;

    async fn load(&self, keys: &[TextOf]) -> Result<HashMap<TextOf, String>, ApiError> {
        let rows: Vec<(DeliveryId, String)> = delivery::Entity::find()
            .select_only()
            .columns([delivery::Column::Id, delivery::Column::TextPart])
            .filter(delivery::Column::Id.is_in(keys.iter().map(|key| key.0)))
            // Emptied at the end of its retention period.
            .filter(delivery::Column::TextPart.ne(""))
            .into_tuple()
            .all(self.db()?)
            .await?;
        Ok(rows.into_iter().map(|(id, text)| (TextOf(id), text)).collect())
    }
}

/// A page of an import's rejected rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RejectsOf {
    pub(crate) batch: ImportBatchId,
    pub(crate) span: Span,
}

impl Load<RejectsOf> for Rows {
    type Value = Vec<import_reject::Model>;

    /// One statement for each different page.
    async fn load(&self, keys: &[RejectsOf]) -> Result<HashMap<RejectsOf, Self::Value>, ApiError> {
        let mut pages: HashMap<Span, Vec<ImportBatchId>> = HashMap::new();
        for key in keys {
            pages.entry(key.span).or_default().push(key.batch);
        }
        let mut found: HashMap<_, _> = keys.iter().map(|key| (*key, Vec::new())).collect();
        for (span, batches) in pages {
            let wanted = import_reject::Entity::find()
                .filter(import_reject::Column::BatchId.is_in(batches))
                .filter(span.condition(import_reject::Column::Id));
            let ids = first_of_each(wanted.into_query(), "batch_id", span.from, span.limit);
            let rows = import_reject::Entity::find()
                .filter(import_reject::Column::Id.in_subquery(ids))
                .order_by_asc(import_reject::Column::Id)
                .all(self.db()?)
                .await?;
            for row in rows {
                found.entry(RejectsOf { batch: row.batch_id, span }).or_default().push(row);
            }
        }
        Ok(found)
    }
}

/// The number of rows that belong to one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ChildTotal {
    /// Deliveries of a report and of one kind, in a state or in any.
    Deliveries(ReportId, DeliveryKind, Option<DeliveryState>, MailsOf),
    /// Rejected rows of an import.
    Rejects(ImportBatchId),
}

#[async_graphql::async_trait::async_trait]
impl Count for ChildTotal {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64, ApiError> {
        Ok(Rows::from_context(ctx)?.load_one(*self).await?.unwrap_or(0))
    }
}

impl Load<ChildTotal> for Rows {
    type Value = i64;

    /// One statement for the deliveries (all of one request have the same viewer) and one for the rejects, grouped.
    async fn load(&self, keys: &[ChildTotal]) -> Result<HashMap<ChildTotal, i64>, ApiError> {
        let (mut reports, mut batches) = (HashMap::<_, Vec<_>>::new(), Vec::new());
        for key in keys {
            match key {
                ChildTotal::Deliveries(report, _, _, whose) => reports.entry(*whose).or_default().push(*report),
                ChildTotal::Rejects(batch) => batches.push(*batch),
            }
        }
        let mut totals: HashMap<_, _> = keys.iter().map(|key| (*key, 0)).collect();
        for (whose, reports) in reports {
            let rows: Vec<(ReportId, DeliveryKind, DeliveryState, i64)> = delivery::Entity::find()
                .select_only()
                .columns([delivery::Column::ReportId, delivery::Column::Kind, delivery::Column::State])
                .column_as(delivery::Column::Id.count(), "rows")
                .filter(delivery::Column::ReportId.is_in(distinct(reports.into_iter())))
                .filter(whose.condition())
                .group_by(delivery::Column::ReportId)
                .group_by(delivery::Column::Kind)
                .group_by(delivery::Column::State)
                .into_tuple()
                .all(self.db()?)
                .await?;
            for (report, kind, state, rows) in rows {
                for key in [None, Some(state)].map(|state| ChildTotal::Deliveries(report, kind, state, whose)) {
                    totals.entry(key).and_modify(|total| *total += rows);
                }
            }
        }
        if !batches.is_empty() {
            let rows: Vec<(ImportBatchId, i64)> = import_reject::Entity::find()
                .select_only()
                .column(import_reject::Column::BatchId)
                .column_as(import_reject::Column::Id.count(), "rows")
                .filter(import_reject::Column::BatchId.is_in(distinct(batches.into_iter())))
                .group_by(import_reject::Column::BatchId)
                .into_tuple()
                .all(self.db()?)
                .await?;
            totals.extend(rows.into_iter().map(|(batch, rows)| (ChildTotal::Rejects(batch), rows)));
        }
        Ok(totals)
    }
}

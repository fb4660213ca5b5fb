//! Counts the mails of a report.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::id::ReportId;
use crate::table::delivery;
use crate::value::{DeliveryKind, DeliveryState};

/// Number of mails of a report by state. Copies and run summaries are only counted in `others_waiting`: whether the
/// week's report has reached its readers does not depend on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Accepted by the mail server.
    pub sent: u64,
    /// Waiting for the first or another attempt.
    pub waiting: u64,
    /// Permanently refused.
    pub refused: u64,
    /// Units without a recipient.
    pub unaddressed: u64,
    /// Copies and run summaries that are waiting for an attempt.
    pub others_waiting: u64,
    /// When the next waiting mail of any kind is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// Counts the mails of a report by state.
///
/// # Errors
///
/// What the database said.
pub async fn tally(db: &impl ConnectionTrait, report: ReportId) -> Result<Tally, DbErr> {
    let counts: Vec<(DeliveryKind, DeliveryState, i64)> = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::Kind, delivery::Column::State])
        .column_as(delivery::Column::Id.count(), "mails")
        .filter(delivery::Column::ReportId.eq(report))
        .group_by(delivery::Column::Kind)
        .group_by(delivery::Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let mut tally = Tally::default();
    for (kind, state, mails) in counts {
        let mails = u64::try_from(mails).unwrap_or_default();
        match (kind, state) {
            (DeliveryKind::Report, DeliveryState::Sent) => tally.sent += mails,
            (DeliveryKind::Report, DeliveryState::Pending | DeliveryState::Retrying) => tally.waiting += mails,
            (DeliveryKind::Report, DeliveryState::Refused) => tally.refused += mails,
            (DeliveryKind::Report, DeliveryState::Unaddressed) => tally.unaddressed += mails,
            (DeliveryKind::Copy | DeliveryKind::RunSummary, DeliveryState::Pending | DeliveryState::Retrying) => {
                tally.others_waiting += mails;
            }
            (
                DeliveryKind::Copy | DeliveryKind::RunSummary,
                DeliveryState::Sent | DeliveryState::Refused | DeliveryState::Unaddressed,
            )
            | (DeliveryKind::Register, _) => {}
        }
    }
    tally.next_attempt_at = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::NextAttemptAt)
        .filter(delivery::Column::ReportId.eq(report))
        .filter(delivery::Column::State.is_in(DeliveryState::WAITING))
        .order_by_asc(delivery::Column::NextAttemptAt)
        .into_tuple::<Option<DateTime<Utc>>>()
        .one(db)
        .await?
        .flatten();
    Ok(tally)
}

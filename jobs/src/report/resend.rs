//! Mails that were refused for good and may succeed now: something about them has changed.

use chrono::{DateTime, Utc};
use entity::period::IsoWeek;
use entity::store::report::{self as store, NewDelivery};
use entity::table::{delivery, report};
use sea_orm::DatabaseConnection;

use super::{GapReport, ReportError, deliver};

impl GapReport {
    /// Makes those mails of the report due again that were refused for good and whose address, text or way has changed
    /// since. Someone who gets no mail of this report any more is left out.
    pub(super) async fn reopen_refused(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        report: &report::Model,
        now: DateTime<Utc>,
    ) -> Result<(), ReportError> {
        let refused = store::refused(db, report.id).await?;
        if refused.is_empty() {
            return Ok(());
        }
        let edition = self.pinned_edition(db, week, report).await?;
        for old in refused {
            let Some(recipient) =
                edition.recipients.iter().find(|recipient| recipient.key.to_string() == old.recipient)
            else {
                continue;
            };
            let rendered = self.compose(&edition, recipient)?;
            let new = deliver::new_delivery(recipient, rendered, self.key(week), self.from.domain());
            let same_way = old.refused_by.as_ref() == Some(&self.relay());
            if new.address.is_none() || (same_way && is_same(&old, &new)) {
                continue;
            }
            if store::reopen(db, old.id, now, Some(new)).await? {
                tracing::info!(%week, delivery = %old.id, "resending a refused mail; its address, its text or the mail server has changed");
            }
        }
        Ok(())
    }
}

/// Whether nothing about the mail has changed that a server could have disliked.
fn is_same(old: &delivery::Model, new: &NewDelivery) -> bool {
    old.address == new.address
        && old.subject == new.subject
        && old.text_part == new.text_part
        && old.html_part == new.html_part
        && old.csv_part == new.csv_part
}

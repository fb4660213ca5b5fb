//! Resends mails that were refused permanently and may succeed now, because something about them has changed.

use chrono::{DateTime, Utc};
use entity::period::IsoWeek;
use entity::store::report::{self as store, NewDelivery};
use entity::table::{delivery, report};
use sea_orm::DatabaseConnection;

use super::edition::ComparedTrees;
use super::{GapReport, ReportError};

impl GapReport {
    /// Makes permanently refused mails of the report, copies included, due again if their address, their text or the mail server has changed
    /// since. People who are no longer recipients of this report are left out.
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
        let trees = ComparedTrees::pinned(db, report).await?;
        let edition = self.edition(db, week, &trees).await?;
        for old in refused {
            let Some(new) = self.mail_of(&edition, &old.recipient)? else { continue };
            let same_relay = old.refused_by.as_ref() == Some(&self.outbox(db).relay());
            if new.address.is_none() || (same_relay && is_same(&old, &new)) {
                continue;
            }
            if store::reopen(db, old.id, now, Some(new)).await? {
                tracing::info!(%week, delivery = %old.id, "resending a refused mail; its address, its text or the mail server has changed");
            }
        }
        Ok(())
    }
}

/// Whether nothing about the mail has changed that could have caused the refusal.
fn is_same(old: &delivery::Model, new: &NewDelivery) -> bool {
    old.address == new.address
        && old.subject == new.subject
        && old.text_part == new.text_part
        && old.html_part == new.html_part
        && old.csv_part == new.csv_part
}

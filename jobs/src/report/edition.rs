//! One edition of a report: the snapshots that it compares, its recipients and their mails.

use entity::period::IsoWeek;
use entity::store::report as store;
use entity::table::{report, snapshot};
use entity::value::ReportKind;
use sea_orm::DatabaseConnection;

use super::news::{self, News};
use super::recipients::{self, Network, Recipient};
use super::render::{self, Rendered};
use super::snapshot_tree::SnapshotTree;
use super::trend::Trends;
use super::{GapReport, ReportError, build, deliver, load};

/// All data for the mails of a week's report.
pub(super) struct Edition {
    pub(super) week: IsoWeek,
    pub(super) current: SnapshotTree,
    /// The snapshot that it is compared with. `None` for the first report.
    pub(super) previous: Option<SnapshotTree>,
    /// Recipients of a mail.
    pub(super) recipients: Vec<Recipient>,
    /// Number of recipients who chose a midweek report and have nothing new in it.
    pub(super) quiet: u64,
    /// Recipients of the run summary. `None` if no coordinator has an address.
    pub(super) network: Option<Network>,
    /// Cover of the recipients' units over the last weeks.
    pub(super) trends: Trends,
    /// Weeks since the last mailed report for which no report was mailed.
    pub(super) missed: Vec<IsoWeek>,
}

/// Returns the snapshots of an existing report.
pub(super) async fn pinned(
    db: &DatabaseConnection,
    report: &report::Model,
) -> Result<(snapshot::Model, Option<snapshot::Model>), ReportError> {
    let current = load::snapshot(db, report.snapshot_id).await?;
    let previous = match report.previous_snapshot_id {
        Some(id) => Some(load::snapshot(db, id).await?),
        None => None,
    };
    Ok((current, previous))
}

impl GapReport {
    /// Returns the snapshot that a new report is compared with: that of the last mailed weekly report, or for a midweek
    /// report that of the same week's weekly report if there is one.
    pub(super) async fn compared_with(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
    ) -> Result<Option<snapshot::Model>, ReportError> {
        if self.kind == ReportKind::Midweek
            && let Some(weekly) = store::find(db, week, ReportKind::Weekly).await?
        {
            return Ok(Some(load::snapshot(db, weekly.snapshot_id).await?));
        }
        Ok(store::last_mailed_before(db, week).await?)
    }

    pub(super) async fn edition(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        snapshot: &snapshot::Model,
        previous: Option<&snapshot::Model>,
    ) -> Result<Edition, ReportError> {
        let current = load::snapshot_tree(db, snapshot).await?.with_sites(load::sites(db).await?);
        let previous = match previous {
            Some(snapshot) => Some(load::snapshot_tree(db, snapshot).await?),
            None => None,
        };
        let data = load::recipient_data(db, current.day).await?;
        let network = recipients::network(&data);
        let recipients = recipients::recipients(&data, &current);
        let (recipients, quiet, trends, missed) = match self.kind {
            ReportKind::Weekly => {
                let answers = recipients.iter().flat_map(|recipient| &recipient.answers);
                let trends = load::trends(db, snapshot, &answers.map(|answer| answer.unit).collect()).await?;
                (recipients, 0, trends, store::missed_before(db, self.zone, week).await?)
            }
            ReportKind::Midweek => {
                let (with_news, quiet) = news::with_news(recipients, &current, previous.as_ref(), week);
                (with_news, quiet, Trends::default(), Vec::new())
            }
        };
        Ok(Edition { week, current, previous, recipients, quiet, network, trends, missed })
    }

    /// Returns the edition of an existing report, made from the report's own snapshots.
    pub(super) async fn pinned_edition(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        report: &report::Model,
    ) -> Result<Edition, ReportError> {
        let (current, previous) = pinned(db, report).await?;
        self.edition(db, week, &current, previous.as_ref()).await
    }

    /// Returns a recipient's mail, and a copy for each colleague who gets one.
    pub(super) fn mails(
        &self,
        edition: &Edition,
        recipient: &Recipient,
    ) -> Result<Vec<store::NewDelivery>, ReportError> {
        let (report, domain) = (self.key(edition.week), self.from.domain());
        let mut mails = vec![deliver::new_delivery(recipient, self.compose(edition, recipient)?, report, domain)];
        if !recipient.copies.is_empty() {
            let rendered = self.compose_for(edition, recipient, true)?;
            let copy = |copied| deliver::new_copy(copied, recipient, rendered.clone(), report, domain);
            mails.extend(recipient.copies.iter().map(copy));
        }
        Ok(mails)
    }

    pub(super) fn compose(&self, edition: &Edition, recipient: &Recipient) -> Result<Rendered, ReportError> {
        self.compose_for(edition, recipient, false)
    }

    pub(super) fn compose_for(
        &self,
        edition: &Edition,
        recipient: &Recipient,
        is_copy: bool,
    ) -> Result<Rendered, ReportError> {
        let Edition { week, current, previous, trends, missed, .. } = edition;
        let reader = render::Reader { hidden: &recipient.hidden, is_copy };
        let rendered = match self.kind {
            ReportKind::Weekly => {
                let report = build::build(current, previous.as_ref(), *week, &recipient.answers);
                let trend = trends.for_units(&report.tops());
                let report = build::Report { missed: missed.clone(), trend, ..report };
                render::render(&report, reader, &self.setting)
            }
            ReportKind::Midweek => {
                let news = News::new(current, previous.as_ref(), *week, &recipient.answers);
                render::render_news(&news, reader, &self.setting)
            }
        };
        rendered.map_err(ReportError::Render)
    }
}

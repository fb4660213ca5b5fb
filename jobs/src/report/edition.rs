//! One edition of a report: the snapshots that it compares, its recipients and their mails.

use std::collections::HashMap;

use entity::period::IsoWeek;
use entity::store::report as store;
use entity::table::{report, snapshot};
use entity::value::ReportKind;
use sea_orm::DatabaseConnection;

use super::news::{self, News};
use super::recipients::{self, Copied, Key, Network, Recipient};
use super::render::{self, Rendered};
use super::snapshot_tree::SnapshotTree;
use super::trend::Trends;
use super::{GapReport, ReportError, build, deliver, load};

/// The snapshots that a report compares.
pub(super) struct ComparedTrees {
    pub(super) current: SnapshotTree,
    /// The snapshot that it is compared with. `None` for the first report.
    pub(super) previous: Option<SnapshotTree>,
}

impl ComparedTrees {
    pub(super) async fn load(
        db: &DatabaseConnection,
        current: &snapshot::Model,
        previous: Option<&snapshot::Model>,
    ) -> Result<Self, ReportError> {
        let current = load::snapshot_tree(db, current).await?.with_sites(load::sites(db).await?);
        let previous = match previous {
            Some(snapshot) => Some(load::snapshot_tree(db, snapshot).await?),
            None => None,
        };
        Ok(Self { current, previous })
    }

    /// Loads the snapshots of an existing report.
    pub(super) async fn pinned(db: &DatabaseConnection, report: &report::Model) -> Result<Self, ReportError> {
        let (current, previous) = pinned(db, report).await?;
        Self::load(db, &current, previous.as_ref()).await
    }
}

/// All data for the mails of a week's report.
pub(super) struct Edition<'a> {
    pub(super) week: IsoWeek,
    pub(super) trees: &'a ComparedTrees,
    /// Recipients of a mail.
    pub(super) recipients: Vec<Recipient>,
    /// Recipients of the run summary. `None` if no coordinator has an address.
    pub(super) network: Option<Network>,
    content: Content<'a>,
}

/// What the mails of an edition are rendered from.
enum Content<'a> {
    /// A recipient's report is built when it is rendered, since those of all recipients together are large.
    Weekly {
        /// Cover of the recipients' units over the last weeks.
        trends: Trends,
        /// Weeks since the last mailed report for which no report was mailed.
        missed: Vec<IsoWeek>,
    },
    /// What became worse for each recipient, which also decided who the recipients are.
    Midweek {
        news: HashMap<Key, News<'a>>,
        /// Number of recipients who chose a midweek report and have nothing new in it.
        quiet: u64,
    },
}

impl Edition<'_> {
    /// Returns how many recipients chose a midweek report and have nothing new in it. 0 for a weekly report.
    pub(super) const fn quiet(&self) -> u64 {
        match self.content {
            Content::Weekly { .. } => 0,
            Content::Midweek { quiet, .. } => quiet,
        }
    }
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

    pub(super) async fn edition<'a>(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        trees: &'a ComparedTrees,
    ) -> Result<Edition<'a>, ReportError> {
        let ComparedTrees { current, previous } = trees;
        let data = load::recipient_data(db, current.day).await?;
        let network = recipients::network(&data);
        let recipients = recipients::recipients(&data, current);
        let (recipients, content) = match self.kind {
            ReportKind::Weekly => {
                let answers = recipients.iter().flat_map(|recipient| &recipient.answers);
                let trends = load::trends(db, current, &answers.map(|answer| answer.unit).collect()).await?;
                let missed = store::missed_before(db, self.zone, week).await?;
                (recipients, Content::Weekly { trends, missed })
            }
            ReportKind::Midweek => {
                let (with_news, quiet) = news::with_news(recipients, current, previous.as_ref(), week);
                let (mut recipients, mut news) = (Vec::new(), HashMap::new());
                for (recipient, worse) in with_news {
                    news.insert(recipient.key, worse);
                    recipients.push(recipient);
                }
                (recipients, Content::Midweek { news, quiet })
            }
        };
        Ok(Edition { week, trees, recipients, network, content })
    }

    /// Returns a recipient's mail, and a copy for each colleague who gets one.
    pub(super) fn mails(
        &self,
        edition: &Edition<'_>,
        recipient: &Recipient,
    ) -> Result<Vec<store::NewDelivery>, ReportError> {
        let mut mails = vec![self.mail(edition, recipient)?];
        if !recipient.copies.is_empty() {
            let rendered = self.compose_for(edition, recipient, true)?;
            let copy = |copied| self.copy(edition, recipient, copied, rendered.clone());
            mails.extend(recipient.copies.iter().map(copy));
        }
        Ok(mails)
    }

    /// Returns the mail or copy whose row has this key. `None` if no one gets it any more.
    pub(super) fn mail_of(&self, edition: &Edition<'_>, key: &str) -> Result<Option<store::NewDelivery>, ReportError> {
        for recipient in &edition.recipients {
            if recipient.key.to_string() == key {
                return self.mail(edition, recipient).map(Some);
            }
            if let Some(copied) = recipient.copies.iter().find(|copied| copied.key() == key) {
                let rendered = self.compose_for(edition, recipient, true)?;
                return Ok(Some(self.copy(edition, recipient, copied, rendered)));
            }
        }
        Ok(None)
    }

    fn mail(&self, edition: &Edition<'_>, recipient: &Recipient) -> Result<store::NewDelivery, ReportError> {
        let rendered = self.compose(edition, recipient)?;
        Ok(deliver::new_delivery(recipient, rendered, self.key(edition.week), self.from.domain()))
    }

    fn copy(
        &self,
        edition: &Edition<'_>,
        recipient: &Recipient,
        copied: &Copied,
        rendered: Rendered,
    ) -> store::NewDelivery {
        deliver::new_copy(copied, recipient, rendered, self.key(edition.week), self.from.domain())
    }

    pub(super) fn compose(&self, edition: &Edition<'_>, recipient: &Recipient) -> Result<Rendered, ReportError> {
        self.compose_for(edition, recipient, false)
    }

    pub(super) fn compose_for(
        &self,
        edition: &Edition<'_>,
        recipient: &Recipient,
        is_copy: bool,
    ) -> Result<Rendered, ReportError> {
        let Edition { week, trees: ComparedTrees { current, previous }, content, .. } = edition;
        let reader = render::Reader { hidden: &recipient.hidden, is_copy };
        let rendered = match content {
            Content::Weekly { trends, missed } => {
                let report = build::build(current, previous.as_ref(), *week, &recipient.answers);
                let trend = trends.for_units(&report.tops());
                let report = build::Report { missed: missed.clone(), trend, ..report };
                render::render(&report, reader, &self.setting)
            }
            Content::Midweek { news, .. } => match news.get(&recipient.key) {
                Some(news) => render::render_news(news, reader, &self.setting),
                None => Err(format!("{} is not a recipient of this edition", recipient.key)),
            },
        };
        rendered.map_err(ReportError::Render)
    }
}

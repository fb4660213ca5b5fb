//! The weekly gap report: who is told, what they are told, and how it reaches them.
//!
//! A report reads snapshots only, so the mail, the API and a retry show the same figures. The flow is
//! [`load`] (rows to plain data), [`recipients`] (who), [`build`] with [`compare`] (what), [`render`] (how it reads) and
//! [`deliver`] (written down first, then sent until it is taken). [`summary`] tells the coordinators what became of it.

pub mod board;
pub mod build;
pub mod compare;
pub mod coordinator;
pub mod deliver;
mod job;
pub mod load;
mod outcome;
#[cfg(test)]
mod reading;
pub mod recipients;
mod refusal;
pub mod render;
mod resend;
#[cfg(test)]
mod sample;
pub mod sending;
mod summary;
pub mod tasks;
pub mod trend;
pub mod words;

use std::collections::BTreeSet;
use std::time::Instant;

use chrono::{DateTime, SubsecRound as _, Utc};
use chrono_tz::Tz;
use entity::coverage::disclosure::Limit;
use entity::id::UnitId;
use entity::period::{Day, IsoWeek};
use entity::store::report as store;
use entity::table::{report, snapshot};
use sea_orm::{DatabaseConnection, DbErr};

use crate::mail::{Mailbox, Mailer};
use crate::snapshot::{SnapshotError, ensure_snapshot};
use board::{Board, Malformed};
pub use outcome::Outcome;
use recipients::{Key, Network, Recipient};
use render::{Rendered, Setting};
use sending::Process;
use trend::Trends;

/// The job `gap-report`: one mail a person and week.
#[derive(Clone, Debug)]
pub struct GapReport {
    /// Where mail goes.
    pub mailer: Mailer,
    /// Whom it comes from.
    pub from: Mailbox,
    /// Links and whom to ask.
    pub setting: Setting,
    /// Counts below this are hidden in a snapshot that the report takes first.
    pub limit: Limit,
    /// The board's zone.
    pub zone: Tz,
}

/// A mail as it would be sent.
#[derive(Clone, Debug)]
pub struct Preview {
    /// `person:12`, or `unit:7` where unit 7 has nobody; `copy:12:34` of a copy.
    pub recipient: String,
    /// Where it would go.
    pub address: Option<String>,
    /// Code of each unit and why this person gets it.
    pub units: Vec<(String, String)>,
    /// Subject and parts.
    pub rendered: Rendered,
}

/// Why a week's report could not be made or sent.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A dry run takes no snapshot, and the week's Monday has none.
    #[error("there is no snapshot of {0}; run `psn run coverage --as-of {0}` first")]
    NoSnapshot(Day),
    /// Monday's snapshot could not be taken.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A stored list is not as the snapshot writes it.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A template did not render.
    #[error("a mail could not be rendered: {0}")]
    Render(String),
    /// What is sent could not be recorded.
    #[error("the audit log takes nothing, so nothing is sent; see `psn audit verify`")]
    AuditBroken,
    /// The database refused or was away.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl GapReport {
    /// Builds the week's report unless it has been built, then sends every mail of it that is due at `now`. A new report
    /// rests on Monday's snapshot, which is taken first if it is missing or older than the facts. Mails that were
    /// taken are never sent again, those that failed are tried when their back-off has passed, those that were refused for
    /// good once their address, their text or the relay has changed, and a report that was built keeps its snapshot
    /// whatever is computed later. Once no report waits any more, the coordinators get one summary of the run.
    ///
    /// # Errors
    ///
    /// [`ReportError`]. A mail that fails is no error: see [`Outcome`].
    pub async fn run(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        now: DateTime<Utc>,
    ) -> Result<Outcome, ReportError> {
        self.run_in(db, week, now, &Process::default()).await
    }

    /// As [`run`](Self::run), in a process that may be told to stop.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn run_in(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        now: DateTime<Utc>,
        process: &Process,
    ) -> Result<Outcome, ReportError> {
        let report = match store::find(db, week).await? {
            Some(report) => {
                self.readdress(db, week, &report, now).await?;
                self.reopen_refused(db, week, &report, now).await?;
                report
            }
            None => {
                let current = ensure_snapshot(db, week.monday(), self.limit, now).await?;
                self.write_down(db, week, &current, now).await?
            }
        };
        let began = Instant::now();
        let outcome = self.deliver(db, &report, now, process).await?;
        // A run that goes on for minutes must not claim a mail until an instant that has passed.
        let later = (now + began.elapsed()).trunc_subsecs(6);
        if !self.summarise(db, week, &report, &outcome, later).await? {
            return Ok(outcome);
        }
        let summarised = self.deliver(db, &report, later, process).await?;
        Ok(Outcome { sent_now: outcome.sent_now + summarised.sent_now, ..summarised })
    }

    /// Builds and renders without writing or sending anything, from the newest snapshot that Monday has.
    ///
    /// # Errors
    ///
    /// [`ReportError::NoSnapshot`] if Monday has none, otherwise as [`run`](Self::run).
    pub async fn dry_run(&self, db: &DatabaseConnection, week: IsoWeek) -> Result<Vec<Preview>, ReportError> {
        let (current, previous) = match store::find(db, week).await? {
            Some(report) => pinned(db, &report).await?,
            None => {
                let monday = week.monday();
                let newest = entity::store::snapshot::newest_of(db, monday).await?;
                (newest.ok_or(ReportError::NoSnapshot(monday))?, store::last_mailed_before(db, week).await?)
            }
        };
        let edition = self.edition(db, week, &current, previous.as_ref()).await?;
        let mut previews = Vec::new();
        for recipient in &edition.recipients {
            let rendered = self.compose(&edition, recipient)?;
            previews.push(Preview {
                recipient: recipient.key.to_string(),
                address: recipient.address.clone(),
                units: recipient.answers.iter().map(|answer| (answer.code.clone(), answer.why.to_string())).collect(),
                rendered,
            });
            for copied in &recipient.copies {
                previews.push(Preview {
                    recipient: copied.key(),
                    address: Some(copied.address.clone()),
                    units: recipient.answers.iter().map(|answer| (answer.code.clone(), "a copy".to_owned())).collect(),
                    rendered: self.compose_for(&edition, recipient, true)?,
                });
            }
        }
        Ok(previews)
    }

    async fn write_down(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        current: &snapshot::Model,
        now: DateTime<Utc>,
    ) -> Result<report::Model, ReportError> {
        let previous = store::last_mailed_before(db, week).await?;
        let edition = self.edition(db, week, current, previous.as_ref()).await?;
        let mut mails = Vec::new();
        for recipient in &edition.recipients {
            if let Key::Unit(unit) = recipient.key {
                tracing::error!(%week, unit = %unit, "nobody to write to: name a senior manager or a coordinator with a work e-mail");
            }
            mails.extend(self.mails(&edition, recipient)?);
        }
        store::write_once(db, week, (current.id, previous.map(|snapshot| snapshot.id)), now, mails).await?;
        // Ours, or that of a process that was quicker: the same week either way.
        Ok(store::find(db, week).await?.ok_or_else(|| DbErr::RecordNotFound(format!("report {week}")))?)
    }

    /// Looks again for somebody where there was nobody: who was named since gets the mail of that unit, with the figures of
    /// the report's own snapshots. Somebody who has a mail of this report already gets no second one; such a unit stays
    /// without an address, and the run goes on saying so.
    async fn readdress(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        report: &report::Model,
        now: DateTime<Utc>,
    ) -> Result<(), ReportError> {
        let on_file = store::recipients(db, report.id).await?;
        if on_file.iter().all(|(_, addressed)| *addressed) {
            return Ok(());
        }
        let edition = self.pinned_edition(db, week, report).await?;
        let waits = |unit: UnitId| on_file.contains(&(Key::Unit(unit).to_string(), false));
        let mut found = BTreeSet::new();
        let mut mails = Vec::new();
        for recipient in &edition.recipients {
            let units: Vec<_> =
                recipient.answers.iter().map(|answer| answer.unit).filter(|unit| waits(*unit)).collect();
            let key = recipient.key.to_string();
            let has_one = on_file.iter().any(|(known, _)| *known == key);
            if matches!(recipient.key, Key::Unit(_)) || units.is_empty() || has_one {
                continue;
            }
            found.extend(units.into_iter().map(|unit| Key::Unit(unit).to_string()));
            mails.extend(self.mails(&edition, recipient)?);
        }
        if !found.is_empty() {
            let found: Vec<_> = found.into_iter().collect();
            store::readdress(db, report.id, &found, now, mails).await?;
        }
        Ok(())
    }

    async fn edition(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        snapshot: &snapshot::Model,
        previous: Option<&snapshot::Model>,
    ) -> Result<Edition, ReportError> {
        let current = load::board(db, snapshot).await?;
        let previous = match previous {
            Some(snapshot) => Some(load::board(db, snapshot).await?),
            None => None,
        };
        let facts = load::facts(db, current.day).await?;
        let recipients = recipients::recipients(&facts, &current);
        let network = recipients::network(&facts);
        let wanted = recipients.iter().flat_map(|recipient| &recipient.answers).map(|answer| answer.unit).collect();
        let trends = load::trends(db, snapshot, &wanted).await?;
        let missed = store::missed_before(db, self.zone, week).await?;
        Ok(Edition { week, current, previous, recipients, network, trends, missed })
    }

    /// The edition of a report that has been built: of the snapshots that it is pinned to.
    async fn pinned_edition(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        report: &report::Model,
    ) -> Result<Edition, ReportError> {
        let (current, previous) = pinned(db, report).await?;
        self.edition(db, week, &current, previous.as_ref()).await
    }

    /// A recipient's mail, and a copy for each colleague who gets one.
    fn mails(&self, edition: &Edition, recipient: &Recipient) -> Result<Vec<store::NewDelivery>, ReportError> {
        let (week, domain) = (edition.week, self.from.domain());
        let mut mails = vec![deliver::to_write(recipient, self.compose(edition, recipient)?, week, domain)];
        if !recipient.copies.is_empty() {
            let rendered = self.compose_for(edition, recipient, true)?;
            let copy = |copied| deliver::copy_to_write(copied, recipient, rendered.clone(), week, domain);
            mails.extend(recipient.copies.iter().map(copy));
        }
        Ok(mails)
    }

    fn compose(&self, edition: &Edition, recipient: &Recipient) -> Result<Rendered, ReportError> {
        self.compose_for(edition, recipient, false)
    }

    fn compose_for(&self, edition: &Edition, recipient: &Recipient, is_copy: bool) -> Result<Rendered, ReportError> {
        let Edition { week, current, previous, trends, missed, .. } = edition;
        let report = build::build(current, previous.as_ref(), *week, &recipient.answers);
        let trend = trends.of(&report.tops());
        let report = build::Report { missed: missed.clone(), trend, ..report };
        let reader = render::Reader { hidden: &recipient.hidden, is_copy };
        render::render(&report, reader, &self.setting).map_err(ReportError::Render)
    }
}

/// Everything that a week's mails are made from.
struct Edition {
    week: IsoWeek,
    current: Board,
    /// The board of the report that was mailed last; absent for the first.
    previous: Option<Board>,
    recipients: Vec<Recipient>,
    /// Who gets the run summary; absent if no coordinator can be written to.
    network: Option<Network>,
    /// How cover of the units that have a recipient has gone.
    trends: Trends,
    /// Weeks since the last report that was mailed whose reports were not.
    missed: Vec<IsoWeek>,
}

/// The snapshots that a report which has been built is pinned to.
async fn pinned(
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

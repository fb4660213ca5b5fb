//! The gap reports of a week: recipients, content and delivery. The weekly report goes to everyone who is responsible for a
//! unit. The midweek report goes to those recipients who chose it, and contains what became worse ([`news`]).
//!
//! A report reads only snapshots, so the mail, the API and a retry show the same figures. The flow is [`load`] (database rows
//! to plain data), [`recipients`], [`build`] with [`compare`] (content), [`render`] (text, HTML and CSV) and [`deliver`]
//! (stored first, then sent until accepted). [`summary`] is the mail to the coordinators about the result.

pub mod build;
pub mod compare;
pub mod coordinator;
pub mod deliver;
mod edition;
mod job;
pub mod load;
pub mod news;
mod outcome;
#[cfg(test)]
mod reading;
pub mod recipients;
pub mod render;
mod resend;
#[cfg(test)]
mod sample;
pub mod snapshot_tree;
mod summary;
pub mod tasks;
pub mod trend;
pub mod wording;

use std::collections::BTreeSet;
use std::time::Instant;

use chrono::{DateTime, SubsecRound as _, Utc};
use chrono_tz::Tz;
use entity::coverage::disclosure::Limit;
use entity::id::UnitId;
use entity::period::{Day, IsoWeek};
use entity::store::report::{self as store, NewReport};
use entity::store::report_preference;
use entity::table::report;
use entity::value::ReportKind;
use sea_orm::{DatabaseConnection, DbErr};

use crate::mail::outbox::OutboxError;
use crate::mail::{Mailbox, Mailer, Process};
use crate::snapshot::{SnapshotError, ensure_snapshot};
use edition::{ComparedTrees, Edition, pinned};
pub use outcome::{Idle, ReportOutcome};
use recipients::Key;
use render::{Rendered, Setting};

/// The jobs `gap-report` and `midweek-report`: at most one mail per person, week and kind.
#[derive(Clone, Debug)]
pub struct GapReport {
    /// Weekly or midweek.
    pub kind: ReportKind,
    /// The destination of all mail.
    pub mailer: Mailer,
    /// The sender.
    pub from: Mailbox,
    /// The address of the service and the coordinator.
    pub setting: Setting,
    /// Counts below this are hidden in a snapshot that is taken for the report.
    pub limit: Limit,
    /// The board's time zone.
    pub zone: Tz,
}

impl From<OutboxError> for ReportError {
    fn from(error: OutboxError) -> Self {
        match error {
            OutboxError::AuditBroken => Self::AuditBroken,
            OutboxError::Database(cause) => Self::Database(cause),
        }
    }
}

/// Identifies a report: there is one per week and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportKey {
    /// The week.
    pub week: IsoWeek,
    /// Weekly or midweek.
    pub kind: ReportKind,
}

/// A mail as it would be sent.
#[derive(Clone, Debug)]
pub struct Preview {
    /// `person:12`; `unit:7` if unit 7 has no recipient; `copy:12:34` for a copy of person 12's report to person 34.
    pub recipient: String,
    /// The recipient's address. `None` if there is no recipient.
    pub address: Option<String>,
    /// Code of each unit, and why this person receives it.
    pub units: Vec<(String, String)>,
    /// Subject and parts.
    pub rendered: Rendered,
}

/// Why a week's report could not be made or sent.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A dry run takes no snapshot, and the report's day has none.
    #[error("there is no snapshot of {0}; run `psn run coverage --as-of {0}` first")]
    NoSnapshot(Day),
    /// The snapshot of the report's day could not be taken.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A stored list of the snapshot is malformed.
    #[error("the snapshot of {day} has a row with a malformed {column}; take the snapshot again")]
    Malformed {
        /// The day of the snapshot.
        day: Day,
        /// The column.
        column: String,
    },
    /// A template did not render.
    #[error("a mail could not be rendered: {0}")]
    Render(String),
    /// The audit log cannot be written.
    #[error("the audit log cannot be written, so no mail was sent; run `psn audit verify`")]
    AuditBroken,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl GapReport {
    /// Builds the week's report unless it exists, then sends all of its mails that are due at `now`.
    ///
    /// A new report uses the snapshot of its day ([`ReportKind::day`]), which is taken first if it is missing or older than the
    /// data. An existing report keeps its snapshot, whatever is computed later. Accepted mails are never sent again. Failed
    /// mails are retried when their back-off has passed, permanently refused ones when their address, their text or the mail
    /// server has changed. When no mail of a weekly report waits any more, the coordinators get one summary of the run.
    ///
    /// A midweek report goes to recipients who chose it and for whom something became worse. If there are none, nothing is
    /// written, and a later run of the week checks again.
    ///
    /// # Errors
    ///
    /// [`ReportError`]. A failed mail is not an error: see [`ReportOutcome`].
    pub async fn run(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        now: DateTime<Utc>,
    ) -> Result<ReportOutcome, ReportError> {
        self.run_in(db, week, now, &Process::default()).await
    }

    /// Like [`run`](Self::run), in a process that may be stopped meanwhile.
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
    ) -> Result<ReportOutcome, ReportError> {
        let (report, quiet) = match store::find(db, week, self.kind).await? {
            Some(report) => {
                self.readdress(db, week, &report, now).await?;
                self.reopen_refused(db, week, &report, now).await?;
                let quiet = self.quiet(db, week, &report).await?;
                (report, quiet)
            }
            None => match self.build(db, week, now).await? {
                Built::Report(report, quiet) => (report, quiet),
                Built::Nothing(outcome) => {
                    tracing::info!(%week, kind = %self.kind, "gap report: {outcome}");
                    return Ok(outcome);
                }
            },
        };
        let began = Instant::now();
        let outcome = ReportOutcome { quiet, ..self.deliver(db, &report, now, process).await? };
        if self.kind == ReportKind::Midweek {
            return Ok(outcome);
        }
        // After a run of several minutes, a claim counted from `now` could already have expired.
        let later = (now + began.elapsed()).trunc_subsecs(6);
        if !self.summarise(db, week, &report, &outcome, later).await? {
            return Ok(outcome);
        }
        let summarised = self.deliver(db, &report, later, process).await?;
        Ok(ReportOutcome { sent_now: outcome.sent_now + summarised.sent_now, ..summarised })
    }

    /// Builds and renders the report from the newest snapshot of its day, without writing or sending anything.
    ///
    /// # Errors
    ///
    /// [`ReportError::NoSnapshot`] if that day has no snapshot, otherwise as [`run`](Self::run).
    pub async fn dry_run(&self, db: &DatabaseConnection, week: IsoWeek) -> Result<Vec<Preview>, ReportError> {
        let (current, previous) = match store::find(db, week, self.kind).await? {
            Some(report) => pinned(db, &report).await?,
            None => {
                let day = self.kind.day(week);
                let newest = entity::store::snapshot::newest_of(db, day).await?;
                (newest.ok_or(ReportError::NoSnapshot(day))?, self.compared_with(db, week).await?)
            }
        };
        let trees = ComparedTrees::load(db, &current, previous.as_ref()).await?;
        let edition = self.edition(db, week, &trees).await?;
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

    /// Builds the week's report and stores it with its mails.
    async fn build(&self, db: &DatabaseConnection, week: IsoWeek, now: DateTime<Utc>) -> Result<Built, ReportError> {
        let is_midweek = self.kind == ReportKind::Midweek;
        if is_midweek && !report_preference::is_midweek_wanted(db).await? {
            return Ok(Built::Nothing(ReportOutcome::idle(Idle::NotChosen)));
        }
        let previous = self.compared_with(db, week).await?;
        if is_midweek && previous.is_none() {
            return Ok(Built::Nothing(ReportOutcome::idle(Idle::NoWeeklyReport)));
        }
        let current = ensure_snapshot(db, self.kind.day(week), self.limit, now).await?;
        let trees = ComparedTrees::load(db, &current, previous.as_ref()).await?;
        let edition = self.edition(db, week, &trees).await?;
        if is_midweek && edition.recipients.is_empty() {
            let idle = if edition.quiet() == 0 { Idle::NotChosen } else { Idle::NothingNew };
            return Ok(Built::Nothing(ReportOutcome { quiet: edition.quiet(), ..ReportOutcome::idle(idle) }));
        }
        Ok(Built::Report(self.store_report(db, &edition, now).await?, edition.quiet()))
    }

    /// Returns the key of this job's report of a week.
    const fn key(&self, week: IsoWeek) -> ReportKey {
        ReportKey { week, kind: self.kind }
    }

    /// Returns how many recipients chose this existing report and had nothing new in it. 0 for a weekly report.
    async fn quiet(&self, db: &DatabaseConnection, week: IsoWeek, report: &report::Model) -> Result<u64, ReportError> {
        match self.kind {
            ReportKind::Weekly => Ok(0),
            ReportKind::Midweek => {
                let trees = ComparedTrees::pinned(db, report).await?;
                Ok(self.edition(db, week, &trees).await?.quiet())
            }
        }
    }

    /// Stores the report and its mails, unless another process has already done so.
    async fn store_report(
        &self,
        db: &DatabaseConnection,
        edition: &Edition<'_>,
        now: DateTime<Utc>,
    ) -> Result<report::Model, ReportError> {
        let week = edition.week;
        let mut mails = Vec::new();
        for recipient in &edition.recipients {
            if let Key::Unit(unit) = recipient.key {
                tracing::error!(%week, unit = %unit, "a unit's report has no recipient; appoint a senior manager or a coordinator with a work e-mail");
            }
            mails.extend(self.mails(edition, recipient)?);
        }
        let ComparedTrees { current, previous } = edition.trees;
        let new = NewReport {
            week,
            kind: self.kind,
            snapshot_id: current.id,
            previous_snapshot_id: previous.as_ref().map(|tree| tree.id),
            built_at: now,
            mails,
        };
        store::write_once(db, new).await?;
        // This report, or that of a process that was quicker: the same week and kind either way.
        Ok(store::find(db, week, self.kind).await?.ok_or_else(|| DbErr::RecordNotFound(format!("report {week}")))?)
    }

    /// Looks for recipients of units that had none. A recipient who was appointed since gets the mail of that unit, with the
    /// figures of the report's own snapshots. A person who already has a mail of this report gets no second one: such a unit
    /// keeps having no recipient, and the outcome of the run still counts it.
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
        let trees = ComparedTrees::pinned(db, report).await?;
        let edition = self.edition(db, week, &trees).await?;
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
}

/// The result of building a report.
enum Built {
    /// The stored report, and the number of recipients who chose it and had nothing new in it.
    Report(report::Model, u64),
    /// There was nothing to send, and nothing was written.
    Nothing(ReportOutcome),
}

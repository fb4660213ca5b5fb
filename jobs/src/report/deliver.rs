//! Sends the mails of a report from the outbox, and counts them.

use chrono::{DateTime, Utc};
use entity::json_column::{MailUnit, MailUnits};
use entity::store::delivery::Batch;
use entity::store::report::{self as store, NewDelivery};
use entity::store::run::job_of;
use entity::table::{delivery, report};
use entity::value::{Action, DeliveryKind, ReportKind};
use sea_orm::{DatabaseConnection, DbErr};

use super::recipients::{Answer, Copied, Key, Recipient};
use super::render::Rendered;
use super::{GapReport, ReportError, ReportKey, ReportOutcome};
use crate::mail::outbox::{Mailing, Outbox, Sent};
use crate::mail::{Email, Process};

/// Returns the row of a recipient's mail.
pub(super) fn new_delivery(recipient: &Recipient, rendered: Rendered, report: ReportKey, domain: &str) -> NewDelivery {
    let Rendered { subject, text, html, csv } = rendered;
    NewDelivery {
        kind: DeliveryKind::Report,
        owner_id: None,
        recipient: recipient.key.to_string(),
        person_id: match recipient.key {
            Key::Person(person) => Some(person),
            Key::Unit(_) => None,
        },
        address: recipient.address.clone(),
        units: units_of(recipient, |answer| answer.why.to_string()),
        subject,
        message_id: message_id(report, &recipient.key.to_string(), domain),
        text_part: text,
        html_part: html,
        csv_part: csv,
    }
}

/// Returns the row of a copy of a recipient's mail.
pub(super) fn new_copy(
    copied: &Copied,
    recipient: &Recipient,
    rendered: Rendered,
    report: ReportKey,
    domain: &str,
) -> NewDelivery {
    let key = copied.key();
    let why = "the recipient of this report asked to send you a copy";
    NewDelivery {
        kind: DeliveryKind::Copy,
        person_id: Some(copied.person),
        owner_id: Some(copied.owner),
        address: Some(copied.address.clone()),
        units: units_of(recipient, |_| why.to_owned()),
        message_id: message_id(report, &key, domain),
        recipient: key,
        ..new_delivery(recipient, rendered, report, domain)
    }
}

fn units_of(recipient: &Recipient, why: impl Fn(&Answer) -> String) -> MailUnits {
    let unit = |answer: &Answer| MailUnit { code: answer.code.clone(), name: answer.name.clone(), why: why(answer) };
    MailUnits(recipient.answers.iter().map(unit).collect())
}

/// Returns the Message-ID, which is the same for every attempt, so that a mail program shows a repeated mail once.
fn message_id(ReportKey { week, kind }: ReportKey, key: &str, domain: &str) -> String {
    format!("{}.{week}.{}@{domain}", job_of(kind), key.replace(':', "-"))
}

/// The mails of one report.
struct ReportMails<'a> {
    job: &'a GapReport,
    report: &'a report::Model,
    db: &'a DatabaseConnection,
}

impl GapReport {
    /// Sends every mail of the report that is due. When the process stops, started attempts are completed and no further one is
    /// started.
    pub(super) async fn deliver(
        &self,
        db: &DatabaseConnection,
        report: &report::Model,
        now: DateTime<Utc>,
        process: &Process,
    ) -> Result<ReportOutcome, ReportError> {
        let mails = ReportMails { job: self, report, db };
        let Sent { sent_now, relay_refuses } = self.outbox(db).send(&mails, now, process).await?;
        let tally = store::tally(db, report.id).await?;
        let outcome = ReportOutcome {
            sent_now,
            sent: tally.sent,
            waiting: tally.waiting,
            others_waiting: tally.others_waiting,
            next_attempt_at: tally.next_attempt_at,
            refused: tally.refused,
            unusable: if tally.refused > 0 { super::load::unusable_addresses(db, report.id).await? } else { 0 },
            unaddressed: tally.unaddressed,
            relay_refuses,
            quiet: 0,
            idle: None,
        };
        tracing::info!(week = %report.week, kind = %report.kind, "gap report: {outcome}");
        Ok(outcome)
    }

    pub(super) const fn outbox<'a>(&'a self, db: &'a DatabaseConnection) -> Outbox<'a> {
        Outbox { db, mailer: &self.mailer, from: &self.from }
    }
}

#[async_trait::async_trait]
impl Mailing for ReportMails<'_> {
    fn name(&self) -> String {
        format!("{} {}", job_of(self.report.kind), self.report.week)
    }

    fn batch(&self) -> Batch {
        Batch::Report(self.report.id)
    }

    fn action(&self) -> Action {
        Action::ReportSent
    }

    fn named(&self, recipient: &str) -> serde_json::Value {
        store::named(self.report, recipient)
    }

    fn counts(&self, kind: DeliveryKind) -> bool {
        kind == DeliveryKind::Report
    }

    async fn email(&self, mail: delivery::Model) -> Result<Email, DbErr> {
        let name = match mail.person_id {
            Some(person) => super::load::contact(self.db, person).await?.name,
            None => None,
        };
        let (job, report) = (self.job, self.report);
        let unit = mail.units.0.first().map_or("report", |unit| unit.code.as_str());
        let midweek = match report.kind {
            ReportKind::Weekly => "",
            ReportKind::Midweek => "-midweek",
        };
        Ok(Email {
            from: job.from.clone(),
            reply_to: job.setting.coordinator.email.clone(),
            list: match mail.kind {
                DeliveryKind::Report | DeliveryKind::Copy | DeliveryKind::Register => job_of(report.kind),
                DeliveryKind::RunSummary => "gap-report-run",
            },
            to_name: name,
            to: mail.address.unwrap_or_default(),
            subject: mail.subject,
            message_id: mail.message_id,
            date: report.built_at,
            text: mail.text_part,
            html: mail.html_part,
            csv: mail.csv_part,
            csv_name: format!("peer-support-{}.csv", report.week),
            file_stem: format!("{}{midweek}_{unit}_{}", report.week, mail.recipient.replace(':', "-")),
        })
    }
}

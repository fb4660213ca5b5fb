//! Sends stored mails until they are accepted, and never again once the acceptance is recorded.
//!
//! Each attempt is claimed first, so that two processes never send the same mail at the same time, and its outcome is
//! recorded immediately after the server's answer. After a crash between the two, the claim expires and the mail is repeated
//! with the same Message-ID. SMTP allows no stronger guarantee than this: a mail is never lost, and never sent again once its
//! acceptance is recorded. While an acceptance cannot be recorded, no further mail is started.

use chrono::{DateTime, TimeDelta, Utc};
use entity::id::DeliveryId;
use entity::json_column::{MailUnit, MailUnits};
use entity::store::audit;
use entity::store::report::{self as store, AttemptOutcome, NewDelivery};
use entity::store::run::job_of;
use entity::table::{delivery, report};
use entity::value::{DeliveryKind, ReportKind};
use futures_util::StreamExt as _;
use sea_orm::{DatabaseConnection, DbErr};

use super::outcome::RELAY_REFUSES;
use super::recipients::{Answer, Copied, Key, Recipient};
use super::refusal::{self, Refusal};
use super::render::Rendered;
use super::sending::{Process, Sending};
use super::{GapReport, ReportError, ReportKey, ReportOutcome};
use crate::mail::{Email, SendError, mask};
use crate::retry::MAIL;

/// Number of mails sent at the same time: enough that one slow answer does not delay the rest, few enough for any server.
const AT_ONCE: usize = 4;

/// How long a claim is valid: much longer than the time limit of a mail.
const CLAIM: TimeDelta = TimeDelta::minutes(10);

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

/// The outcome of an attempt to send one mail.
enum Attempt {
    /// Not started, because another process has claimed the mail or no further mail is to be started.
    NotStarted,
    Accepted(DeliveryKind),
    Postponed,
    /// Refused permanently. Recorded as postponed until all answers of the run are known.
    Refused(Box<(delivery::Model, Refusal)>),
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
        // A mail whose acceptance cannot be recorded would be sent repeatedly.
        if audit::head(db).await?.is_none() {
            return Err(ReportError::AuditBroken);
        }
        let sending = Sending::new(db, report, process, now);
        let due = store::due(db, report.id, now).await?;
        let attempts: Vec<Result<Attempt, DbErr>> = futures_util::stream::iter(due)
            .map(|id| self.attempt(&sending, id))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let (mut taken, mut sent_now, mut refused, mut fault) = (0, 0, Vec::new(), None);
        for attempt in attempts {
            match attempt {
                Ok(Attempt::NotStarted | Attempt::Postponed) => {}
                Ok(Attempt::Accepted(kind)) => {
                    taken += 1;
                    sent_now += u64::from(kind == DeliveryKind::Report);
                }
                Ok(Attempt::Refused(answered)) => refused.push(*answered),
                Err(error) => fault = Some(error),
            }
        }
        // Only reports: several copies to addresses of one host that no longer exists are not an outage of the mail server.
        let reports = refused.iter().filter(|(mail, _)| mail.kind == DeliveryKind::Report);
        let relay_refuses = refusal::is_about_relay(taken, reports.map(|(_, refusal)| refusal.said.as_str()));
        self.record_refused(&sending, refused, relay_refuses).await?;
        if let Some(error) = fault {
            return Err(error.into());
        }
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

    /// Attempts to send one mail.
    async fn attempt(&self, sending: &Sending<'_>, id: DeliveryId) -> Result<Attempt, DbErr> {
        if !sending.may_start() {
            return Ok(Attempt::NotStarted);
        }
        let (db, report, at) = (sending.db, sending.report, sending.clock());
        let Some(mail) = store::claim(db, id, at, at + CLAIM).await? else { return Ok(Attempt::NotStarted) };
        let attempts = mail.attempts;
        let shown = mask(mail.address.as_deref().unwrap_or_default());
        let answer = self.mailer.send(&self.email(report, mail.clone(), db).await?).await;
        let refusal = match &answer {
            Err(SendError::Refused(said)) => Some(Refusal { attempt: attempts, said: said.clone() }),
            Ok(_) | Err(SendError::Retry(_) | SendError::Unknown(_)) => None,
        };
        let settled = delivery_result(answer, attempts, sending.clock(), &self.relay());
        let sent = matches!(settled, AttemptOutcome::Sent { .. });
        match &settled {
            AttemptOutcome::Sent { .. } => {
                tracing::debug!(week = %report.week, delivery = %id, to = shown, "mail accepted");
            }
            AttemptOutcome::Retrying { next_attempt_at, .. } => {
                tracing::warn!(week = %report.week, delivery = %id, to = shown, attempts, %next_attempt_at, "mail not accepted; retrying");
            }
            AttemptOutcome::Refused { .. } => {
                tracing::error!(week = %report.week, delivery = %id, to = shown, attempts, "mail not accepted for three days; no further attempt");
            }
        }
        let given_up = matches!(settled, AttemptOutcome::Refused { .. });
        sending.record(&mail, settled).await?;
        Ok(match refusal {
            Some(refusal) if !given_up => Attempt::Refused(Box::new((mail, refusal))),
            _ if sent => Attempt::Accepted(mail.kind),
            _ => Attempt::Postponed,
        })
    }

    /// Records mails that were refused permanently. If the server refuses every mail in the same way, the operator can
    /// correct the settings, as in an outage, so the mails are retried, all at the same time so that they are compared again.
    /// Otherwise they are not retried.
    async fn record_refused(
        &self,
        sending: &Sending<'_>,
        refused: Vec<(delivery::Model, Refusal)>,
        relay_refuses: bool,
    ) -> Result<(), DbErr> {
        let week = &sending.report.week;
        let most = refused.iter().map(|(_, refusal)| refusal.attempt).max().unwrap_or_default();
        let together = MAIL.after(most).filter(|_| relay_refuses).map(|wait| sending.clock() + wait);
        if relay_refuses {
            tracing::error!(%week, mails = refused.len(), "{RELAY_REFUSES}");
        }
        for (mail, Refusal { said: error, .. }) in refused {
            let shown = mask(mail.address.as_deref().unwrap_or_default());
            let settled = match together {
                Some(next_attempt_at) => AttemptOutcome::Retrying { next_attempt_at, error },
                None => {
                    tracing::error!(%week, delivery = %mail.id, to = shown, "mail refused permanently");
                    AttemptOutcome::Refused { error, by: self.relay() }
                }
            };
            // The attempt is already recorded and its claim released, so try to record the refusal for at most one minute, the
            // time until the next attempt.
            let mail = delivery::Model { next_attempt_at: Some(sending.clock() + TimeDelta::minutes(1)), ..mail };
            sending.record(&mail, settled).await?;
        }
        Ok(())
    }

    /// Returns the mail server and the sender. A refused mail is sent again when either has changed.
    pub(super) fn relay(&self) -> String {
        format!("{} from {}", self.mailer.name(), self.from)
    }

    async fn email(
        &self,
        report: &report::Model,
        mail: delivery::Model,
        db: &DatabaseConnection,
    ) -> Result<Email, DbErr> {
        let name = match mail.person_id {
            Some(person) => super::load::contact(db, person).await?.name,
            None => None,
        };
        let unit = mail.units.0.first().map_or("report", |unit| unit.code.as_str());
        let midweek = match report.kind {
            ReportKind::Weekly => "",
            ReportKind::Midweek => "-midweek",
        };
        Ok(Email {
            from: self.from.clone(),
            reply_to: self.setting.coordinator.email.clone(),
            list: match mail.kind {
                DeliveryKind::Report | DeliveryKind::Copy => job_of(report.kind),
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

/// Returns how to record an answer. A permanent refusal is postponed until the answers to the other mails are known.
fn delivery_result(
    answer: Result<crate::mail::Accepted, SendError>,
    attempts: i32,
    at: DateTime<Utc>,
    relay: &str,
) -> AttemptOutcome {
    match answer {
        Ok(accepted) => {
            AttemptOutcome::Sent { at, stored_at: accepted.stored_at.map(|path| path.display().to_string()) }
        }
        Err(SendError::Refused(error) | SendError::Retry(error) | SendError::Unknown(error)) => {
            match MAIL.after(attempts) {
                Some(wait) => AttemptOutcome::Retrying { next_attempt_at: at + wait, error },
                None => AttemptOutcome::Refused {
                    error: format!("given up after {attempts} attempts; the last one: {error}"),
                    by: relay.to_owned(),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use entity::store::report::AttemptOutcome;

    use super::delivery_result;
    use crate::mail::{Accepted, SendError};

    #[test]
    fn repeats_an_unknown_outcome_and_keeps_the_last_error() {
        let at = "2026-11-23T07:00:00Z".parse().unwrap();
        let unknown = || Err(SendError::Unknown("connection lost".to_owned()));
        let soon = |error: &str| AttemptOutcome::Retrying {
            next_attempt_at: at + TimeDelta::minutes(1),
            error: error.to_owned(),
        };
        assert_eq!(delivery_result(unknown(), 1, at, "relay"), soon("connection lost"));
        let last = delivery_result(unknown(), 23, at, "relay");
        assert!(
            matches!(last, AttemptOutcome::Refused { error, by } if error.contains("23 attempts") && by == "relay")
        );
        assert_eq!(delivery_result(Err(SendError::Refused("550".to_owned())), 1, at, "relay"), soon("550"));
        let taken = Ok(Accepted { stored_at: None });
        assert_eq!(delivery_result(taken, 9, at, "relay"), AttemptOutcome::Sent { at, stored_at: None });
    }
}

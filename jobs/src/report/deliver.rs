//! Mails that are written down, sent until they are taken, and never again once that is recorded.
//!
//! Each attempt is claimed first, so two processes never try the same mail at once, and settled at once after the server's answer. A
//! crash between the two leaves the claim, which runs out; the mail is then repeated with the same Message-ID. That is the
//! promise, for SMTP allows no better: never lost, never sent again once accepted is recorded.

use std::time::Instant;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use entity::id::DeliveryId;
use entity::period::IsoWeek;
use entity::store::audit;
use entity::store::report::{self as store, Attempted, NewDelivery, Settled};
use entity::table::{delivery, report};
use futures_util::StreamExt as _;
use sea_orm::{DatabaseConnection, DbErr};

use super::recipients::{Key, Recipient};
use super::render::Rendered;
use super::{GapReport, Outcome, ReportError};
use crate::mail::{Email, SendError, mask};

/// Mails on their way at once: enough that one slow answer does not hold up the rest, few enough for any server.
const AT_ONCE: usize = 4;

/// How long a claim holds: well beyond any mail's deadline.
const CLAIM: TimeDelta = TimeDelta::minutes(10);

/// Tries to record an acceptance; only the database's absence makes more than one needed, and a lost record is a repeated mail.
const RECORD_TRIES: u32 = 3;

/// How long to wait after so many attempts that failed; nothing when it is time to give up, after three days.
///
/// | attempts | wait |
/// |---|---|
/// | 1 | 1 minute |
/// | 2 | 5 minutes |
/// | 3 | 15 minutes |
/// | 4 | 1 hour |
/// | 5 to 22 | 4 hours |
/// | 23 | give up |
#[must_use]
pub fn back_off(attempts: i32) -> Option<TimeDelta> {
    match attempts {
        ..=1 => Some(TimeDelta::minutes(1)),
        2 => Some(TimeDelta::minutes(5)),
        3 => Some(TimeDelta::minutes(15)),
        4 => Some(TimeDelta::hours(1)),
        5..=22 => Some(TimeDelta::hours(4)),
        23.. => None,
    }
}

/// A recipient's mail as its row.
pub(super) fn to_write(recipient: &Recipient, rendered: Rendered, week: IsoWeek, domain: &str) -> NewDelivery {
    let Rendered { subject, text, html, csv } = rendered;
    let units: Vec<_> = recipient
        .answers
        .iter()
        .map(|answer| serde_json::json!({ "code": answer.code, "name": answer.name, "why": answer.why.to_string() }))
        .collect();
    NewDelivery {
        recipient: recipient.key.to_string(),
        person_id: match recipient.key {
            Key::Person(person) => Some(person),
            Key::Unit(_) => None,
        },
        address: recipient.address.clone(),
        units: serde_json::Value::Array(units),
        subject,
        message_id: message_id(week, recipient.key, domain),
        text_part: text,
        html_part: html,
        csv_part: csv,
    }
}

/// The same for every attempt, by which a mail program shows a repeated mail once.
fn message_id(week: IsoWeek, key: Key, domain: &str) -> String {
    format!("gap-report.{week}.{}@{domain}", key.to_string().replace(':', "-"))
}

impl GapReport {
    /// Sends every mail of the report that is due.
    pub(super) async fn deliver(
        &self,
        db: &DatabaseConnection,
        report: &report::Model,
        now: DateTime<Utc>,
    ) -> Result<Outcome, ReportError> {
        // A run may take an hour: claims and records need the instant at which they are made.
        let started = Instant::now();
        // In whole microseconds: PostgreSQL keeps no more.
        let clock = || (now + started.elapsed()).trunc_subsecs(6);
        // A mail whose acceptance cannot be recorded would be sent again and again.
        if audit::head(db).await?.is_none() {
            return Err(ReportError::AuditBroken);
        }
        let due = store::due(db, report.id, now).await?;
        let attempts: Vec<Result<bool, DbErr>> = futures_util::stream::iter(due)
            .map(|id| self.attempt(db, report, id, &clock))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut sent_now = 0;
        for attempt in attempts {
            sent_now += u64::from(attempt?);
        }
        let tally = store::tally(db, report.id).await?;
        let outcome = Outcome {
            sent_now,
            sent: tally.sent,
            waiting: tally.waiting,
            next_attempt_at: tally.next_attempt_at,
            refused: tally.refused,
            unusable: if tally.refused > 0 { super::load::unusable(db, report.id).await? } else { 0 },
            unaddressed: tally.unaddressed,
        };
        tracing::info!(week = %report.week, "gap report: {outcome}");
        Ok(outcome)
    }

    /// One attempt at one mail; whether it was taken.
    async fn attempt(
        &self,
        db: &DatabaseConnection,
        report: &report::Model,
        id: DeliveryId,
        clock: &impl Fn() -> DateTime<Utc>,
    ) -> Result<bool, DbErr> {
        let at = clock();
        let Some(mail) = store::claim(db, id, at, at + CLAIM).await? else { return Ok(false) };
        let (attempts, recipient) = (mail.attempts, mail.recipient.clone());
        let shown = mask(mail.address.as_deref().unwrap_or_default());
        let answer = self.mailer.send(&self.email(report, mail, db).await?).await;
        let settled = settled(answer, attempts, clock());
        match &settled {
            Settled::Sent { .. } => tracing::debug!(week = %report.week, delivery = %id, to = shown, "mail taken"),
            Settled::Retrying { next_attempt_at, .. } => {
                tracing::warn!(week = %report.week, delivery = %id, to = shown, attempts, %next_attempt_at, "mail not taken, will be tried again");
            }
            Settled::Refused { .. } => {
                tracing::error!(week = %report.week, delivery = %id, to = shown, attempts, "mail refused for good");
            }
        }
        let sent = matches!(settled, Settled::Sent { .. });
        let mut tries = 1;
        let attempted = Attempted { id, week: &report.week, recipient: &recipient };
        while let Err(error) = store::settle(db, attempted, settled.clone()).await {
            if tries == RECORD_TRIES {
                return Err(error);
            }
            tries += 1;
        }
        Ok(sent)
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
        let unit = mail.units.pointer("/0/code").and_then(serde_json::Value::as_str).unwrap_or("report");
        Ok(Email {
            from: self.from.clone(),
            to_name: name,
            to: mail.address.unwrap_or_default(),
            subject: mail.subject,
            message_id: mail.message_id,
            date: report.built_at,
            text: mail.text_part,
            html: mail.html_part,
            csv: mail.csv_part,
            csv_name: format!("peer-support-{}.csv", report.week),
            file_stem: format!("{}_{unit}_{}", report.week, mail.recipient.replace(':', "-")),
        })
    }
}

/// What an answer means for the row.
fn settled(answer: Result<crate::mail::Accepted, SendError>, attempts: i32, at: DateTime<Utc>) -> Settled {
    match answer {
        Ok(accepted) => Settled::Sent { at, stored_at: accepted.stored_at.map(|path| path.display().to_string()) },
        Err(SendError::Refused(error)) => Settled::Refused { error },
        Err(SendError::Retry(error) | SendError::Unknown(error)) => match back_off(attempts) {
            Some(wait) => Settled::Retrying { next_attempt_at: at + wait, error },
            None => Settled::Refused { error: format!("given up after {attempts} attempts; the last one: {error}") },
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use entity::store::report::Settled;

    use super::{back_off, settled};
    use crate::mail::{Accepted, SendError};

    #[test]
    fn the_waits_add_up_to_three_days_and_then_end() {
        let total: TimeDelta = (1..).map_while(back_off).fold(TimeDelta::zero(), |sum, wait| sum + wait);
        assert_eq!(total, TimeDelta::hours(72) + TimeDelta::minutes(81));
        assert_eq!(back_off(23), None);
    }

    #[test]
    fn an_unknown_end_is_repeated_and_the_last_failure_is_told() {
        let at = "2026-11-23T07:00:00Z".parse().unwrap();
        let unknown = || Err(SendError::Unknown("connection lost".to_owned()));
        assert_eq!(
            settled(unknown(), 1, at),
            Settled::Retrying { next_attempt_at: at + TimeDelta::minutes(1), error: "connection lost".to_owned() }
        );
        assert!(matches!(settled(unknown(), 23, at), Settled::Refused { error } if error.contains("23 attempts")));
        assert_eq!(
            settled(Err(SendError::Refused("550".to_owned())), 1, at),
            Settled::Refused { error: "550".to_owned() }
        );
        assert_eq!(settled(Ok(Accepted { stored_at: None }), 9, at), Settled::Sent { at, stored_at: None });
    }
}

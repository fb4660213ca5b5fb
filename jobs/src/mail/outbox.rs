//! Sends stored mails until they are accepted, and never again once the acceptance is recorded.
//!
//! Each attempt is claimed first, so that two processes never send the same mail at the same time, and its outcome is
//! recorded immediately after the server's answer. After a crash between the two, the claim expires and the mail is repeated
//! with the same Message-ID. SMTP allows no stronger guarantee than this: a mail is never lost, and never sent again once its
//! acceptance is recorded. While an acceptance cannot be recorded, no further mail is started.

use chrono::{DateTime, TimeDelta, Utc};
use entity::id::DeliveryId;
use entity::store::audit;
use entity::store::delivery::{self as store, AttemptOutcome};
use entity::table::delivery;
use entity::value::DeliveryKind;
use futures_util::StreamExt as _;
use sea_orm::{DatabaseConnection, DbErr};

use super::refusal::{self, Refusal};
pub(crate) use super::sending::Mailing;
use super::sending::{Process, Sending};
use super::{Mailbox, Mailer, SendError, mask};
use crate::retry::MAIL;

/// Number of mails sent at the same time: enough that one slow answer does not delay the rest, few enough for any server.
const AT_ONCE: usize = 4;

/// How long a claim is valid: much longer than the time limit of a mail.
const CLAIM: TimeDelta = TimeDelta::minutes(10);

/// The message for the operator if the mail server refuses every mail of a run.
pub(crate) const RELAY_REFUSES: &str =
    "the mail server refuses every mail: check SMTP_URL, MAIL_FROM and which senders the server accepts";

/// Sends mails through one server, from one sender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outbox<'a> {
    pub(crate) db: &'a DatabaseConnection,
    pub(crate) mailer: &'a Mailer,
    pub(crate) from: &'a Mailbox,
}

/// The result of sending the mails that were due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Number of accepted mails that count.
    pub(crate) sent_now: u64,
    /// Whether the mail server refused every mail in the same way. They are retried.
    pub(crate) relay_refuses: bool,
}

/// Why no mails were sent, or an outcome was not recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboxError {
    /// The audit log cannot be written.
    #[error("the audit log cannot be written, so no mail was sent; run `psn audit verify`")]
    AuditBroken,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
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

impl Outbox<'_> {
    /// Sends every mail of the mailing that is due. When the process stops, started attempts are completed and no further one
    /// is started.
    ///
    /// # Errors
    ///
    /// [`OutboxError`]. A failed mail is not an error.
    pub(crate) async fn send(
        &self,
        mailing: &dyn Mailing,
        now: DateTime<Utc>,
        process: &Process,
    ) -> Result<Sent, OutboxError> {
        let db = self.db;
        // A mail whose acceptance cannot be recorded would be sent repeatedly.
        if audit::head(db).await?.is_none() {
            return Err(OutboxError::AuditBroken);
        }
        let sending = Sending::new(db, mailing, process, now);
        let due = store::due(db, mailing.batch(), now).await?;
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
                    sent_now += u64::from(mailing.counts(kind));
                }
                Ok(Attempt::Refused(answered)) => refused.push(*answered),
                Err(error) => fault = Some(error),
            }
        }
        // Several copies to addresses of one host that no longer exists are not an outage of the mail server.
        let counted = refused.iter().filter(|(mail, _)| mailing.counts(mail.kind));
        let relay_refuses = refusal::is_about_relay(taken, counted.map(|(_, refusal)| refusal.said.as_str()));
        self.record_refused(&sending, refused, relay_refuses).await?;
        match fault {
            Some(error) => Err(error.into()),
            None => Ok(Sent { sent_now, relay_refuses }),
        }
    }

    /// Attempts to send one mail.
    async fn attempt(&self, sending: &Sending<'_>, id: DeliveryId) -> Result<Attempt, DbErr> {
        if !sending.may_start() {
            return Ok(Attempt::NotStarted);
        }
        let (db, name, at) = (sending.db, sending.mailing.name(), sending.clock());
        let Some(mail) = store::claim(db, id, at, at + CLAIM).await? else { return Ok(Attempt::NotStarted) };
        let attempts = mail.attempts;
        let shown = mask(mail.address.as_deref().unwrap_or_default());
        let answer = self.mailer.send(&sending.mailing.email(mail.clone()).await?).await;
        let refusal = match &answer {
            Err(SendError::Refused(said)) => Some(Refusal { attempt: attempts, said: said.clone() }),
            Ok(_) | Err(SendError::Retry(_) | SendError::Unknown(_)) => None,
        };
        let settled = delivery_result(answer, attempts, sending.clock(), &self.relay());
        let sent = matches!(settled, AttemptOutcome::Sent { .. });
        match &settled {
            AttemptOutcome::Sent { .. } => {
                tracing::debug!(mailing = name, delivery = %id, to = shown, "mail accepted");
            }
            AttemptOutcome::Retrying { next_attempt_at, .. } => {
                tracing::warn!(mailing = name, delivery = %id, to = shown, attempts, %next_attempt_at, "mail not accepted; retrying");
            }
            AttemptOutcome::Refused { .. } => {
                tracing::error!(mailing = name, delivery = %id, to = shown, attempts, "mail not accepted for three days; no further attempt");
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
        let mailing = sending.mailing.name();
        let most = refused.iter().map(|(_, refusal)| refusal.attempt).max().unwrap_or_default();
        let together = MAIL.after(most).filter(|_| relay_refuses).map(|wait| sending.clock() + wait);
        if relay_refuses {
            tracing::error!(mailing, mails = refused.len(), "{RELAY_REFUSES}");
        }
        for (mail, Refusal { said: error, .. }) in refused {
            let shown = mask(mail.address.as_deref().unwrap_or_default());
            let settled = match together {
                Some(next_attempt_at) => AttemptOutcome::Retrying { next_attempt_at, error },
                None => {
                    tracing::error!(mailing, delivery = %mail.id, to = shown, "mail refused permanently");
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
    pub(crate) fn relay(&self) -> String {
        format!("{} from {}", self.mailer.name(), self.from)
    }
}

/// Returns how to record an answer. A permanent refusal is postponed until the answers to the other mails are known.
fn delivery_result(
    answer: Result<super::Accepted, SendError>,
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
    use entity::store::delivery::AttemptOutcome;

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

//! The outcome of a run.

use chrono::{DateTime, Utc};

use crate::mail::outbox::RELAY_REFUSES;

/// The outcome of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegisterMailOutcome {
    /// Mails made in this run.
    pub made: u64,
    /// Mails that were due to people without a current post or a work e-mail.
    pub without_address: u64,
    /// Mails accepted in this run.
    pub sent_now: u64,
    /// Mails that wait for another attempt.
    pub waiting: u64,
    /// When the first of them is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Mails of the day that were refused permanently.
    pub refused: u64,
    /// Whether the mail server refused every mail of this run in the same way. They are retried.
    pub relay_refuses: bool,
}

/// Writes one sentence without personal data, for the ledger.
impl std::fmt::Display for RegisterMailOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { made: _, without_address, sent_now, waiting, next_attempt_at, refused, relay_refuses } = self;
        write!(f, "{sent_now} sent in this run")?;
        if *waiting > 0 {
            write!(f, ", {waiting} waiting")?;
        }
        if let Some(at) = next_attempt_at.filter(|_| *waiting > 0) {
            write!(f, " until {}", at.format("%Y-%m-%d %H:%M UTC"))?;
        }
        if *refused > 0 {
            write!(f, ", {refused} of today refused")?;
        }
        if *without_address > 0 {
            write!(f, ", {without_address} not made because the person has no current post or work e-mail")?;
        }
        if *relay_refuses {
            write!(f, "; {RELAY_REFUSES}")?;
        }
        Ok(())
    }
}

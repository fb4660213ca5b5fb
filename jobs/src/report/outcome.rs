//! The outcome of a week's mails.

use chrono::{DateTime, Utc};

use crate::mail::outbox::RELAY_REFUSES;

/// The outcome of a week's mails up to now. Copies and run summaries are counted in `others_waiting` only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportOutcome {
    /// Mails accepted in this run.
    pub sent_now: u64,
    /// Mails accepted in this run and before.
    pub sent: u64,
    /// Mails that wait for another attempt.
    pub waiting: u64,
    /// Copies and run summaries that wait for another attempt.
    pub others_waiting: u64,
    /// When the first mail that waits is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Mails refused permanently.
    pub refused: u64,
    /// Those of them whose address is not valid.
    pub unusable: u64,
    /// Units without a recipient.
    pub unaddressed: u64,
    /// Whether the mail server refused every mail of this run in the same way. They are retried.
    pub relay_refuses: bool,
    /// Recipients who chose a midweek report and had nothing new in it. 0 for a weekly report.
    pub quiet: u64,
    /// Why no report was made. `None` if one was.
    pub idle: Option<Idle>,
}

/// Why no midweek report was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// No recipient chose a midweek report.
    NotChosen,
    /// No weekly report was mailed before, so there is nothing to compare with.
    NoWeeklyReport,
    /// No recipient who chose it has anything new in it.
    NothingNew,
}

/// Writes a sentence for the ledger, without a full stop.
impl std::fmt::Display for Idle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotChosen => "nothing to send: no recipient chose a midweek report",
            Self::NoWeeklyReport => "nothing to send: there is no weekly report to compare with",
            Self::NothingNew => "nothing to send",
        })
    }
}

impl ReportOutcome {
    /// Returns the outcome of a run that made no report.
    pub(super) fn idle(why: Idle) -> Self {
        Self { idle: Some(why), ..Self::default() }
    }

    /// Whether mails of any kind wait for another attempt.
    #[must_use]
    pub const fn waits(self) -> bool {
        self.waiting + self.others_waiting > 0
    }

    /// Whether an operator has to act: a mail will never arrive, or a unit has no recipient. An invalid address must be
    /// corrected in one person's row of a file. Each such mail is listed as refused, and the week's run does not fail because
    /// of it.
    #[must_use]
    pub const fn needs_attention(self) -> bool {
        self.refused > self.unusable || self.unaddressed > 0
    }
}

/// Writes one sentence without personal data, for the ledger.
impl std::fmt::Display for ReportOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            sent_now,
            sent,
            waiting,
            others_waiting,
            next_attempt_at,
            refused,
            unusable,
            unaddressed,
            relay_refuses,
            quiet,
            idle,
        } = self;
        match idle {
            Some(idle) => write!(f, "{idle}")?,
            None => write!(f, "{sent} sent ({sent_now} in this run)")?,
        }
        if *waiting > 0 {
            write!(f, ", {waiting} waiting")?;
        }
        if *others_waiting > 0 {
            let mails = if *others_waiting == 1 { "copy or summary" } else { "copies or summaries" };
            write!(f, ", {others_waiting} {mails} waiting")?;
        }
        if let Some(at) = next_attempt_at.filter(|_| *waiting + *others_waiting > 0) {
            write!(f, " until {}", at.format("%Y-%m-%d %H:%M UTC"))?;
        }
        if *refused > 0 {
            write!(f, ", {refused} refused")?;
        }
        if *unusable > 0 {
            write!(f, " ({unusable} because the address is not valid)")?;
        }
        if *unaddressed > 0 {
            write!(f, ", {unaddressed} {} no recipient", if *unaddressed == 1 { "unit has" } else { "units have" })?;
        }
        if *quiet > 0 {
            write!(f, ", {quiet} {} nothing new", if *quiet == 1 { "recipient had" } else { "recipients had" })?;
        }
        if *relay_refuses {
            write!(f, "; {RELAY_REFUSES}")?;
        }
        Ok(())
    }
}

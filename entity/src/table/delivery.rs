//! One mail to one recipient, as rendered, and its outcome.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{DeliveryId, MailingId, PersonId, ReportId};
use crate::json_column::MailUnits;
use crate::value::{DeliveryKind, DeliveryState};

/// One mail to one recipient, as rendered, and its outcome.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: DeliveryId,
    /// The report. `None` for a mail of the register.
    pub report_id: Option<ReportId>,
    /// The mailing of the register. `None` for a mail of a report.
    pub mailing_id: Option<MailingId>,
    /// The kind of mail.
    pub kind: DeliveryKind,
    /// Idempotency key within the report: `person:12`, or `unit:7` if unit 7 has no recipient; `run:12` or
    /// `run:coordinator` for a run summary, `copy:12:34` for a copy. A mailing of the register has one mail.
    pub recipient: String,
    /// The recipient. `None` if there is none.
    pub person_id: Option<PersonId>,
    /// The owner of the report that this is a copy of. `None` unless it is a copy.
    pub owner_id: Option<PersonId>,
    /// The e-mail address.
    pub address: Option<String>,
    /// The units that the mail is about, and why this person receives each.
    pub units: MailUnits,
    /// Subject line.
    pub subject: String,
    /// Message-ID without its angle brackets; the same for every attempt.
    pub message_id: String,
    /// Plain-text part as rendered.
    pub text_part: String,
    /// HTML part as rendered.
    pub html_part: String,
    /// Attached CSV as rendered.
    pub csv_part: String,
    /// Its state.
    pub state: DeliveryState,
    /// Number of attempts to send it.
    pub attempts: i32,
    /// When the next attempt is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When the mail server accepted it.
    pub accepted_at: Option<DateTime<Utc>>,
    /// The error of the last attempt, in one sentence.
    pub last_error: Option<String>,
    /// Path of the file, if mail is written into a folder.
    pub stored_at: Option<String>,
    /// The mail server and the sender with which it was permanently refused. `None` unless it was.
    pub refused_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

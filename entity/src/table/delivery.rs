//! One mail to one recipient, as rendered, and its outcome.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{DeliveryId, PersonId, ReportId};
use crate::value::{DeliveryKind, DeliveryState};

/// One mail to one recipient, as rendered, and its outcome.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: DeliveryId,
    /// The report.
    pub report_id: ReportId,
    /// What it is.
    pub kind: DeliveryKind,
    /// Idempotency key within the report: `person:12`, or `unit:7` if unit 7 has no recipient; `run:12` or `run:coordinator` of
    /// a run summary, `copy:12:34` of a copy.
    pub recipient: String,
    /// The recipient; absent if there is none.
    pub person_id: Option<PersonId>,
    /// Whose report it is a copy of. Null unless it is a copy.
    pub owner_id: Option<PersonId>,
    /// Where it is sent.
    pub address: Option<String>,
    /// A list of `{code, name, why}`: the units it is about, and why this person gets each.
    pub units: Json,
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
    /// Where it stands.
    pub state: DeliveryState,
    /// How often sending was tried.
    pub attempts: i32,
    /// When it is tried again.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When the mail server took it.
    pub accepted_at: Option<DateTime<Utc>>,
    /// What the last attempt met, in one sentence.
    pub last_error: Option<String>,
    /// Path of the written file where mail goes into a folder.
    pub stored_at: Option<String>,
    /// The relay and the sender with which it was refused for good. Null unless it was.
    pub refused_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

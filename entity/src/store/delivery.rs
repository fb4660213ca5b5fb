//! The rows of mails, whatever they belong to: they are stored, claimed for an attempt, and get its outcome.
//!
//! The jobs decide what a mail says and when it is retried; this module only keeps two processes, a crash and a retry
//! from interfering with each other.

mod attempt;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue, ColumnTrait as _, Condition, DatabaseTransaction, DbErr, EntityTrait as _};

use crate::id::{MailingId, PersonId, ReportId};
use crate::json_column::MailUnits;
use crate::table::delivery;
use crate::value::{DeliveryKind, DeliveryState};

pub use attempt::{AttemptOutcome, Attempted, claim, due, record};

/// A mail to be stored.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// The kind of mail.
    pub kind: DeliveryKind,
    /// Idempotency key within the report.
    pub recipient: String,
    /// The recipient. `None` if there is none; the row is then `UNADDRESSED` from the start.
    pub person_id: Option<PersonId>,
    /// The owner of the report that this is a copy of. `None` unless it is a copy.
    pub owner_id: Option<PersonId>,
    /// The e-mail address.
    pub address: Option<String>,
    /// The units that it is about.
    pub units: MailUnits,
    /// Subject line.
    pub subject: String,
    /// Message-ID without its angle brackets.
    pub message_id: String,
    /// Plain-text part.
    pub text_part: String,
    /// HTML part.
    pub html_part: String,
    /// Attached CSV.
    pub csv_part: String,
}

/// What a mail belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// A report, which has many mails.
    ToReport(ReportId),
    /// A mailing of the register, which has one.
    ToMailing(MailingId),
}

/// Mails that are sent together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// Those of a report.
    Report(ReportId),
    /// Those of the register.
    Register,
}

impl Batch {
    /// The condition on rows of `delivery`.
    #[must_use]
    pub fn condition(self) -> Condition {
        let column = match self {
            Self::Report(report) => delivery::Column::ReportId.eq(report),
            Self::Register => delivery::Column::MailingId.is_not_null(),
        };
        column.into()
    }
}

/// Stores mails that are due at once.
pub(super) async fn insert(
    txn: &DatabaseTransaction,
    belongs: Belongs,
    at: DateTime<Utc>,
    mails: Vec<NewDelivery>,
) -> Result<(), DbErr> {
    /// Number of rows per statement: each holds a whole rendered mail.
    const CHUNK: usize = 20;
    let mut rows = mails.into_iter().map(|mail| new_row(belongs, at, mail)).peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
        delivery::Entity::insert_many(chunk).exec(txn).await?;
    }
    Ok(())
}

fn new_row(belongs: Belongs, at: DateTime<Utc>, mail: NewDelivery) -> delivery::ActiveModel {
    let NewDelivery {
        kind,
        recipient,
        person_id,
        owner_id,
        address,
        units,
        subject,
        message_id,
        text_part,
        html_part,
        csv_part,
    } = mail;
    let (report_id, mailing_id) = match belongs {
        Belongs::ToReport(report) => (Some(report), None),
        Belongs::ToMailing(mailing) => (None, Some(mailing)),
    };
    let addressed = address.is_some();
    delivery::ActiveModel {
        id: ActiveValue::NotSet,
        report_id: ActiveValue::Set(report_id),
        mailing_id: ActiveValue::Set(mailing_id),
        kind: ActiveValue::Set(kind),
        recipient: ActiveValue::Set(recipient),
        person_id: ActiveValue::Set(person_id),
        owner_id: ActiveValue::Set(owner_id),
        address: ActiveValue::Set(address),
        units: ActiveValue::Set(units),
        subject: ActiveValue::Set(subject),
        message_id: ActiveValue::Set(message_id),
        text_part: ActiveValue::Set(text_part),
        html_part: ActiveValue::Set(html_part),
        csv_part: ActiveValue::Set(csv_part),
        state: ActiveValue::Set(if addressed { DeliveryState::Pending } else { DeliveryState::Unaddressed }),
        attempts: ActiveValue::Set(0),
        next_attempt_at: ActiveValue::Set(addressed.then_some(at)),
        accepted_at: ActiveValue::Set(None),
        last_error: ActiveValue::Set((!addressed).then(|| "no recipient found".to_owned())),
        stored_at: ActiveValue::Set(None),
        refused_by: ActiveValue::Set(None),
    }
}

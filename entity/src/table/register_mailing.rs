//! A mail of the register to one person: why it was sent. Its text and its outcome are its delivery.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{MailingId, PersonId};
use crate::period::Day;

/// A mail of the register to one person: why it was sent. A person gets one mail per occasion.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_mailing")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: MailingId,
    /// The person who gets it.
    pub person_id: PersonId,
    /// Why, unique per person: `digest:2026-11-16`, `change:12`, `nomination:5` for a nomination that lapsed,
    /// `lapse:7:2027-01-15:30` for an approval of allocation 7 that lapses within 30 days, or `form:DECIDE_NOMINATION:3` for a
    /// form about nomination 3.
    pub occasion: String,
    /// The board's day on which it was made.
    pub day: Day,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

//! One change of the register: which command, by which person, and its effect in ids, codes and days.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::{ChangeId, PersonId};
use crate::period::Day;
use crate::value::command::Command;

/// One change of the register: which command, by which person, and its effect in ids, codes and days.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_change")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: ChangeId,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The person who gave the command.
    pub actor_id: PersonId,
    /// The person that a delegate stood in for; for a step recorded from paper, the person who took it. `None` otherwise.
    pub principal_id: Option<PersonId>,
    /// The command.
    pub command: Command,
    /// The day on which it takes effect.
    pub effective_on: Day,
    /// The data version that it left.
    pub fact_version: i64,
    /// Whether only its subject and coordinators may see it, as for pauses.
    pub private: bool,
    /// The values before the change: ids, codes, counts and days. Free JSON, because each command has its own.
    pub before: Option<Json>,
    /// The values after the change, in the same format.
    pub after: Option<Json>,
    /// The id of the request, as in its log lines.
    pub request_id: Option<String>,
    /// The change that undid this one. `None` unless it was undone.
    pub undone_by: Option<ChangeId>,
    /// Whether the mails about it were stored, or no mail is due.
    pub mailed: bool,
}

impl ActiveModelBehavior for ActiveModel {}

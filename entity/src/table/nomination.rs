//! A nomination of a person for a role in the network. Whether it has lapsed or is blocked is derived and not stored.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, NominationId, PersonId, RegisterTextId, UnitId};
use crate::period::Day;
use crate::value::Role;
use crate::value::register::NominationEnd;

/// A nomination of a person for a role in the network. Whether it has lapsed or is blocked is derived and not stored.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "nomination")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: NominationId,
    /// The nominee.
    pub person_id: PersonId,
    /// The role.
    pub role: Role,
    /// The unit that the role is for.
    pub unit_id: UnitId,
    /// Share of the nominee in thousandths, 1 to 1000. Only used for Peer Supporters.
    pub share: i32,
    /// Whether the nominee would support a team in which they do not work.
    pub outside_team: bool,
    /// The person who nominated them; the nominee if they put themselves forward.
    pub nominator_id: PersonId,
    /// The day of the nomination.
    pub opened_on: Day,
    /// The day on which the nominee accepted. `None` until then.
    pub accepted_on: Option<Day>,
    /// First day that was asked for. `None` for as soon as possible.
    pub wished_start: Option<Day>,
    /// How it ended. `None` while it is open or has lapsed.
    pub ended_as: Option<NominationEnd>,
    /// The day on which it ended.
    pub ended_on: Option<Day>,
    /// The statement. `None` without one, or after it was erased.
    pub statement_id: Option<RegisterTextId>,
    /// The allocation that it began. `None` until it is approved.
    pub allocation_id: Option<AllocationId>,
    /// Incremented by each change.
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}

//! An assignment of a person to a unit.

use sea_orm::entity::prelude::*;

use crate::id::{PersonId, PostId, UnitId};
use crate::period::Day;

/// An assignment of a person to a unit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: PostId,
    /// The person in the post.
    pub person_id: PersonId,
    /// The unit.
    pub unit_id: UnitId,
    /// Assignment number. Without one, the person and the unit identify the post.
    pub assignment: Option<String>,
    /// Job title.
    pub job_title: Option<String>,
    /// Job family; a mix dimension.
    pub job_family: Option<String>,
    /// Pay band; a mix dimension.
    pub band: Option<String>,
    /// Named line manager.
    pub line_manager_id: Option<PersonId>,
    /// Whole-time equivalent in hundredths: 100 is full time.
    pub wte: i32,
    /// The contract type, as the employer names it.
    pub contract_type: Option<String>,
    /// Bank contracts never count.
    pub bank: bool,
    /// First day on which it is held. `None` if it has no start date.
    pub valid_from: Option<Day>,
    /// First day on which it is no longer held. `None` if open-ended.
    pub valid_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}

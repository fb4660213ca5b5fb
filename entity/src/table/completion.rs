//! A pass of a training module. Failed attempts and scores are not stored, since nothing here needs them.

use sea_orm::entity::prelude::*;

use crate::id::{CompletionId, CourseId, PersonId};
use crate::period::Day;

/// A pass of a training module. Failed attempts and scores are not stored, since nothing here needs them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "completion")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: CompletionId,
    /// The person who passed.
    pub person_id: PersonId,
    /// The module.
    pub course_id: CourseId,
    /// The day of the pass.
    pub completed_on: Day,
    /// First day on which the pass is no longer valid, if its record gives one. `None` if the policy decides.
    pub valid_to: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}

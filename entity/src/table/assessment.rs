//! An assessment of a person against a level of the competence framework.

use sea_orm::entity::prelude::*;

use crate::id::{AssessmentId, FrameworkId, PersonId, RegisterTextId};
use crate::period::Day;

/// An assessment of a person against a level of the competence framework.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    /// Key. Of two assessments of one day the higher one is the later one.
    #[sea_orm(primary_key)]
    pub id: AssessmentId,
    /// The person who was assessed.
    pub person_id: PersonId,
    /// The Trainer or coordinator who assessed them.
    pub assessor_id: PersonId,
    /// The version of the framework.
    pub framework_id: FrameworkId,
    /// The level, 1 to 3.
    pub level: i32,
    /// The day of the assessment.
    pub assessed_on: Day,
    /// Whether every statement of the level is met.
    pub met: bool,
    /// The evidence. `None` if none was given, or after it was erased.
    pub evidence_id: Option<RegisterTextId>,
}

impl ActiveModelBehavior for ActiveModel {}

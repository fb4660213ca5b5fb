//! The result of one statement of an assessment.

use sea_orm::entity::prelude::*;

use crate::id::{AssessmentId, AssessmentResultId, FrameworkStatementId};

/// The result of one statement of an assessment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment_result")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: AssessmentResultId,
    /// The assessment.
    pub assessment_id: AssessmentId,
    /// The statement.
    pub statement_id: FrameworkStatementId,
    /// Whether it is met; otherwise not yet.
    pub met: bool,
}

impl ActiveModelBehavior for ActiveModel {}

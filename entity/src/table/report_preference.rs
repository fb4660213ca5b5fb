//! What a person's weekly report leaves out.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::PersonId;

/// What a person's weekly report leaves out. A person without a row gets the whole report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_preference")]
pub struct Model {
    /// Whose report.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// A list of words of [`ReportSection`](crate::value::ReportSection).
    pub hidden_sections: Json,
    /// When it was last changed, copies included.
    pub changed_at: DateTime<Utc>,
    /// Who changed it, as the audit log names them.
    pub changed_by: String,
}

impl ActiveModelBehavior for ActiveModel {}
